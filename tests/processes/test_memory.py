"""What a call takes beyond what is there already stays within its memory budget."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

import playfair
from playfair.errors import InputError

PROJECT = Path(__file__).parents[2]
CHILD = """
import sys
import torch
import playfair

torch.set_num_threads(1)
torch.manual_seed(0)


def kib(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))


model, n_frames, videos, classes, method, mib, options = eval(sys.argv[1])
if model == "trn":
    heads = [playfair.TRN(scale, 16, 32, classes).eval() for scale in range(1, 9)]
else:
    heads = playfair.TSN(16, classes).eval()
small = {**options, "budget": 100} if "budget" in options else options
playfair.explain(torch.randn(1, 6, 16), heads, "uniform", method, **small)
features = torch.randn(videos, n_frames, 16)
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
before = kib("VmRSS")
playfair.explain(features, heads, "uniform", method, memory_budget=mib * 2**20, **options)
print((kib("VmHWM") - before) / 1024)
"""


@pytest.mark.parametrize(
    ("model", "n_frames", "videos", "classes", "method", "mib", "options"),
    [
        ("trn", 15, 2, 174, "exact", 80, {"interactions": True}),
        ("tsn", 17, 1, 100, "exact", 120, {"interactions": True, "frame_sets": True}),
        ("tsn", 30, 2, 3, "permutation", 100, {"budget": 30000}),
        ("trn", 30, 3, 50, "permutation", 200, {"budget": 4096}),
        ("trn", 30, 3, 50, "regression", 200, {"budget": 4096}),
        ("tsn", 32, 1, 50, "adaptive", 360, {"budget": 4096}),
    ],
)
def test_a_call_keeps_to_its_memory_budget(model, n_frames, videos, classes, method, mib, options):
    given = repr((model, n_frames, videos, classes, method, mib, options))
    command = [sys.executable, "-c", CHILD, given]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert answer.returncode == 0, answer.stderr
    assert float(answer.stdout) <= mib


def test_fits_of_the_adaptive_sampler_count():
    model = playfair.TSN(16, 50).eval()
    features = torch.zeros(1, 32, 16)
    with pytest.raises(InputError, match="the memory budget is 100 MiB"):
        playfair.explain(
            features, model, "uniform", "adaptive", budget=4096, memory_budget=100 * 2**20
        )
