#include "loanbook/interchange/bank_statement.hpp"

#include <iconv.h>

#include <catch2/catch.hpp>

#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/reconciliation_toml.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

const std::string examples = LOANBOOK_SOURCE_DIR "/examples/";

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().id + ": " + to_text(result.error()));
  return *std::move(result);
}

ReconciliationRules rules(const char* name) {
  const std::string path = examples + "reconciliation/" + name;
  return must(read_reconciliation_rules(must(read_file(path)), path));
}
std::string sample(const char* name) { return must(read_file(examples + "statements/" + name)); }

/// `2026-10-08 110016 -165 PAY-1 B-1 [text] x2 returned`.
std::string text(const ledger::BankLine& line) {
  std::string out = money::to_text(line.valued) + " " + std::to_string(line.minor);
  if (line.fee_minor != 0) out += " fee " + std::to_string(line.fee_minor);
  out += " " + std::string(line.reference) + " " + std::string(line.bank_reference);
  if (!line.text.empty()) out += " [" + std::string(line.text) + "]";
  if (line.count != 0) out += " x" + std::to_string(line.count);
  if (line.returned) out += " returned";
  return out;
}
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("the samples of channels read as their rules say", "[statement]") {
  const BankStatement alipay = must(
      read_bank_statement_csv(sample("alipay-2026-10-08.csv"), "a.csv", rules("alipay.toml").form));
  REQUIRE(alipay.lines.size() == 3);
  CHECK(text(alipay.lines[0]) == "2026-10-08 110016 fee 165 PAY-1001 2026100822001 [还款 L-1]");
  CHECK(text(alipay.lines[2]) ==
        "2026-10-08 -50000 fee -75 PAY-1002 2026100822003 [还款 L-2] returned");
  CHECK(alipay.lines[0].place == 6);
  const BankStatement wechat = must(
      read_bank_statement_csv(sample("wechat-2026-10-08.csv"), "w.csv", rules("wechat.toml").form));
  REQUIRE(wechat.lines.size() == 3);
  CHECK(text(wechat.lines[1]) == "2026-10-08 8050 fee 48 PAY-2002 4200002 [还款]");
  CHECK(text(wechat.lines[2]) == "2026-10-08 -30000 fee -180 PAY-2001 4200003 [还款] returned");
}

TEST_CASE("a balance after each line proves that none is missing", "[statement]") {
  const BankStatementForm form = rules("bank-csv.toml").form;
  const std::string file = sample("bank-2026-10-08.csv");
  const BankStatement bank = must(read_bank_statement_csv(file, "b.csv", form));
  REQUIRE(bank.lines.size() == 3);
  CHECK(text(bank.lines[1]) == "2026-10-07 25000  T0002 [repayment; loan L-3]");
  CHECK(text(bank.lines[2]) == "2026-10-09 -5000 PAY-3003 T0003 [returned]");
  CHECK(bank.opening == 10'000'00);
  CHECK(bank.closing == 11'300'16);
  CHECK(money::to_text(bank.from) == "2026-10-08");
  CHECK(money::to_text(bank.to) == "2026-10-09");
  const auto cut = read_bank_statement_csv(
      replaced(file, "08.10.2026;07.10.2026;250,00;;11.350,16;;T0002;\"repayment; loan L-3\"\n",
               ""),
      "b.csv", form);
  REQUIRE_FALSE(cut);
  CHECK(cut.error().id == "statement.balance");
  CHECK(to_text(cut.error()).starts_with("b.csv:4:5: "));
}

TEST_CASE("GBK files read like UTF-8 ones", "[statement]") {
  std::string utf8 = sample("alipay-2026-10-08.csv");
  std::string gbk(utf8.size() * 2, '\0');
  const iconv_t converter = iconv_open("GBK", "UTF-8");
  char* from = utf8.data();
  char* to = gbk.data();
  std::size_t from_left = utf8.size();
  std::size_t to_left = gbk.size();
  REQUIRE(iconv(converter, &from, &from_left, &to, &to_left) != std::size_t(-1));
  iconv_close(converter);
  gbk.resize(gbk.size() - to_left);
  BankStatementForm form = rules("alipay.toml").form;
  const auto misread = read_bank_statement_csv(gbk, "a.csv", form);
  REQUIRE_FALSE(misread);
  CHECK(misread.error().id == "statement.encoding");
  form.encoding = Encoding::gbk;
  CHECK(text(must(read_bank_statement_csv(gbk, "a.csv", form)).lines[0]) ==
        "2026-10-08 110016 fee 165 PAY-1001 2026100822001 [还款 L-1]");
}

TEST_CASE("what a row gets wrong is said with its place", "[statement]") {
  const BankStatementForm form = rules("bank-csv.toml").form;
  const std::string file = sample("bank-2026-10-08.csv");
  struct Row {
    const char* from;
    const char* to;
    const char* id;
    const char* place;
  };
  const Row rows[] = {
      {"08.10.2026;08.10.2026;1", "8/10/26;08.10.2026;1", "statement.bad_date", "b.csv:3:1: "},
      {"1.100,16", "1.100,167", "decimal.too_many_digits", "b.csv:3:3: "},
      {"\"repayment; loan L-3\"", "\"repayment", "statement.bad_row", "b.csv:4: "},
      {"Value date", "Valued", "statement.missing_column", "b.csv:2: "},
      {"Booked", "Gebucht", "statement.no_header", "b.csv:1: "}};
  for (const Row& row : rows) DYNAMIC_SECTION(row.id) {
      const auto wrong = read_bank_statement_csv(replaced(file, row.from, row.to), "b.csv", form);
      REQUIRE_FALSE(wrong);
      CHECK(wrong.error().id == row.id);
      CHECK_THAT(to_text(wrong.error()), Catch::StartsWith(row.place));
    }
}

