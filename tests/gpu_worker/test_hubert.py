"""HuBERT reads both layouts of its weights, and runs nothing of a file that holds code."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.engine.speech.hubert import HubertModel, load_hubert
from gpu_worker.engine.voice.inert_pickle import load_inert


class Dictionary:
    """An object such as fairseq pickles beside its tensors."""

    def __init__(self) -> None:
        self.symbols = ["a", "b"]


class Bomb:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self.trace}",)


def _fairseq_name(name: str) -> str:
    """The inverse of the names that the loader maps."""
    pairs = [
        ("masked_spec_embed", "mask_emb"),
        ("feature_projection.layer_norm.", "layer_norm."),
        ("feature_projection.projection.", "post_extract_proj."),
        ("encoder.pos_conv_embed.conv.", "encoder.pos_conv.0."),
        (".attention.", ".self_attn."),
        (".feed_forward.intermediate_dense.", ".fc1."),
        (".feed_forward.output_dense.", ".fc2."),
    ]
    if name.startswith("feature_extractor"):
        return name.replace(".conv.", ".0.").replace(".layer_norm.", ".2.")
    if name.startswith("encoder.layers."):
        name = name.replace(".layer_norm.", ".self_attn_layer_norm.")
    for ours, theirs in pairs:
        name = name.replace(ours, theirs)
    return name


@pytest.fixture(scope="module")
def network() -> HubertModel:
    return HubertModel().eval()


def test_fairseq_layout_with_strange_objects(tmp_path: Path, network: HubertModel) -> None:
    weights = {_fairseq_name(name): tensor for name, tensor in network.state_dict().items()}
    weights["final_proj.weight"] = torch.zeros(256, 768)
    trace, path = tmp_path / "ran", tmp_path / "hubert_base.pt"
    torch.save({"cfg": Dictionary(), "args": Bomb(trace), "model": weights}, path)
    loaded = load_hubert(path).state_dict()
    assert not trace.exists()
    assert all(torch.equal(loaded[name], each) for name, each in network.state_dict().items())


def test_transformers_layout(tmp_path: Path, network: HubertModel) -> None:
    renamed = {
        "hubert."
        + name.replace("weight_g", "parametrizations.weight.original0").replace(
            "weight_v", "parametrizations.weight.original1"
        ): tensor
        for name, tensor in network.state_dict().items()
    }
    path = tmp_path / "pytorch_model.bin"
    torch.save(renamed, path)
    loaded = load_hubert(path).state_dict()
    assert all(torch.equal(loaded[name], each) for name, each in network.state_dict().items())


def test_the_projection_of_v1_is_layer_nine(tmp_path: Path) -> None:
    torch.manual_seed(0)
    whole = HubertModel(projecting=True).eval()
    assert whole.final_proj is not None
    weights = {_fairseq_name(name): tensor for name, tensor in whole.state_dict().items()}
    path = tmp_path / "hubert_base.pt"
    torch.save({"model": weights}, path)
    loaded = load_hubert(path, projecting=True)
    heard: list[torch.Tensor] = []
    whole.encoder.layers[8].register_forward_hook(lambda *call: heard.append(call[2]))
    wave = 0.1 * torch.randn(1, 4000)
    with torch.no_grad():
        whole(wave)
        expected = whole.final_proj(heard[0])
        assert expected.shape == (1, 12, 256)
        assert torch.allclose(loaded.projected(wave), expected, atol=1e-6)
        assert not torch.allclose(whole.final_proj(whole(wave)), expected, atol=1e-3)


def test_a_missing_projection_is_named(tmp_path: Path, network: HubertModel) -> None:
    path = tmp_path / "content-vec-best.bin"
    torch.save(network.state_dict(), path)
    with pytest.raises(JobError) as caught:
        load_hubert(path, projecting=True)
    assert caught.value.code is Code.WEIGHTS_MISSING
    assert "final_proj" in caught.value.detail
    with pytest.raises(RuntimeError):
        network.projected(torch.zeros(1, 400))


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pt"
    for content in ({"model": {"a": torch.zeros(1)}}, [1, 2]):
        torch.save(content, path)
        with pytest.raises(JobError) as caught:
            load_hubert(path)
        assert caught.value.code is Code.WEIGHTS_MISSING
    path.write_bytes(b"not a model")
    with pytest.raises(JobError):
        load_inert(path)


def test_a_frame_each_20_ms(network: HubertModel) -> None:
    with torch.no_grad():
        assert network(torch.zeros(2, 400)).shape == (2, 1, 768)
        assert network(torch.zeros(1, 16_000)).shape == (1, 49, 768)
