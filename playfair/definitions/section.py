"""What all parts of the configuration have in common."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0)]
Workers = Annotated[int, Field(ge=1, le=256)]


class Section(BaseModel):
    """A part of the configuration: unknown keys are errors.

    Inside lists and objects Snakemake's --config gives every value as text: numbers are read from
    it, and so is null.
    """

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _read_null(cls, values: Any) -> Any:
        if isinstance(values, dict):
            return {key: None if value == "null" else value for key, value in values.items()}
        return values
