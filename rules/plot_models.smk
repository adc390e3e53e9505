# In: training logs and collated results. Out: how good the models are.


rule plot_performance:
    """Plot accuracy and true-class score by number of frames, model against model."""
    input:
        collated=collated_files,
    output:
        png=report(
            "results/{dataset}/plots/performance.png",
            caption="../captions/performance.rst",
            category="Models",
            labels={"figure": "performance"},
        ),
        pdf="results/{dataset}/plots/performance.pdf",
        table="results/{dataset}/tables/performance.csv",
    log:
        "results/{dataset}/logs/plot_performance.log",
    benchmark:
        "results/{dataset}/benchmarks/plot_performance.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1500),
        runtime=by_attempt(30),
    params:
        library=library_hash("plot_performance"),
    script:
        "../scripts/plot_performance.py"


rule plot_training_curves:
    """Plot loss and accuracy per epoch of the backbones and heads."""
    input:
        training_logs=training_logs,
    output:
        png=report(
            "results/{dataset}/plots/training_curves.png",
            caption="../captions/training_curves.rst",
            category="Models",
            labels={"figure": "training curves"},
        ),
        pdf="results/{dataset}/plots/training_curves.pdf",
        table="results/{dataset}/tables/training_curves.csv",
    log:
        "results/{dataset}/logs/plot_training_curves.log",
    benchmark:
        "results/{dataset}/benchmarks/plot_training_curves.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1500),
        runtime=by_attempt(30),
    params:
        library=library_hash("plot_training_curves"),
    script:
        "../scripts/plot_training_curves.py"
