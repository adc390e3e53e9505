# In: the training labels, from a list or a feature file. Out: the frequency of every class, which a model says of no frames.


rule compute_class_priors:
    """Compute the class frequencies over the training clips."""
    input:
        clips=dataset_file("train"),
        # Read to see that no clip is in both.
        validation=of_shard(dataset_file("validation")),
        labels=dataset_file("labels"),
    output:
        priors="results/{dataset}/class_priors.csv",
    log:
        "results/{dataset}/logs/compute_class_priors.log",
    benchmark:
        "results/{dataset}/benchmarks/compute_class_priors.tsv"
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000, clip_list_memory),
        runtime=by_attempt(10),
    script:
        "../scripts/compute_class_priors.py"
