"""Patterns to look over, made after the descriptions in the AAPM's reports: sQC, pQC and QC-like.

Positions are those of the 1024 x 1024 descriptions, scaled to the screen; the periods of bars are device pixels.
What a description leaves open is laid out by us, and the picture says that it is ours.
"""

from __future__ import annotations

from calibration.patterns.canvas import Canvas, Sheet
from calibration.patterns.drawn import Drawn, acknowledged, label, label_size
from calibration.patterns.lettering import Type, text_width
from calibration.patterns.pattern import PatternOrder
from calibration.patterns.places import Box

_TG18, _TG270 = "AAPM TG18 (2005)", "AAPM report 270 (2019)"
STEPS = tuple(15 * i for i in range(18))
"""The eighteen greys of both reports, on the scale of 0 to 255."""
_WORDS = "QUALITY CONTROL"


def squares(order: PatternOrder, width: int, height: int) -> Drawn:
    """sQC-like: eighteen squares with faint bars in two corners, three large fields, a gradient with fine lines."""
    canvas, sheet = _sheet(order, width, height, 128)
    for number, grey in enumerate(STEPS):
        row, column = divmod(number, 6)
        across = column if row % 2 == 0 else 5 - column  # serpentine
        _square_with_bars(canvas, sheet, (48 + 160 * across, 96 + 160 * row), grey)
    for column, grey in enumerate((0, 128, 255)):
        box = sheet.box(64 + 320 * column, 576, 256, 256)
        canvas.fill(box, canvas.grey(grey))
        canvas.outline(box, canvas.grey(144 if grey == 128 else grey))
    canvas.ramp(sheet.box(112, 864, 800, 96), 0, canvas.top)
    canvas.bars(sheet.box(16, 864, 80, 96), 2, 0, canvas.top)
    canvas.bars(sheet.box(928, 864, 80, 96), 2, 0, canvas.top, across=True)
    return _labelled(canvas, sheet, (48, 972, 928, 44), acknowledged("sQC-like", _TG270), 208)


def _square_with_bars(canvas: Canvas, sheet: Sheet, corner: tuple[int, int], grey: int) -> None:
    x, y = corner
    canvas.fill(sheet.box(x, y, 128, 128), canvas.grey(grey))
    first = 3 if grey == 0 else -5
    second = -3 if grey == 255 else 5
    for offset, step in ((16, first), (80, second)):
        box = sheet.box(x + offset, y + offset, 32, 32)
        canvas.bars(box, 6, canvas.grey(grey), canvas.grey(grey + step))


def gratings(order: PatternOrder, width: int, height: int) -> Drawn:
    """pQC-like: eighteen grey bars with gratings of four periods, horizontal at the left and vertical at the right."""
    canvas, sheet = _sheet(order, width, height, 0)
    for number, grey in enumerate(STEPS):
        top = 62 + 50 * number
        canvas.fill(sheet.box(87, top, 850, 50), canvas.grey(grey))
        for column, period in enumerate((18, 12, 6, 4, 4, 6, 12, 18)):
            _grating(canvas, sheet, (87 + 106.25 * column, top), grey, period, across=column < 4)
    canvas.ramp(sheet.box(0, 62, 87, 900), canvas.top, 0, down=True)
    canvas.ramp(sheet.box(937, 62, 87, 900), 0, canvas.top, down=True)
    canvas.fill(sheet.box(0, 0, 1024, 62), canvas.grey(64))
    canvas.fill(sheet.box(0, 962, 1024, 62), canvas.grey(191))
    for number, period in enumerate((2, 4, 6)):
        for left, top, low, high in ((8, 8, 0, 128), (840, 8, 0, 128), (8, 970, 128, 255), (840, 970, 128, 255)):
            box = sheet.box(left + 60 * number, top, 54, 46)
            canvas.bars(box, period, canvas.grey(low), canvas.grey(high))
    return _labelled(canvas, sheet, (196, 8, 632, 48), acknowledged("pQC-like", _TG270), 176)


def _grating(
    canvas: Canvas, sheet: Sheet, corner: tuple[float, float], grey: int, period: int, *, across: bool
) -> None:
    """The outer part differs by 2 greys, the inner one by 8; at the ends of the scale only one way."""
    x, y = corner
    for inset_x, inset_y, half in ((4, 3, 1), (26, 13, 4)):
        box = sheet.box(x + inset_x, y + inset_y, 106.25 - 2 * inset_x, 50 - 2 * inset_y)
        canvas.bars(box, period, canvas.grey(grey - half), canvas.grey(grey + half), across=across)


