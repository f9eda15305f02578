#!/usr/bin/env bash
# The accountant's month: reports, chart, close, assertions, reconciliation; a closed month never changes again.
. "$(dirname "$0")/support.sh"

run 0 --book book init --currency CNY --date 2026-09-01
run 0 product add "$products"/*.toml
run 0 loan open L-1 --product consumer-level --amount 12000 --disburse
run 0 loan open L-2 --product daily-revolving --amount 5000 --disburse
run 0 loan open L-3 --product consumer-level --amount 6000 --disburse
run 0 night --through 2026-10-15
run 0 loan repay L-1 --amount 500.00
run 0 night --through 2026-10-31

# Every report in every format; people get the entry it is complete to.
reports=("trial-balance --as-of 2026-10-31" "trial-balance --by product" "trial-balance --as-of 2026-10-20 --restated"
  "trial-balance --as-of 2026-10-31 --known-at 2026-10-10" "gl 1310 --from 2026-09-01" "journal --from 2026-09-01"
  "income --by month" "income --by day" "accruals --date 2026-10-31" "accruals --loan L-1" "ageing --as-of 2026-10-31"
  "roll-forward principal --from 2026-10-01 --to 2026-10-31" "roll-forward interest" "par --as-of 2026-10-31"
  "roll-rates --from 2026-10-01 --to 2026-10-31" "vintages" "clearing" "diff --from 2026-09-30 --to 2026-10-31"
  "provision --rate M0=1% --rate M1=3% --rate M2=25%" "chart show")
for report in "${reports[@]}"; do
  for format in table csv json ndjson html; do
    run 0 --format $format $report
    [ -s out ] || fail "$report prints nothing as $format"
  done
  loanbook --format json $report 2>/dev/null | python3 -c 'import json,sys; assert json.load(sys.stdin)' || fail "$report: no JSON"
done
run 0 --format csv trial-balance --as-of 2026-10-31
equal "$(head -n 1 out)" "account,name,currency,debit,credit"

# The running balance of an account ends where the trial balance has it; journal and balances agree.
run 0 --format csv gl 1310 --from 2026-09-01
last=$(tail -n 1 out | awk -F, '{ print $11 }')
run 0 --format csv trial-balance
equal "$(grep '^1310,' out | awk -F, '{ print $(NF - 1) }')" "$last"
run 0 --format json journal --from 2026-09-01
python3 - <<'PYTHON' || fail "journal and trial balance differ"
import json, subprocess
from decimal import Decimal
sums = {}
for row in json.load(open("out")):
    sums[row["account"]] = sums.get(row["account"], 0) + Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
balance = json.loads(subprocess.run(["loanbook", "--format", "json", "trial-balance"], capture_output=True).stdout)
assert {k: v for k, v in sums.items() if v} == {r["account"]: Decimal(r["debit"]) - Decimal(r["credit"]) for r in balance}
PYTHON
run 3 gl 9999
err_has "account.unknown"
run 3 provision --rate M9=1%
err_has "cli.provision_rate_missing"
run 3 roll-forward gold
run 3 journal --from 2026-10-31 --to 2026-10-01

# In order, once, with a checklist.
run 3 close 2026-10
err_has "period.order"
run 3 close 2026-13
run 0 close 2026-09 --dry-run
run 0 close 2026-09
out_has "sub-ledger = general ledger"
run 3 close 2026-11
run 0 close 2026-10
run 0 close 2026-10
err_has "was closed on 2026-11-01"
run 0 assert 'principal of consumer-level on 2026-09-30 is 18000.00'
run 3 assert 'principal of consumer-level on 2026-09-30 is 18000.01'
err_has "assertion.fails"
run 0 assertions
run 0 periods
out_has "2026-10"

# A repayment into the closed month books in November with both dates; October's bytes stay.
october() {
  for report in "trial-balance --as-of 2026-10-31" "trial-balance --as-of 2026-10-31 --by product" "journal --from 2026-10-01 --to 2026-10-31" \
    "gl 1310 --from 2026-10-01 --to 2026-10-31" "income --to 2026-10-31" "ageing --as-of 2026-10-31" "par --as-of 2026-10-31" \
    "roll-forward principal --from 2026-10-01 --to 2026-10-31" "accruals --date 2026-10-31" "vintages --as-of 2026-10-31" "clearing --as-of 2026-10-31" \
    "roll-rates --from 2026-10-01 --to 2026-10-31" "diff --from 2026-09-30 --to 2026-10-31"; do
    for format in table csv; do loanbook --format $format $report 2>/dev/null; done
  done
}
october >before.txt
run 0 --format csv loan repay L-3 --amount 550.08 --value-date 2026-10-02
out_has "2026-10-02,2026-11-01"
run 0 night --through 2026-11-05
run 0 chart add "$LOANBOOK_SOURCE/examples/charts/chinese-practice.toml"
run 0 night --through 2026-11-06
october >after.txt
cmp before.txt after.txt || fail "reports of the closed October changed"
loanbook --format csv trial-balance --as-of 2026-10-31 --restated 2>/dev/null >restated.csv
loanbook --format csv trial-balance --as-of 2026-10-31 2>/dev/null >booked.csv
cmp -s restated.csv booked.csv && fail "restated October is October as booked"

# The chart holds from its day on; the move is in the journal.
run 0 --format csv trial-balance
out_has "1303.01"
grep -q '^1310,' out && fail "an account of the old chart still has a balance"
run 0 --format csv gl 1310 --from 2026-11-01 --to 2026-11-06
out_has "reclassified"
run 3 chart add "$LOANBOOK_SOURCE/examples/charts/chinese-practice.toml"
err_has "chart.in_force"
run 0 chart check "$LOANBOOK_SOURCE"/examples/charts/*.toml
run 0 chart list

run 0 reconcile internal
run 0 reconcile internal --as-of 2026-10-31
run 0 night --through 2027-01-02
run 0 close 2026-11
run 3 close --year 2026
run 0 close 2026-12
run 0 close --year 2026
run 0 --format csv trial-balance --by product
out_has "retained_earnings"
run 0 verify --deep
run 0 rebuild
run 0 reconcile internal
run 0 verify
october >again.txt
cmp before.txt again.txt || fail "reports of the closed October changed after a rebuild"
finish
