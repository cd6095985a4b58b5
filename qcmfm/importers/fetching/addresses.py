"""Protection against server-side request forgery: only public addresses may be requested.

The addresses come from imported tables, which could otherwise make the program fetch from hosts
that only this computer can reach. The operator can allow more hosts and networks.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence

from qcmfm.core import settings
from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg

ALLOW = "QCMFM_ALLOW_PRIVATE_ADDRESSES"
"""Environment variable: comma-separated hosts and networks to allow, or `*` for all."""
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class AddressError(ImportingError):
    """An address that may not be requested, or whose host does not exist."""


def allowed_by_owner() -> tuple[str, ...]:
    """The non-public hosts and networks that the operator allowed."""
    return tuple(part.strip() for part in settings.value(ALLOW).split(",") if part.strip())


async def checked(host: str, port: int, allowed: Sequence[str]) -> list[str]:
    """Resolve a host and check that each of its IP addresses may be requested.

    The caller must connect to one of these and not to the name, which may resolve to another
    machine the next time.

    Args:
        host: Name or IP address of the host.
        port: Port of the request.
        allowed: Additional hosts and networks, see `allowed_by_owner`.

    Raises:
        AddressError: The host is unknown, or one of its addresses is not public.
    """
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressError(
            msg("There is no server {host!r}.", host=host[:100]), "Check the address."
        ) from None
    numeric = list(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found))
    for number in numeric:
        if not (is_public(number) or _is_allowed(host, number, allowed)):
            raise AddressError(
                msg("{host} is an address inside a private network.", host=host[:100]),
                msg("Whoever runs this program can allow it with {allow}.", allow=ALLOW),
            )
    return numeric


def is_public(number: str) -> bool:
    """Whether an IP address is public; IPv4 addresses inside IPv6 ones are checked, too."""
    address = ipaddress.ip_address(number)
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if inside is None and address in _TRANSLATED:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return address.is_global and not address.is_multicast


def _is_allowed(host: str, number: str, allowed: Sequence[str]) -> bool:
    for entry in allowed:
        if entry in ("*", host, number):
            return True
        try:
            if ipaddress.ip_address(number) in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            continue  # the entry is the name of another host
    return False
