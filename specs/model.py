"""The second opinion of the rule book: the same rules, written once more in exact fractions, day by day and as slowly as the text reads.

Nothing is shared with the engine but the rules. The worked examples of the pages that name this file were computed with it.
The examples themselves: examples.py.
"""
from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction as F

ONE = timedelta(days=1)


def rounded(exact, mode="half-up", step=1):
    """An exact number of minor units -> whole ones, a multiple of `step`."""
    quotient = F(exact) / step
    whole = abs(quotient).numerator // abs(quotient).denominator
    rest = abs(quotient) - whole
    if mode == "up":
        whole += rest > 0
    elif mode == "half-up":
        whole += rest >= F(1, 2)
    elif mode == "half-even":
        whole += rest > F(1, 2) or (rest == F(1, 2) and whole % 2 == 1)
    return (-whole if quotient < 0 else whole) * step


def cents(text):
    return int(F(text) * 100)


def text(minor, digits=2):
    sign, minor = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{minor // 10**digits}.{minor % 10**digits:0{digits}d}"


def add_months(day, months, day_of_month=0):
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day_of_month or day.day, monthrange(year, month)[1]))


def fraction_of_year(convention, start, end):
    if convention == "ACT/360":
        return F((end - start).days, 360)
    if convention == "ACT/365F":
        return F((end - start).days, 365)
    if convention == "ACT/ACT-ISDA":
        days = [start + ONE * i for i in range((end - start).days)]
        leap = sum(monthrange(d.year, 2)[1] == 29 for d in days)
        return F(leap, 366) + F(len(days) - leap, 365)
    first, last = min(start.day, 30), end.day
    if convention == "30E/360" or (convention == "30/360" and first == 30):
        last = min(last, 30)
    return F(360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first, 360)


class Terms:
    """Money in minor units, rates as fractions of one."""

    def __init__(self, principal, rate, installments, disbursed, method="level", every=1, first_due=None, due_day=0, basis="monthly",
                 day_count="ACT/360", interest="half-up", installment="half-up", multiple=1, accrual="half-up", penalty=F(0), compound=F(0),
                 grace_days=0, shift=False, order=("fee", "penalty", "compound", "interest", "principal"), settle=True, extra=False):
        self.__dict__.update({k: v for k, v in locals().items() if k != "self"})

    def due(self, k):
        if k == 0:
            return self.disbursed
        if self.first_due:
            return add_months(self.first_due, (k - 1) * self.every, self.due_day or self.first_due.day) if k > 1 else self.first_due
        return add_months(self.disbursed, k * self.every, self.due_day)

    def begins_on_due_day(self):
        """The due day is cut to the month: 31 is the 30th of November."""
        return not self.due_day or self.disbursed == add_months(self.disbursed, 0, self.due_day)

    def part_of_year(self, k):
        if self.basis == "daily":
            return fraction_of_year(self.day_count, self.due(k - 1), self.due(k))
        if k == 1 and (self.first_due or not self.begins_on_due_day()):  # whole months and odd days
            months = 0
            while add_months(self.disbursed, months + 1) <= self.due(1):
                months += 1
            return F(months, 12) + F((self.due(1) - add_months(self.disbursed, months)).days, 360)
        return F(self.every, 12)


def plan(t):
    """Rows (no, due, principal, interest, balance)."""
    n, balance = t.installments, t.principal
    if t.method in ("bullet", "revolving"):
        whole = fraction_of_year(t.day_count, t.disbursed, t.due(n))
        if t.basis == "monthly" and t.method == "bullet":
            whole = sum(t.part_of_year(k) for k in range(1, n + 1))
        return [(1, t.due(n), balance, rounded(balance * t.rate * whole, t.interest), 0)]
    rates = [t.rate * t.part_of_year(k) for k in range(1, n + 1)]
    if t.method == "level":
        discount, annuity = F(1), F(0)
        for p in [t.rate * F(t.every, 12)] * n if t.extra else rates:
            discount /= 1 + p
            annuity += discount
        installment = rounded(F(balance) / annuity, t.installment, t.multiple)
    elif t.method == "equal-principal":
        installment = rounded(F(balance, n), t.installment, t.multiple)
    rows = []
    for k in range(1, n + 1):
        interest = rounded(balance * rates[k - 1], t.interest)
        if k == n:
            principal = balance
        elif t.method == "level":
            usual = rounded(balance * t.rate * F(t.every, 12), t.interest) if t.extra else interest
            principal = min(balance, max(0, installment - usual))
        elif t.method == "equal-principal":
            principal = min(balance, installment)
        else:
            principal = 0
        balance -= principal
        rows.append((k, t.due(k), principal, interest, balance))
    return rows


