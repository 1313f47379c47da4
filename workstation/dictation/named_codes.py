"""Reading letters and numbers that only the words beside them explain: M1 segment, Stanford type B, Omnipaque 350.

The letter of a class is its value: type A and type B dissections are treated differently.
"""

from __future__ import annotations

from workstation.dictation.numbers_spoken import colloquial, plain, read_number, small_number
from workstation.dictation.readings import Reading
from workstation.dictation.tokens import Utterance
from workstation.dictation.units_spoken import read_unit

_VESSELS = {"m": 4, "p": 4, "v": 4, "a": 5}
_OF_VESSELS = frozenset(
    "segment segments branch branches division divisions occlusion stenosis thrombus cutoff origin trunk".split()  # noqa: SIM905
)
_CLASSES = {
    ("stanford",): "Stanford", ("weber",): "Weber", ("danis", "-", "weber"): "Danis-Weber", ("danis", "weber"):
    "Danis-Weber", ("child", "pugh"): "Child-Pugh", ("child", "-", "pugh"): "Child-Pugh", ("hepatitis",): "hepatitis",
    ("vitamin",): "vitamin", ("tile",): "Tile", ("influenza",): "influenza",
}  # fmt: skip
_BEGINS_CLASS = frozenset(words[0] for words in _CLASSES)
_CLASS_WORDS = frozenset({"type", "class", "grade", "category"})
_OF_TYPE_A = frozenset({"dissection", "dissections", "fracture", "fractures", "hematoma"})
_AGENTS = {
    "omnipaque": "Omnipaque", "isovue": "Isovue", "visipaque": "Visipaque", "ultravist": "Ultravist",
    "optiray": "Optiray", "oxilan": "Oxilan", "iohexol": "iohexol", "iopamidol": "iopamidol", "iodixanol": "iodixanol",
    "conray": "Conray", "xenetix": "Xenetix", "iomeron": "Iomeron",
}  # fmt: skip
_ISOTOPES = {
    "technetium": {99}, "iodine": {123, 124, 125, 131}, "fluorine": {18}, "gallium": {67, 68}, "indium": {111},
    "xenon": {133}, "thallium": {201}, "rubidium": {82}, "lutetium": {177}, "copper": {64}, "yttrium": {90},
    "krypton": {81}, "radium": {223}, "strontium": {89}, "f": {18},
}  # fmt: skip


def read_vessel_segment(u: Utterance, i: int) -> Reading | None:
    """ "left M one occlusion", "P two segment": a letter and a number before a word that only vessels have.

    "A two segment fusion" is no A2: a spoken "a" counts only in capitals or behind an article.
    """
    at = i + 1 if u.low(i) == "a" and u.low(i + 1) in {"m", "p", "v"} else i
    letter = u.low(at)
    found = small_number(u, at + 1) if letter in _VESSELS else None
    if found is None or not 1 <= found[1] <= _VESSELS[letter]:
        return None
    if u.glued(at) and u.low(at - 1) not in {"-", "–", "/", "(", "["}:
        return None
    if letter == "a" and u.tokens[at].text != "A":
        return None
    begins_article = letter == "a" and u.low(found[0]) not in {"segment", "branch"}
    if u.low(found[0]) not in _OF_VESSELS or (at == i and (begins_article or _may_be_article(u, i))):
        return None
    name = f"{letter.upper()}{found[1]}"
    return Reading(i, found[0], "grade", name, f"{u.tokens[i].text} {name}" if at > i else name, "grade")


def _may_be_article(u: Utterance, i: int) -> bool:
    """Whether "A" opens a sentence: "A two segment fusion"."""
    return u.low(i) == "a" and (i == 0 or not u.is_letters(i - 1))


def read_letter_class(u: Utterance, i: int) -> Reading | None:
    """ "Stanford type b", "hepatitis c", "Weber b", "type b dissection"."""
    name, at = _class_name(u, i)
    if name is None:
        return None
    word = u.tokens[at].text if u.low(at) in _CLASS_WORDS else ""
    letter_at = at + 1 if word else at
    letter = u.low(letter_at)
    if len(letter) != 1 or letter not in "abcdek" or u.low(letter_at + 1) == "'":
        return None
    if letter == "a" and u.is_letters(letter_at + 1) and not _may_follow_class_a(u, letter_at + 1):
        return None
    written = " ".join(part for part in (name, word, letter.upper()) if part)
    value = f"{name or word} {letter.upper()}".lower()
    end, figures = _vitamin_number(u, letter_at + 1) if name == "vitamin" else (letter_at + 1, "")
    return Reading(i, end, "grade", value + figures, written + figures, "grade")


def _class_name(u: Utterance, i: int) -> tuple[str | None, int]:
    """The name of the classification (it may be empty), and where its class begins."""
    for words, name in _CLASSES.items() if u.low(i) in _BEGINS_CLASS else ():
        if u.lows(i, len(words)) == words:
            return name, i + len(words)
    if u.low(i) == "type" and u.low(i + 1) in {"a", "b"} and u.low(i + 2) in _OF_TYPE_A:
        return "", i
    return None, i


def _may_follow_class_a(u: Utterance, i: int) -> bool:
    return u.low(i) in _OF_TYPE_A | {"and", "or", "is", "with", "infection", "virus", "cirrhosis", "deficiency"}


def _vitamin_number(u: Utterance, i: int) -> tuple[int, str]:
    """ "vitamin b twelve", "vitamin D three"; not "vitamin c five hundred milligrams"."""
    number = read_number(u, i)
    if number is None or not number.is_clear or number.value not in {1, 2, 3, 6, 12} or read_unit(u, number.end):
        return i, ""
    return number.end, plain(number.value)


def read_agent(u: Utterance, i: int) -> Reading | None:
    """A contrast agent with its strength, or an isotope: "Omnipaque three fifty", "technetium ninety nine m"."""
    if u.low(i) in _AGENTS:
        found = _strength(u, i + 1)
        if found is None or not 140 <= found[1] <= 400 or read_unit(u, found[0]) is not None:
            return None
        name = _AGENTS[u.low(i)]
        return Reading(i, found[0], "grade", f"{name.lower()} {found[1]}", f"{name} {found[1]}", "grade")
    return _isotope(u, i)


def _isotope(u: Utterance, i: int) -> Reading | None:
    masses = _ISOTOPES.get(u.low(i))
    if masses is None:
        return None
    at = i + 2 if u.low(i + 1) == "-" else i + 1
    found = _strength(u, at)
    if found is None or found[1] not in masses or read_unit(u, found[0]) is not None:
        return None
    is_metastable = u.low(found[0]) == "m" and found[1] in {99, 81}
    name = "F" if u.low(i) == "f" else u.tokens[i].text
    code = f"{found[1]}m" if is_metastable else str(found[1])
    end = found[0] + 1 if is_metastable else found[0]
    return Reading(i, end, "grade", f"{u.low(i)} {code}", f"{name}-{code}", "grade")


def _strength(u: Utterance, i: int) -> tuple[int, int] | None:
    pair = colloquial(u, i)
    if pair is not None:
        return pair
    number = read_number(u, i)
    if number is None or not number.is_clear or number.value != number.value.to_integral_value():
        return None
    return number.end, int(number.value)
