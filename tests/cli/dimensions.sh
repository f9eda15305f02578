#!/usr/bin/env bash
# Reports as known and restated; branches, payment channels, cash basis and tax; what the checklist notes.
. "$(dirname "$0")/support.sh"

# Two books, one told in time, one late: restated, the second shows what the first has booked.
products_of() {
  run 0 --book "$1" init --currency CNY --date 2026-01-01
  run 0 --book "$1" product add "$products/consumer-level.toml" "$products/daily-revolving.toml"
  for i in 1 2 3; do run 0 --book "$1" loan open "L-$i" --product consumer-level --amount "${i}2000" --disburse; done
  run 0 --book "$1" loan open R-1 --product daily-revolving --amount 5000 --disburse
}
products_of in_time
products_of late
run 0 --book in_time night --through 2026-02-19
run 0 --book in_time loan repay L-1 --amount 1500.00
run 0 --book in_time loan repay R-1 --amount 800.00
run 0 --book in_time night --through 2026-04-30
run 0 --book late night --through 2026-04-30
run 0 --book late loan repay L-1 --amount 1500.00 --value-date 2026-02-20
run 0 --book late loan repay R-1 --amount 800.00 --value-date 2026-02-20
for report in "trial-balance --as-of 2026-02-28" "trial-balance --as-of 2026-04-15 --by product" "ageing --as-of 2026-04-30" "par --as-of 2026-03-31" \
  "vintages --as-of 2026-03-31" "provision --as-of 2026-04-30 --rate M0=1% --rate M1=2% --rate M2=3% --rate M3=5% --rate M4=9%" \
  "roll-rates --from 2026-02-01 --to 2026-04-30" "income --by month --from 2026-01-01 --to 2026-04-30" "income --by day --from 2026-02-15 --to 2026-02-25"; do
  loanbook --book in_time --format csv $report 2>/dev/null >booked.csv
  loanbook --book late --format csv $report --restated 2>/dev/null >restated.csv
  cmp -s booked.csv restated.csv || fail "$report: restated is not as booked in time: $(diff booked.csv restated.csv | head -n 4)"
  [ "$(wc -l <booked.csv)" -gt 1 ] || fail "$report is empty"
  # Known before the late payments, nothing is restated.
  loanbook --book late --format csv $report 2>/dev/null >booked.csv
  loanbook --book late --format csv $report --restated --known-at 2026-04-29 2>/dev/null >known.csv
  case $report in
  *2026-04-30*) ;;
  *) cmp -s booked.csv known.csv || fail "$report: known before the correction differs from as booked" ;;
  esac
done
export LOANBOOK_BOOK=late
for report in "gl 1310 --from 2026-02-01 --to 2026-02-28" "roll-forward principal --from 2026-02-01 --to 2026-02-28" \
  "roll-forward interest --from 2026-02-01 --to 2026-04-30" "diff --from 2026-02-19 --to 2026-02-20"; do
  run 0 $report --restated
  out_has "restated by value date"
  run 0 $report --known-at 2026-02-10
done
run 0 --format csv gl 1310 --from 2026-02-01 --to 2026-02-28 --restated
balance=$(tail -n 1 out | awk -F, '{ print $11 }')
run 0 --format csv trial-balance --as-of 2026-02-28 --restated
equal "$(grep '^1310,' out | awk -F, '{ print $(NF - 1) }')" "$balance"
for report in journal "accruals --date 2026-04-30" clearing periods assertions; do
  run 3 $report --restated
  err_has "cli.not_restated"
  run 0 $report --known-at 2026-04-30
done
run 3 accruals --date 2026-04-30 --known-at 2026-04-01
err_has "accruals.not_known"
run 3 diff --from 5 --to 2026-04-30 --restated
err_has "cli.restated_needs_date"
run 0 portfolio --as-of 2026-03-01 --known-at 2026-03-15
err_has "complete to entry"
run 0 --format csv overdue --known-at 9
run 3 trial-balance --known-at never
err_has "date."

# The first of the columns, an account's debit less its credit.
balance_of() { loanbook --format csv trial-balance 2>/dev/null | awk -F, -v a="$1" '$1 == a { printf "%.2f", $(NF - 1) - $NF }'; }

# Channels: settlement stands on the account of the channel, old money moves over.
run 0 loan repay L-2 --amount 100.00 --channel alipay --idempotency-key a
run 0 loan repay L-2 --amount 100.00 --channel alipay --idempotency-key a
run 3 loan repay L-2 --amount 100.00 --channel card --idempotency-key a
err_has "idempotency.conflict"
err_has "channel"
printf '{"event":"charge","loan_id":"L-2","amount":"5.00","channel":"alipay"}\n' >charge.ndjson
run 3 record charge.ndjson
err_has "takes no 'channel'"
cp "$LOANBOOK_SOURCE/examples/charts/default.toml" chart.toml
cat >>chart.toml <<'TOML'

[[account]]
code = "1012"
name = "Alipay clearing"
class = "asset"

