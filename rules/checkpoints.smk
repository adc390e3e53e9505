# In: nothing but the configuration. Out: the pretrained checkpoints that it names.

check_own_files()

# A file that is there, fetched by hand perhaps, is used as it is. No rule makes it again:
# Snakemake would delete it first.
files_to_download = {
    file["path"].removeprefix("checkpoints/"): file
    for options in [*backbones.values(), *models.values()]
    for file in pretrained_checkpoints(options)
    if file["url"] and not Path(file["path"]).exists()
}


rule download_checkpoint:
    """Download a released checkpoint, once, where Snakemake runs: nodes may have no internet."""
    output:
        checkpoint="checkpoints/{file}",
    log:
        "results/logs/download_checkpoint/{file}.log",
    benchmark:
        "results/benchmarks/download_checkpoint/{file}.tsv"
    wildcard_constraints:
        file="|".join(map(re.escape, files_to_download)) or "(?!)",
    localrule: True
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(500),
        runtime=by_attempt(60),
    params:
        origin=lambda wildcards: files_to_download[wildcards.file],
        library=library_hash("download_checkpoint"),
    script:
        "../scripts/download_checkpoint.py"
