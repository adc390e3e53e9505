"""Sampled Element Shapley Values: choices of subsets, and estimators on their scores."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.attribution.samplers.paired import PairedSampler
    from playfair.attribution.samplers.sampler import Sampler, SamplerOptions

__all__ = ["PairedSampler", "Sampler", "SamplerOptions"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "PairedSampler": "playfair.attribution.samplers.paired",
        "Sampler": "playfair.attribution.samplers.sampler",
        "SamplerOptions": "playfair.attribution.samplers.sampler",
    },
)
