# In: ESVs, and what they are made from. Out: what models say of reversed and shuffled frames.


rule check_frame_order:
    """Ask a model about reversed and shuffled frames: scores, and ESVs that follow their frames."""
    input:
        features=model_backbone_file(
            "results/{dataset}/features/{backbone}/validation.h5"
        ),
        priors=model_priors,
        labels=dataset_file("labels"),
        heads=head_checkpoints,
        esvs=esvs_to_check,
    output:
        runs="results/{dataset}/tables/frame_order_runs_{model}.csv",
    log:
        "results/{dataset}/logs/check_frame_order/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/check_frame_order/{model}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=False),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(60),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: networks.model_options(wildcards.model, "attribution"),
        options=config["figures"]["frame_order"],
        device=config["device"],
        choices=lambda wildcards: [
            networks.models[wildcards.model]["attribution"]["method"]
        ],
    script:
        "../scripts/check_frame_order.py"


rule check_clip_frame_order:
    """Ask a network of whole clips about clips played backwards, and with shuffled elements."""
    input:
        gulp="results/{dataset}/gulp/validation",
        priors=clip_priors,
        labels=dataset_file("labels"),
        network=clip_network_files,
        esvs=esvs_to_check,
    output:
        runs="results/{dataset}/tables/frame_order_runs_{model}.csv",
    log:
        "results/{dataset}/logs/check_clip_frame_order/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/check_clip_frame_order/{model}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=True),
    conda:
        "../envs/torch.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(120),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: networks.model_options(wildcards.model, "attribution"),
        prior=lambda wildcards: networks.clip_prior(
            wildcards.model, datasets.has_training_clips(wildcards.dataset)
        ),
        options=config["figures"]["frame_order"],
        device=config["device"],
        choices=lambda wildcards: [
            networks.models[wildcards.model]["attribution"]["method"]
        ],
    script:
        "../scripts/check_clip_frame_order.py"
