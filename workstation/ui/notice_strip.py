"""The strip at the foot of a diagnostic window: what stays so for this window on the left, quiet facts on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from workstation.foundation.conditions import Condition, Severity
from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.qtkit.tokens import Tokens
from workstation.ui.elided_label import ElidedLabel

HEIGHT = 24


@dataclass(frozen=True)
class Notice:
    """One thing that stays so: its weight, what it is, and what to do."""

    severity: Severity
    text: str
    advice: str = ""


def notices_of(conditions: Sequence[Condition]) -> tuple[Notice, ...]:
    """Lasting conditions as notices; the time since when is added in the reader's zone."""
    return tuple(
        Notice(c.severity, f"{c.text} (since {c.since.astimezone().strftime('%H:%M')})", c.advice) for c in conditions
    )


_ORDER = (Severity.FAIL, Severity.WARN, Severity.INFO)
_WORDS = {Severity.FAIL: "Fault", Severity.WARN: "Warning", Severity.INFO: "Note"}


def _colour(severity: Severity) -> str:
    status = Tokens().status
    return {Severity.FAIL: status.fail, Severity.WARN: status.warn, Severity.INFO: status.info}[severity]


class NoticeStrip(QFrame):
    """Shows the worst notice in full and how many more there are; a press tells them all."""

    more_asked = Signal()

    def __init__(self, window_title: str, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.setFixedHeight(tokens.px(HEIGHT))
        self.setProperty("role", "panel")
        named(self, f"Conditions, {window_title}")
        self._notices: tuple[Notice, ...] = ()
        self._sign = QLabel(self)
        self._text = named(ElidedLabel(fills=True, parent=self), f"Worst condition, {window_title}")
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more = named(QToolButton(self), f"More conditions, {window_title}")
        self._more.setProperty("role", "link")
        self._more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._more.clicked.connect(self.more_asked)
        self._facts = named(QLabel(self), f"State line, {window_title}")
        self._facts.setProperty("role", "caption")
        self._lay_out()
        self.show_notices(())

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All that is shown or counted, worst first."""
        return self._notices

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show these, the worst first; notices of one weight keep their order."""
        self._notices = tuple(sorted(notices, key=lambda notice: _ORDER.index(notice.severity)))
        more = len(self._notices) - 1
        self._sign.setVisible(bool(self._notices))
        self._more.setVisible(more > 0)
        self._more.setText(f"and {more} more")
        if self._notices:
            worst = self._notices[0]
            sign = "info" if worst.severity is Severity.INFO else "warn"
            self._sign.setPixmap(icon(sign, _colour(worst.severity)).pixmap(self._tokens.px(14)))
            self._sign.setAccessibleName(_WORDS[worst.severity])
            self._text.setText(f"{worst.text}  {worst.advice}".strip())
        else:
            self._text.setText("")

    def show_facts(self, text: str) -> None:
        """The quiet line on the right."""
        self._facts.setText(text)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        spacing = self._tokens.spacing.s
        row.setContentsMargins(spacing, 0, spacing, 0)
        row.setSpacing(spacing)
        row.addWidget(self._sign)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(self._facts)


class NoticePanel(QFrame):
    """All notices with their advice; opens upwards from the strip."""

    def __init__(self, window_title: str, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._width = tokens.px(640)
        named(self, f"All conditions, {window_title}")
        self.setProperty("role", "raised")
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(self._label)
        self.hide()

    def toggle(self, notices: Sequence[Notice], bottom: int) -> None:
        """Open with the lower edge at ``bottom``, or close."""
        if self.isVisible():
            self.hide()
            return
        self._label.setText("".join(_as_html(notice) for notice in notices))
        width = min(self._width, self.parentWidget().width() - 32)  # type: ignore[union-attr]  # made with a parent
        self._label.setFixedWidth(width - 24)
        height = self._label.heightForWidth(width - 24) + 16
        self.setGeometry(8, bottom - height - 8, width, height)
        self.show()
        self.raise_()


def _as_html(notice: Notice) -> str:
    text = Tokens().text.secondary
    advice = f'<br><span style="color:{text}">{_escaped(notice.advice)}</span>' if notice.advice else ""
    colour = _colour(notice.severity)
    word = _WORDS[notice.severity]
    return f'<p style="margin:4px 0"><span style="color:{colour}">{word}:</span> {_escaped(notice.text)}{advice}</p>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
