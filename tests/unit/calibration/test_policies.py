"""Policies are data: the shipped ones say what they must, a site's own take their place, faults are named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibration.conformance.metric_table import METRICS
from calibration.conformance.policy import POLICY_IDS, Policy, load_policies, policy_of, read_policy
from calibration.displays.identity import ROLES
from workstation.foundation.errors import BadInput
from workstation.foundation.resources import resource_path

SHIPPED = load_policies()

GOOD = """
schema = "policy/1"
id = "acr"
title = "Our limits"
version = "2"

[[rules]]
metric = "max_contrast_deviation"
bound = "at most"
limit = 0.08
warn = 0.07
unit = "fraction"
frequency = "monthly"
source = "Our physicist"
confirmed = true
confirmed_by = "Dr. Physicist"

[[tasks]]
check = "monthly"
title = "Monthly check"
every = "monthly"
grace_days = 5
"""


def written(folder: Path, text: str, name: str = "own.toml") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(BadInput) as told:
        read_policy(written(folder, text))
    return str(told.value)


def limits(policy: Policy, role: str) -> dict[str, str]:
    return {rule.metric: rule.limit_text for rule in policy.rules_for(role)}


def test_eight_policies_ship_under_the_names_that_scripts_use() -> None:
    assert tuple(SHIPPED) == POLICY_IDS
    assert POLICY_IDS == ("tg18", "tg270", "acr", "iec62563", "din6868-157", "jesra", "ranzcr", "home-office")
    assert [policy.id for policy in SHIPPED.values()] == list(SHIPPED)


@pytest.mark.parametrize("policy", SHIPPED.values(), ids=lambda policy: policy.id)
def test_no_shipped_limit_pretends_to_be_confirmed(policy: Policy) -> None:
    assert not any(part.confirmed or part.confirmed_by for part in (*policy.rules, *policy.tasks))
    assert all(rule.source for rule in policy.rules)
    assert not policy.is_own
    words = " ".join((policy.about, *(rule.source for rule in policy.rules)))
    assert "Not read in the standard" in words or "Lightbox's own" in words


@pytest.mark.parametrize("policy", SHIPPED.values(), ids=lambda policy: policy.id)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_contrast_limit_and_daily_and_yearly_tasks(policy: Policy, role: str) -> None:
    assert limits(policy, role)["max_contrast_deviation"].startswith("≤")
    assert limits(policy, role)["visual_failures"] == "≤ 0 answers"
    every = {task.check: (task.every, task.every_days) for task in policy.tasks_for(role)}
    assert every["daily"] == ("daily", 1)
    # at home there is nobody to accept a display: the first yearly test does it
    assert every.get("acceptance") == (None if policy.id == "home-office" else ("acceptance", 0))
    assert every["annual"][1] == 366


@pytest.mark.parametrize(
    ("name", "role", "expected"),
    [
        ("tg18", "diagnostic", {"max_contrast_deviation": "≤ 0.10", "luminance_max": "≥ 170 cd/m²"}),
        ("tg18", "review", {"max_contrast_deviation": "≤ 0.20", "luminance_ratio": "≥ 100"}),
        ("tg270", "diagnostic", {"uniformity_ludm": "≤ 30 %", "colour_tracking": "≤ 0.01 du'v'"}),
        ("acr", "diagnostic", {"luminance_max": "≥ 350 cd/m²", "luminance_ratio": "> 250 and < 650"}),
        ("acr", "mammography", {"luminance_max": "≥ 420 cd/m²", "luminance_min": "≥ 1.2 cd/m²"}),
        ("acr", "diagnostic", {"uniformity_mld": "< 30 %", "between_colour": "< 0.01 du'v'"}),
        ("din6868-157", "diagnostic", {"luminance_max": "≥ 250 cd/m²", "between_luminance": "< 20 %"}),
        ("din6868-157", "mammography", {"uniformity_mld": "< 25 %", "between_luminance": "< 10 %"}),
        ("din6868-157", "review", {"max_contrast_deviation": "≤ 0.15", "luminance_ratio": "≥ 100"}),
        ("jesra", "diagnostic", {"max_contrast_deviation": "≤ 0.15"}),
        ("jesra", "review", {"max_contrast_deviation": "≤ 0.30"}),
        ("ranzcr", "mammography", {"luminance_max": "≥ 450 cd/m²", "pixels": "≥ 4.2 megapixel"}),
        ("iec62563", "diagnostic", {"max_contrast_deviation": "≤ 0.10", "jnd_lum": ""}),
        ("home-office", "diagnostic", {"max_contrast_deviation": "≤ 0.10", "room_illuminance": "≤ 100 lux"}),
    ],
)
def test_limits_are_those_of_the_reference(name: str, role: str, expected: dict[str, str]) -> None:
    found = limits(SHIPPED[name], role)
    assert {metric: found[metric] for metric in expected} == expected


def test_the_source_says_where_a_limit_was_seen() -> None:
    sources = {rule.metric: rule.source for rule in SHIPPED["acr"].rules_for("diagnostic")}
    assert "from memory" in sources["luminance_max"]
    assert "RadiCS" in sources["uniformity_mld"]
    assert "pacsDisplay" in sources["max_contrast_deviation"]


def test_a_sites_own_copy_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    written(tmp_path / "own", GOOD)
    policies = load_policies(tmp_path / "own")
    assert policies["acr"].is_own
    assert policies["acr"].version_text.startswith("2 (")
    assert limits(policies["acr"], "review") == {"max_contrast_deviation": "≤ 0.08"}
    assert policies["acr"].rules[0].confirmed_by == "Dr. Physicist"
    assert policies["tg18"] == SHIPPED["tg18"]
    assert load_policies(tmp_path / "absent").keys() == SHIPPED.keys()


def test_the_hash_is_of_the_content_only(tmp_path: Path) -> None:
    plain = read_policy(written(tmp_path, GOOD))
    commented = read_policy(written(tmp_path, "# a word\r\n" + GOOD.replace("\n", "\r\n"), "crlf.toml"))
    stricter = read_policy(written(tmp_path, GOOD.replace("0.07", "0.06"), "other.toml"))
    assert plain.sha256 == commented.sha256
    assert plain.sha256 != stricter.sha256
    assert len(plain.sha256) == 64


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('unit = "fraction"', 'unit = "%"\nlimits = 3').replace("grace_days = 5", 'grace_days = "5"')
    told = refusal(tmp_path, text.replace('version = "2"', 'version = "2"\ncolour = "red"'))
    assert "rule 1 (max_contrast_deviation): limits: is not a known key" in told
    assert "task 1 (monthly): grace_days" in told
    assert "colour: is not a known key" in told
    assert "4 faults" in told
    assert "unit: max_contrast_deviation is given in fraction, not in %" in told


@pytest.mark.parametrize(
    ("change", "to", "part"),
    [
        ('unit = "fraction"', 'unit = "%"', "max_contrast_deviation is given in fraction, not in %"),
        ('metric = "max_contrast_deviation"', 'metric = "contrast"', "contrast is not a known metric"),
        ('bound = "at most"', 'bound = "under"', "bound"),
        ('bound = "at most"', 'bound = "between"', "inclusive"),
        ('bound = "at most"', 'bound = "between"\ninclusive = true', "limit_high"),
        ('bound = "at most"', 'bound = "at most"\ninclusive = false', "says otherwise"),
        ('bound = "at most"', 'bound = "reported"', "limit: is left out"),
        ("limit = 0.08\n", "", "limit: is left out where the bound is reported, and only there"),
        ("limit = 0.08", 'limit = "0.08"', "limit"),
        ("limit = 0.08", "limit = nan", "limit"),
        ("warn = 0.07", "warn = 0.09", "warn: lies beyond the limit"),
        ('confirmed_by = "Dr. Physicist"', "", "confirmed_by"),
        ("confirmed = true", "confirmed = false", "confirmed_by"),
        ('frequency = "monthly"', 'frequency = "annual"', "wanted annual, but no task is"),
        ('every = "monthly"', 'every = "monthly"\nevery_days = 400', "400 days are not monthly"),
        ('bound = "at most"', 'roles = ["surgery"]\nbound = "at most"', "roles"),
        ('bound = "at most"', 'roles = ["review"]\nbound = "at most"', "there is no limit for diagnostic"),
        ('id = "acr"', 'id = "ACR 1"', "id"),
        ('schema = "policy/1"', 'schema = "policy/9"', "schema"),
        ('schema = "policy/1"', 'schema = "policy/1"\nis_own = true', "is_own: is not a known key"),
        ("[[tasks]]", "[tasks", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(change: str, to: str, part: str, tmp_path: Path) -> None:
    assert change in GOOD
    told = refusal(tmp_path, GOOD.replace(change, to))
    assert part in told
    assert "own.toml" in told


def test_the_same_metric_twice_for_a_role_is_refused(tmp_path: Path) -> None:
    rule = GOOD[GOOD.index("[[rules]]") : GOOD.index("[[tasks]]")]
    assert "two rules for diagnostic" in refusal(tmp_path, GOOD + rule)


def test_two_own_files_with_one_id_and_a_broken_third_are_all_named(tmp_path: Path) -> None:
    own = tmp_path / "own"
    written(own, GOOD, "a.toml")
    written(own, GOOD, "b.toml")
    written(own, "id = 3", "c.toml")
    with pytest.raises(BadInput) as told:
        load_policies(own)
    assert "b.toml" in str(told.value)
    assert "c.toml" in str(told.value)


def test_an_unknown_policy_is_told_with_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"no policy tg19.*tg18, tg270"):
        policy_of(SHIPPED, "tg19")


def test_a_shipped_policy_can_be_copied_and_edited(tmp_path: Path) -> None:
    text = resource_path("calibration_policies", "tg18.toml").read_text("utf-8")
    confirmed = text.replace("confirmed = false", 'confirmed = true\nconfirmed_by = "Dr. Physicist"', 1)
    policy = read_policy(written(tmp_path, confirmed))
    assert policy.rules[0].confirmed
    assert policy.sha256 != SHIPPED["tg18"].sha256


def test_the_metric_table_is_complete() -> None:
    assert {rule.metric for policy in SHIPPED.values() for rule in policy.rules} <= METRICS.keys()
    assert all(metric.title and metric.unit and metric.about for metric in METRICS.values())
