"""A placed cell of a plan as the viewport that the windows draw."""

from __future__ import annotations

from workstation.dicom.display_sets import DisplaySet
from workstation.hanging.codes import laterality_of
from workstation.hanging.facts import first_header, side_and_view
from workstation.hanging.hung import HungViewport
from workstation.hanging.layout import PlacedCell
from workstation.hanging.plan import StagePlan

_PLANE_WORDS = {"AXIAL": "axial", "CORONAL": "coronal", "SAGITTAL": "sagittal", "OBLIQUE": "oblique"}


def hung_viewport(prefix: str, plan: StagePlan, placed: PlacedCell) -> HungViewport:
    """The viewport of one cell."""
    spec, cell = placed.block.viewport, placed.block.cells[placed.index]
    found = cell.display_set
    return HungViewport(
        id=_id(prefix, plan, placed),
        screen=placed.area.usable.screen.id,
        rect=placed.area.rect,
        display_set=found,
        study_uid=found.study_uid if found is not None else None,
        series_uid=found.series_uid if found is not None else None,
        plane=found.plane if found is not None else "",
        from_=spec.from_,
        reason=cell.reason,
        voi=spec.voi,
        start=spec.start,
        sync=spec.sync,
        warning=placed.area.usable.warning,
        chest_wall=_chest_wall(spec.chest_wall, found),
        is_mirrored=found is not None and _must_be_mirrored(spec.chest_wall, found),
        is_cine=spec.cine and found is not None and found.is_clip,
        title=_title(placed, found),
    )


def withheld_viewport(prefix: str, plan: StagePlan, placed: PlacedCell, reason: str) -> HungViewport:
    """The viewport of one cell on a screen that may not be used unless the reader overrides."""
    return HungViewport(
        id=_id(prefix, plan, placed),
        screen=placed.area.usable.screen.id,
        rect=placed.area.rect,
        display_set=None,
        study_uid=None,
        series_uid=None,
        plane="",
        from_=placed.block.viewport.from_,
        reason=reason,
        warning=reason,
        title=_title(placed, None),
    )


def _id(prefix: str, plan: StagePlan, placed: PlacedCell) -> str:
    number = f".{placed.index + 1}" if placed.block.viewport.grid is not None else ""
    return f"{prefix}{plan.stage.id}/{placed.block.viewport.id}{number}"


def _title(placed: PlacedCell, found: DisplaySet | None) -> str:
    """``diagnostic 1, current axial``: where, then what."""
    role, _, number = placed.area.usable.screen.id.partition(":")
    source = placed.block.viewport.from_.replace(":", " ")
    what = "empty" if found is None else _PLANE_WORDS.get(found.plane) or side_and_view(found) or found.modality
    place = f" {placed.index + 1}" if len(placed.block.cells) > 1 else ""
    return f"{role} {number}, {source} {what}{place}"


def _chest_wall(side: str | None, found: DisplaySet | None) -> str:
    return side if side is not None and found is not None and found.modality == "MG" else ""


def _must_be_mirrored(side: str | None, found: DisplaySet) -> bool:
    """Whether the image as stored has its chest wall at the other edge.

    Patient Orientation (0020,0020) says where rows run to: in a mammogram the chest wall is posterior. Without it, by
    the usual way of storing: right breasts with the chest wall at the right edge, left ones at the left.
    """
    if not _chest_wall(side, found):
        return False
    header = first_header(found)
    towards = header.patient_orientation[0][:1].upper() if header is not None and header.patient_orientation else ""
    stored = {"P": "right", "A": "left"}.get(towards) or {"R": "right", "L": "left"}.get(
        laterality_of(found.laterality)
    )
    return stored is not None and stored != side
