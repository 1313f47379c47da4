"""`calibration displays`, `status`, `register`, `override`, `withdraw-lut`: what is attached, its state, its use."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from calibration.displays.identity import ROLES, DisplayFacts, DisplayIdentity, PanelSettings
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput

if TYPE_CHECKING:
    from calibration.checks.authority import DisplayAuthority
    from calibration.checks.display_state import DisplayState
    from calibration.checks.schedule import DueTask
    from calibration.conformance.policy import Policy
    from calibration.displays.ddc import PanelReading
    from calibration.records.record_book import RecordBook

_DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_Panel = Annotated[bool, typer.Option("--panel/--no-panel", help="Ask monitors for their settings over DDC/CI.")]
_Display = Annotated[str, typer.Argument(help="Plug, serial number, or place in the list of displays.")]
_Operator = Annotated[str, typer.Option(help="Name of the person who does this.")]
_HOURS = 12.0


def register(app: typer.Typer) -> None:
    """Add the commands of this page to the command line."""
    app.command()(displays)
    app.command()(status)
    app.command("register")(register_display)
    app.command()(override)
    app.command("withdraw-lut")(withdraw_lut)


def displays(data_dir: _DataDir = None, panel: _Panel = True, as_json: _AsJson = False) -> int:  # noqa: ARG001 - every command takes it
    """What is attached to this computer."""
    found, readings = _attached(panel)
    document = [_facts_json(each, readings) for each in found]
    lines = [line for number, each in enumerate(found, 1) for line in _facts_lines(number, each, readings)]
    _print(document, lines, as_json=as_json)
    return 0


def status(
    role: Annotated[str, typer.Option(help="diagnostic, mammography or review; the registered one by default.")] = "",
    data_dir: _DataDir = None,
    panel: _Panel = True,
    as_json: _AsJson = False,
) -> int:
    """State of every display in a role. Exit 0 when all are fit (checked, within limits, not expired), else 1."""
    wanted = _role(role) if role else ""
    found, readings = _attached(panel)
    with _desk(data_dir, readings) as (_, authority):
        rows = []
        for each in found:
            used = wanted or _registered_role(authority, each.identity)
            state = authority.state_of(each.identity, used)
            rows.append((each, state, authority.tasks_of(each.identity, used)))
    document = [{**_facts_json(each, readings), **_state_json(state, tasks)} for each, state, tasks in rows]
    lines = [line for each, state, tasks in rows for line in _state_lines(each, state, tasks)]
    _print(document, lines, as_json=as_json)
    return 0 if all(state.is_fit for _, state, _ in rows) else 1


def register_display(
    display: _Display,
    policy: Annotated[str, typer.Option(help="Id of the policy it is judged by: tg18, acr, home-office ...")],
    operator: _Operator,
    role: Annotated[str, typer.Option(help="diagnostic, mammography or review.")] = "diagnostic",
    target: Annotated[float | None, typer.Option(help="L'max it is set to, cd/m².")] = None,
    reflection: Annotated[float | None, typer.Option(help="Its diffuse reflection, cd/m² per lux.")] = None,
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """Say what a display is used for and by which policy it is judged; a later registration takes its place."""
    from calibration.app.attached_displays import display_named
    from calibration.conformance.policy import policy_of
    from calibration.records.record import DisplayRecord
    from calibration.records.record_book import new_head
    from workstation.foundation.clock import SystemClock

    found, readings = _attached(panel=True)
    facts = _with_panel(display_named(display, found), readings)
    chosen = policy_of(_policies(data_dir), policy)
    _refuse_odd("target", target, 10, 10_000)
    _refuse_odd("reflection", reflection, 0, 0.5)
    with _desk(data_dir, readings) as (book, _):
        head = new_head(facts.identity.key, _name(operator), SystemClock())
        book.append(DisplayRecord(head, facts, _role(role), chosen.id, target, reflection))
    document = {**_facts_json(facts, readings), "role": role, "policy": chosen.id, "record": head.id}
    _print(document, [f"{facts.identity.title}: registered for {role} use, judged by {chosen.title}"], as_json=as_json)
    return 0


def override(
    display: _Display,
    reason: Annotated[str, typer.Option(help="Why it is used although it is not fit.")],
    operator: _Operator,
    role: Annotated[str, typer.Option(help="diagnostic, mammography or review.")] = "diagnostic",
    hours: Annotated[float, typer.Option(help="How long, from now.")] = _HOURS,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="End an override before its time.")] = False,
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """Take responsibility for using a display in spite of its state, until a given time."""
    from calibration.app.attached_displays import display_named
    from calibration.records.record_book import new_head
    from workstation.foundation.clock import SystemClock

    found, readings = _attached(panel=False)
    identity, used = display_named(display, found).identity, _role(role)
    _refuse_odd("hours", hours, 0, 24 * 366)
    with _desk(data_dir, readings) as (_, authority):
        head = new_head(identity.key, _name(operator), SystemClock())
        if withdraw:
            authority.withdraw_override(head, used, reason)
        else:
            authority.override(head, used, reason, head.at + timedelta(hours=hours))
        state = authority.state_of(identity, used)
    _print(_state_json(state, ()), [f"{identity.title}: {state.sentence}"], as_json=as_json)
    return 0


def withdraw_lut(display: _Display, operator: _Operator, data_dir: _DataDir = None, as_json: _AsJson = False) -> int:
    """Show images past the display LUT from now on: the monitor is calibrated inside, or the LUT is doubted."""
    from calibration.app.attached_displays import display_named
    from calibration.checks.display_history import history_of
    from calibration.checks.making_lut import withdrawal
    from calibration.records.record_book import new_head
    from workstation.foundation.clock import SystemClock

    found, readings = _attached(panel=False)
    facts = display_named(display, found)
    identity = facts.identity
    with _desk(data_dir, readings) as (book, authority):
        in_use = history_of(identity, book.records(identity.key)).calibration
        if in_use is None or not in_use.lut_sha256:
            raise BadInput(f"{identity.title} is used without a display LUT.", "There is nothing to withdraw.")
        head = new_head(identity.key, _name(operator), SystemClock())
        book.append(withdrawal(head, facts.panel, in_use.ambient, in_use.head.id))
        state = authority.state_of(identity, _registered_role(authority, identity))
    _print(_state_json(state, ()), [f"{identity.title}: without a display LUT. {state.sentence}"], as_json=as_json)
    return 0


# --- what the commands stand on


@contextmanager
def _desk(
    data_dir: Path | None, readings: dict[DisplayIdentity, PanelReading]
) -> Iterator[tuple[RecordBook, DisplayAuthority]]:
    """The records and the authority over them, closed at the end."""
    from calibration.checks.authority import DisplayAuthority
    from calibration.records.folder import records_folder
    from calibration.records.record_book import RecordBook
    from workstation.foundation.clock import SystemClock

    def panel_of(identity: DisplayIdentity) -> PanelSettings:
        return readings[identity].settings if identity in readings else PanelSettings()

    clock, policies = SystemClock(), _policies(data_dir)
    with RecordBook.open(records_folder(data_dir), clock) as book:
        yield book, DisplayAuthority(book, policies, clock, panel_of)


def _policies(data_dir: Path | None) -> Mapping[str, Policy]:
    from calibration.checks.opening import own_and_shipped_policies
    from workstation.site.folders import folders_for

    return own_and_shipped_policies(folders_for(data_dir))


def _attached(panel: bool) -> tuple[Sequence[DisplayFacts], dict[DisplayIdentity, PanelReading]]:
    from calibration.app.attached_displays import attached_displays
    from calibration.displays.ddc import panels_of

    found = attached_displays()
    readings = dict(panels_of(found, CancelToken())) if panel else {}
    return [_with_panel(each, readings) for each in found], readings


def _with_panel(facts: DisplayFacts, readings: dict[DisplayIdentity, PanelReading]) -> DisplayFacts:
    reading = readings.get(facts.identity)
    return replace(facts, panel=reading.settings) if reading else facts


def _registered_role(authority: DisplayAuthority, identity: DisplayIdentity) -> str:
    registration = authority.registration_of(identity)
    return registration.role if registration else "diagnostic"


def _role(text: str) -> str:
    if text not in ROLES:
        raise BadInput(f"{text!r} is no role of a display.", f"The roles are: {', '.join(ROLES)}.")
    return text


def _name(operator: str) -> str:
    if not operator.strip():
        raise BadInput("The name of the person is missing.", "Give it with --operator.")
    return operator.strip()


def _refuse_odd(option: str, value: float | None, above: float, most: float) -> None:
    if value is not None and not above < value <= most:
        raise BadInput(f"--{option} {value:g} makes no sense.", f"Give a number above {above:g}, at most {most:g}.")


# --- words


def _facts_json(facts: DisplayFacts, readings: dict[DisplayIdentity, PanelReading]) -> dict[str, Any]:
    identity, panel, reading = facts.identity, facts.panel, readings.get(facts.identity)
    return {
        "connector": identity.connector,
        "key": identity.key,
        "manufacturer": identity.manufacturer,
        "model": identity.model,
        "serial": identity.serial,
        "width_px": identity.width_px,
        "height_px": identity.height_px,
        "width_mm": facts.width_mm,
        "height_mm": facts.height_mm,
        "pitch_mm": round(facts.pitch_mm, 4) if facts.pitch_mm else None,
        "made": facts.made,
        "edid_sha256": facts.edid_sha256,
        "weak_identity": identity.is_weak,
        "brightness": panel.brightness,
        "contrast": panel.contrast,
        "hours": panel.hours,
        "firmware": panel.firmware,
        "panel_reason": reading.reason if reading else "",
    }


def _facts_lines(number: int, facts: DisplayFacts, readings: dict[DisplayIdentity, PanelReading]) -> Iterator[str]:
    identity = facts.identity
    size = f"{identity.width_px} x {identity.height_px} pixels"
    if facts.width_mm and facts.height_mm:
        size += f", {facts.width_mm} x {facts.height_mm} mm"
    if facts.pitch_mm:
        size += f", pitch {facts.pitch_mm:.3f} mm"
    yield f"{number}  {identity.title}: {size}{f', made {facts.made}' if facts.made else ''}"
    if identity.is_weak:
        yield "   It tells no serial number: only plug and size tell it from another."
    if facts.panel != PanelSettings():
        yield f"   {_panel_text(facts.panel)}"
    elif facts.identity in readings:
        yield f"   Settings not known: {readings[facts.identity].reason}."


def _panel_text(panel: PanelSettings) -> str:
    parts = (
        f"brightness {panel.brightness} %" if panel.brightness is not None else "",
        f"contrast {panel.contrast} %" if panel.contrast is not None else "",
        f"{panel.hours} hours of use" if panel.hours is not None else "",
        f"firmware {panel.firmware}" if panel.firmware else "",
    )
    text = ", ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def _state_json(state: DisplayState, tasks: Sequence[DueTask]) -> dict[str, Any]:
    override_ = state.override
    return {
        "state": state.name.value,
        "role": state.role,
        "fit": state.is_fit,
        "reasons": list(state.reasons),
        "override": {"operator": override_.operator, "reason": override_.reason, "until": _time(override_.until)}
        if override_
        else None,
        "tasks": [
            {
                "check": task.check,
                "title": task.title,
                "last": _time(task.last) if task.last else None,
                "due_on": task.due_on.isoformat(),
                "expires_on": task.expires_on.isoformat(),
                "days_left": task.days_left,
                "state": task.dueness.value,
            }
            for task in tasks
        ],
    }


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _state_lines(facts: DisplayFacts, state: DisplayState, tasks: Sequence[DueTask]) -> Iterator[str]:
    yield f"{facts.identity.title}, {state.role}: {state.name.value.upper()}. {state.sentence}"
    yield from (f"   {reason}" for reason in state.reasons[1:])
    yield from (f"   {task.sentence}" for task in tasks[:1] if task.days_left > 0)


def _print(document: object, lines: Sequence[str], *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(document, indent=2, ensure_ascii=False) if as_json else "\n".join(lines)) + "\n")
