"""Small parts that every page is put together from, as large as the monitor's tokens ask. Texts are plain text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.qtkit.theme import style_sheet_of
from workstation.qtkit.tokens import Tokens

_EXTRA = """
QWidget[role="window"] {{ background: {s.window}; font-size: {ty.body}px; }}
QLabel, QLineEdit, QComboBox, QCheckBox, QSpinBox, QTableView, QTabBar, QMenu, QPushButton, QToolTip {{
    font-size: {ty.body}px;
}}
QPushButton {{ min-height: {control}px; }}
QHeaderView::section {{ font-size: {ty.caption}px; }}
QLabel[role="caption"] {{ color: {t.secondary}; font-size: {ty.caption}px; }}
QLabel[role="title"] {{ font-size: {ty.title}px; }}
QLabel[role="room"] {{ font-size: {ty.room}px; }}
QLabel[role="figure"] {{ font-size: {figure}px; }}
QLabel[role="secondary"] {{ color: {t.secondary}; }}
QLabel[role="verdict-ok"] {{ color: {st.ok}; font-size: {figure}px; }}
QLabel[role="verdict-warn"] {{ color: {st.warn}; font-size: {figure}px; }}
QLabel[role="verdict-fail"] {{ color: {st.fail}; font-size: {figure}px; }}
QLabel[role="verdict-info"] {{ color: {st.info}; font-size: {figure}px; }}
QPushButton[role="choice"], QPushButton[role="choice-default"] {{
    text-align: left; min-height: {choice}px; padding: 0 {sp.l}px; font-size: {ty.title}px;
}}
QPushButton[role="choice-default"] {{ border-color: {a.main}; }}
QPushButton[role="choice"]:checked {{ background: {a.soft}; border-color: {a.main}; }}
QPushButton[role="link"] {{ min-height: {control}px; }}
QLineEdit[role="number"] {{ font-size: {figure}px; min-height: {choice}px; }}
QComboBox::down-arrow {{
    image: none; width: 0; height: 0; margin-right: {sp.s}px;
    border-left: {arrow}px solid {s.panel}; border-right: {arrow}px solid {s.panel};
    border-top: {arrow}px solid {t.secondary};
}}
QProgressBar {{ background: {s.line}; border: none; border-radius: 2px; min-height: 4px; max-height: 4px; }}
QProgressBar::chunk {{ background: {a.main}; border-radius: 2px; }}
QFrame[role="notice"] {{ background: {s.raised}; border: none; border-left: 3px solid {st.warn}; }}
QFrame[role="question"] {{ background: {s.raised}; border: none; border-left: 3px solid {a.main}; }}
"""


def window_style(tokens: Tokens) -> str:
    """Style sheet of one window: the program's look at the size its monitor needs."""
    extra = _EXTRA.format(
        s=tokens.surface,
        t=tokens.text,
        a=tokens.accent,
        st=tokens.status,
        sp=tokens.spacing,
        ty=tokens.type,
        control=tokens.spacing.control - 2,
        choice=tokens.px(38),
        figure=tokens.px(34),
        arrow=tokens.px(4),
    )
    return style_sheet_of(tokens) + extra


class SpokenLabel(QLabel):
    """A label whose name stays and whose text is told to screen readers as its description."""

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show and tell ``text``."""
        super().setText(text)
        self.setAccessibleDescription(text if self.accessibleName() else "")


def label(text: str = "", role: str = "", *, name: str = "", wrap: bool = False) -> SpokenLabel:
    """A label for plain text. ``role`` is one the style sheet knows: caption, title, room, figure, warn, fail, ok."""
    made = SpokenLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if name:
        named(made, name, text)
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Change how a widget is styled."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(text: str, name: str, on_click: Callable[[], object], *, key: str = "", role: str = "") -> QPushButton:
    """A push button with an accessible name and its key in the tool tip."""
    made = named(QPushButton(text), name)
    made.setToolTip(tip(name, key))
    if role:
        made.setProperty("role", role)
    made.setAutoDefault(False)
    made.clicked.connect(lambda *_: on_click())
    return made


def tip(name: str, key: str) -> str:
    """``Stop the check (Esc)``."""
    return f"{name} ({key})" if key else name


def sign(name: str, colour: str, size_px: int) -> QLabel:
    """An icon that stands beside a word."""
    made = QLabel()
    made.setPixmap(icon(name, colour).pixmap(size_px, size_px))
    made.setFixedWidth(size_px)
    return made


def frame(role: str = "panel") -> QFrame:
    """A surface: panel, raised, line, notice or question."""
    made = QFrame()
    made.setProperty("role", role)
    return made


def line() -> QFrame:
    """A hairline."""
    made = frame("line")
    made.setFixedHeight(1)
    return made


def row(*parts: QWidget | int | QLayout, spacing: int = 8) -> QHBoxLayout:
    """Widgets side by side; a number is a stretch of that weight."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    _fill(layout, parts)
    return layout


def column(*parts: QWidget | int | QLayout, spacing: int = 8) -> QVBoxLayout:
    """Widgets below each other; a number is a stretch of that weight."""
    layout = QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    _fill(layout, parts)
    return layout


def _fill(layout: QHBoxLayout | QVBoxLayout, parts: tuple[QWidget | int | QLayout, ...]) -> None:
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addWidget(part)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def scroll_area(inside: QWidget, name: str) -> QScrollArea:
    """A page that scrolls up and down, on whatever ground it stands."""
    made = named(QScrollArea(), name)
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setWidget(inside)
    inside.setAutoFillBackground(False)
    made.viewport().setAutoFillBackground(False)
    return made
