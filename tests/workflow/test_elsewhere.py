"""The workflow from another directory than its own, and as a module of another workflow."""

from tests.workflow.project import PROJECT, TINY, planned_jobs, snakemake

TINY_FILE = ("--configfile", str(PROJECT / "configs/tiny.yaml"))
ELSEWHERE = ("--snakefile", str(PROJECT / "Snakefile"), *TINY_FILE)
MODULE = f"""\
configfile: {str(PROJECT / "configs/tiny.yaml")!r}


module playfair:
    snakefile: {str(PROJECT / "Snakefile")!r}
    config: config


use rule * from playfair as playfair_*
"""


def test_another_directory_gets_its_own_results(tmp_path):
    (tmp_path / "config.yaml").write_text("models: [tsn]\nn_frames: [2]\n")
    plan = planned_jobs(tmp_path, configuration=ELSEWHERE)
    assert plan == planned_jobs(PROJECT, "--forceall", configuration=TINY)
    run = snakemake(tmp_path, *ELSEWHERE, target="results/tiny/class_priors.csv")
    assert run.returncode == 0, run.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        ".snakemake",
        "config.yaml",
        "datasets",
        "results",
    }


def test_options_of_the_directory_come_before_the_defaults(tmp_path):
    (tmp_path / "config.yaml").write_text("models: [tsn]\nn_frames: [2]\n")
    snakefile = ("--snakefile", str(PROJECT / "Snakefile"))
    plan = planned_jobs(tmp_path, configuration=snakefile)
    assert plan["list_too_short_videos"] == 1


def test_another_workflow_takes_it_as_a_module(tmp_path):
    (tmp_path / "Snakefile").write_text(MODULE)
    plan = planned_jobs(tmp_path, configuration=())
    assert {rule.removeprefix("playfair_"): count for rule, count in plan.items()} == planned_jobs(
        PROJECT, "--forceall", configuration=TINY
    )
