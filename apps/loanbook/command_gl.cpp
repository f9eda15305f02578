// Charts, the close of a period, assertions, internal reconciliation.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "commands.hpp"
#include "gl_reports.hpp"
#include "loanbook/interchange/chart_toml.hpp"
#include "loanbook/interchange/file.hpp"
#include "requests.hpp"

namespace loanbook::apps {
namespace {

constexpr date::days one_day{1};

Result<ledger::Chart> read_chart_file(const std::string& file) {
  const auto text = interchange::read_file(file);
  if (!text) return text.error();
  return interchange::read_chart(*text, file);
}

// The chart of a book that has none: the default account of every role.
ledger::Chart default_chart() {
  ledger::Chart chart{.id = "default", .name = "Default chart", .accounts = {}, .mappings = {}};
  for (std::size_t i = 0; i < ledger::role_count; ++i) {
    const auto role = static_cast<ledger::Role>(i);
    const auto account = ledger::default_account(role);
    const auto account_class = ledger::class_of(role);
    chart.mappings.push_back({role, "", "", static_cast<std::uint32_t>(chart.accounts.size())});
    chart.accounts.push_back({std::string(account.code), std::string(account.name), account_class,
                              ledger::normal_side(account_class)});
  }
  return chart;
}

// One line of the checklist before a period is closed.
struct Check {
  std::string name;
  std::string found;
  enum class Outcome : std::uint8_t { good, noted, blocks } outcome = Outcome::good;
};

Row row_of(const Check& check) {
  const char* words[] = {"ok", "noted", "NOT DONE"};
  return {{check.name, words[static_cast<std::size_t>(check.outcome)], check.found}};
}

Check days_check(const ledger::BookStatus& status, const ledger::Period& period) {
  const bool closed = status.closed_through >= period.through;
  return {"days closed",
          fmt::format("through {} of {}", money::to_text(status.closed_through),
                      money::to_text(period.through)),
          closed ? Check::Outcome::good : Check::Outcome::blocks};
}

Check isolated_check(const ledger::BookStatus& status) {
  return {"isolated loans", std::to_string(status.isolated),
          status.isolated == 0 ? Check::Outcome::good : Check::Outcome::noted};
}

Check balance_check(const std::vector<ledger::TrialBalanceRow>& rows) {
  std::map<std::string, money::Int128> sums;
  for (const auto& row : rows) sums[row.currency] += row.debit - row.credit;
  const bool balanced =
      std::all_of(sums.begin(), sums.end(), [](const auto& sum) { return sum.second == 0; });
  return {"debits = credits", fmt::format("{} accounts", rows.size()),
          balanced ? Check::Outcome::good : Check::Outcome::blocks};
}

std::string text_of(const ledger::Reconciliation::Difference& difference) {
  return fmt::format("{} of {}: general ledger {}, loans {}; {}", ledger::to_text(difference.role),
                     difference.product, minor_text(difference.general_ledger, difference.digits),
                     minor_text(difference.sub_ledger, difference.digits), difference.first);
}

Check reconciliation_check(const ledger::Reconciliation& result) {
  if (result.differences.empty()) {
    return {"sub-ledger = general ledger",
            fmt::format("{} loans, {} balances, {} nights", result.loans, result.balances,
                        result.nights),
            Check::Outcome::good};
  }
  return {"sub-ledger = general ledger", text_of(result.differences.front()),
          Check::Outcome::blocks};
}

// Money that nobody has assigned is no reason not to close; who closes has seen it.
Check suspense_check(const Book& book, std::uint64_t through) {
  std::map<std::string, std::pair<std::size_t, money::Int128>> open;
  std::optional<Day> oldest;
  for (const auto& item : book.suspense(true)) {
    if (item.item > through) continue;
    money::Int128 left = item.received;
    for (const auto& taken : item.taken) left -= taken.sequence <= through ? taken.minor : 0;
    if (left == 0) continue;
    auto& [count, minor] = open[item.currency];
    ++count;
    minor += left;
    oldest = std::min(oldest.value_or(item.booked), item.booked);
  }
  std::string found;
  for (const auto& [currency, each] : open)
    found += fmt::format("{}{} items, {} {}", found.empty() ? "" : "; ", each.first,
                         amount_text(each.second, currency), currency);
  if (oldest) found += fmt::format(", the oldest of {}", money::to_text(*oldest));
  return {"money in suspense", found.empty() ? "none" : found,
          found.empty() ? Check::Outcome::good : Check::Outcome::noted};
}

Check assertions_check(const Book& book) {
  std::size_t wrong = 0;
  const auto all = book.assertions();
  for (const auto& each : all) wrong += each.actual == each.asserted.minor ? 0 : 1;
  return {"assertions", fmt::format("{} of {} hold", all.size() - wrong, all.size()),
          wrong == 0 ? Check::Outcome::good : Check::Outcome::blocks};
}

Result<std::vector<Check>> checklist(const Book& book, const ledger::Period& period) {
  const auto status = book.status();
  std::vector<Check> checks = {days_check(status, period)};
  if (checks.front().outcome == Check::Outcome::blocks) return checks;
  const auto through = book.known_at(period.through);
  if (!through) return through.error();
  const auto rows = book.trial_balance(period.through);
  if (!rows) return rows.error();
  checks.push_back(balance_check(*rows));
  const auto reconciled = book.reconcile_internal(*through);
  if (!reconciled) return reconciled.error();
  checks.push_back(reconciliation_check(*reconciled));
  checks.push_back(assertions_check(book));
  checks.push_back(isolated_check(status));
  checks.push_back(suspense_check(book, *through));
  return checks;
}

// Exit 0 with a sentence where the period was closed before, as a night that is asked for again.
std::optional<int> closed_before(const Book& book, const ledger::Period& period) {
  for (const auto& known : book.closed_periods()) {
    if (known.closed.period != period) continue;
    say(fmt::format("{} was closed on {} by entry {}: nothing to do", to_text(period),
                    money::to_text(known.booked), known.sequence));
    return exit_code::done;
  }
  return std::nullopt;
}

int close_period(Book& book, const Context& context, const ledger::Period& period,
                 const Writing& writing, std::string& key) {
  if (const auto done = closed_before(book, period)) return *done;
  const auto checks = checklist(book, period);
  if (!checks) return fail(checks.error());
  Report report;
  report.title = {"Checklist of " + to_text(period)};
  report.columns = {{"check", "Check"}, {"outcome", "Outcome"}, {"found", "Found"}};
  bool blocked = false;
  for (const Check& check : *checks) {
    report.rows.push_back(row_of(check));
    blocked = blocked || check.outcome == Check::Outcome::blocks;
  }
  if (context.format == Format::table) print(report, context.format);
  auto command = command_of(ledger::ClosePeriod{period}, "", writing);
  key = command.key = key_or_place(writing.key, book);
  if (blocked) {
    if (context.format != Format::table) print(report, context.format);
    // The door says what to do, where it is one of its own rules.
    if (const auto refused = book.preview(command); !refused) return fail(refused.error());
    say(fmt::format("{} was not closed: see the checklist", to_text(period)));
    return exit_code::problems;
  }
  auto answer = writing.dry_run ? book.preview(command) : book.record(command);
  if (!answer) return fail(answer.error(), key);
  print_receipts(context, {&*answer, 1}, {&key, 1});
  say(writing.dry_run ? std::string("dry run: nothing was written")
                      : fmt::format("closed {}; its reports stay as they are", to_text(period)));
  return exit_code::done;
}

}  // namespace

int run_chart_add(const Context& context, const std::string& file, const Writing& writing) {
  auto chart = read_chart_file(file);
  if (!chart) return fail(chart.error());
  return record_one(context, command_of(ledger::PublishChart{std::move(*chart)}, "", writing),
                    writing);
}

int run_chart_check(const std::vector<std::string>& files) {
  for (const auto& file : files) {
    const auto chart = read_chart_file(file);
    if (!chart) return fail(chart.error());
    fmt::print("{}: chart {} \"{}\", {} accounts, {} mappings\n", file, chart->id, chart->name,
               chart->accounts.size(), chart->mappings.size());
    for (std::size_t i = 0; i < ledger::role_count; ++i) {
      const auto role = static_cast<ledger::Role>(i);
      const bool mapped = std::any_of(chart->mappings.begin(), chart->mappings.end(),
                                      [role](const auto& m) { return m.role == role; });
      if (!mapped) fmt::print("  role {} has no account\n", ledger::to_text(role));
    }
  }
  return exit_code::done;
}

int run_chart_show(const Context& context, const std::string& as_of) {
  const auto day = optional_day(as_of, "--as-of");
  if (!day) return fail(day.error());
  auto book = open_general_ledger(context);
  if (!book) return fail(book.error());
  ledger::Chart chart = default_chart();
  for (const auto& each : (*book)->charts())
    if (!*day || each.booked <= **day) chart = each.chart;
  if (context.format == Format::table) {
    fmt::print("{}", interchange::write_chart(chart));
    return exit_code::done;
  }
  Report report;
  report.columns = {{"role", "Role"},       {"product", "Product"}, {"currency", "Currency"},
                    {"account", "Account"}, {"name", "Name"},       {"class", "Class"},
                    {"side", "Side"}};
  for (const auto& mapping : chart.mappings) {
    const auto& account = chart.accounts.at(mapping.account);
    report.rows.push_back(
        {{std::string(ledger::to_text(mapping.role)), mapping.product, mapping.currency,
          account.code, account.name, std::string(ledger::to_text(account.account_class)),
          std::string(ledger::to_text(account.side))}});
  }
  print(report, context.format);
  return exit_code::done;
}

int run_chart_list(const Context& context) {
  auto book = open_general_ledger(context);
  if (!book) return fail(book.error());
  Report report;
  report.columns = {{"chart", "Chart"},
                    {"name", "Name"},
                    {"entry", "Entry", ColumnKind::integer},
                    {"booked", "Holds from", ColumnKind::date},
                    {"accounts", "Accounts", ColumnKind::integer},
                    {"reclassified", "Reclassified", ColumnKind::integer}};
  for (const auto& each : (*book)->charts()) {
    report.rows.push_back({{each.chart.id, each.chart.name, std::to_string(each.sequence),
                            money::to_text(each.booked), std::to_string(each.chart.accounts.size()),
                            std::to_string(each.reclassified)}});
  }
  if (report.rows.empty()) report.notes = {"No chart is published: default accounts hold."};
  print(report, context.format);
  print_completeness(**book);
  return exit_code::done;
}

int run_close(const Context& context, const CloseArguments& arguments) {
  const auto period =
      ledger::parse_period(arguments.year.empty() ? arguments.period : arguments.year);
  if (!period) return fail(period.error());
  std::string key = key_or_new(arguments.writing.key);
  return with_writer(
      context,
      [&](Book& book) { return close_period(book, context, *period, arguments.writing, key); },
      key);
}

int run_assert(const Context& context, const std::string& text, const Writing& writing) {
  return record_one(context, command_of(ledger::Assert{text}, "", writing), writing);
}

int run_reconcile_internal(const Context& context, const std::string& as_of) {
  const auto day = optional_day(as_of, "--as-of");
  if (!day) return fail(day.error());
  return with_reader(context, [&](const Book& book) {
    std::optional<std::uint64_t> through;
    if (*day) {
      const auto last = book.known_at(**day);
      if (!last) return fail(last.error());
      through = *last;
    }
    const auto result = book.reconcile_internal(through);
    if (!result) return fail(result.error());
    Report report;
    report.title = {"Sub-ledger against general ledger at the close of " +
                    money::to_text(result->opening - one_day)};
    report.columns = {{"product", "Product"},
                      {"currency", "Currency"},
                      {"role", "Role"},
                      {"account", "Account"},
                      {"general_ledger", "General ledger", ColumnKind::amount},
                      {"sub_ledger", "Loans", ColumnKind::amount},
                      {"difference", "Difference", ColumnKind::amount},
                      {"first", "Where it began"}};
    for (const auto& each : result->differences) {
      report.rows.push_back(
          {{each.product, each.currency, std::string(ledger::to_text(each.role)), each.account.code,
            minor_text(each.general_ledger, each.digits), minor_text(each.sub_ledger, each.digits),
            minor_text(each.general_ledger - each.sub_ledger, each.digits), each.first}});
    }
    report.notes = {
        fmt::format("{} loans folded, {} balances compared, {} nights against their "
                    "segments: {}",
                    result->loans, result->balances, result->nights,
                    result->differences.empty() ? "all agree." : "see above.")};
    print(report, context.format);
    say(fmt::format("complete to entry {}", result->complete_to));
    return result->differences.empty() ? exit_code::done : exit_code::damaged;
  });
}

}  // namespace loanbook::apps
