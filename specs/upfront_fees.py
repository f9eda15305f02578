"""The figures of upfront-fees.md: a fee kept back of pay-outs, spread over the rows to come. Exact fractions; the rate by bisection.

Nothing is shared with the engine but the rules. `python3 specs/upfront_fees.py` prints what the page shows; `--check` says whether it does.
"""
import sys
from datetime import date, timedelta
from decimal import Decimal, getcontext
from fractions import Fraction as F
from math import isqrt
from pathlib import Path

from model import rounded, text

getcontext().prec = 120
DECIMALS = 18


def day(iso):
    return date.fromisoformat(iso)


def daily_rate(carrying, payments):
    """payments: [(days, amount)]. The rate of a day that discounts them to `carrying`, half up to 18 decimals."""
    low, high = Decimal(0), Decimal(1)
    for _ in range(200):
        middle = (low + high) / 2
        if sum(Decimal(amount) / (1 + middle) ** days for days, amount in payments) > carrying:
            low = middle
        else:
            high = middle
    return F(rounded(F(low) * 10**DECIMALS), 10**DECIMALS)


class Fee:
    """What is left, and the line of the running row."""

    def __init__(self, by_rate=False):
        self.by_rate, self.left, self.line = by_rate, 0, None  # line: (first, slope, days)

    def earned(self, on):
        if self.line is None:
            return 0
        first, slope, days = self.line
        return rounded(F(slope * (on - first).days, days))

    def deferred(self, on):
        return self.left - self.earned(on)

    def spread(self, on, rows, more=0, accrued=0):
        """Anew on a day. rows: [(due, principal, interest)], interest from the beginning of its period."""
        self.left = self.deferred(on) + more
        if not rows:
            self.line = None
            return
        self.line = (on, self.left, (rows[-1][0] - on).days)
        if not self.by_rate or len(rows) == 1:
            return
        carrying = sum(principal for _, principal, _ in rows) + accrued - self.left
        rate = daily_rate(carrying, [((due - on).days, principal + interest) for due, principal, interest in rows])
        days = (rows[0][0] - on).days
        part = rounded(carrying * ((1 + rate) ** days - 1)) - (rows[0][2] - accrued)
        self.line = (on, min(max(part, 0), self.left), days)

    def rest(self, on):
        self.left, self.line = self.deferred(on), None


def rows_of(lines):
    return [(day(due), round(F(principal) * 100), round(F(interest) * 100)) for due, principal, interest in lines]


def life(fee, rows, start, amount):
    """Row by row: carrying amount at its beginning, interest, part of the fee, what is left of it."""
    fee.spread(start, rows, amount)
    table = []
    for i, (due, principal, interest) in enumerate(rows):
        carrying = sum(p for _, p, _ in rows[i:]) - fee.left
        before = fee.left
        fee.spread(due, rows[i + 1:])
        table.append((due, carrying, interest, before - fee.left, fee.left))
    return table


TWO = rows_of([("2026-01-31", "6000", "180"), ("2026-03-02", "6000", "90")])
START = day("2026-01-01")


def two_rows_closed_form():
    """11,760 = 6,180 v + 6,090 v^2, v the discount of thirty days: the positive root of a quadratic."""
    scale = 10**60
    v = F(-6180 * scale + isqrt((6180**2 + 4 * 6090 * 11760) * scale**2), 2 * 6090 * scale)
    return rounded(1176000 * (1 / v - 1)) - 18000


def level_rows(principal, rate, dates, start):
    """Equal installments, interest by days over 360 and rounded, the last row takes the rest."""
    factors, before = [], start
    for due in dates:
        factors.append(F(rate) * (due - before).days / 360)
        before = due
    discount, annuity = F(1), F(0)
    for factor in factors:
        discount /= 1 + factor
        annuity += discount
    payment = rounded(principal / annuity)
    rows, balance = [], principal
    for due, factor in zip(dates, factors):
        interest = rounded(balance * factor)
        part = balance if due == dates[-1] else payment - interest
        rows.append((due, part, interest))
        balance -= part
    return rows


def figures():
    say = {}
    straight = Fee()
    straight.spread(START, TWO, 24000)
    say["straight line, left on 2026-01-30, 01-31, 03-01"] = [text(straight.deferred(day(d))) for d in
                                                              ("2026-01-30", "2026-01-31", "2026-03-01")]
    by_rate = Fee(True)
    table = life(by_rate, TWO, START, 24000)
    assert table[0][3] == two_rows_closed_form(), (table, two_rows_closed_form())
    say["effective interest, two rows: due, carrying, interest, of the fee, left"] = [
        (str(due), *map(text, rest)) for due, *rest in table]
    mid = Fee(True)
    mid.spread(START, TWO, 24000)
    say["effective interest, two rows: left on 01-16"] = text(mid.deferred(day("2026-01-16")))
    dates = [day(d) for d in ("2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01")]
    rows = level_rows(1200000, F(12, 100), dates, START)
    say["effective interest, six rows: due, carrying, interest, of the fee, left"] = [
        (str(due), *map(text, rest)) for due, *rest in life(Fee(True), rows, START, 24000 + 1000)]
    say["what is paid"] = [text(p + i) for _, p, i in rows]
    # Prepayment of a part: 12,000 in four rows of 3,000; 45 days on, three rows become two.
    four = [(START + timedelta(30 * k), 300000, (5 - k) * 4500) for k in range(1, 5)]
    part = Fee()
    part.spread(START, four, 24000)
    part.spread(four[0][0], four[1:])
    on = START + timedelta(45)
    say["prepaid: left before"] = text(part.deferred(on))
    part.spread(on, [(START + timedelta(60), 0, 0), (START + timedelta(90), 0, 0)])
    say["prepaid: left on day 46, 59, 60, 61"] = [text(part.deferred(START + timedelta(d))) for d in (46, 59)]
    part.spread(START + timedelta(60), [(START + timedelta(90), 0, 0)])
    say["prepaid: left on day 60, 61, 90"] = [text(part.deferred(START + timedelta(d))) for d in (60, 61, 90)]
    # Non-accrual from day 10 to day 20.
    rests = Fee()
    rests.spread(START, TWO, 24000)
    rests.rest(START + timedelta(10))
    rests.spread(START + timedelta(20), TWO)
    say["non-accrual: left on day 20, 30"] = [text(rests.deferred(START + timedelta(d))) for d in (20, 30)]
    # Two pay-outs of 6,000, fifteen days apart.
    twice = Fee()
    twice.spread(START, TWO, 12000)
    say["two pay-outs: left on day 15"] = text(twice.deferred(START + timedelta(15)))
    twice.spread(START + timedelta(15), TWO, 12000)
    say["two pay-outs: left on day 15 after, 16, 30"] = [text(twice.deferred(START + timedelta(d))) for d in (15, 16, 30)]
    return say


if __name__ == "__main__":
    said = figures()
    if sys.argv[1:] == ["--check"]:
        page = (Path(__file__).parent / "upfront-fees.md").read_text()
        cells = [c for v in said.values() for c in ([v] if isinstance(v, str) else
                                                    [x for each in v for x in ([each] if isinstance(each, str) else each)])]
        missing = [c for c in cells if c not in page and f"{c[:-6]},{c[-6:]}" not in page]
        sys.exit(f"not on the page: {missing}" if missing else 0)
    for name, value in said.items():
        print(name)
        for line in ([value] if isinstance(value, str) else value):
            print("   ", line)
