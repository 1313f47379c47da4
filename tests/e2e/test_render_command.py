"""`workstation render` with presentation states, sizes and display rules, as scripts call it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.helpers.pixel_objects import as_bytes, image_object, ramp, sequence
from tests.helpers.presentation_states import annotation, area, graphic, gsps, softcopy_voi
from workstation.app.command_line import run_command
from workstation.app.rendering import RenderOrder, rendered
from workstation.foundation.errors import BadInput
from workstation.imaging.display_rules import DisplayRules

IMAGE = image_object(ramp(0, 4095, "u2"), bits_stored=12, WindowCenter=100, WindowWidth=50)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    shapes = [graphic("POLYLINE", [10, 10, 20, 10, 20, 20, 10, 20, 10, 10], filled=True)]
    states: dict[str, Dataset] = {
        "image": IMAGE,
        "state": gsps(
            IMAGE,
            SoftcopyVOILUTSequence=sequence(softcopy_voi(WindowCenter=6000, WindowWidth=2000)),
            GraphicAnnotationSequence=sequence(annotation("L", shapes)),
            DisplayedAreaSelectionSequence=sequence(area(IMAGE, (1, 1), (32, 32))),
        ),
        "foreign": gsps(image_object(np.zeros((4, 4), "u2"), uid="77")),
    }
    paths = {}
    for name, dataset in states.items():
        paths[name] = tmp_path / f"{name}.dcm"
        paths[name].write_bytes(as_bytes(dataset))
    return paths


def test_a_state_at_native_size_and_in_a_viewport(files: dict[str, Path]) -> None:
    native = rendered(RenderOrder(files["image"], presentation_state=files["state"]))
    assert native.shape == (64, 64)
    assert (native[12:19, 12:19] == 255).all()
    plain = rendered(RenderOrder(files["image"], presentation_state=files["state"], has_overlays=False))
    assert not plain.any()  # a window far above all values: only graphics are seen
    view = rendered(RenderOrder(files["image"], presentation_state=files["state"], size="320x200"))
    assert view.shape == (200, 320)
    scale = 200 / 32
    left = (320 - 200) / 2
    inner = view[round(11 * scale) : round(19 * scale), round(left + 11 * scale) : round(left + 19 * scale)]
    assert (inner == 255).all()
    deep = rendered(RenderOrder(files["image"], presentation_state=files["state"], bits=16))
    assert deep.dtype == np.uint16
    assert (deep[12:19, 12:19] == 65535).all()


def test_the_readers_window_and_the_states_own_windows(files: dict[str, Path]) -> None:
    own = rendered(
        RenderOrder(files["image"], window="2000,1000", presentation_state=files["state"], has_overlays=False)
    )
    assert np.array_equal(own, rendered(RenderOrder(files["image"], window="2000,1000")))
    first = rendered(RenderOrder(files["image"], voi=1, presentation_state=files["state"], has_overlays=False))
    assert not first.any()
    with pytest.raises(BadInput, match="1 windows"):
        rendered(RenderOrder(files["image"], voi=2, presentation_state=files["state"]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": "0x10"}, "--size"),
        ({"size": "99999x1"}, "--size"),
        ({"size": "ten"}, "--size"),
        ({"size": "10x10", "bits": 16}, "8 bits"),
        ({"window": "40,0"}, "--window"),
        ({"bits": 12}, "--bits"),
    ],
)
def test_orders_that_make_no_sense(files: dict[str, Path], changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        rendered(RenderOrder(files["image"], **changes))  # type: ignore[arg-type]


def test_a_sites_rule_for_windows(tmp_path: Path) -> None:
    path = tmp_path / "mr.dcm"
    mr = image_object(ramp(0, 4095, "u2"), modality="MR", bits_stored=12, RescaleSlope=2, RescaleIntercept=0)
    mr.WindowCenter, mr.WindowWidth = 1000, 500
    path.write_bytes(as_bytes(mr))
    usual = rendered(RenderOrder(path))
    rescaled = rendered(RenderOrder(path, rules=DisplayRules.shipped().with_own({"MR": "rescaled values"})))
    assert usual.ravel()[1000] in {127, 128}
    assert rescaled.ravel()[500] in {127, 128}


def test_a_state_for_another_image_is_one_clear_line_and_exit_2(files: dict[str, Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workstation", "render", "--dicom", str(files["image"])]
    out = tmp_path / "out.png"
    asked = [*command, "--presentation-state", str(files["foreign"]), str(out)]
    found = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 2
    assert found.stdout == ""
    [line] = found.stderr.splitlines()
    assert "foreign.dcm does not refer to frame 1 of image.dcm" in line
    assert not out.exists()


@pytest.mark.parametrize("wrong", ["image", "nowhere"])
def test_what_is_no_state_at_all(
    files: dict[str, Path], tmp_path: Path, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state = files.get(wrong, tmp_path / "nowhere.dcm")
    arguments = ["render", "--dicom", str(files["image"]), "--presentation-state", str(state), str(tmp_path / "o.png")]
    assert run_command(arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
