"""The key map: complete, without clashes, changeable."""

from __future__ import annotations

from workstation.viewing.keys import KEY_MAP, RESERVED_KEYS, Place, clashes, with_own_keys

_IN_THE_MANUAL = (
    "1 2 3 4 5 6 7 8 9 Z F O I H V R L S C G . , N Space Home End PgUp PgDown Up Down"
    " F12 Ctrl+Return Ctrl+K F1 Tab Escape"
)


def test_every_key_of_the_manual_does_something() -> None:
    keys = {key for binding in KEY_MAP for key in binding.keys}
    assert set(_IN_THE_MANUAL.split()) <= keys
    assert not keys & RESERVED_KEYS.keys()


def test_no_two_actions_share_a_key_or_a_name() -> None:
    assert clashes(KEY_MAP) == ()
    for names in ([b.id for b in KEY_MAP], [b.title for b in KEY_MAP]):
        assert len(names) == len(set(names))


def test_keys_that_work_everywhere_are_no_letters() -> None:
    assert all(len(key) > 1 for b in KEY_MAP if b.place is Place.EVERYWHERE for key in b.keys)


def test_a_reader_may_change_a_key_and_takes_it_from_whoever_had_it() -> None:
    changed = {b.id: b for b in with_own_keys({"image.invert": "F", "image.cine": "", "help": "I"})}
    assert changed["image.invert"].key == "F"
    assert changed["image.fit"].keys == ()
    assert changed["image.cine"].keys == ()
    assert changed["help"].key == "I"
    assert clashes(changed.values()) == ()
    assert with_own_keys({}) == KEY_MAP


def test_a_clash_is_named_in_words() -> None:
    first, second = (b for b in KEY_MAP if b.id in {"image.invert", "image.fit"})
    changed = [first, type(second)(second.id, second.title, second.group, ("I",))]
    assert clashes(changed) == ("I: Invert black and white and Fit the whole image",)


def test_tool_tips() -> None:
    tips = {b.id: b.tool_tip for b in KEY_MAP}
    assert tips["image.invert"] == "Invert black and white (I)"
