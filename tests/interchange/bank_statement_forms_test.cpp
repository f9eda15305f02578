// Statements as banks really send them: what camt.053 has in its corners, and CSV files with the
// habits of spreadsheets.

#include <catch2/catch.hpp>
#include <string>

#include "loanbook/interchange/bank_statement.hpp"
#include "loanbook/interchange/file.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().id + ": " + to_text(result.error()));
  return *std::move(result);
}

std::string text(const ledger::BankLine& line) {
  std::string out = money::to_text(line.booked) + " " + std::to_string(line.minor);
  if (line.fee_minor != 0) out += " fee " + std::to_string(line.fee_minor);
  if (!line.reference.empty()) out += " " + std::string(line.reference);
  if (!line.text.empty()) out += " [" + std::string(line.text) + "]";
  if (line.count != 0) out += " x" + std::to_string(line.count);
  if (line.returned) out += " returned";
  return out;
}

std::string amount(const std::string& figure, const char* direction, const char* currency = "CNY") {
  return "<Amt Ccy=\"" + std::string(currency) + "\">" + figure + "</Amt><CdtDbtInd>" + direction +
         "</CdtDbtInd>";
}
std::string balance(const char* code, const std::string& figure, const char* day) {
  return "<Bal><Tp><CdOrPrtry><Cd>" + std::string(code) + "</Cd></CdOrPrtry></Tp>" +
         amount(figure, "CRDT") + "<Dt><Dt>" + day + "</Dt></Dt></Bal>\n";
}
std::string entry(const std::string& inside, const char* day = "2026-10-08") {
  return "<Ntry>" + inside + "<Sts>BOOK</Sts><BookgDt><Dt>" + day + "</Dt></BookgDt></Ntry>\n";
}
std::string statement(const std::string& inside, const std::string& before = "<Id>S</Id>",
                      const char* account = "A", const char* currency = "CNY") {
  return "<Stmt>" + before + "<Acct><Id><Othr><Id>" + account + "</Id></Othr></Id><Ccy>" +
         currency + "</Ccy></Acct>\n" + inside + "</Stmt>\n";
}
std::string document(const std::string& statements, const std::string& header = "") {
  return "<Document><BkToCstmrStmt>" + header + "\n" + statements + "</BkToCstmrStmt></Document>\n";
}
BankStatement only(const std::string& content) {
  std::vector<BankStatement> all = must(read_camt053(content, "s.xml"));
  REQUIRE(all.size() == 1);
  return std::move(all.front());
}

TEST_CASE("camt.053: charges that the bank kept are the line's fee", "[statement]") {
  const std::string charge =
      "<Chrgs><Rcrd>" + amount("0.60", "DBIT") + "<ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>";
  // 99.40 arrived of 100.00: the balance moves by what arrived.
  BankStatement made = only(document(statement(balance("OPBD", "0.00", "2026-10-08") +
                                               balance("CLBD", "99.40", "2026-10-08") +
                                               entry(amount("99.40", "CRDT") + charge))));
  REQUIRE(made.lines.size() == 1);
  CHECK(text(made.lines[0]) == "2026-10-08 10000 fee 60");
  // Paid out, and charged on top of it.
  made = only(document(statement(entry(amount("100.60", "DBIT") + charge))));
  CHECK(text(made.lines[0]) == "2026-10-08 -10000 fee 60");
  // As version 2 writes it, and a charge that is booked beside the payment.
  made = only(document(statement(entry(
      amount("99.40", "CRDT") + "<Chrgs>" + amount("0.60", "DBIT") +
      "<ChrgInclInd>true</ChrgInclInd></Chrgs><Chrgs>" + amount("1.00", "DBIT") + "</Chrgs>"))));
  CHECK(text(made.lines[0]) == "2026-10-08 10000 fee 60");
  // Of each payment of a batch.
  const std::string part = amount("49.70", "CRDT") + "<Chrgs><Rcrd>" + amount("0.30", "DBIT") +
                           "<ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>";
  made = only(document(statement(entry(amount("99.40", "CRDT") + "<NtryDtls><TxDtls>" + part +
                                       "</TxDtls><TxDtls>" + part + "</TxDtls></NtryDtls>"))));
  REQUIRE(made.lines.size() == 2);
  CHECK(text(made.lines[1]) == "2026-10-08 5000 fee 30");
  // Of a batch as a whole, whose payments are told before it.
  made = only(document(statement(entry(amount("99.40", "CRDT") + charge + "<NtryDtls><TxDtls>" +
                                       amount("60", "CRDT") + "</TxDtls><TxDtls>" +
                                       amount("40", "CRDT") + "</TxDtls></NtryDtls>"))));
  REQUIRE(made.lines.size() == 2);
  CHECK(text(made.lines[0]) == "2026-10-08 6000 fee 60");
  CHECK(text(made.lines[1]) == "2026-10-08 4000");
}

