"""A new ``Gr.fst`` for a dynamic Vosk model: our sentences in place of its own language model.

A dynamic model keeps sounds and pronunciations (``HCLr.fst``) apart from what is likely to be said (``Gr.fst``). The
second is rebuilt here with the tools of OpenFst (Debian ``libfst-tools`` and ``libfst22-plugins-base``). Words the
model has no pronunciation for cannot be added this way: sentences are cut there.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from workstation.dictation.trigram_model import END, TrigramModel, trained
from workstation.foundation.errors import BadInput, SomethingMissing
from workstation.foundation.files import write_atomically

_TOOLS = ("fstsymbols", "fstcompile", "fstarcsort")
_PLUGIN = "ngram-fst.so"  # the graphs of published models are of this kind
_PLUGIN_PLACES = (
    "/usr/lib/x86_64-linux-gnu/fst",
    "/usr/lib/aarch64-linux-gnu/fst",
    "/usr/lib/fst",
    "/usr/local/lib/fst",
)
_EPSILON = "<eps>"
_LONGEST_S = 300
_INSTALL = "Install the packages libfst-tools and libfst22-plugins-base, or build the graph on another computer."


@dataclass(frozen=True)
class FstTools:
    """The programs of OpenFst and the folder of its plug-ins."""

    plugins: Path

    @classmethod
    def found(cls) -> FstTools:
        """The tools of this computer.

        Raises
        ------
        SomethingMissing
            When a program or the plug-ins are not installed.
        """
        missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
        if missing:
            raise SomethingMissing(f"The program {missing[0]} is not installed.", _INSTALL)
        for place in map(Path, _PLUGIN_PLACES):
            for plugin in sorted(place.rglob(_PLUGIN)):
                return cls(plugin.parent)
        raise SomethingMissing("The plug-ins of OpenFst are not installed.", _INSTALL)

    def run(self, *command: str, into: Path | None = None) -> None:
        """One program; its output goes to ``into``.

        Raises
        ------
        BadInput
            When it fails: what it was given is no graph it can read.
        """
        # Without this folder the loader does not find the kinds "ngram" and "olabel_lookahead".
        places = [str(self.plugins), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
        environment = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(places)}
        with (into or Path(os.devnull)).open("wb") as output:
            done = subprocess.run(
                command, stdout=output, stderr=subprocess.PIPE, env=environment, check=False, timeout=_LONGEST_S
            )
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise BadInput(f"{command[0]} failed: {said[-1] if said else 'no reason given'}", "Check the model.")


def has_dynamic_graph(model: Path) -> bool:
    """Whether a Vosk model's folder has a graph whose language model can be replaced."""
    return (model / "graph" / "HCLr.fst").is_file() and (model / "graph" / "Gr.fst").is_file()


def build_graph(model: Path, sentences: Mapping[str, float], target: Path, tools: FstTools) -> frozenset[str]:
    """Write an adapted graph to ``target``; gives the words of ``sentences`` the model does not know.

    Parameters
    ----------
    model
        Folder of a dynamic Vosk model; nothing in it is changed.
    sentences
        Words with spaces between them → weight.

    Raises
    ------
    BadInput
        When the model is not dynamic, its graph cannot be read, or it knows no word of ``sentences``.
    """
    if not has_dynamic_graph(model):
        raise BadInput(
            "This Vosk model has a graph of one piece.", "Only models with HCLr.fst and Gr.fst can be adapted."
        )
    with tempfile.TemporaryDirectory(prefix="graph-") as name:
        work = Path(name)
        symbols = work / "words.txt"
        tools.run("fstsymbols", f"--save_osymbols={symbols}", str(model / "graph" / "Gr.fst"), os.devnull)
        known = _words_of(symbols)
        kept = _without_unknown(sentences, known)
        (work / "g.txt").write_text("".join(f"{line}\n" for line in arcs_of(trained(kept, ()))), encoding="utf-8")
        _compile(work, symbols, tools)
        write_atomically(target, (work / "Gr.fst").read_bytes())
    return frozenset(word for sentence in sentences for word in sentence.split() if word not in known)


