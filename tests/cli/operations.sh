#!/usr/bin/env bash
# Operations on loans: commands and events made from one table, and documents that name all of it.
. "$(dirname "$0")/support.sh"
new_book

# Every operation has a command with help, and its row in docs/events.md with its fields.
printf 'loan_id,event,amount\nL-1,goodwill,1.00\n' >events.csv
run 0 --format csv import events events.csv --describe
cp out described.csv
run 0 loan --help
cp out help
python3 - "$LOANBOOK_SOURCE/docs/events.md" <<'PYTHON' || fail "docs/events.md does not follow the table"
import csv, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
rows = {m.group(1): m.group(0) for m in re.finditer(r"^\| `([a-z_-]+)` \|.*$", page, flags=re.M)}
text = open("help", encoding="utf-8").read()
bad = []
for event in csv.DictReader(open("described.csv", encoding="utf-8")):
    name = event["event"]
    if name not in rows:
        bad.append(f"{name} is not in docs/events.md")
        continue
    if event["choices"] == "" and name in ("repay", "disburse", "open", "open_disburse", "reverse", "apply", "settle",
                                           "suspense-receive", "suspense-return"):
        continue
    row = rows[name].split("|")
    needs, takes = row[2], row[3]
    choices = event["choices"].split()
    if sorted(w for w in re.findall(r"`([\w-]+)`", needs) if w not in choices) != sorted(f for f in event["needs"].split() if f != "loan_id"):
        bad.append(f"{name} needs {event['needs']}, the page says {needs}")
    named = [w for w in re.findall(r"`([\w-]+)`", takes) if w not in choices]
    if sorted(named) != sorted(event["takes"].split()):
        bad.append(f"{name} takes {event['takes']}, the page says {takes}")
    for word in choices:
        if f"`{word}`" not in needs + takes:
            bad.append(f"{name}: the choice {word} is not on the page")
    if not re.search(rf"^  {name} ", text, flags=re.M):
        bad.append(f"{name} is not in `loan --help`")
print("\n".join(bad))
sys.exit(1 if bad else 0)
PYTHON

# A loan of the card: three months, a fee of 0.6 % of 1,200.00 = 7.20 with each.
run 0 loan open C-1 --product card-installment --amount 1200 --term 3 --disburse
run 0 loan charge C-1 --amount 10 --from 2026-01-10 --code statement --dry-run
err_has "nothing was written"
run 0 loan charge C-1 --amount 10 --from 2026-01-10 --code statement --idempotency-key fee-1
run 0 --format json loan charge C-1 --amount 10 --from 2026-01-10 --code statement --idempotency-key fee-1
out_has '"replayed":"yes"'
run 3 loan charge C-1 --amount 11 --from 2026-01-10 --code statement --idempotency-key fee-1
err_has "idempotency.conflict"
charge=$(loanbook --format csv loan entries C-1 2>/dev/null | tail -n 1 | cut -d, -f1)
run 0 night --through 2026-01-31
run 3 loan waive-charge C-1 --of "$charge" --amount 10.01
err_has "charge.too_much"
run 0 loan waive-charge C-1 --of "$charge" --amount 4.00 --reason 'asked twice'
out_has "fee_income"
run 0 --format csv loan charges C-1
out_has "$charge,statement,fee,1,2026-01-10,10.00,0.00,4.00,6.00"
run 3 loan waive-charge C-1
err_has "charge.which"
run 0 loan show C-1
out_has "fee 13.20"
run 0 loan repay C-1 --amount 413.20
out_has "fee_receivable"
run 0 --format csv loan schedule C-1
# 400.00 and two fees, 7.20 by plan and 10.00 of which 4.00 were waived: all paid.
equal "$(sed -n 2p out | cut -d, -f5,7-10)" "17.20,417.20,413.20,4.00,0.00"
run 0 loan merchant-refund C-1 --amount 100
run 0 loan goodwill C-1 --amount 1.00

# What is wrong is said before anything is written, and where.
before=$(head_of)
run 2 loan goodwill C-1
err_has "--amount"
run 3 loan charge C-1
err_has "charge.amount"
run 3 loan charge C-1 --amount 1 --choice large
err_has "operation.choice_unknown"
run 3 loan charge C-1 --amount 1 --from 2026-02-30
err_has "--from"
run 3 loan recover C-1 --amount 1
err_has "operation.not_in_this_state"
run 3 loan chargeback C-1 --amount 1 --of "$charge"
err_has "operation.target_kind"
run 2 loan cancel C-1 --amount 1
printf '{"loan_id":"C-1","event":"charge","amount":"1.00","choice":"large"}\n{"loan_id":"C-1","event":"waive-charge","of":1}\n{"loan_id":"C-1","event":"re_age","rows":2}\n' >bad.ndjson
run 3 record bad.ndjson
err_has "bad.ndjson:1:60: charge knows the choices"
err_has "bad.ndjson:2:46: waive-charge: entry 1"
err_has "bad.ndjson:3:26: 're_age' is not an event, did you mean 're-age'"
equal "$(head_of)" "$before"

