"""The screens file and the numbering of roles."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.hanging_studies import a_screen, reading_room
from workstation.foundation.errors import BadInput
from workstation.hanging.screen_pool import left_out_screens, usable_screens
from workstation.hanging.screens import load_screens, numbered, screens_from_json


def _entry(name: str, x: int, y: int = 0, role: str = "diagnostic", **more: object) -> dict[str, Any]:
    return {"name": name, "x": x, "y": y, "width": 2048, "height": 2560, "role": role, **more}


def test_roles_are_numbered_left_to_right_then_top_to_bottom() -> None:
    entries = [
        _entry("R", 4000, -40),
        _entry("L", 1920, 0),
        _entry("low", 1920, 2560),
        _entry("list", 0, 500, "report"),
    ]
    for order in permutations(entries):
        screens = screens_from_json({"screens": list(order)})
        assert {s.name: s.id for s in screens} == {
            "L": "diagnostic:1",
            "R": "diagnostic:2",
            "low": "diagnostic:3",
            "list": "report:1",
        }


def test_fitness_is_unchecked_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "screens.json"
    path.write_text(json.dumps({"screens": [_entry("A", 0), _entry("B", 2048, fitness="due", serial="1")]}), "utf-8")
    assert [s.fitness for s in load_screens(path)] == ["unchecked", "due"]
    told = screens_from_json({"screens": [_entry("A", 0)]}, fitness={"A": "fit"})
    assert told[0].fitness == "fit"


def test_every_fault_of_a_screens_file_is_named(tmp_path: Path) -> None:
    wrong = [{"name": 3, "x": 1.5, "y": 0, "width": 0, "height": True, "role": "tv"}, "no"]
    with pytest.raises(BadInput) as caught:
        screens_from_json({"screens": wrong})
    for word in (
        "screen 1: x",
        "width must be more",
        "height must be a whole",
        "name must",
        "role must",
        "screen 2: must",
    ):
        assert word in str(caught.value)
    for nothing in ({}, [], {"screens": []}, None):
        with pytest.raises(BadInput):
            screens_from_json(nothing)
    with pytest.raises(BadInput, match="cannot be read"):
        load_screens(tmp_path / "none.json")


def test_fit_screens_come_first_then_unchecked_or_due() -> None:
    screens = reading_room(fitness=("unchecked", "fit"))
    pool = usable_screens(screens, "diagnostic", override=False)
    assert [(u.screen.id, bool(u.warning)) for u in pool] == [("diagnostic:2", False), ("diagnostic:1", True)]


def test_expired_and_failed_screens_need_the_readers_override() -> None:
    screens = reading_room(fitness=("failed", "fit"))
    assert [u.screen.id for u in usable_screens(screens, "diagnostic", override=False)] == ["diagnostic:2"]
    assert [s.screen_id for s in left_out_screens(screens, override=False)] == ["diagnostic:1"]
    for override in (True, {"diagnostic:1"}):
        pool = usable_screens(screens, "diagnostic", override=override)
        assert [u.screen.id for u in pool] == ["diagnostic:2", "diagnostic:1"]
        assert "failed" in pool[1].warning
        assert left_out_screens(screens, override=override) == ()


def test_without_a_diagnostic_screen_the_next_best_kind_is_used_with_a_warning() -> None:
    screens = numbered([a_screen("report"), a_screen("review", 3000)])
    (only,) = usable_screens(screens, "diagnostic", override=False)
    assert only.screen.id == "review:1"
    assert "not a diagnostic screen" in only.warning
    (only,) = usable_screens(screens[:1], "mammography", override=False)
    assert only.screen.id == "report:1"


def test_mammography_goes_to_its_own_screens_then_to_diagnostic_ones() -> None:
    screens = numbered([a_screen("diagnostic"), a_screen("mammography", 3000)])
    pool = usable_screens(screens, "mammography", override=False)
    assert [u.screen.role for u in pool] == ["mammography", "diagnostic"]
