"""What comes out of judging a check: one result a rule, and one verdict over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class VerdictName(Enum):
    """The outcome of a rule or of a check."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    WARN = "WARN"
    INCONCLUSIVE = "INCONCLUSIVE"
    """The limit lies inside the uncertainty: repeat."""
    FAIL = "FAIL"
    NOT_MEASURED = "NOT_MEASURED"
    """The quantity is absent: the rule stays out of the verdict."""
    REPORTED = "REPORTED"
    """A quantity the policy only reports."""


@dataclass(frozen=True)
class Quantity:
    """One measured quantity.

    Attributes
    ----------
    metric
        Name from `calibration.conformance.metric_table` (``max_contrast_deviation``, ``luminance_ratio`` ...).
    value
        In ``unit``.
    uncertainty
        Half width of the interval of 95 %, in ``unit``; None where it is not known (single readings).
    detail
        Where it was worst, for people: ``step 3, levels 30 to 45``.
    repeatability
        The part of ``uncertainty`` that is due to repeatability alone, where the meter's certificate is in it too:
        what counts against other readings of the same meter. None where it is the same, or not known.
    """

    metric: str
    value: float
    unit: str
    uncertainty: float | None = None
    detail: str = ""
    repeatability: float | None = None


@dataclass(frozen=True)
class RuleResult:
    """One rule of the policy against its quantity.

    Attributes
    ----------
    limit, limit_high
        The number; ``limit_high`` is the upper end where ``bound`` is ``between``.
    bound
        ``at most``, ``below``, ``at least``, ``above``, ``between`` or ``reported``.
    limit_text
        In words with its unit and whether it is inclusive: ``≤ 0.10``.
    is_confirmed
        Whether someone has read the limit in the standard itself.
    warn
        From here on it is WARN; None where the rule has none.
    frequency
        How often the source wants it measured: ``monthly`` ...
    """

    metric: str
    title: str
    verdict: VerdictName
    value: float | None
    uncertainty: float | None
    unit: str
    limit: float | None
    bound: str
    limit_text: str
    source: str
    is_confirmed: bool
    detail: str = ""
    limit_high: float | None = None
    warn: float | None = None
    frequency: str = ""


@dataclass(frozen=True)
class Verdict:
    """The verdict over all rules: FAIL > INCONCLUSIVE > WARN > PASS; NOT_MEASURED when no rule could be judged.

    Attributes
    ----------
    provisional
        Why the verdict does not count fully (expired certificate, scaled patterns ...), in words; empty when it does.
    """

    name: VerdictName
    policy: str
    policy_version: str
    role: str
    rules: tuple[RuleResult, ...]
    provisional: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        """PASS and WARN."""
        return self.name in (VerdictName.PASS, VerdictName.WARN)
