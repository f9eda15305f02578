#!/usr/bin/env bash
# Money on its way from the command line: suspense, pay-outs in flight, intents, debit lists.
. "$(dirname "$0")/support.sh"

balance() { loanbook --format csv trial-balance | awk -F, -v a="$1" '$1 == a { print $(NF - 1) "/" $NF }'; }

export LOANBOOK_BOOK=$work/book
new_book "$LOANBOOK_BOOK"
run 0 loan open L-1 --product consumer-level --amount 12000 --disburse
run 0 loan open L-2 --product consumer-level --amount 12000 --disburse

# Suspense: received once, assigned in parts, returned; each step idempotent and dry-run.
run 3 suspense receive --amount 0 --currency CNY
err_has "amount.not_positive"
run 3 suspense receive --amount 5 --currency CHF
err_has "suspense.no_product"
run 0 suspense receive --amount 500.00 --currency CNY --dry-run
run 0 suspense list
out_has "Nothing waits."
run 0 --format json suspense receive --amount 500.00 --currency CNY --reference TT-1 --payer P-7 --idempotency-key in-1
out_has '"kind":"suspense-receive"'
item=$(loanbook --format csv suspense list | tail -n 1 | cut -d, -f1)
head=$(head_of "$LOANBOOK_BOOK")
run 0 --format json suspense receive --amount 500.00 --currency CNY --reference TT-1 --payer P-7 --idempotency-key in-1
out_has '"replayed":"yes"'
equal "$(head_of "$LOANBOOK_BOOK")" "$head"
equal "$(balance 2270)" "0.00/500.00"
run 0 suspense assign "$item" --loan L-1 --amount 300.00 --dry-run
run 0 suspense assign "$item" --loan L-1 --amount 300.00 --reason 'payer called'
out_has "suspense"
entry=$(loanbook --format csv loan entries L-1 | tail -n 1 | cut -d, -f1)
run 3 suspense assign "$item" --loan L-2 --amount 200.01
err_has "suspense.too_much"
run 0 loan reverse L-1 --entry "$entry" --reason 'wrong loan'
equal "$(balance 2270)" "0.00/500.00"
run 0 suspense assign "$item" --loan L-2 --amount 450.00 --reason 'payer called again'
run 0 suspense return "$item" --reference BACK-1 --reason 'too much'
run 3 suspense return "$item"
err_has "suspense.empty"
run 0 --format csv suspense list --all
out_has "back from L-1 300.00"
out_has "returned 50.00"
equal "$(balance 2270)" "$(balance none)"
run 0 --format csv audit
out_has "suspense,"
run 0 suspense receive --amount 7.00 --currency CNY --reference TT-2

# A third party pays.
run 0 loan repay L-1 --amount 100.00 --payer EMPLOYER-9
run 0 --format csv entries
out_has ",EMPLOYER-9"
run 0 --format csv audit
out_has "third-party payer,"
run 3 loan repay L-1 --amount 1.00 --payer 'Mr Smith 13800138000'
err_has "personal_data."

# Pay-outs in flight.
run 2 loan open L-3 --product consumer-level --amount 6000 --order
run 0 loan open L-3 --product consumer-level --amount 6000 --order --channel bank-a --code BA-3
run 0 loan open L-4 --product consumer-level --amount 6000 --order --channel bank-b --code BB-4 --dry-run
run 0 loan open L-4 --product consumer-level --amount 6000 --order --channel bank-b --code BB-4
run 3 loan order-payout L-3 --amount 6000 --channel bank-b
err_has "payout.in_flight"
run 3 loan cancel L-3
err_has "payout.in_flight"
run 0 --format csv payouts --channel bank-a
out_has "BA-3,L-3,bank-a,ordered,0,"
printf '%s\n' '{"reference":"BA-3","status":"confirmed","amount":6000.00,"day":"2026-01-01"}' \
  '{"reference":"BB-4","status":"pending","code":"wait"}' '{"reference":"ZZ","status":"failed"}' >answers.ndjson
