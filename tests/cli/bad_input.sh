#!/usr/bin/env bash
# Every bad file is a sentence with file:line:column, exit 3, and the head stays where it was.
. "$(dirname "$0")/support.sh"
new_book
run 0 loan open OLD --product consumer-level --amount 1000.00 --disburse
run 0 loan open DONE --product payday-bullet --amount 1000.00 --term 1 --disburse
run 0 night --through 2026-01-09
# One day at 24 % on ACT/365F: 1000 x 0.24 / 365 = 0.6575..., so 0.66; nine days overdue cost penalty too, so pay plenty.
run 0 loan repay DONE --amount 1100.00
before=$(head_of)

# refused NAME PLACE: import of NAME.csv (or .ndjson) must fail at PLACE, with exit 3 and nothing written.
refused() {
  local file=$1 place=$2 kind=${3:-loans}
  if [ "$kind" = record ]; then run 3 record "$file"; else run 3 import "$kind" "$file"; fi
  [ -z "$place" ] || err_has "$file:$place"
  [ -n "$place" ] || err_has "$file"
  equal "$(head_of)" "$before"
}

header=loan_id,product,amount,date,rate,installments
good=N1,consumer-level,1000.00,2026-01-05,18%,12

: >empty.csv
refused empty.csv ""
printf 'loan_id,product,date\nN1,consumer-level,2026-01-05\n' >missing_column.csv
refused missing_column.csv 1
check() { # check NAME PLACE ROW
  printf '%s\n%s\n%s\n' "$header" "$good" "$3" >"$1.csv"
  refused "$1.csv" "$2"
}
check bad_date 3:27: N2,consumer-level,1000.00,2026-02-30,18%,12
check three_decimals 3:19: N2,consumer-level,1000.001,2026-01-05,18%,12
check negative 3:19: N2,consumer-level,-5.00,2026-01-05,18%,12
check duplicate 3:1: N1,consumer-level,1000.00,2026-01-05,18%,12
check exists 3:1: OLD,consumer-level,1000.00,2026-01-05,18%,12
check unknown_product 3:4: N2,no-such-product,1000.00,2026-01-05,18%,12
check bare_rate 3:38: N2,consumer-level,1000.00,2026-01-05,12,12
check after_business_date 3:27: N2,consumer-level,1000.00,2026-02-01,18%,12
check two_hundred_digits 3:19: "N2,consumer-level,$(printf '1%.0s' $(seq 200)),2026-01-05,18%,12"
check grouped 3:19: 'N2,consumer-level,"1,000.00",2026-01-05,18%,12'
check too_few_fields 3: N2,consumer-level,1000.00
check bad_utf8 3: $'N\xff2,consumer-level,1000.00,2026-01-05,18%,12'
printf '%s\n%s\nN2,consumer-level,1000.00,2026-01-' "$header" "$good" >cut.csv
refused cut.csv 3
run 3 import loans nowhere.csv
run 3 import loans .

check_event() { # check_event NAME PLACE ROW
  printf 'loan_id,event,amount,value_date\n%s\n' "$3" >"$1.csv"
  refused "$1.csv" "$2" events
}
check_event unknown_loan 2:1: NOBODY,repay,10.00,2026-01-05
check_event closed_loan 2:1: DONE,repay,10.00,2026-01-09
check_event before_disbursement 2:17: OLD,repay,10.00,2025-12-31
check_event after_today 2:17: OLD,repay,10.00,2026-01-11
check_event zero 2:11: OLD,repay,0.00,2026-01-09
check_event unknown_kind 2:5: OLD,refinance,1.00,2026-01-09

printf '{"loan_id":"OLD","event":"repay","amount":"1.00"}\n{"loan_id":"OLD","event":"repay","amount":1.005}\n' >bad.ndjson
refused bad.ndjson 2: record
printf '{"loan_id":"OLD","event":"repay"\n' >broken.ndjson
refused broken.ndjson 1: record

# With a reject file the good row goes in, the bad one goes out as it stood.
printf '%s\n%s\n%s\n' "$header" "$good" "N2,consumer-level,1000.00,2026-02-30,18%,12" >mixed.csv
run 1 import loans mixed.csv --reject-file rejected.csv
equal "$(cat rejected.csv)" "$(printf '%s\nN2,consumer-level,1000.00,2026-02-30,18%%,12' "$header")"
run 0 loan show N1
run 3 loan show N2
run 0 verify

# Errors of products name the place too.
sed 's/method = "level"/method = "levle"/' "$products/consumer-level.toml" >bad.toml
run 3 product check bad.toml
err_has "bad.toml:"
run 3 product add bad.toml
finish
