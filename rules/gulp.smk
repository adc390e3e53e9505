# In: labels and videos of a split. Out: its frames in GulpIO chunks, and the videos that failed.


rule gulp_videos:
    """Decode the videos of a split at a constant frame rate into GulpIO chunks of JPEGs."""
    input:
        clips=dataset_file("{split}"),
        labels=dataset_file("labels"),
        videos=dataset_file("videos"),
    output:
        gulp=directory("results/{dataset}/gulp/{split}"),
        failed="results/{dataset}/tables/gulp_failed_{split}.csv",
    log:
        "results/{dataset}/logs/gulp_videos/{split}.log",
    benchmark:
        "results/{dataset}/benchmarks/gulp_videos/{split}.tsv"
    conda:
        "../envs/video.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(120),
    params:
        options=config["gulp"],
        extension=lambda wildcards: datasets[wildcards.dataset].get(
            "extension", ".webm"
        ),
        library=library_hash("gulp_videos"),
    script:
        "../scripts/gulp_videos.py"


rule list_too_short_videos:
    """List the validation videos that have fewer frames than are to be explained."""
    input:
        gulp="results/{dataset}/gulp/validation",
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
    params:
        library=library_hash("list_too_short_videos"),
    script:
        "../scripts/list_too_short_videos.py"
