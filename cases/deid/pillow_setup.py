"""Pillow as every module of the sandbox uses it: few formats, our own limits. Import it first."""

from __future__ import annotations

import pi_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from cases.deid import limits

# Naming the plugins keeps Pillow from loading its other sixty, some of which start programs.
PLUGINS = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
READABLE_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "TIFF", "GIF", "AVIF", "BMP")

Image.MAX_IMAGE_PIXELS = limits.PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
PngImagePlugin.MAX_TEXT_CHUNK = limits.TEXT_CHUNK_BYTES
PngImagePlugin.MAX_TEXT_MEMORY = limits.TEXT_BYTES
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
