"""Generated pictures for the de-identifier's tests. Every name in them is invented and says so."""

from __future__ import annotations

import math
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tests.deid import synthetic_heads

NAME = "ZZTEST PATIENT"
RECORD = "MRN 00012345"


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own scalable font, so that no test depends on the machine's."""
    return ImageFont.load_default(size)


def noise(width: int, height: int, seed: int = 1, strength: int = 12) -> Image.Image:
    """A skin-like surface with soft shades and grain, the same for the same seed."""
    rng = random.Random(seed)
    coarse = Image.new("RGB", (16, 12))
    coarse.putdata(
        [tuple(base + rng.randint(-25, 25) for base in (196, 150, 128)) for _ in range(16 * 12)]
    )
    surface = coarse.resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (128, 128), rng.randbytes(128 * 128))
    grain = grain.resize((width, height), Image.Resampling.BILINEAR)
    grain = grain.point(lambda value: value * strength // 255)
    return Image.merge("RGB", [_add(band, grain) for band in surface.split()])


def _add(band: Image.Image, grain: Image.Image) -> Image.Image:
    return Image.blend(band, grain, 0.08)


def skin(width: int = 800, height: int = 600, seed: int = 1) -> Image.Image:
    """Skin with a dark lesion."""
    image = noise(width, height, seed)
    rng = random.Random(seed)
    draw = ImageDraw.Draw(image)
    middle_x, middle_y, radius = width * 0.5, height * 0.55, min(width, height) * 0.16
    outline = []
    for step in range(40):
        angle = step / 40 * 2 * math.pi
        reach = radius * rng.uniform(0.8, 1.2)
        outline.append((middle_x + reach * math.cos(angle), middle_y + reach * math.sin(angle)))
    draw.polygon(outline, fill=(96, 58, 44))
    return image.filter(ImageFilter.GaussianBlur(max(1, width / 400)))


def rings(rings: int = 3, first: int = 15, step: int = 20, line: int = 6) -> Image.Image:
    """Concentric rings on skin, as an annular lesion has them; sizes in pixels."""
    image = noise(800, 600)
    draw = ImageDraw.Draw(image)
    for number in range(rings):
        reach = first + number * step
        box = (400 - reach, 300 - reach, 400 + reach, 300 + reach)
        draw.ellipse(box, outline=(150, 70, 60), width=line)
    return image.filter(ImageFilter.GaussianBlur(2))


def rings_in_a_row(count: int = 4) -> Image.Image:
    """A label, and rings side by side: a row of them is a line of the letter O to a reader."""
    image = Image.new("RGB", (1600, 1200), (198, 150, 132))
    draw = ImageDraw.Draw(image)
    for number in range(count):
        left = 220 + 260 * number
        draw.ellipse((left, 560, left + 180, 740), outline=(150, 60, 50), width=26)
    draw.rectangle((60, 60, 900, 190), fill=(250, 250, 250))
    return write_on(image, at=(90, 85), size=84)


def retina(size: int = 800, seed: int = 1) -> Image.Image:
    """A fundus photograph: an orange disc on black, vessels, the optic disc."""
    rng = random.Random(seed)
    image = Image.new("RGB", (size, size), "black")
    draw = ImageDraw.Draw(image)
    draw.ellipse((size * 0.04, size * 0.04, size * 0.96, size * 0.96), fill=(186, 84, 38))
    disc = (size * 0.68, size * 0.5)
    for _ in range(9):
        angle, at = rng.uniform(0, 2 * math.pi), disc
        for step in range(40):
            angle += rng.uniform(-0.25, 0.25)
            to = (at[0] + size * 0.018 * math.cos(angle), at[1] + size * 0.018 * math.sin(angle))
            if math.dist(to, (size / 2, size / 2)) > size * 0.44:
                break
            draw.line(
                (at, to), fill=(120, 28, 20), width=max(1, round(size / 90 * (1 - step / 50)))
            )
            at = to
    reach = size * 0.055
    draw.ellipse(
        (disc[0] - reach, disc[1] - reach, disc[0] + reach, disc[1] + reach), fill=(250, 214, 140)
    )
    return image.filter(ImageFilter.GaussianBlur(size / 300))


def head_ct(size: int = 640, seed: int = 1) -> Image.Image:
    """An axial slice: skull ring, grey brain, dark ventricles."""
    rng = random.Random(seed)
    image = Image.new("L", (size, size), 4)
    draw = ImageDraw.Draw(image)
    for inset, shade in ((0.12, 240), (0.15, 96)):
        draw.ellipse(
            (size * (inset + 0.05), size * inset, size * (0.95 - inset), size * (1 - inset)),
            fill=shade,
        )
    for side in (-1, 1):
        x = size * (0.5 + side * 0.06)
        draw.ellipse((x - size * 0.035, size * 0.38, x + size * 0.035, size * 0.58), fill=38)
    for _ in range(60):
        x, y = rng.uniform(0.28, 0.72) * size, rng.uniform(0.24, 0.76) * size
        draw.arc(
            (x, y, x + size * 0.05, y + size * 0.04),
            0,
            rng.randint(90, 300),
            fill=rng.randint(80, 112),
        )
    return image.filter(ImageFilter.GaussianBlur(size / 320)).convert("RGB")


def ecg(width: int = 1000, height: int = 500, seed: int = 1) -> Image.Image:
    """A rhythm strip on graph paper, without letters."""
    image = Image.new("RGB", (width, height), (255, 246, 244))
    draw = ImageDraw.Draw(image)
    for step, shade in ((10, (250, 222, 218)), (50, (240, 178, 170))):
        for x in range(0, width, step):
            draw.line((x, 0, x, height), fill=shade)
        for y in range(0, height, step):
            draw.line((0, y, width, y), fill=shade)
    for row in (0.3, 0.7):
        points = []
        for x in range(width):
            phase = (x + seed * 17) % 130
            wave = 60 * math.exp(-(((phase - 60) / 4) ** 2)) + 9 * math.exp(
                -(((phase - 30) / 9) ** 2)
            )
            wave += 14 * math.exp(-(((phase - 95) / 12) ** 2))
            points.append((x, height * row - wave))
        draw.line(points, fill=(20, 20, 30), width=2)
    return image


def face(size: int = 300, tone: tuple[int, int, int] = (205, 160, 135)) -> Image.Image:
    """A drawn face, plain but enough for a face detector. The picture is twice `size` square."""
    image = Image.new("RGB", (size * 2, size * 2), (120, 130, 140))
    draw = ImageDraw.Draw(image)

    def shade(part: float) -> tuple[int, int, int]:
        return (
            min(255, int(tone[0] * part)),
            min(255, int(tone[1] * part)),
            min(255, int(tone[2] * part)),
        )

    def oval(x: float, y: float, half: float, tall: float, fill: tuple[int, int, int]) -> None:
        box = (
            size * (1 + x - half),
            size * (1 + y - tall),
            size * (1 + x + half),
            size * (1 + y + tall),
        )
        draw.ellipse(box, fill=fill)

    hair, dark = (50, 35, 30), (30, 20, 20)
    oval(0, -0.26, 0.42, 0.36, hair)
    oval(0, 0.01, 0.36, 0.49, tone)
    draw.rectangle((size * 0.64, size * 0.45, size * 1.36, size * 0.7), fill=hair)
    oval(0, -0.16, 0.36, 0.26, tone)
    for x in (-0.16, 0.16):
        oval(x, -0.07, 0.11, 0.07, shade(0.7))
        oval(x, -0.06, 0.08, 0.04, (235, 235, 235))
        oval(x, -0.06, 0.035, 0.04, dark)
        draw.rectangle((size * (0.89 + x), size * 0.8, size * (1.11 + x), size * 0.835), fill=hair)
    nose = [(0.97, 0.9), (1.03, 0.9), (1.07, 1.13), (0.93, 1.13)]
    draw.polygon([(size * x, size * y) for x, y in nose], fill=shade(1.1))
    oval(0, 0.13, 0.08, 0.03, shade(0.75))
    oval(0, 0.27, 0.13, 0.04, (150, 60, 60))
    draw.rectangle((size * 0.87, size * 1.265, size * 1.13, size * 1.275), fill=(90, 30, 30))
    return image.filter(ImageFilter.GaussianBlur(size / 60))


def portrait(
    person: int, *, turned: float = 0, yaw: float = 0, masked: bool = False
) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """A drawn person's head and shoulders (`heads`), turned by degrees, and the box of the face."""
    photo, face = synthetic_heads.head(person, 150, yaw=yaw, masked=masked)
    place = Image.new("L", photo.size)
    ImageDraw.Draw(place).ellipse(face, fill=255)
    photo = photo.rotate(turned, Image.Resampling.BICUBIC, expand=True, fillcolor=(120, 120, 120))
    place = place.rotate(turned, expand=True)
    return photo, place.getbbox() or (0, 0, *photo.size)


def write_on(
    image: Image.Image,
    text: str = NAME,
    at: tuple[int, int] = (30, 30),
    size: int = 28,
    fill: str | tuple[int, int, int] = "white",
    turned: int = 0,
) -> Image.Image:
    """A copy with text burned in, turned by degrees where asked."""
    image = image.copy()
    letters = font(size)
    left, top, right, bottom = letters.getbbox(text)
    stamp = Image.new("L", (math.ceil(right - left) + 8, math.ceil(bottom - top) + 8), 0)
    ImageDraw.Draw(stamp).text((4 - left, 4 - top), text, font=letters, fill=255)
    stamp = stamp.rotate(turned, expand=True, resample=Image.Resampling.BICUBIC)
    image.paste(fill, (at[0], at[1], at[0] + stamp.width, at[1] + stamp.height), stamp)
    return image


def phone_exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes: place, maker, time, and the way it was held."""
    exif = Image.Exif()
    exif[0x010F] = "ZZMAKER"
    exif[0x0110] = "ZZPHONE 9"
    exif[0x0132] = "2024:03:03 10:11:12"
    exif[0x0112] = orientation
    exif[0x013B] = "ZZARTIST"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (51.0, 28.0, 38.0)
    gps[3], gps[4] = "W", (0.0, 0.0, 5.0)
    return exif


def save_photo(image: Image.Image, path: Path, orientation: int = 1) -> Path:
    """A JPEG as from a phone, with everything in its metadata that must not survive."""
    image.save(path, "JPEG", quality=92, exif=phone_exif(orientation), comment=b"ZZCOMMENT")
    return path
