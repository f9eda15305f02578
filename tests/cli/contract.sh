#!/usr/bin/env bash
# What stands around a loan's contract, as a lender goes about it: application, approval, conversion, capitalisation, coupons, settlement,
# refinancing, sale, limits of pay-outs and partners; and what the program answers to words that it does not know.
. "$(dirname "$0")/support.sh"
new_book

# An application, approved for less, paid out.
run 0 loan apply L-1 --product consumer-level --amount 12000 --valid-until 2026-01-10
out_has "apply"
run 0 loan show L-1
out_has "applied"
out_has "the offer is valid until 2026-01-10"
run 3 loan disburse L-1 --amount 12000
err_has "loan approve"
run 0 loan show L-1
out_has "offered at 18.00% a year"
run 0 loan apply L-2 --product consumer-level --amount 12000 --valid-until 2026-01-01
run 0 loan decline L-2 --code income --dry-run
err_has "nothing was written"
run 0 loan decline L-2 --code income --reason 'no income shown'
run 2 loan decline L-1
run 0 loan apply L-3 --product consumer-level --amount 5000 --valid-until 2026-01-01
run 0 portfolio
out_has "2 applied for, not approved yet."
run 0 loan approve L-1 --amount 10000 --idempotency-key a-1
run 0 --format json loan approve L-1 --amount 10000 --idempotency-key a-1
out_has '"replayed":"yes"'
run 0 loan disburse L-1 --amount 10000
run 0 night --through 2026-01-01
run 3 loan approve L-3
err_has "application.lapsed"
run 0 loan show L-3
out_has "lapsed: the offer was valid until 2026-01-01"
run 0 loan cancel L-3 --reason 'asked for it'

# Another method for the rest; it is explained, and it can be taken out.
run 0 loan convert L-1 --choice equal-principal --rows 10 --dry-run
run 0 loan convert L-1 --choice equal-principal --rows 10
converted=$(loanbook --format csv loan entries L-1 2>/dev/null | tail -n 1 | cut -d, -f1)
run 0 --format csv loan schedule L-1
equal "$(tail -n +2 out | wc -l)" 10
equal "$(sed -n 2p out | cut -d, -f3)" 1000.00
run 0 loan explain L-1
out_has "planned anew by entry $converted (convert)"
run 0 loan reverse L-1 --entry "$converted" --reason 'wrong loan'
run 0 --format csv loan schedule L-1
equal "$(tail -n +2 out | wc -l)" 12
run 2 loan convert L-1

# Interest that is due joins the principal.
run 3 loan capitalise L-1
err_has "operation.nothing_to_capitalise"
run 0 night --through 2026-02-02
run 0 loan capitalise L-1 --choice due --reason 'agreed with the borrower'
out_has "principal"

# A coupon: a shop pays two installments' interest.
run 0 loan open L-4 --product consumer-level --amount 1200 --term 3 --disburse
run 3 loan coupon L-4 --payer shop-7
err_has "coupon.how_much"
run 0 loan coupon L-4 --payer shop-7 --rows 2
run 0 night --through 2026-03-03
run 0 loan statement L-1
out_has "Interest and charges joined the principal"
run 0 --format csv coupons list
used=$(sed -n 2p out | cut -d, -f7)
out_has "L-4,"
run 0 loan statement L-4
out_has "Interest paid by a coupon"
run 3 coupons settle shop-7 --amount 999.00
err_has "coupon.not_owed"
run 0 coupons settle shop-7 --amount "$used" --idempotency-key shop-7-march
out_has "coupon_receivable"
run 0 --format csv coupons list --payer shop-7 --all
equal "$(sed -n 2p out | cut -d, -f9)" 0.00

# Settled on its day; refinanced, and back.
run 0 loan settle L-4 --dry-run
run 0 loan settle L-4 --reason 'early'
run 0 loan show L-4
out_has "closed"
run 3 loan settle L-4
err_has "loan.nothing_to_settle"
run 0 loan refinance L-5 --of L-1 --product consumer-level --amount 12000 --dry-run
err_has "nothing was written"
err_has "net of both: "
run 0 loan refinance L-5 --of L-1 --product consumer-level --amount 12000
err_has "the bank sees only that"
run 0 loan show L-5
out_has "restructured: its pay-out settled loan L-1"
run 0 loan show L-1
out_has "settled by the pay-out of loan L-5"
run 0 loan refinance L-5 --undo --reason 'wrong terms'
run 0 loan show L-1
out_has "active"
run 3 loan refinance L-5 --undo
err_has "refinance.nothing_to_undo"
run 3 loan refinance L-6 --of L-1
err_has "cli.refinance"

# The same in a file, all or nothing.
printf '%s\n' '{"event":"settle","loan_id":"L-1"}' \
  '{"event":"open_disburse","loan_id":"L-6","product":"consumer-level","amount":"12000.00","refinances":"L-1"}' >refinance.ndjson
run 0 record refinance.ndjson --atomic
run 0 loan show L-6
out_has "restructured"

# Sold; what comes in is passed on.
run 0 loan transfer L-6 --to fund-3 --price 11000 --reason 'sale of March'
out_has "write_off_expense"
run 0 loan show L-6
out_has "sold to fund-3"
run 0 loan repay L-6 --amount 50
out_has "overpayment"
run 3 loan charge L-6 --amount 1
err_has "operation.not_in_this_state"
run 0 loan refund-overpayment L-6 --amount 50

# A partner's limit over all joint loans.
run 3 partners limit nobody --currency CNY --amount 1000
err_has "partner.unknown"
run 0 partners limit city-bank --currency CNY --amount 1000.00 --until 2026-12-31
run 0 loan open J-1 --product joint-30-70 --amount 1000 --disburse
run 3 loan open J-2 --product joint-30-70 --amount 500 --disburse
err_has "partner.over_limit"
run 0 --format csv partners list
out_has "city-bank,CNY,1000.00,700.00,300.00,2026-12-31"
printf '%s\n' '{"event":"partner-limit","partner":"city-bank","line_currency":"CNY","amount":"2000.00"}' >limit.ndjson
run 0 record limit.ndjson
run 0 loan open J-2 --product joint-30-70 --amount 500 --disburse
run 3 loan transfer J-2 --to fund-3 --price 400
err_has "operation.joint"

# Limits of pay-outs are a product's.
sed 's/^id = .*/id = "drawn"/; s/^\[overdue\]/[payouts]\nmin = "100.00"\nmax = "6000.00"\ndays = 30\n\n&/' \
  "$products/consumer-level.toml" >drawn.toml
run 0 product check drawn.toml
out_has "Each pay-out is at most 6000.00 CNY."
run 0 product add drawn.toml
run 3 loan open D-1 --product drawn --amount 6000.01 --disburse
err_has "payout.amount"
sed 's/days = 30/dais = 30/' drawn.toml >wrong.toml
run 3 product check wrong.toml
err_has "wrong.toml:"
sed 's/days = 30/count = 3/' drawn.toml >wrong.toml
run 3 product check wrong.toml
err_has "several_payouts"

# Words of the trade.
printf '{"event":"minimum-payment","loan_id":"L-1"}\n' >words.ndjson
run 3 record words.ndjson
err_has "no minimum payment"
printf '{"event":"holiday","loan_id":"L-1"}\n' >words.ndjson
run 3 record words.ndjson
err_has "use \`defer\`"
run 2 loan holiday L-1
err_has "use \`defer\`"

run 0 night --through 2026-04-15
run 0 verify --deep
run 0 reconcile internal
finish
