"""How studies, series and dates are named in texts for radiologists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from workstation.dicom.display_sets import DisplaySet
from workstation.hanging.facts import side_and_view
from workstation.hanging.study import StudySummary

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MODALITIES = {
    "CR": "radiograph",
    "DX": "radiograph",
    "RG": "radiograph",
    "MG": "mammogram",
    "US": "ultrasound",
    "XA": "angiogram",
    "RF": "fluoroscopy",
    "PT": "PET",
    "NM": "nuclear medicine study",
}


_REGIONS = {"CSPINE": "cervical spine", "TSPINE": "thoracic spine", "LSPINE": "lumbar spine", "WHOLEBODY": "whole body"}


def day_text(day: dt.date | None) -> str:
    """``3 Mar 2024``; names of months in English whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else "an unknown date"


def kind_of_study(study: StudySummary) -> str:
    """``CT of the head``, ``mammogram``."""
    names = dict.fromkeys(_MODALITIES.get(m, m) for m in study.image_modalities)
    kind = " + ".join(names) or "study"
    region = region_text(study.regions)
    if not region or kind == "mammogram":
        return kind
    return f"{kind} of the {side_text(study.side)}{region}"


def dated_study(study: StudySummary) -> str:
    """``CT of the head of 3 Mar 2024``."""
    return f"{kind_of_study(study)} of {day_text(study.day)}"


def region_text(regions: Sequence[str]) -> str:
    """``head and neck`` for HEAD, NECK; spines by their part."""
    parts = [_REGIONS.get(region) or region.replace("_", " ").lower() for region in regions]
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def side_text(laterality: str) -> str:
    """``left `` or ``right ``, with the blank that follows; empty otherwise."""
    return {"L": "left ", "R": "right "}.get(laterality, "")


def series_text(display_set: DisplaySet) -> str:
    """The series by its description, else by its view or number."""
    if display_set.title:
        return f"“{display_set.title}”"
    if side_and_view(display_set):
        return side_and_view(display_set)
    return f"series {display_set.series_number}" if display_set.series_number is not None else "a series without a name"


def sentence(text: str) -> str:
    """With a capital first letter and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".") if text else ""
