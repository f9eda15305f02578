#!/usr/bin/env python3
"""Random lives of loans as a page of worked examples, every number from specs/model.py; loanbook-spec then holds the engine to them.

usage: random_stories.py COUNT SEED > page.md
Repayments come on time, early, late and dated back, in odd amounts; some are reversed. Each entry's own step and consequences, readings on
both time axes and the trial balance are asked for.
"""
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "specs"))
sys.dont_write_bytecode = True
from examples import CHARGES, day, role_table, trial_balance  # noqa: E402
from model import F, ONE, ROLES, Loan, Terms, backdated, plan, reading, row, text, walk  # noqa: E402

COLUMNS = ["principal", "principal overdue", "interest accrued", "interest due", "penalty", "compound", "overpayment", "owed", "dpd",
           "reported dpd", "bucket", "category"]


def random_terms(dice):
    method = dice.choice(["level", "level", "equal-principal", "interest-first", "bullet", "revolving"])
    rate = F(dice.randrange(0, 3600), 10000)
    times = dice.choice([F(0), F(13, 10), F(15, 10)])
    compound = dice.choice(["none", "contract", "penalty"])
    basis = dice.choice(["monthly", "daily"])
    start = day("2027-11-01") + ONE * dice.randrange(120)
    # 30/360 is not additive, so the model's day-by-day sums know it only where no charge and no daily interest runs.
    additive = ["ACT/360", "ACT/365F", "ACT/ACT-ISDA", "30E/360"]
    plain = times == 0 and compound != "contract" and method != "revolving"
    first = start + ONE * dice.randrange(5, 70) if dice.random() < 0.3 else None
    return Terms(dice.choice([dice.randrange(1, 500), dice.randrange(10000, 2000000)]), rate, dice.randrange(1, 5), start, method=method,
                 basis=basis, day_count=dice.choice(additive + ["30/360"] * plain), first_due=first, every=dice.choice([1, 1, 1, 2, 3]),
                 due_day=dice.choice([0, 21, 31]), extra=first is not None and basis == "monthly" and method == "level" and dice.random() < 0.5,
                 multiple=dice.choice([1, 1, 100]),
                 interest=dice.choice(["half-up", "half-even", "up", "down"]), installment=dice.choice(["half-up", "up"]),
                 accrual=dice.choice(["half-up", "half-even", "up", "down"]), penalty=rate * times, compound={"none": F(0), "contract": rate, "penalty": rate * times}[compound],
                 grace_days=dice.choice([0, 0, 3, 5]), shift=dice.random() < 0.3, settle=dice.random() < 0.6,
                 order=dice.choice([("fee", "penalty", "compound", "interest", "principal"), ("principal", "interest", "compound", "penalty", "fee")])), times, compound


def terms_line(t, times, compound):
    pairs = {"principal": f"CNY {text(t.principal)}", "rate": f"{text(int(t.rate * 10000))} %", "method": t.method, "basis": t.basis,
             "day_count": t.day_count, "disbursed": t.disbursed, "installments": f"{t.installments} every {t.every} months",
             "due_day": t.due_day, "first_period": "extra" if t.extra else "solve", "interest_rounding": t.interest,
             "installment_rounding": f"{t.installment} to {text(t.multiple)}", "accrual_rounding": t.accrual, "grace_days": t.grace_days,
             "grace": "shift" if t.shift else "waive-if-paid", "penalty": f"{text(int(times * 100))} x contract" if times else "none",
             "compound": compound, "order": "vertical " + ", ".join(t.order), "prepayment": "settle" if t.settle else "hold"}
    if t.first_due:
        pairs["first_due"] = t.first_due
    return "Terms: " + ", ".join(f"`{k} = {v}`" for k, v in pairs.items())


