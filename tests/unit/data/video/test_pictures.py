"""Clips that are folders of pictures, or animated WebP."""

import numpy as np
import pytest
from PIL import Image

from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.data.video.video_files import VideoError, decode_video
from tests.unit.data.video.test_video_files import frame_numbers, stamped_frames


@pytest.fixture
def frames():
    return stamped_frames(12, height=24, width=32)


@pytest.fixture
def folder(tmp_path, frames):
    path = tmp_path / "clip"
    path.mkdir()
    for number, pixels in enumerate(frames):
        Image.fromarray(pixels).save(path / f"img_{number}.png")
    (path / "notes.txt").write_text("no picture")
    return path


def test_pictures_of_a_folder_are_frames_by_the_numbers_in_their_names(folder, frames):
    assert np.array_equal(decode_video(folder, fps=8), frames)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(24, [1, 4, 7, 10]), (4, np.repeat(np.arange(12), 2).tolist())],
)
def test_a_folder_has_a_rate_of_its_own(folder, rate, expected):
    found = decode_video(folder, fps=8, folder_fps=rate)
    assert frame_numbers(found).tolist() == expected


def test_pictures_are_reduced_as_they_are_read(folder):
    found = decode_video(folder, short_side=12)
    assert found.shape == (12, 12, 16, 3)
    assert frame_numbers(found).tolist() == list(range(12))


def test_pictures_stand_upright(tmp_path):
    (tmp_path / "clip").mkdir()
    held = Image.Exif()
    held[0x0112] = 6
    Image.new("RGB", (32, 24)).save(tmp_path / "clip/1.jpg", exif=held)
    assert decode_video(tmp_path / "clip").shape == (1, 32, 24, 3)


def test_folders_are_gulped_beside_videos(folder, tmp_path):
    failed = gulp_videos([VideoFile("a", folder, {})], tmp_path / "gulp", folder_fps=24)
    assert failed == []
    found = np.stack(GulpReader(tmp_path / "gulp").frames("a"))
    assert frame_numbers(found).tolist() == [1, 4, 7, 10]


def test_a_folder_without_pictures_and_one_with_a_broken_one_are_refused(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(VideoError, match=r"empty holds no pictures: expected .* img_00001\.jpg"):
        decode_video(tmp_path / "empty")
    (folder / "img_3.png").write_bytes(b"no picture")
    with pytest.raises(VideoError, match=r"img_3\.png is damaged or none"):
        decode_video(folder)
    Image.new("RGB", (40, 24)).save(folder / "img_3.png")
    with pytest.raises(VideoError, match="changes the size of its picture"):
        decode_video(folder)
    whole = (folder / "img_4.png").read_bytes()
    (folder / "img_3.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VideoError, match=r"img_3\.png is damaged"):
        decode_video(folder)


def write_webp(path, frames, milliseconds):
    first, *others = map(Image.fromarray, frames)
    durations = [milliseconds] * len(frames)
    first.save(path, save_all=True, append_images=others, duration=durations, lossless=True)


def test_animated_webp_is_a_clip_by_its_own_times(tmp_path, frames):
    write_webp(tmp_path / "a.webp", frames, 125)
    assert np.array_equal(decode_video(tmp_path / "a.webp", fps=8), frames)
    write_webp(tmp_path / "b.webp", frames, 250)
    found = decode_video(tmp_path / "b.webp", fps=8)
    assert frame_numbers(found).tolist() == np.repeat(np.arange(12), 2).tolist()


def test_pictures_are_of_few_formats_whatever_they_are_called(tmp_path):
    (tmp_path / "clip").mkdir()
    (tmp_path / "clip/1.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(VideoError, match=r"1\.jpg is damaged or none \(UnidentifiedImageError\)"):
        decode_video(tmp_path / "clip")


def test_orientation_that_misleads_is_damage(tmp_path, monkeypatch):
    (tmp_path / "clip").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "clip/1.png")
    monkeypatch.setattr("PIL.ImageOps.exif_transpose", None)
    with pytest.raises(VideoError, match=r"1\.png is damaged \(TypeError\)"):
        decode_video(tmp_path / "clip")


def test_damaged_webp_is_refused(tmp_path, frames):
    write_webp(tmp_path / "a.webp", frames, 125)
    whole = (tmp_path / "a.webp").read_bytes()
    (tmp_path / "a.webp").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VideoError, match=r"a\.webp"):
        decode_video(tmp_path / "a.webp")


def test_pictures_that_would_fill_the_memory_are_refused(folder, monkeypatch):
    monkeypatch.setattr("playfair.data.video.video_files.ALWAYS_ALLOWED", 10_000)
    monkeypatch.setattr("playfair.data.video.video_files.MOST_EXPANDED", 1)
    with pytest.raises(VideoError, match="take more than"):
        decode_video(folder, folder_fps=0.01)
