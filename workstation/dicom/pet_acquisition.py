"""What a PET object says of dose, times, weight and corrections: the facts from which a SUV may be computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workstation.dicom.private_values import private_numbers, private_value
from workstation.dicom.values import first_item, number, text, texts

_GE = "GEMS_PETD_01"
_PHILIPS = "Philips PET Private Group"


@dataclass(frozen=True, repr=False)
class PetAcquisition:
    """PET Series, PET Isotope and PET Image modules (PS3.3 C.8.9), and the patient's size.

    Attributes
    ----------
    units
        Units (0054,1001): BQML, GML, CNTS, …
    suv_type
        SUV Type (0054,1006) of an object in GML: BW, LBM, BSA, …; empty means BW.
    corrected
        Corrected Image (0028,0051), such as ATTN and DECY.
    decay_correction
        Decay Correction (0054,1102): START, ADMIN, NONE or empty.
    weight_kg, height_m, sex
        Of the patient; None or empty where unknown.
    dose_bq, half_life_s
        Radionuclide Total Dose (0018,1074) and Half Life (0018,1075).
    nuclide
        Code value and meaning of Radionuclide Code Sequence: whether the half-life is that of the nuclide.
    injected_at
        Radiopharmaceutical Start DateTime (0018,1078), or None.
    injection_time
        Radiopharmaceutical Start Time (0018,1072) on an unknown day, given on 1 January 1900, or None.
    series_at, acquired_at
        Series and acquisition date and time, or None.
    maker_scan_at
        Scan time in the maker's private group (GEMS_PETD_01), to which the maker corrected the decay, or None.
    maker_suv_factor, maker_activity_factor
        The maker's private factors (Philips PET Private Group): value × factor = SUVbw, or Bq/ml; None where not set.
    """

    units: str = ""
    suv_type: str = ""
    corrected: tuple[str, ...] = ()
    decay_correction: str = ""
    weight_kg: float | None = None
    height_m: float | None = None
    sex: str = ""
    dose_bq: float | None = None
    half_life_s: float | None = None
    nuclide: tuple[str, str] = ("", "")
    injected_at: datetime | None = None
    injection_time: datetime | None = None
    series_at: datetime | None = None
    acquired_at: datetime | None = None
    maker_scan_at: datetime | None = None
    maker_suv_factor: float | None = None
    maker_activity_factor: float | None = None

    def __repr__(self) -> str:
        return f"PetAcquisition({self.units})"


def pet_acquisition_of(dataset: Any) -> PetAcquisition | None:
    """The facts a PET object states; None for an object of another modality."""
    if text(dataset, "Modality") != "PT":
        return None
    isotope = first_item(dataset, "RadiopharmaceuticalInformationSequence")
    nuclide = first_item(isotope, "RadionuclideCodeSequence")
    time = text(isotope, "RadiopharmaceuticalStartTime")
    return PetAcquisition(
        units=text(dataset, "Units").upper(),
        suv_type=text(dataset, "SUVType").upper(),
        corrected=tuple(each.upper() for each in texts(dataset, "CorrectedImage")),
        decay_correction=text(dataset, "DecayCorrection").upper(),
        weight_kg=number(dataset, "PatientWeight"),
        height_m=number(dataset, "PatientSize"),
        sex=text(dataset, "PatientSex").upper(),
        dose_bq=number(isotope, "RadionuclideTotalDose"),
        half_life_s=number(isotope, "RadionuclideHalfLife"),
        nuclide=(text(nuclide, "CodeValue"), text(nuclide, "CodeMeaning")),
        injected_at=moment_of(text(isotope, "RadiopharmaceuticalStartDateTime")),
        injection_time=moment_of(f"19000101{time}"),
        series_at=moment_of(text(dataset, "SeriesDate") + text(dataset, "SeriesTime")),
        acquired_at=moment_of(text(dataset, "AcquisitionDate") + text(dataset, "AcquisitionTime")),
        maker_scan_at=moment_of(_text_of(private_value(dataset, 0x0009, _GE, 0x0D))),
        maker_suv_factor=_factor(dataset, 0x00),
        maker_activity_factor=_factor(dataset, 0x09),
    )


def _factor(dataset: Any, element: int) -> float | None:
    """One of Philips' factors; 0 means that it is not set."""
    return next(iter(private_numbers(dataset, 0x7053, _PHILIPS, element)), None) or None


def _text_of(found: Any) -> str:
    return found.decode("ascii", "ignore") if isinstance(found, bytes) else str(found or "")


def moment_of(text: str) -> datetime | None:
    """A DICOM date and time ``YYYYMMDDHHMMSS.FFFFFF`` (also cut short after the hour); None when it is neither.

    An offset from UTC is left out: times of one object are in one zone.
    """
    digits = text.split("+", maxsplit=1)[0].split("-", maxsplit=1)[0].strip(" \0")
    whole, _, share = digits.partition(".")
    if not 10 <= len(whole) <= 14 or len(whole) % 2 or not whole.isdigit() or not (share or "0").isdigit():
        return None
    try:
        found = datetime.strptime(whole.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - DICOM times have no zone
    except ValueError:
        return None
    return found.replace(microsecond=int(share[:6].ljust(6, "0")))
