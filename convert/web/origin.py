"""Where a request comes from: this machine or another, straight or passed on, our own page or somebody else's."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from flask import Request

_OURS = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?", re.I)
SAFE = ("GET", "HEAD", "OPTIONS")


def is_loopback(address: str) -> bool:
    """Whether `address` is this machine's own: an address, or `localhost`."""
    if address.lower() == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def is_passed_on(request: Request) -> bool:
    """Whether a proxy says that it stands between: then it may be anybody who asks."""
    return any(
        name in ("forwarded", "via", "x-real-ip") or name.startswith("x-forwarded-")
        for name in (header.lower() for header in request.headers.keys())  # noqa: SIM118 (they are pairs)
    )


def names_loopback(request: Request) -> bool:
    """Whether the Host is this machine's own name: that of a page elsewhere whose name now leads here is not."""
    return bool(_OURS.fullmatch(request.headers.get("Host", "")))


def is_local(request: Request) -> bool:
    """Whether somebody on this machine asks, straight."""
    return is_loopback(request.remote_addr or "") and names_loopback(request) and not is_passed_on(request)


def is_own(request: Request) -> bool | None:
    """Whether one of our own pages asks; None where nothing says so, as of programs."""
    site = request.headers.get("Sec-Fetch-Site")  # of browsers, which let no page write it
    if site is not None:
        return site in ("same-origin", "none")
    said = request.headers.get("Origin") or request.headers.get("Referer")
    if not said:
        return None
    try:
        return urlsplit(said).netloc.lower() == request.headers.get("Host", "").lower() != ""
    except ValueError:
        return False


def caller(request: Request) -> str:
    """The address that asks; of IPv6 the network, in which one caller has as many as it likes."""
    address = request.remote_addr or "nowhere"
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
