"""Macros: what is shipped, who wins, what a bad file says, and that nothing in a file is ever lost."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.dictation import macro_files
from workstation.dictation.commands import Possible, command_of
from workstation.dictation.macro_files import Macro, MacroFile
from workstation.dictation.macros import Macros, blanks_of
from workstation.foundation.errors import BadInput
from workstation.reporting.checks import _PLACEHOLDER


@pytest.fixture
def macros(tmp_path: Path) -> Macros:
    return Macros(tmp_path / "config" / "macros.toml", tmp_path / "site.toml")


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


# --- what ships ------------------------------------------------------------------------------------------------------


def test_the_shipped_macros_can_all_be_read_and_said(macros: Macros) -> None:
    found = macros.read()
    assert found.faults == ()
    assert len(found.macros) >= 30
    wanted = {
        "normal chest", "normal head CT", "normal abdomen CT", "normal knee MRI", "normal lumbar MRI",
        "normal abdominal ultrasound", "no comparison", "discussed by telephone",
    }  # fmt: skip
    assert wanted <= set(found.names)
    can = [Possible("insert_macro", found.names)]
    for each in found.macros:
        spoken = f"insert macro {each.name.lower().replace('ct', 'c t').replace('mri', 'm r i')}"
        command = command_of(spoken, can)
        assert command is not None, spoken
        assert command.choice == each.name


def test_every_blank_of_a_shipped_macro_stops_signing(macros: Macros) -> None:
    """What is marked as a blank here is what the signing check finds."""
    for each in macros.read().macros:
        for start, end in blanks_of(each.text):
            assert _PLACEHOLDER.search(each.text[start:end]), (each.name, each.text[start:end])
        left = each.text
        for start, end in reversed(blanks_of(each.text)):
            left = left[:start] + left[end:]
        assert not _PLACEHOLDER.search(left), each.name
        assert "[" not in left, each.name


# --- who wins --------------------------------------------------------------------------------------------------------


def test_the_readers_macro_wins_over_the_sites_and_that_over_the_shipped(macros: Macros, tmp_path: Path) -> None:
    shipped = macros.read().named("normal chest")
    assert shipped is not None
    assert shipped.origin == "shipped"
    written(tmp_path / "site.toml", '[[macro]]\nname = "Normal Chest"\ntext = "site"\n')
    at_site = macros.read()
    assert (at_site.named("normal chest"), at_site.hidden) == (Macro("Normal Chest", "site", origin="site"), (shipped,))
    own = macros.keep(Macro("normal chest", "own"))
    assert (own.named("NORMAL chest").text, len(own.hidden)) == ("own", 2)  # type: ignore[union-attr]
    assert macros.remove("normal chest") == at_site
    assert len({each.spoken for each in own.macros}) == len(own.macros)


def test_what_fits_the_field_and_the_modality_comes_first(macros: Macros) -> None:
    first = macros.current.offered(field="findings", modality="US")[:3]
    assert [each.modalities for each in first] == [("US",)] * 3
    assert macros.current.offered(field="comparison", modality="US")[0].field == "comparison"
    assert macros.current.offered("knee")[0].name == "normal knee MRI"
    assert macros.current.offered("telephone read")[0].name == "discussed by telephone"
    assert macros.current.offered("normal ch", field="findings", modality="MR")[0].name == "normal chest"
    assert macros.current.offered("no such words at all") == ()


# --- files that are not as they must be ------------------------------------------------------------------------------

GOOD = '[[macro]]\nname = "mine"\ntext = "Mine."\n'
BAD_ENTRIES = {
    '[[macro]]\ntext = "x"\n': "entry 2: it has no name",
    '[[macro]]\nname = "a"\n': r"entry 2 \(a\): it has no text",
    '[[macro]]\nname = "a"\ntext = " \\n "\n': "it has no text",
    '[[macro]]\nname = "a"\ntext = 3\n': "it has no text",
    '[[macro]]\nname = "a b!"\ntext = "x"\n': "so that it can be spoken",
    '[[macro]]\nname = "Mine"\ntext = "x"\n': r"entry 2 \(Mine\): another macro before it has this name",
    '[[macro]]\nname = "a"\ntext = "x"\nfield = "My Field"\n': "field must be the id of a field",
    '[[macro]]\nname = "a"\ntext = "x"\nmodalities = "CT"\n': "modalities must be a list",
    '[[macro]]\nname = "a"\ntext = "x"\nmodalities = ["ct"]\n': "modalities must be a list",
    '[[macro]]\nname = "a"\ntext = "x"\nhotkey = "F1"\n': "hotkey is not a key it may have",
    '[[macro]]\nname = "a"\ntext = "x\\u0007"\n': "control characters",
}
BROKEN = {
    "[[macro]\n": "cannot be read in full",
    "macro = 3\n": r"macro must be written \[\[macro\]\]",
    '[macro]\nname = "a"\n': r"macro must be written \[\[macro\]\]",
    'text = "\x00"\n': "cannot be read in full",
}


@pytest.mark.parametrize(("entry", "said"), BAD_ENTRIES.items())
def test_a_bad_entry_is_named_and_the_others_can_be_used(macros: Macros, entry: str, said: str) -> None:
    path = written(macros.own_path, GOOD + entry)
    found = macros.read()
    assert found.named("mine") == Macro("mine", "Mine.")
    (fault,) = found.faults
    with pytest.raises(BadInput, match=said):
        raise fault
    assert str(path) in fault.what
    assert fault.advice


@pytest.mark.parametrize(("text", "said"), BROKEN.items())
def test_a_broken_file_is_named_and_never_written_over(macros: Macros, text: str, said: str) -> None:
    path = written(macros.own_path, text)
    found = macros.read()
    assert found.named("normal chest") is not None
    (fault,) = found.faults
    with pytest.raises(BadInput, match=said):
        raise fault
    with pytest.raises(BadInput):
        macros.keep(Macro("new", "text"))
    with pytest.raises(BadInput):
        macros.remove("new")
    assert path.read_text("utf-8") == text


def test_bytes_that_are_no_text_are_named(macros: Macros) -> None:
    written(macros.own_path, "").write_bytes(b"\xff\xfe\x00")
    assert "not a text file that can be read" in macros.read().faults[0].what


def test_saving_keeps_bad_entries_and_comments(macros: Macros) -> None:
    bad = '# keep me\n[[macro]]\nname = "no text"  # later\n'
    written(macros.own_path, f"# head\n{GOOD}{bad}")
    macros.keep(Macro("new", "One.\nTwo [___].", "findings", ("CT",)))
    macros.keep(Macro("mine", "Changed."))
    text = macros.own_path.read_text("utf-8")
    assert text.startswith("# head\n")
    assert bad in text
    found = macros.read()
    assert (found.named("mine"), len(found.faults)) == (Macro("mine", "Changed."), 1)
    assert found.named("new") == Macro("new", "One.\nTwo [___].", "findings", ("CT",))
    macros.remove("mine")
    left = macros.own_path.read_text("utf-8")
    assert "# keep me\n" in left
    assert 'name = "no text"  # later\n' in left


def test_a_name_that_is_taken_is_refused(macros: Macros) -> None:
    macros.keep(Macro("one", "1"))
    macros.keep(Macro("two", "2"))
    with pytest.raises(BadInput, match="already have a macro named One"):
        macros.keep(Macro("One", "x"), instead_of="two")
    macros.keep(Macro("three", "2"), instead_of="two")
    assert macros.read().named("two") is None
    assert [each.text for each in macros.current.macros if each.origin == "own"] == ["1", "2"]


def test_a_full_disk_loses_nothing(macros: Macros, monkeypatch: pytest.MonkeyPatch) -> None:
    macros.keep(Macro("one", "1"))
    before = macros.own_path.read_bytes()

    def full(_path: Path, _content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(macro_files, "write_atomically", full)
    with pytest.raises(BadInput, match="No space left"):
        macros.keep(Macro("two", "2"))
    assert macros.own_path.read_bytes() == before


# --- round trip ------------------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"\A[A-Za-z][A-Za-z0-9 -]{0,30}\Z").map(str.strip)
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"), min_size=1, max_size=200)
MACROS = st.builds(
    Macro,
    NAMES,
    TEXTS.filter(str.strip),
    st.sampled_from(["", "findings", "impression"]),
    st.lists(st.sampled_from(["CT", "MR", "US"]), unique=True).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(MACROS, max_size=5), st.data())
def test_what_is_kept_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, kept: list[Macro], data: st.DataObject
) -> None:
    file = MacroFile(tmp_path_factory.mktemp("macros") / "m.toml", "own")
    wanted: dict[tuple[str, ...], Macro] = {}
    for each in kept:
        if each.spoken:
            file.put(each)
            wanted[each.spoken] = each
    read, fault = file.read()
    assert fault is None
    assert {each.spoken: each for each in read} == wanted
    if wanted:
        gone = data.draw(st.sampled_from(list(wanted.values())))
        file.remove(gone.name)
        assert {each.spoken for each in file.read()[0]} == set(wanted) - {gone.spoken}
        file.put(gone)
        assert {each.spoken: each for each in file.read()[0]} == wanted


@settings(max_examples=80, deadline=None)
@given(MACROS)
def test_blanks_lie_in_the_text(macro: Macro) -> None:
    text = replace(macro, text=macro.text + " [___] or [a|b]").text
    spans = blanks_of(text)
    assert spans
    assert all(0 <= start < end <= len(text) for start, end in spans)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200))
def test_no_file_breaks_it(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("macros") / "m.toml"
    path.write_bytes(content)
    MacroFile(path, "own").read()
