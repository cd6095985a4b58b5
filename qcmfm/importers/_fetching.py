"""Fetching photos and documents from servers that are slow, busy, wrong or hostile."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import httpx2

import qcmfm
from qcmfm.core import settings
from qcmfm.core.errors import ImportingError
from qcmfm.importers import _addresses
from qcmfm.importers._cache import Cache
from qcmfm.importers._hosts import Host, retry_after

CONTACT = "QCMFM_CONTACT"
"""Environment variable: an e-mail or web address, told to every server that is asked."""
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}
_MEANINGS = {401: "a password is needed", 403: "it may not be read", 404: "there is nothing",
             410: "it was taken away", 429: "the server is asked too often"}  # fmt: skip


class FetchError(ImportingError):
    """An address that did not give what was asked of it."""

    def __init__(self, message: str, hint: str = "Check the address, or try again later."):
        super().__init__(message, hint)


@dataclass(frozen=True)
class Limits:
    """How patient to be, and how much to take. Times are in seconds, sizes in bytes.

    Args:
        at_once: Records that are worked on at the same time.
        per_host: Likewise, to one server.
        per_second: Requests to one server that begin in a second.
        tries: How often one address is asked, the first time included.
        first_wait: Before the second try; doubled before each further one.
        longest_wait: The most that a server may make us wait.
        silent: How long a server may say nothing.
        whole: How long one request may last.
        photo: Size of a photo.
        document: Size of anything else.
        redirects: How often one request may be sent on.
        fresh: How old something kept may be that is used without asking the server.
        private: Hosts and networks that may be asked though they are not public; `*`: any.
    """

    at_once: int = 8
    per_host: int = 4
    per_second: float = 8.0
    tries: int = 4
    first_wait: float = 1.0
    longest_wait: float = 120.0
    silent: float = 20.0
    whole: float = 300.0
    photo: int = 100 * 1024**2
    document: int = 4 * 1024**3
    redirects: int = 5
    fresh: float = 24 * 3600.0
    private: tuple[str, ...] = field(default_factory=_addresses.allowed_by_owner)


def user_agent() -> str:
    """Who asks, as servers are told."""
    contact = settings.value(CONTACT)
    about = f"museum collection import; {contact}" if contact else "museum collection import"
    return f"QCMFM-Studio/{qcmfm.__version__} ({about})"


class _Again(Exception):
    """It may go better the next time."""

    def __init__(self, reason: str, wait: float | None = None):
        super().__init__(reason)
        self.wait = wait


class Fetcher:
    """Fetches addresses into a cache; belongs to one event loop.

    Args:
        cache: What was fetched before.
        limits: How patient to be.
    """

    def __init__(self, cache: Cache, limits: Limits):
        self.cache, self.limits = cache, limits
        self._hosts: dict[str, Host] = {}
        timeout = httpx2.Timeout(limits.silent, pool=None)
        # The address is checked before it is connected to, which a proxy would undo.
        self._client = httpx2.AsyncClient(timeout=timeout, trust_env=False)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def fetch(self, address: str, most: int = 0) -> Path:
        """The file that holds what an address gives; it belongs to the cache.

        Args:
            address: `http` or `https`.
            most: Bytes to take; 0 for the limit of a document.

        Raises:
            FetchError: It gives nothing, too much, or that not in time.
            AddressError: It may not be asked.
        """
        kept = self.cache.find(address)
        if kept and kept.age < self.limits.fresh:
            return kept.path
        tried = 0
        while True:
            tried += 1
            try:
                return await self._request(address, most or self.limits.document)
            except (TimeoutError, httpx2.TimeoutException):
                trouble = _Again("the server takes too long")
            except httpx2.TransportError as error:
                trouble = _Again(_plain(error))
            except _Again as error:
                trouble = error
            except (httpx2.InvalidURL, httpx2.DecodingError, ValueError) as error:
                raise FetchError(f"{address[:200]}: {str(error)[:200]}.") from None
            if tried >= self.limits.tries:
                times = f"asked {tried} times" if tried > 1 else "asked once"
                raise FetchError(f"{address[:200]}: {trouble} ({times}).")
            pause = self.limits.first_wait * 2 ** (tried - 1) * random.uniform(0.8, 1.2)
            await asyncio.sleep(min(pause, self.limits.longest_wait))

    async def _request(self, address: str, most: int) -> Path:
        """Ask once, following redirects, each of which is checked like the first address."""
        kept = self.cache.find(address)
        here = address
        for _ in range(self.limits.redirects + 1):
            url = httpx2.URL(here)
            if url.scheme not in ("http", "https") or not url.host:
                raise FetchError(f"{here[:200]} is no web address.")
            headers = {"User-Agent": user_agent(), "Accept-Encoding": "identity"}
            if kept and kept.etag:
                headers["If-None-Match"] = kept.etag
            if kept and kept.modified:
                headers["If-Modified-Since"] = kept.modified
            async with (
                self._host(url.host).slot(),
                asyncio.timeout(self.limits.whole),
                self._response(url, headers) as response,
            ):
                status = response.status_code
                if status in _MOVED and "location" in response.headers:
                    here = urljoin(here, response.headers["location"])
                elif status == 304 and kept:
                    self.cache.confirm(address)
                    return kept.path
                else:
                    self._check(here, url.host, response)
                    return await self._take(address, here, response, most)
        raise FetchError(f"{address[:200]} was sent on more than {self.limits.redirects} times.")

    @contextlib.asynccontextmanager
    async def _response(
        self, url: httpx2.URL, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx2.Response]:
        """The answer of the first of a host's checked addresses that can be reached."""
        port = url.port or (443 if url.scheme == "https" else 80)
        numeric = await _addresses.checked(url.host, port, self.limits.private)
        for place, number in enumerate(numeric, start=1):
            request = self._client.build_request(
                "GET",
                url.copy_with(host=number, fragment=None),
                headers={**headers, "Host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            )
            try:
                response = await self._client.send(request, stream=True, auth=None)
            except httpx2.ConnectError:
                if place == len(numeric):
                    raise
                continue
            try:
                yield response
            finally:
                await response.aclose()
            return

    def _check(self, here: str, host: str, response: httpx2.Response) -> None:
        """Whether an answer has what was asked for."""
        status = response.status_code
        if status == 200:
            return
        meaning = _MEANINGS.get(status, "the server has a fault" if status >= 500 else "")
        reason = f"the server answers {status}" + (f": {meaning}" if meaning else "")
        if status in _BUSY:
            wait = retry_after(response.headers.get("retry-after", ""), self.limits.longest_wait)
            if wait is not None:
                self._host(host).pause(wait)
            raise _Again(reason, wait)
        raise FetchError(f"{here[:200]}: {reason}.")

    async def _take(self, address: str, here: str, response: httpx2.Response, most: int) -> Path:
        """Write an answer to the cache; no more than `most` bytes of it are ever held."""
        too_large = FetchError(f"{here[:200]} is larger than {most // 1024**2:,} MB.")
        told = response.headers.get("content-length", "")
        if told.isascii() and told.isdigit() and int(told) > most:
            raise too_large
        part, size = self.cache.part(address), 0
        try:
            with part.open("wb") as out:
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    if size > most:
                        raise too_large
                    out.write(chunk)
            if not size:
                raise _Again("the server sends nothing")
            about = {name: response.headers.get(header, "") for name, header in
                     (("etag", "etag"), ("modified", "last-modified"))}  # fmt: skip
            return self.cache.store(address, part, {**about, "address": here})
        finally:
            part.unlink(missing_ok=True)

    def _host(self, name: str) -> Host:
        if name not in self._hosts:
            self._hosts[name] = Host(self.limits.per_host, self.limits.per_second)
        return self._hosts[name]


def _plain(error: httpx2.TransportError) -> str:
    """What went wrong on the way, for a person."""
    if isinstance(error, httpx2.ConnectError):
        return "the server cannot be reached"
    if isinstance(error, httpx2.RemoteProtocolError):
        return "the server broke off before the end"
    return f"the connection failed ({type(error).__name__})"
