# In: gulped frames and a backbone. Out: one feature vector per frame, once per backbone.


rule extract_features:
    """Compute the features of every frame of a shard."""
    input:
        gulp="results/{dataset}/shards/gulp/{split}/{scatteritem}",
        checkpoint=lambda wildcards: networks.backbone_checkpoint(
            wildcards.dataset, wildcards.backbone
        ),
    output:
        features="results/{dataset}/shards/features/{backbone}/{split}/{scatteritem}.h5",
    log:
        "results/{dataset}/logs/extract_features/{backbone}/{split}/{scatteritem}.log",
    benchmark:
        "results/{dataset}/benchmarks/extract_features/{backbone}/{split}/{scatteritem}.tsv"
    wildcard_constraints:
        dataset=datasets.names_of("synthetic", "files"),
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
        weights=lambda wildcards: networks.backbones[wildcards.backbone]["weights"],
        batch_size=config["features"]["batch_size"],
        precision=config["features"]["precision"],
        device=config["device"],
        decoding={
            name: config["gulp"][name] for name in ("fps", "short_side", "folder_fps")
        },
        choices=lambda wildcards: [networks.architecture(wildcards.backbone)],
    script:
        "../scripts/extract_features.py"


rule gather_features:
    """Join the features of all shards of a split, sorted by uid."""
    input:
        features=shards_of(
            "results/{dataset}/shards/features/{backbone}/{split}/{scatteritem}.h5"
        ),
        judged=ancient(judged_table),
    output:
        features="results/{dataset}/features/{backbone}/{split}.h5",
    log:
        "results/{dataset}/logs/gather_features/{backbone}/{split}.log",
    benchmark:
        "results/{dataset}/benchmarks/gather_features/{backbone}/{split}.tsv"
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1000),
        runtime=by_attempt(60),
    script:
        "../scripts/gather_features.py"
