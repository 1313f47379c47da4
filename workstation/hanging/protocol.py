"""A hanging protocol, form "hp/1": for which studies, which earlier ones beside them, which series where.

One JSON file holds one protocol. Unknown keys are refused by name. Rectangles are fractions (x, y, width, height) of
the screen they are on; screens are named by role and number (``diagnostic:1``).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from workstation.hanging.attributes import KNOWN_ATTRIBUTES
from workstation.hanging.operators import OPERATORS, Wanted, fault_of_wanted
from workstation.hanging.protocol_checks import protocol_faults, stage_faults

SCHEMA = "hp/1"
ROLES = ("report", "diagnostic", "mammography", "review")
Sameness = Literal[
    "modality",
    "modality_family",
    "body_region",
    "body_region_compatible",
    "laterality",
    "laterality_compatible",
    "description",
    "any",
]


class Level(StrEnum):
    """Who made a protocol, the nearest to the reader last (PS3.3 C.23.1, Hanging Protocol Level)."""

    MANUFACTURER = "MANUFACTURER"
    SITE = "SITE"
    USER_GROUP = "USER_GROUP"
    SINGLE_USER = "SINGLE_USER"

    @property
    def nearness(self) -> int:
        """The nearer to the reader, the greater, and the more it counts."""
        return list(Level).index(self)


def _screen_name(name: str) -> str:
    """``diagnostic:2``; the short forms ``dx2`` and ``diagnostic`` mean the same kind of thing."""
    match = re.fullmatch(r"(dx|[a-z]+):?([1-9]?)", name)
    role = match[1].replace("dx", "diagnostic") if match else ""
    if match is None or role not in ROLES:
        raise ValueError(f"must be a role and a number such as diagnostic:1; roles are {', '.join(ROLES)}")
    return f"{role}:{match[2] or 1}"


def _source(name: str) -> str:
    if not re.fullmatch(r"current|(prior|linked):[1-9]", name):
        raise ValueError("must be current, prior:1, prior:2, … or linked:1, …")
    return name


def _attribute(name: str) -> str:
    if name not in KNOWN_ATTRIBUTES:
        raise ValueError(f"{name} is not known; known are {', '.join(sorted(KNOWN_ATTRIBUTES))}")
    return name


def _operator(name: str) -> str:
    if name not in OPERATORS:
        raise ValueError(f"{name} is not known; known are {', '.join(OPERATORS)}")
    return name


def _sync_group(name: str) -> str:
    if not re.fullmatch(r"(scroll|wl|zoom):[a-z0-9-]+", name):
        raise ValueError("must be scroll:NAME, wl:NAME or zoom:NAME")
    return name


ScreenName = Annotated[str, AfterValidator(_screen_name)]
Source = Annotated[str, AfterValidator(_source)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Fraction = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Rule(_Part):
    """One comparison of one attribute. When a required one fails, what it judges is out."""

    attr: Annotated[str, AfterValidator(_attribute)]
    op: Annotated[str, AfterValidator(_operator)] = "eq"
    value: Wanted
    weight: float = Field(1.0, ge=0, le=1000, description="Added to the score when the rule passes.")
    required: bool = False

    @model_validator(mode="after")
    def _value_suits(self) -> Rule:
        if fault := fault_of_wanted(self.op, self.value):
            raise ValueError(fault)
        return self


class Selector(_Part):
    """Which display sets suit a viewport, and which suits best."""

    name: str = Field("", description="What it picks, in a radiologist's words: 'main axial series'.")
    rules: tuple[Rule, ...] = ()


class Preference(_Part):
    """One step of the chain of earlier studies: what must be the same as in the current study."""

    same: tuple[Sameness, ...] = Field(min_length=1)


class PriorsRule(_Part):
    """Which earlier studies are worth hanging: the first step of the chain that has one wins."""

    count: int = Field(1, ge=0, le=9, description="How many earlier studies are fetched and hung.")
    prefer: tuple[Preference, ...] = Field((Preference(same=("modality", "body_region", "laterality_compatible")),))
    order: Literal["most_recent", "oldest"] = "most_recent"
    max_age_days: int | None = Field(None, ge=0)
    fetch: Literal["background", "ask"] = "background"


class Screens(_Part):
    """What the protocol asks of the screens."""

    roles: tuple[ScreenName, ...] = ("diagnostic:1", "diagnostic:2")
    min: int = Field(1, ge=1, le=9)
    fallback: Literal["tile", "next_stage"] = Field(
        "tile", description="With fewer screens than a stage wants: share them out, or take a stage that fits."
    )


class Grid(_Part):
    """One viewport that becomes as many as there are display sets for it."""

    most: int = Field(4, ge=1, le=25)
    spread: bool = Field(False, description="Over all screens of the role, not only the one named.")


class Viewport(_Part):
    """Where a display set goes, and which."""

    id: Identifier
    screen: ScreenName = "diagnostic:1"
    rect: tuple[Fraction, Fraction, Fraction, Fraction] = (0.0, 0.0, 1.0, 1.0)
    show: str | None = Field(None, description="Name of a selector; none: every display set, in series order.")
    from_: Source = Field("current", alias="from")
    rank: int | Literal["next"] = Field(0, description="0 is the best match; next: the best not shown yet.")
    like: Identifier | None = Field(None, description="An earlier viewport: pick what compares best with it.")
    grid: Grid | None = None
    voi: str = Field("", description="Name of a window preset; empty: the image's own.")
    start: Literal["first", "middle"] = "middle"
    sync: tuple[Annotated[str, AfterValidator(_sync_group)], ...] = ()
    chest_wall: Literal["left", "right"] | None = Field(None, description="Mammography: the side the chest wall is on.")
    cine: bool = Field(False, description="A clip plays when it is hung.")


class Needs(_Part):
    """How many of a stage's viewports must have an image."""

    enabled: int = Field(1, ge=0)
    passive: int = Field(0, ge=0)


class Stage(_Part):
    """One arrangement; the reader steps through them."""

    id: Identifier
    name: str = Field(min_length=1)
    when: tuple[Rule, ...] = Field((), description="Each of these must pass, or the stage is left out.")
    needs: Needs = Needs()
    viewports: tuple[Viewport, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Stage:
        if faults := stage_faults(self):
            raise ValueError("; ".join(faults))
        return self


class Protocol(_Part):
    """One hanging protocol."""

    schema_: Literal["hp/1"] = Field(alias="schema")
    id: Identifier
    extends: Identifier | None = None
    level: Level = Level.MANUFACTURER
    owner: str | None = None
    enabled: bool = True
    name: str = Field(min_length=1)
    description: str = ""
    match: tuple[Rule, ...] = ()
    priors: PriorsRule = PriorsRule()
    selectors: dict[str, Selector] = Field(default_factory=dict)
    screens: Screens = Screens()
    stages: tuple[Stage, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Protocol:
        if faults := protocol_faults(self):
            raise ValueError("; ".join(faults))
        return self

    def selector(self, name: str | None) -> Selector:
        """The named selector; one that takes everything for None."""
        return Selector() if name is None else self.selectors[name]
