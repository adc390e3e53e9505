# Weights: which are given and which are trained, and the files of both, for rules of all stages.


def initial_checkpoint(wildcards):
    """Input function: the weights that a backbone's training begins with, [] if random ones."""
    path = backbones[wildcards.backbone]["training"]["initial_checkpoint"] or ""
    # A name in capitals lies in torchvision's cache.
    return path if re.search("[^A-Z0-9_]", path) else []


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
