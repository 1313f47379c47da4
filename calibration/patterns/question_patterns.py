"""Patterns whose right answer is drawn at random, so that only a person who sees it can give it.

Contrasts are ours, chosen to be seen on a good display in a dim room; no standard gives a limit for them. The same seed
draws the same picture.
"""

from __future__ import annotations

from random import Random

from calibration.patterns.canvas import Canvas, Sheet
from calibration.patterns.drawn import Drawn, acknowledged, label, label_size
from calibration.patterns.lettering import Type
from calibration.patterns.pattern import PatternOrder
from calibration.patterns.places import NINE_PLACES, Box, cell, cell_of

AMBIENT_GROUND, AMBIENT_STEP = 10, 3
"""Greys of 255: too much light in the room drowns the bar's 3 greys of difference."""
CT_STEP = 2
"""Half of the difference between the two halves of a disc, greys of 255."""
LETTERS_LEAST, LETTERS_MOST = 3, 6
_LETTERS = "ACEHKLNOSTUXZ"
_DIRECTIONS = ("up", "right", "down", "left")
_TG18 = "AAPM TG18 (2005)"


def ambient_bar(order: PatternOrder, width: int, height: int) -> Drawn:
    """A faint bar at one of nine places on a nearly black ground; the answer is where it is."""
    random = _random(order)
    canvas = Canvas(width, height, order.levels, 0)
    canvas.fill((0, 0, width, height), canvas.grey(AMBIENT_GROUND))
    place = random.choice(NINE_PLACES)
    canvas.fill(_bar(random, cell_of(place, width, height)), canvas.grey(AMBIENT_GROUND + AMBIENT_STEP))
    note = f"A bar {AMBIENT_STEP} of 255 greys above its ground of {AMBIENT_GROUND}; a guess is right once in nine."
    return Drawn(canvas.values, (note,), answer=place)


def _bar(random: Random, box: Box) -> Box:
    """Somewhere in ``box``, well away from its edges, lying or standing."""
    x, y, width, height = box
    long, short = min(width, height) // 2, max(1, min(width, height) // 8)
    wide, tall = (long, short) if random.random() < 0.5 else (short, long)
    left = x + width // 8 + random.randint(0, max(0, width * 3 // 4 - wide))
    top = y + height // 8 + random.randint(0, max(0, height * 3 // 4 - tall))
    return left, top, wide, tall


def half_moons(order: PatternOrder, width: int, height: int) -> Drawn:
    """CT-like: sixteen greys with a faint disc each; the lighter half lies on the same side in all of them but one."""
    random = _random(order)
    canvas = Canvas(width, height, order.levels, 0)
    canvas.fill((0, 0, width, height), canvas.grey(128))
    sheet = Sheet.within(width, height)
    usual, other = random.sample(_DIRECTIONS, 2)
    odd = random.randrange(16)
    for number in range(16):
        row, column = divmod(number, 4)
        grey = 8 + 16 * number
        box = sheet.box(64 + 224 * column, 40 + 224 * row, 224, 224)
        canvas.fill(box, canvas.grey(grey))
        disc = sheet.box(64 + 224 * column + 56, 40 + 224 * row + 56, 112, 112)
        levels = canvas.grey(grey - CT_STEP), canvas.grey(grey + CT_STEP)
        canvas.half_moons(disc, levels, other if number == odd else usual)
    text = acknowledged("CT-like", _TG18) + "; layout and contrast ours"
    scaled = sheet.sentence(has_bars=False)
    words = f"{text}. {scaled}"
    missing = label(canvas, sheet.box(64, 948, 896, 60), words, canvas.grey(208), label_size(sheet))
    return Drawn(canvas.values, (f"{text}.", scaled, *missing), answer=field_name(odd))


def field_name(number: int) -> str:
    """Name of one of the sixteen fields, counted row after row from 0."""
    return f"row {number // 4 + 1}, column {number % 4 + 1}"


def field_at(x: int, y: int, width: int, height: int) -> str:
    """The field of `half_moons` that holds a pixel; empty beside them."""
    sheet = Sheet.within(width, height)
    for number in range(16):
        row, column = divmod(number, 4)
        left, top, wide, tall = sheet.box(64 + 224 * column, 40 + 224 * row, 224, 224)
        if left <= x < left + wide and top <= y < top + tall:
            return field_name(number)
    return ""


def letters(order: PatternOrder, width: int, height: int) -> Drawn:
    """Faint letters on black, grey and white, some of eighteen places left empty; the answer is how many there are."""
    random = _random(order)
    canvas = Canvas(width, height, order.levels, 0)
    count = 0
    for row, grey in enumerate((0, 128, 255)):
        box = cell(width, height, 0, row, 1, 3)
        canvas.fill(box, canvas.grey(grey))
        shown = random.randint(LETTERS_LEAST, LETTERS_MOST)
        _letters_in(canvas, box, grey, sorted(random.sample(range(LETTERS_MOST), shown)), random)
        count += shown
    note = "Letters 14 to 3 of 255 greys from their ground; the faintest is always there."
    return Drawn(canvas.values, (note,), answer=str(count))


def _letters_in(canvas: Canvas, box: Box, grey: int, places: list[int], random: Random) -> None:
    _, top, width, height = box
    contrasts = [14 - 11 * k / (len(places) - 1) for k in range(len(places))]
    random.shuffle(contrasts)
    for place, contrast in zip(places, contrasts, strict=True):
        x, _, wide, _ = cell(width, height, place, 0, LETTERS_MOST, 1)
        size = max(8, min(wide, height) // 3)
        level = canvas.grey(grey - contrast if grey == 255 else grey + contrast)
        style = Type(size, is_bold=True, is_sharp=True)
        canvas.text((x, top, wide, height), random.choice(_LETTERS), level, style, centred=True)


def dark_steps(order: PatternOrder, width: int, height: int) -> Drawn:
    """AD-like: seven grounds from black upwards, on each seven bars of 1 to 7 greys.

    Looked at in the dark and with the room's light on: what is seen first in a row shall not change.
    """
    canvas = Canvas(width, height, order.levels, 0)
    sheet = Sheet.within(width, height)
    for row in range(7):
        ground = 5 * row
        y = 40 + 128 * row
        canvas.fill(sheet.box(64, y, 896, 128), canvas.grey(ground))
        for column in range(7):
            box = sheet.box(64 + 128 * column + 24, y + 48, 80, 32)
            canvas.fill(box, canvas.grey(ground + column + 1))
    text = acknowledged("AD-like", _TG18) + "; layout and contrasts ours"
    scaled = sheet.sentence(has_bars=False)
    words = f"{text}. Rows: ground 0, 5 ... 30; columns: 1 to 7 greys more. {scaled}"
    missing = label(canvas, sheet.box(64, 948, 896, 60), words, canvas.grey(48), label_size(sheet))
    return Drawn(canvas.values, (f"{text}.", scaled, *missing))


def _random(order: PatternOrder) -> Random:
    return Random(f"{order.name}:{order.seed}")  # noqa: S311 - must be repeatable, guards no secret
