"""What was decided, rule by rule, for "why this layout?"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TraceLine:
    """One decision.

    Attributes
    ----------
    rule
        Where the question comes from: ``protocol ct-head: study.modalities in``.
    wanted, got
        In words.
    """

    rule: str
    wanted: str
    got: str
    passed: bool
