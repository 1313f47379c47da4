"""What checks of the displays do to reading: records written by another program, seen through the reader's desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calibration.checks.display_state import StateName
from calibration.conformance.policy import load_policies
from calibration.displays.identity import DisplayFacts, DisplayIdentity
from calibration.gsdf.display_lut import DisplayLut
from calibration.records.folder import records_folder
from calibration.records.record_book import RecordBook
from tests.helpers.desk_at_site import DeskAtSite, desk_at, until
from tests.helpers.display_department import Department, SetClock, a_built_lut
from tests.helpers.tiny_studies import HEAD_ACCESSION
from tests.unit.reading.test_reading_the_job import SCREENS
from workstation.demo_site.server import DemoSite
from workstation.hanging.hung import Hanging
from workstation.reading.case import Case
from workstation.reading.errors import NotNow

REPORT = DisplayIdentity("HDMI-1", "DEL", "U2720Q", "5KX7V13", 1920, 1080)
LEFT = DisplayIdentity("DP-1", "ENC", "RX560", "21984077", 2048, 2560)
RIGHT = DisplayIdentity("DP-2", "ENC", "RX560", "21984078", 2048, 2560)
PLUGGED = {"report:1": REPORT, "diagnostic:1": LEFT, "diagnostic:2": RIGHT}
TG18 = load_policies()["tg18"]


@contextmanager
def qa_program(at: DeskAtSite, identity: DisplayIdentity) -> Iterator[Department]:
    """The calibration program, beside the viewer, on the same records."""
    clock = SetClock(datetime.now(UTC) - timedelta(seconds=30))
    with RecordBook.open(records_folder(at.store.folders.root), clock) as book:
        yield Department(book, clock, {"house": TG18}, identity)


def check(at: DeskAtSite, identity: DisplayIdentity, **values: float) -> None:
    """An acceptance check; the display is registered with the first."""
    with qa_program(at, identity) as qa:
        if identity.key not in qa.authority.roles():
            qa.registered(policy="tg18")
        qa.checked("acceptance", **values)


def look(at: DeskAtSite) -> dict[str, StateName]:
    facts = {screen: DisplayFacts(identity) for screen, identity in PLUGGED.items()}
    return {screen: state.name for screen, state in at.desk.display_states(facts).items()}


def screens_with_images(hanging: Hanging | None) -> set[str]:
    assert hanging is not None
    return {viewport.screen for viewport in hanging.viewports if viewport.display_set is not None}


def warnings(at: DeskAtSite, case: Case) -> dict[str, str]:
    return {o.key: o.text for o in at.desk.obstacles_to_signing(case) if o.key.startswith("display:")}


def test_a_failed_monitor_gets_no_images_until_it_passes(at: DeskAtSite) -> None:
    check(at, LEFT)
    check(at, RIGHT, max_contrast_deviation=0.558)
    assert look(at) == {"diagnostic:1": StateName.OK, "diagnostic:2": StateName.FAILED}
    case = at.opened(HEAD_ACCESSION)
    hanging = at.desk.hang(case, SCREENS)
    assert screens_with_images(hanging) == {"diagnostic:1"}
    assert hanging is not None
    assert [left.screen_id for left in hanging.left_out] == ["diagnostic:2"]
    at.fill(case)
    said = warnings(at, case)
    assert list(said) == ["display:diagnostic:2"]
    assert said["display:diagnostic:2"].startswith(
        "Diagnostic monitor 2: Display failed its last check: Contrast response: greatest deviation 55.8 %"
    )
    check(at, RIGHT)
    assert look(at) == {"diagnostic:1": StateName.OK, "diagnostic:2": StateName.OK}
    assert warnings(at, case) == {}
    assert screens_with_images(at.desk.hang(case, SCREENS)) == {"diagnostic:1", "diagnostic:2"}


def test_an_open_case_keeps_its_images_when_a_check_fails_meanwhile(at: DeskAtSite) -> None:
    check(at, LEFT)
    check(at, RIGHT)
    look(at)
    case = at.opened(HEAD_ACCESSION)
    assert screens_with_images(at.desk.hang(case, SCREENS)) == {"diagnostic:1", "diagnostic:2"}
    check(at, RIGHT, max_contrast_deviation=0.558)
    assert look(at)["diagnostic:2"] is StateName.FAILED
    assert screens_with_images(at.desk.hang(case, SCREENS)) == {"diagnostic:1", "diagnostic:2"}
    assert "display:diagnostic:2" in warnings(at, case)


def test_an_override_on_record_lets_images_on_and_stands_in_the_report(at: DeskAtSite) -> None:
    check(at, LEFT)
    check(at, RIGHT, max_contrast_deviation=0.558)
    with qa_program(at, RIGHT) as qa:
        qa.authority.override(
            qa.head("Dr Ito"), "diagnostic", "the left one is broken", qa.clock.at + timedelta(days=1)
        )
    assert look(at)["diagnostic:2"] is StateName.FAILED
    case = at.opened(HEAD_ACCESSION)
    assert screens_with_images(at.desk.hang(case, SCREENS)) == {"diagnostic:1", "diagnostic:2"}
    at.fill(case)
    signed = at.desk.sign(case, "demo", {})
    record = at.store.catalogue.reports.get(signed.report_id, 1)
    assert record is not None
    frozen = record.canonical.decode()
    assert "Diagnostic monitor 1: Display checked and within limits." in frozen
    assert "used on the responsibility of Dr Ito until" in frozen
    assert "the left one is broken" in frozen


def test_a_calibration_by_the_other_program_drives_the_images_of_that_monitor(at: DeskAtSite) -> None:
    check(at, LEFT)
    look(at)
    assert at.desk.display_lut("diagnostic:1") is None
    lut = a_built_lut()
    with qa_program(at, LEFT) as qa:
        qa.clock.at += timedelta(seconds=1)
        qa.calibrated(lut)
    assert at.desk.display_lut("diagnostic:1") == DisplayLut.of(lut)
    assert at.desk.display_lut("diagnostic:2") is None
    assert look(at)["diagnostic:1"] is StateName.UNKNOWN  # until it is measured through the table
    with qa_program(at, LEFT) as qa:
        qa.clock.at += timedelta(seconds=2)
        qa.lut_sha256 = lut.sha256
        qa.checked("luminance-18")
    assert look(at)["diagnostic:1"] is StateName.OK


def test_a_stranger_on_the_plug_has_neither_state_nor_table(at: DeskAtSite) -> None:
    check(at, LEFT)
    with qa_program(at, LEFT) as qa:
        qa.clock.at += timedelta(seconds=1)
        qa.calibrated()
    stranger = DisplayFacts(replace(LEFT, serial="99998888"))
    states = at.desk.display_states({"diagnostic:1": stranger})
    assert states["diagnostic:1"].name is StateName.UNKNOWN
    assert "another monitor was registered on this plug" in states["diagnostic:1"].sentence
    assert at.desk.display_lut("diagnostic:1") is None


def test_the_desk_tells_of_a_check_that_another_program_finished(at: DeskAtSite) -> None:
    check(at, LEFT)
    look(at)
    told: list[str] = []
    at.desk.observe(told.append)
    at.desk.start()
    check(at, LEFT, max_contrast_deviation=0.558)
    until(lambda: "displays" in told)


def test_a_site_that_wants_serial_numbers(site: tuple[DemoSite, Path], tmp_path: Path) -> None:
    weak = replace(LEFT, serial="")
    profile = site[1] / "site.toml"
    for allowed, name in (("true", StateName.OK), ("false", StateName.UNKNOWN)):
        text = profile.read_text()
        profile.write_text(text.replace("allow_without_serial = true", f"allow_without_serial = {allowed}"))
        with desk_at(site[1], tmp_path) as at:
            check(at, weak)
            states = at.desk.display_states({"diagnostic:1": DisplayFacts(weak)})
            assert states["diagnostic:1"].name is name


def test_a_site_that_blocks_signs_nothing_on_an_unfit_monitor(site: tuple[DemoSite, Path], tmp_path: Path) -> None:
    profile = site[1] / "site.toml"
    text = profile.read_text()
    assert 'signing_on_unfit = "warn"' in text
    profile.write_text(text.replace('signing_on_unfit = "warn"', 'signing_on_unfit = "block"'))
    with desk_at(site[1], tmp_path) as at:
        at.sync()
        check(at, LEFT)
        check(at, RIGHT, luminance_ratio=80.0)
        look(at)
        case = at.opened(HEAD_ACCESSION)
        at.fill(case)
        with pytest.raises(NotNow, match=r"Diagnostic monitor 2: Display failed its last check: .* 80.0, limit"):
            at.desk.sign(case, "demo", {})
        check(at, RIGHT)
        look(at)
        at.desk.sign(case, "demo", {})
