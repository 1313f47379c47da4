"""An adapted graph for dynamic Vosk models: its mathematics, and a real model that hears what it is told to expect."""

from __future__ import annotations

import json
import math
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.oracles import need
from tests.helpers.speech import english_vosk, heard_by, korean, spoken_korean
from workstation.dictation.engine import EngineSettings, made_engine
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.trigram_model import log10_of, trained
from workstation.dictation.vosk_graph import FstTools, adapted_model, arcs_of, build_graph, has_dynamic_graph
from workstation.foundation.errors import BadInput, SomethingMissing

_SAID = "안녕하세요 오늘 가슴 사진 을 봅니다"
_OTHERS = ("오늘 사진", "가슴 을", "안녕하세요 봅니다", "사진 을 오늘 봅니다")


@pytest.fixture
def tools() -> FstTools:
    need("fstcompile")
    try:
        return FstTools.found()
    except SomethingMissing as missing:
        pytest.skip(missing.what)


def cheapest(lines: Sequence[str], sentence: Sequence[str]) -> float:
    """Cost of the cheapest path of the text FST that says a sentence: the search a decoder does."""
    arcs: dict[int, list[tuple[int, str, float]]] = defaultdict(list)
    ends: dict[int, float] = {}
    for line in lines:
        fields = line.split("\t")
        if len(fields) == 2:
            ends[int(fields[0])] = float(fields[1])
        else:
            arcs[int(fields[0])].append((int(fields[1]), fields[2], float(fields[4])))
    here = with_ways_back({int(lines[0].split("\t")[0]): 0.0}, arcs)
    for word in sentence:
        there: dict[int, float] = {}
        for state, cost in here.items():
            for target, label, more in arcs[state]:
                if label == word:
                    there[target] = min(there.get(target, math.inf), cost + more)
        here = with_ways_back(there, arcs)
    return min((cost + ends[state] for state, cost in here.items() if state in ends), default=math.inf)


def with_ways_back(costs: dict[int, float], arcs: dict[int, list[tuple[int, str, float]]]) -> dict[int, float]:
    """The states that arcs without a word lead to as well; no history is longer than two words."""
    for _ in range(3):
        for state, cost in list(costs.items()):
            for target, label, more in arcs[state]:
                if label == "<eps>":
                    costs[target] = min(costs.get(target, math.inf), cost + more)
    return costs


_WORDS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(_WORDS, min_size=1, max_size=6), _WORDS)
def test_the_graph_costs_what_the_model_says(corpus: list[list[str]], sentence: list[str]) -> None:
    """Never more than the model's own reckoning; for a sentence of the corpus exactly that or a cheaper way back."""
    model = trained(dict.fromkeys((" ".join(each) for each in corpus), 1.0), ["a", "b", "c"])
    cost = cheapest(list(arcs_of(model)), sentence)
    assert cost <= -log10_of(model, sentence) * math.log(10) + 1e-3
    assert math.isfinite(cost)


def test_without_a_way_back_the_cost_is_exact() -> None:
    model = trained({"a b c": 5.0}, [])
    assert cheapest(list(arcs_of(model)), ["a", "b", "c"]) == pytest.approx(
        -log10_of(model, ["a", "b", "c"]) * math.log(10), abs=1e-3
    )


def test_a_rebuilt_graph_is_loaded_and_heard(tools: FstTools, tmp_path: Path) -> None:
    """The Korean model with our own sentences hears one of them word by word; a word it lacks is named."""
    model = korean()
    sentences = {_SAID: 2.0, **dict.fromkeys(_OTHERS, 1.0), "오늘 pneumothorax 봅니다": 1.0}
    adapted = tmp_path / "adapted"
    assert adapted_model(model, sentences, adapted, tools) == {"pneumothorax"}
    assert {path.name for path in (adapted / "graph").iterdir()} == {path.name for path in (model / "graph").iterdir()}
    with pytest.raises(BadInput, match="exists already"):
        adapted_model(model, sentences, adapted, tools)
    engine = made_engine(EngineSettings("vosk", model=adapted, model_name="adapted", language="ko"))
    try:
        heard = heard_by(engine, spoken_korean(tmp_path, _SAID))[1].text.split()
    finally:
        engine.close()
        shutil.rmtree(adapted)
    said = _SAID.split()
    assert set(heard) <= {word for sentence in sentences for word in sentence.split()}
    assert len(set(heard) & set(said)) >= 4, json.dumps(heard, ensure_ascii=False)


def test_an_english_model_is_adapted_to_radiology(tools: FstTools, tmp_path: Path) -> None:
    """With vosk-model-small-en-us-0.15: coverage of our lexicon is told, and the graph of our corpus loads."""
    model = english_vosk()
    from workstation.dictation.corpus import corpus

    lexicon = Lexicon.load()
    sentences = {text: float(times) for text, times in corpus(lexicon).items()}
    unknown = adapted_model(model, sentences, tmp_path / "adapted", tools)
    engine = made_engine(EngineSettings("vosk", model=tmp_path / "adapted", model_name="adapted"))
    try:
        assert engine.coverage(["left lung", "right kidney"]) == 1.0
        coverage = lexicon.coverage(lambda word: engine.coverage([word]) == 1.0)
    finally:
        engine.close()
    assert 0.3 < coverage.share < 1.0
    assert unknown


def test_what_is_no_dynamic_model_is_refused(tools: FstTools, tmp_path: Path) -> None:
    assert not has_dynamic_graph(tmp_path)
    with pytest.raises(BadInput, match="one piece"):
        build_graph(tmp_path, {"a": 1.0}, tmp_path / "Gr.fst", tools)
    (tmp_path / "graph").mkdir()
    for name in ("HCLr.fst", "Gr.fst"):
        (tmp_path / "graph" / name).write_bytes(b"no graph")
    with pytest.raises(BadInput, match="fstsymbols failed"):
        build_graph(tmp_path, {"a": 1.0}, tmp_path / "Gr.fst", tools)
    assert not (tmp_path / "Gr.fst").exists()


def test_missing_tools_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SomethingMissing, match="fstsymbols is not installed"):
        FstTools.found()
