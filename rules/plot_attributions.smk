# In: collated results, and frames or ground truth. Out: what the frames said.


rule plot_filmstrips:
    """Plot example videos: each frame with its ESV for the true class and for its rival."""
    input:
        collated=collated_files,
        gulp=validation_gulp,
        ground_truth=dataset_file("ground_truth"),
    output:
        png=report(
            "results/{dataset}/plots/filmstrips.png",
            caption="../captions/filmstrips.rst",
            category="Attributions",
            labels={"figure": "filmstrips"},
        ),
        pdf="results/{dataset}/plots/filmstrips.pdf",
        table="results/{dataset}/tables/filmstrips.csv",
    log:
        "results/{dataset}/logs/plot_filmstrips.log",
    benchmark:
        "results/{dataset}/benchmarks/plot_filmstrips.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1500),
        runtime=by_attempt(30),
    params:
        n_frames=config["figures"]["filmstrips"]["n_frames"] or max(config["n_frames"]),
        per_model_right=config["figures"]["filmstrips"]["per_model_right"],
        per_model_wrong=config["figures"]["filmstrips"]["per_model_wrong"],
        evidence_rate=evidence_rate,
        library=library_hash("plot_filmstrips"),
    script:
        "../scripts/plot_filmstrips.py"


rule plot_esv_by_position:
    """Plot the true-class ESV by position in the sequence, for every number of frames."""
    input:
        collated=collated_files,
    output:
        png=report(
            "results/{dataset}/plots/esv_by_position.png",
            caption="../captions/esv_by_position.rst",
            category="Attributions",
            labels={"figure": "esv by position"},
        ),
        pdf="results/{dataset}/plots/esv_by_position.pdf",
        table="results/{dataset}/tables/esv_by_position.csv",
    log:
        "results/{dataset}/logs/plot_esv_by_position.log",
    benchmark:
        "results/{dataset}/benchmarks/plot_esv_by_position.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1500),
        runtime=by_attempt(30),
    params:
        library=library_hash("plot_esv_by_position"),
    script:
        "../scripts/plot_esv_by_position.py"


rule plot_class_by_position:
    """Plot the mean true-class ESV by class and position."""
    input:
        collated=collated_files,
    output:
        png=report(
            "results/{dataset}/plots/class_by_position.png",
            caption="../captions/class_by_position.rst",
            category="Attributions",
            labels={"figure": "class by position"},
        ),
        pdf="results/{dataset}/plots/class_by_position.pdf",
        table="results/{dataset}/tables/class_by_position.csv",
    log:
        "results/{dataset}/logs/plot_class_by_position.log",
    benchmark:
        "results/{dataset}/benchmarks/plot_class_by_position.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1500),
        runtime=by_attempt(30),
    params:
        library=library_hash("plot_class_by_position"),
    script:
        "../scripts/plot_class_by_position.py"


rule plot_localisation:
    """Plot the share of positive ESV mass inside the ground-truth interval."""
    input:
        collated=collated_files,
        ground_truth=dataset_file("ground_truth"),
    output:
        png=report(
            "results/{dataset}/plots/localisation.png",
            caption="../captions/localisation.rst",
            category="Attributions",
            labels={"figure": "localisation"},
        ),
        pdf="results/{dataset}/plots/localisation.pdf",
        table="results/{dataset}/tables/localisation.csv",
    log:
        "results/{dataset}/logs/plot_localisation.log",
    benchmark:
        "results/{dataset}/benchmarks/plot_localisation.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(1500),
        runtime=by_attempt(30),
    params:
        evidence_rate=evidence_rate,
        library=library_hash("plot_localisation"),
    script:
        "../scripts/plot_localisation.py"
