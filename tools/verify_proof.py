#!/usr/bin/env python3
"""Checks the proof of one loan: signature, paths, hashes, the loan's chain, and its interest. Needs Python 3.8 and nothing else.

It shares no code with loanbook: what it knows stands in docs/format.md, RFC 8032 (Ed25519), RFC 6962 (Merkle trees) and RFC 8259 (JSON).

usage: verify_proof.py [--key HEX] [--quiet] PROOF...
  --key HEX   the public key that must have signed; without it the key in the proof is believed
Exit 0: every proof holds. Exit 1: one does not, and what is wrong is said. Exit 2: usage.
"""
import datetime
import hashlib
import json
import sys
from fractions import Fraction

# ---------------------------------------------------------------------------------------------- Ed25519, RFC 8032, section 5.1

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    if (x * x - square) % P != 0:
        return None
    return P - x if x & 1 != sign else x


def add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signature(key, message, signature):
    a, r = decompress(key), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = multiply(s, BASE), add(r, multiply(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# ------------------------------------------------------------------------------------------------------------- canonical bytes


class Wrong(Exception):
    """The proof does not hold; the text says why."""


def need(condition, why):
    if not condition:
        raise Wrong(why)


EPOCH = datetime.date(1970, 1, 1)


class Reader:
    """The words of docs/format.md."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        need(self.at + size <= len(self.data), "bytes end too early")
        self.at += size
        return self.data[self.at - size:self.at]

    def u8(self):
        return self.take(1)[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            if byte < 128:
                need(byte or not shift, "a number in a longer form than needed")
                return value
            shift += 7

    def zigzag(self):
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def day(self):
        return EPOCH + datetime.timedelta(self.zigzag())

    def text(self):
        return self.take(self.varint()).decode()

    def list(self, item):
        return [item() for _ in range(self.varint())]

    def flag(self, item):
        return item() if self.u8() else None

    def done(self):
        return self.at == len(self.data)


KINDS = {2: "product_published", 10: "open", 11: "disburse", 12: "open_disburse", 13: "repay", 14: "reverse", 15: "down-payment",
         16: "merchant-refund", 17: "payout-refund", 18: "goodwill", 19: "refund-overpayment", 20: "refund", 21: "charge",
         22: "waive-charge", 23: "adjust-charge", 24: "chargeback", 25: "charge-off", 26: "write-off", 27: "recover", 28: "mark-fraud",
         29: "waive-interest", 30: "re-age", 31: "reamortize", 32: "reschedule", 33: "pause-overdue", 34: "resume-overdue",
         35: "cancel", 36: "prepay", 37: "change-rate", 38: "extend", 39: "move-due-date", 40: "defer", 46: "take-over", 60: "accrue",
         62: "order-payout", 64: "fail-payout", 65: "unknown-payout", 66: "intend", 67: "cancel-intent", 68: "debit-failed"}
ROLES = ["principal", "principal_overdue", "interest_accrued", "interest_receivable", "penalty_receivable", "compound_receivable",
         "interest_income", "penalty_income", "compound_income", "settlement", "overpayment", "fee_receivable", "fee_income",
         "late_fee_receivable", "late_fee_income", "goodwill_expense", "charge_off_expense", "fraud_expense", "charge_off_interest",
         "charge_off_fee", "charge_off_penalty", "write_off_expense", "recovery_income", "interest_unearned", "partner_payable",
         "agency_principal", "agency_receivable", "partner_income", "partner_funding", "partner_accrued", "partner_expense",
         "partner_loss", "service_fee_income", "goodwill_interest", "goodwill_fee", "goodwill_penalty",
         "interest_suspended", "income_suspended", "memo_interest", "memo_contra", "opening_balance", "retained_earnings",
         "reconciliation_difference", "suspense", "coupon_receivable", "fee_deferred", "tax_payable", "income_tax",
         "charge_income_1", "charge_income_2", "charge_income_3", "charge_income_4"]
FEE_DEFERRED = 45
STATUS = {1: "approved", 2: "active", 3: "closed", 4: "cancelled", 5: "written off"}
OPENINGS = (10, 12, 46)
FIELDS = ("amount", "of", "rows", "from", "until", "choice", "code", "rate", "channel")
TOLD = (62, 64, 65, 66, 67, 68)  # they move nothing, and name their fields by a varint
MORE = ("payer", "suspense", "intent", "order")


def role_name(number):
    return ROLES[number] if number < len(ROLES) else f"role {number}"


def read_maximum(r):
    """What stands behind the plan rules, as far as the maximum of penalty interest: (part x 10^4, with compound interest)."""
    r.flag(lambda: (r.zigzag(), r.varint(), r.u8()))  # cap of the annual rate
    if r.u8() != 0:
        return None  # rules of servicing, which this program does not read
    r.list(lambda: (r.u8(), r.flag(lambda: (r.text(), r.text()))))
    numbers = lambda count: [r.varint() for _ in range(count)]
    while not r.done():
        section = r.u8()
        if section == 1:
            r.list(lambda: (r.text(), r.varint(), r.flag(r.zigzag)))
            r.varint(), r.u8(), r.varint(), r.take(3), numbers(3)
        elif section == 2:
            numbers(2), r.take(2), r.varint()
        elif section == 4:
            r.text(), r.zigzag(), r.take(2), numbers(2), r.flag(r.zigzag), r.flag(r.zigzag), r.varint(), r.u8()
        elif section == 5:
            numbers(5)
        elif section == 6:
            bits = r.u8()
            if bits & 2:
                r.varint(), r.u8()
            if bits & 4:
                r.text()
        elif section == 7:
            part = r.varint()
            return (part, False) if part else (r.varint(), True) if r.u8() == 2 else None
        else:
            return None
    return None


def read_product(data):
    """As far as interest depends on it. `plain`: nothing but the method shapes a plan."""
    r = Reader(data)
    layout = r.u8()
    need(layout in (1, 2), f"a product of layout {layout}, which this program does not know")
    p = {"id": r.text(), "version": r.varint(), "name": r.text(), "currency": r.text(), "method": r.u8(), "unit": r.u8(),
         "every": r.varint()}
    for _ in range(5):
        r.varint()
    for _ in range(3):
        r.zigzag()
    p.update(basis=r.u8(), day_count=r.u8(), odd_first=r.u8(), due_day=r.u8())
    p["interest"] = (r.u8(), r.varint())
    p["installment"] = (r.u8(), r.varint())
    p["accrual"] = r.u8()
    p["plain"] = True
    r.varint(), r.u8()  # grace
    p["penalty"] = (r.flag(r.zigzag), r.varint())
    r.u8()  # compound
    if layout == 1:
        return p
    order = lambda: (r.u8(), [r.u8() for _ in range(r.u8())])
    order()
    r.flag(lambda: (r.varint(), order()))
    r.u8(), r.list(r.varint), r.list(r.varint)
    for _ in range(11):
        r.flag(lambda: (r.text(), r.text()))
    fees = (r.zigzag(), r.varint())
    r.u8(), r.varint(), r.u8(), r.u8()
    free = (r.varint(), r.varint(), r.zigzag(), r.varint(), r.varint())
    steps = (r.zigzag(), r.varint())
    season = (r.varint(), r.u8())
    holidays = r.list(lambda: (r.varint(), r.varint(), r.u8()))
    r.u8(), r.u8(), r.u8()
    calendar = r.text()
    r.u8(), r.u8()
    digits = r.flag(r.u8)
    p["maximum"] = read_maximum(r)
    p["plain"] = not (any(fees) or any(free) or steps[0] or season[0] or holidays or calendar or digits is not None or p["method"] > 5)
    return p


def read_opened(r):
    o = {"loan": r.text(), "product": r.varint(), "principal": r.varint(), "rate": r.zigzag(), "installments": r.varint()}
    bits = r.u8()
    o["first_due"] = r.day() if bits & 1 else None
    o["due_day"] = r.u8()
    o["plan"] = r.take(32)
    if bits & 2:
        o["line"] = r.varint()
    if bits & 4:
        o["reservation"] = r.text()
    if bits & 8:
        o["party"] = r.text()
    need(bits < 16, "an opening with unknown fields")
    return o


def read_operated(r, told_only):
    bits = r.varint() if told_only else r.u8()
    readers = (r.varint, r.varint, r.varint, r.day, r.day, r.u8, r.text, r.zigzag, r.text)
    return {name: read() for i, (name, read) in enumerate(zip(FIELDS, readers)) if bits >> i & 1}


def read_taken(r):
    """A loan taken over in mid-life: its contract, and what stood on it elsewhere."""
    t = read_opened(r)
    t["disbursed"] = r.day()
    r.varint()
    bits = r.u8()
    t["owed"] = r.zigzag()
    r.zigzag()
    if bits & 1:
        r.zigzag()
    if bits & 2:
        r.day()
    for _ in range(r.varint()):
        r.varint(), r.day()
        for _ in range(10):
            r.zigzag()
        for _ in range(bin(r.u8()).count("1")):
            r.zigzag()
    if bits & 8:
        stands = r.u8()
        need(stands < 32, "a take-over with a standing that this program does not know")
        r.take(2)
        if stands & 1:
            r.day()
        if stands & 16:
            r.day()
        for _ in range(22 if stands & 8 else 0):
            r.zigzag()
    need(bits < 16, "a take-over with unknown fields")
    return t


def read_entry(body):
    """All of it; of a kind that came after this program, what stands before the payload where the rest cannot be read."""
    try:
        return read_whole_entry(body, False)
    except (Wrong, UnicodeDecodeError, OverflowError):
        if Reader(body[:1]).u8() <= 2 and read_whole_entry(body, True)["kind"] in KINDS:
            raise
        return read_whole_entry(body, True)


def read_whole_entry(body, header_only):
    r = Reader(body)
    layout = r.u8()
    need(layout in (1, 2), "an entry of a layout that this program does not know")
    e = {"sequence": r.varint(), "booking_date": r.day(), "value_date": r.day(), "loan": r.varint(), "version": r.varint(),
         "previous": r.varint(), "kind": r.u8(), "known": True}
    kind = e["kind"]
    if header_only:
        e.update(known=False, payload={}, movements=[], actor="", reason="", source="", changed=[])
        return e
    if kind == 2:
        e["payload"] = read_product(r.take(r.varint()))
    elif kind in (10, 12):
        e["payload"] = read_opened(r)
    elif kind == 46:
        e["payload"] = read_taken(r)
    elif kind in (11, 13):
        e["payload"] = {"amount": r.varint()}
    elif kind in (61, 69):
        # A repay or disburse that says more than its amount.
        e["kind"] = kind = 13 if kind == 61 else 11
        e["payload"] = {"amount": r.varint()}
        bits = r.u8()
        for bit, name, read in ((1, "payer", r.text), (2, "suspense", r.varint), (4, "intent", r.varint), (8, "order", r.varint)):
            if bits & bit:
                e["payload"][name] = read()
    elif kind == 14:
        e["payload"] = {"of": r.varint()}
    elif kind >= 15:
        e["payload"] = read_operated(r, kind in TOLD)
    else:
        # Its hash is proven all the same; what it says is not told.
        e.update(known=False, payload={}, movements=[], actor="", reason="", source="", changed=[])
        return e
    line = lambda: (r.u8(), r.zigzag())
    e["movements"] = [m for block in r.list(lambda: (r.varint(), r.list(line))) for m in block[1]]
    for part in (0, 128):
        need(sum(amount for role, amount in e["movements"] if role & 128 == part) == 0,
             f"entry {e['sequence']}: debits and credits differ")
    e["source"], e["scope"], e["key"] = r.text(), r.text(), r.text()
    r.take(32)
    r.varint(), r.varint()
    e["changed"] = r.list(r.varint)
    e["actor"], e["reason"] = r.text(), r.text()
    if layout == 2:
        need(r.u8() == 1, "an entry with unknown fields")
        e["channel"] = r.text()
    need(r.done(), f"entry {e['sequence']}: bytes after its end")
    e["known"] = kind in KINDS
    return e


def read_night(data):
    r = Reader(data)
    night = {"day": r.day(), "what": r.u8()}
    if night["what"] == 2:
        night["reason"] = r.text()
    elif night["what"] == 3:
        night.update(sequence=r.varint(), before=r.varint(), after=r.varint())
        bits = r.u8()
        need(bits <= 7, "a restatement with bits that this program does not know")
        night["plan"] = bits & 1 != 0
        night["stood"] = r.day() if bits & 2 else None
        if night["before"] != night["after"]:
            r.list(lambda: (r.u8(), r.zigzag()))
        night["moved"] = r.list(lambda: (r.u8(), r.zigzag()))
        if bits & 4:
            r.list(r.varint)
    else:
        need(night["what"] == 1, "a night of a kind that this program does not know")
        status = r.u8()
        night.update(status=status & 127, bucket=r.u8(), booked=[r.zigzag(), r.zigzag(), r.zigzag()])
        night["fee"] = r.zigzag() if status & 128 else 0
        night["lines"] = r.list(lambda: {"role": r.u8(), "installment": r.varint(), "visible_from": r.day(), "base": r.zigzag(),
                                         "slope": r.zigzag(), "denominator": r.varint(), "first": r.day()})
    need(r.done(), "a night with bytes after its end")
    return night


# ------------------------------------------------------------------------------------------------------- hashes and trees


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def varint(value):
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def root_from(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2."""
    need(index < size, "a leaf outside its tree")
    node, fn, sn = sha(b"\0", leaf), index, size - 1
    for neighbour in path:
        need(sn != 0, "a path that is too long")
        if fn & 1 or fn == sn:
            node = sha(b"\1", neighbour, node)
            while not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            node = sha(b"\1", node, neighbour)
        fn >>= 1
        sn >>= 1
    need(sn == 0, "a path that is too short")
    return node


# ------------------------------------------------------------------------------------------------------------------- interest


def rounded(value, mode):
    """A fraction to a whole number: 1 half-even, 2 half away from zero, 3 away from zero, 4 toward zero."""
    sign, value = (-1 if value < 0 else 1), abs(value)
    whole = value.numerator // value.denominator
    rest = value - whole
    up = {1: rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1), 2: rest >= Fraction(1, 2), 3: rest > 0,
          4: False}[mode]
    return sign * (whole + up)


def to_multiple(value, rounding):
    mode, multiple = rounding
    return rounded(Fraction(value) / multiple, mode) * multiple


def month_end(year, month):
    return (datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(1)).day


def stepped(anchor, months, day):
    number = anchor.year * 12 + anchor.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return datetime.date(year, month, min(day, month_end(year, month)))


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def time_between(day_count, start, end):
    """Days of the convention; under ACT/ACT 366 a day of a common year and 365 of a leap year. None: not known here."""
    if day_count in (1, 2, 7):
        return (end - start).days
    if day_count == 3:
        return sum((365 if is_leap(d.year) else 366) for d in (start + datetime.timedelta(i) for i in range((end - start).days)))
    if day_count in (4, 6):
        d1 = min(start.day, 30)
        d2 = min(end.day, 30) if day_count == 6 or d1 == 30 else end.day
        return 360 * (end.year - start.year) + 30 * (end.month - start.month) + d2 - d1
    return None


PER_YEAR = {1: 360, 2: 365, 3: 365 * 366, 4: 360, 6: 360, 7: 364}


def months_and_days_of_360(start, end):
    months = (end.year - start.year) * 12 + end.month - start.month
    if stepped(start, months, start.day) > end:
        months -= 1
    return 30 * months + (end - stepped(start, months, start.day)).days


class Plan:
    """What the customer agreed to, computed again: rows of (number, start, due, principal, interest). `rows` is None for what this
    program does not compute."""

    def __init__(self, product, opened, disbursed):
        self.product, self.opened, self.disbursed = product, opened, disbursed
        self.rate = Fraction(opened["rate"], 10**12)
        self.rows = None
        if product["plain"] and product["day_count"] in PER_YEAR:
            self.due_day = opened["due_day"] or product["due_day"]
            self.rows = self.one_row() if product["method"] in (4, 5) else self.make_rows()

    def due(self, k):
        if k == 0:
            return self.disbursed
        first = self.opened["first_due"]
        if first and k == 1:
            return first
        anchor, steps = (first, k - 1) if first else (self.disbursed, k)
        unit, every = self.product["unit"], self.product["every"]
        if unit in (1, 2):
            return anchor + datetime.timedelta(steps * every * (7 if unit == 2 else 1))
        return stepped(anchor, steps * every * (12 if unit == 4 else 1), self.due_day or anchor.day)

    def first_is_odd(self):
        if self.opened["first_due"]:
            return True
        return bool(self.due_day) and self.disbursed.day != min(self.due_day, month_end(self.disbursed.year, self.disbursed.month))

    def step(self):
        """Rate x time of a whole step, which is of months where the basis is monthly."""
        return self.rate * self.product["every"] * (12 if self.product["unit"] == 4 else 1) / 12

    def factor(self, k):
        if self.product["basis"] == 2:
            time = time_between(self.product["day_count"], self.due(k - 1), self.due(k))
            return self.rate * time / PER_YEAR[self.product["day_count"]]
        if k == 1 and self.first_is_odd():
            return self.rate * months_and_days_of_360(self.due(0), self.due(1)) / 360
        return self.step()

    def one_row(self):
        count = self.opened["installments"]
        if self.product["basis"] == 2 or self.product["method"] == 5:
            time = time_between(self.product["day_count"], self.disbursed, self.due(count))
            factor = self.rate * time / PER_YEAR[self.product["day_count"]]
        else:
            factor = self.factor(1) + self.step() * (count - 1)
        principal = self.opened["principal"]
        return [(1, self.disbursed, self.due(count), principal, to_multiple(principal * factor, self.product["interest"]))]

    def make_rows(self):
        method, count, principal = self.product["method"], self.opened["installments"], self.opened["principal"]
        factors = [self.factor(k) for k in range(1, count + 1)]
        # The extra interest of an odd first period is paid with the first row, outside the equal installment.
        extra = self.product["odd_first"] == 2 and self.product["basis"] == 1
        solved = [self.step()] * count if extra else factors
        payment = 0
        if method == 1:
            annuity, growth = Fraction(0), Fraction(1)
            for each in solved:
                growth *= 1 + each
                annuity += 1 / growth
            payment = to_multiple(principal / annuity, self.product["installment"])
        if method == 2:
            payment = to_multiple(Fraction(principal, count), self.product["installment"])
        rows, balance = [], principal
        for k in range(1, count + 1):
            interest = to_multiple(balance * factors[k - 1], self.product["interest"])
            within = interest
            if k == 1 and self.product["odd_first"] == 2 and self.first_is_odd():
                within = to_multiple(balance * self.step(), self.product["interest"])
            part = {1: min(max(payment - within, 0), balance), 2: min(payment, balance), 3: 0}[method]
            if k == count:
                part = balance
            rows.append((k, self.due(k - 1), self.due(k), part, interest))
            balance -= part
        return rows

    def digest(self):
        zigzag = lambda n: varint(n << 1 if n >= 0 else (-n << 1) - 1)
        data = b"".join(varint(no) + zigzag((due - EPOCH).days) + zigzag(principal) + zigzag(interest)
                        for no, _, due, principal, interest in self.rows)
        return sha(data)


def level(line, product, opening):
    if opening < line["visible_from"] or opening < line["first"]:
        return 0
    time = time_between(product["day_count"], line["first"], opening)
    if time is None:
        return None
    return rounded(Fraction(line["base"] + line["slope"] * time, line["denominator"]), product["accrual"])


def penalty_slope(plan, line, entries, night):
    """Penalty a day on what an installment still owes of principal, the oldest paid first. None: not known here."""
    row = next((row for row in plan.rows or () if row[0] == line["installment"]), None)
    if row is None or "penalty" not in plan.product:
        return None
    owed = sum(amount for e in entries if e["booking_date"] <= night["day"] for role, amount in e["movements"] if role & 127 in (0, 1))
    paid = plan.opened["principal"] - owed
    earlier = sum(other[3] for other in plan.rows if other[0] < row[0])
    unpaid = min(max(earlier + row[3] - paid, 0), row[3])
    fixed, multiplier = plan.product["penalty"]
    rate = Fraction(fixed, 10**12) if fixed is not None else plan.rate * Fraction(multiplier, 10**4)
    return unpaid * rate / PER_YEAR[plan.product["day_count"]]


def at_maximum(plan, entries, levels):
    """Penalty interest of an installment, with compound interest where that counts, is at most its part of the row's principal: how
    many lines stand there."""
    part, both = plan.product.get("maximum") or (0, False)
    if not part or plan.rows is None or any(e["kind"] not in (10, 11, 12, 13, 14) for e in entries):
        return 0
    held = 0
    for no, _, _, principal, _ in plan.rows:
        own = [(role, flat, at) for role, number, flat, at in levels if number == no and (both or role == 4)]
        charged, most = sum(at for _, _, at in own), principal * part // 10**4
        need(charged <= most, f"installment {no}: penalty interest of {charged} is above its maximum of {most}")
        if charged == most > 0 and all(flat for _, flat, _ in own):
            held += len(own)
    return held


def check_fee(product, before, night, entries, isolated):
    """The balance of a deferred fee from the line of the visit before and the entries of the day. True: held, None: not computed."""
    opening = night["day"] + datetime.timedelta(1)
    lines = [line for line in night["lines"] if line["role"] == FEE_DEFERRED]
    need(len(lines) <= 1 and night["fee"] >= 0, f"night {night['day']}: a deferred fee of more than one line, or below zero")
    if before is None or not (before or night["fee"]):
        return None
    if night["day"] in isolated or any(level(line, product, opening) is None for line in before.get("lines", []) + lines):
        return None
    today = [e for e in entries if e["booking_date"] == night["day"]]
    moved = sum(amount for e in today for role, amount in e["movements"] if role & 127 == FEE_DEFERRED)
    if night["status"] != 2:
        need(night["fee"] == 0, f"night {night['day']}: a loan that is not active has a deferred fee")
        return True
    if today and lines and lines[0]["first"] == opening:
        return None  # the line of that one day stands nowhere
    def earned(some):
        return sum(level(line, product, opening) - level(line, product, night["day"]) for line in some)
    so_far = before.get("fee", 0) - sum(level(line, product, night["day"]) - level(line, product, before["day"] + datetime.timedelta(1))
                                        for line in before.get("lines", []))
    held = [so_far - moved - earned(some) for some in (before.get("lines", []), lines)]
    need(night["fee"] in held, f"night {night['day']}: {night['fee']} of the fee are deferred, its lines give {held}")
    return True


def check_interest(product, opened, disbursed, entries, nights):
    """Every booked balance by the frozen formula; every line of interest against the plan or against principal x rate."""
    said = []
    plan = Plan(product, opened, disbursed)
    planned = {}
    restated = [n for n in nights if n["what"] == 3]
    if restated:
        # What earlier nights booked follows from the version that the loan stood under then.
        last = max(i for i, n in enumerate(nights) if n["what"] == 3)
        said.append(f"restated {len(restated)} times: {last} records before entry {restated[-1]['sequence']} follow another product "
                    "version, or series as they were known, and are not computed again")
        nights = nights[last + 1:]
    isolated = {n["day"] for n in nights if n["what"] == 2}
    if entries[0]["kind"] == 46:
        plan.rows = None
    if plan.rows is None:
        said.append("the plan is not computed again: other rules, or taken over in mid-life")
    else:
        agreed = plan.digest() == opened["plan"]
        need(agreed or any(n["plan"] for n in restated), "the plan that the customer agreed to is not the one that its terms give")
        said.append(f"plan of {len(plan.rows)} rows computed again: it is " +
                    ("the one that was agreed" if agreed else "another one than was agreed, by a restatement"))
        for _, start, due, _, interest in plan.rows:
            planned[start] = Fraction(interest, time_between(product["day_count"], start, due) or 1)
    balances = by_plan = by_rate = other = by_penalty = penalties = by_maximum = fees = 0
    fee = None if restated else {}
    rate = Fraction(opened["rate"], 10**12)
    for night in nights:
        if night["what"] != 1:
            continue
        fees += bool(check_fee(product, fee, night, entries, isolated))
        fee = {"day": night["day"] - datetime.timedelta(1 if night["day"] in isolated else 0), "fee": night["fee"],
               "lines": [line for line in night["lines"] if line["role"] == FEE_DEFERRED]}
        sums = {2: 0, 4: 0, 5: 0}
        late_levels = []
        for line in night["lines"]:
            # Of a loan that this night isolated nothing was booked on its day.
            at = level(line, product, night["day"] + datetime.timedelta(0 if night["day"] in isolated else 1))
            if at is None:
                break
            if line["role"] == FEE_DEFERRED:
                continue
            sums[line["role"]] += at
            if line["role"] != 2:
                late_levels.append((line["role"], line["installment"], line["slope"] == 0, at))
                late = line["role"] == 4 and Fraction(line["slope"], line["denominator"]) == penalty_slope(plan, line, entries, night)
                by_penalty, penalties = by_penalty + late, penalties + (not late)
                continue
            slope = Fraction(line["slope"], line["denominator"])
            if product["method"] == 5 and product["plain"]:
                owed = sum(amount for e in entries if e["booking_date"] <= night["day"] for role, amount in e["movements"]
                           if role & 127 in (0, 1))
                owed += sum(amount for n in restated if n["day"] <= night["day"] for role, amount in n["moved"] if role in (0, 1))
                changed = any(e["kind"] in (37,) or not e["known"] for e in entries)
                if not changed:
                    need(slope == owed * rate / PER_YEAR[product["day_count"]],
                         f"night {night['day']}: interest does not run on {owed} at the contract's rate")
                    by_rate += 1
            elif line["base"] == 0 and planned.get(line["first"]) == slope:
                by_plan += 1
            else:
                other += 1
        else:
            need([sums[2], sums[4], sums[5]] == night["booked"],
                 f"night {night['day']}: booked are {night['booked']}, the lines give {list(sums.values())}")
            balances += 3
            held = at_maximum(plan, [e for e in entries if e["booking_date"] <= night["day"]], late_levels)
            by_maximum, penalties = by_maximum + held, penalties - held
    said.append(f"{balances} balances after {len(nights)} nights computed again from their lines: equal")
    if by_plan or by_rate:
        said.append(f"{by_plan + by_rate} lines of interest computed again from " +
                    ("principal and rate" if by_rate else "the plan") + ": equal")
    if fees:
        said.append(f"{fees} balances of the deferred fee computed again from the lines and entries before them: equal")
    if other:
        moving = {13, 14, 15, 16, 17, 18, 19, 20, 24} | set(range(29, 41))
        need(plan.rows is None or any(e["kind"] in moving or not e["known"] for e in entries),
             "interest runs on something else than the plan, and no event explains it")
        said.append(f"NOT computed again from the contract: {other} lines of interest, which " +
                    ("are not held against a plan" if plan.rows is None else "run on what payments and changes left of the plan"))
    if by_penalty:
        said.append(f"{by_penalty} lines of penalty computed again from overdue principal and the penalty rate: equal")
    if by_maximum:
        said.append(f"{by_maximum} lines of penalty and compound interest stand at the maximum of their installment: equal")
    if penalties:
        said.append(f"NOT computed again from the contract: {penalties} lines of penalty and compound interest; their levels are")
    return said


# ---------------------------------------------------------------------------------------------------------------------- proof

HEAD_LINES = ("book", "sequence", "hash", "booking-date", "entries", "loans", "of-loans")


def digest_of(text):
    need(len(text) == 64 and all(c in "0123456789abcdef" for c in text), "a digest that cannot be read")
    return bytes.fromhex(text)


def hex_bytes(text):
    need(isinstance(text, str) and len(text) % 2 == 0 and all(c in "0123456789abcdef" for c in text), "bytes that cannot be read")
    return bytes.fromhex(text)


def count_of(text):
    need(text.isascii() and text.isdigit() and str(int(text)) == text, "a number that cannot be read")
    return int(text)


def check_head(text, wanted):
    lines = text.split("\n")
    need(lines[0] == "loanbook head 1" and lines[-1] == "", "no head of a book, version 1")
    names = HEAD_LINES + (("key", "signature") if len(lines) == 11 else ())
    need(len(lines) == len(names) + 2, "a head with lines too many or too few")
    head = {}
    for name, line in zip(names, lines[1:]):
        need(line.startswith(name + " "), f"a head without its line `{name}`")
        head[name] = line[len(name) + 1:]
    for name in ("book", "hash", "entries", "of-loans"):
        head[name] = digest_of(head[name])
    for name in ("sequence", "loans"):
        head[name] = count_of(head[name])
    datetime.date.fromisoformat(head["booking-date"])
    if "signature" not in head:
        need(not wanted, "the head is not signed")
        return head
    need(not wanted or head["key"] == wanted, f"signed with the key {head['key']}, wanted was {wanted}")
    covered = text[:text.index("signature ")].encode()
    need(len(hex_bytes(head["key"])) == 32 and len(hex_bytes(head["signature"])) == 64, "key or signature of a wrong length")
    need(is_signature(hex_bytes(head["key"]), covered, hex_bytes(head["signature"])), "the signature does not fit")
    return head


def keys_are(value, *names):
    need(isinstance(value, dict) and tuple(value) == names, f"members other than {', '.join(names)}")


def check_entry(value, head):
    """Its hash, once it leads to the root that was signed, and what it says."""
    keys_are(value, "sequence", "previous", "body", "path")
    need(type(value["sequence"]) is int, "a sequence number that is none")
    body = hex_bytes(value["body"])
    entry = read_entry(body)
    need(entry["sequence"] == value["sequence"], f"entry {value['sequence']} calls itself {entry['sequence']}")
    entry["hash"] = sha(digest_of(value["previous"]), body)
    path = [digest_of(node) for node in value["path"]]
    need(root_from(entry["hash"], value["sequence"] - 1, head["sequence"], path) == head["entries"],
         f"entry {value['sequence']} does not lead to the root of the book's entries")
    if value["sequence"] == head["sequence"]:
        need(entry["hash"] == head["hash"], "the last entry has another hash than the head")
    if value["sequence"] == 1:
        need(entry["hash"] == head["book"], "the first entry has another hash than the book")
    return entry


def check_chain(entries, number):
    last = 0
    for version, entry in enumerate(entries, 1):
        where = f"entry {entry['sequence']}"
        need(entry["loan"] == number, f"{where} belongs to loan number {entry['loan']}, not {number}")
        need(entry["version"] == version and entry["previous"] == last, f"{where} does not follow the loan's entry {last}")
        last = entry["sequence"]
    need(entries and entries[0]["kind"] in OPENINGS, "the loan's first entry opens no loan")


def check_proof(data, wanted):
    text = data.decode()
    proof = json.loads(text)
    keys_are(proof, "proof", "head", "loan", "product", "entries", "nights", "path")
    need(json.dumps(proof, separators=(",", ":"), ensure_ascii=False) + "\n" == text, "the proof is not in canonical form")
    need(proof["proof"] == "loanbook loan 1", "no proof of a loan, version 1")
    need(type(proof["loan"]) is int, "a loan number that is none")
    head = check_head(proof["head"], wanted)
    product = check_entry(proof["product"], head)
    need(product["kind"] == 2, "the product's entry publishes none")
    entries = [check_entry(value, head) for value in proof["entries"]]
    check_chain(entries, proof["loan"])
    chain, nights = bytes(32), []
    for record in proof["nights"]:
        nights.append(read_night(hex_bytes(record)))
        chain = sha(chain, hex_bytes(record))
    leaf = b"".join((varint(proof["loan"]), varint(len(entries)), entries[-1]["hash"], product["hash"], varint(len(nights)), chain))
    path = [digest_of(node) for node in proof["path"]]
    need(root_from(leaf, proof["loan"] - 1, head["loans"], path) == head["of-loans"],
         "the loan with these entries and nights does not lead to the root of the book's loans")
    opened = entries[0]["payload"]
    paid_out = [e for e in entries if e["kind"] == 11]
    disbursed = entries[0]["value_date"]
    notes = check_interest(product["payload"], opened, disbursed, entries, nights) if not paid_out or \
        paid_out[0]["value_date"] == disbursed else ["paid out on another day than opened: the plan is not computed again"]
    return head, product["payload"], entries, nights, notes


# ---------------------------------------------------------------------------------------------------------------------- words

DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "UGX": 0, "XAF": 0, "XOF": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}


