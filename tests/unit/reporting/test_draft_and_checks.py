"""Drafts, and what in them stands in the way of signing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.reporting.checks import text_obstacles
from workstation.reporting.draft import Draft
from workstation.reporting.errors import UnreadableReport
from workstation.reporting.template import Template, TemplateField

NOW = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
TEMPLATE = Template(
    id="t",
    title="Test",
    fields=(
        TemplateField("technique", "Technique", "CT of the head [without | with] contrast [dose]."),
        TemplateField("findings", "Findings", required=True),
        TemplateField("impression", "Impression", required=True),
    ),
)


def _draft(**fields: str) -> Draft:
    draft = Draft.from_template(TEMPLATE, case_key="case", now=NOW)
    for field_id, text in {"technique": "CT.", "findings": "Normal.", "impression": "Normal.", **fields}.items():
        draft = draft.with_field(field_id, text, NOW)
    return draft


def _keys(draft: Draft) -> list[str]:
    return [obstacle.key for obstacle in text_obstacles(draft, TEMPLATE)]


def test_a_new_draft_has_the_defaults_and_an_id_of_its_own() -> None:
    first, second = (Draft.from_template(TEMPLATE, case_key="case", now=NOW) for _ in range(2))
    assert first.fields["technique"].startswith("CT of the head")
    assert first.version == 1
    assert first.report_id != second.report_id


def test_a_field_is_changed_in_a_new_draft() -> None:
    draft = _draft()
    later = draft.with_field("findings", "A\r\nB\x07", NOW + timedelta(seconds=5))
    assert later.fields["findings"] == "A\nB"
    assert draft.fields["findings"] == "Normal."
    assert later.updated == NOW + timedelta(seconds=5)


@given(st.dictionaries(st.text(max_size=8), st.text(st.characters(), max_size=30), max_size=4))
def test_a_draft_comes_back_from_json(fields: dict[str, str]) -> None:
    draft = _draft()
    for field_id, text in fields.items():
        draft = draft.with_field(field_id, text, NOW)
    assert Draft.from_json(json.loads(json.dumps(draft.to_json()))) == draft


@pytest.mark.parametrize("body", [{}, {"schema": "draft/9"}, {"schema": "draft/1"}, {"schema": "draft/1", "fields": 3}])
def test_something_else_is_no_draft(body: dict[str, Any]) -> None:
    with pytest.raises(UnreadableReport):
        Draft.from_json(body)


def test_repr_holds_no_text() -> None:
    assert "Secret" not in repr(_draft(findings="Secret"))


def test_a_complete_draft_has_nothing_in_the_way() -> None:
    assert _keys(_draft()) == []


def test_empty_required_fields_are_named_by_their_heading() -> None:
    draft = _draft(impression=" \n.", findings="")
    assert _keys(draft) == ["empty:findings", "empty:impression"]
    obstacle = text_obstacles(draft, TEMPLATE)[1]
    assert obstacle.text == "Impression is empty. Fill it in."
    assert not obstacle.must_acknowledge
    assert obstacle.field_id == "impression"


@pytest.mark.parametrize("text", ["[ ] mm", "the [left|right] side", "nodule of ___ mm", "*** to do", "mass ???", "[…]",
                                  "dose [dose]"])  # fmt: skip
def test_placeholders_are_found(text: str) -> None:
    assert _keys(_draft(technique=text)) == ["placeholder:technique"]


@pytest.mark.parametrize("text", ["[series 3, image 45]", "T2* map, a_b", "really?", "5 * 3 mm"])
def test_ordinary_text_is_no_placeholder(text: str) -> None:
    assert _keys(_draft(findings=text)) == []


def test_text_in_an_unknown_field_is_not_lost_silently() -> None:
    assert _keys(_draft(bones="Fracture.")) == ["unknown-field:bones"]


def test_a_draft_of_another_template_is_not_judged() -> None:
    assert [each.key for each in text_obstacles(_draft(), Template("other", "Other"))] == ["template"]


def test_a_report_without_any_text_says_so() -> None:
    assert "empty" in _keys(_draft(technique="", findings="", impression=""))
