#!/usr/bin/env python3
"""One flipped bit anywhere in a closed book: `verify` ends with 5 and names the file, the segment or the entry.

In a book whose writer was killed there is no mark that lists every file, and bytes that nothing depends on: there a flip is
found, or all that the book shows is unchanged.

usage: flips.py closed|killed [FLIPS [SEED]]
"""
import collections
import random
import shutil
import subprocess
import sys
import time

import book

FLIPS = {"closed": 2_000 if book.ALL else 100, "killed": 1_000 if book.ALL else 50}


def closed_book(path):
    """Ninety loans of every method, twelve nights, several writers, a checkpoint with each clean end."""
    book.sample(path, 90, 12)
    target = path / "closed"
    book.new_book(target)
    for through in ("2026-01-04", "2026-01-09", "2026-01-12"):
        book.run(target, "play", "--loans", path / "loans.csv", "--events", path / "events.csv", "--through", through)
    return target


def killed_book(path):
    """The same, then a writer that is killed while its latest entries stand in the write-ahead log alone."""
    base = closed_book(path)
    heading, *rows = book.run(base, "--format", "csv", "portfolio", "--loans").stdout.splitlines()
    loans = [row.split(",")[heading.split(",").index("loan")] for row in rows]
    events = [f"{loans[i % len(loans)]},repay,0.01,R-{i}" for i in range(3_000)]
    (path / "small.csv").write_text("\n".join(["loan_id,event,amount,reference", *events]) + "\n")
    began = int(book.status(base)["entries"])
    for attempt in range(1, 200):
        target = path / f"killed-{attempt}"
        shutil.copytree(base, target)
        process = subprocess.Popen(book.command(target, "import", "events", path / "small.csv", "--chunk", "16"),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.01 * attempt)
        process.kill()
        process.wait()
        if began < int(book.status(target)["entries"]) < began + len(events):
            return target
    raise SystemExit("the import could not be killed on its way")


def kind_of(name):
    if name.startswith("segments/"):
        return "segments"
    if name.startswith("db/"):
        return {".sst": "tables", ".log": "write-ahead log"}.get(name[name.rfind("."):], "other files of db")
    return name


def draw(chance, files):
    """Half of the flips by byte, half by file: large and small ones both get their share."""
    weights = [len(content) for content in files.values()] if chance.random() < 0.5 else None
    name = chance.choices(list(files), weights)[0]
    return name, chance.randrange(len(files[name])), chance.randrange(8)


def names(report, name):
    """The finding says where: the file itself, or the entry or segment in it."""
    places = [line.split(",")[0] for line in report.splitlines()[1:]]
    return name in places or any(place.startswith(("entry ", "segment ")) for place in places)


def outcome(target, name, killed, wanted):
    """`found`, `harmless`, or what went wrong."""
    done = book.run(target, "--format", "csv", "verify", code=None)
    if done.returncode == 5 and (killed or names(done.stdout, name)):
        return "found"
    if killed and done.returncode == 0 and not book.difference(wanted, book.figures(target)):
        return "harmless"
    return f"exit {done.returncode}: {done.stdout[-200:]}{done.stderr[-300:]}"


def contents(target):
    return {str(file.relative_to(target)): file.read_bytes() for file in sorted(target.rglob("*")) if file.is_file()}


def main():
    killed = sys.argv[1] == "killed"
    flips = int(sys.argv[2]) if len(sys.argv) > 2 else FLIPS[sys.argv[1]]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    chance = random.Random(seed)
    path = book.folder()
    target = killed_book(path) if killed else closed_book(path)
    book.run(target, "verify")
    wanted = book.figures(target)
    before = contents(target)
    files = {name: content for name, content in before.items() if content}
    counts = collections.Counter()
    wrong = []
    for _ in range(flips):
        name, at, bit = draw(chance, files)
        damaged = bytearray(files[name])
        damaged[at] ^= 1 << bit
        (target / name).write_bytes(damaged)
        result = outcome(target, name, killed, wanted)
        (target / name).write_bytes(files[name])
        if result in ("found", "harmless"):
            counts[result, kind_of(name)] += 1
        else:
            wrong.append(f"{name} byte {at} bit {bit}: {result}")
    book.run(target, "verify")
    if contents(target) != before:
        wrong.append("verify changed the book")
    for result in ("found", "harmless"):
        kinds = {kind: count for (of, kind), count in sorted(counts.items()) if of == result}
        if kinds:
            print(f"seed {seed}, {sys.argv[1]} book, {flips} flips: {sum(kinds.values())} {result}: "
                  + ", ".join(f"{kind} {count}" for kind, count in kinds.items()))
    print("\n".join(wrong[:20]))
    sys.exit(1 if wrong else 0)


main()
