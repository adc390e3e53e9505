# Paths, the checked configuration and the library's hashes: what the rules of all stages share.
import sys
from pathlib import Path

# The library lies beside the Snakefile: jobs find it whether it is installed or not.
sys.path.insert(0, str(workflow.basedir))
shell.prefix(f"export PYTHONPATH={str(workflow.basedir)!r}:${{PYTHONPATH:-}}; ")

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


def dataset_file(name):
    """Input function: a file of the data set, `name` is labels, videos, ground_truth or a split."""
    synthetic = {
        "train": "datasets/{dataset}/train.json",
        "validation": "datasets/{dataset}/validation.json",
        "labels": "datasets/{dataset}/labels.json",
        "videos": "datasets/{dataset}/videos",
        "ground_truth": "datasets/{dataset}/ground_truth.csv",
    }

    def path(wildcards):
        key = name.format(**wildcards)
        dataset = datasets[wildcards.dataset]
        if dataset["source"] == "synthetic":
            return synthetic[key].format(dataset=wildcards.dataset)
        return dataset[key] or []

    return path


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
