"""The attributes a rule may ask about, by name.

Names with a dot speak of the study or of its earlier ones; the others of one display set: DICOM keywords as the
standard spells them, and, in small letters, what is worked out from several of them.
"""

from __future__ import annotations

STUDY_ATTRIBUTES = frozenset(
    {
        "study.modalities",
        "study.body_region",
        "study.laterality",
        "study.description",
        "study.n_series",
        "study.n_display_sets",
        "study.n_images",
        "study.views",
        "priors.count",
        "linked.count",
    }
)
SERIES_ATTRIBUTES = frozenset(
    {
        "Modality",
        "SeriesDescription",
        "SeriesNumber",
        "StudyDescription",
        "BodyPartExamined",
        "ImageType",
        "Laterality",
        "ViewPosition",
        "SliceThickness",
        "Rows",
        "Columns",
        "PhotometricInterpretation",
        "PresentationIntentType",
        "SOPClassUID",
        "Manufacturer",
        "body_region",
        "contrast",
        "is_derived",
        "is_localizer",
        "is_multiframe",
        "is_reconstructable",
        "kernel",
        "laterality",
        "n_images",
        "plane",
        "sequence",
        "view",
    }
)
CASE_ATTRIBUTES = frozenset({"priors.count", "linked.count"})  # known only once a protocol is chosen
KNOWN_ATTRIBUTES = STUDY_ATTRIBUTES | SERIES_ATTRIBUTES
