"""What goes into a report: the draft's text with the orders, studies and images it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.instances import StoredInstance
from workstation.dicom.workitem import Order, WorkItem
from workstation.foundation.clock import SiteClock
from workstation.reading.case import Case
from workstation.reporting.canonical import (
    Acknowledgement,
    Author,
    CanonicalReport,
    ReportInstance,
    ReportOrder,
    ReportSeries,
    ReportStudy,
    Section,
)
from workstation.reporting.draft import Draft
from workstation.reporting.emphasis import stripped
from workstation.reporting.template import Template, TemplateField
from workstation.site.profile import SiteProfile

_NOT_IMAGES = ("SR", "DOC", "KO", "PR")


def new_draft(case: Case, template: Template, now: datetime) -> Draft:
    """An empty draft for a case, its indication filled in from the orders where the template has a place for it."""
    draft = Draft.from_template(template, case_key=case.key, now=now)
    indication = "; ".join(
        dict.fromkeys(order.indication for item in case.items for order in item.orders if order.indication)
    )
    if indication and template.field("indication") is not None:
        draft = draft.with_field("indication", indication, now)
    return draft


def adopted(draft: Draft, templates: Sequence[Template], template: Template, now: datetime) -> Draft:
    """``draft`` as it is when its template is still there; else under ``template``, with not a word of it lost.

    Text of fields that ``template`` does not have goes to the end of its findings, or of its last field.
    """
    if any(each.id == draft.template_id for each in templates) or not template.fields:
        return draft
    known = {each.id for each in template.fields}
    home = "findings" if "findings" in known else template.fields[-1].id
    strays = [key for key, text in draft.fields.items() if key not in known and text.strip()]
    kept = {field_id: text for field_id, text in draft.fields.items() if field_id in known}
    spans = {key: each for key, each in draft.emphasis.items() if key in known}
    moved = replace(draft, template_id=template.id, fields=kept, emphasis=spans)
    parts = [*([home] if kept.get(home) else []), *strays]
    return moved.with_field(home, "\n\n".join(draft.fields[key] for key in parts), now, _joined_emphasis(draft, parts))


def _joined_emphasis(draft: Draft, field_ids: Sequence[str]) -> list[tuple[int, int]]:
    """What is bold in the texts of these fields, with an empty line between each and the next."""
    found: list[tuple[int, int]] = []
    at = 0
    for key in field_ids:
        found += [(at + start, at + end) for start, end in draft.emphasis.get(key, ())]
        at += len(draft.fields[key]) + 2
    return found


def canonical_report(
    *,
    case: Case,
    draft: Draft,
    template: Template,
    author: Author,
    catalogue: Catalogue,
    profile: SiteProfile,
    site_clock: SiteClock,
    display_statement: str,
    acknowledgements: Sequence[tuple[str, str]],
) -> CanonicalReport:
    """The report as it is frozen: everything that SR, PDF and ORU are rendered from."""
    current = [_study(catalogue, uid, is_prior=False) for uid in case.study_uids]
    priors = [_study(catalogue, uid, is_prior=True) for uid in case.prior_study_uids]
    return CanonicalReport(
        report_id=draft.report_id,
        version=draft.version,
        site_id=profile.id,
        site_name=profile.name,
        time_zone=profile.time_zone,
        patient=case.patient,
        orders=tuple(_order(item, order) for item in case.items for order in item.orders),
        studies=tuple(study for study in (*current, *priors) if study is not None),
        template_id=template.id,
        sections=tuple(_section(field, draft) for field in template.fields if draft.fields.get(field.id, "").strip()),
        author=author,
        signed_at=site_clock.now().isoformat(timespec="seconds"),
        site_clock_offset_s=round(site_clock.offset.total_seconds(), 3),
        display_statement=display_statement,
        acknowledgements=tuple(Acknowledgement(kind, text) for kind, text in acknowledgements),
    )


def _order(item: WorkItem, order: Order) -> ReportOrder:
    return ReportOrder(
        accession=order.accession,
        issuer=order.accession_issuer,
        study_uid=order.study_uid or item.study_uids[0],
        requested_procedure_id=order.requested_procedure_id,
        procedure=order.procedure or item.label,
        procedure_code=order.procedure_code,
        placer_order=order.placer_order,
        filler_order=order.filler_order,
        item_uid=item.uid,
        referrer=order.referrer,
        indication=order.indication,
    )


def _section(field: TemplateField, draft: Draft) -> Section:
    text = draft.fields.get(field.id, "")
    return Section(field.id, field.heading, text.strip(), stripped(text, draft.emphasis.get(field.id, ())))


def _study(catalogue: Catalogue, study_uid: str, *, is_prior: bool) -> ReportStudy | None:
    record = catalogue.studies.get(study_uid)
    received = [each for each in catalogue.instances.received(study_uid) if each.ref.modality not in _NOT_IMAGES]
    if is_prior and (record is None or not received):
        return None  # a prior that never came was not compared with
    if record is None:
        return ReportStudy(study_uid)
    return ReportStudy(
        study_uid=study_uid,
        date=record.study_date,
        time=record.study_time,
        description=record.description,
        modalities=record.modalities,
        series=_series(received),
        prior=is_prior,
    )


def _series(received: Sequence[StoredInstance]) -> tuple[ReportSeries, ...]:
    ordered = sorted(received, key=lambda each: (each.ref.series_uid, each.ref.instance_number or 0, each.ref.sop_uid))
    return tuple(
        ReportSeries(uid, tuple(ReportInstance(each.ref.sop_class, each.ref.sop_uid) for each in members))
        for uid, members in groupby(ordered, key=lambda each: each.ref.series_uid)
    )
