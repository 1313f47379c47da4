"""Undo over all fields, in the order of their changes, whatever was undone in a field itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QTest

from workstation.ui.field_history import FieldHistory
from workstation.ui.report_text import ReportText

Editors = dict[str, ReportText]
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["splice", "own undo", "own redo"]), st.sampled_from("ab")),
        st.tuples(st.sampled_from(["undo", "redo"]), st.just("")),
    ),
    max_size=25,
)


@pytest.fixture
def editors(qtbot: Any) -> Editors:
    made = {key: ReportText(key) for key in "ab"}
    for each in made.values():
        qtbot.addWidget(each)
    return made


def _texts(editors: Editors) -> tuple[str, ...]:
    return tuple(each.toPlainText() for each in editors.values())


def test_steps_are_taken_back_in_the_order_of_the_fields_changes(editors: Editors) -> None:
    history = FieldHistory(editors)
    editors["a"].splice(0, 0, "one two")
    QTest.keyClicks(editors["b"], "typed")
    editors["a"].splice(0, 3, "1")
    assert [history.undo() for _ in range(4)] == ["a", "b", "a", ""]
    assert _texts(editors) == ("", "")
    assert [history.redo() for _ in range(4)] == ["a", "b", "a", ""]
    assert _texts(editors) == ("1 two", "typed")


def test_a_step_undone_in_its_field_is_not_undone_twice(editors: Editors) -> None:
    history = FieldHistory(editors)
    editors["a"].splice(0, 0, "first")
    editors["b"].splice(0, 0, "second")
    editors["b"].undo()
    assert history.undo() == "a"
    assert history.redo() == "a"
    assert history.redo() == "b"
    assert _texts(editors) == ("first", "second")


def test_a_new_step_ends_what_could_be_made_again(editors: Editors) -> None:
    history = FieldHistory(editors)
    editors["a"].splice(0, 0, "old")
    history.undo()
    editors["a"].splice(0, 0, "new")
    assert history.redo() == ""
    assert history.undo() == "a"
    assert _texts(editors) == ("", "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_undoing_everything_leads_back_and_redoing_everything_forth(editors: Editors, actions: list[Any]) -> None:
    for each in editors.values():
        each.setPlainText("")
    history = FieldHistory(editors)
    for number, (what, field) in enumerate(actions):
        if what == "splice":
            editors[field].splice(0, 0, f"{number} ")
        elif field:
            getattr(editors[field], what.removeprefix("own "))()
        else:
            getattr(history, what)()
    while history.redo():
        pass
    final = _texts(editors)
    assert not any(each.document().isRedoAvailable() for each in editors.values())
    while history.undo():
        pass
    assert _texts(editors) == ("", "")
    while history.redo():
        pass
    assert _texts(editors) == final
