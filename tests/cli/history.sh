#!/usr/bin/env bash
# The whole history of an old system is played, then its figures are compared. The old system cuts interest off,
# counts 365 days, pays principal first and knows an event that we do not: each on another loan.
. "$(dirname "$0")/support.sh"
run 0 init --currency CNY --date 2026-01-15
run 0 product add "$products"/consumer-level.toml "$products"/daily-revolving.toml
cat >events.csv <<'CSV'
event,loan_id,product,amount,rate,installments,value_date
open_disburse,H-equal,consumer-level,3000.00,18%,3,2026-01-15
open_disburse,H-order,consumer-level,3000.00,18%,3,2026-01-15
open_disburse,H-cut,daily-revolving,1001.00,18%,,2026-02-02
open_disburse,H-365,daily-revolving,3650.00,18%,,2026-02-02
open_disburse,H-event,daily-revolving,1000.00,18%,,2026-02-02
interest-holiday,H-event,,2.00,,,2026-02-10
repay,H-equal,,500.00,,,2026-02-15
repay,H-order,,500.00,,,2026-02-15
CSV
# H-cut: 1,001.00 x 18 % x 14 / 360 = 7.007, cut off 7.00, rounded 7.01. H-365: 3,650.00 x 18 % x 14 / 365 = 25.20,
# of 360 days 25.55. H-order: of 985.15 + 45.00 due on 15 February 500.00 came: all principal, or 45.00 interest first.
cat >figures.csv <<'CSV'
loan_id,principal,principal_overdue,interest_accrued,interest_due,next_due
H-equal,2545.00,530.15,,0.00,2026-03-15
H-order,2500.00,485.15,,45.00,2026-03-15
H-cut,1001.00,,7.00,,
H-365,3650.00,,25.20,,
H-event,1000.00,,5.00,,
H-never,10.00,,,,
CSV
# A row that nobody can record stops all, unless there is a place for it.
run 3 import history events.csv --through 2026-02-15 --compare figures.csv
err_has "events.csv:7"
run 1 --format csv import history events.csv --through 2026-02-15 --reject-file left-out.csv --compare figures.csv
grep -q interest-holiday left-out.csv || fail "the reject file lacks the row"
err_has "1 of 6 loans agree in all their figures"
# cause LOAN: of its first figure that differs.
cause() { grep ",$1," out | tail -n 1 | cut -d, -f7-; }
equal "$(grep -c H-equal out)" 0
equal "$(cause H-cut)" "rounding: accrued interest down: all its figures agree then"
equal "$(cause H-365)" "day count: ACT/365F: all its figures agree then"
equal "$(cause H-order)" "allocation: principal before interest: all its figures agree then"
case $(cause H-event) in *"left out"*interest-holiday*) ;; *) fail "$(cause H-event)" ;; esac
case $(cause H-never) in *"does not open it"*) ;; *) fail "$(cause H-never)" ;; esac
out_has "7.01,7.00,0.01"
out_has "25.55,25.20,0.35"
# A file of figures that has none, or no loans, is refused before anything is played.
before=$(head_of)
printf 'loan_id,principle\nH-1,1.00\n' >none.csv
run 3 import history events.csv --through 2026-02-16 --reject-file left-out.csv --compare none.csv
err_has "no column holds a figure"
printf 'loan,principal\nH-1,1.00\n' >none.csv
run 3 import history events.csv --through 2026-02-16 --reject-file left-out.csv --compare none.csv
err_has "no column 'loan_id'"
equal "$(head_of)" "$before"

# Sent again it goes on where it stands, and compares again; a table for people; JSON.
run 1 import history events.csv --through 2026-02-15 --reject-file left-out.csv --compare figures.csv
out_has "Figures of figures.csv against this book, at the opening of 2026-02-16"
grep H-equal figures.csv | sed '1i loan_id,principal,principal_overdue,interest_accrued,interest_due,next_due' >equal.csv
run 1 import history events.csv --through 2026-02-15 --reject-file left-out.csv --compare equal.csv
err_has "1 of 1 loans agree"
# The file of figures is read as strictly as any other.
printf 'loan_id,principal\nH-cut,1e3\n' >bad.csv
run 3 import history events.csv --through 2026-02-15 --reject-file left-out.csv --compare bad.csv
err_has "bad.csv:2:"
printf 'loan,principal\nH-cut,1.00\n' >bad.csv
run 3 import history events.csv --through 2026-02-15 --reject-file left-out.csv --compare bad.csv
run 0 verify --deep
finish
