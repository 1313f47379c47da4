"""Site profiles and preferences: every wrong key is named, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from workstation.foundation.errors import BadInput
from workstation.site.preferences import Preferences, load_preferences, save_preferences
from workstation.site.profile import load_profile, origin_of

GOOD = """
schema = "site/1"
id = "demo"
name = "Test site"
[worklist]
url = "https://127.0.0.1:8443/ups"
[images]
url = "https://127.0.0.1:8443/dicom-web/"
[report]
stow_url = "https://127.0.0.1:8443/dicom-web"
oru_host = "127.0.0.1"
oru_port = 2575
[account]
token_url = "https://127.0.0.1:8443/oauth/token"
certificate_url = "https://127.0.0.1:8443/certify"
[trust]
ca_files = ["ca.pem"]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "ca.pem").write_text("-")
    (folder / "site.toml").write_text(text)
    return folder


def test_a_good_profile_is_read(tmp_path: Path) -> None:
    profile = load_profile(written(tmp_path, GOOD))
    assert profile.images.url == "https://127.0.0.1:8443/dicom-web"
    assert profile.ca_paths() == (tmp_path / "ca.pem",)
    assert profile.origins() == {"https://127.0.0.1:8443"}


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    bad = GOOD.replace('name = "Test site"', 'name = "Test site"\ncolour = "red"').replace("2575", "99999")
    bad = bad.replace("https://127.0.0.1:8443/ups", "http://127.0.0.1/ups")
    with pytest.raises(BadInput) as caught:
        load_profile(written(tmp_path, bad))
    for fault in ("3 faults", "colour: is not a known key", "report.oru_port", "worklist.url: must be an https"):
        assert fault in str(caught.value)


@pytest.mark.parametrize("text", ["not = = toml", "schema = 'site/1'"])
def test_bad_files_give_one_clear_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_profile(written(tmp_path, text))
    assert "site.toml" in str(caught.value)


def test_missing_certificates_are_named(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(GOOD)
    with pytest.raises(BadInput, match=r"ca\.pem"):
        load_profile(tmp_path)


def test_absent_profile(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no site profile"):
        load_profile(tmp_path)


def test_origin_spells_out_the_port() -> None:
    assert origin_of("https://Example.org/x") == "https://example.org:443"


def test_preferences_round_trip(tmp_path: Path) -> None:
    wanted = Preferences(image_memory_mib=2048, stat_sound=False, screen_roles={'DIAG "L"': "diagnostic"})
    save_preferences(tmp_path / "p.toml", wanted)
    assert load_preferences(tmp_path / "p.toml") == wanted
    assert load_preferences(tmp_path / "absent.toml") == Preferences()


def test_wrong_preferences_are_named(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('stat_sound = "loud"\nlouder = 1\n')
    with pytest.raises(BadInput, match=r"stat_sound.*louder|louder.*stat_sound"):
        load_preferences(tmp_path / "p.toml")
