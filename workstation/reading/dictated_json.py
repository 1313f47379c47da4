"""What dictation keeps of a draft, as JSON values and back: passages, fields to confirm, words still to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from workstation.dictation.passages import Doubt, Passage
from workstation.dictation.words import Rewrite, Why, Word, Written
from workstation.reading.dictated_text import Dictated, DictatedText

SCHEMA = "dictated/1"
Waiting = dict[str, tuple[str, int]]
"""Utterance → field and place: sound that has not become text yet."""


def dictated_to_json(text: DictatedText, waiting: Waiting) -> dict[str, Any] | None:
    """As JSON values; None where there is nothing to keep."""
    passages = [_dictated(each) for each in text.all()]
    unconfirmed = text.kept_unconfirmed
    if not passages and not unconfirmed and not waiting:
        return None
    return {
        "schema": SCHEMA,
        "passages": passages,
        "unconfirmed": unconfirmed,
        "waiting": {name: list(place) for name, place in waiting.items()},
    }


def dictated_from_json(body: Any, fields: Mapping[str, str]) -> tuple[DictatedText, Waiting]:
    """Read what `dictated_to_json` wrote, as far as it fits the text of ``fields``.

    What cannot be read is left out: the text itself is in the draft. Fields to confirm are never left out; for one
    that is gone from the template stands the field that took its text, and so it does for a lost choice.
    """
    text, waiting = DictatedText(), Waiting()
    if not isinstance(body, Mapping):
        return text, waiting
    for row in body.get("passages", ()):
        found = _dictated_from(row)
        if found is None:
            continue
        place = _place(found.passage, fields)
        if place is not None:
            found.passage = replace(found.passage.at(place[1]), field=place[0])
            text.add(found)
        elif found.passage.needs_choice and not found.is_gone:
            text.must_be_confirmed(_home(found.passage.field, fields))
    for name, emptied in dict(body.get("unconfirmed", {})).items():
        text.must_be_confirmed(_home(name, fields), emptied if name in fields else None)
    for name, place in dict(body.get("waiting", {})).items():
        waiting[name] = (str(place[0]), int(place[1]))  # where its field is gone, that is told when it is recognised
    return text, waiting


def _home(name: str, fields: Mapping[str, str]) -> str:
    if name in fields or not fields:
        return name
    return "findings" if "findings" in fields else list(fields)[-1]


def _place(passage: Passage, fields: Mapping[str, str]) -> tuple[str, tuple[int, int]] | None:
    """The field and span in which a passage stands; None when its text is nowhere.

    A text that nobody has edited must be there word for word, wherever another template has put it.
    """
    text = fields.get(passage.field, "")
    is_inside = passage.field in fields and 0 <= passage.start <= passage.end <= len(text)
    if is_inside and (passage.is_edited or text[passage.start : passage.end] == passage.written.text):
        return passage.field, passage.span
    for name in () if is_inside else fields:
        at = fields[name].find(passage.written.text)
        if at != -1:
            return name, (at, at + len(passage.written.text))
    return None


def _dictated(each: Dictated) -> dict[str, Any]:
    passage = each.passage
    return {
        "utterance": passage.utterance,
        "field": passage.field,
        "span": [passage.start, passage.end],
        "engine": passage.engine,
        "written": _written(passage.written),
        "words": [_word(word) for word in passage.words],
        "is_edited": passage.is_edited,
        "is_second": passage.is_second,
        "other": _written(passage.other) if passage.other is not None else None,
        "other_words": [_word(word) for word in each.other_words],
        "needs_choice": passage.needs_choice,
        "doubts": [[doubt.start, doubt.end, doubt.confidence] for doubt in passage.doubts],
        "rewrites": [_rewrite(mark) for mark in passage.rewrites],
        "order": each.order,
        "is_low_accuracy": each.is_low_accuracy,
        "is_gone": each.is_gone,
        "before": list(each.before),
        "differs": each.differs,
        "chosen_second": each.chosen_second,
        "is_learnt": each.is_learnt,
        "confirmed": each.confirmed,
    }


def _dictated_from(row: Any) -> Dictated | None:
    try:
        written = _written_from(row["written"])
        words = tuple(_word_from(word) for word in row["words"])
        passage = Passage(
            utterance=str(row["utterance"]),
            field=str(row["field"]),
            start=int(row["span"][0]),
            end=int(row["span"][1]),
            engine=str(row["engine"]),
            written=written,
            words=words,
            is_edited=bool(row["is_edited"]),
            is_second=bool(row["is_second"]),
            other=_written_from(row["other"]) if row["other"] is not None else None,
            needs_choice=bool(row["needs_choice"]),
        )
        doubts = tuple(Doubt(int(a), int(b), float(c)) for a, b, c in row["doubts"])
        passage = replace(passage, doubts=doubts, rewrites=tuple(_rewrite_from(each) for each in row["rewrites"]))
        chosen, confirmed = row["chosen_second"], row.get("confirmed")
        return Dictated(
            passage,
            int(row["order"]),
            is_low_accuracy=bool(row["is_low_accuracy"]),
            is_gone=bool(row["is_gone"]),
            before=tuple(str(each) for each in row["before"]),
            other_words=tuple(_word_from(word) for word in row["other_words"]),
            differs=bool(row["differs"]),
            chosen_second=None if chosen is None else bool(chosen),
            is_learnt=bool(row["is_learnt"]),
            confirmed=None if confirmed is None else str(confirmed),
        )
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _written(written: Written) -> dict[str, Any]:
    return {"text": written.text, "raw": written.raw, "rewrites": [_rewrite(mark) for mark in written.rewrites]}


def _written_from(row: Any) -> Written:
    return Written(str(row["text"]), str(row["raw"]), tuple(_rewrite_from(mark) for mark in row["rewrites"]))


def _rewrite(mark: Rewrite) -> list[Any]:
    return [mark.start, mark.end, mark.from_, mark.to, mark.why]


def _rewrite_from(row: Any) -> Rewrite:
    start, end, from_, to, why = row
    return Rewrite(int(start), int(end), str(from_), str(to), cast("Why", str(why)))


def _word(word: Word) -> list[Any]:
    return [word.text, word.confidence, word.start_s, word.end_s]


def _word_from(row: Any) -> Word:
    text, confidence, start_s, end_s = row
    return Word(str(text), None if confidence is None else float(confidence), float(start_s), float(end_s))
