"""Servers that are slow, busy, wrong or hostile."""

import asyncio
import email.utils
import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qcmfm.importers.fetching.addresses import ALLOW, AddressError, is_public
from qcmfm.importers.fetching.background import Background
from qcmfm.importers.fetching.cache import Cache
from qcmfm.importers.fetching.fetcher import CONTACT, Fetcher, FetchError, Limits
from qcmfm.importers.fetching.hosts import retry_after
from tests.importers.museum_server import Handler, Museum, photo

Get = Callable[..., bytes]


@pytest.fixture
def get(tmp_path: Path, limits: Limits) -> Get:
    def fetched(*addresses: str, **changed) -> bytes:
        async def ask() -> bytes:
            fetcher = Fetcher(Cache(tmp_path / "cache"), replace(limits, **changed))
            try:
                got = await asyncio.gather(*(fetcher.fetch(one, limits.photo) for one in addresses))
            finally:
                await fetcher.close()
            return b"".join(path.read_bytes() for path in got)

        return asyncio.run(ask())

    return fetched


def test_what_was_fetched_is_kept_and_the_server_is_told_who_asks(
    museum: Museum, get: Get, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(CONTACT, "curator@museum.example")
    museum.pages["/a"] = photo()
    assert get(f"{museum.address}/a") == get(f"{museum.address}/a") == photo()
    assert museum.asked["/a"] == 1
    agent = museum.headers[0]["User-Agent"]
    assert agent.startswith("QCMFM-Studio/") and "curator@museum.example" in agent


def test_an_old_copy_is_used_again_only_if_the_server_says_so(museum: Museum, get: Get):
    content = [b"first"]

    def page(handler: Handler) -> None:
        tag = f'"{content[0].decode()}"'
        if handler.headers.get("If-None-Match") == tag:
            handler.answer(304)
        else:
            handler.answer(200, content[0], ETag=tag)

    museum.pages["/a"] = page
    for expected, asked in ((b"first", 1), (b"first", 2)):
        assert get(f"{museum.address}/a", fresh=0.0) == expected
        assert museum.asked["/a"] == asked
    content[0] = b"second"
    assert get(f"{museum.address}/a", fresh=0.0) == b"second"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(museum: Museum, get: Get, status: int):
    def page(handler: Handler) -> None:
        if museum.asked["/a"] < 3:
            handler.answer(status)
        else:
            handler.answer(200, b"at last")

    museum.pages["/a"] = page
    assert get(f"{museum.address}/a") == b"at last"
    with pytest.raises(FetchError, match=rf"answers {status}.*asked 2 times"):
        museum.pages["/b"] = lambda handler: handler.answer(status)
        get(f"{museum.address}/b", tries=2)


@pytest.mark.parametrize(
    ("status", "word"), [(404, "nothing"), (403, "not be read"), (410, "away")]
)
def test_what_is_not_there_is_not_asked_for_again(museum: Museum, get: Get, status: int, word: str):
    museum.pages["/a"] = lambda handler: handler.answer(status)
    with pytest.raises(FetchError, match=word):
        get(f"{museum.address}/a")
    assert museum.asked["/a"] == 1


def test_the_server_says_how_long_to_wait_and_all_requests_to_it_do(museum: Museum, get: Get):
    def page(handler: Handler) -> None:
        if museum.asked["/a"] == 1:
            handler.answer(429, Retry_After="1")
        else:
            handler.answer(200, b"ok")

    museum.pages |= {"/a": page, "/b": b"b"}
    began = time.monotonic()
    assert get(f"{museum.address}/a") == b"ok"
    assert 1.0 <= time.monotonic() - began < 5
    assert museum.times[1] - museum.times[0] >= 1.0


def test_a_retry_after_is_a_number_or_a_date_and_never_too_long():
    assert retry_after("7", 100.0) == 7
    assert retry_after("999999999999", 100.0) == 100
    assert retry_after(
        email.utils.formatdate(time.time() + 30, usegmt=True), 100.0
    ) == pytest.approx(30, abs=2)
    assert retry_after(email.utils.formatdate(0, usegmt=True), 100.0) == 0
    assert [retry_after(value, 100.0) for value in ("", "soon", "-1", "²", "1.5")] == [None] * 5


def test_a_server_that_says_nothing_is_given_up(museum: Museum, get: Get):
    museum.pages["/a"] = lambda handler: time.sleep(1.5)
    began = time.monotonic()
    with pytest.raises(FetchError, match="takes too long"):
        get(f"{museum.address}/a", tries=1, read_timeout=0.3)
    assert time.monotonic() - began < 1.4


def test_a_server_that_drips_is_given_up(museum: Museum, get: Get):
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.1)

    museum.pages["/a"] = drip
    began = time.monotonic()
    with pytest.raises(FetchError, match="takes too long"):
        get(f"{museum.address}/a", tries=1, request_timeout=0.6)
    assert time.monotonic() - began < 3


def test_a_body_that_breaks_off_is_asked_for_again_and_never_kept(museum: Museum, get: Get):
    def page(handler: Handler) -> None:
        if museum.asked["/a"] < 3:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b"half")
            handler.close_connection = True
        else:
            handler.answer(200, b"whole")

    museum.pages["/a"] = page
    with pytest.raises(FetchError, match="broke off"):
        get(f"{museum.address}/a", tries=2)
    assert get(f"{museum.address}/a") == b"whole"


