"""Which addresses webhooks may be sent to: public ones, whatever a name resolves to."""

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_CARRIERS: Final = tuple(
    ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)
"""IPv6 prefixes that carry an IPv4 address, which may be anything."""


class NotAllowed(Exception):
    """The address is not one that webhooks may be sent to."""


class NotFound(Exception):
    """The host has no address now."""


def check_url(url: str) -> None:
    """Raises NotAllowed for an address that can be refused by its looks alone."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise NotAllowed from error
    if parts.scheme not in _schemes() or not host or parts.username or parts.password:
        raise NotAllowed
    if parts.fragment or not url.isascii() or any(c.isspace() for c in url):
        raise NotAllowed
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if not _may_be_told(address):
        raise NotAllowed


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses, all of them allowed; the caller connects to one of these very ones.

    Raises NotAllowed where any is not, NotFound where there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFound from error
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)  # IPv6 is not routed everywhere
    texts = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in texts:
        if not _may_be_told(ipaddress.ip_address(text)):
            raise NotAllowed
    if not texts:
        raise NotFound
    return texts


def _may_be_told(address: _Address) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(_is_in(plain, network) for network in settings.WEBHOOK_ALLOWED_NETWORKS):
        return True
    if any(_is_in(plain, network) for network in _CARRIERS):
        return False
    is_site_local = getattr(plain, "is_site_local", False)  # fec0::/10, which counts as global
    return bool(plain.is_global) and not (plain.is_multicast or plain.is_reserved or is_site_local)


def _is_in(address: _Address, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    return address.version == network.version and address in network


def _schemes() -> tuple[str, ...]:
    """Plain http only where the operator has named networks of their own."""
    return ("https", "http") if settings.WEBHOOK_ALLOWED_NETWORKS else ("https",)
