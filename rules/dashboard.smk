# In: what a run has found. Out: results/dashboard, the page as plain files.
from playfair.files import file_hash

# The models that see features, whose tables can be made from them.
features_of = {
    model: f"results/{config['dataset']}/features/{networks.models[model]['backbone']}/validation.h5"
    for model in networks.head_models
}
priors_of = {
    model: networks.priors(config["dataset"], model) for model in networks.head_models
}
heads_of = {
    model: networks.head_checkpoints(config["dataset"], model)
    for model in networks.head_models
}


rule export_dashboard:
    """Write the page of the configured data set as files that open from the file system."""
    input:
        collated=expand(
            "results/{dataset}/collated/{model}.h5",
            dataset=config["dataset"],
            model=config["models"],
        ),
        every_frame=expand(
            "results/{dataset}/esvs/{model}/all_frames.h5",
            dataset=config["dataset"],
            model=networks.head_models,
        ),
        # What networks of whole clips say of all subsets of elements, where that is stored.
        tables=[
            f"results/{config['dataset']}/esvs/{model}/{n_frames}_frames.h5"
            for model in networks.clip_models
            for n_frames in networks.numbers_of_frames(model)
        ],
        methods=methods.files(config["dataset"], networks),
        features=sorted(set(features_of.values())),
        heads=[path for paths in heads_of.values() for path in paths],
        priors=sorted(set(priors_of.values())),
        labels=datasets.file(config["dataset"], "labels"),
        gulp=datasets.validation_gulp(config["dataset"]),
        webm=(
            expand("results/{dataset}/webm", dataset=config["dataset"])
            if datasets.has_pictures(config["dataset"])
            else []
        ),
        ground_truth=datasets.file(config["dataset"], "ground_truth"),
        examples=f"results/{config['dataset']}/tables/filmstrips.csv",
    output:
        dashboard=directory("results/dashboard"),
    log:
        "results/logs/export_dashboard.log",
    benchmark:
        "results/benchmarks/export_dashboard.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=by_attempt(2000),
        runtime=by_attempt(60),
    params:
        dataset=config["dataset"],
        models=lambda wildcards: {
            model: networks.model_options(model, "attribution")
            for model in config["models"]
        },
        heads=heads_of,
        features=features_of,
        priors=priors_of,
        evidence_rate=datasets.evidence_rate(config["dataset"]),
        options=config["dashboard"],
        frame_sampling=frame_sampling,
        page=[
            file_hash(project / "playfair/dashboard/static" / name)
            for name in ["app.css", "app.js", "index.html"]
        ],
    script:
        "../scripts/export_dashboard.py"
