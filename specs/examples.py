"""The worked examples of the rule book that model.py computes.

python3 specs/examples.py [NAME...]    prints their tables
python3 specs/examples.py --check      are they on the pages, cell by cell? (so that --update cannot move a number unseen)
"""
import sys
from pathlib import Path

from model import *
from provisions import WEEKENDS, Plan, provision_table


def day(iso):
    return date.fromisoformat(iso)


STANDARD = Terms(1200000, F(18, 100), 12, day("2026-01-15"))
CARD = Terms(300000, F(18, 100), 3, day("2026-01-15"), penalty=F(27, 100), compound=F(27, 100))
GRACE = Terms(300000, F(18, 100), 3, day("2026-01-15"), penalty=F(27, 100), compound=F(27, 100), grace_days=3)
REVOLVING = Terms(1000000, F(18, 100), 6, day("2026-01-15"), method="revolving", penalty=F(27, 100))
HOLD = Terms(300000, F(18, 100), 3, day("2026-01-15"), settle=False)

JOURNAL = ["settlement", "principal", "principal overdue", "interest accrued", "interest receivable", "penalty receivable",
           "compound receivable", "interest income", "penalty income", "compound income", "overpayment"]
LATE = [(day("2026-02-15"), 103015), (day("2026-03-25"), 103967), (day("2026-04-15"), 103015)]


def used(rows):
    return [c for c in JOURNAL if any(r[c] for _, r in rows)]


def role_table(first, rows):
    """rows: (leading cells, amounts by role)"""
    columns = used(rows)
    out = [row(first + columns), "|" + "---|" * len(first) + "--:|" * len(columns)]
    out += [row(lead + role_cells(amounts, columns)) for lead, amounts in rows]
    return "\n".join(out)


def step_of(t, events, index):
    """The own step of event `index` (-1: the disbursement) known with all before it."""
    if index < 0:
        loan = Loan(t)
        loan.disburse(t.disbursed)
        return dict(loan.balance)
    return walk(t, events[: index + 1], events[index][0]).steps[index]


def night_table(t, events, spans):
    rows = []
    for first, last in spans:
        name = first if first == last else f"{first} to {last}"
        rows.append(([name], nights(t, events, day(first), day(last))))
    return role_table(["night"], rows)


def readings(t, events, days, columns):
    return reading_table(t, events, [day(d) for d in days], columns)


def known_readings(t, known, events, asked, columns):
    """asked: (as of, known at, events known by then)"""
    out = [row(["as of", "known at"] + columns), "|---|---|" + "--:|" * len(columns)]
    for as_of, at, then in asked:
        r = reading(t, then, day(as_of))
        out.append(row([as_of, at] + [text(r[c]) if isinstance(r[c], int) and "dpd" not in c else r[c] for c in columns]))
    return "\n".join(out)


BALANCES = ["principal", "principal overdue", "interest accrued", "interest due", "owed"]
CHARGES = ["principal overdue", "interest due", "penalty", "compound", "dpd", "reported dpd", "bucket"]

PAID_LATE = [(day("2026-02-25"), 103015)]
PAID_IN_TIME = [(day("2026-02-15"), 103015)]


def backdated_entries(t, known, event, booked, number):
    own, rest = backdated(t, known, event, day(booked))
    before, after = (walk(t, sorted(e), day(booked)).steps for e in (known, known + [event]))
    changed = sum(step not in after for step in before)
    return role_table(["entry", "kind", "booked", "value date", "changed", "step"],
                      [([number, "repay", booked, event[0], changed, "own"], own),
                       ([number, "repay", booked, event[0], "", "consequences"], rest)])


def reversal_entries(t, known, index, booked, number):
    """Entry `number` takes out known[index]; its own step is the one booked, sign changed."""
    own = {r: -v for r, v in step_of(t, known, index).items()}
    before = walk(t, known, day(booked))
    after = walk(t, known[:index] + known[index + 1:], day(booked))
    rest = {r: after.balance[r] - before.balance[r] - own[r] for r in ROLES}
    value = known[index][0]
    return role_table(["entry", "kind", "booked", "value date", "step"],
                      [([number, "reverse", booked, value, "own"], own), ([number, "reverse", booked, value, "consequences"], rest)])


