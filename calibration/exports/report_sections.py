"""The upper part of a report: the verdict first, then who, what and with what."""

from __future__ import annotations

from collections.abc import Sequence

from calibration.conformance.verdict import VerdictName
from calibration.exports.drawing import ACCENT, FAIL, INK, OK, PAPER, QUIET, TINT, UNSURE, WARN, Colour
from calibration.exports.pdf_page import BODY_PT, SMALL_PT, ReportPage
from calibration.exports.pdf_text import leading
from calibration.exports.report_material import ReportMaterial
from calibration.exports.wording import (
    COLOURS,
    WORDS,
    advice,
    day,
    moment,
    reasons,
    unconfirmed,
    use_sentence,
)
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import NO_AMBIENT
from calibration.records.record import CheckRecord

Fact = tuple[str, str]

_PAD_MM = 3.2
_WARN_TINT: Colour = (252, 243, 224)
_TINTS: dict[Colour, Colour] = {
    OK: (228, 242, 233),
    FAIL: (251, 231, 230),
    WARN: _WARN_TINT,
    UNSURE: (236, 232, 246),
    QUIET: TINT,
}
_READINGS_BY = {
    "manual": "Readings were typed in by the operator.",
    "csv": "Readings were imported from a file.",
}


def title_block(page: ReportPage, title: str, subtitle: str) -> None:
    """What kind of report, and of which display."""
    page.type(9, ACCENT, bold=True)
    page.paragraph("Lightbox · display quality control", 9)
    page.type(16, INK, bold=True)
    page.paragraph(title, 16)
    page.type(BODY_PT, QUIET)
    page.paragraph(subtitle)
    page.ln(2.5)


def verdict_banner(page: ReportPage, check: CheckRecord, *, is_sound: bool = True) -> None:
    """The verdict as sign, word and colour; what it means; why; what to do."""
    name = check.verdict.name if check.is_complete and is_sound else VerdictName.NOT_MEASURED
    colour = COLOURS[name]
    provisional = bool(check.verdict.provisional) and name is not VerdictName.NOT_MEASURED
    word = _word(check, is_sound=is_sound) + (" (provisional)" if provisional else "")
    use = use_sentence(check) if is_sound else "The record was changed after it was written. It decides nothing."
    why = reasons(check.verdict) if check.is_complete and is_sound else ()
    todo = advice(check) if is_sound else ("Check the display again.",)
    passages = [*((("Why", why),) if why else ()), ("What to do", todo)]
    inner = page.epw - 2 * _PAD_MM - 16
    height = 12.5 + page.height_of(use, 9.5, inner)
    height += sum(_passage_height(page, lines, inner) for _, lines in passages) + _PAD_MM
    page.keep(height)
    top = page.get_y()
    page.set_fill_color(*_TINTS.get(colour, TINT))
    page.rect(page.l_margin, top, page.epw, height, style="F")
    page.set_fill_color(*colour)
    page.rect(page.l_margin, top, 2, height, style="F")
    _sign(page, name, page.l_margin + 11, top + 9.5, colour)
    page.set_xy(page.l_margin + 19, top + 2.6)
    page.type(17, colour, bold=True)
    page.cell(inner, leading(17), word)
    page.set_y(top + 11.5)
    page.type(9.5, INK)
    page.paragraph(use, 9.5, indent_mm=19, width_mm=inner)
    for label, lines in passages:
        _passage(page, label, lines, inner)
    page.set_y(top + height + 2.5)


def verdict_word(material: ReportMaterial) -> str:
    """The verdict in a word or two, for the head of every page."""
    return _word(material.check, is_sound=material.stored.is_sound) if material.check else "not checked"


def _word(check: CheckRecord, *, is_sound: bool) -> str:
    if not is_sound:
        return "NOT VALID"
    return WORDS[check.verdict.name] if check.is_complete else "BROKEN OFF"


def cautions(page: ReportPage, material: ReportMaterial) -> None:
    """What must be known before the verdict is used: provisional, synthetic, unconfirmed, overridden."""
    check = material.check
    for title, line in _of_the_store(material):
        _caution(page, title, (line,))
    if check is None:
        return
    if material.synthetic_reasons:
        _caution(page, "Synthetic readings: this report is no proof about a real display.", material.synthetic_reasons)
    if check.series and check.ambient == NO_AMBIENT:
        line = "It was counted as 0 cd/m². In a lit room the dark greys are worse than this report says."
        _caution(page, "The ambient light is not known.", (line,))
    if check.verdict.provisional:
        _caution(page, "The verdict is provisional, because", check.verdict.provisional)
    if material.override:
        until = f"until {moment(material.override.until)}, by {material.override.head.operator}"
        _caution(page, f"Overridden {until}.", (f"Reason given: {material.override.reason}",))
    count = unconfirmed(check.verdict)
    if count:
        number = "1 limit has" if count == 1 else f"{count} limits have"
        text = (
            "They come from the sources named below the table of rules; a physicist confirms them in the site's policy."
        )
        _caution(page, f"{number} not been confirmed in the standard itself.", (text,))


