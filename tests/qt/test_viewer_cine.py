"""A clip plays at its own rate: by the clock, leaving pictures out where drawing is slow, waiting where none is."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from workstation.ui.cine import Cine


class Film:
    """120 pictures; each takes ``cost_s`` to draw, and comes only when it ``is_there``."""

    def __init__(self) -> None:
        self.now = 100.0
        self.index = 0
        self.cost_s = 0.0
        self.is_there = True
        self.cine = Cine(self.step, clock=lambda: self.now)

    def step(self, viewport: str, steps: int) -> bool:
        assert viewport == "one"
        if not self.is_there:
            return False
        self.index += steps
        self.now += self.cost_s
        self.cine.painted(self.index % 120)
        return True

    def run(self, seconds: float, tick_s: float = 0.001) -> None:
        """Time passes; the timer's ticks come as they do in an event loop."""
        end = self.now + seconds
        while self.now < end:
            self.cine._tick()
            self.now += tick_s


@pytest.fixture
def film(qtbot: QtBot) -> Film:
    return Film()


@pytest.mark.parametrize("frame_time_ms", [16.67, 33.3, 40.0, 66.67, 100.0])
def test_it_plays_at_its_own_rate(film: Film, frame_time_ms: float) -> None:
    film.cine.play("one", frame_time_ms)
    film.run(10.0)
    assert film.index == pytest.approx(10_000 / frame_time_ms, rel=0.01)
    assert film.cine.rate == pytest.approx(1000 / frame_time_ms, rel=0.05)
    assert film.cine.words == f"Cine {1000 / frame_time_ms:.3g}/s"


def test_slow_drawing_leaves_pictures_out_and_says_so(film: Film) -> None:
    film.cost_s = 0.1
    film.cine.play("one", 40.0)
    film.run(10.0)
    assert film.index == pytest.approx(250, rel=0.02)
    assert film.cine.rate == pytest.approx(10.0, rel=0.1)
    assert film.cine.words.startswith("Cine 9.")
    assert film.cine.words.endswith("of 25/s")


def test_pictures_that_are_not_there_are_waited_for_and_none_is_jumped(film: Film) -> None:
    film.is_there = False
    film.cine.play("one", 40.0)
    film.run(3.0)
    assert film.index == 0
    film.is_there = True
    film.run(0.5)
    assert film.index == pytest.approx(12, abs=2)


def test_after_a_standstill_it_goes_on_from_where_it_stood(film: Film) -> None:
    film.cine.play("one", 40.0)
    film.run(1.0)
    before = film.index
    film.now += 5.0
    film.run(0.2)
    assert film.index - before <= 7


def test_without_a_frame_time_fifteen_pictures_a_second(film: Film) -> None:
    film.cine.play("one", None)
    film.run(4.0)
    assert film.index == pytest.approx(60, abs=1)
    film.cine.toggle("one", None)
    assert film.cine.playing == film.cine.words == ""


def test_a_real_timer_keeps_the_rate(qtbot: QtBot) -> None:
    steps: list[int] = []

    def step(_viewport: str, number: int) -> bool:
        steps.append(number)
        return True

    cine = Cine(step)
    cine.play("one", 10.0)
    qtbot.wait(1000)
    cine.stop()
    assert sum(steps) == pytest.approx(100, abs=8)
