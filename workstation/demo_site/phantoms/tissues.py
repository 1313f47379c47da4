"""What each tissue of the head looks like to a scanner: Hounsfield units, or signal of an MR sequence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HeadTissues:
    """One value for each tissue. Hounsfield units for CT; for MR, signal from 0 to about 1000."""

    air: float
    skin: float
    fat: float
    muscle: float
    bone: float
    marrow: float
    csf: float
    white: float
    grey: float
    cerebellum: float
    stem: float
    dura: float
    blood: float
    oedema: float
    lesion: float
    calcified: float
    vitreous: float
    lens: float
    vessel: float
    support: float
    """The headrest."""


CT = HeadTissues(
    air=-1000, skin=30, fat=-90, muscle=58, bone=1250, marrow=620, csf=5, white=26, grey=38, cerebellum=34, stem=29,
    dura=54, blood=70, oedema=17, lesion=18, calcified=190, vitreous=10, lens=75, vessel=44, support=-180,
)  # fmt: skip
T1 = HeadTissues(
    air=4, skin=430, fat=900, muscle=330, bone=24, marrow=520, csf=110, white=640, grey=450, cerebellum=500, stem=590,
    dura=250, blood=560, oedema=380, lesion=330, calcified=200, vitreous=120, lens=330, vessel=60, support=4,
)  # fmt: skip
T2 = HeadTissues(
    air=4, skin=230, fat=560, muscle=150, bone=22, marrow=360, csf=960, white=285, grey=420, cerebellum=375, stem=300,
    dura=120, blood=180, oedema=640, lesion=700, calcified=180, vitreous=980, lens=170, vessel=40, support=4,
)  # fmt: skip
FLAIR = HeadTissues(
    air=4, skin=300, fat=560, muscle=220, bone=22, marrow=330, csf=70, white=360, grey=500, cerebellum=450, stem=390,
    dura=200, blood=300, oedema=760, lesion=860, calcified=140, vitreous=80, lens=210, vessel=50, support=4,
)  # fmt: skip
DWI = HeadTissues(
    air=6, skin=50, fat=70, muscle=110, bone=12, marrow=50, csf=75, white=330, grey=370, cerebellum=360, stem=340,
    dura=110, blood=180, oedema=380, lesion=455, calcified=120, vitreous=60, lens=90, vessel=40, support=6,
)  # fmt: skip
ADC = HeadTissues(
    air=0, skin=300, fat=150, muscle=900, bone=80, marrow=150, csf=3000, white=740, grey=830, cerebellum=770, stem=740,
    dura=900, blood=600, oedema=1300, lesion=1180, calcified=500, vitreous=2900, lens=900, vessel=400, support=0,
)  # fmt: skip
"""Apparent diffusion coefficient in 10^-6 mm²/s."""