def overall(order: PatternOrder, width: int, height: int) -> Drawn:
    """QC-like: ring of sixteen greys with faint corners, 5 % and 95 %, fading words, ramps, lines, crosstalk bars."""
    canvas, sheet = _sheet(order, width, height, 128)
    _crosshatch(canvas, sheet)
    _ring_of_greys(canvas, sheet)
    _ends(canvas, sheet)
    for row, grey in enumerate((0, 128, 255)):
        _fading_words(canvas, sheet.box(318, 320 + 68 * row, 388, 56), grey)
    for x, y in ((461, 536), (16, 16), (906, 16), (16, 906), (906, 906)):
        _line_pairs(canvas, sheet.box(x, y, 102, 102))
    canvas.ramp(sheet.box(52, 156, 102, 712), 0, canvas.top, down=True)
    canvas.ramp(sheet.box(870, 156, 102, 712), canvas.top, 0, down=True)
    _crosstalk_bars(canvas, sheet.box(156, 36, 712, 62))
    text = acknowledged("QC-like", _TG18) + "; layout and bars ours, no Cx set"
    canvas.fill(sheet.box(144, 908, 736, 72), canvas.grey(128))
    return _labelled(canvas, sheet, (156, 914, 712, 64), text, 224)


def _crosshatch(canvas: Canvas, sheet: Sheet) -> None:
    for number in range(11):
        at = 2 + 102 * number
        canvas.fill((*sheet.box(at, 2, 0, 0)[:2], 1, sheet.length(1020)), canvas.grey(191))
        canvas.fill((*sheet.box(2, at, 0, 0)[:2], sheet.length(1020), 1), canvas.grey(191))
    canvas.outline(sheet.box(0, 0, 1024, 1024), canvas.grey(255))


def _ring_of_greys(canvas: Canvas, sheet: Sheet) -> None:
    """8, 24 ... 248 clockwise from the lower left; in the corners of each 4 darker and 4 lighter."""
    clockwise = (
        [(0, row) for row in range(5, 0, -1)] + [(column, 0) for column in range(6)] + [(5, row) for row in range(1, 6)]
    )
    for number, (column, row) in enumerate(clockwise):
        x, y, grey = 206 + 102 * column, 206 + 102 * row, 8 + 16 * number
        canvas.fill(sheet.box(x, y, 102, 102), canvas.grey(grey))
        for dx, dy, step in ((8, 8, 4), (74, 74, 4), (74, 8, -4), (8, 74, -4)):
            canvas.fill(sheet.box(x + dx, y + dy, 20, 20), canvas.grey(grey + step))


def _ends(canvas: Canvas, sheet: Sheet) -> None:
    for column, outer, inner in ((2, 0, 13), (3, 255, 242)):  # 0 with 5 %, 100 with 95 %
        x, y = 206 + 102 * column, 716
        canvas.fill(sheet.box(x, y, 102, 102), canvas.grey(outer))
        canvas.fill(sheet.box(x + 26, y + 26, 50, 50), canvas.grey(inner))


def _fading_words(canvas: Canvas, box: Box, grey: int) -> None:
    """Fourteen letters, the first 14 greys from the ground, each a grey nearer to it than the one before."""
    canvas.fill(box, canvas.grey(grey))
    x, y, width, height = box
    style = Type(_largest_size(width - 8, height), is_bold=True, is_sharp=True)
    step = text_width("Q", style)
    left = x + (width - step * len(_WORDS)) // 2
    contrast = 14
    for place, letter in enumerate(_WORDS):
        if letter == " ":
            continue
        level = canvas.grey(grey - contrast if grey == 255 else grey + contrast)
        canvas.text((left + step * place, y, step, height), letter, level, style, centred=True)
        contrast -= 1


def _largest_size(width: int, height: int) -> int:
    sizes = range(max(8, height), 7, -1)
    return next((s for s in sizes if text_width("Q", Type(s, True, True)) * 15 <= width and s * 1.3 <= height), 8)


def _line_pairs(canvas: Canvas, box: Box) -> None:
    """Lines of 1 and 2 pixels, vertical and horizontal: above at full contrast, below 128 against 130."""
    x, y, width, height = box
    for column, (thickness, across) in enumerate(((1, False), (2, False), (1, True), (2, True))):
        left, right = x + column * width // 4, x + (column + 1) * width // 4
        for row, (low, high) in enumerate(((0, 255), (128, 130))):
            part = (left, y + row * height // 2, right - left - 2, height // 2 - 2)
            canvas.bars(part, 2 * thickness, canvas.grey(low), canvas.grey(high), across=across)


def _crosstalk_bars(canvas: Canvas, box: Box) -> None:
    """Black bars of falling length on white: a smear behind their ends is crosstalk."""
    canvas.fill(box, canvas.grey(255))
    x, y, width, height = box
    pitch = max(2, height // 6)
    for number in range(5):
        long = width * (5 - number) // 6
        canvas.fill((x + pitch, y + pitch // 2 + number * pitch, long, max(1, pitch // 2)), 0)


def _sheet(order: PatternOrder, width: int, height: int, grey: int) -> tuple[Canvas, Sheet]:
    canvas = Canvas(width, height, order.levels, 0)
    canvas.fill((0, 0, width, height), canvas.grey(grey))
    return canvas, Sheet.within(width, height)


def _labelled(canvas: Canvas, sheet: Sheet, box: Box, text: str, ink: int) -> Drawn:
    words = f"{text}. {canvas.width} x {canvas.height}. {sheet.sentence()}"
    missing = label(canvas, sheet.box(*box), words, canvas.grey(ink), label_size(sheet))
    return Drawn(canvas.values, (f"{text}.", sheet.sentence(), *missing))
