"""Objects that pydicom reads in a helper process: the same as here, and no answer is believed unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import hostile_objects as hostile
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.pydicom_elements import read_parts
from workstation.dicom.unusual_objects import ReadInHelper, plain_parts
from workstation.foundation.helper_process import Failure, HelperFailed, HelperProcess


@pytest.fixture(scope="module")
def helper() -> Iterator[HelperProcess]:
    made = HelperProcess(preload=("workstation.dicom.unusual_objects",))
    yield made
    assert made.stop(5.0)


class Answering(HelperProcess):
    """A helper process that was taken over, or is not to be had: answers as it is told."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self._answer = answer

    def call(self, function: str, *arguments: Any, **_choices: Any) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def outcome(read: Any, data: bytes) -> Any:
    try:
        return read(data)
    except UnreadableInstance as error:
        return str(error)


@pytest.mark.expects_log  # pydicom speaks here; in the helper process nobody hears it
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_answer_is_the_same_as_in_this_process(helper: HelperProcess, open_data: Path) -> None:
    small = sorted(each for each in open_data.rglob("*.dcm") if each.stat().st_size < 40_000)
    assert len(small) > 100
    for file in small:
        data = file.read_bytes()
        assert outcome(ReadInHelper(helper).read, data) == outcome(read_parts, data), file.name


def test_a_refusal_is_one_of_ours(helper: HelperProcess) -> None:
    endless = next(hostile.KINDS["sequences without end"]()).data
    with pytest.raises(UnreadableInstance, match=r"without end|damaged"):
        ReadInHelper(helper).read(endless)


@pytest.mark.parametrize("failure", [Failure.TIMED_OUT, Failure.OUT_OF_MEMORY, Failure.CRASHED, Failure.FAULT])
def test_a_process_that_fails_is_the_fault_of_the_file(failure: Failure) -> None:
    with pytest.raises(UnreadableInstance) as caught:
        ReadInHelper(Answering(HelperFailed(failure))).read(hostile.good())
    assert failure.value in caught.value.what


def test_a_process_that_does_not_start_is_not() -> None:
    with pytest.raises(HelperFailed):
        ReadInHelper(Answering(HelperFailed(Failure.NOT_STARTED))).read(hostile.good())


GOOD = plain_parts(hostile.good())


def with_elements(*elements: Any) -> tuple[Any, ...]:
    return (elements, *GOOD[1:])


def deep(depth: int) -> tuple[Any, ...]:
    inner: tuple[Any, ...] = ([], "", [])
    for _ in range(depth):
        inner = ([0x00082218], "SQ", [(inner,)])
    return inner


@pytest.mark.parametrize(
    "answer",
    [
        None,
        (),
        "text",
        (GOOD[0], 5, False, None),
        (GOOD[0], "1.2", 0, None),
        (*GOOD[:3], ("PixelData", "OW", -1, 10)),
        (*GOOD[:3], ("PixelData", "OW", 10, -1)),
        (*GOOD[:3], ("PatientName", "OW", 10, 10)),
        (*GOOD[:3], ("PixelData", "??", 10, 10)),
        with_elements([], ""),
        with_elements([1], "", [b""]),
        with_elements([-1], "LO", [b""]),
        with_elements(["Rows"], "LO", [b""]),
        with_elements([2**40], "LO", [b""]),
        with_elements([1], "??", [b""]),
        with_elements([1], "LO", []),
        with_elements([1], "SQ", [5]),
        with_elements([1], "SQ", ["abcd"]),
        with_elements(*deep(5000)),
    ],
)
def test_an_answer_that_is_no_object_is_refused(answer: Any) -> None:
    with pytest.raises(UnreadableInstance):
        ReadInHelper(Answering(answer)).read(b"")


def test_a_right_answer_is_taken() -> None:
    assert ReadInHelper(Answering(GOOD)).read(b"") == read_parts(hostile.good())
