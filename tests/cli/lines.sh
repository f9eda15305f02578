#!/usr/bin/env bash
# Credit lines from the command line: reserve, draw, decide, and what is refused.
. "$(dirname "$0")/support.sh"

# line ID's used, reserved and available.
three() { loanbook --format csv line show "$1" 2>/dev/null | tail -n 1 | cut -d, -f5-7; }

new_book
run 0 line open C-1 --currency CNY --limit 10000.00 --last-day 2026-12-31 --sub-limit consumer-level=8000.00
out_has "line-open"
run 3 line open C-1 --currency CNY --limit 10000.00
err_has "line.exists"
run 0 line reserve C-1 --reservation R-1 --amount 4000.00 --until 2026-01-10
before=$(head_of)
run 0 --format json line reserve C-1 --reservation R-1 --amount 4000.00 --until 2026-01-10
out_has '"replayed":"yes"'
equal "$(head_of)" "$before"
run 3 line reserve C-1 --reservation R-1 --amount 4000.01 --until 2026-01-10
err_has "line.reservation_exists"
equal "$(three C-1)" "0.00,4000.00,6000.00"
run 3 loan open L-1 --product consumer-level --amount 6000.01 --line C-1 --disburse
err_has "line.over_limit"
err_has "6000.00 CNY left"
run 0 line decide C-1 --reservation R-1 --verdict hold --code R7 --rule-set v3 --score S1
run 3 loan open L-1 --product consumer-level --amount 4000.00 --line C-1 --reservation R-1 --disburse
err_has "risk.hold"
run 0 line decide C-1 --reservation R-1 --verdict allow
run 0 loan open L-1 --product consumer-level --amount 4000.00 --line C-1 --reservation R-1 --disburse
equal "$(three C-1)" "4000.00,0.00,6000.00"
run 3 loan open L-2 --product consumer-level --amount 4000.01 --line C-1 --disburse
err_has "line.over_sub_limit"
run 0 line freeze C-1 --code court
run 3 loan open L-2 --product consumer-level --amount 500.00 --line C-1 --disburse
err_has "court"
run 0 loan repay L-1 --amount 100.00
run 0 line unfreeze C-1
run 0 line change C-1 --limit 3000.00 --revolving yes --last-day none
equal "$(three C-1 | cut -d, -f3)" "0.00"
run 3 line change C-1 --revolving maybe
err_has "cli.yes_or_no"
run 3 line show C-9
err_has "line.unknown"

# The same from a file, in one batch: opened, reserved, decided, drawn.
cat >lines.ndjson <<'END'
{"event":"line-open","line":"C-2","line_currency":"CNY","amount":"1500.00","needs_decision":"yes"}
{"event":"line-reserve","line":"C-2","reservation":"R-1","amount":"800.00","until":"2026-01-31"}
{"event":"risk-decision","line":"C-2","reservation":"R-1","choice":"allow","rule_set":"v3"}
{"event":"open_disburse","loan_id":"L-9","product":"consumer-level","amount":"800.00","line":"C-2","reservation":"R-1"}
END
run 0 record --atomic lines.ndjson
equal "$(three C-2)" "800.00,0.00,700.00"
echo '{"event":"open_disburse","loan_id":"L-10","product":"consumer-level","amount":"700.00","line":"C-2"}' >more.ndjson
run 3 record more.ndjson
err_has "risk.decision_missing"
sed 's/C-2/C-3/; s/L-9/L-11/' lines.ndjson >again.ndjson
run 0 record again.ndjson  # one by one: a line may depend on the lines before it
equal "$(three C-3)" "800.00,0.00,700.00"
run 0 line list
out_has "C-2"
run 0 entries
out_has "reservation R-1 of 4000.00 CNY until 2026-01-10"
run 0 verify --deep
finish
