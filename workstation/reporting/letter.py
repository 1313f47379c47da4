"""What stands in the letter: every line of it as printable text, before anything is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from workstation.dicom.patient import age_at, display_name, parse_date
from workstation.reporting.canonical import CanonicalReport, ReportOrder, Section
from workstation.reporting.emphasis import Spans, normal, runs, stripped
from workstation.reporting.pdf_glyphs import STAND_IN, Glyphs
from workstation.reporting.text import one_line

TITLE = "Diagnostic imaging report"
_ACCESSIONS_AT_THE_FOOT = 6
_PARTED = re.compile(r"\n\s*\n")
Pieces = tuple[tuple[str, bool], ...]
_SEXES = {"M": "male", "F": "female", "O": "other"}


@dataclass(frozen=True, repr=False)
class Fact:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, repr=False)
class Examination:
    """One order as a row: accession, what was done, when, and why where no section says it."""

    accession: str
    procedure: str
    date: str
    indication: str


@dataclass(frozen=True, repr=False)
class Passage:
    """A heading and its paragraphs, and whether it is the one that must not be missed.

    Each paragraph is in pieces, each with whether it is bold; one without bold text is one piece.
    """

    heading: str
    paragraphs: tuple[Pieces, ...]
    is_key: bool


@dataclass(frozen=True, repr=False)
class Letter:
    """All texts of the letter, in the order of the page. Nothing here knows how it is drawn."""

    house: str
    title: str
    version_notice: str
    glyph_notice: str
    facts: tuple[Fact, ...]
    examinations: tuple[Examination, ...]
    passages: tuple[Passage, ...]
    signature: tuple[str, ...]
    notes: tuple[Fact, ...]
    fingerprint: tuple[str, ...]
    running_head: str
    """Who and what, for every page."""


def letter_of(report: CanonicalReport, glyphs: Glyphs) -> Letter:
    """Put a report into words for the page; all of it goes through ``glyphs``, so that the notice counts everything."""
    show = _shown_by(glyphs)
    facts, examinations = _facts(report, show), tuple(_examination(report, order, show) for order in report.orders)
    passages, notes = _passages(report, show), _notes(report, show)
    signature, house = _signature(report, show), show(_house(report))
    return Letter(
        house=house,
        title=TITLE,
        version_notice=_version_notice(report),
        facts=facts,
        examinations=examinations,
        passages=passages,
        signature=signature,
        notes=notes,
        fingerprint=(f"Report {report.report_id}, version {report.version}", f"SHA-256 {report.sha256}"),
        running_head=_running_head(report, show),
        glyph_notice=_glyph_notice(glyphs),
    )


def date_in_words(digits: str) -> str:
    """``20260301`` as ``1 March 2026``; as it is when it is no date."""
    day = parse_date(digits)
    return f"{day.day} {day:%B %Y}" if day else digits


def moment_in_words(moment: datetime) -> str:
    """``1 March 2026, 09:05 EST``."""
    return f"{moment.day} {moment:%B %Y, %H:%M %Z}".rstrip()


def title_name(pn: str) -> str:
    """A person as one is addressed in a letter: prefix, given names, family name, suffix. Plain text stays as it is."""
    group = next((each for each in pn.split("=") if each.strip(" ^")), "")
    family, given, middle, prefix, suffix = [*(part.strip() for part in group.split("^")), *[""] * 5][:5]
    spoken = " ".join(part for part in (prefix, given, middle, family) if part)
    return f"{spoken}, {suffix}" if suffix else spoken


def _shown_by(glyphs: Glyphs) -> Callable[[str], str]:
    return lambda text: glyphs.printable(one_line(text))


def _house(report: CanonicalReport) -> str:
    return report.site_name or report.author.organisation or report.site_id


def _facts(report: CanonicalReport, show: Callable[[str], str]) -> tuple[Fact, ...]:
    patient, study = report.patient, report.primary_study
    born = date_in_words(patient.birth_date)
    age = age_at(patient.birth_date, study.date)
    identifier = f"{patient.patient_id} ({patient.issuer})" if patient.issuer else patient.patient_id
    referrers = list(dict.fromkeys(title_name(order.referrer) for order in report.orders if order.referrer.strip(" ^")))
    facts = (
        Fact("Patient", show(display_name(patient.name))),
        Fact("Patient ID", show(identifier)),
        Fact("Date of birth", show(f"{born} ({age} at the examination)" if age else born)),
        Fact("Sex", _SEXES.get(patient.sex.strip().upper(), "not stated")),
        Fact("Referred by", show("; ".join(referrers))),
        Fact("Status", _status(report)),
    )
    return tuple(fact for fact in facts if fact.value)


def _status(report: CanonicalReport) -> str:
    kinds = {"final": "Final", "addendum": "Final, with addendum", "correction": "Corrected"}
    return kinds[report.kind] if report.version == 1 else f"{kinds[report.kind]}, version {report.version}"


def _examination(report: CanonicalReport, order: ReportOrder, show: Callable[[str], str]) -> Examination:
    study = next((each for each in report.current_studies if each.study_uid == order.study_uid), report.primary_study)
    when = date_in_words(study.date)
    if len(study.time) >= 4 and when:
        when = f"{when}, {study.time[:2]}:{study.time[2:4]}"
    words = order.procedure or order.procedure_code[2] or study.description or "Examination"
    is_said_below = any(section.id == "indication" and section.text.strip() for section in report.sections)
    why = "" if is_said_below else order.indication
    return Examination(show(order.accession), show(words), show(when), show(why))


def _passages(report: CanonicalReport, show: Callable[[str], str]) -> tuple[Passage, ...]:
    return tuple(
        Passage(show(each.heading), _paragraphs(each, show), is_key=each.id == "impression")
        for each in report.sections
        if each.text.strip()
    )


def _paragraphs(section: Section, show: Callable[[str], str]) -> tuple[Pieces, ...]:
    """Parts between blank lines; line ends and indentation inside them are kept."""
    found: list[Pieces] = []
    at = len(section.text) - len(section.text.lstrip("\n"))
    for part in _PARTED.split(section.text.strip("\n")):
        at = section.text.index(part, at)
        if part.strip():
            found.append(_joined(_lines(part, at, section.emphasis, show)))
        at += len(part)
    return tuple(found)


def _lines(part: str, at: int, emphasis: Spans, show: Callable[[str], str]) -> Iterator[Pieces]:
    """The lines of a part that stands ``at`` a place of its section, the line ends between them as pieces."""
    for number, line in enumerate(part.split("\n")):
        if number:
            yield (("\n", False),)
        yield _line(line, normal(line, [(start - at, end - at) for start, end in emphasis]), show)
        at += len(line) + 1


def _line(line: str, bold: Spans, show: Callable[[str], str]) -> Pieces:
    spaced = line.replace("\t", "    ")
    indent = " " * min(len(spaced) - len(spaced.lstrip()), 8)
    if not bold:
        return ((indent + show(spaced), False),)
    pieces = runs(line.strip(), stripped(line, bold))
    return ((indent, False), *((_shown_piece(piece, show), is_bold) for piece, is_bold in pieces))


def _shown_piece(piece: str, show: Callable[[str], str]) -> str:
    """A piece of a line as `show` gives it, with one blank at an end where it has any."""
    if not piece.strip():
        return " "
    lead, tail = (" " if blank else "" for blank in (piece[0].isspace(), piece[-1].isspace()))
    return f"{lead}{show(piece)}{tail}"


def _joined(lines: Iterable[Pieces]) -> Pieces:
    """All pieces as one sequence, neighbours of the same weight as one."""
    pieces = [piece for line in lines for piece in line]
    return tuple(("".join(text for text, _ in group), weight) for weight, group in groupby(pieces, itemgetter(1)))


def _signature(report: CanonicalReport, show: Callable[[str], str]) -> tuple[str, ...]:
    author = report.author
    lines = (
        show(title_name(author.name)),
        show(author.organisation),
        f"Electronically signed on {moment_in_words(report.signed_moment)}",
    )
    return tuple(line for line in lines if line)


def _notes(report: CanonicalReport, show: Callable[[str], str]) -> tuple[Fact, ...]:
    notes = [Fact("Acknowledged at signing", show(each.text)) for each in report.acknowledgements]
    if report.prior_studies:
        compared = [f"{show(each.description) or 'Study'}, {date_in_words(each.date)}" for each in report.prior_studies]
        notes.append(Fact("Earlier studies at hand", "; ".join(compared)))
    if report.display_statement.strip():
        notes.append(Fact("Displays", show(report.display_statement)))
    return tuple(notes)


def _version_notice(report: CanonicalReport) -> str:
    if report.predecessor is None:
        return ""
    kind = "Corrected report" if report.kind == "correction" else "Report with addendum"
    return f"{kind}: version {report.version}. It replaces version {report.predecessor.version}."


def _running_head(report: CanonicalReport, show: Callable[[str], str]) -> str:
    patient = report.patient
    accessions = _listed([order.accession for order in report.orders if order.accession])
    parts = (
        display_name(patient.name),
        patient.patient_id,
        f"born {date_in_words(patient.birth_date)}" if patient.birth_date else "",
        f"accession {accessions}" if accessions else "",
    )
    return show("  ·  ".join(part for part in parts if part)).replace(" · ", "  ·  ")


def _listed(accessions: Sequence[str]) -> str:
    """All of them, or the first few and how many there are: the foot of a page has room for three lines."""
    if len(accessions) <= _ACCESSIONS_AT_THE_FOOT:
        return ", ".join(accessions)
    return f"{', '.join(accessions[:_ACCESSIONS_AT_THE_FOOT])} … ({len(accessions)} in all, see page 1)"


def _glyph_notice(glyphs: Glyphs) -> str:
    if not glyphs.replaced:
        return ""
    return (
        f"Some characters ({', '.join(glyphs.scripts)}) cannot be printed in this letter's typeface and are shown as "
        f"{STAND_IN}. The structured report of this examination holds them in full."
    )