def trial_balance(t, events, through):
    """As booked at the close of a day on which everything known stands in the books."""
    codes = {"settlement": ("1010", "Settlement"), "principal": ("1310", "Loans, principal"), "principal overdue": ("1320", "Loans, overdue principal"),
             "interest accrued": ("1410", "Interest accrued, not due"), "interest receivable": ("1420", "Interest receivable, due"),
             "penalty receivable": ("1430", "Penalty interest receivable"), "compound receivable": ("1440", "Compound interest receivable"),
             "overpayment": ("2240", "Overpayments of borrowers"), "interest income": ("6010", "Interest income"),
             "penalty income": ("6020", "Penalty interest income"), "compound income": ("6030", "Compound interest income")}
    b = walk(t, [e for e in events if e[0] <= day(through)], day(through) + ONE).balance
    out = ["| as of | account | name | debit | credit |", "|---|---|---|--:|--:|"]
    for role, (code, name) in sorted(codes.items(), key=lambda c: c[1]):
        if b[role]:
            out.append(row([through, code, name, text(max(b[role], 0)), text(max(-b[role], 0))]))
    return "\n".join(out)


TWO_PAID = [(day("2026-02-25"), 103788)]


EXAMPLES = {
    "level": lambda: plan_table(STANDARD),
    "level daily": lambda: plan_table(Terms(500000, F(18, 100), 6, day("2026-01-31"), basis="daily")),
    "level up to one yuan": lambda: plan_table(Terms(1000000, F("0.149"), 6, day("2026-01-15"), installment="up", multiple=100)),
    "level zero rate": lambda: plan_table(Terms(100000, F(0), 3, day("2026-01-15"))),
    "level one fen": lambda: plan_table(Terms(1, F(18, 100), 3, day("2026-01-15"))),
    "level odd first": lambda: plan_table(Terms(600000, F(18, 100), 4, day("2026-01-10"), first_due=day("2026-02-28"), due_day=28)),
    "equal principal": lambda: plan_table(Terms(1000000, F("0.12"), 6, day("2026-01-15"), method="equal-principal")),
    "interest first": lambda: plan_table(Terms(5000000, F("0.12"), 3, day("2026-01-31"), method="interest-first")),
    "interest first daily": lambda: plan_table(Terms(5000000, F("0.12"), 3, day("2026-01-31"), method="interest-first", basis="daily")),
    "bullet daily": lambda: plan_table(Terms(5000000, F("0.12"), 6, day("2026-01-15"), method="bullet", basis="daily")),
    "bullet monthly": lambda: plan_table(Terms(5000000, F("0.12"), 6, day("2026-01-15"), method="bullet")),
    "revolving plan": lambda: plan_table(REVOLVING),
    "revolving": lambda: readings(REVOLVING, [(day("2026-01-25"), 300000), (day("2026-02-04"), 50)], ["2026-01-15", "2026-01-16", "2026-01-25", "2026-02-03", "2026-02-04", "2026-02-05", "2026-03-01"], ["principal", "interest accrued", "owed"]),
    "revolving settled": lambda: readings(REVOLVING, [(day("2026-02-14"), 1015000)], ["2026-02-13", "2026-02-14"], ["principal", "interest accrued", "owed"]),
    "accrual": lambda: readings(STANDARD, [(day("2026-02-15"), 110016)], ["2026-01-16", "2026-01-31", "2026-02-14", "2026-02-15", "2026-02-16"], ["principal", "interest accrued", "interest due", "owed"]),
    "accrual nights": lambda: night_table(STANDARD, [(day("2026-02-15"), 110016)], [("2026-01-15", "2026-01-15"), ("2026-01-16", "2026-01-16"), ("2026-01-15", "2026-02-14")]),
    "overdue": lambda: readings(CARD, [], ["2026-02-15", "2026-02-16", "2026-02-25", "2026-03-16", "2026-03-17", "2026-03-18"], CHARGES),
    "grace unpaid": lambda: readings(GRACE, [], ["2026-02-18", "2026-02-19", "2026-02-20"], CHARGES),
    "grace paid": lambda: readings(GRACE, [(day("2026-02-18"), 103015)], ["2026-02-17", "2026-02-18", "2026-02-19"], CHARGES),
    "hold": lambda: readings(HOLD, [(day("2026-01-20"), 150000)], ["2026-01-20", "2026-02-14", "2026-02-15", "2026-03-15"], ["principal", "principal overdue", "interest accrued", "interest due", "overpayment", "owed"]),
    "settle": lambda: readings(CARD, [(day("2026-01-20"), 300726)], ["2026-01-19", "2026-01-20"], ["principal", "interest accrued", "overpayment", "owed"]),
    "settle with more": lambda: readings(CARD, [(day("2026-01-20"), 301000)], ["2026-01-20"], ["principal", "interest accrued", "overpayment", "owed"]),
    "journal entries": lambda: role_table(["entry", "kind", "value date", "step"], [([i + 2, "open_disburse" if i < 0 else "repay", CARD.disbursed if i < 0 else LATE[i][0], "own"], step_of(CARD, LATE, i)) for i in (-1, 0, 1, 2)]).replace("| 1 | open", "| 1 | open"),
    "journal nights": lambda: night_table(CARD, LATE, [("2026-01-15", "2026-02-14"), ("2026-02-15", "2026-03-13"), ("2026-03-14", "2026-03-14"), ("2026-03-15", "2026-03-15"), ("2026-03-16", "2026-03-24"), ("2026-03-25", "2026-04-13"), ("2026-04-14", "2026-04-14")]),
    "journal trial balance": lambda: "\n".join([trial_balance(CARD, LATE, "2026-03-20"), *trial_balance(CARD, LATE, "2026-04-15").split("\n")[2:]]),
    "backdated entries": lambda: backdated_entries(CARD, [], (day("2026-02-15"), 103015), "2026-02-25", 2),
    "backdated readings": lambda: known_readings(CARD, [], PAID_IN_TIME, [("2026-02-24", "2026-02-24", []), ("2026-02-24", "2026-02-25", PAID_IN_TIME), ("2026-02-26", "2026-02-26", PAID_IN_TIME)], CHARGES),
    "backdated trial balance": lambda: trial_balance(CARD, PAID_IN_TIME, "2026-02-25"),
    "backdated twice": lambda: backdated_entries(CARD, TWO_PAID, (day("2026-02-15"), 103015), "2026-02-26", 3),
    "backdated twice readings": lambda: known_readings(CARD, [], [], [("2026-02-25", "2026-02-25", TWO_PAID), ("2026-02-25", "2026-02-26", [(day("2026-02-15"), 103015), *TWO_PAID])], ["principal", "interest accrued", "penalty", "compound", "overpayment"]),
    "level extra": lambda: plan_table(Terms(600000, F(18, 100), 4, day("2026-01-10"), first_due=day("2026-02-28"), due_day=28, extra=True)),
    "reversal entries": lambda: reversal_entries(CARD, PAID_IN_TIME, 0, "2026-02-25", 3),
    "reversal readings": lambda: known_readings(CARD, [], [], [("2026-02-24", "2026-02-24", PAID_IN_TIME), ("2026-02-24", "2026-02-25", []), ("2026-02-26", "2026-02-26", [])], CHARGES),
    "reversal trial balance": lambda: trial_balance(CARD, [], "2026-02-25"),
}


