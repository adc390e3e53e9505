# In: the training labels, from a list or a feature file, or training features and heads. Out: the
# frequency of every class, or the mean output of a model, which a model says of no frames.


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
    params:
        label_name=label_name,
    script:
        "../scripts/compute_class_priors.py"


rule average_outputs:
    """Average the scores of a model over the training clips."""
    input:
        features=model_backbone_file("results/{dataset}/features/{backbone}/train.h5"),
        labels=dataset_file("labels"),
        heads=head_checkpoints,
    output:
        priors="results/{dataset}/priors/{model}.csv",
    log:
        "results/{dataset}/logs/average_outputs/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/average_outputs/{model}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=False),
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(120),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: networks.model_options(wildcards.model),
        n_frames=networks.averaged_length,
        frame_sampling=frame_sampling,
        device=config["device"],
    script:
        "../scripts/average_outputs.py"
