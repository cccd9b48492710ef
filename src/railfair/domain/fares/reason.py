"""Why a fare is not offered, or what to know of one that is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A kebab-case *code* for programs and a sentence for people."""

    code: str
    text: str
