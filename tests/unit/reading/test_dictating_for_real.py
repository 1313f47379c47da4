"""The whole use case with the engine that is always there: a recording into the microphone, text into the draft."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.helpers.dictation_room import HEAD, dictation_room
from tests.helpers.speech import pcm_of, recording
from tests.helpers.spoken_sound import noise
from workstation.dictation.speech_models import SpeechModels
from workstation.foundation.helper_process import HelperProcess
from workstation.foundation.helper_process_limits import Limits
from workstation.reading.dictation_engines import LOW_ACCURACY, Wishes, engine_worker
from workstation.reading.speech_preparation import MODULES, SpeechPreparation


@pytest.mark.skipif(os.environ.get("LIGHTBOX_FULL") != "1", reason="builds the language model; runs in soak dictation")
def test_a_recording_becomes_text_in_the_draft_and_closing_is_quick(tmp_path: Path) -> None:
    sound = pcm_of(recording("joe", "cxr01"))
    limits = Limits(memory_bytes=2 << 30, time_s=180.0, patience=3.0)
    helper = HelperProcess(limits, name="speech-resources", count=1, preload=MODULES)
    with dictation_room(
        tmp_path,
        opens=False,
        wishes=Wishes(),
        models=SpeechModels(tmp_path / "none"),
        prepare=SpeechPreparation(helper, tmp_path / "cache", None),
        make_engine=engine_worker,
    ) as room:
        opened = time.monotonic()
        room.open()
        while not room.dictation.state.engine or room.dictation._engines.is_choosing:
            assert time.monotonic() - opened < 120, room.dictation.state.trouble
            room.dictation.pump()
            time.sleep(0.02)
        ready_s = time.monotonic() - opened
        room.plays(noise(0.5, -62.0).tobytes())
        room.until(lambda: room.dictation.state.is_hearing)
        assert LOW_ACCURACY in room.keys_of_conditions()
        assert room.dictation.toggle(), room.dictation.state.trouble
        room.plays(sound)
        deadline = time.monotonic() + 60
        while not room.dictation.passages(HEAD, "findings") or room.dictation.state.is_busy:
            assert time.monotonic() < deadline
            room.dictation.pump()
            time.sleep(0.02)
        assert ready_s < 60
        assert len(room.text().split()) >= 4
        assert room.text()[0].isupper()
        assert room.dictation.unconfirmed(HEAD) == ("findings",)
        closing = time.monotonic()
        room.dictation.stop()
        assert time.monotonic() - closing < 5
