#!/usr/bin/env python3
"""Second opinion on conversion.md and capitalisation.md, in exact fractions and without the engine. Run it to see the figures.

The loans: CNY 12,000.00 or 1,200.00 at 12 %, monthly interest, paid out on 15 January 2026."""

from datetime import date
from fractions import Fraction as F

from changes import half_up, level, rows

MONTH = F(1, 100)


def show(title, plan):
    print(title)
    for principal, interest, payment, balance in plan:
        print('  principal %9.2f  interest %7.2f  payment %9.2f  balance %9.2f' % tuple(x / 100 for x in (principal, interest, payment, balance)))


def equal_principal(balance, count):
    part, out = half_up(F(balance, count)), []
    for k in range(count):
        interest = half_up(balance * MONTH)
        principal = balance if k == count - 1 else part
        balance -= principal
        out.append((principal, interest, principal + interest, balance))
    return out


def interest_first(balance, count):
    interest = half_up(balance * MONTH)
    return [(0, interest, interest, balance)] * (count - 1) + [(balance, interest, balance + interest, 0)]


def two_rows(balance, interest_exact):
    """Two equal installments x: `balance` after what joined, the interest of the first row given exactly."""
    x = half_up((balance + interest_exact) * (1 + MONTH) / (2 + MONTH))
    i1 = half_up(interest_exact)
    p1 = x - i1
    rest = balance - p1
    i2 = half_up(rest * MONTH)
    return [(p1, i1, x, rest), (rest, i2, rest + i2, 0)]


if __name__ == '__main__':
    X = level(1200000, [MONTH] * 12)
    after_first = rows(1200000, [MONTH] * 12, X)[0][3]
    print('installment %.2f, balance after the first %.2f' % (X / 100, after_first / 100))
    show('equal principal over 11', equal_principal(after_first, 11))
    show('interest first over 6', interest_first(after_first, 6))
    show('interest first over 8', interest_first(after_first, 8))
    show('6000.00 by equal principal over 6', equal_principal(600000, 6))
    B, I = 80397, 1200  # after the first of three rows of 408.03
    show('12.00 joins on the due date', two_rows(B + I, (B + I) * MONTH))
    days = (date(2026, 3, 15) - date(2026, 2, 25)).days
    # Within a period of whole months the actual days count as parts of it (plans-drawdowns.md); an odd first period by days over 360.
    show('12.00 joins on 25 February', two_rows(B + I, B * MONTH + I * MONTH * F(days, 28)))
    accrued = half_up(F(804 * 10, 28))
    print('accrued by then', accrued / 100)
    joined = B + I + accrued
    show('both join', two_rows(joined, F(joined * 12 * days, 100 * 360)))
    show('5.00 of fees join on the due date', two_rows(B + 500, (B + 500) * MONTH))
