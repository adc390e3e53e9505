# In: the configuration, and lists of clips. Out: a drawn data set; the classes of a list.


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
        dataset=datasets.names_of("synthetic"),
    conda:
        "../envs/video.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(30),
    params:
        options=lambda wildcards: datasets.definitions[wildcards.dataset],
    script:
        "../scripts/make_synthetic_dataset.py"


rule list_classes:
    """List the classes of a data set that has no file of them: its distinct training labels."""
    input:
        clips=dataset_file("train"),
    output:
        labels="results/{dataset}/labels.json",
    log:
        "results/{dataset}/logs/list_classes.log",
    benchmark:
        "results/{dataset}/benchmarks/list_classes.tsv"
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000, clip_list_memory),
        runtime=by_attempt(10),
    params:
        label_name=label_name,
    script:
        "../scripts/list_classes.py"
