"""Spoken commands: only when the whole utterance is one, and only what can be done now.

A report sentence is never a command: an utterance must match a wording from its first word to its last, a field,
macro or window must be one that there is, and the words to select or replace must stand in the field. With the
command key held the reader has said that a command follows, and a slip of the recogniser is forgiven where only one
command is near.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from workstation.dictation.command_phrases import Pattern, command_phrases
from workstation.dictation.wer import neutral_words

_EXACT_ONLY = frozenset({"sign_report", "delete", "replace", "scratch_that"})
_NEAR = 0.80
_APART = 0.08
_CHOICE_SLOTS = frozenset({"field", "macro", "window"})


@dataclass(frozen=True)
class Possible:
    """Something that can be done now.

    Attributes
    ----------
    name
        A command of the table, ``go_to_field`` for example.
    choices
        What may fill its slot, as it is spoken: names of fields, macros, windows. Unused by commands without one.
    text
        For commands on words of the field: the text in which the words must stand.
    """

    name: str
    choices: tuple[str, ...] = ()
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class Command:
    """A command that was spoken.

    Attributes
    ----------
    name
        Which.
    choice
        The field, macro or window, exactly as `Possible.choices` has it; empty for commands without one.
    words, replacement
        Words to select, replace, delete or capitalise, as they stand in the field; and what takes their place, as it
        was said.
    """

    name: str
    choice: str = ""
    words: str = field(default="", repr=False)
    replacement: str = field(default="", repr=False)


@dataclass(frozen=True)
class HelpLine:
    """A line of the spoken help list: what to say, and what it does."""

    say: str
    does: str


def command_of(utterance: str, can: Sequence[Possible], *, key_held: bool = False) -> Command | None:
    """The command that an utterance is, or None: then it is text.

    Parameters
    ----------
    utterance
        All that was said between two pauses, as the engine wrote it.
    can
        What can be done now.
    key_held
        The command key is held: what is nearly a command counts as one, except those that remove text or sign.
    """
    said = neutral_words(utterance, marks=False)
    for free_words in (False, True):
        for possible in can:
            found = _command(said, possible, utterance, _wordings(possible, key_held, free_words)) if said else None
            if found is not None:
                return found
    return _nearest(said, can) if key_held and said else None


def help_list(can: Sequence[Possible]) -> tuple[HelpLine, ...]:
    """What can be said now, a line for each command; choices are listed where there are any."""
    return tuple(_help_line(possible) for possible in can)


def spoken_grammar(can: Sequence[Possible]) -> str:
    """A JSGF grammar of all that can be said now, for an engine that listens for commands while the command key is
    held.

    Commands on free words are left out: they need the free recogniser. The grammar alone accepts any speech as some
    command, so its result must go through `command_of` and be used only while the key is held.
    """
    lines = [" ".join(words) for possible in can for words, _ in _closed(possible)]
    alternatives = " | ".join(dict.fromkeys(lines))
    return f"#JSGF V1.0;\ngrammar commands;\npublic <command> = {alternatives};\n" if lines else ""


def _wordings(possible: Possible, key_held: bool, free_words: bool) -> Iterator[Pattern]:
    """Those with free words, or the others (which come first: "delete that" removes no word "that")."""
    phrases = command_phrases()[possible.name]
    for pattern in phrases.patterns + (phrases.with_key if key_held else ()):
        if ("{text}" in pattern) == free_words:
            yield pattern


def _command(said: Sequence[str], possible: Possible, utterance: str, wordings: Iterator[Pattern]) -> Command | None:
    for pattern in wordings:
        if (found := _match(pattern, said, possible, utterance)) is not None:
            return found
    return None


def _match(pattern: Pattern, said: Sequence[str], possible: Possible, utterance: str) -> Command | None:
    slots = [part[1:-1] for part in pattern if part.startswith("{")]
    if not slots:
        return Command(possible.name) if tuple(said) == pattern else None
    if slots[0] in _CHOICE_SLOTS:
        return _match_choice(pattern, said, possible)
    return _match_words(pattern, said, possible, utterance)


def _match_choice(pattern: Pattern, said: Sequence[str], possible: Possible) -> Command | None:
    for words, choice in _filled(pattern, possible):
        if tuple(said) == words:
            return Command(possible.name, choice)
    return None


def _match_words(pattern: Pattern, said: Sequence[str], possible: Possible, utterance: str) -> Command | None:
    """Commands on words of the field: what fills ``{text}`` must stand there."""
    for filling in _fillings(pattern, tuple(said)):
        words = _found_in(possible.text, filling["text"])
        if words is None:
            continue
        replacement = _as_said(utterance, len(filling["words"])) if "words" in filling else ""
        return Command(possible.name, words=words, replacement=replacement)
    return None


def _fillings(pattern: Pattern, said: tuple[str, ...]) -> Iterator[Mapping[str, tuple[str, ...]]]:
    """Every way in which words fit a pattern: slot → its words (at least one each)."""
    if not pattern:
        if not said:
            yield {}
        return
    part, rest = pattern[0], pattern[1:]
    if not part.startswith("{"):
        if said and said[0] == part:
            yield from _fillings(rest, said[1:])
        return
    for length in range(len(said) - len(rest), 0, -1):
        for others in _fillings(rest, said[length:]):
            yield {part[1:-1]: said[:length], **others}


def _found_in(text: str, wanted: tuple[str, ...]) -> str | None:
    """The words of a text that say the same as those wanted, as they stand there; the last place where they do."""
    parts = text.split()
    if f" {' '.join(wanted)} " not in f" {' '.join(neutral_words(text, marks=False))} ":
        return None
    for start in range(len(parts) - 1, -1, -1):
        for end in range(start + 1, min(len(parts), start + len(wanted) + 2) + 1):
            stretch = " ".join(parts[start:end])
            if neutral_words(stretch, marks=False) == wanted:
                return stretch.strip(",.;:()")
    return None


def _as_said(utterance: str, count: int) -> str:
    """The last words of an utterance as the engine wrote them: as many as say ``count`` neutral words."""
    parts = utterance.split()
    for start in range(len(parts) - 1, -1, -1):
        if len(neutral_words(" ".join(parts[start:]), marks=False)) >= count:
            return " ".join(parts[start:]).strip().rstrip(".")
    return utterance


def _filled(pattern: Pattern, possible: Possible) -> Iterator[tuple[tuple[str, ...], str]]:
    """A pattern with each choice in its slot: (words, choice)."""
    for choice in possible.choices:
        words: list[str] = []
        for part in pattern:
            words += _spoken(choice) if part.startswith("{") else [part]
        yield tuple(words), choice


@lru_cache(maxsize=1024)
def _spoken(choice: str) -> tuple[str, ...]:
    """The name of a field, macro or window as words."""
    return neutral_words(choice, marks=False)


def _closed(possible: Possible) -> Iterator[tuple[tuple[str, ...], str]]:
    """All wordings of a command that hold no free words: (words, choice)."""
    phrases = command_phrases()[possible.name]
    for pattern in phrases.patterns + phrases.with_key:
        slots = {part[1:-1] for part in pattern if part.startswith("{")}
        if not slots:
            yield pattern, ""
        elif slots <= _CHOICE_SLOTS:
            yield from _filled(pattern, possible)


def _nearest(said: Sequence[str], can: Sequence[Possible]) -> Command | None:
    """The one command that sounds nearly like what was said; None when two are about as near."""
    text = " ".join(said)
    best: dict[Command, float] = {}
    for possible in can:
        if possible.name in _EXACT_ONLY:
            continue
        for words, choice in _closed(possible):
            command = Command(possible.name, choice)
            near = Levenshtein.normalized_similarity(text, " ".join(words))
            best[command] = max(near, best.get(command, 0.0))
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _NEAR or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _APART):
        return None
    return ranked[0][0]


def _help_line(possible: Possible) -> HelpLine:
    phrases = command_phrases()[possible.name]
    say = " ".join("…" if part in {"{text}", "{words}"} else part for part in phrases.patterns[0])
    if possible.choices and "{" in say:
        start, end = say.index("{"), say.index("}") + 1
        say = f"{say[:start]}{' / '.join(possible.choices)}{say[end:]}"
    return HelpLine(say, phrases.does)
