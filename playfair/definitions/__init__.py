"""Sections of the configuration: data sets, backbones, models, training, ESVs and figures."""
