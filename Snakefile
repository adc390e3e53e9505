"""Play Fair: which frames made a video model say this?

Raw videos -> gulped frames -> per-frame features -> class priors -> Element Shapley Values per model
and number of frames -> collated results and clips to watch -> figures.
"""

from snakemake.utils import min_version

min_version("9.27")


include: "rules/config_files.smk"


configfile: f"{project}/config.yaml"


if project != Path.cwd() and Path("config.yaml").exists():

    configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/dataset.smk"
include: "rules/checkpoints.smk"
include: "rules/gulp.smk"
include: "rules/priors.smk"
include: "rules/backbone.smk"
include: "rules/features.smk"
include: "rules/imports.smk"
include: "rules/heads.smk"
include: "rules/esvs.smk"
include: "rules/methods.smk"
include: "rules/collate.smk"
include: "rules/sets.smk"
include: "rules/sampling.smk"
include: "rules/masking.smk"
include: "rules/order.smk"
include: "rules/comparison.smk"
include: "rules/webm.smk"
include: "rules/figures.smk"
include: "rules/dashboard.smk"
include: "rules/given_files.smk"
include: "rules/provenance.smk"


rule all:
    input:
        "results/figures",
        methods.files(config["dataset"], networks),
