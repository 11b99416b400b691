"""What becomes of a photo before it is sent."""

import resource
import threading

import pytest
from PIL import Image

from kiosk.photos import LONGEST_SIDE, PhotoError, PhotoFolder, prepare_photo, write_photo
from kiosk.scanner.camera import CameraError


def picture(size=(1920, 1080), colour="teal"):
    return Image.new("RGB", size, colour)


# ---------------------------------------------------------------- a file becomes a photo


def test_a_photo_file_becomes_a_small_upright_jpeg_without_what_the_camera_wrote(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "ACME camera"
    picture((4000, 3000)).save(tmp_path / "taken.jpg", exif=exif)

    with Image.open(prepare_photo(tmp_path / "taken.jpg", tmp_path / "photo.jpg")) as photo:
        assert (photo.format, photo.size) == ("JPEG", (1200, 1600))
        assert not photo.getexif()


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0"])
def test_what_is_no_picture_is_refused(tmp_path, content):
    (tmp_path / "taken.jpg").write_bytes(content)

    with pytest.raises(PhotoError, match="not a readable picture"):
        prepare_photo(tmp_path / "taken.jpg", tmp_path / "photo.jpg")
    with pytest.raises(PhotoError, match="not a readable picture"):
        prepare_photo(tmp_path / "missing.jpg", tmp_path / "photo.jpg")


def test_a_picture_that_asks_for_too_much_memory_is_refused(tmp_path):
    Image.new("1", (9000, 9000)).save(tmp_path / "huge.png")

    with pytest.raises(PhotoError, match="9000 x 9000 pixels are too many"):
        prepare_photo(tmp_path / "huge.png", tmp_path / "photo.jpg")


# ---------------------------------------------------------------- a picture becomes a photo


def test_a_picture_becomes_a_jpeg_of_bounded_size_and_says_no_more_than_it_shows(tmp_path):
    taken = picture()
    taken.info["comment"] = b"made by somebody"

    with Image.open(write_photo(taken, tmp_path / "photo.jpg")) as photo:
        assert (photo.format, photo.size) == ("JPEG", (LONGEST_SIDE, 900))
        assert "comment" not in photo.info


def test_a_photo_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(PhotoError, match="cannot be written"):
        write_photo(picture(), tmp_path / "no" / "such" / "photo.jpg")


def test_a_photo_for_which_there_is_too_little_room_leaves_nothing(tmp_path):
    room = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, room[1]))
    try:
        with pytest.raises(PhotoError, match="cannot be written"):
            write_photo(picture(), tmp_path / "photo.jpg")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, room)

    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- the folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = PhotoFolder()
    yield folder
    folder.close()


def settled(folder):
    """Wait until everything was done that was asked for so far."""
    folder._worker.submit(int).result(5)


def test_a_photo_is_made_away_from_the_main_thread_and_can_be_shown_at_once(folder):
    threads = []

    def decode():
        threads.append(threading.current_thread().name)
        return picture()

    photo = folder.keep(decode).result(5)

    assert threads[0].startswith("photos")
    assert photo.stat().st_size > 1000
    assert folder.preview(photo).size == (960, 540)
    assert folder.preview(None) is None


def test_each_photo_is_a_file_of_its_own(folder):
    one, other = folder.keep(picture), folder.keep(lambda: picture(colour="red"))

    assert one.result(5) != other.result(5)
    assert one.result().exists()


def test_a_photo_that_is_dropped_is_gone(folder):
    photo = folder.keep(picture).result(5)

    folder.drop(photo)
    folder.drop(photo)
    folder.drop(None)
    settled(folder)

    assert not photo.exists()
    assert folder.preview(photo) is None


def test_nothing_is_left_once_the_folder_is_closed(folder, tmp_path):
    folder.keep(picture).result(5)
    assert len(list(tmp_path.iterdir())) == 1

    folder.close()

    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_photos_was_never_made(folder, tmp_path):
    folder.close()

    assert list(tmp_path.iterdir()) == []


def test_a_broken_picture_is_told_by_whoever_knows_it(folder):
    def broken():
        raise CameraError("a broken picture")

    with pytest.raises(CameraError):
        folder.keep(broken).result(5)


def test_no_room_for_photos_is_told(folder, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/no/such/folder")

    with pytest.raises(PhotoError, match="no folder for photos"):
        folder.keep(picture).result(5)
