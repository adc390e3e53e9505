# Paths, the checked configuration and the library's hashes: what the rules of all stages share.
import sys
from pathlib import Path

# The library lies beside the Snakefile: jobs find it whether it is installed or not. Threads that
# wait for work sleep: spinning, they would take the cores of the jobs beside them.
sys.path.insert(0, str(workflow.basedir))
shell.prefix(
    f"export PYTHONPATH={str(workflow.basedir)!r}:${{{{PYTHONPATH:-}}}} OMP_WAIT_POLICY=passive; "
)

from playfair.config import complete_config
from playfair.errors import InputError
from playfair.provenance import code_hash

try:
    config.update(complete_config(config))
except InputError as error:
    sys.exit(f"error: {error}")

datasets = config["definitions"]["datasets"]
backbones = config["definitions"]["backbones"]
models = config["definitions"]["models"]


# What rules run in with `--sdm apptainer`; conda environments are each rule's own.
if config["container"]:

    container: config["container"]


wildcard_constraints:
    dataset="|".join(datasets),
    backbone="|".join(backbones),
    model="|".join(models),
    split="train|validation",
    n_frames=r"\d+",
    scale=r"\d+",


def library_hash(script):
    """The hash of the library code that a script uses: a changed one makes its jobs stale."""
    return code_hash(
        Path(workflow.basedir, "scripts", f"{script}.py"), workflow.basedir
    )


def by_attempt(amount):
    """Resource function: what a job gets, more by `amount` at every attempt."""
    return lambda wildcards, attempt: amount * attempt


def dataset_path(dataset, name):
    """A file of a data set, [] if it has none: train, validation, labels, videos, ground_truth."""
    if datasets[dataset]["source"] == "files":
        return datasets[dataset][name] or []
    suffix = {"videos": "", "ground_truth": ".csv"}.get(name, ".json")
    return f"datasets/{dataset}/{name}{suffix}"


def dataset_file(name):
    """Input function: a file of the data set, as for dataset_path; {split} is filled in."""
    return lambda wildcards: dataset_path(wildcards.dataset, name.format(**wildcards))


def model_backbone_file(pattern):
    """Input function: a file of the backbone that the model is built on."""
    return lambda wildcards: pattern.format(
        backbone=models[wildcards.model]["backbone"], **wildcards
    )


def head_files(dataset, model, suffix):
    """The files of a variable-length head, or those of the heads of all scales."""
    folder = f"results/{dataset}/checkpoints/{model}"
    if models[model]["head"] == "tsn":
        return [f"{folder}/head{suffix}"]
    scales = range(1, models[model]["n_scales"] + 1)
    return [f"{folder}/head_{scale}_frames{suffix}" for scale in scales]


def head_checkpoints(wildcards):
    """Input function: the checkpoints of the model's heads."""
    return head_files(wildcards.dataset, wildcards.model, ".pt")


def training_logs(wildcards):
    """Input function: the training logs of the models to explain, backbones first."""
    used = dict.fromkeys(models[model]["backbone"] for model in config["models"])
    folder = f"results/{wildcards.dataset}/checkpoints"
    logs = [f"{folder}/{backbone}/backbone.csv" for backbone in used]
    for model in config["models"]:
        logs += head_files(wildcards.dataset, model, ".csv")
    return logs


def collated_files(wildcards):
    """Input function: the collated results of the models to explain."""
    folder = f"results/{wildcards.dataset}/collated"
    return [f"{folder}/{model}.h5" for model in config["models"]]


def evidence_rate(wildcards):
    """Params function: frames gulped per frame that the data set's ground truth counts."""
    fps = config["gulp"]["fps"]
    return fps / (datasets[wildcards.dataset]["ground_truth_fps"] or fps)
