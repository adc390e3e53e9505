"""Configuration files as text: what is broken, or said twice, by file and line."""

import pytest

from playfair.definitions.config_text import read_config_file
from playfair.errors import InputError

BAD = {
    "YAML that breaks off": ("a: 1\nb: [1, 2\nc: 3\n", "mine.yaml, line 3, is not valid YAML"),
    "YAML with a tabulator": ("a:\n\tb: 1\n", "line 2, is not valid YAML (found character"),
    "YAML with a colon too many": ("a: b: c\n", "line 1, is not valid YAML (mapping values"),
    "two YAML documents in one file": ("a: 1\n---\nb: 1\n", "line 2, is not valid YAML"),
    "YAML of a Python object": ("a: !!python/tuple [1]\n", "line 1, is not valid YAML (could not"),
    "a day that does not exist": ("a: 2020-13-45\n", "is not valid YAML (month must be in 1..12)"),
    "a NUL in YAML": ("a: \x00\n", "is not valid YAML (unacceptable character"),
    "YAML of thousands of brackets in each other": ("[" * 5000, "is nested too deeply"),
    "a key twice": (
        "a: 1\ngulp:\n  fps: 4\n  fps: 8\n",
        "the key 'fps' twice in one section, in the lines 3 and 4",
    ),
    "a key twice in JSON": ('{"a": 1, "a": 2}', "the key 'a' twice in one section: leave one"),
    "a number in base 8": ("n_frames: [010]\n", "line 1, has the number 010, which YAML reads"),
    "a number in base 60": ("a: 1\nb: 1:30\n", "line 2, has the number 1:30, which YAML reads"),
    "a list where a configuration belongs": ("- 1\n", "is no configuration: expected lines"),
}


@pytest.mark.parametrize(("text", "sentence"), BAD.values(), ids=BAD)
def test_bad_configuration_files_get_one_sentence(tmp_path, refused, text, sentence):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(InputError, match=r"mine\.yaml") as caught:
        read_config_file(tmp_path / "mine.yaml")
    assert sentence in str(caught.value)
    refused("Configuration", caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path, refused):
    (tmp_path / "mine.yaml").write_bytes(b"a: \xff")
    with pytest.raises(InputError, match=r"mine\.yaml cannot be read") as caught:
        read_config_file(tmp_path / "mine.yaml")
    refused("Configuration", caught.value, "YAML that is not UTF-8")
    with pytest.raises(InputError, match=r"absent\.yaml cannot be read \(No such file"):
        read_config_file(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("", {}),
        ("# nothing\n", {}),
        ("a: &x {b: 1}\nc: *x\nd: {<<: *x, <<: {e: 2}}\n", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: '010'\nb: 0x10\nc: 0.5\nd: 0\ne: -0\n", {"a": "010", "b": 16, "c": 0.5, "d": 0}),
        ('{"a":\t1}', {"a": 1}),
        ("{a: {b: 1}, c: {b: 2}}", {"a": {"b": 1}, "c": {"b": 2}}),
        ("\ufeffa: 1\n", {"a": 1}),
        ("__use_yte__: true\n?if True:\n  a: 1\n?if True:\n  b: 1\n", {"__use_yte__": True}),
    ],
)
def test_what_is_right_is_read(tmp_path, text, config):
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    found = read_config_file(tmp_path / "mine.yaml")
    assert {key: found[key] for key in config} == config
