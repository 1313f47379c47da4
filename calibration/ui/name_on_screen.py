"""Which monitor is which: its name, large, in the middle of it, for some seconds."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from calibration.ui.pieces import label, window_style
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

SECONDS = 5.0
_TEXT_PX = 44


class NameOnScreen(QWidget):
    """Goes away by itself, or when it is pressed; never takes the keyboard."""

    def __init__(self, title: str, about: str, screen: QScreen, tokens: Tokens, *, seconds: float = SECONDS) -> None:
        flags = Qt.WindowType
        super().__init__(None, flags.Tool | flags.FramelessWindowHint | flags.WindowStaysOnTopHint)
        named(self, f"This is {title}")
        self.setWindowTitle(f"This is {title}")
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(window_style(tokens))
        name = label(title, name="Name of this monitor", wrap=True)
        name.setStyleSheet(f"font-size: {tokens.px(_TEXT_PX)}px;")
        said = label(about, "room", name="About this monitor", wrap=True)
        layout = QVBoxLayout(self)
        pad = tokens.spacing.xxl
        layout.setContentsMargins(pad, pad, pad, pad)
        for each in (name, said):
            each.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(each)
        room = screen.availableGeometry()
        place = QRect(0, 0, min(tokens.px(900), room.width()), min(tokens.px(260), room.height()))
        place.moveCenter(room.center())
        self.setGeometry(place)
        QTimer.singleShot(round(1000 * seconds), self, self.close)

    def mousePressEvent(self, _event: object) -> None:
        """Enough."""
        self.close()
