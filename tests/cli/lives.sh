#!/usr/bin/env bash
# A life on every example product: opened, a late month, a payment for yesterday, an early repayment,
# more nights. Every figure of its page stands in `explain`, every entry adds up.
. "$(dirname "$0")/support.sh"
new_book
run 0 series add "$LOANBOOK_SOURCE"/examples/series/lpr.csv "$LOANBOOK_SOURCE"/examples/calendars/cn-2024-2025.toml

# Column NAME of the only row of ./out.
cell() {
  awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) at = i } NR == 2 { print $at }' out
}
# Sum of the amounts of explain's figures that match, in cents.
explained() { awk -F, -v figure="$1" '$1 ~ figure { print $2 }' explained | sed 's/ .*//' | sum; }
cents() { tr -d . <<<"$1" | sed 's/^0*\([0-9]\)/\1/'; }

ids=$(for file in "$products"/*.toml; do sed -n 's/^id = "\(.*\)"/\1/p' "$file"; done)
for id in $ids; do
  low=$(loanbook product show "$id" | sed -n 's/^amount = { min = "\([0-9]*\).*/\1/p')
  run 0 loan open "L-$id" --product "$id" --amount $((low > 1000 ? low : 1000)) --disburse
done
run 0 night --through 2026-03-09

for id in $ids; do
  run 0 --format csv loan show "L-$id"
  owed=$(($(cents "$(cell principal_overdue)") + $(cents "$(cell interest_due)") + $(cents "$(cell penalty)")))
  if [ $owed -gt 0 ]; then
    amount=$(printf '%d.%02d' $((owed / 100)) $((owed % 100)))
    run 0 loan repay "L-$id" --amount "$amount" --value-date 2026-03-09 --reason 'bank file'
  fi
  # Taken, or refused by name: a loan that is closed, or whose plan is bound to its rows.
  loanbook loan prepay "L-$id" --amount 100 >out 2>err </dev/null ||
    grep -qE '\[operation\.(not_in_this_state|plan_not_changeable|needs_installments)\]' err || fail "$id: $(cat err)"
done
run 0 night --through 2026-04-20

for id in $ids; do
  run 0 --format csv loan explain "L-$id"
  cp out explained
  run 0 --format csv loan show "L-$id"
  equal "$id $(explained '^principal')" "$id $(cents "$(cell principal)")"
  equal "$id $(explained '^interest accrued')" "$id $(cents "$(cell interest_accrued)")"
  equal "$id $(explained ' (penalty|compound)( .*)?$')" "$id $(cents "$(cell penalty)")"
  equal "$id $(explained ' unpaid$')" \
    "$id $(($(cents "$(cell principal_overdue)") + $(cents "$(cell interest_due)") + $(cents "$(cell fees)")))"
  payoff=$(cell payoff)
  run 0 loan schedule "L-$id"
  run 0 loan statement "L-$id"
  run 0 --format csv loan statement "L-$id" --to 2026-04-20
  equal "$id $(tail -n 1 out | cut -d, -f8)" "$id $payoff"
done

# More of a life: another rate, money paid back to the borrower, a loan that does not accrue, one that was given to
# expense, what several fund. Whatever the page shows stands in explain, and the words say what happened.
for id in $ids; do
  for operation in "change-rate --rate 12%" "refund --amount 50" "non-accrual --choice yes"; do
    # shellcheck disable=SC2086
    loanbook loan ${operation%% *} "L-$id" ${operation#* } >out 2>err </dev/null ||
      grep -qE '\[(change\.|operation\.(not_in_this_state|plan_not_changeable|needs_installments|no_rows_to_come)|terms\.|product\.|amount\.|plan\.)' err ||
      fail "$id $operation: $(cat err)"
  done
done
run 0 night --through 2026-05-03
for id in $ids; do
  run 0 --format csv loan explain "L-$id"
  cp out explained
  run 0 --format csv loan show "L-$id"
  equal "$id $(explained '^principal$')" "$id $(cents "$(cell principal)")"
  equal "$id $(explained '^interest accrued')" "$id $(cents "$(cell interest_accrued)")"
  equal "$id $(explained ' (penalty|compound)( .*)?$')" "$id $(cents "$(cell penalty)")"
  equal "$id $(explained ' unpaid$')" \
    "$id $(($(cents "$(cell principal_overdue)") + $(cents "$(cell interest_due)") + $(cents "$(cell fees)")))"
  equal "$id $(explained '^held for the borrower')" "$id $(cents "$(cell overpayment)")"
  [ "$(cell non_accrual)" != yes ] || grep -q '^no income yet,' explained || fail "$id: non-accrual without a word"
done
run 0 --format csv loan explain L-joint-30-70
out_has "partner "
out_has " parts: of "
run 0 loan charge-off L-joint-30-70 --reason 'no answer'
run 0 loan explain L-joint-30-70
out_has "given to expense"
run 0 verify --deep
finish
