#include "nights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "interrupt.hpp"
#include "output.hpp"

namespace loanbook::apps {
namespace {

bool is_income(ledger::Role role) {
  return role == ledger::Role::interest_income || role == ledger::Role::penalty_income ||
         role == ledger::Role::compound_income;
}

// What the day earned, by currency: income stands on the credit side, and what of a deferred fee
// became income on the debit side of the fee.
std::string income_text(const ledger::NightReport& night) {
  std::map<std::string, std::pair<std::uint8_t, money::Int128>> sums;
  for (const auto& total : night.totals) {
    const bool fee = total.role == ledger::Role::fee_deferred;
    if (!fee && !is_income(total.role)) continue;
    auto& sum = sums[total.currency];
    sum.first = total.digits;
    sum.second -= fee ? -total.minor : total.minor;
  }
  std::string text;
  for (const auto& [currency, sum] : sums) {
    if (!text.empty()) text += "; ";
    text += currency + " " + money::text_of_minor(sum.second, sum.first);
  }
  return text;
}

Report days_report(const std::vector<ledger::NightReport>& nights) {
  Report report;
  report.columns = {{"day", "Day", ColumnKind::date},
                    {"sequence", "Entry", ColumnKind::integer},
                    {"loans", "Loans", ColumnKind::integer},
                    {"visited", "Visited", ColumnKind::integer},
                    {"isolated", "Isolated", ColumnKind::integer},
                    {"bytes_written", "Bytes", ColumnKind::integer},
                    {"income", "Earned"}};
  for (const auto& night : nights) {
    report.rows.push_back(
        {{money::to_text(night.day), std::to_string(night.sequence), std::to_string(night.loans),
          std::to_string(night.visited), std::to_string(night.isolated.size()),
          std::to_string(night.bytes_written), income_text(night)}});
  }
  return report;
}

void print_amounts(const ledger::NightReport& night) {
  Report report;
  report.title = {"", "Booked by the night of " + money::to_text(night.day)};
  report.columns = {{"product", "Product"},
                    {"account", "Account role"},
                    {"currency", "Currency"},
                    {"debit", "Debit", ColumnKind::amount},
                    {"credit", "Credit", ColumnKind::amount}};
  for (const auto& total : night.totals) {
    const auto debit = total.minor > 0 ? money::text_of_minor(total.minor, total.digits) : "";
    const auto credit =
        total.minor < 0 ? money::text_of_minor(-money::Int128{total.minor}, total.digits) : "";
    report.rows.push_back(
        {{total.product, std::string(ledger::to_text(total.role)), total.currency, debit, credit}});
  }
  if (!report.rows.empty()) print(report, Format::table);
}

void print_buckets(const ledger::NightReport& night) {
  Report report;
  report.title = {"", "Bucket changes"};
  report.columns = {{"from", "From"}, {"to", "To"}, {"loans", "Loans", ColumnKind::integer}};
  std::map<std::pair<std::string, std::string>, std::uint64_t> loans;  // over products
  for (const auto& change : night.buckets) loans[{change.from, change.to}] += change.loans;
  for (const auto& [move, count] : loans) {
    report.rows.push_back({{move.first, move.second, std::to_string(count)}});
  }
  if (!report.rows.empty()) print(report, Format::table);
}

void print_intents(const std::vector<ledger::NightReport>& nights) {
  using Outcome = ledger::NightReport::Intended::Outcome;
  Report report;
  report.title = {"", "Intents whose day has come"};
  report.columns = {{"night", "Night", ColumnKind::date},
                    {"loan", "Loan"},
                    {"intent", "Intent", ColumnKind::integer},
                    {"amount", "Amount", ColumnKind::amount},
                    {"currency", "Currency"},
                    {"outcome", "Outcome"},
                    {"entry", "Entry", ColumnKind::integer},
                    {"why", "Why"}};
  constexpr std::size_t shown = 50;
  std::map<Outcome, std::size_t> counts;
  const char* words[] = {"repaid", "lapsed", "expired", "waits"};
  for (const auto& night : nights) {
    for (const auto& each : night.intents) {
      const auto place = static_cast<std::size_t>(each.outcome);
      ++counts[each.outcome];
      if (each.outcome == Outcome::repaid && counts[each.outcome] > shown) continue;
      report.rows.push_back(
          {{money::to_text(night.day), each.intent.loan, std::to_string(each.intent.sequence),
            money::text_of_minor(each.intent.amount, each.intent.digits), each.intent.currency,
            words[place], each.sequence == 0 ? "" : std::to_string(each.sequence), each.why}});
    }
  }
  std::string note;
  for (const auto& [outcome, count] : counts)
    note += fmt::format("{}{} {}", note.empty() ? "" : ", ", count,
                        words[static_cast<std::size_t>(outcome)]);
  report.notes = {note + ": loanbook intents"};
  if (!report.rows.empty()) print(report, Format::table);
}

}  // namespace

unsigned threads_or_cores(unsigned given) {
  return given != 0 ? given : std::max(1U, std::thread::hardware_concurrency());
}

Status close_days(Book& book, Day through, unsigned threads, Progress& progress,
                  const std::function<void(ledger::NightReport)>& closed) {
  ledger::NightOptions options{.threads = threads};
  options.progress = [&progress](Day day, std::uint64_t done, std::uint64_t total) {
    progress.update(done, total, "night of " + money::to_text(day) + ", loans");
  };
  const Day last = book.status().closed_through;
  // The ledger knows what to say about a day that is closed or lies before the book.
  if (through <= last) {
    auto none = book.close_through(through, options);
    return none ? money::ok() : Status{none.error()};
  }
  for (Day day = last + date::days{1}; day <= through && interrupted() == 0; day += date::days{1}) {
    auto reports = book.close_through(day, options);
    if (!reports) return reports.error();
    for (auto& report : *reports) closed(std::move(report));
  }
  progress.clear();
  return money::ok();
}

void print_nights(const Context& context, const std::vector<ledger::NightReport>& nights) {
  print(days_report(nights), context.format);
  if (nights.empty() || context.format != Format::table) return;
  print_amounts(nights.back());
  print_buckets(nights.back());
  print_intents(nights);
}

}  // namespace loanbook::apps
