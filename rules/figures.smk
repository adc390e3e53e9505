# In: every figure with its table, the clips and what was left out. Out: results/figures.

figure_names = [
    "filmstrips",
    "every_frame",
    "esv_by_position",
    "localisation",
    "class_by_position",
    "performance",
    "sampling_error",
    "training_curves",
]
if not dataset_path(config["dataset"], "ground_truth"):
    figure_names.remove("localisation")
if not is_anything_trained:
    figure_names.remove("training_curves")


rule figures:
    """Gather the figures of the configured data set, with a gallery to look at them."""
    input:
        figures=expand(
            "results/{dataset}/plots/{figure}.{suffix}",
            dataset=config["dataset"],
            figure=figure_names,
            suffix=["png", "pdf"],
        ),
        tables=expand(
            "results/{dataset}/tables/{figure}.csv",
            dataset=config["dataset"],
            figure=figure_names,
        ),
        failed=failed_tables(config["dataset"]),
        too_short=expand(
            "results/{dataset}/tables/too_short_{n_frames}_frames.csv",
            dataset=config["dataset"],
            n_frames=config["n_frames"],
        ),
        webm=(
            expand("results/{dataset}/webm", dataset=config["dataset"])
            if has_videos(config["dataset"])
            else []
        ),
        captions=expand("captions/{figure}.rst", figure=figure_names),
    output:
        figures=directory("results/figures"),
    log:
        "results/logs/figures.log",
    benchmark:
        "results/benchmarks/figures.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000),
        runtime=by_attempt(10),
    params:
        dataset=config["dataset"],
        models=config["models"],
        figure_names=figure_names,
        library=library_hash("figures"),
    script:
        "../scripts/figures.py"
