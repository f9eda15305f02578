#!/usr/bin/env bash
# What an auditor asks for, who may do what, and what must not be written into a book.
. "$(dirname "$0")/support.sh"
new_book
run 0 loan open L-1 --product consumer-level --amount 12000 --disburse --idempotency-key a --actor clerk
run 0 night --through 2026-02-03
run 0 loan repay L-1 --amount 100.00 --value-date 2026-02-01 --idempotency-key b --actor clerk --reason 'bank file of 3 February'
entry=$(loanbook --format csv loan entries L-1 2>/dev/null | tail -n 1 | cut -d, -f1)
run 0 loan reverse L-1 --entry "$entry" --actor chief --reason 'wrong loan'
printf '{"loan_id":"L-1","event":"repay","amount":"5.00"}\n' >bank.ndjson
run 0 record bank.ndjson --idempotency-key day1

# Reversal, backdating and what was typed in, with who and why.
run 0 --format csv audit
out_has "backdating,$entry,2026-02-04,2026-02-01,3,L-1,"
out_has "clerk,cli,bank file of 3 February"
out_has "reversal,"
out_has "chief,cli,wrong loan"
equal "$(grep -c '^manual entry,' out)" 1
run 0 --format csv audit --from 2026-02-04
equal "$(grep -c '^manual entry,' out)" 0
run 0 --format csv audit --to 2025-12-31
equal "$(wc -l <out)" 1
run 0 audit
out_has "of them without a reason"

# Roles.
run 3 --role read loan repay L-1 --amount 1.00
err_has "book.role"
run 3 --role operate loan repay L-1 --amount 1.00
run 3 --role write night --through 2026-02-04
run 3 --role read verify
run 3 --role write export ndjson
run 0 --role read trial-balance
run 0 --role audit verify --deep
run 0 --role audit prove loan L-1
run 0 --role write loan repay L-1 --amount 1.00
run 0 --role operate night --through 2026-02-04
run 3 --role root status
err_has "book.role_unknown"

# Personal data.
run 3 loan repay L-1 --amount 1.00 --reason 'paid by 4111 1111 1111 1111'
err_has "personal_data.card_number"
run 3 loan open 13800138000 --product consumer-level --amount 1000
err_has "personal_data.phone_number"
run 0 --allow-personal-data loan open 13800138000 --product consumer-level --amount 1000

# Files for other programs; a workbook wants a name.
for form in hledger ledger beancount csv ndjson; do
  run 0 export $form --out file.$form
  out_is_empty
  run 0 export $form
  cmp -s out file.$form || fail "export $form differs from its file"
done
run 3 export xlsx
err_has "cli.file_missing"
run 0 export xlsx --out file.xlsx
run 0 export xlsx --out again.xlsx
cmp -s file.xlsx again.xlsx || fail "equal books give equal workbooks"
run 3 --book book import journal file.ndjson
err_has "book.folder_not_empty"
run 3 --book other import journal nowhere
err_has "file.not_found"
finish
