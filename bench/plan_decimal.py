"""Level plans by Python's decimal, 34 digits: the loop that a spreadsheet user would write. No dates.

python3 plan_decimal.py INSTALLMENTS PLANS    prints plans a second of CPU time, and the sum of all interest in minor units
"""
import sys
import time
from decimal import ROUND_HALF_EVEN, Decimal, getcontext

getcontext().prec = 34
ONE = Decimal(1)


def loan(i):
    return 100_000 + i * 7_919 % 9_000_000, Decimal(300 + i * 31 % 2_100) / 10_000


def plan(principal, rate, installments):
    period = rate / 12
    payment = (principal * period / (1 - (1 + period) ** -installments)).quantize(ONE, ROUND_HALF_EVEN)
    balance = Decimal(principal)
    rows = []
    for k in range(1, installments + 1):
        interest = (balance * rate / 12).quantize(ONE, ROUND_HALF_EVEN)
        part = balance if k == installments else min(balance, max(Decimal(0), payment - interest))
        balance -= part
        rows.append((part, interest, balance))
    return rows


def main():
    installments, plans = int(sys.argv[1]), int(sys.argv[2])
    start = time.process_time()
    total = sum(row[1] for i in range(plans) for row in plan(*loan(i), installments))
    print(plans / (time.process_time() - start), total)


main()
