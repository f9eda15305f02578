#!/usr/bin/env python3
"""What a room may include of ours, proved with the compiler and the include roots of its target.

usage: rooms.py VIEW_FILE SOURCE_DIR STAMP_DIR layers|headers
VIEW_FILE: one line a room, `name<TAB>compiler<TAB>dir;dir;...`, written by CMake.
  layers    every header of a room below is visible, every header of a room above or beside does not compile
  headers   every public header compiles alone. One that a source file of its room includes first is proved by the build itself; the
            others are compiled here, unchanged ones remembered below STAMP_DIR
"""
import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# The arrows of docs/architecture.md. A room sees itself and these.
BELOW = {
    "money": set(),
    "schedule": {"money"},
    "storage": {"money"},
    "storage_memory": {"storage", "money"},
    "storage_rocksdb": {"storage", "money"},
    "storage_fault": {"storage_rocksdb", "storage", "money"},
    "ledger": {"schedule", "storage", "money"},
    "interchange": {"ledger", "schedule", "storage", "money"},
}
FOLDER = {room: room.replace("storage_", "storage/") for room in BELOW}


def read_views(path):
    views = {}
    for line in Path(path).read_text().splitlines():
        name, compiler, dirs = line.split("\t")
        views[name] = (compiler, [d for d in dirs.split(";") if d])
    return views


def headers_of(source, room):
    folder = source / FOLDER[room]
    nested = folder.glob("*/*.hpp") if room != "storage" else []  # its folders are rooms of their own
    return [f"loanbook/{p.relative_to(source)}" for p in sorted([*folder.glob("*.hpp"), *nested])]


def compiles(view, text):
    compiler, dirs = view
    command = [compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", "-"] + [f"-I{d}" for d in dirs]
    return subprocess.run(command, input=text, text=True, capture_output=True)


def layers(views, source, _stamps):
    findings = []
    for room, below in BELOW.items():
        if room not in views:
            continue
        lines = []
        for other in BELOW:
            for header in headers_of(source, other):
                seen = other == room or other in below
                test = "!" if seen else ""
                say = "cannot see" if seen else "must not see"
                lines.append(f'#if {test}__has_include("{header}")\n#error {room} {say} {header}\n#endif')
        result = compiles(views[room], "\n".join(lines) + "\n")
        findings += re.findall(r"#error (.*)", result.stderr)
        if result.returncode != 0 and not findings:
            findings.append(result.stderr)
    # The same for the three that matter most, as a programmer would write them: these do not compile.
    for room, header in (("money", "loanbook/ledger/book.hpp"), ("schedule", "loanbook/storage/store.hpp"), ("ledger", first_of(source))):
        if compiles(views[room], f'#include "{header}"\n').returncode == 0:
            findings.append(f'{room}: #include "{header}" compiles')
    return findings


def first_of(source):
    return (headers_of(source, "storage_rocksdb") or ["loanbook/storage/rocksdb/rocksdb_store.hpp"])[0]


def closure_digest(source, header, seen):
    """Digest of a header and all of ours that it includes."""
    if header in seen:
        return ""
    seen.add(header)
    path = source / header.removeprefix("loanbook/")
    if not path.exists():
        return header
    text = path.read_text(encoding="utf-8")
    parts = [text] + [closure_digest(source, h, seen) for h in re.findall(r'#include "(loanbook/[^"]+)"', text)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def included_first(source, room):
    """Headers that come first in some source file of the room."""
    first = set()
    for path in (source / FOLDER[room]).rglob("*.cpp"):
        match = re.search(r'^#include "([^"]+)"', path.read_text(encoding="utf-8"), flags=re.M)
        if match and not re.search(r"^#include <", path.read_text(encoding="utf-8")[: match.start()], flags=re.M):
            first.add(match.group(1))
    return first


def headers(views, source, stamps):
    stamps.mkdir(parents=True, exist_ok=True)

    def check(job):
        room, header = job
        stamp = stamps / (header.replace("/", "_") + ".ok")
        digest = closure_digest(source, header, set())
        if stamp.exists() and stamp.read_text() == digest:
            return None
        result = compiles(views[room], f'#include "{header}"\n#include "{header}"\n')
        if result.returncode != 0:
            return f"{header} does not compile alone:\n{result.stderr}"
        stamp.write_text(digest)
        return None

    jobs = []
    for room in (room for room in BELOW if room in views):
        proved = included_first(source, room)
        jobs += [(room, header) for header in headers_of(source, room) if header not in proved]
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return [finding for finding in pool.map(check, jobs) if finding]


def main():
    views, source, stamps, what = read_views(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    findings = {"layers": layers, "headers": headers}[what](views, source, stamps)
    print("\n".join(findings) or f"{what}: nothing found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
