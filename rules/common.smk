# Paths and the checked configuration: what the rules of all stages share.
import os

if any(map(str.isspace, sys.executable)):
    # Snakemake puts it into the commands of scripts without quotes.
    sys.executable = os.path.relpath(sys.executable)
# Threads that wait for work sleep: spinning, they would take the cores of the jobs beside them.
# Memory that is freed is kept for the next batch, up to 1 GiB: fresh pages cost networks a fifth
# of their time.
shell.prefix(
    f"export PYTHONPATH={str(project)!r}:${{{{PYTHONPATH:-}}}} OMP_WAIT_POLICY=passive "
    f"MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_={1 << 30}; "
)

from snakemake.utils import update_config

from playfair.config import complete_config
from playfair.data.clips.frame_sampling import sampling_text
from playfair.figures.catalogue import figure_module, read_catalogue
from playfair.files import lost_files
from playfair.provenance import code_hash
from playfair.workflow.datasets import Datasets, memory_for_clips
from playfair.workflow.figures import figure_options, figures_to_draw
from playfair.workflow.given_files import files_to_download
from playfair.workflow.methods import Methods
from playfair.workflow.networks import Networks

# A workflow that uses this one as a module gives a configuration of its own.
update_config(defaults, config)
try:
    config.update(complete_config(defaults))
    datasets = Datasets(config)
    networks = Networks(config)
    methods = Methods(config)
    datasets.check_lists(config["dataset"])
except InputError as error:
    sys.exit(f"error: {error}")


# How the frames that models with heads see are sampled, in words, as files carry it.
frame_sampling = sampling_text(
    config["frame_sampling"], config["snippet_length"], config["frame_step"]
)


scattergather:
    train=config["shards"]["train"],
    validation=config["shards"]["validation"],


# What rules run in with `--sdm apptainer`; conda environments are each rule's own.
if config["container"]:

    container: config["container"]


wildcard_constraints:
    dataset="|".join(datasets.definitions),
    backbone="|".join(networks.backbones),
    model="|".join(networks.models),
    split="train|validation",
    n_frames=r"\d+",
    scale=r"\d+",


def shards_of(pattern, split=None):
    """Input function: the files of all shards of a split, the wildcard's by default."""
    return lambda wildcards: getattr(gather, split or wildcards.split)(
        pattern, **wildcards
    )


def of_shard(path):
    """An input that all shards share. Dealt by hash, shards look after their own changes to it."""
    return ancient(path) if config["shard_by"] == "hash" else path


def content_of_shard(kind):
    """Params function: what a shard's clips and their files (videos, features) are.

    By it changes are noticed. It takes no input: Snakemake compares params that no input goes into.
    """
    return lambda wildcards: datasets.shard_content(
        wildcards.dataset, wildcards.split, wildcards.scatteritem, kind
    )


def made_again_if_lost(directory, files):
    """Input function: the files that a function gives, from which a directory is made.

    Snakemake looks for the directory only: if it has lost a file, its job is called for here.
    """

    def input_files(wildcards):
        path = directory.format(**wildcards)
        if workflow.is_main_process and Path(path).is_dir() and lost_files(path):
            workflow.dag.forcefiles.add(path)
        return files(wildcards)

    return input_files


def library_hash(script, params):
    """Params function: the hash of the library code that a script of a rule uses.

    Of the rule's params count `module`, what the script imports by a name that does not stand in
    it, and `choices`, a function of what its jobs have chosen by name from the library's tables.
    """
    path, named = Path(project, "rules", script), dict(params.items())
    modules = frozenset([named["module"]] if "module" in named else [])
    choices = named.get("choices", lambda wildcards: [])
    return lambda wildcards: code_hash(
        path,
        project,
        frozenset(choices(wildcards)),
        modules,
        memory=".snakemake/playfair_sources.json",
    )


def by_attempt(amount, more=lambda input: 0):
    """Resource function: what a job gets, and more, twice of it at the second attempt, ..."""
    return lambda wildcards, input, attempt: (amount + more(input)) * attempt


def clip_list_memory(input):
    """Memory in MB for the list of all clips."""
    return memory_for_clips(input.clips)


def feature_memory(input):
    """Memory in MB for features, up to those that stay in their file."""
    return min(8192, int(input.size_mb))


def dataset_file(name):
    """Input function: a file of the data set, [] if it has none; {split} is filled in."""
    return lambda wildcards: datasets.file(wildcards.dataset, name.format(**wildcards))


# By which failed imports of features are found; none where all models see frames.
some_backbone = (networks.used_backbones or [""])[0]


def backbone_of(wildcards):
    """The wildcards' backbone, or that of their model, if it has one."""
    return wildcards.get("backbone") or networks.models[wildcards.model].get("backbone")


def features_of_pictures(wildcards):
    """Input function: the features of which the frames of a shard are only pictures, else []."""
    path = "results/{dataset}/shards/features/{backbone}/{split}/{scatteritem}.h5"
    if datasets.has_videos(wildcards.dataset):
        return []
    return path.format(backbone=some_backbone, **wildcards)


def model_backbone_file(pattern):
    """Input function: a file of the backbone that the model is built on."""
    return lambda wildcards: pattern.format(
        backbone=backbone_of(wildcards), **wildcards
    )


def judged_table(wildcards):
    """Input function: the table of failed videos of the wildcards' split, or of validation."""
    split = wildcards.get("split", "validation")
    return datasets.failed_table(wildcards.dataset, backbone_of(wildcards), split)


def model_priors(wildcards):
    """Input function: what the model says of no frames."""
    return networks.priors(wildcards.dataset, wildcards.model)


def head_checkpoints(wildcards):
    """Input function: the weights of the model's heads, trained or given."""
    return networks.head_checkpoints(wildcards.dataset, wildcards.model)


def clip_priors(wildcards):
    """Input function: the class frequencies, [] where no clips are to train on."""
    if datasets.has_training_clips(wildcards.dataset):
        return f"results/{wildcards.dataset}/class_priors.csv"
    return []


def clip_network_files(wildcards):
    """Input function: the files of the model, a network of whole clips."""
    return networks.clip_files(wildcards.dataset, wildcards.model)


def esvs_to_check(wildcards):
    """Input function: the model's ESVs at the number of frames at which it is checked."""
    n_frames = networks.checked_elements(wildcards.model)
    return f"results/{wildcards.dataset}/esvs/{wildcards.model}/{n_frames}_frames.h5"


def label_name(wildcards):
    """Params function: what lists of the data set call the class name, None if as usual."""
    return datasets.label_name(wildcards.dataset)


def options_of(figure):
    """Params function: what a figure is given besides its files."""
    return lambda wildcards: figure_options(figure, config, datasets, wildcards.dataset)