ROLES = ["principal", "principal overdue", "interest accrued", "interest receivable", "penalty receivable", "compound receivable",
         "interest income", "penalty income", "compound income", "settlement", "overpayment"]


class Due:
    def __init__(self, no, due, principal, interest):
        self.no, self.due, self.principal, self.interest, self.penalty, self.compound = no, due, principal, interest, F(0), F(0)


class Loan:
    """A loan walked day by day. `balance` by role, debit positive."""

    def __init__(self, terms):
        self.t, self.balance, self.due, self.rows, self.active = terms, {r: 0 for r in ROLES}, [], [], False
        self.exact, self.booked = F(0), 0  # interest since the last due date or payment, exact; and what of it stands in the books

    def move(self, debit, credit, amount):
        self.balance[debit] += amount
        self.balance[credit] -= amount

    def hidden(self, d, day):
        return not self.t.shift and self.t.grace_days > 0 and day <= d.due + ONE * self.t.grace_days

    def charge(self, d, day, what):
        return 0 if self.hidden(d, day) else rounded(getattr(d, what), self.t.accrual)

    def open_day(self, day):
        """From the state after the events of the day before to the opening of `day`."""
        t, b, before = self.t, self.balance, day - ONE
        part = fraction_of_year(t.day_count, before, day)
        if self.rows:
            if t.method == "revolving":
                self.exact += b["principal"] * t.rate * part
            else:
                no, due, _, interest, _ = self.rows[0]
                start = self.period_start
                self.exact = interest * fraction_of_year(t.day_count, start, day) / fraction_of_year(t.day_count, start, due)
        for d in self.due:
            if before >= d.due + ONE * (t.grace_days if t.shift else 0):
                d.penalty += d.principal * t.penalty * part
                d.compound += d.interest * t.compound * part
        self.book(day)
        if self.rows and self.rows[0][1] == day:
            self.become_due(day)
        overdue = sum(d.principal for d in self.due if d.due < day)
        self.move("principal overdue", "principal", overdue - b["principal overdue"])
        self.drop(day)

    def book(self, day):
        """The books follow the exact levels by differences of rounded sums."""
        b = self.balance
        if self.rows:
            self.move("interest accrued", "interest income", rounded(self.exact, self.t.accrual) - b["interest accrued"])
        for what in ("penalty", "compound"):
            level = sum(self.charge(d, day, what) for d in self.due)
            self.move(what + " receivable", what + " income", level - b[what + " receivable"])

    def become_due(self, day):
        no, _, principal, _, _ = self.rows.pop(0)
        interest = self.balance["interest accrued"]
        if self.t.method == "revolving":
            principal = self.balance["principal"]
        self.move("interest receivable", "interest accrued", interest)
        self.due.append(Due(no, day, principal, interest))
        self.period_start, self.exact = day, F(0)
        held = -self.balance["overpayment"]
        if held:
            self.pay(held, day, "overpayment")

    def disburse(self, day):
        self.move("principal", "settlement", self.t.principal)
        self.rows, self.period_start, self.active = plan(self.t), day, True

    def pay(self, amount, day, source="settlement"):
        """Oldest installment first, inside it by the order; returns what is left and the list of parts."""
        self.parts = []
        for d in self.due:
            for what in self.t.order:
                owed = self.charge(d, day, what) if what in ("penalty", "compound") else getattr(d, what, 0)
                part = min(owed, amount)
                if part == 0:
                    continue
                amount -= part
                self.parts.append((d.no, what, part))
                if what in ("penalty", "compound"):
                    setattr(d, what, F(0) if part == owed else getattr(d, what) - part)
                else:
                    setattr(d, what, owed - part)
                role = {"penalty": "penalty receivable", "compound": "compound receivable", "interest": "interest receivable",
                        "principal": "principal overdue" if d.due < day else "principal"}[what]
                self.move(source, role, part)
            if d.principal == d.interest == 0 and self.hidden(d, day):
                d.penalty = d.compound = F(0)
        self.drop(day)
        return amount

    def drop(self, day):
        self.due = [d for d in self.due if d.principal or d.interest or self.charge(d, day, "penalty") or self.charge(d, day, "compound")]
        b = self.balance
        if self.active and not self.due and b["principal"] == 0 and b["interest accrued"] == 0:
            self.rows, self.active = [], False

    def repay(self, amount, day):
        b, rest = self.balance, self.pay(amount, day)
        if rest == 0:
            return
        if not self.rows:
            self.move("settlement", "overpayment", rest)
        elif self.t.method == "revolving":
            interest = min(rest, b["interest accrued"])
            self.exact = F(0) if interest == b["interest accrued"] and interest else self.exact - interest
            self.move("settlement", "interest accrued", interest)
            principal = min(rest - interest, b["principal"])
            self.move("settlement", "principal", principal)
            self.move("settlement", "overpayment", rest - interest - principal)
        else:
            self.move("settlement", "overpayment", rest)
            owed = b["interest accrued"] + b["principal"]
            if self.t.settle and -b["overpayment"] >= owed:
                self.move("overpayment", "interest accrued", b["interest accrued"])
                self.move("overpayment", "principal", b["principal"])
                self.rows = []
        self.drop(day)