def test_redirects_are_followed_but_not_in_circles(museum: Museum, get: Get):
    museum.pages["/a"] = lambda handler: handler.answer(302, Location="/b")
    museum.pages["/b"] = lambda handler: handler.answer(301, Location=f"{museum.address}/c")
    museum.pages["/c"] = b"here"
    assert get(f"{museum.address}/a") == b"here"
    museum.pages["/x"] = lambda handler: handler.answer(302, Location="/y")
    museum.pages["/y"] = lambda handler: handler.answer(302, Location="/x")
    with pytest.raises(FetchError, match="sent on more than 5 times"):
        get(f"{museum.address}/x")
    assert museum.asked["/x"] + museum.asked["/y"] == 6


@pytest.mark.parametrize("told", [True, False])
def test_no_more_is_taken_than_allowed(museum: Museum, get: Get, told: bool, tmp_path: Path):
    def page(handler: Handler) -> None:
        if told:
            handler.answer(200, b"x" * 400_000)
        else:
            handler.send_response(200)
            handler.end_headers()
            for _ in range(100):
                handler.wfile.write(b"x" * 10_000)
            handler.close_connection = True

    museum.pages["/a"] = page
    with pytest.raises(FetchError, match="larger than"):
        get(f"{museum.address}/a")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_body_that_swells_up_is_not_taken(museum: Museum, get: Get):
    bomb = gzip.compress(b"\0" * 5_000_000)
    museum.pages["/a"] = lambda handler: handler.answer(200, bomb, Content_Encoding="gzip")
    with pytest.raises(FetchError, match="larger than"):
        get(f"{museum.address}/a")


def test_one_server_is_not_asked_too_much_at_once_nor_too_fast(museum: Museum, get: Get):
    def page(handler: Handler) -> None:
        time.sleep(0.05)
        handler.answer(200, b"x")

    museum.pages |= {f"/{number}": page for number in range(12)}
    get(*(f"{museum.address}/{number}" for number in range(12)), per_host=3)
    assert 1 < museum.most_at_once <= 3
    museum.times.clear()
    museum.pages |= {f"/s{number}": b"x" for number in range(6)}
    get(*(f"{museum.address}/s{number}" for number in range(6)), per_second=20.0)
    assert museum.times[-1] - museum.times[0] >= 0.2


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.5.5", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        # site-local, IPv4-compatible, IPv4-translated, local NAT64, segment routing
        "fec0::1", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b:1::1", "5f00::1",
        # Teredo, ISATAP, 6to4 relays, documentation, benchmarks, discard, not assigned, multicast
        "2001:0:4136:e378:8000:63bf:f5ff:fffe", "2620:1::5efe:10.0.0.1", "2620:1::200:5efe:a00:1",
        "192.88.99.1", "192.0.0.9", "3fff::1", "2001:db8::1", "2001:2::1", "100::1", "200::1",
        "4000::1", "fd00::1", "ff0e::1", "64:ff9b::10.0.0.1", "2002:a9fe:a9fe::1",
    ],
)  # fmt: skip
def test_private_addresses_are_known(number: str):
    assert not is_public(number)


@pytest.mark.parametrize(
    "number",
    [
        "93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8", "2002:808:808::1",
    ],
)  # fmt: skip
def test_public_addresses_are_known(number: str):
    assert is_public(number)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"])
def test_a_private_address_is_not_asked_however_it_is_written(museum: Museum, get: Get, host: str):
    museum.pages["/a"] = b"secret"
    port = museum.address.rsplit(":", 1)[1]
    with pytest.raises((AddressError, FetchError)):
        get(f"http://{host}:{port}/a", private=(), tries=1)
    assert not museum.asked


def test_a_redirect_does_not_lead_inside(museum: Museum, get: Get):
    port = museum.address.rsplit(":", 1)[1]
    museum.pages["/a"] = lambda handler: handler.answer(302, Location=f"http://127.0.0.2:{port}/s")
    museum.pages["/f"] = lambda handler: handler.answer(302, Location="file:///etc/passwd")
    museum.pages["/s"] = b"secret"
    with pytest.raises(AddressError, match="private network"):
        get(f"{museum.address}/a")
    with pytest.raises(FetchError, match="no web address"):
        get(f"{museum.address}/f")
    assert museum.asked["/s"] == 0


@pytest.mark.parametrize("entry", ["127.0.0.0/8", "*", "127.0.0.1"])
def test_the_owner_can_allow_private_addresses(
    museum: Museum, get: Get, monkeypatch: pytest.MonkeyPatch, entry: str
):
    monkeypatch.setenv(ALLOW, f"intranet.example, {entry}")
    museum.pages["/a"] = b"inside"
    assert get(f"{museum.address}/a", private=Limits().private) == b"inside"


@pytest.mark.parametrize("address", ["ftp://x/y", "http://", "http://[", "file:///etc/passwd"])
def test_what_is_no_web_address_is_refused(get: Get, address: str):
    with pytest.raises((FetchError, AddressError)):
        get(address)


def test_a_damaged_cache_is_fetched_again(museum: Museum, get: Get, tmp_path: Path):
    museum.pages["/a"] = b"whole"
    get(f"{museum.address}/a")
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file() and path.suffix == "":
            path.write_bytes(b"who")
    assert get(f"{museum.address}/a") == b"whole"
    for path in (tmp_path / "cache").rglob("*.json"):
        path.write_text("{")
    assert get(f"{museum.address}/a") == b"whole"
    assert museum.asked["/a"] == 3


def test_many_at_once_take_things_as_there_is_room():
    under_way, most = 0, 0

    async def act(number: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return number

    with Background() as background:
        got = [n for n in background.each(iter(range(40)), act, at_once=5) if n is not None]
        assert sorted(got) == list(range(40)) and most == 5
        stream = background.each(range(10**9), act, at_once=5)
        assert next(stream) is not None
        stream.close()
        assert under_way <= 5