def adapted_model(model: Path, sentences: Mapping[str, float], target: Path, tools: FstTools) -> frozenset[str]:
    """A copy of a dynamic model's folder at ``target`` with an adapted graph; see `build_graph`.

    It is a model of its own: add it like any other, so that a manifest is written for it.

    Raises
    ------
    BadInput
        As `build_graph`, or when ``target`` exists.
    """
    if target.exists():
        raise BadInput(f"{target} exists already.", "Name a folder that does not exist yet.")
    target.parent.mkdir(parents=True, exist_ok=True)
    neighbour = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        shutil.copytree(model, neighbour, dirs_exist_ok=True, ignore=shutil.ignore_patterns("Gr.fst"))
        unknown = build_graph(model, sentences, neighbour / "graph" / "Gr.fst", tools)
        neighbour.replace(target)
    finally:
        shutil.rmtree(neighbour, ignore_errors=True)
    return unknown


def arcs_of(model: TrigramModel) -> Iterator[str]:
    """The model as lines of a text FST: from, to, word, word, cost (−ln p); and final states.

    A state stands for the words just said (two, one or none); an arc without a word leads to the state with one word
    less, at the cost of the back-off. The first line starts at the state after `START`.
    """
    states = _States(model)
    yield from states.arcs((0,))  # the first state named is where the graph begins
    for history in states.numbers:
        if history != (0,):
            yield from states.arcs(history)


class _States:
    """Histories that something was seen to follow, and their numbers."""

    def __init__(self, model: TrigramModel) -> None:
        self._names = model.vocabulary
        self._follow: dict[tuple[int, ...], list[tuple[int, float]]] = {(): [], (0,): []}
        self._backoff: dict[tuple[int, ...], float] = {}
        for order in model.orders:
            rows = zip(order.words.tolist(), order.probability.tolist(), order.backoff.tolist(), strict=True)
            for words, probability, backoff in rows:
                self._backoff[tuple(words)] = backoff
                if probability > 0:
                    self._follow.setdefault(tuple(words[:-1]), []).append((words[-1], probability))
        self.numbers = {history: number for number, history in enumerate(self._follow)}

    def arcs(self, history: tuple[int, ...]) -> Iterator[str]:
        """The arcs that leave a history, its end, and its way back to a shorter one."""
        source = self.numbers[history]
        for word, probability in self._follow[history]:
            cost, spelt = -math.log(probability), self._names[word]
            if spelt == END:
                yield f"{source}\t{cost:.5f}"
            else:
                yield f"{source}\t{self._after((*history, word))}\t{spelt}\t{spelt}\t{cost:.5f}"
        if history:
            cost = -math.log(self._backoff.get(history, 1.0))
            yield f"{source}\t{self._after(history[1:])}\t{_EPSILON}\t{_EPSILON}\t{cost:.5f}"

    def _after(self, words: tuple[int, ...]) -> int:
        """The state of the longest history that is kept; two words at most."""
        history = words[-2:]
        while history not in self.numbers:
            history = history[1:]
        return self.numbers[history]


def _words_of(symbols: Path) -> frozenset[str]:
    lines = symbols.read_text(encoding="utf-8").splitlines()
    words = (line.rsplit(maxsplit=1)[0] for line in lines if line.strip())
    return frozenset(word for word in words if not word.startswith(("<", "#", "[")))


def _without_unknown(sentences: Mapping[str, float], known: Set[str]) -> Mapping[str, float]:
    kept: defaultdict[str, float] = defaultdict(float)
    for sentence, weight in sentences.items():
        marked = " ".join(word if word in known else "\n" for word in sentence.split())
        for stretch in filter(None, map(str.strip, marked.split("\n"))):
            kept[stretch] += weight
    if not kept:
        raise BadInput("The model knows no word of our sentences.", "Check the model's language.")
    return kept


def _compile(work: Path, symbols: Path, tools: FstTools) -> None:
    named = (f"--isymbols={symbols}", f"--osymbols={symbols}", "--keep_isymbols", "--keep_osymbols")
    tools.run("fstcompile", *named, str(work / "g.txt"), str(work / "unsorted.fst"))
    tools.run("fstarcsort", "--sort_type=ilabel", str(work / "unsorted.fst"), str(work / "Gr.fst"))
