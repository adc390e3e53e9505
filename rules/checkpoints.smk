# In: nothing but the configuration. Out: the pretrained checkpoints that it names.
import re

downloads = files_to_download(networks)


rule download_checkpoint:
    """Download a released checkpoint, once, where Snakemake runs: nodes may have no internet."""
    output:
        checkpoint="checkpoints/{file}",
    log:
        "results/logs/download_checkpoint/{file}.log",
    benchmark:
        "results/benchmarks/download_checkpoint/{file}.tsv"
    wildcard_constraints:
        file="|".join(map(re.escape, downloads)) or "(?!)",
    localrule: True
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(500),
        runtime=by_attempt(60),
    params:
        origin=lambda wildcards: downloads[wildcards.file],
    script:
        "../scripts/download_checkpoint.py"