J = day("2026-01-15")
TEN, YEAR = 1000000, F(12, 100)

PROVISIONS = {
    "flat": Plan(TEN, F(8, 100), 6, J, method="flat"),
    "flat first": Plan(TEN, F(8, 100), 6, J, method="flat", remainder="first"),
    "flat spread": Plan(TEN, F(8, 100), 6, J, method="flat", remainder="spread"),
    "fee each": Plan(1200000, F(0), 12, J, method="equal-principal", fee=F(6, 1000)),
    "fee in total": Plan(99999, F(0), 6, J, method="equal-principal", fee=F(75, 10000), fee_in_total=True, remainder="first"),
    "fee upfront": Plan(100000, F(0), 3, J, method="equal-principal", fee=F(75, 10000), fee_amount=100, fee_upfront=True),
    "step up": Plan(TEN, YEAR, 6, J, growth=F(1, 10), step_every=2),
    "step down": Plan(TEN, YEAR, 4, J, growth=F(-1, 5), step_every=1),
    "step below the interest": Plan(TEN, F(24, 100), 6, J, growth=F(1), step_every=1, negative=True),
    "step no negative": Plan(TEN, F(24, 100), 6, J, growth=F(1), step_every=1),
    "season pay": Plan(TEN, YEAR, 8, J, season=(4, 5), season_interest="pay"),
    "season capitalise": Plan(TEN, YEAR, 6, J, season=(4, 5), season_interest="capitalise"),
    "season defer": Plan(TEN, YEAR, 6, J, season=(4, 5), season_interest="defer"),
    "season equal principal": Plan(TEN, YEAR, 6, J, method="equal-principal", season=(4, 5), season_interest="pay"),
    "balloon": Plan(TEN, YEAR, 4, J, balloon=500000),
    "balloon equal principal": Plan(TEN, YEAR, 4, J, method="equal-principal", balloon=400000),
    "balloon by a longer amortization": Plan(TEN, YEAR, 4, J, amortization=12),
    "given installment": Plan(TEN, YEAR, 12, J, given=200000),
    "given installment, too few rows": Plan(TEN, YEAR, 4, J, given=200000),
    "given principal": Plan(TEN, YEAR, 12, J, method="equal-principal", given=300000),
    "shares": Plan(TEN, YEAR, 5, J, method="principal-shares", shares=(1, 1, 2, 0, 3)),
    "holiday pay": Plan(TEN, YEAR, 6, J, holidays=((2, 3, "pay"),)),
    "holiday capitalise": Plan(TEN, YEAR, 6, J, holidays=((2, 3, "capitalise"),)),
    "holiday defer": Plan(TEN, YEAR, 6, J, holidays=((2, 3, "defer"),)),
    "holiday waive": Plan(TEN, YEAR, 6, J, holidays=((2, 3, "waive"),)),
    "principal free": Plan(TEN, YEAR, 6, J, principal_free=2),
    "interest free": Plan(TEN, YEAR, 6, J, interest_free=2),
    "drawdowns": Plan(600000, YEAR, 4, J, drawdowns=((day("2026-02-25"), 400000),)),
    "drawdowns by days": Plan(600000, YEAR, 4, J, basis="daily", drawdowns=((day("2026-02-25"), 400000),)),
    "drawdown on a due date": Plan(600000, YEAR, 3, J, method="interest-first", drawdowns=((day("2026-02-15"), 400000),)),
    "down payment": Plan(TEN, YEAR, 4, J, down_payment=300000),
    "carried interest": Plan(TEN, YEAR, 4, J, carried=12345, holidays=((1, 1, "defer"),)),
    "rate change ahead": Plan(TEN, YEAR, 6, J, rate_changes=((day("2026-03-25"), F(6, 100)),)),
    "rate change at change": Plan(TEN, YEAR, 6, J, rate_changes=((day("2026-03-25"), F(6, 100)),), repricing="at-change"),
    "rate change keep": Plan(TEN, YEAR, 6, J, rate_changes=((day("2026-03-25"), F(6, 100)),), repricing="keep"),
    "rate change by days": Plan(TEN, YEAR, 3, J, method="interest-first", basis="daily", rate_changes=((day("2026-03-25"), F(6, 100)),)),
    "roll following": Plan(TEN, YEAR, 4, J, method="interest-first", basis="daily", calendar=WEEKENDS, roll="following"),
    "roll interest follows": Plan(TEN, YEAR, 4, J, method="interest-first", basis="daily", calendar=WEEKENDS, roll="following", follows=True),
    "last due": Plan(TEN, YEAR, 4, J, last_due=day("2026-05-31")),
    "rounding to jiao": Plan(TEN, F(113, 1000), 4, J, multiple=10, installment="up"),
    "rounding to ten yuan": Plan(TEN, F(113, 1000), 4, J, multiple=1000, installment="half-up"),
    "rounding equal principal spread": Plan(TEN, YEAR, 3, J, method="equal-principal", remainder="spread"),
    "rounding equal principal first": Plan(TEN, YEAR, 3, J, method="equal-principal", remainder="first"),
    "rounding each day": Plan(123457, F("0.1825"), 3, J, method="interest-first", basis="daily", day_count="ACT/365F", digits=2),
    "rounding once": Plan(123457, F("0.1825"), 3, J, method="interest-first", basis="daily", day_count="ACT/365F"),
}
EXAMPLES.update({name: lambda plan=plan: provision_table(plan) for name, plan in PROVISIONS.items()})


def rows_of(text):
    """The rows of all tables, cells trimmed, rules left out."""
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in text.split("\n") if line.startswith("|")]
    return [r for r in rows if not all(set(c) <= set("-:") and c for c in r)]


def missing():
    here = Path(__file__).parent
    pages = [rows_of(p.read_text(encoding="utf-8")) for p in sorted(here.glob("*.md"))]

    def holds(page, rows):
        return any(page[i : i + len(rows)] == rows for i in range(len(page)))

    for name, example in EXAMPLES.items():
        rows = rows_of(example())[1:]  # a page may word its headings otherwise
        if not any(holds(page, rows) for page in pages):
            yield f"{name}: its table is on no page\n{example()}"


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        found = list(missing())
        print("\n".join(found) or f"{len(EXAMPLES)} tables, all on the pages")
        sys.exit(1 if found else 0)
    for name in sys.argv[1:] or EXAMPLES:
        print(f"\n{name}\n\n{EXAMPLES[name]()}")
