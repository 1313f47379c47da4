"""Reading scores, grades and references: BI-RADS 4A, LR-5, Gleason 3 + 4 = 7, Bosniak IIF, T2 N1 M0, image 45."""

from __future__ import annotations

from workstation.dictation.abbreviations import read_abbreviation
from workstation.dictation.numbers_spoken import (
    SCALES,
    TEENS,
    TENS,
    ZEROS,
    colloquial,
    plain,
    read_number,
    small_number,
    starts_number,
)
from workstation.dictation.readings import Reading
from workstation.dictation.tokens import Utterance
from workstation.dictation.units_spoken import read_unit

_RADS = {
    "bi": "BI-RADS", "bye": "BI-RADS", "by": "BI-RADS", "buy": "BI-RADS", "ti": "TI-RADS", "tie": "TI-RADS",
    "li": "LI-RADS", "lie": "LI-RADS", "pi": "PI-RADS", "pie": "PI-RADS",
    "lung": "Lung-RADS", "cad": "CAD-RADS", "o": "O-RADS", "c": "C-RADS", "ni": "NI-RADS", "vi": "VI-RADS",
    "bone": "Bone-RADS",
    "ln": "Node-RADS", "node": "Node-RADS", "st": "ST-RADS", "pr": "PR-RADS",
}  # fmt: skip
_RADS_ONE_WORD = {
    "birads": "BI-RADS", "tirads": "TI-RADS", "lirads": "LI-RADS", "pirads": "PI-RADS", "lungrads": "Lung-RADS",
    "cadrads": "CAD-RADS", "orads": "O-RADS", "crads": "C-RADS", "nirads": "NI-RADS", "virads": "VI-RADS",
}  # fmt: skip
_LIVER_LETTERS = (("m",), ("tiv",), ("t", "i", "v"), ("tr",), ("t", "r"))
_BETWEEN = frozenset({
    "category", "score", "assessment", "grade", "level", "number", "of", "is", "was", "classification", "class",
    "type", "stage", "pattern", ":",
})  # fmt: skip
_ROMAN_NAMES = {
    ("bosniak",): "Bosniak", ("salter", "harris"): "Salter-Harris", ("salter", "-", "harris"): "Salter-Harris",
    ("schatzker",): "Schatzker", ("le", "fort"): "Le Fort", ("lefort",): "Le Fort", ("chiari",): "Chiari",
}  # fmt: skip
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI")
_CUES = frozenset(
    "grade grades type types stage stages class category level levels zone zones segment segments station"  # noqa: SIM905
    " stations image images"
    " series slice slices frame frames number phase group figure score ratio gravida para aspects fazekas meyerding suv"
    " rib ribs digit compartment compartments sequence".split()
)
_NAMED = {"fazekas": "Fazekas", "meyerding": "Meyerding", "aspects": "ASPECTS", "suv": "SUV"}
_PICTURES = frozenset({"image", "images", "series", "slice", "slices", "frame", "frames"})
_AFTER_PICTURE = frozenset(
    "of and to through thru or in on at from with without there the this that is are was were which where a an for"  # noqa: SIM905
    " comma period colon full new next close right left dash hyphen slash series image images slice slices frame"
    " show shows demonstrate demonstrates no compared measures measuring previously currently axial coronal sagittal"
    " also as".split()
)
_LETTERED = frozenset({
    "grade", "type", "stage", "class", "category", "level", "levels", "zone", "segment", "segments", "station",
    "stations", "group",
})  # fmt: skip
# Behind these "a" cannot be the article of what follows; "in segment four a lesion" stays as it was said.
_AFTER_LETTER_A = frozenset("in of for with and or the is was are category assessment by on at to".split())  # noqa: SIM905
_AFTER_RADS_A = _AFTER_LETTER_A | {"suspicious", "low"}


