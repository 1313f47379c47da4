"""Who an object or an order is about, and whether two of them are about the same person.

Same patient means: same issuer (or site) and Patient ID, and no contradiction in the birth date. A difference in name
or sex is put to the reader once; anything else is another patient.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

_DAYS_SHOWN_AS_DAYS = 60
_MONTHS_SHOWN_AS_MONTHS = 24


class PatientMatch(Enum):
    """The answer to "is this the same person?"."""

    SAME = "same"
    ASK = "ask"
    """Same Patient ID, but name or sex differs, or one issuer is unknown: a person decides."""
    DIFFERENT = "different"


@dataclass(frozen=True)
class PatientIdentity:
    """Patient module values as sent (PS3.3 C.7.1.1), stripped of padding; all hidden from ``repr``.

    Attributes
    ----------
    patient_id, issuer
        (0010,0020) and (0010,0021); the issuer is often empty.
    name
        (0010,0010) as a PN string with its ``^`` and ``=``.
    birth_date
        (0010,0030), ``YYYYMMDD`` or empty.
    sex
        (0010,0040): M, F, O or empty.
    """

    patient_id: str = field(default="", repr=False)
    issuer: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)


def compare_patients(a: PatientIdentity, b: PatientIdentity, *, default_issuer: str = "") -> PatientMatch:
    """Say whether ``a`` and ``b`` are the same person.

    Parameters
    ----------
    default_issuer
        The site's own issuer: what an empty Issuer of Patient ID means there. When it is empty too and only one side
        names an issuer, nobody can tell whether the identifiers come from one register, so the answer is at best ASK.

    Notes
    -----
    An empty Patient ID proves nothing and gives DIFFERENT. A value that is absent on one side contradicts nothing.
    """
    if not a.patient_id.strip() or a.patient_id.strip() != b.patient_id.strip():
        return PatientMatch.DIFFERENT
    issuers = {_folded(each.issuer or default_issuer) for each in (a, b)}
    if len(issuers) == 2 and "" not in issuers:
        return PatientMatch.DIFFERENT
    if _contradict(_digits(a.birth_date), _digits(b.birth_date)):
        return PatientMatch.DIFFERENT
    is_certain = len(issuers) == 1 and not _contradict(_folded(a.sex), _folded(b.sex)) and _names_agree(a.name, b.name)
    return PatientMatch.SAME if is_certain else PatientMatch.ASK


def display_name(pn: str) -> str:
    """Write a PN value (PS3.5 6.2.1) as people write it: ``Family, Given Middle``, a suffix after a comma.

    The alphabetic group is used, else the ideographic, else the phonetic one. The prefix is left out.
    """
    group = next((each for each in pn.split("=") if each.strip(" ^")), "")
    family, given, middle, _prefix, suffix, *_ = [part.strip() for part in group.split("^")] + [""] * 5
    first_names = " ".join(part for part in (given, middle) if part)
    return ", ".join(part for part in (family, first_names, suffix) if part)


def age_at(birth_date: str, on_date: date | str) -> str:
    """Age on a day, as text: ``64 y``; below two years ``7 mo``; below two months ``9 d``; empty when unknown.

    Parameters
    ----------
    birth_date, on_date
        ``YYYYMMDD`` (dots and dashes are allowed); ``on_date`` may also be a `datetime.date`.
    """
    born = parse_date(birth_date)
    day = on_date if isinstance(on_date, date) else parse_date(on_date)
    if born is None or day is None or day < born:
        return ""
    days = (day - born).days
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if days < _DAYS_SHOWN_AS_DAYS:
        return f"{days} d"
    return f"{months} mo" if months < _MONTHS_SHOWN_AS_MONTHS else f"{months // 12} y"


def parse_date(text: str) -> date | None:
    """A DA value (PS3.5 6.2), old dotted form included, as a date; None when it is no date."""
    digits = _digits(text)
    if len(digits) != 8:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _contradict(a: str, b: str) -> bool:
    return bool(a and b and a != b)


def _names_agree(a: str, b: str) -> bool:
    """No component group that both carry differs; case, padding and empty trailing components do not count."""
    groups = zip(_name_groups(a), _name_groups(b), strict=False)
    return not any(_contradict(one, other) for one, other in groups)


def _name_groups(pn: str) -> list[str]:
    return ["^".join(part.strip() for part in _folded(group).split("^")).strip("^") for group in pn.split("=")]
