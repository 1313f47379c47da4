"""Compressed frames come back byte for byte, and never take more than their budget."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workstation.imaging.compressed_tier import CompressedTier
from workstation.imaging.stored_frame import StoredFrame

PIXELS = st.sampled_from(["u1", "i1", "u2", "i2", "u4", "i4", "f4"]).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40))
)


@settings(max_examples=150, deadline=None)
@given(PIXELS)
def test_every_frame_comes_back_exactly(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    tier = CompressedTier(1 << 20)
    tier.put("a", StoredFrame(pixels, "MONOCHROME1", 7, is_signed=True, padding=(-3, 4)))
    found = tier.get("a")
    assert found is not None
    assert found.pixels.dtype == pixels.dtype
    assert found.pixels.tobytes() == pixels.tobytes()
    assert (found.photometric, found.bits_stored, found.is_signed, found.padding) == ("MONOCHROME1", 7, True, (-3, 4))


@pytest.mark.parametrize("shape", [(1, 1), (3, 5, 3), (512, 512), (777, 333), (101, 97, 3)])
@pytest.mark.parametrize("fill", [0, 1, 255])
def test_one_colour_all_over(shape: tuple[int, ...], fill: int) -> None:
    tier = CompressedTier(1 << 20)
    tier.put("a", StoredFrame(np.full(shape, fill, np.uint8), "RGB", 8, is_signed=False))
    found = tier.get("a")
    assert found is not None
    assert (found.pixels == fill).all()


def test_a_slice_of_a_larger_array_comes_back() -> None:
    whole = np.arange(400, dtype=np.uint16).reshape(20, 20)
    tier = CompressedTier(1 << 20)
    tier.put("a", StoredFrame(whole[3:9, 4:17], "MONOCHROME2", 16, is_signed=False))
    found = tier.get("a")
    assert found is not None
    assert np.array_equal(found.pixels, whole[3:9, 4:17])


def test_those_put_first_make_room() -> None:
    random = np.random.default_rng(1)
    noise = [random.integers(0, 65536, (64, 64)).astype(np.uint16) for _ in range(6)]
    tier = CompressedTier(4 * 9000)
    for number, pixels in enumerate(noise):
        tier.put(number, StoredFrame(pixels, "MONOCHROME2", 16, is_signed=False))
        assert tier.used_bytes <= 4 * 9000
    assert [number in tier for number in range(6)] == [False, False, True, True, True, True]
    tier.get(2)
    tier.put(7, StoredFrame(noise[0], "MONOCHROME2", 16, is_signed=False))
    assert 2 in tier
    assert 3 not in tier
    tier.drop(2)
    assert tier.get(2) is None
    tier.forget()
    assert tier.used_bytes == 0


def test_without_a_budget_nothing_is_kept() -> None:
    tier = CompressedTier(0)
    tier.put("a", StoredFrame(np.zeros((4, 4), np.uint8), "MONOCHROME2", 8, is_signed=False))
    assert tier.get("a") is None
    assert tier.used_bytes == 0


def test_overlays_that_stood_in_the_pixels_stay_with_the_frame() -> None:
    mask = np.eye(5, dtype=np.bool_)
    tier = CompressedTier(1 << 20)
    frame = StoredFrame(np.ones((5, 5), np.uint16), "MONOCHROME2", 12, is_signed=False)
    tier.put("a", replace(frame, embedded_overlays=((0x6000, mask),)))
    found = tier.get("a")
    assert found is not None
    ((group, kept),) = found.embedded_overlays
    assert group == 0x6000
    assert np.array_equal(kept, mask)
    assert tier.used_bytes >= mask.nbytes
