"""The page of trends: how luminance, contrast and hours of use have moved, and when a limit will be left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QVBoxLayout, QWidget

from calibration.checks.qa_desk import QaDesk
from calibration.conformance.metric_table import METRICS
from calibration.conformance.wording import value_text
from calibration.exports.trend_chart import trend_sentence
from calibration.exports.trends import TREND_METRICS, trend_of
from calibration.exports.wording import day
from calibration.records.record import CheckRecord, DisplayRecord, StoredRecord
from calibration.ui.page_parts import FileAsker, FileDialogs, Told, page_layout
from calibration.ui.pieces import button, label, row, scroll_area, set_role
from calibration.ui.trend_plot import NamedTrend, TrendPlot, legend_of
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.tokens import Tokens

ALL = ""
_KINDS = "SVG (*.svg);;PNG (*.png)"
_TWO_COLUMNS = 900
_TITLES = {
    "luminance_max": "Luminance of white, L′max",
    "luminance_ratio": "Luminance ratio",
    "max_contrast_deviation": "Greatest deviation of contrast, |k|",
    "hours": "Hours of use",
}


@dataclass(frozen=True)
class TrendsView:
    """What the page shows: trends by metric, of one display or of all."""

    titles: Mapping[str, str]
    key: str
    by_metric: Mapping[str, tuple[NamedTrend, ...]]


class TrendsPage(QWidget):
    """Four plots, each with what it means in words."""

    def __init__(self, desk: QaDesk, tasks: TaskRunner, tokens: Tokens, *, files: FileAsker | None = None) -> None:
        super().__init__()
        named(self, "Trends")
        self._desk, self._tasks, self._tokens = desk, tasks, tokens
        self._files = files or FileDialogs()
        self._key = ALL
        self._display = named(QComboBox(), "Display of the trends")
        self._display.setMinimumWidth(tokens.px(340))
        self._display.activated.connect(lambda _: self.show_display(str(self._display.currentData())))
        self._legend = label("", name="Which display is which")
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self.told = Told("What was done with the plots")
        self.cards = {metric: _TrendCard(metric, tokens) for metric in TREND_METRICS}
        self._empty = label(
            "There is nothing to show yet: trends are made of checks with a meter, one a month at least.",
            "secondary",
            name="No trends",
            wrap=True,
        )
        self._grid = QGridLayout()
        self._grid.setSpacing(tokens.spacing.m)
        self._lay_out()
        for card in self.cards.values():
            card.save.clicked.connect(lambda *_, card=card: self._save(card))

    def show_display(self, key: str) -> None:
        """The trends of one display, or of all."""
        self._key = key
        self.refresh()

    def refresh(self) -> None:
        """Look at the records anew."""
        key = self._key
        self._tasks.run(
            lambda _: trends_view(self._desk, key),
            owner=self,
            on_success=self._show,
            on_failure=lambda error: self.told.say(str(error), "fail"),
        )

    def _lay_out(self) -> None:
        layout = page_layout(self, self._tokens)
        head = row(self._display, self._legend, self.told, 1, spacing=self._tokens.spacing.l)
        head.setStretch(2, 1)
        layout.addLayout(head)
        self._empty.hide()
        layout.addWidget(self._empty)
        inside = QWidget()
        inside.setLayout(self._grid)
        self._grid.setContentsMargins(0, 0, self._tokens.spacing.s, 0)
        self._arrange(columns=2)
        layout.addWidget(scroll_area(inside, "All trends"), 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column where it is narrow."""
        self._arrange(columns=2 if event.size().width() >= self._tokens.px(_TWO_COLUMNS) else 1)
        super().resizeEvent(event)

    def _arrange(self, *, columns: int) -> None:
        for number, card in enumerate(self.cards.values()):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _show(self, view: TrendsView) -> None:
        self._display.clear()
        self._display.addItem("All displays of this computer", ALL)
        for key, title in view.titles.items():
            self._display.addItem(title, key)
        self._display.setCurrentIndex(max(0, self._display.findData(view.key)))
        has_any = any(each.trend.points for trends in view.by_metric.values() for each in trends)
        self._empty.setVisible(not has_any)
        for metric, card in self.cards.items():
            card.setVisible(has_any)
            card.show_trends(view.by_metric[metric])
        shown = [each.title for each in view.by_metric[TREND_METRICS[0]]]
        self._legend.setText(legend_of(shown, self._tokens) if len(shown) > 1 else "")

    def _save(self, card: _TrendCard) -> None:
        path = self._files.save(self, "Save plot", f"{card.quantity}.svg", _KINDS)
        if path is None:
            return
        try:
            card.plot.save(path)
        except UserFacingError as error:
            self.told.say(str(error), "fail")
        else:
            self.told.say(f"Saved: {path}", "ok")


