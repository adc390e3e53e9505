"""Videos and frames: decoding, encoding, GulpIO."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.data.video.containers import VideoError
    from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
    from playfair.data.video.video_files import decode_video, encode_webm

__all__ = ["GulpReader", "VideoError", "VideoFile", "decode_video", "encode_webm", "gulp_videos"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "GulpReader": "playfair.data.video.gulp",
        "VideoError": "playfair.data.video.containers",
        "VideoFile": "playfair.data.video.gulp",
        "decode_video": "playfair.data.video.video_files",
        "encode_webm": "playfair.data.video.video_files",
        "gulp_videos": "playfair.data.video.gulp",
    },
)
