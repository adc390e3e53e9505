"""TorchScript files are read without running Python code, and refused if they reach beyond."""

import os
import pickle
import warnings
import zipfile

import pytest
import torch
from torch import nn

from playfair.errors import InputError
from playfair.models.heads.exported import ExportedHead, load_exported

torch.set_num_threads(1)

GROUP = "Checkpoints and exported models"


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent = nn.GRU(6, 5, batch_first=True)
        self.classifier = nn.Sequential(nn.Dropout(0.5), nn.Linear(5, 4), nn.Softmax(dim=-1))

    def forward(self, features):
        return self.classifier(self.recurrent(features)[0][:, -1])


class Saving(nn.Module):
    def __init__(self, path: str):
        super().__init__()
        self.path = path

    def forward(self, features):
        torch.save(features, self.path)
        return features.mean(dim=1)


def export(model, path, script=False):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        example = torch.rand(2, 3, 6)
        program = torch.jit.script(model) if script else torch.jit.trace(model, example)
        torch.jit.save(program, path)
    return path


def rewrite(source, target, suffix, change):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith(suffix) else content)
    return target


@pytest.mark.parametrize("script", [False, True])
def test_a_model_comes_back_and_takes_any_number_of_frames(tmp_path, script):
    model = Recurrent().eval()
    loaded = load_exported(export(model, tmp_path / "model.pt", script))
    assert not loaded.training
    for count, length in ((1, 1), (7, 2), (3, 12)):
        features = torch.rand(count, length, 6)
        torch.testing.assert_close(loaded(features), model(features))


def test_the_program_runs_as_it_is_at_every_call():
    class Watching(nn.Module):
        def forward(self, features):
            rewritten.append(torch._C._get_graph_executor_optimize())
            return features

    rewritten = []
    ExportedHead(Watching())(torch.rand(1, 2, 6))
    Watching()(torch.rand(1, 2, 6))
    assert rewritten == [False, True]


def test_a_model_that_was_exported_in_training_mode_is_put_into_eval_mode(tmp_path):
    loaded = load_exported(export(Recurrent().train(), tmp_path / "model.pt", script=True))
    features = torch.rand(64, 8, 6)
    assert torch.equal(loaded(features), loaded(features))


def test_loading_warns_of_nothing(tmp_path):
    path = export(Recurrent().eval(), tmp_path / "model.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_exported(path)


class Payload:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_pickled_code_in_the_archive_does_not_run(tmp_path):
    path = export(Recurrent().eval(), tmp_path / "model.pt")
    payload = pickle.dumps(Payload(tmp_path / "ran"), protocol=2)
    bad = rewrite(path, tmp_path / "bad.pt", "data.pkl", lambda _: payload)
    with pytest.raises(InputError, match=r"bad\.pt cannot be loaded"):
        load_exported(bad)
    assert not (tmp_path / "ran").exists()
    pickle.loads(payload)
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "line",
    [
        "torch.save(features, self.path)",
        "t = torch\n    t.save(features, self.path)",
        'getattr(torch, "save")(features, self.path)',
        'getattr(torch, "s\\141ve")(features, self.path)',
        "o = ops\n    o.aten.save(features, self.path)",
        "ops.aten.from_file(self.path, True, 4)",
        "ops.debugprims.stream(self.path, [1], [1])",
        'torch.rpc_sync("worker", features)',
        "c = torch.classes.dist_rpc.WorkerInfo(self.path, 1)",
        'getattr(torch,\n      "s\\141ve")(features, self.path)',
        'getattr(torch, "sa" "ve")(features, self.path)',
        'getattr(torch, "sa"\n      "ve")(features, self.path)',
        "getattr(torch, 's' 'ave')(features, self.path)",
        't = torch\n    getattr (t,"sa""ve")(features, self.path)',
        "torch.\\\n      save(features, self.path)",
    ],
)
def test_a_program_that_could_reach_beyond_the_model_is_refused(tmp_path, refused, line):
    path = export(Saving(str(tmp_path / "written")), tmp_path / "model.pt", script=True)

    def change(code):
        lines = code.decode().splitlines()
        assert any("torch.save(" in text for text in lines)
        changed = [f"    {line}" if "torch.save(" in text else text for text in lines]
        return "\n".join(changed).encode()

    bad = rewrite(path, tmp_path / "bad.pt", ".py", change)
    with pytest.raises(InputError, match=r"bad\.pt is refused, because its program") as caught:
        load_exported(bad)
    assert not (tmp_path / "written").exists()
    if line.startswith("torch.save("):
        refused(GROUP, caught.value, "an exported program that writes a file")
    if line.startswith("c = torch.classes"):
        refused(GROUP, caught.value, "an exported program with an object of C++")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "does not exist", id="an exported model that is not there"),
        pytest.param(
            b"no archive",
            "is not a TorchScript file.*torch.jit.save",
            id="text in place of an exported model",
        ),
    ],
)
def test_what_is_no_torchscript_file_is_refused(tmp_path, refused, content, message):
    path = tmp_path / "model.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        load_exported(path)
    refused(GROUP, caught.value)


