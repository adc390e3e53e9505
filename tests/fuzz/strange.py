"""Strange values, drawn by Hypothesis: texts and numbers that readers have stumbled over."""

from typing import Any

from hypothesis import strategies as st

_WORDS = (
    *("", " ", "NA", "null", "None", "nan", "inf", "-inf", "true", "no", "0", "-0", "007", "1e5"),
    *("0x10", "010", "1:30", "1_000", "٣", "½", "1.5", "-1", "9" * 30, "2020-01-01", "..", "."),
    *(
        "a/b",
        "../a",
        "~",
        "a b",
        " a",
        "a ",
        "A",
        "a",
        "é",
        "e\u0301",
        "\u212b",
        "ß",
        "ﬁ",
        "a\u200d",
    ),
    *(
        "a\nb",
        "a\rb",
        "a\tb",
        "a\0b",
        "\x1b[31m",
        "\ufeff",
        "\u2028",
        "\U0001f600",
        '"',
        '"a',
        'a"b',
    ),
    *("'", "a,b", "a;b", "a|b", "{a}", "{", "%s", "$HOME", "[a]", "#a", "- a", "a: b", "*a", "&a"),
    *(
        "uid",
        "id",
        "label",
        "train",
        "validation",
        "test",
        "split",
        "a" * 161,
        "é" * 100,
        "a" * 300,
    ),
)
words = st.one_of(st.sampled_from(_WORDS), st.text(max_size=12))
"""Texts without halves of characters, which no file in UTF-8 holds."""
whole_numbers = st.one_of(
    st.integers(-3, 30), st.integers(), st.sampled_from((2**31, 2**63, -(2**63)))
)
numbers = st.one_of(whole_numbers, st.floats())
plain = st.one_of(st.none(), st.booleans(), numbers, words)


def values(leaves: st.SearchStrategy[Any] = plain) -> st.SearchStrategy[Any]:
    """What JSON and YAML can hold: plain values, and lists and objects of them."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)
        ),
        max_leaves=6,
    )