TEST_CASE("camt.053: returns say why, reversals say that they are", "[statement]") {
  const BankStatement made = only(document(statement(
      entry(amount("80", "DBIT") + "<NtryDtls><TxDtls><Refs><EndToEndId>P-1</EndToEndId></Refs>" +
            amount("50", "DBIT") +
            "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></RtrInf></TxDtls>"
            "<TxDtls><Refs><EndToEndId>P-2</EndToEndId></Refs>" +
            amount("30", "DBIT") +
            "<RmtInf><Ustrd>loan L-2</Ustrd></RmtInf><RtrInf><Rsn><Prtry>NO MONEY</Prtry></Rsn>"
            "</RtrInf></TxDtls></NtryDtls>") +
      entry("<NtryRef>P-3</NtryRef>" + amount("20", "DBIT") + "<RvslInd>true</RvslInd>"))));
  REQUIRE(made.lines.size() == 3);
  CHECK(text(made.lines[0]) == "2026-10-08 -5000 P-1 [AC04 account closed] returned");
  CHECK(text(made.lines[1]) == "2026-10-08 -3000 P-2 [loan L-2 NO MONEY] returned");
  CHECK(text(made.lines[2]) == "2026-10-08 -2000 P-3 returned");
}

TEST_CASE("camt.053: what was sent in another currency counts as it arrived", "[statement]") {
  const auto payment = [](const char* dollars, const char* yuan) {
    return "<TxDtls>" + amount(dollars, "CRDT", "USD") + "<AmtDtls><InstdAmt><Amt Ccy=\"USD\">" +
           dollars + "</Amt></InstdAmt><CntrValAmt><Amt Ccy=\"CNY\">" + yuan +
           "</Amt></CntrValAmt></AmtDtls></TxDtls>";
  };
  const BankStatement made =
      only(document(statement(entry(amount("213", "CRDT") + "<NtryDtls>" + payment("10", "71") +
                                    payment("20", "142") + "</NtryDtls>"))));
  REQUIRE(made.lines.size() == 2);
  CHECK(text(made.lines[0]) == "2026-10-08 7100");
  CHECK(text(made.lines[1]) == "2026-10-08 14200");
  // The bank tells the other currency alone: the batch stays one line of so many payments.
  const std::string foreign = "<TxDtls>" + amount("10", "CRDT", "USD") + "</TxDtls>";
  const BankStatement whole = only(document(
      statement(entry(amount("142", "CRDT") + "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>" +
                      foreign + foreign + "</NtryDtls>"))));
  REQUIRE(whole.lines.size() == 1);
  CHECK(text(whole.lines[0]) == "2026-10-08 14200 x2");
}

