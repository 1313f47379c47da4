"""`calibration measure`: a check or single test on a display, patterns and meter driven from the command line."""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workstation.foundation.errors import BadInput, SomethingMissing
from workstation.foundation.terminal import INTERRUPTED, emit_json, emit_text, tell

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from calibration.checks.check_run import CheckRun
    from calibration.checks.qa_desk import QaDesk
    from calibration.checks.run_order import RunOrder
    from calibration.conformance.policy import Policy
    from calibration.displays.identity import DisplayFacts
    from calibration.photometer.manual import TypedReadings
    from calibration.photometer.meter import Photometer
    from calibration.readings.reading import Ambient
    from calibration.records.record import CalibrationRecord, CheckRecord
    from calibration.ui.check_session import CheckSession
    from calibration.ui.pattern_stage import PatternStage
    from workstation.foundation.cancel import CancelToken

_DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_DEPTHS = {"": "", "18": "18 levels", "52": "52 levels", "256": "All 256 levels", "none": "Verify only"}
_DEFAULT_POLICY = "home-office"
_STOP_S = 5.0


def register(app: typer.Typer) -> None:
    """Add the commands of this page to the command line."""
    app.command()(measure)


def measure(
    display: Annotated[str, typer.Option(help="Plug, serial number, or place in the list of “calibration displays”.")],
    test: Annotated[str, typer.Option(help="A check (daily, monthly, calibration ...) or a test (luminance-18 ...).")],
    meter: Annotated[
        str, typer.Option(help="spotread[:PORT], minolta:PORT, manual or csv:FILE; none for checks by eye.")
    ] = "",
    policy: Annotated[str, typer.Option(help="Id of a policy; the registered one by default.")] = "",
    role: Annotated[str, typer.Option(help="diagnostic, mammography or review; the registered one by default.")] = "",
    ambient: Annotated[float | None, typer.Option(help="Lamb, light the dark screen reflects, cd/m².")] = None,
    lux: Annotated[float | None, typer.Option(help="Light on the screen, lux: Lamb follows from it.")] = None,
    depth: Annotated[str, typer.Option(help="Driving levels a calibration measures: 18, 52, 256 or none.")] = "",
    operator: Annotated[str, typer.Option(help="Who measures; the user's name by default.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the check of this display left behind.")] = False,
    break_off: Annotated[
        bool, typer.Option("--break-off", help="End the check left behind, keep its readings, begin anew.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the record to this JSON file, too.")] = None,
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """Measure a display. Exit 0: done, and within limits where it was judged; 1: checked and not within limits."""
    from calibration.app.check_report import document_of, exit_code_of, lines_of, write_record

    wanted = Wanted(display, test, meter, policy, role, ambient, lux, depth, operator, resume, break_off)
    wanted.check()
    try:
        check, made = _measured(wanted, data_dir)
    except KeyboardInterrupt:
        tell("Interrupted. Every reading so far is kept; go on with the same command and --resume.")
        return INTERRUPTED
    if out is not None:
        write_record(out, check)
    if as_json:
        emit_json(document_of(check, made))
    else:
        emit_text("\n".join(lines_of(check, made)))
    return exit_code_of(check)


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    display: str
    test: str
    meter: str = ""
    policy: str = ""
    role: str = ""
    ambient: float | None = None
    lux: float | None = None
    depth: str = ""
    operator: str = ""
    resume: bool = False
    break_off: bool = False

    def check(self) -> None:
        """Raise `BadInput` for what can be seen to be wrong at once."""
        from calibration.checks.check_table import check_named
        from calibration.displays.identity import ROLES

        check_named(self.test)
        if self.ambient is not None and self.lux is not None:
            raise BadInput("--ambient and --lux say the same thing twice.", "Give one of them.")
        if self.depth not in _DEPTHS:
            raise BadInput(f"--depth {self.depth} is not known.", f"Known: {', '.join(filter(None, _DEPTHS))}.")
        if self.role and self.role not in ROLES:
            raise BadInput(f"{self.role!r} is no role of a display.", f"The roles are: {', '.join(ROLES)}.")
        for option, value, most in (("--ambient", self.ambient, 50.0), ("--lux", self.lux, 20_000.0)):
            if value is not None and not 0 <= value <= most:
                raise BadInput(f"{option} {value:g} cannot be right.", f"Give 0 to {most:g}.")

    @property
    def who(self) -> str:
        """Name of the operator."""
        return self.operator.strip() or getpass.getuser()


def _measured(wanted: Wanted, data_dir: Path | None) -> tuple[CheckRecord, CalibrationRecord | None]:
    """Open everything, carry the check out, close everything."""
    from calibration.checks.opening import opened_qa_desk
    from workstation.foundation.clock import SystemClock
    from workstation.site.folders import folders_for

    application = _application()  # must outlive every window
    with opened_qa_desk(folders_for(data_dir), SystemClock()) as desk, ExitStack() as stack:
        facts = _facts(wanted.display)
        lines = sys.stdin if sys.stdin is not None and sys.stdin.isatty() else None
        typed, meter = _meter(wanted.meter, desk, stack)
        order = _order(wanted, facts, desk, meter)
        if lines is None:
            _require_no_person(order)
        run = _run(wanted, order, desk)
        stack.callback(run.leave)
        from calibration.app.measuring import Terminal

        session, stage = _session(run, meter, stack)
        terminal = Terminal(session, stage, lines, depth=_DEPTHS[wanted.depth], typed=typed)
        stack.callback(terminal.deleteLater)
        record = terminal.carry_out()
    del application
    return record, run.calibration


def _application() -> QApplication:
    """Qt, started once.

    Raises
    ------
    SomethingMissing
        Where there is no screen: patterns cannot be shown.
    """
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SomethingMissing("There is no screen here.", "Measure on the computer whose displays it is about.")
    from PySide6.QtWidgets import QApplication

    present = QApplication.instance()
    application = present if isinstance(present, QApplication) else QApplication(["calibration"])
    application.setQuitOnLastWindowClosed(False)  # patterns come and go
    return application


def _facts(name: str) -> DisplayFacts:
    """The display that is meant, with its panel's settings."""
    from calibration.app.attached_displays import attached_displays, display_named
    from workstation.foundation.cancel import CancelToken

    return _with_panel(display_named(name, attached_displays()), CancelToken())


def _with_panel(facts: DisplayFacts, cancel: CancelToken) -> DisplayFacts:
    from calibration.displays.ddc import panels_of

    reading = panels_of([facts], cancel).get(facts.identity)
    return facts if reading is None else replace(facts, panel=reading.settings)


def _meter(description: str, desk: QaDesk, stack: ExitStack) -> tuple[TypedReadings | None, Photometer | None]:
    """The meter, connected; and where a meter that a person reads waits for what is typed."""
    from calibration.photometer.manual import TypedReadings
    from calibration.photometer.meter_book import read_meter_book
    from calibration.photometer.opening import open_meter
    from workstation.foundation.cancel import CancelToken

    if not description:
        return None, None
    typed = TypedReadings()
    meter = open_meter(description, book=read_meter_book(desk.folders.config), ask=typed, clock=desk.clock)
    stack.callback(meter.close)
    meter.connect(CancelToken())
    return typed, meter


def _order(wanted: Wanted, facts: DisplayFacts, desk: QaDesk, meter: Photometer | None) -> RunOrder:
    from calibration.checks.display_history import history_of
    from calibration.checks.run_order import RunOrder
    from calibration.checks.video_lut import video_lut_of

    registration = desk.authority.registration_of(facts.identity)
    calibration = history_of(facts.identity, desk.book.records(facts.identity.key)).calibration
    lut = desk.authority.lut_for(facts.identity)
    reflection = registration.reflection_cd_m2_per_lux if registration else None
    return RunOrder(
        check=wanted.test,
        facts=facts,
        role=wanted.role or (registration.role if registration else "diagnostic"),
        policy=_policy(wanted.policy or (registration.policy if registration else _DEFAULT_POLICY), desk),
        operator=wanted.who,
        meter=meter.identity if meter is not None else None,
        lut=lut,
        lut_sha256=calibration.lut_sha256 if calibration is not None and lut is not None else "",
        ambient=_ambient(wanted, reflection),
        reflection_cd_m2_per_lux=reflection,
        target_max_cd_m2=registration.target_max_cd_m2 if registration else None,
        video_lut=video_lut_of(facts.identity.connector),
    )


def _policy(name: str, desk: QaDesk) -> Policy:
    from calibration.conformance.policy import policy_of

    return policy_of(desk.policies, name)


def _ambient(wanted: Wanted, reflection: float | None) -> Ambient | None:
    from calibration.checks.step_results import ambient_from_lux
    from calibration.readings.reading import Ambient, AmbientSource

    if wanted.ambient is not None:
        return Ambient(wanted.ambient, AmbientSource.PROVIDED)
    return None if wanted.lux is None else ambient_from_lux(wanted.lux, reflection)


def _run(wanted: Wanted, order: RunOrder, desk: QaDesk) -> CheckRun:
    """A new run, or the one left behind."""
    from calibration.checks.check_run import CheckRun
    from calibration.checks.run_order import UnfinishedCheck
    from calibration.checks.unfinished_runs import break_off_unfinished, unfinished_runs

    left = unfinished_runs(desk.book, order.facts.identity.key)
    if wanted.resume:
        if not left:
            raise BadInput("No check of this display was left unfinished.", "Begin one without --resume.")
        return CheckRun.resume(left[-1].run_id, order, desk.book, desk.clock)
    for run in left if wanted.break_off else ():
        break_off_unfinished(run.run_id, order, f"broken off by {order.operator}", desk.book, desk.clock)
    try:
        return CheckRun.start(order, desk.book, desk.clock)
    except UnfinishedCheck as error:
        raise UnfinishedCheck(error.what, "Go on with it by --resume, or end it by --break-off.") from error


def _require_no_person(order: RunOrder) -> None:
    """Refuse a check that asks what nobody is there to answer, before it begins."""
    from calibration.checks.check_plan import planned_steps
    from calibration.checks.steps import Ask, Enter

    steps = planned_steps(order)
    if any(isinstance(step, Ask) or (isinstance(step, Enter) and not step.is_optional) for step in steps):
        raise BadInput("This check asks a person, and nobody is at the terminal.", "Start it there, or in the window.")


def _session(run: CheckRun, meter: Photometer | None, stack: ExitStack) -> tuple[CheckSession, PatternStage]:
    """The session on the real screen, let go of in the right order at the end."""
    from calibration.ui.check_session import CheckSession
    from calibration.ui.pattern_stage import PatternStage
    from workstation.qtkit.screens import ScreenMap
    from workstation.qtkit.tasks import TaskRunner

    facts = run.order.facts
    screens = ScreenMap({})
    described = [each for each in screens.screens() if each.name == facts.identity.connector]
    if len(described) != 1:
        raise SomethingMissing(f"The display {facts.identity.title} is not there any more.", "Is it plugged in?")
    tasks = TaskRunner()
    stack.callback(tasks.stop, _STOP_S)
    stage = PatternStage(screens, described[0], facts.identity.title, tasks)
    session = CheckSession(run, stage, tasks, meter=meter, facts_now=lambda cancel: _with_panel(facts, cancel))
    stack.callback(session.close)
    return session, stage
