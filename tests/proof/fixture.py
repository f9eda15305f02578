#!/usr/bin/env python3
"""A book of format 1 as an early program left it still opens, verifies, shows the same figures, and goes on."""
import shutil

import book

FIXTURE = book.SOURCE / "tests" / "fixtures" / "book-format-1"
REPORTS = {"head": "head", "trial-balance": "trial-balance", "overdue": "overdue", "entries": "entries",
           "portfolio": "portfolio --loans --all"}
REPORTS_SHOWN = [report for report in REPORTS.values() if report != "head"]


def main():
    path = book.folder()
    target = path / "book"
    shutil.copytree(FIXTURE / "book", target)
    before = {file.relative_to(target): file.read_bytes() for file in target.rglob("*") if file.is_file()}
    texts = {file.stem: file.read_text() for file in (FIXTURE / "expected").iterdir()}
    expected = {REPORTS[name]: text for name, text in texts.items()}
    if difference := book.difference(expected, book.figures(target, *REPORTS_SHOWN)):
        raise SystemExit(difference)
    book.run(target, "verify", "--deep")
    after = {file.relative_to(target): file.read_bytes() for file in target.rglob("*") if file.is_file()}
    if before != after:
        raise SystemExit("reading and verifying changed the book")

    # What the derived rows said, the entries say too.
    book.run(target, "rebuild")
    if difference := book.difference(expected, book.figures(target, *REPORTS_SHOWN)):
        raise SystemExit(f"after rebuild: {difference}")

    # It goes on: the next night, a repayment, both verified.
    book.run(target, "night", "--through", "2026-03-20")
    book.run(target, "loan", "repay", "LEVEL", "--amount", "100.00", "--value-date", "2026-02-10")
    book.run(target, "verify", "--deep")
    if book.status(target)["closed_through"] != "2026-03-20":
        raise SystemExit("the nights of a copy were not closed")
    print(f"format 1: {int(book.status(target)['entries'])} entries, opened, verified, rebuilt and carried on")


main()
