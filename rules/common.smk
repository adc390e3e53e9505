# Paths, the checked configuration and the library's hashes: what the rules of all stages share.
import re
import sys
from pathlib import Path

# The library lies beside the Snakefile: jobs find it whether it is installed or not. Threads that
# wait for work sleep: spinning, they would take the cores of the jobs beside them.
sys.path.insert(0, str(workflow.basedir))
shell.prefix(
    f"export PYTHONPATH={str(workflow.basedir)!r}:${{{{PYTHONPATH:-}}}} OMP_WAIT_POLICY=passive; "
)

from playfair.config import complete_config
from playfair.data.shards import shard_hashes
from playfair.errors import InputError
from playfair.provenance import code_hash

try:
    config.update(complete_config(config))
except InputError as error:
    sys.exit(f"error: {error}")

datasets = config["definitions"]["datasets"]
backbones = config["definitions"]["backbones"]
models = config["definitions"]["models"]


scattergather:
    train=config["shards"]["train"],
    validation=config["shards"]["validation"],


wildcard_constraints:
    dataset="|".join(datasets),
    backbone="|".join(backbones),
    model="|".join(models),
    split="train|validation",
    n_frames=r"\d+",
    scale=r"\d+",


def shards_of(pattern, split=None):
    """Input function: the files of all shards of a split, the wildcard's by default."""

    def files(wildcards):
        return getattr(gather, split or wildcards.split)(pattern, **wildcards)

    return files


def of_shard(path):
    """An input that all shards share. Dealt by hash, shards look after their own changes to it."""
    return ancient(path) if config["shard_by"] == "hash" else path


def shard_content(wildcards, input):
    """Params function: a hash of the shard's clips, if they are dealt by hash."""
    if config["shard_by"] == "order":
        return None
    count = int(wildcards.scatteritem.rpartition("-")[2])
    try:
        hashes = shard_hashes(
            dataset_path(wildcards.dataset, wildcards.split),
            dataset_path(wildcards.dataset, "videos"),
            count,
            f"results/{wildcards.dataset}/shards/hashes_{wildcards.split}.json",
        )
    except FileNotFoundError as error:
        # Snakemake waits for an input that another job is to make.
        error.filename = str(input.clips)
        raise
    return hashes[wildcards.scatteritem]


def library_hash(script):
    """The hash of the library code that a script uses: a changed one makes its jobs stale."""
    return code_hash(
        Path(workflow.basedir, "scripts", f"{script}.py"), workflow.basedir
    )


def initial_checkpoint(wildcards):
    """Input function: the weights that a backbone's training begins with, [] if random ones."""
    path = backbones[wildcards.backbone]["training"]["initial_checkpoint"] or ""
    # A name in capitals lies in torchvision's cache.
    return path if re.search("[^A-Z0-9_]", path) else []


def head_training_memory(wildcards, input):
    """Resource function: memory in MB, with the features up to those that stay in their file."""
    return 2000 + min(8192, int(input.size_mb))


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


def pretrained_checkpoints(options):
    """The configured checkpoints of a backbone or model, [] if there are none."""
    files = options.get("checkpoints") or [options.get("checkpoint")]
    return [checkpoint for checkpoint in files if checkpoint]


def is_trained(options):
    """Whether the workflow trains a backbone or model: no weights for it are configured."""
    return not (pretrained_checkpoints(options) or options.get("weights"))


def backbone_checkpoint(wildcards):
    """Input function: the backbone's weights, [] where they lie in torchvision's cache."""
    options = backbones[wildcards.backbone]
    if is_trained(options):
        folder = f"results/{wildcards.dataset}/checkpoints"
        return f"{folder}/{wildcards.backbone}/backbone.pt"
    for checkpoint in pretrained_checkpoints(options):
        return checkpoint["path"]
    weights = options["weights"]
    return [] if re.fullmatch(r"[A-Z][A-Z0-9_]*", weights) else weights


def head_checkpoints(wildcards):
    """Input function: the weights of the model's heads, as configured or trained."""
    pretrained = pretrained_checkpoints(models[wildcards.model])
    if pretrained:
        return [checkpoint["path"] for checkpoint in pretrained]
    return head_files(wildcards.dataset, wildcards.model, ".pt")


def model_options(wildcards):
    """Params function: the model's options but for its checkpoints, which are inputs."""
    inputs = ("checkpoint", "checkpoints")
    options = models[wildcards.model]
    return {key: value for key, value in options.items() if key not in inputs}


used_backbones = list(
    dict.fromkeys(models[name]["backbone"] for name in config["models"])
)
trained_backbones = [name for name in used_backbones if is_trained(backbones[name])]
trained_models = [name for name in config["models"] if is_trained(models[name])]
is_anything_trained = bool(trained_backbones or trained_models)
gulped_splits = ["train", "validation"] if is_anything_trained else ["validation"]


def check_own_checkpoints():
    """Stop with a sentence if a checkpoint that is to be used is missing and nothing makes it."""
    used = [backbones[name] for name in used_backbones]
    used += [models[name] for name in config["models"]]
    for file in sum(map(pretrained_checkpoints, used), []):
        # Below results/ it may be what the training on another data set makes.
        made = file["url"] or file["path"].startswith("results/")
        if not made and not Path(file["path"]).exists():
            sys.exit(
                f"error: the checkpoint {file['path']} is not there and has no url: put the file "
                f"there, or give its path and url in the configuration"
            )


def training_logs(wildcards):
    """Input function: the training logs of the models that are trained, backbones first."""
    folder = f"results/{wildcards.dataset}/checkpoints"
    logs = [f"{folder}/{backbone}/backbone.csv" for backbone in trained_backbones]
    for model in trained_models:
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
