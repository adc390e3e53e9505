# In: what figures are drawn from. Out: every figure with its table; results/figures.


report: "../captions/report.rst"


# The files that the library's figures ask for by name; [] for those that a data set has not.
figure_files = {
    "collated": expand(
        "results/{{dataset}}/collated/{model}.h5", model=config["models"]
    ),
    "gulp": lambda wildcards: datasets.validation_gulp(wildcards.dataset),
    "ground_truth": dataset_file("ground_truth"),
    "training_logs": lambda wildcards: networks.training_logs(wildcards.dataset),
    "masking_checks": expand(
        "results/{{dataset}}/tables/masking_check_runs_{model}.csv",
        model=networks.clip_models,
    ),
    "order_checks": expand(
        "results/{{dataset}}/tables/frame_order_runs_{model}.csv",
        model=config["models"],
    ),
    **{
        f"comparison_{kind}": expand(
            f"results/{{{{dataset}}}}/tables/compared_{kind}_{{model}}.csv",
            model=networks.compared_models,
        )
        for kind in ("clips", "curves", "costs")
    },
    "sampling_studies": expand(
        "results/{{dataset}}/tables/sampling_error_runs_{model}.csv",
        model=networks.head_models,
    ),
    "frame_sets": "results/{dataset}/tables/frame_sets.csv",
    "with_sets": expand(
        "results/{{dataset}}/collated/{model}.h5",
        model=networks.models_with("frame_sets"),
    ),
    "frame_set_bounds": expand(
        "results/{{dataset}}/tables/frame_set_bounds_{model}.csv",
        model=(
            networks.head_models
            if config["figures"]["minimal_sets"]["every_frame_videos"]
            else []
        ),
    ),
    "with_pairs": expand(
        "results/{{dataset}}/collated/{model}.h5",
        model=networks.models_with("interactions"),
    ),
    "approximation_studies": expand(
        "results/{{dataset}}/tables/approximation_runs_{model}.csv",
        model=networks.head_models,
    ),
    "examples": "results/{dataset}/tables/filmstrips.csv",
    "all_frames_esvs": expand(
        "results/{{dataset}}/esvs/{model}/all_frames.h5", model=networks.head_models
    ),
}
drawn_figures = figures_to_draw(datasets, networks, config["dataset"])


for name, figure in read_catalogue().items():

    rule:
        """Draw one figure, and write the table of its numbers."""
        name:
            f"plot_{name}"
        input:
            **{need: figure_files[need] for need in figure.needs + figure.uses},
        output:
            png=report(
                f"results/{{dataset}}/plots/{name}.png",
                caption=f"../captions/{name}.rst",
                category=figure.category,
                labels={"figure": name.replace("_", " ")},
            ),
            pdf=f"results/{{dataset}}/plots/{name}.pdf",
            table=f"results/{{dataset}}/tables/{name}.csv",
        log:
            f"results/{{dataset}}/logs/plot_{name}.log",
        benchmark:
            f"results/{{dataset}}/benchmarks/plot_{name}.tsv"
        conda:
            "../envs/figures.yaml"
        threads: 1
        resources:
            mem_mb=by_attempt(1500),
            runtime=by_attempt(30),
        params:
            module=figure_module(name),
            width=config["figures"]["width"],
            options=options_of(name),
        script:
            "../scripts/plot_figure.py"


rule figures:
    """Gather the figures of the configured data set, with a gallery to look at them."""
    input:
        figures=expand(
            "results/{dataset}/plots/{figure}.{suffix}",
            dataset=config["dataset"],
            figure=drawn_figures,
            suffix=["png", "pdf"],
        ),
        tables=expand(
            "results/{dataset}/tables/{figure}.csv",
            dataset=config["dataset"],
            figure=drawn_figures,
        ),
        failed=[
            datasets.failed_table(config["dataset"], some_backbone, split)
            for split in networks.read_splits
        ],
        without_pictures=datasets.pictures_table(config["dataset"]),
        too_short=expand(
            "results/{dataset}/tables/too_short_{n_frames}_frames.csv",
            dataset=config["dataset"],
            n_frames=networks.lengths_that_count(),
        ),
        webm=(
            expand("results/{dataset}/webm", dataset=config["dataset"])
            if datasets.has_pictures(config["dataset"])
            else []
        ),
        captions=expand(
            os.path.relpath(project / "captions/{figure}.rst"), figure=drawn_figures
        ),
    output:
        figures=report(
            directory("results/figures"),
            patterns=["clips/{uid}.webm"],
            caption="../captions/webm.rst",
            category="Clips of the filmstrips",
            labels={"clip": "{uid}"},
        ),
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
        titles={name: figure.title for name, figure in drawn_figures.items()},
    script:
        "../scripts/figures.py"