TEST_CASE("camt.053: pages become one statement, statements stay several", "[statement]") {
  const auto page = [](int number, bool last) {
    return "<Id>S-1</Id><StmtPgntn><PgNb>" + std::to_string(number) + "</PgNb><LastPgInd>" +
           (last ? "true" : "false") + "</LastPgInd></StmtPgntn>";
  };
  const std::string first =
      statement(balance("OPBD", "0.00", "2026-10-08") + balance("ITBD", "70.00", "2026-10-08") +
                    entry(amount("70", "CRDT")),
                page(1, false));
  const std::string second =
      statement(balance("ITBD", "70.00", "2026-10-08") + balance("CLBD", "100.00", "2026-10-09") +
                    entry(amount("30", "CRDT"), "2026-10-09"),
                page(2, true));
  const BankStatement whole = only(document(first + second));
  CHECK(whole.lines.size() == 2);
  CHECK(whole.opening == 0);
  CHECK(whole.closing == 100'00);
  CHECK(money::to_text(whole.to) == "2026-10-09");
  CHECK_FALSE(whole.more_follows);
  CHECK(only(document(first)).more_follows);
  CHECK(only(document(statement(entry(amount("1", "CRDT"))),
                      "<GrpHdr><MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>"
                      "</GrpHdr>"))
            .more_follows);
  // A page that does not follow.
  const auto torn =
      read_camt053(document(first + statement(balance("ITBD", "71.00", "2026-10-08") +
                                                  balance("CLBD", "101.00", "2026-10-09") +
                                                  entry(amount("30", "CRDT"), "2026-10-09"),
                                              page(2, true))),
                   "s.xml");
  REQUIRE_FALSE(torn);
  CHECK(torn.error().id == "statement.balance");
  CHECK(to_text(torn.error()).starts_with("s.xml:7: "));
  // A day each, another account, another currency.
  const std::vector<BankStatement> several = must(
      read_camt053(document(statement(entry(amount("1", "CRDT"))) +
                            statement(entry(amount("2", "CRDT"), "2026-10-09"), "<Id>T</Id>") +
                            statement(entry(amount("3", "CRDT", "USD")), "<Id>U</Id>", "A", "USD")),
                   "s.xml"));
  REQUIRE(several.size() == 3);
  CHECK(several[1].id == "T");
  CHECK(several[2].currency.text() == "USD");
}

TEST_CASE("camt.053: days that a bank leaves out, lines that move nothing, signs", "[statement]") {
  const std::string only_valued =
      "<Ntry>" + amount("5", "CRDT") + "<Sts>BOOK</Sts><ValDt><Dt>2026-10-07</Dt></ValDt></Ntry>";
  const std::string none = "<Ntry>" + amount("6", "CRDT") + "<Sts>BOOK</Sts></Ntry>";
  const BankStatement made = only(
      document(statement(balance("OPBD", "0", "2026-10-09") + balance("CLBD", "11", "2026-10-09") +
                         only_valued + none + entry(amount("0.00", "CRDT")))));
  REQUIRE(made.lines.size() == 2);
  CHECK(text(made.lines[0]) == "2026-10-07 500");
  CHECK(text(made.lines[1]) == "2026-10-09 600");
  CHECK(made.left_out == 1);
  const auto undated = read_camt053(document(statement(none)), "s.xml");
  REQUIRE_FALSE(undated);
  CHECK(undated.error().id == "statement.bad_date");
  const auto negative = read_camt053(document(statement(entry(amount("-5", "CRDT")))), "s.xml");
  REQUIRE_FALSE(negative);
  CHECK(negative.error().id == "statement.direction");
  CHECK(negative.error().line == 3);
}

TEST_CASE("CSV with the habits of spreadsheets and of Chinese banks", "[statement]") {
  BankStatementForm form;
  form.currency = *money::Currency::find("CNY");
  form.thousands = ',';
  form.header_begins = "交易日期";
  form.end_begins = "合计";
  form.strip = "=\"元";
  form.date = "yyyymmdd";
  form.columns.booked = "交易日期";
  form.columns.amount = "金额";
  form.columns.reference = "流水号";
  form.columns.text = "摘要";
  const std::string head = "账号：6222,,,\n\n交易日期,流水号,金额,摘要\n";
  const BankStatement made = must(read_bank_statement_csv(
      head + "\t\"20261008\"\t,\t\"6222020000000001\"\t,\"¥1,234.50\",还款 L-1\n" +
          "20261008,=\"0001\",(50.00),退款\n" + "20261009,\t0002,￥ 7.00元,　还款　\n" +
          "20261009,0003,--,空\n" + "合计,,1191.50,\n本页结束\n",
      "b.csv", form));
  REQUIRE(made.lines.size() == 3);
  CHECK(text(made.lines[0]) == "2026-10-08 123450 6222020000000001 [还款 L-1]");
  CHECK(text(made.lines[1]) == "2026-10-08 -5000 0001 [退款]");
  CHECK(text(made.lines[2]) == "2026-10-09 700 0002 [还款]");
  CHECK(made.left_out == 1);
  CHECK(made.lines[2].place == 6);
  const auto wrong = read_bank_statement_csv(head + "20261008,0001,1.234.50,x\n", "b.csv", form);
  REQUIRE_FALSE(wrong);
  CHECK(to_text(wrong.error()).starts_with("b.csv:4:3: "));
}

}  // namespace
