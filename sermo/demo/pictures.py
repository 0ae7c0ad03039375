"""Draws pictures that look clinical but show no real person, from a random seed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Picture = Image.Image
WIDTH, HEIGHT = 1200, 900


def draw(kind: str, seed: int) -> Picture:
    """A picture of 1200 x 900 pixels; `kind` is a key of `KINDS`."""
    return KINDS[kind](random.Random(seed)).convert("RGB")


def _noise(size: tuple[int, int], sigma: float, blur: float) -> Picture:
    return Image.effect_noise(size, sigma).filter(ImageFilter.GaussianBlur(blur))


def _textured(colour: tuple[int, int, int], sigma: float = 34, blur: float = 2.2) -> Picture:
    """A surface such as skin: one colour under fine and coarse noise."""
    flat = Image.new("RGB", (WIDTH, HEIGHT), colour)
    fine = _noise((WIDTH, HEIGHT), sigma, blur).convert("RGB")
    coarse = _noise((WIDTH // 12, HEIGHT // 12), 46, 2).resize((WIDTH, HEIGHT)).convert("RGB")
    grain = Image.blend(fine, coarse, 0.5)
    return ImageChops.overlay(flat, grain)


def _blob(
    rng: random.Random, centre: tuple[float, float], radius: float, ragged: float
) -> list[tuple[float, float]]:
    """An irregular closed outline."""
    phases = [(rng.uniform(0, 6.28), rng.uniform(0.2, 1)) for _ in range(6)]
    outline = []
    for step in range(120):
        angle = step / 120 * 2 * math.pi
        wave = sum(w * math.sin((n + 2) * angle + p) for n, (p, w) in enumerate(phases))
        r = radius * (1 + ragged * wave / 3)
        outline.append((centre[0] + r * math.cos(angle), centre[1] + r * 0.86 * math.sin(angle)))
    return outline


def _stain(
    picture: Picture,
    outline: list[tuple[float, float]],
    colour: tuple[int, int, int],
    soft: float,
    strength: float,
) -> Picture:
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).polygon(outline, fill=round(255 * strength))
    mask = mask.filter(ImageFilter.GaussianBlur(soft))
    return Image.composite(Image.new("RGB", picture.size, colour), picture, mask)


def _skin(rng: random.Random) -> Picture:
    return _textured(rng.choice([(222, 178, 152), (196, 146, 116), (150, 104, 78), (112, 74, 56)]))


def lesion(rng: random.Random) -> Picture:
    """A single pigmented spot on skin."""
    picture = _skin(rng)
    centre = (WIDTH / 2 + rng.uniform(-80, 80), HEIGHT / 2 + rng.uniform(-60, 60))
    for radius, colour in ((230, (92, 56, 46)), (170, (62, 36, 34)), (70, (34, 22, 28))):
        shifted = (centre[0] + rng.uniform(-30, 30), centre[1] + rng.uniform(-30, 30))
        picture = _stain(picture, _blob(rng, shifted, radius, 0.16), colour, 7, 0.82)
    return ImageChops.overlay(picture, _noise((WIDTH, HEIGHT), 26, 1.4).convert("RGB"))


def rash(rng: random.Random) -> Picture:
    """Many red spots, some in rings."""
    picture = _skin(rng)
    for _ in range(rng.randint(26, 44)):
        centre = (rng.uniform(60, WIDTH - 60), rng.uniform(60, HEIGHT - 60))
        radius = rng.uniform(14, 56)
        picture = _stain(picture, _blob(rng, centre, radius, 0.2), (176, 62, 60), 6, 0.62)
        if radius > 38:
            inner = _blob(rng, centre, radius * 0.55, 0.2)
            picture = _stain(picture, inner, (218, 166, 146), 5, 0.6)
    return picture


def ecg(rng: random.Random) -> Picture:
    """Four leads on pink grid paper; the rhythm and the ST segment vary with the seed."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (255, 246, 244))
    draw = ImageDraw.Draw(picture)
    for at in range(0, WIDTH, 12):
        draw.line([(at, 0), (at, HEIGHT)], fill=(246, 206, 204) if at % 60 else (232, 160, 160))
    for y in range(0, HEIGHT, 12):
        draw.line([(0, y), (WIDTH, y)], fill=(246, 206, 204) if y % 60 else (232, 160, 160))
    beat, lift, irregular = rng.randint(110, 190), rng.uniform(-18, 34), rng.random() < 0.4
    for lead in range(4):
        base, points, x = 150 + lead * 200, [], 0.0
        scale = rng.uniform(0.6, 1.3)
        while x < WIDTH:
            length = beat * (rng.uniform(0.7, 1.4) if irregular else 1.0)
            points += _beat(x, base, length, scale, lift, has_p=not irregular)
            x += length
        draw.line(points, fill=(30, 30, 40), width=3, joint="curve")
    return picture


