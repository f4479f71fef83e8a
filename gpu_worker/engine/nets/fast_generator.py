"""The generator for inference: the same function with fewer and faster passes over memory.

Differences from ``generator.py``, which stays the reference:

- channels are the innermost dimension throughout (a 1-D convolution is a 2-D one of height 1), the
  layout that oneDNN and cuDNN compute in, so that nothing is transposed between two layers;
- a transposed convolution is a plain one that makes the samples of all phases as channels: with
  channels innermost, interleaving them is only another view (polyphase decomposition, Vaidyanathan
  1993, section 4.3);
- the excitation enters as one matrix product that adds to what is there;
- a stage computes only what the next one needs of the context on either side;
- leaky ReLU works in place, the mean over blocks is part of the next layer's weights.

A lower precision is for the residual blocks' convolutions in all stages but the last: nearly all
the work, and its rounding is some 60 dB below the signal. Everything else keeps the generator's.
Rounding what the blocks add to, or the last stage, costs 30 dB: it is white noise between the
harmonics.
"""

from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from .generator import LAST_SLOPE, SLOPE, Generator, ResidualBlock
from .weight_norm import NormConv1d, NormConvTranspose1d

Window = tuple[int, int]
Kind = TypeVar("Kind", bound=torch.nn.Module)


@dataclass(frozen=True, slots=True)
class _Conv:
    """A 1-D convolution that keeps the length of (B, C, 1, T)."""

    weight: Tensor
    bias: Tensor
    dilation: int

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor, dtype: torch.dtype, dilation: int = 1) -> "_Conv":
        """From a weight (C_out, C_in, K) with K odd."""
        weight = weight.detach().to(dtype).unsqueeze(2)
        weight = weight.contiguous(memory_format=torch.channels_last)
        return cls(weight, bias.detach().to(dtype), dilation)

    @property
    def reach(self) -> int:
        """Samples that it sees on either side."""
        return self.dilation * (self.weight.shape[3] // 2)

    def __call__(self, x: Tensor) -> Tensor:
        return F.conv2d(
            x, self.weight, self.bias, padding=(0, self.reach), dilation=(1, self.dilation)
        )


class _Block:
    """A residual block of (B, C, 1, T), whose convolutions compute in ``dtype``."""

    def __init__(self, block: ResidualBlock, dtype: torch.dtype) -> None:
        self._dtype = dtype
        self._pairs = [
            (_conv(dilated, dtype), _conv(plain, dtype))
            for dilated, plain in zip(block.convs1, block.convs2, strict=True)
        ]
        self.reach = sum(dilated.reach + plain.reach for dilated, plain in self._pairs)

    def __call__(self, x: Tensor, activated: Tensor) -> Tensor:
        """The block's result for ``x``, whose leaky ReLU is ``activated``; changes neither."""
        first, *others = self._pairs
        own = x + _pair(first, activated)
        for pair in others:
            own.add_(_pair(pair, _activated(own, self._dtype)))
        return own


class _Stage:
    """One upsampling of (B, C, 1, T) with its excitation and its residual blocks.

    The result is the sum over the blocks; ``scale`` undoes that sum of the stage before.
    """

    def __init__(
        self,
        up: NormConvTranspose1d,
        noise_conv: torch.nn.Conv1d,
        blocks: list[ResidualBlock],
        scale: float,
        dtype: torch.dtype,
    ) -> None:
        self.rate = up.stride[0]
        weight, bias = _polyphase(up)
        bias = bias + _bias(noise_conv).repeat(self.rate)
        self._up = _Conv.of(weight * scale, bias, weight.dtype)
        self._taps = noise_conv.weight[:, 0].T.detach().contiguous()
        self._stride = noise_conv.stride[0]
        self._margin = int(noise_conv.padding[0])
        self._dtype = dtype
        self._blocks = [_Block(block, dtype) for block in blocks]

    def context(self, after: int) -> int:
        """Samples needed on either side at the input for ``after`` at the output."""
        reach = max(block.reach for block in self._blocks)
        return -(-(after + reach) // self.rate) + self._up.reach

    def __call__(self, x: Tensor, source: Tensor, first: int) -> Tensor:
        """(B, C, 1, T) that begins at sample ``first`` of its rate -> (B, C', 1, T * rate)."""
        wide = self._up(F.leaky_relu_(x, SLOPE)).permute(0, 2, 3, 1)
        batch, samples = wide.shape[0], wide.shape[2] * self.rate
        up = wide.reshape(batch * samples, -1)
        up.addmm_(self._windows(source, first * self.rate, samples), self._taps)
        x = up.view(batch, 1, samples, -1).permute(0, 3, 1, 2)
        activated = _activated(x, self._dtype)
        total, *others = (block(x, activated) for block in self._blocks)
        for other in others:
            total.add_(other)
        return total

    def _windows(self, source: Tensor, first: int, count: int) -> Tensor:
        """What the excitation's convolution sees at each of ``count`` samples: (B * count, K)."""
        begin = first * self._stride - self._margin
        end = begin + (count - 1) * self._stride + len(self._taps)
        within = source[:, 0, max(0, begin) : end]
        padded = F.pad(within, (max(0, -begin), max(0, end - source.shape[2])))
        windows = padded.unfold(1, len(self._taps), self._stride)
        return windows.reshape(-1, len(self._taps))


class FastGenerator:
    """Decodes like ``Generator.decode``, on the device that the generator lies on.

    ``dtype`` is that of the residual blocks' convolutions in all stages but the last. Later changes
    of the generator's parameters have no effect.
    """

    def __init__(self, generator: Generator, dtype: torch.dtype) -> None:
        self._conv_pre, self._cond = generator.conv_pre, generator.cond
        count = generator.blocks
        self._stages = [
            _Stage(
                _as(up, NormConvTranspose1d),
                _as(noise_conv, torch.nn.Conv1d),
                [_as(b, ResidualBlock) for b in generator.resblocks[i * count : (i + 1) * count]],
                1.0 if i == 0 else 1 / count,
                dtype if i + 1 < len(generator.ups) else generator.conv_post.weight.dtype,
            )
            for i, (up, noise_conv) in enumerate(
                zip(generator.ups, generator.noise_convs, strict=True)
            )
        ]
        self._conv_post = generator.conv_post.weight.detach() / count
        self._contexts = self._needed()

    @torch.inference_mode()
    def frames(self, z: Tensor, source: Tensor, speaker: Tensor, first: int, last: int) -> Tensor:
        """Audio of frames ``first`` to ``last`` as if all were decoded: (B, 1, samples).

        ``z`` (B, inter, L), ``source`` (B, 1, L * hop), ``speaker`` (B, speaker_channels, 1).
        """
        wanted, length = (first, last), z.shape[2]
        seen = _widened(wanted, self._contexts[0], length)
        x = self._conv_pre(z[:, :, seen[0] : seen[1]]) + self._cond(speaker)
        x = x.unsqueeze(2).contiguous(memory_format=torch.channels_last)
        for stage, context in zip(self._stages, self._contexts[1:], strict=True):
            x = stage(x, source, seen[0])
            seen, wanted = _times(seen, stage.rate), _times(wanted, stage.rate)
            length *= stage.rate
            needed = _widened(wanted, context, length)
            x = x[..., needed[0] - seen[0] : needed[1] - seen[0]]
            seen = needed
        audio = F.conv1d(
            F.leaky_relu_(x, LAST_SLOPE).squeeze(2),
            self._conv_post,
            padding=self._conv_post.shape[2] // 2,
        )
        return torch.tanh_(audio[..., wanted[0] - seen[0] : wanted[1] - seen[0]])

    def _needed(self) -> list[int]:
        """Context needed on either side of the latent, then of each stage's result."""
        needed = [self._conv_post.shape[2] // 2]
        for stage in reversed(self._stages):
            needed.insert(0, stage.context(needed[0]))
        return [needed[0] + self._conv_pre.kernel_size[0] // 2, *needed[1:]]


def _pair(pair: tuple[_Conv, _Conv], activated: Tensor) -> Tensor:
    dilated, plain = pair
    return plain(F.leaky_relu_(dilated(activated), SLOPE))


def _activated(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Leaky ReLU of ``x`` in ``dtype``; ``x`` stays as it is."""
    if dtype == x.dtype:
        return F.leaky_relu(x, SLOPE)
    return F.leaky_relu_(x.to(dtype), SLOPE)


def _polyphase(up: NormConvTranspose1d) -> tuple[Tensor, Tensor]:
    """A transposed convolution as a plain one: weight (rate * C_out, C_in, odd K) and bias.

    Output sample ``q * rate + p`` takes tap j from input ``q + (p + margin - j) / rate``, where
    that is whole; channel ``p * C_out + c`` of the plain convolution holds it.
    """
    weight, rate, margin = up.normed().detach(), up.stride[0], up.margin
    channels_in, channels_out, kernel = weight.shape
    offsets = [
        (phase, tap, (phase + margin - tap) // rate)
        for phase in range(rate)
        for tap in range(kernel)
        if (phase + margin - tap) % rate == 0
    ]
    reach = max(abs(offset) for *_, offset in offsets)
    plain = weight.new_zeros(rate, channels_out, channels_in, 2 * reach + 1)
    for phase, tap, offset in offsets:
        plain[phase, :, :, reach + offset] = weight[:, :, tap].T
    return plain.flatten(0, 1), _bias(up).repeat(rate)


def _conv(layer: torch.nn.Module, dtype: torch.dtype) -> _Conv:
    conv = _as(layer, NormConv1d)
    return _Conv.of(conv.normed(), _bias(conv), dtype, conv.dilation[0])


def _bias(layer: torch.nn.Conv1d | torch.nn.ConvTranspose1d) -> Tensor:
    if layer.bias is None:
        raise TypeError("the generator's convolutions have biases")
    return layer.bias.detach()


def _as(module: torch.nn.Module, kind: type[Kind]) -> Kind:
    """What a module list holds, by its type."""
    if not isinstance(module, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(module).__name__}")
    return module


def _widened(window: Window, context: int, length: int) -> Window:
    return max(0, window[0] - context), min(length, window[1] + context)


def _times(window: Window, rate: int) -> Window:
    return window[0] * rate, window[1] * rate
