"""The paper: margins, type, colours, and what stands on every page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from fpdf import FPDF
from fpdf.fonts import TTFFont

from workstation.reporting.pdf_glyphs import BOLD, REGULAR, font_path

FAMILY = "LightboxSans"
MARGIN_MM = 22.0
FOOT_MM = 20.0
INK = (28, 33, 39)
QUIET = (96, 106, 117)
ACCENT = (22, 84, 116)
TINT = (238, 243, 246)
RULE = (205, 212, 218)
WARNING_TINT = (252, 243, 224)
WARNING_INK = (122, 78, 0)

BODY_PT, LABEL_PT, SMALL_PT, HEADING_PT, TITLE_PT, HOUSE_PT = 10.5, 8.0, 8.0, 10.5, 11.0, 17.0
_MM_PER_PT = 25.4 / 72
_LEADING = 1.38
_BOLD, _ESCAPE = "\ue000\ue001", "\ue002"
"""Marks within text for where bold begins and ends; no text has them, because the typeface has no such characters."""


class LetterPage(FPDF):
    """An A4 or Letter page with the house style; the foot names patient, accession and page on every page.

    Parameters
    ----------
    running_head
        Patient and accessions, in printable characters.
    total
        Number of pages, known from a first drawing; 0 while drawing that one.
    """

    MARKDOWN_BOLD_MARKER = _BOLD
    MARKDOWN_MARKERS = (_BOLD, _BOLD, _BOLD, _BOLD)
    MARKDOWN_ESCAPE_CHARACTER = _ESCAPE
    MARKDOWN_LINK_REGEX = re.compile(r"(?!)")

    def __init__(self, *, paper: str, house: str, running_head: str, total: int) -> None:
        super().__init__(orientation="portrait", unit="mm", format=paper)
        self._house = house
        self._running_head = running_head
        self._total = total
        self.add_font(FAMILY, "", font_path(REGULAR))
        self.add_font(FAMILY, "B", font_path(BOLD))
        self.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=FOOT_MM + 6)
        self.c_margin = 0

    def header(self) -> None:
        """A bar of the house colour; from page two on also the house's name."""
        self.set_fill_color(*ACCENT)
        self.rect(0, 0, self.w, 3, style="F")
        if self.page_no() == 1:
            self.set_y(14)
            return
        self.set_y(11)
        self.type(SMALL_PT, QUIET)
        self.line_of(self._house, SMALL_PT)
        self.set_y(MARGIN_MM)

    def footer(self) -> None:
        """Patient, accessions, page n of m."""
        self.set_y(-FOOT_MM)
        self.rule()
        self.ln(2)
        self.type(SMALL_PT, QUIET)
        page = f"Page {self.page_no()} of {self._total or self.page_no()}"
        width = self.get_string_width(page) + 4
        top = self.get_y()
        self.multi_cell(self.epw - width, leading(SMALL_PT), self._running_head, align="L", max_line_height=None)
        self.set_xy(self.w - MARGIN_MM - width, top)
        self.cell(width, leading(SMALL_PT), page, align="R")

    def type(self, size_pt: float, colour: tuple[int, int, int] = INK, *, bold: bool = False) -> None:
        """Choose size, colour and weight."""
        self.set_font(FAMILY, "B" if bold else "", size_pt)
        self.set_text_color(*colour)

    def line_of(self, text: str, size_pt: float) -> None:
        """One line of text in the current type, then go to the next."""
        self.cell(self.epw, leading(size_pt), text, new_x="LMARGIN", new_y="NEXT")

    def paragraph(self, text: str, size_pt: float, *, indent_mm: float = 0.0, width_mm: float | None = None) -> None:
        """Running text from the left margin plus ``indent_mm``."""
        self.set_x(self.l_margin + indent_mm)
        width = width_mm if width_mm is not None else self.epw - indent_mm
        is_marked = _BOLD in text
        self.multi_cell(width, leading(size_pt), text, align="L", new_x="LMARGIN", new_y="NEXT", markdown=is_marked)

    def height_of(self, text: str, size_pt: float, width_mm: float) -> float:
        """Height of running text in the current type, in millimetres."""
        is_marked = _BOLD in text
        height = self.multi_cell(
            width_mm, leading(size_pt), text, align="L", dry_run=True, output="HEIGHT", markdown=is_marked
        )
        return cast("float", height)

    def rule(self) -> None:
        """A hairline over the text width."""
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())

    def room(self) -> float:
        """Millimetres left on this page."""
        return self.page_break_trigger - self.get_y()

    def close(self) -> None:
        """Close the font files, which fpdf2 leaves open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()


def marked(pieces: Iterable[tuple[str, bool]]) -> str:
    """Pieces of text, each with whether it is bold, for `LetterPage.paragraph` and `LetterPage.height_of`."""
    return "".join(f"{_BOLD}{text}{_BOLD}" if is_bold else text for text, is_bold in pieces)


def leading(size_pt: float) -> float:
    """Line height for a type size, in millimetres."""
    return size_pt * _MM_PER_PT * _LEADING
