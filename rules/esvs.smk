# In: validation features, priors and heads. Out: scores and ESVs at one number of frames.


rule compute_esvs:
    """Compute the ESVs of a model at one number of frames, for every class."""
    input:
        features=model_backbone_file(
            "results/{dataset}/features/{backbone}/validation.h5"
        ),
        priors="results/{dataset}/class_priors.csv",
        labels=dataset_file("labels"),
        heads=head_checkpoints,
    output:
        esvs="results/{dataset}/esvs/{model}/{n_frames}_frames.h5",
    log:
        "results/{dataset}/logs/compute_esvs/{model}/{n_frames}_frames.log",
    benchmark:
        "results/{dataset}/benchmarks/compute_esvs/{model}/{n_frames}_frames.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(120),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: models[wildcards.model],
        batch_size=config["attribution"]["batch_size"],
        device=config["device"],
        library=library_hash("compute_esvs"),
    script:
        "../scripts/compute_esvs.py"


rule compute_all_frames_esvs:
    """Sample the ESVs of a model for every frame of every video."""
    input:
        features=model_backbone_file(
            "results/{dataset}/features/{backbone}/validation.h5"
        ),
        priors="results/{dataset}/class_priors.csv",
        labels=dataset_file("labels"),
        heads=head_checkpoints,
    output:
        esvs="results/{dataset}/esvs/{model}/all_frames.h5",
    log:
        "results/{dataset}/logs/compute_all_frames_esvs/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/compute_all_frames_esvs/{model}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(240),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: models[wildcards.model],
        batch_size=config["attribution"]["batch_size"],
        device=config["device"],
        library=library_hash("compute_all_frames_esvs"),
    script:
        "../scripts/compute_all_frames_esvs.py"
