"""What kind of picture Image Type (0008,0008) speaks of, in the standard's words and in the makers' own."""

from __future__ import annotations

from collections.abc import Mapping

from workstation.dicom.header import InstanceHeader

_KINDS = {
    "MIP": "MIP",
    "MINIP": "MinIP",
    "MPR": "MPR",
    "VRT": "volume rendering",
    "VOLUME RENDERED": "volume rendering",
    "PROJECTION IMAGE": "projection",
    "ADC": "ADC",
    "EADC": "exponential ADC",
    "FA": "FA",
    "TRACE": "trace",
    "TRACEW": "trace",
    "TENSOR": "tensor",
    "SUBTRACTION": "subtraction",
    "SUBTRACT": "subtraction",
    "SUB": "subtraction",
    "SCREEN SAVE": "screen save",
    "SCREENSAVE": "screen save",
    "T1_MAP": "T1 map",
    "T2_MAP": "T2 map",
    "T2_STAR_MAP": "T2* map",
    "VIRTUAL_NONCONTRAST": "virtual non-contrast",
    "VNC": "virtual non-contrast",
    "IODINE": "iodine",
    "MONO_ENERGETIC": "monoenergetic",
    "MONOENERGETIC": "monoenergetic",
}
_COMPONENTS = {
    "M": "MAGNITUDE",
    "MAGNITUDE": "MAGNITUDE",
    "P": "PHASE",
    "PHASE": "PHASE",
    "PHASE MAP": "PHASE",
    "PHASE_MAP": "PHASE",
    "R": "REAL",
    "REAL": "REAL",
    "I": "IMAGINARY",
    "IMAGINARY": "IMAGINARY",
    "VELOCITY": "VELOCITY",
    "VELOCITY MAP": "VELOCITY",
    "VELOCITY_MAP": "VELOCITY",
}
_FAT_WATER = {
    "W": "water",
    "WATER": "water",
    "F": "fat",
    "FAT": "fat",
    "IP": "in phase",
    "IN_PHASE": "in phase",
    "OP": "out of phase",
    "OPP_PHASE": "out of phase",
    "OUT_PHASE": "out of phase",
    "OUT_OF_PHASE": "out of phase",
    "FAT_FRACTION": "fat fraction",
    "FF": "fat fraction",
}
_FIRST_FREE = 2  # the first two values are the standard's own: ORIGINAL or DERIVED, PRIMARY or SECONDARY


def kind_of(header: InstanceHeader) -> str | None:
    """MIP, ADC, screen save and the like; None for a plain image."""
    return _first_known(_KINDS, header)


def component_of(header: InstanceHeader) -> str | None:
    """MAGNITUDE, PHASE, REAL, IMAGINARY or VELOCITY of an MR image, where it is said."""
    if header.modality != "MR":
        return None
    said = _COMPONENTS.get(header.details.component)
    return said or _first_known(_COMPONENTS, header) or _by_letter(header)


def fat_or_water(header: InstanceHeader) -> str | None:
    """Which image of a Dixon acquisition it is."""
    return _first_known(_FAT_WATER, header) if header.modality == "MR" else None


def _first_known(words: Mapping[str, str], header: InstanceHeader) -> str | None:
    return next((words[each] for each in header.image_type[_FIRST_FREE:] if each in words), None)


def _by_letter(header: InstanceHeader) -> str | None:
    """Philips: ``M_FFE``, ``PHASE MAP_…``; the word before the underscore is the component."""
    starts = (each.partition("_")[0] for each in header.image_type[_FIRST_FREE:] if "_" in each)
    return next((_COMPONENTS[each] for each in starts if each in _COMPONENTS), None)
