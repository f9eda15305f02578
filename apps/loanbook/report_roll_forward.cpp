// Roll-forward: opening balance + movements by kind of event = closing balance.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

// Rows are ordered: opening first, closing last, kinds by name between.
enum class Place : std::uint8_t { opening, movement, closing };
using Key = std::tuple<std::string, std::string, Place, std::string>;  // currency, product, ...

struct Amount {
  std::uint8_t digits = 2;
  money::Int128 minor = 0;
};

class RollForward {
 public:
  explicit RollForward(std::vector<ledger::Role> roles) : roles_(std::move(roles)) {}

  void balance(Place place, const ledger::GlBalance& row) {
    if (!concerns(row.role)) return;
    add(row.currency, row.product, row.digits, place,
        place == Place::opening ? "opening" : "closing", row.minor);
  }
  void entry(const ledger::GlEntry& entry) {
    for (const auto& posting : entry.postings) {
      if (!concerns(posting.role) || posting.reclassified) continue;
      std::string item(ledger::to_text(entry.kind));
      if (posting.consequence) item += ", consequences";
      add(posting.currency, posting.product, posting.digits, Place::movement, item, posting.minor);
    }
  }
  /// Restated: what accrued and what was corrected is what own steps by value date leave open.
  void add_rest() {
    std::map<std::pair<std::string, std::string>, Amount> rest;
    for (const auto& [key, amount] : amounts_) {
      auto& of = rest[{std::get<0>(key), std::get<1>(key)}];
      of.digits = amount.digits;
      of.minor += std::get<2>(key) == Place::closing ? amount.minor : -amount.minor;
    }
    for (const auto& [key, of] : rest)
      add(key.first, key.second, of.digits, Place::movement, "nights and corrections", of.minor);
  }
  /// True where opening and movements give the closing balance everywhere.
  [[nodiscard]] bool adds_up() const {
    std::map<std::pair<std::string, std::string>, money::Int128> sums;
    for (const auto& [key, amount] : amounts_)
      sums[{std::get<0>(key), std::get<1>(key)}] +=
          std::get<2>(key) == Place::closing ? -amount.minor : amount.minor;
    for (const auto& [key, sum] : sums)
      if (sum != 0) return false;
    return true;
  }
  [[nodiscard]] std::vector<Row> rows() const {
    std::vector<Row> rows;
    for (const auto& [key, amount] : amounts_) {
      const auto& [currency, product, place, item] = key;
      if (place == Place::movement && amount.minor == 0) continue;
      rows.push_back({{product, currency, item, minor_text(amount.minor, amount.digits)}});
    }
    add_totals(rows);
    return rows;
  }

 private:
  /// All products of a currency, where there are several.
  void add_totals(std::vector<Row>& rows) const {
    std::map<std::string, std::set<std::string>> products;
    std::map<std::tuple<std::string, Place, std::string>, Amount> totals;
    for (const auto& [key, amount] : amounts_) {
      const auto& [currency, product, place, item] = key;
      products[currency].insert(product);
      auto& total = totals[{currency, place, item}];
      total.digits = amount.digits;
      total.minor += amount.minor;
    }
    for (const auto& [key, total] : totals) {
      const auto& [currency, place, item] = key;
      if (products[currency].size() < 2 || (place == Place::movement && total.minor == 0)) continue;
      rows.push_back(
          {{"total", currency, item, minor_text(total.minor, total.digits)}, RowMark::total});
    }
  }
  [[nodiscard]] bool concerns(ledger::Role role) const {
    return std::find(roles_.begin(), roles_.end(), role) != roles_.end();
  }
  void add(const std::string& currency, const std::string& product, std::uint8_t digits,
           Place place, const std::string& item, money::Int128 minor) {
    // Every product shows both ends, zero or not.
    for (const auto& [end, name] :
         {std::pair{Place::opening, "opening"}, std::pair{Place::closing, "closing"}})
      amounts_[{currency, product, end, name}].digits = digits;
    auto& amount = amounts_[{currency, product, place, item}];
    amount.digits = digits;
    amount.minor += minor;
  }
  std::vector<ledger::Role> roles_;
  std::map<Key, Amount> amounts_;
};

Status roll_forward(ReportRun& run) {
  const std::string& figure = run.arguments().subject;
  const auto roles = ledger::roles_of_figure(figure);
  if (roles.empty()) {
    return Error{.id = "cli.figure_unknown",
                 .message = fmt::format("'{}' is no figure: use principal, interest or an account "
                                        "role such as penalty_receivable",
                                        figure)};
  }
  const auto range = run.range();
  if (!range) return range.error();
  RollForward figures(roles);
  const auto opening = run.balances(range->before);
  if (!opening) return opening.error();
  for (const auto& row : *opening) figures.balance(Place::opening, row);
  const Status read = run.entries(*range, [&](const ledger::GlEntry& entry) {
    figures.entry(entry);
    return true;
  });
  if (!read) return read;
  const auto closing = run.balances(range->end);
  if (!closing) return closing.error();
  for (const auto& row : *closing) figures.balance(Place::closing, row);
  if (range->end.valued) figures.add_rest();
  Report report;
  report.title = {fmt::format("Roll-forward of {}, {}", figure, range->words)};
  report.columns = {{"product", "Product"},
                    {"currency", "Currency"},
                    {"item", "Item"},
                    {"amount", "Amount", ColumnKind::amount}};
  report.rows = figures.rows();
  const bool adds_up = figures.adds_up();
  report.notes = {adds_up ? "Opening and movements give the closing balance."
                          : "OPENING AND MOVEMENTS DO NOT GIVE THE CLOSING BALANCE: run verify."};
  if (!adds_up) run.fail_with(exit_code::damaged);
  run.print(std::move(report), range->end.through);
  return money::ok();
}

}  // namespace

const ReportRule roll_forward_rule{
    .name = "roll-forward",
    .help = "Opening balance + movements by kind = closing balance",
    .example = "loanbook roll-forward principal --from 2026-01-01 --to 2026-01-31",
    .options = takes_range,
    .subject = "FIGURE",
    .subject_help = "principal, interest, or an account role",
    .run = roll_forward};

}  // namespace loanbook::apps
