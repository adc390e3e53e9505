# In: gulped frames of both splits. Out: a trained backbone with its training log.


rule train_backbone:
    """Train a backbone end to end with a TRN head."""
    input:
        train="results/{dataset}/gulp/train",
        validation=of_shard("results/{dataset}/gulp/validation"),
        labels=dataset_file("labels"),
        initial_checkpoint=lambda wildcards: networks.initial_checkpoint(
            wildcards.backbone
        ),
    output:
        checkpoint="results/{dataset}/checkpoints/{backbone}/backbone.pt",
        training_log="results/{dataset}/checkpoints/{backbone}/backbone.csv",
    log:
        "results/{dataset}/logs/train_backbone/{backbone}.log",
    benchmark:
        "results/{dataset}/benchmarks/train_backbone/{backbone}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(240),
        gpu=config["gpus"],
    params:
        backbone=lambda wildcards: networks.backbone_options(wildcards.backbone),
        code=lambda wildcards: networks.backbone_code(wildcards.backbone),
        training=lambda wildcards: networks.backbones[wildcards.backbone]["training"],
        device=config["device"],
        resume="results/{dataset}/resume/train_backbone/{backbone}.pt",
        choices=lambda wildcards: [networks.architecture(wildcards.backbone)],
    script:
        "../scripts/train_backbone.py"