TEST_CASE("camt.053: batches, returns, balances, whatever the version and prefix", "[statement]") {
  const std::string file = sample("bank-2026-10.xml");
  const auto check = [](const std::string& content) {
    const std::vector<BankStatement> all = must(read_camt053(content, "s.xml"));
    REQUIRE(all.size() == 1);
    const BankStatement& statement = all.front();
    CHECK(statement.account == "DE75512108001245126199");
    CHECK(statement.id == "S-2026-10");
    CHECK(money::to_text(statement.from) == "2026-10-01");
    CHECK(money::to_text(statement.to) == "2026-10-31");
    CHECK(statement.opening == 10'000'00);
    CHECK(statement.closing == 11'950'16);
    CHECK(statement.left_out == 1);
    REQUIRE(statement.lines.size() == 4);
    CHECK(text(statement.lines[0]) == "2026-10-08 110016 PAY-1001 B-1 [repayment L-1]");
    CHECK(text(statement.lines[1]) == "2026-10-09 50000 PAY-1002 B-2");
    CHECK(text(statement.lines[2]) == "2026-10-09 40000  B-2 [loan L-3 October]");
    CHECK(text(statement.lines[3]) == "2026-10-12 -5000 PAY-0990 B-3 [AC04] returned");
    CHECK(statement.lines[0].place == 11);
  };
  check(file);
  std::string prefixed;
  for (std::size_t i = 0; i < file.size(); ++i) {
    prefixed += file[i];
    if (file[i] != '<' || file[i + 1] == '?') continue;
    if (file[i + 1] == '/') prefixed += file[++i];
    prefixed += "n:";
  }
  check(replaced(prefixed, "xmlns=", "xmlns:n="));
  // Version 2 writes the status as plain text and the amount of a payment deeper.
  std::string old = replaced(file, "camt.053.001.08", "camt.053.001.02");
  for (std::size_t at = 0; (at = old.find("<Sts><Cd>", at)) != std::string::npos;)
    old.replace(at, 9, "<Sts>");
  for (std::size_t at = 0; (at = old.find("</Cd></Sts>", at)) != std::string::npos;)
    old.replace(at, 11, "</Sts>");
  old = replaced(old, "<Amt Ccy=\"CNY\">500.00</Amt>",
                 "<AmtDtls><TxAmt><Amt Ccy=\"CNY\">500.00</Amt></TxAmt></AmtDtls>");
  check(old);
}

TEST_CASE("a camt.053 that does not add up is refused at its place", "[statement]") {
  const std::string file = sample("bank-2026-10.xml");
  struct Row {
    const char* from;
    const char* to;
    const char* id;
    const char* place;
  };
  const Row rows[] = {
      {"11950.16", "11950.17", "statement.balance", "s.xml:5: "},
      {">400.00<", ">401.00<", "statement.batch_sum", "s.xml:16: "},
      {">1100.16<", ">1,100.16<", "decimal.malformed", "s.xml:12: "},
      {"<BkToCstmrStmt>", "<Wrong>", "statement.not_camt", "s.xml:"},
      {"BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "statement.not_camt", "s.xml:"},
      {"2026-10-08</Dt></BookgDt>", "8 Oct</Dt></BookgDt>", "statement.bad_date", "s.xml:13: "}};
  for (const Row& row : rows) DYNAMIC_SECTION(row.to) {
      const auto wrong = read_camt053(replaced(file, row.from, row.to), "s.xml");
      REQUIRE_FALSE(wrong);
      CHECK(wrong.error().id == row.id);
      CHECK_THAT(to_text(wrong.error()), Catch::StartsWith(row.place));
    }
}

TEST_CASE("wrong rules are refused with line and what to write", "[statement]") {
  const std::string good = must(read_file(examples + "reconciliation/bank-csv.toml"));
  struct Row {
    const char* from;
    const char* to;
    const char* id;
  };
  const Row rows[] = {{"by = \"loan\"", "by = \"lone\"", "rules.bad_value"},
                      {"decimal = \",\"", "decimals = \",\"", "rules.unknown_key"},
                      {"booked = \"Booked\"", "", "rules.missing_key"},
                      {"days_after = 3", "days_after = \"3\"", "rules.wrong_type"},
                      {"currency = \"CNY\"", "currency = \"Yuan\"", "currency.unknown"},
                      {"separator = \";\"", "separator = \";;\"", "rules.bad_value"},
                      {"[match]", "[match", "rules.malformed"}};
  for (const Row& row : rows) DYNAMIC_SECTION(row.to) {
      const auto wrong = read_reconciliation_rules(replaced(good, row.from, row.to), "r.toml");
      REQUIRE_FALSE(wrong);
      CHECK(wrong.error().id == row.id);
      CHECK(wrong.error().line > 0);
    }
  CHECK(rules("bank.toml").match.rules.size() == 6);
}

}  // namespace
