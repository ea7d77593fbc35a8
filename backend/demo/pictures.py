"""Pictures that look a little like photos, for the demo: drawn from dice, so that nothing of anybody else's is in them."""

from __future__ import annotations

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 720)


def photo_of_a_door(dice: random.Random) -> bytes:
    """A door with marks on it, at dusk."""
    wall = tuple(dice.randint(90, 170) for _ in range(3))
    sheet = Image.new("RGB", SIZE, wall)
    pen = ImageDraw.Draw(sheet)
    for row in range(0, SIZE[1], 40):
        for column in range(-80 if row // 40 % 2 else -40, SIZE[0], 80):
            shade = dice.randint(-14, 14)
            pen.rectangle((column, row, column + 76, row + 36), fill=tuple(max(0, part + shade) for part in wall))
    door = tuple(dice.randint(20, 110) for _ in range(3))
    pen.rectangle((330, 90, 630, 720), fill=door, outline="black", width=6)
    pen.ellipse((580, 410, 606, 436), fill=(190, 170, 90))
    for _ in range(dice.randint(3, 9)):
        x, y = dice.randint(350, 600), dice.randint(120, 650)
        pen.line([(x + dice.randint(-60, 60), y + dice.randint(-60, 60)) for _ in range(5)], fill=(225, 220, 205), width=dice.randint(3, 9))
    held = BytesIO()
    sheet.filter(ImageFilter.GaussianBlur(1.2)).save(held, "JPEG", quality=82)
    return held.getvalue()
