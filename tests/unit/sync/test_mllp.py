"""MLLP: one message, one acknowledgement, and every way a receiver can fail to give it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.scripted_peer import Authority, ScriptedMllp, acknowledged, write_profile
from workstation.sync.errors import NotTrusted, Unreachable, WrongAnswer
from workstation.sync.mllp import Acknowledgement, MllpSender, parse_acknowledgement, send_mllp
from workstation.sync.proof import Finding, prove_message
from workstation.sync.trust import pinned_context

MESSAGE = "MSH|^~\\&|LIGHTBOX|HOME|RIS|SITE|20260101||ORU^R01^ORU_R01|ID-1|P|2.5.1\rPID|1||Ünï\r".encode()


@contextmanager
def receiver(authority: Authority | None, answer: Callable[[bytes], bytes | None]) -> Iterator[ScriptedMllp]:
    peer = ScriptedMllp(authority, answer)
    peer.start()
    try:
        yield peer
    finally:
        peer.stop()


def send(peer: ScriptedMllp, authority: Authority, timeout: float = 5.0) -> Acknowledgement:
    context = pinned_context([authority.ca_file])
    return send_mllp("127.0.0.1", peer.port, MESSAGE, tls_context=context, timeout=timeout)


@pytest.mark.parametrize(("code", "meant"), [("AA", "AA"), ("CA", "AA"), ("AE", "AE"), ("AR", "AR"), ("CR", "AR")])
def test_an_acknowledgement_comes_back(code: str, meant: str, authority: Authority) -> None:
    with receiver(authority, lambda message: acknowledged(message, code, text="because")) as peer:
        assert send(peer, authority) == Acknowledgement(meant, "ID-1", "because")
        assert peer.messages == [MESSAGE]


def test_plain_mllp_where_the_profile_allows_it() -> None:
    with receiver(None, acknowledged) as peer:
        assert send_mllp("127.0.0.1", peer.port, MESSAGE).code == "AA"


def test_the_sender_takes_host_port_and_roots_from_the_profile(authority: Authority, tmp_path: Path) -> None:
    with receiver(authority, acknowledged) as peer:
        profile = write_profile(tmp_path / "p", "https://127.0.0.1:1", authority, mllp_port=peer.port)
        assert MllpSender(profile)(MESSAGE).message_id == "ID-1"


def test_a_receiver_of_another_authority_gets_nothing(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other", "Other Root")
    with receiver(other, acknowledged) as peer:
        with pytest.raises(NotTrusted):
            send(peer, authority)
        assert peer.messages == []


def test_an_absent_receiver_is_named(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match="The report receiver cannot be reached: nothing answers"):
        send_mllp("127.0.0.1", port, MESSAGE)


def test_silence_ends_at_the_timeout(authority: Authority) -> None:
    def slow(message: bytes) -> bytes:
        time.sleep(0.6)
        return acknowledged(message)

    with receiver(authority, slow) as peer, pytest.raises(Unreachable, match="too slow"):
        send(peer, authority, timeout=0.3)


def test_a_closed_connection_is_no_acknowledgement(authority: Authority) -> None:
    with receiver(authority, lambda message: None) as peer, pytest.raises(Unreachable):
        send(peer, authority)


@pytest.mark.parametrize(
    "answer", [b"\x0bhello\x1c\r", b"\x0bMSH|^~\\&|X\r\x1c\r", b"\x0bMSH|^~\\&|X\rMSA|ZZ|1\r\x1c\r"]
)
def test_nonsense_is_named(answer: bytes, authority: Authority) -> None:
    with receiver(authority, lambda message: answer) as peer, pytest.raises(WrongAnswer, match="report receiver"):
        send(peer, authority)


@given(st.binary(max_size=200))
def test_no_answer_can_break_the_parser(answer: bytes) -> None:
    try:
        parsed = parse_acknowledgement(answer)
    except WrongAnswer:
        return
    assert parsed.code in ("AA", "AE", "AR")


def test_only_our_own_accepted_message_is_a_proof() -> None:
    assert prove_message(Acknowledgement("AA", "ID-1"), "ID-1").finding is Finding.PROVEN
    assert prove_message(Acknowledgement("AA", "ID-2"), "ID-1").finding is Finding.ABSENT
    assert prove_message(Acknowledgement("AE", "ID-1"), "ID-1").finding is Finding.DIFFERENT
    assert "AR" in prove_message(Acknowledgement("AR", "ID-1"), "ID-1").text
