"""What windows act on, by modality: as shipped, as a site decides, and what no site may decide."""

from __future__ import annotations

import pytest

from tests.helpers.plain_headers import image
from workstation.dicom.header import PixelDescription
from workstation.dicom.voi import Window
from workstation.foundation.errors import BadInput
from workstation.imaging.display_rules import DisplayRules
from workstation.imaging.modality_lut import is_window_on_stored_values

PIXEL = PixelDescription(bits_stored=12, rescale_slope=2.0, windows=(Window(1000, 2000),))


@pytest.mark.parametrize(
    ("modality", "expected"), [("MR", True), ("XA", True), ("RF", True), ("PT", False), ("CT", False), ("NM", False)]
)
def test_as_shipped(modality: str, expected: bool) -> None:
    header = image(1, modality=modality, pixel=PIXEL)
    assert is_window_on_stored_values(header) is expected
    assert DisplayRules.shipped().upon(header) is header


def test_as_a_site_decides() -> None:
    rules = DisplayRules.shipped().with_own({"MR": "rescaled values", "NM": "stored values"})
    found = {
        modality: is_window_on_stored_values(rules.upon(image(1, modality=modality, pixel=PIXEL)))
        for modality in ("MR", "NM", "XA", "CT")
    }
    assert found == {"MR": False, "NM": True, "XA": True, "CT": False}


@pytest.mark.parametrize("own", [{"MR": "whatever"}, {"PT": "stored values"}, {"CT": "stored values"}])
def test_what_no_site_may_decide(own: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        DisplayRules.shipped().with_own(own)
    assert DisplayRules.shipped().with_own({"PT": "rescaled values"}).rule_of("PT") == "rescaled values"