def amount_text(minor, currency):
    digits = DIGITS.get(currency, 2)
    text = f"{abs(minor):0{digits + 1}}"
    whole, rest = (text[:-digits], "." + text[-digits:]) if digits else (text, "")
    return ("-" if minor < 0 else "") + whole + rest


def words_of(entry, currency):
    kind, payload = KINDS.get(entry["kind"], f"an event of kind {entry['kind']}, which this program does not know"), entry["payload"]
    parts = [kind]
    if entry["kind"] in OPENINGS:
        parts.append(f"{amount_text(payload['principal'], currency)} {currency} at {Fraction(payload['rate'], 10**10)} % a year in "
                     f"{payload['installments']} installments, loan '{payload['loan']}'")
    else:
        if "amount" in payload:
            parts.append(f"{amount_text(payload['amount'], currency)} {currency}")
        parts += [f"{name} {payload[name]}" for name in FIELDS[1:] + MORE if name in payload]
    lines = [f"entry {entry['sequence']}, booked {entry['booking_date']}, counts from {entry['value_date']}: {', '.join(parts)}"
             f" (by {entry['actor'] or 'nobody named'}{', because ' + entry['reason'] if entry['reason'] else ''})"]
    for role, minor in entry["movements"]:
        lines.append(f"    {role_name(role & 127):24}{amount_text(minor, currency):>18} {currency}"
                     f"{'  (consequence)' if role & 128 else ''}")
    if entry["changed"]:
        lines.append(f"    changed what became of entries {', '.join(map(str, entry['changed']))}")
    return lines


