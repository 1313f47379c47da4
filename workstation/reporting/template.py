"""Report templates: which fields a report on an examination has.

JSON in ``resources/templates``, schema report-template/1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workstation.foundation.resources import resource_path
from workstation.reporting.errors import UnreadableTemplate

GENERAL = "general"
_FIELD_ID = r"^[a-z][a-z0-9-]{0,31}$"


@dataclass(frozen=True)
class TemplateField:
    """One field of a report. ``kind`` is ``"text"``; other kinds come later."""

    id: str
    heading: str
    default: str = ""
    required: bool = False
    kind: str = "text"


@dataclass(frozen=True)
class Template:
    """The fields of a report and the examinations it is for. Empty ``modalities`` or ``body_regions`` match all."""

    id: str
    title: str
    modalities: tuple[str, ...] = ()
    body_regions: tuple[str, ...] = ()
    fields: tuple[TemplateField, ...] = ()

    def field(self, field_id: str) -> TemplateField | None:
        """The field of that id, or None."""
        return next((each for each in self.fields if each.id == field_id), None)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Field(_Part):
    id: Annotated[str, Field(pattern=_FIELD_ID)]
    heading: Annotated[str, Field(min_length=1, max_length=64)]
    default: str = ""
    required: bool = False
    kind: Literal["text"] = "text"


class _Match(_Part):
    modalities: tuple[str, ...] = ()
    body_regions: tuple[str, ...] = ()


class _File(_Part):
    schema_: Literal["report-template/1"] = Field(alias="schema")
    id: Annotated[str, Field(pattern=_FIELD_ID)]
    title: Annotated[str, Field(min_length=1, max_length=64)]
    match: _Match = _Match()
    fields: Annotated[tuple[_Field, ...], Field(min_length=1)]


def load_templates(folder: Path | None = None) -> tuple[Template, ...]:
    """Read all templates, sorted by id.

    Parameters
    ----------
    folder
        The site's own templates; the shipped ones when None.

    Raises
    ------
    UnreadableTemplate
        Naming every fault of every file, so that they can be mended in one go.
    """
    place = folder if folder is not None else resource_path("templates")
    templates: list[Template] = []
    faults: list[str] = []
    for path in sorted(place.glob("*.json")):
        try:
            templates.append(_read(path))
        except (ValidationError, ValueError, OSError) as error:
            faults.append(f"{path.name}: {_words(error)}")
    faults += _doubles(templates)
    if faults:
        raise UnreadableTemplate(f"Report templates in {place} cannot be used: {'; '.join(faults)}.", "Mend them all.")
    return tuple(sorted(templates, key=lambda template: template.id))


def choose_template(templates: Sequence[Template], modality: str, body_region: str) -> Template:
    """The template that fits best: modality and region, else one of them, else the general one.

    A template that names a modality or region fits only these; ties go to the smaller id.

    Raises
    ------
    UnreadableTemplate
        When no template fits, not even a general one.
    """
    fitting = [
        (-_points(each.modalities) - 2 * _points(each.body_regions), each.id, each)
        for each in templates
        if _fits(modality, each.modalities) and _fits(body_region, each.body_regions)
    ]
    if not fitting:
        raise UnreadableTemplate(
            "There is no report template for this examination, and no general one.", "Ask your site for one."
        )
    return min(fitting, key=lambda entry: entry[:2])[2]


def _read(path: Path) -> Template:
    file = _File.model_validate(json.loads(path.read_text("utf-8")))
    ids = [each.id for each in file.fields]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise ValueError(f"fields: given twice: {', '.join(twice)}")
    return Template(
        id=file.id,
        title=file.title,
        modalities=file.match.modalities,
        body_regions=file.match.body_regions,
        fields=tuple(
            TemplateField(each.id, each.heading, each.default, each.required, each.kind) for each in file.fields
        ),
    )


def _words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return ", ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in error.errors()
        )
    return str(error).rstrip(".")


def _doubles(templates: Sequence[Template]) -> list[str]:
    ids = [each.id for each in templates]
    return [f"the id {each} is used twice" for each in sorted({each for each in ids if ids.count(each) > 1})]


def _fits(value: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or value.strip().upper() in {each.upper() for each in wanted}


def _points(wanted: tuple[str, ...]) -> int:
    return 1 if wanted else 0
