"""The sentences that error rates are measured on, and the list that keeps them out of the corpus.

`python tests/helpers/held_apart.py` writes ``resources/dictation/corpus/held_apart.txt`` anew.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RADSET = ROOT.parent / "shared" / "data" / "audio" / "radset.tsv"
HELD_APART = ROOT / "tests" / "data" / "held_apart" / "held_apart.tsv"
TUNING = ROOT / "tests" / "data" / "held_apart" / "tuning.tsv"
LIST = ROOT / "resources" / "dictation" / "corpus" / "held_apart.txt"
RUN = 6


@dataclass(frozen=True)
class Sentence:
    """A test sentence: its name, as it is said, as it should be written."""

    name: str
    spoken: str
    written: str


def sentences(table: Path) -> list[Sentence]:
    """The report sentences of a table (name, spoken[, written]); commands are left out."""
    rows = (line.split("\t") for line in table.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return [Sentence(row[0], row[1], row[-1]) for row in rows if not row[0].startswith("cmd")]


def spoken_words(text: str) -> list[str]:
    """Lower case, no punctuation; hyphens are spaces."""
    return re.sub(r"[^\w']", " ", text.lower()).split()


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every run of six words."""
    words = spoken_words(text)
    yield from (tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def _write() -> None:
    sys.path.insert(0, str(ROOT))
    from workstation.dictation.corpus import digests_of_runs

    digests = set()
    for each in (*sentences(RADSET), *sentences(HELD_APART)):
        plain = " ".join(spoken_words(each.spoken))
        for said in (plain, re.sub(r"\bct\b", "c t", plain)):
            digests |= set(digests_of_runs(said))
    LIST.write_text("".join(f"{digest}\n" for digest in sorted(digests)), encoding="ascii")


if __name__ == "__main__":
    _write()
