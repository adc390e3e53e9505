"""A network of whole clips, trained and explained on the GPU partition."""

import playfair
from tests.cluster.head import run_head
from tests.forked_programs import forking_environment
from tests.workflow.project import copy_run


def test_rules_of_a_network_of_whole_clips_run_on_the_gpu_partition(slurm, tiny_run, tmp_path):
    run = copy_run(tiny_run, tmp_path / "project")
    esvs = "results/tiny/esvs/clip/2_frames.h5"
    forking = forking_environment(tmp_path)
    head = run_head(slurm, run, esvs, "--config", "models=[clip]", variables=forking)
    jobs = slurm.jobs(head.run_id)
    for rule in ("train_clip_network", "compute_clip_esvs"):
        [job] = [job for job in jobs if f"rule_{rule}_" in job["Comment"]]
        assert (job["JobState"], job["Partition"]) == ("COMPLETED", "gpu")
        assert job["TresPerJob"] == "gres:gpu:1"
        [log] = (run / f"results/tiny/logs/{rule}").rglob("*.log")
        assert f"job {job['JobId']} on g1, GPU " in log.read_text().splitlines()[0]
    results = playfair.load(run / esvs)
    assert len(results.uid) > 0
    assert abs(results.prior + results.esv.sum(axis=1) - results.scores).max() < 1e-5
