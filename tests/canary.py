"""A canary: a server on this machine's loopback that nothing of ours has any business with, and every way to name it.

Texts, options and editions name it; whoever connects, by whatever protocol, is a hit, and was led there by a text.
"""

from __future__ import annotations

import random
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from urllib.parse import quote

_REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Canary:
    """Who came, each by the first that was heard of it; where it sits."""

    def __init__(self) -> None:
        self.hits: list[bytes] = []
        self._listeners = [socket.create_server(("127.0.0.1", 0))]
        self.port: int = self._listeners[0].getsockname()[1]
        with suppress(OSError):  # where there is no IPv6
            self._listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        for listener in self._listeners:
            threading.Thread(target=self._sit, args=(listener,), daemon=True).start()

    def close(self) -> None:
        """Leave."""
        for listener in self._listeners:
            listener.close()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every way to name it: by numbers, names, users before it, other schemes, and as careless readers read it."""
        hosts = (
            "127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0", "0",
            "[::]",
            "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1.", "LOCALHOST", "a.localhost", "localhost.localdomain",
            "ip6-localhost", "127.9.9.9", "①②⑦.⓪.⓪.①", "127。0。0。1", "%31%32%37.0.0.1", "ⓛocalhost",
            socket.gethostname(), "127.0.0.1.nip.io", "localtest.me",
        )  # fmt: skip
        port = self.port
        return (
            *(f"http://{host}:{port}/{n}" for n, host in enumerate(hosts)),
            f"https://127.0.0.1:{port}/s", f"http://example.org@127.0.0.1:{port}/u", f"http://a:b@127.0.0.1:{port}/u",
            f"http://127.0.0.1:{port}\\@example.org/", f"http://example.org\\@127.0.0.1:{port}/",
            f"//127.0.0.1:{port}/r",
            f"http:/\\127.0.0.1:{port}/", f"http:127.0.0.1:{port}/", f"ftp://127.0.0.1:{port}/f",
            f"file://127.0.0.1:{port}/f",
            f"\\\\127.0.0.1@{port}\\share\\x", f"gopher://127.0.0.1:{port}/_x", f"jar:http://127.0.0.1:{port}/a!/b",
            f"HTTP://127.0.0.1:{port}/{quote('ü')}", f" http://127.0.0.1:{port}/ ",
            f"http://127.0.0.1:{port}#@example.org/",
            f"url:http://127.0.0.1:{port}/", f"view-source:http://127.0.0.1:{port}/", f"ws://127.0.0.1:{port}/",
        )  # fmt: skip

    def _sit(self, listener: socket.socket) -> None:
        with suppress(OSError):  # when it leaves
            while True:
                line, _ = listener.accept()
                with line, suppress(OSError):
                    line.settimeout(1)
                    self.hits.append(line.recv(2000))
                    line.sendall(_REDIRECT)


@contextmanager
def sitting() -> Iterator[Canary]:
    """A canary that nobody may have met."""
    canary = Canary()
    try:
        yield canary
        assert not canary.hits, canary.hits
    finally:
        canary.close()


# ---------------------------------------------------------------- what names it


def page(url: str) -> bytes:
    """A web page that asks for it in all the ways that pages know."""
    return f"""<!DOCTYPE html [<!ENTITY x SYSTEM "{url}">]>
<html xmlns="http://www.w3.org/1999/xhtml" manifest="{url}"><head><title>A Walk</title><base href="{url}">
<meta http-equiv="refresh" content="0;url={url}"><meta property="og:image" content="{url}">
<link rel="stylesheet" href="{url}"><link rel="preload icon next" href="{url}"><script src="{url}"></script>
<style>@import url({url}); @font-face {{ font-family: x; src: url({url}) }} p {{ background: url({url}) }}</style>
</head><body background="{url}"><h1>A Walk</h1><p style="background: url('{url}')">The path.
<img src="{url}" srcset="{url} 2x" alt="a"><a href="{url}" ping="{url}">a link</a><iframe src="{url}"></iframe>&x;
<object data="{url}"></object><embed src="{url}"><video src="{url}" poster="{url}"><track src="{url}"></video>
<audio src="{url}"></audio><svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{url}" href="{url}"/>
<use href="{url}#a"/></svg><math href="{url}"><mi>x</mi></math><form action="{url}"><input type="image" src="{url}">
</form><blockquote cite="{url}">So.</blockquote></p></body></html>""".encode()


def text(url: str) -> bytes:
    """A text that names it wherever an article names an address."""
    return f"""---
title: A Walk
source: {url}
cover: {url}
css: {url}
image: {url}
---

# A Walk

![a picture]({url}) and [a link]({url} "a title") and <{url}> and {url} stand here.[^1]

[Illustration: {url}]

.. image:: {url}

.. include:: {url}

<img src="{url}"> <script src="{url}"></script> include::{url}[] image::{url}[] @import url({url});

[^1]: See {url}.

[a]: {url}
""".encode()


def restructured(url: str) -> bytes:
    """A reStructuredText that asks for it."""
    return f"""A Walk
======

The path goes `down <{url}>`_ to the river.

.. image:: {url}
.. figure:: {url}

   A figure.
.. include:: {url}
.. csv-table:: A table
   :url: {url}
   :file: {url}
.. raw:: html
   :url: {url}
.. literalinclude:: {url}
.. stylesheet:: {url}
""".encode()


def archive(data: bytes, url: str) -> bytes:
    """A docx, odt or epub in which every address, and every place that might be one, is the canary's."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            held = old.read(info)
            if info.filename.endswith((".xhtml", ".html", "document.xml", "content.xml", ".opf", ".rels")):
                held = _named(held, url)
            new.writestr(info, held)
    return out.getvalue()


def _named(held: bytes, url: str) -> bytes:
    said = url.encode()
    top = b'<?xml version="1.0" encoding="UTF-8"?>'
    held = held.replace(top, top + b'<!DOCTYPE x SYSTEM "%b">' % said)
    held = held.replace(b"</body>", b'<img src="%b" alt="a"/><script src="%b"></script></body>' % (said, said))
    style = b'<link rel="stylesheet" href="%b"/><style>@import url(%b);</style></head>'
    held = held.replace(b"</head>", style % (said, said))
    held = held.replace(b"</manifest>", b'<item id="far" href="%b" media-type="image/png"/></manifest>' % said)
    return held.replace(
        b"</Relationships>",
        b'<Relationship Id="far" TargetMode="External" Target="%b" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/image"/></Relationships>' % said,
    )


BAITS: dict[str, Callable[[str], bytes]] = {"txt": text, "md": text, "html": page, "rst": restructured}


def options(url: str, dice: random.Random) -> dict[str, list[str]]:
    """One option that names it."""
    css: tuple[str, ...] = (
        f"@import url({url});",
        f"p {{ background: url({url}) }}",
        f"@font-face {{ src: url({url}) }}",
    )
    said: dict[str, tuple[str, ...]] = dict.fromkeys(
        ("cover", "identifier", "rights", "profile", "name", "encoding", "description"), (url,)
    )
    said |= {
        "css": css, "source": (url.strip(),), "title": (f"![a]({url})",),
        "webhook": (url, url.replace("http:", "https:")),
        "extra": (f"image={url}", f"css={url}", f"template={url}"),
        "overrides": (f"metadata: {{source: '{url}', image: '{url}'}}",),
    }  # fmt: skip
    name = dice.choice(sorted(said))
    return {name: [dice.choice(said[name])]}
