"""Where tensors live and how precisely they are computed: a GPU is used when there is one."""

import torch

from nymgraph.pipeline.errors import DependencyError, ParameterError

__all__ = ["resolve_device", "resolve_precision"]


def resolve_device(device: str) -> str:
    """The torch device to use: a GPU if there is one, when asked for "auto".

    Args:
        device: "auto", or a device as torch names it.

    Returns:
        The device as torch names it.

    Raises:
        ParameterError: Torch knows no such device.
        DependencyError: A CUDA device is asked for and there is none.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(device).type
    except RuntimeError as error:
        raise ParameterError(
            f"{device!r} is no device",
            expected="auto, cpu, cuda or cuda:0",
            cure="set the key device in params.yaml to one of these",
        ) from error
    if kind == "cuda" and not torch.cuda.is_available():
        raise DependencyError(
            f"the device {device!r} is not there", cure="set the key device to auto or cpu"
        )
    return device


def resolve_precision(precision: str, device: str) -> str:
    """The precision to use: bfloat16 where the device computes in it natively, when "auto".

    Args:
        precision: "auto", "float32", "bfloat16" or "float16".
        device: "auto", or a device as torch names it.

    Returns:
        The precision.

    Raises:
        ParameterError: float16 is asked for on a processor, which does not compute in it.
    """
    kind = torch.device(resolve_device(device)).type
    if precision == "float16" and kind == "cpu":
        raise ParameterError(
            "processors do not compute in float16",
            cure="set the key precision to auto, or the key device to a GPU",
        )
    if precision != "auto":
        return precision
    if kind == "cuda":  # old cards know bfloat16 by emulation alone, which is slow
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bfloat16" if native else "float32"
    return "bfloat16" if torch.cpu._is_avx512_bf16_supported() else "float32"