def tell(head, product, entries, nights, notes):
    currency = product["currency"]
    print(f"book {head['book'].hex()[:12]} up to entry {head['sequence']}, booked {head['booking-date']}, {head['loans']} loans")
    print(f"product {product['id']} version {product['version']}: {product['name']}")
    for entry in entries:
        print("\n".join(words_of(entry, currency)))
    for night in nights:
        if night["what"] == 2:
            print(f"night {night['day']}: isolated, {night['reason']}")
        elif night["what"] == 3:
            cause = (f"product number {night['before']} -> {night['after']}" if night["before"] != night["after"]
                     else "by series that were published late")
            print(f"entry {night['sequence']}, booked {night['day']}: restated, {cause}")
            for role, minor in night["moved"]:
                print(f"    {role_name(role):24}{amount_text(minor, currency):>18} {currency}  (consequence)")
        else:
            interest, penalty, compound = (amount_text(minor, currency) for minor in night["booked"])
            fee = f"deferred fee {amount_text(night['fee'], currency)}, " if night["fee"] else ""
            print(f"night {night['day']}: {STATUS.get(night['status'], night['status'])}, accrued {interest}, penalty {penalty}, "
                  f"compound {compound}, {fee}{len(night['lines'])} lines from then on")
    for note in notes:
        print(f"- {note}")
    print(f"- signed with {head['key']}" if "key" in head else "- NOT SIGNED: the book may be any book")


def main():
    arguments = sys.argv[1:]
    wanted, quiet = None, "--quiet" in arguments
    arguments = [a for a in arguments if a != "--quiet"]
    if "--key" in arguments:
        at = arguments.index("--key")
        wanted = (arguments[at + 1:at + 2] or [""])[0]
        del arguments[at:at + 2]
    if not arguments or wanted == "":
        print(__doc__, file=sys.stderr)
        return 2
    code = 0
    for name in arguments:
        try:
            with open(name, "rb") as file:
                found = check_proof(file.read(), wanted)
        # What a forger wrote may break any reader: whatever breaks is a proof that does not hold.
        except Exception as error:  # noqa: BLE001
            print(f"{name}: DOES NOT HOLD: {error or type(error).__name__}")
            code = 1
            continue
        if not quiet:
            tell(*found)
        print(f"{name}: holds: {len(found[2])} entries, {len(found[3])} nights" + ("" if "key" in found[0] else ", NOT SIGNED"))
    return code


if __name__ == "__main__":
    sys.exit(main())
