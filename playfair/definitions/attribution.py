"""How values are computed: sections with the options of all methods, made from their registry.

A section has the options of every method that may be chosen in it, since Snakemake merges a user's
file into the defaults: what the chosen method does not take may be there, as long as it says
nothing else than the default.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, create_model

from playfair.attribution.methods.registry import (
    METHODS,
    all_options,
    make_options,
    method_class,
    option_names,
    own_options,
    samplers,
)
from playfair.attribution.result import Score
from playfair.definitions.section import Section, Seed
from playfair.errors import InputError


class MethodSection(Section):
    """A method and its options."""

    methods: ClassVar[Sequence[str]] = ()
    """Those that may be chosen."""
    method: str
    score: Score = "probability"

    def check(self, n_frames: int) -> None:
        """Raise `InputError` if the method cannot explain that many frames with its options.

        The sentence begins with the option, so that a key can be put in front of it.
        """
        kind = method_class(self.method)
        if kind.most_frames is not None and n_frames > kind.most_frames:
            raise InputError(
                f"method is {self.method!r}, for at most {kind.most_frames} frames, but n_frames "
                f"asks for {n_frames}: choose another, such as auto"
            )
        options = make_options(self.method, own_options(self.model_dump()))
        least = kind.least_budget(n_frames, options)
        budget = getattr(self, "budget", least)
        if budget < least:
            raise InputError(f"budget is {budget}: choose at least {least} for {n_frames} frames")

    def unused(self, methods: Iterable[str]) -> Iterator[str]:
        """The options set here, to something else than the default, that none of `methods` has."""
        used = {"method", "score", "seed", "batch_size"}.union(*map(option_names, methods))
        for name in sorted(self.model_fields_set - used):
            if getattr(self, name) != type(self).model_fields[name].default:
                yield name


SCORE = (
    "What is shared out over the frames: probabilities, logits (less their mean over the classes) "
    "or log-odds; one for all models, since figures draw them side by side."
)


def _section(name: str, doc: str, methods: Sequence[str], default: Any) -> type[MethodSection]:
    """A section in which one of these methods is chosen, with the options of all of them."""
    ideas = "; ".join(f"{method}: {method_class(method).summary}" for method in methods)
    fields: dict[str, Any] = {
        "method": (Literal[tuple(methods)], Field(default=default, description=f"{ideas}."))
    }
    fields["score"] = (Score, Field(default="probability", description=SCORE))
    for option, (declared, owners) in all_options().items():
        takers = [method for method in owners if method in methods]
        if not takers:
            continue
        if set(samplers()) <= set(takers):
            takers = ["samplers", *(name for name in takers if name not in samplers())]
        named = ", ".join(takers)
        about = f"{declared.metadata['description'].removesuffix('.')} ({named})."
        bounds = declared.metadata["bounds"]
        fields[option] = (
            declared.type,
            Field(default=declared.default, description=about, **bounds),
        )
    fields["seed"] = (Seed, Field(default=0, description="Seed of what is drawn (samplers)."))
    section = create_model(name, __base__=MethodSection, __doc__=doc, **fields)
    section.methods = methods
    return section


if TYPE_CHECKING:

    class FewFramesMethod(MethodSection):
        """How ESVs are computed at the numbers of frames in n_frames."""

        method: str = "exact"

    class Sampling(MethodSection):
        """How the ESVs of every frame of a video are computed."""

        method: str = "auto"

    class FurtherMethod(MethodSection):
        """A method beside the models' own, and its options."""

else:
    _esv_methods = [name for name in METHODS if method_class(name).gives_esvs]
    FewFramesMethod = _section(
        "FewFramesMethod",
        "How ESVs are computed at the numbers of frames in n_frames.",
        _esv_methods,
        "exact",
    )
    Sampling = _section(
        "Sampling",
        "How the ESVs of every frame of a video are computed.",
        [name for name in _esv_methods if method_class(name).most_frames is None],
        "auto",
    )
    FurtherMethod = _section(
        "FurtherMethod", "A method beside the models' own, and its options.", list(METHODS), ...
    )
