"""Pictures of labels as a camera on a shop floor sees them: tilted, blurred, dark, dirty, small - made anew from a number, without a camera.

Everything is drawn by Pillow, from a seed, so that a picture that was not read can be drawn again and looked at.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from kiosk.core.labels import label_text

SIZES = ((640, 480), (1280, 720))
PER_KIND = 26
_LEVELS = {"L": 1, "M": 0, "Q": 3, "H": 2}


@dataclass(frozen=True)
class Shot:
    """One picture, and what it shows."""

    kind: str
    number: int
    size: tuple[int, int]
    text: str
    picture: Image.Image


def code(text: str, *, dots: int, level: str = "H") -> Image.Image:
    """Draw a label's code with its quiet zone, `dots` to a module."""
    drawn = qrcode.QRCode(error_correction=_LEVELS[level], box_size=1, border=4)
    drawn.add_data(text)
    drawn.make(fit=True)
    return (
        drawn.make_image().get_image().convert("L").resize([n * dots for n in drawn.make_image().size], Image.NEAREST)
    )


def background(size: tuple[int, int], rng: random.Random) -> Image.Image:
    """Draw brushed metal with things on it."""
    ground = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize(size).point(lambda v: 70 + v // 3)
    draw = ImageDraw.Draw(ground)
    for _ in range(60):
        x, y = rng.randrange(size[0]), rng.randrange(size[1])
        shade = rng.randint(20, 235)
        box = (x, y, x + rng.randint(2, size[0] // 6), y + rng.randint(2, size[1] // 10))
        draw.rectangle(box, fill=shade) if rng.random() < 0.7 else draw.line(box, fill=shade, width=rng.randint(1, 4))
    return ground


def placed(
    label: Image.Image, size: tuple[int, int], rng: random.Random, *, side: float, turn=0.0, tilt=0.0
) -> Image.Image:
    """Put a label of `side` dots into a picture, turned (degrees) and tilted (degrees), as a pinhole camera sees it."""
    turn, tilt = math.radians(turn), math.radians(tilt)
    centre = (size[0] / 2 + rng.uniform(-0.12, 0.12) * size[0], size[1] / 2 + rng.uniform(-0.1, 0.1) * size[1])
    axis, distance = rng.uniform(0, math.tau), 3.0
    corners = []
    for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        right, down = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        along, across = right * math.cos(axis) + down * math.sin(axis), -right * math.sin(axis) + down * math.cos(axis)
        depth, across = distance + across * math.sin(tilt), across * math.cos(tilt)
        right, down = along * math.cos(axis) - across * math.sin(axis), along * math.sin(axis) + across * math.cos(axis)
        corners.append((centre[0] + side * right * distance / depth, centre[1] + side * down * distance / depth))
    scene = background(size, rng)
    fine = tuple(2 * n for n in size)
    back = _perspective([(2 * x, 2 * y) for x, y in corners], label.size)
    shown = label.transform(fine, Image.PERSPECTIVE, back, Image.BICUBIC).resize(size, Image.BOX)
    mask = Image.new("L", label.size, 255).transform(fine, Image.PERSPECTIVE, back).resize(size, Image.BOX)
    scene.paste(shown.point(lambda v: 18 + v * 0.82), mask=mask)
    return scene


def _perspective(corners, size) -> list[float]:
    """Solve for the eight numbers with which Pillow maps the picture back onto the label."""
    width, height = size
    rows = []
    for (left, top), (u, v) in zip(corners, ((0, 0), (width, 0), (width, height), (0, height)), strict=True):
        rows.append([left, top, 1, 0, 0, 0, -u * left, -u * top, u])
        rows.append([0, 0, 0, left, top, 1, -v * left, -v * top, v])
    for i in range(8):
        pivot = max(range(i, 8), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(8):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [rows[i][8] / rows[i][i] for i in range(8)]


# ------------------------------------------------------------ what happens to a picture


def noisy(picture: Image.Image, sigma: float) -> Image.Image:
    return ImageChops.add(picture, Image.effect_noise(picture.size, sigma), scale=1, offset=-128)


def smeared(picture: Image.Image, length: float, angle: float) -> Image.Image:
    """Move the camera by so many dots while the picture is taken."""
    steps = max(2, math.ceil(length * 2))
    mixed = picture
    for step in range(1, steps):
        dx, dy = (length * step / steps * f(angle) for f in (math.cos, math.sin))
        moved = picture.transform(picture.size, Image.AFFINE, (1, 0, dx, 0, 1, dy), Image.BILINEAR)
        mixed = Image.blend(mixed, moved, 1 / (step + 1))
    return mixed


def compressed(picture: Image.Image, quality: int) -> Image.Image:
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=quality)
    return Image.open(io.BytesIO(packed.getvalue())).convert("L")


def dirty(label: Image.Image, share: float, rng: random.Random) -> Image.Image:
    """Cover so large a share of the code, its three corners left alone, with spots."""
    spotted, (width, height) = label.copy(), label.size
    draw, covered = ImageDraw.Draw(spotted), 0.0
    while covered < share * width * height:
        radius, x, y = (
            rng.uniform(0.02, 0.05) * width,
            rng.uniform(0.12, 0.88) * width,
            rng.uniform(0.12, 0.88) * height,
        )
        if (x < 0.45 * width and (y < 0.45 * height or y > 0.55 * height)) or (x > 0.55 * width and y < 0.45 * height):
            continue
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=rng.choice((10, 70, 200)))
        covered += math.pi * radius**2
    return spotted


def glaring(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Let a lamp shine on a part of the label."""
    width, height = picture.size
    light = Image.new("L", picture.size)
    x, y, radius = (
        width / 2 + rng.uniform(-0.1, 0.1) * width,
        height / 2 + rng.uniform(-0.1, 0.1) * height,
        height * 0.14,
    )
    ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), fill=rng.randint(120, 255))
    return ImageChops.add(picture, light.filter(ImageFilter.GaussianBlur(height * 0.06)))


def curved(label: Image.Image, angle: float) -> Image.Image:
    """Bend a label around a pipe, so that its edges are `angle` degrees away from the middle."""
    width, height = label.size
    most, strips = math.radians(angle), 48
    mesh = []
    for n in range(strips):
        left, right = round(n * width / strips), round((n + 1) * width / strips)
        ends = [(math.asin((2 * x / width - 1) * math.sin(most)) / most + 1) / 2 * width for x in (left, right)]
        quad = (ends[0], 0, ends[0], height, ends[1], height, ends[1], 0)
        mesh.append(((left, 0, right, height), quad))
    return label.transform(label.size, Image.MESH, mesh, Image.BICUBIC)


# ------------------------------------------------------------ the set


def _frontal(rng, text, size):
    return placed(code(text, dots=8), size, rng, side=rng.uniform(0.25, 0.5) * size[1])


def _rotated(rng, text, size):
    return placed(code(text, dots=8), size, rng, side=0.4 * size[1], turn=rng.uniform(0, 360))


def _perspective_kind(rng, text, size):
    return placed(
        code(text, dots=8), size, rng, side=0.42 * size[1], turn=rng.uniform(0, 360), tilt=rng.uniform(25, 68)
    )


def _motion(rng, text, size):
    module = 4.0
    picture = placed(code(text, dots=8), size, rng, side=29 * module)
    return noisy(smeared(picture, rng.uniform(0.5, 2.0) * module, rng.uniform(0, math.tau)), 4)


def _defocus(rng, text, size):
    module = 4.0
    picture = placed(code(text, dots=8), size, rng, side=29 * module, turn=rng.uniform(-15, 15))
    return noisy(picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.7) * module)), 4)


def _low_light(rng, text, size):
    picture = placed(code(text, dots=8), size, rng, side=0.3 * size[1], turn=rng.uniform(-10, 10))
    share = rng.uniform(0.06, 0.3)
    return noisy(picture.point(lambda v: v * share + 8), rng.uniform(6, 11))


def _jpeg(rng, text, size):
    picture = placed(code(text, dots=8), size, rng, side=0.3 * size[1], turn=rng.uniform(-10, 10))
    return compressed(noisy(picture, 4), rng.randint(5, 25))


def _glare(rng, text, size):
    return noisy(glaring(placed(code(text, dots=8), size, rng, side=0.4 * size[1]), rng), 4)


def _dirt(rng, text, size):
    label = dirty(code(text, dots=8), rng.uniform(0.01, 0.09), rng)
    return noisy(placed(label, size, rng, side=0.4 * size[1], turn=rng.uniform(-20, 20)), 4)


def _small(rng, text, size):
    return noisy(placed(code(text, dots=8), size, rng, side=29 * rng.uniform(1.1, 2.2)), 3)


def _curved(rng, text, size):
    label = curved(code(text, dots=8), rng.uniform(30, 80))
    return noisy(placed(label, size, rng, side=0.4 * size[1], turn=rng.choice((0, 90))), 4)


def _mixed(rng, text, size):
    label = dirty(code(text, dots=8), rng.uniform(0, 0.02), rng)
    picture = placed(label, size, rng, side=29 * rng.uniform(3, 4.5), turn=rng.uniform(0, 360), tilt=rng.uniform(0, 35))
    picture = smeared(picture, rng.uniform(0, 2.5), rng.uniform(0, math.tau))
    return compressed(noisy(picture.point(lambda v: v * 0.7), 6), 60)


KINDS: dict[str, Callable] = {
    "frontal": _frontal,
    "rotated": _rotated,
    "perspective": _perspective_kind,
    "motion": _motion,
    "defocus": _defocus,
    "low light": _low_light,
    "JPEG": _jpeg,
    "glare": _glare,
    "dirt": _dirt,
    "small": _small,
    "curved": _curved,
    "mixed": _mixed,
}


def shots(*, per_kind: int = PER_KIND) -> Iterator[Shot]:
    """Draw the set, half of it small and half of it large."""
    for kind, draw in KINDS.items():
        for number in range(per_kind):
            rng, size = random.Random(f"{kind}{number}"), SIZES[number % 2]
            text = label_text(f"P-{rng.randrange(10_000):04d}")
            yield Shot(kind, number, size, text, draw(rng, text, size))


def footage(seed: int, *, size=(1280, 720), seconds: float = 4.0, rate: int = 15) -> Iterator[tuple[str, Image.Image]]:
    """Film a hand that brings a label before the camera and holds it there, not quite still: it comes closer, turns, trembles."""
    rng = random.Random(seed)
    text = label_text(f"P-{rng.randrange(10_000):04d}")
    label, tilt, turn = code(text, dots=8), rng.uniform(35, 58), rng.uniform(-40, 40)
    x = y = 0.0
    for number in range(int(seconds * rate)):
        along = min(1.0, number / (1.2 * rate))
        module = 1.2 + 1.5 * along
        speed = 9.0 * (1 - along) + abs(rng.gauss(0, 1.3))
        picture = placed(label, size, random.Random(seed), side=29 * module, turn=turn, tilt=tilt * (1.1 - 0.2 * along))
        x, y = 0.7 * x + rng.gauss(0, 3), 0.7 * y + rng.gauss(0, 3)
        picture = ImageChops.offset(picture, round(x), round(y))
        yield text, noisy(smeared(picture, speed, rng.uniform(0, math.tau)).filter(ImageFilter.GaussianBlur(0.7)), 6)
