"""How a word sounds, in CMU phones: checked when read, and worked out by spelling for words nobody has listed.

The phones are the 39 of the CMU Pronouncing Dictionary, without stress, as the English model of pocketsphinx has
them. The shipped lexicon lists its pronunciations; the rules below serve words a site or a reader adds (names,
drugs, brands).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from workstation.foundation.errors import BadInput

PHONES = frozenset((
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH", "K",
    "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
))  # fmt: skip

# "a" is the name of the letter here; the article stands in the shipped table.
LETTERS: Mapping[str, str] = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH", "i": "AY",
    "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY", "q": "K Y UW",
    "r": "AA R",
    "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY",
    "z": "Z IY",
}  # fmt: skip
DIGITS: Mapping[str, str] = {
    "0": "Z IH R OW", "1": "W AH N", "2": "T UW", "3": "TH R IY", "4": "F AO R", "5": "F AY V", "6": "S IH K S",
    "7": "S EH V AH N", "8": "EY T", "9": "N AY N",
}  # fmt: skip

# Spelling → phones, longest first at each place; "^" and "$" are the ends of the word. Greek and Latin stems first:
# they are what added words are made of.
_RULES: tuple[tuple[str, str], ...] = (
    ("^pneumo", "N UW M OW"), ("^pneu", "N UW"), ("^psych", "S AY K"), ("^pseudo", "S UW D OW"), ("^ps", "S"),
    ("^pt", "T"),
    ("^gn", "N"), ("^kn", "N"), ("^wr", "R"), ("^mn", "N"), ("^x", "Z"), ("^rh", "R"), ("^hy", "HH AY"), ("^dys",
    "D IH S"),
    ("^un", "AH N"), ("^re", "R IY"), ("^de", "D IY"), ("^micro", "M AY K R OW"), ("^macro", "M AE K R OW"),
    ("^peri", "P EH R IH"), ("^para", "P EH R AH"), ("^hyper", "HH AY P ER"), ("^hypo", "HH AY P OW"), ("^iso",
    "AY S OW"),
    ("^bi", "B AY"), ("^tri", "T R AY"), ("^intra", "IH N T R AH"), ("^inter", "IH N T ER"), ("^osteo", "AA S T IY OW"),
    ("^chol", "K OW L"), ("^cyst", "S IH S T"), ("^angio", "AE N JH IY OW"), ("^thrombo", "TH R AA M B OW"),
    ("itis$", "AY T IH S"), ("osis$", "OW S IH S"), ("oses$", "OW S IY Z"), ("ectomy$", "EH K T AH M IY"),
    ("ostomy$", "AA S T AH M IY"), ("otomy$", "AA T AH M IY"), ("ography$", "AA G R AH F IY"), ("ology$",
    "AA L AH JH IY"),
    ("opathy$", "AA P AH TH IY"), ("plasty$", "P L AE S T IY"), ("plasia$", "P L EY ZH AH"), ("algia$", "AE L JH AH"),
    ("emia$", "IY M IY AH"), ("oma$", "OW M AH"), ("omas$", "OW M AH Z"), ("ectasis$", "EH K T AH S IH S"),
    ("graphy$", "G R AH F IY"), ("scopy$", "S K AH P IY"), ("lysis$", "L AH S IH S"), ("trophy$", "T R AH F IY"),
    ("iform$", "IH F AO R M"), ("oid$", "OY D"), ("eal$", "IY AH L"), ("ial$", "IY AH L"), ("ual$", "UW AH L"),
    ("tion", "SH AH N"), ("sion", "ZH AH N"), ("ssion", "SH AH N"), ("cian", "SH AH N"), ("cious$", "SH AH S"),
    ("tious$", "SH AH S"), ("geous$", "JH AH S"), ("eous$", "IY AH S"), ("ious$", "IY AH S"), ("ous$", "AH S"),
    ("ture$", "CH ER"), ("ity$", "AH T IY"), ("able$", "AH B AH L"), ("ible$", "AH B AH L"), ("ing$", "IH NG"),
    ("ted$", "T IH D"), ("ded$", "D IH D"), ("ies$", "IY Z"), ("ed$", "D"), ("ces$", "S IY Z"), ("ae$", "IY"),
    ("er$", "ER"), ("or$", "ER"), ("ar$", "ER"), ("al$", "AH L"), ("el$", "AH L"), ("le$", "AH L"), ("um$", "AH M"),
    ("us$", "AH S"), ("is$", "IH S"), ("ic$", "IH K"), ("ine$", "AY N"), ("ide$", "AY D"), ("ate$", "EY T"), ("a$",
    "AH"),
    ("ure$", "Y ER"), ("ion$", "IY AH N"), ("y$", "IY"), ("e$", ""),
    ("sch", "SH"), ("tch", "CH"), ("dge", "JH"), ("igh", "AY"), ("eigh", "EY"), ("augh", "AO"), ("ough", "AH F"),
    ("phth", "F TH"), ("ph", "F"), ("th", "TH"), ("sh", "SH"), ("chr", "K R"), ("chl", "K L"), ("cch", "K"), ("ch",
    "CH"),
    ("ck", "K"), ("ng", "NG"), ("nk", "NG K"), ("nx", "NG K S"), ("qu", "K W"), ("wh", "W"), ("gh", "G"), ("rrh", "R"),
    ("rh", "R"), ("sce", "S EH"), ("sci", "S IH"), ("scy", "S IH"), ("cc(?=[eiy])", "K S"), ("c(?=[eiy])", "S"),
    ("g(?=[eiy])", "JH"), ("aa", "AA"), ("ae", "IY"), ("ai", "EY"), ("ay", "EY"), ("au", "AO"), ("aw", "AO"),
    ("ea", "IY"),
    ("ee", "IY"), ("ei", "AY"), ("eu", "UW"), ("ew", "UW"), ("ey", "IY"), ("ia", "IY AH"), ("ie", "IY"), ("io",
    "IY OW"),
    ("oa", "OW"), ("oe", "IY"), ("oi", "OY"), ("oo", "UW"), ("ou", "AW"), ("ow", "OW"), ("oy", "OY"), ("ue", "UW"),
    ("ui", "UW IH"), ("uo", "UW OW"), ("ar", "AA R"), ("er", "ER"), ("ir", "ER"), ("or", "AO R"), ("ur", "ER"),
    ("yr", "IH R"),
    ("a(?=[bcdfghjklmnpqrstvwxz]e$)", "EY"), ("i(?=[bcdfghjklmnpqrstvwxz]e$)", "AY"),
    ("o(?=[bcdfghjklmnpqrstvwxz]e$)", "OW"), ("u(?=[bcdfghjklmnpqrstvwxz]e$)", "UW"),
    ("a", "AE"), ("b", "B"), ("c", "K"), ("d", "D"), ("e", "EH"), ("f", "F"), ("g", "G"), ("h", "HH"), ("i", "IH"),
    ("j", "JH"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"), ("o", "AA"), ("p", "P"), ("q", "K"), ("r", "R"),
    ("s", "S"),
    ("t", "T"), ("u", "AH"), ("v", "V"), ("w", "W"), ("x", "K S"), ("y", "IH"), ("z", "Z"),
)  # fmt: skip
_COMPILED = tuple((re.compile(rule[1:] if rule[0] == "^" else rule), rule[0] == "^", said) for rule, said in _RULES)


def checked_phones(text: str) -> str:
    """Phones with one space between them.

    Raises
    ------
    BadInput
        When one of them is no CMU phone, or there is none.
    """
    phones = text.split()
    unknown = sorted(set(phones) - PHONES)
    if unknown or not phones:
        named = " ".join(unknown) or "nothing at all"
        raise BadInput(f"A pronunciation holds {named}.", "Write CMU phones without stress, for example K AE T.")
    return " ".join(phones)


def pronounced_as_spelt(word: str) -> str:
    """The likely pronunciation of a word that stands in no table: a name, a drug, a brand.

    Single letters, words without a vowel and digits are spelt out. Never empty for a word with a letter or digit.
    """
    letters = re.sub(r"[^a-z0-9]", "", word.lower())
    if len(letters) == 1 or not re.search(r"[aeiouy]", letters):
        return " ".join(LETTERS.get(letter) or DIGITS[letter] for letter in letters)
    return " ".join(_without_doubles(_phones_of(letters)))


def _phones_of(letters: str) -> list[str]:
    phones: list[str] = []
    at = 0
    while at < len(letters):
        if letters[at].isdigit():
            phones += DIGITS[letters[at]].split()
            at += 1
            continue
        step, said = _longest_rule(letters, at)
        phones += said.split()
        at += step
    return phones


def _longest_rule(letters: str, at: int) -> tuple[int, str]:
    """Letters taken and phones given; of rules that take as many the one listed first."""
    best, said = 0, ""
    for pattern, at_start, phones in _COMPILED:
        if at_start and at:
            continue
        found = pattern.match(letters, at)
        if found and found.end() - at > best:
            best, said = found.end() - at, phones
    return best, said


def _without_doubles(phones: Sequence[str]) -> list[str]:
    """A doubled consonant letter is spoken once."""
    return [phone for at, phone in enumerate(phones) if at == 0 or phone != phones[at - 1]]
