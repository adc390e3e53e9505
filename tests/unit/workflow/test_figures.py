from playfair.config import complete_config
from playfair.figures.catalogue import read_catalogue
from playfair.workflow.datasets import Datasets
from playfair.workflow.figures import figure_options, figures_to_draw
from playfair.workflow.networks import Networks

LISTS = {"source": "files", "train": "train.json", "validation": "val.csv", "videos": "films"}


def drawn(config):
    completed = complete_config(config)
    return figures_to_draw(Datasets(completed), Networks(completed), completed["dataset"])


def test_all_figures_are_drawn_of_the_embedded_data_set_in_their_order():
    config = {"models": ["trn", "tsn", "clip"]}
    assert list(drawn(config).items()) == list(read_catalogue().items())


TSN_ONLY = {"models": ["tsn"]}


def test_without_networks_of_whole_clips_there_is_nothing_to_mask():
    assert [name for name in read_catalogue() if name not in drawn(TSN_ONLY)] == ["masking_check"]


def test_figures_whose_files_a_data_set_has_not_are_left_out():
    tsn = {"head": "tsn", "backbone": "small", "checkpoint": "tsn.pt"}
    config = {
        "dataset": "mine",
        "models": ["tsn"],
        "definitions": {
            "datasets": {"mine": LISTS},
            "backbones": {"small": {"checkpoint": "small.pt"}},
            "models": {"tsn": tsn},
        },
    }
    left_out = [name for name in read_catalogue() if name not in drawn(config)]
    assert sorted(left_out) == [
        "localisation",
        "localisation_by_method",
        "masking_check",
        "training_curves",
    ]


def test_without_numbers_of_frames_to_compare_at_there_is_no_comparison():
    compared = {"discarding", "localisation_by_method"}
    assert compared <= drawn({}).keys()
    for config in (
        {"comparison": {"n_frames": []}},
        {"n_frames": [12]},
        {"models": ["clip"], "n_frames": [8]},
    ):
        assert not compared & drawn(config).keys()


def test_a_figure_is_given_the_facts_and_options_that_it_names():
    config = complete_config({"gulp": {"fps": 4.0}})
    given = figure_options("filmstrips", config, Datasets(config), "synthetic")
    assert given == {"evidence_rate": 0.5, "fps": 4.0, **config["figures"]["filmstrips"]}
    given = figure_options("every_frame", config, Datasets(config), "synthetic")
    assert given == {"fps": 4.0, "evidence_rate": 0.5}
