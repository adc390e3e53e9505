# In: nothing but the configuration. Out: a data set in the layout of Something-Something v2.


rule make_synthetic_dataset:
    """Draw labelled clips whose evidence lies in a known interval."""
    output:
        train="datasets/{dataset}/train.json",
        validation="datasets/{dataset}/validation.json",
        labels="datasets/{dataset}/labels.json",
        ground_truth="datasets/{dataset}/ground_truth.csv",
        videos=directory("datasets/{dataset}/videos"),
    log:
        "results/{dataset}/logs/make_synthetic_dataset.log",
    benchmark:
        "results/{dataset}/benchmarks/make_synthetic_dataset.tsv"
    wildcard_constraints:
        dataset="|".join(n for n in datasets if datasets[n]["source"] == "synthetic")
        or "(?!)",
    conda:
        "../envs/video.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(30),
    params:
        options=lambda wildcards: datasets[wildcards.dataset],
        library=library_hash("make_synthetic_dataset"),
    script:
        "../scripts/make_synthetic_dataset.py"
