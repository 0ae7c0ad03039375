"""Pictures for the benchmark: the ways in which identifiers get onto pictures, and none at all.

Every style draws from a seed. Seeds for tuning and for reporting share no picture and, where the
machine has fonts, no font.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from tests.deid import synthetic_pictures

Rect = tuple[int, int, int, int]
Mask = npt.NDArray[np.bool_]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Colour = tuple[int, int, int]

NAMES = (
    *("ZZTEST PATIENT", "Zzample, Anna", "MRN 00012345", "DOB 04.07.1951", "Zz Hospital Ward 7"),
    *("Dr. Zzmith", "1951-07-04 10:32", "ID 998-44-1234", "ZZTESTER^ANNA^M", "F 72Y Acc 7781920"),
)
SCRIPTS = {
    "Cyrillic": ("Зайцева Анна", "Иванов И. П.", "ул. Лесная 7"),
    "Greek": ("Ζωή Παπαδοπούλου", "Νίκος Ζαχαρίου"),
    "Arabic": ("مريض تجريبي", "فاطمة الزهراء"),
    "Devanagari": ("रोगी परीक्षण", "सीता शर्मा"),
    "Chinese": ("测试病人 王小明", "张三 住院号 00123"),
}
_FOR_SCRIPT = {
    "Arabic": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    "Devanagari": ("Lohit-Devanagari.ttf",),
    "Chinese": ("wqy-microhei.ttc",),
    "Cyrillic": ("FreeSans.ttf", "LiberationSerif-Regular.ttf", "DejaVuSansMono.ttf"),
    "Greek": ("FreeSerif.ttf", "LiberationSans-Regular.ttf", "DejaVuSans.ttf"),
}
_WHITE, _BLACK, _BLUE, _YELLOW = (245, 245, 245), (15, 15, 15), (40, 50, 140), (240, 220, 60)


@dataclass(frozen=True)
class BenchmarkPicture:
    """A picture, and where its texts or faces are: left, top, right, bottom."""

    picture: Image.Image
    truth: tuple[Rect, ...]
    ink: Mask | None = None
    """Where letters are: a slanted line leaves most of its upright box empty."""
    frames: tuple[Image.Image, ...] = ()
    """Stills shown before and after the picture, without text."""


@dataclass(frozen=True)
class TextStyle:
    """How text is burned in: onto what, its height in pixels, colour, angles and what befell it."""

    ground: Callable[[int], Image.Image]
    sizes: tuple[int, int] = (22, 32)
    fill: Colour = _WHITE
    turned: tuple[int, ...] = (0,)
    blur: tuple[float, ...] = (0.0,)
    texts: tuple[str, ...] = NAMES
    script: str = ""
    outline: Colour | None = None
    shadow: Colour | None = None
    strength: float = 1.0
    lines: int = 1
    warp: bool = False
    quality: int | None = None
    moving: bool = False
    corner: bool = False
    fonts: tuple[str, ...] = field(default=())


def _files() -> dict[str, Path]:
    folder = Path("/usr/share/fonts")
    wanted = ("Liberation", "DejaVu", "Free", "Lohit", "wqy", "Humor")
    files = sorted(path for path in folder.rglob("*.tt[fc]") if path.name.startswith(wanted))
    return {path.name: path for path in files}


_FONTS = _files()
_LATIN = [name for name in _FONTS if name.startswith(("Liberation", "DejaVu", "Free", "Humor"))]


def font(rng: random.Random, size: int, seed: int, names: tuple[str, ...] = ()) -> Font:
    """A font of the seed's half, or Pillow's own where the machine has none."""
    usable = (
        [name for name in names if name in _FONTS] if names else _LATIN[seed // 1_000_000 % 2 :: 2]
    )
    if not usable or (not names and rng.random() < 0.15):
        return synthetic_pictures.font(size)
    return ImageFont.truetype(str(_FONTS[rng.choice(usable)]), size)


def available(style: TextStyle) -> bool:
    return not style.script or any(name in _FONTS for name in _FOR_SCRIPT[style.script])


def _skin(seed: int) -> Image.Image:
    return synthetic_pictures.skin(800, 600, seed)


def _dark(seed: int) -> Image.Image:
    return (
        synthetic_pictures.skin(800, 600, seed).convert("L").point(lambda v: v // 4).convert("RGB")
    )


def _ct(seed: int) -> Image.Image:
    return synthetic_pictures.head_ct(640, seed)


def _large(seed: int) -> Image.Image:
    return synthetic_pictures.skin(4032, 3024, seed)


def _radiograph(seed: int) -> Image.Image:
    """A bright, noisy band of bone on black."""
    rng = random.Random(seed)
    image = Image.new("L", (900, 1100), 12)
    draw = ImageDraw.Draw(image)
    for number in range(9):
        middle = 450 + rng.randint(-20, 20)
        top = 60 + number * 110
        draw.rounded_rectangle(
            (middle - 90, top, middle + 90, top + 90), 24, fill=rng.randint(150, 215)
        )
        draw.arc((60, top - 20, 840, top + 190), 190, 350, fill=rng.randint(70, 120), width=16)
    image = image.filter(ImageFilter.GaussianBlur(7))
    grain = Image.effect_noise(image.size, 18)
    return ImageChops.add(image, grain, scale=1, offset=-128).convert("RGB")


def _equal(seed: int) -> Image.Image:
    """A flat green as bright as the red that is written on it."""
    rng = random.Random(seed)
    return Image.new("RGB", (800, 600), (30, 118 + rng.randint(-6, 6), 40))


def _paper(seed: int) -> Image.Image:
    return synthetic_pictures.ecg(1000, 500, seed)


def _monitor(seed: int) -> Image.Image:
    image = Image.new("RGB", (1000, 700), (8, 12, 20))
    draw, rng = ImageDraw.Draw(image), random.Random(seed)
    for row, shade in enumerate(((40, 220, 90), (240, 210, 60), (80, 180, 250))):
        points = [
            (x, 180 + row * 170 + 40 * math.sin(x / rng.uniform(13, 15)) * math.sin(x / 90))
            for x in range(0, 1000, 3)
        ]
        draw.line(points, fill=shade, width=2)
    return image


STYLES: dict[str, TextStyle] = {
    "ultrasound overlay": TextStyle(_dark, (14, 22), lines=3),
    "CT corner": TextStyle(_ct, (13, 18), lines=4, corner=True),
    "radiograph": TextStyle(_radiograph, (18, 30), lines=2),
    "monitor": TextStyle(_monitor, (18, 40), _WHITE, lines=2),
    "monitor, one colour": TextStyle(_monitor, (18, 40), _YELLOW, lines=2),
    "ECG print": TextStyle(_paper, (14, 22), _BLACK, lines=2),
    "photo label": TextStyle(_skin, (26, 40), _BLACK),
    "wristband": TextStyle(_skin, (20, 30), _BLACK, (-6, 4, 8), warp=True),
    "ink on skin": TextStyle(
        _skin,
        (34, 52),
        _BLUE,
        (-12, 7, 12),
        (0.8, 1.2, 1.6),
        strength=0.8,
        fonts=("Humor-Sans.ttf", "FreeSerifItalic.ttf", "LiberationSerif-Italic.ttf"),
    ),
    "sideways": TextStyle(_skin, (18, 32), _WHITE, (90, 270)),
    "upside down": TextStyle(_skin, (18, 32), _WHITE, (180,)),
    "slanted": TextStyle(_skin, (24, 34), _BLACK, (30, -40, 20, 45)),
    "tiny": TextStyle(_dark, (9, 12)),
    "huge": TextStyle(_skin, (110, 190), _BLACK, texts=("ZZTEST", "SMITHZZ", "A. ZZ 7")),
    "low contrast": TextStyle(_skin, (26, 34), _WHITE, strength=0.28),
    "very faint": TextStyle(_dark, (24, 34), _WHITE, strength=0.10),
    "blurred": TextStyle(_skin, (26, 36), _BLACK, (0,), (1.5, 2.5, 3.2)),
    "outlined": TextStyle(_skin, (26, 40), (200, 150, 128), outline=_BLACK),
    "white, shadowed": TextStyle(
        lambda seed: Image.new("RGB", (800, 500), (244, 244, 242)),
        (26, 40),
        (250, 250, 250),
        shadow=(206, 206, 206),
    ),
    "equal luminance": TextStyle(_equal, (26, 40), (215, 40, 40)),
    "JPEG ruins": TextStyle(_skin, (20, 30), _WHITE, quality=18),
    "small in 12 MP": TextStyle(_large, (34, 48)),
    "large in 12 MP": TextStyle(_large, (220, 420), _BLACK, texts=("ZZTEST 7", "A. ZZample")),
    "one frame of many": TextStyle(
        lambda seed: synthetic_pictures.skin(480, 360, seed), (20, 28), moving=True
    ),
    **{
        name: TextStyle(_skin, (28, 42), _BLACK, texts=SCRIPTS[name], script=name)
        for name in SCRIPTS
    },
}


def texts(style: TextStyle, seed: int) -> BenchmarkPicture:
    """Lines of text on their ground, wholly inside the picture."""
    rng = random.Random(seed)
    ground = style.ground(seed)
    if style.warp:
        _band(ground, rng)
    names = style.fonts or (_FOR_SCRIPT[style.script] if style.script else ())
    letters = font(rng, rng.randint(*style.sizes), seed, names)
    wanted = [rng.choice(style.texts) for _ in range(style.lines)]
    ink, edge = _stamp(wanted, letters, style, rng)
    x, y = _place(rng, ground, ink, style)
    truth = _lines(ink, x, y) if style.turned == (0,) else ((x, y, x + ink.width, y + ink.height),)
    whole = Image.new("L", ground.size)
    whole.paste(ink, (x, y))
    radius = rng.choice(style.blur)
    shown = whole.filter(ImageFilter.GaussianBlur(radius)) if radius else whole
    if style.shadow:
        ground.paste(style.shadow, (0, 0), ImageChops.offset(shown, 2, 2))
    if style.outline and edge is not None:
        ground.paste(style.outline, (x, y, x + edge.width, y + edge.height), edge)
    ground.paste(style.fill, (0, 0), shown.point(lambda value: round(value * style.strength)))
    frames = (
        tuple(synthetic_pictures.skin(*ground.size, seed + k) for k in (1, 2, 3))
        if style.moving
        else ()
    )
    return BenchmarkPicture(
        _worn(ground, style), truth, np.asarray(shown) > (127 if not radius else 70), frames
    )


def _stamp(
    lines: list[str], letters: Font, style: TextStyle, rng: random.Random
) -> tuple[Image.Image, Image.Image | None]:
    """The letters as a mask cut to their size, and the mask of their outline."""
    boxes = [letters.getbbox(line) for line in lines]
    tall = max(box[3] - box[1] for box in boxes)
    size = (
        math.ceil(max(box[2] - box[0] for box in boxes)) + 16,
        math.ceil(tall * 1.5 * len(lines)) + 16,
    )
    masks = []
    for stroke in (0, 2) if style.outline else (0,):
        mask = Image.new("L", size)
        draw = ImageDraw.Draw(mask)
        for number, (line, box) in enumerate(zip(lines, boxes, strict=True)):
            at = (8 - box[0], 8 + number * tall * 1.5 - box[1])
            draw.text(at, line, font=letters, fill=255, stroke_width=stroke)
        masks.append(mask)
    turn = rng.choice(style.turned)
    turned = [mask.rotate(turn, Image.Resampling.BICUBIC, expand=True) for mask in masks]
    cut = turned[-1].getbbox() or (0, 0, 1, 1)
    parts = [mask.crop(cut) for mask in turned]
    return parts[0], parts[-1] if style.outline else None


def _place(
    rng: random.Random, ground: Image.Image, ink: Image.Image, style: TextStyle
) -> tuple[int, int]:
    right, bottom = ground.width - ink.width - 10, ground.height - ink.height - 10
    if style.corner:
        return rng.choice((10, max(10, right))), rng.choice((10, max(10, bottom)))
    if style.warp:
        return rng.randint(10, max(10, right)), rng.randint(215, max(216, 385 - ink.height))
    return rng.randint(10, max(10, right)), rng.randint(10, max(10, bottom))


def _lines(ink: Image.Image, x: int, y: int) -> tuple[Rect, ...]:
    """The box of each line: between two lines nothing is to be lost."""
    rows = np.flatnonzero(np.asarray(ink).max(axis=1) > 40)
    groups = np.split(rows, np.flatnonzero(np.diff(rows) > 3) + 1)
    boxes = []
    for group in groups:
        top, bottom = int(group[0]), int(group[-1]) + 1
        box = ink.crop((0, top, ink.width, bottom)).getbbox() or (0, 0, 1, 1)
        boxes.append((x + box[0], y + top, x + box[2], y + bottom))
    return tuple(boxes)


def _band(ground: Image.Image, rng: random.Random) -> None:
    """A paper band across, one end nearer than the other."""
    lift = rng.randint(-25, 25)
    points = [(0, 190 + lift), (800, 190), (800, 410), (0, 410 - lift)]
    ImageDraw.Draw(ground).polygon(points, fill=(226, 232, 236))


def _worn(image: Image.Image, style: TextStyle) -> Image.Image:
    if style.quality is None:
        return image
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=style.quality)
    with Image.open(stored) as worn:
        return worn.convert("RGB")


def faces(seed: int) -> BenchmarkPicture:
    """A portrait turned, masked, dark, grey, blurred, small in a room or close; nobody twice."""
    rng = random.Random(seed)
    turned = rng.choice((0, 0, 0, 90, 180, 270, rng.uniform(-30, 30)))
    yaw, masked = rng.choice((0, 0, rng.uniform(-55, 55))), rng.random() < 0.2
    photo, truth = synthetic_pictures.portrait(seed, turned=turned, yaw=yaw, masked=masked)
    scale = rng.choice((0.25, 0.4, 0.7, 1.0, 2.0))
    photo = photo.resize((round(photo.width * scale), round(photo.height * scale)))
    face = [round(value * scale) for value in truth]
    photo = _mood(photo, rng)
    room = synthetic_pictures.skin(rng.choice((800, 1200, 1600)), 900, seed)
    x = rng.randint(0, max(0, room.width - photo.width))
    y = rng.randint(0, max(0, room.height - photo.height))
    room.paste(photo, (x, y))
    return BenchmarkPicture(room, ((x + face[0], y + face[1], x + face[2], y + face[3]),))


def _mood(photo: Image.Image, rng: random.Random) -> Image.Image:
    mood = rng.choice(("", "", "grey", "dark", "bright", "soft", "mirror"))
    if mood == "grey":
        return photo.convert("L").convert("RGB")
    if mood == "dark":
        return photo.point(lambda value: value * 2 // 5)
    if mood == "bright":
        return photo.point(lambda value: min(255, value * 3 // 2))
    return photo.filter(ImageFilter.GaussianBlur(photo.width / 150)) if mood == "soft" else photo


def _coin(seed: int) -> Image.Image:
    rng = random.Random(seed)
    image = _skin(seed)
    draw = ImageDraw.Draw(image)
    reach = rng.randint(60, 150)
    for inset, shade in ((0, (150, 140, 110)), (8, (196, 186, 150)), (14, (176, 166, 132))):
        edge = reach - inset
        draw.ellipse((400 - edge, 300 - edge, 400 + edge, 300 + edge), fill=shade)
    return image.filter(ImageFilter.GaussianBlur(1))


def _cup(seed: int) -> Image.Image:
    rng = random.Random(seed)
    image = Image.new("RGB", (800, 600), (120, 84, 54))
    draw = ImageDraw.Draw(image)
    x, y, reach = rng.randint(300, 500), rng.randint(250, 350), rng.randint(110, 200)
    for part, shade in ((1.25, (226, 222, 214)), (1.0, (248, 246, 242)), (0.9, (84, 48, 26))):
        draw.ellipse(
            (x - reach * part, y - reach * part * 0.8, x + reach * part, y + reach * part * 0.8),
            fill=shade,
        )
    draw.arc((x + reach, y - 50, x + reach * 1.7, y + 50), 250, 110, fill=(240, 238, 232), width=18)
    return image.filter(ImageFilter.GaussianBlur(1.2))


def _ruler(seed: int) -> Image.Image:
    """A ruler with strokes and no figures beside a lesion."""
    image = _skin(seed)
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 520, 740, 580), fill=(244, 244, 240))
    for number in range(66):
        long = 34 if number % 10 == 0 else 24 if number % 5 == 0 else 14
        draw.line((70 + number * 10, 520, 70 + number * 10, 520 + long), fill=(20, 20, 20), width=2)
    return image


def _histology(seed: int) -> Image.Image:
    rng = random.Random(seed)
    image = Image.new("RGB", (800, 600), (236, 190, 214))
    draw = ImageDraw.Draw(image)
    for _ in range(700):
        x, y, reach = rng.randint(0, 800), rng.randint(0, 600), rng.uniform(3, 9)
        shade = (rng.randint(90, 140), rng.randint(50, 90), rng.randint(130, 170))
        draw.ellipse((x - reach, y - reach * 0.8, x + reach, y + reach * 0.8), fill=shade)
    return image.filter(ImageFilter.GaussianBlur(1))


def _graph(seed: int) -> Image.Image:
    image = Image.new("RGB", (900, 700), (252, 252, 250))
    draw, step = ImageDraw.Draw(image), 12 + seed % 14
    for place in range(0, 900, step):
        draw.line((place, 0, place, 700), fill=(160, 200, 220))
        draw.line((0, place, 900, place), fill=(160, 200, 220))
    return image


CLEAN: dict[str, Callable[[int], Image.Image]] = {
    "clean skin": _skin,
    "clean retina": lambda seed: synthetic_pictures.retina(700, seed),
    "clean head CT": _ct,
    "clean radiograph": _radiograph,
    "clean ECG": lambda seed: synthetic_pictures.ecg(900 + seed % 300, 420 + seed % 160, seed),
    "clean rings": lambda seed: synthetic_pictures.rings(
        2 + seed % 3, 12 + seed % 40, 14 + seed % 20
    ),
    "clean coin": _coin,
    "clean cup": _cup,
    "clean ruler": _ruler,
    "clean histology": _histology,
    "clean graph paper": _graph,
    "clean monitor": _monitor,
}
