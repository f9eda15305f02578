"""What the proofs share: running loanbook, what is compared of a book."""
import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PROGRAMS = Path(os.environ["LOANBOOK_BIN"])
SOURCE = Path(os.environ["LOANBOOK_SOURCE"])
ALL = "LOANBOOK_TEST_ALL" in os.environ
PRODUCTS = sorted((SOURCE / "examples" / "products").glob("*.toml"))
SAMPLE_PRODUCTS = [p for p in PRODUCTS if p.stem != "lending-club"]


def folder():
    """A folder that is gone when the test ends."""
    path = Path(tempfile.mkdtemp(prefix="loanbook-proof-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def command(book, *arguments):
    return [str(PROGRAMS / "loanbook"), "--book", str(book), *map(str, arguments)]


def run(book, *arguments, code=0):
    """Runs to the end and wants this exit code."""
    done = subprocess.run(command(book, *arguments), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if code is not None and done.returncode != code:
        raise SystemExit(f"exit {done.returncode}, wanted {code}: loanbook {' '.join(map(str, arguments))}\n"
                         f"{done.stdout[-500:]}{done.stderr[-2000:]}")
    return done


def sample(path, loans, days, seed=7):
    """loans.csv and events.csv of a made-up portfolio."""
    subprocess.run([PROGRAMS / "loanbook-sample", "--loans", str(loans), "--days", str(days), "--seed", str(seed), path,
                    *SAMPLE_PRODUCTS], check=True, capture_output=True)


def new_book(book, began="2026-01-01"):
    """Products under fixed keys, so that equal commands give equal heads."""
    run(book, "init", "--currency", "CNY", "--date", began)
    for product in PRODUCTS:
        run(book, "product", "add", product, "--idempotency-key", product.stem)


def status(book):
    heading, values = run(book, "--format", "csv", "status").stdout.splitlines()
    return dict(zip(heading.split(","), values.split(",")))


def figures(book, *reports):
    """What must not depend on what happened to the process."""
    shown = {report: run(book, "--format", "csv", *report.split()).stdout for report in reports or ("trial-balance", "overdue")}
    return {"head": status(book)["head"] + "\n", **shown}


def difference(wanted, got):
    """The first that differs, in words; empty: equal."""
    for name, value in wanted.items():
        if got[name] == value:
            continue
        pairs = zip(value.splitlines() + ["(end)"], got[name].splitlines() + ["(end)"])
        first = next(((a, b) for a, b in pairs if a != b), ("", ""))
        return f"{name}: wanted {first[0]!r}, got {first[1]!r}"
    return ""
