"""What all parts of the configuration have in common."""

import re
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Self, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic.fields import FieldInfo

from playfair.errors import InputError


def _check_path(path: str) -> str:
    """Refuse a path of which Snakemake or a file system makes something else."""
    if not path.strip():
        raise InputError(f"the path {path!r} is empty: name a file or directory")
    if path != path.strip() or re.search(r"[\x00-\x1f\x7f]", path):
        raise InputError(
            f"the path {path!r} begins or ends with a blank, or has a control character: rename "
            "the file, or mend the path"
        )
    if re.search("[{}]", path):
        raise InputError(
            f"the path {path!r} has a brace, which Snakemake takes for a wildcard: rename the file "
            "or directory"
        )
    return path


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=100)]
GivenPath = Annotated[str, AfterValidator(_check_path)]
"""A file or directory of the user's, relative to the working directory."""
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Factory = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$")]
Workers = Annotated[int, Field(ge=1, le=256)]


class Section(BaseModel):
    """A part of the configuration: unknown keys are errors.

    Inside lists and objects Snakemake's --config gives every value as text: numbers are read from
    it, and so is null. A section without a line, which YAML reads as null, leaves all options open.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

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
    def _read_words(cls, values: Any) -> Any:
        if values is None:
            return {}
        if not isinstance(values, dict):
            return values
        return {
            key: _words_of_truth(value) if _is_numeric(cls.model_fields.get(key)) else _null(value)
            for key, value in values.items()
        }


def unwrapped(annotation: Any) -> Any:
    """What an annotation allows beside null, without what is attached to it."""
    if get_origin(annotation) is Annotated:
        return unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation):
        members = [member for member in get_args(annotation) if member is not NoneType]
        return unwrapped(members[0]) if len(members) == 1 else annotation
    return annotation


def _null(value: Any) -> Any:
    return None if value == "null" else value


def _words_of_truth(value: Any) -> Any:
    """Truth values as the words that they were written as: they are no numbers, 1 and 0."""
    if isinstance(value, list):
        return [_words_of_truth(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else _null(value)


def _is_numeric(field: FieldInfo | None) -> bool:
    """Whether a field takes numbers, or a list of them, and no truth values."""

    def takes(annotation: Any) -> bool:
        annotation = unwrapped(annotation)
        if get_origin(annotation) is list:
            return takes(get_args(annotation)[0])
        return annotation in (int, float)

    return field is not None and takes(field.annotation)


def sections_in(annotation: Any) -> list[type[Section]]:
    """The sections that an annotation allows: none, one, or the members of a tagged union."""
    annotation = unwrapped(annotation)
    members = [unwrapped(member) for member in get_args(annotation)] or [annotation]
    return [part for part in members if isinstance(part, type) and issubclass(part, Section)]
