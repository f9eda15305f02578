// A partner's settlement file against what it is owed by the book.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "commands.hpp"
#include "loanbook/interchange/csv.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/money.hpp"
#include "output.hpp"
#include "worklist.hpp"

namespace loanbook::apps {
namespace {

using ledger::BankLine;
using ledger::ExpectedItem;
using ledger::PartnerSettlementRow;

/// Figures of a settlement as `partners settle` names them.
constexpr std::array<std::string_view, 9> figures = {"disbursed",    "principal", "interest",
                                                     "penalty",      "fee",       "service_fee",
                                                     "compensation", "recovered", "net"};
constexpr std::size_t net = figures.size() - 1;
using Figures = std::array<std::int64_t, figures.size()>;

Figures figures_of(const PartnerSettlementRow& row) {
  return {row.disbursed,   row.principal,    row.interest,  row.penalty, row.fee,
          row.service_fee, row.compensation, row.recovered, row.net()};
}

/// The file, column by column.
struct Theirs {
  std::array<std::optional<std::size_t>, figures.size()> column{};
  std::map<std::string, std::pair<Figures, std::uint64_t>> loans;  ///< figures and line of the file
};

Result<std::map<std::string, std::string>> renamed(const std::vector<std::string>& pairs) {
  std::map<std::string, std::string> names;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{"import.bad_mapping", fmt::format("--map {}: write NAME=COLUMN", pair)};
    names[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return names;
}

Result<Theirs> read_theirs(std::string_view text, const ReconcilePartnerArguments& arguments,
                           money::Currency currency) {
  const auto names = renamed(arguments.map);
  if (!names) return names.error();
  auto reader = interchange::CsvReader::open(text, arguments.file);
  if (!reader) return reader.error();
  const auto name_of = [&](std::string_view name) {
    const auto found = names->find(std::string(name));
    return found == names->end() ? std::string(name) : found->second;
  };
  const auto loan = reader->require(name_of("loan"));
  if (!loan) return loan.error();
  Theirs theirs;
  bool any = false;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    theirs.column[i] = reader->find(name_of(figures[i]));
    any = any || theirs.column[i].has_value();
  }
  if (!any) return reader->require(name_of("net")).error();
  const auto currency_column = reader->find(name_of("currency"));
  for (;;) {
    const auto more = reader->next();
    if (!more) return more.error();
    if (!*more) return theirs;
    const std::string_view id = reader->field(*loan);
    if (id.empty()) continue;  // a row of totals
    if (currency_column && reader->field(*currency_column) != currency.text()) continue;
    auto& [amounts, line] = theirs.loans[std::string(id)];
    if (line != 0)
      return reader->place(
          {"import.duplicate_loan", fmt::format("the loan stands already on line {}", line)},
          *loan);
    line = reader->line();
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (!theirs.column[i]) continue;
      const auto amount = money::Money::parse(reader->field(*theirs.column[i]), currency);
      if (!amount) return reader->place(amount.error(), *theirs.column[i]);
      amounts[i] = amount->minor();
    }
  }
}

/// Both sides figure by figure; of a loan that only one side has, its net amount.
struct Sides {
  std::vector<std::string> texts;
  std::vector<BankLine> lines;
  std::vector<ExpectedItem> expected;
};

Sides sides_of(const Theirs& theirs, const std::map<std::string, Figures>& ours, Day day) {
  Sides sides;
  struct Draft {
    std::uint64_t place;
    std::int64_t minor;
  };
  std::vector<Draft> drafts;
  const auto say_theirs = [&](const std::string& loan, std::size_t i, const Figures& amounts,
                              std::uint64_t place) {
    sides.texts.push_back(loan + " " + std::string(figures[i]));
    drafts.push_back({place, amounts[i]});
  };
  const auto say_ours = [&](const std::string& loan, std::size_t i, const Figures& amounts) {
    sides.expected.push_back({loan + " " + std::string(figures[i]), loan, amounts[i]});
  };
  for (const auto& [loan, row] : theirs.loans) {
    const auto known = ours.find(loan);
    if (known == ours.end()) {
      say_theirs(loan, net, row.first, row.second);
      continue;
    }
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (!theirs.column[i] || (row.first[i] == 0 && known->second[i] == 0)) continue;
      say_theirs(loan, i, row.first, row.second);
      say_ours(loan, i, known->second);
    }
  }
  for (const auto& [loan, amounts] : ours)
    if (!theirs.loans.contains(loan)) say_ours(loan, net, amounts);
  for (std::size_t i = 0; i < drafts.size(); ++i)
    sides.lines.push_back({.place = drafts[i].place,
                           .booked = day,
                           .valued = day,
                           .minor = drafts[i].minor,
                           .reference = sides.texts[i]});
  return sides;
}

Result<ledger::MatchRules> rules_of(const ReconcilePartnerArguments& arguments,
                                    money::Currency currency) {
  ledger::MatchRules rules;
  rules.name = "partner";
  ledger::MatchRule rule{.by = ledger::MatchBy::reference, .days_before = 0, .days_after = 0};
  for (const auto& [text, minor] : {std::pair{&arguments.tolerance, &rule.tolerance_minor},
                                    {&arguments.tolerance_total, &rules.tolerance_total_minor}}) {
    if (text->empty()) continue;
    const auto amount = money::Money::parse(*text, currency);
    if (!amount) return amount.error();
    *minor = amount->minor();
  }
  rules.rules.push_back(rule);
  return rules;
}

}  // namespace

int run_reconcile_partner(const Context& context, const ReconcilePartnerArguments& arguments) {
  const auto date = optional_day(arguments.date, "--date");
  if (!date) return fail(date.error());
  const auto text = interchange::read_file(arguments.file);
  if (!text) return fail(text.error());
  const auto run = [&](Book& book) {
    const auto status = book.status();
    const Day day = date->value_or(status.closed_through);
    const auto settlement = book.partner_settlement(arguments.partner, day);
    if (!settlement) return fail(settlement.error());
    const auto currency =
        money::Currency::find(arguments.currency.empty() ? status.currency : arguments.currency);
    if (!currency) return fail(currency.error());
    const auto rules = rules_of(arguments, *currency);
    if (!rules) return fail(rules.error());
    const auto theirs = read_theirs(*text, arguments, *currency);
    if (!theirs) return fail(theirs.error());
    std::map<std::string, Figures> ours;
    for (const PartnerSettlementRow& row : settlement->rows)
      if (row.currency == currency->text()) ours[row.loan] = figures_of(row);
    const Sides sides = sides_of(*theirs, ours, day);
    // The same file may be right for one day and wrong for another.
    const std::string about =
        arguments.partner + " " + money::to_text(day) +
        (currency->text() == status.currency ? std::string{}
                                             : " " + std::string(currency->text())) +
        "\n";
    const int code = reconcile_one(book, context, arguments.file, arguments.all,
                                   {.source = ledger::StatementSource::partner,
                                    .account = arguments.partner,
                                    .currency = std::string(currency->text()),
                                    .from = day,
                                    .to = day,
                                    .file = ledger::sha256(about + *text),
                                    .lines = sides.lines,
                                    .rules = &*rules,
                                    .expected = sides.expected,
                                    .actor = actor_or_user(arguments.writing.actor),
                                    .reason = arguments.writing.reason,
                                    .dry_run = arguments.writing.dry_run});
    print_completeness(book);
    return code;
  };
  return arguments.writing.dry_run ? with_reader(context, run) : with_writer(context, run);
}

}  // namespace loanbook::apps
