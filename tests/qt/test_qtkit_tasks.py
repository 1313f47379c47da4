"""Work off the GUI thread: outcomes on the GUI thread, dropped when the owner is gone, bugs to the crash handler."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput, Cancelled, UserFacingError
from workstation.qtkit.tasks import BUG_TEXT, TaskRunner


@pytest.fixture
def bugs() -> list[BaseException]:
    return []


@pytest.fixture
def runner(qtbot: QtBot, bugs: list[BaseException]) -> Iterator[TaskRunner]:
    runner = TaskRunner(on_bug=bugs.append)
    yield runner
    assert runner.stop(3.0)


def _never(error: UserFacingError) -> None:
    pytest.fail(f"no failure was expected: {error}")


def _not_expected(value: object) -> None:
    pytest.fail(f"no success was expected: {value}")


def test_the_value_arrives_on_the_gui_thread(qtbot: QtBot, runner: TaskRunner) -> None:
    seen: list[tuple[int, int, int]] = []
    owner = QObject()

    runner.run(
        lambda _: threading.get_ident(),
        owner=owner,
        on_success=lambda worker: seen.append((worker, threading.get_ident(), 1)),
        on_failure=_never,
    )

    qtbot.waitUntil(lambda: bool(seen))
    worker, arrived, _ = seen[0]
    assert worker != threading.get_ident() == arrived
    assert runner.is_idle


def test_a_user_facing_error_is_told(qtbot: QtBot, runner: TaskRunner, bugs: list[BaseException]) -> None:
    told: list[UserFacingError] = []

    def work(_: CancelToken) -> int:
        raise BadInput("The file is empty.")

    owner = QObject()
    runner.run(work, owner=owner, on_success=_not_expected, on_failure=told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(told[0], BadInput)
    assert bugs == []


def test_a_bug_reaches_the_crash_handler_and_frees_the_view(
    qtbot: QtBot, runner: TaskRunner, bugs: list[BaseException]
) -> None:
    told: list[UserFacingError] = []
    owner = QObject()
    runner.run(lambda _: next(iter(())), owner=owner, on_success=_not_expected, on_failure=told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(bugs[0], StopIteration)
    assert told[0].what == BUG_TEXT


def test_cancelled_work_is_told_to_nobody(qtbot: QtBot, runner: TaskRunner, bugs: list[BaseException]) -> None:
    def work(_: CancelToken) -> int:
        raise Cancelled

    owner = QObject()
    runner.run(work, owner=owner, on_success=_not_expected, on_failure=_never)
    qtbot.waitUntil(lambda: runner.is_idle)
    assert bugs == []


def _held(runner: TaskRunner, owner: QObject, told: list[object]) -> tuple[CancelToken, threading.Event]:
    release = threading.Event()

    def work(token: CancelToken) -> str:
        release.wait(3.0)
        return "late"

    token = runner.run(work, owner=owner, on_success=told.append, on_failure=told.append)
    return token, release


def test_a_closed_widget_hears_nothing(qtbot: QtBot, runner: TaskRunner) -> None:
    told: list[object] = []
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    token, release = _held(runner, widget, told)
    widget.close()
    qtbot.waitUntil(lambda: token.is_cancelled)
    release.set()
    qtbot.wait(50)
    assert told == []


def test_a_widget_that_refused_to_close_still_hears(qtbot: QtBot, runner: TaskRunner) -> None:
    class Stubborn(QWidget):
        def closeEvent(self, event: object) -> None:
            event.ignore()  # type: ignore[attr-defined]

    told: list[object] = []
    widget = Stubborn()
    qtbot.addWidget(widget)
    widget.show()
    token, release = _held(runner, widget, told)
    widget.close()
    qtbot.wait(20)
    release.set()
    qtbot.waitUntil(lambda: told == ["late"])
    assert not token.is_cancelled


def test_a_destroyed_owner_hears_nothing(qtbot: QtBot, runner: TaskRunner) -> None:
    told: list[object] = []
    owner = QObject()
    token, release = _held(runner, owner, told)
    owner.deleteLater()
    qtbot.waitUntil(lambda: token.is_cancelled)
    release.set()
    qtbot.wait(50)
    assert told == []


def test_a_widget_never_shown_may_own_work(qtbot: QtBot, runner: TaskRunner) -> None:
    told: list[object] = []
    widget = QWidget()
    qtbot.addWidget(widget)
    _, release = _held(runner, widget, told)
    release.set()
    qtbot.waitUntil(lambda: told == ["late"])


def test_dropped_and_stopped_work_is_cancelled(qtbot: QtBot, runner: TaskRunner) -> None:
    told: list[object] = []
    owner, other = QObject(), QObject()
    token, release = _held(runner, owner, told)
    second, release_second = _held(runner, other, told)
    runner.drop(owner)
    assert token.is_cancelled
    assert not second.is_cancelled
    release.set()
    release_second.set()
    assert runner.stop(3.0)
    assert second.is_cancelled
    qtbot.wait(30)
    assert told == []
