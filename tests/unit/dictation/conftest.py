"""What takes seconds to make and never changes is made once for all tests of dictation."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from workstation.dictation.corpus import corpus
from workstation.dictation.language_model import SpeechResources, speech_resources
from workstation.dictation.lexicon import Lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture(scope="session")
def spoken_times(lexicon: Lexicon) -> Mapping[str, int]:
    """The sentences of our corpus, and how often each is spoken."""
    return corpus(lexicon)


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> SpeechResources:
    return speech_resources(tmp_path_factory.mktemp("cache"))
