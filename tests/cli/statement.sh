#!/usr/bin/env bash
# A borrower's statement in every form; one of the past stays as it was known.
. "$(dirname "$0")/support.sh"
new_book
run 0 loan open L-1 --product consumer-level --amount 12000 --disburse
run 0 night --through 2026-02-09
run 0 --format csv loan statement L-1 --to 2026-02-09
cp out known
run 0 loan repay L-1 --amount 1100.16 --value-date 2026-02-01 --reason 'bank file'

run 0 loan statement L-1 --to 2026-02-09
out_has "Payment received (booked 2026-02-10)"
out_has "Received from you in this period: 1,100.16 CNY"
run 0 --format csv loan statement L-1 --to 2026-02-09 --known-at 2026-02-09
cmp out known || fail "what was known on 9 February is another statement now"

# The first row and the changes add up to the last row.
run 0 --format csv loan statement L-1 --to 2026-02-09
for column in 3 4 5 6; do
  equal "$(tail -n +2 out | grep -v 'Owed at the end' | cut -d, -f$column | sum)" \
    "$(grep 'Owed at the end' out | cut -d, -f$column | sum)"
done
run 0 --format json loan statement L-1
out_has '"kind":"repay"'
run 0 --format html loan statement L-1
out_has "<!doctype html>"
run 0 --format pdf loan statement L-1 --out l.pdf
[ "$(head -c 5 l.pdf)" = "%PDF-" ] || fail "no PDF"
if command -v pdftotext >/dev/null; then
  pdftotext -layout l.pdf - >out
  out_has "Payment received"
  out_has "11,079.84"
fi
run 3 loan statement L-1 --from 2026-02-09 --to 2026-02-01
err_has "statement.period"
run 3 loan statement L-1 --to 2026-03-01
err_has "statement.future"
run 3 loan statement L-2
err_has "loan.unknown"
finish
