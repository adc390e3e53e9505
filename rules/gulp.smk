# In: labels and videos of a split, and features that are of them. Out: its frames in GulpIO chunks, and the videos that failed.


rule gulp_videos:
    """Decode the videos of a shard at a constant frame rate into GulpIO chunks of JPEGs."""
    input:
        clips=of_shard(dataset_file("{split}")),
        labels=dataset_file("labels"),
        videos=of_shard(dataset_file("videos")),
        features=features_of_pictures,
    output:
        gulp=directory("results/{dataset}/shards/gulp/{split}/{scatteritem}"),
        failed="results/{dataset}/shards/gulp_failed/{split}/{scatteritem}.csv",
    log:
        "results/{dataset}/logs/gulp_videos/{split}/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/gulp_videos/{split}/{scatteritem}.tsv"
    conda:
        "../envs/video.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(2000, clip_list_memory),
        runtime=by_attempt(120),
    params:
        options=lambda wildcards: datasets.gulp_options(wildcards.dataset),
        extension=lambda wildcards: datasets.definitions[wildcards.dataset].get(
            "extension"
        ),
        label_name=label_name,
        shard_by=config["shard_by"],
        content=content_of_shard("videos"),
    script:
        "../scripts/gulp_videos.py"


rule gather_gulp:
    """Join the gulped shards of a split, if not too many of its videos failed."""
    input:
        gulp=shards_of("results/{dataset}/shards/gulp/{split}/{scatteritem}"),
        failed=shards_of(
            "results/{dataset}/shards/gulp_failed/{split}/{scatteritem}.csv"
        ),
    output:
        gulp=directory("results/{dataset}/gulp/{split}"),
        failed="results/{dataset}/tables/gulp_failed_{split}.csv",
    log:
        "results/{dataset}/logs/gather_gulp/{split}.log",
    benchmark:
        "results/{dataset}/benchmarks/gather_gulp/{split}.tsv"
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000),
        runtime=by_attempt(30),
    params:
        most_failed=lambda wildcards: datasets.most_failed(wildcards.dataset),
    script:
        "../scripts/gather_gulp.py"


rule list_too_short_videos:
    """List the validation videos that have fewer frames than are to be explained."""
    input:
        videos=lambda wildcards: (
            datasets.validation_gulp(wildcards.dataset)
            if datasets.has_videos(wildcards.dataset)
            else f"results/{wildcards.dataset}/features/{some_backbone}/validation.h5"
        ),
    output:
        table="results/{dataset}/tables/too_short_{n_frames}_frames.csv",
    log:
        "results/{dataset}/logs/list_too_short_videos/{n_frames}_frames.log",
    benchmark:
        "results/{dataset}/benchmarks/list_too_short_videos/{n_frames}_frames.tsv"
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000),
        runtime=by_attempt(10),
    script:
        "../scripts/list_too_short_videos.py"
