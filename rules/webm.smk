# In: gulped validation frames. Out: clips to watch beside the values.


rule encode_webm:
    """Encode the gulped frames of every validation clip as VP9."""
    input:
        gulp="results/{dataset}/gulp/validation",
    output:
        webm=report(
            directory("results/{dataset}/webm"),
            patterns=["{uid}.webm"],
            caption="../captions/webm.rst",
            category="Clips",
            labels={"clip": "{uid}"},
        ),
    log:
        "results/{dataset}/logs/encode_webm.log",
    benchmark:
        "results/{dataset}/benchmarks/encode_webm.tsv"
    conda:
        "../envs/video.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(120),
    params:
        options=config["webm"],
        library=library_hash("encode_webm"),
    script:
        "../scripts/encode_webm.py"
