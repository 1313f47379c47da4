"""The EDIDs in the registry of Windows: imported on Windows only."""

from __future__ import annotations

import sys
from collections.abc import Iterator

if sys.platform == "win32":
    import winreg

    _DISPLAYS = r"SYSTEM\CurrentControlSet\Enum\DISPLAY"

    def edid_values() -> Iterator[bytes]:
        """The EDID of every monitor that was ever plugged in, as far as this program may read it."""
        for model in _subkeys(_DISPLAYS):
            for monitor in _subkeys(rf"{_DISPLAYS}\{model}"):
                value = _value(rf"{_DISPLAYS}\{model}\{monitor}\Device Parameters", "EDID")
                if isinstance(value, bytes):
                    yield value

    def _subkeys(path: str) -> list[str]:
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
                return [winreg.EnumKey(key, index) for index in range(winreg.QueryInfoKey(key)[0])]
        except OSError:  # not there, or not ours to read
            return []

    def _value(path: str, name: str) -> object:
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
                return winreg.QueryValueEx(key, name)[0]
        except OSError:
            return None

else:

    def edid_values() -> Iterator[bytes]:
        """There is no registry here."""
        return iter(())
