# Paths, the checked configuration and the library's hashes: what the rules of all stages share.
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
from playfair.data.clips.clip_tables import check_tells_splits
from playfair.data.clips.shards import shard_hashes
from playfair.errors import InputError
from playfair.figures.catalogue import read_catalogue
from playfair.files import is_hdf5
from playfair.provenance import code_hash

try:
    config.update(complete_config(config))
    lists = config["definitions"]["datasets"][config["dataset"]]
    if lists.get("train") and lists.get("train") == lists.get("validation"):
        check_tells_splits(lists["train"])
except InputError as error:
    sys.exit(f"error: {error}")

datasets = config["definitions"]["datasets"]
backbones = config["definitions"]["backbones"]
models = config["definitions"]["models"]


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


def library_hash(script, *modules, choices=()):
    """The hash of the library code that a script uses: a changed one makes its jobs stale.

    modules: what the script imports by names that do not stand in it. choices: what its jobs have
    chosen by name from tables of the library, such as a method.
    """
    path = Path(workflow.basedir, "scripts", f"{script}.py")
    return code_hash(
        path, workflow.basedir, choices=frozenset(choices), also=frozenset(modules)
    )


def library_hash_by_method(script, section):
    """Params function: as library_hash, of the method in this section of the model's options."""
    return lambda wildcards: library_hash(
        script, choices=[models[wildcards.model][section]["method"]]
    )


def library_hash_by_architecture(script):
    """Params function: as library_hash, of the backbone's architecture."""
    return lambda wildcards: library_hash(
        script,
        choices=[backbones[wildcards.backbone]["architecture"].partition("/")[0]],
    )


def by_attempt(amount, reads_clips=False):
    """Resource function: what a job gets, twice of it at the second attempt, and so on.

    A job that reads the list of all clips gets MB for that too: several times the file's size.
    """

    def resource(wildcards, input, attempt):
        if not reads_clips or is_hdf5(input.clips):
            return amount * attempt
        return (amount + 8 * Path(input.clips).stat().st_size // 10**6) * attempt

    return resource


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


def failed_table(dataset, backbone, split):
    """The table of videos that failed, which is written if they are not too many."""
    kind = "gulp_failed" if has_videos(dataset) else f"import_failed_{backbone}"
    return f"results/{dataset}/tables/{kind}_{split}.csv"


def judged_table(wildcards):
    """Input function: the table of failed videos of the wildcards' split, or of validation."""
    backbone = wildcards.get("backbone") or models[wildcards.model]["backbone"]
    split = wildcards.get("split", "validation")
    return failed_table(wildcards.dataset, backbone, split)


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


def failed_tables(dataset):
    """The tables of videos that were left out, of the splits that are read."""
    backbone = models[config["models"][0]]["backbone"]
    return [failed_table(dataset, backbone, split) for split in read_splits]


def collated_files(wildcards):
    """Input function: the collated results of the models to explain."""
    folder = f"results/{wildcards.dataset}/collated"
    return [f"{folder}/{model}.h5" for model in config["models"]]


def frame_rate(dataset):
    """Frames per second that the models see: as gulped, or of the data set's features."""
    return config["gulp"]["fps"] if has_videos(dataset) else datasets[dataset]["fps"]


def figure_options(name, figure):
    """Params function: the facts and the options that a figure takes, by their names."""

    def options(wildcards):
        fps = frame_rate(wildcards.dataset)
        # Frames of the model per frame that the data set's ground truth counts.
        rate = fps / (datasets[wildcards.dataset]["ground_truth_fps"] or fps)
        facts = {"fps": fps, "evidence_rate": rate}
        own = config["figures"].get(name, {})
        return {
            **{fact: facts[fact] for fact in figure.facts},
            **{option: own[option] for option in figure.options},
        }

    return options
