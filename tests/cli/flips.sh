#!/usr/bin/env bash
# One flipped bit anywhere in a closed book is found, and verify says where. LOANBOOK_SLOW_TESTS: 2,000 of them.
. "$(dirname "$0")/support.sh"
loanbook-sample --loans 200 --days 20 . "$products"/consumer-level.toml "$products"/daily-revolving.toml 2>/dev/null
new_book
run 0 play --loans loans.csv --events events.csv --through 2026-01-20
run 0 verify
flips=60
[ -z "${LOANBOOK_SLOW_TESTS:-}" ] || flips=2000

mapfile -t files < <(cd book && find . -type f -size +0 | sort)
RANDOM=11
for flip in $(seq $flips); do
  file=book/${files[$((RANDOM % ${#files[@]}))]}
  size=$(stat -c %s "$file")
  at=$(((RANDOM * 32768 + RANDOM) % size))
  byte=$(od -An -tu1 -j $at -N 1 "$file")
  bit=$((1 << (RANDOM % 8)))
  put() { printf "\\x$(printf %02x "$1")" | dd of="$file" bs=1 seek=$at conv=notrunc 2>/dev/null; }
  put $((byte ^ bit))
  loanbook verify >out 2>err </dev/null
  code=$?
  [ $code -eq 5 ] || fail "bit $bit of byte $at in $file: exit $code"
  [ -s out ] || [ -s err ] || fail "bit $bit of byte $at in $file: nothing is said"
  put "$byte"
done
# Looking changed nothing: mended, the book is whole.
run 0 verify
finish
