"""The fenced blocks of a documentation page, for tests that run what the page says."""

from pathlib import Path

from tests.workflow.project import PROJECT


def blocks(page: str | Path, section: str, language: str) -> list[str]:
    """The blocks of a language in a section of a page, in order, each ending in a newline.

    page: a path in the project. section: the words of a heading, of any level; it ends at the next
    heading of its own level or above. Raises `KeyError` if there is no such heading.
    """
    found: list[str] = []
    level = 0
    fence: str | None = None
    lines: list[str] = []
    for line in (PROJECT / page).read_text(encoding="utf-8").splitlines():
        if fence is not None:
            if line == "```":
                if level and fence == language:
                    found.append("".join(f"{text}\n" for text in lines))
                fence = None
            else:
                lines.append(line)
        elif line.startswith("```"):
            fence, lines = line[3:], []
        elif line.startswith("#"):
            marks, _, words = line.partition(" ")
            if level and len(marks) <= level:
                return found
            if not level and words == section:
                level = len(marks)
    if not level:
        raise KeyError(f"{page} has no section {section!r}")
    return found


def write_titled(texts: list[str], folder: Path) -> list[Path]:
    """Write blocks whose first line names their file, such as `# my_model.py`, into a folder."""
    paths = [folder / text.splitlines()[0].removeprefix("# ") for text in texts]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths
