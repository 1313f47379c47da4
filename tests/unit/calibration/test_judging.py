"""From quantities and rules to verdicts: limits, uncertainty, warnings, and what counts over all rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.conformance.judge import ONE_SIDED, judge, provisional_reasons, worst_of
from calibration.conformance.metric_table import quantity
from calibration.conformance.policy import Policy
from calibration.conformance.verdict import Quantity, Verdict, VerdictName
from calibration.readings.meter_identity import MeterIdentity
from workstation.foundation.errors import BadInput

PASS, WARN, FAIL, INCONCLUSIVE = VerdictName.PASS, VerdictName.WARN, VerdictName.FAIL, VerdictName.INCONCLUSIVE
MONTHLY = {"check": "monthly", "title": "Monthly", "every": "monthly", "grace_days": 3}


def policy(*rules: dict[str, object]) -> Policy:
    whole = [{"frequency": "monthly", "source": "a test", **rule} for rule in rules]
    return Policy.model_validate(
        {"schema": "policy/1", "id": "test", "title": "Test", "version": "1", "rules": whole, "tasks": [MONTHLY]}
    )


def contrast(**more: object) -> dict[str, object]:
    return {"metric": "max_contrast_deviation", "bound": "at most", "limit": 0.10, "unit": "fraction", **more}


def judged(value: float, uncertainty: float | None = None, **more: object) -> VerdictName:
    found = [quantity("max_contrast_deviation", value, uncertainty)]
    return judge(policy(contrast(**more)), "diagnostic", found).name


@pytest.mark.parametrize(
    ("bound", "value", "expected"),
    [
        ("at most", 0.10, PASS),
        ("at most", 0.1000001, FAIL),
        ("below", 0.10, FAIL),
        ("below", 0.0999999, PASS),
        ("at least", 0.10, PASS),
        ("at least", 0.0999999, FAIL),
        ("above", 0.10, FAIL),
        ("above", 0.1000001, PASS),
    ],
)
def test_the_limit_itself_is_good_or_not_as_the_bound_says(bound: str, value: float, expected: VerdictName) -> None:
    assert judged(value, bound=bound) is expected


def test_binary_rounding_does_not_decide() -> None:
    assert judged(0.3 - 0.2) is PASS  # 0.09999999999999998 and
    assert judged(0.1 + 1e-17) is PASS
    assert judged(0.7 - 0.6, bound="at most") is PASS  # 0.09999999999999998
    assert judged(1.1 - 1.0, bound="at most") is PASS  # 0.10000000000000009


@pytest.mark.parametrize(
    ("value", "expected"),
    [(250.0, FAIL), (250.1, PASS), (649.9, PASS), (650.0, FAIL), (100.0, FAIL), (900.0, FAIL)],
)
def test_between_two_limits(value: float, expected: VerdictName) -> None:
    rule = {
        "metric": "luminance_ratio",
        "bound": "between",
        "limit": 250,
        "limit_high": 650,
        "inclusive": False,
        "unit": "ratio",
    }
    verdict = judge(policy(rule), "diagnostic", [quantity("luminance_ratio", value)])
    assert verdict.name is expected
    assert verdict.rules[0].limit_text == "> 250 and < 650"


@pytest.mark.parametrize(
    ("value", "uncertainty", "expected"),
    [
        (0.05, 0.049, PASS),
        (0.05, 0.051, INCONCLUSIVE),
        (0.11, 0.02, INCONCLUSIVE),
        (0.12, 0.02, FAIL),
        (0.117, 0.02, FAIL),  # beyond the one-sided 95 %
        (0.12, None, FAIL),
        (0.099, None, PASS),
        (0.12, 0.0, FAIL),
        (0.10, 0.0, PASS),
    ],
)
def test_inside_the_uncertainty_nothing_is_decided(
    value: float, uncertainty: float | None, expected: VerdictName
) -> None:
    assert judged(value, uncertainty) is expected


def test_a_warning_is_on_the_good_side_of_the_limit() -> None:
    assert judged(0.07, warn=0.08) is PASS
    assert judged(0.09, warn=0.08) is WARN
    assert judged(0.11, warn=0.08) is FAIL
    assert judged(0.09, 0.02, warn=0.08) is INCONCLUSIVE
    assert judged(0.13, bound="at least", warn=0.15) is WARN


def test_what_is_absent_stays_out_and_what_is_reported_decides_nothing() -> None:
    reported = {"metric": "jnd_lum", "bound": "reported", "unit": "JND"}
    found = [quantity("jnd_lum", 99.0), quantity("luminance_max", 3.0)]
    verdict = judge(policy(contrast(), reported), "diagnostic", found)
    assert [rule.verdict for rule in verdict.rules] == [VerdictName.NOT_MEASURED, VerdictName.REPORTED]
    assert verdict.name is VerdictName.NOT_MEASURED
    assert not verdict.passes
    assert (verdict.rules[0].value, verdict.rules[1].value) == (None, 99.0)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([PASS, WARN, INCONCLUSIVE, FAIL], FAIL),
        ([PASS, WARN, INCONCLUSIVE], INCONCLUSIVE),
        ([PASS, WARN, VerdictName.NOT_MEASURED], WARN),
        ([PASS, VerdictName.REPORTED], PASS),
        ([VerdictName.REPORTED, VerdictName.NOT_MEASURED], VerdictName.NOT_MEASURED),
        ([], VerdictName.NOT_MEASURED),
    ],
)
def test_the_worst_counts(names: list[VerdictName], expected: VerdictName) -> None:
    assert worst_of(names) is expected


def test_of_several_quantities_of_one_metric_the_worst_counts() -> None:
    found = [quantity("max_contrast_deviation", value, 0.01, str(value)) for value in (0.02, 0.30, 0.05)]
    verdict = judge(policy(contrast()), "diagnostic", found)
    assert (verdict.name, verdict.rules[0].value, verdict.rules[0].detail) == (FAIL, 0.30, "0.3")


def test_only_the_rules_of_the_role_are_judged() -> None:
    rules = policy(contrast(roles=["diagnostic", "mammography"]), contrast(roles=["review"], limit=0.20))
    found = [quantity("max_contrast_deviation", 0.15)]
    assert judge(rules, "diagnostic", found).name is FAIL
    assert judge(rules, "review", found).name is PASS
    with pytest.raises(BadInput, match="no role"):
        judge(rules, "surgery", found)


def test_the_verdict_carries_what_it_was_judged_by() -> None:
    rules = policy(contrast(edition="2005"))
    verdict = judge(rules, "review", [quantity("max_contrast_deviation", 0.02, 0.01)], ["scaled"])
    rule = verdict.rules[0]
    assert (verdict.policy, verdict.policy_version) == ("test", f"1 ({rules.sha256[:12]})")
    assert (verdict.role, verdict.provisional, verdict.passes) == ("review", ("scaled",), True)
    assert (rule.limit, rule.bound, rule.limit_text, rule.frequency) == (0.10, "at most", "≤ 0.10", "monthly")
    assert (rule.source, rule.is_confirmed) == ("a test, 2005", False)


def test_inconclusive_says_what_would_help() -> None:
    repeat = judge(policy(contrast()), "diagnostic", [quantity("max_contrast_deviation", 0.10, 0.03, "step 3")])
    assert repeat.rules[0].detail == "step 3; the limit lies inside the uncertainty: repeat the readings"
    rule = {"metric": "luminance_max", "bound": "at least", "limit": 350, "unit": "cd/m²"}
    found = [quantity("luminance_max", 352, 10.6, repeatability=1.0)]
    assert "better certificate" in judge(policy(rule), "diagnostic", found).rules[0].detail


@pytest.mark.parametrize("wrong", [Quantity("max_contrast_deviation", float("nan"), "fraction")])
def test_nonsense_is_a_bug_and_never_a_verdict(wrong: Quantity) -> None:
    with pytest.raises(ValueError, match="cannot be judged"):
        judge(policy(contrast()), "diagnostic", [wrong])
    with pytest.raises(ValueError, match="cannot be judged"):
        judge(policy(contrast()), "diagnostic", [replace(wrong, value=5.0, unit="%")])
    with pytest.raises(ValueError, match="no metric"):
        quantity("contrast", 1.0)
    with pytest.raises(ValueError, match="finite"):
        quantity("jnd_lum", float("inf"))


@given(st.floats(0, 0.5), st.floats(0, 0.2))
def test_pass_and_fail_never_meet(value: float, uncertainty: float) -> None:
    """More uncertainty may make a verdict INCONCLUSIVE, never turn PASS into FAIL or back."""
    plain, unsure = judged(value), judged(value, uncertainty)
    assert unsure in (plain, INCONCLUSIVE)
    if unsure is FAIL:
        assert value - ONE_SIDED * uncertainty > 0.10 - 1e-9


@given(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0, 0.1))
def test_a_worse_value_never_gets_a_better_verdict(one: float, other: float, uncertainty: float) -> None:
    rank = [PASS, WARN, INCONCLUSIVE, FAIL]
    better, worse = sorted((one, other))
    verdicts = [judged(value, uncertainty, warn=0.08) for value in (better, worse)]
    assert rank.index(verdicts[0]) <= rank.index(verdicts[1])


class TestProvisional:
    TODAY = date(2026, 3, 2)

    def test_a_certificate_that_holds_says_nothing(self) -> None:
        meter = MeterIdentity("spotread", "i1Display", "42", certificate_due=self.TODAY)
        assert provisional_reasons(meter, self.TODAY) == ()
        assert provisional_reasons(None, self.TODAY) == ()

    def test_expired_absent_and_scaled_are_all_told(self) -> None:
        expired = MeterIdentity("minolta", "LS-100", "7", certificate_due=date(2026, 3, 1))
        told = provisional_reasons(expired, self.TODAY, is_scaled=True, others=("hurried",))
        assert "LS-100 7) expired on 2026-03-01" in told[0]
        assert "scaled" in told[1]
        assert told[2] == "hurried"
        assert "is not on file" in provisional_reasons(MeterIdentity("manual"), self.TODAY)[0]


def test_warn_passes_and_the_others_do_not() -> None:
    def verdict(name: VerdictName) -> Verdict:
        return Verdict(name, "p", "1", "review", ())

    assert [name for name in VerdictName if verdict(name).passes] == [PASS, WARN]
