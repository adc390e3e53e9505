# Paths, the checked configuration and the library's hashes: what the rules of all stages share.
import re
import sys
from functools import cache
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
from playfair.provenance import code_hash, module_hash


def with_code_hash(options):
    """The options of a model with the hash of the user's code that makes its head, if any does."""
    if options["head"] != "custom":
        return options
    return {**options, "code_hash": module_hash(options["factory"].split(":")[0])}


try:
    config.update(complete_config(config))
    # Apart from the configuration, whose schema knows no hashes; as params of the jobs that use a
    # model they make those stale when the user's code has changed.
    models = {
        name: with_code_hash(options)
        for name, options in config["definitions"]["models"].items()
    }
except InputError as error:
    sys.exit(f"error: {error}")

datasets = config["definitions"]["datasets"]
backbones = config["definitions"]["backbones"]


scattergather:
    train=config["shards"]["train"],
    validation=config["shards"]["validation"],


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


def shards_of(pattern, split=None):
    """Input function: the files of all shards of a split, the wildcard's by default."""

    def files(wildcards):
        return getattr(gather, split or wildcards.split)(pattern, **wildcards)

    return files


def of_shard(path):
    """An input that all shards share. Dealt by hash, shards look after their own changes to it."""
    return ancient(path) if config["shard_by"] == "hash" else path


@cache
def hashes_of_shards(dataset, split, count):
    """The hash of every shard's clips, by the shard's name."""
    labels, videos = dataset_path(dataset, split), dataset_path(dataset, "videos")
    memo = f"results/{dataset}/shards/hashes_{split}.json"
    return shard_hashes(labels, split, videos, count, memo)


def shard_content(wildcards):
    """Params function: a hash of the shard's clips, if they are dealt by hash."""
    # A function of the input would not do: Snakemake compares params that no input goes into.
    if config["shard_by"] == "order":
        return None
    count = int(wildcards.scatteritem.rpartition("-")[2])
    try:
        hashes = hashes_of_shards(wildcards.dataset, wildcards.split, count)
    except FileNotFoundError:
        # The data set is still to be made: when this job starts it is there.
        return None
    return hashes[wildcards.scatteritem]


def library_hash(script):
    """The hash of the library code that a script uses: a changed one makes its jobs stale."""
    return code_hash(
        Path(workflow.basedir, "scripts", f"{script}.py"), workflow.basedir
    )


