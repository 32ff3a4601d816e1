"""This is where an uploaded picture becomes one that can be shown: smaller, and with nothing in it.

Whatever somebody hid in a file, or a camera wrote into it (place, time, owner), is gone, because
only its points are kept and written anew. The format is WebP, which every peer and browser shows.
"""

import io
import struct
import zlib
from dataclasses import dataclass

from blurhash import encode as blurhash_of
from PIL import Image, ImageCms, ImageOps

from fedlearn.domain.media import Picture, media_type_of
from fedlearn.errors import Invalid
from fedlearn.text.languages import _

# By what its first bytes say; no other decoder is ever tried.
FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
LARGE, SMALL, TINY = 1920, 400, 32  # points on the longer side
QUALITY = 82
# Of 6 efforts to make a file small: twice as quick as the usual 4, for a file 3 % larger.
EFFORT = 2
# A JPEG is read at a half, a quarter or an eighth if that is still so much larger than wanted.
GAP = 1.5
MILLION = 1_000_000
LONGEST_SIDE = 20_000

# What decoders raise over files that are broken, or made to break them.
BROKEN = (
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Converted:
    """A picture as it is kept: large and small, and what is known of it."""

    picture: Picture
    large: bytes
    small: bytes

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return len(self.large) + len(self.small)


def convert(content: bytes, max_megapixels: int, size: tuple[int, int] | None = None) -> Converted:
    """A picture made harmless, upright and no larger than pages need; `Invalid` for anything else.

    With a size, its middle is cut out in that shape. It takes its time, and is called in a thread.
    """
    form = FORMATS.get(media_type_of(content[:64]) or "")
    if form is None:
        raise Invalid(
            _("This is no picture that can be shown: take a JPEG, PNG, WebP, AVIF or GIF.")
        )
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as opened:
            # Known from the head of the file: nothing is unpacked yet.
            _check_size(*opened.size, max_megapixels)
            large = _shown(opened)
        return _converted(ImageOps.fit(large, size) if size else large)
    except BROKEN as error:
        raise Invalid(_("This picture cannot be read: the file is broken.")) from error


def moves(content: bytes) -> bool:
    """Whether there is more than one picture in a GIF; False for one that cannot be read."""
    try:
        with Image.open(io.BytesIO(content), formats=["GIF"]) as opened:
            return bool(getattr(opened, "is_animated", False))
    except BROKEN:
        return False


def _check_size(width: int, height: int, max_megapixels: int) -> None:
    if width * height > max_megapixels * MILLION or max(width, height) > LONGEST_SIDE:
        message = _(
            "This picture has %(width)s by %(height)s points, where %(most)s million fit.",
            width=width,
            height=height,
            most=max_megapixels,
        )
        raise Invalid(message)


def _shown(opened: Image.Image) -> Image.Image:
    """The first picture of a file as people see it: upright, in the colours of the web."""
    # A JPEG is made smaller while it is read; the others need plain colours first.
    image = opened if opened.format in {"JPEG", "MPO"} else _plain(opened)
    image.thumbnail((LARGE, LARGE), reducing_gap=GAP)
    return _in_srgb(_plain(ImageOps.exif_transpose(image)))


def _plain(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Greys of 16 bits, of which the upper eight are enough.
        image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    wanted = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == wanted else image.convert(wanted)


def _in_srgb(image: Image.Image) -> Image.Image:
    """Telephones use wider colours; without their profile, the same numbers would look pale."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target) or image
    except (ImageCms.PyCMSError, OSError):
        return image


def _converted(large: Image.Image) -> Converted:
    small, tiny = large.copy(), large.convert("RGB")
    small.thumbnail((SMALL, SMALL))
    tiny.thumbnail((TINY, TINY))
    colours = [[tiny.getpixel((x, y)) for x in range(tiny.width)] for y in range(tiny.height)]
    picture = Picture("image/webp", large.width, large.height, blurhash_of(colours, 4, 3))
    return Converted(picture, _written(large), _written(small))


def _written(image: Image.Image) -> bytes:
    # Else the writer would take over what the reader has found beside the points.
    image.info.clear()
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=EFFORT, exif=b"", icc_profile=b"", xmp=b"")
    return file.getvalue()
