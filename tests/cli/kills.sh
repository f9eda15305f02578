#!/usr/bin/env bash
# Killed twenty times on the way, a book ends as one that was left alone: figures and head are equal.
. "$(dirname "$0")/support.sh"
loanbook-sample --loans 600 --days 60 . "$products"/consumer-level.toml "$products"/consumer-equal-principal.toml \
  "$products"/working-capital-interest-first.toml "$products"/payday-bullet.toml "$products"/daily-revolving.toml 2>/dev/null
play() { loanbook --book "$1" play --loans loans.csv --events events.csv --through 2026-03-01 >/dev/null 2>&1; }

new_book calm
play calm || fail "the calm run ended with $?"
new_book killed
RANDOM=5
for kill in $(seq 20); do
  loanbook --book killed play --loans loans.csv --events events.csv --through 2026-03-01 >/dev/null 2>&1 &
  process=$!
  sleep "0.$(printf '%03d' $((RANDOM % 250)))"
  kill -9 $process 2>/dev/null
  wait $process 2>/dev/null
done
play killed || fail "the last run ended with $?"
equal "$(head_of killed)" "$(head_of calm)"
for report in trial-balance "overdue" "portfolio --all"; do
  loanbook --book calm --format csv $report >calm.csv 2>/dev/null
  loanbook --book killed --format csv $report 2>/dev/null | cmp - calm.csv || fail "$report differs"
done
run 0 --book killed verify --deep
finish
