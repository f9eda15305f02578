#!/usr/bin/env python3
"""The exports as the programs that they are for read them: hledger, Ledger and Beancount accept them without a word, and every balance
equals the trial balance to the last digit; so do the sums of the general-ledger lines and of the workbook.

usage: exports.py sample|real
"""
import csv
import io
import os
import random
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
import zipfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import book

REAL = Path(os.environ.get("LOANBOOK_SHARED", book.SOURCE.parent / "shared")) / "data" / "lending-club-5000.csv"
SKIPPED = 77


def sample_book(path):
    """A made-up portfolio with repayments, late and backdated ones and reversals."""
    book.sample(path, 2_000 if book.ALL else 150, 90 if book.ALL else 40)
    target = path / "book"
    book.new_book(target)
    book.run(target, "play", "--loans", path / "loans.csv", "--events", path / "events.csv", "--through",
             "2026-03-31" if book.ALL else "2026-02-09", code=None)
    return target


def real_book(path):
    """Real loans of three months, with repayments at random of amounts and days."""
    loans = list(csv.DictReader(REAL.open()))
    if not book.ALL:
        loans = loans[::50]
    chance = random.Random(5)
    events = []
    for loan in loans:
        for _ in range(chance.randrange(4)):
            month = {"Jan": 1, "Feb": 2, "Mar": 3}[loan["issue_month"][:3]]
            day = chance.randrange(31 * month - 20, 120)
            amount = Decimal(loan["installment"]) * chance.choice([1, 1, 1, 2]) + Decimal(chance.randrange(-500, 500)) / 100
            date = f"2018-{(day - 1) // 30 + 1:02}-{min((day - 1) % 30 + 1, 28):02}"
            if date >= f"2018-{month:02}-02" and amount > 0:
                events.append((date, loan["loan_id"], amount))
    events.sort()
    with (path / "loans.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, loans[0].keys())
        writer.writeheader()
        writer.writerows(loans)
    with (path / "events.csv").open("w") as file:
        file.write("loan_id,event,amount,value_date,reference\n")
        for number, (date, loan, amount) in enumerate(events):
            file.write(f"{loan},repay,{amount},{date},R-{number}\n")
    target = path / "book"
    book.run(target, "init", "--currency", "USD", "--date", "2018-01-01")
    book.run(target, "product", "add", book.SOURCE / "examples/products/lending-club.toml")
    book.run(target, "play", "--loans", path / "loans.csv", "--events", path / "events.csv", "--product", "lending-club",
             "--map", "rate=interest_rate:percent", "--map", "date=issue_month:month-year", "--through", "2018-05-01", code=None)
    return target


def wanted_of(target):
    """Balance by account code and currency, debit positive."""
    rows = csv.DictReader(io.StringIO(book.run(target, "--format", "csv", "trial-balance").stdout))
    return {(row["account"], row["currency"]): Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0) for row in rows}


def said(*command):
    """What a program answers; it must not complain."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 or done.stderr.strip():
        raise SystemExit(f"{' '.join(map(str, command))}: exit {done.returncode}: {done.stderr[-800:]}{done.stdout[-300:]}")
    return done.stdout


def of_hledger(path):
    said("hledger", "check", "-s", "-f", path)
    rows = list(csv.reader(io.StringIO(said("hledger", "balance", "-N", "--flat", "-E", "-O", "csv", "--layout=bare", "-f", path))))[1:]
    return [(account.split(" ")[0], currency, Decimal(amount)) for account, currency, amount in rows]


def of_ledger(path):
    text = said("ledger", "--pedantic", "--args-only", "-f", path, "balance", "--flat", "--no-total", "--empty",
                "--balance-format", "%(account)\t%(strip(display_total))\n")
    rows = []
    account = ""
    # Further currencies of an account stand on lines of their own.
    for line in text.splitlines():
        *name, amount = line.split("\t")
        account = name[0].split(" ")[0] if name and name[0] else account
        match = re.fullmatch(r"\s*([A-Z]{3}) (-?[0-9.]+)\s*", amount)
        if match:
            rows.append((account, match[1], Decimal(match[2])))
    return rows


def of_beancount(path):
    said("bean-check", path)
    # What it was made to assert with tolerance 0.
    found = re.findall(r"^[0-9-]+ balance [A-Za-z]+:([0-9A-Z]+)\S*  (-?[0-9.]+) ~ 0 ([A-Z]{3})$", path.read_text(), flags=re.M)
    if len(found) != path.read_text().count(" balance "):
        raise SystemExit(f"{path}: not every balance was read")
    return [(account, currency, Decimal(amount)) for account, amount, currency in found]


def of_csv(path):
    with path.open(newline="") as file:
        return [(row["account"], row["currency"], Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0))
                for row in csv.DictReader(file)]


def sheets_of(path):
    """Rows of cells by sheet; numbers as they are written in the file."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as file:
        names = [sheet.get("name") for sheet in xml.fromstring(file.read("xl/workbook.xml")).find("m:sheets", space)]
        for number, name in enumerate(names, 1):
            rows = []
            for row in xml.fromstring(file.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{{{space['m']}}}row"):
                cells = {}
                for cell in row:
                    column = re.match("[A-Z]+", cell.get("r"))[0]
                    cells[column] = "".join(text.text or "" for text in cell.iter() if text.tag.endswith(("}t", "}v")))
                rows.append(cells)
            yield name, rows


def of_workbook(path):
    sheets = dict(sheets_of(path))
    number = lambda cells, column: Decimal(cells.get(column) or 0)
    shown = [(row["A"], row["C"], number(row, "D") - number(row, "E")) for row in sheets["Trial balance"][1:]]
    lines = [(row["F"], row["H"], number(row, "I") - number(row, "J")) for row in sheets["Journal"][1:]]
    if sums(shown) != sums(lines):
        raise SystemExit("workbook: trial balance and journal differ")
    return lines


def sums(rows):
    total = defaultdict(Decimal)
    for account, currency, amount in rows:
        total[account, currency] += amount
    return {key: amount for key, amount in total.items() if amount != 0}


FORMS = {"hledger": ("hledger", of_hledger), "ledger": ("ledger", of_ledger), "beancount": ("bean-check", of_beancount),
         "csv": (None, of_csv), "xlsx": (None, of_workbook)}


def main():
    real = sys.argv[1] == "real"
    if real and not REAL.exists():
        print(f"SKIP: no {REAL}")
        sys.exit(SKIPPED)
    path = book.folder()
    target = (real_book if real else sample_book)(path)
    wanted = {key: amount for key, amount in wanted_of(target).items() if amount != 0}
    failures = 0
    for form, (program, balances) in FORMS.items():
        if program and shutil.which(program) is None:
            print(f"{form}: SKIP, {program} is not installed")
            continue
        file = path / f"book.{form}"
        book.run(target, "export", form, "--out", file)
        got = sums(balances(file))
        different = {key: (wanted.get(key), got.get(key)) for key in {*wanted, *got} if wanted.get(key) != got.get(key)}
        failures += len(different)
        print(f"{form}: {len(got)} balances, {len(different)} differ, {file.stat().st_size} bytes", *list(different.items())[:3])
    sys.exit(1 if failures or not wanted else 0)


if __name__ == "__main__":
    main()
