"""A study for hanging, made of the headers that are here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workstation.dicom.body_region import BodyRegions
from workstation.dicom.display_sets import display_sets_of
from workstation.dicom.header import InstanceHeader
from workstation.hanging.study import HangingStudy


def hanging_studies_of(headers: Iterable[InstanceHeader], *, patient_key: str) -> tuple[HangingStudy, ...]:
    """One study for each Study Instance UID, oldest first.

    Parameters
    ----------
    patient_key
        All are one patient's: the caller has made sure by the identity rules.
    """
    by_study: dict[str, list[InstanceHeader]] = {}
    for header in headers:
        by_study.setdefault(header.study_uid, []).append(header)
    studies = (hanging_study_of(own, patient_key=patient_key) for own in by_study.values())
    return tuple(sorted(studies, key=lambda s: (s.moment, s.study_uid)))


def hanging_study_of(
    headers: Sequence[InstanceHeader], *, patient_key: str, regions: BodyRegions | None = None
) -> HangingStudy:
    """The study of ``headers``: one or more, all of the same study, in any order.

    Parameters
    ----------
    patient_key
        Equal for studies of one patient only; empty when nobody knows.
    """
    table = regions or BodyRegions.shipped()
    ordered = sorted(headers, key=lambda h: (_or_last(h.series_number), h.series_uid, h.sop_uid))
    one_of_each_series = {h.series_uid: h for h in reversed(ordered)}.values()
    return HangingStudy(
        study_uid=ordered[0].study_uid,
        patient_key=patient_key,
        accession=_first(h.accession for h in ordered),
        modalities=tuple(sorted({h.modality for h in ordered})),
        body_region="\\".join(sorted({table.region_of(h) for h in one_of_each_series} - {""})),
        laterality=_common(h.laterality for h in ordered),
        description=_first(h.study_description for h in ordered),
        date=_first(h.study_date for h in ordered),
        time=_first(h.study_time for h in ordered),
        display_sets=display_sets_of(ordered, regions=table),
    )


def _or_last(number: int | None) -> float:
    return float("inf") if number is None else number


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _common(texts: Iterable[str]) -> str:
    distinct = set(texts)
    return distinct.pop() if len(distinct) == 1 else ""
