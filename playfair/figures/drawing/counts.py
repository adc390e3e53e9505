"""Of how many videos, frames or runs a figure is, in words."""


def count_videos(*counts: int) -> str:
    """1 -> "1 video", 2 -> "2 videos"; of several numbers both ends: 4, 2, 3 -> "2 to 4 videos"."""
    return count_things("video", *counts)


def count_frames(*counts: int) -> str:
    """1 -> "1 frame", 2 -> "2 frames"; several as of videos."""
    return count_things("frame", *counts)


def count_examples(drawn: int, count: int) -> str:
    """How many examples are drawn, each of one video, of how many there are."""
    if drawn == count:
        return count_things("example", count)
    return f"{drawn} of {count} examples, for which the page has room"


def count_things(thing: str, *counts: int) -> str:
    """As `count_videos`, of what `thing` names."""
    least, most = min(counts), max(counts)
    if least == most:
        return f"{most} {thing}" if most == 1 else f"{most} {thing}s"
    return f"{least} to {most} {thing}s"
