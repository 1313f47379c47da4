"""The work items the demo site starts with: one for each study to be read, and some that others already have.

Facts without an attribute of their own travel in the Scheduled Processing Parameters Sequence (0074,1210) under codes
of the local scheme 99LIGHTBOX.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workstation.demo_site.accounts import Account
from workstation.demo_site.dicom_json import (
    LOCAL_SCHEME,
    Json,
    code,
    element,
    first_text,
    moment,
    person,
    sequence,
    uid_from,
)
from workstation.demo_site.extra_patients import accession_of
from workstation.demo_site.stories import Story
from workstation.demo_site.studies_on_disk import InstanceOnDisk, StudyOnDisk
from workstation.demo_site.ups_rules import (
    COMPLETED,
    IN_PROGRESS,
    PERFORMED,
    SCHEDULED,
    SOP_INSTANCE_UID,
    STATE,
    UPS_PUSH_CLASS,
)
from workstation.demo_site.ups_service import performer_item
from workstation.demo_site.ups_store import HeldItem
from workstation.dicom.json_model import parse_moment

_ISSUER = "LIGHTBOX-DEMO"
_READING = ("110005", "DCM", "Interpretation")


@dataclass(frozen=True)
class Site:
    """What every item is made with."""

    now: datetime
    dicomweb_url: str
    accounts: Mapping[str, Account] = field(repr=False)


def worklist_of(studies: Iterable[StudyOnDisk], stories: Mapping[str, Story], site: Site) -> list[HeldItem]:
    """The items for whatever studies are there, in the order of the stories, then of the studies.

    A demo study gets its story; any other study that is not a prior gets an item made from its headers.
    """
    by_key = {study.key: study for study in studies if study.key}
    items = [
        item_for(story, by_key.get(story.key), site)
        for story in stories.values()
        if story.label and _can_be_told(story, by_key)
    ]
    untold = [study for study in studies if study.key not in stories and not study.prior_of]
    return [*items, *(item_for(plain_story(study), study, site) for study in untold)]


def plain_story(study: StudyOnDisk) -> Story:
    """A story for somebody's own study: a head CT is STAT, everything else is routine."""
    region = study.body_part.upper()
    is_stat = study.main_modality == "CT" and region in {"HEAD", "BRAIN", "SKULL"}
    label = study.description or f"{study.main_modality} {region}".strip()
    return Story(
        key="",
        label=label,
        priority="HIGH" if is_stat else "MEDIUM",
        due_min=20 if is_stat else 90,
        procedure=("", label),
        body_region=region,
        indication="No indication came with these images.",
        referrer=(study.referrer or "SYNTHETIC^REFERRER", "+1 555 010 0100"),
        assignment_reason="Found in the folder that the demo site was given",
    )


def item_for(story: Story, study: StudyOnDisk | None, site: Site) -> HeldItem:
    """One item as the site would hold it, already claimed or completed where the story says so."""
    place = study or _study_to_come(story)
    item = {**_step(story, place, site), **_subject(place), **_work(story, place, site)}
    if story.state == SCHEDULED:
        return HeldItem(item)
    account = site.accounts[story.performer]
    item[STATE] = element("CS", story.state)
    item[PERFORMED] = sequence(_performed(story, place, account, site))
    return HeldItem(item, transaction_uid=uid_from(f"transaction/{place.study_uid}"), owner=account.user)


def _can_be_told(story: Story, by_key: Mapping[str, StudyOnDisk]) -> bool:
    return story.needs in by_key if story.without_images else story.key in by_key


def _study_to_come(story: Story) -> StudyOnDisk:
    """The study of an order whose images have not arrived."""
    patient = story.patient
    return StudyOnDisk(
        study_uid=uid_from(f"study/{story.key}"),
        key=story.key,
        patient_id=patient.id if patient else "",
        issuer="",
        patient_name=patient.name if patient else "",
        birth_date=patient.birth_date if patient else "",
        sex=patient.sex if patient else "",
        accession=accession_of(story),
        referrer=story.referrer[0],
        description=story.procedure[1],
        date="",
        time="",
        modalities=(story.modality,),
        body_part=story.body_region,
        instances=(),
    )


def _step(story: Story, study: StudyOnDisk, site: Site) -> Json:
    """Unified Procedure Step Scheduled Procedure Information Module (PS3.3 C.30.2)."""
    due = _due(story, study, site)
    started = min(due - timedelta(hours=1), site.now - timedelta(minutes=5))
    return {
        "00080005": element("CS", "ISO_IR 192"),
        "00080016": element("UI", UPS_PUSH_CLASS),
        SOP_INSTANCE_UID: element("UI", uid_from(f"item/{study.study_uid}")),
        "00080201": element("SH", "+0000"),
        STATE: element("CS", SCHEDULED),
        "00741200": element("CS", story.priority),
        "00741202": element("LO", story.queue),
        "00741204": element("LO", story.label),
        "00404005": element("DT", moment(started)),
        "00404010": element("DT", moment(started)),
        "00404011": element("DT", moment(due)),
        "00404018": sequence(code(*_READING)),
        "00404041": element("CS", "READY" if study.instances else "INCOMPLETE"),
        "00404034": sequence(*(performer_item(account) for account in site.accounts.values())),
        "00400400": element("LT", story.technologist_notes),
        "00741210": sequence(*_parameters(story, study)),
    }


def _due(story: Story, study: StudyOnDisk, site: Site) -> datetime:
    """When the report was or is wanted: an hour after a study that is long done, else as the story says."""
    if story.state == COMPLETED and len(study.date) == 8:
        return parse_moment(study.date + (study.time.split(".")[0] or "120000")) + timedelta(hours=1)
    return site.now + timedelta(minutes=story.due_min)