def test_an_archive_of_torch_export_is_refused_with_the_reason(tmp_path, refused):
    model = nn.Sequential(nn.Flatten(), nn.Linear(18, 4))
    torch.export.save(torch.export.export(model, (torch.rand(2, 3, 6),)), tmp_path / "model.pt2")
    with pytest.raises(InputError, match=r"\.pt2 files .* can run any code") as caught:
        load_exported(tmp_path / "model.pt2")
    refused(GROUP, caught.value, "an archive of torch.export")


def renamed(tmp_path, rename, model=None, **options):
    """An archive with the entries of an exported model under other names, written by hand."""
    path = export(model or Saving(str(tmp_path / "written")), tmp_path / "model.pt", script=True)
    bad = tmp_path / "bad.pt"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bad, "w", **options) as new:
        for name in old.namelist():
            new.writestr(rename(name), old.read(name))
    return bad


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("/code/", "/CODE/"),
        lambda name: name.replace("/code/", "/cOde/"),
        lambda name: f"{name[:-3]}.PY" if name.endswith(".py") else name,
        lambda name: f"model/{name[6:].upper()}",
    ],
)
def test_letter_case_hides_no_program(tmp_path, rename):
    """Torch finds the entries of an archive whatever the case of their letters."""
    bad = renamed(tmp_path, rename)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.load(bad)(torch.ones(1, 2, 3))
    (tmp_path / "written").unlink()
    with pytest.raises(InputError, match=r"its program \(.*\) uses 'save'"):
        load_exported(bad)
    assert not (tmp_path / "written").exists()


def small_model():
    return nn.Sequential(nn.Flatten(), nn.Linear(18, 4))


def added(tmp_path, name, content, **options):
    """An exported model with one more entry."""
    path = export(small_model(), tmp_path / "model.pt")
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a", **options) as archive:
        warnings.simplefilter("ignore")
        archive.writestr(name, content)
    return path


