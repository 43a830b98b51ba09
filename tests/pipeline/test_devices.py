import pytest
import torch

from nymgraph.pipeline import devices
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.errors import DependencyError, ParameterError


def gpu(monkeypatch: pytest.MonkeyPatch, *, there: bool, bfloat16: bool = True) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    if there:
        monkeypatch.setattr(devices, "compute_on", lambda _device: None)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: bfloat16)


@pytest.mark.parametrize(("there", "device"), [(True, "cuda"), (False, "cpu")])
def test_auto_takes_a_gpu_when_there_is_one(
    monkeypatch: pytest.MonkeyPatch, there: bool, device: str
) -> None:
    gpu(monkeypatch, there=there)
    assert resolve_device("auto") == device


def test_a_device_asked_for_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu(monkeypatch, there=True)
    assert resolve_device("cpu") == "cpu"
    assert resolve_device("cuda:1") == "cuda:1"


@pytest.mark.parametrize("device", ["gpu", "cuda:x", ""])
def test_a_device_that_torch_does_not_know(device: str) -> None:
    with pytest.raises(ParameterError, match="is no device"):
        resolve_device(device)


@pytest.mark.parametrize("device", ["cuda:0", "cuda:99", "meta", "mps", "xla"])
def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    if device == "cuda:0" and torch.cuda.is_available():
        pytest.skip("it is there")
    if device == "mps" and torch.backends.mps.is_available():
        pytest.skip("it is there")
    with pytest.raises(DependencyError, match=f"'{device}' is not there"):
        resolve_device(device)


@pytest.mark.parametrize("native", [True, False])
def test_bfloat16_where_it_is_native(monkeypatch: pytest.MonkeyPatch, native: bool) -> None:
    expected = "bfloat16" if native else "float32"
    gpu(monkeypatch, there=True, bfloat16=native)
    assert resolve_precision("auto", "auto") == expected
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: native)
    assert resolve_precision("auto", "cpu") == expected


def test_a_precision_asked_for_is_taken() -> None:
    assert resolve_precision("float32", "auto") == "float32"
    assert resolve_precision("bfloat16", "cpu") == "bfloat16"


def test_float16_is_for_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu(monkeypatch, there=True)
    assert resolve_precision("float16", "cuda:0") == "float16"
    with pytest.raises(ParameterError, match="do not compute in float16"):
        resolve_precision("float16", "cpu")