def _beat(
    x: float, base: float, length: float, scale: float, lift: float, *, has_p: bool
) -> list[tuple[float, float]]:
    shape = [(0.0, 0.0), (0.1, 0.0)]
    if has_p:
        shape += [(0.15, -14), (0.2, 0)]
    shape += [(0.26, 0), (0.28, 10), (0.31, -110), (0.34, 34), (0.37, -lift)]
    shape += [(0.46, -lift - 6), (0.56, -34 - lift / 2), (0.66, 0), (1.0, 0)]
    return [(x + at * length, base + up * scale) for at, up in shape]


def chest_film(rng: random.Random) -> Picture:
    """Two dark lungs, ribs, a heart shadow, and something that does not belong there."""
    picture = Image.new("L", (WIDTH, HEIGHT), 24)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((150, 20, 1050, 1150), fill=132)
    for side in (-1, 1):
        centre = WIDTH / 2 + side * 205
        draw.ellipse((centre - 165, 110, centre + 165, 800), fill=44)
    draw.ellipse((470, 420, 790, 790), fill=150)
    draw.rectangle((572, 40, 628, 900), fill=158)
    for rib in range(9):
        top = 110 + rib * 72
        for side in (-1, 1):
            box = (600 + side * 210 - 220, top - 60, 600 + side * 210 + 220, top + 190)
            start, end = (190, 330) if side < 0 else (210, 350)
            draw.arc(box, start, end, fill=104, width=13)
    picture = picture.filter(ImageFilter.GaussianBlur(7))
    shadow = Image.new("L", picture.size, 0)
    spot = (rng.choice([390, 810]) + rng.uniform(-40, 40), rng.uniform(280, 640))
    ImageDraw.Draw(shadow).polygon(_blob(rng, spot, rng.uniform(50, 110), 0.2), fill=96)
    picture = ImageChops.add(picture, shadow.filter(ImageFilter.GaussianBlur(16)))
    return ImageChops.overlay(picture, _noise(picture.size, 22, 1.2))


def slice_(rng: random.Random) -> Picture:
    """A cross-section of a head-like oval with ventricles and one bright or dark area."""
    picture = Image.new("L", (WIDTH, HEIGHT), 6)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((290, 40, 910, 860), fill=232)
    draw.ellipse((318, 70, 882, 830), fill=112)
    for side in (-1, 1):
        draw.ellipse((600 + side * 60 - 40, 330, 600 + side * 60 + 40, 560), fill=48)
    draw.line([(600, 80), (600, 320)], fill=140, width=4)
    spot = (600 + rng.choice([-1, 1]) * rng.uniform(120, 190), rng.uniform(250, 620))
    shade = rng.choice([54, 196])
    draw.polygon(_blob(rng, spot, rng.uniform(45, 95), 0.18), fill=shade)
    picture = picture.filter(ImageFilter.GaussianBlur(5))
    return ImageChops.overlay(picture, _noise(picture.size, 30, 1.6))


