# In: validation features, priors and heads. Out: how far sampled values are from exact ones.


rule measure_sampling_error:
    """Measure the errors and the time of every sampler by budget, on a few videos."""
    input:
        features=model_backbone_file(
            "results/{dataset}/features/{backbone}/validation.h5"
        ),
        priors="results/{dataset}/class_priors.csv",
        labels=dataset_file("labels"),
        heads=head_checkpoints,
    output:
        runs="results/{dataset}/tables/sampling_error_runs_{model}.csv",
    log:
        "results/{dataset}/logs/measure_sampling_error/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/measure_sampling_error/{model}.tsv"
    # The longest job of its stage: started first, it does not keep the others waiting.
    priority: 10
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(240),
        gpu=config["gpus"],
    params:
        model=model_options(),
        options=config["figures"]["sampling_error"],
        device=config["device"],
        library=library_hash("measure_sampling_error"),
    script:
        "../scripts/measure_sampling_error.py"


rule plot_sampling_error:
    """Plot error, correlation, standard error and time by budget for every sampler."""
    input:
        runs=expand(
            "results/{{dataset}}/tables/sampling_error_runs_{model}.csv",
            model=config["models"],
        ),
    output:
        png=report(
            "results/{dataset}/plots/sampling_error.png",
            caption="../captions/sampling_error.rst",
            category="Sampling",
            labels={"figure": "sampling error"},
        ),
        pdf="results/{dataset}/plots/sampling_error.pdf",
        table="results/{dataset}/tables/sampling_error.csv",
    log:
        "results/{dataset}/logs/plot_sampling_error.log",
    benchmark:
        "results/{dataset}/benchmarks/plot_sampling_error.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1500),
        runtime=by_attempt(30),
    params:
        library=library_hash("plot_sampling_error"),
    script:
        "../scripts/plot_sampling_error.py"
