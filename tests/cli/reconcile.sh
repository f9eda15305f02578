#!/usr/bin/env bash
# Statements from the command line: what is matched, what is refused, what a second run does; partners' files.
. "$(dirname "$0")/support.sh"
samples=$LOANBOOK_SOURCE/examples

run 0 init --currency CNY --date 2026-10-08
run 0 product add "$products"/consumer-level.toml "$products"/joint-30-70.toml
for i in 1 2 3; do run 0 loan open L-$i --product consumer-level --amount 12000 --disburse; done
run 0 loan repay L-1 --amount 1100.16 --idempotency-key PAY-1001
run 0 loan repay L-2 --amount 500.00 --idempotency-key PAY-1002
run 0 night --through 2026-10-08

# A channel's daily file: one payment went back the same day, and the book does not know it. Pay-outs
# went over another account.
sed 's/^\[statement\]/[entries]\nkinds = ["repay", "reverse", "chargeback"]\n\n[statement]/' \
  "$samples/reconciliation/alipay.toml" >rules.toml
before=$(head_of)
run 1 --format csv reconcile bank "$samples/statements/alipay-2026-10-08.csv" --rules rules.toml --dry-run
equal "$(head_of)" "$before"
out_has "returned"
equal "$(grep -c , out)" 2
run 1 reconcile bank "$samples/statements/alipay-2026-10-08.csv" --rules rules.toml
out_has "matched"
out_has "fees 1.65"
after=$(head_of)
run 1 reconcile bank "$samples/statements/alipay-2026-10-08.csv" --rules rules.toml
err_has "nothing changed"
equal "$(head_of)" "$after"
id=$(loanbook --format csv reconcile breaks 2>/dev/null | tail -n 1 | cut -d, -f1)
run 0 reconcile correct "$id" --reason 'channel refund'
run 0 reconcile bank "$samples/statements/alipay-2026-10-08.csv" --rules rules.toml
run 0 --format csv reconcile breaks
equal "$(wc -l <out)" 1
run 0 --format csv reconcile breaks --all
out_has "corrected"
run 0 reconcile statements
out_has "alipay-2088000000000001"

# camt.053 of the same days: another account, so other entries would be missing; --to ends it early.
run 1 --format json reconcile bank "$samples/statements/bank-2026-10.xml" --rules "$samples/reconciliation/bank.toml" --dry-run
out_has '"kind":"missing here"'

# What is refused, and that nothing was written.
before=$(head_of)
run 3 reconcile bank missing.xml --rules rules.toml
err_has "file.not_found"
run 3 reconcile bank "$samples/statements/bank-2026-10.xml" --rules rules.toml
err_has "statement.no_header"
sed 's/11950.16/11950.15/' "$samples/statements/bank-2026-10.xml" >cut.xml
run 3 reconcile bank cut.xml --rules "$samples/reconciliation/bank.toml"
err_has "statement.balance"
sed 's/by = "reference"/by = "name"/' "$samples/reconciliation/bank.toml" >bad.toml
run 3 reconcile bank "$samples/statements/bank-2026-10.xml" --rules bad.toml
err_has "bad.toml:"
run 3 reconcile correct 1-1 --reason x
err_has "break.unknown"
run 3 reconcile accept nonsense --reason x
err_has "break.bad_id"
equal "$(head_of)" "$before"

