"""What display sets, hanging, overlays and the pixel pipeline need to know of one instance."""

from __future__ import annotations

from dataclasses import dataclass

from workstation.dicom.patient import PatientIdentity
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
    presentation_shape
        Presentation LUT Shape (2050,0020): IDENTITY, INVERSE or empty.
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
    palette: tuple[LookupTable, ...] = ()


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

    def __repr__(self) -> str:
        return f"InstanceHeader({self.modality} {self.rows}x{self.columns}x{self.frames})"
