#!/usr/bin/env python3
"""Second opinion on interest-recomputed.md: the same rules night by night, in exact fractions and without the engine.

Every night has a balance: what is not yet due and unpaid, and what is overdue, where that counts. Nights with the same balance
in a row are one stretch, rounded half-even; a period's interest is the sum of its stretches. `python3 specs/recomputed.py` prints
the examples of the page that no other source publishes, and checks the model against those that one does."""

from datetime import date, timedelta
from fractions import Fraction as F


def cents(x):
    floor, rest = divmod(x.numerator, x.denominator)
    twice = 2 * rest
    return floor + (twice > x.denominator or (twice == x.denominator and floor % 2 == 1))


def money(minor):
    return f'{minor // 100}.{minor % 100:02d}'


def level(balance, rates, multiple):
    v, annuity = F(1), F(0)
    for r in rates:
        v /= 1 + r
        annuity += v
    return cents(balance / annuity / multiple) * multiple


class Loan:
    def __init__(self, principal, rate, dues, start, early, overdue='at-payment', rest='day', multiple=100, compounds=False,
                 whole_months=False):
        self.principal, self.rate, self.dues, self.start = principal, F(rate), dues, start
        self.early, self.overdue, self.rest, self.multiple = early, overdue, rest, multiple
        self.compounds, self.whole_months = compounds, whole_months
        self.ends = [start] + dues
        n = len(dues)
        even = F(rate) / 12 if whole_months else F(rate) * 30 / 365
        self.even = even
        self.x = [level(principal, [even] * n, multiple)] * n
        self.rows = [dict(principal=0, interest=0, paid_p=0, paid_i=0) for _ in dues]
        self.take_off = [0] * n
        self.night = {}  # of the running period: the balance of each night that has passed, and what of it is overdue
        self.k, self.owed = 0, principal  # running row, principal not yet due
        self.money_early = 0
        self.plan(start)

    def night_rate(self, k):
        days = (self.ends[k + 1] - self.ends[k]).days
        return self.rate / 12 / days if self.whole_months else self.rate / 365

    def late(self):
        sums = 0
        for row in self.rows[:self.k]:
            sums += row['principal'] - row['paid_p']
            if self.compounds:
                sums += row['interest'] - row['paid_i']
        return sums

    def ahead(self):
        if self.early == 'last-smaller':
            return self.owed - sum(r['paid_p'] for r in self.rows[self.k:])
        return self.owed - self.money_early

    def interest(self, k, until):
        """Of running row k: nights through `until` as they were, the others on what is not yet due."""
        balances = []
        day = self.since
        while day < self.ends[k + 1]:
            balances.append((self.period(day), self.night[day] if day < until else self.ahead_from(day)))
            day += timedelta(1)
        total, i = 0, 0
        while i < len(balances):
            j = i
            while j < len(balances) and balances[j] == balances[i]:
                j += 1
            p, b = balances[i]
            total += cents(F(b) * self.night_rate(p) * (j - i))
            i = j
        return total

    def period(self, day):
        return next(i for i in range(len(self.dues)) if day < self.dues[i])

    def ahead_from(self, day):
        return self.base0 if self.rest == 'installment' else max(self.ahead(), 0)

    def plan(self, today):
        """The rows from the running one on."""
        if not hasattr(self, 'since'):
            self.since, self.base0 = self.start, self.principal
        n, k = len(self.dues), self.k
        if k >= n:
            return
        seen = today if self.overdue == 'daily' else self.counted
        self.rows[k]['interest'] = self.interest(k, seen)
        left, x = self.owed, self.x[k]
        bears = self.ahead() if self.early == 'last-smaller' else self.owed
        off = self.take_off[k]
        for i in range(k, n):
            row = self.rows[i]
            if i > k:
                row['interest'] = cents(F(max(bears, 0)) * self.night_rate(i) * (self.ends[i + 1] - self.ends[i]).days)
            p = left if i == n - 1 else min(max(x - row['interest'], 0), left)
            if i < n - 1:
                cut = min(p, off)
                p, off = p - cut, off - cut
            if i == k and self.early != 'last-smaller' and self.money_early > p:
                more = min(self.money_early, left) - p
                p += more
                if self.early == 'smaller' and k < n - 1:
                    x = level(left - p, [self.even] * (n - 1 - k), self.multiple)
                if self.early == 'next-smaller':
                    off += more
            p = max(p, row['paid_p']) if self.early == 'last-smaller' else p
            row['principal'] = p
            left -= p
            bears -= p - row['paid_p'] if self.early == 'last-smaller' else p
            if i == k:
                self.next_x, self.next_off = x, off

    counted = date.min

    def run_to(self, day):
        """Nights before `day`."""
        while self.today < day:
            if self.k < len(self.dues) and self.dues[self.k] == self.today:
                self.fall_due()
            late = self.late()
            if self.rest == 'installment':
                base = self.base0 + (self.late0 if self.overdue != 'none' else 0)
            else:
                base = max(self.ahead(), 0) + late
            if self.overdue == 'none':
                base -= late
            self.night[self.today] = base
            self.today += timedelta(1)
        if self.k < len(self.dues) and self.dues[self.k] == self.today:
            self.fall_due()
        self.plan(self.today)

    late0 = 0

    def fall_due(self):
        self.plan(self.today)
        self.owed -= self.rows[self.k]['principal']
        self.k += 1
        self.money_early = 0
        self.since, self.counted = self.today, self.today
        if self.k < len(self.dues):
            self.x[self.k] = self.next_x
            self.take_off[self.k] = self.next_off
        self.base0, self.late0 = self.owed, self.late()
        self.night = {}
        self.plan(self.today)

    def pay(self, day, amount):
        if not hasattr(self, 'today'):
            self.today = self.start
        self.run_to(day)
        self.counted = self.dues[self.k] if self.rest == 'installment' and day > self.since else day
        if self.rest == 'installment':
            d = day
            while d < self.dues[self.k]:
                self.night[d] = self.base0 + self.late0
                d += timedelta(1)
        self.plan(day)
        for i in range(self.k):
            row = self.rows[i]
            for part in ('i', 'p'):
                name = {'i': 'interest', 'p': 'principal'}[part]
                piece = min(amount, row[name] - row['paid_' + part])
                row['paid_' + part] += piece
                amount -= piece
        if amount and self.k and self.dues[self.k - 1] == day and self.early != 'last-smaller':
            last = self.rows[self.k - 1]  # the row of the day asks for all of it
            last['principal'] += amount
            last['paid_p'] += amount
            self.owed -= amount
            if self.early == 'smaller':
                self.x[self.k] = level(self.owed, [self.even] * (len(self.dues) - self.k), self.multiple)
            if self.early == 'next-smaller':
                self.take_off[self.k] += amount
            amount = 0
        elif amount and self.early != 'last-smaller':
            self.money_early += amount
            self.plan(day)
            row = self.rows[self.k]
            row['paid_i'] = min(row['interest'], self.money_early)
            row['paid_p'] = self.money_early - row['paid_i']
        self.plan(day)

    def unpaid(self):
        out = []
        for due, row in zip(self.dues, self.rows):
            p, i = row['principal'] - row['paid_p'], row['interest'] - row['paid_i']
            if p or i:
                out.append((due.isoformat(), money(p), money(i)))
        return out