# A partner's file: ours agrees with itself; one fen off is a break of that figure; a new file replaces it.
run 0 loan open J-1 --product joint-30-70 --amount 10000 --disburse
run 0 loan open J-2 --product joint-30-70 --amount 20000 --disburse
run 0 night --through 2026-10-09
partner=city-bank
loanbook --format csv partners settle --partner "$partner" 2>/dev/null >ours.csv
run 0 reconcile partner ours.csv --partner "$partner" --dry-run
awk -F, -v OFS=, 'NR > 1 && $6 == "J-1" { sub(/\.00$/, ".01", $9) } { print }' ours.csv >theirs.csv
run 1 --format csv reconcile partner theirs.csv --partner "$partner"
out_has "different amount"
out_has "J-1 disbursed"
grep -v 'J-2' ours.csv >short.csv
run 1 --format csv reconcile partner short.csv --partner "$partner"
out_has "missing there"
run 0 --format csv reconcile breaks
equal "$(grep -c J- out)" 1
run 0 reconcile partner ours.csv --partner "$partner"
run 0 --format csv reconcile breaks
equal "$(grep -c J- out)" 0
run 0 reconcile partner theirs.csv --partner "$partner" --tolerance 0.05 --tolerance-total 1.00 --dry-run
# A file for an earlier day comes late: it is held against that day. Twice the same changes nothing.
run 0 night --through 2026-10-11
run 0 reconcile partner ours.csv --partner "$partner" --date 2026-10-09
err_has "nothing changed"
run 0 reconcile partner short.csv --partner "$partner" --date 2026-10-09
err_has "nothing changed"
loanbook --format csv partners settle --partner "$partner" --date 2026-10-10 2>/dev/null >tenth.csv
run 0 reconcile partner tenth.csv --partner "$partner" --date 2026-10-10
run 0 reconcile partner tenth.csv --partner "$partner" --date 2026-10-10
err_has "nothing changed"
run 0 --format csv reconcile breaks
equal "$(grep -c J- out)" 0

# Several statements in one file: a day each, and one in a currency that the rules are not for.
for i in 11 12; do run 0 loan open N-$i --product consumer-level --amount 100$i.00 --value-date 2026-10-10 --disburse; done
statement() { # ID DAY AMOUNT REFERENCE CURRENCY
  echo "<Stmt><Id>$1</Id><Acct><Id><Othr><Id>X-1</Id></Othr></Id><Ccy>$5</Ccy></Acct><Ntry><Amt Ccy=\"$5\">$3</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>$2</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>$4</EndToEndId></Refs></TxDtls></NtryDtls></Ntry></Stmt>"
}
run 0 loan repay N-11 --amount 11.00 --value-date 2026-10-10 --idempotency-key D-1
run 0 loan repay N-12 --amount 12.00 --value-date 2026-10-11 --idempotency-key D-2
{ echo "<Document><BkToCstmrStmt>"
  statement S1 2026-10-10 11.00 D-1 CNY; statement S2 2026-10-11 12.00 D-2 CNY; statement S3 2026-10-11 7.00 D-3 USD
  echo "</BkToCstmrStmt></Document>"; } >days.xml
sed 's/^\[statement\]/[entries]\nproducts = ["consumer-level"]\nkinds = ["repay"]\n\n[statement]/' "$samples/reconciliation/bank.toml" >days.toml
run 0 reconcile bank days.xml --rules days.toml
err_has "left out: statement S3"
run 0 --format csv reconcile statements
equal "$(grep -c '^X-1,' out)" 2
out_has "X-1,S1,2026-10-10"
out_has "X-1,S2,2026-10-11"
before=$(head_of)
run 0 reconcile bank days.xml --rules days.toml
equal "$(grep -c 'nothing changed' err)" 2
equal "$(head_of)" "$before"
statement S3 2026-10-11 7.00 D-3 USD | sed '1s/^/<Document><BkToCstmrStmt>/; $s/$/<\/BkToCstmrStmt><\/Document>/' >dollars.xml
run 3 reconcile bank dollars.xml --rules days.toml
err_has "reconcile.other_currency"

