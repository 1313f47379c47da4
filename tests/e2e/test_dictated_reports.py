"""Dictated reports, from the wav to the signed report: said into a microphone, heard twice, settled, signed, compared.

The voice is synthetic. ``LIGHTBOX_FULL=1`` dictates all six examinations; otherwise the shortest.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.helpers.desk_at_site import DeskAtSite, demo_site, desk_at, until
from tests.helpers.pulse_microphone import PulseMicrophone, pulse_microphone
from tests.helpers.six_examinations import SIX, Examination, write_six_studies
from tests.helpers.speech import recording, tiny_en
from workstation.app.transcribing import models_of
from workstation.dictation.engine_worker import EngineState
from workstation.dictation.passages import Passage, splice_between
from workstation.dictation.protected import differences, protected_values
from workstation.dictation.wer import word_errors
from workstation.reading.case import Case
from workstation.reading.dictation_changes import CommandSpoken
from workstation.site.folders import folders_for

VOICE = "hibari"
EXAMINATIONS = SIX if os.environ.get("LIGHTBOX_FULL") == "1" else (SIX[4],)
pytestmark = pytest.mark.timeout(900)


@dataclass
class Tally:
    """What it took to get from what was heard to what was signed."""

    choices: int = 0
    by_hand: int = 0
    replaced: int = 0
    heard_errors: dict[str, float] = field(default_factory=dict)


@pytest.fixture
def pulse() -> Iterator[PulseMicrophone]:
    # Not tmp_path: the name of a socket holds 108 characters at most.
    with tempfile.TemporaryDirectory(prefix="lb") as folder, pulse_microphone(Path(folder)) as microphone:
        yield microphone


@pytest.fixture
def at(pulse: PulseMicrophone, tmp_path: Path) -> Iterator[DeskAtSite]:
    models_of(folders_for(tmp_path / "dr.demo")).add(tiny_en())
    with (
        demo_site(tmp_path, write_six_studies(tmp_path / "studies")) as (_site, profile),
        desk_at(profile, tmp_path) as desk,
    ):
        desk.sync()
        desk.desk.start()
        yield desk


@pytest.mark.parametrize("examination", EXAMINATIONS, ids=lambda each: each.description)
def test_a_dictated_report_is_signed_with_what_was_said(
    at: DeskAtSite, pulse: PulseMicrophone, examination: Examination
) -> None:
    case, tally = at.opened(examination.accession), Tally()
    at.desk.dictation.place(case.key, "findings", 0, 0)
    until(lambda: pumped(at) and at.desk.dictation.state.engine_state is EngineState.READY, timeout_s=120)
    until(lambda: pumped(at) and at.desk.dictation.state.is_hearing, timeout_s=30)
    for field_id in ("findings", "impression"):
        dictate(at, pulse, case, field_id, getattr(examination, field_id))
        heard = at.desk.draft(case).fields[field_id]
        tally.heard_errors[field_id] = round(word_errors(examination.written(field_id), heard).rate, 3)
    tally.replaced = sum(
        passage.is_second for name in tally.heard_errors for passage in at.desk.dictation.passages(case.key, name)
    )
    settle(at, case, examination, tally)
    signed = {each: at.desk.draft(case).fields[each] for each in ("findings", "impression")}
    at.desk.edit_field(case.key, "technique", "As usual.")
    at.desk.sign(case, "demo", {})
    for field_id, text in signed.items():
        expected = examination.written(field_id)
        assert protected_values(text) == protected_values(expected), field_id
        assert word_errors(expected, text).rate <= 0.15, (field_id, text)
    sys.stdout.write(f"\n{examination.description}: {json.dumps(tally.__dict__)}\n")


def dictate(at: DeskAtSite, pulse: PulseMicrophone, case: Case, field_id: str, names: tuple[str, ...]) -> None:
    """Say sentences into a field, one after the other, and wait until every word has come."""
    dictation = at.desk.dictation
    end = len(at.desk.draft(case).fields[field_id])
    dictation.place(case.key, field_id, end, end)
    assert dictation.toggle()
    for name in names:
        player = pulse.start_playing(recording(VOICE, name))
        while player.poll() is None:
            pumped(at)
        for _ in range(40):
            pumped(at)  # a breath between sentences
    dictation.disarm()
    until(lambda: pumped(at) and not dictation.state.is_busy, timeout_s=120)


def pumped(at: DeskAtSite) -> bool:
    """What the windows do all the time."""
    for change in at.desk.dictation.pump():
        assert not isinstance(change, CommandSpoken), change
    time.sleep(0.025)
    return True


def settle(at: DeskAtSite, case: Case, examination: Examination, tally: Tally) -> None:
    """As a reader would: choose the right hearing, mend values that both got wrong, confirm."""
    for passage in at.desk.dictation.choices(case.key):
        tally.choices += 1
        at.desk.dictation.choose(case.key, passage.utterance, second=is_second_right(passage, examination))
    for field_id in ("findings", "impression"):
        text, expected = at.desk.draft(case).fields[field_id], examination.written(field_id)
        if differences(text, expected) or word_errors(expected, text).rate > 0.15:
            tally.by_hand += len(differences(text, expected))
            assert splice_between(text, expected) is not None
            at.desk.edit_field(case.key, field_id, expected)
        at.desk.dictation.confirm(case.key, field_id)
    assert not [each for each in at.desk.obstacles_to_signing(case) if each.key.startswith(("choice", "unconfirmed"))]


def is_second_right(passage: Passage, examination: Examination) -> bool:
    """Whether the other hearing has more of the values that were said."""
    assert passage.other is not None
    expected = protected_values(examination.written(passage.field))
    missing = [sum(value not in expected for value in protected_values(text)) for text in (
        passage.written.text, passage.other.text
    )]  # fmt: skip
    errors = [word_errors(examination.written(passage.field), text).substitutions for text in (
        passage.written.text, passage.other.text
    )]  # fmt: skip
    return (missing[1], errors[1]) < (missing[0], errors[0])
