"""The method `leave_one_out`: what the score loses when a single frame is left out."""

from typing import TYPE_CHECKING

from playfair.attribution.exact.few_subsets import FewSubsetsMethod

if TYPE_CHECKING:
    from torch import Tensor


class LeaveOneOut(FewSubsetsMethod):
    """What the score of the whole sequence X loses without a frame.

        value(i, c) = v_c(X) - v_c(X without i)

    No Element Shapley Values: a frame that others can stand in for gets nothing, and the values
    need not sum to the score.
    """

    name = "leave_one_out"
    summary = "what the score loses without the frame, up to 20 frames"
    advice = "to compare with: cheap, but blind to what other frames can stand in for"

    def members(self, frame: int) -> list[int]:
        return [other for other in range(self.n_frames) if other != frame]

    def value(self, whole: "Tensor", subset: "Tensor", prior: "Tensor") -> "Tensor":
        return whole - subset
