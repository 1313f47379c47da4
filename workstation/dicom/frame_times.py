"""How fast a multi-frame object is played, and which part of it (PS3.3 C.7.6.5 and C.7.6.6)."""

from __future__ import annotations

from workstation.dicom.values import AnyDataset, number, numbers, values, whole_number

_FRAME_TIME, _FRAME_TIME_VECTOR = 0x00181063, 0x00181065
_LONGEST_MS = 2000.0  # what lasts longer (a minute of tracer uptake) is no pace to play at


def frame_time_ms_of(dataset: AnyDataset) -> float | None:
    """Milliseconds a frame is shown, or None when the object states none that it could be played at.

    What the maker recommends for display counts first; then the time between frames, as Frame Increment Pointer
    (0028,0009) names it; then the rate of acquisition, and the duration of a frame.
    """
    rates = ("RecommendedDisplayFrameRateInFloat", "RecommendedDisplayFrameRate")
    candidates = [*(_of_rate(number(dataset, each)) for each in rates), *_intervals(dataset)]
    candidates += [_of_rate(number(dataset, "CineRate")), number(dataset, "ActualFrameDuration")]
    return next((each for each in candidates if each is not None and 0 < each <= _LONGEST_MS), None)


def trim_of(dataset: AnyDataset, frames: int) -> tuple[int, int] | None:
    """First and last frame to be played, from 0 (Start and Stop Trim); None when all are, or they make no sense."""
    start, stop = whole_number(dataset, "StartTrim"), whole_number(dataset, "StopTrim")
    if start is None and stop is None:
        return None
    first, last = (start or 1) - 1, (stop or frames) - 1
    return (first, last) if 0 <= first < last < frames and (first, last) != (0, frames - 1) else None


def _intervals(dataset: AnyDataset) -> list[float | None]:
    """Frame Time and the mean of Frame Time Vector, the one that the pointer names first."""
    vector = numbers(dataset, "FrameTimeVector")[1:]  # its first value is 0 by definition
    mean = sum(vector) / len(vector) if vector else None
    pair = [number(dataset, "FrameTime"), mean]
    pointers = {int(each) for each in values(dataset, "FrameIncrementPointer") if isinstance(each, int)}
    return pair[::-1] if _FRAME_TIME_VECTOR in pointers and _FRAME_TIME not in pointers else pair


def _of_rate(rate: float | None) -> float | None:
    return 1000 / rate if rate else None
