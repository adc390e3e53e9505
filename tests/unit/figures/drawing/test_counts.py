import numpy as np

from playfair.figures.drawing.counts import count_examples, count_frames, count_things, count_videos


def test_numbers_are_said_with_both_ends_where_they_differ():
    assert count_videos(1, 1) == "1 video"
    assert count_videos(*np.array([30, 28, 40])) == "28 to 40 videos"
    assert count_frames(8) == "8 frames"
    assert count_things("run", 0, 1) == "0 to 1 runs"


def test_examples_without_room_are_said():
    assert count_examples(2, 2) == "2 examples"
    assert count_examples(1, 3) == "1 of 3 examples, for which the page has room"
