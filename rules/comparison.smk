# In: validation features and heads, ESVs, and values by other methods. Out: how good these are.


rule compare_attributions:
    """Compare attribution methods of a model: what discarding by them does, where they point."""
    input:
        features=model_backbone_file(
            "results/{dataset}/features/{backbone}/validation.h5"
        ),
        priors=model_priors,
        labels=dataset_file("labels"),
        heads=head_checkpoints,
        ground_truth=dataset_file("ground_truth"),
        esvs=expand(
            "results/{{dataset}}/esvs/{{model}}/{n_frames}_frames.h5",
            n_frames=networks.compared_lengths,
        ),
        of_methods=lambda wildcards: methods.compared_files(
            wildcards.dataset, networks, wildcards.model
        ),
        given=lambda wildcards: list(methods.given(wildcards.model).values()),
    output:
        clips="results/{dataset}/tables/compared_clips_{model}.csv",
        curves="results/{dataset}/tables/compared_curves_{model}.csv",
        costs="results/{dataset}/tables/compared_costs_{model}.csv",
    log:
        "results/{dataset}/logs/compare_attributions/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/compare_attributions/{model}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=False),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(6000),
        runtime=by_attempt(120),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: networks.model_options(wildcards.model, "attribution"),
        options={
            name: config["comparison"][name] for name in ("n_frames", "timed_clips")
        },
        sections=lambda wildcards: methods.compared_sections(networks, wildcards.model),
        given=lambda wildcards: list(methods.given(wildcards.model)),
        evidence_rate=lambda wildcards: datasets.evidence_rate(wildcards.dataset),
        device=config["device"],
        choices=lambda wildcards: [
            networks.models[wildcards.model]["attribution"]["method"],
            "uniform",
            *methods.compared_choices(networks, wildcards.model),
        ],
    script:
        "../scripts/compare_attributions.py"
