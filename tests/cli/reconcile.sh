#!/usr/bin/env bash
# Statements from the command line: what is matched, what is refused, what a second run does; partners' files.
. "$(dirname "$0")/support.sh"
samples=$LOANBOOK_SOURCE/examples

run 0 init --currency CNY --date 2026-10-08
run 0 product add "$products"/consumer-level.toml "$products"/joint-30-70.toml
for i in 1 2 3; do run 0 loan open L-$i --product consumer-level --amount 12000 --disburse; done
run 0 loan repay L-1 --amount 1100.16 --idempotency-key PAY-1001
run 0 loan repay L-2 --amount 500.00 --idempotency-key PAY-1002
run 0 night --through 2026-10-08

# A channel's daily file: one payment went back the same day, and the book does not know it. Pay-outs
# went over another account.
sed 's/^\[statement\]/[entries]\nkinds = ["repay", "reverse", "chargeback"]\n\n[statement]/' \
  "$samples/reconciliation/alipay.toml" >rules.toml
before=$(head_of)
run 1 --format csv reconcile bank "$samples/statements/alipay-2026-10-08.csv" --rules rules.toml --dry-run
equal "$(head_of)" "$before"
out_has "returned"
equal "$(grep -c , out)" 2
run 1 reconcile bank "$samples/statements/alipay-2026-10-08.csv" --rules rules.toml
out_has "matched"
out_has "fees 1.65"
after=$(head_of)
run 1 reconcile bank "$samples/statements/alipay-2026-10-08.csv" --rules rules.toml
err_has "nothing changed"
equal "$(head_of)" "$after"
id=$(loanbook --format csv reconcile breaks 2>/dev/null | tail -n 1 | cut -d, -f1)
run 0 reconcile correct "$id" --reason 'channel refund'
run 0 reconcile bank "$samples/statements/alipay-2026-10-08.csv" --rules rules.toml
run 0 --format csv reconcile breaks
equal "$(wc -l <out)" 1
run 0 --format csv reconcile breaks --all
out_has "corrected"
run 0 reconcile statements
out_has "alipay-2088000000000001"

# camt.053 of the same days: another account, so other entries would be missing; --to ends it early.
run 1 --format json reconcile bank "$samples/statements/bank-2026-10.xml" --rules "$samples/reconciliation/bank.toml" --dry-run
out_has '"kind":"missing here"'

# What is refused, and that nothing was written.
before=$(head_of)
run 3 reconcile bank missing.xml --rules rules.toml
err_has "file.not_found"
run 3 reconcile bank "$samples/statements/bank-2026-10.xml" --rules rules.toml
err_has "statement.no_header"
sed 's/11950.16/11950.15/' "$samples/statements/bank-2026-10.xml" >cut.xml
run 3 reconcile bank cut.xml --rules "$samples/reconciliation/bank.toml"
err_has "statement.balance"
sed 's/by = "reference"/by = "name"/' "$samples/reconciliation/bank.toml" >bad.toml
run 3 reconcile bank "$samples/statements/bank-2026-10.xml" --rules bad.toml
err_has "bad.toml:"
run 3 reconcile correct 1-1 --reason x
err_has "break.unknown"
run 3 reconcile accept nonsense --reason x
err_has "break.bad_id"
equal "$(head_of)" "$before"

# A partner's file: ours agrees with itself; one fen off is a break of that figure; a new file replaces it.
run 0 loan open J-1 --product joint-30-70 --amount 10000 --disburse
run 0 loan open J-2 --product joint-30-70 --amount 20000 --disburse
run 0 night --through 2026-10-09
partner=city-bank
loanbook --format csv partners settle --partner "$partner" 2>/dev/null >ours.csv
run 0 reconcile partner ours.csv --partner "$partner" --dry-run
awk -F, -v OFS=, 'NR > 1 && $6 == "J-1" { sub(/\.00$/, ".01", $9) } { print }' ours.csv >theirs.csv
run 1 --format csv reconcile partner theirs.csv --partner "$partner"
out_has "different amount"
out_has "J-1 disbursed"
grep -v 'J-2' ours.csv >short.csv
run 1 --format csv reconcile partner short.csv --partner "$partner"
out_has "missing there"
run 0 --format csv reconcile breaks
equal "$(grep -c J- out)" 1
run 0 reconcile partner ours.csv --partner "$partner"
run 0 --format csv reconcile breaks
equal "$(grep -c J- out)" 0
run 0 reconcile partner theirs.csv --partner "$partner" --tolerance 0.05 --tolerance-total 1.00 --dry-run
run 0 verify --deep
finish
