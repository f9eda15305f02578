#!/usr/bin/env bash
# Imports are repeatable, interruptible, and do not depend on chunk size; play makes the same book twice.
. "$(dirname "$0")/support.sh"
loanbook-sample --loans 300 --days 40 . "$products"/consumer-level.toml "$products"/consumer-equal-principal.toml \
  "$products"/working-capital-interest-first.toml "$products"/payday-bullet.toml "$products"/daily-revolving.toml 2>/dev/null
equal "$(wc -l <loans.csv)" 301

new_book a
run 0 --book a play --loans loans.csv --events events.csv --through 2026-02-09
err_has "closed 40 nights"
run 0 --book a play --loans loans.csv --events events.csv --through 2026-02-09
err_has "already closed through 2026-02-09"
run 0 --book a verify --deep
head_a=$(head_of a)
loanbook --book a --format csv trial-balance 2>/dev/null >a.csv
new_book b
run 0 --book b play --loans loans.csv --events events.csv --through 2026-01-20
run 0 --book b play --loans loans.csv --events events.csv --through 2026-02-09 --threads 1
equal "$(head_of b)" "$head_a"
loanbook --book b --format csv trial-balance 2>/dev/null | cmp - a.csv || fail "a book played in two parts differs"
loanbook --book b --format csv portfolio --all 2>/dev/null >b-loans.csv
loanbook --book a --format csv portfolio --all 2>/dev/null | cmp - b-loans.csv || fail "loans differ"

# A plain import, whole, in small chunks, and killed on the way.
for book in whole chunks killed; do
  run 0 --book $book init --currency CNY --date 2026-03-01
  run 0 --book $book product add "$products"/*.toml
done
run 0 --book whole import loans loans.csv
out_has 300
run 0 --book whole import loans loans.csv
run 0 --book whole --format csv import loans loans.csv
equal "$(tail -n 1 out)" "loans.csv,300,0,300,0"
run 0 --book chunks import loans loans.csv --chunk 7
equal "$(head_of chunks)" "$(head_of whole)"
for pause in 0.02 0.05 0.1 0.2; do
  loanbook --book killed import loans loans.csv --chunk 3 >/dev/null 2>&1 &
  process=$!
  sleep $pause
  kill -9 $process 2>/dev/null
  wait $process 2>/dev/null
done
run 0 --book killed import loans loans.csv --chunk 3
equal "$(head_of killed)" "$(head_of whole)"
run 0 --book killed verify
run 0 --book killed import loans loans.csv --dry-run
run 0 --format csv import loans loans.csv --describe
out_has "loans.csv,300,0,2026-01-01,"

# hledger agrees, where it is there.
run 0 --book a export hledger --out a.journal
if command -v hledger >/dev/null; then
  hledger -f a.journal check 2>hledger.err || fail "hledger: $(head -n 3 hledger.err)"
  # Account and net in cents, as each of the two programs has them.
  hledger -f a.journal balance --flat -N -O csv | tail -n +2 |
    sed -E 's/^"([0-9]+) [^"]*","CNY (-?)([0-9]+)\.([0-9]+)"$/\1 \2\3\4/' | sort >theirs
  tail -n +2 a.csv | awk -F, '{ d = $(NF - 1); c = $NF; gsub(/\./, "", d); gsub(/\./, "", c); if (d != c) printf "%s %d\n", $1, d - c }' |
    sort >ours
  cmp theirs ours || fail "hledger's balances differ: $(diff theirs ours | head -n 4)"
fi
finish
