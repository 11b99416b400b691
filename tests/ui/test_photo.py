"""Taking a photo, through the real widgets; the camera is a fake."""

import itertools
import threading

import pytest
from fake_camera import FakeCamera, plain
from PIL import Image

from kiosk.core.errors import TemporaryError
from kiosk.scanner.camera import CameraGoneError, Encoding, Frame

pytestmark = pytest.mark.window

TEAL, RED = plain("teal", (1920, 1080)), plain("red", (1920, 1080))


@pytest.fixture
def camera(pilot):
    """The terminal has a camera now; it is off again at the end of every test."""
    from stagehand import take_camera_away

    from kiosk.scanner.camera import Viewfinder

    camera = FakeCamera(TEAL)
    pilot.app.viewfinder = Viewfinder(camera, pauses=lambda: itertools.repeat(0.01))
    yield camera
    pilot.app.home()
    pilot.settle()
    take_camera_away(pilot.app)
    assert camera.on == 0


@pytest.fixture
def photos(pilot, tmp_path, monkeypatch):
    """The folder in which photos lie until their report is sent."""
    from kiosk.photos import PhotoFolder

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before, pilot.app.photos = pilot.app.photos, PhotoFolder()
    yield lambda: sorted(tmp_path.rglob("*.jpg"))
    pilot.app.home()
    pilot.app.photos.close()
    pilot.app.photos = before


@pytest.fixture
def details(pilot, camera, photos):
    """The operator is at the last step of a report."""
    pilot.scan("KIOSK:P-0007")
    pilot.until(lambda: pilot.screen == "symptoms")
    pilot.tap("Nothing prints")
    pilot.until(lambda: pilot.screen == "details")
    pilot.settle()


def look(pilot):
    pilot.tap("Take a photo")
    pilot.until(lambda: pilot.screen == "photo" and pilot.app.page.image is not None)
    pilot.settle()


def take(pilot):
    look(pilot)
    pilot.tap("Take the photo")
    pilot.settle()


def take_and_use(pilot):
    take(pilot)
    pilot.tap("Use it")
    pilot.until(lambda: pilot.screen == "details")
    pilot.settle()


def busy(worker):
    """Keep a thread busy until the event is set."""
    let_go = threading.Event()
    worker.submit(let_go.wait, 10)
    return let_go


def settle_photos(pilot):
    """Let the thread of the photos do all that it was asked for, and the screen hear of it."""
    pilot.app.photos._worker.submit(int).result(5)
    pilot.frames(2)


def colour_of(picture):
    """The colour in the middle of a picture."""
    return picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))


def is_teal(colour):
    return colour[0] < 40 and 100 < colour[1] < 160 and 100 < colour[2] < 160


def is_red(colour):
    return colour[0] > 200 and colour[1] < 60


def seen_in_the_card(pilot):
    """What is drawn in the middle of the picture on the screen."""
    (card,) = pilot.walk("Picture", pilot.app.page)
    x, y = card.to_window(*card.center)
    shot = pilot.shot()
    return shot.getpixel((round(x), shot.height - round(y)))


# ---------------------------------------------------------------- the way to it


def test_a_terminal_without_a_camera_offers_no_photo(pilot):
    pilot.scan("KIOSK:P-0007")
    pilot.until(lambda: pilot.screen == "symptoms")
    pilot.tap("Nothing prints")
    pilot.until(lambda: pilot.screen == "details")
    pilot.settle()

    assert not pilot.sees("photo")


def test_the_camera_is_off_until_the_operator_wants_a_photo(pilot, details, camera):
    assert pilot.sees("Take a photo")
    assert camera.given == 0


def test_what_the_camera_sees_is_shown_and_moves(pilot, details, camera):
    look(pilot)
    assert is_teal(seen_in_the_card(pilot))

    camera.frame = RED
    pilot.until(lambda: is_red(colour_of(pilot.app.page.image)))

    assert is_red(seen_in_the_card(pilot))


def test_the_preview_is_drawn_into_one_texture(pilot, details, camera):
    look(pilot)
    (card,) = pilot.walk("Picture", pilot.app.page)
    before = card.texture

    camera.frame = RED
    pilot.until(lambda: is_red(colour_of(pilot.app.page.image)))

    assert card.texture is before


# ---------------------------------------------------------------- take, take another, delete, use


def test_a_photo_that_is_taken_stands_still_and_the_camera_is_off(pilot, details, camera):
    take(pilot)
    pilot.until(lambda: camera.on == 0)
    camera.frame = RED
    pilot.settle()

    assert is_teal(seen_in_the_card(pilot))
    assert pilot.sees("Can you see the fault?")
    assert not pilot.sees("Take the photo")


