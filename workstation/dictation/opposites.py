"""Words that say the opposite of one another: normal and abnormal, hypodense and hyperdense, upper and lower.

Two kinds. Words that say what was found (`polarity`) are values of a text: one that comes, goes or changes is a
difference. All other opposites count where one stands in the place of the other.
"""

from __future__ import annotations

import re

_POLAR = {
    "normal": "normal normally normality",
    "abnormal": "abnormal abnormally abnormality abnormalities",
    "stable": "stable stably stability",
    "unstable": "unstable instability",
    "benign": "benign",
    "malignant": "malignant malignancy malignancies",
    "typical": "typical typically",
    "atypical": "atypical atypically atypia",
    "symmetric": "symmetric symmetrical symmetrically symmetry",
    "asymmetric": "asymmetric asymmetrical asymmetrically asymmetry asymmetries",
    "known": "known",
    "unknown": "unknown",
    "definite": "definite definitely",
    "indefinite": "indefinite indefinitely",
    "remarkable": "remarkable",
    "unremarkable": "unremarkable",
    "positive": "positive",
}
_POLARITY = {word: value for value, words in _POLAR.items() for word in words.split()}
_OF_PREFIX = re.compile(r"(?P<sign>hypo|hyper)(?:$|[a-z]{3})|(?P<non>non)(?:$|(?!ethel|agen|uple)[a-z]{4})")
_GROUPS = tuple(
    tuple(group.split())
    for group in (
        "upper lower", "superior inferior", "superiorly inferiorly", "anterior posterior", "anteriorly posteriorly",
        "medial lateral", "medially laterally", "proximal distal", "proximally distally", "cranial caudal",
        "cephalad caudad caudal", "ventral dorsal", "superficial deep", "increased decreased unchanged",
        "increase decrease", "increasing decreasing", "increases decreases", "larger smaller", "large small",
        "improved worsened", "improving worsening", "improvement worsening", "higher lower", "high low", "more less",
        "most least", "before after", "above below", "over under", "acute chronic subacute", "early late",
        "present absent", "arterial venous", "artery vein", "arteries veins", "systolic diastolic", "systole diastole",
        "internal external", "inner outer", "maximum minimum", "maximal minimal", "male female", "he she", "his her",
        "patent occluded", "open closed", "solid cystic", "simple complex", "partial complete", "thick thin",
        "thickened thinned", "radial ulnar", "tibial fibular", "tibia fibula", "flexion extension", "valgus varus",
        "kyphosis lordosis scoliosis", "supination pronation", "mild moderate severe minimal",
        "mildly moderately severely", "hemorrhagic ischemic", "ureter urethra", "ureteral urethral", "ileum ilium",
        "ileal iliac",
        "perineal peroneal peritoneal", "dysphagia dysphasia", "resolved unresolved persistent", "intact torn ruptured",
        "all some", "with without", "probable possible", "probably possibly", "likely unlikely",
        "osteolytic osteoblastic", "lytic blastic sclerotic", "plantar palmar dorsal", "afferent efferent",
        "opacified unopacified", "ascending descending", "primary secondary", "supine prone", "inspiration expiration",
    )
)  # fmt: skip
_FAMILIES = (
    ("hypo", "hyper", "iso", "an", "a", ""), ("intra", "extra", "inter", "infra", "supra", "peri", "trans", "juxta"),
    ("ante", "retro", "antero", "postero", "latero", "medio"), ("pre", "post", "peri"), ("endo", "exo", "epi"),
    ("micro", "macro", "mega"), ("sub", "supra", "super", ""), ("brady", "tachy"), ("uni", "bi"),
    ("mono", "di", "tri", "bi", "poly"), ("ab", "ad"), ("hemi", "para", "quadri"),
    ("pneumo", "hydro", "hemo", "pyo", "chylo"), ("in", "ex", "de", "re"), ("over", "under"),
    ("un", "in", "im", "ir", "il", "non", "ab", "dis", "de", "mis", "mal", "anti", ""),
)  # fmt: skip
_DENYING_WORDS = ("a", "an", "in")
_ENDINGS = ("ectomy", "otomy", "ostomy", "oscopy", "opexy", "oplasty")
_LEAST_LEFT = 4


def polarity(low: str) -> str | None:
    """The value of a word that says what was found; one value for all its forms."""
    if low in _POLARITY:
        return _POLARITY[low]
    found = _OF_PREFIX.match(low)
    return found and (found["sign"] or "non")


def are_opposites(one: str, other: str) -> bool:
    """Whether two words in lower case say the opposite of one another, or name two things that are easily confused."""
    if one == other:
        return False
    first, second = polarity(one), polarity(other)
    if first is not None and second is not None and first != second:
        return True
    in_group = any(one in group and other in group for group in _GROUPS)
    return in_group or _differ_in_prefix(one, other) or _differ_in_ending(one, other)


def negates(one: str, other: str) -> bool:
    """Whether one word denies the other by a prefix that is a word by itself: "in complete" is not "incomplete"."""
    return any(_rests(one, (prefix, "")) & _rests(other, (prefix, "")) for prefix in _DENYING_WORDS)


def _differ_in_prefix(one: str, other: str) -> bool:
    """Whether only a prefix tells the words apart, another one of the same family or none."""
    for family in _FAMILIES:
        rests = _rests(one, family)
        if any(rest in rests for rest in _rests(other, family)):
            return True
    return False


def _rests(word: str, family: tuple[str, ...]) -> set[str]:
    found = {word[len(prefix) :].lstrip("-") for prefix in family if word.startswith(prefix)}
    return {rest for rest in found if len(rest) >= _LEAST_LEFT}


def _differ_in_ending(one: str, other: str) -> bool:
    stems = [
        {word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending) and len(word) > len(ending) + 2}
        for word in (one, other)
    ]
    return bool(stems[0] & stems[1])
