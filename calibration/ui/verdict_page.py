"""The page of the verdict, from top: verdict, reason, what to do, curve, details."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from calibration.checks.check_table import CHECKS, TESTS
from calibration.conformance.verdict import RuleResult, VerdictName
from calibration.conformance.wording import limit_text, measured_text
from calibration.exports.response_view import DEFAULT_LIMIT, ResponseView, responses_of
from calibration.exports.wording import WORDS, advice, moment, reasons, use_sentence
from calibration.records.record import CheckRecord
from calibration.ui.curve_plot import ContrastPlot, LuminancePlot
from calibration.ui.pieces import button, clear, frame, label, row, scroll_area, sign
from calibration.ui.step_pages import Beside, Page
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

TONES = {
    VerdictName.PASS: ("check", "ok"),
    VerdictName.WARN: ("warn", "warn"),
    VerdictName.INCONCLUSIVE: ("why", "warn"),
    VerdictName.FAIL: ("fail", "fail"),
    VerdictName.NOT_MEASURED: ("info", "info"),
    VerdictName.REPORTED: ("info", "info"),
}
_COLUMNS = ("Rule", "Verdict", "Measured", "Limit", "Source")


class VerdictPage(Page):
    """Shows a record; before it is written it offers to repeat uncertain levels, or to give a calibration up."""

    closed = Signal()
    repeat_asked = Signal()
    report_asked = Signal()
    accepted = Signal()
    withdrawn = Signal()

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Verdict page", tokens)
        self._act = self.closed.emit
        self._inside = QVBoxLayout()
        self._inside.setContentsMargins(0, 0, tokens.spacing.m, 0)
        self._inside.setSpacing(tokens.spacing.m)
        self.repeat = button(
            "Repeat the uncertain levels", "Repeat the uncertain levels", self.repeat_asked.emit, key="R"
        )
        self.save = button("Save report …", "Save report", self.report_asked.emit, key="Ctrl+S")
        self.withdraw = button("Do not use this table", "Do not use this table", self.withdrawn.emit, key="W")
        self.plots: list[LuminancePlot | ContrastPlot] = []
        host = QWidget()
        host.setLayout(self._inside)
        self._scroll = scroll_area(host, "Verdict and details")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.spacing.m)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(row(self.repeat, self.save, self.withdraw, 1))

    def show_record(self, record: CheckRecord, *, can_repeat: bool, before: float | None = None) -> None:
        """A record that is written."""
        self._fill(record, before)
        self.repeat.setVisible(can_repeat and record.verdict.name is VerdictName.INCONCLUSIVE)
        self.save.show()
        self.withdraw.hide()
        self._act = self.closed.emit
        self.set_action("Close")

    def show_preview(
        self, record: CheckRecord, *, can_repeat: bool, is_calibration: bool, before: float | None = None
    ) -> None:
        """What would be written: nothing is yet."""
        self._fill(record, before)
        self.repeat.setVisible(can_repeat)
        self.save.hide()
        self.withdraw.setVisible(is_calibration)
        self._act = self.accepted.emit
        self.set_action("Put this table to use" if is_calibration else "Record this verdict")

    def act(self) -> None:
        self._act()

    def _fill(self, record: CheckRecord, before: float | None) -> None:
        clear(self._inside)
        self.plots = []
        for part in (self._head(record), self._advice(record)):
            self._inside.addWidget(part)
        views = [view for view in responses_of(record) if view.steps] or list(responses_of(record))
        if before is not None:
            self._inside.addWidget(label(_before_text(before, record), "title", name="Before and after", wrap=True))
        if views:
            self._inside.addWidget(self._curves(views[-1]))
        if record.verdict.rules:
            self._inside.addWidget(self._table(record.verdict.rules))
        self._inside.addWidget(self._details(record))
        self._inside.addStretch(1)
        self._scroll.verticalScrollBar().setValue(0)

    def _head(self, record: CheckRecord) -> QWidget:
        name = record.verdict.name if record.is_complete else VerdictName.NOT_MEASURED
        icon_name, tone = TONES[name]
        word = WORDS[name] if record.is_complete else "NOT COMPLETE"
        size = self.tokens.px(34)
        made = QWidget()
        lines = QVBoxLayout(made)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(self.tokens.spacing.s)
        verdict = label(word, f"verdict-{tone}", name="Verdict")
        lines.addLayout(row(sign(icon_name, getattr(self.tokens.status, tone), size), verdict, 1))
        lines.addWidget(label(use_sentence(record), "room", name="What the verdict means", wrap=True))
        found = reasons(record.verdict) if record.is_complete else record.notes[-1:]
        for number, reason in enumerate(found):
            lines.addWidget(label(reason, "title", name=f"Reason {number + 1}", wrap=True))
        return made

    def _advice(self, record: CheckRecord) -> QWidget:
        made = frame("question")
        lines = QVBoxLayout(made)
        pad = self.tokens.spacing.m
        lines.setContentsMargins(pad, pad, pad, pad)
        lines.setSpacing(self.tokens.spacing.xs)
        lines.addWidget(label("What to do", "caption"))
        for number, each in enumerate(advice(record)):
            lines.addWidget(label(each, "title", name=f"Advice {number + 1}", wrap=True))
        if record.verdict.provisional:
            text = f"Provisional: {'; '.join(record.verdict.provisional)}."
            lines.addWidget(label(text, "warn", name="Why the verdict is provisional", wrap=True))
        return made

    def _curves(self, view: ResponseView) -> QWidget:
        luminance = LuminancePlot("Luminance curve", self.tokens)
        luminance.show_curve(view.curve)
        self.plots.append(luminance)
        if not view.steps:
            return luminance
        contrast = ContrastPlot("Contrast response", self.tokens)
        contrast.show_steps(view.steps, limit=view.limit or DEFAULT_LIMIT, levels=view.curve.levels)
        self.plots.append(contrast)
        for plot in (luminance, contrast):
            plot.setFixedHeight(self.tokens.px(260))
        return Beside(luminance, contrast, self.tokens)

    def _table(self, rules: Sequence[RuleResult]) -> QTableWidget:
        shown = [rule for rule in rules if rule.verdict is not VerdictName.NOT_MEASURED]
        left_out = [rule for rule in rules if rule.verdict is VerdictName.NOT_MEASURED]
        table = named(QTableWidget(len(shown) + len(left_out), len(_COLUMNS)), "Rules of the policy")
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(self.tokens.px(28))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for line, rule in enumerate([*shown, *left_out]):
            self._fill_line(table, line, rule)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setFixedHeight((table.rowCount() + 1) * self.tokens.px(28) + self.tokens.px(8))
        return table

    def _fill_line(self, table: QTableWidget, line: int, rule: RuleResult) -> None:
        from PySide6.QtGui import QColor

        value = "—" if rule.value is None else measured_text(rule.value, rule.uncertainty, rule.unit)
        mark = "" if rule.is_confirmed or rule.limit is None else "  unconfirmed"
        texts = (rule.title, WORDS[rule.verdict], value, f"{limit_text(rule)}{mark}", rule.source)
        _, tone = TONES[rule.verdict]
        for place, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text if place == len(texts) - 1 else rule.detail or text)
            if place == 1 and tone != "info":
                item.setForeground(QColor(getattr(self.tokens.status, tone)))
            elif rule.verdict is VerdictName.NOT_MEASURED or place == len(texts) - 1:
                item.setForeground(QColor(self.tokens.text.secondary))
            table.setItem(line, place, item)

    def _details(self, record: CheckRecord) -> QWidget:
        made = QWidget()
        lines = QVBoxLayout(made)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(self.tokens.spacing.xs)
        lines.addWidget(label("Details", "caption"))
        for text in details(record):
            lines.addWidget(label(text, "secondary", wrap=True))
        return made


def details(record: CheckRecord) -> tuple[str, ...]:
    """What else must be known of a check, one line each."""
    title = CHECKS[record.check].title if record.check in CHECKS else TESTS[record.check].title
    readings = sum(len(level.readings) for series in record.series for level in series.measured)
    meter = record.meter
    name = "" if meter is None else " ".join(part for part in (meter.model or meter.kind, meter.serial) if part)
    lines = [
        f"{title} of {record.facts.identity.title} by {record.head.operator}, {moment(record.began)}",
        f"{readings} readings with {name}" if meter is not None and readings else "",
        f"Reflected room light {record.ambient.sentence}" if readings else "",
        f"Policy {record.verdict.policy}, version {record.verdict.policy_version}, role {record.role}",
        f"Display LUT {record.lut_sha256[:12]}" if record.lut_sha256 else "Display LUT: identity",
    ]
    return tuple(line for line in (*lines, *record.notes) if line)


def _before_text(before: float, after: CheckRecord) -> str:
    """``Greatest deviation of contrast: before 55.8 %, after 5.6 ± 1.2 %``."""
    found = next((rule for rule in after.verdict.rules if rule.metric == "max_contrast_deviation"), None)
    text = None if found is None or found.value is None else measured_text(found.value, found.uncertainty, found.unit)
    first = measured_text(before, None, "fraction")
    return f"Greatest deviation of contrast: before {first}, after {text or 'not known'}."
