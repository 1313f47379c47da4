"""Spoken punctuation and layout: which words are marks and which are words, decided by what stands around them.

"Comma" is nearly always a mark. "Colon" is the organ unless it follows a heading; "period" is a mark unless it names
a span of time; "new line" is a line break unless it is a catheter. What is decided once stays decided when the text
is read again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from workstation.dictation.tokens import LINE, PARAGRAPH, Token, Utterance

_MARKS: dict[tuple[str, ...], str] = {
    ("comma",): ",", ("period",): ".", ("full", "stop"): ".", ("colon",): ":", ("semicolon",): ";", ("semi", "colon"):
    ";",
    ("question", "mark"): "?", ("exclamation", "mark"): "!", ("exclamation", "point"): "!",
    ("new", "line"): LINE, ("newline",): LINE, ("next", "line"): LINE, ("new", "paragraph"): PARAGRAPH, ("next",
    "paragraph"): PARAGRAPH,
    ("open", "parenthesis"): "(", ("open", "paren"): "(", ("open", "parentheses"): "(", ("left", "parenthesis"): "(",
    ("left", "paren"): "(",
    ("close", "parenthesis"): ")", ("close", "paren"): ")", ("close", "parentheses"): ")", ("right", "parenthesis"):
    ")", ("right", "paren"): ")",
    ("closed", "parenthesis"): ")", ("closed", "paren"): ")", ("end", "parenthesis"): ")",
    ("open", "bracket"): "[", ("close", "bracket"): "]", ("open", "quote"): "“", ("close", "quote"): "”", ("end",
    "quote"): "”",
    ("hyphen",): "-", ("dash",): "–", ("slash",): "/", ("forward", "slash"): "/",
}  # fmt: skip
HEADINGS = frozenset(
    "impression findings indication indications history technique comparison comparisons recommendation"  # noqa: SIM905
    " recommendations procedure"
    " examination exam conclusion note addendum contrast liver gallbladder spleen pancreas kidneys adrenals"
    " bladder uterus ovaries"
    " prostate lungs heart mediastinum bones aorta chest abdomen pelvis brain neck ventricles orbits sinuses"
    " thyroid vessels"
    " menisci ligaments tendons cartilage muscles joints alignment complications medications dose follows".split()
)
_TWO_WORD_HEADINGS = frozenset({
    ("clinical", "history"), ("clinical", "indication"), ("clinical", "information"), ("soft", "tissues"), ("lower",
    "chest"), ("bile", "ducts"),
    ("lymph", "nodes"), ("right", "kidney"), ("left", "kidney"), ("right", "ovary"), ("left", "ovary"), ("right",
    "breast"),
    ("left", "breast"), ("radiation", "dose"), ("chest", "wall"), ("final", "impression"), ("as", "follows"),
    ("medial", "meniscus"),
    ("lateral", "meniscus"), ("medial", "compartment"), ("lateral", "compartment"), ("extensor", "mechanism"),
    ("bone", "marrow"),
    ("spinal", "cord"), ("visualized", "bones"), ("contrast", "media"), ("reason", "exam"),
})  # fmt: skip
_ORGAN_FOLLOWED_BY = frozenset(
    "is are was were and or cancer carcinoma wall polyp polyps mass diverticula diverticulosis resection"  # noqa: SIM905
    " demonstrates shows"
    " appears contains remains to from which in screening interposition".split()
)
_DETERMINERS = frozenset({"a", "an", "the", "this", "that", "any", "each", "every", "another", "same"})
_WHILE = frozenset({"during", "over", "throughout", "within", "for", "after", "before", "since", "of", "in", "through"})
_SPAN_ADJECTIVES = frozenset(
    "postoperative perioperative preoperative postpartum neonatal perinatal short brief long prolonged early"  # noqa: SIM905
    " late latent refractory latency"
    " recovery observation menstrual same given certain study entire whole extended limited incubation"
    " gestational washout".split()
)
_SPAN_NOUNS = frozenset(
    "time interval follow up followup follow-up surveillance month week day year hour minute reporting imaging".split()  # noqa: SIM905
)
_SPANS = frozenset(
    "menstrual grace postoperative perioperative neonatal washout irregular missed her incubation latency".split()  # noqa: SIM905
)
_LINE_AFTER = frozenset({
    "of", "from", "via", "infection", "sepsis", "enters", "crosses", "courses", "ends",
    "placement", "placed", "has", "is", "was", "in", "with", "tip", "terminates", "insertion", "overlying",
    "projecting", "over", "at",
})  # fmt: skip
SENTENCE_ENDS = frozenset({".", "?", "!"})
CLOSING = frozenset({",", ".", ";", ":", "?", "!", ")", "]", "”", "%"})
OPENING = frozenset({"(", "[", "“"})
_JOINING = frozenset({"-", "/"})
_MERGED = frozenset({",", ".", ";", ":", "?", "!"})
_LONGEST = 2


@dataclass(frozen=True)
class _Mark:
    """A spoken mark: its character, and the tokens that said it."""

    text: str
    first: int
    end: int


def with_spoken_marks(u: Utterance) -> Utterance:
    """The same utterance with spoken punctuation as marks, and doubled marks ("effusion, comma") as one."""
    out: list[Token] = []
    at = 0
    glue_next = False
    while at < len(u):
        mark = _mark_at(u, at, out)
        if mark is None:
            token = u.tokens[at]
            if _doubles(token, out) or _lengthens(token, out):
                at += 1
                continue
            out.append(replace(token, glued=True) if glue_next else token)
            glue_next, at = False, at + 1
            continue
        while out and mark.text in _MERGED and out[-1].text in _MERGED and not out[-1].said:
            out.pop()
        while out and out[-1].is_break and mark.text in {LINE, PARAGRAPH}:
            mark = replace(mark, text=PARAGRAPH)
            out.pop()
        glued = mark.text in CLOSING or mark.text in _JOINING or glue_next
        out.append(Token(mark.text, mark.text, glued, u.tokens[at].word, u.text(mark.first, mark.end)))
        glue_next, at = mark.text in OPENING or mark.text in _JOINING, mark.end
    return Utterance(tuple(out), u.words)


def _doubles(token: Token, out: list[Token]) -> bool:
    """Whether an engine's own mark follows a spoken one: the spoken one stands."""
    return token.text in _MERGED and bool(out) and bool(out[-1].said) and out[-1].text in _MERGED


