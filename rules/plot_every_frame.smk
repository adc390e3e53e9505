# In: sampled ESVs of every frame, and the filmstrips' examples. Out: their curves over time.


rule plot_every_frame:
    """Plot the sampled ESVs of every frame of the filmstrips' videos over time."""
    input:
        examples="results/{dataset}/tables/filmstrips.csv",
        esvs=expand(
            "results/{{dataset}}/esvs/{model}/all_frames.h5", model=config["models"]
        ),
        gulp=validation_gulp,
        ground_truth=dataset_file("ground_truth"),
    output:
        png=report(
            "results/{dataset}/plots/every_frame.png",
            caption="../captions/every_frame.rst",
            category="Attributions",
            labels={"figure": "every frame"},
        ),
        pdf="results/{dataset}/plots/every_frame.pdf",
        table="results/{dataset}/tables/every_frame.csv",
    log:
        "results/{dataset}/logs/plot_every_frame.log",
    benchmark:
        "results/{dataset}/benchmarks/plot_every_frame.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1500),
        runtime=by_attempt(30),
    params:
        fps=config["gulp"]["fps"],
        evidence_rate=evidence_rate,
        library=library_hash("plot_every_frame"),
    script:
        "../scripts/plot_every_frame.py"
