# In: features of both splits, or frames. Out: temporal heads, one per model or per scale of a model,
# and networks of whole clips.


rule train_variable_length_head:
    """Train the head of a model that takes any number of frames."""
    input:
        train=model_backbone_file("results/{dataset}/features/{backbone}/train.h5"),
        validation=of_shard(
            model_backbone_file("results/{dataset}/features/{backbone}/validation.h5")
        ),
        labels=dataset_file("labels"),
    output:
        checkpoint="results/{dataset}/checkpoints/{model}/head.pt",
        training_log="results/{dataset}/checkpoints/{model}/head.csv",
    log:
        "results/{dataset}/logs/train_variable_length_head/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/train_variable_length_head/{model}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000, feature_memory),
        runtime=by_attempt(60),
        gpu=config["gpus"],
    params:
        training=lambda wildcards: networks.models[wildcards.model]["training"],
        device=config["device"],
        resume="results/{dataset}/resume/train_variable_length_head/{model}.pt",
    script:
        "../scripts/train_variable_length_head.py"


rule train_single_scale_head:
    """Train the head of one scale of a multi-scale model, on its own."""
    input:
        train=model_backbone_file("results/{dataset}/features/{backbone}/train.h5"),
        validation=of_shard(
            model_backbone_file("results/{dataset}/features/{backbone}/validation.h5")
        ),
        labels=dataset_file("labels"),
    output:
        checkpoint="results/{dataset}/checkpoints/{model}/head_{scale}_frames.pt",
        training_log="results/{dataset}/checkpoints/{model}/head_{scale}_frames.csv",
    log:
        "results/{dataset}/logs/train_single_scale_head/{model}/{scale}_frames.log",
    benchmark:
        "results/{dataset}/benchmarks/train_single_scale_head/{model}/{scale}_frames.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000, feature_memory),
        runtime=by_attempt(60),
        gpu=config["gpus"],
    params:
        training=lambda wildcards: networks.models[wildcards.model]["training"],
        hidden_dim=lambda wildcards: networks.models[wildcards.model]["hidden_dim"],
        relu_input=lambda wildcards: networks.models[wildcards.model]["relu_input"],
        device=config["device"],
        resume="results/{dataset}/resume/train_single_scale_head/{model}/{scale}_frames.pt",
    script:
        "../scripts/train_single_scale_head.py"


rule train_clip_network:
    """Train the small network of whole clips, end to end."""
    input:
        train="results/{dataset}/gulp/train",
        validation=of_shard("results/{dataset}/gulp/validation"),
        labels=dataset_file("labels"),
    output:
        checkpoint="results/{dataset}/checkpoints/{model}/network.pt",
        training_log="results/{dataset}/checkpoints/{model}/network.csv",
    log:
        "results/{dataset}/logs/train_clip_network/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/train_clip_network/{model}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=True),
    # The longest job beside the backbone's.
    priority: 5
    conda:
        "../envs/torch.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(240),
        gpu=config["gpus"],
    params:
        clip_frames=lambda wildcards: networks.models[wildcards.model]["clip_frames"],
        training=lambda wildcards: networks.models[wildcards.model]["training"],
        device=config["device"],
        resume="results/{dataset}/resume/train_clip_network/{model}.pt",
    script:
        "../scripts/train_clip_network.py"
