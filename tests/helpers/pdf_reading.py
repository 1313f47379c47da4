"""What a PDF says, and where, as its readers see it."""

from __future__ import annotations

import pypdfium2


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def text_of(pdf: bytes) -> str:
    """The text of all pages, each run of blanks as one, words parted by hyphens joined."""
    return " ".join(" ".join(page_texts(pdf)).replace("\ufffe", "").split())


def strays(pdf: bytes, side_pt: float = 47, edge_pt: float = 11) -> list[str]:
    """Characters beyond the margins."""
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document, start=1):
            text = page.get_textpage()
            width, height = page.get_size()
            for index in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(index)
                inside = left > side_pt and right < width - side_pt and bottom > edge_pt and top < height - edge_pt
                if right > left and not inside:
                    found.append(f"page {number}: {text.get_text_range(index, 1)!r} at {left:.0f}, {bottom:.0f}")
    return found
