#include "gl_reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace loanbook::apps {
namespace {

constexpr date::days one_day{1};

constexpr const ReportRule* rules[] = {
    &trial_balance_rule, &account_rule,      &journal_rule, &income_rule,     &accruals_rule,
    &ageing_rule,        &roll_forward_rule, &par_rule,     &roll_rates_rule, &vintages_rule,
    &provision_rule,     &clearing_rule,     &diff_rule,    &periods_rule,    &assertions_rule};

std::optional<std::uint64_t> number_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::span<const ReportRule* const> report_rules() { return rules; }

int run_report(const Context& context, const ReportRule& rule, const ReportArguments& arguments) {
  const bool light = rule.without_loans && !arguments.restated;
  auto book = light ? open_general_ledger(context) : open_reader(context);
  if (!book) return fail(book.error());
  ReportRun run(context, **book, arguments);
  if (auto done = rule.run(run); !done) return fail(done.error());
  const auto head = (*book)->status().head.sequence;
  if (run.completed() >= head)
    print_completeness(**book);
  else
    say(fmt::format("complete to entry {} of {}", run.completed(), head));
  return run.code();
}

Result<ReportPlace> ReportRun::place_on(Day day) const {
  const auto last = book_.known_at(day);
  if (!last) return last.error();
  const auto status = book_.status();
  return ReportPlace{.through = *last,
                     .day = day,
                     .opening = std::min(day, status.closed_through) + one_day,
                     .words = "at the close of " + money::to_text(day)};
}

Result<ReportPlace> ReportRun::place_of(const std::string& text, std::string_view option) {
  const auto status = book_.status();
  if (const auto number = number_of(text)) {
    const std::uint64_t through = std::min(*number, status.head.sequence);
    return ReportPlace{.through = through,
                       .day = status.business_date,
                       .opening = status.closed_through + one_day,
                       .words = fmt::format("after entry {}", through)};
  }
  const auto day = optional_day(text, option);
  if (!day) return day.error();
  if (!*day) {
    return Error{
        .id = "cli.place_missing",
        .message = fmt::format("{}: give a date, or the sequence number of an entry", option)};
  }
  return place_on(**day);
}

Result<ReportPlace> ReportRun::place() {
  const auto status = book_.status();
  ReportPlace place{.through = status.head.sequence,
                    .day = status.business_date,
                    .opening = status.business_date,
                    .words = "of everything booked"};
  if (!arguments_.as_of.empty()) {
    const auto day = optional_day(arguments_.as_of, "--as-of");
    if (!day) return day.error();
    auto on = place_on(**day);
    if (!on) return on;
    place = *on;
  }
  if (arguments_.known_at.empty()) return place;
  const auto known = place_of(arguments_.known_at, "--known-at");
  if (!known) return known;
  place.through = std::min(place.through, known->through);
  place.words += fmt::format(", known at entry {}", place.through);
  return place;
}

Result<ReportRun::Range> ReportRun::range() {
  const auto status = book_.status();
  const auto from = optional_day(arguments_.from, "--from");
  if (!from) return from.error();
  const auto to = optional_day(arguments_.to, "--to");
  if (!to) return to.error();
  Range range;
  range.to = to->value_or(std::max(status.closed_through, status.began));
  const date::year_month_day last{range.to};
  range.from = from->value_or(std::max(Day{last.year() / last.month() / 1}, status.began));
  if (range.from > range.to) {
    return Error{.id = "cli.range_reversed",
                 .message = fmt::format("--from {} is after --to {}", money::to_text(range.from),
                                        money::to_text(range.to))};
  }
  auto before = place_on(range.from - one_day);
  if (!before) return before.error();
  auto end = place_on(range.to);
  if (!end) return end.error();
  range.before = *before;
  range.end = *end;
  range.words = money::to_text(range.from) + " to " + money::to_text(range.to);
  complete_to_ = range.end.through;
  return range;
}

void ReportRun::print(Report report, std::uint64_t through) {
  complete_to_ = through;
  report.notes.push_back(fmt::format("Complete to entry {}.", through));
  apps::print(report, context_.format);
}

std::string minor_text(money::Int128 minor, unsigned digits) {
  return money::text_of_minor(minor, digits);
}

std::pair<std::string, std::string> two_sides(money::Int128 minor, unsigned digits) {
  return {minor_text(minor > 0 ? minor : 0, digits), minor_text(minor < 0 ? -minor : 0, digits)};
}

std::string month_of(Day day) { return money::to_text(day).substr(0, 7); }

}  // namespace loanbook::apps
