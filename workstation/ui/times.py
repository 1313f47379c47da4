"""Moments and dates as people write them: the reader's zone on screen, the site's zone in the tool tip."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from workstation.dicom.patient import parse_date


def clock_text(moment: datetime) -> str:
    """``14:32`` in the reader's zone."""
    return moment.astimezone().strftime("%H:%M")


def day_and_clock(moment: datetime, now: datetime) -> str:
    """``14:32`` today, ``2 Nov 14:32`` on another day, in the reader's zone."""
    here, today = moment.astimezone(), now.astimezone()
    if here.date() == today.date():
        return here.strftime("%H:%M")
    return f"{here.day} {here.strftime('%b %H:%M')}"


def both_zones(moment: datetime, site_zone: str) -> str:
    """The moment in the reader's zone, then in the site's: ``2 Nov 14:32 your time, 09:32 at the site``."""
    here = moment.astimezone()
    there = moment.astimezone(ZoneInfo(site_zone))
    return f"{here.day} {here.strftime('%b %H:%M')} your time, {there.day} {there.strftime('%b %H:%M')} at the site"


def date_text(dicom_date: str) -> str:
    """A DA value as ``02 Nov 2026``; what is no date stays as it is."""
    day = parse_date(dicom_date)
    return day.strftime("%d %b %Y") if day is not None else dicom_date


def site_time_text(now: datetime, site_zone: str) -> str:
    """``14:32:05``, and the site's time beside it where that is another."""
    here, there = now.astimezone(), now.astimezone(ZoneInfo(site_zone))
    if here.utcoffset() == there.utcoffset():
        return f"{here:%H:%M:%S}"
    return f"{here:%H:%M:%S} here, {there:%H:%M} at the site"
