"""Damaged TorchScript archives, and archives put together by hand."""

import io
import warnings
import zipfile
from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playfair.models.heads.exported import load_exported
from tests.fuzz.damage import damaged, edits
from tests.fuzz.targets import READ, cases, outcome_alone, saved_examples

D = 3


class Head(torch.nn.Module):
    """Features (N, k, D) -> probabilities (N, 2), with a loop, a branch and a submodule."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(D, 2), torch.nn.Linear(2, 2)])

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        values = features.mean(dim=1)
        for layer in self.layers:
            values = layer(values)
        if values.shape[1] > 5:
            values = values.relu()
        return values.softmax(dim=-1)


LINES = (
    "  torch.save(features, 'x')\n",
    "  features = torch.from_file('/etc/passwd', False, 10)\n",
    "  return ops.foreign.call(features)\n",
    "  return getattr(ops, 'a' + 'ten').relu(features)\n",
    "  return torch.relu(features)\n",
    "  return features[10**30]\n",
    "  return ((((((((((features))))))))))\n",
    "\0",
    "def forward(self) -> Tensor:\n  return self.forward()\n",
    "  x = " + "[" * 5000 + "\n",
    "  x = " + "-" * 100_000 + "1\n",
)


@pytest.fixture(scope="module")
def archive():
    """The bytes of a good archive."""
    torch.manual_seed(0)
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(Head().eval()), file)
    return file.getvalue()


def entries_of(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(entries):
    """An archive of (name, content, method), checksums and all."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content, method in entries:
            archive.writestr(name, content, method)
    return file.getvalue()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("models") / "model.pt"


def loaded_or_refused(path, content):
    """Whether a model is loaded; what it says of features may be wrong, or an error of its own."""
    path.write_bytes(content)
    return outcome_alone("exported", content, partial(load_exported, path))


def test_saved_models_are_loaded_or_refused(archive, path):
    assert loaded_or_refused(path, archive) == READ
    again = packed((*entry, zipfile.ZIP_STORED) for entry in entries_of(archive).items())
    assert loaded_or_refused(path, again) == READ
    for example in saved_examples("exported"):
        loaded_or_refused(path, example.read_bytes())


@given(damage=edits())
@cases(50)
def test_damaged_models_are_loaded_or_refused(archive, path, damage):
    loaded_or_refused(path, damaged(archive, damage))


@given(data=st.data())
@cases(100)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_models_put_together_by_hand_are_loaded_or_refused(archive, path, data):
    """Entries are damaged, renamed, doubled, left out; programs have lines that do not belong."""
    whole = entries_of(archive)
    kinds = st.sampled_from(("damage", "line", "line", "name", "drop", "twice", "packed"))
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(whole)), kinds, max_size=3))
    entries = []
    for name, content in whole.items():
        method = zipfile.ZIP_STORED
        match changes.get(name):
            case "damage":
                content = damaged(content, data.draw(edits(most=2)))
            case "line":
                lines = content.splitlines(keepends=True)
                place = data.draw(st.integers(0, len(lines)))
                line = data.draw(st.sampled_from(LINES)).encode()
                content = b"".join([*lines[:place], line, *lines[place:]])
            case "name":
                names = (name.upper(), name + "x", "../" + name, "archive/code/x.py", name + "\0")
                name = data.draw(st.sampled_from(names))
            case "drop":
                continue
            case "twice":
                entries.append((name, content, method))
            case "packed":
                method = zipfile.ZIP_DEFLATED
        entries.append((name, content, method))
    loaded_or_refused(path, packed(entries))
