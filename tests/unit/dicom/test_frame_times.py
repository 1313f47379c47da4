from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from workstation.dicom.frame_times import frame_time_ms_of, trim_of
from workstation.dicom.private_values import private_numbers, private_text


def dataset(**attributes: Any) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"FrameTime": 40}, 40.0),
        ({"FrameTimeVector": [0, 30, 50]}, 40.0),
        ({"FrameTime": 20, "FrameTimeVector": [0, 30, 50], "FrameIncrementPointer": 0x00181065}, 40.0),
        ({"FrameTime": 20, "FrameTimeVector": [0, 30, 50], "FrameIncrementPointer": 0x00181063}, 20.0),
        ({"FrameTime": 10, "RecommendedDisplayFrameRate": 25}, 40.0),
        ({"RecommendedDisplayFrameRateInFloat": 12.5, "RecommendedDisplayFrameRate": 12}, 80.0),
        ({"CineRate": 50}, 20.0),
        ({"CineRate": 50, "FrameTime": 0}, 20.0),
        ({"ActualFrameDuration": 500}, 500.0),
        ({"ActualFrameDuration": 60000}, None),
        ({"FrameTimeVector": [0]}, None),
        ({"CineRate": 0}, None),
        ({}, None),
    ],
)
def test_pace_of_an_object(attributes: dict[str, Any], expected: float | None) -> None:
    assert frame_time_ms_of(dataset(**attributes)) == expected


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (None, None, None),
        (3, 6, (2, 5)),
        (None, 6, (0, 5)),
        (3, None, (2, 9)),
        (1, 10, None),
        (6, 3, None),
        (0, 99, None),
    ],
)
def test_part_to_be_played(start: int | None, stop: int | None, expected: tuple[int, int] | None) -> None:
    given = {name: value for name, value in (("StartTrim", start), ("StopTrim", stop)) if value is not None}
    assert trim_of(dataset(**given), 10) == expected


def test_private_values_are_found_by_their_creator() -> None:
    made = Dataset()
    made.private_block(0x0019, "SOMEBODY", create=True).add_new(0x0C, "IS", "7")
    made.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0C, "IS", "1000")
    made.private_block(0x0019, "SIEMENS MR HEADER").add_new(0x0D, "UN", b"DIRECTIONAL ")
    made.private_block(0x0019, "SIEMENS MR HEADER").add_new(0x0E, "UN", b"1.0\\0.5\\x")
    assert private_numbers(made, 0x0019, "SIEMENS MR HEADER", 0x0C) == (1000.0,)
    assert private_text(made, 0x0019, "SIEMENS MR HEADER", 0x0D) == "DIRECTIONAL"
    assert private_numbers(made, 0x0019, "SIEMENS MR HEADER", 0x0E) == ()
    assert private_numbers(made, 0x0019, "NOBODY", 0x0C) == ()
