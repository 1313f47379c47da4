"""Dictation at a real desk at a site: in the way of signing, learnt at the end, erased when signed or returned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.desk_at_site import DeskAtSite
from workstation.dictation.utterances import Block, Ended, EndReason, Started, Tag, Target
from workstation.reading.case import Case
from workstation.reading.desk import TOPICS
from workstation.reading.dictated_json import dictated_to_json
from workstation.reading.dictated_text import DictatedText
from workstation.reading.errors import NotNow


@pytest.fixture
def case(at: DeskAtSite) -> Case:
    item = at.desk.worklist_rows()[0].item.uid
    opened = at.desk.open_case(item).case
    assert opened is not None
    at.fill(opened)
    return opened


def record(at: DeskAtSite, case: Case) -> Tag:
    """A recording of this case, as the microphone makes it."""
    tag = Tag("u1", Target(case.key, 1, "findings"))
    audio = at.desk.dictation._hearing.audio
    for event in (Started(tag), Block(tag, b"\1\0" * 16_000), Ended(tag, EndReason.PAUSE, 1.0, (0.0, 1.0), 0)):
        audio.handle(event)
    audio.save_now()
    assert at.desk.dictation.sound_of("u1")
    return tag


def test_unconfirmed_text_is_in_the_way_of_signing_until_it_is_confirmed(at: DeskAtSite, case: Case) -> None:
    at.desk.dictation._scribe.text_of(case.key).must_be_confirmed("findings")
    assert "unconfirmed:findings" in [each.key for each in at.desk.obstacles_to_signing(case)]
    with pytest.raises(NotNow, match="low-accuracy"):
        at.desk.sign(case, "demo", {each.key: "seen" for each in at.desk.obstacles_to_signing(case)})
    at.desk.dictation.confirm(case.key, "findings")
    assert "unconfirmed:findings" not in [each.key for each in at.desk.obstacles_to_signing(case)]


def test_recordings_go_when_the_report_is_signed(at: DeskAtSite, case: Case) -> None:
    record(at, case)
    acknowledged = {each.key: "seen" for each in at.desk.obstacles_to_signing(case)}
    at.desk.sign(case, "demo", acknowledged)
    assert at.desk.dictation.sound_of("u1") == b""
    assert len([each for each in (at.store.folders.data / "dictation").iterdir() if each.stat().st_size > 1000]) == 0


def test_recordings_go_when_the_item_is_returned_and_stay_when_the_case_is_closed(at: DeskAtSite, case: Case) -> None:
    record(at, case)
    at.desk.close_case(case.key)
    assert at.desk.dictation.sound_of("u1")
    at.desk.return_to_site(case.items[0].uid, "Outside my subspecialty")
    assert at.desk.dictation.sound_of("u1") == b""


def test_what_is_kept_of_dictation_is_saved_with_the_draft_and_goes_into_no_report(at: DeskAtSite, case: Case) -> None:
    text = DictatedText()
    text.must_be_confirmed("findings")
    kept = dictated_to_json(text, {})
    before = at.desk._drafts.change(case.key, lambda draft: draft.with_dictated(kept))
    at.desk.save_drafts()
    stored = at.store.catalogue.drafts.load(case.key)
    assert stored is not None
    assert stored["dictated"] == kept
    assert type(before).from_json(stored) == before
    assert replace(before, dictated=None).to_json() == {k: v for k, v in stored.items() if k != "dictated"}


def test_an_edit_at_the_desk_is_followed_and_dictation_is_a_topic(at: DeskAtSite, case: Case) -> None:
    assert "dictation" in TOPICS
    told: list[str] = []
    at.desk.observe(told.append)
    at.desk.dictation.place(case.key, "findings", 4, 4)
    assert "dictation" in told
    at.desk.edit_field(case.key, "findings", "The text.")
    assert not at.desk.dictation.press()
    assert at.desk.dictation.state.trouble
