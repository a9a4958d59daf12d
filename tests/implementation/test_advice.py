"""A crash over a wrong name says the right one."""

import pytest

from bgagent.implementation.advice import advice


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("line 9: AttributeError: 'S' object has no attribute 'data'", "there is self.close, self.high"),
        ("AttributeError: 'S' object has no attribute 'equty'", "did you mean equity"),
        ("AttributeError: 'Position' object has no attribute 'size'", "position.quantity"),
        ("AttributeError: 'Position' object has no attribute 'frobnicate'", "there is quantity, is_open"),
        ("TypeError: Trading.buy() got an unexpected keyword argument 'sl'", "there is stop_loss"),
        ("TypeError: Trading.buy() got an unexpected keyword argument 'hold_bar'", "did you mean hold_bars"),
        ("NameError: name 'np' is not defined", "import numpy as np"),
        ("NameError: name 'threshold' is not defined", "define it"),
        ("ZeroDivisionError: division by zero", ""),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_one(detail, told):
    assert told in advice(detail)
    assert bool(advice(detail)) == bool(told)
