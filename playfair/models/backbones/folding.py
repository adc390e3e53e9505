"""Batch normalisation folded into the convolutions before it, for networks that are not trained."""

import copy
from typing import cast

from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def folded(network: nn.Module) -> nn.Module:
    """A network in eval mode without the normalisations that convolutions can do; the given stays.

    A convolution whose output goes into a batch normalisation and nowhere else takes over its scale
    and shift,

        w' = w * gamma / sqrt(var + eps)        b' = (b - mean) * gamma / sqrt(var + eps) + beta

    in a copy of the network, where the normalisation turns into the identity. Outputs differ by
    rounding, some 1e-6 of the largest. A network is returned as it is if it has no such pairs, if
    it has hooks, or if its flow cannot be traced because it depends on what flows.
    """
    pairs = _pairs(network)
    if not pairs:
        return network
    copied = copy.deepcopy(network)
    for convolution, norm in pairs:
        fused = fuse_conv_bn_eval(
            cast(nn.Conv2d, copied.get_submodule(convolution)),
            cast(nn.BatchNorm2d, copied.get_submodule(norm)),
        )
        copied.set_submodule(convolution, fused)
        copied.set_submodule(norm, nn.Identity())
    return copied


def _pairs(network: nn.Module) -> list[tuple[str, str]]:
    """Names of convolutions, and of the normalisations that alone take in their output."""
    modules = list(network.modules())
    has_hooks = any(part._forward_hooks or part._forward_pre_hooks for part in modules)
    if has_hooks or not any(type(part) is nn.BatchNorm2d for part in modules):
        return []
    try:
        nodes = fx.Tracer().trace(network).nodes
    except Exception:
        # The network's own code runs on stand-ins for numbers, and may raise anything.
        return []
    used = [str(node.target) for node in nodes if node.op == "call_module"]
    # A weight that is used by itself belongs to its module too.
    used += [str(node.target).rpartition(".")[0] for node in nodes if node.op == "get_attr"]
    pairs = []
    for node in nodes:
        before = node.args[0] if node.args else None
        if node.op != "call_module" or not isinstance(before, fx.Node):
            continue
        if before.op != "call_module" or len(before.users) > 1:
            continue
        names = str(before.target), str(node.target)
        convolution, norm = (network.get_submodule(name) for name in names)
        if type(convolution) is nn.Conv2d and type(norm) is nn.BatchNorm2d:
            # One without statistics of its own normalises by those of the batch.
            keeps = not norm.training and norm.running_mean is not None
            if keeps and all(used.count(name) == 1 for name in names):
                pairs.append(names)
    return pairs
