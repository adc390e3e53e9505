# In: collated results. Out: the smallest sets of frames that keep a prediction, for use elsewhere.


rule list_frame_sets:
    """List the frames that keep a prediction, and how many of them, or must go to change it."""
    input:
        collated=expand(
            "results/{{dataset}}/collated/{model}.h5",
            model=networks.models_with("frame_sets"),
        ),
    output:
        frames="results/{dataset}/tables/sufficient_frames.csv",
        sizes="results/{dataset}/tables/frame_sets.csv",
    log:
        "results/{dataset}/logs/list_frame_sets.log",
    benchmark:
        "results/{dataset}/benchmarks/list_frame_sets.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(30),
    script:
        "../scripts/list_frame_sets.py"
