"""Test patterns: what is drawn where, with which contrast, and what the display is driven with."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.gsdf.display_lut import DisplayLut
from calibration.gsdf.target import target_luminance
from calibration.patterns.answers import clicked_place, is_right_click, quarter_of
from calibration.patterns.canvas import Canvas, Sheet, grey_of
from calibration.patterns.drawing import PATTERNS, ddls_of, draw, p_values_of
from calibration.patterns.fields import surround_level
from calibration.patterns.pattern import Pattern, PatternOrder
from calibration.patterns.places import FIVE_PLACES, NINE_PLACES, cell_of, meter_square, place_at
from calibration.readings.reading import Space
from workstation.foundation.errors import BadInput

FIVE_MEGAPIXELS = (2048, 2560)
SIZES = st.tuples(st.integers(1, 90), st.integers(1, 90))


def _drawn(name: str, width: int = 1024, height: int = 1024, **more: int | str) -> Pattern:
    return draw(replace(PatternOrder(name), **more), width, height)  # type: ignore[arg-type]


# --- every pattern ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("levels", [256, 1024, 4096])
def test_every_pattern_keeps_to_its_levels(name: str, levels: int) -> None:
    pattern = draw(PatternOrder(name, level=levels - 1, levels=levels, seed=7), 1201, 803)
    assert pattern.values.shape == (803, 1201)
    assert pattern.values.dtype == np.uint16
    assert pattern.values.max() <= levels - 1
    assert not pattern.values.flags.writeable


@pytest.mark.parametrize("name", PATTERNS)
@settings(max_examples=20, deadline=None)
@given(size=SIZES, seed=st.integers(0, 1000))
def test_small_and_odd_screens_get_a_pattern_or_a_clear_line(name: str, size: tuple[int, int], seed: int) -> None:
    kind = PATTERNS[name]
    extra = kind.least_side - 1 if seed % 2 else 0
    width, height = size[0] + extra, size[1] + extra
    order = PatternOrder(name, place=NINE_PLACES[seed % 9], seed=seed)
    if min(width, height) < kind.least_side:
        with pytest.raises(BadInput, match=f"needs at least {kind.least_side} x {kind.least_side} pixels"):
            draw(order, width, height)
        return
    pattern = draw(order, width, height)
    assert pattern.values.shape == (height, width)
    if pattern.target is not None:
        x, y, wide, tall = pattern.target
        assert wide > 0
        assert tall > 0
        assert 0 <= x <= width - wide
        assert 0 <= y <= height - tall


@pytest.mark.parametrize("name", [name for name, kind in PATTERNS.items() if kind.is_random])
def test_the_same_seed_draws_the_same_and_another_seed_another_answer(name: str) -> None:
    first, again = _drawn(name, seed=4), _drawn(name, seed=4)
    np.testing.assert_array_equal(first.values, again.values)
    assert first.answer == again.answer
    assert len({_drawn(name, 480, 480, seed=seed).answer for seed in range(30)}) > 4


@pytest.mark.parametrize("name", [name for name, kind in PATTERNS.items() if not kind.is_random])
def test_a_pattern_that_asks_nothing_has_no_answer_and_does_not_change(name: str) -> None:
    assert _drawn(name).answer == ""
    np.testing.assert_array_equal(_drawn(name, seed=1).values, _drawn(name, seed=2).values)


@pytest.mark.parametrize("name", ["sqc", "pqc", "qc", "ct", "ad", "mp", "uln", "un10", "un80", "unl10", "unl80"])
@pytest.mark.parametrize("size", [(1920, 1080), (1200, 1600), FIVE_MEGAPIXELS])
def test_a_pattern_after_a_report_says_what_it_is(name: str, size: tuple[int, int]) -> None:
    pattern = _drawn(name, *size)
    said = " ".join(pattern.notes)
    if name not in {"uln", "un10", "un80", "unl10", "unl80"}:
        assert "synthetic" in said
        assert "AAPM" in said
    assert "too small for the label" not in said


def test_a_label_that_does_not_fit_is_said_beside_the_pattern() -> None:
    assert "too small for the label" in " ".join(_drawn("un80", 60, 40).notes)


def test_elements_scale_and_say_so_and_bars_do_not() -> None:
    assert "described size" in " ".join(_drawn("sqc").notes)
    large = _drawn("sqc", *FIVE_MEGAPIXELS)
    assert "scaled by 2.000" in " ".join(large.notes)
    assert "too small" not in " ".join(large.notes)
    for pattern, scale, top in ((_drawn("sqc"), 1, 0), (large, 2, 256)):
        row = pattern.values[top + scale * 128, scale * (48 + 160 + 16) :][: 32 * scale]
        assert row.tolist() == ([15, 15, 15, 10, 10, 10] * 11)[: 32 * scale]


# --- what cannot be drawn ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "size", "says"),
    [
        (PatternOrder("tg18"), (1024, 1024), "There is no pattern 'tg18'"),
        (PatternOrder("ln", level=256), (1024, 1024), "Level 256 is outside 0 to 255"),
        (PatternOrder("ln", level=-1), (1024, 1024), "Level -1 is outside 0 to 255"),
        (PatternOrder("ln", place="middle"), (1024, 1024), "no place 'middle'"),
        (PatternOrder("sqc", levels=128), (1024, 1024), "needs 256 to 65536 levels"),
        (PatternOrder("ambient", Space.DDL), (1024, 1024), "in P-values, through the display LUT"),
        (PatternOrder("ln"), (0, 10), "not 0 x 10"),
        (PatternOrder("ln"), (20000, 10), "1 to 16384 pixels"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(order: PatternOrder, size: tuple[int, int], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        draw(order, *size)


# --- luminance and uniformity -----------------------------------------------------------------------------------------


@given(width=st.integers(20, 3000), height=st.integers(20, 3000), level=st.integers(0, 255), place=st.integers(0, 8))
@settings(max_examples=40, deadline=None)
def test_the_luminance_field_is_a_tenth_of_the_pixels(width: int, height: int, level: int, place: int) -> None:
    pattern = draw(PatternOrder("ln", level=level, place=NINE_PLACES[place]), width, height)
    x, y, wide, tall = pattern.target or (0, 0, 0, 0)
    assert wide == tall
    if max(width, height) < 8 * min(width, height):  # else the square is as high as the screen
        assert wide * tall == pytest.approx(width * height / 10, rel=0.15)
    outside = np.ones((height, width), bool)
    outside[y : y + tall, x : x + wide] = False
    assert (pattern.values[~outside] == level).all()
    assert (pattern.values[outside] == surround_level(Space.P_VALUE, 256)).all()


def test_the_surround_has_a_fifth_of_the_greatest_luminance() -> None:
    level = surround_level(Space.P_VALUE, 256)
    assert target_luminance(level / 255, 1.0, 350.0) == pytest.approx(70.0, rel=0.01)
    ddl = surround_level(Space.DDL, 256)
    assert (ddl / 255) ** 2.2 == pytest.approx(0.2, rel=0.02)


@pytest.mark.parametrize(("name", "grey"), [("un10", 26), ("un80", 204), ("unl10", 26), ("unl80", 204)])
def test_uniformity_fields_have_the_described_grey_at_all_nine_places(name: str, grey: int) -> None:
    pattern = _drawn(name, 1920, 1080)
    for place in NINE_PLACES:
        x, y, side, _ = meter_square(place, 1920, 1080)
        assert (pattern.values[y + 2 : y + side - 2, x + 2 : x + side - 2] == grey).all()
    marks = (pattern.values[: 1080 * 11 // 12] != grey).sum()
    assert bool(marks) == name.startswith("unl")


def test_the_nine_places_are_crossed_by_no_line() -> None:
    pattern = _drawn("uln", 1201, 803, level=120)
    lines = np.argwhere(pattern.values[:700] != 120)
    assert {tuple(at) for at in lines} >= {(0, 400), (0, 800), (267, 0), (535, 0)}
    for place in NINE_PLACES:
        x, y, side, _ = meter_square(place, 1201, 803)
        assert (pattern.values[y : y + side, x : x + side] == 120).all()


@pytest.mark.parametrize(("name", "level"), [("black", 0), ("white", 255), ("defects", 77)])
def test_a_field_for_defects_is_one_level_to_the_last_pixel(name: str, level: int) -> None:
    assert (_drawn(name, 333, 211, level=level).values == level).all()


# --- places and clicks ------------------------------------------------------------------------------------------------


@given(width=st.integers(3, 4000), height=st.integers(3, 4000))
def test_the_nine_places_cover_the_screen_once(width: int, height: int) -> None:
    covered = Counter[str]()
    for place in NINE_PLACES:
        x, y, wide, tall = cell_of(place, width, height)
        for corner in ((x, y), (x + wide - 1, y + tall - 1)):
            assert place_at(*corner, width, height) == place
        covered[place] = wide * tall
    assert sum(covered.values()) == width * height
    assert set(FIVE_PLACES) < set(NINE_PLACES)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_click_on_the_faint_bar_is_right_and_a_click_elsewhere_is_not(seed: int) -> None:
    pattern = _drawn("ambient", 640, 480, seed=seed)
    rows, columns = np.nonzero(pattern.values == 13)
    assert set(np.unique(pattern.values)) == {10, 13}
    for index in (0, rows.size // 2, rows.size - 1):
        assert is_right_click(pattern, int(columns[index]), int(rows[index]))
    wrong = next(place for place in NINE_PLACES if place != pattern.answer)
    x, y, side, _ = meter_square(wrong, 640, 480)
    assert clicked_place(pattern, x + side // 2, y + side // 2) == wrong
    assert not is_right_click(pattern, x + side // 2, y + side // 2)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_the_one_disc_that_is_turned_is_the_right_click(seed: int) -> None:
    pattern = _drawn("ct", 800, 600, seed=seed)
    sheet = Sheet.within(800, 600)
    middles = []
    for number in range(16):
        row, column = divmod(number, 4)
        x, y, side, _ = sheet.box(64 + 224 * column + 56, 40 + 224 * row + 56, 112, 112)
        ground = 8 + 16 * number
        assert {ground - 2, ground + 2} <= set(np.unique(pattern.values[y : y + side, x : x + side]).tolist())
        middles.append((x + side // 2, y + side // 2))
    usual = Counter(_direction(pattern, at) for at in middles).most_common()
    assert [count for _, count in usual] == [15, 1]
    odd = next(at for at in middles if _direction(pattern, at) == usual[1][0])
    assert is_right_click(pattern, *odd)
    assert sum(is_right_click(pattern, *at) for at in middles) == 1
    assert clicked_place(pattern, 1, 1) == ""


def _direction(pattern: Pattern, middle: tuple[int, int]) -> str:
    x, y = middle
    reach = 15
    parts = {
        "up": pattern.values[y - reach, x],
        "down": pattern.values[y + reach, x],
        "left": pattern.values[y, x - reach],
        "right": pattern.values[y, x + reach],
    }
    vertical = parts["up"] != parts["down"]
    pair = ("up", "down") if vertical else ("left", "right")
    return max(pair, key=lambda name: int(parts[name]))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_as_many_letters_are_drawn_as_the_answer_says(seed: int) -> None:
    pattern = _drawn("letters", 1200, 900, seed=seed)
    found = 0
    for row, ground in enumerate((0, 128, 255)):
        band = pattern.values[300 * row : 300 * row + 300].astype(int)
        contrasts = [int(np.abs(band[:, 200 * n : 200 * n + 200] - ground).max()) for n in range(6)]
        shown = [contrast for contrast in contrasts if contrast]
        assert min(shown) == 3
        assert max(shown) == 14
        found += len(shown)
    assert pattern.answer == str(found)
    assert pattern.answer in PATTERNS["letters"].choices


def test_a_pattern_that_asks_nothing_has_no_right_click() -> None:
    pattern = _drawn("sqc")
    assert not is_right_click(pattern, 5, 5)
    assert quarter_of(pattern, 5, 1000) == "lower left"
    assert quarter_of(pattern, 1000, 5) == "upper right"


# --- patterns after the reports' descriptions -------------------------------------------------------------------------


def test_the_eighteen_squares_run_in_a_serpentine_with_faint_bars() -> None:
    values = _drawn("sqc").values.astype(int)
    for number in range(18):
        row, column = divmod(number, 6)
        x, y = 48 + 160 * (column if row % 2 == 0 else 5 - column), 96 + 160 * row
        grey = 15 * number
        square = values[y : y + 128, x : x + 128]
        assert square[64, 64] == grey
        first, second = square[16:48, 16:48] - grey, square[80:112, 80:112] - grey
        steps = (3, 5) if number == 0 else (-5, -3) if number == 17 else (-5, 5)
        assert sorted(np.unique(first)) == sorted({0, steps[0]})
        assert sorted(np.unique(second)) == sorted({0, steps[1]})
        assert first[0].tolist() == ([0, 0, 0, *[steps[0]] * 3] * 6)[:32]
    assert values[2, 2] == 128
    assert [values[700, x] for x in (192, 832)] == [0, 255]


def test_gratings_have_their_periods_and_contrasts() -> None:
    values = _drawn("pqc").values.astype(int)
    for number in range(18):
        grey, y = 15 * number, 62 + 50 * number
        for column, period in enumerate((18, 12, 6, 4, 4, 6, 12, 18)):
            x = round(87 + 106.25 * column)
            inner = values[y + 14 : y + 36, x + 28 : x + 78] - grey
            low, high = max(-4, -grey), min(4, 255 - grey)
            assert sorted(np.unique(inner)) == sorted({low, high})
            line = inner[:, 0] if column < 4 else inner[0]
            edges = np.flatnonzero(np.diff(line))
            assert (np.diff(edges) == period // 2).all()
            outer = values[y + 4 : y + 12, x + 6 : x + 100] - grey
            assert set(np.unique(outer)) <= {max(-1, -grey), min(1, 255 - grey)}


def test_the_ring_of_greys_has_faint_corners_and_words_fade() -> None:
    values = _drawn("qc").values.astype(int)
    for number, (column, row) in enumerate(((0, 5), (0, 4), (0, 3), (0, 2), (0, 1), (0, 0), (1, 0))):
        cell = values[206 + 102 * row :, 206 + 102 * column :][:102, :102]
        grey = 8 + 16 * number
        assert sorted(np.unique(cell)) == [grey - 4, grey, grey + 4]
    for row, ground, sign in ((0, 0, 1), (1, 128, 1), (2, 255, -1)):
        words = values[320 + 68 * row :, 318:][:56, :388]
        assert sorted(np.unique((words - ground) * sign)) == list(range(15))


def test_the_dark_steps_are_one_to_seven_greys() -> None:
    values = _drawn("ad").values.astype(int)
    for row in range(7):
        for column in range(7):
            ground = values[40 + 128 * row + 8, 64 + 128 * column + 8]
            bar = values[40 + 128 * row + 64, 64 + 128 * column + 64]
            assert (ground, bar - ground) == (5 * row, column + 1)


@pytest.mark.parametrize("levels", [256, 1024, 4096])
def test_the_depth_pattern_and_the_ramp_show_every_level(levels: int) -> None:
    deep = draw(PatternOrder("mp", levels=levels), 4096, 512)
    assert np.unique(deep.values).size == levels
    ramp = draw(PatternOrder("ramp", levels=levels), 4096, 512)
    for row in (0, 511):
        assert sorted(Counter(ramp.values[row].tolist()).values()) == [4096 // levels] * levels
    np.testing.assert_array_equal(ramp.values[0], ramp.values[-1][::-1])


def test_the_grille_alternates_every_pixel_and_every_second() -> None:
    values = _drawn("grille", 64, 64).values
    assert values[0, :6].tolist() == [0, 255] * 3
    assert values[:6, 40].tolist() == [0, 255] * 3
    assert values[40, :8].tolist() == [0, 0, 255, 255] * 2
    assert values[32:40, 40].tolist() == [0, 0, 255, 255] * 2


# --- levels to driving levels -----------------------------------------------------------------------------------------


def _gamma_lut(bits: int) -> DisplayLut:
    share = np.arange(1 << bits) / ((1 << bits) - 1)
    return DisplayLut(np.rint(255 * share**0.7).astype(np.uint8))


def test_driving_levels_pass_unchanged_whatever_the_table() -> None:
    pattern = draw(PatternOrder("ramp", Space.DDL), 512, 2)
    np.testing.assert_array_equal(ddls_of(pattern, _gamma_lut(8)), pattern.values)
    assert pattern.notes == ()


def test_deeper_driving_levels_go_to_the_nearest_of_256_and_say_so() -> None:
    pattern = draw(PatternOrder("ln", Space.DDL, level=1000, levels=4096), 64, 64)
    assert ddls_of(pattern, None)[32, 32] == round(1000 * 255 / 4095)
    assert "4096 driving levels are brought to the 256" in pattern.notes[-1]


@pytest.mark.parametrize("levels", [2, 18, 256, 1024, 4096, 65536])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_p_values_go_through_the_function_of_the_viewer(levels: int, bits: int) -> None:
    """The same stored levels as an image with a full window, through the viewer's own table."""
    from workstation.dicom.header import PixelDescription
    from workstation.dicom.voi import Window
    from workstation.imaging.gray_table import GrayChain, ddl_table

    stored = max(8, (levels - 1).bit_length())
    pixel = PixelDescription(bits_allocated=8 if stored == 8 else 16, bits_stored=stored, high_bit=stored - 1)
    chain = GrayChain(pixel, Window(levels / 2, levels))
    dtype = np.dtype(np.uint8 if stored == 8 else np.uint16)
    lut = _gamma_lut(bits)
    table = ddl_table(chain, dtype, lut)
    order = PatternOrder("ln", levels=levels)
    pattern = Pattern(order, np.arange(levels, dtype=np.uint16)[None, :], "all levels")
    np.testing.assert_array_equal(ddls_of(pattern, lut)[0], table[:levels])
    np.testing.assert_array_equal(p_values_of(pattern)[0], chain.p_values(np.arange(levels, dtype=dtype)))


