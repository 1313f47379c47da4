"""What goes wrong when speech becomes text.

    UserFacingError
    ├── SomethingMissing
    │   ├── EngineMissing        the library of a speech engine is not installed
    │   └── ModelMissing         no model, or none for this engine and language
    ├── BadInput
    │   ├── ModelRefused         a folder, ZIP or wheel is not a speech model that can be used
    │   ├── ModelDamaged         a file of an installed model is not what its manifest says
    │   └── BadAudio             a file is not sound that can be transcribed
    └── EngineFailed             the engine's process failed again and again; the sound of the utterance is kept

Texts name files of models and of sound as the person gave them, never what was said.
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput, SomethingMissing, UserFacingError

_WHERE_FROM = "Ask the site for one and add it: workstation models add FOLDER|ZIP|WHEEL."


class EngineMissing(SomethingMissing):
    """The library of a speech engine is not installed in this program."""

    def __init__(self, engine: str) -> None:
        super().__init__(
            f"The speech engine {engine} is not part of this installation.",
            "Use another engine, or install the program with its speech extra.",
        )


class ModelMissing(SomethingMissing):
    """No model, or none for this engine and language, or a part of it is gone."""

    def __init__(self, what: str, advice: str = _WHERE_FROM) -> None:
        super().__init__(what, advice)


class ModelRefused(BadInput):
    """What was given is not a speech model that can be used."""


class ModelDamaged(BadInput):
    """A file of an installed model is not what its manifest says."""

    def __init__(self, model: str, faults: tuple[str, ...]) -> None:
        super().__init__(
            f"The speech model {model} is damaged: {'; '.join(faults)}.",
            "Remove its folder and add it again: workstation models add FOLDER|ZIP|WHEEL.",
        )
        self.model = model
        self.faults = faults


class BadAudio(BadInput):
    """A file is not sound that can be transcribed."""


class EngineFailed(UserFacingError):
    """The engine's process failed again and again over one utterance, whose sound is kept."""

    def __init__(self, engine: str, why: str) -> None:
        super().__init__(
            f"The speech engine {engine} gave up on what was said: {why}.",
            "The recording is kept: play it, have it recognised again, or type.",
        )
