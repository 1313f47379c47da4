"""Report templates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workstation.reporting.errors import UnreadableTemplate
from workstation.reporting.template import choose_template, load_templates


def _write(folder: Path, name: str, **changes: Any) -> None:
    body = {
        "schema": "report-template/1",
        "id": name,
        "title": name,
        "match": {"modalities": [], "body_regions": []},
        "fields": [{"id": "findings", "heading": "Findings", "required": True}],
    }
    (folder / f"{name}.json").write_text(json.dumps({**body, **changes}))


def test_the_shipped_templates_have_findings_and_an_impression() -> None:
    templates = load_templates()
    assert [template.id for template in templates] == ["ct-head", "general"]
    for template in templates:
        assert {each.id for each in template.fields if each.required} >= {"findings", "impression"}


@pytest.mark.parametrize(
    ("modality", "region", "expected"),
    [("CT", "HEAD", "ct-head"), ("ct", "Brain", "ct-head"), ("CT", "CHEST", "general"), ("MR", "HEAD", "general"),
     ("", "", "general")],
)  # fmt: skip
def test_the_template_that_fits_best_is_chosen(modality: str, region: str, expected: str) -> None:
    assert choose_template(load_templates(), modality, region).id == expected


def test_a_region_counts_for_more_than_a_modality(tmp_path: Path) -> None:
    _write(tmp_path, "any-ct", match={"modalities": ["CT"]})
    _write(tmp_path, "any-head", match={"body_regions": ["HEAD"]})
    templates = load_templates(tmp_path)
    assert choose_template(templates, "CT", "HEAD").id == "any-head"
    assert choose_template(templates, "CT", "CHEST").id == "any-ct"
    with pytest.raises(UnreadableTemplate, match="no report template"):
        choose_template(templates, "MR", "KNEE")


def test_all_faults_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    _write(tmp_path, "one", colour="red", fields=[])
    (tmp_path / "two.json").write_text("{")
    _write(tmp_path, "three", fields=[{"id": "a", "heading": "A"}, {"id": "a", "heading": "B"}])
    _write(tmp_path, "four", id="general")
    _write(tmp_path, "five", id="general")
    with pytest.raises(UnreadableTemplate) as caught:
        load_templates(tmp_path)
    text = str(caught.value)
    for expected in (
        "one.json",
        "colour",
        "fields",
        "two.json",
        "three.json: fields: given twice: a",
        "general is used",
    ):
        assert expected in text


def test_fields_are_found_by_id() -> None:
    template = load_templates()[0]
    field = template.field("impression")
    assert field is not None
    assert field.required
    assert template.field("nothing") is None
