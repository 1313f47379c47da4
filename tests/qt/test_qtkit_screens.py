"""Which monitor plays which role, and that plugging is noticed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workstation.qtkit.screens import ScreenDescription, ScreenMap, identity_of, with_roles


def _screen(name: str, x: int, y: int, width: int, height: int, **more: object) -> ScreenDescription:
    identity = identity_of(name, "", "", str(more.get("serial", "")), (x, y, width, height))
    return ScreenDescription(identity, name, x, y, width, height, **more)  # type: ignore[arg-type]


REPORT = _screen("REPORT", 0, 0, 1920, 1080)
LEFT = _screen("DIAG-L", 1920, 0, 2048, 2560)
RIGHT = _screen("DIAG-R", 3968, 0, 2048, 2560)


def _ids(screens: tuple[ScreenDescription, ...]) -> dict[str, str]:
    return {screen.name: screen.id for screen in screens}


def test_the_small_landscape_screen_is_for_the_report() -> None:
    assert _ids(with_roles([RIGHT, REPORT, LEFT], {})) == {
        "REPORT": "report:1",
        "DIAG-L": "diagnostic:1",
        "DIAG-R": "diagnostic:2",
    }


@given(st.permutations([REPORT, LEFT, RIGHT]))
def test_the_order_of_discovery_does_not_matter(order: list[ScreenDescription]) -> None:
    assert with_roles(order, {}) == with_roles([REPORT, LEFT, RIGHT], {})


def test_the_reader_decides_by_name_or_serial() -> None:
    mammo = replace(RIGHT, maker="EIZO", model="GX560", serial="42")
    roles = _ids(with_roles([REPORT, LEFT, mammo], {"DIAG-L": "report", "EIZO/GX560/42": "mammography"}))
    assert roles == {"DIAG-L": "report:1", "DIAG-R": "mammography:1", "REPORT": "diagnostic:1"}


def test_an_unknown_role_is_as_good_as_none() -> None:
    assert _ids(with_roles([REPORT, LEFT], {"DIAG-L": "cinema"}))["DIAG-L"] == "diagnostic:1"


def test_one_screen_is_the_report_screen() -> None:
    assert with_roles([LEFT], {})[0].id == "report:1"


def test_equal_screens_leave_the_primary_to_the_report() -> None:
    one, two = _screen("A", 0, 0, 1920, 1080), _screen("B", 1920, 0, 1920, 1080, is_primary=True)
    assert _ids(with_roles([one, two], {})) == {"A": "diagnostic:1", "B": "report:1"}


def test_a_pair_of_small_diagnostic_screens_is_not_taken_for_the_report() -> None:
    pair = [_screen("L", 1920, 0, 1600, 1200), _screen("R", 3520, 0, 1600, 1200)]
    assert _ids(with_roles([REPORT, *pair], {}))["REPORT"] == "report:1"
    assert _ids(with_roles([REPORT, pair[0]], {}))["REPORT"] == "report:1"


def test_screens_above_each_other_are_numbered_row_by_row() -> None:
    spots = {"C": (0, 1080), "D": (1920, 1100), "A": (0, 0), "B": (1920, 10)}
    screens = [_screen(name, x, y, 1920, 1080) for name, (x, y) in spots.items()]
    assert [s.name for s in with_roles(screens, dict.fromkeys(spots, "diagnostic"))] == ["A", "B", "C", "D"]


def test_a_small_report_screen_beside_tall_ones_keeps_the_row() -> None:
    low = _screen("REPORT", 0, 1400, 1920, 1080)
    assert [s.id for s in with_roles([RIGHT, low, LEFT], {})] == ["report:1", "diagnostic:1", "diagnostic:2"]


def test_logical_size_follows_the_scale() -> None:
    assert _screen("HI", 0, 0, 3000, 2000, scale=2.0).logical_rect == (0, 0, 1500, 1000)


def test_the_map_sees_the_screens_qt_has_and_new_wishes(qtbot: QtBot, qapp: QApplication) -> None:
    screens = ScreenMap({})
    (only,) = screens.screens()
    assert only.id == "report:1"
    assert screens.qt_screen(only) is qapp.primaryScreen()
    with qtbot.waitSignal(screens.changed, timeout=1000):
        screens.set_wishes({only.name: "diagnostic"})
    assert [s.id for s in screens.with_role("diagnostic")] == ["diagnostic:1"]


_SCRIPT = """
from PySide6.QtWidgets import QApplication
from workstation.qtkit.screens import ScreenMap
application = QApplication([])
print({s.name: s.id for s in ScreenMap({}).screens()})
"""


def test_three_named_screens_from_qt_itself(tmp_path: Path) -> None:
    file = tmp_path / "screens.json"
    spots = [("A-REPORT", 0, 1920, 1080), ("B-LEFT", 1920, 2048, 2560), ("C-RIGHT", 3968, 2048, 2560)]
    file.write_text(
        json.dumps({"screens": [{"name": n, "x": x, "y": 0, "width": w, "height": h} for n, x, w, h in spots]})
    )
    checkout = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={file}", "PYTHONPATH": checkout}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == str({"A-REPORT": "report:1", "B-LEFT": "diagnostic:1", "C-RIGHT": "diagnostic:2"})