def test_without_a_table_p_values_become_the_same_driving_levels() -> None:
    pattern = draw(PatternOrder("ramp"), 512, 2)
    np.testing.assert_array_equal(ddls_of(pattern, None), pattern.values)


def test_driving_levels_are_not_taken_for_p_values() -> None:
    with pytest.raises(BadInput, match="driving levels, not P-values"):
        p_values_of(draw(PatternOrder("ln", Space.DDL), 16, 16))


# --- drawing ----------------------------------------------------------------------------------------------------------


@given(grey=st.floats(-20, 300), levels=st.integers(2, 65536))
def test_greys_stay_on_the_scale(grey: float, levels: int) -> None:
    assert 0 <= grey_of(grey, levels) <= levels - 1
    assert (grey_of(0, levels), grey_of(255, levels)) == (0, levels - 1)


@given(
    box=st.tuples(st.integers(-50, 60), st.integers(-50, 60), st.integers(0, 120), st.integers(0, 120)),
    kind=st.sampled_from(["fill", "outline", "bars", "ramp", "half_moons", "ring", "text"]),
)
@settings(max_examples=150, deadline=None)
def test_drawing_beyond_the_edge_is_cut_off(box: tuple[int, int, int, int], kind: str) -> None:
    from calibration.patterns.lettering import Type

    canvas = Canvas(40, 30, 256, 7)
    {
        "fill": lambda: canvas.fill(box, 9),
        "outline": lambda: canvas.outline(box, 9, 3),
        "bars": lambda: canvas.bars(box, 4, 1, 2),
        "ramp": lambda: canvas.ramp(box, 0, 255),
        "half_moons": lambda: canvas.half_moons(box, (1, 2), "left"),
        "ring": lambda: canvas.ring(box[:2], box[2], 9),
        "text": lambda: canvas.text(box, "Lightbox", 200, Type(9)),
    }[kind]()
    assert canvas.values.shape == (30, 40)
    inside = canvas.values[max(0, box[1]) : max(0, box[1] + box[3]), max(0, box[0]) : max(0, box[0] + box[2])]
    if kind == "fill":
        assert (inside == 9).all()
        assert (canvas.values == 9).sum() == inside.size
