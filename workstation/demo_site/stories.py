"""The stories of the demo site: what the orders say, who waits for what, and what earlier reports said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workstation.foundation.errors import BadInput

SCHEMA = "demo-stories/1"


@dataclass(frozen=True)
class Ai:
    """What a make-believe algorithm claims."""

    finding: str
    algorithm: str
    version: str
    confidence: float


@dataclass(frozen=True)
class Patient:
    """A synthetic patient; the name is a DICOM PN that begins with ``SYNTHETIC``."""

    id: str
    name: str
    birth_date: str
    sex: str


@dataclass(frozen=True)
class EarlierReport:
    """A finished report of a prior study, as structured report (``sr``) or document (``pdf``)."""

    form: str
    findings: str
    impression: str


@dataclass(frozen=True)
class Story:
    """One order. Without ``label`` there is no work item, only an earlier report."""

    key: str
    label: str = ""
    queue: str = "General"
    priority: str = "MEDIUM"
    due_min: float = 60.0
    """Minutes from the start of the site until the report is due; negative is overdue."""
    licence_state: str = ""
    facility: str = "Lightbox Demo Hospital"
    procedure: tuple[str, str] = ("", "")
    """Code (local scheme) and meaning."""
    body_region: str = ""
    modality: str = ""
    indication: str = ""
    history: str = ""
    allergies: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    technologist_notes: str = ""
    referrer: tuple[str, str] = ("", "")
    """PN and telephone number."""
    assignment_reason: str = ""
    linked_group: str = ""
    state: str = "SCHEDULED"
    performer: str = ""
    ai: Ai | None = None
    report: EarlierReport | None = None
    copy_of: str = ""
    """Key of the study whose images are lent to this patient."""
    without_images: bool = False
    needs: str = ""
    """Key of a study that must be there for this story to be told."""
    patient: Patient | None = field(default=None, repr=False)


def load_stories(path: Path) -> dict[str, Story]:
    """Read the stories, by key.

    Raises
    ------
    BadInput
        When the file is damaged or of another form.
    """
    try:
        document = json.loads(path.read_bytes())
        if document["schema"] != SCHEMA:
            raise ValueError("unknown schema")
        stories = [_story(raw) for raw in document["stories"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"The demo site's stories at {path} cannot be read: {error}.") from error
    return {story.key: story for story in stories}


def _story(raw: Mapping[str, Any]) -> Story:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    for name, kind in (("ai", Ai), ("report", EarlierReport), ("patient", Patient)):
        if name in values:
            values[name] = kind(**values[name])
    return Story(**values)
