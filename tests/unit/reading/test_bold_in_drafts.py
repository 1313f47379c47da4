"""Bold text of a draft: it follows what dictation does, survives a restart and another template, and is signed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.helpers.dictation_room import HEAD, dictation_room
from tests.helpers.vaults import HandClock
from workstation.foundation.conditions import ConditionBoard
from workstation.reading.drafting import DraftKeeper
from workstation.reading.report_content import adopted
from workstation.reporting.draft import Draft
from workstation.reporting.template import Template, TemplateField

NOW = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


def _bold(draft: Draft, field_id: str = "findings") -> list[str]:
    return [draft.fields[field_id][start:end] for start, end in draft.emphasis.get(field_id, ())]


def test_dictation_keeps_bold_text_bold_and_a_restart_too(tmp_path: Path) -> None:
    with dictation_room(tmp_path, second=True) as room:
        room.second.is_held = True
        room.says("there is plural effusion", "there is pleural effusion")
        text = room.text()
        room.drafts.edit(HEAD, "findings", text, [(text.index("plural"), len(text))])
        room.second.let_go()
        room.dictation.disarm()
        room.until(lambda: "second-pass" not in room.keys_of_obstacles())
        room.says("no edema", "no edema")
        draft = room.drafts.get(HEAD)
        assert draft is not None
        assert draft.fields["findings"].startswith("There is pleural effusion. No")
        assert _bold(draft) == ["pleural effusion."]
        (passage, _) = room.dictation.passages(HEAD, "findings")
        room.dictation.take_back(HEAD, passage.utterance, None)
        draft = room.drafts.get(HEAD)
        assert draft is not None
        assert _bold(draft) == ["plural effusion."]
        room.drafts.save_now()
        again = DraftKeeper(room.catalogue, HandClock(), ConditionBoard(HandClock()))
        assert again.open(HEAD, lambda: draft) == draft
        assert again.get(HEAD) is not draft


def test_text_that_another_template_takes_over_stays_bold() -> None:
    new = Template(
        "new", "New", fields=(TemplateField("findings", "Findings"), TemplateField("impression", "Impression"))
    )
    old = Template(
        "old", "Old", fields=(*new.fields, TemplateField("bones", "Bones"), TemplateField("soft", "Soft tissue"))
    )
    draft = Draft.from_template(old, case_key="case", now=NOW)
    for field_id, text, word in (
        ("findings", "A large mass.", "large"),
        ("bones", "Old fracture.", "fracture"),
        ("soft", "Swelling.", "Swelling"),
        ("impression", "Tumour.", "Tumour"),
    ):
        at = text.index(word)
        draft = draft.with_field(field_id, text, NOW, [(at, at + len(word))])
    moved = adopted(draft, [new], new, NOW)
    assert moved.fields["findings"] == "A large mass.\n\nOld fracture.\n\nSwelling."
    assert _bold(moved) == ["large", "fracture", "Swelling"]
    assert set(moved.emphasis) == {"findings", "impression"}
