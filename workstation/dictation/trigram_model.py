"""A trigram model with interpolated Witten-Bell smoothing, and its ARPA file.

Our corpus is made by a grammar, so what it lacks says little: the mass kept for unseen words after a context is
``caution`` times what Witten and Bell (1991, method C) keep. Interpolated values are written as back-off values,
which is exact: an n-gram that was not seen has the back-off weight times the lower order, and one that was seen
holds the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]

START, END = "<s>", "</s>"
_NEVER = -99.0  # log10: the start of a sentence is never predicted


@dataclass(frozen=True)
class Ngrams:
    """All n-grams of one order.

    Attributes
    ----------
    words
        (n-grams, order) word numbers, sorted.
    probability
        (n-grams,) of the last word after the others.
    backoff
        (n-grams,) the share of what follows it that the lower order gives; 1 where nothing was seen to follow.
    """

    words: Ids
    probability: Floats
    backoff: Floats


@dataclass(frozen=True)
class TrigramModel:
    """A vocabulary and its one-, two- and three-word tables; ``vocabulary[0]`` and ``[1]`` are `START` and `END`."""

    vocabulary: tuple[str, ...]
    orders: tuple[Ngrams, Ngrams, Ngrams]

    def arpa(self) -> str:
        """The model in ARPA form, logarithms to base 10."""
        counts = "\n".join(f"ngram {n}={len(order.words)}" for n, order in enumerate(self.orders, start=1))
        sections = (self._section(n, order) for n, order in enumerate(self.orders, start=1))
        return "\n".join((f"\\data\\\n{counts}\n", *sections, "\\end\\", ""))

    def _section(self, n: int, order: Ngrams) -> str:
        names = np.array(self.vocabulary, dtype=object)[order.words]
        gains = _log10(order.probability)
        losses = _log10(order.backoff)
        lines = [
            f"{gain:.4f}\t{' '.join(words)}" + (f"\t{loss:.4f}" if n < 3 else "")
            for words, gain, loss in zip(names.tolist(), gains.tolist(), losses.tolist(), strict=True)
        ]
        return "\n".join((f"\\{n}-grams:", *lines, ""))


def trained(sentences: Mapping[str, float], vocabulary: Iterable[str], *, caution: float = 1.0) -> TrigramModel:
    """The model of weighted sentences over a closed vocabulary.

    Parameters
    ----------
    sentences
        Words with spaces between them → weight (times spoken), above 0. All their words count as vocabulary.
    vocabulary
        Words that must be in the model even where no sentence holds them.
    caution
        How much more than Witten and Bell is kept for what was not seen; 1 is their own.
    """
    known = sorted({word for sentence in sentences for word in sentence.split()} | set(vocabulary))
    names = (START, END, *known)
    number_of = {name: number for number, name in enumerate(names)}
    padded, weights = _as_numbers(sentences, number_of)
    size = len(names)
    ones = _unigrams(padded, weights, size)
    twos = _higher(padded, weights, 2, size, ones, caution)
    threes = _higher(padded, weights, 3, size, twos, caution)
    last = Ngrams(threes.words, threes.probability, np.ones(len(threes.words)))
    return TrigramModel(names, (_with_backoff(ones, twos, size), _with_backoff(twos, threes, size), last))


def _as_numbers(sentences: Mapping[str, float], number_of: Mapping[str, int]) -> tuple[Ids, Floats]:
    """All words one after the other, a sentence's start twice so that no trigram runs over, and a weight for each."""
    words: list[int] = []
    weights: list[float] = []
    for sentence, weight in sentences.items():
        numbers = [number_of[word] for word in sentence.split()]
        words += [-1, 0, *numbers, 1]
        weights += [0.0, *([weight] * (len(numbers) + 2))]
    return np.array(words, dtype=np.int64), np.array(weights)


def _unigrams(words: Ids, weights: Floats, size: int) -> _Counted:
    """Every word of the vocabulary once more than it was seen, so that none is impossible."""
    seen = words >= 1
    counts = np.bincount(words[seen], weights=weights[seen], minlength=size) + 0.5
    counts[0] = 0.0
    probability = counts / counts.sum()
    return _Counted(np.arange(size)[:, None], probability, np.ones(size), np.arange(size))


@dataclass(frozen=True)
class _Counted:
    """N-grams of one order; ``keys`` are their words as one number; ``backoff`` belongs to their contexts."""

    words: Ids
    probability: Floats
    backoff: Floats
    keys: Ids


def _higher(words: Ids, weights: Floats, order: int, size: int, lower: _Counted, caution: float) -> _Counted:
    """Interpolated probabilities of the n-grams that were seen, and the back-off of each one's context."""
    rows = np.stack([words[at : len(words) - order + 1 + at] for at in range(order)], axis=1)
    inside = (rows[:, 1:] >= 1).all(axis=1) & (rows[:, 0] >= 0)
    rows, weighed = rows[inside], weights[order - 1 :][inside]
    every_key = _keys(rows, size)
    keys, first, which = np.unique(every_key, return_index=True, return_inverse=True)
    counts = np.bincount(which, weights=weighed)
    rows = rows[first]
    _, where = np.unique(keys // size, return_inverse=True)
    kinds = np.bincount(where) * caution
    total = np.bincount(where, weights=counts)
    backoff = (kinds / (total + kinds))[where]
    below = lower.probability[np.searchsorted(lower.keys, _keys(rows[:, 1:], size))]
    probability = counts / (total + kinds)[where] + backoff * below
    return _Counted(rows, probability, backoff, keys)


def _with_backoff(this: _Counted, higher: _Counted, size: int) -> Ngrams:
    """``this`` with the share it leaves to itself as a context of the next order."""
    contexts, first = np.unique(higher.keys // size, return_index=True)
    backoff = np.ones(len(this.keys))
    backoff[np.searchsorted(this.keys, contexts)] = higher.backoff[first]
    return Ngrams(this.words, this.probability, backoff)


def _keys(rows: Ids, size: int) -> Ids:
    key = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        key = key * size + column
    return key


def _log10(values: Floats) -> Floats:
    logs = np.full(values.shape, _NEVER)
    np.log10(values, out=logs, where=values > 0)
    return logs


def log10_of(model: TrigramModel, sentence: Sequence[str], *, is_ended: bool = True) -> float:
    """How likely the model finds a sentence, or with ``is_ended`` false its beginning, as an ARPA reader reckons it.

    Raises
    ------
    KeyError
        When a word is not in the vocabulary.
    """
    number_of = {name: number for number, name in enumerate(model.vocabulary)}
    tables = [{tuple(words): at for at, words in enumerate(order.words.tolist())} for order in model.orders]
    numbers = [0, *(number_of[word] for word in sentence), *([1] if is_ended else [])]
    return sum(_step(model, tables, tuple(numbers[max(0, at - 2) : at + 1])) for at in range(1, len(numbers)))


def _step(model: TrigramModel, tables: Sequence[Mapping[tuple[int, ...], int]], words: tuple[int, ...]) -> float:
    order = len(words) - 1
    at = tables[order].get(words)
    if at is not None:
        return float(_log10(model.orders[order].probability[at : at + 1])[0])
    context = tables[order - 1].get(words[:-1])
    kept = 0.0 if context is None else float(_log10(model.orders[order - 1].backoff[context : context + 1])[0])
    return kept + _step(model, tables, words[1:])
