"""Fetch photos and documents from servers that may be slow, busy, faulty or hostile."""

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
from qcmfm.importers.fetching import addresses
from qcmfm.importers.fetching.cache import Cache
from qcmfm.importers.fetching.hosts import Host, retry_after

CONTACT = "QCMFM_CONTACT"
"""Environment variable: an e-mail or web address that is sent with every request."""
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}
_MEANINGS = {401: "a password is needed", 403: "it may not be read", 404: "there is nothing",
             410: "it was taken away", 429: "the server is asked too often"}  # fmt: skip


class FetchError(ImportingError):
    """A request that failed for good."""

    def __init__(self, message: str, hint: str = "Check the address, or try again later."):
        super().__init__(message, hint)


@dataclass(frozen=True)
class Limits:
    """Limits of fetching. Times are in seconds, sizes in bytes.

    Args:
        at_once: Largest number of records that are processed concurrently.
        per_host: Largest number of concurrent requests to one server.
        per_second: Largest number of requests to one server that start per second.
        tries: Largest number of attempts per address.
        first_wait: Pause before the second attempt; doubled before each further one.
        longest_wait: Longest pause, also if the server asks for a longer one.
        read_timeout: Timeout of a single network operation, such as waiting for the next bytes.
        request_timeout: Timeout of an entire request.
        photo: Largest size of a photo.
        document: Largest size of any other file.
        redirects: Largest number of redirects.
        fresh: Largest age of a cached response that is used without revalidation.
        private: Non-public hosts and networks that may be requested; `*` for all.
    """

    at_once: int = 8
    per_host: int = 4
    per_second: float = 8.0
    tries: int = 4
    first_wait: float = 1.0
    longest_wait: float = 120.0
    read_timeout: float = 20.0
    request_timeout: float = 300.0
    photo: int = 100 * 1024**2
    document: int = 4 * 1024**3
    redirects: int = 5
    fresh: float = 24 * 3600.0
    private: tuple[str, ...] = field(default_factory=addresses.allowed_by_owner)


def user_agent() -> str:
    """The `User-Agent` header of requests."""
    contact = settings.value(CONTACT)
    about = f"museum collection import; {contact}" if contact else "museum collection import"
    return f"QCMFM-Studio/{qcmfm.__version__} ({about})"


class _RetryableError(Exception):
    """A failure that may be temporary; `wait` is the pause that the server asked for, if any."""

    def __init__(self, reason: str, wait: float | None = None):
        super().__init__(reason)
        self.wait = wait


class Fetcher:
    """Fetches addresses into a cache; bound to one event loop.

    Args:
        cache: Cache of earlier responses.
        limits: Limits of concurrency, time and size.
    """

    def __init__(self, cache: Cache, limits: Limits):
        self.cache, self.limits = cache, limits
        self._hosts: dict[str, Host] = {}
        timeout = httpx2.Timeout(limits.read_timeout, pool=None)
        # A proxy would resolve the host again and so bypass the check of its address.
        self._client = httpx2.AsyncClient(timeout=timeout, trust_env=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def fetch(self, address: str, most: int = 0) -> Path:
        """Fetch an address and return the file with its content, which belongs to the cache.

        Args:
            address: An `http` or `https` address.
            most: Largest size in bytes; 0 for the limit of documents.

        Raises:
            FetchError: The request failed, timed out, or returned nothing or too much.
            AddressError: The address may not be requested.
        """
        cached = self.cache.find(address)
        if cached and cached.age < self.limits.fresh:
            return cached.path
        attempts = 0
        while True:
            attempts += 1
            try:
                return await self._request(address, most or self.limits.document)
            except (TimeoutError, httpx2.TimeoutException):
                failure = _RetryableError("the server takes too long")
            except httpx2.TransportError as error:
                failure = _RetryableError(_plain(error))
            except _RetryableError as error:
                failure = error
            except (httpx2.InvalidURL, httpx2.DecodingError, ValueError) as error:
                raise FetchError(f"{address[:200]}: {str(error)[:200]}.") from None
            if attempts >= self.limits.tries:
                times = f"asked {attempts} times" if attempts > 1 else "asked once"
                raise FetchError(f"{address[:200]}: {failure} ({times}).")
            pause = self.limits.first_wait * 2 ** (attempts - 1) * random.uniform(0.8, 1.2)
            await asyncio.sleep(min(pause, self.limits.longest_wait))

    async def _request(self, address: str, most: int) -> Path:
        """Make one attempt and follow redirects, checking each target like the first address."""
        cached = self.cache.find(address)
        here = address
        for _ in range(self.limits.redirects + 1):
            url = httpx2.URL(here)
            if url.scheme not in ("http", "https") or not url.host:
                raise FetchError(f"{here[:200]} is no web address.")
            headers = {"User-Agent": user_agent(), "Accept-Encoding": "identity"}
            if cached and cached.etag:
                headers["If-None-Match"] = cached.etag
            if cached and cached.modified:
                headers["If-Modified-Since"] = cached.modified
            async with (
                self._host(url.host).slot(),
                asyncio.timeout(self.limits.request_timeout),
                self._response(url, headers) as response,
            ):
                status = response.status_code
                if status in _MOVED and "location" in response.headers:
                    here = urljoin(here, response.headers["location"])
                elif status == 304 and cached:
                    self.cache.confirm(address)
                    return cached.path
                else:
                    self._check(here, url.host, response)
                    return await self._take(address, here, response, most)
        raise FetchError(f"{address[:200]} was sent on more than {self.limits.redirects} times.")

    @contextlib.asynccontextmanager
    async def _response(
        self, url: httpx2.URL, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx2.Response]:
        """The response of the first of a host's checked IP addresses that can be reached."""
        port = url.port or (443 if url.scheme == "https" else 80)
        numeric = await addresses.checked(url.host, port, self.limits.private)
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
        """Raise the error for a response that is not a success."""
        status = response.status_code
        if status == 200:
            return
        meaning = _MEANINGS.get(status, "the server has a fault" if status >= 500 else "")
        reason = f"the server answers {status}" + (f": {meaning}" if meaning else "")
        if status in _BUSY:
            wait = retry_after(response.headers.get("retry-after", ""), self.limits.longest_wait)
            if wait is not None:
                self._host(host).pause(wait)
            raise _RetryableError(reason, wait)
        raise FetchError(f"{here[:200]}: {reason}.")

    async def _take(self, address: str, here: str, response: httpx2.Response, most: int) -> Path:
        """Stream a response into the cache, and stop when it exceeds `most` bytes."""
        too_large = FetchError(f"{here[:200]} is larger than {most // 1024**2:,} MB.")
        declared = response.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > most:
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
                raise _RetryableError("the server sends nothing")
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
    """A network error in words for users."""
    if isinstance(error, httpx2.ConnectError):
        return "the server cannot be reached"
    if isinstance(error, httpx2.RemoteProtocolError):
        return "the server broke off before the end"
    return f"the connection failed ({type(error).__name__})"
