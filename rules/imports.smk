# In: features that another program computed. Out: the same, checked, and those that failed.


rule import_features:
    """Check the features of a shard and bring them into a feature file."""
    input:
        features=lambda wildcards: datasets.definitions[wildcards.dataset]["features"][
            wildcards.split
        ],
        clips=dataset_file("{split}"),
        labels=dataset_file("labels"),
    output:
        features="results/{dataset}/shards/features/{backbone}/{split}/{scatteritem}.h5",
        failed="results/{dataset}/shards/import_failed/{backbone}/{split}/{scatteritem}.csv",
    log:
        "results/{dataset}/logs/import_features/{backbone}/{split}/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/import_features/{backbone}/{split}/{scatteritem}.tsv"
    wildcard_constraints:
        dataset=datasets.names_of("features"),
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000, clip_list_memory),
        runtime=by_attempt(120),
    params:
        feature_dim=lambda wildcards: networks.backbones[wildcards.backbone][
            "feature_dim"
        ],
        label_name=label_name,
        shard_by=config["shard_by"],
        fps=lambda wildcards: datasets.fps(wildcards.dataset),
        content=content_of_shard("features"),
    script:
        "../scripts/import_features.py"


rule judge_imports:
    """List the videos of a split whose features failed, if they are not too many."""
    input:
        clips=dataset_file("{split}"),
        labels=dataset_file("labels"),
        failed=shards_of(
            "results/{dataset}/shards/import_failed/{backbone}/{split}/{scatteritem}.csv"
        ),
    output:
        failed="results/{dataset}/tables/import_failed_{backbone}_{split}.csv",
    log:
        "results/{dataset}/logs/judge_imports/{backbone}/{split}.log",
    benchmark:
        "results/{dataset}/benchmarks/judge_imports/{backbone}/{split}.tsv"
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000, clip_list_memory),
        runtime=by_attempt(30),
    params:
        label_name=label_name,
        most_failed=lambda wildcards: datasets.most_failed(wildcards.dataset),
    script:
        "../scripts/judge_imports.py"
