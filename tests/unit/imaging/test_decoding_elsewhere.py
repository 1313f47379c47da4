"""Frames decoded in a helper process: the same pixels, and refusals in our words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.helpers import hostile_objects as hostile
from workstation.foundation.errors import UserFacingError
from workstation.foundation.helper_process import Failure, HelperFailed, HelperProcess
from workstation.imaging.codecs import decode_encoded
from workstation.imaging.codestream_checks import CodedForm, is_ordinary
from workstation.imaging.decoding_elsewhere import HELPER_MODULES, DecodeInHelper
from workstation.imaging.errors import CannotDecode


@pytest.fixture(scope="module")
def helper() -> Iterator[HelperProcess]:
    made = HelperProcess(preload=HELPER_MODULES)
    yield made
    assert made.stop(5.0)


class Answering(HelperProcess):
    """A helper process that answers as it is told."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self._answer = answer

    def call(self, function: str, *arguments: Any, **_choices: Any) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def form(syntax: str, side: int = hostile.SIDE) -> CodedForm:
    bits = (8, 8) if syntax == hostile.JPEG else (16, 12)
    return CodedForm(syntax, side, side, 1, "MONOCHROME2", *bits)


@pytest.mark.parametrize("syntax", hostile.SYNTAXES)
def test_pixels_are_the_same_as_in_this_process(syntax: str, helper: HelperProcess) -> None:
    stream = hostile.codestream(syntax)
    here, there = decode_encoded(stream, form(syntax)), DecodeInHelper(helper)(stream, form(syntax))
    assert here.dtype == there.dtype
    np.testing.assert_array_equal(here, there)


def test_refusals_are_the_same_as_in_this_process(helper: HelperProcess) -> None:
    stream = hostile.codestream(hostile.JPEG_LS)
    for data, expected in ((stream[:-10], form(hostile.JPEG_LS)), (stream, form(hostile.JPEG_LS, side=31))):
        with pytest.raises(CannotDecode) as here:
            decode_encoded(data, expected)
        with pytest.raises(CannotDecode) as there:
            DecodeInHelper(helper)(data, expected)
        assert str(here.value) == str(there.value)


@pytest.mark.parametrize("failure", [Failure.TIMED_OUT, Failure.OUT_OF_MEMORY, Failure.CRASHED, Failure.FAULT])
def test_a_process_that_fails_is_the_fault_of_the_image(failure: Failure) -> None:
    with pytest.raises(CannotDecode, match=failure.value):
        DecodeInHelper(Answering(HelperFailed(failure)))(b"", form(hostile.RLE))


def test_a_process_that_does_not_start_is_not() -> None:
    with pytest.raises(HelperFailed):
        DecodeInHelper(Answering(HelperFailed(Failure.NOT_STARTED)))(b"", form(hostile.RLE))


@pytest.mark.parametrize(
    "answer", [None, b"", np.zeros((32, 31), "u2"), np.zeros((32, 32), "f4"), np.zeros((32, 32, 3), "u1")]
)
def test_an_answer_that_is_no_picture_of_that_size_is_refused(answer: Any) -> None:
    with pytest.raises(CannotDecode):
        DecodeInHelper(Answering(answer))(b"", form(hostile.RLE))


def test_a_sentence_comes_along() -> None:
    with pytest.raises(CannotDecode, match="An image cannot be shown: it is green"):
        DecodeInHelper(Answering(UserFacingError("it is green")))(b"", form(hostile.RLE))


def test_what_swells_is_not_ordinary() -> None:
    """500 times and more, but only where it becomes large."""
    stream = hostile.rle_codestream()
    assert is_ordinary(stream, form(hostile.RLE))
    assert is_ordinary(stream, form(hostile.RLE, side=1000))
    assert not is_ordinary(stream, form(hostile.RLE, side=6000))
