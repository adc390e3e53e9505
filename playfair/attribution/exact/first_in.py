"""The method `first_in`: what the score gains from a frame on its own."""

from typing import TYPE_CHECKING

from playfair.attribution.exact.few_subsets import FewSubsetsMethod

if TYPE_CHECKING:
    from torch import Tensor


class FirstIn(FewSubsetsMethod):
    """The score of the frame alone, from the prior.

        value(i, c) = v_c({i}) - prior(c)

    Blind to what frames say together. The values need not sum to score - prior.
    """

    name = "first_in"
    summary = "the score of the frame alone, minus the prior, up to 20 frames"
    advice = "to compare with: cheap, but blind to what frames only say together"

    def members(self, frame: int) -> list[int]:
        return [frame]

    def value(self, whole: "Tensor", subset: "Tensor", prior: "Tensor") -> "Tensor":
        return subset - prior