def _of_the_store(material: ReportMaterial) -> tuple[tuple[str, str], ...]:
    stored, found = material.stored, []
    if not stored.is_sound:
        line = "Its hash does not fit what it says. It decides nothing; check the display again."
        found.append(("This record was changed after it was written.", line))
    if stored.clock_went_back:
        line = "When the record was taken in, the clock stood earlier than at the one before: its times are in doubt."
        found.append(("The clock had been set back.", line))
    return tuple(found)


def facts_block(page: ReportPage, facts: Sequence[Fact]) -> None:
    """Label and value in two columns on a quiet ground; values wrap, rows are as high as their higher half."""
    gap = 6.0
    width = (page.epw - gap) / 2
    label = 27.0
    for start in range(0, len(facts), 2):
        pair = facts[start : start + 2]
        page.type(BODY_PT)
        height = max(page.height_of(value, BODY_PT, width - label) for _, value in pair) + 1.0
        page.keep(height)
        y = page.get_y()
        for column, (name, value) in enumerate(pair):
            x = page.l_margin + column * (width + gap)
            page.set_xy(x, y)
            page.type(BODY_PT, QUIET)
            page.cell(label, leading(BODY_PT), name)
            page.type(BODY_PT, INK)
            page.block(value, x + label, y, width - label, BODY_PT)
        page.set_xy(page.l_margin, y + height)
    page.ln(0.5)


def check_facts(material: ReportMaterial) -> tuple[Fact, ...]:
    """Display and use, meter and light, person and time."""
    check = material.check
    assert check is not None  # noqa: S101 - asked for by reports of checks only
    return (
        ("Display", check.facts.identity.title),
        ("Role", check.role),
        ("Panel", panel_text(material)),
        ("Policy", f"{check.verdict.policy}, version {check.verdict.policy_version}"),
        ("Settings", settings_text(material)),
        ("Display LUT", lut_text(material)),
        ("Meter", meter_text(check.meter)),
        ("Ambient light", ambient_text(check)),
        ("Operator", check.head.operator or "not named"),
        ("Measured", f"{moment(check.began)} to {moment(check.head.at)}"),
        ("Workstation", check.head.workstation),
        ("Program", f"Lightbox {check.head.program}"),
    )


def panel_text(material: ReportMaterial) -> str:
    """Pixels, size, pitch, date of make and the hash of the EDID."""
    facts = material.facts
    if facts is None:
        return "not known"
    parts = [f"{facts.identity.width_px} × {facts.identity.height_px} pixels"]
    if facts.pitch_mm:
        parts.append(f"{facts.width_mm} × {facts.height_mm} mm, pitch {facts.pitch_mm:.3f} mm")
    parts += [f"made {facts.made}"] if facts.made else []
    parts.append(f"EDID {facts.edid_sha256[:12]}" if facts.edid_sha256 else "no EDID")
    if facts.identity.is_weak:
        parts.append("no serial number: weak identity")
    return ", ".join(parts)


def settings_text(material: ReportMaterial) -> str:
    """What the panel says of itself."""
    panel = material.facts.panel if material.facts else None
    if panel is None or (panel.brightness is None and panel.contrast is None and panel.hours is None):
        return "the monitor does not tell (no DDC/CI)"
    parts = [
        *([f"brightness {panel.brightness} %"] if panel.brightness is not None else []),
        *([f"contrast {panel.contrast} %"] if panel.contrast is not None else []),
        *([f"{panel.hours} hours of use"] if panel.hours is not None else []),
        *([f"firmware {panel.firmware}"] if panel.firmware else []),
    ]
    return ", ".join(parts)


def lut_text(material: ReportMaterial) -> str:
    """Which display LUT P-values went through."""
    check, calibration = material.check, material.calibration
    sha256 = check.lut_sha256 if check else ""
    if not sha256:
        return "identity: P-values are sent to the monitor as they are"
    made = f", made {day(calibration.head.at)}" if calibration else ""
    return f"{sha256[:12]}{made}"


