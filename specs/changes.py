#!/usr/bin/env python3
"""Second opinion on changes of a running plan: the figures of prepayment.md, extension.md, due-date-move.md, rate-change.md,
deferral.md and re-ageing.md, in exact fractions and without the engine. Run it to see them; each page shows the formula.

The loan of all pages: CNY 12,000.00 at 15 % over 12 months, monthly interest, from 15 January 2024."""

from datetime import date
from fractions import Fraction as F


def half_up(x):
    return (2 * x.numerator + x.denominator) // (2 * x.denominator)


def level(balance, factors):
    """x with sum of x / ((1 + f1) ... (1 + fk)) = balance, rounded."""
    v, annuity = F(1), F(0)
    for f in factors:
        v /= 1 + f
        annuity += v
    return half_up(balance / annuity)


def rows(balance, factors, x, carried=0, ask=None):
    """(principal, interest, payment, balance) a row; ask[k]: 'pay', 'cap', 'defer', 'waive' for rows without principal."""
    out = []
    for k, f in enumerate(factors):
        interest = half_up(balance * f)
        kind = (ask or {}).get(k)
        last = k == len(factors) - 1
        if kind == 'cap':
            balance += interest
            out.append((-interest, interest, 0, balance))
            continue
        if kind == 'defer':
            carried += interest
            out.append((0, 0, 0, balance))
            continue
        if kind == 'waive':
            out.append((0, 0, 0, balance))
            continue
        principal = 0 if kind == 'pay' else max(0, min(x - interest, balance))
        if last or (kind is None and x - interest >= balance):
            principal = balance
        balance -= principal
        out.append((principal, interest + carried, principal + interest + carried, balance))
        carried = 0
        if balance == 0:
            break
    return out


def interest_of(plan):
    return sum(r[1] for r in plan)


MONTH = F(15, 1200)
P = 1200000
X = level(P, [MONTH] * 12)
PLAN = rows(P, [MONTH] * 12, X)
BALANCE = [P] + [r[3] for r in PLAN]


def days(amount, n, rate=F(15, 100)):
    return half_up(amount * rate * n / 360)


def show(name, plan, x, now=0):
    left = interest_of(PLAN[12 - LEFT:])
    print(f"{name}: installment {x}, rows {len(plan)}, first {plan[0]}, last {plan[-1]}, interest {interest_of(plan)}, "
          f"saved {left - now - interest_of(plan)}")


if __name__ == '__main__':
    LEFT = 7
    B = BALANCE[5]
    print('loan', X, PLAN)
    print('settle 28 June', B, days(B, 13))
    C = B - 300000
    odd = [F(15, 100) * 17 / 360] + [MONTH] * 6
    for name, factors, now in (('of part', [MONTH] * 7, days(300000, 13)), ('all', odd, days(B, 13))):
        x = level(C, factors)
        show('reduce, ' + name, rows(C, factors, x), x, now)
        show('shorten, ' + name, rows(C, factors, X), X, now)
    x = level(C, [MONTH] * 7)
    show('reduce, next row', rows(C, [MONTH] * 7, x, days(300000, 13)), x)
    # keep principal
    balance, left, kept = C, 300000, [r[0] for r in PLAN[5:]]
    while left:
        take = min(left, kept[-1])
        kept[-1] -= take
        left -= take
        if kept[-1] == 0:
            kept.pop()
    out = []
    for p in kept:
        i = half_up(balance * MONTH)
        balance -= p
        out.append((p, i, p + i, balance))
    print('keep principal', out)
    show('keep principal', out, 0, days(300000, 13))
    # paid ahead
    D = BALANCE[7]
    show('ahead', rows(D, odd, X, ask={0: 'pay', 1: 'pay'}), X, days(B, 13))
    # extension
    x = level(B, [MONTH] * 13)
    show('extend by 6', rows(B, [MONTH] * 13, x), x)
    stub = [MONTH] * 12 + [F(15, 100) * 16 / 360]
    x = level(B, stub)
    show('extend to 1 July', rows(B, stub, x), x)
    # due dates
    for name, first in (('25', 40), ('5', 20)):
        moved = [F(15, 100) * first / 360] + [MONTH] * 6
        show('due day ' + name, rows(B, moved, X), X)
        x = level(B, moved)
        show('due day, solved ' + name, rows(B, moved, x), x)
    # rates: 15 days of 30 at each
    low = F(12, 1200)
    mixed = [(MONTH + low) / 2] + [low] * 6
    show('rate kept', rows(B, mixed, X), X)
    x = level(B, mixed)
    show('rate ahead', rows(B, mixed, x), x)
    x = level(B, [low] * 7)
    show('rate at a due date', rows(B, [low] * 7, x), x)
    # deferral
    for kind in ('pay', 'cap', 'defer', 'waive'):
        plan = rows(B, [MONTH] * 9, X, ask={0: kind, 1: kind})
        show('defer ' + kind, plan, X)
    x = level(B, [MONTH] * 5)
    show('interest only, same end', rows(B, [MONTH] * 7, x, ask={0: 'pay', 1: 'pay'}), x)
    # re-ageing on 1 August, six rows done, interest since 15 July: 17 days, 150.00 in arrears
    LEFT = 6
    B = BALANCE[6]
    accrued = days(B, 17)
    print('re-age', B, accrued)
    for name, balance, carried in (('capitalised', B + 15000 + accrued, 0), ('deferred', B, 15000 + accrued), ('waived', B, 0)):
        x = level(balance, [MONTH] * 24)
        show('re-age ' + name, rows(balance, [MONTH] * 24, x, carried), x)
    LEFT = 7
    B = BALANCE[5]
    half = B * MONTH + 500000 * MONTH / 2
    first = half_up(half)
    # solved: B + 5,000.00 drawn after half a month
    v, annuity = F(1), F(0)
    for _ in range(7):
        v /= 1 + MONTH
        annuity += v
    x = half_up((B * (1 + MONTH) + 500000 * (1 + MONTH / 2)) / (1 + MONTH) / annuity)
    def drawn(x, n):
        p = min(x - first, B + 500000)
        tail = rows(B + 500000 - p, [MONTH] * (n - 1), x)
        return [(p, first, p + first, B + 500000 - p)] + tail
    show('disburse, solved', drawn(x, 7), x)
    show('disburse, kept', drawn(X, 100), X)
