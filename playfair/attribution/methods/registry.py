"""The attribution methods by name. To add one, write its module and add its line here."""

import importlib
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from playfair.attribution.methods.method import Method
from playfair.attribution.methods.options import Options
from playfair.errors import InputError

METHODS = {
    "exact": "playfair.attribution.exact.method:Exact",
    "auto": "playfair.attribution.samplers.auto:Auto",
    "regression": "playfair.attribution.samplers.regression:RegressionSampler",
    "adaptive": "playfair.attribution.samplers.adaptive:AdaptiveSampler",
    "permutation": "playfair.attribution.samplers.permutation:PermutationSampler",
    "stratified": "playfair.attribution.samplers.stratified:StratifiedSampler",
    "constructive": "playfair.attribution.samplers.constructive:ConstructiveSampler",
    "leave_one_out": "playfair.attribution.exact.leave_one_out:LeaveOneOut",
    "banzhaf": "playfair.attribution.exact.banzhaf:Banzhaf",
    "first_in": "playfair.attribution.exact.first_in:FirstIn",
    "integrated_gradients": (
        "playfair.attribution.compared.integrated_gradients:IntegratedGradients"
    ),
    "gradient_x_input": "playfair.attribution.compared.gradient_x_input:GradientXInput",
    "grad_cam": "playfair.attribution.compared.grad_cam:GradCam",
    "occlusion": "playfair.attribution.compared.occlusion:Occlusion",
    "uniform": "playfair.attribution.compared.positions:Uniform",
    "centred_gaussian": "playfair.attribution.compared.positions:CentredGaussian",
    "random": "playfair.attribution.compared.positions:RandomValues",
}
"""Module and class of each method, loaded on first use."""

MOST_FRAMES_READ_OFF = 12
"""Up to which pairs and sets of frames are stored unasked: they take hardly any time there."""


def method_class(name: str) -> type[Method]:
    """The method of that name; raises `InputError` with the choices if there is none."""
    if name not in METHODS:
        raise InputError(f"Unknown method {name!r}: choose one of {', '.join(METHODS)}.")
    module, _, attribute = METHODS[name].partition(":")
    found: type[Method] = getattr(importlib.import_module(module), attribute)
    return found


def samplers() -> list[str]:
    """The methods that estimate from a sample, within a budget of evaluations."""
    return [name for name in METHODS if method_class(name).is_sampler]


def option_names(method: str) -> list[str]:
    """The names of a method's options."""
    return [declared.name for declared in fields(method_class(method).options_class)]


def make_options(method: str, given: Mapping[str, Any]) -> Options:
    """The options of a method, its defaults where nothing is given.

    Raises `InputError` for one that the method does not have, or a value that it may not have.
    """
    known = option_names(method)
    unknown = sorted(set(given) - set(known))
    if unknown:
        has = f"its options are {', '.join(known)}" if known else "it has none"
        raise InputError(f"The method {method!r} has no option {unknown[0]!r}: {has}.")
    return method_class(method).options_class(**given)


def all_options() -> dict[str, tuple[Field[Any], list[str]]]:
    """Every option of any method by its name: its field, and the methods that take it."""
    found: dict[str, tuple[Field[Any], list[str]]] = {}
    for method in METHODS:
        for declared in fields(method_class(method).options_class):
            shared, owners = found.setdefault(declared.name, (declared, []))
            if (declared.type, declared.default) != (shared.type, shared.default):
                raise ValueError(
                    f"the methods {owners[0]} and {method} have the option {declared.name} with "
                    "other types or defaults: declare it once, in a class that both inherit from"
                )
            owners.append(method)
    return found


def own_options(section: Mapping[str, Any]) -> dict[str, Any]:
    """Of a section of the configuration, which has the options of all methods, its method's."""
    return {name: section[name] for name in option_names(section["method"])}


def settled_section(section: Mapping[str, Any], n_frames: int) -> dict[str, Any]:
    """A section in which it is settled whether interactions and frame sets are stored."""
    is_short = n_frames <= MOST_FRAMES_READ_OFF
    unsettled = [name for name in ("interactions", "frame_sets") if section.get(name) is None]
    return {**section, **dict.fromkeys(unsettled, is_short)}


def stored_fields(section: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of the result that files keep beside scores and values: of such a section."""
    options = make_options(section["method"], own_options(section))
    return (*method_class(section["method"]).stored, *options.added_fields())
