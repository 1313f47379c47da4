"""What the engines need of our vocabulary, prepared in a process of its own: it is seconds of pure Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workstation.dictation.language_model import SpeechResources, built_files, speech_resources
from workstation.dictation.lexicon import Lexicon
from workstation.foundation.cancel import CancelToken
from workstation.foundation.helper_process import HelperProcess
from workstation.foundation.resources import resource_path

PREPARE = "workstation.reading.speech_preparation:prepared"
MODULES = ("workstation.reading.speech_preparation",)
_TIME_S = 180.0
_MOST_REPORTS = 50_000
_LONGEST_REPORT = 1 << 20


def prepared(own_words: Sequence[str], own_reports: str) -> tuple[bytes, bytes]:
    """Build language model and dictionary; called in the helper process, which writes no files."""
    return built_files(Lexicon.load().with_own(own_words), _texts_in(own_reports), resource_path("dictation"))


class SpeechPreparation:
    """Asks the process for the resources.

    Parameters
    ----------
    helper
        Where it is done.
    cache
        The program's cache folder.
    own_reports
        A folder of text files: the site's own reports, from which the language model learns how it is said there.
    """

    def __init__(self, helper: HelperProcess, cache: Path, own_reports: Path | None) -> None:
        self._helper = helper
        self._cache = cache
        self._own_reports = own_reports

    def __call__(self, own_words: Sequence[str], cancel: CancelToken) -> SpeechResources:
        """The resources with the reader's own words.

        Raises
        ------
        UserFacingError
        Cancelled
        """
        folder = str(self._own_reports) if self._own_reports is not None else ""

        def build(_lexicon: Lexicon, _texts: Sequence[str], _place: Path) -> tuple[bytes, bytes]:
            arpa, sounds = self._helper.call(PREPARE, tuple(own_words), folder, timeout_s=_TIME_S, cancel=cancel)
            return bytes(arpa), bytes(sounds)

        lexicon = Lexicon.load().with_own(own_words)
        return speech_resources(self._cache, lexicon=lexicon, own_reports=_texts_in(folder), build=build)

    def stop(self, timeout_s: float) -> None:
        """End the process."""
        self._helper.stop(timeout_s)


def _texts_in(folder: str) -> list[str]:
    """The text files of a folder, in the order of their names; none where there is no folder."""
    if not folder or not Path(folder).is_dir():
        return []
    files = sorted(path for path in Path(folder).rglob("*.txt") if path.is_file())
    fitting = (path for path in files[:_MOST_REPORTS] if path.stat().st_size <= _LONGEST_REPORT)
    return [path.read_text("utf-8", "replace") for path in fitting]
