"""The one base of all contract models."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable message that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
