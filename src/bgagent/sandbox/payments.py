"""New money that a strategy over several symbols asks for, on its way to the host.

It stands before the orders in an ORDERS frame: how many payments, then for each the bar at whose close it was decided
and the sum.
"""

import struct
from collections.abc import Sequence
from math import isfinite

_COUNT = struct.Struct("<I")
_PAYMENT = struct.Struct("<qd")
_LARGEST = 1e15  # beyond that sums lose the cents


def pack_payments(payments: Sequence[tuple[int, float]]) -> bytes:
    """The payments as bytes."""
    return _COUNT.pack(len(payments)) + b"".join(_PAYMENT.pack(bar, amount) for bar, amount in payments)


def unpack_payments(body: bytes, shown: tuple[int, int]) -> tuple[dict[int, float], bytes]:
    """The sum asked for by bar of its decision, and what follows the payments.

    shown: first and last of the bars they may be decided on. Raises ValueError for what is no such payment.
    """
    if len(body) < _COUNT.size:
        raise ValueError("its payments are not counted")
    (count,) = _COUNT.unpack_from(body)
    end = _COUNT.size + count * _PAYMENT.size
    if len(body) < end:
        raise ValueError(f"{len(body)} bytes do not hold {count} payments")
    sums: dict[int, float] = {}
    for bar, amount in _PAYMENT.iter_unpack(body[_COUNT.size : end]):
        if not shown[0] <= bar <= shown[1]:
            raise ValueError(f"a payment is as of bar {bar} when shown {shown[0]} to {shown[1]}")
        if not (isfinite(amount) and 0 < amount <= _LARGEST):
            raise ValueError(f"a payment of {amount} is no sum above 0")
        sums[bar] = sums.get(bar, 0.0) + amount
    return sums, body[end:]
