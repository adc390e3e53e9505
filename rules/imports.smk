# In: features that another program computed. Out: the same, checked, as a feature file of the run.


rule import_features:
    """Check the features of a split and bring them into a feature file."""
    input:
        features=lambda wildcards: datasets[wildcards.dataset]["features"][
            wildcards.split
        ],
        clips=dataset_file("{split}"),
        labels=dataset_file("labels"),
    output:
        features="results/{dataset}/features/{backbone}/{split}.h5",
        failed="results/{dataset}/tables/import_failed_{backbone}_{split}.csv",
    log:
        "results/{dataset}/logs/import_features/{backbone}/{split}.log",
    benchmark:
        "results/{dataset}/benchmarks/import_features/{backbone}/{split}.tsv"
    wildcard_constraints:
        dataset=datasets_from("features"),
    conda:
        "../envs/video.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        feature_dim=lambda wildcards: backbones[wildcards.backbone]["feature_dim"],
        max_failed_share=config["gulp"]["max_failed_share"],
        library=library_hash("import_features"),
    script:
        "../scripts/import_features.py"
