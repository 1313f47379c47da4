"""Joining what the windowing system says with EDIDs: only where it is certain, else a weak identity that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from calibration.app.attached_displays import display_named
from calibration.displays.attached import SeenScreen, attached
from calibration.displays.edid_sources import PluggedEdid, drm_edids, plug_name, system_edids
from calibration.displays.identity import DisplayFacts
from tests.helpers.edids import an_edid
from workstation.foundation.errors import BadInput


def plug_in(folder: Path, plugs: Mapping[str, bytes]) -> Path:
    """A folder as /sys/class/drm is: one folder a plug, and others beside them."""
    for name, raw in plugs.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "edid").write_bytes(raw)
    (folder / "card0").mkdir(parents=True, exist_ok=True)
    (folder / "version").write_text("drm 1.1.0")
    return folder


def found(folder: Path, screens: Sequence[SeenScreen], plugs: Mapping[str, bytes]) -> tuple[DisplayFacts, ...]:
    plug_in(folder, plugs)
    return attached(screens, lambda: drm_edids(folder))


def test_a_monitor_is_known_by_its_edid(tmp_path: Path) -> None:
    screen = SeenScreen("DP-1", "Eizo", "RX560", "21984077", 2048, 2560, 300, 400)
    (facts,) = found(tmp_path, [screen], {"card0-DP-1": an_edid(), "card0-HDMI-A-1": b""})
    assert facts.identity.key == "ENC/RX560/21984077"
    assert facts.identity.title == "ENC RX560 21984077 (DP-1)"
    assert (facts.width_mm, facts.height_mm, facts.made) == (338, 422, "week 12 of 2024")
    assert facts.pitch_mm == pytest.approx(0.165, abs=1e-3)
    assert len(facts.edid_sha256) == 64


@pytest.mark.parametrize(
    ("seen", "plug", "same"),
    [
        ("DP-1", "card0-DP-1", True),
        ("DP1", "card0-DP-1", True),
        ("HDMI-1", "card1-HDMI-A-1", True),
        ("HDMI-A-1", "card0-HDMI-A-1", True),
        ("eDP1", "card0-eDP-1", True),
        ("DVI-D-1", "card0-DVI-D-1", True),
        ("eDP-1", "card0-DP-1", False),
        ("DP-2", "card0-DP-1", False),
        ("DP-0", "card0-DP-1", False),
        ("DisplayPort-1", "card0-DP-1", False),
        ("\\\\.\\DISPLAY1", "card0-DP-1", False),
    ],
)
def test_spellings_of_one_plug_are_brought_together_and_numbers_never(seen: str, plug: str, same: bool) -> None:
    assert (plug_name(seen) == plug_name(plug)) is same


@pytest.mark.parametrize("name", ["DP-0", "DisplayPort-0", "anything"])
def test_another_name_for_the_plug_is_bridged_by_the_serial_number(tmp_path: Path, name: str) -> None:
    screens = [SeenScreen(name, "", "RX560", "21984078", 2048, 2560)]
    plugs = {"card0-DP-1": an_edid(), "card0-DP-2": an_edid(serial="21984078", number=21984078)}
    (facts,) = found(tmp_path, screens, plugs)
    assert facts.identity.serial == "21984078"
    assert facts.identity.connector == name


def test_a_model_that_is_there_once_is_enough(tmp_path: Path) -> None:
    screens = [SeenScreen("DP-0", "", "RX560", "", 2048, 2560), SeenScreen("DP-4", "", "U2720Q", "", 3840, 2160)]
    plugs = {"card0-DP-1": an_edid(), "card0-DP-2": an_edid(maker="DEL", name="U2720Q", serial="5KX7V13")}
    first, second = found(tmp_path, screens, plugs)
    assert (first.identity.key, second.identity.key) == ("ENC/RX560/21984077", "DEL/U2720Q/5KX7V13")


def test_an_edid_that_contradicts_the_system_is_somebody_elses(tmp_path: Path) -> None:
    screens = [SeenScreen("DP-1", "Dell", "U2720Q", "", 3840, 2160), SeenScreen("DP-2", "", "RX560", "11112222")]
    first, second = found(tmp_path, screens, {"card0-DP-1": an_edid(), "card0-DP-2": an_edid(serial="33334444")})
    assert first.identity.is_weak
    assert first.identity.model == "U2720Q"
    assert second.identity.serial == "11112222"
    assert second.edid_sha256 == ""


def test_two_cards_with_the_same_plug_are_not_guessed_at(tmp_path: Path) -> None:
    plugs = {"card0-DP-1": an_edid(), "card1-DP-1": an_edid(serial="33334444", number=33334444)}
    (facts,) = found(tmp_path, [SeenScreen("DP-1", width_px=2048, height_px=2560)], plugs)
    assert facts.identity.is_weak
    assert facts.identity.key == "DP-1:2048x2560"


def test_two_monitors_without_a_serial_are_told_apart_by_their_plugs_only(tmp_path: Path) -> None:
    raw = an_edid(serial="", number=0)
    screens = [SeenScreen("DP-1", "", "RX560", "", 2048, 2560), SeenScreen("DP-2", "", "RX560", "", 2048, 2560)]
    first, second = found(tmp_path, screens, {"card0-DP-1": raw, "card0-DP-2": raw})
    assert first.identity.is_weak
    assert second.identity.is_weak
    assert first.identity.key != second.identity.key


def test_a_serial_that_two_monitors_give_is_no_serial(tmp_path: Path) -> None:
    screens = [SeenScreen("DP-1", "", "RX560", "", 2048, 2560), SeenScreen("DP-2", "", "RX560", "", 2048, 2560)]
    first, second = found(tmp_path, screens, {"card0-DP-1": an_edid(), "card0-DP-2": an_edid()})
    assert (first.identity.serial, second.identity.serial) == ("", "")
    assert first.identity.key != second.identity.key


def test_a_monitor_turned_on_its_stand_has_its_size_turned(tmp_path: Path) -> None:
    (facts,) = found(tmp_path, [SeenScreen("DP-1", width_px=2560, height_px=2048)], {"card0-DP-1": an_edid()})
    assert (facts.width_mm, facts.height_mm) == (422, 338)


def test_a_garbled_edid_leaves_a_weak_identity(tmp_path: Path) -> None:
    raw = bytearray(an_edid())
    raw[40] ^= 1
    (facts,) = found(tmp_path, [SeenScreen("DP-1", width_px=800, height_px=600)], {"card0-DP-1": bytes(raw)})
    assert facts.identity.is_weak


def test_without_any_source_the_system_is_believed() -> None:
    with_serial, without, nameless = attached(
        [
            SeenScreen("DP-1", "Eizo", "RX560", "21984077", 2048, 2560, 338, 422),
            SeenScreen("DP-2", "Eizo", "RX560", "0", 2048, 2560),
            SeenScreen("", width_px=800, height_px=600),
        ],
        tuple,
    )
    assert with_serial.identity.key == "Eizo/RX560/21984077"
    assert with_serial.width_mm == 338
    assert without.identity.is_weak
    assert nameless.identity.connector == "screen 3"


def test_what_the_system_of_this_computer_says_never_raises(tmp_path: Path) -> None:
    assert all(isinstance(each, PluggedEdid) for each in system_edids())
    assert drm_edids(tmp_path / "absent") == ()


def test_a_display_is_named_by_plug_serial_key_or_number() -> None:
    displays = attached(
        [SeenScreen("DP-1", "Eizo", "RX560", "21984077", 2048, 2560), SeenScreen("DP-2", width_px=800, height_px=600)],
        list[PluggedEdid],
    )
    for text in ("DP-1", "dp-1", "21984077", "Eizo/RX560/21984077", "1"):
        assert display_named(text, displays) is displays[0]
    assert display_named("2", displays) is displays[1]
    with pytest.raises(BadInput, match=r"no display '3' here.*1 \(Eizo RX560 21984077 \(DP-1\)\), 2 \(DP-2\)"):
        display_named("3", displays)
