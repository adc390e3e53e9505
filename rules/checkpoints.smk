# In: nothing but the configuration. Out: the pretrained checkpoints that it names.

configured_checkpoints = {
    checkpoint["path"]: checkpoint
    for options in [*backbones.values(), *models.values()]
    for checkpoint in pretrained_checkpoints(options)
}
# A file that is there, fetched by hand perhaps, is used as it is. No rule makes it again:
# Snakemake would delete it first.
files_to_download = [
    path
    for path, checkpoint in configured_checkpoints.items()
    if checkpoint["url"] and not Path(path).exists()
]
check_own_checkpoints()


rule download_checkpoint:
    """Download a released checkpoint, once, where Snakemake runs: nodes may have no internet."""
    output:
        checkpoint="checkpoints/{file}",
    log:
        "results/logs/download_checkpoint/{file}.log",
    benchmark:
        "results/benchmarks/download_checkpoint/{file}.tsv"
    wildcard_constraints:
        file="|".join(
            re.escape(path.removeprefix("checkpoints/")) for path in files_to_download
        )
        or "(?!)",
    conda:
        "../envs/video.yaml"
    localrule: True
    threads: 1
    resources:
        mem_mb=500,
        runtime=60,
    params:
        origin=lambda wildcards: configured_checkpoints[f"checkpoints/{wildcards.file}"],
        library=library_hash("download_checkpoint"),
    script:
        "../scripts/download_checkpoint.py"
