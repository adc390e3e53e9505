"""Lists of clips, classes, priors, ground truth and uids: damaged ones, and rows of strange cells.

What is accepted is compared with what was written, or with another reader.
"""

import csv
import io
import json
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playfair.data.clips.class_priors import read_class_priors
from playfair.data.clips.ground_truth import read_ground_truth
from playfair.data.clips.labels import read_class_names, read_clips, read_uids
from tests.fuzz.damage import damaged, edits
from tests.fuzz.strange import plain, values, words
from tests.fuzz.targets import cases, outcome, saved_examples

CLASSES = ["Moving up", "Moving down"]
ENTRIES = [
    {
        "id": str(number),
        "label": "moving a cup up",
        "template": f"Moving [something] {number % 2}",
        "placeholders": ["a cup"],
    }
    for number in range(4)
]
GOOD = {
    "clips.json": json.dumps(ENTRIES, indent=1),
    "clips.csv": 'uid,path,label,split\n1,a/1.mp4,"Up, é",train\n2,b.mp4,Down,validation\n',
    "labels.json": json.dumps({"Moving up": "0", "Moving down": 1, "é": "2"}),
    "priors.csv": "class,prior\nMoving up,0.25\nMoving down,0.75\n",
    "truth.csv": "uid,first_frame,last_frame\n1,0,15\n2,3,3\n",
    "uids.csv": "uid,note\n1,a\n2,b\n",
}
READERS = {
    "clips.json": read_clips,
    "clips.csv": lambda path: read_clips(path, "train"),
    "labels.json": read_class_names,
    "priors.csv": lambda path: read_class_priors(path, CLASSES),
    "truth.csv": read_ground_truth,
    "uids.csv": read_uids,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lists")


def read(folder, name, content):
    """What the reader of such a file makes of it, None where it refuses it."""
    (folder / name).write_bytes(content)
    return outcome(name, content, lambda: READERS[name](folder / name))


def words_of(text):
    """A class name as it is compared, by another way than the library's."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


@pytest.mark.parametrize("name", GOOD)
def test_saved_lists_are_read_or_refused(folder, name):
    assert read(folder, name, GOOD[name].encode()) is not None
    for path in saved_examples(name):
        read(folder, name, path.read_bytes())


@pytest.mark.parametrize("name", GOOD)
@given(damage=edits(largest=400), donor=st.sampled_from(sorted(GOOD)))
@cases(300)
def test_damaged_lists_are_read_or_refused(folder, name, damage, donor):
    content = damaged(GOOD[name].encode(), damage, GOOD[donor].encode())
    found = read(folder, name, content)
    if found is not None and name == "clips.json":
        entries = json.loads(content.decode("utf-8-sig"))
        assert [clip.uid for clip in found] == [str(entry["id"]) for entry in entries]
    if found is not None and name == "priors.csv":
        assert abs(found.sum() - 1) <= 1.1e-4 and (found >= 0).all()


entries = st.fixed_dictionaries(
    {"id": st.one_of(st.integers(0, 50), st.sampled_from("abc"), values())},
    optional={
        "template": st.one_of(words, values()),
        "label": st.one_of(words, values()),
        "placeholders": st.one_of(st.lists(words, max_size=2), values()),
        "other": values(),
    },
)


@given(clips=st.one_of(st.lists(entries, min_size=1, max_size=4), values()))
@cases(600)
def test_json_lists_of_strange_values_are_read_as_written(folder, clips):
    content = json.dumps(clips, ensure_ascii=False).encode()
    found = read(folder, "clips.json", content)
    if found is None:
        return
    for clip, entry in zip(found, clips, strict=True):
        assert type(entry["id"]) in (int, str) and clip.uid == str(entry["id"])
        assert clip.class_name == words_of(re.sub(r"[][]", "", entry.get("template") or ""))
        assert clip.description == (entry.get("label") or "")
        assert clip.placeholders == (entry.get("placeholders") or [])


def table(header, rows):
    text = io.StringIO()
    # Python below 3.13 quotes a carriage return only where it is part of the lines' ends.
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode()


uids = st.one_of(st.sampled_from(("1", "2", "a", "b", "NA", "007")), words)


@given(
    header=st.permutations(["uid", "path", "label", "split"]),
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "uid": uids,
                "path": words,
                "label": words,
                "split": st.one_of(st.sampled_from(("train", "validation", "test")), words),
            }
        ),
        min_size=1,
        max_size=4,
    ),
    width=st.integers(1, 4),
)
@cases(600)
def test_csv_lists_of_strange_cells_are_read_as_written(folder, header, rows, width):
    header = header[:width]
    found = read(folder, "clips.csv", table(header, [[row[key] for key in header] for row in rows]))
    if found is None:
        return
    of_split = [
        row
        for row in rows
        if any(row[key].strip() for key in header)
        and ("split" not in header or row["split"].strip() == "train")
    ]
    for clip, row in zip(found, of_split, strict=True):
        if "uid" in header:
            assert clip.uid == row["uid"].strip()
        assert clip.class_name == (words_of(row["label"]) if "label" in header else "")
        assert clip.path == ((row["path"].strip() or None) if "path" in header else None)


@given(ids=st.one_of(st.dictionaries(words, st.one_of(st.integers(0, 4), plain)), values()))
@cases(600)
def test_strange_classes_are_read_as_written(folder, ids):
    found = read(folder, "labels.json", json.dumps(ids, ensure_ascii=False).encode())
    if found is not None:
        assert len(found) == len(ids) == len(set(found))
        for name, class_id in ids.items():
            assert found[int(class_id)] == words_of(name)


@given(
    rows=st.lists(
        st.tuples(
            st.one_of(st.sampled_from(CLASSES), words),
            st.one_of(st.sampled_from(("0.25", "0.75", "1", "0")), words),
        ),
        max_size=4,
    )
)
@cases(600)
def test_strange_priors_are_read_as_written(folder, rows):
    found = read(folder, "priors.csv", table(["class", "prior"], rows))
    if found is not None:
        written = {words_of(name): text for name, text in rows}
        expected = [float(written[name]) for name in CLASSES]
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        assert abs(sum(expected) - 1) < 2e-4


@given(
    rows=st.lists(st.tuples(uids, *[st.one_of(st.integers(0, 99).map(str), words)] * 2), max_size=4)
)
@cases(600)
def test_strange_ground_truth_is_read_as_written(folder, rows):
    found = read(folder, "truth.csv", table(["uid", "first_frame", "last_frame"], rows))
    if found is not None:
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        expected = [(uid.strip(), int(a), int(b)) for uid, a, b in rows]
        assert list(found.itertuples(index=False, name=None)) == expected


@given(rows=st.lists(st.tuples(uids, words), max_size=4))
@cases(300)
def test_strange_uids_are_read_as_written(folder, rows):
    found = read(folder, "uids.csv", table(["uid", "note"], rows))
    if found is not None:
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        assert found == [uid.strip() for uid, _ in rows]
