"""The tables that must hold whole: numbers and units, spoken commands by text and by sound, the size of vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.helpers.dictation_tables import all_commands, commands_said, numbers_and_units, rows_of
from tests.helpers.held_apart import HELD_APART, RADSET, sentences
from tests.perf.dictation_heard import LIVE, Speech, heard_by
from tests.perf.dictation_values import told
from tests.perf.measuring import Row, at_least, judged
from workstation.dictation.commands import command_of
from workstation.dictation.corpus import corpus
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.normaliser import Layout, write_out
from workstation.dictation.wav_files import open_wav

_FRAGMENT = Layout(starts_sentence=False, ends_sentence=False)
_VOICES = ("joe", "hibari", "slt")
_LAYOUT = {"new paragraph", "new line"}  # the corpus holds what is dictated, and these are commands rightly
_LEAST_ROWS, _LEAST_TERMS, _LEAST_SENTENCES = 300, 3_000, 5_000


def rows(work: Path) -> Iterator[Row]:
    """Text first, then the recordings of the test set's commands through pocketsphinx."""
    lexicon = Lexicon.load()
    said_of_ours = list(corpus(lexicon))
    yield from _numbers()
    yield from _by_text(said_of_ours)
    yield from _by_sound(work)
    yield at_least("terms of the lexicon", len(lexicon.terms), "", _LEAST_TERMS, runs=1)
    yield at_least("sentences of the corpus, each counted once", len(said_of_ours), "", _LEAST_SENTENCES, runs=1)


def _numbers() -> Iterator[Row]:
    table = numbers_and_units()
    wrong = [spoken for spoken, written in table if write_out(spoken, _FRAGMENT).text != written]
    right = 100 * (1 - len(wrong) / len(table))
    yield at_least("numbers and units written as the table says", right, "%", 100, runs=len(table))
    yield at_least("rows of that table, each counted once", len({row[0] for row in table}), "", _LEAST_ROWS, runs=1)


def _by_text(said_of_ours: list[str]) -> Iterator[Row]:
    can = all_commands()
    table = commands_said()
    wrong = [said for said, command in table if command_of(said, can) != command]
    share = 100 * (1 - len(wrong) / len(table))
    yield at_least("commands recognised, by text", share, "%", 100, runs=len(table), note="wordings")
    tested = [*(sentences(RADSET) if RADSET.is_file() else ()), *sentences(HELD_APART)]
    reports = [*(text for each in tested for text in (each.spoken, each.written)), *said_of_ours]
    fired = [text for text in reports if text not in _LAYOUT and command_of(text, can) is not None]
    yield judged("commands fired by report sentences, by text", len(fired), "", 0, runs=len(reports))


def _by_sound(work: Path) -> Iterator[Row]:
    """All that can be said in this report is a command now, in all three voices."""
    commands = [row[:2] for row in rows_of(RADSET) if row[0].startswith("cmd")] if RADSET.is_file() else []
    sounds = {f"{voice}/{name}": _sound(voice, name) for voice in _VOICES for name, _ in commands}
    there = {name: pcm for name, pcm in sounds.items() if pcm}
    if not there:
        yield told("commands recognised, by sound", 0, "%", runs=0, note=f"there is no test speech at {RADSET.parent}")
        return
    can = all_commands()
    meant = {name: command_of(said, can) for name, said in commands}
    heard = {name: each.text for name, each in heard_by(Speech(work).engines[LIVE], there).items()}
    yield _recognised("command key not held", heard, meant, key_held=False)
    yield _recognised("command key held", heard, meant, key_held=True)


def _recognised(how: str, heard: Mapping[str, str], meant: Mapping[str, object], *, key_held: bool) -> Row:
    can = all_commands()
    found = {name: command_of(text, can, key_held=key_held) for name, text in heard.items()}
    wrong = [name for name, command in found.items() if command is None or command != meant[name.split("/")[1]]]
    note = f"synthetic voices {', '.join(_VOICES)}; {LIVE} + our language model; not recognised: {wrong or 'none'}"
    share = 100 * (1 - len(wrong) / len(heard))
    return at_least(f"commands recognised, by sound, {how}", share, "%", 100, runs=len(heard), note=note)


def _sound(voice: str, name: str) -> bytes:
    path = RADSET.parent / voice / f"{name}.wav"
    return b"".join(open_wav(path).pcm()) if path.is_file() else b""
