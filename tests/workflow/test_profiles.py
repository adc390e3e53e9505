"""What the profiles say fits the rules."""

import os
import re
import sys
from pathlib import Path

import yaml

from playfair.figures.catalogue import read_catalogue
from tests.workflow.project import PROJECT, TINY, copy_run, scripts_of_rules, snakemake


def profile(name):
    return yaml.safe_load((PROJECT / "profiles" / name / "config.yaml").read_text())


def rules_that_run_a_network():
    scripts = (PROJECT / "scripts").glob("*.py")
    on_device = {path.stem for path in scripts if "params.device" in path.read_text()}
    return {rule for rule, script in scripts_of_rules().items() if script in on_device}


def test_exactly_the_rules_that_run_a_network_get_a_gpu():
    gpu_rules = profile("slurm")["set-resources"]
    assert gpu_rules.keys() == rules_that_run_a_network()
    for resources in gpu_rules.values():
        assert resources == {"gpu": 1, "slurm_partition": "gpu"}
    assert profile("slurm")["default-resources"]["slurm_partition"] == "cpu"


def test_no_rule_that_runs_a_network_shares_a_slurm_job():
    assert not profile("slurm")["groups"].keys() & rules_that_run_a_network()


def test_every_plot_goes_to_slurm_with_the_gallery():
    groups = profile("slurm")["groups"]
    plots = {f"plot_{figure}" for figure in read_catalogue()} | {"figures"}
    assert {rule for rule, group in groups.items() if group == "plots"} == plots
    components = profile("slurm")["group-components"]
    assert components.keys() <= set(groups.values())
    # The jobs of a group run side by side, and ask for the CPUs of all of them.
    assert max(components.values()) <= 8
    for group in components:
        assert sum(name == group for name in groups.values()) == 1


def test_every_rule_asks_for_more_memory_and_time_at_every_attempt():
    for path in PROJECT.glob("rules/*.smk"):
        for resource in re.findall(r"^ +(?:mem_mb|runtime)=.*", path.read_text(), re.M):
            assert re.search(r"=by_attempt\(", resource), (path, resource)


# Takes Apptainer's place: notes how it is called and runs the command outside of any container.
STAND_IN = """#!/bin/sh
[ "$1" = --version ] && {{ echo "apptainer version 1.3.6"; exit; }}
echo "$*" >> {calls}
for command; do :; done
exec bash -c "$command"
"""


def test_container_option_puts_jobs_into_the_image(tiny_run, tmp_path, monkeypatch):
    run = copy_run(tiny_run, tmp_path / "project")
    (run / "playfair.sif").touch()
    stand_in = tmp_path / "bin" / "apptainer"
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN.format(calls=tmp_path / "calls"))
    stand_in.chmod(0o755)
    places = [str(stand_in.parent), str(Path(sys.executable).parent), os.environ["PATH"]]
    monkeypatch.setenv("PATH", ":".join(places))
    priors = "results/tiny/class_priors.csv"
    options = (*TINY, "--forcerun", "compute_class_priors", "--sdm", "apptainer")
    finished = snakemake(run, *options, "--config", "container=playfair.sif", target=priors)
    assert finished.returncode == 0, finished.stderr
    calls = re.findall(r"^exec .*", (tmp_path / "calls").read_text(), re.M)
    assert calls
    assert all(" playfair.sif " in call for call in calls)
    assert "compute_class_priors.py" in (tmp_path / "calls").read_text()
    assert (run / priors).read_bytes() == (tiny_run / priors).read_bytes()
