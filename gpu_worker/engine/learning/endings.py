"""Why a training ended and which checkpoint was chosen, in words."""

from ...contract.errors import Text
from .candidates import Kept
from .train_state import Ending


def ending_text(ending: Ending, steps: int, patience: int, best: Kept) -> Text:
    """One sentence a language for a customer."""
    ko, en = _why(ending, steps, patience)
    quality = round(best.scores.quality)
    if best.step == steps:
        return Text(
            f"{ko} 마지막 체크포인트의 품질 점수({quality}점)가 가장 높아 그것을 골랐습니다.",
            f"{en}; the last checkpoint has the best quality score ({quality}) and was chosen.",
        )
    return Text(
        f"{ko} 품질 점수가 가장 높은 {best.step}스텝의 체크포인트({quality}점)를 골랐습니다.",
        f"{en}; the checkpoint of step {best.step} has the best quality score ({quality}) "
        "and was chosen.",
    )


def _why(ending: Ending, steps: int, patience: int) -> tuple[str, str]:
    if ending is Ending.PATIENCE:
        return (
            f"체크포인트 {patience}개 동안 점수가 오르지 않아 {steps}스텝에서 학습을 마쳤습니다.",
            f"The score no longer rose for {patience} checkpoints, "
            f"so training ended at step {steps}",
        )
    if ending is Ending.FINISH:
        return (
            f"요청에 따라 {steps}스텝에서 학습을 마쳤습니다.",
            f"Training ended at step {steps} as you asked",
        )
    return f"{steps}스텝을 모두 학습했습니다.", f"All {steps} steps are done"
