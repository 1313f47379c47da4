"""The memory of frames keeps to its budget, whatever is asked of it, and gives back byte for byte what it took."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.imaging.compressed_tier import CompressedTier
from workstation.imaging.frame_memory import FrameMemory
from workstation.imaging.stack_pixels import FrameKey, PixelForm
from workstation.imaging.stored_frame import StoredFrame

SIDE = 16
FRAME = SIDE * SIDE * 2
BUDGET = 20 * FRAME


def key(number: int) -> FrameKey:
    return (f"1.2.{number}", 0, -1)


def frame(number: int) -> StoredFrame:
    pixels = np.random.default_rng(number).integers(0, 4096, (SIDE, SIDE)).astype(np.uint16)
    return StoredFrame(pixels, "MONOCHROME2", 12, is_signed=False, padding=(0, 0) if number % 3 else None)


def memory_of(budget: int, compressed: int = 0) -> tuple[FrameMemory, CompressedTier]:
    tier = CompressedTier(compressed)
    return FrameMemory(budget, tier), tier


FORM = PixelForm.of(frame(0))
ACTIONS = st.one_of(
    st.tuples(st.just("keep"), st.integers(0, 40)),
    st.tuples(st.just("get"), st.integers(0, 40)),
    st.tuples(st.just("stack"), st.integers(0, 3)),
    st.tuples(st.just("restore"), st.integers(0, 40)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTIONS, max_size=80), st.sampled_from([0, 3000, 100_000]))
def test_the_budgets_are_never_exceeded_and_pixels_never_change(actions: list[tuple[str, int]], packed: int) -> None:
    memory, tier = memory_of(BUDGET, packed)
    for action, number in actions:
        if action == "keep":
            memory.keep(key(number), frame(number))
        elif action == "get":
            found = memory.get(key(number))
            assert found is None or np.array_equal(found.pixels, frame(number).pixels)
        elif action == "stack":
            keys = tuple(key(each) for each in range(number * 9, number * 9 + 9) if each % 3 == 0)
            stack = memory.add_stack(f"stack {number}", keys, FORM)
            assert stack is None or stack.nbytes == len(keys) * FRAME
        else:
            memory.restore(key(number))
        assert memory.used_bytes <= BUDGET
        assert tier.used_bytes <= packed


def test_one_frame_is_kept_however_large() -> None:
    memory, _ = memory_of(10)
    memory.keep(key(1), frame(1))
    assert memory.get(key(1)) is not None


def test_what_was_used_longest_ago_leaves_first() -> None:
    memory, _ = memory_of(4 * FRAME * 8 // 7)
    for number in range(4):
        memory.keep(key(number), frame(number))
    memory.get(key(0))
    memory.keep(key(9), frame(9))
    assert [memory.has(key(number)) for number in (0, 1, 2, 3, 9)] == [True, False, True, True, True]


def test_the_same_object_is_given_for_drawing_while_it_is_among_the_last() -> None:
    memory, _ = memory_of(100 * FRAME * 8 // 7)
    for number in range(60):
        memory.keep(key(number), frame(number))
    first = memory.get(key(0))
    assert first is memory.get(key(0))
    for number in range(1, 60):
        memory.get(key(number))
    again = memory.get(key(0))
    assert again is not first
    assert again is not None
    assert first is not None
    assert again.pixels is first.pixels


def test_a_stack_somebody_still_holds_counts_and_comes_back() -> None:
    memory, _ = memory_of(BUDGET)
    keys = tuple(key(number) for number in range(9))
    stack = memory.add_stack("a", keys, FORM)
    assert stack is not None
    for number in range(9):
        memory.keep(keys[number], StoredFrame(frame(number).pixels, "MONOCHROME2", 12, is_signed=False))
    for number in range(20, 40):
        memory.keep(key(number), frame(number))
    assert memory.stack("a") is None
    assert stack.nbytes < memory.used_bytes <= BUDGET
    assert memory.add_stack("a", keys, FORM) is stack
    assert stack.is_complete
    assert memory.used_bytes <= BUDGET


def test_a_stack_that_a_picture_on_the_screen_still_holds_counts() -> None:
    memory, _ = memory_of(BUDGET)
    keys = tuple(key(number) for number in range(12))
    memory.add_stack("a", keys, FORM)
    memory.keep(keys[0], StoredFrame(frame(0).pixels, "MONOCHROME2", 12, is_signed=False))
    shown = memory.get(keys[0])
    for number in range(20, 40):
        memory.keep(key(number), frame(number))
    assert shown is not None
    held = memory.used_bytes
    del shown
    assert held - memory.used_bytes == 12 * FRAME


def test_frames_that_are_here_move_into_the_stack_they_belong_to() -> None:
    memory, _ = memory_of(BUDGET)
    memory.keep(key(3), frame(3))
    stack = memory.add_stack("a", tuple(key(number) for number in range(6)), PixelForm.of(frame(3)))
    assert stack is not None
    assert stack.is_loaded(3)
    found = memory.get(key(3))
    assert found is not None
    assert np.shares_memory(found.pixels, stack.array)
    assert memory.has(key(3))


def test_a_frame_of_another_form_stays_by_itself() -> None:
    memory, _ = memory_of(BUDGET)
    stack = memory.add_stack("a", (key(0), key(1)), FORM)
    odd = StoredFrame(np.zeros((SIDE, SIDE), np.int16), "MONOCHROME2", 16, is_signed=True)
    memory.keep(key(1), odd)
    assert stack is not None
    assert not stack.is_loaded(1)
    found = memory.get(key(1))
    assert found is not None
    assert found.is_signed


def test_a_frame_with_overlays_of_its_own_is_no_part_of_a_stack() -> None:
    memory, _ = memory_of(BUDGET)
    stack = memory.add_stack("a", (key(0), key(1)), FORM)
    own = replace(frame(0), embedded_overlays=((0x6000, np.zeros((SIDE, SIDE), np.bool_)),))
    memory.keep(key(1), own)
    assert stack is not None
    assert not stack.is_loaded(1)
    found = memory.get(key(1))
    assert found is not None
    assert found.embedded_overlays
    assert not PixelForm.of(own).may_be_stacked
