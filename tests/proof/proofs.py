#!/usr/bin/env python3
"""What a stranger can check. Proofs of loans hold before `tools/verify_proof.py` and no changed byte of one does; a journal makes the same
book again, to the byte; a chain that was cut or rewritten and repaired by hand passes `verify`, and is exposed by a receipt or a head
that was signed before.

usage: proofs.py
"""
import csv
import hashlib
import importlib.util
import io
import json
import random
import re
import subprocess
import sys

import book

VERIFIER = book.SOURCE / "tools" / "verify_proof.py"
LOANS = 100
RESTATED = "consumer-level"
WITH_FEE = "L-UPFRONT-FEE"  # a fee was kept back of its pay-out
FLIPS = 400 if book.ALL else 60


def verifier():
    spec = importlib.util.spec_from_file_location("verify_proof", VERIFIER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# RFC 8032, section 7.1, tests 1 and 2: public key, message, signature.
VECTORS = [("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
           ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]


def want(condition, what):
    if not condition:
        raise SystemExit(f"FAIL: {what}")


def make_book(path):
    book.sample(path, 130, 40)
    target = path / "book"
    book.new_book(target)
    book.run(target, "play", "--loans", path / "loans.csv", "--events", path / "events.csv", "--through", "2026-02-09", code=None)
    # Some of the loans go over to another version of their product, and one more night closes.
    file = path / "second.toml"
    text = book.run(target, "product", "show", RESTATED).stdout
    file.write_text(text.replace("version = 1", "version = 2").replace('multiplier = "1.5"', 'multiplier = "1.2"'))
    book.run(target, "product", "add", file)
    book.run(target, "restate", "--product", RESTATED, "--from", "1", "--to", "2", "--reason", "contract says 1.2")
    book.run(target, "loan", "open", WITH_FEE, "--product", "cash-loan-upfront-fee", "--amount", "12000", "--disburse")
    book.run(target, "night", "--through", "2026-03-12", code=None)
    book.run(target, "loan", "prepay", WITH_FEE, "--amount", "4000.00", "--choice", "reduce")
    book.run(target, "night", "--through", "2026-03-14", code=None)
    return target


def loans_of(target):
    rows = csv.DictReader(io.StringIO(book.run(target, "--format", "csv", "portfolio", "--loans", "--all").stdout))
    return [row["loan"] for row in rows]


def check_proofs(path, target, key, head):
    """A hundred loans, told and checked by a process of its own."""
    files = []
    for loan in [WITH_FEE, *(loan for loan in loans_of(target) if loan != WITH_FEE)][:LOANS]:
        files.append(path / f"{loan}.proof")
        book.run(target, "prove", "loan", loan, "--head", head, "--out", files[-1])
    want(len(files) == LOANS, f"{LOANS} loans")
    # On a machine without loanbook: no environment, no path.
    done = subprocess.run([sys.executable, "-I", VERIFIER, "--key", key, *files], capture_output=True, text=True, env={})
    want(done.returncode == 0, f"the verifier: {done.stdout[-1500:]}{done.stderr[-500:]}")
    want(done.stdout.count(": holds: ") == LOANS, "every proof holds")
    notes = re.findall(r"^- (.*)$", done.stdout, flags=re.M)
    planned = sum("it is the one that was agreed" in note for note in notes)
    lines = sum(int(note.split()[0]) for note in notes if "lines of interest computed again" in note)
    balances = sum(int(note.split()[0]) for note in notes if "balances after" in note)
    restated = sum(note.startswith("restated") for note in notes)
    print(f"{LOANS} loans proven, {restated} of them restated; {planned} plans, {balances} balances and {lines} lines of interest "
          "computed again")
    want(restated > 0, "restated loans are among them")
    want(planned >= LOANS // 2 and lines > 0, "plans and lines are computed again")
    want(any("lines of penalty computed again" in note for note in notes), "and penalties")
    want(any("balances of the deferred fee" in note for note in notes), "and a fee that was kept back")
    return files


def check_flips(key, files):
    """Any byte changed: the verifier says no."""
    module = verifier()
    for public, message, signature in (map(bytes.fromhex, vector) for vector in VECTORS):
        want(module.is_signature(public, message, signature), "the verifier knows the signatures of RFC 8032")
        want(not module.is_signature(public, message + b"x", signature), "and no others")
    chance = random.Random(3)
    checked = 0
    for file in chance.sample(files, 3):
        data = file.read_bytes()
        module.check_proof(data, key)
        for at in [*chance.sample(range(len(data)), FLIPS), 0, len(data) - 1]:
            changed = bytearray(data)
            changed[at] ^= 1 << chance.randrange(8)
            try:
                module.check_proof(bytes(changed), key)
            except Exception:  # Whatever breaks is a proof that does not hold.
                checked += 1
                continue
            want(False, f"{file.name} holds with byte {at} changed: {bytes(changed)[max(0, at - 20):at + 20]}")
        for cut in (1, len(data) // 2):
            try:
                module.check_proof(data[:-cut], key)
            except Exception:
                checked += 1
                continue
            want(False, f"{file.name} holds without its last {cut} bytes")
    print(f"{checked} changed proofs: none holds")


def check_others(files, target):
    """A proof names no other loan."""
    loans = loans_of(target)
    text = bytes.fromhex("".join(re.findall(r'"body":"([0-9a-f]*)"', files[0].read_text()))).decode("latin-1")
    own = files[0].name.removesuffix(".proof")
    named = [loan for loan in loans if loan != own and re.search(rf"(?<!\d){re.escape(loan)}(?!\d)", text)]
    want(not named, f"the proof of {own} names {named[:3]}")


def check_journal(path, target):
    journal = path / "book.ndjson"
    book.run(target, "export", "ndjson", "--out", journal)
    again = path / "again"
    book.run(again, "import", "journal", journal)
    want(book.status(again)["head"] == book.status(target)["head"], "the same head")
    want(not book.difference(book.figures(target, "trial-balance", "overdue", "portfolio --loans"),
                             book.figures(again, "trial-balance", "overdue", "portfolio --loans")), "the same figures")
    book.run(again, "verify", "--deep")
    second = path / "again.ndjson"
    book.run(again, "export", "ndjson", "--out", second)
    want(second.read_bytes() == journal.read_bytes(), "the same journal")
    return journal


def check_journal_damage(path, journal):
    """Every changed line is refused, and nothing is left behind."""
    lines = journal.read_text().splitlines(keepends=True)
    chance = random.Random(4)
    kinds = {"entry": [], "segment": [], "night": [], "entries": [], "format": []}
    for number, line in enumerate(lines):
        kinds[re.match(r'\{"(\w+)"', line)[1]].append(number)
    for kind, numbers in kinds.items():
        for number in chance.sample(numbers, min(len(numbers), 6)):
            at = chance.randrange(2, len(lines[number]) - 3)
            changed = bytearray(lines[number].encode())
            changed[at] ^= 1
            damaged = path / "damaged.ndjson"
            damaged.write_bytes("".join(lines[:number]).encode() + bytes(changed) + "".join(lines[number + 1:]).encode())
            done = book.run(path / "never", "import", "journal", damaged, code=3)
            # A segment's digest is held against its bytes once its last piece was read.
            places = [f":{number + 1}:", f":{number + 2}:"] if kind == "segment" else [f":{number + 1}:"]
            want("[journal." in done.stderr and any(place in done.stderr for place in places),
                 f"line {number + 1}, {kind}: {done.stderr}")
            want(not (path / "never").exists(), "a damaged journal became a book")
    (path / "damaged.ndjson").write_text("".join(lines[:-1]))
    want("[journal.cut_short]" in book.run(path / "never", "import", "journal", path / "damaged.ndjson", code=3).stderr, "cut short")


def rechained(lines):
    """The lines with sequence numbers as they are and hashes that fit: a forger's repair."""
    previous = bytes(32)
    out = []
    for line in lines:
        if line.startswith('{"entry":'):
            body = bytes.fromhex(re.search(r'"body":"([0-9a-f]*)"', line)[1])
            previous = hashlib.sha256(previous + body).digest()
            line = re.sub(r'"hash":"[0-9a-f]*"', f'"hash":"{previous.hex()}"', line, count=1)
            count = int(re.match(r'\{"entry":(\d+)', line)[1])
        out.append(line)
    out[-1] = json.dumps({"entries": count, "head": previous.hex()}, separators=(",", ":")) + "\n"
    return out


def check_forgeries(path, journal, key, head, receipts):
    lines = journal.read_text().splitlines(keepends=True)
    entries = [number for number, line in enumerate(lines) if line.startswith('{"entry":')]
    # The last five entries taken out.
    cut = rechained(lines[:entries[-5]] + lines[-1:])
    # Who did it, rewritten in one entry, and every hash after it repaired.
    chosen = next(n for n in entries[len(entries) // 2:] if '"actor":"proof-clerk"' in lines[n])
    altered = list(lines)
    altered[chosen] = lines[chosen].replace("proof-clerk", "proof-kleck").replace(b"proof-clerk".hex(), b"proof-kleck".hex())
    for name, forged in (("cut", cut), ("altered", rechained(altered))):
        (path / f"{name}.ndjson").write_text("".join(forged))
        target = path / name
        book.run(target, "import", "journal", path / f"{name}.ndjson")
        book.run(target, "verify", "--deep")
        for kept in (head, *receipts):
            done = book.run(target, "verify", "--receipt", kept, "--format", "csv", code=5)
            want("taken out" in done.stdout or "altered" in done.stdout, f"{name}, {kept.name}: {done.stdout}")
        book.run(target, "verify", "--receipt", head, "--key", key, code=5)
    print(f"the last five of {len(entries)} entries taken out, and one rewritten: exposed by a signed head and by receipts")


def main():
    path = book.folder()
    target = make_book(path)
    pem = path / "key.pem"
    key = book.run(target, "keygen", "--out", pem).stdout.strip()
    want(pem.stat().st_mode & 0o077 == 0, "only its owner reads the key")
    book.run(target, "keygen", "--out", pem, code=3)
    # Receipts of the last events, in each form that is kept.
    loans = [loan for loan in loans_of(target)]
    receipts = []
    for form in ("json", "ndjson", "csv"):
        for loan in loans:
            done = book.run(target, "--format", form, "loan", "repay", loan, "--amount", "1.00", "--actor", "proof-clerk", code=None)
            if done.returncode == 0:
                break
        receipts.append(path / f"receipt.{form}")
        receipts[-1].write_text(done.stdout)
    head = path / "head.txt"
    book.run(target, "sign-head", "--key", pem, "--out", head)
    for kept in (head, *receipts):
        book.run(target, "verify", "--receipt", kept)
    book.run(target, "verify", "--receipt", head, "--key", "0" * 64, code=3)
    text = head.read_text()
    loans = int(re.search(r"^loans (\d+)$", text, re.M).group(1))
    (path / "not-a-head.txt").write_text(text.replace(f"loans {loans}", f"loans {loans + 1}", 1))
    book.run(target, "verify", "--receipt", path / "not-a-head.txt", code=3)
    files = check_proofs(path, target, key, head)
    check_flips(key, files)
    check_others(files, target)
    journal = check_journal(path, target)
    check_journal_damage(path, journal)
    check_forgeries(path, journal, key, head, receipts)


if __name__ == "__main__":
    main()
