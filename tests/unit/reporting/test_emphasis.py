"""Bold text: its spans follow the text, and every form of the report says it or leaves it out."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.v2_5_1 import FT
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.reports import a_report
from workstation.reporting.canonical import CanonicalReport, Section
from workstation.reporting.draft import Draft
from workstation.reporting.emphasis import cleaned, followed, followed_to, normal, runs, stripped
from workstation.reporting.errors import UnreadableReport
from workstation.reporting.hl7_text import unescape
from workstation.reporting.letter import letter_of
from workstation.reporting.oru_message import render_oru
from workstation.reporting.pdf_glyphs import shipped_glyphs
from workstation.reporting.pdf_letter import draw_letter
from workstation.reporting.sr_document import render_sr
from workstation.reporting.template import Template, TemplateField
from workstation.reporting.text import clean_text

NOW = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
TEMPLATE = Template(
    "t", "Test", fields=(TemplateField("findings", "Findings"), TemplateField("impression", "Impression"))
)
TEXTS = st.text(alphabet="ab  \n.é😀|\\", max_size=24)
SPANS = st.lists(st.tuples(st.integers(-2, 26), st.integers(-2, 26)), max_size=4)


def _draft(text: str, *spans: tuple[int, int]) -> Draft:
    return Draft.from_template(TEMPLATE, case_key="case", now=NOW).with_field("findings", text, NOW, spans)


def _bold(draft: Draft) -> list[str]:
    return [draft.fields["findings"][start:end] for start, end in draft.emphasis.get("findings", ())]


# --- spans


@settings(max_examples=60, deadline=None)
@given(TEXTS, SPANS)
def test_spans_have_one_form(text: str, spans: list[tuple[int, int]]) -> None:
    once = normal(text, spans)
    assert normal(text, once) == once == tuple(sorted(once))
    assert all(text[start:end] == text[start:end].strip() != "" and "\n" not in text[start:end] for start, end in once)
    assert "".join(piece for piece, _ in runs(text, once)) == text
    assert tuple(piece for piece, is_bold in runs(text, once) if is_bold) == tuple(text[a:b] for a, b in once)


@settings(max_examples=60, deadline=None)
@given(TEXTS, SPANS, st.data())
def test_a_change_leaves_everything_outside_it_as_it_was(text: str, spans: list[tuple[int, int]], data: Any) -> None:
    start = data.draw(st.integers(0, len(text)))
    removed = data.draw(st.integers(0, len(text) - start))
    inserted = data.draw(TEXTS)
    before = normal(text, spans)
    new = text[:start] + inserted + text[start + removed :]
    after = followed(before, text, start, removed, inserted)
    assert after == normal(new, after)
    assert normal(text[:start], after) == normal(text[:start], before)
    was, now = ([each for each in group if each[1] > edge] for group, edge in
                ((before, start + removed), (after, start + len(inserted))))  # fmt: skip
    growth = len(inserted) - removed
    tail = text[start + removed :]
    assert normal(tail, [(a - start - removed, b - start - removed) for a, b in was]) == normal(
        tail, [(a - start - removed - growth, b - start - removed - growth) for a, b in now]
    )


@pytest.mark.parametrize(
    ("text", "spans", "new", "expected"),
    [
        ("No severe stenosis.", [(3, 9)], "No moderate stenosis.", ["moderate"]),
        ("severe stenosis", [(0, 15)], "Moderate stenoses at L4", ["Moderate stenoses at L4"]),
        ("severe stenosis", [(0, 6)], "a severe mass", ["severe"]),
        ("severe stenosis", [(0, 6)], "severely stenosed", ["severe"]),
        ("severe stenosis", [(0, 6)], "mild mass", ["mild"]),
        ("severe stenosis", [(3, 10)], "mild mass", []),
        ("one three", [(0, 9)], "one two three", ["one two three"]),
        ("one", [(0, 3)], "one two", ["one"]),
        ("two", [(0, 3)], "one two", ["two"]),
        ("one two", [(0, 7)], "one\ntwo", ["one", "two"]),
        ("one two", [(0, 3)], "two", []),
    ],
)
def test_bold_stays_with_its_words(text: str, spans: Any, new: str, expected: list[str]) -> None:
    assert [new[start:end] for start, end in followed_to(tuple(spans), text, new)] == expected


def test_cleaning_moves_spans_with_their_letters() -> None:
    text = "a\r\nb\x07 cafe\u0301 bar"
    assert clean_text(text) == "a\nb café bar"
    assert [clean_text(text)[a:b] for a, b in cleaned(text, [(6, 11)])] == ["café"]
    assert [clean_text(text)[a:b] for a, b in cleaned(text, [(12, 99)])] == ["bar"]
    assert [" x y ".strip()[a:b] for a, b in stripped(" x y ", ((3, 4),))] == ["y"]


# --- the draft


def test_a_draft_keeps_what_is_bold() -> None:
    draft = _draft("No severe stenosis.", (3, 10))
    assert _bold(draft) == ["severe"]
    body = json.loads(json.dumps(draft.to_json()))
    assert Draft.from_json(body) == draft
    assert _bold(draft.with_field("findings", "No very severe stenosis.", NOW)) == ["severe"]
    assert draft.with_field("impression", "Normal.", NOW).emphasis == draft.emphasis
    assert draft.with_field("findings", "No severe stenosis.", NOW, ()).emphasis == {}
    assert "severe" not in repr(draft)


def test_a_draft_without_bold_text_is_written_as_before_and_an_old_one_is_read() -> None:
    body = _draft("No severe stenosis.").to_json()
    assert "emphasis" not in body
    assert Draft.from_json(body).emphasis == {}


def test_spans_that_do_not_fit_are_cut_off() -> None:
    body = {**_draft("No stenosis.").to_json(), "emphasis": {"findings": [[3, 99], [-4, 0]], "bones": [[0, 2]]}}
    assert _bold(Draft.from_json(body)) == ["stenosis."]
    with pytest.raises(UnreadableReport):
        Draft.from_json({**body, "emphasis": {"findings": [[3]]}})


# --- the frozen report and its forms

TEXT = "No fracture.\n\n  1. Severe stenosis at L4/5 | ** [x](y) \\ __a__.\n\tPlain."
SEVERE = (TEXT.index("Severe"), TEXT.index(" at"))
LEVEL = (TEXT.index("4/5"), TEXT.index("4/5") + 3)


def _report(*spans: tuple[int, int]) -> CanonicalReport:
    sections = (Section("findings", "Findings", TEXT, spans), *a_report().sections[-1:])
    return replace(a_report(), sections=sections)


def test_a_report_without_bold_text_is_what_it_always_was() -> None:
    assert b"emphasis" not in a_report().canonical_bytes()
    assert _report().sections[0].emphasis == ()


def test_a_report_with_bold_text_comes_back() -> None:
    report = _report(LEVEL, SEVERE)
    content = report.canonical_bytes()
    assert CanonicalReport.from_bytes(content) == report
    assert json.loads(content)["sections"][0]["emphasis"] == [list(SEVERE), list(LEVEL)]
    assert "emphasis" not in json.loads(content)["sections"][1]
    assert report.sha256 != _report().sha256


@pytest.mark.parametrize("emphasis", [[], [[0, 3]], [[0, 2], [1, 5]], [[0, 9999]], [[0]], "bold", [["0", "2"]]])
def test_bold_text_in_another_form_is_no_report(emphasis: Any) -> None:
    body = json.loads(_report().canonical_bytes())
    body["sections"][0]["emphasis"] = emphasis
    with pytest.raises(UnreadableReport):
        CanonicalReport.from_bytes(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def test_the_letter_has_the_same_words_and_prints_some_in_bold(tmp_path: Path) -> None:
    plain, bold = (letter_of(each, shipped_glyphs()) for each in (_report(), _report(SEVERE, LEVEL)))
    pieces = [piece for paragraph in bold.passages[0].paragraphs for piece in paragraph]
    assert [text for text, is_bold in pieces if is_bold] == ["Severe stenosis", "4/5"]
    assert "".join(text for text, _ in pieces) == "".join(t for p in plain.passages[0].paragraphs for t, _ in p)
    drawn = [_words(draw_letter(each, paper="A4", created=NOW), tmp_path) for each in (plain, bold)]
    at = [each.index("Findings") for each in drawn], [each.index("SHA-256") for each in drawn]
    first, second = (text[start:end] for text, start, end in zip(drawn, *at, strict=True))
    assert first == second
    assert "Severe stenosis at L4/5 | ** [x](y) \\ __a__." in " ".join(second.split())


def test_bold_text_is_printed_with_the_bold_font(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(draw_letter(letter_of(_report(SEVERE), shipped_glyphs()), paper="A4", created=NOW))
    done = subprocess.run(
        ["pdftohtml", "-xml", "-i", "-stdout", str(tmp_path / "x.pdf")], capture_output=True, check=True, timeout=60
    )
    (line,) = (each for each in done.stdout.decode("utf-8").splitlines() if "Severe" in each)
    assert "<b>Severe stenosis</b>" in line
    (line,) = (each for each in done.stdout.decode("utf-8").splitlines() if "at L4/5" in each)
    assert "<b>" not in line


def _words(pdf: bytes, folder: Path) -> str:
    (folder / "x.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", str(folder / "x.pdf"), "-"], capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8")


def test_a_line_in_bold_wraps_and_breaks_pages_like_any_other(tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {n}. " + "The liver is normal in size. " * 40 for n in range(6))
    report = replace(a_report(), sections=(Section("findings", "Findings", text.strip(), ((0, len(text)),)),))
    words = _words(draw_letter(letter_of(report, shipped_glyphs()), paper="A4", created=NOW), tmp_path)
    assert all(f"Paragraph {n}." in words for n in range(6))
    assert words.count("\f") >= 2


def test_the_message_highlights_bold_text() -> None:
    content = render_oru(_report(SEVERE, LEVEL)).decode()
    (value,) = (line.split("|")[5] for line in content.split("\r") if line.startswith("OBX|1|"))
    assert "  1. \\H\\Severe stenosis\\N\\ at L\\H\\4/5\\N\\ \\F\\ ** [x](y) \\E\\ __a__." in value
    assert unescape(value) == TEXT
    FT(value, validation_level=VALIDATION_LEVEL.STRICT)
    assert "\\H\\" not in render_oru(_report()).decode()


def test_the_structured_report_is_the_same_text() -> None:
    plain, bold = _report(), _report(SEVERE)
    assert render_sr(bold).replace(bold.sha256.encode(), plain.sha256.encode()) == render_sr(plain)
