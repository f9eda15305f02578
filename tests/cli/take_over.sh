#!/usr/bin/env bash
# Running loans enter in mid-life: the worked row of specs/take-over.md, repeated, wrong, as NDJSON, and on to its end.
. "$(dirname "$0")/support.sh"
run 0 init --currency CNY --date 2026-03-01
run 0 product add "$products"/consumer-level.toml "$products"/daily-revolving.toml
cat >running.csv <<'CSV'
loan_id,product,amount,rate,installments,disbursed,value_date,principal,unpaid
L-1,consumer-level,3000.00,18%,3,2026-01-15,2026-03-01,2545.00,no=1 principal=530.15
CSV
run 0 import take-over running.csv --dry-run
run 0 --format csv import take-over running.csv
equal "$(tail -n 1 out)" "running.csv,1,1,0,0"
run 0 --format csv import take-over running.csv
equal "$(tail -n 1 out)" "running.csv,1,0,1,0"
run 0 --format csv portfolio --loans
out_has "L-1"
out_has "2545.00"
run 0 loan show L-1
out_has "15.11"
run 0 loan entries L-1
out_has "take-over"
run 0 --format csv trial-balance
out_has "3990,Take-over clearing,CNY"

# What the old books say otherwise is refused with both figures and the place; nothing is written.
cat >wrong.csv <<'CSV'
loan_id,product,amount,rate,installments,disbursed,value_date,principal,unpaid,next_due
L-2,consumer-level,3000.00,18%,3,2026-01-15,2026-03-01,2546.00,no=1 principal=530.15,
L-3,consumer-level,3000.00,18%,3,2026-01-15,2026-03-01,2545.00,no=1 principal=530.15,2026-03-16
L-4,consumer-level,3000.00,18%,3,2026-01-15,2026-03-01,2545.00,no=1 capital=530.15,
L-5,consumer-level,3000.00,18%,3,2026-03-15,2026-03-01,2545.00,,
L-6,consumer-level,3000.00,18%,3,2026-01-15,2026-03-01,0.00,no=1 principal=0;no=2 due=2026-03-15 principal=0,
CSV
head_before=$(head_of)
run 3 import take-over wrong.csv
err_has "2545.00"
err_has "wrong.csv:3:"
err_has "[takeover.differs]"
err_has "[import.bad_installment]"
err_has "[takeover.date]"
equal "$(head_of)" "$head_before"
printf 'loan_id,amount\nL-9,1.00\n' >short.csv
run 3 import take-over short.csv
run 0 import take-over running.csv --describe
out_has interest_from

# A branch takes its own variant of the product; of a taxed one, what was due before was taxed there.
printf 'loan_id,product,amount,rate,installments,disbursed,value_date,principal,unpaid,branch\nB-1,consumer-level,3000.00,18%%,3,2026-01-15,2026-03-01,2545.00,no=1 principal=530.15,SH\n' >branch.csv
run 3 import take-over branch.csv
err_has "product add FILE --branch SH"
{ cat "$products"/consumer-level.toml; printf '\n[tax]\nrate = "6%%"\nof = ["interest"]\n'; } >taxed.toml
run 0 product add taxed.toml --branch SH
run 0 import take-over branch.csv
run 0 --format csv trial-balance --branch SH
out_has "2014.85"
equal "$(grep -c '^2290,' out)" 0

# A revolving loan, and one whose plan was changed, as NDJSON.
cat >running.ndjson <<'JSON'
{"loan_id":"R-1","product":"daily-revolving","amount":"5000.00","rate":"18%","disbursed":"2026-01-01","value_date":"2026-03-01","principal":"4000.00","interest_from":"2026-02-19","interest_accrued":"20.00"}
{"loan_id":"C-1","product":"consumer-level","amount":"3000.00","rate":"18%","installments":3,"disbursed":"2026-01-15","value_date":"2026-03-01","principal":"900.00","unpaid":"no=2 due=2026-03-15 principal=400.00 interest=13.50; no=3 due=2026-04-15 principal=500.00 interest=7.50"}
JSON
run 0 import take-over running.ndjson
run 0 loan show R-1
out_has "20.00"
run 0 loan schedule C-1
out_has "2026-04-15"
# Off the books: a revolving loan that was charged off, a loan that was written off (worked in specs/take-over.md).
cat >lost.csv <<'CSV'
loan_id,product,amount,rate,installments,disbursed,value_date,principal,interest_accrued,unpaid,charged_off,written_off
X-1,daily-revolving,5000.00,18%,,2025-06-01,2026-03-01,4000.00,120.00,,2026-02-01,
X-2,consumer-level,3000.00,18%,3,2025-11-15,2026-03-01,2545.00,,no=1 principal=530.15; no=2 principal=999.93 interest=30.22,,2026-01-20
CSV
run 0 import take-over lost.csv
run 0 loan show X-2
out_has "written off"
run 3 loan repay X-2 --amount 5.00
run 0 loan recover X-2 --amount 40.00
out_has recovery_income
run 0 loan repay X-1 --amount 150.00
out_has recovery_income
run 0 loan show X-1
out_has "charged off"
# All three are paid to the end.
run 0 night --through 2026-03-14
run 0 loan repay C-1 --amount 413.50
run 0 loan repay R-1 --amount 4026.00 --value-date 2026-03-14
run 0 night --through 2026-04-14
run 0 loan repay C-1 --amount 507.50
run 0 loan show C-1
out_has closed
run 3 loan repay L-1 --amount 1.00 --value-date 2026-02-20
err_has "[date.before_opening]"
run 0 night --through 2026-04-30
run 0 verify --deep
run 0 rebuild
run 0 verify
run 0 keygen --out key.pem
run 0 sign-head --key key.pem --out head
for loan in X-1 X-2; do
  run 0 prove loan $loan --head head --out $loan.proof
  python3 -I "$LOANBOOK_SOURCE/tools/verify_proof.py" $loan.proof >out 2>&1 || fail "the proof of $loan holds: $(tail -n 3 out)"
done
finish
