"""Judging things by rules: a score, whether they are in at all, and a line of trace per rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workstation.dicom.display_sets import DisplaySet
from workstation.hanging.facts import Facts
from workstation.hanging.operators import OPERATORS, shown
from workstation.hanging.protocol import Protocol, Rule, Selector
from workstation.hanging.study import order_key
from workstation.hanging.trace import TraceLine


@dataclass(frozen=True)
class Judgement:
    """The outcome of a list of rules for one thing.

    Attributes
    ----------
    score
        Sum of the weights of the rules that passed.
    is_in
        No required rule failed and, where there are rules, at least one passed.
    """

    score: float
    n_passed: int
    is_in: bool
    trace: tuple[TraceLine, ...]


@dataclass(frozen=True)
class Ranked:
    """A display set that suits a selector, with how well."""

    display_set: DisplaySet
    judgement: Judgement


def judged(rules: Sequence[Rule], facts: Facts, where: str) -> Judgement:
    """Apply ``rules`` to ``facts``; ``where`` says in the trace what is being judged."""
    score, n_passed, is_in = 0.0, 0, True
    lines: list[TraceLine] = []
    for rule in rules:
        got = facts.get(rule.attr)
        passed = OPERATORS[rule.op](got, rule.value)
        score += rule.weight if passed else 0.0
        n_passed += passed
        is_in = is_in and (passed or not rule.required)
        lines.append(TraceLine(f"{where}: {rule.attr}", _wanted(rule), shown(got), passed))
    return Judgement(score, n_passed, is_in and (n_passed > 0 or not rules), tuple(lines))


def ranked_display_sets(
    display_sets: Iterable[DisplaySet], selector: Selector, facts: Mapping[str, Facts], about: Facts, where: str
) -> tuple[tuple[Ranked, ...], tuple[TraceLine, ...]]:
    """The display sets that suit ``selector``, best first, and why the others do not.

    Parameters
    ----------
    facts
        Of each display set, by its uid.
    about
        Facts of the study they belong to; a selector may ask about these too.

    Notes
    -----
    Equal scores go by series number, then UIDs: the order in which series arrive does not count.
    """
    ranked: list[Ranked] = []
    left_out: list[TraceLine] = []
    for display_set in sorted(display_sets, key=order_key):
        judgement = judged(selector.rules, {**about, **facts[display_set.uid]}, f"{where}, {name_of(display_set)}")
        if judgement.is_in:
            ranked.append(Ranked(display_set, judgement))
        else:
            left_out += [line for line in judgement.trace if not line.passed]
    ranked.sort(key=lambda r: -r.judgement.score)
    return tuple(ranked), tuple(left_out)


def ranked_protocols(
    protocols: Iterable[Protocol], facts: Facts
) -> tuple[list[tuple[Protocol, Judgement]], list[TraceLine]]:
    """The protocols that suit a study, best first, and the trace of all.

    Ties: nearer level, then more rules passed, then id; never the order in which they were read.
    """
    suiting: list[tuple[Protocol, Judgement]] = []
    trace: list[TraceLine] = []
    for protocol in sorted(protocols, key=lambda p: p.id):
        judgement = judged(protocol.match, facts, f"protocol {protocol.id}")
        trace += judgement.trace
        if judgement.is_in:
            suiting.append((protocol, judgement))
    suiting.sort(key=lambda pair: (-pair[1].score, -pair[0].level.nearness, -pair[1].n_passed, pair[0].id))
    return suiting, trace


def name_of(display_set: DisplaySet) -> str:
    """A display set in a trace: by series number, which is no identifier of a person."""
    number = display_set.series_number
    return f"series {number}" if number is not None else "a series without number"


def _wanted(rule: Rule) -> str:
    words = {"eq": "", "in": "one of ", "not_in": "none of ", "ne": "not "}.get(
        rule.op, f"{rule.op.replace('_', ' ')} "
    )
    return f"{words}{shown(rule.value)}" + (" (required)" if rule.required else "")
