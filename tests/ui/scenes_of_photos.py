"""Brings the photo screen, and the details with a photo, to states worth looking at; the camera is a fake."""

from __future__ import annotations

import time

from fake_camera import FakeCamera, frame_of
from PIL import Image, ImageDraw
from scanner.label_pictures import code


def label(size=(1920, 1080)):
    """A machine's label that is torn, as a camera would see it."""
    image = Image.linear_gradient("L").resize(size).point(lambda value: 90 + value // 3).convert("RGB")
    draw = ImageDraw.Draw(image)
    width, height = size
    left, top = width * 0.3, height * 0.25
    draw.rectangle((left, top, width * 0.72, height * 0.75), fill="#FFCF1B")
    for row in range(9):
        for column in range(9):
            if (row * 7 + column * 5 + row * column) % 3:
                x, y = left + 60 + column * 44, top + 60 + row * 44
                draw.rectangle((x, y, x + 43, y + 43), fill="#101010")
    draw.polygon([(width * 0.6, top), (width * 0.72, top), (width * 0.72, height * 0.6)], fill="#7A7E85")
    return image


def until(condition, *, seconds=5):
    from kivy.base import EventLoop

    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the camera's picture did not come"
        EventLoop.idle()
        time.sleep(0.02)  # as between two frames of a running terminal: the threads of the camera have their turn


def photo_of(app, floor):
    """Go to the photo screen of a report, on a terminal that has a camera."""
    from scenes import details_answered

    from kiosk.scanner.camera import Viewfinder

    if app.viewfinder is None:
        app.viewfinder = Viewfinder(FakeCamera(frame_of(label())))
    app.viewfinder._camera.is_unplugged, app.viewfinder._camera.frame = False, frame_of(label())
    app.viewfinder._camera.others = 1
    details_answered(app, floor)
    app.flow.take_photo()
    return app.page


def photo_live(app, floor):
    page = photo_of(app, floor)
    until(lambda: page.image is not None)


def photo_taken(app, floor):
    photo_live(app, floor)
    app.page.take()


def photo_trouble(app, floor):
    page = photo_of(app, floor)
    app.viewfinder._camera.is_unplugged = True
    until(lambda: page.trouble)


def details_with_camera(app, floor):
    photo_of(app, floor)
    app.back()


def details_with_photo(app, floor):
    photo_taken(app, floor)
    app.page.use()
    until(lambda: app.flow.draft.photo)
    app.page.say(note="The label is torn")


def scanning(app, floor, picture):
    """Go to the scan screen of a terminal whose camera sees `picture`."""
    from kiosk.scanner.camera import Viewfinder

    if app.viewfinder is None:
        app.viewfinder = Viewfinder(FakeCamera())
    app.viewfinder._camera.is_unplugged, app.viewfinder._camera.frame = False, frame_of(picture)
    app.viewfinder._camera.others = 1
    app.home()
    app.flow.look_for_label()
    until(lambda: app.page.image is not None)


def scan_live(app, floor):
    scanning(app, floor, label((1280, 720)))


def scan_dark(app, floor):
    scanning(app, floor, label((1280, 720)).point(lambda value: value // 8))
    until(lambda: app.page.advice.icon == "lightbulb")


def scan_two(app, floor):
    picture = label((1280, 720))
    for number, text in enumerate(("KIOSK:P-0007", "KIOSK:M-1014")):
        picture.paste(code(text, dots=9), (150 + 560 * number, 220))
    scanning(app, floor, picture)
    until(lambda: app.page.advice.icon == "qrcode-remove")


def scan_trouble(app, floor):
    scan_live(app, floor)
    app.viewfinder._camera.is_unplugged = True
    until(lambda: app.page.has_trouble)


def home_with_camera(app, floor):
    scan_live(app, floor)
    app.home()


PHOTOS = {
    scene.__name__: scene
    for scene in (
        photo_live,
        photo_taken,
        photo_trouble,
        details_with_camera,
        details_with_photo,
        scan_live,
        scan_dark,
        scan_two,
        scan_trouble,
        home_with_camera,
    )
}
