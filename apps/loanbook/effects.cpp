#include "effects.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "output.hpp"

namespace loanbook::apps {
namespace {

constexpr std::size_t loans_shown = 20;
constexpr std::size_t refused_shown = 20;

std::string amount(money::Int128 minor, unsigned digits) {
  return money::text_of_minor(minor, digits);
}

money::Int128 size_of(const ledger::LoanEffect& loan) {
  money::Int128 size = 0;
  for (const auto& line : loan.movements) size += line.minor < 0 ? -line.minor : line.minor;
  return size;
}

Row account_row(const ledger::AccountEffect& row) {
  return {{row.account, row.name, row.currency, row.minor > 0 ? amount(row.minor, row.digits) : "",
           row.minor < 0 ? amount(-row.minor, row.digits) : ""}};
}

void print_accounts(const Context& context, const ledger::Effect& effect,
                    const std::string& title) {
  Report report;
  report.title = {title};
  report.columns = {{"account", "Account"},
                    {"name", "Name"},
                    {"currency", "Currency"},
                    {"debit", "Debit", ColumnKind::amount},
                    {"credit", "Credit", ColumnKind::amount}};
  for (const auto& row : effect.accounts) report.rows.push_back(account_row(row));
  if (report.rows.empty()) report.notes = {"No account changes."};
  print(report, context.format);
}

void print_nights(const Context& context, const ledger::Effect& effect, const std::string& title) {
  Report report;
  report.title = {title,
                  "Each closed day as it would have closed, less as it closes by what is "
                  "known now"};
  report.columns = {{"day", "Day", ColumnKind::date},
                    {"account", "Account"},
                    {"name", "Name"},
                    {"currency", "Currency"},
                    {"debit", "Debit", ColumnKind::amount},
                    {"credit", "Credit", ColumnKind::amount}};
  for (const auto& night : effect.nights) {
    for (const auto& account : night.accounts) {
      Row row = account_row(account);
      row.cells.insert(row.cells.begin(), money::to_text(night.day));
      report.rows.push_back(std::move(row));
    }
  }
  if (report.rows.empty()) report.notes = {"No closed day changes."};
  print(report, context.format);
}

std::string status_text(const ledger::EffectFigures& figures) {
  return std::string(ledger::to_text(figures.status)) + (figures.isolated ? ", isolated" : "");
}

/// All figures, for programs.
void print_loans_whole(const Context& context, const ledger::Effect& effect) {
  std::vector<Column> columns = {{"loan", "Loan"}, {"currency", "Currency"}};
  for (const char* when : {"before", "after"}) {
    columns.push_back({fmt::format("status_{}", when), "Status"});
    for (const char* figure : {"principal", "interest", "fees", "penalty", "overpayment", "owed"})
      columns.push_back({fmt::format("{}_{}", figure, when), figure, ColumnKind::amount});
    columns.push_back({fmt::format("dpd_{}", when), "DPD", ColumnKind::integer});
  }
  columns.push_back({"movements", "Movements"});
  columns.push_back({"changed", "Changed"});
  columns.push_back({"plan_differs", "Plan differs"});
  ReportWriter writer({}, columns, context.format, standard_output());
  for (const auto& loan : effect.loans) {
    Row row{{loan.loan, loan.currency}};
    for (const auto* figures : {&loan.before, &loan.after}) {
      row.cells.push_back(status_text(*figures));
      for (const std::int64_t minor : {figures->principal, figures->interest, figures->fees,
                                       figures->penalty, figures->overpayment, figures->owed()})
        row.cells.push_back(amount(minor, loan.digits));
      row.cells.push_back(std::to_string(figures->dpd));
    }
    ledger::Receipt receipt;
    receipt.movements = loan.movements;
    row.cells.push_back(movements_text(receipt, loan.digits));
    row.cells.push_back(fmt::format("{}", fmt::join(loan.changed, " ")));
    row.cells.push_back(loan.plan_differs ? "yes" : "");
    writer.row(std::move(row));
  }
  writer.finish({});
}

std::string note_of(const ledger::LoanEffect& loan) {
  std::vector<std::string> notes;
  if (status_text(loan.before) != status_text(loan.after))
    notes.push_back(fmt::format("{} -> {}", status_text(loan.before), status_text(loan.after)));
  if (loan.plan_differs) notes.emplace_back("plan differs");
  if (!loan.changed.empty())
    notes.push_back(fmt::format("other outcome of {}", fmt::join(loan.changed, " ")));
  return fmt::format("{}", fmt::join(notes, "; "));
}

/// The loans that change most.
void print_loans(const Context& context, const ledger::Effect& effect, const std::string& title,
                 std::size_t most) {
  std::vector<const ledger::LoanEffect*> changed;
  for (const auto& loan : effect.loans) {
    if (loan.changes()) changed.push_back(&loan);
  }
  std::stable_sort(changed.begin(), changed.end(),
                   [](const auto* a, const auto* b) { return size_of(*a) > size_of(*b); });
  Report report;
  report.title = {title, fmt::format("{} of {} loans change", changed.size(), effect.loans.size())};
  report.columns = {{"loan", "Loan"},
                    {"owed_before", "Owed before", ColumnKind::amount},
                    {"owed_after", "Owed after", ColumnKind::amount},
                    {"principal", "Principal", ColumnKind::amount},
                    {"interest", "Interest", ColumnKind::amount},
                    {"fees", "Fees", ColumnKind::amount},
                    {"penalty", "Penalty", ColumnKind::amount},
                    {"dpd", "DPD"},
                    {"note", "Note"}};
  for (const auto* loan : changed) {
    if (report.rows.size() == most) break;
    const auto& was = loan->before;
    const auto& is = loan->after;
    const auto differs = [&](std::int64_t before, std::int64_t after) {
      return before == after ? std::string{} : amount(money::Int128{after} - before, loan->digits);
    };
    report.rows.push_back(
        {{loan->loan, amount(was.owed(), loan->digits), amount(is.owed(), loan->digits),
          differs(was.principal, is.principal), differs(was.interest, is.interest),
          differs(was.fees, is.fees), differs(was.penalty, is.penalty),
          was.dpd == is.dpd ? std::to_string(is.dpd) : fmt::format("{} -> {}", was.dpd, is.dpd),
          note_of(*loan)}});
  }
  report.notes = {
      "Principal to penalty: the difference. With --format csv or json: all figures of "
      "all loans."};
  if (changed.size() > most)
    report.notes.push_back(fmt::format("{} more loans change less", changed.size() - most));
  print(report, context.format);
}

}  // namespace

bool is_by(std::string_view by) {
  return by.empty() || by == "account" || by == "loan" || by == "night";
}

Error unknown_by(std::string_view by) {
  return {"cli.by", fmt::format("--by takes account, loan or night, not '{}'", by)};
}

void print_effect(const Context& context, const ledger::Effect& effect, const std::string& by,
                  const std::string& title) {
  const bool for_people = interchange::is_for_people(context.format);
  if (by == "account" || (by.empty() && for_people)) print_accounts(context, effect, title);
  if (by == "night") print_nights(context, effect, title);
  if (by == "account" || by == "night") return;
  if (!for_people) return print_loans_whole(context, effect);
  print_loans(context, effect, by.empty() ? "" : title,
              by.empty() ? loans_shown : effect.loans.size());
}

void print_refused(const std::vector<ledger::RefusedLoan>& refused) {
  std::size_t shown = 0;
  for (const auto& loan : refused) {
    if (shown++ == refused_shown) {
      say(fmt::format("and {} more loans are refused", refused.size() - refused_shown));
      break;
    }
    say(fmt::format("refused: {}", text_of(loan.why)));
  }
}

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("._/@:=-+,").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace loanbook::apps
