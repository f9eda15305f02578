#!/usr/bin/env python3
"""One flipped bit anywhere in a closed book: `verify` ends with 5 and names the file, the segment or the entry.

usage: flips.py [FLIPS [SEED]]
"""
import collections
import random
import sys

import book

FLIPS = 2_000 if book.ALL else 100


def closed_book(path):
    """Ninety loans of every method, twelve nights, several writers, a checkpoint with each clean end."""
    book.sample(path, 90, 12)
    target = path / "closed"
    book.new_book(target)
    for through in ("2026-01-04", "2026-01-09", "2026-01-12"):
        book.run(target, "play", "--loans", path / "loans.csv", "--events", path / "events.csv", "--through", through)
    return target


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


def main():
    flips = int(sys.argv[1]) if len(sys.argv) > 1 else FLIPS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    chance = random.Random(seed)
    path = book.folder()
    target = closed_book(path)
    book.run(target, "verify")
    files = {str(file.relative_to(target)): file.read_bytes() for file in sorted(target.rglob("*")) if file.is_file()}
    files = {name: content for name, content in files.items() if content}
    found = collections.Counter()
    missed = []
    for _ in range(flips):
        name, at, bit = draw(chance, files)
        damaged = bytearray(files[name])
        damaged[at] ^= 1 << bit
        (target / name).write_bytes(damaged)
        done = book.run(target, "--format", "csv", "verify", code=None)
        (target / name).write_bytes(files[name])
        if done.returncode == 5 and names(done.stdout, name):
            found[kind_of(name)] += 1
        else:
            missed.append(f"{name} byte {at} bit {bit}: exit {done.returncode}: {done.stdout[-200:]}{done.stderr[-300:]}")
    book.run(target, "verify")
    now = {str(file.relative_to(target)) for file in target.rglob("*") if file.is_file() and file.stat().st_size}
    if now != set(files):
        missed.append(f"verify left or took files: {sorted(now ^ set(files))}")
    print(f"seed {seed}: {sum(found.values())} of {flips} found and named: "
          + ", ".join(f"{kind} {count}" for kind, count in sorted(found.items())))
    print("\n".join(missed[:20]))
    sys.exit(1 if missed else 0)


main()
