// Lines of a statement against entries of a book, and what becomes of them.

#include <deque>

#include "loanbook/ledger/reconciliation/matching.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/money.hpp"
#include "tables.hpp"

namespace loanbook::specs {
namespace {

/// `2026-10-01 A 100.00`, `-` for no reference; ` x2`: payments in a line.
struct Item {
  money::Day day{};
  std::string reference;
  std::int64_t minor = 0;
  std::uint32_t count = 0;
};

std::vector<std::string> split(std::string_view text, std::string_view by) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(by), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + by.size(), text.size()));
  }
  return parts;
}

std::vector<Item> items_of(const Bench& bench, const Table& table, const TableRow& row,
                           std::string_view column) {
  std::vector<Item> items;
  for (const std::string& each : split(table.text(row, column), "; ")) {
    const std::vector<std::string> words = split(each, " ");
    if (words.size() < 3 || words.size() > 4)
      throw Failure{row.line, each + ": write `2026-10-01 A 100.00`"};
    Item& item = items.emplace_back();
    const auto day = money::parse_day(words[0]);
    const auto amount = money::Money::parse(words[2], bench.currency());
    if (!day) throw Failure{row.line, day.error().message};
    if (!amount) throw Failure{row.line, amount.error().message};
    item.day = *day;
    if (words[1] != "-") item.reference = words[1];
    item.minor = amount->minor();
    if (words.size() == 4) {
      const auto count = money::parse_decimal(std::string_view(words[3]).substr(1), 0);
      if (!count || words[3].front() != 'x') throw Failure{row.line, words[3] + ": write `x2`"};
      item.count = static_cast<std::uint32_t>(*count);
    }
  }
  return items;
}

/// Every rule once, a day before and three days after, as examples/reconciliation/bank.toml has
/// them.
ledger::MatchRules rules_of(const Bench& bench, const Table& table, const TableRow& row) {
  using ledger::MatchBy;
  ledger::MatchRules rules;
  std::int64_t tolerance = 0;
  if (!table.text(row, "tolerance").empty())
    tolerance = amount_cell(bench, table, row, "tolerance");
  for (const MatchBy by : {MatchBy::reference, MatchBy::part, MatchBy::group, MatchBy::loan,
                           MatchBy::amount, MatchBy::sum})
    rules.rules.push_back(
        {.by = by, .days_before = 1, .days_after = 3, .tolerance_minor = tolerance});
  rules.tolerance_total_minor = tolerance;
  return rules;
}

}  // namespace

void check_matchings(const Bench& bench, Table& table) {
  for (TableRow& row : table.rows) {
    const std::vector<Item> bank = items_of(bench, table, row, "bank");
    const std::vector<Item> book = items_of(bench, table, row, "book");
    std::vector<ledger::BankLine> lines;
    for (const Item& item : bank)
      lines.push_back({.place = lines.size() + 1,
                       .booked = item.day,
                       .valued = item.day,
                       .minor = item.minor,
                       .reference = item.reference,
                       .count = item.count});
    std::vector<ledger::SettlementMovement> movements;
    for (const Item& item : book)
      movements.push_back({.sequence = movements.size() + 1,
                           .minor = item.minor,
                           .valued = item.day,
                           .booked = item.day,
                           .reference = item.reference});
    const ledger::MatchRules rules = rules_of(bench, table, row);
    const ledger::Matching found = ledger::match({.lines = lines,
                                                  .movements = movements,
                                                  .rules = rules,
                                                  .to = day_cell(table, row, "until")});
    std::string outcomes;
    const auto add = [&](ledger::Outcome outcome) {
      if (!outcomes.empty()) outcomes += "; ";
      outcomes += ledger::to_text(outcome);
    };
    std::int64_t difference = 0;
    for (std::size_t i = 0; i < found.matched.size(); ++i) add(ledger::Outcome::matched);
    for (const ledger::Finding& finding : found.findings) {
      add(finding.outcome);
      difference += finding.difference;
    }
    table.expect(row, "becomes", outcomes);
    table.expect(row, "difference", bench.text(difference));
  }
}

}  // namespace loanbook::specs