[[mapping]]
role = "settlement"
channel = "alipay"
account = "1012"
TOML
run 0 chart check chart.toml
run 0 chart add chart.toml
equal "$(balance_of 1012)" "100.00"
printf 'event,loan_id,amount,channel\nrepay,L-3,50.00,alipay\nrepay,L-3,60.00,\n' >events.csv
run 0 import events events.csv
printf '{"event":"repay","loan_id":"L-3","amount":"7.00","channel":"alipay"}\n' >events.ndjson
run 0 record events.ndjson
equal "$(balance_of 1012)" "157.00"
run 0 --format json entries
out_has '"channel":"alipay"'
run 0 --format csv journal --from 2026-05-01 --to 2026-05-01
out_has "alipay"
run 0 --format csv clearing
out_has "Alipay clearing"
run 0 --format csv diff --from 2026-04-30 --to 2026-05-01
out_has "1012,Alipay clearing,L-2"
sed 's/role = "settlement"/role = "principal"/' chart.toml >wrong.toml
run 3 chart check wrong.toml
err_has "chart.channel_role"
run 0 chart show
out_has 'channel = "alipay"'
run 0 night --through 2026-05-05
run 0 verify --deep
run 0 rebuild
equal "$(balance_of 1012)" "157.00"
run 0 reconcile internal
run 0 export ndjson --out all.ndjson
run 0 --book copy import journal all.ndjson
equal "$(head_of copy)" "$(head_of late)"
run 0 export csv --out gl.csv
grep -q ',1012,157.00,\|,1012,100.00,' gl.csv || fail "the export has no line on the account of the channel"
run 0 keygen --out key2.pem
run 0 sign-head --key key2.pem --out head.txt
run 0 prove loan L-2 --head head.txt --out proof.json
python3 "$LOANBOOK_SOURCE/tools/verify_proof.py" --quiet proof.json || fail "the proof of a loan with channels does not hold"

# Branches: a variant of the product.
run 3 loan open SH-1 --product consumer-level --amount 6000 --branch SH --disburse
err_has "product add FILE --branch SH"
run 3 trial-balance --branch SH
err_has "branch.unknown"
run 0 product add "$products/consumer-level.toml" --branch SH
run 0 product add "$products/consumer-level.toml" --branch SH
err_has "already there"
run 0 loan open SH-1 --product consumer-level --amount 6000 --branch SH --disburse
printf 'loan_id,product,amount,date,branch\nSH-2,consumer-level,3000.00,2026-05-06,SH\n' >loans.csv
run 0 import loans loans.csv
run 0 night --through 2026-05-20
run 0 --format csv trial-balance --branch SH
equal "$(grep '^1310,' out | awk -F, '{ print $(NF - 1) }')" "9000.00"
run 0 --format csv trial-balance --by branch
out_has "SH,1310"
for report in "ageing" "par" "vintages" "income" "roll-forward principal --from 2026-05-01 --to 2026-05-20" "clearing" "journal --from 2026-05-01" \
  "accruals --date 2026-05-20" "roll-rates --from 2026-05-01 --to 2026-05-20" "trial-balance --restated" "portfolio --loans" "overdue" "diff --from 2026-05-05 --to 2026-05-20" "gl 1310 --from 2026-05-01 --to 2026-05-20"; do
  run 0 --format csv $report --branch SH
  grep -qE 'L-[123]|R-1' out && fail "$report --branch SH shows loans of no branch"
  run 0 --format csv $report --branch -
  grep -q 'SH-' out && fail "$report --branch - shows loans of a branch"
done
run 3 periods --branch SH
err_has "cli.not_by_branch"
run 0 --format csv product list
out_has ",SH"

# Cash basis and tax: in the product file, on the screen, in the books.
sed 's/^id = .*/id = "taxed"/' "$products/consumer-level.toml" >taxed.toml
printf '\n[accounting]\nbasis = "cash"\n\n[tax]\nrate = "6%%"\nof = ["interest", "penalty"]\n' >>taxed.toml
run 0 product check taxed.toml
out_has "cash basis"
out_has "6% tax"
run 0 product add taxed.toml
run 0 product show taxed
out_has 'basis = "cash"'
out_has 'rate = "6%"'
run 0 product show taxed
cp out again.toml
run 0 product check again.toml
run 0 loan open T-1 --product taxed --amount 12000 --disburse
run 0 night --through 2026-06-25
run 0 loan repay T-1 --amount 1100.16
run 0 --format csv trial-balance --by product
out_has "memo_interest"
out_has "tax_payable"
sed 's/"6%"/"600%"/' taxed.toml >wrong.toml
run 3 product check wrong.toml
err_has "product.tax"
sed 's/of = .*/of = ["gold"]/' taxed.toml >wrong.toml
run 3 product check wrong.toml
err_has "use interest, fee or penalty"
run 0 verify --deep
run 0 reconcile internal

# The checklist: what is noted refuses with --strict only.
run 1 close 2026-01 --strict
out_has "none was ever reconciled"
err_has "without --strict"
run 0 close 2026-01
out_has "noted"
finish
