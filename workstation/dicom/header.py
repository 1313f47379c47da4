"""What display sets, hanging, overlays and the pixel pipeline need to know of one instance."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from workstation.dicom.display_shutter import DisplayShutter
from workstation.dicom.overlay_planes import OverlayPlane
from workstation.dicom.patient import PatientIdentity
from workstation.dicom.pet_acquisition import PetAcquisition
from workstation.dicom.real_world import RealWorldMap
from workstation.dicom.voi import LookupTable, Window

Vector = tuple[float, float, float]


@dataclass(frozen=True, repr=False)
class PixelDescription:
    """Image Pixel module (PS3.3 C.7.6.3) and the grey-value modules beside it.

    Attributes
    ----------
    padding
        Lowest and highest stored value that is padding (0028,0120/0121), or None.
    rescale_slope, rescale_intercept, rescale_type
        modality value = stored value × slope + intercept, in the unit ``rescale_type`` (``HU``, ``US``, or empty).
    windows, voi_luts
        In file order; unusable ones (width below 1, broken tables) are left out.
    presentation_shape, presentation_lut
        Presentation LUT Shape (2050,0020): IDENTITY, INVERSE or empty; the table that a presentation state brings.
    palette
        Red, green and blue tables of a PALETTE COLOR image, else empty.
    """

    samples: int = 1
    photometric: str = "MONOCHROME2"
    bits_allocated: int = 16
    bits_stored: int = 16
    high_bit: int = 15
    is_signed: bool = False
    planar_configuration: int = 0
    padding: tuple[int, int] | None = None
    rescale_slope: float = 1.0
    rescale_intercept: float = 0.0
    rescale_type: str = ""
    modality_lut: LookupTable | None = None
    windows: tuple[Window, ...] = ()
    voi_luts: tuple[LookupTable, ...] = ()
    presentation_shape: str = ""
    presentation_lut: LookupTable | None = None
    palette: tuple[LookupTable, ...] = ()


@dataclass(frozen=True, repr=False)
class FrameDetails:
    """What tells one picture from another of its series or multi-frame object; absent facts are None or empty.

    Attributes
    ----------
    stack_id, in_stack_position, temporal_position, dimension_values, comments
        Frame Content (PS3.3 C.7.6.16.2.2); ``temporal_position`` also from Temporal Position Identifier (0020,0100).
    time_offset_ms
        Temporal Position Time Offset of an ultrasound volume.
    acquired, acquired_at
        Date and time (DT) of the acquisition, and of the moment the content stands for.
    b_value, diffusion_directionality, diffusion_direction
        s/mm²; NONE, DIRECTIONAL, BMATRIX or ISOTROPIC; unit vector.
    cardiac_delay_ms, cardiac_percent
        After the R peak: as time, as share of the R-R interval.
    component
        Complex Image Component (0008,9208): MAGNITUDE, PHASE, REAL, IMAGINARY, MIXED.
    velocity_limits
        Lowest and highest encoded velocity, cm/s.
    energy_kev
        Monoenergetic Energy Equivalent (0018,937C).
    positioner_angles
        Primary and secondary, degrees (PS3.3 C.8.7.5.1.2): LAO and CRAN are positive.
    energy_window, detector, phase, rotation, rr_interval, time_slot, nm_slice, angular_view
        Numbers of the vectors of a nuclear-medicine object (PS3.3 C.8.4.8), from 1.
    volume_position, volume_orientation, volume_frame_of_reference
        Of an ultrasound volume: in its own coordinates, not the patient's (PS3.3 C.8.24.3).
    concatenation
        UID of the concatenation the object is a part of, and its part's number.
    trim
        First and last frame to be played, from 0 (PS3.3 C.7.6.5).
    """

    stack_id: str = ""
    in_stack_position: int | None = None
    temporal_position: int | None = None
    time_offset_ms: float | None = None
    dimension_values: tuple[int, ...] = ()
    comments: str = ""
    acquired: str = ""
    acquired_at: str = ""
    echo_number: int | None = None
    inversion_time_ms: float | None = None
    flip_angle_deg: float | None = None
    b_value: float | None = None
    diffusion_directionality: str = ""
    diffusion_direction: Vector | None = None
    cardiac_delay_ms: float | None = None
    cardiac_percent: float | None = None
    component: str = ""
    velocity_limits: tuple[float, float] | None = None
    contrast_phase: str = ""
    kernel: str = ""
    energy_kev: float | None = None
    positioner_angles: tuple[float, float] | None = None
    energy_window: int | None = None
    detector: int | None = None
    phase: int | None = None
    rotation: int | None = None
    rr_interval: int | None = None
    time_slot: int | None = None
    nm_slice: int | None = None
    angular_view: int | None = None
    volume_position: Vector | None = None
    volume_orientation: tuple[float, float, float, float, float, float] | None = None
    volume_frame_of_reference: str = ""
    concatenation: tuple[str, int] | None = None
    trim: tuple[int, int] | None = None


@dataclass(frozen=True)
class MosaicTiles:
    """How the slices of a Siemens mosaic lie in its one picture, and where the first of them lies in the patient.

    Attributes
    ----------
    count
        Slices; they fill the grid row by row and leave its end empty.
    across
        Tiles in a row of the grid, and rows of it.
    rows, columns
        Of one tile.
    position, step
        mm, patient coordinates: centre of the first tile's first pixel; the way from one slice to the next.
    """

    count: int
    across: int
    rows: int
    columns: int
    position: Vector
    step: Vector


class FrameHeaders(Protocol):
    """What the frames of one object say of themselves."""

    def header_of(self, header: InstanceHeader, index: int) -> InstanceHeader:
        """``header`` as it holds for frame ``index``."""
        ...


@dataclass(frozen=True, repr=False)
class InstanceHeader:
    """One instance, without its pixels. ``repr`` shows no identifiers.

    Texts are stripped, absent ones empty; numbers that are absent or unreadable are None.

    Attributes
    ----------
    rows, columns, frames
        0 × 0 × 0 for objects without pixels.
    position, orientation
        mm, patient coordinates (LPS): Image Position (Patient) and the row and column cosines (PS3.3 C.7.6.2.1.1).
    spacing, spacing_kind
        (between rows, between columns) in mm and where it is true: ``patient`` (in the patient), ``imager`` (at the
        detector, so lengths are magnified) or ``none``.
    pixel_aspect
        Height of a pixel by its width.
    body_codes
        Code values of Anatomic Region Sequence (0008,2218), any scheme.
    lossy_ratio, lossy_method
        Of the last lossy compression; ``is_lossy`` says whether there ever was one (PS3.3 C.7.6.1.1.5).
    frame_time_ms
        Time a frame of a cine is shown, or None.
    displayed_date, displayed_time
        Acquisition date and time, else content, series, study (IHE BIR annotation rule).
    real_world
        How stored values become quantities with a unit, where the object says so.
    pet
        Dose, times and corrections of a PET image; None for other modalities.
    details
        What tells this picture from the others of its series. Of an object whose frames differ, all that differs
        (position, windows, rescale, …) is its first frame's: ask `of_frame` for another's.
    mosaic
        The slices of a Siemens mosaic; None when it is none, or cannot be understood.
    shutter, overlays
        The display shutter and the overlay planes that the object brings.
    not_shown
        In words: overlays and shutters of the object that cannot be used.
    windows_act_on
        ``stored values`` or ``rescaled values``, as the site or a presentation state decides; empty: as is usual for
        the modality.
    per_frame
        What the frames say of themselves; None where they do not differ.
    """

    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class: str
    transfer_syntax: str
    modality: str
    patient: PatientIdentity
    pixel: PixelDescription
    series_number: int | None = None
    instance_number: int | None = None
    acquisition_number: int | None = None
    rows: int = 0
    columns: int = 0
    frames: int = 0
    position: Vector | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None
    spacing: tuple[float, float] | None = None
    spacing_kind: str = "none"
    pixel_aspect: float = 1.0
    slice_thickness: float | None = None
    gantry_tilt: float | None = None
    frame_of_reference: str = ""
    patient_orientation: tuple[str, ...] = ()
    patient_position: str = ""
    laterality: str = ""
    view_position: str = ""
    image_type: tuple[str, ...] = ()
    presentation_intent: str = ""
    body_part: str = ""
    body_codes: tuple[str, ...] = ()
    protocol_name: str = ""
    series_description: str = ""
    study_description: str = ""
    study_date: str = ""
    study_time: str = ""
    study_id: str = ""
    displayed_date: str = ""
    displayed_time: str = ""
    accession: str = ""
    institution: str = ""
    manufacturer: str = ""
    model: str = ""
    is_lossy: bool = False
    lossy_ratio: float | None = None
    lossy_method: str = ""
    frame_time_ms: float | None = None
    contrast_agent: str = ""
    kvp: float | None = None
    exposure_mas: float | None = None
    repetition_time_ms: float | None = None
    echo_time_ms: float | None = None
    real_world: tuple[RealWorldMap, ...] = ()
    pet: PetAcquisition | None = None
    details: FrameDetails = FrameDetails()
    mosaic: MosaicTiles | None = None
    shutter: DisplayShutter | None = None
    overlays: tuple[OverlayPlane, ...] = ()
    not_shown: tuple[str, ...] = ()
    windows_act_on: str = ""
    per_frame: FrameHeaders | None = field(default=None, compare=False)

    @property
    def is_image(self) -> bool:
        """Whether it has pixels to show."""
        return self.rows > 0 and self.columns > 0

    @property
    def is_localizer(self) -> bool:
        return "LOCALIZER" in self.image_type

    @property
    def is_colour(self) -> bool:
        return not self.pixel.photometric.startswith("MONOCHROME")

    @property
    def normal(self) -> Vector | None:
        """Unit vector across the image plane: row cosines × column cosines."""
        if self.orientation is None:
            return None
        (a, b, c, d, e, f) = self.orientation
        return (b * f - c * e, c * d - a * f, a * e - b * d)

    @property
    def pictures(self) -> int:
        """How many pictures it holds for a reader: its frames, or the slices of a mosaic."""
        return self.mosaic.count if self.mosaic is not None else self.frames

    def of_frame(self, index: int) -> InstanceHeader:
        """The header as it holds for frame ``index``, from 0; the header itself where frames do not differ."""
        return self if self.per_frame is None else self.per_frame.header_of(self, index)

    def of_picture(self, index: int) -> InstanceHeader:
        """The header of picture ``index``: a frame, or the slice of a mosaic with its own size and position."""
        return self.of_frame(index) if self.mosaic is None else self._of_tile(self.mosaic, index)

    def _of_tile(self, mosaic: MosaicTiles, index: int) -> InstanceHeader:
        place, step = mosaic.position, mosaic.step
        position = (place[0] + index * step[0], place[1] + index * step[1], place[2] + index * step[2])
        return replace(self, rows=mosaic.rows, columns=mosaic.columns, position=position, mosaic=None)

    def __repr__(self) -> str:
        return f"InstanceHeader({self.modality} {self.rows}x{self.columns}x{self.frames})"
