"""What a series description says about contrast, weighting and kernel, as far as descriptions can be trusted."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9]+")
_WITHOUT = re.compile(
    r"\b(no[nt]?[ -]?(iv[ -]?)?(contrast|enhanced|ce)|without( iv)?( contrast)?|w/?o|unenhanced|nativ|native"
    r"|pre|nc|ncct|precontrast)\b"
)
_WITH = re.compile(
    r"(\+ ?c\b|\bc\+|\bkm\b|\+ ?gd\b|\bw/? ?c\b"
    r"|\b(post|postcontrast|contrast|enhanced|ce|cect|cemr|gad|gado|gd|arterial|portal|venous|angio|cta|delayed)\b)"
)
_SEQUENCES = (  # the first that is found counts: a DWI is also T2-weighted, a FLAIR is named T2 FLAIR
    ("ADC", r"\badc\b|apparent diffusion"),
    ("DWI", r"\bdwi\b|\bdti\b|\bdiff|\btrace\b|\bb ?=? ?1000\b"),
    ("SWI", r"\bswi\b|\bswan\b|suscept"),
    ("T2*", r"t2[ _-]?(\*|star)|\bgre\b|hemo"),
    ("FLAIR", r"flair|dark[ _-]?fluid"),
    ("STIR", r"\bstir\b|\btirm\b"),
    ("PD", r"\bpd\b|proton|\bpdw\b"),
    ("TOF", r"\btof\b|time of flight|\bmra\b"),
    ("T1", r"t1"),
    ("T2", r"t2"),
)
_KERNELS = (
    ("BONE", r"\bbone\b|\bknochen\b|\bos\b|\bosseous\b|\bb[67]\d[a-z]?\b|\bh[67]\d[a-z]?\b"),
    ("LUNG", r"\blung\b|\blunge\b|\bpulm|\bl\d\d[a-z]?\b|\bsharp\b|\bedge\b"),
    (
        "SOFT",
        r"\bsoft\b|\bbrain\b|\bstandard\b|\bstd\b|\bmediast|\bst\b|\babd|\bb[23]\d[a-z]?\b|\bh[234]\d[a-z]?\b|\bj[34]\d[a-z]?\b",
    ),
)


def tokens(text: str) -> frozenset[str]:
    """The words and numbers of ``text``, in small letters."""
    return frozenset(_WORD.findall(text.casefold()))


@lru_cache(maxsize=4096)
def contrast_of(description: str) -> str:
    """``WITH``, ``WITHOUT`` or empty when the description does not say."""
    text = description.casefold().replace("_", " ")
    if _WITHOUT.search(text):
        return "WITHOUT"
    return "WITH" if _WITH.search(text) else ""


@lru_cache(maxsize=4096)
def sequence_of(description: str) -> str:
    """Weighting of an MR series (``T1``, ``T2``, ``FLAIR``, ``DWI``, …) or empty."""
    return _first_match(_SEQUENCES, description)


@lru_cache(maxsize=4096)
def kernel_of(description: str) -> str:
    """Kind of reconstruction kernel of a CT series (``BONE``, ``LUNG``, ``SOFT``) or empty."""
    return _first_match(_KERNELS, description)


def _first_match(table: tuple[tuple[str, str], ...], description: str) -> str:
    text = description.casefold().replace("_", " ")
    return next((name for name, pattern in table if re.search(pattern, text)), "")
