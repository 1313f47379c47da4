"""Protocol files: what is accepted, what is refused and how, who overrides whom."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from workstation.foundation.errors import BadInput
from workstation.hanging.protocol import Level, Protocol
from workstation.hanging.protocol_files import effective_protocols, general_protocol, load_protocols, shipped_folder

# The agreed example of a protocol (schema hp/1).
_EXAMPLE: dict[str, Any] = {
    "schema": "hp/1",
    "id": "ct-chest-compare",
    "extends": None,
    "level": "SITE",
    "owner": None,
    "enabled": True,
    "name": "CT chest + prior",
    "description": "...",
    "match": [
        {"attr": "study.modalities", "op": "in", "value": ["CT"], "required": True},
        {"attr": "study.body_region", "op": "eq", "value": "CHEST", "weight": 10},
        {"attr": "study.description", "op": "contains", "value": ["THORAX", "CHEST"], "weight": 3},
    ],
    "priors": {
        "count": 1,
        "prefer": [{"same": ["modality", "body_region", "laterality"]}, {"same": ["body_region"]}],
        "order": "most_recent",
        "max_age_days": 1825,
        "fetch": "background",
    },
    "selectors": {
        "axial": {
            "rules": [
                {"attr": "Modality", "op": "eq", "value": "CT", "required": True},
                {"attr": "n_images", "op": ">=", "value": 20, "required": True},
                {"attr": "plane", "op": "eq", "value": "AXIAL", "weight": 5},
            ]
        }
    },
    "screens": {"roles": ["dx1", "dx2"], "min": 1, "fallback": "tile"},
    "stages": [
        {
            "id": "cmp",
            "name": "Current | prior",
            "needs": {"enabled": 2, "passive": 1},
            "viewports": [
                {
                    "id": "cur",
                    "screen": "dx1",
                    "rect": [0, 0, 1, 1],
                    "show": "axial",
                    "from": "current",
                    "rank": 0,
                    "voi": "MEDIASTINUM",
                    "start": "middle",
                    "sync": ["scroll:a", "wl:a"],
                },
                {
                    "id": "pri",
                    "screen": "dx2",
                    "rect": [0, 0, 1, 1],
                    "show": "axial",
                    "from": "prior:1",
                    "sync": ["scroll:a", "wl:a"],
                },
            ],
        }
    ],
}


def _example(**changes: object) -> dict[str, Any]:
    return {**copy.deepcopy(_EXAMPLE), **changes}


def _write(folder: Path, *documents: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for n, document in enumerate(documents):
        (folder / f"p{n}.json").write_text(json.dumps(document), "utf-8")
    return folder


def test_shipped_protocols_load() -> None:
    assert {p.id for p in load_protocols(shipped_folder())} == {"cross-sectional-compare", "projection-compare"}
    assert load_protocols(None) == load_protocols() == load_protocols(shipped_folder())


def test_the_agreed_example_is_accepted(tmp_path: Path) -> None:
    (protocol,) = load_protocols(_write(tmp_path, _EXAMPLE))
    assert protocol.level is Level.SITE
    assert [v.screen for v in protocol.stages[0].viewports] == ["diagnostic:1", "diagnostic:2"]
    assert protocol.stages[0].viewports[1].from_ == "prior:1"


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    wrong = _example(nmae="typo", level="KING")
    wrong["match"][0]["op"] = "is"
    wrong["match"][1]["attr"] = "study.bodypart"
    wrong["stages"][0]["viewports"][0]["rect"] = [0, 0, 2, 1]
    del wrong["stages"][0]["name"]
    broken = tmp_path / "broken"
    _write(broken, wrong)
    (broken / "text.json").write_text("{", "utf-8")
    with pytest.raises(BadInput) as caught:
        load_protocols(broken)
    for word in ("nmae", "level", "match.0.op", "study.bodypart", "rect", "stages.0.name", "p0.json", "text.json"):
        assert word in str(caught.value)


def test_parts_must_fit_together(tmp_path: Path) -> None:
    wrong = _example(selectors={}, priors={"count": 0})
    wrong["match"].append({"attr": "plane", "op": "eq", "value": "AXIAL"})
    wrong["match"].append({"attr": "priors.count", "op": ">=", "value": 1})
    with pytest.raises(BadInput) as caught:
        load_protocols(_write(tmp_path / "a", wrong))
    for word in (
        "no selector axial",
        "prior:1, but priors.count is 0",
        "plane is about one series",
        "priors.count is known",
    ):
        assert word in str(caught.value)
    wrong = _example()
    viewports = wrong["stages"][0]["viewports"]
    viewports[1] |= {"screen": "dx1", "rect": [0.5, 0, 0.5, 1], "like": "nobody", "grid": {"most": 2}}
    viewports.append({"id": "pri", "rect": [0, 0, 0, 1], "grid": {"most": 2, "spread": True}})
    with pytest.raises(BadInput) as caught:
        load_protocols(_write(tmp_path / "b", wrong))
    for word in (
        "cur and pri overlap",
        "no viewport before it",
        "pri is there more than once",
        "no area",
        "only viewport",
    ):
        assert word in str(caught.value)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no folder"):
        load_protocols(tmp_path / "nowhere")


def test_the_nearest_protocol_of_one_id_counts(tmp_path: Path) -> None:
    site = _write(tmp_path / "site", _example())
    own = _write(tmp_path / "own", _example(level="SINGLE_USER", name="Mine"))
    (counting,) = effective_protocols(load_protocols(site, own))
    assert counting.name == "Mine"
    assert effective_protocols(reversed(load_protocols(own, site))) == (counting,)


def test_a_protocol_that_extends_another_inherits_and_replaces_it(tmp_path: Path) -> None:
    site = _write(tmp_path / "site", _example())
    own = {"schema": "hp/1", "id": "mine", "extends": "ct-chest-compare", "level": "SINGLE_USER", "name": "Mine"}
    protocols = load_protocols(site, _write(tmp_path / "own", own))
    (counting,) = effective_protocols(protocols)
    assert counting.id == "mine"
    assert counting.stages == Protocol.model_validate(_EXAMPLE).stages


def test_a_disabled_protocol_does_not_count(tmp_path: Path) -> None:
    assert effective_protocols(load_protocols(_write(tmp_path, _example(enabled=False)))) == ()


def test_circles_and_twins_are_refused(tmp_path: Path) -> None:
    circle = _write(tmp_path / "circle", _example(id="a", extends="b"), _example(id="b", extends="a"))
    with pytest.raises(BadInput, match="extends this one in turn"):
        load_protocols(circle)
    with pytest.raises(BadInput, match="two protocols"):
        load_protocols(_write(tmp_path / "twins", _example(), _example(name="Other")))
    with pytest.raises(BadInput, match="there is no protocol nobody"):
        load_protocols(_write(tmp_path / "orphan", _example(extends="nobody")))


def test_the_general_protocol_is_right_by_its_own_rules() -> None:
    assert general_protocol().stages[0].viewports[0].grid is not None
