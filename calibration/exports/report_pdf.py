"""The report on a check or a calibration as a PDF: the verdict first, everything that led to it behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from calibration.exports import report_results as results
from calibration.exports import report_sections as sections
from calibration.exports.pdf_page import BODY_PT, Column, ReportPage, Running, pages_of
from calibration.exports.report_material import ReportMaterial, material_of
from calibration.exports.response_view import response_view, responses_of
from calibration.exports.wording import day, moment
from calibration.readings.reading import Space
from calibration.records.record import CalibrationRecord, CheckRecord, StoredRecord

_PATTERNS = (
    "Test patterns are drawn by the program in device pixels after the descriptions of AAPM TG-18 and TG-270; "
    "they are synthetic and not the original patterns of these reports."
)


def report_pdf(stored: StoredRecord, history: Sequence[StoredRecord] = ()) -> bytes:
    """The report on ``stored``. The same record and history give the same bytes.

    Parameters
    ----------
    stored
        A check or a calibration.
    history
        Other records, for before and after, trend and override; see `material_of`.

    Raises
    ------
    BadInput
        For a record of another kind.
    """
    material = material_of(stored, history)
    if isinstance(stored.record, CalibrationRecord):
        return calibration_report(material)
    return check_report(material)


def check_report(material: ReportMaterial) -> bytes:
    """The report on a check."""
    check = material.check
    assert check is not None  # noqa: S101 - `material_of` gives one for a check

    def draw(page: ReportPage) -> None:
        sections.title_block(page, f"Display check: {check.check}", _subtitle(check))
        sections.verdict_banner(page, check, is_sound=material.stored.is_sound)
        sections.cautions(page, material)
        page.heading("Display, meter and light", room_mm=40)
        sections.facts_block(page, sections.check_facts(material))
        _body(page, material, check)
        sections.integrity_note(page, material)
        _appendix(page, check)

    return _pages(material, f"Display check {check.check}", draw)


def calibration_report(material: ReportMaterial) -> bytes:
    """The report on a calibration: what it changed, the table it made, and the check that proves it."""
    calibration = material.calibration
    assert calibration is not None  # noqa: S101 - `material_of` gives one for a calibration

    def draw(page: ReportPage) -> None:
        title = material.facts.identity.title if material.facts else calibration.head.display_key
        sections.title_block(page, "Display calibration", f"{title} · {moment(calibration.head.at)}")
        if material.check:
            sections.verdict_banner(page, material.check, is_sound=material.stored.is_sound)
            sections.cautions(page, material)
        else:
            page.type(BODY_PT)
            page.paragraph("No check after this calibration is on record: nothing shows that it conforms.")
        page.heading("Calibration", room_mm=40)
        sections.facts_block(page, _calibration_facts(material, calibration))
        if material.before and material.check and material.before is not material.check:
            results.before_after(page, material.before, material.check)
        _curves_before(page, material)
        if material.check:
            page.heading("Check after the calibration", room_mm=40)
            sections.facts_block(page, sections.check_facts(material))
            _body(page, material, material.check)
        sections.integrity_note(page, material)
        if material.check:
            _appendix(page, material.check)
        _lut_table(page, calibration)

    return _pages(material, "Display calibration", draw)


def _body(page: ReportPage, material: ReportMaterial, check: CheckRecord) -> None:
    for view in responses_of(check):
        results.curves(page, view)
    results.rules_table(page, check)
    results.other_quantities(page, check)
    results.uniformity(page, check)
    results.answers_table(page, check)
    results.trends(page, material.trends)
    results.notes(page, check)
    if check.series or check.answers:
        page.ln(1)
        page.note(_PATTERNS)


def _appendix(page: ReportPage, check: CheckRecord) -> None:
    """The long tables, behind what is signed."""
    for view in responses_of(check):
        results.levels_table(page, check, view)


def _curves_before(page: ReportPage, material: ReportMaterial) -> None:
    """The response of a calibration's check before, and of the bare display."""
    for view in responses_of(material.before) if material.before else ():
        if view.series.space is Space.P_VALUE:
            results.curves(page, view, "Before the calibration: ")
    source = material.source
    for series in source.series if source else ():
        if series.space is Space.DDL and source:
            results.curves(page, response_view(series, source.ambient, None), "Bare display: ")


def _calibration_facts(material: ReportMaterial, calibration: CalibrationRecord) -> tuple[sections.Fact, ...]:
    depth = f"{calibration.levels_in} P-values to {calibration.ddl_bits}-bit DDLs"
    used = f"{len(set(calibration.ddl))} different DDLs in use" if calibration.ddl else ""
    table = f"{depth}, {used}" if calibration.ddl else "identity: the monitor itself follows the GSDF"
    return (
        ("Display LUT", table),
        ("Hash of the LUT", calibration.lut_sha256 or "identity"),
        ("Ambient light", calibration.ambient.sentence),
        ("Video LUT", f"{calibration.video_lut} (graphics card, not changed by this program)"),
        ("Settings", sections.settings_text(material)),
        ("Supersedes", calibration.supersedes or "no earlier calibration named"),
        ("Operator", calibration.head.operator or "not named"),
        ("Calibrated", f"{moment(calibration.head.at)} at {calibration.head.workstation}"),
    )


def _lut_table(page: ReportPage, calibration: CalibrationRecord) -> None:
    """The table itself up to 256 entries; of a longer one every sixteenth part of 256."""
    if not calibration.ddl:
        return
    stride = max(1, len(calibration.ddl) // 256)
    shown = [(index, calibration.ddl[index]) for index in range(0, len(calibration.ddl), stride)]
    blocks, rows_of = 8, -(-len(shown) // 8)
    title = "Appendix: display LUT, P-value to DDL" + (f", every {stride}th entry" if stride > 1 else "")
    page.heading(title, room_mm=12 + 4.7 * rows_of)
    rows = []
    for row in range(rows_of):
        cells: list[str] = []
        for block in range(blocks):
            index = block * rows_of + row
            cells += [str(shown[index][0]), str(shown[index][1])] if index < len(shown) else ["", ""]
        rows.append(cells)
    page.ruled_table((Column("P", 1, "R"), Column("DDL", 1, "R")) * blocks, rows, size_pt=6.5)


def _subtitle(check: CheckRecord) -> str:
    return f"{check.facts.identity.title} · {moment(check.head.at)}"


def _pages(material: ReportMaterial, title: str, draw: Callable[[ReportPage], None]) -> bytes:
    stored = material.stored
    head = stored.record.head
    name = material.facts.identity.title if material.facts else head.display_key
    word = sections.verdict_word(material)
    running = Running(
        f"Lightbox · {title}",
        f"{name} · {day(head.at)} · {word}",
        (f"Record {head.id}", f"Chain hash {stored.hash}"),
    )
    return pages_of(draw, running, title=f"{title}, {name}, {day(head.at)}", created=head.at)
