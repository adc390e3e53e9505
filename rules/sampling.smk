# In: validation features, priors and heads. Out: how far sampled values are from exact ones.


rule measure_sampling_error:
    """Measure the errors and the time of every sampler by budget, on a few videos."""
    input:
        features=model_backbone_file(
            "results/{dataset}/features/{backbone}/validation.h5"
        ),
        priors=model_priors,
        labels=dataset_file("labels"),
        heads=head_checkpoints,
    output:
        runs="results/{dataset}/tables/sampling_error_runs_{model}.csv",
        approximation="results/{dataset}/tables/approximation_runs_{model}.csv",
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
        model=lambda wildcards: networks.model_options(wildcards.model),
        options=config["figures"]["sampling_error"],
        device=config["device"],
    script:
        "../scripts/measure_sampling_error.py"
