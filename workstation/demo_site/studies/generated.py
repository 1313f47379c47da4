"""What one generated study is, and the identifiers that follow from its name."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path

_NAMESPACE = uuid.UUID("5e3c3c0e-54f5-4f5e-9d5b-0d2d6b1f7a10")
ISSUER = "LIGHTBOX-DEMO"


def uid_of(*names: object) -> str:
    """A UID that follows from names (PS3.5 B.2: 2.25 and a UUID): the same on every computer."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(str(name) for name in names)).int}"


@dataclass(frozen=True)
class Person:
    """A patient who does not exist."""

    patient_id: str
    name: str
    birth_date: str
    sex: str


@dataclass(frozen=True)
class StudyPlan:
    """What is to be generated. ``prior_keys`` name plans of earlier studies of the same person."""

    key: str
    person: Person
    accession: str
    modality: str
    body_region: str
    description: str
    study_date: str
    study_time: str
    prior_keys: tuple[str, ...] = ()

    @property
    def study_uid(self) -> str:
        return uid_of("study", self.key)


@dataclass(frozen=True)
class GeneratedStudy:
    """A plan with the files it became."""

    plan: StudyPlan
    files: tuple[Path, ...] = field(repr=False)

    @property
    def key(self) -> str:
        return self.plan.key

    @property
    def study_uid(self) -> str:
        return self.plan.study_uid

    @property
    def prior_keys(self) -> tuple[str, ...]:
        return self.plan.prior_keys
