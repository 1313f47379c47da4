"""`calibration gsdf`, `lut` and `evaluate`: columns, keys and exit codes that scripts rely on."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from numpy.typing import NDArray

from calibration.app import commands_on_numbers
from calibration.gsdf.target import target_luminance
from tests.helpers.dcmtk_displays import gamma_panel
from tests.helpers.measured_displays import LEVELS_18, perfect
from workstation.foundation.errors import BadInput


@pytest.fixture
def app() -> typer.Typer:
    """The three commands alone."""
    made = typer.Typer()
    commands_on_numbers.register(made)
    return made


class Said:
    """Exit code and output of one command."""

    def __init__(self, code: int, text: str) -> None:
        self.code, self.text = code, text

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text)))


class Desk:
    def __init__(self, app: typer.Typer, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._app, self._capsys, self._folder = app, capsys, folder

    def run(self, *words: object) -> Said:
        code = self._app([*map(str, words), "--data-dir", str(self._folder / "data")], standalone_mode=False)
        return Said(code or 0, self._capsys.readouterr().out)

    def response(self, luminance: NDArray[np.float64], levels: NDArray[np.int_] = LEVELS_18, sd: float = 0.0) -> Path:
        """A file of one row a level; with ``sd`` of five rows a level that scatter."""
        random = np.random.default_rng(11)
        times = 5 if sd else 1
        rows = [
            f"{level},{value * (1 + sd * random.standard_normal()):.6f}"
            for level, value in zip(levels, luminance, strict=True)
            for _ in range(times)
        ]
        path = self._folder / "response.csv"
        path.write_text("\n".join(["level,luminance_cd_m2", *rows, ""]), "utf-8")
        return path

    def evaluated(self, path: Path, *words: object, policy: str = "tg18") -> Said:
        return self.run("evaluate", "--response", path, "--policy", policy, "--json", *words)


@pytest.fixture
def desk(app: typer.Typer, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Desk:
    return Desk(app, capsys, tmp_path)


class TestGsdf:
    def test_columns_and_values(self, desk: Desk) -> None:
        said = desk.run("gsdf", "--min", 1, "--max", 350, "--ambient", 0.2, "--levels", 18)
        assert said.text.splitlines()[0] == "level,p_value,luminance_cd_m2"
        assert [int(row["level"]) for row in said.rows] == list(range(18))
        assert [float(row["p_value"]) for row in said.rows] == pytest.approx([i / 17 for i in range(18)], abs=1e-9)
        wanted = target_luminance(np.arange(18) / 17, 1, 350, 0.2)
        assert [float(row["luminance_cd_m2"]) for row in said.rows] == pytest.approx(wanted.tolist(), abs=1e-6)

    def test_json(self, desk: Desk) -> None:
        rows = desk.run("gsdf", "--min", 0.5, "--max", 500, "--json").json
        assert len(rows) == 256
        assert rows[0].keys() == {"level", "p_value", "luminance_cd_m2"}
        assert (rows[0]["p_value"], rows[-1]["p_value"]) == (0.0, 1.0)

    @pytest.mark.parametrize(
        "words",
        [
            ("--min", 0.01, "--max", 350),
            ("--min", 350, "--max", 1),
            ("--min", 1, "--max", 5000),
            ("--min", "nan", "--max", 350),
            ("--min", 1, "--max", 350, "--levels", 1),
            ("--min", 1, "--max", 350, "--ambient", -1),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, desk: Desk, words: tuple[object, ...]) -> None:
        with pytest.raises(BadInput) as told:
            desk.run("gsdf", *words)
        assert told.value.exit_code == 2
        assert "--" in str(told.value)


class TestLut:
    def test_columns_and_values(self, desk: Desk) -> None:
        path = desk.response(gamma_panel(0.6, 410), np.arange(256))
        said = desk.run("lut", "--response", path, "--ambient", 0.2)
        assert said.text.splitlines()[0] == "p_value,ddl"
        ddls = [int(row["ddl"]) for row in said.rows]
        assert [int(row["p_value"]) for row in said.rows] == list(range(256))
        assert ddls == sorted(ddls)
        assert (ddls[0], ddls[-1]) == (0, 255)
        assert len(set(ddls)) == 213

    def test_more_p_values_and_json(self, desk: Desk) -> None:
        path = desk.response(gamma_panel(0.6, 410)[LEVELS_18])
        found = desk.run("lut", "--response", path, "--levels", 1024, "--json").json
        assert (found["ddl_bits"], len(found["lut"]), len(found["sha256"])) == (8, 1024, 64)
        assert found["lut"][-1] == {"p_value": 1023, "ddl": 255}

    def test_the_lut_mends_the_display(self, desk: Desk) -> None:
        """The whole way by command: FAIL, build the LUT, read through it, PASS."""
        panel = gamma_panel(0.5, 410)
        bare = desk.response(panel, np.arange(256))
        assert desk.evaluated(bare, "--ambient", 0.25).code == 1
        rows = desk.run("lut", "--response", bare, "--ambient", 0.25).rows
        through = panel[[int(rows[level]["ddl"]) for level in LEVELS_18]]
        found = desk.evaluated(desk.response(through), "--ambient", 0.25)
        assert found.code == 0
        assert found.json["max_contrast_deviation"] == pytest.approx(0.0565, abs=0.001)


class TestEvaluate:
    def test_keys(self, desk: Desk) -> None:
        found = desk.evaluated(desk.response(perfect()), "--ambient", 0.2).json
        assert (found["verdict"], found["policy"], found["role"]) == ("PASS", "tg18", "diagnostic")
        assert 0 <= found["max_contrast_deviation"] < 0.001
        rules = {rule["metric"]: rule for rule in found["rules"]}
        contrast = rules["max_contrast_deviation"]
        assert {"metric", "value", "limit", "uncertainty", "verdict", "confirmed"} <= contrast.keys()
        assert (contrast["limit"], contrast["verdict"], contrast["confirmed"]) == (0.10, "PASS", False)
        assert contrast["value"] == found["max_contrast_deviation"]
        assert rules["uniformity_mld"]["verdict"] == "NOT_MEASURED"
        assert rules["uniformity_mld"]["value"] is None
        assert len(found["contrast_response"]) == 17

    def test_exit_codes(self, desk: Desk) -> None:
        fine = desk.response(perfect())
        assert desk.evaluated(fine, "--ambient", 0.2).code == 0
        found = desk.evaluated(fine, "--ambient", 0.4)  # WARN: more than a quarter of Lmin
        assert (found.json["verdict"], found.code) == ("WARN", 0)
        found = desk.evaluated(desk.response(gamma_panel(0.6, 410)[LEVELS_18]))
        assert (found.json["verdict"], found.code) == ("FAIL", 1)
        found = desk.evaluated(desk.response(perfect()), "--ambient", 0.2, "--reading-sd", 0.02)
        assert (found.json["verdict"], found.code) == ("INCONCLUSIVE", 1)

    def test_one_row_a_level_is_never_inconclusive(self, desk: Desk) -> None:
        changed = perfect()
        changed[8] *= 1.0291  # about 10 %
        for policy in ("tg18", "acr", "home-office"):
            found = desk.evaluated(desk.response(changed), policy=policy).json
            assert [rule["uncertainty"] for rule in found["rules"]] == [None] * len(found["rules"])
            assert "INCONCLUSIVE" not in {found["verdict"], *(rule["verdict"] for rule in found["rules"])}

    def test_five_rows_a_level_tell_their_own_uncertainty(self, desk: Desk) -> None:
        found = desk.evaluated(desk.response(perfect(), sd=0.005), "--ambient", 0.2).json
        contrast = found["rules"][0]
        assert contrast["verdict"] == "PASS"
        assert 0.01 < contrast["uncertainty"] < 0.06

    def test_ambient_light_held_by_the_readings_is_not_added_again(self, desk: Desk) -> None:
        beside = desk.evaluated(desk.response(perfect()), "--ambient", 0.2).json
        within = desk.evaluated(desk.response(perfect() + 0.2), "--ambient", 0.2, "--includes-ambient").json
        assert beside["max_contrast_deviation"] == pytest.approx(within["max_contrast_deviation"], abs=1e-6)
        twice = desk.evaluated(desk.response(perfect() + 0.2), "--ambient", 0.2).json
        assert twice["max_contrast_deviation"] > 0.02

    def test_the_role_chooses_the_limits(self, desk: Desk) -> None:
        changed = perfect()
        changed[8] *= 1.05
        path = desk.response(changed)
        assert desk.evaluated(path, "--role", "review").code == 0
        assert desk.evaluated(path, "--role", "diagnostic").code == 1

    def test_readings_taken_through_a_lut_must_be_said_to_be(self, desk: Desk, tmp_path: Path) -> None:
        path = tmp_path / "p.csv"
        rows = [f"{level},{value:.6f}" for level, value in zip(LEVELS_18, perfect(), strict=True)]
        path.write_text("\n".join(["p_value,luminance_cd_m2", *rows]), "utf-8")
        assert desk.evaluated(path, "--ambient", 0.2, "--space", "p_value").code == 0
        with pytest.raises(BadInput):
            desk.evaluated(path, "--ambient", 0.2)

    def test_the_gsdf_command_feeds_it(self, desk: Desk, tmp_path: Path) -> None:
        path = tmp_path / "target.csv"
        path.write_text(desk.run("gsdf", "--min", 1, "--max", 350, "--levels", 18).text, "utf-8")
        assert desk.evaluated(path).json["verdict"] == "PASS"

    def test_the_words_for_people_begin_with_the_verdict(self, desk: Desk) -> None:
        text = desk.run("evaluate", "--response", desk.response(perfect()), "--policy", "acr", "--ambient", 0.2).text
        assert text.startswith("PASS: ACR-AAPM-SIIM")
        assert "Limit not confirmed" in text
        assert "no meter is known" in text

    def test_the_sites_own_policy_is_used(self, desk: Desk, tmp_path: Path) -> None:
        from calibration.checks.opening import POLICIES
        from workstation.foundation.resources import resource_path
        from workstation.site.folders import folders_for

        own = folders_for(tmp_path / "data").config / POLICIES
        own.mkdir(parents=True)
        text = resource_path("calibration_policies", "tg18.toml").read_text("utf-8")
        (own / "tg18.toml").write_text(text.replace("limit = 170", "limit = 400"), "utf-8")
        assert desk.evaluated(desk.response(perfect()), "--ambient", 0.2).json["verdict"] == "FAIL"

    @pytest.mark.parametrize(
        ("words", "part"),
        [
            (("--policy", "tg19"), "no policy tg19"),
            (("--role", "surgery"), "no role"),
            (("--reading-sd", 0.5), "0.005 for 0.5 %"),
            (("--ambient", "inf"), "--ambient"),
            (("--space", "grey"), "--space"),
            (("--response", "absent.csv"), "absent.csv"),
        ],
    )
    def test_bad_input_is_told_in_one_line(self, desk: Desk, words: tuple[object, ...], part: str) -> None:
        with pytest.raises(BadInput) as told:
            desk.evaluated(desk.response(perfect()), *words)
        assert part in str(told.value)
        assert "\n" not in str(told.value)
