"""The spoken commands as sentences of the language model: one of reports alone hears "scratch that" as a report.

What a slot holds is known only while a report is dictated. Usual names of fields, macros and windows stand in
``resources/dictation/command_words.toml``; for words of a field stand the lexicon's findings.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from workstation.dictation.command_phrases import Pattern, command_phrases
from workstation.dictation.lexicon import Lexicon

_FILE = "command_words.toml"
_TIMES = 240.0  # how often a command counts, over all its wordings
_ONE_OF = 8  # findings that stand for all: others follow a command's words as they follow any word


def command_sentences(lexicon: Lexicon, folder: Path) -> Mapping[str, float]:
    """Every wording of every command → how often it counts; empty where ``folder`` names nothing for its slots."""
    path = folder / _FILE
    if not path.is_file():
        return {}
    fillings: dict[str, Sequence[str]] = {**tomllib.loads(path.read_text(encoding="utf-8"))}
    findings = [term.spoken[0] for term in lexicon.of_kind("findings")[::_ONE_OF]]
    fillings |= {"text": findings, "words": findings}
    counted: defaultdict[str, float] = defaultdict(float)
    for phrases in command_phrases().values():
        for pattern in phrases.patterns:
            sentences = list(_filled(pattern, fillings))
            for sentence in sentences:
                counted[sentence] += _TIMES / len(phrases.patterns) / len(sentences)
    return counted


def _filled(pattern: Pattern, fillings: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A wording with each usual word in its slot; two slots are filled in step."""
    slots = [part[1:-1] for part in pattern if part.startswith("{")]
    for number in range(len(fillings[slots[0]]) if slots else 1):
        shifted = {slot: fillings[slot][(number + at) % len(fillings[slot])] for at, slot in enumerate(slots)}
        yield " ".join(shifted.get(part[1:-1], part) if part.startswith("{") else part for part in pattern)
