"""The second opinion for what a contract may add to a plan, in exact fractions. The worked tables of the pages on provisions come from here.

Nothing is shared with the engine but the rules. A plan is walked period by period; the installment is the root of a line: the balance after
the last row is worked out once for U = 0 and once for U = 1.
"""
from model import F, ONE, add_months, fraction_of_year, rounded, text


def day_count(convention, start, end, terminates=False, open_days=None):
    """(days, year fraction) of the conventions that model.py does not have."""
    if convention == "ACT/364":
        days, year = (end - start).days, 364
    elif convention == "28/336":
        days, year = 336 * (end.year - start.year) + 28 * (end.month - start.month) + min(end.day, 28) - min(start.day, 28), 336
    elif convention == "30E/360-ISDA":
        last = lambda d: (d + ONE).month != d.month
        first = 30 if last(start) else start.day
        final = 30 if last(end) and not (terminates and end.month == 2) else end.day
        days, year = 360 * (end.year - start.year) + 30 * (end.month - start.month) + final - first, 360
    elif convention == "BUS/252":
        days, year = sum(open_days(start + ONE * i) for i in range((end - start).days)), 252
    return days, F(days, year)


class Calendar:
    def __init__(self, free_weekdays, free=(), worked=()):
        self.free_weekdays, self.free, self.worked = free_weekdays, set(free), set(worked)

    def open(self, day):
        return day in self.worked or (day.weekday() not in self.free_weekdays and day not in self.free)

    def roll(self, day, convention):
        def walk(step):
            at = day
            while not self.open(at):
                at += step
            return at
        ahead, back = walk(ONE), walk(-ONE)
        return {"none": day, "following": ahead, "preceding": back,
                "modified-following": ahead if ahead.month == day.month else back,
                "modified-preceding": back if back.month == day.month else ahead}[convention]


WEEKENDS = Calendar({5, 6})