def meter_text(meter: MeterIdentity | None) -> str:
    """Make, serial, certificate, correction and uncertainty."""
    if meter is None:
        return "none: nothing was measured with a meter"
    name = meter.model or meter.kind
    due = f"certificate until {meter.certificate_due:%Y-%m-%d}" if meter.certificate_due else "no certificate on file"
    parts = [
        f"{name}, {'serial ' + meter.serial if meter.serial else 'no serial number'}",
        f"{due} (± {100 * meter.certificate_uncertainty:g} %)",
        f"correction × {meter.correction_factor:g}",
    ]
    return "; ".join(parts) + (f". {_READINGS_BY[meter.kind]}" if meter.kind in _READINGS_BY else "")


def ambient_text(check: CheckRecord) -> str:
    """Lamb, its source, and whether it is in the readings."""
    if check.ambient == NO_AMBIENT:
        return "not known: counted as 0 cd/m² (DEFAULT)"
    counted = {series.includes_ambient for series in check.series}
    if len(counted) != 1:
        return check.ambient.sentence
    return f"{check.ambient.sentence}; {'already in' if counted == {True} else 'added to'} the readings"


def _caution(page: ReportPage, title: str, lines: Sequence[str]) -> None:
    inner = page.epw - 2 * _PAD_MM
    text = "\n".join(lines)
    page.type(BODY_PT, WARN, bold=True)
    height = page.height_of(title, BODY_PT, inner) + 2.6
    page.type(BODY_PT, INK)
    height += page.height_of(text, BODY_PT, inner)
    page.keep(height)
    top = page.get_y()
    page.set_fill_color(*_WARN_TINT)
    page.rect(page.l_margin, top, page.epw, height, style="F")
    page.set_y(top + 1.3)
    page.type(BODY_PT, WARN, bold=True)
    page.paragraph(title, indent_mm=_PAD_MM, width_mm=inner)
    page.type(BODY_PT, INK)
    page.paragraph(text, indent_mm=_PAD_MM, width_mm=inner)
    page.set_y(top + height + 1.8)


def _passage_height(page: ReportPage, lines: Sequence[str], inner: float) -> float:
    page.type(BODY_PT)
    return sum(page.height_of(line, BODY_PT, inner - 19) for line in lines) + 1.2


def _passage(page: ReportPage, label: str, lines: Sequence[str], inner: float) -> None:
    page.ln(1.2)
    y = page.get_y()
    page.set_x(page.l_margin + 19)
    page.type(BODY_PT, QUIET)
    page.cell(19, leading(BODY_PT), label)
    page.set_y(y)
    page.type(BODY_PT, INK)
    for line in lines:
        page.paragraph(line, indent_mm=38, width_mm=inner - 19)


def _sign(page: ReportPage, name: VerdictName, x: float, y: float, colour: Colour) -> None:
    """Tick, exclamation mark, question mark, cross or dash in a disc: colour is never the only sign."""
    page.set_fill_color(*colour)
    page.circle(x, y, 5.2, style="F")
    page.set_draw_color(*PAPER)
    page.set_line_width(1.2)
    if name is VerdictName.PASS:
        page.polyline([(x - 2.6, y + 0.2), (x - 0.7, y + 2.2), (x + 2.7, y - 2.0)])
    elif name is VerdictName.FAIL:
        page.line(x - 2.1, y - 2.1, x + 2.1, y + 2.1)
        page.line(x - 2.1, y + 2.1, x + 2.1, y - 2.1)
    elif name in (VerdictName.WARN, VerdictName.INCONCLUSIVE):
        page.type(20, PAPER, bold=True)
        mark = "!" if name is VerdictName.WARN else "?"
        page.text(x - page.get_string_width(mark) / 2, y + 2.4, mark)
    else:
        page.line(x - 2.4, y, x + 2.4, y)


def integrity_note(page: ReportPage, material: ReportMaterial) -> None:
    """How the report can be held against the record, and where people sign."""
    stored = material.stored
    page.keep(34)
    page.heading("Record", room_mm=26)
    origin = f"; imported from {stored.imported_from}" if stored.imported_from else ""
    page.type(SMALL_PT, INK)
    page.paragraph(f"Record {stored.record.head.id}, number {stored.sequence} of its store{origin}.", SMALL_PT)
    page.paragraph(f"Chain hash {stored.hash}", SMALL_PT)
    page.note(
        "The hash stands for this record and every one before it: `calibration verify --head` with it shows whether "
        "any has been changed since."
    )
    page.ln(9)
    width = (page.epw - 10) / 2
    y = page.get_y()
    page.set_draw_color(*QUIET)
    page.set_line_width(0.2)
    for column, label in enumerate(("Checked by, date", "Reviewed by (physicist), date")):
        x = page.l_margin + column * (width + 10)
        page.line(x, y, x + width, y)
        page.set_xy(x, y + 0.8)
        page.type(SMALL_PT, QUIET)
        page.cell(width, leading(SMALL_PT), label)
    page.set_y(y + 6)
