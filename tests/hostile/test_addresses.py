"""No address from outside makes the program ask a machine that only this one reaches."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qcmfm.core.errors import ImportingError
from qcmfm.importers.fetching.cache import Cache
from qcmfm.importers.fetching.fetcher import Fetcher, Limits
from tests.hostile.doors import assert_sentence
from tests.hostile.words import ADDRESSES

QUICK = Limits(tries=1, first_wait=0.01, read_timeout=1.0, request_timeout=3.0, private=())


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The addresses that the program tried to connect to; none of them is reached."""
    tried: list[Any] = []

    def refuse(self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    return tried


def names(monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> list[str]:
    """Let every name mean these addresses: another list at every look-up, the last for ever."""
    asked: list[str] = []

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [
            (socket.AF_INET6 if ":" in number else socket.AF_INET, socket.SOCK_STREAM, 6, "",
             (number, port)) for number in found
        ]  # fmt: skip

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def fetch(folder: Path, address: str, limits: Limits = QUICK) -> Path:
    async def work() -> Path:
        fetcher = Fetcher(Cache(folder / "cache"), limits)
        try:
            return await fetcher.fetch(address)
        finally:
            await fetcher.close()

    return asyncio.run(work())


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_private_or_broken_address_is_never_connected_to(
    name: str, tmp_path: Path, connections: list[Any]
):
    with pytest.raises(ImportingError) as caught:
        fetch(tmp_path, ADDRESSES[name])
    assert_sentence(str(caught.value))
    assert connections == []


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["fd00::5"], ["::ffff:10.0.0.1"],
     ["93.184.215.14", "127.0.0.1"], ["0.0.0.0"]],
)  # fmt: skip
def test_a_name_that_means_a_private_address_is_not_asked(
    answer: list[str], tmp_path: Path, connections: list[Any], monkeypatch: pytest.MonkeyPatch
):
    names(monkeypatch, [answer])
    with pytest.raises(ImportingError, match="private network"):
        fetch(tmp_path, "http://museum.example/a.jpg")
    assert connections == []


def test_the_address_that_was_checked_is_the_one_connected_to(
    tmp_path: Path, connections: list[Any], monkeypatch: pytest.MonkeyPatch
):
    """A name that means a public machine when it is checked, and this one when it is used."""
    asked = names(monkeypatch, [["93.184.215.14"], ["127.0.0.1"]])
    with pytest.raises(ImportingError):
        fetch(tmp_path, "http://museum.example/a.jpg")
    assert asked[0] == "museum.example" and "museum.example" not in asked[1:]
    assert [address[0] for address in connections] == ["93.184.215.14"]


@pytest.mark.parametrize("where", ["http://127.0.0.1:9/", "http://[::1]/", "//169.254.169.254/",
                                   "file:///etc/passwd", "http://inside.example/"])  # fmt: skip
def test_a_redirect_does_not_lead_inside(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Each step of a redirect is looked up and checked like the first address."""
    reached: list[str] = []

    def look_up(host: str, *rest: Any, **named: Any) -> Any:
        reached.append(host)
        # Stands for a public machine: the test's own server.
        return real("127.0.0.1" if host == "museum.example" else host, *rest, **named)

    from tests.importers.museum_server import Handler, museum_server

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with museum_server() as museum:

        def sent_on(handler: Handler) -> None:
            handler.send_response(302)
            handler.send_header("Location", where)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        museum.pages["/a.jpg"] = sent_on
        port = museum.address.rsplit(":", 1)[1]
        with pytest.raises(ImportingError) as caught:
            allowing = replace(QUICK, private=("museum.example",))
            fetch(tmp_path, f"http://museum.example:{port}/a.jpg", allowing)
        assert museum.asked == {"/a.jpg": 1}
    assert_sentence(str(caught.value))
    assert reached[0] == "museum.example"
