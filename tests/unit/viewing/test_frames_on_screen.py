"""What viewports make of frames: texts and windows of the frame shown, clips at one place, the part to be played."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.enhanced_objects import enhanced_object, frame
from tests.helpers.hanging_studies import a_display_set, a_header, a_stack
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.header import FrameDetails
from workstation.dicom.reading import header_of
from workstation.dicom.voi import Window
from workstation.viewing.annotations import annotations_of, technique_text
from workstation.viewing.linked_scrolling import Anchor, are_scrolled_together, followed, index_beside
from workstation.viewing.viewport_state import ViewportState


def enhanced() -> DisplaySet:
    frames = [
        {
            **frame(2.0 * n, FrameAcquisitionDateTime=f"2024061010150{n}"),
            "FrameVOILUTSequence": {"WindowCenter": 40 + n, "WindowWidth": 80},
            "MREchoSequence": {"EffectiveEchoTime": 10.0 + n},
        }
        for n in range(5)
    ]
    (found,) = display_sets_of([header_of(enhanced_object(frames, modality="MR"))])
    return found


def test_texts_and_window_are_the_frames_own() -> None:
    state = ViewportState(enhanced(), index=3)
    texts = annotations_of(state, "full")
    assert texts.bottom_left == ("W 80  L 43",)
    assert texts.bottom_right == ("TE 13 ms", "2 mm  at 6.0 mm", "4 / 5")
    assert texts.top_right[-1] == "10 Jun 2024  10:15:03"


def test_the_files_window_follows_the_frame_until_the_reader_chooses_one() -> None:
    state = ViewportState(enhanced())
    assert [state.at(n).window() for n in (0, 4)] == [Window(40, 80), Window(44, 80)]
    dragged = state.windowed_by(10, 0)
    assert dragged.at(4).window() == dragged.window() != Window(44, 80)
    assert dragged.reset().at(4).window() == Window(44, 80)


def test_what_is_wrong_with_a_stack_is_written_at_both_levels() -> None:
    holed = [h for n, h in enumerate(a_stack("1", 2, images=20)) if n not in (7, 8)]
    state = ViewportState(a_display_set(holed))
    told = ("2 images seem to be missing between 7 and 8 (gap 15 mm, usual 5 mm)",)
    assert [annotations_of(state, level).notices for level in ("full", "minimal", "off")] == [told, told, ()]


@pytest.mark.parametrize(
    ("details", "text"),
    [
        (FrameDetails(b_value=1000.0), "b 1000"),
        (FrameDetails(cardiac_percent=75.0), "75 % RR"),
        (FrameDetails(cardiac_delay_ms=320.0), "ECG + 320 ms"),
        (FrameDetails(cardiac_delay_ms=0.0), ""),
        (FrameDetails(cardiac_delay_ms=30000.0), ""),
        (FrameDetails(energy_kev=40.0), "40 keV"),
        (FrameDetails(positioner_angles=(-30.2, 20.0)), "RAO 30  CRAN 20"),
        (FrameDetails(positioner_angles=(5.0, -10.0)), "LAO 5  CAUD 10"),
    ],
)
def test_how_a_picture_was_made(details: FrameDetails, text: str) -> None:
    assert technique_text(a_header("1.1", details=details)) == text


def test_what_the_title_says_is_not_said_twice() -> None:
    header = a_header("1.1", details=FrameDetails(b_value=1000.0), echo_time_ms=69.0)
    assert technique_text(header, besides="b 1000, direction 1 of 3") == "TE 69 ms"


def test_a_clip_at_one_place_is_not_scrolled_by_a_stack() -> None:
    (first, *_) = a_stack("1", 2, images=1, frame_of_reference="a")
    beats = [replace(first, sop_uid=f"c{n}", details=FrameDetails(temporal_position=n)) for n in range(10)]
    clip, stack = a_display_set(beats), a_display_set(a_stack("1", 3, images=20, frame_of_reference="a"))
    other = replace(clip, uid="other")
    assert not are_scrolled_together(clip, stack)
    assert index_beside(ViewportState(stack, index=4), clip) is None
    assert followed(ViewportState(clip, index=6), ViewportState(other, index=3), Anchor(5, 3)).index == 4


def test_a_clip_plays_round_within_what_is_to_be_played() -> None:
    header = a_header("1.1", frames=10, details=FrameDetails(trim=(2, 5)), modality="US")
    state = ViewportState(a_display_set([header]), index=5)
    assert [state.played().index, state.played(3).index, state.at(9).played().index] == [2, 4, 0]
