"""Fixed-width record layouts, written as the published tables are: field, start, width.

A layout turns into a ``%`` template once, so that millions of records can be made in bulk.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

NUMBER: Final = "0"
"""Mark of a right-aligned field filled with zeros; fields without it are text, left-aligned."""

type FieldRow = tuple[str, int, int] | tuple[str, int, int, str]
type Value = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a record: *start* is the 1-based column, *width* in characters."""

    name: str
    start: int
    width: int
    numeric: bool

    def slot(self) -> str:
        """Return the ``%`` slot that formats the field."""
        return f"%0{self.width}d" if self.numeric else f"%-{self.width}s"

    def text(self, value: Value) -> str:
        """Return *value* as the field's characters.

        Raises:
            ValueError: the value is wider than the field.
        """
        shown = self.slot() % value
        if len(shown) != self.width:
            raise ValueError(f"{self.name}: {value!r} is wider than {self.width}")
        return shown


class Layout:
    """A record of *width* columns; columns that no field covers are blank."""

    def __init__(self, width: int, *rows: FieldRow) -> None:
        self.width: Final = width
        self.fields: Final = tuple(_fields(rows, width))
        self._by_name: Final = {field.name: field for field in self.fields}

    def line(self, **values: Value) -> str:
        """Return one record; fields without a value are blank."""
        columns = [" "] * self.width
        for name, value in values.items():
            field = self._by_name[name]
            start = field.start - 1
            columns[start : start + field.width] = field.text(value)
        return "".join(columns)

    def template(self, *variable: str, **constant: Value) -> str:
        """Return a ``%`` template: *variable* fields are slots in column order, others constant.

        Raises:
            ValueError: *variable* is not in column order.
        """
        parts: list[str] = []
        slots: list[str] = []
        column = 1
        for field in self.fields:
            parts.append(" " * (field.start - column))
            column = field.start + field.width
            if field.name in variable:
                slots.append(field.name)
            parts.append(_part(field, variable, constant))
        if tuple(slots) != variable:
            raise ValueError(f"slots are {slots}, not {variable}")
        return "".join(parts) + " " * (self.width + 1 - column)

    def read(self, line: str) -> dict[str, str]:
        """Return every field of *line* as text without its trailing blanks."""
        return {f.name: line[f.start - 1 : f.start - 1 + f.width].rstrip() for f in self.fields}


def _part(field: Field, variable: tuple[str, ...], constant: dict[str, Value]) -> str:
    if field.name in variable:
        return field.slot()
    if field.name in constant:
        return field.text(constant[field.name]).replace("%", "%%")
    return " " * field.width


def _fields(rows: Iterable[FieldRow], width: int) -> Iterator[Field]:
    column = 1
    for name, start, size, *kind in rows:
        if start < column or start + size > width + 1:
            raise ValueError(f"{name} overlaps its neighbour or the end of the record")
        column = start + size
        yield Field(name=name, start=start, width=size, numeric=kind == [NUMBER])
