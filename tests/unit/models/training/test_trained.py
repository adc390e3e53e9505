"""What a training leaves behind."""

import pandas as pd
import pytest
import torch

from playfair.errors import InputError
from playfair.models.checkpoints import load_weights
from playfair.models.heads.tsn_trn import TSN
from playfair.models.training.head_training import TrainedHead
from playfair.models.training.resume import ResumeFile
from playfair.models.training.trained import save_trained


@pytest.fixture
def trained():
    return TrainedHead(TSN(3, 2), pd.DataFrame({"epoch": [1], "loss": [0.5]}), 7)


def test_network_and_log_are_written_and_the_state_deleted(tmp_path, trained, capsys):
    resume = ResumeFile(tmp_path / "state.pt", "", 0)
    resume.save(lambda: {"epoch": 1})
    paths = (tmp_path / "head.pt", tmp_path / "head.csv")
    save_trained(trained, trained.head, *paths, resume, architecture="small")
    loaded = load_weights(TSN(3, 2), paths[0])
    assert torch.equal(loaded.classifier.weight, trained.head.classifier.weight)
    assert torch.load(paths[0], weights_only=True)["architecture"] == "small"
    assert pd.read_csv(paths[1]).equals(trained.log)
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert "7 clips were left out" in capsys.readouterr().err


def test_the_state_stays_when_the_results_cannot_be_written(tmp_path, trained):
    resume = ResumeFile(tmp_path / "state.pt", "", 0)
    resume.save(lambda: {"epoch": 1})
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        save_trained(
            trained, trained.head, tmp_path / "head.pt", tmp_path / "file" / "head.csv", resume
        )
    assert resume.path.exists()
