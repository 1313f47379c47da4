"""What in the text of a draft stands in the way of signing it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workstation.reporting.draft import Draft
from workstation.reporting.template import Template, TemplateField

# An empty bracket, a choice in brackets, and the marks people type for "fill in later". Other brackets are text.
_PLACEHOLDER = re.compile(r"\[\s*\]|\[[^\]\n]*(?:\||\.\.\.|…|\?)[^\]\n]*\]|_{3,}|\*{3,}|\?{3,}")
_BRACKET = re.compile(r"\[[^\]\n]*\]")


@dataclass(frozen=True)
class Obstacle:
    """One thing in the way of signing.

    Attributes
    ----------
    key
        Stays the same while the obstacle stands, for example ``empty:impression``.
    text
        What is wrong and what to do; names headings, never quotes the report.
    must_acknowledge
        True when a typed acknowledgement is enough; otherwise the text has to be mended first.
    field_id
        The field to go to; empty when it is no single one.
    """

    key: str
    text: str
    must_acknowledge: bool = False
    field_id: str = ""


def text_obstacles(draft: Draft, template: Template) -> tuple[Obstacle, ...]:
    """Everything in the text that stands in the way, in the order of the template's fields.

    Blocking: a required field without text, a placeholder left, text in a field that the template does not have, a
    report without any text.
    """
    if draft.template_id != template.id:
        return (Obstacle("template", "The draft was written with another template. Open the case again."),)
    found = [obstacle for each in template.fields for obstacle in _field_obstacles(each, draft.fields.get(each.id, ""))]
    found += list(_unknown_fields(draft, template))
    if not any(text.strip() for text in draft.fields.values()):
        found.append(Obstacle("empty", "The report has no text yet."))
    return tuple(found)


def _field_obstacles(field: TemplateField, text: str) -> Iterator[Obstacle]:
    if field.required and not any(character.isalnum() for character in text):
        yield Obstacle(f"empty:{field.id}", f"{field.heading} is empty. Fill it in.", field_id=field.id)
    if _has_placeholder(field, text):
        yield Obstacle(
            f"placeholder:{field.id}",
            f"{field.heading} still has a placeholder. Replace it or take it out.",
            field_id=field.id,
        )


def _has_placeholder(field: TemplateField, text: str) -> bool:
    return bool(_PLACEHOLDER.search(text)) or any(bracket in text for bracket in _BRACKET.findall(field.default))


def _unknown_fields(draft: Draft, template: Template) -> Iterator[Obstacle]:
    for field_id, text in sorted(draft.fields.items()):
        if template.field(field_id) is None and text.strip():
            yield Obstacle(
                f"unknown-field:{field_id}",
                f"The draft has text in a field that {template.title} does not have. Move it before signing.",
                field_id=field_id,
            )
