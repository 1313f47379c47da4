"""What the worklist says: columns, lists, filter, order. No gesture needed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from tests.helpers.fake_desk import FakeItem, SteadyClock, a_row
from tests.helpers.work_items import NOW, a_patient, an_ai_flag, an_item
from workstation.catalogue.instances import Counts
from workstation.catalogue.work_items import ClaimState
from workstation.foundation.conditions import Condition, Severity
from workstation.ui.worklist_columns import Column, Tone, due_text, due_tone, sort_key, text_of, tone_of
from workstation.ui.worklist_lists import WorklistList, counts_of, is_in, matches
from workstation.ui.worklist_state import saying_of
from workstation.ui.worklist_table import columns_fitted, columns_from, columns_text
from workstation.ui.worklist_table_model import COLUMNS, WorklistFilter, WorklistTableModel


@pytest.mark.parametrize(
    ("seconds", "text", "tone"),
    [
        (18 * 60 + 32, "0:18:32", Tone.PLAIN),
        (14 * 60, "0:14:00", Tone.WARN),
        (0, "0:00:00", Tone.WARN),
        (-130, "late 0:02:10", Tone.FAIL),
        (26 * 3600, "1 d 02 h", Tone.PLAIN),
        (None, "–", Tone.QUIET),
    ],
)
def test_due_counts_down_and_then_up(seconds: int | None, text: str, tone: Tone) -> None:
    slack = None if seconds is None else timedelta(seconds=seconds)
    assert (due_text(slack), due_tone(slack)) == (text, tone)


def test_a_row_says_what_a_reader_compares() -> None:
    item = an_item(1, priority="HIGH", due_in=timedelta(minutes=18), ai=an_ai_flag())
    row = a_row(FakeItem(item, counts=Counts(expected=160, received=120)), NOW)
    said = {column: text_of(column, row, NOW) for column in Column}
    assert said[Column.PRIORITY] == "STAT"
    assert said[Column.DUE] == "0:18:00"
    assert said[Column.PATIENT] == "SYNTHETIC, Ada"
    assert said[Column.AGE_SEX] == "67 y F"
    assert said[Column.STUDY] == "CT head without contrast"
    assert said[Column.REGION] == "Head"
    assert said[Column.SITE] == "Northside Hospital"
    assert said[Column.IMAGES] == "120 / 160"
    assert said[Column.PRIORS] == "–"
    assert said[Column.AI] == "AI: Intracranial haemorrhage, 93 %"
    assert said[Column.STATE] == "downloading 120/160"


def test_what_nobody_waits_for_is_quiet() -> None:
    item = an_item(1, priority="HIGH", due_in=timedelta(minutes=-4))
    taken = a_row(FakeItem(item, holder="Dr. Second"), NOW)
    free = a_row(FakeItem(item), NOW)
    for column in (Column.PRIORITY, Column.DUE):
        assert tone_of(column, free, NOW) is Tone.FAIL
        assert tone_of(column, taken, NOW) is Tone.QUIET


def test_quarantined_images_warn() -> None:
    row = a_row(FakeItem(an_item(1), counts=Counts(expected=10, received=9, quarantined=1)), NOW)
    assert tone_of(Column.IMAGES, row, NOW) is Tone.WARN


def test_an_ai_flag_without_confidence_claims_none() -> None:
    row = a_row(FakeItem(an_item(1, ai=an_ai_flag(confidence=None))), NOW)
    assert text_of(Column.AI, row, NOW) == "AI: Intracranial haemorrhage"


@pytest.mark.parametrize("column", list(Column))
def test_every_column_can_be_sorted(column: Column) -> None:
    rows = [a_row(FakeItem(an_item(n, due_in=None if n == 2 else timedelta(hours=n))), NOW) for n in (3, 1, 2)]
    assert len(sorted(rows, key=lambda row: sort_key(column, row, NOW))) == 3


def test_lists_hold_what_their_names_say() -> None:
    free = a_row(FakeItem(an_item(1, priority="HIGH")), NOW)
    mine = a_row(FakeItem(an_item(2), claim=ClaimState.OURS), NOW)
    leaving = a_row(FakeItem(an_item(3, priority="HIGH"), claim=ClaimState.COMPLETING), NOW)
    drafted = frozenset({mine.item.uid, leaving.item.uid})
    counted = counts_of((free, mine, leaving), drafted)
    assert counted == {
        WorklistList.ALL: 3,
        WorklistList.MINE: 1,
        WorklistList.STAT: 1,
        WorklistList.DRAFTS: 1,
        WorklistList.TO_DELIVER: 1,
    }
    assert not is_in(WorklistList.DRAFTS, leaving, drafted)


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("ada", True),
        ("HEAD ada", True),
        ("a20260001", True),
        ("zoe", True),
        ("knee", False),
        ("", True),
        ("ada knee", False),
    ],
)
def test_typed_words_are_found_in_any_order(typed: str, fits: bool) -> None:
    item = an_item(1, patient=a_patient("SYNTHETIC^Ada Zoë"))
    assert matches(a_row(FakeItem(item), NOW), typed, NOW) is fits


def test_columns_are_remembered_in_order_with_widths() -> None:
    moved = columns_text([(Column.STATE, 300), (Column.PATIENT, 200)])
    restored = columns_from(moved)
    assert restored[:2] == ((Column.STATE, 300), (Column.PATIENT, 200))
    assert {column for column, _ in restored} == set(Column)


@pytest.mark.parametrize("text", ["", "nonsense", "state:abc, what:40", "state:1", "priority:99999999"])
def test_a_spoilt_preference_still_gives_all_columns(text: str) -> None:
    restored = columns_from(text)
    assert sorted(column.value for column, _ in restored) == sorted(column.value for column in Column)
    assert all(40 <= width <= 2000 for _, width in restored)


@pytest.mark.parametrize("width", [1060, 1388, 1900, 3000])
def test_first_widths_fill_the_table(width: int) -> None:
    total = sum(each for _, each in columns_fitted(width))
    assert width - 6 <= total <= width


def _model(*items: FakeItem, clock: SteadyClock | None = None) -> WorklistTableModel:
    clock = clock or SteadyClock()
    model = WorklistTableModel(clock, "America/New_York")
    model.set_rows(tuple(a_row(each, clock.now()) for each in items))
    return model


def test_the_due_column_ticks_on_the_sites_clock(qtmodeltester: object, qtbot: object) -> None:
    clock = SteadyClock()
    model = _model(FakeItem(an_item(1, due_in=timedelta(minutes=1))), clock=clock)
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    cell = model.index(0, COLUMNS.index(Column.DUE))
    assert cell.data() == "0:01:00"
    clock.forward(timedelta(seconds=61))
    with qtbot.waitSignal(model.dataChanged):  # type: ignore[attr-defined]
        model.tick()
    assert cell.data() == "late 0:00:01"


def test_times_are_told_in_both_zones(qtbot: object) -> None:
    model = _model(FakeItem(an_item(1)))
    told = model.index(0, COLUMNS.index(Column.DUE)).data(Qt.ItemDataRole.ToolTipRole)
    assert "your time" in told
    assert "2 Nov 12:30 at the site" in told


def test_progress_repaints_only_its_row(qtbot: object) -> None:
    one, two = FakeItem(an_item(1), counts=Counts(expected=9)), FakeItem(an_item(2))
    model = _model(one, two)
    one.counts = Counts(expected=9, received=4)
    with qtbot.waitSignal(model.dataChanged) as told:  # type: ignore[attr-defined]
        model.set_rows((a_row(one, NOW), a_row(two, NOW)))
    assert (told.args[0].row(), told.args[1].row()) == (0, 0)


def test_the_order_of_urgency_stays_until_a_heading_is_clicked(qtbot: object) -> None:
    model = _model(FakeItem(an_item(2)), FakeItem(an_item(1, patient=a_patient("SYNTHETIC^Zoe"))))
    shown = WorklistFilter(model)
    patient = COLUMNS.index(Column.PATIENT)

    def order() -> list[str]:
        return [shown.index(number, patient).data() for number in range(shown.rowCount())]

    assert order() == ["SYNTHETIC, Ada", "SYNTHETIC, Zoe"]
    shown.sort(patient, Qt.SortOrder.DescendingOrder)
    assert order() == ["SYNTHETIC, Zoe", "SYNTHETIC, Ada"]
    shown.sort(-1)
    assert order() == ["SYNTHETIC, Ada", "SYNTHETIC, Zoe"]


def _say(**changes: object) -> tuple[str, str]:
    usual = {
        "is_loaded": True,
        "failure": "",
        "conditions": (),
        "which": WorklistList.ALL,
        "typed": "",
        "shown": 0,
        "held": 0,
    }
    said = saying_of(**{**usual, **changes})  # type: ignore[arg-type]
    return said.above, said.instead


def test_every_state_has_its_sentence() -> None:
    gone = Condition(
        "worklist-unreachable", Severity.WARN, "The worklist cannot be reached.", "It is tried again.", NOW
    )
    assert _say(is_loaded=False) == ("", "Looking at the worklist …")
    assert _say()[1].startswith("The site has no work for you now.")
    assert _say(which=WorklistList.MINE)[1].startswith("You have taken no item.")
    assert "None of the 7 items in “STAT”" in _say(which=WorklistList.STAT, typed="knee", held=7)[1]
    assert _say(shown=3, conditions=(gone,)) == (
        "The worklist cannot be reached. What you see may be old. It is tried again.",
        "",
    )
    assert _say(failure="The disk is full.", shown=3) == ("The disk is full.", "")


def test_what_is_over_has_no_time_left_and_leaves_the_list() -> None:
    reported = a_row(FakeItem(an_item(1, state="COMPLETED", due_in=timedelta(days=-600))), NOW)
    ours = a_row(FakeItem(an_item(2, state="COMPLETED"), claim=ClaimState.COMPLETED), NOW)
    assert text_of(Column.DUE, reported, NOW) == "–"
    assert not is_in(WorklistList.ALL, reported, frozenset())
    assert is_in(WorklistList.ALL, ours, frozenset())
