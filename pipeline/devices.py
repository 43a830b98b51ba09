"""Where tensors live and how precisely they are computed: a GPU is used when there is one."""

import torch

__all__ = ["resolve_device", "resolve_precision"]


def resolve_device(device: str) -> str:
    """The torch device to use: a GPU if there is one, when asked for "auto"."""
    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def resolve_precision(precision: str, device: str) -> str:
    """The precision to use: bfloat16 where the device computes in it natively, when "auto"."""
    if precision != "auto":
        return precision
    if torch.device(resolve_device(device)).type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    return "bfloat16" if torch.cpu._is_avx512_bf16_supported() else "float32"
