"""Training of backbones and heads."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.models.training.backbone_training import train_backbone
    from playfair.models.training.fitting import FitOptions
    from playfair.models.training.head_training import train_head
    from playfair.models.training.training_clips import AugmentationOptions

__all__ = ["AugmentationOptions", "FitOptions", "train_backbone", "train_head"]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "AugmentationOptions": "playfair.models.training.training_clips",
        "FitOptions": "playfair.models.training.fitting",
        "train_backbone": "playfair.models.training.backbone_training",
        "train_head": "playfair.models.training.head_training",
    },
)
