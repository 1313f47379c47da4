"""Standardized uptake values: the factor from what a PET image holds, or the reason why there is none.

SUV = activity concentration × body size / dose, the dose decayed to the moment to which the image was decay-corrected.
The steps follow the vendor-neutral procedure of the QIBA FDG-PET profile. Whatever is missing or implausible gives
`NoSuv` with its reason, never a factor of 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workstation.dicom.header import InstanceHeader
from workstation.dicom.pet_acquisition import PetAcquisition

_WEIGHTS_KG = (0.3, 400.0)
_HEIGHTS_M = (0.25, 2.6)
_DOSES_BQ = (1e5, 2e10)
_HALF_LIVES_S = (60.0, 2.6e6)
_MOST_HALF_LIVES = 10.0
_LONGEST_WITHOUT_A_DAY_S = 6 * 3600.0
_DAY = timedelta(days=1)
_TOLERANCE_OF_HALF_LIFE = 0.05

# Half-lives in seconds by code value (CID 4020 PET Radionuclide) and by the nuclide's name.
_HALF_LIFE_OF = {
    ("C-105A1", "11C"): 1223.4,
    ("C-107A1", "13N"): 597.9,
    ("C-B1038", "15O"): 122.24,
    ("C-111A1", "18F"): 6586.2,
    ("C-127A2", "64CU"): 45723.0,
    ("C-131A3", "68GA"): 4062.6,
    ("C-159A2", "82RB"): 76.4,
    ("C-168A4", "89ZR"): 282276.0,
    ("C-114A5", "124I"): 360806.0,
}


@dataclass(frozen=True)
class SuvScale:
    """Factors from modality values (after rescale) to SUV; None where that kind cannot be had.

    Attributes
    ----------
    body_weight
        To SUVbw in g/ml.
    lean_body
        To SUVlbm in g/ml (lean body mass after Janmahasatian 2005).
    body_surface
        To SUVbsa in cm²/ml (body surface after Du Bois 1916).
    """

    body_weight: float | None = None
    lean_body: float | None = None
    body_surface: float | None = None


@dataclass(frozen=True)
class NoSuv:
    """Why there is no SUV, as words after "no SUV: "."""

    reason: str


def suv_scale(pet: PetAcquisition) -> SuvScale | NoSuv:
    """Factors for one image."""
    if pet.units == "GML":
        return _as_stored(pet)
    if pet.units == "CNTS":
        return _from_counts(pet)
    if pet.units != "BQML":
        return NoSuv(f"the unit of the values is {pet.units or 'not stated'}")
    return _from_activity(pet, 1.0)


def body_weight_suv(header: InstanceHeader) -> float:
    """The factor from modality values to SUVbw in g/ml; 0 where there is none (not PET, or `NoSuv`)."""
    scale = suv_scale(header.pet) if header.pet is not None else None
    return (scale.body_weight or 0.0) if isinstance(scale, SuvScale) else 0.0


def _as_stored(pet: PetAcquisition) -> SuvScale | NoSuv:
    kinds = {
        "": SuvScale(body_weight=1.0),
        "BW": SuvScale(body_weight=1.0),
        "LBM": SuvScale(lean_body=1.0),
        "LBMJANMA": SuvScale(lean_body=1.0),
        "LBMJAMES128": SuvScale(lean_body=1.0),
    }
    return kinds.get(pet.suv_type) or NoSuv(f"the values are of the unknown SUV type {pet.suv_type}")


def _from_counts(pet: PetAcquisition) -> SuvScale | NoSuv:
    if pet.maker_suv_factor:
        return _with_body(pet, pet.maker_suv_factor)
    if pet.maker_activity_factor:
        return _from_activity(pet, pet.maker_activity_factor)
    return NoSuv("the values are counts, without the maker's factor")


def _from_activity(pet: PetAcquisition, activity_factor: float) -> SuvScale | NoSuv:
    """From modality values that are, times ``activity_factor``, Bq/ml."""
    dose = _dose_at_reference(pet)
    if isinstance(dose, NoSuv):
        return dose
    weight = pet.weight_kg
    if weight is None or not _within(weight, _WEIGHTS_KG):
        return NoSuv("the patient's weight is missing" if not weight else "the patient's weight is not plausible")
    return _with_body(pet, activity_factor * weight * 1000 / dose)


def _with_body(pet: PetAcquisition, body_weight: float) -> SuvScale:
    """The other kinds where weight, height and sex allow them."""
    weight, height = pet.weight_kg, pet.height_m
    if weight is None or height is None or not _within(weight, _WEIGHTS_KG) or not _within(height, _HEIGHTS_M):
        return SuvScale(body_weight)
    lean = lean_body_mass_kg(weight, height, pet.sex)
    surface = body_surface_m2(weight, height)
    return SuvScale(
        body_weight,
        None if lean is None else body_weight * lean / weight,
        body_weight * surface * 1e4 / (weight * 1000),
    )


def lean_body_mass_kg(weight_kg: float, height_m: float, sex: str) -> float | None:
    """Lean body mass (Janmahasatian et al. 2005); None when the sex is neither M nor F."""
    index = weight_kg / height_m**2
    if sex == "M":
        return 9270 * weight_kg / (6680 + 216 * index)
    if sex == "F":
        return 9270 * weight_kg / (8780 + 244 * index)
    return None


def body_surface_m2(weight_kg: float, height_m: float) -> float:
    """Body surface (Du Bois and Du Bois 1916), in m²."""
    return float(0.007184 * weight_kg**0.425 * (height_m * 100) ** 0.725)


def _dose_at_reference(pet: PetAcquisition) -> float | NoSuv:
    """The dose in Bq, decayed to the moment to which the image was corrected."""
    fault = _correction_fault(pet) or _dose_fault(pet)
    if fault:
        return NoSuv(fault)
    dose, half_life = pet.dose_bq or 0.0, pet.half_life_s or 0.0
    if pet.decay_correction == "ADMIN":
        return dose
    elapsed = _elapsed_s(pet, half_life)
    return elapsed if isinstance(elapsed, NoSuv) else float(dose * 2 ** (-elapsed / half_life))


def _correction_fault(pet: PetAcquisition) -> str:
    missing = [
        name
        for name, words in (("attenuation", "ATTN"), ("decay", "DECY"))
        if words not in pet.corrected  # Corrected Image (0028,0051)
    ]
    if missing:
        return f"the image is not corrected for {' and '.join(missing)}"
    if pet.decay_correction not in {"START", "ADMIN"}:
        return (
            f"the decay correction is {pet.decay_correction or 'not stated'}, neither to the start nor to the injection"
        )
    return ""


def _dose_fault(pet: PetAcquisition) -> str:
    if pet.dose_bq is None or pet.half_life_s is None:
        return "the injected dose or the half-life is missing"
    if not _within(pet.dose_bq, _DOSES_BQ):
        return "the injected dose is not plausible in becquerel"
    known = _known_half_life_s(pet.nuclide)
    is_of_nuclide = known is None or abs(pet.half_life_s - known) <= _TOLERANCE_OF_HALF_LIFE * known
    if not _within(pet.half_life_s, _HALF_LIVES_S) or not is_of_nuclide:
        return "the half-life is not plausible in seconds"
    return ""


def _known_half_life_s(nuclide: tuple[str, str]) -> float | None:
    code, meaning = nuclide
    written = meaning.upper().replace("^", "").replace("-", "").replace(" ", "")
    for (known_code, name), half_life in _HALF_LIFE_OF.items():
        if code == known_code or name in written:
            return half_life
    return None


def _elapsed_s(pet: PetAcquisition, half_life: float) -> float | NoSuv:
    """Seconds from the injection to the moment of the decay correction."""
    reference = _reference_moment(pet)
    if isinstance(reference, NoSuv):
        return reference
    if pet.injected_at is not None:
        elapsed = (reference - pet.injected_at).total_seconds()
    elif pet.injection_time is None:
        return NoSuv("the time of the injection is missing")
    elif half_life > _LONGEST_WITHOUT_A_DAY_S:
        return NoSuv("the day of the injection is not stated, and the nuclide lives for days")
    else:
        elapsed = _elapsed_over_midnight_s(pet.injection_time, reference)
    if elapsed < 0:
        return NoSuv("the injection is later than the scan")
    if elapsed > _MOST_HALF_LIVES * half_life:
        return NoSuv("the time between injection and scan is not plausible")
    return elapsed


def _elapsed_over_midnight_s(injection_time: datetime, reference: datetime) -> float:
    """An injection later in the day than the scan was on the day before."""
    injected = datetime.combine(reference.date(), injection_time.time())
    if injected > reference:
        injected -= _DAY
    return (reference - injected).total_seconds()


def _reference_moment(pet: PetAcquisition) -> datetime | NoSuv:
    """To when START corrected the decay: the maker's scan time where set, else the series time."""
    if pet.maker_scan_at is not None:
        return pet.maker_scan_at
    if pet.series_at is None:
        return NoSuv("the time of the series is missing")
    if pet.acquired_at is not None and pet.series_at > pet.acquired_at:
        # A reconstruction may carry its own, later series time; then nothing says when the scan began.
        return NoSuv("the time of the series is later than that of the image, so the start of the scan is not known")
    return pet.series_at


def _within(number: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= number <= bounds[1]
