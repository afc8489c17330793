"""A cover that a caller gives: its bytes become the `data:` URL that Options carry; only sound images pass.

JPEG and PNG, which every reading system shows (EPUB 3.3, 3.2). SVG is refused: it may run scripts and name files.
"""

from __future__ import annotations

import base64
import binascii
import re
from io import BytesIO

from convert.errors import UsageError

WORDS = ("generated", "none")  # what may be said instead of an image
MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000  # a small file may unpack to more memory than there is
_SIGNS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_URL = re.compile(r"data:(image/jpeg|image/png);base64,")


def data_url(data: bytes) -> str:
    """The image as a `data:` URL. UsageError where it is neither JPEG nor PNG, or too large."""
    if len(data) > MOST_BYTES:
        raise _refused(f"The cover has more than {MOST_BYTES // 1_000_000} MB.", "Give a smaller image.")
    for sign, kind in _SIGNS:
        if data.startswith(sign):
            return f"data:{kind};base64,{base64.b64encode(data).decode()}"
    raise _refused("The cover is no JPEG or PNG image.")


def image(url: str) -> tuple[str, bytes]:
    """The media type and the bytes of a cover that Options carry."""
    known = _URL.match(url)
    if not known:
        raise _refused(f"cover {url[:40]!r} is neither an image nor one of {', '.join(WORDS)}.")
    try:
        return known[1], base64.b64decode(url[known.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise _refused("The cover's data: URL is no base64.") from None


def check(url: str) -> None:
    """UsageError where the cover is no whole image of its kind, or too large."""
    kind, data = image(url)
    data_url(data)  # by its signature and size
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=(kind.removeprefix("image/"),)) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise _refused(f"The cover has {width} × {height} pixels; {MOST_PIXELS} are the most.")
            _look(picture)
    except UsageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):  # by Pillow's own limit, above ours
        raise _refused(f"The cover has more than {MOST_PIXELS} pixels.") from None
    except Exception as error:  # Pillow's readers raise what they like at a broken file
        raise _refused(f"The cover is no sound image ({type(error).__name__}).") from None


def _look(picture: object) -> None:
    """Read to the image's end: PNG by its check sums, JPEG at an eighth of its size."""
    from PIL import Image

    assert isinstance(picture, Image.Image)
    if picture.format == "PNG":
        picture.verify()
    else:
        picture.draft("L", (picture.width // 8, picture.height // 8))
        picture.load()


def _refused(message: str, hint: str = "Give a JPEG or PNG image, or say generated or none.") -> UsageError:
    return UsageError(message, hint, code="bad-cover")
