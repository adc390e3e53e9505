"""What all parts of the configuration have in common."""

from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0)]
Factory = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$")]
Workers = Annotated[int, Field(ge=1, le=256)]


class Section(BaseModel):
    """A part of the configuration: unknown keys are errors.

    Inside lists and objects Snakemake's --config gives every value as text: numbers are read from
    it, and so is null. A section without a line, which YAML reads as null, leaves all options open.
    """

    model_config = ConfigDict(extra="forbid")

    own_defaults: ClassVar[frozenset[str]] = frozenset()
    """Options whose default belongs to this kind of section, whatever `shared` says."""

    def inheriting(self, shared: "Section") -> Self:
        """This section, with what it leaves open taken from the options that many share.

        An option that is set here stays, and so does the default of one of `own_defaults`; options
        that only one of the two sections has do not matter. `model_fields_set` still names what is
        set here.
        """
        settled = self.model_fields_set | self.own_defaults
        values = {
            name: getattr(self if name in settled else shared, name, getattr(self, name))
            for name in type(self).model_fields
        }
        return self.model_construct(_fields_set=set(self.model_fields_set), **values)

    @model_validator(mode="before")
    @classmethod
    def _read_null(cls, values: Any) -> Any:
        if values is None:
            return {}
        if isinstance(values, dict):
            return {key: None if value == "null" else value for key, value in values.items()}
        return values


def unwrapped(annotation: Any) -> Any:
    """What an annotation allows beside null, without what is attached to it."""
    if get_origin(annotation) is Annotated:
        return unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation):
        members = [member for member in get_args(annotation) if member is not NoneType]
        return unwrapped(members[0]) if len(members) == 1 else annotation
    return annotation


def sections_in(annotation: Any) -> list[type[Section]]:
    """The sections that an annotation allows: none, one, or the members of a tagged union."""
    annotation = unwrapped(annotation)
    members = [unwrapped(member) for member in get_args(annotation)] or [annotation]
    return [part for part in members if isinstance(part, type) and issubclass(part, Section)]
