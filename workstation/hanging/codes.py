"""Codes and words of several vocabularies brought to one: mammography views, lateralities.

A view may come as a DICOM View Position, or as a code of SNOMED CT (SCT), its older SRT and SNM3 forms
(PS3.16 CID 4014); the same view under two codes must hang in the same place.
"""

from __future__ import annotations

from types import MappingProxyType

_VIEWS = MappingProxyType(
    {
        "CC": ("R-10242", "399162004", "CRANIO-CAUDAL", "CRANIOCAUDAL"),
        "MLO": ("R-10226", "399368009", "MEDIO-LATERAL OBLIQUE", "MEDIOLATERAL OBLIQUE"),
        "ML": ("R-10224", "399260004", "MEDIO-LATERAL", "MEDIOLATERAL"),
        "LM": ("R-10228", "399352003", "LATERO-MEDIAL", "LATEROMEDIAL"),
        "LMO": ("R-10230", "399099002", "LATERO-MEDIAL OBLIQUE", "LATEROMEDIAL OBLIQUE"),
        "XCCL": ("Y-X1770", "399192008", "CRANIO-CAUDAL EXAGGERATED LATERALLY"),
        "XCCM": ("Y-X1771", "399101009", "CRANIO-CAUDAL EXAGGERATED MEDIALLY"),
        "PA": ("R-10214", "399348003", "POSTERO-ANTERIOR", "POSTEROANTERIOR"),
        "AP": ("R-10206", "399067008", "ANTERO-POSTERIOR", "ANTEROPOSTERIOR"),
        "LAT": ("LL", "RL", "LATERAL", "LEFT LATERAL", "RIGHT LATERAL", "R-10232", "R-10236", "399198007", "399173006"),
    }
)
_VIEW_OF = MappingProxyType({word: view for view, words in _VIEWS.items() for word in (view, *words)})
_LATERALITY_OF = MappingProxyType(
    {
        **dict.fromkeys(("L", "LEFT", "G-A101", "7771000"), "L"),
        **dict.fromkeys(("R", "RIGHT", "G-A100", "24028007"), "R"),
        **dict.fromkeys(("B", "BOTH", "BILATERAL", "G-A102", "51440002"), "B"),
    }
)


def view_of(text: str) -> str:
    """One name for a view whichever code or word it comes as; unknown ones as they are, in capitals."""
    word = _bare(text)
    return _VIEW_OF.get(word, word)


def laterality_of(text: str) -> str:
    """``L``, ``R``, ``B`` (both) or empty: unpaired and unknown are the same for hanging."""
    return _LATERALITY_OF.get(_bare(text), "")


def _bare(text: str) -> str:
    """Without a leading scheme (``SCT:399162004``) and in capitals."""
    return text.rpartition(":")[2].strip().upper()