class Plan:
    """Amounts in minor units, rates as fractions of one, rows from 1. Months: a twelfth each; days: the day count."""

    defaults = dict(method="level", every=1, basis="monthly", day_count="ACT/360", interest="half-up", installment="half-up", multiple=1,
                    first_due=None, due_day=0, last_due=None, principal_free=0, interest_free=0, balloon=0, rate_changes=(), repricing="ahead", drawdowns=(),
                    down_payment=0, carried=0, given=0, amortization=0, growth=F(0), step_every=1, negative=False, shares=None,
                    holidays=(), season=(), season_interest="pay", remainder="last", fee=F(0), fee_amount=0, fee_rounding="half-up", fee_in_total=False,
                    fee_upfront=False, calendar=None, roll="none", follows=False, digits=None)

    def __init__(self, principal, rate, installments, disbursed, **more):
        assert not set(more) - set(self.defaults), more
        self.__dict__.update(self.defaults, principal=principal, rate=rate, installments=installments, disbursed=disbursed, **more)

    # Dates

    def contract(self, k):
        if k == 0:
            return self.disbursed
        if self.last_due and k == self.installments:
            return self.last_due
        if self.first_due:
            return self.first_due if k == 1 else add_months(self.first_due, (k - 1) * self.every, self.due_day)
        return add_months(self.disbursed, k * self.every, self.due_day)

    def due(self, k):
        return self.calendar.roll(self.contract(k), self.roll) if k and self.calendar else self.contract(k)

    def runs_to(self, k):
        return self.due(k) if self.follows else self.contract(k)

    # Interest

    def years(self, start, end):
        return fraction_of_year(self.day_count, start, end)

    def months(self, start, end):
        whole = 0
        while add_months(start, whole + 1) <= end:
            whole += 1
        return F(whole, 12) + F((end - add_months(start, whole)).days, 360)

    def time(self, k):
        if self.basis == "daily":
            return self.years(self.runs_to(k - 1), self.runs_to(k))
        odd = k == 1 and (self.first_due or self.due_day) or k == self.installments and self.last_due
        return self.months(self.contract(k - 1), self.contract(k)) if odd else F(self.every, 12)

    def rate_on(self, day):
        rate = self.rate
        for start, changed in self.rate_changes:
            if start <= day:
                rate = changed
        return rate

    def drawn(self, k, until=None):
        start, end = self.runs_to(k - 1), self.runs_to(k)
        return sum(amount for day, amount in self.drawdowns if start <= day < end and (until is None or day <= until))

    def exact_interest(self, k, balance, rate_on):
        """Day by day, so that changes of rate and balance fall where they fall."""
        if k <= self.interest_free:
            return F(0)
        start, end = self.runs_to(k - 1), self.runs_to(k)
        days = (end - start).days
        total = F(0)
        for i in range(days):
            day = start + ONE * i
            part = self.years(start, day + ONE) - self.years(start, day) if self.basis == "daily" else self.time(k) / days
            exact = (balance + self.drawn(k, day)) * rate_on(day) * part
            total += exact if self.digits is None else F(rounded(exact * 10**self.digits / 100, self.interest), 10**self.digits) * 100
        return total

    # Shape

    def asks(self, k):
        for first, last, what in self.holidays:
            if first <= k <= last:
                return what
        if self.contract(k).month in self.season:
            return self.season_interest
        return "pay" if k <= self.principal_free else "principal"

    def weight(self, k):
        if self.asks(k) != "principal":
            return F(0)
        if self.method == "interest-first":
            return F(k == self.installments)
        if self.method == "principal-shares":
            return F(self.shares[k - 1])
        return (1 + self.growth) ** ((k - 1) // self.step_every)

    def solve(self, k, balance):
        """U such that the balance after the last row is the balloon."""
        rate_on = self.rate_on
        if self.method == "level" and self.repricing == "keep":
            rate_on = lambda day: self.rate
        if self.method == "level" and self.repricing == "at-change":
            held = self.rate_on(self.runs_to(k) - ONE)
            rate_on = lambda day: held if day >= self.runs_to(k) else self.rate_on(day)
        rows = self.amortization or self.final

        def left(unit):
            b = F(balance)
            for j in range(k, rows + 1):
                asks = self.asks(j)
                if asks == "capitalise" or asks == "principal" and self.method == "level":
                    b += self.exact_interest(j, b, rate_on)
                b += self.drawn(j) - unit * self.weight(j)
            return b

        at_zero = left(F(0))
        return (at_zero - self.balloon) / (at_zero - left(F(1)))

    def equal(self, total, count, mode, multiple=1):
        """Parts by the remainder rule; they add up to the total."""
        step = lambda k: rounded(F(total * k, count), mode, multiple)
        if self.remainder == "spread":
            parts = [step(k + 1) - step(k) for k in range(count - 1)]
            return parts + [total - sum(parts)]
        others = [step(1)] * (count - 1)
        rest = total - sum(others)
        return [rest] + others if self.remainder == "first" else others + [rest]

    # Rows

    def rows(self):
        """(no, due, principal, interest, fee, balance)"""
        t, n, balance, waiting, out, unit = self, self.installments, self.principal - self.down_payment, self.carried, [], None
        self.final = max((k for k in range(1, n + 1) if self.weight(k)), default=n)
        if self.down_payment:
            out.append([0, self.disbursed, self.down_payment, 0, 0, balance])
        financed = balance
        if self.method == "flat":
            life = sum(self.time(k) for k in range(1, n + 1))
            flat = self.equal(rounded(financed * self.rate * life, self.interest), n, self.installment)
        parts = None
        if self.method != "level" and self.remainder != "last":
            parts = self.equal(financed - self.balloon, n, self.installment, self.multiple)
        for k in range(1, n + 1):
            changed = any(self.runs_to(k - 1) <= day < self.runs_to(k) for day, _ in self.rate_changes)
            again = changed and self.method == "level" and self.repricing != "keep" and k > self.principal_free
            if not self.given and self.method != "interest-first" and k <= self.final and (k == self.principal_free + 1 or again):
                unit = self.solve(k, balance)
            base = balance + self.drawn(k)
            interest = flat[k - 1] if self.method == "flat" else rounded(self.exact_interest(k, balance, self.rate_on), self.interest)
            asks, principal, over = self.asks(k), 0, False
            if asks == "principal":
                target = self.given or (rounded(unit * self.weight(k), self.installment, self.multiple) if unit is not None else 0)
                if parts:
                    target = parts[k - 1]
                wanted = target - interest if self.method == "level" else target
                over = k == self.final or self.given and wanted >= base
                principal = base if over else min(base, wanted if self.negative else max(0, wanted))
                if self.method == "interest-first" and not over:
                    principal = 0
            elif asks == "capitalise":
                principal = -interest
            elif asks == "defer":
                waiting, interest = waiting + interest, 0
            elif asks == "waive":
                interest = 0
            if asks in ("principal", "pay"):
                interest, waiting = interest + waiting, 0
            balance = base - principal
            out.append([k, self.due(k), principal, interest, 0, balance])
            if self.given and over:
                break
        self.add_fees(out, financed)
        return out

    def add_fees(self, out, financed):
        rows = [r for r in out if r[0]]
        each = financed * self.fee + self.fee_amount
        fees = [rounded(each, self.fee_rounding)] * len(rows)
        if self.fee_in_total:
            fees = self.equal(rounded(each * len(rows), self.fee_rounding), len(rows), self.installment)
        if self.fee_upfront:
            fees = [sum(fees)] + [0] * (len(rows) - 1)
        for r, fee in zip(rows, fees):
            r[4] = fee


def provision_table(plan, chinese=True):
    """A Markdown table of the plan, with a column of fees where there are some."""
    rows = plan.rows()
    with_fee = any(r[4] for r in rows)
    names = ["#", "due 到期日", "principal 本金", "interest 利息"] + ["fee 手续费"] * with_fee + ["installment 每期还款", "balance 剩余本金"]
    out = [names, ["--:", "---"] + ["--:"] * (len(names) - 2)]
    for no, due, principal, interest, fee, balance in rows:
        money = [principal, interest] + [fee] * with_fee + [principal + interest + fee, balance]
        out.append([str(no), str(due)] + [text(m) for m in money])
    sums = [sum(r[i] for r in rows) for i in (2, 3, 4)]
    out.append(["total", ""] + [text(s) for s in sums[:2] + sums[2:] * with_fee + [sum(sums)]] + [""])
    return "\n".join("| " + " | ".join(line) + " |" for line in out)
