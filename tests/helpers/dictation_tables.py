"""The tables that dictation is judged by: numbers and units, spoken commands, and what can be done in the test set."""

from __future__ import annotations

from pathlib import Path

from workstation.dictation.command_phrases import command_phrases
from workstation.dictation.commands import Command, Possible

_HERE = Path(__file__).resolve().parents[1] / "unit" / "dictation"
FIELD_TEXT = "There is a small left pleural effusion measuring 4 mm. No pneumothorax."
_CHOICES = {
    "go_to_field": ("Impression", "Findings", "Recommendation", "Clinical history"),
    "insert_macro": ("normal chest", "knee"),
    "window": ("lung", "bone", "brain"),
}


def rows_of(path: Path) -> list[tuple[str, ...]]:
    """Lines of a table, their columns, with line ends as such."""
    lines = path.read_text("utf-8").splitlines()
    cut = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [tuple(column.replace("\\n", "\n") for column in columns) for columns in cut]


def numbers_and_units() -> list[tuple[str, ...]]:
    """Rows (spoken, written), fragments of sentences."""
    return rows_of(_HERE / "numbers_and_units.tsv")


def all_commands() -> tuple[Possible, ...]:
    """Everything that can be said, in a report with a few fields, macros and windows."""
    return tuple(Possible(name, _CHOICES.get(name, ()), FIELD_TEXT) for name in command_phrases())


def commands_said() -> list[tuple[str, Command]]:
    """What is said → the command it is."""
    filled = [columns + ("",) * (5 - len(columns)) for columns in rows_of(_HERE / "commands.tsv")]
    return [(said, Command(name, choice, words, other)) for said, name, choice, words, other in filled]