def fundus(rng: random.Random) -> Picture:
    """An orange disc with a bright nerve head, branching vessels, and flecks."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (8, 6, 6))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((180, 30, 1020, 870), fill=(186, 82, 36))
    head = (780, 440)
    draw.ellipse((head[0] - 62, head[1] - 66, head[0] + 62, head[1] + 66), fill=(246, 206, 140))
    for _ in range(9):
        x, y, angle = float(head[0]), float(head[1]), rng.uniform(1.6, 4.7)
        width = rng.randint(7, 12)
        for _step in range(58):
            nx, ny = x + 13 * math.cos(angle), y + 13 * math.sin(angle)
            if (nx - 600) ** 2 + (ny - 450) ** 2 > 405**2:
                break
            draw.line([(x, y), (nx, ny)], fill=(132, 30, 22), width=max(2, width))
            x, y, width = nx, ny, width - (1 if rng.random() < 0.12 else 0)
            angle += rng.uniform(-0.22, 0.22)
    for _ in range(rng.randint(4, 26)):
        x, y, r = rng.uniform(330, 700), rng.uniform(220, 680), rng.uniform(4, 15)
        colour = rng.choice([(120, 22, 18), (250, 226, 150)])
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(2.4))


def smear(rng: random.Random) -> Picture:
    """Stained cells on a pale field."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (240, 228, 224))
    draw = ImageDraw.Draw(picture)
    for _ in range(240):
        x, y, r = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(23, 31)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(218, 138, 132))
        draw.ellipse((x - r / 2.6, y - r / 2.6, x + r / 2.6, y + r / 2.6), fill=(236, 184, 176))
    for _ in range(rng.randint(3, 9)):
        x, y, r = rng.uniform(80, WIDTH - 80), rng.uniform(80, HEIGHT - 80), rng.uniform(48, 66)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(206, 188, 220))
        draw.polygon(_blob(rng, (x, y), r * 0.68, 0.3), fill=(92, 52, 132))
    picture = picture.filter(ImageFilter.GaussianBlur(1.6))
    return ImageChops.overlay(picture, _noise(picture.size, 16, 1.5).convert("RGB"))


def ultrasound(rng: random.Random) -> Picture:
    """A grey fan with a dark cyst and its bright shadow."""
    picture = _noise((WIDTH, HEIGHT), 70, 2).point(lambda v: max(0, v - 40))
    draw = ImageDraw.Draw(picture)
    x, y, r = rng.uniform(480, 720), rng.uniform(380, 560), rng.uniform(70, 130)
    draw.ellipse((x - r, y - r * 0.8, x + r, y + r * 0.8), fill=10)
    draw.arc((x - r, y - r * 0.8, x + r, y + r * 0.8), 20, 160, fill=230, width=8)
    picture = picture.filter(ImageFilter.GaussianBlur(2.5))
    fan = Image.new("L", picture.size, 0)
    ImageDraw.Draw(fan).pieslice((-100, -500, 1300, 880), 48, 132, fill=255)
    return ImageChops.multiply(picture, fan.filter(ImageFilter.GaussianBlur(3)))


def joint(rng: random.Random) -> Picture:
    """Two bones that meet, on a dark film; in most pictures one has a fracture line."""
    picture = Image.new("L", (WIDTH, HEIGHT), 14)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((440, -60, 760, 950), 150, fill=62)
    draw.polygon([(530, 0), (670, 0), (700, 370), (735, 430), (465, 430), (500, 370)], fill=196)
    draw.polygon([(470, 462), (730, 462), (690, 540), (660, 900), (545, 900), (510, 540)], fill=188)
    if rng.random() < 0.7:
        y = rng.uniform(560, 740)
        draw.line([(530, y), (600, y + 24), (690, y + 4)], fill=70, width=7)
    picture = picture.filter(ImageFilter.GaussianBlur(4))
    return ImageChops.overlay(picture, _noise(picture.size, 26, 1.4))


KINDS: dict[str, Callable[[random.Random], Picture]] = {
    "lesion": lesion,
    "rash": rash,
    "ecg": ecg,
    "chest": chest_film,
    "slice": slice_,
    "fundus": fundus,
    "smear": smear,
    "ultrasound": ultrasound,
    "joint": joint,
}
