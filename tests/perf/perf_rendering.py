"""How fast pictures come to the screen: real windows of our own, against the same frames through QPainter.

Scrolling is measured from the wish for the next picture until Qt has painted it and handed it to the X server.
QPainter's side has less to do: it windows first and enlarges 8-bit pixels bilinearly.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPoint

from tests.perf.measuring import Row, compared, if_idle, interleaved, judged, median, p95, timed
from tests.perf.rendering_program import Program
from tests.perf.rendering_sides import LoadedStack, Size, SmoothWidget, Stage, our_scroller, smooth_scroller
from tests.perf.rendering_studies import CLIP_FRAME_MS, ct_study, mammogram, ultrasound_clip
from workstation.app.windows import an_application
from workstation.ui.outlined_text import TextStamps
from workstation.ui.viewport_widget import ViewportWidget

_ROUNDS = 150
_RATIO = 0.9
_CINE_S = 6.0


def rows(work: Path) -> Iterator[Row]:
    """Scrolling against QPainter, then gestures in the program's own windows."""
    an_application()
    stack = LoadedStack(ct_study(work))
    yield from _scrolling(stack, "1 viewport of 3 MP", 1, (2048, 1536), 12.0)
    yield from _scrolling(stack, "4 viewports of 1 MP", 4, (1024, 1024), 18.0)
    stack.close()
    yield from _gestures(ct_study(work), mammogram(work))
    yield from _cine(ultrasound_clip(work))


def _gestures(ct: Path, mg: Path) -> Iterator[Row]:
    """In the program's own window, from the event to the end of painting."""
    program = Program(ct, (2048, 1536))
    wheel = [program.wheel(1 if number % 80 < 40 else -1) for number in range(_ROUNDS)]
    program.close()
    yield timed("wheel to painted image, diagnostic window, 3 MP, p95", wheel, 12.0, of=p95)
    program = Program(mg, (2048, 2560))
    drag = program.drag(_ROUNDS, QPoint(3, 1))
    program.close()
    note = f"median {median(drag) * 1000:.1f} ms; viewport {program.size}"
    yield timed("window drag, 13 MP mammogram in 5 MP, p95", drag, 16.0, of=p95, note=note)


def _cine(us: Path) -> Iterator[Row]:
    """How far the clip is off its own rate."""
    program = Program(us, (1920, 1440))
    moments = program.played(_CINE_S)
    program.close()
    rate, own = (len(moments) - 1) / (moments[-1] - moments[0]), 1000 / CLIP_FRAME_MS
    name = "cine, 120 colour frames of 768 x 1024: off its own rate"
    note = f"{rate:.2f} of {own:.2f} a second"
    yield if_idle(judged(name, abs(rate / own - 1), "x", 0.05, runs=len(moments), note=note))


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
