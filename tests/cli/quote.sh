#!/usr/bin/env bash
# Quotes from a product file, without any book.
. "$(dirname "$0")/support.sh"

level=$products/consumer-level.toml
card=$products/card-installment.toml
calendars=$(dirname "$products")/calendars

# The program needs no book, but a date.
run 3 quote --file "$level" --amount 12000
err_has "cli.date_missing"
run 3 quote --amount 12000 --date 2026-01-15
err_has "cli.product_missing"
run 2 quote --file "$level" --product consumer-level --amount 12000
run 3 quote --file nowhere.toml --amount 12000 --date 2026-01-15
[ ! -e book ] || fail "a quote made a book"

# 12,000.00 at 18 % over 12 months: 1,100.16 a month (specs/plans-level.md); 1.015^12 - 1 = 19.56 %.
run 0 quote --file "$level" --amount 12000 --date 2026-01-15
out_has "1,100.16, the last 1,100.19 (+0.03 by rounding)"
out_has "18.00% simple, 19.56% compound"
grep -q "█" out && fail "a picture outside a terminal"

# The same rate by month and by day: 1.5 % x 12, 0.05 % x 360.
run 0 --format csv quote --file "$level" --amount 12000 --date 2026-01-15 --rate "1.5% per month"
cp out month
run 0 --format csv quote --file "$level" --amount 12000 --date 2026-01-15 --rate "0.05% per day"
cmp out month
run 3 quote --file "$level" --amount 12000 --date 2026-01-15 --rate "1% per week"
err_has "cli.rate_per_unknown"

# A fee of 0.6 % of 12,000.00 a month: 72.00; twelve of them 864.00.
run 0 --format csv quote --file "$card" --amount 12000 --date 2026-01-15
equal "$(sed -n 1p out)" "no,due,principal,interest,fee,payment,balance"
equal "$(sed -n 2p out)" "1,2026-02-15,1000.00,0.00,72.00,1072.00,11000.00"
equal "$(tail -n +2 out | cut -d, -f5 | sum)" 86400
run 3 quote --file "$card" --amount 12000 --date 2026-01-15 --fee-paid 1000
err_has "above the cap of 24.00%"

# Variations that only a quote has.
run 0 --format csv quote --file "$level" --amount 12000 --date 2026-01-15 --down-payment 2000 --drawdown 2026-03-01=500
equal "$(sed -n 2p out)" "0,2026-01-15,2000.00,0.00,2000.00,10000.00"
equal "$(tail -n +2 out | cut -d, -f3 | sum)" 1250000
run 3 quote --file "$level" --amount 12000 --date 2026-01-15 --drawdown 500
err_has "cli.dated_value_malformed"
run 3 quote --file "$level" --amount 12000 --date 2026-01-15 --fee-deducted 12000
err_has "cli.fee_out_of_range"

# Business days: 15 February 2026 is a Sunday.
sed 's/^\[rounding\]/[business_days]\ncalendar = "weekends"\nmove = "following"\n\n[rounding]/' "$level" >rolled.toml
run 3 quote --file rolled.toml --amount 12000 --date 2026-01-15
err_has "product.calendar_missing"
run 0 --format csv quote --file rolled.toml --amount 12000 --date 2026-01-15 --calendar "$calendars/weekends.toml"
equal "$(sed -n 2p out | cut -d, -f1,2)" "1,2026-02-16"

# The chain of the figures, and the page.
run 0 quote --file "$level" --amount 12000 --date 2026-01-15 --explain
out_has "12000.00 x 18% x 1 month"
run 0 --format html quote --file "$level" --amount 12000 --date 2026-01-15 --explain
out_has "<!doctype html>"
out_has "<svg"
grep -qE "https?://|<script|<link|src=" out && fail "the page takes something from elsewhere"
sed 's/^name = .*/name = "<b>\&"/; s/^id = .*/id = "x"/' "$level" >odd.toml
run 0 --format html quote --file odd.toml --amount 12000 --date 2026-01-15

# Published, quoted and booked: its fees make a table of installments without a rule for one.
run 0 init --currency CNY --date 2026-01-01
sed '/^\[servicing\]/,/^\[cap\]/{/^\[cap\]/!d}' "$card" >quoted.toml
run 0 product add quoted.toml
run 0 quote --product card-installment --amount 1200
run 0 loan open L-1 --product card-installment --amount 1200 --disburse
run 0 loan schedule L-1
out_has "7.20"
# Quoted, not booked: interest that joins the balance, and money that may pay rows ahead.
sed 's/^id = .*/id = "joins"/; s/^remainder = .*/skip_months = { months = [2], interest = "capitalise" }/' "$card" >joins.toml
run 0 product add joins.toml
run 3 loan open L-2 --product joins --amount 1200
err_has "product.plan_not_bookable"
finish
