"""Small real video files for tests."""

import numpy as np

from playfair.data.video.video_files import encode_webm


def moving_bar(n_frames, height=48, width=64, shift=0):
    """Frames (T, H, W, 3): a bright bar whose place tells the number of the frame."""
    frames = np.full((n_frames, height, width, 3), 40, np.uint8)
    for number in range(n_frames):
        left = (3 * number + shift) % (width - 6)
        frames[number, :, left : left + 6] = (230, 200, 60)
    return frames


def write_clips(folder, lengths, fps=8.0):
    """Write <uid>.webm of `lengths` {uid: frames} into a folder; return the frames by uid."""
    folder.mkdir(parents=True, exist_ok=True)
    clips = {uid: moving_bar(n, shift=7 * i) for i, (uid, n) in enumerate(lengths.items())}
    for uid, frames in clips.items():
        encode_webm(frames, folder / f"{uid}.webm", fps)
    return clips
