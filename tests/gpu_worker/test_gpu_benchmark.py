"""What the GPU benchmark makes of a profile."""

import pytest

from benchmarks.gpu_parts.common import family, summed


def test_kernels_side_by_side_keep_a_gpu_busy_only_once() -> None:
    """Two overlap by 1 ms, a third follows after a pause; two calls."""
    spans = [("triton_a", 0.0, 2000.0), ("triton_b", 1000.0, 3000.0), ("triton_a", 5000.0, 6000.0)]
    row = summed(spans, 2)
    assert (row["busy_ms"], row["kernel_ms"], row["kernels"]) == (2.0, 2.5, 2)
    assert row["families_ms"] == {"triton": 2.5}
    assert row["most"] == [["triton_a", 1.5, 1.0], ["triton_b", 1.0, 0.5]]


@pytest.mark.parametrize(
    ("kernel", "kind"),
    [
        ("void cudnn::engines_precompiled::nchwToNhwcKernel<__nv_bfloat16>", "layout"),
        ("sm90_xmma_wgrad_indexed_implicit_gemm_bf16bf16_bf16f32", "convolution"),
        ("triton_red_fused__to_copy_add_convolution_backward", "triton"),
        ("void at::native::(anonymous namespace)::multi_tensor_apply_kernel<", "optimiser"),
        ("void at::native::reduce_kernel<512, 1, at::native::ReduceOp<float>>", "reduction"),
        ("Memset (Device)", "memset"),
        ("void at::native::vectorized_elementwise_kernel<8, bfloat16_copy_kernel_cuda>", "copy"),
        ("void at::native::vectorized_elementwise_kernel<4, CUDAFunctor_add>", "elementwise"),
    ],
)
def test_a_kernel_belongs_to_the_family_of_its_name(kernel: str, kind: str) -> None:
    assert family(kernel) == kind
