"""Drawing the letter: from its texts to pages."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime

from workstation.reporting.letter import Fact, Letter, Passage
from workstation.reporting.pdf_page import (
    ACCENT,
    BODY_PT,
    HEADING_PT,
    HOUSE_PT,
    INK,
    LABEL_PT,
    QUIET,
    SMALL_PT,
    TINT,
    TITLE_PT,
    WARNING_INK,
    WARNING_TINT,
    LetterPage,
    leading,
    marked,
)

_PAD_MM = 4.0
_GAP_MM = 5.0
_PARAGRAPH_GAP_MM = 2.0


def draw_letter(letter: Letter, *, paper: str, created: datetime) -> bytes:
    """Draw the letter. Drawn twice: the first time tells how many pages there are.

    Parameters
    ----------
    paper
        ``"A4"`` or ``"Letter"``.
    created
        Creation date of the document, aware.
    """
    with closing(_drawn(letter, paper=paper, created=created, total=0)) as first:
        pages = first.pages_count
    with closing(_drawn(letter, paper=paper, created=created, total=pages)) as second:
        return bytes(second.output())


def _drawn(letter: Letter, *, paper: str, created: datetime, total: int) -> LetterPage:
    page = LetterPage(paper=paper, house=letter.house, running_head=letter.running_head, total=total)
    page.set_title(letter.title)
    page.set_creator("Lightbox")
    page.set_creation_date(created)
    page.set_lang("en")
    page.add_page()
    _house(page, letter)
    _facts(page, letter.facts)
    _examinations(page, letter)
    for notice in (letter.version_notice, letter.glyph_notice):
        _notice(page, notice)
    for passage in letter.passages:
        _passage(page, passage)
    _signature(page, letter)
    return page


def _house(page: LetterPage, letter: Letter) -> None:
    page.type(HOUSE_PT, ACCENT, bold=True)
    page.paragraph(letter.house, HOUSE_PT)
    page.type(TITLE_PT, QUIET)
    page.line_of(letter.title, TITLE_PT)
    page.ln(_GAP_MM)


def _facts(page: LetterPage, facts: Sequence[Fact]) -> None:
    """Two columns of label and value on a tinted ground."""
    width = (page.epw - 3 * _PAD_MM) / 2
    pairs = [facts[start : start + 2] for start in range(0, len(facts), 2)]
    heights = [max(_fact_height(page, fact, width) for fact in pair) for pair in pairs]
    top = page.get_y()
    page.set_fill_color(*TINT)
    page.rect(page.l_margin, top, page.epw, sum(heights) + 2 * _PAD_MM - 1.5, style="F")
    y = top + _PAD_MM
    for pair, height in zip(pairs, heights, strict=True):
        for column, fact in enumerate(pair):
            _fact(page, fact, x=page.l_margin + _PAD_MM + column * (width + _PAD_MM), y=y, width=width)
        y += height
    page.set_xy(page.l_margin, y + _PAD_MM - 1.5 + _GAP_MM)


def _fact_height(page: LetterPage, fact: Fact, width: float) -> float:
    page.type(BODY_PT, INK, bold=True)
    return leading(LABEL_PT) + page.height_of(fact.value, BODY_PT, width) + 1.5


def _fact(page: LetterPage, fact: Fact, *, x: float, y: float, width: float) -> None:
    page.set_xy(x, y)
    page.type(LABEL_PT, QUIET)
    page.cell(width, leading(LABEL_PT), fact.label)
    page.set_xy(x, y + leading(LABEL_PT))
    page.type(BODY_PT, INK, bold=fact.label == "Patient")
    page.multi_cell(width, leading(BODY_PT), fact.value, align="L")


def _examinations(page: LetterPage, letter: Letter) -> None:
    """A row for each order: what, when, accession."""
    when, number = 46.0, 36.0
    what = page.epw - when - number
    page.type(LABEL_PT, QUIET)
    for width, label in ((what, "Examination"), (when, "Performed"), (number, "Accession")):
        page.cell(width, leading(LABEL_PT), label)
    page.ln(leading(LABEL_PT))
    for each in letter.examinations:
        top = page.get_y()
        bottoms = []
        for x, width, value, bold in (
            (0.0, what - 4, each.procedure, True),
            (what, when - 4, each.date, False),
            (what + when, number, each.accession, False),
        ):
            page.set_xy(page.l_margin + x, top)
            page.type(BODY_PT, INK, bold=bold)
            page.multi_cell(width, leading(BODY_PT), value, align="L", new_x="LMARGIN", new_y="NEXT")
            bottoms.append(page.get_y())
        page.set_y(max(bottoms) + 0.8)
        if each.indication:
            page.type(BODY_PT, QUIET)
            page.paragraph(f"Indication: {each.indication}", BODY_PT)
            page.ln(0.8)
    page.ln(1.5)
    page.rule()
    page.ln(_GAP_MM)


def _notice(page: LetterPage, text: str) -> None:
    """Something that must be seen, on a ground of its own."""
    if not text:
        return
    page.type(BODY_PT, WARNING_INK, bold=True)
    width = page.epw - 2 * _PAD_MM
    height = page.height_of(text, BODY_PT, width)
    page.set_fill_color(*WARNING_TINT)
    page.rect(page.l_margin, page.get_y(), page.epw, height + 4, style="F")
    page.set_y(page.get_y() + 2)
    page.paragraph(text, BODY_PT, indent_mm=_PAD_MM, width_mm=width)
    page.ln(2 + _GAP_MM)


def _passage(page: LetterPage, passage: Passage) -> None:
    """A heading that never stands alone at the foot of a page, and its text. The key one has a mark beside it."""
    page.type(BODY_PT)
    inset = _PAD_MM if passage.is_key else 0.0
    between = (len(passage.paragraphs) - 1) * _PARAGRAPH_GAP_MM
    texts = [marked(pieces) for pieces in passage.paragraphs]
    heights = sum(page.height_of(each, BODY_PT, page.epw - inset) for each in texts)
    height = leading(HEADING_PT) + 1 + heights + between
    fits_on_a_page = height < page.eph - 30
    wanted = height if passage.is_key and fits_on_a_page else leading(HEADING_PT) + 1 + 2 * leading(BODY_PT)
    if page.room() < wanted:
        page.add_page()
    top, first = page.get_y(), page.page_no()
    page.type(HEADING_PT, ACCENT, bold=True)
    page.paragraph(passage.heading, HEADING_PT, indent_mm=inset)
    page.ln(1)
    page.type(BODY_PT)
    for number, text in enumerate(texts):
        page.ln(_PARAGRAPH_GAP_MM if number else 0)
        page.paragraph(text, BODY_PT, indent_mm=inset)
    if passage.is_key and page.page_no() == first:
        page.set_fill_color(*ACCENT)
        page.rect(page.l_margin, top, 1.1, page.get_y() - top, style="F")
    page.ln(_GAP_MM)


def _signature(page: LetterPage, letter: Letter) -> None:
    """Who signed, the notes made at signing, and the fingerprint of what was signed; kept together."""
    page.type(SMALL_PT)
    notes = [f"{note.label}: {note.value}" for note in letter.notes]
    heights = sum(page.height_of(note, SMALL_PT, page.epw) for note in [*notes, *letter.fingerprint])
    if page.room() < min(len(letter.signature) * leading(BODY_PT) + heights + 12, page.eph - 40):
        page.add_page()
    page.ln(2)
    for number, line in enumerate(letter.signature):
        page.type(BODY_PT, INK, bold=number == 0)
        page.paragraph(line, BODY_PT)
    page.ln(3)
    page.rule()
    page.ln(2)
    page.type(SMALL_PT, QUIET)
    for note in [*notes, *letter.fingerprint]:
        page.paragraph(note, SMALL_PT)
