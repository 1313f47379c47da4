"""Text over an image: outlined corner texts, headline, orientation letters, lossy mark; a sentence where none is."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QRegion

from workstation.qtkit.fonts import interface_font
from workstation.qtkit.tokens import Tokens
from workstation.ui.outlined_text import TextStamps
from workstation.ui.overlay_layout import Overlay, OverlayLayout, changed_region

__all__ = ["Overlay", "OverlayPainter", "paint_message"]


class OverlayPainter:
    """Writes overlays. ``stamps`` keeps the lines that were drawn, of this viewport and of others."""

    def __init__(self, stamps: TextStamps | None = None) -> None:
        self._layout = OverlayLayout(stamps or TextStamps())

    @property
    def notice_area(self) -> QRect:
        """Where notices were last written; empty when there were none."""
        return self._layout.notice_area

    def paint(self, painter: QPainter, area: QRect, overlay: Overlay, tokens: Tokens) -> None:
        """Write ``overlay`` into ``area`` (logical pixels)."""
        for corner, image in self._layout.marks(area, overlay, tokens, painter.device().devicePixelRatioF()):
            painter.drawImage(corner, image)

    def changed(self, area: QRect, before: Overlay, now: Overlay, tokens: Tokens, scale: float) -> QRegion:
        """Where ``now`` differs from ``before``: nothing else need be painted for it."""
        return changed_region(
            self._layout.marks(area, before, tokens, scale), self._layout.marks(area, now, tokens, scale)
        )


def paint_message(painter: QPainter, area: QRect, title: str, detail: str, tokens: Tokens) -> None:
    """Write a quiet sentence in the middle of an empty viewport."""
    box = area.adjusted(32, 0, -32, 0)
    flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
    painter.setFont(interface_font(tokens.type.title))
    title_box = painter.fontMetrics().boundingRect(box, flags, title)
    painter.setFont(interface_font(tokens.type.body))
    detail_box = painter.fontMetrics().boundingRect(box, flags, detail)
    gap = tokens.spacing.s if title and detail else 0
    top = box.center().y() - (title_box.height() + gap + detail_box.height()) // 2
    painter.setFont(interface_font(tokens.type.title))
    painter.setPen(QColor(tokens.text.primary))
    painter.drawText(QRect(box.left(), top, box.width(), title_box.height()), flags, title)
    painter.setFont(interface_font(tokens.type.body))
    painter.setPen(QColor(tokens.text.secondary))
    top += title_box.height() + gap
    painter.drawText(QRect(box.left(), top, box.width(), detail_box.height()), flags, detail)