# The same by file: a charge in every form, each once however often the file is sent.
printf 'loan_id,event,amount,of,from,choice,code\nC-1,charge,2.00,,2026-02-10,penalty,late\nC-1,goodwill,0.50,,,,\n' >ops.csv
run 0 import events ops.csv
after=$(head_of)
run 0 import events ops.csv
equal "$(head_of)" "$after"
run 0 loan charge-off C-1 --choice fraud --code police
out_has "fraud_expense"
run 0 loan write-off C-1
run 0 loan recover C-1 --amount 5
out_has "recovery_income"
run 0 night --through 2026-03-31
run 0 verify --deep
run 0 rebuild
run 0 verify --deep

# Penalty interest with a maximum: 1,000.00 at 36 % is 1.00 a day from 1 May on, 1 % is 10.00, reached on 11 May.
cat >capped.toml <<'TOML'
id = "capped"
currency = "CNY"
[terms]
method = "bullet"
installments = { min = 1, max = 3, default = 1 }
amount = { min = "1.00", max = "2000.00" }
rate = "0%"
[overdue]
penalty = { rate = "36%" }
maximum = "1%"
TOML
run 0 product check capped.toml
out_has "is at most 1% of its principal"
run 0 product add capped.toml
run 0 loan open M-1 --product capped --amount 1000 --term 1 --disburse
run 0 night --through 2026-05-07
run 0 loan explain M-1 --date 2026-05-08
out_has "7.00 CNY"
out_has "may come to 10.00 CNY at most"
run 0 night --through 2026-05-20
run 0 loan explain M-1 --date 2026-05-21
out_has "capped at 10.00 CNY"
out_has "since 2026-05-11"
run 0 loan repay M-1 --amount 4.00
run 0 night --through 2026-05-31
run 0 loan explain M-1 --date 2026-06-01
out_has "capped at 6.00 CNY"
run 0 --format csv overdue
out_has "1006.00"
run 0 verify --deep
run 0 rebuild
run 0 verify --deep
sed '/^penalty/d' capped.toml >free.toml
run 3 product check free.toml
err_has "a maximum needs penalty interest"
# Compound interest under it as well.
sed -e 's/"capped"/"capped-both"/' -e 's/^maximum.*/&\nmaximum_of = "penalty-and-compound"/' capped.toml >both.toml
run 3 product check both.toml
err_has "no compound interest under the maximum"
sed -i 's/^maximum_of.*/&\ncompound = "penalty"/' both.toml
run 0 product check both.toml
out_has "together and with what was paid of them, are at most 1% of its principal"
# By hand: 980.26 and 60.00 bear 0.98026 and 0.06 a day; 5 % of 980.26 is 49.01. After 47 days 46.07 and 2.82 leave 0.12, which penalty takes on 18 August.
sed -e 's/"capped-both"/"capped-level"/' -e 's/"bullet"/"level"/' -e 's/default = 1/default = 3/' -e 's/"2000.00"/"3000.00"/' -e 's/"0%"/"24%"/' \
  -e 's/"1%"/"5%"/' both.toml >level.toml
run 0 product add level.toml
run 0 loan open M-2 --product capped-level --amount 3000 --disburse
run 0 night --through 2026-08-20
run 0 loan explain M-2
out_has "46.19 CNY"
out_has "2.82 CNY"
out_has "capped at 49.01 CNY"
out_has "since 2026-08-18"
run 0 verify --deep
run 0 keygen --out key.pem
run 0 sign-head --key key.pem --out head
run 0 prove loan M-2 --head head --out M-2.proof
python3 -I "$LOANBOOK_SOURCE/tools/verify_proof.py" M-2.proof >out 2>&1 || fail "the proof of a capped loan holds: $(tail -n 3 out)"
out_has "stand at the maximum of their installment"

# Products: what one does, and what two do differently.
run 0 product check "$products"/card-installment.toml
out_has "A fee of 0.6% of the original principal"
run 0 product diff card-installment "$products"/card-installment.toml
err_has "equal"
sed 's/0.6%/0.7%/; s/^id = .*/&\nversion = 2/' "$products"/card-installment.toml >next.toml
run 0 --format csv product diff card-installment@1 next.toml
out_has 'plan.fee.rate,"""0.6%""","""0.7%"""'
run 3 product diff card-installment@x next.toml
err_has "cli.product_name"
finish
