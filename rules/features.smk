# In: gulped frames and a backbone. Out: one feature vector per frame, once per backbone.


rule extract_features:
    """Compute the features of every frame of a split."""
    input:
        gulp="results/{dataset}/gulp/{split}",
        checkpoint="results/{dataset}/checkpoints/{backbone}/backbone.pt",
    output:
        features="results/{dataset}/features/{backbone}/{split}.h5",
    log:
        "results/{dataset}/logs/extract_features/{backbone}/{split}.log",
    benchmark:
        "results/{dataset}/benchmarks/extract_features/{backbone}/{split}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(240),
        gpu=config["gpus"],
    params:
        architecture=lambda wildcards: backbones[wildcards.backbone]["architecture"],
        feature_dim=lambda wildcards: backbones[wildcards.backbone]["feature_dim"],
        batch_size=config["features"]["batch_size"],
        device=config["device"],
        library=library_hash("extract_features"),
    script:
        "../scripts/extract_features.py"
