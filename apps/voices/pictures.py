"""Pictures of voices: whatever a customer sends becomes a small square WebP of our own making.

Only three formats are opened, by their own decoders; the size is read before any pixel is. What a
camera wrote beside the pixels (place, time, device) does not come along.
"""

import io
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from apps.common.errors import ApiError

MAX_BYTES: Final = 2 * 2**20
MAX_PIXELS: Final = 50_000_000
SIDE: Final = 512
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_QUALITY: Final = 86
_BACKGROUND: Final = (17, 17, 29)  # of the studio's cards: transparent pixels take it
_BROKEN: Final = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
)
TOO_LARGE: Final = ApiError(
    "picture-too-large",
    "사진이 너무 큽니다. 2MB 이하의 사진을 골라 주세요.",
    "This picture is too large. Choose one of at most 2 MB.",
    status=400,
    field="picture",
)
UNREADABLE: Final = ApiError(
    "picture-unreadable",
    "읽을 수 없는 사진입니다. PNG, JPEG, WebP 파일을 골라 주세요.",
    "This picture can't be read. Choose a PNG, JPEG or WebP file.",
    status=400,
    field="picture",
)


def square(data: bytes) -> bytes:
    """The middle of a picture as a WebP of ``SIDE`` x ``SIDE``. ApiError where it is none."""
    if len(data) > MAX_BYTES:
        raise TOO_LARGE
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise UNREADABLE
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG may be decoded smaller at once
            return _encoded(picture)
    except _BROKEN as error:
        raise UNREADABLE from error


def _encoded(picture: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    fitted = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", fitted.size, _BACKGROUND)
    flat.paste(fitted, mask=fitted.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "WEBP", quality=_QUALITY)
    return out.getvalue()
