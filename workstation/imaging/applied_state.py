"""A presentation state as it holds for one picture: what takes the place of what, and what is drawn on top.

Whatever a state says about grey values takes the place of everything the image says, also where the state says nothing
(PS3.4 N.2): no rescale means slope 1, no VOI means identity. The reader's own changes come after it: a window of the
reader replaces the state's, an inversion reverses what the state shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from workstation.dicom.graphics import GraphicAnnotation, GraphicLayer
from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.dicom.overlay_planes import OverlayPlane
from workstation.dicom.presentation_state import DisplayedArea, PresentationState, SoftcopyVoi
from workstation.dicom.voi import LookupTable
from workstation.imaging.display_rules import RESCALED
from workstation.imaging.gray_table import identity_window

WHITE = 65535


@dataclass(frozen=True)
class ShownOverlay:
    """One overlay plane that is drawn, with the P-value of its layer."""

    plane: OverlayPlane
    gray: int = WHITE


@dataclass(frozen=True, eq=False)
class AppliedState:
    """What a state makes of one picture. Compared by identity: the same state and picture give the same object.

    Attributes
    ----------
    header
        The image's, with grey values, pixel aspect and shutter as the state has them: for showing, never for measuring.
    area
        The part of the image that is to be shown, or None for all of it.
    overlays
        In the order of their layers.
    annotations
        Shapes and texts for this picture, in the order of their layers.
    """

    state: PresentationState
    header: InstanceHeader
    frame: int
    area: DisplayedArea | None = None
    overlays: tuple[ShownOverlay, ...] = ()
    annotations: tuple[tuple[GraphicLayer, GraphicAnnotation], ...] = ()


@lru_cache(maxsize=512)
def applied_state(state: PresentationState, header: InstanceHeader, frame: int) -> AppliedState | None:
    """``state`` for frame ``frame`` (from 0) of the image of ``header``; None when it does not refer to it.

    A state for colour says nothing about a grey image, nor one for grey about a coloured one.
    """
    if not state.refers_to(header.sop_uid, frame) or state.is_colour != header.is_colour:
        return None
    area = next((each for each in state.areas if each.scope.includes(header.sop_uid, frame)), None)
    aspect = area.pixel_aspect if area is not None and area.pixel_aspect else header.pixel_aspect
    shown = replace(
        header,
        pixel=header.pixel if state.is_colour else _pixel(state, header, frame),
        pixel_aspect=aspect,
        shutter=state.shutter,
        windows_act_on=RESCALED,
    )
    layers = {layer.name: layer for layer in state.layers}
    return AppliedState(
        state=state,
        header=shown,
        frame=frame,
        area=area,
        overlays=_overlays(state, header, layers),
        annotations=_annotations(state, header, frame, layers),
    )


def _pixel(state: PresentationState, header: InstanceHeader, frame: int) -> PixelDescription:
    own = header.pixel
    is_signed, (slope, intercept) = own.is_signed, state.rescale
    modality_lut = _with_sign(state.modality_lut, is_signed=is_signed)
    has_negative = modality_lut is None and (is_signed or intercept < 0)
    wanted = (each for each in state.vois if each.scope.includes(header.sop_uid, frame))
    voi = next(wanted, None) or SoftcopyVoi(state.images)
    luts = tuple(lut for each in voi.luts if (lut := _with_sign(each, is_signed=has_negative)) is not None)
    described = replace(
        own,
        rescale_slope=slope,
        rescale_intercept=intercept,
        rescale_type=state.rescale_type,
        modality_lut=modality_lut,
        windows=voi.windows,
        voi_luts=luts,
        presentation_shape=state.presentation_shape,
        presentation_lut=state.presentation_lut,
    )
    if voi.windows or luts:
        return described
    return replace(described, windows=(replace(identity_window(described), explanation="Identity"),))


def _with_sign(table: LookupTable | None, *, is_signed: bool) -> LookupTable | None:
    """First value mapped, read with the sign of what goes into the table (C.11.1.1)."""
    if table is None or not is_signed or table.first <= 32767:
        return table
    return replace(table, first=table.first - 65536)


def _overlays(
    state: PresentationState, header: InstanceHeader, layers: dict[str, GraphicLayer]
) -> tuple[ShownOverlay, ...]:
    """The overlays the state activates: its own before the image's of the same group (PS3.4 N.2.2)."""
    planes = {plane.group: plane for plane in (*header.overlays, *state.own_overlays)}
    shutter = state.shutter.bitmap if state.shutter is not None else None
    shown = [
        (layers.get(name, GraphicLayer(name)), planes[group])
        for group, name in state.activations
        if group in planes and planes[group] is not shutter
    ]
    shown.sort(key=lambda each: each[0].order)
    return tuple(ShownOverlay(plane, gray_of(layer)) for layer, plane in shown)


def _annotations(
    state: PresentationState, header: InstanceHeader, frame: int, layers: dict[str, GraphicLayer]
) -> tuple[tuple[GraphicLayer, GraphicAnnotation], ...]:
    found = [
        (layers.get(each.layer, GraphicLayer(each.layer)), each)
        for each in state.annotations
        if each.scope.includes(header.sop_uid, frame)
    ]
    return tuple(sorted(found, key=lambda each: each[0].order))


def gray_of(layer: GraphicLayer) -> int:
    """P-value in which a layer is drawn; white unless it says otherwise."""
    if layer.gray is not None:
        return layer.gray
    return layer.lab[0] if layer.lab is not None else WHITE
