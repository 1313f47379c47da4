"""What can be said for each command: the phrases of resources/dictation/command_phrases.toml, spelled out.

A phrase is words, ``[a|b]`` (may be left out), ``(a|b)`` (one of them) and ``{slot}``. It is spelled out into
patterns, tuples of words and slots, when the table is read: a few hundred in all, so that matching is a comparison
and nothing more.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from workstation.foundation.resources import resource_path

Pattern = tuple[str, ...]
"""Words in lower case, and slots in braces."""
_PART = re.compile(r"[\[\](|)]|\{\w+\}|[\w']+")


@dataclass(frozen=True)
class Phrases:
    """A command as it can be spoken.

    Attributes
    ----------
    name
        The command.
    does
        What the help list says about it.
    patterns
        Every wording; the first is the one the help list shows.
    with_key
        Further wordings, which may be text as well: they count only while the command key is held.
    """

    name: str
    does: str
    patterns: tuple[Pattern, ...]
    with_key: tuple[Pattern, ...] = ()


@cache
def command_phrases() -> dict[str, Phrases]:
    """All commands that the program knows, by name.

    Raises
    ------
    ValueError
        When a phrase of the table cannot be read.
    """
    table = tomllib.loads(resource_path("dictation", "command_phrases.toml").read_text("utf-8"))
    return {
        name: Phrases(name, entry["does"], _all_patterns(entry["say"]), _all_patterns(entry.get("with_key", [])))
        for name, entry in table.items()
    }


def patterns_of(phrase: str) -> tuple[Pattern, ...]:
    """Every wording of one phrase, the fullest last.

    Raises
    ------
    ValueError
        When its brackets do not match.
    """
    parts = _PART.findall(phrase)
    patterns, rest = _alternatives(parts)
    if rest:
        raise ValueError(f"unmatched bracket in the phrase {phrase!r}")
    return tuple(dict.fromkeys(patterns))


def _all_patterns(phrases: list[str]) -> tuple[Pattern, ...]:
    return tuple(dict.fromkeys(pattern for phrase in phrases for pattern in patterns_of(phrase)))


def _alternatives(parts: list[str]) -> tuple[list[Pattern], list[str]]:
    """Wordings of ``a | b | c`` up to a closing bracket: (wordings, parts that are left)."""
    found: list[Pattern] = []
    while True:
        wordings, parts = _sequence(parts)
        found += wordings
        if not parts or parts[0] != "|":
            return found, parts
        parts = parts[1:]


def _sequence(parts: list[str]) -> tuple[list[Pattern], list[str]]:
    wordings: list[Pattern] = [()]
    while parts and parts[0] not in {"|", ")", "]"}:
        part, parts = parts[0], parts[1:]
        if part in {"(", "["}:
            inner, parts = _alternatives(parts)
            if not parts or parts[0] != {"(": ")", "[": "]"}[part]:
                raise ValueError(f"unmatched {part!r} in a phrase")
            parts = parts[1:]
            choices = [(), *inner] if part == "[" else inner
        else:
            choices = [(part,)]
        wordings = [begun + choice for begun in wordings for choice in choices]
    return wordings, parts
