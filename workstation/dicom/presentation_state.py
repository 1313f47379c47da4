"""Softcopy presentation states: how somebody wants images to be seen (PS3.3 A.33.1, A.33.2).

A state takes the place of everything an image says about its grey values (PS3.4 N.2): what it does not state is
identity, not the image's own. So a state whose look-up tables are broken is refused as a whole, for any other reading
of it gives a wrong grey; graphics, shutters and areas that are broken are left out, and said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from workstation.dicom.display_shutter import DisplayShutter, display_shutter_of
from workstation.dicom.elements import Elements
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.graphics import GraphicAnnotation, GraphicLayer, annotations_of, layers_of
from workstation.dicom.image_scope import ImageScope, scope_of
from workstation.dicom.overlay_planes import OverlayPlane, activations_of, overlay_planes_of
from workstation.dicom.patient import display_name
from workstation.dicom.pixel_description import lookup_table_of, windows_of
from workstation.dicom.values import AnyDataset, items, number, numbers, text, whole_number
from workstation.dicom.voi import LookupTable, Window

GRAYSCALE = "1.2.840.10008.5.1.4.1.1.11.1"
COLOUR = "1.2.840.10008.5.1.4.1.1.11.2"
_NOT_APPLIED = {
    "1.2.840.10008.5.1.4.1.1.11.3": "pseudo-colour",
    "1.2.840.10008.5.1.4.1.1.11.4": "blending",
    "1.2.840.10008.5.1.4.1.1.11.5": "XA/XRF grayscale",
    "1.2.840.10008.5.1.4.1.1.11.6": "planar MPR grayscale",
    "1.2.840.10008.5.1.4.1.1.11.7": "planar MPR compositing",
    "1.2.840.10008.5.1.4.1.1.11.8": "advanced blending",
    "1.2.840.10008.5.1.4.1.1.11.9": "volume rendering",
    "1.2.840.10008.5.1.4.1.1.11.10": "segmented volume rendering",
    "1.2.840.10008.5.1.4.1.1.11.11": "multiple volume rendering",
    "1.2.840.10008.5.1.4.1.1.11.12": "variable modality LUT",
}
SOP_CLASSES = frozenset({GRAYSCALE, COLOUR, *_NOT_APPLIED})
"""All softcopy presentation states; those that cannot be applied are refused by their name."""

_ADVICE = "Look at the images without it."
_FARTHEST = 1e6


@dataclass(frozen=True)
class SoftcopyVoi:
    """Windows or VOI LUTs for some images; the first of them is what is meant (C.11.8)."""

    scope: ImageScope = field(repr=False)
    windows: tuple[Window, ...] = ()
    luts: tuple[LookupTable, ...] = ()


@dataclass(frozen=True)
class DisplayedArea:
    """Which part of some images is shown, and how large (C.10.4).

    Attributes
    ----------
    left, top, right, bottom
        Image coordinates (0, 0 the outer corner of the first pixel as stored); may reach beyond the image.
    mode
        SCALE TO FIT, TRUE SIZE or MAGNIFY.
    pixel_aspect
        Height of a pixel by its width; None leaves it to the image.
    size
        TRUE SIZE: mm that the width of a pixel is to take. MAGNIFY: device pixels that it is to take. Else without
        meaning.
    """

    scope: ImageScope = field(repr=False)
    left: float
    top: float
    right: float
    bottom: float
    mode: str = "SCALE TO FIT"
    pixel_aspect: float | None = None
    size: float = 1.0


@dataclass(frozen=True, eq=False)
class PresentationState:
    """One state. Compared by identity: it is read once.

    Attributes
    ----------
    label, description, creator, date, time
        For the reader's choice: Content Label and Description, who made it and when.
    images
        What it refers to; never empty.
    rescale
        Slope and intercept in the place of the image's; (1, 0) when it states none.
    modality_lut, vois, presentation_shape, presentation_lut
        The grey-value chain of the state; absent parts are identity.
    rotate_quarter, flip
        Turn clockwise by quarters, then mirror left to right.
    own_overlays, activations
        Bitmaps of the state, and the layer in which the overlay of a group (the state's, else the image's) is shown.
    notes
        In words: what of it is not shown.
    """

    sop_uid: str = field(repr=False)
    study_uid: str = field(repr=False)
    is_colour: bool
    images: ImageScope = field(repr=False)
    label: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    creator: str = field(default="", repr=False)
    date: str = ""
    time: str = ""
    rescale: tuple[float, float] = (1.0, 0.0)
    rescale_type: str = ""
    modality_lut: LookupTable | None = None
    vois: tuple[SoftcopyVoi, ...] = ()
    presentation_shape: str = "IDENTITY"
    presentation_lut: LookupTable | None = None
    rotate_quarter: int = 0
    flip: bool = False
    areas: tuple[DisplayedArea, ...] = ()
    shutter: DisplayShutter | None = None
    layers: tuple[GraphicLayer, ...] = ()
    annotations: tuple[GraphicAnnotation, ...] = field(default=(), repr=False)
    own_overlays: tuple[OverlayPlane, ...] = field(default=(), repr=False)
    activations: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()

    def refers_to(self, sop_uid: str, frame: int) -> bool:
        """Whether it is meant for this picture (frames are counted from 0)."""
        return self.images.names(sop_uid, frame)

    def refers_to_any(self, sop_uids: Iterable[str]) -> bool:
        """Whether it is meant for one of these instances."""
        return not self.images.sop_uids.isdisjoint(sop_uids)

    @property
    def title(self) -> str:
        """``GSPS1  Key finding``: how readers tell states apart; never empty."""
        return "  ".join(part for part in (self.label, self.description) if part) or "Presentation state"


def presentation_state_of(elements: Elements) -> PresentationState:
    """Read a presentation state.

    Raises
    ------
    UnreadableInstance
        When the object is none, is of a kind that is not applied, refers to no image, or has broken look-up tables.
    """
    sop_class = text(elements, "SOPClassUID")
    if sop_class in _NOT_APPLIED:
        raise _refusal(f"is of a kind that is not applied here ({_NOT_APPLIED[sop_class]})")
    if sop_class not in SOP_CLASSES:
        raise UnreadableInstance("The object is not a presentation state.", "Choose another file.")
    images = scope_of(*items(elements, "ReferencedSeriesSequence"))
    if not images.images:
        raise _refusal("refers to no image")
    return _state(elements, images, is_colour=sop_class == COLOUR)


def _state(elements: Elements, images: ImageScope, *, is_colour: bool) -> PresentationState:
    planes, plane_faults = overlay_planes_of(elements)
    shutter, shutter_faults = display_shutter_of(elements, planes)
    annotations, graphic_faults = annotations_of(elements)
    areas, area_faults = _areas(elements)
    rotation, rotation_faults = _rotation(elements)
    mask = ("mask subtraction is not applied",) if items(elements, "MaskSubtractionSequence") else ()
    slope = number(elements, "RescaleSlope")
    return PresentationState(
        sop_uid=text(elements, "SOPInstanceUID"),
        study_uid=text(elements, "StudyInstanceUID"),
        is_colour=is_colour,
        images=images,
        label=text(elements, "ContentLabel"),
        description=text(elements, "ContentDescription"),
        creator=display_name(text(elements, "ContentCreatorName")),
        date=text(elements, "PresentationCreationDate"),
        time=text(elements, "PresentationCreationTime"),
        rescale=(slope if slope else 1.0, number(elements, "RescaleIntercept") or 0.0),
        rescale_type=text(elements, "RescaleType"),
        modality_lut=_one_table(elements, "ModalityLUTSequence", "modality LUT"),
        vois=tuple(_vois(elements)),
        presentation_shape=_presentation_shape(elements),
        presentation_lut=_one_table(elements, "PresentationLUTSequence", "presentation LUT"),
        rotate_quarter=rotation,
        flip=text(elements, "ImageHorizontalFlip").upper() == "Y",
        areas=areas,
        shutter=shutter,
        layers=layers_of(elements),
        annotations=annotations,
        own_overlays=planes,
        activations=activations_of(elements),
        notes=(*plane_faults, *shutter_faults, *graphic_faults, *area_faults, *rotation_faults, *mask),
    )


def _one_table(elements: Elements, keyword: str, name: str) -> LookupTable | None:
    found = items(elements, keyword)
    if not found:
        return None
    # As it stands: whether its first value is negative is known only beside the image.
    table = lookup_table_of(found[0], is_signed=False)
    if table is None:
        raise _refusal(f"has a {name} that cannot be used")
    return table


def _vois(elements: Elements) -> Iterable[SoftcopyVoi]:
    for item in items(elements, "SoftcopyVOILUTSequence"):
        windows = windows_of(item)
        tables = [lookup_table_of(each, is_signed=False) for each in items(item, "VOILUTSequence")]
        said = max(len(numbers(item, "WindowCenter")), len(numbers(item, "WindowWidth")))
        if None in tables or len(windows) < said or not (windows or tables):
            raise _refusal("has a VOI LUT that cannot be used")
        yield SoftcopyVoi(scope_of(item), windows, tuple(each for each in tables if each))


def _presentation_shape(elements: Elements) -> str:
    shape = text(elements, "PresentationLUTShape").upper() or "IDENTITY"
    if shape not in {"IDENTITY", "INVERSE"}:
        raise _refusal("has a presentation LUT shape that is not known")
    return shape


def _rotation(elements: Elements) -> tuple[int, tuple[str, ...]]:
    degrees = whole_number(elements, "ImageRotation") or 0
    if degrees % 90:
        return 0, ("a rotation by other than quarters is not applied",)
    return degrees // 90 % 4, ()


def _areas(elements: Elements) -> tuple[tuple[DisplayedArea, ...], tuple[str, ...]]:
    read = [_area(item) for item in items(elements, "DisplayedAreaSelectionSequence")]
    faults = ("a displayed area cannot be used",) if None in read else ()
    return tuple(area for area in read if area is not None), faults


def _area(item: AnyDataset) -> DisplayedArea | None:
    """Both corners are pixels of the image as stored, counted from 1; turned, either may be the greater one."""
    corners = _corners(item)
    mode = text(item, "PresentationSizeMode").upper() or "SCALE TO FIT"
    spacing, ratio = _pair(item, "PresentationPixelSpacing"), _pair(item, "PresentationPixelAspectRatio")
    aspect = spacing or ratio
    size = {
        "SCALE TO FIT": 1.0,
        "TRUE SIZE": spacing[1] if spacing else 0.0,
        "MAGNIFY": number(item, "PresentationPixelMagnificationRatio") or 0.0,
    }.get(mode, 0.0)
    if corners is None or size <= 0 or (aspect and not 0.01 <= aspect[0] / aspect[1] <= 100):
        return None
    return DisplayedArea(scope_of(item), *corners, mode, aspect[0] / aspect[1] if aspect else None, size)


def _corners(item: AnyDataset) -> tuple[float, float, float, float] | None:
    one = numbers(item, "DisplayedAreaTopLeftHandCorner")
    other = numbers(item, "DisplayedAreaBottomRightHandCorner")
    is_usable = len(one) == len(other) == 2 and max(map(abs, (*one, *other))) <= _FARTHEST
    if not is_usable or text(item, "PixelOriginInterpretation").upper() == "VOLUME":
        return None
    across, down = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return across[0] - 1, down[0] - 1, across[1], down[1]


def _pair(item: AnyDataset, keyword: str) -> tuple[float, float] | None:
    found = numbers(item, keyword)
    return (found[0], found[1]) if len(found) == 2 and min(found) > 0 else None


def _refusal(why: str) -> UnreadableInstance:
    return UnreadableInstance(f"The presentation state {why}.", _ADVICE)
