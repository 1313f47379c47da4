"""A microphone without hardware: a private PulseAudio with a null sink whose monitor is the microphone.

What is played into the sink is what a program records. PortAudio reaches it through ALSA's pulse plug-in, so the server
needs Debian's ``pulseaudio``, ``pulseaudio-utils``, ``libportaudio2`` and ``libasound2-plugins``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.oracles import need

_ASOUNDRC = (
    "pcm.pulse { type pulse }\nctl.pulse { type pulse }\npcm.!default { type pulse }\nctl.!default { type pulse }\n"
)


class PulseMicrophone:
    """A sound server of its own, with the environment that leads programs to it.

    Parameters
    ----------
    folder
        A short, private folder; it becomes ``HOME`` and the server's run-time folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        (folder / ".asoundrc").write_text(_ASOUNDRC, "utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to find this microphone."""
        place = str(self.folder)
        return {
            "HOME": place,
            "XDG_RUNTIME_DIR": place,
            "PULSE_RUNTIME_PATH": place,
            "PULSE_STATE_PATH": place,
            "PULSE_SERVER": f"unix:{place}/native",
        }

    def start(self) -> None:
        """Start the server and wait until the microphone is there."""
        (self.folder / "native").unlink(missing_ok=True)
        words = [need("pulseaudio"), "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit=yes"]
        words += ["--use-pid-file=no", f"--log-target=file:{self.folder}/log"]
        words += ["-L", f"module-native-protocol-unix socket={self.folder}/native auth-anonymous=1"]
        words += ["-L", "module-null-sink sink_name=mic rate=16000 channels=1 format=s16le"]
        words += ["-L", "module-remap-source source_name=virtmic master=mic.monitor"]
        environment = {**os.environ, **self.environment}
        del environment["PULSE_SERVER"]
        self._server = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait_until_there()
        self._pactl("set-default-source", "virtmic")
        self._pactl("set-default-sink", "mic")

    def kill(self) -> None:
        """Take the microphone away, as a pulled plug does."""
        if self._server is not None:
            self._server.send_signal(signal.SIGKILL)
            self._server.wait(10)
            self._server = None

    def play(self, wav: Path) -> None:
        """Say the wav into the microphone; returns when it was said."""
        self.start_playing(wav).wait(timeout=900)

    def start_playing(self, wav: Path) -> subprocess.Popen[bytes]:
        """Begin to say the wav; the caller waits for, or ends, what is returned."""
        words = [need("paplay"), "--device=mic", str(wav)]
        return subprocess.Popen(words, env={**os.environ, **self.environment})

    def _wait_until_there(self) -> None:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            if self._pactl("get-source-volume", "virtmic") == 0:
                return
            time.sleep(0.05)
        self.kill()
        pytest.fail("PulseAudio did not come up")

    def _pactl(self, *words: str) -> int:
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            [need("pactl"), *words], env=environment, capture_output=True, check=False, timeout=15
        ).returncode


@contextmanager
def pulse_microphone(folder: Path) -> Iterator[PulseMicrophone]:
    """A running `PulseMicrophone`, also in this process's environment; taken away at the end."""
    for tool in ("pulseaudio", "pactl", "paplay"):
        need(tool)
    microphone = PulseMicrophone(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in microphone.environment.items():
            patch.setenv(name, value)
        microphone.start()
        try:
            yield microphone
        finally:
            microphone.kill()