def read_rads(u: Utterance, i: int) -> Reading | None:
    """BI-RADS and its relatives, with the category behind the name where one is said."""
    name = _rads_name(u, i)
    if name is None:
        return None
    end, written = name
    at, between = _between(u, end)
    if written == "LI-RADS" and u.low(at) in {"m", "tiv"}:
        category = u.low(at).upper()
        return Reading(i, at + 1, "grade", f"{written} {category}", f"{written} {between}{category}", "grade")
    found = small_number(u, at)
    if found is None or found[1] > 6 or read_unit(u, found[0]) is not None or _goes_on(u, found[0]):
        return Reading(i, end, "abbreviation", None, written, "abbreviation")
    end, letter = _letter(u, found[0], "abcmsx", _AFTER_RADS_A)
    if written == "Lung-RADS":
        end, letter = _with_modifier(u, found[0], end, letter)
    category = f"{found[1]}{letter}"
    return Reading(i, end, "grade", f"{written} {category}", f"{written} {between}{category}", "grade")


def _with_modifier(u: Utterance, digits_end: int, end: int, letter: str) -> tuple[int, str]:
    """The S behind a letter: "four B S", "4BS"."""
    if u.glued(digits_end) and u.low(digits_end) in {"as", "bs", "xs"}:
        return digits_end + 1, u.low(digits_end).upper()
    if letter in {"A", "B", "X"} and u.low(end) == "s" and not u.glued(end):
        return end + 1, f"{letter}S"
    return end, letter


def read_liver_category(u: Utterance, i: int) -> Reading | None:
    """ "L R five" → LR-5, "LR M" → LR-M, "T R four" → TR4."""
    low = u.low(i)
    if low in {"lr", "tr"}:
        at, name = i + 1, low
    elif low in {"l", "t"} and u.low(i + 1) == "r" and not u.glued(i + 1):
        at, name = i + 2, f"{low}r"
    else:
        return None
    at = at + 1 if u.low(at) in {"-", "dash"} else at
    found = small_number(u, at)
    if found is not None and 1 <= found[1] <= 5 and not _goes_on(u, found[0]) and read_unit(u, found[0]) is None:
        end, category = found[0], str(found[1])
    elif name == "lr" and (letters := next((said for said in _LIVER_LETTERS if u.lows(at, len(said)) == said), None)):
        end, category = at + len(letters), "".join(letters).upper()
    else:
        return None
    joint = "-" if name == "lr" else ""
    return Reading(i, end, "grade", f"{name.upper()}-{category}", f"{name.upper()}{joint}{category}", "grade")


def read_gleason(u: Utterance, i: int) -> Reading | None:
    """ "Gleason score three plus four equals seven" → Gleason score 3 + 4 = 7."""
    if u.low(i) != "gleason":
        return None
    at, between = _between(u, i + 1)
    first = small_number(u, at)
    if first is None or not 1 <= first[1] <= 10:
        return None
    second = small_number(u, first[0] + 1) if u.low(first[0]) in {"plus", "+"} else None
    if second is None or not 1 <= second[1] <= 5:
        return Reading(i, first[0], "grade", f"Gleason {first[1]}", f"Gleason {between}{first[1]}", "grade")
    end, figures = second[0], f"{first[1]} + {second[1]}"
    sum_ = small_number(u, end + 1) if u.low(end) in {"equals", "=", "is"} else None
    if sum_ is not None:
        end, figures = sum_[0], f"{figures} = {sum_[1]}"
    return Reading(i, end, "grade", f"Gleason {figures}", f"Gleason {between}{figures}", "grade")


def read_roman_class(u: Utterance, i: int) -> Reading | None:
    """Classes that are written in Roman numerals: "Bosniak two F" → Bosniak IIF."""
    for words, name in _ROMAN_NAMES.items():
        if u.lows(i, len(words)) != words:
            continue
        at, between = _between(u, i + len(words))
        found = _roman(u, at) or small_number(u, at)
        if found is None or not 1 <= found[1] <= 6 or read_unit(u, found[0]) is not None or _goes_on(u, found[0]):
            return Reading(i, i + len(words), "abbreviation", None, name, "abbreviation")
        end, values, shown = _roman_classes(u, at, name)
        return Reading(i, end, "grade", f"{name} {values}", f"{name} {between}{shown}", "grade")
    return None