def walk(t, events, through):
    """events: [(value date, amount)], repayments in recorded order. Yields (day, loan) at the opening of every day, after its events."""
    loan = Loan(t)
    day = t.disbursed
    loan.disburse(day)
    steps = []
    while True:
        if day > t.disbursed:
            loan.open_day(day)
        for value, amount, *_ in events:
            if value == day:
                before = dict(loan.balance)
                loan.repay(amount, day)
                steps.append({r: loan.balance[r] - before[r] for r in ROLES})
        if day == through:
            loan.steps = steps
            return loan
        day += ONE


def reading(t, events, day):
    loan = walk(t, events, day)
    b = loan.balance
    oldest = min((d.due for d in loan.due if d.due < day and (d.principal or d.interest)), default=day)
    dpd = (day - oldest).days
    reported = dpd if dpd > t.grace_days else 0
    bucket = "M6+" if reported > 180 else f"M{(reported + 29) // 30}"
    category = next((c for limit, c in ((0, "normal"), (90, "special mention"), (270, "substandard"), (360, "doubtful")) if reported <= limit), "loss")
    return {"principal": b["principal"] + b["principal overdue"], "principal overdue": b["principal overdue"],
            "interest accrued": b["interest accrued"], "interest due": b["interest receivable"],
            "penalty": b["penalty receivable"], "compound": b["compound receivable"], "overpayment": -b["overpayment"],
            "owed": b["principal"] + b["principal overdue"] + b["interest accrued"] + b["interest receivable"] + b["penalty receivable"] + b["compound receivable"],
            "dpd": dpd, "reported dpd": reported, "bucket": bucket, "category": category}


def nights(t, events, first, last):
    """What closing the days first..last books, in one line."""
    total = {r: 0 for r in ROLES}
    day = first
    while day <= last:
        after, before = walk(t, events, day + ONE), walk(t, events, day)
        events_next = [e for e in events if e[0] == day + ONE]
        if events_next:
            after = walk(t, [e for e in events if e[0] <= day], day + ONE)
        for r in ROLES:
            total[r] += after.balance[r] - before.balance[r]
        day += ONE
    return total


def backdated(t, known, event, booked):
    """Own step and consequences of an event with a value date before the day it is booked on."""
    before = walk(t, known, booked)
    events = sorted(known + [event], key=lambda e: e[0])
    after = walk(t, events, booked)
    own = after.steps[events.index(event)]
    return own, {r: after.balance[r] - before.balance[r] - own[r] for r in ROLES}


def row(cells):
    return "| " + " | ".join(str(c) for c in cells) + " |"


def plan_table(t, rows=None, digits=2):
    out = ["| # | due 到期日 | principal 本金 | interest 利息 | installment 每期还款 | balance 剩余本金 |", "|--:|---|--:|--:|--:|--:|"]
    lines = plan(t)
    cut = False
    for no, due, principal, interest, balance in lines:
        if rows and no not in rows:
            if not cut:
                out.append("| ... | | | | | |")
            cut = True
            continue
        out.append(row([no, due, text(principal, digits), text(interest, digits), text(principal + interest, digits), text(balance, digits)]))
    p, i = sum(r[2] for r in lines), sum(r[3] for r in lines)
    out.append(f"| total | | {text(p, digits)} | {text(i, digits)} | {text(p + i, digits)} | |")
    return "\n".join(out)


def role_cells(amounts, columns):
    assert all(amounts[r] == 0 for r in ROLES if r not in columns), amounts
    return [text(amounts[c]) if amounts[c] else "" for c in columns]


def reading_table(t, events, days, columns):
    out = [row(["as of"] + columns), "|" + "---|" + "--:|" * len(columns)]
    for day in days:
        r = reading(t, events, day)
        out.append(row([day] + [text(r[c]) if isinstance(r[c], int) and "dpd" not in c else r[c] for c in columns]))
    return "\n".join(out)
