"""Machines: a built-in table of devices with their hosts, and the machine that this runs on."""

import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import psutil

from nymgraph.pipeline.errors import ParameterError

__all__ = ["DEVICES", "Device", "Machine", "name_machine", "this_machine", "usable_cores"]

GB = 1e9


class Device(NamedTuple):
    """A device that computes.

    Attributes:
        name: As on the command line.
        title: As its maker calls it.
        memory_gb: Memory of one GPU, 10^9 bytes; 0 for a processor, which uses the host's.
        peak: Dense bfloat16 FLOP/s of one GPU; 0 for a processor.
        bandwidth: Bytes/s between a GPU and its memory; 0 for a processor.
        cores: Processor cores of a usual host, per GPU.
        ram_gb: Memory of a usual host, per GPU.
    """

    name: str
    title: str
    memory_gb: float
    peak: float
    bandwidth: float
    cores: int
    ram_gb: float

    @property
    def is_gpu(self) -> bool:
        """Whether it is a GPU."""
        return self.memory_gb > 0


class Machine(NamedTuple):
    """A device in its host.

    Attributes:
        device: What computes.
        number: How many of it; the stages of today use one.
        cores: Processor cores.
        ram_gb: Memory of the host that a run may use.
        disk_gb: Free disk; None where it is not known.
        here: Whether it is the machine that this runs on.
    """

    device: Device
    number: int
    cores: int
    ram_gb: float
    disk_gb: float | None
    here: bool

    @property
    def name(self) -> str:
        """Device and count, such as h200x1."""
        return f"{self.device.name}x{self.number}" if self.device.is_gpu else self.device.name


# Memory, its bandwidth and peak: NVIDIA's data sheets of the H200 and H100 (SXM), A100 (80 GB
# SXM) and L4; the peak is that of dense bfloat16, half of what the sheets of H200, H100 and L4
# print "with sparsity". Hosts: one eighth of a DGX H200 or H100 (112 cores, 2 TB) or A100 (128
# cores, 2 TB), by their data sheets; for the L4 a cloud host of 8 cores and 32 GB; cpu: the
# reference machine of docs/experiments.md.
DEVICES = {
    device.name: device
    for device in (
        Device("h200", "NVIDIA H200 SXM", 141, 989e12, 4.8e12, 14, 256),
        Device("h100", "NVIDIA H100 SXM", 80, 989e12, 3.35e12, 14, 256),
        Device("a100", "NVIDIA A100 80 GB SXM", 80, 312e12, 2.039e12, 16, 256),
        Device("l4", "NVIDIA L4", 24, 121e12, 0.3e12, 8, 32),
        Device("cpu", "processor alone", 0, 0, 0, 2, 24),
    )
}


def name_machine(name: str, cores: int | None, ram_gb: float | None, disk: float | None) -> Machine:
    """A machine of the table.

    Args:
        name: A device and how many of it, such as h200x1; cpu for a processor alone.
        cores: Processor cores of the host, or None for a usual one.
        ram_gb: Its memory in GB, or None for a usual one.
        disk: Its free disk in GB, or None where it is not known.

    Returns:
        The machine.

    Raises:
        ParameterError: The device is not in the table.
    """
    form = re.fullmatch(rf"({'|'.join(DEVICES)})(?:x([1-9][0-9]?))?", name.lower())
    if form is None:
        raise ParameterError(
            f"the planner knows no device {name!r}",
            expected=f"one of {', '.join(DEVICES)}, with a number such as h200x1, or auto",
            cure="give the nearest one with --rates FILE, or run `nymgraph plan --probe` there",
        )
    device, count = DEVICES[form[1]], int(form[2] or 1)
    return Machine(
        device,
        count,
        cores or device.cores * count,
        ram_gb or device.ram_gb * count,
        disk,
        here=False,
    )


def this_machine(
    data: Path, cores: int | None, ram_gb: float | None, disk: float | None
) -> Machine:
    """The machine that this runs on.

    Args:
        data: The data folder, on whose disk the run writes.
        cores: Processor cores that the run may use, or None for all.
        ram_gb: Memory that it may use in GB, or None for what is available.
        disk: Disk that it may use in GB, or None for what is free.

    Returns:
        The machine, with the GPU that torch finds.
    """
    free = shutil.disk_usage(_existing(data)).free / GB
    device, count = _local_device()
    return Machine(
        device,
        count,
        cores or usable_cores(),
        ram_gb or psutil.virtual_memory().available / GB,
        free if disk is None else disk,
        here=True,
    )


def usable_cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # macOS


def _local_device() -> tuple[Device, int]:
    import torch

    if not torch.cuda.is_available():
        return DEVICES["cpu"], 1
    title = torch.cuda.get_device_name(0)
    memory = torch.cuda.get_device_properties(0).total_memory / GB
    known = [device for device in DEVICES.values() if device.name.upper() in title.upper().split()]
    device = known[0] if known else DEVICES["a100"]._replace(name="gpu")
    return device._replace(title=title, memory_gb=memory), torch.cuda.device_count()


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