def _roman_classes(u: Utterance, i: int, name: str) -> tuple[int, str, str]:
    """One class, or "two to three": (index behind, values, how it is written)."""
    end, value, shown = _roman_class(u, i, name)
    while u.low(end) in {"to", "or", "-"}:
        found = _roman(u, end + 1) or small_number(u, end + 1)
        if found is None or not 1 <= found[1] <= 6 or read_unit(u, found[0]) is not None or _goes_on(u, found[0]):
            break
        joint, (end, more, shown_more) = u.low(end), _roman_class(u, end + 1, name)
        gap = "-" if joint == "-" else f" {joint} "
        value, shown = f"{value} {joint} {more}", f"{shown}{gap}{shown_more}"
    return end, value, shown


def _roman_class(u: Utterance, i: int, name: str) -> tuple[int, str, str]:
    found = _roman(u, i) or small_number(u, i) or (i, 0)
    end, letter = _letter(u, found[0], "f") if name == "Bosniak" and found[1] == 2 else (found[0], "")
    letter = "F" if u.low(i) == "iif" else letter
    return end, f"{found[1]}{letter}", f"{_ROMAN[found[1]]}{letter}"


def read_tnm(u: Utterance, i: int) -> Reading | None:
    """ "T two a N one M zero" → T2a N1 M0. T and N at least."""
    parts, at = [], i
    for name, highest in (("t", 4), ("n", 3), ("m", 1)):
        if u.low(at) == name and u.low(at + 1) == "x":
            parts.append(f"{name.upper()}X")
            at += 2
            continue
        if u.low(at) == f"{name}x":
            parts.append(f"{name.upper()}X")
            at += 1
            continue
        found = small_number(u, at + 1) if u.low(at) == name else None
        if found is None or found[1] > highest:
            break
        at = found[0]
        letter = u.low(at) if u.low(at) in {"a", "b", "c"} else ""
        at += 1 if letter else 0
        parts.append(f"{name.upper()}{found[1]}{letter}")
    if len(parts) < 2:
        return None
    return Reading(i, at, "grade", " ".join(parts), " ".join(parts), "grade")


def read_with_cue(u: Utterance, i: int) -> Reading | None:
    """A number that a word before it makes a grade, a type or a reference: "grade two" → grade 2, "image forty five".

    The reading covers the cue, so that the value says what it is the number of.
    """
    cue = u.low(i)
    if cue not in _CUES or (u.glued(i) and u.low(i - 1) not in {"(", "["}):
        return None
    at, between = _between(u, i + 1)
    figures = _figures(u, at, cue)
    if figures is None:
        return None
    end, texts, written = figures
    name = cue.rstrip("s") if cue not in {"series", "class", "aspects"} else cue
    return Reading(
        i, end, "grade", f"{name} {' '.join(texts)}", f"{_NAMED.get(cue, u.tokens[i].text)} {between}{written}", "grade"
    )


def _figures(u: Utterance, i: int, cue: str) -> tuple[int, list[str], str] | None:
    """The numbers behind a cue: (index behind them, their values with what joins them, how they are written)."""
    first = _figure(u, i, cue)
    if first is None:
        return None
    end, text, shown = first
    texts = [text]
    plural = cue.endswith("s") and cue not in {"series", "class", "aspects"}
    joints = {"to", "through", "or", "-", "–"} | ({"and", ","} if plural else set())
    while (following := _figure(u, end + 1, cue)) is not None:
        lettered = u.low(end) == "and" and not texts[-1].isdigit() and not following[1].isdigit()
        if u.low(end) not in joints and not lettered:
            break
        joint = "-" if u.low(end) in {"-", "–"} else u.low(end)
        texts += [joint, following[1]]
        gap = {"-": "-", ",": ", "}.get(joint, f" {joint} ")
        end, shown = following[0], shown + gap + following[2]
    return end, texts, shown


