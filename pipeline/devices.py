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
        DependencyError: It is not there.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.device(device)
    except (RuntimeError, ValueError) as error:
        raise ParameterError(
            f"{device!r} is no device",
            expected="auto, cpu, cuda or cuda:0",
            cure="set the key device in params.yaml to one of these",
        ) from error
    try:
        compute_on(device)
    except Exception as error:  # each kind of device has its own
        raise DependencyError(
            f"the device {device!r} is not there",
            got=str(error)[:200],
            cure="set the key device to auto or cpu",
        ) from error
    return device


def compute_on(device: str) -> None:
    """Raise whatever torch does where a device is not there, or computes nothing, as meta."""
    torch.zeros(1, device=device).tolist()


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