def months(start, n):
    out = []
    for k in range(1, n + 1):
        m = start.month - 1 + k
        out.append(date(start.year + m // 12, m % 12 + 1, start.day))
    return out


def loan(start, **rules):
    return Loan(500000, '0.12', months(start, 6), start, **rules)


def show(title, made):
    print(title)
    for row in made.unpaid():
        print('  ', *row)


def check(title, made, demanded):
    rows = [(money(r['principal']), money(r['interest'])) for r in made.rows]
    wanted = [tuple(x.split()) for x in demanded]
    print('same' if rows == wanted else f'DIFFERS {rows}', title)
    return rows == wanted


def main():
    nov = date(2022, 11, 1)
    good = True
    made = loan(nov, early='smaller')
    made.pay(date(2022, 11, 27), 86300)
    good &= check('more than an installment early', made, ['863.00 48.18', '809.84 42.16', '818.09 33.91', '828.90 23.10',
                                                           '834.88 17.12', '845.29 8.34'])
    made = loan(nov, early='smaller')
    made.pay(date(2022, 11, 27), 20000)
    good &= check('less than an installment early', made, ['812.95 49.05', '819.33 42.67', '827.68 34.32', '838.62 23.38',
                                                           '844.66 17.34', '856.76 8.45'])
    made = loan(nov, early='smaller')
    made.pay(date(2022, 12, 5), 150000)
    good &= check('late and early at once', made, ['812.68 49.32', '823.91 38.09', '827.72 34.28', '838.66 23.34',
                                                   '844.70 17.30', '852.33 8.41'])
    made = loan(nov, early='smaller')
    made.pay(date(2022, 12, 1), 100000)
    made.pay(date(2023, 1, 1), 200000)
    good &= check('more on due dates', made, ['950.68 49.32', '1958.73 41.27', '514.69 21.31', '521.49 14.51', '525.25 10.75',
                                              '529.16 5.22'])
    made = loan(nov, early='smaller', rest='installment')
    made.pay(date(2022, 11, 20), 20000)
    made.pay(date(2023, 1, 4), 20000)
    good &= check('rest on due dates', made, ['812.68 49.32', '819.32 42.68', '812.58 49.42', '838.48 23.52', '844.50 17.50',
                                              '872.44 8.60'])
    made = loan(date(2022, 9, 1), early='smaller', compounds=True)
    made.pay(date(2022, 12, 4), 86200)
    good &= check('compounding', made, ['812.68 49.32', '819.32 42.68', '828.78 33.22', '833.57 28.43', '844.62 17.38',
                                        '861.03 7.93'])
    made = Loan(800000, '0.10', months(date(2023, 1, 1), 4), date(2023, 1, 1), 'last-smaller', 'daily', multiple=1,
                whole_months=True)
    made.today = made.start
    made.run_to(date(2023, 2, 20))
    good &= check('late, every day', made, ['1975.17 66.67', '1980.46 61.38', '2008.14 33.70', '2036.23 16.97'])
    made.run_to(date(2023, 4, 20))
    good &= check('later', made, ['1975.17 66.67', '1975.17 66.67', '1975.17 66.67', '2074.49 48.56'])
    for early in ('fewer', 'next-smaller'):
        made = loan(nov, early=early)
        made.pay(date(2022, 11, 27), 186300)
        show(f'{early}: 1863.00 on 27 November', made)
    raise SystemExit(0 if good else 1)


if __name__ == '__main__':
    main()
