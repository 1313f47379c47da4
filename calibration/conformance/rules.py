"""What a policy consists of: rules (limits of quantities) and tasks (checks that are due again and again)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from calibration.conformance.metric_table import METRICS

RoleName = Literal["diagnostic", "mammography", "review"]
BoundName = Literal["at most", "below", "at least", "above", "between", "reported"]
Frequency = Literal["acceptance", "daily", "weekly", "monthly", "quarterly", "half-yearly", "annual"]
DAYS = {"acceptance": 0, "daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "half-yearly": 183, "annual": 366}
"""Longest time from one check to the next, by the word for it; ``acceptance`` is done once."""
_EVERY_ROLE: tuple[RoleName, ...] = ("diagnostic", "mammography", "review")
_INCLUSIVE = {"at most": True, "at least": True, "below": False, "above": False}
_LOWER, _UPPER = ("at least", "above"), ("at most", "below")

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
Days = Annotated[int, Field(strict=True, ge=0, le=3660)]
Line = Annotated[str, Field(min_length=1, max_length=400)]


class Part(BaseModel):
    """A part of a policy file: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(Part):
    """One limit.

    Attributes
    ----------
    limit, limit_high
        In ``unit``; ``limit_high`` only where ``bound`` is ``between``; neither where it is ``reported``.
    warn
        On the good side of the limit: from here on the verdict is WARN.
    frequency
        How often the source wants it measured.
    """

    metric: str = Field(description="Name of the quantity; `metric_table.py` has them all.")
    title: str = Field("", max_length=120, description="For reports; the metric's own title where it is left out.")
    roles: tuple[RoleName, ...] = Field(_EVERY_ROLE, min_length=1, description="Roles of displays it holds for.")
    bound: BoundName = Field(description="On which side of the limit a display must lie.")
    limit: Number | None = Field(None, description="The limit, in unit.")
    limit_high: Number | None = Field(None, description="Upper limit of a bound between two.")
    warn: Number | None = Field(None, description="On the good side of the limit: from here on it is WARN.")
    inclusive: Flag = Field(description="Whether the limit itself is still good.")
    unit: str = Field(description="Unit of the limits; must be the metric's.")
    frequency: Frequency = Field(description="How often the source wants it measured.")
    source: Line = Field(description="Where the limit comes from.")
    edition: str = Field("", max_length=120, description="Edition of that source.")
    confirmed: Flag = Field(False, description="Whether someone has read the limit in the standard itself.")
    confirmed_by: str = Field("", max_length=120, description="Who has.")

    @property
    def heading(self) -> str:
        """For people."""
        return self.title or METRICS[self.metric].title

    @property
    def limit_text(self) -> str:
        """``≤ 0.10``, ``> 250 and < 650 cd/m²``; empty for a quantity that is only reported."""
        if self.limit is None:
            return ""
        if self.limit_high is not None:
            low, high = ("≥", "≤") if self.inclusive else (">", "<")
            text = f"{low} {_figure(self.limit, self.unit)} and {high} {_figure(self.limit_high, self.unit)}"
        else:
            sign = {"at most": "≤", "below": "<", "at least": "≥", "above": ">"}[self.bound]
            text = f"{sign} {_figure(self.limit, self.unit)}"
        return text if self.unit in {"fraction", "ratio"} else f"{text} {self.unit}"

    @field_validator("metric")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in METRICS:
            raise ValueError(f"{name} is not a known metric")
        return name

    @field_validator("unit")
    @classmethod
    def _is_the_metrics(cls, unit: str, info: ValidationInfo) -> str:
        metric = METRICS.get(info.data.get("metric", ""))
        if metric is not None and unit != metric.unit:
            raise ValueError(f"{metric.name} is given in {metric.unit}, not in {unit or 'nothing'}")
        return unit

    @model_validator(mode="before")
    @classmethod
    def _inclusive_by_bound(cls, raw: Any) -> Any:
        """``at most`` says by itself that the limit is still good, ``below`` that it is not; ``between`` has to say."""
        if isinstance(raw, dict) and "inclusive" not in raw and raw.get("bound") in {*_INCLUSIVE, "reported"}:
            return {**raw, "inclusive": _INCLUSIVE.get(raw["bound"], True)}
        return raw

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = [*_faults_of_limits(self), *_faults_of_confirmation(self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self


class Task(Part):
    """One check that is due again and again.

    Attributes
    ----------
    check
        Name from `calibration.checks.check_table`: ``daily``, ``monthly``, ``annual`` ...
    every_days
        Longest time from one to the next; 0: once, when the display is put into use (``acceptance``).
    grace_days
        How long it may be late before the display's state expires.
    """

    check: str = Field(pattern=r"^[a-z0-9-]{1,40}$", description="Name of the check.")
    title: Line = Field(description="What people call it.")
    roles: tuple[RoleName, ...] = Field(_EVERY_ROLE, min_length=1, description="Roles of displays it is due for.")
    every: Frequency = Field(description="How often it is due; every_days may make it more often.")
    every_days: Days = Field(description="Days from one check to the next; 0: once, at acceptance.")
    grace_days: Days = Field(description="Days it may be late.")
    source: str = Field("", max_length=400, description="Where the frequency comes from.")
    confirmed: Flag = Field(False, description="Whether someone has read the frequency in the standard itself.")
    confirmed_by: str = Field("", max_length=120, description="Who has.")

    @model_validator(mode="before")
    @classmethod
    def _days_by_word(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "every_days" not in raw and raw.get("every") in DAYS:
            return {**raw, "every_days": DAYS[raw["every"]]}
        return raw

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = _faults_of_confirmation(self)
        if self.every_days > DAYS[self.every] or (self.every_days == 0) != (self.every == "acceptance"):
            faults.append(f"every_days: {self.every_days} days are not {self.every}")
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _figure(number: float, unit: str) -> str:
    return f"{number:.2f}" if unit == "fraction" else f"{number:g}"


def _faults_of_limits(rule: Rule) -> list[str]:
    faults = []
    if (rule.limit is None) != (rule.bound == "reported"):
        faults.append("limit: is left out where the bound is reported, and only there")
    if (rule.limit_high is None) == (rule.bound == "between"):
        faults.append("limit_high: is given where the bound is between, and only there")
    if rule.limit is not None and rule.limit_high is not None and not rule.limit < rule.limit_high:
        faults.append("limit_high: is not above limit")
    if _INCLUSIVE.get(rule.bound, rule.inclusive) != rule.inclusive:
        faults.append(f'inclusive: "{rule.bound}" says otherwise')
    return [*faults, *_faults_of_warn(rule)]


def _faults_of_warn(rule: Rule) -> list[str]:
    if rule.warn is None:
        return []
    if rule.limit is None or rule.bound == "between":
        return ["warn: goes with one limit"]
    is_wrong_side = (rule.bound in _UPPER and rule.warn > rule.limit) or (
        rule.bound in _LOWER and rule.warn < rule.limit
    )
    return ["warn: lies beyond the limit"] if is_wrong_side else []


def _faults_of_confirmation(part: Rule | Task) -> list[str]:
    if part.confirmed == bool(part.confirmed_by.strip()):
        return []
    return ["confirmed_by: names who has read it in the standard, where confirmed is true, and only there"]
