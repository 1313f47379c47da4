"""A generated PET series: known activity, another slope on every slice, as scanners write them."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import PositronEmissionTomographyImageStorage

from tests.helpers.pixel_objects import ROOT, image_object

HALF_LIFE_S = 6586.2  # of fluorine-18
DOSE_BQ = 370e6
WEIGHT_KG = 74.0
ELAPSED_S = 3600.0
BQ_ML_AT_SUV_1 = DOSE_BQ * 2 ** (-ELAPSED_S / HALF_LIFE_S) / (WEIGHT_KG * 1000)


def pet_slice(index: int = 0, *, suv: float = 5.0, slope: float = 0.7, **changes: Any) -> Dataset:
    """A slice of 32 x 32 pixels, zero but for a square of ``suv`` in rows and columns 8 to 23.

    Parameters
    ----------
    slope
        Rescale Slope: the stored values are made to give the same activity whatever it is.
    changes
        Attributes to set; None removes one. Those of the isotope are found by their keyword too.
    """
    stored = np.zeros((32, 32), dtype=np.int16)
    stored[8:24, 8:24] = round(suv * BQ_ML_AT_SUV_1 / slope)
    isotope = Dataset()
    isotope.RadiopharmaceuticalStartTime = "090000"
    isotope.RadionuclideTotalDose, isotope.RadionuclideHalfLife = DOSE_BQ, HALF_LIFE_S
    dataset = image_object(
        stored,
        modality="PT",
        uid=str(index + 1),
        InstanceNumber=index + 1,
        SeriesDate="20260110",
        SeriesTime="100000.00",
        AcquisitionDate="20260110",
        AcquisitionTime="100300.00",
        Units="BQML",
        CorrectedImage=["NORM", "DTIM", "ATTN", "SCAT", "DECY"],
        DecayCorrection="START",
        PatientWeight=WEIGHT_KG,
        PatientSex="F",
        PatientSize=1.70,
        RescaleSlope=slope,
        RescaleIntercept=0,
        ImagePositionPatient=[-50.0, -50.0, 3.0 * index],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        PixelSpacing=[3.0, 3.0],
        FrameOfReferenceUID=f"{ROOT}9",
    )
    dataset.SOPClassUID = PositronEmissionTomographyImageStorage
    dataset.RadiopharmaceuticalInformationSequence = DicomSequence([isotope])
    for keyword, value in changes.items():
        holder = isotope if keyword.startswith("Radio") else dataset
        if value is None:
            delattr(holder, keyword)
        else:
            setattr(holder, keyword, value)
    return dataset


def pet_series(slices: int = 9, *, suv: float = 5.0) -> list[Dataset]:
    """Slices of the same activity, each with its own slope from 0.7 to 2.7."""
    return [pet_slice(index, suv=suv, slope=round(0.7 + 0.25 * index, 2)) for index in range(slices)]