def by_attempt(amount, reads_clips=False):
    """Resource function: what a job gets, twice of it at the second attempt, and so on.

    A job that reads the list of all clips gets MB for that too: several times the file's size.
    """

    def resource(wildcards, input, attempt):
        if not reads_clips or Path(input.clips).suffix in (".h5", ".hdf5"):
            return amount * attempt
        return (amount + 8 * Path(input.clips).stat().st_size // 10**6) * attempt

    return resource


def initial_checkpoint(wildcards):
    """Input function: the weights that a backbone's training begins with, [] if random ones."""
    path = backbones[wildcards.backbone]["training"]["initial_checkpoint"] or ""
    # A name in capitals lies in torchvision's cache.
    return path if re.search("[^A-Z0-9_]", path) else []


def head_training_memory(wildcards, input, attempt):
    """Resource function: memory in MB, with the features up to those that stay in their file."""
    return (2000 + min(8192, int(input.size_mb))) * attempt


def datasets_from(*sources):
    """Wildcard constraint: the data sets of these sources (synthetic, files, features)."""
    names = [name for name in datasets if datasets[name]["source"] in sources]
    return "|".join(names) or "(?!)"


def has_videos(dataset):
    """Whether a data set has pictures to show, not only features."""
    return datasets[dataset]["source"] != "features"


def dataset_path(dataset, name):
    """A file of a data set, [] if it has none: train, validation, labels, videos, ground_truth."""
    if datasets[dataset]["source"] != "synthetic":
        if name == "labels" and datasets[dataset]["labels"] is None:
            return f"results/{dataset}/labels.json"
        # A feature file holds the labels of its split itself.
        inside = datasets[dataset].get("features", {}).get(name)
        return datasets[dataset].get(name) or inside or []
    suffix = {"videos": "", "ground_truth": ".csv"}.get(name, ".json")
    return f"datasets/{dataset}/{name}{suffix}"


def dataset_file(name):
    """Input function: a file of the data set, as for dataset_path; {split} is filled in."""
    return lambda wildcards: dataset_path(wildcards.dataset, name.format(**wildcards))


def judged_table(wildcards):
    """Input function: the table of videos that failed, written if they are not too many."""
    folder = f"results/{wildcards.dataset}/tables"
    split = wildcards.get("split", "validation")
    if has_videos(wildcards.dataset):
        return f"{folder}/gulp_failed_{split}.csv"
    backbone = wildcards.get("backbone") or models[wildcards.model]["backbone"]
    return f"{folder}/import_failed_{backbone}_{split}.csv"


def validation_gulp(wildcards):
    """Input function: the gulped validation frames, [] for a data set of features."""
    if not has_videos(wildcards.dataset):
        return []
    return f"results/{wildcards.dataset}/gulp/validation"


def validation_videos(wildcards):
    """Input function: the validation videos as frames, or as features where there are no others."""
    backbone = models[config["models"][0]]["backbone"]
    return (
        validation_gulp(wildcards)
        or f"results/{wildcards.dataset}/features/{backbone}/validation.h5"
    )


def model_backbone_file(pattern):
    """Input function: a file of the backbone that the model is built on."""
    return lambda wildcards: pattern.format(
        backbone=models[wildcards.model]["backbone"], **wildcards
    )


def head_files(dataset, model, suffix):
    """The files of a variable-length head, or those of the heads of all scales, from training."""
    folder = f"results/{dataset}/checkpoints/{model}"
    if models[model]["head"] == "tsn":
        return [f"{folder}/head{suffix}"]
    scales = range(1, models[model]["n_scales"] + 1)
    return [f"{folder}/head_{scale}_frames{suffix}" for scale in scales]


def pretrained_checkpoints(options):
    """The configured checkpoints of a backbone or model, [] if there are none."""
    files = options.get("checkpoints") or [options.get("checkpoint")]
    return [checkpoint for checkpoint in files if checkpoint]


def is_own(options):
    """Whether a model is the user's own, to be taken as it is."""
    return options.get("head") in ("custom", "exported")


def is_trained(options):
    """Whether the workflow trains a backbone or model: no weights for it are configured."""
    given = pretrained_checkpoints(options) or options.get("weights") or is_own(options)
    return not given and options.get("architecture") != "precomputed"


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
    """Input function: the weights of the model's heads, trained or given."""
    options = models[wildcards.model]
    if is_trained(options):
        return head_files(wildcards.dataset, wildcards.model, ".pt")
    if is_own(options):
        return [options["file"]] if options.get("file") else options["files"]
    return [checkpoint["path"] for checkpoint in pretrained_checkpoints(options)]


def model_options(wildcards):
    """Params function: the model's options but for its checkpoints, which are inputs."""
    inputs = ("checkpoint", "checkpoints")
    options = models[wildcards.model]
    return {key: value for key, value in options.items() if key not in inputs}


used_backbones = list(
    dict.fromkeys(models[name]["backbone"] for name in config["models"])
)
trained_backbones = [
    name
    for name in used_backbones
    if is_trained(backbones[name]) and has_videos(config["dataset"])
]
trained_models = [name for name in config["models"] if is_trained(models[name])]
is_anything_trained = bool(trained_backbones or trained_models)
read_splits = ["train", "validation"] if is_anything_trained else ["validation"]


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


def failed_tables(dataset):
    """The tables of videos that were left out, of the splits that are read."""
    backbone = models[config["models"][0]]["backbone"]
    kind = "gulp_failed" if has_videos(dataset) else f"import_failed_{backbone}"
    return [f"results/{dataset}/tables/{kind}_{split}.csv" for split in read_splits]


def collated_files(wildcards):
    """Input function: the collated results of the models to explain."""
    folder = f"results/{wildcards.dataset}/collated"
    return [f"{folder}/{model}.h5" for model in config["models"]]


def evidence_rate(wildcards):
    """Params function: frames gulped per frame that the data set's ground truth counts."""
    fps = config["gulp"]["fps"]
    return fps / (datasets[wildcards.dataset]["ground_truth_fps"] or fps)
