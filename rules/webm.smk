# In: gulped validation frames. Out: clips to watch beside the values, and frames as files.


rule encode_webm:
    """Encode the gulped frames of every validation clip of a shard as VP9."""
    input:
        gulp=made_again_if_lost(
            "results/{dataset}/shards/webm/{scatteritem}",
            lambda wildcards: "results/{dataset}/shards/gulp/validation/{scatteritem}".format(
                **wildcards
            ),
        ),
        uids=config["webm"]["uids"] or [],
    output:
        webm=directory("results/{dataset}/shards/webm/{scatteritem}"),
    log:
        "results/{dataset}/logs/encode_webm/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/encode_webm/{scatteritem}.tsv"
    conda:
        "../envs/video.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(120),
    params:
        options={"crf": config["webm"]["crf"]},
    script:
        "../scripts/encode_webm.py"


rule gather_webm:
    """Link the clips of all shards into one directory."""
    input:
        webm=made_again_if_lost(
            "results/{dataset}/webm",
            shards_of(
                "results/{dataset}/shards/webm/{scatteritem}", split="validation"
            ),
        ),
    output:
        webm=directory("results/{dataset}/webm"),
    log:
        "results/{dataset}/logs/gather_webm.log",
    benchmark:
        "results/{dataset}/benchmarks/gather_webm.tsv"
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000),
        runtime=by_attempt(30),
    script:
        "../scripts/gather_webm.py"


rule write_jpegs:
    """Write the frames of validation clips as JPEG files, a folder for each clip."""
    input:
        gulp="results/{dataset}/gulp/validation",
        uids=config["webm"]["uids"] or [],
    output:
        frames=directory("results/{dataset}/frames"),
    log:
        "results/{dataset}/logs/write_jpegs.log",
    benchmark:
        "results/{dataset}/benchmarks/write_jpegs.tsv"
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000),
        runtime=by_attempt(60),
    script:
        "../scripts/write_jpegs.py"
