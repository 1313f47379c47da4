"""Reading DICOM JSON answers, with every way they can be wrong turned into one clear line."""

from __future__ import annotations

import json
from typing import Any

from workstation.sync.errors import WrongAnswer
from workstation.sync.http_transport import Answer

DICOM_JSON = "application/dicom+json"
_JSON_TYPES = frozenset({DICOM_JSON, "application/json"})


def json_of(answer: Answer) -> Any:
    """The JSON value in an answer.

    Raises
    ------
    WrongAnswer
        When it is a web page, another form, or broken JSON.
    """
    if answer.content_type not in _JSON_TYPES:
        raise WrongAnswer(answer.service, _what_instead(answer))
    try:
        return json.loads(answer.body)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise WrongAnswer(answer.service, "its data is cut short or garbled") from error


def datasets_of(answer: Answer) -> list[dict[str, Any]]:
    """The data sets of a search answer: a JSON array of objects (PS3.18 F.2); empty for 204 No Content."""
    if answer.status == 204 or not answer.body:
        return []
    found = json_of(answer)
    if isinstance(found, dict):
        return [found]
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise WrongAnswer(answer.service, "its data is not a list of data sets")
    return found


def _what_instead(answer: Answer) -> str:
    if answer.content_type in {"text/html", "application/xhtml+xml"}:
        return "a web page instead of data"
    return f"{answer.content_type or 'something unnamed'} instead of data"
