# In: what compute_esvs takes. Out: values by further methods, which `methods` in the configuration
# names, beside those by the model's own: ESVs, and attributions that are none.


use rule compute_esvs as compute_method_esvs with:
    output:
        esvs="results/{dataset}/shards/esvs/{model}/{method}/{n_frames}_frames/{scatteritem}.h5",
    log:
        "results/{dataset}/logs/compute_method_esvs/{model}/{method}/{n_frames}_frames/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/compute_method_esvs/{model}/{method}/{n_frames}_frames/{scatteritem}.tsv"
    wildcard_constraints:
        method=methods.names_of(gives_esvs=True),
        model=networks.names_of(clip_networks=False),
    params:
        model=lambda wildcards: methods.model_options(networks, **wildcards),
        batch_size=config["attribution"]["batch_size"],
        frame_sampling=frame_sampling,
        prior=config["prior"],
        device=config["device"],
        choices=lambda wildcards: methods.choices(wildcards.method),


use rule compute_clip_esvs as compute_clip_method_esvs with:
    output:
        esvs="results/{dataset}/shards/esvs/{model}/{method}/{n_frames}_frames/{scatteritem}.h5",
    log:
        "results/{dataset}/logs/compute_clip_method_esvs/{model}/{method}/{n_frames}_frames/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/compute_clip_method_esvs/{model}/{method}/{n_frames}_frames/{scatteritem}.tsv"
    wildcard_constraints:
        method=methods.names_of(gives_esvs=True),
        model=networks.names_of(clip_networks=True),
    params:
        model=lambda wildcards: methods.model_options(networks, **wildcards),
        prior=lambda wildcards: networks.clip_prior(
            wildcards.model, datasets.has_training_clips(wildcards.dataset)
        ),
        left_out=[],
        device=config["device"],
        choices=lambda wildcards: methods.choices(wildcards.method),


use rule gather_esvs as gather_method_esvs with:
    input:
        esvs=shards_of(
            "results/{dataset}/shards/esvs/{model}/{method}/{n_frames}_frames/{scatteritem}.h5",
            split="validation",
        ),
        judged=ancient(judged_table),
    output:
        esvs="results/{dataset}/esvs/{model}/{method}/{n_frames}_frames.h5",
    log:
        "results/{dataset}/logs/gather_method_esvs/{model}/{method}/{n_frames}_frames.log",
    benchmark:
        "results/{dataset}/benchmarks/gather_method_esvs/{model}/{method}/{n_frames}_frames.tsv"
    wildcard_constraints:
        method=methods.names_of(gives_esvs=True),


rule compute_attributions:
    """Compute attributions of a shard that are no ESVs, for the true and the predicted class."""
    input:
        features=model_backbone_file(
            "results/{dataset}/shards/features/{backbone}/validation/{scatteritem}.h5"
        ),
        priors=model_priors,
        labels=dataset_file("labels"),
        heads=head_checkpoints,
    output:
        attributions="results/{dataset}/shards/attributions/{model}/{method}/{n_frames}_frames/{scatteritem}.h5",
    log:
        "results/{dataset}/logs/compute_attributions/{model}/{method}/{n_frames}_frames/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/compute_attributions/{model}/{method}/{n_frames}_frames/{scatteritem}.tsv"
    wildcard_constraints:
        method=methods.names_of(gives_esvs=False),
        model=networks.names_of(clip_networks=False),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(120),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: methods.model_options(networks, **wildcards),
        batch_size=config["attribution"]["batch_size"],
        frame_sampling=frame_sampling,
        prior=config["prior"],
        device=config["device"],
        choices=lambda wildcards: methods.choices(wildcards.method),
    script:
        "../scripts/compute_attributions.py"


use rule gather_esvs as gather_attributions with:
    input:
        esvs=shards_of(
            "results/{dataset}/shards/attributions/{model}/{method}/{n_frames}_frames/{scatteritem}.h5",
            split="validation",
        ),
        judged=ancient(judged_table),
    output:
        esvs="results/{dataset}/attributions/{model}/{method}/{n_frames}_frames.h5",
    log:
        "results/{dataset}/logs/gather_attributions/{model}/{method}/{n_frames}_frames.log",
    benchmark:
        "results/{dataset}/benchmarks/gather_attributions/{model}/{method}/{n_frames}_frames.tsv"
    wildcard_constraints:
        method=methods.names_of(gives_esvs=False),
