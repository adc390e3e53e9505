# In: nothing but the configuration. Out: the pretrained checkpoints that it names.


def check_own_checkpoints():
    """Stop with a sentence if a checkpoint that is to be used is missing and nothing makes it."""
    used = [backbones[name] for name in used_backbones]
    used += [models[name] for name in config["models"]]
    for file in sum(map(pretrained_checkpoints, used), []):
        # Below results/ it may be what the training on another data set makes.
        made = file["url"] or file["path"].startswith("results/")
        if not made and not Path(file["path"]).exists():
            sys.exit(
                f"error: the checkpoint {file['path']} is not there and has no url: put the file "
                f"there, or give its path and url in the configuration"
            )


check_own_checkpoints()

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
        mem_mb=500,
        runtime=60,
    params:
        origin=lambda wildcards: files_to_download[wildcards.file],
        library=library_hash("download_checkpoint"),
    script:
        "../scripts/download_checkpoint.py"
