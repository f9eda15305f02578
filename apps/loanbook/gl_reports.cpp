#include "gl_reports.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace loanbook::apps {
namespace {

constexpr date::days one_day{1};

constexpr const ReportRule* rules[] = {
    &trial_balance_rule, &account_rule,      &journal_rule, &income_rule,     &accruals_rule,
    &ageing_rule,        &roll_forward_rule, &par_rule,     &roll_rates_rule, &vintages_rule,
    &provision_rule,     &clearing_rule,     &diff_rule,    &periods_rule,    &assertions_rule};

// The reasons stand in docs/cli.md.
Status check_options(const Book& book, const ReportRule& rule, const ReportArguments& arguments) {
  if (arguments.restated && !rule.not_restated.empty()) {
    return Error{.id = "cli.not_restated",
                 .message = fmt::format("{} cannot be restated: {}", rule.name, rule.not_restated)};
  }
  if (!arguments.branch.empty() && !rule.not_by_branch.empty()) {
    return Error{.id = "cli.not_by_branch",
                 .message = fmt::format("{} knows no branches: {}", rule.name, rule.not_by_branch)};
  }
  return check_branch(book, arguments.branch);
}

}  // namespace

std::span<const ReportRule* const> report_rules() { return rules; }

int run_report(const Context& context, const ReportRule& rule, const ReportArguments& arguments) {
  const bool light = rule.without_loans && !arguments.restated;
  auto book = light ? open_general_ledger(context) : open_reader(context);
  if (!book) return fail(book.error());
  if (auto taken = check_options(**book, rule, arguments); !taken) return fail(taken.error());
  ReportRun run(context, **book, arguments);
  if (auto done = rule.run(run); !done) return fail(done.error());
  const auto head = (*book)->status().head.sequence;
  if (run.completed() >= head)
    print_completeness(**book);
  else
    say(fmt::format("complete to entry {} of {}", run.completed(), head));
  return run.code();
}

Result<std::uint64_t> ReportRun::known() const {
  const auto known = known_at_of(book_, arguments_.known_at);
  if (!known) return known.error();
  return *known ? (*known)->sequence : book_.status().head.sequence;
}

Result<ReportPlace> ReportRun::place_on(Day day) const {
  const auto known = this->known();
  if (!known) return known.error();
  const auto status = book_.status();
  ReportPlace place{.through = *known,
                    .day = day,
                    .opening = std::min(day, status.closed_through) + one_day,
                    .words = "at the close of " + money::to_text(day)};
  if (arguments_.restated) {
    place.valued = day;
    return place;
  }
  const auto last = book_.known_at(day);
  if (!last) return last.error();
  place.through = std::min(place.through, *last);
  return place;
}

Result<ReportPlace> ReportRun::place_of(const std::string& text, std::string_view option) {
  const auto given = known_at_of(book_, text, option);
  if (!given) return given.error();
  if (!*given) {
    return Error{
        .id = "cli.place_missing",
        .message = fmt::format("{}: give a date, or the sequence number of an entry", option)};
  }
  if ((*given)->day) return place_on(*(*given)->day);
  if (arguments_.restated) {
    return Error{.id = "cli.restated_needs_date",
                 .message = fmt::format("{}: give a date: value dates are restated, not the order "
                                        "of entries",
                                        option)};
  }
  const auto known = this->known();
  if (!known) return known.error();
  const auto status = book_.status();
  const std::uint64_t through = std::min((*given)->sequence, *known);
  return ReportPlace{.through = through,
                     .day = status.business_date,
                     .opening = status.closed_through + one_day,
                     .words = fmt::format("after entry {}", through)};
}

Result<ReportPlace> ReportRun::place() {
  const auto status = book_.status();
  const auto day = optional_day(arguments_.as_of, "--as-of");
  if (!day) return day.error();
  Result<ReportPlace> place = ReportPlace{.through = status.head.sequence,
                                          .day = status.business_date,
                                          .opening = status.business_date,
                                          .words = "of everything booked"};
  if (*day || arguments_.restated) place = place_on(day->value_or(status.business_date));
  if (!place) return place;
  if (!arguments_.known_at.empty()) {
    const auto known = this->known();
    if (!known) return known.error();
    place->through = std::min(place->through, *known);
    place->words += fmt::format(", known at entry {}", place->through);
  }
  place->words += suffix();
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
  if (!arguments_.known_at.empty())
    range.words += fmt::format(", known at entry {}", range.end.through);
  range.words += suffix();
  complete_to_ = range.end.through;
  return range;
}

std::string ReportRun::suffix() const {
  std::string words = arguments_.restated ? ", restated by value date" : "";
  if (arguments_.branch == "-") words += ", of no branch";
  if (!arguments_.branch.empty() && arguments_.branch != "-")
    words += ", branch " + arguments_.branch;
  return words;
}

Result<std::vector<ledger::GlBalance>> ReportRun::balances(const ReportPlace& place) const {
  auto balances = place.valued ? book_.restated_balances(*place.valued, place.through)
                               : book_.gl_balances(place.through);
  if (balances)
    std::erase_if(*balances, [this](const auto& balance) { return !wants(balance.branch); });
  return balances;
}

Status ReportRun::portfolio(const ReportPlace& place, Loans which,
                            const std::function<void(const ledger::PortfolioRow&)>& use) const {
  return book_.portfolio(
      place.opening, place.through,
      [&](const ledger::PortfolioRow& row) {
        const bool counts = which == Loans::all || row.status == ledger::LoanStatus::active;
        if (counts && wants(row.branch)) use(row);
        return true;
      },
      place.valued);
}

Status ReportRun::entries(const Range& range,
                          const std::function<bool(const ledger::GlEntry&)>& use) const {
  const bool restated = range.end.valued.has_value();
  const auto counts = [&](const ledger::GlEntry& entry) {
    return !restated ||
           (entry.value_date >= range.from && entry.value_date <= range.to && !entry.loan.empty());
  };
  return book_.gl_entries(restated ? 0 : range.before.through, range.end.through,
                          [&](const ledger::GlEntry& entry) {
                            if (!counts(entry)) return true;
                            ledger::GlEntry kept = entry;
                            std::erase_if(kept.postings, [&](const ledger::GlPosting& posting) {
                              return !wants(posting.branch) || (restated && posting.consequence);
                            });
                            return kept.postings.empty() || use(kept);
                          });
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
