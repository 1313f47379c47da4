"""Whose studies are generated: patients who do not exist, with what was examined and when."""

from __future__ import annotations

from workstation.demo_site.studies.generated import Person, StudyPlan

_HELEN = Person("LB-0001", "SYNTHETIC^HELEN", "19580314", "F")
_CARL = Person("LB-0002", "SYNTHETIC^CARL", "19611102", "M")
_RITA = Person("LB-0003", "SYNTHETIC^RITA", "19700826", "F")
_NOAH = Person("LB-0004", "SYNTHETIC^NOAH", "19920507", "M")
_MARTA = Person("LB-0005", "SYNTHETIC^MARTA", "19720219", "F")
_UMA = Person("LB-0006", "SYNTHETIC^UMA", "19930611", "F")
_VICTOR = Person("LB-0007", "SYNTHETIC^VICTOR", "19850130", "M")

PLANS: tuple[StudyPlan, ...] = tuple(
    StudyPlan(*row)
    for row in (
        (
            *("ct-head-stat", _HELEN, "LB26110001", "CT", "HEAD", "CT HEAD WITHOUT CONTRAST", "20261121", "221500"),
            ("ct-head-prior",),
        ),
        ("ct-head-prior", _HELEN, "LB25090001", "CT", "HEAD", "CT HEAD WITHOUT CONTRAST", "20250911", "101500"),
        ("ct-chest-500", _CARL, "LB26110002", "CT", "CHEST", "CT CHEST WITH CONTRAST", "20261121", "164000"),
        ("cr-chest", _RITA, "LB26110003", "CR", "CHEST", "CHEST 2 VIEWS", "20261121", "181200", ("cr-chest-prior",)),
        ("cr-chest-prior", _RITA, "LB25100001", "CR", "CHEST", "CHEST 2 VIEWS", "20251014", "093000"),
        ("mr-brain", _NOAH, "LB26110004", "MR", "BRAIN", "MR BRAIN", "20261120", "154500"),
        (
            *("mg-screening", _MARTA, "LB26110005", "MG", "BREAST", "MG SCREENING BILATERAL", "20261120", "103000"),
            ("mg-screening-prior",),
        ),
        ("mg-screening-prior", _MARTA, "LB25050001", "MG", "BREAST", "MG SCREENING BILATERAL", "20250522", "111500"),
        ("us-cine", _UMA, "LB26110006", "US", "ABDOMEN", "US RIGHT UPPER QUADRANT", "20261121", "191500"),
        ("ct-visit-chest", _VICTOR, "LB26110007", "CT", "CHEST", "CT CHEST WITH CONTRAST", "20261121", "203000"),
        (
            *("ct-visit-abdomen", _VICTOR, "LB26110008", "CT", "ABDOMEN", "CT ABDOMEN AND PELVIS WITH CONTRAST"),
            *("20261121", "203000"),
        ),
    )
)
