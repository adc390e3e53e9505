"""A training job that is killed goes on where it was when the workflow is started again."""

from tests.workflow.project import TINY, copy_project, snakemake

CHECKPOINT = "results/tiny/checkpoints/small/backbone.pt"
STATE = "results/tiny/resume/train_backbone/small.pt"
LOG = "results/tiny/logs/train_backbone/small.log"
MORE_EPOCHS = "definitions={backbones: {small: {training: {epochs: 5}}}}"

# A state after every epoch, and a kill after the third: once, as a cluster would.
DEADLY = """

import os as _os
import signal as _signal

SECONDS_BETWEEN_STATES = 0.0
ResumeFile.__init__.__defaults__ = (0.0,)
_save = ResumeFile.save


def _save_and_die(self, make_state):
    _save(self, make_state)
    if make_state()["epoch"] == 3 and not Path("killed").exists():
        Path("killed").touch()
        _os.kill(_os.getpid(), _signal.SIGKILL)


ResumeFile.save = _save_and_die
"""


def test_a_killed_backbone_training_ends_with_the_same_bytes(tmp_path):
    run = copy_project(tmp_path / "project")
    module = run / "playfair/models/training/resume.py"
    module.write_text(module.read_text() + DEADLY)
    options = (*TINY, "--config", MORE_EPOCHS)
    killed = snakemake(run, *options, target=CHECKPOINT)
    assert killed.returncode != 0
    assert (run / "killed").exists()
    assert not (run / CHECKPOINT).exists()
    assert (run / STATE).exists()

    resumed = snakemake(run, *options, target=CHECKPOINT)
    assert resumed.returncode == 0, resumed.stderr
    assert f"Training goes on after epoch 3, from {STATE}." in (run / LOG).read_text()
    assert not (run / STATE).exists()
    found = (run / CHECKPOINT).read_bytes()

    again = snakemake(run, "--forcerun", "train_backbone", *options, target=CHECKPOINT)
    assert again.returncode == 0, again.stderr
    assert "goes on" not in (run / LOG).read_text()
    assert (run / CHECKPOINT).read_bytes() == found
