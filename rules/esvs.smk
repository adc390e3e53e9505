# In: validation features, priors and heads. Out: scores and ESVs at one number of frames.


rule compute_esvs:
    """Compute the ESVs of a model for a shard at one number of frames, for every class."""
    input:
        features=model_backbone_file(
            "results/{dataset}/shards/features/{backbone}/validation/{scatteritem}.h5"
        ),
        priors=model_priors,
        labels=dataset_file("labels"),
        heads=head_checkpoints,
    output:
        esvs="results/{dataset}/shards/esvs/{model}/{n_frames}_frames/{scatteritem}.h5",
    log:
        "results/{dataset}/logs/compute_esvs/{model}/{n_frames}_frames/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/compute_esvs/{model}/{n_frames}_frames/{scatteritem}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=False),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(120),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: networks.model_options(wildcards.model, "attribution"),
        batch_size=config["attribution"]["batch_size"],
        frame_sampling=frame_sampling,
        prior=config["prior"],
        device=config["device"],
        choices=lambda wildcards: [
            networks.models[wildcards.model]["attribution"]["method"]
        ],
    script:
        "../scripts/compute_esvs.py"


rule compute_all_frames_esvs:
    """Sample the ESVs of a model for every frame of every video of a shard."""
    input:
        features=model_backbone_file(
            "results/{dataset}/shards/features/{backbone}/validation/{scatteritem}.h5"
        ),
        priors=model_priors,
        labels=dataset_file("labels"),
        heads=head_checkpoints,
    output:
        esvs="results/{dataset}/shards/esvs/{model}/all_frames/{scatteritem}.h5",
    log:
        "results/{dataset}/logs/compute_all_frames_esvs/{model}/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/compute_all_frames_esvs/{model}/{scatteritem}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=False),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(240),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: networks.model_options(wildcards.model, "all_frames"),
        batch_size=config["attribution"]["batch_size"],
        device=config["device"],
        choices=lambda wildcards: [
            networks.models[wildcards.model]["all_frames"]["method"]
        ],
    script:
        "../scripts/compute_all_frames_esvs.py"


rule compute_clip_esvs:
    """Compute the ESVs of a network of whole clips for a shard, over elements of its clips."""
    input:
        gulp="results/{dataset}/shards/gulp/validation/{scatteritem}",
        priors=clip_priors,
        labels=dataset_file("labels"),
        network=clip_network_files,
    output:
        esvs="results/{dataset}/shards/esvs/{model}/{n_frames}_frames/{scatteritem}.h5",
    log:
        "results/{dataset}/logs/compute_clip_esvs/{model}/{n_frames}_frames/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/compute_clip_esvs/{model}/{n_frames}_frames/{scatteritem}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=True),
    conda:
        "../envs/torch.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(720),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: networks.model_options(wildcards.model, "attribution"),
        prior=lambda wildcards: networks.clip_prior(
            wildcards.model, datasets.has_training_clips(wildcards.dataset)
        ),
        left_out=lambda wildcards: [
            number
            for number in config["n_frames"]
            if number not in networks.numbers_of_frames(wildcards.model)
        ],
        device=config["device"],
        choices=lambda wildcards: [
            networks.models[wildcards.model]["attribution"]["method"]
        ],
    script:
        "../scripts/compute_clip_esvs.py"


rule gather_esvs:
    """Join the ESVs of all shards at one number of frames, or of every frame."""
    input:
        esvs=shards_of(
            "results/{dataset}/shards/esvs/{model}/{length}_frames/{scatteritem}.h5",
            split="validation",
        ),
        judged=ancient(judged_table),
    output:
        esvs="results/{dataset}/esvs/{model}/{length}_frames.h5",
    log:
        "results/{dataset}/logs/gather_esvs/{model}/{length}_frames.log",
    benchmark:
        "results/{dataset}/benchmarks/gather_esvs/{model}/{length}_frames.tsv"
    wildcard_constraints:
        length=r"\d+|all",
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000),
        runtime=by_attempt(60),
    script:
        "../scripts/gather_esvs.py"
