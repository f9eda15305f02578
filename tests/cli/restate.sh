#!/usr/bin/env bash
# A wrong product version as an operator corrects it: what if, publish, dry run, restate, both views; events that are supposed, then recorded; nothing
# else written.
. "$(dirname "$0")/support.sh"

run 0 --book book init --currency CNY --date 2026-01-01
run 0 product add "$products"/consumer-level.toml "$products"/daily-revolving.toml
for i in 1 2 3 4 5 6; do
  run 0 loan open L-$i --product consumer-level --amount $((i * 2000)) --disburse
done
run 0 loan open R-1 --product daily-revolving --amount 5000 --disburse
run 0 night --through 2026-02-01
run 0 loan repay L-3 --amount 550.08
run 0 night --through 2026-02-20
sed 's/^version = 1/version = 2/; s/multiplier = "1.5"/multiplier = "1.2"/' "$products/consumer-level.toml" >right.toml
before=$(head_of)

# The effect of a version that is not published: by account, by loan, by night; nothing is written, the sums are those of the loans.
run 0 what-if --product right.toml --of consumer-level
out_has "loans change"
err_has "loanbook product add right.toml"
err_has "loanbook restate --product consumer-level --from 1 --to 2"
expected=$(sed -n 's/.*--expect \([0-9a-f]*\).*/\1/p' err)
run 0 --format csv what-if --product right.toml --of consumer-level@1 --by account
cp out supposed
run 0 --format json what-if --product right.toml --by loan
python3 - <<'PYTHON' || fail "loans and accounts differ"
import csv, json
from decimal import Decimal
loans = json.load(open("out"))
assert len(loans) == 6
penalty = sum(Decimal(l["penalty_after"]) - Decimal(l["penalty_before"]) for l in loans)
account = sum(Decimal(r["debit"] or 0) - Decimal(r["credit"] or 0) for r in csv.DictReader(open("supposed")) if r["account"] == "1430")
assert penalty == account < 0, (penalty, account)
PYTHON
run 0 --format csv what-if --product right.toml --by night
grep '^2026-02-20,' out | cut -d, -f2- >last
grep -v '^account' supposed >accounts
equal "$(cat last)" "$(cat accounts)"
equal "$(head_of)" "$before"

# What is refused.
run 3 restate --product consumer-level --from 1 --to 2 --reason wrong
err_has "product.unknown"
run 3 what-if
err_has "cli.what_if"
run 3 what-if --product right.toml --by year
err_has "cli.by"
run 3 what-if --product right.toml --of daily-revolving
err_has "restate.other_product"
sed 's/^version = 1/version = 5/' "$products/consumer-level.toml" >five.toml
run 3 what-if --product five.toml
err_has "version = 2"
run 0 product add right.toml
run 3 restate --product consumer-level --from 1 --to 2
err_has "restate.reason_missing"
run 3 restate --product consumer-level --from 1 --to 2 --reason wrong --expect 00000000
err_has "restate.expected"
run 3 --role write restate --product consumer-level --from 1 --to 2 --reason wrong
err_has "book.role"
run 3 restate --product consumer-level --from 1 --to 2 --reason 'call 13800138000'
err_has "personal_data"

# Dry run, then in earnest: exactly what was supposed; the same key again changes nothing.
published=$(head_of)
run 0 --format csv restate --product consumer-level --from 1 --to 2 --dry-run --by account
equal "$(cat out)" "$(cat supposed)"
equal "$(head_of)" "$published"
run 0 --format csv restate --product consumer-level --from 1 --to 2 --reason 'contract says 1.2' --expect "$expected" \
  --idempotency-key r-1 --by account
equal "$(cat out)" "$(cat supposed)"
restated=$(head_of)
run 0 restate --product consumer-level --from 1 --to 2 --reason 'contract says 1.2' --expect "$expected" --idempotency-key r-1
err_has "replayed"
equal "$(head_of)" "$restated"
run 3 restate --product consumer-level --from 1 --to 2 --reason 'contract says 1.2' --idempotency-key r-1
err_has "idempotency.conflict"
run 3 restate --product consumer-level --from 1 --to 2 --reason again
err_has "restate.nothing"