def _lengthens(token: Token, out: list[Token]) -> bool:
    """Whether a written line end follows a spoken one."""
    return token.is_break and bool(out) and out[-1].is_break


def _mark_at(u: Utterance, i: int, before: list[Token]) -> _Mark | None:
    if u.glued(i) and not u.tokens[i - 1].text.isalpha() and u.low(i - 1) not in _MERGED:
        return None
    for length in range(_LONGEST, 0, -1):
        words = u.lows(i, length)
        text = _MARKS.get(words)
        if text is not None and not (u.low(i + length) == "-" and u.glued(i + length)):
            return _Mark(text, i, i + length) if _is_mark(u, i, words, before) else None
    return None


def _is_mark(u: Utterance, i: int, words: tuple[str, ...], before: list[Token]) -> bool:
    after, determined = u.low(i + len(words)), u.low(i - 1) in _DETERMINERS
    match words:
        case ("comma",):
            is_mark = after not in {"shaped", "like"}
        case ("period",):
            is_mark = not _is_span_of_time(u, i)
        case ("colon",):
            is_mark = _follows_heading(before) and after not in _ORGAN_FOLLOWED_BY
        case ("new" | "next", "line"):
            is_mark = not determined and u.low(i - 1) not in {"no", "her", "his"} and after not in _LINE_AFTER
        case ("hyphen" | "dash" | "slash",):
            between = all(u.is_letters(at) or u.is_number(at) for at in (i - 1, i + len(words)))
            is_mark = between and not determined
        case _:
            is_mark = not determined or words[0] in {"left", "right"}
    return is_mark


def _follows_heading(before: list[Token]) -> bool:
    """Whether all that stands since the last sentence end is a heading."""
    sentence: list[str] = []
    for token in reversed(before):
        if token.is_break or token.text in SENTENCE_ENDS:
            break
        sentence.insert(0, token.low)
        if len(sentence) > 5:
            return False
    words = tuple(sentence)
    is_level = len(words) in {2, 5} and words[0] in {"c", "t", "l", "s"}
    return (len(words) == 1 and words[0] in HEADINGS) or words in _TWO_WORD_HEADINGS or is_level


def _is_span_of_time(u: Utterance, i: int) -> bool:
    """Whether "period" names a span of time: "over a six month period", "a period of", "the postoperative period"."""
    if u.low(i + 1) == "of" or u.low(i - 1) in _SPANS or u.lows(i - 2, 2) in {("last", "normal"), ("her", "last")}:
        return True
    at, has_adjective, has_noun = i - 1, False, False
    while at >= 0 and i - at < 7:
        low = u.low(at)
        has_adjective |= low in _SPAN_ADJECTIVES
        has_noun |= low in _SPAN_NOUNS
        if low not in _SPAN_ADJECTIVES | _SPAN_NOUNS and low != "-" and not _is_count(u, at):
            break
        at -= 1
    if u.low(at) not in _DETERMINERS:
        return u.low(at) in {"during", "over", "throughout"} and at < i - 1
    stands_alone, preposition = at == i - 1, u.low(at - 1)
    in_a_while = preposition in _WHILE - {"of"} and (stands_alone or has_adjective or preposition != "in")
    return in_a_while or (has_adjective and not has_noun)


def _is_count(u: Utterance, i: int) -> bool:
    from workstation.dictation.numbers_spoken import is_number_word

    return u.is_number(i) or is_number_word(u.low(i))
