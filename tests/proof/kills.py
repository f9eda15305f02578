#!/usr/bin/env python3
"""kill -9 at random moments of an import and of nights; the same command again ends where an undisturbed run ends.

usage: kills.py import|night [SEED]
"""
import random
import shutil
import subprocess
import sys
import time

import book

KILLS = 200 if book.ALL else 20
LOANS, DAYS = 2_500, 30


def base_of_import(path):
    book.sample(path, LOANS, 1)
    book.new_book(path / "base")
    # Small groups: many commits, so that kills fall between and within them.
    return ["import", "loans", path / "loans.csv", "--chunk", "16"]


def base_of_night(path):
    """A book in use, thirty days played; then nights without a payment, so that loans fall overdue."""
    book.sample(path, LOANS, DAYS)
    book.new_book(path / "base")
    book.run(path / "base", "play", "--loans", path / "loans.csv", "--events", path / "events.csv", "--through", "2026-01-30")
    return ["night", "--through", "2026-03-10"]


def killed_after(seconds, target, arguments):
    """True where the process did not end before."""
    process = subprocess.Popen(book.command(target, *arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.kill()
    return process.wait() == -9


def undisturbed(path, arguments):
    target = path / "undisturbed"
    shutil.copytree(path / "base", target)
    began = time.monotonic()
    book.run(target, *arguments)
    seconds = time.monotonic() - began
    book.run(target, "verify", "--deep")
    wanted = book.figures(target)
    again = book.run(target, *arguments)
    if arguments[0] == "night" and "already closed" not in again.stderr:
        raise SystemExit(f"a night run twice does not say so: {again.stderr}")
    if difference := book.difference(wanted, book.figures(target)):
        raise SystemExit(f"run twice: {difference}")
    return wanted, seconds


def compare(wanted, target, arguments, what):
    book.run(target, *arguments)
    book.run(target, "verify")
    if difference := book.difference(wanted, book.figures(target)):
        raise SystemExit(f"{what}: {difference}")


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    chance = random.Random(seed)
    path = book.folder()
    arguments = {"import": base_of_import, "night": base_of_night}[sys.argv[1]](path)
    wanted, seconds = undisturbed(path, arguments)
    at_base = int(book.status(path / "base")["entries"])
    target = path / "killed"
    in_work = kills = 0
    while kills < KILLS:
        moment = chance.uniform(0, seconds)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(path / "base", target)
        if not killed_after(moment, target, arguments):
            seconds = max(moment * 0.9, 0.01)  # the machine is less busy now
            continue
        kills += 1
        # A reader before the restart: what lies there is whole, not yet all.
        in_work += int(book.status(target)["entries"]) > at_base
        if chance.random() < 0.5:
            killed_after(chance.uniform(0, seconds / 2), target, arguments)  # and again while it recovers
        compare(wanted, target, arguments, f"seed {seed}, killed after {moment:.4f} s")
    print(f"{kills} kills of {sys.argv[1]} within {seconds:.2f} s, {in_work} after the first entry: "
          f"all end at head {wanted['head'][:16]}")


main()