def _figure(u: Utterance, i: int, cue: str) -> tuple[int, str, str] | None:
    pair = colloquial(u, i) if cue in _PICTURES and _is_one_number(u, i) else None
    if pair is not None and _may_follow_picture(u, pair[0]):
        return pair[0], str(pair[1]), str(pair[1])
    number = read_number(u, i)
    if number is None or not number.is_clear or u.low(number.end) in {"by", "x", "%", "/", "percent"}:
        return None
    if read_unit(u, number.end) is not None or (u.low(number.end) == "-" and read_unit(u, number.end + 1) is not None):
        return None
    end, letter = _letter(u, number.end, "abcdr") if cue in _LETTERED and number.value < 20 else (number.end, "")
    return end, plain(number.value) + letter, number.written + letter


def _is_one_number(u: Utterance, i: int) -> bool:
    """Whether a run is one number for certain: "one twenty", "two oh five"; "three two nodules" may be two."""
    return u.low(i) in ZEROS or u.low(i + 1) in ZEROS | {*TENS, *TEENS}


def _may_follow_picture(u: Utterance, i: int) -> bool:
    """Whether what follows takes no number: "image one twelve nodules" may be image 1 and twelve of them."""
    return not u.is_letters(i) or u.low(i) in _AFTER_PICTURE


def _rads_name(u: Utterance, i: int) -> tuple[int, str] | None:
    low = u.low(i)
    if low in _RADS_ONE_WORD:
        return i + 1, _RADS_ONE_WORD[low]
    if low in _RADS:
        at = i + 2 if u.low(i + 1) == "-" else i + 1
        return _with_method(u, at + 1, _RADS[low]) if u.low(at) == "rads" else None
    spelled = f"{low}{u.low(i + 1)}"
    is_spelled = len(low) == 1 and spelled in {"bi", "ti", "li", "pi", "ni", "vi"} and u.low(i + 2) == "rads"
    return (i + 3, _RADS[spelled]) if is_spelled else None


def _with_method(u: Utterance, i: int, name: str) -> tuple[int, str]:
    """O-RADS says whether ultrasound or MRI was read: (index behind it, the name)."""
    if name == "O-RADS":
        for words, method in ((("us",), "US"), (("u", "s"), "US"), (("mri",), "MRI"), (("m", "r", "i"), "MRI")):
            if u.lows(i, len(words)) == words:
                return i + len(words), f"{name} {method}"
    return i, name


def _between(u: Utterance, i: int) -> tuple[int, str]:
    """Words that may stand between a name and its number: (index behind them, how they are written, space behind)."""
    at = i
    while u.low(at) in _BETWEEN and at < i + 3:
        at += 1
    text = u.text(i, at)
    return (at, f"{text} " if text else "") if not text.startswith(":") else (at, "")


def _letter(u: Utterance, i: int, allowed: str, may_follow: frozenset[str] = _AFTER_LETTER_A) -> tuple[int, str]:
    """A letter that belongs to the number before it; "a" only where it cannot be the article."""
    low = u.low(i)
    if low == "-" and u.glued(i) and u.glued(i + 1) and u.low(i + 1) in set(allowed) and not u.glued(i + 2):
        return i + 2, u.low(i + 1).upper()
    begins_abbreviation = not u.glued(i) and read_abbreviation(u, i) is not None
    if len(low) != 1 or low not in allowed or starts_number(u, i + 1) or u.low(i + 1) == "point" or begins_abbreviation:
        return i, ""
    is_article = low == "a" and not u.glued(i) and u.is_letters(i + 1) and u.low(i + 1) not in may_follow
    return (i, "") if is_article else (i + 1, low.upper())


def _roman(u: Utterance, i: int) -> tuple[int, int] | None:
    upper = u.low(i).upper().removesuffix("F")
    return (i + 1, _ROMAN.index(upper)) if upper and upper in _ROMAN else None


def _goes_on(u: Utterance, i: int) -> bool:
    """Whether the number at ``i - 1`` is the beginning of a longer one or of a product."""
    multiplies = u.low(i) in {"by", "x"} and starts_number(u, i + 1)
    return multiplies or u.low(i) in {"point", "hundred", *SCALES} or small_number(u, i) is not None