class _TrendCard(QFrame):
    """One plot with its title, its sentence and a way to save it."""

    def __init__(self, metric: str, tokens: Tokens) -> None:
        super().__init__()
        self.quantity = metric
        title = _TITLES[metric]
        named(self, f"Trend, {title}")
        self.setProperty("role", "panel")
        self.plot = TrendPlot(f"Plot, {title}", METRICS[metric].unit, tokens)
        self.plot.setMinimumHeight(tokens.px(220))
        self.words = label("", "secondary", name=f"Forecast, {title}", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setMinimumHeight(2 * tokens.px(18))
        self.save = button("Save plot …", f"Save plot, {title}", lambda: None, role="link")
        layout = QVBoxLayout(self)
        pad = tokens.spacing.m
        layout.setContentsMargins(pad, tokens.spacing.s, pad, tokens.spacing.s)
        layout.setSpacing(tokens.spacing.xs)
        layout.addLayout(row(label(title, "title"), 1, self.save))
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.words)

    def show_trends(self, trends: Sequence[NamedTrend]) -> None:
        """Show them, and say what they mean."""
        self.plot.show_trends(trends)
        text, tone = words_on(trends)
        self.words.setText(text)
        set_role(self.words, tone)


def words_on(trends: Sequence[NamedTrend]) -> tuple[str, str]:
    """What the trends of a metric mean, with a tone: whole for one display, the first to leave for several."""
    filled = [each for each in trends if each.trend.points]
    if not filled:
        return "Nothing has been measured yet.", "secondary"
    if len(filled) > 1 and filled[0].trend.metric == "hours":
        return "", "secondary"  # they have no limit
    leaving = sorted((on, each.title) for each in filled if (on := each.trend.leaves_on) is not None)
    outside = [each for each in filled if each.trend.reason.startswith("The last check is already outside")]
    if len(filled) == 1:
        trend = filled[0].trend
        last = f"Last: {value_text(trend.points[-1].value, trend.unit)} on {day(trend.points[-1].at)}."
        words = f"{last} {_sentence(filled[0])}"
        return words, "fail" if outside else "warn" if leaving else "secondary"
    if outside:
        return f"Outside its limit already: {', '.join(each.title for each in outside)}.", "fail"
    if leaving:
        return "Leaves its limit: " + ", ".join(f"{title} about {day(on)}" for on, title in leaving) + ".", "warn"
    return "No display is on its way out of its limit, as far as the checks show.", "secondary"


def _sentence(named_trend: NamedTrend) -> str:
    """Hours have no limit: nothing is forecast of them."""
    trend = named_trend.trend
    if trend.metric != "hours":
        return trend_sentence(trend)
    slope = trend.slope_per_year
    return "" if slope is None else f"{slope:.0f} hours a year."


def trends_view(desk: QaDesk, wanted: str) -> TrendsView:
    """The trends of the displays of this computer that were ever checked, or of one of them."""
    by_key: dict[str, list[StoredRecord]] = {}
    titles: dict[str, str] = {}
    for stored in desk.book.records():
        key = stored.record.head.display_key
        if stored.imported_from and key not in by_key:
            continue
        by_key.setdefault(key, []).append(stored)
        if isinstance(stored.record, DisplayRecord | CheckRecord):
            titles[key] = stored.record.facts.identity.title
    key = wanted if wanted in by_key else ALL
    shown = [key] if key else list(by_key)
    by_metric = {
        metric: tuple(
            NamedTrend(titles.get(each, each), trend_of([r for r in by_key[each] if r.is_sound], metric))
            for each in shown
        )
        for metric in TREND_METRICS
    }
    return TrendsView(titles, key, by_metric)
