// Pages of one camt.053 statement that come in several files.

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "loanbook/interchange/bank_statement.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;

std::string line(const char* amount, const char* bank_reference) {
  return fmt::format(
      "<Ntry><Amt Ccy=\"CNY\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
      "<BookgDt><Dt>2026-10-08</Dt></BookgDt><AcctSvcrRef>{}</AcctSvcrRef></Ntry>",
      amount, bank_reference);
}

std::string balance(const char* code, const char* amount) {
  return fmt::format(
      "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{}</Amt>"
      "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-10-08</Dt></Dt></Bal>",
      code, amount);
}

/// As read of a file of its own.
BankStatement page(unsigned number, bool last, const std::string& content,
                   const char* file = nullptr, const char* id = "S-8") {
  const std::string text = fmt::format(
      "<Document><BkToCstmrStmt><Stmt><Id>{}</Id><StmtPgntn><PgNb>{}</PgNb><LastPgInd>{}"
      "</LastPgInd></StmtPgntn><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>CNY</Ccy></Acct>{}"
      "</Stmt></BkToCstmrStmt></Document>",
      id, number, last, content);
  auto read = read_camt053(text, "s.xml");
  if (!read) FAIL(read.error().message);
  REQUIRE(read->size() == 1);
  read->front().files = {file != nullptr ? file : fmt::format("p{}.xml", number)};
  return std::move(read->front());
}

BankStatement first() {
  return page(1, false,
              balance("OPBD", "100.00") + balance("ITBD", "130.00") + line("10.00", "B1") +
                  line("20.00", "B2"));
}
BankStatement second() {
  return page(2, false, balance("ITBD", "130.00") + balance("ITBD", "133.00") + line("3.00", "B3"));
}
BankStatement third() {
  return page(3, true, balance("ITBD", "133.00") + balance("CLBD", "140.00") + line("7.00", "B4"));
}

std::string references(const BankStatement& statement) {
  std::string all;
  for (const auto& each : statement.lines) all += std::string(each.bank_reference) + " ";
  return all;
}

TEST_CASE("pages of a statement join in the order of their numbers", "[statement]") {
  const BankStatement other = page(1, true, balance("OPBD", "5.00"), "other.xml", "S-9");
  CHECK(other.page == 0);  // one of one
  auto joined = join_pages({third(), other, first(), second()});
  if (!joined) FAIL(joined.error().message);
  REQUIRE(joined->size() == 2);
  const BankStatement& whole = joined->front();
  CHECK(references(whole) == "B1 B2 B3 B4 ");
  CHECK(whole.opening == 100'00);
  CHECK(whole.closing == 140'00);
  CHECK_FALSE(whole.more_follows);
  CHECK(whole.files == std::vector<std::string>{"p1.xml", "p2.xml", "p3.xml"});
  CHECK(whole.repeated == 0);
  CHECK(joined->back().id == "S-9");
}

TEST_CASE("a page that came twice counts once", "[statement]") {
  const auto joined = join_pages({first(), second(), second(), first(), third()});
  if (!joined) FAIL(joined.error().message);
  REQUIRE(joined->size() == 1);
  CHECK(references(joined->front()) == "B1 B2 B3 B4 ");
  CHECK(joined->front().files.size() == 3);

  const auto changed = join_pages(
      {first(), second(), page(2, false, balance("ITBD", "130.00") + line("9.00", "B9"))});
  REQUIRE_FALSE(changed);
  CHECK(changed.error().id == "statement.page_twice");
}

TEST_CASE("a page may repeat the last lines of the one before", "[statement]") {
  SECTION("its balance says so") {
    const auto joined =
        join_pages({first(), page(2, true,
                                  balance("ITBD", "110.00") + balance("CLBD", "133.00") +
                                      line("20.00", "B2") + line("3.00", "B3"))});
    if (!joined) FAIL(joined.error().message);
    CHECK(references(joined->front()) == "B1 B2 B3 ");
    CHECK(joined->front().repeated == 1);
    CHECK(joined->front().closing == 133'00);
  }
  SECTION("without balances the bank's reference does") {
    const auto joined = join_pages({page(1, false, line("20.00", "B2")),
                                    page(2, true, line("20.00", "B2") + line("20.00", "B5"))});
    if (!joined) FAIL(joined.error().message);
    CHECK(references(joined->front()) == "B2 B5 ");
  }
  SECTION("where the balances go on, the same line twice is money twice") {
    const auto joined =
        join_pages({first(), page(2, true,
                                  balance("ITBD", "130.00") + balance("CLBD", "150.00") +
                                      line("20.00", "B2"))});
    if (!joined) FAIL(joined.error().message);
    CHECK(references(joined->front()) == "B1 B2 B2 ");
  }
}

TEST_CASE("pages that do not go on from each other are refused", "[statement]") {
  const auto gap = join_pages({first(), third()});
  REQUIRE_FALSE(gap);
  CHECK(gap.error().id == "statement.page_missing");
  CHECK(gap.error().file == "p3.xml");
  CHECK(gap.error().message.find("page 2 is in no file") != std::string::npos);
  const auto jump = join_pages({first(), page(2, true, balance("ITBD", "131.00"))});
  REQUIRE_FALSE(jump);
  CHECK(jump.error().id == "statement.balance");
  CHECK(jump.error().message.find("ends with 130.00, this one begins with 131.00") !=
        std::string::npos);
  // One page alone stays one, and says that more follow.
  const auto alone = join_pages({first()});
  REQUIRE(alone);
  CHECK(alone->front().more_follows);
}

}  // namespace
