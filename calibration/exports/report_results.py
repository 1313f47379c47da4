"""The middle and lower part of a report: curves, rules, levels, uniformity, answers, trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from calibration.conformance.verdict import RuleResult, VerdictName
from calibration.conformance.wording import limit_text, luminance_text, measured_text, value_text
from calibration.exports.charts import deviation_chart, response_chart, uniformity_map
from calibration.exports.drawing import FAIL, INK, OK, QUIET, WARN, Drawing
from calibration.exports.pdf_page import BODY_PT, SMALL_PT, Cell, Column, ReportPage
from calibration.exports.response_view import ResponseView
from calibration.exports.trend_chart import trend_chart, trend_sentence
from calibration.exports.trends import LEAST_POINTS, Trend
from calibration.exports.wording import COLOURS, WORDS
from calibration.readings.reading import MeasuredLevel, Series, Space, ambient_to_add
from calibration.records.record import CheckRecord

_MANY_LEVELS = 60
_GAP_MM = 4.0


def curves(page: ReportPage, view: ResponseView, before: str = "") -> None:
    """The luminance curve and the contrast response side by side."""
    name = "P-values" if view.series.space is Space.P_VALUE else "DDLs, past any LUT"
    page.heading(f"{before or 'Luminance response: '}{len(view.series.at_place())} levels of {name}", room_mm=66)
    width = (page.epw - _GAP_MM) / 2
    drawings = [response_chart(view.curve, view.series.space, width)]
    if view.steps:
        drawings.append(deviation_chart(view.steps, view.limit, width))
    side_by_side(page, drawings)
    if view.contrast is not None:
        page.note(
            f"k: contrast per JND of each step against the GSDF between the measured ends (PS3.14; AAPM), with ambient "
            f"light. Worst: {view.contrast.detail}. Error bars are intervals of 95 %"
            f"{'' if view.contrast.half_width is not None else '; none: no level was read twice'}."
        )
    if view.problem:
        page.type(BODY_PT, WARN)
        page.paragraph(f"No contrast response: {view.problem}")


def side_by_side(page: ReportPage, drawings: Sequence[Drawing]) -> None:
    """Drawings in a row, from the left margin."""
    height = max(drawing.height_mm for drawing in drawings)
    page.keep(height)
    x, y = page.l_margin, page.get_y()
    for drawing in drawings:
        page.draw(drawing, x, y)
        x += drawing.width_mm + _GAP_MM
    page.set_xy(page.l_margin, y + height + 1)


def rules_table(page: ReportPage, check: CheckRecord) -> None:
    """Every rule with its value, uncertainty, limit and source; below it the sources, and what was not measured."""
    judged = [rule for rule in check.verdict.rules if rule.verdict is not VerdictName.NOT_MEASURED]
    missing = [rule for rule in check.verdict.rules if rule.verdict is VerdictName.NOT_MEASURED]
    page.heading(
        f"Rules of the policy “{check.verdict.policy}” for the role “{check.role}”", room_mm=8 + 9 * len(judged)
    )
    if judged:
        sources = list(dict.fromkeys(rule.source for rule in judged))
        columns = (
            Column("Result", 23),
            Column("Quantity", 66),
            Column("Value ± interval of 95 %", 38, "R"),
            Column("Limit", 29, "R"),
            Column("Limit is", 20),
            Column("Source", 13, "C"),
        )
        page.ruled_table(columns, [_rule_row(rule, sources) for rule in judged])
        for number, source in enumerate(sources, start=1):
            page.note(f"[{number}] {source}")
    else:
        page.type(BODY_PT, QUIET)
        page.paragraph("No quantity of this check is judged by the policy.")
    if missing:
        page.ln(0.8)
        page.note("Not measured in this check: " + "; ".join(dict.fromkeys(rule.title for rule in missing)) + ".")


def other_quantities(page: ReportPage, check: CheckRecord) -> None:
    """Quantities that no rule speaks of."""
    from calibration.conformance.metric_table import METRICS

    ruled = {rule.metric for rule in check.verdict.rules}
    rows = [
        (METRICS[each.metric].title, measured_text(each.value, each.uncertainty, each.unit), each.detail)
        for each in check.quantities
        if each.metric not in ruled and each.metric in METRICS
    ]
    if rows:
        page.heading("Reported only: the policy has no rule for it")
        page.ruled_table((Column("Quantity", 76), Column("Value, interval of 95 %", 40, "R"), Column("", 70)), rows)


def levels_table(page: ReportPage, check: CheckRecord, view: ResponseView) -> None:
    """Every level with mean, spread and number of readings; target and difference where there is one."""
    measured = view.series.at_place()
    page.heading(f"Appendix: levels of the {view.series.test} series", room_mm=8 + 4.8 * min(len(measured), 40))
    if len(measured) > _MANY_LEVELS:
        _many_levels(page, measured)
        return
    added = ambient_to_add(view.series, check.ambient)
    target = dict(zip([int(each) for each in view.curve.target_levels], view.curve.target_cd_m2, strict=True))
    has_target = bool(target) and view.series.space is Space.P_VALUE
    columns = [
        Column("Level", 12, "R"),
        Column("Mean, cd/m²", 24, "R"),
        Column("SD, cd/m²", 22, "R"),
        Column("n", 8, "R"),
    ]
    columns.append(Column("with ambient L′, cd/m²", 30, "R"))
    if has_target:
        columns += [
            Column("Target L′, cd/m²", 27, "R"),
            Column("Difference", 21, "R"),
            Column("k of the step above", 32, "R"),
        ]
    steps = {step.lower: measured_text(step.deviation, step.uncertainty, "fraction") for step in view.steps}
    rows = []
    for each in measured:
        row = [
            str(each.level),
            luminance_text(each.mean_cd_m2),
            _sd(each),
            str(len(each.readings)),
            luminance_text(each.mean_cd_m2 + added),
        ]
        if has_target:
            wanted = float(target[each.level])
            row += [luminance_text(wanted), _share((each.mean_cd_m2 + added) / wanted - 1)]
            row.append(steps.get(each.level, ""))
        rows.append(row)
    page.ruled_table(columns, rows, size_pt=7)


def uniformity(page: ReportPage, check: CheckRecord) -> None:
    """A map of the screen for each level that was measured at several places."""
    found = [(series, level, values) for series in check.series for level, values in _places(series).items()]
    if not found:
        return
    facts = check.facts.identity
    aspect = facts.height_px / facts.width_px if facts.width_px and facts.height_px else 0.75
    maps = [uniformity_map(values, level, aspect) for _, level, values in found]
    page.heading("Uniformity, as the meter read", room_mm=maps[0].height_mm + 4)
    for start in range(0, len(maps), 3):
        side_by_side(page, maps[start : start + 3])
    page.note("Bold: mean of the readings in cd/m². Below: difference from the median of the places.")


def answers_table(page: ReportPage, check: CheckRecord) -> None:
    """What a person saw."""
    if not check.answers:
        return
    page.heading("Visual tests")
    columns = (Column("Test", 30), Column("Question", 70), Column("Answer", 36), Column("Right", 30), Column("", 14))
    rows = [
        (
            each.test,
            each.question,
            each.given,
            each.right or "a matter of judgement",
            Cell("good", OK, is_bold=True) if each.is_good else Cell("not good", FAIL, is_bold=True),
        )
        for each in check.answers
    ]
    page.ruled_table(columns, rows)


def before_after(page: ReportPage, before: CheckRecord, after: CheckRecord) -> None:
    """Each quantity before and after a calibration."""
    page.heading("Before and after")
    first = {rule.metric: rule for rule in before.verdict.rules if rule.value is not None}
    second = {rule.metric: rule for rule in after.verdict.rules if rule.value is not None}
    columns = (
        Column("Quantity", 66),
        Column("Before", 34, "R"),
        Column("", 22),
        Column("After", 34, "R"),
        Column("", 22),
        Column("Limit", 28, "R"),
    )
    rows = []
    for metric in dict.fromkeys([*first, *second]):
        rule = second.get(metric) or first[metric]
        rows.append((rule.title, *_side(first.get(metric)), *_side(second.get(metric)), limit_text(rule)))
    page.ruled_table(columns, rows)


def trends(page: ReportPage, found: Sequence[Trend]) -> None:
    """Charts of the quantities that were measured several times, three in a row, each with its sentence."""
    shown = [trend for trend in found if len(trend.points) >= LEAST_POINTS]
    if not shown:
        return
    width = (page.epw - 2 * _GAP_MM) / 3
    page.heading("Trend", room_mm=72)
    for start in range(0, len(shown), 3):
        page.keep(70)
        y = page.get_y()
        bottoms = []
        for column, trend in enumerate(shown[start : start + 3]):
            indent = column * (width + _GAP_MM)
            page.set_y(y)
            page.type(BODY_PT, INK, bold=True)
            page.paragraph(trend.title, indent_mm=indent, width_mm=width)
            chart = trend_chart(trend, width)
            page.draw(chart, page.l_margin + indent, page.get_y())
            page.set_y(page.get_y() + chart.height_mm)
            page.type(SMALL_PT, QUIET)
            page.paragraph(trend_sentence(trend), SMALL_PT, indent_mm=indent, width_mm=width)
            bottoms.append(page.get_y())
        page.set_y(max(bottoms) + 2)


def notes(page: ReportPage, check: CheckRecord) -> None:
    """What was noticed while measuring."""
    if not check.notes:
        return
    page.heading("Notes")
    page.type(BODY_PT, INK)
    for note in check.notes:
        page.paragraph(f"• {note}")


def _rule_row(rule: RuleResult, sources: Sequence[str]) -> list[str | Cell]:
    title = rule.title + (f"\n{rule.detail}" if rule.detail else "")
    value = "" if rule.value is None else measured_text(rule.value, rule.uncertainty, rule.unit)
    confirmed: str | Cell = "confirmed" if rule.is_confirmed else Cell("unconfirmed", WARN)
    warned = f"\nwarn at {value_text(rule.warn, rule.unit)}" if rule.warn is not None else ""
    return [
        Cell(_short(rule.verdict), COLOURS[rule.verdict], is_bold=True),
        title,
        Cell(value, is_bold=True),
        limit_text(rule) + warned,
        confirmed if rule.limit is not None else "",
        f"[{sources.index(rule.source) + 1}]",
    ]


def _side(rule: RuleResult | None) -> tuple[str, Cell]:
    """Value and verdict of one side."""
    if rule is None or rule.value is None:
        return "not measured", Cell("")
    word = "" if rule.verdict is VerdictName.REPORTED else _short(rule.verdict)
    return measured_text(rule.value, rule.uncertainty, rule.unit), Cell(word, COLOURS[rule.verdict], is_bold=True)


def _short(name: VerdictName) -> str:
    return "WARN" if name is VerdictName.WARN else WORDS[name]


def _many_levels(page: ReportPage, measured: Sequence[MeasuredLevel]) -> None:
    """Four levels a row: level, mean, spread, number."""
    block = (Column("Level", 9, "R"), Column("Mean", 15, "R"), Column("SD", 13, "R"), Column("n", 6, "R"))
    rows_of = -(-len(measured) // 4)
    rows = []
    for row in range(rows_of):
        cells: list[str] = []
        for block_number in range(4):
            index = block_number * rows_of + row
            each = measured[index] if index < len(measured) else None
            cells += (
                [str(each.level), luminance_text(each.mean_cd_m2), _sd(each), str(len(each.readings))]
                if each
                else [""] * 4
            )
        rows.append(cells)
    page.ruled_table(block * 4, rows, size_pt=6.5)
    page.note("Mean and SD (of one reading) in cd/m², n readings; without ambient light unless the meter sees it.")


def _level_cells(each: MeasuredLevel) -> list[str]:
    return [str(each.level), luminance_text(each.mean_cd_m2), _sd(each), str(len(each.readings))]


def _places(series: Series) -> Mapping[int, Mapping[str, float]]:
    """Means by place for every level that was measured at three places or more."""
    by_level: dict[int, dict[str, list[float]]] = {}
    for each in series.measured:
        by_level.setdefault(each.level, {}).setdefault(each.place, []).append(each.mean_cd_m2)
    return {
        level: {place: fmean(values) for place, values in places.items()}
        for level, places in sorted(by_level.items())
        if len(places) >= 3
    }


def _share(fraction: float) -> str:
    """``+1.2 %``; never a negative zero."""
    return f"{round(100 * fraction, 1) + 0.0:+.1f} %".replace("-", "−")


def _sd(level: MeasuredLevel) -> str:
    return "–" if level.sd_cd_m2 is None else f"{level.sd_cd_m2:.4f}" if level.sd_cd_m2 < 1 else f"{level.sd_cd_m2:.2f}"
