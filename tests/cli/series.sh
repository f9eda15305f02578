#!/usr/bin/env bash
# Indexes and calendars of a book: published, read, followed by loans, refused when late.
. "$(dirname "$0")/support.sh"
examples=$LOANBOOK_SOURCE/examples
run 0 init --currency CNY --date 2026-01-15
run 0 product add "$products/mortgage-floating.toml" "$products/working-capital-lpr.toml"

# A product can be published before its series; a loan of it says what is missing.
run 3 loan open M-1 --product mortgage-floating --amount 100000 --disburse
err_has "product.index_missing"
err_has "series add FILE"
run 3 loan open W-1 --product working-capital-lpr --amount 100000 --disburse
err_has "product.calendar_missing"

run 0 --format csv series add "$examples/series/lpr.csv" "$examples/calendars/cn-2024-2025.toml"
run 0 series list
out_has "LPR-5Y"
out_has "calendar"
# The same calendar says nothing new.
run 0 series add "$examples/calendars/cn-2024-2025.toml"
err_has "published already"
run 0 series show LPR-5Y
out_has "3.5%"
run 3 series show LPR-30Y
err_has "series.unknown"

# Quotes take both from the book and say what they rest on.
run 0 quote --product mortgage-floating --amount 1000000 --date 2026-01-15
out_has "LPR-5Y 3.5% of 2025-05-20 + 0.3%"
out_has "resets (yearly on 01-01) from 2027-01-01 on"
run 0 quote --product working-capital-lpr --amount 100000 --date 2026-01-15
out_has "2026-02-16"

run 0 loan open M-1 --product mortgage-floating --amount 1000000 --term 24 --disburse
run 0 loan open M-2 --product mortgage-floating --amount 1000000 --term 24 --rate 3.3% --disburse
run 0 loan open W-1 --product working-capital-lpr --amount 100000 --disburse
run 0 loan show W-1
out_has "LPR-1Y 3% of 2025-05-20 (entry"
out_has "next reset 2026-04-15"

# Known in time: dry run first, then nothing of it stands in any loan until the night of the reset.
cat >next.csv <<'CSV'
name,day,value
LPR-5Y,2026-12-21,3.2%
LPR-1Y,2026-03-20,2.8%
CSV
run 0 series add next.csv --dry-run
run 0 series show LPR-5Y
grep -q 2026-12-21 out && fail "a dry run has published"
before=$(loanbook --format csv trial-balance)
run 0 series add next.csv --idempotency-key lpr-2026
head=$(head_of)
run 0 series add next.csv --idempotency-key lpr-2026
equal "$head" "$(head_of)"
equal "$before" "$(loanbook --format csv trial-balance)"
run 0 night --through 2026-04-15
run 0 loan show W-1
out_has "LPR-1Y 2.8% of 2026-03-20"
out_has "at 4.3% a year"
run 0 loan show W-1 --as-of 2026-04-14
out_has "at 4.5% a year"
run 0 loan explain W-1 --date 2026-04-16
out_has "LPR-1Y 2.8% of 2026-03-20"
run 0 loan schedule W-1
out_has "rows to come at this rate"

# Late: the booked days of W-1 should have known it. Nothing is recorded.
cat >late.csv <<'CSV'
name,day,value
LPR-1Y,2026-04-10,2.5%
CSV
head=$(head_of)
run 3 series add late.csv
err_has "series.late"
err_has "1 loan, the first of them 'W-1'"
err_has "restate --series FILE"
equal "$head" "$(head_of)"

# Restated: what it would do, then as one; what was booked before stays known, the same key changes nothing.
run 3 restate --series late.csv
err_has "restate.reason_missing"
run 3 restate --series late.csv --product working-capital-lpr --reason late
err_has "cli.restate"
run 3 restate --product working-capital-lpr --reason late
err_has "cli.restate"
run 3 restate --series late.csv --ended --reason late
err_has "restate.series"
run 0 --format csv restate --series late.csv --dry-run --by account
cp out supposed
expected=$(sed -n 's/^.*effect \([0-9a-f]*\) .*/\1/p' err)
run 0 restate --series late.csv --dry-run --by loan
out_has "W-1"
run 0 restate --series late.csv --dry-run --by night
out_has "2026-04-15"
equal "$head" "$(head_of)"
run 0 --format csv restate --series late.csv --by account --expect "$expected" --idempotency-key late-1 --reason 'notice of 10 April came late'
equal "$(cat supposed)" "$(cat out)"
head=$(head_of)
run 0 restate --series late.csv --expect "$expected" --idempotency-key late-1 --reason 'notice of 10 April came late'
equal "$head" "$(head_of)"
run 3 restate --series late.csv --reason again
err_has "restate.nothing"
run 0 loan show W-1
out_has "at 4% a year"
run 0 loan show W-1 --known-at 2026-04-15
out_has "at 4.3% a year"
run 0 loan entries W-1
out_has "restated by the series of entry"
run 0 verify --deep
run 0 reconcile internal

# Holidays of the next year move due dates to come; a wrong value says what is right.
cat >cn.toml <<'TOML'
name = "cn"
free_weekdays = ["saturday", "sunday"]
holidays = [[2026-10-01, 2026-10-08], [2026-06-15, 2026-06-16]]
TOML
run 0 series add cn.toml
printf 'name,day,value\nLPR-1Y,2026-05-20,about 3\n' >wrong.csv
run 3 series add wrong.csv
err_has "series.value"
run 0 night --through 2026-06-16
run 0 --format csv loan show W-1
grep -q 2026-06-17 <(loanbook loan schedule W-1) || fail "the due date has not moved: $(loanbook loan schedule W-1)"

# The notice of another holiday comes after the installment of that day became due: it was not due yet.
sed 's/2026-06-16/2026-06-17/' cn.toml >late.toml
run 3 series add late.toml
err_has "series.late"
run 0 restate --series late.toml --reason 'the holiday was not known'
run 3 restate --series late.toml --reason 'the holiday was not known'
err_has "restate.nothing"
run 0 verify --deep
run 0 loan schedule W-1
out_has "2026-06-18"
run 0 accruals --date 2026-06-16
run 0 reconcile internal

run 0 night --through 2027-01-02
run 0 loan show M-1
out_has "at 3.5% a year"
run 0 loan show M-2
out_has "at 3% a year"
run 0 verify --deep
run 0 rebuild
run 0 verify --deep
run 0 export ndjson --out book.ndjson
run 0 --book again import journal book.ndjson
equal "$(head_of)" "$(head_of again)"
run 0 --book again verify --deep
finish
