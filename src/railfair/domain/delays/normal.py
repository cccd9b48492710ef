"""The normal distribution for compiled code: its distribution function, and the way back.

Scores are held within +-`FAR`: certainty is so far out that no mood brings it back.
"""
# ruff: noqa: ANN001, ANN201 - the types are in the compiled signatures

import math

import numpy as np
from numba import njit

FAR = 40.0
_END = 8.0
_PER_UNIT = 256
_LAST = int(2 * _END * _PER_UNIT)
_TABLE = np.array(
    [0.0]
    + [0.5 * math.erfc(_END / math.sqrt(2) * (1 - 2 * n / _LAST)) for n in range(1, _LAST)]
    + [1.0, 1.0]
)
"""P(X <= score) from -`_END` to `_END`, and once more for the end of the last step."""
_TAIL = 0.02425
_A = (-3.969683028665376e01, 2.209460984245205e02, -2.759285104469687e02,
      1.383577518672690e02, -3.066479806614716e01, 2.506628277459239e00)  # fmt: skip
_B = (-5.447609879822406e01, 1.615858368580409e02, -1.556989798598866e02,
      6.680131188771972e01, -1.328068155288572e01)  # fmt: skip
_C = (-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e00,
      -2.549732539343734e00, 4.374664141464968e00, 2.938163982698783e00)  # fmt: skip
_D = (7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e00,
      3.754408661907416e00)  # fmt: skip


@njit("f8(f8)", cache=True, nogil=True, fastmath=True)
def below(score):  # type: ignore[no-untyped-def]
    """Return P(X <= score) of a standard normal X, to 1e-6."""
    place = min(max((score + _END) * _PER_UNIT, 0.0), float(_LAST))
    index = int(place)
    return _TABLE[index] + (place - index) * (_TABLE[index + 1] - _TABLE[index])


@njit("f8(f8)", cache=True, nogil=True)
def normal_score(chance):  # type: ignore[no-untyped-def]
    """Return the score with P(X <= score) = *chance*, to 1e-8; within +-`FAR`.

    Source: Acklam, an algorithm for computing the inverse normal cumulative distribution function.
    """
    if chance <= 0.0:
        return -FAR
    if chance >= 1.0:
        return FAR
    if chance < _TAIL or chance > 1 - _TAIL:
        q = math.sqrt(-2 * math.log(min(chance, 1 - chance)))
        above = ((((_C[0] * q + _C[1]) * q + _C[2]) * q + _C[3]) * q + _C[4]) * q + _C[5]
        under = (((_D[0] * q + _D[1]) * q + _D[2]) * q + _D[3]) * q + 1
        return above / under if chance < _TAIL else -above / under
    q = chance - 0.5
    r = q * q
    above = ((((_A[0] * r + _A[1]) * r + _A[2]) * r + _A[3]) * r + _A[4]) * r + _A[5]
    under = ((((_B[0] * r + _B[1]) * r + _B[2]) * r + _B[3]) * r + _B[4]) * r + 1
    return q * above / under
