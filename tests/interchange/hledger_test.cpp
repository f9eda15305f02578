#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "loanbook/interchange/hledger_journal.hpp"
#include "loanbook/money/day.hpp"

namespace {

using namespace loanbook;
using interchange::HledgerJournal;
using ledger::EntryView;
using ledger::Role;

EntryView entry(std::uint64_t sequence, const char* kind, const char* loan,
                std::vector<ledger::Movement> movements) {
  EntryView view;
  view.receipt.sequence = sequence;
  view.receipt.kind = kind;
  view.receipt.loan = loan;
  view.receipt.currency = "CNY";
  view.receipt.booking_date = money::parse_day("2026-01-15").value();
  view.receipt.value_date = view.receipt.booking_date;
  view.receipt.movements = std::move(movements);
  return view;
}

std::string journal_of(const std::vector<EntryView>& entries) {
  std::string out;
  HledgerJournal journal{
      [&](std::string_view part) { out += part; },
      [](const std::string& product, Role role) {
        if (product == "odd" && role == Role::principal) {
          return ledger::AccountCode{"13", "Loans;  (odd)"};
        }
        const auto account = ledger::default_account(role);
        return ledger::AccountCode{std::string(account.code), std::string(account.name)};
      },
      [](const std::string& loan) { return loan == "L2" ? "odd" : "level"; }};
  for (const EntryView& each : entries) journal.entry(each);
  return out;
}

std::vector<EntryView> sample() {
  std::vector<EntryView> entries = {
      entry(1, "product_published", "", {}),
      entry(2, "open_disburse", "L1",
            {{Role::principal, false, 100000}, {Role::settlement, false, -100000}}),
      entry(3, "open_disburse", "L2;\n|x",
            {{Role::principal, false, 5}, {Role::settlement, false, -5}}),
      entry(4, "day_closed", "", {}),
  };
  entries[2].receipt.value_date = money::parse_day("2026-01-10").value();
  entries[3].totals = {{"level", "CNY", 2, Role::interest_accrued, 1234},
                       {"level", "CNY", 2, Role::interest_income, -1234},
                       {"other", "CNY", 2, Role::interest_accrued, 6},
                       {"other", "CNY", 2, Role::interest_income, -6},
                       {"yen", "JPY", 0, Role::interest_accrued, 7},
                       {"yen", "JPY", 0, Role::interest_income, -7}};
  return entries;
}

TEST_CASE("entries become transactions of a journal", "[hledger]") {
  CHECK(journal_of(sample()) ==
        "; Debits are positive. Codes are the sequence numbers of the entries.\n"
        "\n"
        "commodity CNY 1000.00\n"
        "account 1310 Loans, principal  ; type:A\n"
        "account 1010 Settlement  ; type:C\n"
        "\n"
        "2026-01-15 (2) open_disburse L1\n"
        "    1310 Loans, principal  CNY 1000.00\n"
        "    1010 Settlement  CNY -1000.00\n"
        "\n"
        "2026-01-15 (3) open_disburse L2 x  ; value date 2026-01-10\n"
        "    1310 Loans, principal  CNY 0.05\n"
        "    1010 Settlement  CNY -0.05\n"
        "\n"
        "account 1410 Interest accrued, not due  ; type:A\n"
        "account 6010 Interest income  ; type:R\n"
        "commodity JPY 1000.\n"
        "\n"
        "2026-01-15 (4) day_closed\n"
        "    1410 Interest accrued, not due  CNY 12.40\n"
        "    1410 Interest accrued, not due  JPY 7\n"
        "    6010 Interest income  CNY -12.40\n"
        "    6010 Interest income  JPY -7\n"
        "\n");
}

TEST_CASE("names from a product cannot break a journal", "[hledger]") {
  const std::string journal = journal_of(
      {entry(1, "repay", "L2", {{Role::principal, false, 1}, {Role::settlement, false, -1}})});
  CHECK(journal.find("    13 Loans odd  CNY 0.01\n") != std::string::npos);
}

TEST_CASE("hledger accepts the journal and sums it alike", "[hledger]") {
  if (std::system("hledger --version > /dev/null 2>&1") != 0) {
    WARN("hledger is not installed: skipped");
    return;
  }
  const auto path = std::filesystem::temp_directory_path() /
                    ("loanbook-hledger-" + std::to_string(std::rand()) + ".journal");
  std::ofstream{path} << journal_of(sample());
  const std::string file = " -f " + path.string();
  CHECK(std::system(("hledger check" + file).c_str()) == 0);
  CHECK(std::system(("hledger check accounts commodities" + file).c_str()) == 0);
  std::string balances;
  FILE* pipe = popen(("hledger balance -N --flat -O csv" + file).c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 256> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) balances += line.data();
  pclose(pipe);
  std::filesystem::remove(path);
  CHECK(balances ==
        "\"account\",\"balance\"\n"
        "\"1310 Loans, principal\",\"CNY 1000.05\"\n"
        "\"1010 Settlement\",\"CNY -1000.05\"\n"
        "\"1410 Interest accrued, not due\",\"CNY 12.40, JPY 7\"\n"
        "\"6010 Interest income\",\"CNY -12.40, JPY -7\"\n");
}

}  // namespace
