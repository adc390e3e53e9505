"""What a configuration defines by name: data sets, backbones and models, with their options."""
