"""British and American spellings of one word: oedema and edema, centre and center, stabilise and stabilize.

A table of stems rather than of letters: "ae" is "e" in haematoma, but not in aerated, and misspelt words must not
become right by chance. Only for telling whether a word is known; no text is ever changed by it.
"""

from __future__ import annotations

import re

_STEMS = {
    # British, American; found anywhere in a word unless ^ or $ says where
    "haem": "hem", "aemia": "emia", "aemic": "emic", "oedem": "edem", "oesoph": "esoph", "^foet": "fet",
    "paed": "ped", "gynaec": "gynec", "anaesth": "anesth", "paraesth": "paresth", "rrhoea": "rrhea", "pnoea": "pnea",
    "^faec": "fec", "caec": "cec", "^coeli": "celi", "^oestr": "estr", "aetiolog": "etiolog", "caesar": "cesar",
    "praevia": "previa", "^naev": "nev", "^taeni": "teni", "coele$": "cele", "coeles$": "celes", "^homoeo": "homeo",
    "^amoeb": "ameb", "^palaeo": "paleo", "^manoeuvr": "maneuver", "^leuco": "leuko", "sulph": "sulf",
    "tumour": "tumor", "colour": "color", "behaviour": "behavior", "favour": "favor", "vapour": "vapor",
    "^humour": "humor", "harbour": "harbor", "labour": "labor", "neighbour": "neighbor", "^honour": "honor",
    "^odour": "odor", "^vigour": "vigor", "centre": "center", "centring": "centering", "litre": "liter",
    "metre$": "meter", "metres$": "meters", "fibre": "fiber", "calibre": "caliber", "goitre": "goiter",
    "^sceptic": "skeptic", "^grey": "gray", "^mould": "mold", "^plough": "plow", "programme$": "program",
    "programmes$": "programs", "artefact": "artifact", "judgement": "judgment", "^ageing$": "aging",
    "analogue": "analog", "catalogue": "catalog", "dialogue": "dialog", "homologue": "homolog", "^defence": "defense",
    "^licence": "license", "^practise": "practice", "^disc$": "disk", "^discs$": "disks", "^orientated$": "oriented",
    "^fulfil$": "fulfill", "labelled": "labeled", "labelling": "labeling", "tunnelled": "tunneled",
    "tunnelling": "tunneling", "channelled": "channeled", "levelled": "leveled", "modelled": "modeled",
    "modelling": "modeling", "signalling": "signaling", "travelled": "traveled", "travelling": "traveling",
    "cancelled": "canceled", "totalled": "totaled", "dialled": "dialed", "marshalled": "marshaled",
}  # fmt: skip
_ALWAYS_S = frozenset(
    "advertis advis aris chastis circumcis clockwis compris compromis concis counterclockwis demis devis disguis"  # noqa: SIM905
    " enterpris excis exercis expertis franchis improvis incis likewis nois nurs otherwis pois prais precis premis"
    " promis rais ris revis supervis surmis surpris televis wis anticlockwis merchandis reapprais apprais crosswis"
    " edgewis lengthwis paradis porpois prophylaxis tortois treatis upris bruis cruis"
    " collis divis decis provis envis".split()
)
_ENDING = re.compile(r"^(\w{3,}(?:is|ys))(e|ed|es|ing|er|ers|able|ation|ations|ational)$")


def american(word: str) -> str:
    """The American spelling of a word in lower case; any other word as it is.

    Two words are one word in two spellings when this gives the same for both.
    """
    stemmed = _STEM.sub(_american_stem, word)
    found = _ENDING.match(stemmed)
    if found is None or found[1] in _ALWAYS_S:
        return stemmed
    stem, ending = found.groups()
    return f"{stem[:-1]}z{ending}"


def _american_stem(found: re.Match[str]) -> str:
    """By the number of the group that fitted."""
    return _AMERICAN[(found.lastindex or 1) - 1]


_AMERICAN = tuple(_STEMS.values())
_STEM = re.compile("|".join(f"({stem})" for stem in _STEMS))
