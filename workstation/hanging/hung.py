"""The result of hanging: what is where, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from workstation.dicom.display_sets import DisplaySet
from workstation.hanging.plan import Status
from workstation.hanging.screen_pool import LeftOutScreen
from workstation.hanging.trace import TraceLine


@dataclass(frozen=True)
class HungViewport:
    """One viewport on one screen.

    Attributes
    ----------
    id
        Stage, viewport and, in a grid, its number: the same on every run (``compare/current``, ``all/series.3``).
    screen
        ``diagnostic:1``.
    rect
        x, y, width, height in pixels of that screen.
    display_set, study_uid, series_uid
        None where the viewport is empty; then ``reason`` says why.
    plane
        Of the display set; empty where there is none.
    from_
        ``current``, ``prior:1``, …; in a stage of a linked study ``current`` is that study.
    voi
        Name of the window preset to begin with; empty: the image's own.
    start
        Picture to begin with: ``first`` or ``middle``.
    sync
        Groups that move together: ``scroll:a``, ``wl:a``, ``zoom:a``.
    warning
        What must be said on this viewport as long as it is there; empty when nothing.
    chest_wall
        Mammography: the edge the image is set against, ``left`` or ``right``; empty: centred.
    is_mirrored
        The image must be mirrored left to right for its chest wall to lie at that edge.
    is_cine
        A clip plays when it is hung.
    title
        For people and for accessible names: ``diagnostic 1, current axial``.
    """

    id: str
    screen: str
    rect: tuple[int, int, int, int]
    display_set: DisplaySet | None
    study_uid: str | None = field(repr=False)
    series_uid: str | None = field(repr=False)
    plane: str
    from_: str
    reason: str
    voi: str = ""
    start: str = "middle"
    sync: tuple[str, ...] = ()
    warning: str = ""
    chest_wall: str = ""
    is_mirrored: bool = False
    is_cine: bool = False
    title: str = ""


@dataclass(frozen=True)
class StageOption:
    """A stage the reader can step to.

    Attributes
    ----------
    id
        What `hang` takes as ``stage``.
    status
        ``enabled``; ``passive``: something is missing; ``empty``: nothing to show yet.
    why
        In words, for a tool tip.
    """

    id: str
    name: str
    status: Status
    why: str
    study_uid: str = field(repr=False)


@dataclass(frozen=True)
class Hanging:
    """Everything on the screens.

    Attributes
    ----------
    score
        Sum of the weights of the rules of the protocol that passed.
    stage
        The id of the stage shown, one of ``stages``.
    why
        One sentence for the reader.
    left_out
        Screens not used because of their check; the reader may override with a reason.
    needs_override
        There is no other screen: nothing is shown until the reader overrides.
    """

    protocol_id: str
    protocol_name: str
    score: float
    stage: str
    stages: tuple[StageOption, ...]
    why: str
    viewports: tuple[HungViewport, ...]
    trace: tuple[TraceLine, ...] = field(repr=False)
    left_out: tuple[LeftOutScreen, ...] = ()
    needs_override: bool = False

    @property
    def stage_name(self) -> str:
        """The name of the stage shown."""
        return next(option.name for option in self.stages if option.id == self.stage)

    def next_stage(self, steps: int = 1) -> str:
        """The id of the stage ``steps`` further on, round and round."""
        ids = [option.id for option in self.stages]
        return ids[(ids.index(self.stage) + steps) % len(ids)]

    def viewport(self, viewport_id: str) -> HungViewport:
        """The viewport with this id.

        Raises
        ------
        KeyError
            When there is none.
        """
        for viewport in self.viewports:
            if viewport.id == viewport_id:
                return viewport
        raise KeyError(viewport_id)
