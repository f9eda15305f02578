#!/usr/bin/env bash
# Backup and restore, damage found and named, a second writer refused, signals.
. "$(dirname "$0")/support.sh"
new_book
for i in $(seq 20); do echo "{\"loan_id\":\"L-$i\",\"event\":\"open_disburse\",\"product\":\"consumer-level\",\"amount\":\"1000.00\"}"; done >open.ndjson
run 0 --format ndjson record open.ndjson
equal "$(wc -l <out)" 20
run 0 night --through 2026-01-10
whole=$(head_of)

run 0 backup copy
equal "$(head_of copy)" "$whole"
run 3 restore copy
err_has "book.folder_not_empty"
run 0 --book restored restore copy
equal "$(head_of restored)" "$whole"
run 0 --book restored night --through 2026-01-11
run 3 --book other restore nowhere
# A damaged backup is not restored.
file=$(find copy/segments -type f | sort | head -n 1)
printf '\xff' | dd of="$file" bs=1 seek=3 conv=notrunc 2>/dev/null
run 5 --book other restore copy
[ ! -e other ] || fail "a damaged backup became a book"
run 5 --book copy verify
out_has "$(basename "$file" | cut -c1-8)"

# All or nothing, and the same again is the same receipt.
printf '{"loan_id":"B-1","event":"open_disburse","product":"consumer-level","amount":"1000.00"}\n{"loan_id":"B-1","event":"repay","amount":"10.00"}\n' >batch.ndjson
printf '{"loan_id":"B-2","event":"open_disburse","product":"consumer-level","amount":"1000.00"}\n{"loan_id":"NOBODY","event":"repay","amount":"10.00"}\n' >half.ndjson
before=$(head_of)
run 3 record half.ndjson --atomic
err_has "loan.unknown"
equal "$(head_of)" "$before"
run 0 --format json record batch.ndjson --atomic
out_has '"replayed":"no"'
run 0 --format json record batch.ndjson --atomic
out_has '"replayed":"yes"'

# While one process writes, a second is refused with who holds the book, and readers read.
mkfifo pipe
loanbook record - <pipe >/dev/null 2>&1 &
writer=$!
exec 7>pipe
# Not before the first one holds the book: else it might be the one that is refused.
for try in $(seq 100); do
  [ -s book/WRITER ] && break
  sleep 0.1
done
run 4 loan repay L-1 --amount 1.00 --idempotency-key k1
err_has "busy.writer"
err_has "$writer"
err_has "--idempotency-key k1"
run 0 status
exec 7>&-
wait $writer

# An interrupted night stops between two days and goes on.
loanbook night --through 2027-12-31 >out 2>err &
process=$!
sleep 0.5
kill -INT $process
wait $process
code=$?
if [ $code -eq 130 ]; then
  err_has "go on with: loanbook night --through 2027-12-31"
elif [ $code -ne 0 ]; then
  fail "an interrupted night ended with $code: $(tail -n 1 err)"
fi
run 0 verify
finish
