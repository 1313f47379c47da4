"""An earlier report in place: as text, or a PDF as pixels (pypdfium2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from workstation.qtkit.accessible import named
from workstation.reading.order_panel import PriorReport
from workstation.ui.pieces import TOKENS, column, frame, label

PAGE_WIDTH = 320
MOST_PAGES = 10


def prior_report_view(report: PriorReport) -> QFrame:
    """The body of a prior report; says so when it holds nothing that can be shown."""
    box = frame("raised")
    named(box, "Prior report body")
    inside = column(spacing=TOKENS.spacing.s)
    inside.setContentsMargins(TOKENS.spacing.m, TOKENS.spacing.s, TOKENS.spacing.m, TOKENS.spacing.s)
    for part in _parts(report):
        inside.addWidget(part)
    box.setLayout(inside)
    return box


def _parts(report: PriorReport) -> list[QWidget]:
    if report.text.strip():
        text = label(report.text.strip(), name="Prior report text", wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return [text]
    if report.pdf:
        return [*_pages(report.pdf)]
    return [label("This report has no text that can be shown here.", "caption", wrap=True)]


def _pages(pdf: bytes) -> list[QWidget]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        return [label("This report's PDF is damaged and cannot be shown.", "warn", wrap=True)]
    shown: list[QWidget] = []
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        scale = PAGE_WIDTH / page.get_width() if page.get_width() else 1.0
        shown.append(_page(page.render(scale=scale, rev_byteorder=True).to_numpy(), number))
    if len(document) > MOST_PAGES:
        shown.append(label(f"{len(document) - MOST_PAGES} more pages are not shown.", "caption"))
    document.close()
    return shown


def _page(pixels: NDArray[np.uint8], number: int) -> QLabel:
    """``pixels`` is (rows, columns, 3) or (rows, columns, 4), red first."""
    pixels = np.ascontiguousarray(255 - pixels[:, :, :3])  # a white page would be the brightest thing in the room
    rows, columns, _ = pixels.shape
    image = QImage(pixels.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
    made = named(QLabel(), f"Prior report page {number + 1}")
    made.setPixmap(QPixmap.fromImage(image))
    return made
