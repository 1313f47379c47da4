"""The paper of reports: margins, type, what stands on every page, tables, and drawings in vector form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fpdf import FPDF
from fpdf.fonts import TTFFont

from calibration.exports.drawing import ACCENT, INK, QUIET, RULE, TINT, Colour, Drawing
from calibration.exports.pdf_shapes import paint
from calibration.exports.pdf_text import BOLD, FAMILY, REGULAR, font_path, leading, one_line_baseline, printable

MARGIN_MM, TOP_MM, FOOT_MM = 17.0, 18.0, 15.0
BODY_PT, SMALL_PT, HEADING_PT = 8.5, 7.0, 10.5
_CELL_PAD_MM = 1.2
Align = Literal["L", "R", "C"]


@dataclass(frozen=True)
class Column:
    """A column of a table: ``share`` of the width relative to the others."""

    title: str
    share: float
    align: Align = "L"


@dataclass(frozen=True)
class Cell:
    """A cell with a look of its own. Plain text stands for ``Cell(text)``."""

    text: str
    colour: Colour = INK
    is_bold: bool = False


@dataclass(frozen=True)
class Running:
    """What stands on every page.

    Attributes
    ----------
    head
        From page two on, at the top.
    foot
        Lines at the bottom, with the number of the page beside them.
    """

    house: str
    head: str
    foot: tuple[str, ...]


class ReportPage(FPDF):
    """A4 pages in the look of the program's reports.

    Parameters
    ----------
    total
        Number of pages, known from a first drawing; 0 while drawing that one.
    """

    def __init__(self, running: Running, *, total: int = 0, is_landscape: bool = False) -> None:
        super().__init__(orientation="landscape" if is_landscape else "portrait", unit="mm", format="A4")
        self._running = running
        self._total = total
        self.add_font(FAMILY, "", font_path(REGULAR))
        self.add_font(FAMILY, "B", font_path(BOLD))
        self.set_margins(MARGIN_MM, TOP_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=FOOT_MM + 5)
        self.c_margin = 0

    def header(self) -> None:
        """A bar of the house colour; from page two on also what the report is about."""
        self.set_fill_color(*ACCENT)
        self.rect(0, 0, self.w, 2.5, style="F")
        if self.page_no() == 1:
            self.set_y(11)
            return
        self.set_xy(self.l_margin, 8)
        self.type(SMALL_PT, QUIET)
        self.cell(self.epw, leading(SMALL_PT), self._running.house)
        self.set_xy(self.l_margin, 8)
        self.cell(self.epw, leading(SMALL_PT), self._running.head, align="R")
        self.set_y(TOP_MM)

    def footer(self) -> None:
        """The lines of the foot, page n of m."""
        self.set_y(-FOOT_MM)
        self.rule()
        self.ln(1.5)
        self.type(6.5, QUIET)
        top = self.get_y()
        for line in self._running.foot:
            self.cell(self.epw - 25, leading(6.5), line, new_x="LMARGIN", new_y="NEXT")
        self.set_xy(self.l_margin, top)
        self.cell(self.epw, leading(6.5), f"Page {self.page_no()} of {self._total or self.page_no()}", align="R")

    def type(self, size_pt: float, colour: Colour = INK, *, bold: bool = False) -> None:
        """Choose size, colour and weight."""
        self.set_font(FAMILY, "B" if bold else "", size_pt)
        self.set_text_color(*colour)

    def paragraph(
        self, text: str, size_pt: float = BODY_PT, *, indent_mm: float = 0.0, width_mm: float | None = None
    ) -> None:
        """Running text in the current type from the left margin plus ``indent_mm``; goes on over pages."""
        size, bold, colour = self.font_size_pt, self.font_style == "B", self.text_color
        for line in self.lines_of(text, width_mm if width_mm is not None else self.epw - indent_mm):
            if self.room() < leading(size_pt):
                self.add_page()
                self.set_font(FAMILY, "B" if bold else "", size)
                self.text_color = colour
            self.text(self.l_margin + indent_mm, self.get_y() + one_line_baseline(size_pt), line)
            self.set_y(self.get_y() + leading(size_pt))

    def block(self, text: str, x: float, y: float, width_mm: float, size_pt: float, align: Align = "L") -> None:
        """Running text in the current type with its upper left corner at ``x``, ``y``; never goes on over pages."""
        for number, line in enumerate(self.lines_of(text, width_mm)):
            spare = width_mm - self.get_string_width(line) if align != "L" else 0.0
            back = {"L": 0.0, "C": spare / 2, "R": spare}[align]
            self.text(x + back, y + number * leading(size_pt) + one_line_baseline(size_pt), line)

    def height_of(self, text: str, size_pt: float, width_mm: float) -> float:
        """Height of running text in the current type, mm."""
        return len(self.lines_of(text, width_mm)) * leading(size_pt)

    def lines_of(self, text: str, width_mm: float) -> list[str]:
        """The text broken into lines of at most ``width_mm`` in the current type; at least one line."""
        return [line for part in printable(text).split("\n") for line in self._broken(part, width_mm)]

    def _broken(self, part: str, width_mm: float) -> list[str]:
        if self.get_string_width(part) <= width_mm:
            return [part]
        lines, line = list[str](), ""
        for word in part.split(" "):
            longer = f"{line} {word}" if line else word
            if self.get_string_width(longer) <= width_mm:
                line = longer
                continue
            lines += [line] if line else []
            *whole, line = self._chopped(word, width_mm)
            lines += whole
        return [*lines, line]

    def _chopped(self, word: str, width_mm: float) -> list[str]:
        """A word in pieces that fit: hashes and the like have no blanks."""
        pieces, piece = list[str](), ""
        for character in word:
            if piece and self.get_string_width(piece + character) > width_mm:
                pieces.append(piece)
                piece = ""
            piece += character
        return [*pieces, piece]

    def heading(self, text: str, *, room_mm: float = 25.0) -> None:
        """A heading that never stands alone at the foot of a page."""
        self.keep(leading(HEADING_PT) + 4 + room_mm)
        self.ln(3.5)
        self.type(HEADING_PT, ACCENT, bold=True)
        self.paragraph(text, HEADING_PT)
        self.ln(1.2)

    def note(self, text: str) -> None:
        """A small remark in quiet colour."""
        self.type(SMALL_PT, QUIET)
        self.keep(self.height_of(text, SMALL_PT, self.epw))
        self.paragraph(text, SMALL_PT)

    def rule(self) -> None:
        """A hairline over the text width."""
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())

    def room(self) -> float:
        """Millimetres left on this page."""
        return self.page_break_trigger - self.get_y()

    def keep(self, height_mm: float) -> None:
        """Go to a new page when less than ``height_mm`` is left, unless no page has so much."""
        if self.room() < height_mm <= self.eph:
            self.add_page()

    def ruled_table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str | Cell]], *, size_pt: float = 7.5
    ) -> None:
        """A table with wrapped cells; its head is repeated on every page and no row is parted."""
        width = self.epw / sum(column.share for column in columns)
        widths = [column.share * width for column in columns]
        self._table_head(columns, widths, size_pt)
        for number, row in enumerate(rows):
            cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in row]
            height = self._row_height(cells, widths, size_pt)
            if self.room() < height:
                self.add_page()
                self._table_head(columns, widths, size_pt)
            if number % 2:
                self.set_fill_color(*TINT)
                self.rect(self.l_margin, self.get_y(), self.epw, height, style="F")
            self._row(cells, widths, [column.align for column in columns], height, size_pt)
        self.rule()
        self.ln(1.5)

    def line_table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str | Cell]], *, size_pt: float = 7.0
    ) -> None:
        """A table for thousands of rows: each is one line, and what does not fit ends in an ellipsis."""
        width = self.epw / sum(column.share for column in columns)
        widths = [column.share * width for column in columns]
        height = leading(size_pt) + 0.9
        self._table_head(columns, widths, size_pt)
        for number, row in enumerate(rows):
            if self.room() < height:
                self.add_page()
                self._table_head(columns, widths, size_pt)
            y = self.get_y()
            if number % 2:
                self.set_fill_color(*TINT)
                self.rect(self.l_margin, y, self.epw, height, style="F")
            x = self.l_margin
            for content, own in zip(row, widths, strict=True):
                cell = content if isinstance(content, Cell) else Cell(content)
                self.type(size_pt, cell.colour, bold=cell.is_bold)
                self.text(x + _CELL_PAD_MM, y + height - 1.35, self._fitting(cell.text, own - 2 * _CELL_PAD_MM))
                x += own
            self.set_xy(self.l_margin, y + height)
        self.rule()
        self.ln(1.5)

    def _fitting(self, text: str, width_mm: float) -> str:
        """As much of one line as fits, in the current type."""
        shown = printable(text).replace("\n", " ")
        if self.get_string_width(shown) <= width_mm:
            return shown
        while shown and self.get_string_width(shown + "…") > width_mm:
            shown = shown[:-1]
        return shown.rstrip() + "…"

    def draw(self, drawing: Drawing, x: float, y: float) -> None:
        """A drawing with its upper left corner at ``x``, ``y``."""
        for shape in drawing.shapes:
            paint(self, shape, x, y)

    def close(self) -> None:
        """Close the font files, which fpdf2 leaves open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def _table_head(self, columns: Sequence[Column], widths: Sequence[float], size_pt: float) -> None:
        cells = [Cell(column.title, QUIET, is_bold=True) for column in columns]
        height = self._row_height(cells, widths, size_pt)
        self._row(cells, widths, [column.align for column in columns], height, size_pt, at_bottom=True)
        self.set_draw_color(*QUIET)
        self.set_line_width(0.25)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())

    def _row_height(self, cells: Sequence[Cell], widths: Sequence[float], size_pt: float) -> float:
        heights = []
        for cell, width in zip(cells, widths, strict=True):
            self.type(size_pt, bold=cell.is_bold)
            heights.append(self.height_of(cell.text, size_pt, width - 2 * _CELL_PAD_MM))
        return max(heights) + 1.4

    def _row(
        self,
        cells: Sequence[Cell],
        widths: Sequence[float],
        aligns: Sequence[Align],
        height: float,
        size_pt: float,
        *,
        at_bottom: bool = False,
    ) -> None:
        x, y = self.l_margin, self.get_y()
        for cell, width, align in zip(cells, widths, aligns, strict=True):
            self.type(size_pt, cell.colour, bold=cell.is_bold)
            inner = width - 2 * _CELL_PAD_MM
            own = self.height_of(cell.text, size_pt, inner) if at_bottom else 0.0
            top = y + (height - 0.7 - own if at_bottom else 0.7)
            self.block(cell.text, x + _CELL_PAD_MM, top, inner, size_pt, align)
            x += width
        self.set_xy(self.l_margin, y + height)


def pages_of(
    draw: Callable[[ReportPage], None], running: Running, *, title: str, created: datetime, is_landscape: bool = False
) -> bytes:
    """A document: drawn twice, since the first drawing tells how many pages there are.

    The bytes depend on the arguments alone: the same report is the same file.
    """

    def drawn(total: int) -> ReportPage:
        page = ReportPage(running, total=total, is_landscape=is_landscape)
        page.set_title(title)
        page.set_creator("Lightbox calibration")
        page.set_creation_date(created)
        page.set_lang("en")
        page.add_page()
        draw(page)
        return page

    with closing(drawn(0)) as first:
        total = first.pages_count
    with closing(drawn(total)) as second:
        return bytes(second.output())
