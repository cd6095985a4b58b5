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
_IPV6_INTERNET = ipaddress.ip_network("2000::/3")
"""All IPv6 addresses that are assigned to hosts of the internet (IANA's global unicast space)."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "2001::/23",  # IETF protocols, among them Teredo, which tunnels to an IPv4 address
        "3fff::/20",  # documentation
        "192.0.0.0/24",  # IETF protocols
        "192.88.99.0/24",  # relays of 6to4, which tunnels to an IPv4 address
    )
)
"""Networks that no server is in, and that `ipaddress` of some Python version calls global."""
_ISATAP = (0x00005EFE, 0x02005EFE)
"""Third quarter of an IPv6 address whose last quarter is the IPv4 address it tunnels to."""


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
    """Whether an IP address belongs to a host of the internet.

    Of IPv6 addresses only the range that is assigned to such hosts counts, so that local, reserved
    and future special ranges are refused without being listed. An IPv4 address inside an IPv6 one
    that leads to it must be public, too.
    """
    address = ipaddress.ip_address(number)
    if isinstance(address, ipaddress.IPv6Address):
        inside = _inside(address)
        if inside is not None and not is_public(str(inside)):
            return False
        if address.ipv4_mapped or address in _NAT64:
            return True
        if address not in _IPV6_INTERNET:
            return False
    special = any(address in network for network in _SPECIAL)
    return address.is_global and not address.is_multicast and not special


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to by mapping, translation or a tunnel."""
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64 or (int(address) >> 32 & 0xFFFFFFFF) in _ISATAP:
        return last
    return address.ipv4_mapped or address.sixtofour


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