def test_a_photo_that_is_used_goes_with_the_report(pilot, details, photos):
    take_and_use(pilot)

    assert pilot.sees("1 photo")
    assert is_teal(seen_in_the_card(pilot))
    (file,) = photos()
    assert pilot.app.flow.draft.photo == file
    with Image.open(file) as photo:
        assert photo.size == (1600, 900)
        assert is_teal(colour_of(photo))


def test_a_second_tap_on_use_is_the_same_tap(pilot, details, photos):
    take(pilot)

    pilot.app.page.use()
    pilot.app.page.use()
    pilot.until(lambda: pilot.screen == "details")
    pilot.settle()

    assert len(photos()) == 1


def test_another_photo_takes_the_place_of_the_first(pilot, details, camera, photos):
    take(pilot)
    camera.frame = RED

    pilot.tap("Take another")
    pilot.until(lambda: pilot.app.page.image is not None)
    pilot.settle()
    pilot.tap("Take the photo")
    pilot.settle()
    pilot.tap("Use it")
    pilot.until(lambda: pilot.screen == "details")

    (file,) = photos()
    with Image.open(file) as photo:
        assert is_red(colour_of(photo))


def test_a_photo_in_the_report_can_be_looked_at_without_the_camera(pilot, details, camera):
    take_and_use(pilot)
    pilot.until(lambda: camera.on == 0)

    pilot.tap("Look at the photo again")
    pilot.until(lambda: pilot.screen == "photo")
    pilot.settle()

    assert is_teal(seen_in_the_card(pilot))
    assert camera.on == 0
    pilot.tap("Use it")
    pilot.until(lambda: pilot.screen == "details")
    assert pilot.app.flow.draft.photo is not None


def test_a_photo_in_the_report_can_be_deleted(pilot, details, photos):
    take_and_use(pilot)
    pilot.tap("Look at the photo again")
    pilot.until(lambda: pilot.screen == "photo")
    pilot.settle()

    pilot.tap("Delete it")

    pilot.until(lambda: pilot.screen == "details")
    assert pilot.app.flow.draft.photo is None
    pilot.until(lambda: photos() == [])
    assert pilot.sees("Take a photo")
    assert not pilot.sees("1 photo")


def test_the_operator_can_go_on_without_a_photo(pilot, details, photos, camera):
    look(pilot)

    pilot.tap("Go on without a photo")

    pilot.until(lambda: pilot.screen == "details")
    assert pilot.app.flow.draft.photo is None
    assert photos() == []


# ---------------------------------------------------------------- sending it


def send(pilot):
    pilot.tap("Yes, it is stopped")
    pilot.settle()
    pilot.tap("Send to IT")
    pilot.until(lambda: pilot.screen == "ticket")


def test_the_photo_reaches_it_with_the_ticket_and_is_no_longer_kept_here(pilot, floor, details, photos):
    take_and_use(pilot)

    send(pilot)
    floor.step(5)

    (entry,), (arrived,) = floor.terminal.entries(), floor.it.tickets
    assert arrived.with_photo
    assert floor.disk.kept[f"{entry.ticket.id}.jpg"].startswith(b"\xff\xd8")
    pilot.until(lambda: photos() == [])


def test_a_photo_is_not_taken_from_a_report_that_is_being_saved(pilot, floor, details, photos):
    take_and_use(pilot)
    pilot.tap("Yes, it is stopped")
    pilot.settle()
    disk_answers = busy(floor.terminal._desk)

    pilot.app.flow.send()
    pilot.app.home()
    settle_photos(pilot)
    disk_answers.set()
    pilot.until(floor.terminal.entries)

    (entry,) = floor.terminal.entries()
    assert floor.disk.kept[f"{entry.ticket.id}.jpg"].startswith(b"\xff\xd8")
    pilot.until(lambda: photos() == [])


def test_a_report_that_could_not_be_saved_keeps_its_photo(pilot, floor, details, photos):
    take_and_use(pilot)
    pilot.tap("Yes, it is stopped")
    pilot.settle()
    floor.disk.db.storage.full = True

    pilot.tap("Send to IT")
    pilot.until(lambda: pilot.screen == "notsaved")
    pilot.settle()

    (file,) = photos()
    assert pilot.app.flow.draft.photo == file
    floor.disk.db.storage.full = False
    pilot.tap("Try again")
    pilot.until(lambda: pilot.screen == "ticket")
    pilot.until(lambda: photos() == [])


def test_a_network_that_is_down_does_not_matter_to_the_photo(pilot, floor, details, photos):
    floor.it.fail_next(TemporaryError("no route"))
    take_and_use(pilot)

    send(pilot)
    floor.step(5)
    floor.step(60)

    (arrived,) = floor.it.tickets
    assert arrived.with_photo


@pytest.mark.parametrize("leave", ["home", "scan", "sleep"])
def test_a_report_that_is_dropped_leaves_no_photo(pilot, floor, details, photos, leave):
    take_and_use(pilot)

    if leave == "home":
        pilot.app.home()
    elif leave == "scan":
        pilot.scan("KIOSK:M-1014")
    else:
        floor.time.seconds += 3600
        pilot.app._tick()

    pilot.until(lambda: photos() == [])