def _subject(study: StudyOnDisk) -> Json:
    """Unified Procedure Step Relationship Module (C.30.4): who it is about."""
    return {
        "00100010": person(study.patient_name),
        "00100020": element("LO", study.patient_id),
        "00100021": element("LO", study.issuer),
        "00100030": element("DA", study.birth_date),
        "00100040": element("CS", study.sex),
    }


def _work(story: Story, study: StudyOnDisk, site: Site) -> Json:
    """What is asked, and the images it is asked about."""
    return {
        "00102000": element("LO", *story.alerts),
        "00102110": element("LO", *story.allergies),
        "001021B0": element("LT", story.history),
        "00380010": element("LO", story.linked_group),
        "0040A370": sequence(_request(story, study)),
        "00404021": sequence(*_inputs(study, site.dicomweb_url)),
    }


def _request(story: Story, study: StudyOnDisk) -> Json:
    """An item of Referenced Request Sequence."""
    number = study.accession or study.study_uid[-12:]
    procedure = (
        sequence(code(story.procedure[0], LOCAL_SCHEME, story.procedure[1])) if story.procedure[0] else sequence()
    )
    return {
        "00080050": element("SH", study.accession),
        "00080051": sequence({"00400031": element("UT", _ISSUER)}),
        "00080090": person(story.referrer[0]),
        "00080094": element("SH", story.referrer[1]),
        "0020000D": element("UI", study.study_uid),
        "00321032": person(story.referrer[0]),
        "00321060": element("LO", story.procedure[1]),
        "00321064": procedure,
        "00401001": element("SH", f"RP-{number}"[:16]),
        "00401002": element("LO", story.indication),
        "00402016": element("LO", f"PL-{number}"),
        "00402017": element("LO", f"FI-{number}"),
    }


def _inputs(study: StudyOnDisk, dicomweb_url: str) -> Iterable[Json]:
    """Items of Input Information Sequence, one a series of images."""
    series: dict[str, list[InstanceOnDisk]] = {}
    for instance in (each for each in study.instances if each.is_image):
        series.setdefault(instance.series_uid, []).append(instance)
    for uid, members in series.items():
        url = f"{dicomweb_url}/studies/{study.study_uid}/series/{uid}"
        yield {
            "0020000D": element("UI", study.study_uid),
            "0020000E": element("UI", uid),
            "0040E020": element("CS", "DICOM"),
            "0040E025": sequence({"00081190": element("UR", url)}),
            "00081199": sequence(
                *(
                    {"00081150": element("UI", each.sop_class), "00081155": element("UI", each.sop_uid)}
                    for each in members
                )
            ),
        }


def _parameters(story: Story, study: StudyOnDisk) -> Iterable[Json]:
    facts = {
        "assignment-reason": story.assignment_reason,
        "licence-state": story.licence_state,
        "facility": story.facility,
        "modality": story.modality or study.main_modality,
        "body-region": story.body_region or study.body_part,
        "linked-group": story.linked_group,
    }
    if story.ai is not None:
        facts |= {
            "ai-finding": story.ai.finding,
            "ai-algorithm": story.ai.algorithm,
            "ai-version": story.ai.version,
        }
    yield from (_text_parameter(name, value) for name, value in facts.items() if value)
    if story.ai is not None:
        yield _number_parameter("ai-confidence", story.ai.confidence)


def _text_parameter(name: str, value: str) -> Json:
    return {**_concept("TEXT", name), "0040A160": element("UT", value)}


def _number_parameter(name: str, value: float) -> Json:
    unit = sequence(code("1", "UCUM", "no units"))
    return {**_concept("NUMERIC", name), "0040A30A": element("DS", value), "004008EA": unit}


def _concept(value_type: str, name: str) -> Json:
    meaning = name.replace("-", " ").capitalize()
    return {"0040A040": element("CS", value_type), "0040A043": sequence(code(name, LOCAL_SCHEME, meaning))}


def _performed(story: Story, study: StudyOnDisk, account: Account, site: Site) -> Json:
    """Unified Procedure Step Performed Procedure Information Module (C.30.3), as far as the story has come."""
    begun = min(site.now, _due(story, study, site)) - timedelta(minutes=20)
    performed = {
        "00404035": sequence(performer_item(account)),
        "00404050": element("DT", moment(begun)),
    }
    if story.state == IN_PROGRESS:
        return performed
    report = {
        "00081150": element("UI", "1.2.840.10008.5.1.4.1.1.88.11"),
        "00081155": element("UI", uid_from(f"prior report/{study.study_uid}")),
    }
    output = {
        "0020000D": element("UI", study.study_uid),
        "0020000E": element("UI", uid_from(f"prior report series/{study.study_uid}")),
        "0040E020": element("CS", "DICOM"),
        "00081199": sequence(report),
    }
    return {
        **performed,
        "00404051": element("DT", moment(begun + timedelta(minutes=12))),
        "00404019": sequence(code(*_READING)),
        "00404028": sequence(code("READ-02", LOCAL_SCHEME, "Reading station 2")),
        "00404033": sequence(output),
    }


def order_numbers(items: Iterable[HeldItem]) -> dict[str, str]:
    """Every order number in the items (accession, placer, filler) and the Patient ID it belongs to."""
    numbers: dict[str, str] = {}
    for item in items:
        patient_id = first_text(item.attributes, "00100020")
        for request in item.attributes.get("0040A370", {}).get("Value", []):
            for tag in ("00080050", "00402016", "00402017"):
                if number := first_text(request, tag):
                    numbers[number] = patient_id
    return numbers
