# Weights: which are given and which are trained, and the files of both, for rules of all stages.
import re

from playfair.models.backbones.published_weights import is_published_name
from playfair.provenance import module_hash


def initial_checkpoint(wildcards):
    """Input function: the weights that a backbone's training begins with, [] if random ones."""
    path = backbones[wildcards.backbone]["training"]["initial_checkpoint"] or ""
    # Published weights lie in torchvision's cache.
    return path if path and not is_published_name(path) else []


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
    return [] if is_published_name(weights) else weights


def head_checkpoints(wildcards):
    """Input function: the weights of the model's heads, trained or given."""
    options = models[wildcards.model]
    if is_trained(options):
        return head_files(wildcards.dataset, wildcards.model, ".pt")
    if is_own(options):
        return [options["file"]] if options.get("file") else options["files"]
    return [checkpoint["path"] for checkpoint in pretrained_checkpoints(options)]


def with_code_hash(options):
    """The options of a model with the hash of the user's code that makes its head, if any does."""
    if options["head"] != "custom":
        return options
    # Apart from the configuration, whose schema knows no hashes; as a param of the jobs that use
    # the model it makes them stale when the code has changed.
    return {**options, "code_hash": module_hash(options["factory"].split(":")[0])}


def model_options(*sections):
    """Params function: what a job uses of the model's options, with these sections of them.

    Checkpoints are inputs; no job that uses a model trains it.
    """
    unused = {"checkpoint", "checkpoints", "attribution", "all_frames", "training"}
    unused.difference_update(sections)

    def options(wildcards):
        all_options = with_code_hash(models[wildcards.model])
        return {key: value for key, value in all_options.items() if key not in unused}

    return options


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

# What figures are drawn from and the configured data set has not.
missing_files = set()
if not dataset_path(config["dataset"], "ground_truth"):
    missing_files.add("ground_truth")
if not is_anything_trained:
    missing_files.add("training_logs")


def files_to_provide(kind, name):
    """The files that a backbone or model is read from and that no rule makes, by their key."""
    options = {"backbones": backbones, "models": models}[kind][name]
    own = [file["path"] for file in pretrained_checkpoints(options) if not file["url"]]
    given = {
        "checkpoints" if options.get("checkpoints") else "checkpoint": own,
        "file": [options.get("file")],
        "files": options.get("files"),
        "weights": [options.get("weights")],
    }
    if kind == "backbones" and name in trained_backbones:
        initial = options["training"]["initial_checkpoint"]
        given["training.initial_checkpoint"] = [initial]
    return {
        f"definitions.{kind}.{name}.{key}": [
            path for path in paths or [] if path and not is_published_name(path)
        ]
        for key, paths in given.items()
    }


def check_own_files():
    """Stop with a sentence if a file or module that is to be used is missing and none makes it."""
    used = [("backbones", name) for name in used_backbones]
    used += [("models", name) for name in config["models"]]
    for kind, name in used:
        for key, paths in files_to_provide(kind, name).items():
            for path in paths:
                # Below results/ it may be what the training on another data set makes.
                if path.startswith("results/") or Path(path).exists():
                    continue
                remedy = "give its url" if ".checkpoint" in key else "name another"
                sys.exit(
                    f"error: the file {path} of the config key {key} is not there: put it there, "
                    f"or {remedy} in the configuration"
                )
    try:
        for name in config["models"]:
            with_code_hash(models[name])
    except InputError as error:
        sys.exit(f"error: {error}")


def training_logs(wildcards):
    """Input function: the training logs of the models that are trained, backbones first."""
    folder = f"results/{wildcards.dataset}/checkpoints"
    logs = [f"{folder}/{backbone}/backbone.csv" for backbone in trained_backbones]
    for model in trained_models:
        logs += head_files(wildcards.dataset, model, ".csv")
    return logs
