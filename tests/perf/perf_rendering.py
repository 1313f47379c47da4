"""How fast pictures come to the screen: real windows of our own, against the same frames through QPainter.

Scrolling is measured from the wish for the next picture until Qt has painted it and handed it to the X server.
QPainter's side has less to do: it windows first and enlarges 8-bit pixels bilinearly.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tests.perf.measuring import Row, compared, interleaved, median, p95, timed
from tests.perf.rendering_sides import LoadedStack, Size, SmoothWidget, Stage, our_scroller, smooth_scroller
from tests.perf.rendering_studies import ct_study
from workstation.app.windows import an_application
from workstation.ui.outlined_text import TextStamps
from workstation.ui.viewport_widget import ViewportWidget

_ROUNDS = 150
_RATIO = 0.9


def rows(work: Path) -> Iterator[Row]:
    """Scrolling against QPainter, then gestures in the program's own windows."""
    an_application()
    stack = LoadedStack(ct_study(work))
    yield from _scrolling(stack, "1 viewport of 3 MP", 1, (2048, 1536), 12.0)
    yield from _scrolling(stack, "4 viewports of 1 MP", 4, (1024, 1024), 18.0)
    stack.close()


def _scrolling(stack: LoadedStack, name: str, count: int, size: Size, must_ms: float) -> Iterator[Row]:
    stamps = TextStamps(), TextStamps()
    ours = [ViewportWidget("Viewport", stamps=stamps[0]) for _ in range(count)]
    theirs = [SmoothWidget(stamps[1]) for _ in range(count)]
    stages = [Stage(ours, size, 0), Stage(theirs, size, 2048)]
    sides = {"ours": our_scroller(stack, ours), "QPainter": smooth_scroller(stack, theirs)}
    wall = interleaved(sides, _ROUNDS)
    cpu = interleaved(sides, _ROUNDS // 2, clock=time.process_time)
    for stage in stages:
        stage.close()
    used = f"CPU {median(cpu['ours']) * 1000:.1f} against {median(cpu['QPainter']) * 1000:.1f} ms"
    yield compared(f"scroll, {name}, against QPainter", wall["ours"], wall["QPainter"], _RATIO, note=used)
    yield timed(f"scroll, {name}, p95", wall["ours"], must_ms, of=p95)
