"""Webhooks go to public addresses alone, also where a name resolves to another one later."""

import socket
from ipaddress import ip_network
from typing import Any

import pytest

from apps.hooks import sending
from apps.hooks.addresses import NotAllowed, check_url, resolve

from .receiver import Receiver

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.0.1",
    "198.18.0.1",
    "240.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:db8::1",
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"]


def answering(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Every name resolves to these."""

    def lookup(host: str, port: int, **_: Any) -> list[Any]:
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(families[":" in ip], 1, 6, "", (ip, port)) for ip in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(NotAllowed):
        check_url(f"https://{literal}/hook")
    answering(monkeypatch, address)
    with pytest.raises(NotAllowed):
        resolve("example.com", 443)
    answering(monkeypatch, "93.184.216.34", address)
    with pytest.raises(NotAllowed):
        resolve("example.com", 443)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    literal = f"[{address}]" if ":" in address else address
    check_url(f"https://{literal}:8443/hook?x=1")
    answering(monkeypatch, address)
    assert resolve("example.com", 443) == [address]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https:///nothing",
        "https://user:secret@example.com/",
        "https://example.com/#part",
        "https://example.com:99999/",
        "https://localhost/",
        "https://a.localhost/",
        "https://exa mple.com/",
        "https://example.com/\nX: y",
        "example.com",
        "",
        "https://[::1",
    ],
)
def test_looks(url: str) -> None:
    with pytest.raises(NotAllowed):
        check_url(url)


def test_a_name_that_changes_is_not_asked_twice(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was checked is what is connected to; the Host header stays the customer's."""
    port = receiver.url.split(":")[2].split("/")[0]
    asked: list[str] = []

    def lookup(host: Any, *args: Any, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", int(port)))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    outcome = sending.post(f"http://customer.example:{port}/hook", b"{}", {})
    assert outcome.status == 204
    assert [host for host in asked if host != "127.0.0.1"] == ["customer.example"]
    assert receiver.received[0].headers["host"] == f"customer.example:{port}"


def test_a_private_address_gets_nothing(receiver: Receiver, settings: Any) -> None:
    """A receiver that listens, in a network that the operator did not name."""
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("10.9.8.0/24")]
    assert sending.post(receiver.url, b"{}", {}).code == "address-not-allowed"
    assert sending.post(receiver.url.replace("127.0.0.1", "localhost"), b"{}", {}).code == (
        "address-not-allowed"
    )
    assert receiver.received == []
