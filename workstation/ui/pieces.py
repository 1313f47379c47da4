"""Small parts that every page is put together from. Texts from outside are always plain text, never markup."""

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
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.qtkit.tokens import Tokens

TOKENS = Tokens()


class SpokenLabel(QLabel):
    """A label whose name stays and whose text is told to screen readers as its description."""

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show and tell ``text``."""
        super().setText(text)
        self.setAccessibleDescription(text if self.accessibleName() else "")


def label(text: str = "", role: str = "", *, name: str = "", wrap: bool = False) -> QLabel:
    """A label for plain text. ``role`` is one the style sheet knows: caption, title, room, warn, fail, ok, info."""
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


def icon_button(sign: str, name: str, on_click: Callable[[], object], *, key: str = "") -> QToolButton:
    """A flat button that shows only an icon; its name is the tool tip."""
    made = named(QToolButton(), name)
    made.setIcon(icon(sign))
    made.setProperty("role", "link")
    made.setToolTip(tip(name, key))
    made.clicked.connect(lambda *_: on_click())
    return made


def tip(name: str, key: str) -> str:
    """``Sign report (F12)``."""
    return f"{name} ({key})" if key else name


def frame(role: str = "panel") -> QFrame:
    """A surface: panel, raised or line."""
    made = QFrame()
    made.setProperty("role", role)
    return made


def scroll_area(inside: QWidget, name: str) -> QScrollArea:
    """A page that scrolls up and down, on whatever ground it stands."""
    made = named(QScrollArea(), name)
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    put_in(made, inside)
    return made


def put_in(area: QScrollArea, inside: QWidget) -> None:
    """Put a page into a scroll area without letting it paint a ground of its own."""
    area.setWidget(inside)
    inside.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)


def line() -> QFrame:
    """A hairline."""
    made = frame("line")
    made.setFixedHeight(1)
    return made


def row(*parts: QWidget | int | QLayout, spacing: int = TOKENS.spacing.s) -> QHBoxLayout:
    """Widgets side by side; a number is a stretch of that weight."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    _fill(layout, parts)
    return layout


def column(*parts: QWidget | int | QLayout, spacing: int = TOKENS.spacing.s) -> QVBoxLayout:
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