# Both views of a past day.
run 0 loan show L-1 --as-of 2026-02-20
out_has "As booked at the close of 2026-02-20"
out_has "version 1 restated as version 2"
run 0 --format json loan show L-1 --as-of 2026-02-20
python3 -c '
import json
row = json.load(open("out"))[0]
assert row["booked_penalty"] > row["penalty"] and row["differs_by"], row' || fail "JSON carries both views"
run 0 loan show L-1 --known-at 2026-02-20
out_has "consumer-level 1"
run 0 --format csv trial-balance --as-of 2026-02-20
cp out booked
run 0 --format csv trial-balance --as-of 2026-02-20 --restated
cmp -s out booked && fail "restated is not as booked"
run 0 loan entries L-1
out_has "restated"
run 0 entries --after 10
run 0 audit
out_has "contract says 1.2"
run 0 night --through 2026-02-25
run 0 reconcile internal
run 0 verify --deep
run 0 accruals --date 2026-02-21
run 0 roll-forward penalty_receivable --from 2026-02-21 --to 2026-02-21
run 0 diff --from 2026-02-20 --to 2026-02-21

# A journal makes the same book again.
run 0 export ndjson --out book.ndjson
run 0 --book again import journal book.ndjson
equal "$(head_of again)" "$(head_of)"
run 0 --book again verify --deep
run 0 rebuild
run 0 verify --deep

# A loan outside the version goes into a file, which names loans for another run.
sed 's/^version = 1/version = 3/; s/max = "200000.00"/max = "9000.00"/' "$products/consumer-level.toml" >narrow.toml
run 0 product add narrow.toml
run 3 restate --product consumer-level --from 2 --to 3 --reason narrow
err_has "restate.refused"
run 1 restate --product consumer-level --from 2 --to 3 --dry-run
err_has "restate.terms"
run 1 restate --product consumer-level --from 2 --to 3 --reason narrow --reject-file refused.csv
equal "$(tail -n +2 refused.csv | wc -l)" 2
run 1 restate --product consumer-level --from 2 --to 3 --loans refused.csv --dry-run
run 0 verify --deep

# Events that are supposed, and then recorded: the same effect.
printf 'loan_id,event,amount,value_date,reference\nL-1,repay,183.36,2026-02-03,b-1\nL-2,repay,366.72,2026-02-03,b-2\nR-1,repay,100.00,2026-02-10,b-3\n' >late.csv
before=$(head_of)
run 0 what-if --events late.csv
err_has "loanbook import events late.csv"
run 0 --format csv what-if --events late.csv --by account
cp out supposed
run 0 --format csv what-if --events late.csv --by night
[ -s out ] || fail "nights differ"
equal "$(head_of)" "$before"
run 0 --format json trial-balance
cp out trial
run 0 import events late.csv
run 0 --format json trial-balance
python3 - <<'PYTHON' || fail "recorded is not what was supposed"
import csv, json
from decimal import Decimal
def of(name): return {r["account"]: Decimal(r["debit"] or 0) - Decimal(r["credit"] or 0) for r in json.load(open(name))}
was, now = of("trial"), of("out")
moved = {a: now.get(a, 0) - was.get(a, 0) for a in was.keys() | now.keys()}
said = {r["account"]: Decimal(r["debit"] or 0) - Decimal(r["credit"] or 0) for r in csv.DictReader(open("supposed"))}
assert said == {a: m for a, m in moved.items() if m}, (said, moved)
PYTHON
printf 'loan_id,event,amount,value_date\nL-9,repay,1.00,2026-02-03\n' >unknown.csv
run 1 what-if --events unknown.csv
err_has "loan.unknown"
err_has "nothing to adopt"
err_lacks "To adopt exactly this"
sed 's/^version = 2/version = 4/' right.toml >four.toml
run 0 what-if --product four.toml --of consumer-level@1
err_has "nothing to adopt"
err_lacks "To adopt exactly this"
run 0 night --through 2026-02-28
run 0 verify --deep

# A restated loan is proven to a stranger.
run 0 keygen --out key.pem
run 0 sign-head --key key.pem --out head
run 0 prove loan L-1 --head head --out L-1.proof
python3 -I "$LOANBOOK_SOURCE/tools/verify_proof.py" L-1.proof >out 2>&1 || fail "the proof of a restated loan holds: $(tail -n 3 out)"
out_has "restated"
finish
