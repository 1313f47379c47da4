"""Builds dictation: microphone, loudspeaker, models and stores of one data folder."""

from __future__ import annotations

from collections.abc import Sequence

from workstation.app.store import Store
from workstation.dictation.dictation_microphones import UsbBus
from workstation.dictation.loudspeaker import Loudspeaker
from workstation.dictation.microphone import Microphone, SoundSystem
from workstation.dictation.speech_models import FOLDER_NAME, SpeechModels
from workstation.foundation.conditions import ConditionBoard
from workstation.foundation.helper_process import HelperProcess
from workstation.foundation.helper_process_limits import Limits
from workstation.foundation.resources import resource_folder
from workstation.reading.case_book import CaseBook
from workstation.reading.dictating import Dictation, DictationParts
from workstation.reading.dictation_engines import Wishes
from workstation.reading.dictation_store import FOLDER_NAME as RECORDINGS
from workstation.reading.dictation_store import DictationStore
from workstation.reading.drafting import DraftKeeper
from workstation.reading.learnt_store import LearntStore
from workstation.reading.speech_preparation import MODULES, SpeechPreparation
from workstation.reporting.draft import Draft
from workstation.reporting.template import Template, load_templates
from workstation.site.preferences import Preferences
from workstation.site.profile import SiteProfile

_PREPARATION = Limits(memory_bytes=2 << 30, time_s=180.0, patience=3.0)


def built_dictation(
    store: Store,
    profile: SiteProfile,
    preferences: Preferences,
    drafts: DraftKeeper,
    book: CaseBook,
    conditions: ConditionBoard,
) -> Dictation:
    """Dictation on an open store; nothing of it runs before it is started and a case is open."""
    sound, folder = SoundSystem(), store.folders.data / RECORDINGS
    helper = HelperProcess(_PREPARATION, name="speech-resources", count=1, preload=MODULES)
    parts = DictationParts(
        models=SpeechModels(store.folders.data / FOLDER_NAME, [resource_folder() / FOLDER_NAME]),
        prepare=SpeechPreparation(helper, store.folders.cache, profile.own_reports_path()),
        microphone=Microphone(sound),
        loudspeaker=Loudspeaker(sound),
        recordings=DictationStore(store.vault, folder, conditions),
        learnt=LearntStore(store.vault, folder, conditions),
        heading=_Headings(load_templates()),
        draft_keys=store.catalogue.drafts.keys,
        bus=UsbBus,
    )
    wishes = Wishes(
        preferences.speech_engine or profile.dictation.engine, profile.dictation.language, preferences.second_pass
    )
    return Dictation(
        parts,
        drafts,
        book,
        conditions,
        store.clock,
        wishes,
        microphone=preferences.microphone,
        buttons=preferences.microphone_buttons,
    )


class _Headings:
    """Names of fields, as the draft's template has them."""

    def __init__(self, templates: Sequence[Template]) -> None:
        self._templates = {each.id: each for each in templates}

    def __call__(self, draft: Draft, field_id: str) -> str:
        template = self._templates.get(draft.template_id)
        field = template.field(field_id) if template is not None else None
        return field.heading if field is not None else field_id
