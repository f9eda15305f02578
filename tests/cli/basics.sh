#!/usr/bin/env bash
# A loan from quote to repayment; what goes to which stream; exit codes of ordinary use.
. "$(dirname "$0")/support.sh"

# Usage errors are 2 and leave standard output alone; help is 0 and goes there.
run 2
out_is_empty
run 2 nonsense
run 2 init --currency CNY
run 2 --format xml status
run 0 --help
out_has "Exit codes:"
run 0 loan repay --help
out_has "loanbook loan repay L-1001 --amount 1100.16"
run 0 --version

# No book, no currency, no such day.
run 3 status
err_has "book.not_found"
run 3 init --currency XXX1 --date 2026-01-01
run 3 init --currency CNY --date 2026-02-30
err_has "--date"
run 0 init --currency CNY --date 2026-01-01 --dry-run
[ ! -e book ] || fail "a dry run made a book"

new_book
run 3 init --currency CNY --date 2026-01-01
before=$(head_of)
run 0 product add "$products"/*.toml
err_has "already there"
equal "$(head_of)" "$before"
run 0 product list
out_has "consumer-level"
run 0 product show consumer-level
cp out shown.toml
run 0 product check shown.toml
run 3 product show nothing

# 12,000.00 at 18 % over 12 months: interest of the first month is 12000 x 0.18 / 12 = 180.00 exactly,
# and the principal parts sum to the loan.
run 0 --format csv quote --product consumer-level --amount 12000 --date 2026-01-01
equal "$(sed -n 2p out | cut -d, -f1,2,4)" "1,2026-02-01,180.00"
equal "$(wc -l <out)" 13
equal "$(tail -n +2 out | cut -d, -f3 | sum)" 1200000
payment=$(sed -n 2p out | cut -d, -f5)

run 0 loan open L-1 --product consumer-level --amount 12000 --disburse --dry-run
err_has "nothing was written"
equal "$(head_of)" "$before"
run 0 loan open L-1 --product consumer-level --amount 12000 --disburse --idempotency-key open-1
run 0 --format json loan open L-1 --product consumer-level --amount 12000 --disburse --idempotency-key open-1
out_has '"replayed":"yes"'
run 3 loan open L-1 --product consumer-level --amount 13000 --disburse --idempotency-key open-1
err_has "idempotency.conflict"
run 3 loan open L-1 --product consumer-level --amount 12000 --disburse
err_has "loan.exists"

# Opened and paid out as two events.
run 0 loan open L-2 --product consumer-level --amount 1000.00 --term 3
run 0 loan disburse L-2 --amount 1000.00
run 3 loan disburse L-2 --amount 1000.00

run 0 night --through 2026-02-03 --dry-run
run 0 night --through 2026-02-03
out_has "2026-02-03"
closed=$(head_of)
run 0 night --through 2026-02-03
err_has "already closed through 2026-02-03"
equal "$(head_of)" "$closed"
run 3 night --through 2025-12-31
run 0 status --expect-closed 2026-02-03
run 1 status --expect-closed 2026-02-04

run 0 overdue
out_has "L-1"
run 0 loan repay L-1 --amount "$payment" --value-date 2026-02-01
run 0 --format ndjson overdue
grep -q '"L-1"' out && fail "a loan paid on its due date is listed as overdue"
run 3 loan repay L-9 --amount 1.00
err_has "loan.unknown"
run 3 loan repay L-1 --amount 1.001
run 3 loan repay L-1 --amount 1.00 --expect-version 99
entry=$(loanbook --format csv loan entries L-1 2>/dev/null | tail -n 1 | cut -d, -f1)
run 0 loan reverse L-1 --entry "$entry" --reason 'wrong loan'
run 3 loan reverse L-1 --entry "$entry"

for report in portfolio "portfolio --loans" overdue "overdue --summary" trial-balance status stats entries \
  "loan show L-1" "loan schedule L-1" "loan entries L-1" "loan explain L-1" "product list"; do
  for format in table csv json ndjson; do
    run 0 --format $format $report
    [ -s out ] || fail "$report prints nothing as $format"
  done
  command -v python3 >/dev/null || continue
  loanbook --format json $report 2>/dev/null | python3 -c 'import json,sys; assert isinstance(json.load(sys.stdin), list)' ||
    fail "$report is no JSON array"
done
run 0 loan show L-1 --as-of 2026-01-15 --known-at 2026-01-20
run 3 loan show L-1 --as-of 2026-13-01

# Debits equal credits, by our own figures added up by another program.
loanbook --format csv trial-balance 2>/dev/null >balance.csv
equal "$(tail -n +2 balance.csv | awk -F, '{ print $(NF - 1) }' | sum)" \
  "$(tail -n +2 balance.csv | awk -F, '{ print $NF }' | sum)"

run 0 verify
run 0 verify --deep
last=$(head_of)
run 0 rebuild
equal "$(head_of)" "$last"
for shell in bash zsh fish; do run 0 completion $shell; out_has trial-balance; done
run 0 completion bash
bash -n out || fail "the completion script is no bash"
finish
