# In: gulped validation frames, networks of whole clips and their ESVs. Out: what these say of masked clips.


rule check_masking:
    """Ask a network about clips of which elements are missing, with every stand-in."""
    input:
        gulp="results/{dataset}/gulp/validation",
        labels=dataset_file("labels"),
        network=clip_network_files,
        # Of the model's own stand-in they may hold all answers.
        esvs=esvs_to_check,
    output:
        runs="results/{dataset}/tables/masking_check_runs_{model}.csv",
        similarity="results/{dataset}/tables/element_similarity_{model}.csv",
    log:
        "results/{dataset}/logs/check_masking/{model}.log",
    benchmark:
        "results/{dataset}/benchmarks/check_masking/{model}.tsv"
    wildcard_constraints:
        model=networks.names_of(clip_networks=True),
    conda:
        "../envs/torch.yaml"
    threads: config["workers"]
    resources:
        mem_mb=by_attempt(4000),
        runtime=by_attempt(120),
        gpu=config["gpus"],
    params:
        model=lambda wildcards: networks.model_options(wildcards.model, "attribution"),
        n_elements=lambda wildcards: networks.checked_elements(wildcards.model),
        options=config["figures"]["masking_check"],
        device=config["device"],
    script:
        "../scripts/check_masking.py"
