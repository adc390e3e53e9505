# In: the ESV files of a model. Out: one file over the videos common to all of them.


rule collate_esvs:
    """Join the results of a model for all numbers of frames."""
    input:
        esvs=lambda wildcards: expand(
            "results/{dataset}/esvs/{model}/{n_frames}_frames.h5",
            n_frames=networks.numbers_of_frames(wildcards.model),
            **wildcards,
        ),
        uids=config["collate"]["uids"] or [],
    output:
        collated="results/{dataset}/collated/{model}.h5",
    log:
        "results/{dataset}/logs/collate_esvs/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/collate_esvs/{model}.tsv"
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(30),
    script:
        "../scripts/collate_esvs.py"
