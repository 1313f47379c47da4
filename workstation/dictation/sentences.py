"""Where sentences begin and end: capitals, full stops that nobody said, and pauses."""

from __future__ import annotations

from workstation.dictation.punctuation import HEADINGS, OPENING, SENTENCE_ENDS
from workstation.dictation.tokens import Token, Utterance

_ABBREVIATED = frozenset({"dr", "vs", "mr", "mrs", "approx", "st", "fig", "etc"})
_UNFINISHED = frozenset(
    "the a an of and or with without in on at to for from by as is are was were be been no not this that these"  # noqa: SIM905
    " those than"
    " measuring measures approximately about between into which there its their has have per versus due likely"
    " left right"
    " small large mild moderate severe new".split()
)
_LEADS_ON = _UNFINISHED | frozenset(
    "nor neither either both if because although however while until where appears appear remains remain demonstrates"  # noqa: SIM905
    " demonstrate shows show reveals appeared remained showed probably possibly very more less grossly otherwise within"
    " cannot can may might could should would does do did has had over under above below through around near along"
    " after before during since consistent compatible suspicious suggestive status increased decreased slightly mildly"
    " moderately".split()
)
_OPENERS = frozenset(
    "no there the impression findings recommend comparison stable mild moderate severe small unchanged normal".split()  # noqa: SIM905
)


def begins_sentence(u: Utterance, i: int, *, at_start: bool = True) -> bool:
    """Whether token ``i`` is the first word of a sentence; ``at_start``: whether the first word of all is."""
    at = i - 1
    while at >= 0 and u.tokens[at].text in OPENING:
        at -= 1
    if at < 0:
        return at_start
    token = u.tokens[at]
    if token.is_break:
        return True
    if token.text == ":":
        return _is_heading(u, at)
    return token.text in SENTENCE_ENDS and not u.glued(i) and not _is_abbreviation(u, at)


def may_end_sentence(last: str) -> bool:
    """Whether a full stop belongs behind the last word: it is a word or a figure, and nothing is left hanging."""
    if not last or not (last[-1].isalnum() or last[-1] in ")]”%²³+"):
        return False
    return last.rsplit(None, 1)[-1].lower() not in _UNFINISHED


def with_sentence_breaks(u: Utterance, pause_s: float) -> Utterance:
    """With a full stop at every pause before a word that opens sentences; only words with times have pauses."""
    tokens: list[Token] = []
    for index, token in enumerate(u.tokens):
        if index and _is_break(u, index, pause_s):
            tokens.append(Token(".", ".", glued=True, word=u.tokens[index - 1].word))
        tokens.append(token)
    return Utterance(tuple(tokens), u.words)


def _is_break(u: Utterance, i: int, pause_s: float) -> bool:
    before, after = u.tokens[i - 1], u.tokens[i]
    if before.word == after.word or after.low not in _OPENERS or before.low in _LEADS_ON:
        return False
    if not before.text[-1:].isalnum() or after.said:
        return False
    return u.words[after.word].start_s - u.words[before.word].end_s >= pause_s


def _is_heading(u: Utterance, colon: int) -> bool:
    """Whether a short heading stands between the sentence's beginning and the colon."""
    at = colon - 1
    while at >= 0 and u.is_letters(at):
        at -= 1
    begins = at < 0 or u.tokens[at].is_break or u.tokens[at].text in SENTENCE_ENDS
    return (
        begins
        and colon - at <= 4
        and u.low(colon - 1) in HEADINGS | {"kidney", "ovary", "breast", "meniscus", "tissues", "nodes", "ducts"}
    )


def _is_abbreviation(u: Utterance, stop: int) -> bool:
    """Whether the full stop belongs to an abbreviation: "Dr. Smith", "e.g. the"."""
    low = u.low(stop - 1)
    return (
        u.tokens[stop].text == "."
        and not u.tokens[stop].said
        and (low in _ABBREVIATED or (len(low) == 1 and low.isalpha() and u.low(stop - 2) == "."))
    )
