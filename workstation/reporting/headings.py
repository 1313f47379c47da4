"""Codes for the parts of a report: CID 7001 headings and CID 7002 elements of PS3.16, by the template's field id."""

from __future__ import annotations

from dataclasses import dataclass

LOCAL_SCHEME = "99LIGHTBOX"
_FINDING = ("121071", "DCM", "Finding")
_HISTORY = ("11329-0", "LN", "History")


@dataclass(frozen=True)
class HeadingCode:
    """Codes of one section: (value, scheme, meaning) of its heading container and of the text inside."""

    heading: tuple[str, str, str]
    element: tuple[str, str, str]


_KNOWN = {
    "indication": HeadingCode(("18785-6", "LN", "Indications for Procedure"), _HISTORY),
    "history": HeadingCode(_HISTORY, _HISTORY),
    "technique": HeadingCode(
        ("55111-9", "LN", "Current Procedure Descriptions"), ("121065", "DCM", "Procedure Description")
    ),
    "comparison": HeadingCode(("18834-2", "LN", "Previous Findings"), ("121069", "DCM", "Previous Finding")),
    "findings": HeadingCode(("59776-5", "LN", "Findings"), _FINDING),
    "impression": HeadingCode(("19005-8", "LN", "Impressions"), ("121073", "DCM", "Impression")),
    "recommendation": HeadingCode(("18783-1", "LN", "Recommendations"), ("121075", "DCM", "Recommendation")),
    "conclusion": HeadingCode(("55110-1", "LN", "Conclusions"), ("121077", "DCM", "Conclusion")),
    "addendum": HeadingCode(("55107-7", "LN", "Addendum"), _FINDING),
}


def heading_code(section_id: str, heading: str) -> HeadingCode:
    """Codes of a section: the standard's where it has one (contexts 7001 and 7002 are extensible), else a local one."""
    known = _KNOWN.get(section_id)
    return known if known is not None else HeadingCode((section_id[:16], LOCAL_SCHEME, heading), _FINDING)
