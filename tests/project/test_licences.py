"""What the core installs may go with Apache-2.0, and is listed."""

from tests.project.core_licences import FILE, as_page, core

# torch's GPU build on Linux brings these; their terms are NVIDIA's
OF_A_GPU_BUILD = ("nvidia-", "cuda-", "triton")


def test_the_list_of_licences_is_that_of_the_core() -> None:
    found = {name: x for name, x in core().items() if not name.startswith(OF_A_GPU_BUILD)}
    listed = FILE.read_text("utf-8")
    for line in as_page(found).splitlines():
        assert line in listed.splitlines(), "python -m tests.project.core_licences writes it anew"
    assert "polars" in found  # what the core needs was found


def test_nothing_of_the_core_is_gpl_or_unknown() -> None:
    for name, licence in core().items():
        assert "GPL" not in licence, name
        assert "General Public" not in licence, name
        assert licence != "unknown" or name.startswith(OF_A_GPU_BUILD), name
