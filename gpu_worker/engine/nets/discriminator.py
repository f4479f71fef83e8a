"""Discriminators of HiFi-GAN (Kong et al. 2020), with RVC v2's periods."""

from torch import Tensor, nn
from torch.nn import functional as F

from ..config import DiscriminatorConfig
from .convolution import EitherLayout, activated
from .weight_norm import NormConv1d, NormConv2d

SLOPE = 0.1


class ScaleDiscriminator(nn.Module):
    """Grouped convolutions over the waveform (B, 1, T)."""

    KERNELS = (15, 41, 41, 41, 41, 5)
    STRIDES = (1, 4, 4, 4, 4, 1)

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        widths = (1, *config.scale_channels)
        shapes = zip(
            widths[:-1], widths[1:], self.KERNELS, self.STRIDES, config.scale_groups, strict=True
        )
        self.convs = nn.ModuleList(
            NormConv1d(before, after, kernel, stride=stride, padding=kernel // 2, groups=groups)
            for before, after, kernel, stride, groups in shapes
        )
        self.conv_post = NormConv1d(widths[-1], 1, 3, padding=1)

    def forward(self, audio: Tensor) -> tuple[Tensor, list[Tensor]]:
        return _judge(self.convs, self.conv_post, audio)


class PeriodDiscriminator(nn.Module):
    """Convolutions along every ``period``-th sample of the waveform (B, 1, T)."""

    KERNEL = 5
    STRIDES = (3, 3, 3, 3, 1)

    def __init__(self, period: int, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.period = period
        widths = (1, *config.period_channels)
        self.convs = nn.ModuleList(
            NormConv2d(before, after, self.KERNEL, stride)
            for before, after, stride in zip(widths[:-1], widths[1:], self.STRIDES, strict=True)
        )
        self.conv_post = NormConv2d(widths[-1], 1, 3, 1)

    def forward(self, audio: Tensor) -> tuple[Tensor, list[Tensor]]:
        missing = -audio.shape[2] % self.period
        padded = F.pad(audio, (0, missing), mode="reflect")
        columns = padded.view(*audio.shape[:2], -1, self.period)
        return _judge(self.convs, self.conv_post, columns)


class MultiPeriodDiscriminator(nn.Module):
    """One scale discriminator, then one for each period."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.discriminators = nn.ModuleList(
            [
                ScaleDiscriminator(config),
                *(PeriodDiscriminator(period, config) for period in config.periods),
            ]
        )

    def forward(self, audio: Tensor) -> tuple[list[Tensor], list[list[Tensor]]]:
        """Waveforms (B, 1, T) -> each discriminator's logits (B, N) and its feature maps.

        Logits are near 1 for real audio. Feature maps are those after each activation, and the
        last convolution's output.
        """
        judgements = [discriminator(audio) for discriminator in self.discriminators]
        return [logits for logits, _ in judgements], [maps for _, maps in judgements]


def _judge(convs: nn.ModuleList, conv_post: nn.Module, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    maps = []
    for conv in convs:
        assert isinstance(conv, EitherLayout)
        x = activated(conv, x, SLOPE)
        maps.append(x)
    x = conv_post(x)
    maps.append(x)
    return x.flatten(1), maps
