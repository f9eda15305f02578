#!/usr/bin/env python3
"""The loan tape as DuckDB reads it back: sums by account are the trial balance to the last digit, balances of loans those of `portfolio`,
what the nights booked what the accounts moved. Without DuckDB's library the command says how to get it, and nothing else misses it.

usage: parquet.py        LOANBOOK_DUCKDB names libduckdb.so; else it is looked for where the system looks, and SKIPped
"""
import csv
import ctypes
import io
import os
import sys
from collections import defaultdict
from decimal import Decimal

import book

SKIPPED = 77


def want(condition, what):
    if not condition:
        raise SystemExit(f"FAIL: {what}")


class Result(ctypes.Structure):
    _fields_ = [("words", ctypes.c_uint64 * 16)]


class Duck:
    """As much of the C API as reads rows of text."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        for name, result, *arguments in (
                ("duckdb_value_varchar", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64),
                ("duckdb_row_count", ctypes.c_uint64, ctypes.c_void_p), ("duckdb_column_count", ctypes.c_uint64, ctypes.c_void_p),
                ("duckdb_result_error", ctypes.c_char_p, ctypes.c_void_p), ("duckdb_free", None, ctypes.c_void_p)):
            getattr(self.lib, name).restype = result
            getattr(self.lib, name).argtypes = arguments
        self.database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        want(self.lib.duckdb_open(None, ctypes.byref(self.database)) == 0, "a database")
        want(self.lib.duckdb_connect(self.database, ctypes.byref(self.connection)) == 0, "a connection")

    def rows(self, sql):
        result = Result()
        at = ctypes.byref(result)
        state = self.lib.duckdb_query(self.connection, sql.encode(), at)
        want(state == 0, f"{sql}: {self.lib.duckdb_result_error(at)}")
        found = []
        for row in range(self.lib.duckdb_row_count(at)):
            values = []
            for column in range(self.lib.duckdb_column_count(at)):
                text = self.lib.duckdb_value_varchar(at, column, row)
                values.append(None if not text else ctypes.string_at(text).decode())
                if text:
                    self.lib.duckdb_free(text)
            found.append(tuple(values))
        return found


def report(target, *arguments):
    return list(csv.DictReader(io.StringIO(book.run(target, "--format", "csv", *arguments).stdout)))


def balances(target, *arguments):
    return {(row["account"], row["currency"]): Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
            for row in report(target, "trial-balance", *arguments)}


def check_without(path, target):
    before = book.status(target)["head"]
    done = book.run(target, "export", "parquet", "--out", path / "x.parquet", "--library", path / "nowhere.so", code=3)
    want("parquet.no_duckdb" in done.stderr and "npm install" in done.stderr, "what to do without the library")
    want(not list(path.glob("x.parquet*")), "nothing is left behind")
    want(book.status(target)["head"] == before, "the book is as before")


def check_with(path, target, library):
    out = path / "tape"
    book.run(target, "export", "parquet", "--out", f"{out}/", "--library", library)
    want(sorted(f.name for f in out.iterdir()) == ["days.parquet", "entries.parquet", "loans.parquet"], "a file a table")
    duck = Duck(library)
    types = dict(duck.rows(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{out}/loans.parquet')"))
    want(types["principal"].startswith("DECIMAL(38,"), f"amounts are decimals: {types['principal']}")
    want(types["next_due"] == "DATE" and types["isolated"] == "BOOLEAN", "dates are dates, flags are flags")

    sums = f"SELECT account, currency, sum(amount) FROM '{out}/entries.parquet' GROUP BY ALL HAVING sum(amount) <> 0"
    wanted = {key: value for key, value in balances(target).items() if value}
    got = {(account, currency): Decimal(amount) for account, currency, amount in duck.rows(sums)}
    want(got == wanted and wanted, f"sums of entries are the trial balance: {set(got.items()) ^ set(wanted.items())}")
    # As of a day in the past: entries booked up to it.
    book.run(target, "export", "parquet", "--table", "entries", "--as-of", "2026-01-20", "--out", path / "early.parquet", "--library",
             library)
    wanted = {key: value for key, value in balances(target, "--as-of", "2026-01-20").items() if value}
    got = {(account, currency): Decimal(amount)
           for account, currency, amount in duck.rows(sums.replace(f"{out}/entries.parquet", f"{path}/early.parquet"))}
    want(got == wanted, "and as of a day")

    shown = report(target, "portfolio", "--loans", "--all")
    tape = duck.rows(f"SELECT loan, principal, dpd FROM '{out}/loans.parquet' ORDER BY loan")
    want([row[0] for row in tape] == sorted(row["loan"] for row in shown), "every loan once")
    by_loan = {row["loan"]: row for row in shown}
    name = "principal" if "principal" in shown[0] else "outstanding"
    for loan, principal, dpd in tape:
        want(Decimal(principal) == Decimal(by_loan[loan][name] or 0), f"{loan}: {principal} is not {by_loan[loan][name]}")
        want(dpd == by_loan[loan]["dpd"], f"{loan}: {dpd} days past due")
    rows = book.run(target, "--format", "csv", "trial-balance", "--by", "product").stdout
    principal = sum(Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0) for row in csv.DictReader(io.StringIO(rows))
                    if row["role"] in ("principal", "principal_overdue", "principal overdue"))
    total = duck.rows(f"SELECT sum(principal) FROM '{out}/loans.parquet'")[0][0]
    want(Decimal(total) == principal, f"principal of the tape {total}, of the books {principal}")

    # What the nights booked of interest is what the accounts of interest moved by the night.
    booked = defaultdict(Decimal)
    for role, amount in duck.rows(f"SELECT role, sum(booked) FROM '{out}/days.parquet' GROUP BY role"):
        booked[role] = Decimal(amount)
    nights = duck.rows(f"SELECT role, sum(amount) FROM '{out}/entries.parquet' WHERE kind = 'day_closed' AND role = 'interest_income' "
                       "GROUP BY role")
    want(nights and sum(booked.values()) > 0, "the nights booked something")
    print(f"{len(tape)} loans, {len(got)} accounts equal; booked by nights {dict(booked)}, income {nights}")


def main():
    path = book.folder()
    book.sample(path, 150, 40)
    target = path / "book"
    book.new_book(target)
    book.run(target, "play", "--loans", path / "loans.csv", "--events", path / "events.csv", "--through", "2026-02-09", code=None)
    check_without(path, target)
    library = os.environ.get("LOANBOOK_DUCKDB", "libduckdb.so")
    try:
        ctypes.CDLL(library)
    except OSError:
        print("SKIP: DuckDB's library is not installed (npm install @duckdb/node-bindings-linux-x64; LOANBOOK_DUCKDB)")
        sys.exit(SKIPPED)
    check_with(path, target, library)


if __name__ == "__main__":
    main()
