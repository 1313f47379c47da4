"""From a response to the record of a LUT, and what is known of the graphics card's own table."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from calibration.checks.making_lut import (
    IDENTITY,
    StackedOnVideoLut,
    calibration_record,
    is_better,
    make_lut,
    withdrawal,
)
from calibration.checks.video_lut import video_lut_in
from calibration.conformance.metric_table import quantity
from calibration.displays.identity import PanelSettings
from calibration.gsdf.errors import UnusableResponse, WrongSpace
from calibration.gsdf.lut_building import build_lut, lut_hash
from calibration.gsdf.response import Response
from calibration.readings.reading import NO_AMBIENT, Ambient, AmbientSource, MeasuredLevel, Reading, Series, Space
from calibration.records.record import Head

AT = datetime(2026, 3, 2, tzinfo=UTC)
CURVE = 0.6 + 409.4 * (np.arange(256) / 255) ** 2.2
HEAD = Head("a" * 32, "EIZO/RX360/1", AT, "Ann", "reading-room-2", "1")


def response(space: Space = Space.DDL, *, includes_ambient: bool = False) -> Series:
    levels = tuple(MeasuredLevel(level, (Reading(float(CURVE[level]), AT),)) for level in range(256))
    return Series("response", space, 256, includes_ambient, levels)


def test_the_table_is_the_nearest_luminance_to_the_gsdf_under_the_ambient_light() -> None:
    made = make_lut(response(), Ambient(0.3, AmbientSource.MEASURED), video_lut="identity")
    assert made.built is not None
    assert np.array_equal(made.built.ddl, build_lut(Response(CURVE), 0.3).ddl)
    assert made.notes == ("213 of 256 grey levels stay distinct.",)


def test_ambient_light_that_the_readings_hold_is_not_added_again() -> None:
    lamb = Ambient(0.3, AmbientSource.MEASURED)
    with_it = make_lut(response(includes_ambient=True), lamb).built
    without = make_lut(response(), NO_AMBIENT).built
    assert with_it is not None
    assert without is not None
    assert with_it.sha256 == without.sha256


def test_readings_that_went_through_a_lut_are_refused() -> None:
    with pytest.raises(WrongSpace):
        make_lut(response(Space.P_VALUE), NO_AMBIENT)


def test_too_few_levels_are_refused() -> None:
    few = Series("response", Space.DDL, 256, False, response().measured[:5])
    with pytest.raises(UnusableResponse):
        make_lut(few, NO_AMBIENT)


def test_nothing_is_stacked_on_a_table_of_the_card_unasked() -> None:
    with pytest.raises(StackedOnVideoLut, match="not stacked"):
        make_lut(response(), NO_AMBIENT, video_lut="not identity")
    stacked = make_lut(response(), NO_AMBIENT, video_lut="not identity", stacks=True)
    assert any("stacked on a table" in note for note in stacked.notes)
    assert any("not known" in note for note in make_lut(response(), NO_AMBIENT).notes)


def test_the_record_names_the_table_by_its_hash() -> None:
    made = make_lut(response(), NO_AMBIENT)
    record = calibration_record(HEAD, PanelSettings(60), NO_AMBIENT, made, source_check="b" * 32, video_lut="identity")
    assert record.lut_sha256 == lut_hash(record.ddl, record.ddl_bits) == made.sha256
    assert (record.levels_in, len(record.ddl), record.ddl_bits) == (256, 256, 8)


def test_a_withdrawn_table_leaves_the_identity() -> None:
    record = withdrawal(HEAD, PanelSettings(60), NO_AMBIENT, "c" * 32)
    assert (record.ddl, record.lut_sha256, record.supersedes) == ((), "", "c" * 32)
    assert IDENTITY.lut is None


def test_better_is_told_only_where_both_are_known() -> None:
    good, bad = ((quantity("max_contrast_deviation", value),) for value in (0.05, 0.5))
    assert is_better(good, bad) is True
    assert is_better(bad, good) is False
    assert is_better(good, ()) is None


XRANDR = """Screen 0: minimum 320 x 200, current 4096 x 2560, maximum 16384 x 16384
DP-1 connected primary 2048x2560+0+0 (0x48) left (normal) 338mm x 422mm
\tIdentifier: 0x42
\tGamma:      {gamma}
\tBrightness: {brightness}
DP-2 connected 2048x2560+2048+0 (0x48) left (normal) 338mm x 422mm
\tGamma:      1.0:1.0:1.0
\tBrightness: 1.0
HDMI-1 disconnected (normal left inverted right x axis y axis)
"""


@pytest.mark.parametrize(
    ("gamma", "brightness", "plug", "known"),
    [
        ("1.0:1.0:1.0", "1.0", "DP-1", "identity"),
        ("1.0:0.8:0.6", "1.0", "DP-1", "not identity"),
        ("1.0:1.0:1.0", "0.8", "DP-1", "not identity"),
        ("1.0:1.0:1.0", "0.0", "DP-1", "unknown"),
        ("1.0:0.8:0.6", "0.8", "DP-2", "identity"),
        ("1.0:0.8:0.6", "0.8", "HDMI-1", "unknown"),
        ("1.0:0.8:0.6", "0.8", "eDP-1", "unknown"),
    ],
)
def test_what_xrandr_tells_of_the_card(gamma: str, brightness: str, plug: str, known: str) -> None:
    assert video_lut_in(XRANDR.format(gamma=gamma, brightness=brightness), plug) == known
