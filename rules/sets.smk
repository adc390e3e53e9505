# In: collated results. Out: the smallest sets of frames that keep a prediction, for use elsewhere;
# on request small sets among every frame.


rule list_frame_sets:
    """List the frames that keep a prediction, and how many of them, or must go to change it."""
    input:
        collated=expand(
            "results/{{dataset}}/collated/{model}.h5",
            model=networks.models_with("frame_sets"),
        ),
    output:
        frames="results/{dataset}/tables/sufficient_frames.csv",
        sizes="results/{dataset}/tables/frame_sets.csv",
    log:
        "results/{dataset}/logs/list_frame_sets.log",
    benchmark:
        "results/{dataset}/benchmarks/list_frame_sets.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(30),
    script:
        "../scripts/list_frame_sets.py"


rule bound_frame_sets:
    """Search every frame of some videos for sets that keep or change a prediction: upper bounds."""
    input:
        features=model_backbone_file(
            "results/{dataset}/features/{backbone}/validation.h5"
        ),
        priors=model_priors,
        labels=dataset_file("labels"),
        heads=head_checkpoints,
        esvs="results/{dataset}/esvs/{model}/all_frames.h5",
    output:
        bounds="results/{dataset}/tables/frame_set_bounds_{model}.csv",
    log:
        "results/{dataset}/logs/bound_frame_sets/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/bound_frame_sets/{model}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=False),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(120),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: networks.model_options(wildcards.model, "all_frames"),
        videos=config["figures"]["minimal_sets"]["every_frame_videos"],
        device=config["device"],
    script:
        "../scripts/bound_frame_sets.py"