def test_modules_whose_names_are_numbers_are_read(tmp_path):
    """Torch writes getattr(self, "0") for them."""
    path = export(small_model(), tmp_path / "model.pt", script=True)
    assert load_exported(path)(torch.rand(2, 3, 6)).shape == (2, 4)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model/data.pkl", "holds the entry .* twice"),
        ("model/VERSION", "holds the entry .* twice"),
        ("model/data.PKL", "holds the entry .* twice"),
        ("model/../../data", "the name of its entry"),
        ("model//etc/passwd", "the name of its entry"),
        ("model/code/a.py\0b", "the name of its entry|is not a TorchScript file"),
        ("model/code/a b.py", "the name of its entry"),
        ("model/code/" + "a" * 600 + ".py", "the name of its entry"),
        ("other/code/a.py", "is not a TorchScript file"),
        ("/model/code/a.py", "is not a TorchScript file"),
    ],
)
def test_entries_that_could_be_found_in_two_ways_are_refused(tmp_path, refused, name, message):
    info = zipfile.ZipInfo("model/placeholder")
    # Set afterwards, because a ZipInfo cuts a name off at a zero byte.
    info.filename = name
    with pytest.raises(InputError, match=message) as caught:
        load_exported(added(tmp_path, info, b"x = 1\n"))
    if name == "model/data.PKL":
        refused(GROUP, caught.value, "an archive with an entry twice")
    if name == "model/../../data":
        refused(GROUP, caught.value, "an archive with an entry that leads out of it")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model/data/9", "its data would unpack to"),
        ("model/code/bomb.py", "its programs would unpack to"),
        ("model/code/bomb.PY.debug_PKL", "its programs would unpack to"),
    ],
)
def test_what_unpacks_to_very_much_is_refused_unread(tmp_path, monkeypatch, refused, name, message):
    monkeypatch.setattr("playfair.models.heads.exported.MOST_CODE_BYTES", 100_000)
    path = added(tmp_path, name, bytes(1_000_000), compression=zipfile.ZIP_DEFLATED)
    monkeypatch.setattr("torch.jit.load", None)
    with pytest.raises(InputError, match=message) as caught:
        load_exported(path)
    if name == "model/code/bomb.py":
        refused(GROUP, caught.value, "a program that unpacks to very much", has_sizes=True)


@pytest.mark.parametrize("separator", [b".", b"\n"])
def test_objects_of_foreign_classes_are_refused(tmp_path, separator):
    path = export(small_model(), tmp_path / "model.pt")
    pickled = b"\x80\x02c__torch__.torch" + separator + b"classes.dist_rpc\nWorkerInfo\nq\x00."
    bad = rewrite(path, tmp_path / "bad.pt", "data.pkl", lambda _: pickled)
    with pytest.raises(InputError, match=r"an object of a class of torch\.classes"):
        load_exported(bad)


def test_an_archive_behind_other_bytes_is_refused(tmp_path, refused):
    path = export(small_model(), tmp_path / "model.pt")
    path.write_bytes(b"\0\0\0\0PTMF" + path.read_bytes())
    with pytest.raises(InputError, match="is not a TorchScript file") as caught:
        load_exported(path)
    refused(GROUP, caught.value, "an exported model behind other bytes")


def with_line(tmp_path, line):
    """An exported model with a line at the end of all of its programs."""
    path = export(small_model(), tmp_path / "model.pt", script=True)
    return rewrite(path, tmp_path / "bad.pt", ".py", lambda code: code + line)


@pytest.mark.parametrize("nested", [b"[" * 50_000, b"-" * 50_000 + b"1"])
def test_a_program_that_crashes_torch_ends_a_process_of_its_own(tmp_path, nested):
    with pytest.raises(InputError, match=r"ends the process that loads it \(SIGSEGV\)"):
        load_exported(with_line(tmp_path, b"    x = " + nested + b"\n"))


class Endless(nn.Module):
    def forward(self, features):
        return features.mean(dim=1)

    @torch.jit.export
    def __getstate__(self):
        return self.training

    @torch.jit.export
    def __setstate__(self, state: bool):
        self.training = state
        while True:
            pass


def test_a_program_that_never_ends_while_it_is_loaded_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("playfair.models.heads.exported.LOADING_SECONDS", 1)
    path = export(Endless(), tmp_path / "model.pt", script=True)
    with pytest.raises(InputError, match=r"ends the process that loads it \(SIGXCPU\)"):
        load_exported(path)


def test_an_archive_of_a_damaged_entry_is_refused(tmp_path):
    path = export(small_model(), tmp_path / "model.pt", script=True)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = next(one for one in archive.infolist() if one.filename.endswith("data.pkl"))
    content[entry.header_offset + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be loaded"):
        load_exported(path)