run 1 payout-results answers.ndjson --dry-run
equal "$(loanbook --format csv payouts | wc -l)" 3
run 1 payout-results answers.ndjson
out_has "payouts"
equal "$(loanbook --format csv payouts | tail -n +2 | cut -d, -f1,4)" "BB-4,unknown"
head=$(head_of "$LOANBOOK_BOOK")
run 1 --format csv payout-results answers.ndjson
out_has "BA-3,L-3,confirmed,6000.00,,paid out"
out_has ",before,"
equal "$(head_of "$LOANBOOK_BOOK")" "$head"
run 3 loan confirm-payout L-3
err_has "payout.not_in_flight"
run 0 loan fail-payout L-4 --code 51
run 3 loan order-payout L-4 --amount 6000 --channel bank-b --code BB-4
err_has "payout.reference_used"
run 0 loan order-payout L-4 --amount 6000 --channel bank-b --code BB-5
run 0 loan confirm-payout L-4

# Intents.
run 3 loan intend L-1 --amount 10 --on 2026-01-01
err_has "intent.date"
run 0 loan intend L-1 --amount 10.00 --on 2026-01-03
run 0 loan intend L-2 --amount 20.00 --on 2026-02-01 --expires 2026-02-03 --kind debit
run 0 loan intend L-2 --amount 30.00 --on 2026-01-03
of=$(loanbook --format csv intents --loan L-2 | grep ',30.00,' | cut -d, -f1)
run 0 loan cancel-intent L-2 --of "$of" --reason 'changed his mind'
run 0 --format csv intents
equal "$(wc -l <out)" 3
run 0 night --through 2026-01-02
out_has "Intents whose day has come"
out_has "repaid"
run 0 loan entries L-1
out_has "intended by entry"

# Debit list and answers.
run 0 night --through 2026-01-31
run 0 --format csv debit list
cp out list.csv
equal "$(grep -c '^debit,' list.csv)" 4
equal "$(grep '^total,' list.csv | cut -d, -f10)" "$(grep '^debit,' list.csv | cut -d, -f10 | awk '{ s += $1 * 100 } END { printf "%.2f", s / 100 }')"
run 0 --format csv debit list --date 2026-02-01
cmp -s out list.csv || fail "a list made twice differs"
amount=$(grep '20260201-1-L-1,' list.csv | cut -d, -f10)
cat >answers.csv <<CSV
reference,status,amount,code,day
20260201-1-L-1,ok,$amount,00,2026-02-01
20260201-1-L-2,failed,,51,2026-02-01
20260201-1-L-3,partial,100.00,61,2026-02-01
20260201-1-L-4,ok,7000.00,00,2026-02-01
20260201-1-L-9,ok,1.00,00,2026-02-01
somebody,ok,1.00,00,2026-02-01
20260201-1-L-4,maybe,1.00,00,2026-02-01
CSV
head=$(head_of "$LOANBOOK_BOOK")
run 1 --format csv debit results answers.csv --dry-run
out_has "more than was asked for"
equal "$(head_of "$LOANBOOK_BOOK")" "$head"
grep -v '^$' out | cut -d, -f1-7,10 >dry.csv
run 1 --format csv debit results answers.csv
equal "$(grep -v '^$' out | cut -d, -f1-7,10)" "$(cat dry.csv)"
out_has "L-9"
out_has "more than was asked for"
out_has "no reference of a debit list"
out_has "write ok, failed or partial"
run 1 --format csv debit results answers.csv --dry-run
equal "$(grep -c ',before,' out)" 4
grep -q "more than was asked for" out && fail "a line that the book has already is called a surplus"
printf 'reference,status,amount\n20260201-1-L-4,ok,1.00\n' >other.csv
run 1 --format csv debit results other.csv --dry-run
out_has "has this reference with another answer or amount"
head=$(head_of "$LOANBOOK_BOOK")
run 1 debit results answers.csv
equal "$(head_of "$LOANBOOK_BOOK")" "$head"
run 0 loan entries L-2
out_has "debit-failed 51"
run 0 --format csv debit list --run 2
out_has "20260201-2-L-2"
grep -q "20260201-2-L-1" out && fail "what was collected is asked for again"

# A loan that was settled in between: its money waits in suspense, once.
equal "$(loanbook --format csv portfolio --loans --all | grep '^L-4,' | grep -c closed)" 1
printf 'reference,status,amount,code,day\n20260201-2-L-4,ok,50.00,00,2026-02-01\n' >late.csv
run 1 debit results late.csv
out_has "suspense"
run 1 debit results late.csv
equal "$(loanbook --format csv suspense list | grep -c 20260201-2-L-4)" 1

run 0 clearing
out_has "2270"
run 0 close 2026-01 --dry-run
out_has "money in suspense"
run 0 reconcile internal
run 0 verify --deep
run 0 rebuild
run 0 verify --deep
finish
