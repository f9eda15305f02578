#include "loanbook/interchange/text_journal.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "loanbook/money/day.hpp"

namespace {

using namespace loanbook;
using interchange::AccountClass;
using interchange::GlEntry;
using interchange::GlLine;
using interchange::JournalForm;

GlLine asset(const char* code, const char* name, money::Int128 minor) {
  return {code, name, AccountClass::asset, false, "CNY", 2, minor};
}
GlLine settlement(money::Int128 minor) {
  return {"1010", "Settlement", AccountClass::asset, true, "CNY", 2, minor};
}
GlLine income(const char* currency, unsigned digits, money::Int128 minor) {
  return {"6010", "Interest income", AccountClass::income, false, currency, digits, minor};
}

GlEntry entry(std::uint64_t sequence, const char* kind, const char* loan,
              std::vector<GlLine> lines) {
  const money::Day day = money::parse_day("2026-01-15").value();
  return {sequence, day, day, kind, loan, kind, "", std::move(lines)};
}

std::vector<GlEntry> sample() {
  std::vector<GlEntry> entries = {
      entry(2, "open_disburse", "L1",
            {asset("1310", "Loans, principal", 100000), settlement(-100000)}),
      entry(3, "open_disburse", "L2;\n|x", {asset("13", "Loans;  (odd)", 5), settlement(-5)}),
      entry(4, "day_closed", "",
            {asset("1410", "Interest accrued, not due", 1240),
             {"1410", "Interest accrued, not due", AccountClass::asset, false, "JPY", 0, 7},
             income("CNY", 2, -1240),
             income("JPY", 0, -7)}),
  };
  entries[1].value_date = money::parse_day("2026-01-10").value();
  return entries;
}

std::string journal_of(JournalForm form, const std::vector<GlEntry>& entries) {
  std::string out;
  interchange::TextJournal journal{form, [&](std::string_view part) { out += part; }};
  for (const GlEntry& each : entries) journal.entry(each);
  journal.finish();
  return out;
}

TEST_CASE("entries become transactions of a journal for hledger", "[journal]") {
  CHECK(journal_of(JournalForm::hledger, sample()) ==
        "; Debits are positive. Codes are the sequence numbers of the entries.\n"
        "\n"
        "account 1310 Loans, principal  ; type:A\n"
        "commodity CNY 1000.00\n"
        "account 1010 Settlement  ; type:C\n"
        "\n"
        "2026-01-15 (2) open_disburse L1\n"
        "    1310 Loans, principal  CNY 1000.00\n"
        "    1010 Settlement  CNY -1000.00\n"
        "\n"
        "account 13 Loans odd  ; type:A\n"
        "\n"
        "2026-01-15 (3) open_disburse L2 x  ; value date 2026-01-10\n"
        "    13 Loans odd  CNY 0.05\n"
        "    1010 Settlement  CNY -0.05\n"
        "\n"
        "account 1410 Interest accrued, not due  ; type:A\n"
        "commodity JPY 1000.\n"
        "account 6010 Interest income  ; type:R\n"
        "\n"
        "2026-01-15 (4) day_closed\n"
        "    1410 Interest accrued, not due  CNY 12.40\n"
        "    1410 Interest accrued, not due  JPY 7\n"
        "    6010 Interest income  CNY -12.40\n"
        "    6010 Interest income  JPY -7\n"
        "\n");
}

TEST_CASE("beancount's accounts name their class and are opened with their currencies",
          "[journal]") {
  CHECK(journal_of(JournalForm::beancount, sample()) ==
        "; Debits are positive. Codes are the sequence numbers of the entries.\n"
        "option \"title\" \"loanbook\"\n"
        "option \"inferred_tolerance_multiplier\" \"0\"\n"
        "\n"
        "2026-01-15 * \"L1\" \"open_disburse\"\n"
        "  entry: 2\n"
        "  Assets:1310-Loans-principal  1000.00 CNY\n"
        "  Assets:1010-Settlement  -1000.00 CNY\n"
        "\n"
        "2026-01-15 * \"L2 x\" \"open_disburse\"\n"
        "  entry: 3\n"
        "  value-date: 2026-01-10\n"
        "  Assets:13-Loans-odd  0.05 CNY\n"
        "  Assets:1010-Settlement  -0.05 CNY\n"
        "\n"
        "2026-01-15 * \"\" \"day_closed\"\n"
        "  entry: 4\n"
        "  Assets:1410-Interest-accrued-not-due  12.40 CNY\n"
        "  Assets:1410-Interest-accrued-not-due  7 JPY\n"
        "  Income:6010-Interest-income  -12.40 CNY\n"
        "  Income:6010-Interest-income  -7 JPY\n"
        "\n"
        "2026-01-15 open Assets:1010-Settlement CNY\n"
        "2026-01-16 balance Assets:1010-Settlement  -1000.05 ~ 0 CNY\n"
        "2026-01-15 open Assets:13-Loans-odd CNY\n"
        "2026-01-16 balance Assets:13-Loans-odd  0.05 ~ 0 CNY\n"
        "2026-01-15 open Assets:1310-Loans-principal CNY\n"
        "2026-01-16 balance Assets:1310-Loans-principal  1000.00 ~ 0 CNY\n"
        "2026-01-15 open Assets:1410-Interest-accrued-not-due CNY,JPY\n"
        "2026-01-16 balance Assets:1410-Interest-accrued-not-due  12.40 ~ 0 CNY\n"
        "2026-01-16 balance Assets:1410-Interest-accrued-not-due  7 ~ 0 JPY\n"
        "2026-01-15 open Income:6010-Interest-income CNY,JPY\n"
        "2026-01-16 balance Income:6010-Interest-income  -12.40 ~ 0 CNY\n"
        "2026-01-16 balance Income:6010-Interest-income  -7 ~ 0 JPY\n");
}

TEST_CASE("the programs accept their journals", "[journal]") {
  struct Row {
    const char* name;
    JournalForm form;
    const char* there;
    const char* check;
  };
  const Row rows[] = {
      {"hledger", JournalForm::hledger, "hledger --version", "hledger check -s -f "},
      {"ledger", JournalForm::ledger, "ledger --version", "ledger --pedantic bal -f "},
      {"beancount", JournalForm::beancount, "bean-check --version", "bean-check "},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      if (std::system((std::string(row.there) + " > /dev/null 2>&1").c_str()) != 0) {
        WARN(row.name << " is not installed: skipped");
        continue;
      }
      const auto path = std::filesystem::temp_directory_path() /
                        ("loanbook-journal-" + std::to_string(std::rand()) + "." + row.name);
      std::ofstream{path} << journal_of(row.form, sample());
      CHECK(std::system((row.check + path.string() + " > /dev/null").c_str()) == 0);
      std::filesystem::remove(path);
    }
  }
}

TEST_CASE("every role has a class, and what is earned or lost is no asset", "[journal]") {
  using ledger::Role;
  CHECK(ledger::class_of(Role::principal) == AccountClass::asset);
  CHECK(ledger::class_of(Role::overpayment) == AccountClass::liability);
  for (std::size_t i = 0; i < ledger::role_count; ++i) {
    const auto role = static_cast<Role>(i);
    const std::string name{to_text(role)};
    const auto ends = [&](const char* word) { return name.ends_with(word); };
    CAPTURE(name);
    if (ends("_income")) CHECK(ledger::class_of(role) == AccountClass::income);
    if (ends("_expense") || ends("_loss"))
      CHECK(ledger::class_of(role) == AccountClass::expense);
    if (ends("_receivable")) CHECK(ledger::class_of(role) == AccountClass::asset);
  }
}

}  // namespace