# Two pages of a statement, in two files and in any order: one statement. Again: nothing changes.
run 0 loan repay N-11 --amount 21.00 --value-date 2026-10-11 --idempotency-key G-1 --channel alipay
run 0 loan repay N-12 --amount 22.00 --value-date 2026-10-11 --idempotency-key G-2 --channel alipay
run 0 loan repay N-12 --amount 23.00 --value-date 2026-10-11 --idempotency-key G-3 --channel wechat
balance() { echo "<Bal><Tp><CdOrPrtry><Cd>$1</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">$2</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-10-11</Dt></Dt></Bal>"; }
page() { # NUMBER LAST BALANCES AMOUNT REFERENCE
  echo "<Document><BkToCstmrStmt>"
  statement P1 2026-10-11 "$4" "$5" CNY | sed "s|<Id>P1</Id>|&<StmtPgntn><PgNb>$1</PgNb><LastPgInd>$2</LastPgInd></StmtPgntn>|; s|</Ccy></Acct>|&$3|"
  echo "</BkToCstmrStmt></Document>"
}
page 1 false "$(balance OPBD 0.00)$(balance ITBD 21.00)" 21.00 G-1 >page1.xml
page 2 true "$(balance ITBD 21.00)$(balance CLBD 42.98)" 21.98 G-2 >page2.xml
page 3 true "$(balance ITBD 42.98)$(balance CLBD 43.98)" 1.00 G-9 >page4.xml
# The account is the channel's: what went by another one is none of it, and two fen stay with it.
sed 's/^currency = .*/&\nchannel = "alipay"/; s/^by = "reference".*/&\ntolerance = "0.05"/; s/^tolerance_total = "0.00"/tolerance_total = "1.00"/' \
  "$samples/reconciliation/bank.toml" >alipay.toml
run 0 reconcile bank page2.xml page1.xml --rules alipay.toml
out_has "within tolerance"
run 0 --format csv reconcile statements
equal "$(grep -c '^X-1,P1' out)" 1
before=$(head_of)
run 0 reconcile bank page1.xml page2.xml --rules alipay.toml
err_has "nothing changed"
equal "$(head_of)" "$before"
# What the channel has and the book does not is corrected by the channel.
sed 's/<PgNb>3/<PgNb>1/; s/P1<\/Id>/P2<\/Id>/; s/2026-10-11/2026-10-12/g' page4.xml >next.xml
run 1 --format csv reconcile bank next.xml --rules alipay.toml
run 0 reconcile correct "$(awk -F, '$2 == "missing here" { print $1 }' out)" --loan N-11 --reason 'payer named it'
sed 's/<PgNb>3/<PgNb>4/' page4.xml >page4b.xml
run 3 reconcile bank page1.xml page2.xml page4b.xml --rules alipay.toml
err_has "statement.page_missing"
sed "s/channel = \"alipay\"/channel = \"no spaces\"/" alipay.toml >spaces.toml
run 3 reconcile bank page1.xml --rules spaces.toml
err_has "spaces.toml:"
cp "$samples/charts/default.toml" chart.toml
cat >>chart.toml <<'EOF'
[[account]]
code = "1012"
name = "Alipay"
class = "asset"
[[mapping]]
role = "settlement"
channel = "alipay"
account = "1012"
EOF
run 0 chart add chart.toml
run 0 --format csv clearing
equal "$(grep '^1012,' out | cut -d, -f5)" "43.98"

# Two payments that nothing tells apart, and one line: which one it is, is said.
run 0 loan repay N-11 --amount 33.00 --value-date 2026-10-11 --idempotency-key E-1
run 0 loan repay N-12 --amount 33.00 --value-date 2026-10-11 --idempotency-key E-2
{ echo "<Document><BkToCstmrStmt>"; statement S4 2026-10-12 33.00 "" CNY; echo "</BkToCstmrStmt></Document>"; } >twins.xml
run 1 --format csv reconcile bank twins.xml --rules days.toml
id=$(awk -F, '$2 == "ambiguous" { print $1 }' out)
entry=$(awk -F, '$2 == "ambiguous" { split($10, e, " "); print e[1] }' out)
run 3 reconcile accept "$id" --reason 'the payer says so'
err_has "break.entry_missing"

# The worklist: the oldest first, a hundred columns, and what to type next.
run 0 reconcile breaks
out_has "> loanbook reconcile accept $id --entry $entry --reason"
[ "$(wc -L <out)" -le 100 ] || fail "the worklist is $(wc -L <out) columns wide"
equal "$(grep -c '^Breaks of ' out)" "$(sort -u <(loanbook --format csv reconcile breaks 2>/dev/null | tail -n +2 | cut -d, -f5) | wc -l)"
run 0 reconcile accept "$id" --entry "$entry" --reason 'the payer says so'
run 0 verify --deep
finish