class Life:
    def __init__(self, dice):
        self.dice = dice
        self.t, self.times, self.compound = random_terms(dice)
        self.today = self.t.disbursed
        self.known, self.rows, self.entries, self.booked_steps, self.moments = [], [], [], {}, []
        loan = Loan(self.t)
        loan.disburse(self.today)
        self.note("open and disburse", self.today, "", "", "recorded")
        self.add_entry("open_disburse", dict(loan.balance), None)
        self.moments.append((self.today, []))

    def note(self, event, value, amount, of, outcome):
        self.rows.append([len(self.rows) + 1, value, self.today, event, amount, of, outcome])

    def add_entry(self, kind, own, rest):
        self.entries.append((kind, own, rest))

    def repay(self):
        dice, t = self.dice, self.t
        back = dice.random() < 0.35
        value = max(t.disbursed, self.today - ONE * dice.randrange(1, 40)) if back else self.today
        loan = walk(t, self.known, self.today)
        rows = plan(t)
        owed = sum(loan.balance[r] for r in ROLES[:6])
        amount = max(1, dice.choice([owed, rows[0][2] + rows[0][3], dice.randrange(1, 2 * t.principal + 2), sum(d.principal + d.interest for d in loan.due)]))
        if not loan.active:
            return self.note("repay", value, text(amount), "", "loan.closed")
        event = (value, amount, len(self.rows) + 1)
        if value < self.today:
            own, rest = backdated(t, self.known, event, self.today)
        else:
            own, rest = walk(t, sorted(self.known + [event], key=lambda e: e[0]), self.today).steps[-1], None
        self.known = sorted(self.known + [event], key=lambda e: e[0])
        self.booked_steps[event] = own
        self.note("repay", value, text(amount), "", "recorded")
        self.add_entry("repay", own, rest)

    def reverse(self):
        if not self.known:
            return
        event = self.dice.choice(self.known)
        after = [e for e in self.known if e != event]
        own = {r: -v for r, v in self.booked_steps[event].items()}
        old, new = walk(self.t, self.known, self.today), walk(self.t, after, self.today)
        self.known = after
        self.note("reverse", event[0], "", event[2], "recorded")
        self.add_entry("reverse", own, {r: new.balance[r] - old.balance[r] - own[r] for r in ROLES})

    def live(self):
        for _ in range(self.dice.randrange(1, 7)):
            self.today += ONE * self.dice.choice([0, 1, 5, 15, 28, 31, 45])
            if self.dice.random() < 0.2:
                self.reverse()
            else:
                self.repay()
            self.moments.append((self.today, list(self.known)))
        self.today += ONE * self.dice.randrange(0, 40)
        self.moments.append((self.today, list(self.known)))

    def page(self, number):
        out = [f"## Story {number}", "", terms_line(self.t, self.times, self.compound), "",
               "| # | date | booked | event | amount | of | outcome |", "|---|---|---|---|--:|--:|---|"]
        out += [row(r) for r in self.rows] + ["", self.entry_table(), "", row(["as of", "known at"] + COLUMNS), "|---|---|" + "--:|" * len(COLUMNS)]
        for at, known in dict((at, known) for at, known in self.moments).items():
            for as_of in {at, max(self.t.disbursed, at - ONE * self.dice.randrange(60))}:
                r = reading(self.t, known, as_of)
                out.append(row([as_of, at] + [text(r[c]) if isinstance(r[c], int) and "dpd" not in c else r[c] for c in COLUMNS]))
        last = self.today.isoformat()
        return "\n".join(out + ["", trial_balance(self.t, self.known, last), ""])

    def entry_table(self):
        rows = []
        for i, (kind, own, rest) in enumerate(self.entries):
            rows.append(([i + 1, kind, "own"], own))
            rows.append(([i + 1, kind, "consequences"], rest or {r: 0 for r in ROLES}))
        return role_table(["entry", "kind", "step"], rows)


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    for number in range(seed, seed + count):
        life = Life(random.Random(number))
        life.live()
        print(life.page(number))


if __name__ == "__main__":
    main()