def test_a_fault_of_ours_keeps_the_photo_for_the_report_that_goes_on(pilot, details, photos):
    take_and_use(pilot)

    pilot.app.flow.recover()
    pilot.settle()
    pilot.tap("Go on")
    pilot.until(lambda: pilot.screen == "details")
    pilot.settle()

    (file,) = photos()
    assert pilot.app.flow.draft.photo == file
    assert pilot.sees("1 photo")


# ---------------------------------------------------------------- when the camera goes off


def goes_back(pilot, floor):
    pilot.app.back()


def goes_home(pilot, floor):
    pilot.app.home()


def scans(pilot, floor):
    pilot.scan("KIOSK:M-1014")


def falls_asleep(pilot, floor):
    floor.time.seconds += 3600
    pilot.app._tick()


def has_a_fault(pilot, floor):
    pilot.app.flow.recover()


@pytest.mark.parametrize("leave", [goes_back, goes_home, scans, falls_asleep, has_a_fault])
def test_the_camera_is_off_once_its_picture_is_no_longer_shown(pilot, floor, details, camera, leave):
    look(pilot)
    assert camera.on == 1

    leave(pilot, floor)

    pilot.until(lambda: camera.on == 0, seconds=1)


def test_the_camera_goes_off_under_a_sheet_and_on_again_after_it(pilot, details, camera):
    look(pilot)

    pilot.app.pick_language()
    pilot.until(lambda: camera.on == 0)
    pilot.app.close_sheets()

    pilot.until(lambda: camera.on == 1)
    pilot.until(lambda: pilot.app.page.image is not None)


def test_a_screen_that_changes_its_size_goes_on_looking(pilot, details, camera):
    look(pilot)

    pilot.resize(800, 1280)
    pilot.until(lambda: pilot.screen == "photo" and pilot.app.page.image is not None)
    camera.frame = RED

    pilot.until(lambda: is_red(colour_of(pilot.app.page.image)))
    assert camera.most_on == 1


# ---------------------------------------------------------------- trouble


def test_a_camera_that_is_unplugged_is_told_and_the_report_is_kept(pilot, details, camera):
    look(pilot)

    camera.is_unplugged = True
    pilot.until(lambda: pilot.sees("The camera is not connected."))
    pilot.settle()

    assert not pilot.sees("Take the photo")
    pilot.tap("Go on without a photo")
    pilot.until(lambda: pilot.screen == "details")
    assert pilot.app.flow.draft.symptom.id == "noprint"


def test_a_camera_that_is_plugged_in_again_goes_on(pilot, details, camera):
    camera.is_unplugged = True
    pilot.tap("Take a photo")
    pilot.until(lambda: pilot.sees("The camera is not connected."))

    camera.is_unplugged = False

    pilot.until(lambda: pilot.sees("Take the photo") and pilot.app.page.image is not None)


def test_trouble_is_told_in_the_language_of_the_moment(pilot, details, camera):
    camera.is_unplugged = True
    pilot.tap("Take a photo")
    pilot.until(lambda: pilot.sees("The camera is not connected."))

    pilot.app.speak("de")
    pilot.settle()

    assert pilot.app.page.trouble_text == pilot.app.translator.tr(CameraGoneError.message_key)
    assert not pilot.sees("The camera is not connected.")


def test_a_touch_before_the_first_picture_takes_none(pilot, details, camera):
    camera.frame = Frame(encoding=Encoding.MJPG, width=64, height=32, data=b"noise")
    pilot.tap("Take a photo")
    pilot.until(lambda: pilot.screen == "photo")
    pilot.settle()

    pilot.app.page.take()

    assert not pilot.app.page.is_taken
    camera.frame = TEAL


def test_no_room_for_the_photo_is_told_and_the_photo_can_be_used_later(pilot, details, photos, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", "/no/such/folder")
    take(pilot)

    pilot.tap("Use it")
    pilot.until(lambda: pilot.sees("This photo cannot be used."))
    assert pilot.screen == "photo"

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pilot.app.close_sheets()
    pilot.tap("Use it")
    pilot.until(lambda: pilot.screen == "details")
    assert len(photos()) == 1


def test_a_photo_that_is_ready_too_late_is_thrown_away(pilot, details, photos):
    take(pilot)
    photo_is_ready = busy(pilot.app.photos._worker)

    pilot.app.page.use()
    pilot.scan("KIOSK:M-1014")
    photo_is_ready.set()
    pilot.until(lambda: settle_photos(pilot) or photos() == [])

    assert pilot.screen == "symptoms"
    assert pilot.app.flow.draft.machine.id == "M-1014"
    assert pilot.app.flow.draft.photo is None
