// Charts, the close of a period, assertions, internal reconciliation.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checklist.hpp"
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

Row row_of(const Check& check) {
  const char* words[] = {"ok", "noted", "NOT DONE"};
  return {{check.name, words[static_cast<std::size_t>(check.outcome)], check.found}};
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
                 const CloseArguments& arguments, std::string& key) {
  const Writing& writing = arguments.writing;
  if (const auto done = closed_before(book, period)) return *done;
  const auto checks = closing_checklist(book, period);
  if (!checks) return fail(checks.error());
  Report report;
  report.title = {"Checklist of " + to_text(period)};
  report.columns = {{"check", "Check"}, {"outcome", "Outcome"}, {"found", "Found"}};
  bool blocked = false;
  bool noted = false;
  for (const Check& check : *checks) {
    report.rows.push_back(row_of(check));
    blocked = blocked || check.outcome == Check::Outcome::blocks;
    noted = noted || check.outcome == Check::Outcome::noted;
  }
  if (context.format == Format::table) print(report, context.format);
  auto command = command_of(ledger::ClosePeriod{period}, "", writing);
  key = command.key = key_or_place(writing.key, book);
  if (blocked || (noted && arguments.strict)) {
    if (context.format != Format::table) print(report, context.format);
    // The door says what to do, where it is one of its own rules.
    if (const auto refused = book.preview(command); !refused) return fail(refused.error());
    say(fmt::format("{} was not closed: see the checklist{}", to_text(period),
                    blocked ? "" : "; without --strict what is noted does not stand in the way"));
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
                    {"side", "Side"},       {"branch", "Branch"},   {"channel", "Channel"}};
  for (const auto& mapping : chart.mappings) {
    const auto& account = chart.accounts.at(mapping.account);
    report.rows.push_back(
        {{std::string(ledger::to_text(mapping.role)), mapping.product, mapping.currency,
          account.code, account.name, std::string(ledger::to_text(account.account_class)),
          std::string(ledger::to_text(account.side)), mapping.branch, mapping.channel}});
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
      context, [&](Book& book) { return close_period(book, context, *period, arguments, key); },
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
