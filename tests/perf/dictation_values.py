"""Whether left and right, no, not and without, numbers, units and levels stay what they are.

Two judges: the program's own reading of values (`protected`), which knows that "two" is 2; and a plain count of the
words that must never change, which knows nothing of the program.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.helpers.dictation_tables import all_commands
from tests.helpers.held_apart import HELD_APART, RADSET, sentences
from tests.perf.dictation_heard import LIVE, SECOND, HeardSentence
from tests.perf.measuring import Row, judged
from workstation.dictation.commands import command_of
from workstation.dictation.corpus import corpus
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.protected import same_values
from workstation.dictation.second_pass import Outcome, TextNow, verdict_on
from workstation.dictation.text_stages import TextStages
from workstation.dictation.words import Word, words_of

_ONE_OF = 18  # sentences of the corpus that the bench writes; the soak writes them all
_PLAIN = re.compile(r"\b(?:left|right|no|not|without)\b")


def kept_by_stages(stages: TextStages, heard: Sequence[HeardSentence]) -> Iterator[Row]:
    """What was heard, what should have been heard and our own sentences, each written by the text stages."""
    outputs = [each.words for one in heard for each in one.heard.values()]
    yield _changed_row("of what the engines heard", stages, outputs)
    step = 1 if os.environ.get("LIGHTBOX_FULL") == "1" else _ONE_OF
    ours = [words_of(sentence) for sentence in list(corpus(Lexicon.load()))[::step]]
    yield _changed_row(f"of every {step}. sentence of the corpus", stages, ours)
    yield _as_a_person_wrote(stages)


def kept_by_second_pass(stages: TextStages, heard: Sequence[HeardSentence]) -> Iterator[Row]:
    """Both engines over every sentence; what replaced the first text without asking."""
    outcomes: Counter[Outcome] = Counter()
    misheard: Counter[Outcome] = Counter()
    changed = 0
    pairs = [one for one in heard if {LIVE, SECOND} <= one.heard.keys()]
    for one in pairs:
        first, second = (stages.write(one.heard[name].words) for name in (LIVE, SECOND))
        verdict = verdict_on(first, second, TextNow())
        outcomes[verdict.outcome] += 1
        misheard[verdict.outcome] += not same_values(one.sentence.written, verdict.text.text)
        if verdict.outcome is Outcome.REPLACED:
            changed += _has_changed(first.text, verdict.text.text)
    counted = ", ".join(f"{count} {outcome.value}" for outcome, count in outcomes.most_common())
    note = f"{counted}; {LIVE}, then {SECOND}; synthetic voices"
    name = "left/right, no/not/without, numbers, units, levels changed by the second pass without the reader's choice"
    yield judged(name, changed, "", 0, runs=len(pairs), note=note)
    unasked = (Outcome.REPLACED, Outcome.SAME)
    wrong = ", ".join(f"{misheard[each]} {each.value}" for each in unasked)
    why = f"{wrong}: both engines misheard the same value alike, which no comparison can find; the reader must read it"
    name = "texts with another value than was said, about which nobody was asked"
    runs = sum(outcomes[each] for each in unasked)
    yield told(name, sum(misheard[each] for each in unasked), "", runs=runs, note=why)


def commands_fired(heard: Sequence[HeardSentence]) -> Row:
    """Report sentences as the engines heard them, where everything can be said."""
    can = all_commands()
    texts = [words.text for one in heard for words in one.heard.values()]
    fired = sum(command_of(text, can) is not None for text in texts)
    return judged(
        "commands fired by report sentences, by sound", fired, "", 0, runs=len(texts), note="synthetic voices"
    )


def told(name: str, value: float, unit: str, *, runs: int, note: str) -> Row:
    """A figure nobody has agreed on."""
    return Row(name, value, unit, 0.0, False, None, runs, f"no figure agreed; {note}")


def _changed_row(which: str, stages: TextStages, texts: Iterable[Sequence[Word]]) -> Row:
    changed = runs = 0
    for words in texts:
        written = stages.write(words)
        runs += 1
        changed += _has_changed(" ".join(word.text for word in words), written.text)
    name = f"left/right, no/not/without, numbers, units, levels changed by the text stages, {which}"
    return judged(name, changed, "", 0, runs=runs, note="by value and by a plain count of the words")


def _as_a_person_wrote(stages: TextStages) -> Row:
    """The test sentences as they are said, against what a person wrote for them."""
    tested = [*(sentences(RADSET) if RADSET.is_file() else ()), *sentences(HELD_APART)]
    other = [one for one in tested if not same_values(stages.write(words_of(one.spoken)).text, one.written)]
    name = "sentences with other values than a person wrote for them, of all test sentences as they are said"
    return judged(name, len(other), "", 0, runs=len(tested), note=", ".join(one.name for one in other))


def _has_changed(before: str, after: str) -> bool:
    return not same_values(before, after) or _plain_words(before) != _plain_words(after)


def _plain_words(text: str) -> list[str]:
    return _PLAIN.findall(text.lower())
