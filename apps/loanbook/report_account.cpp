// One general-ledger account with its running balance, down to the entries; and the journal.

#include <fmt/format.h>

#include <map>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

struct Running {
  std::uint8_t digits = 2;
  money::Int128 balance = 0;
};

std::string what_of(const ledger::GlEntry& entry, const ledger::GlPosting& posting) {
  if (posting.reclassified) return "reclassified: " + entry.text;
  if (entry.kind == ledger::Kind::day_closed) {
    return fmt::format("{}; loan by loan: accruals --date {}", entry.text,
                       money::to_text(entry.value_date));
  }
  return entry.text;
}

Row account_row(const ledger::GlEntry& entry, const ledger::GlPosting& posting,
                const Running& running) {
  const auto [debit, credit] = two_sides(posting.minor, posting.digits);
  return {{std::to_string(entry.sequence), money::to_text(entry.booking_date),
           money::to_text(entry.value_date), std::string(ledger::to_text(entry.kind)), entry.loan,
           posting.product, std::string(ledger::to_text(posting.role)), posting.currency, debit,
           credit, minor_text(running.balance, posting.digits), what_of(entry, posting)}};
}

Row balance_row(const std::string& name, const std::string& day, const std::string& currency,
                const Running& running) {
  return {{"", day, "", name, "", "", "", currency, "", "",
           minor_text(running.balance, running.digits), ""},
          RowMark::subtotal};
}

// Restated, entries by value date do not reach the closing balance: the rest is what nights accrued
// and what events changed besides their own step.
Status add_rest(ReportRun& run, const ReportRun::Range& range, std::string& name,
                std::map<std::string, Running>& running, Report& report) {
  const auto closing = run.balances(range.end);
  if (!closing) return closing.error();
  std::map<std::string, money::Int128> rest;
  for (const auto& [currency, of] : running) rest[currency] = -of.balance;
  for (const auto& balance : *closing) {
    if (balance.account.code != run.arguments().subject) continue;
    name = balance.account.name;
    running[balance.currency].digits = balance.digits;
    rest[balance.currency] += balance.minor;
  }
  for (const auto& [currency, minor] : rest) {
    if (minor == 0) continue;
    auto& of = running[currency];
    of.balance += minor;
    const auto [debit, credit] = two_sides(minor, of.digits);
    report.rows.push_back({{"", "", money::to_text(range.to), "nights and corrections", "", "", "",
                            currency, debit, credit, minor_text(of.balance, of.digits),
                            "what accrued and what was corrected, by value date"}});
  }
  return money::ok();
}

Status account(ReportRun& run) {
  const auto range = run.range();
  if (!range) return range.error();
  const std::string& code = run.arguments().subject;
  std::map<std::string, Running> running;
  std::string name;
  const auto opening = run.balances(range->before);
  if (!opening) return opening.error();
  for (const auto& balance : *opening) {
    if (balance.account.code != code) continue;
    name = balance.account.name;
    auto& of = running[balance.currency];
    of.digits = balance.digits;
    of.balance += balance.minor;
  }
  Report report;
  report.columns = {{"entry", "Entry", ColumnKind::integer},
                    {"booked", "Booked", ColumnKind::date},
                    {"value_date", "Value date", ColumnKind::date},
                    {"kind", "Kind"},
                    {"loan", "Loan"},
                    {"product", "Product"},
                    {"role", "Role"},
                    {"currency", "Currency"},
                    {"debit", "Debit", ColumnKind::amount},
                    {"credit", "Credit", ColumnKind::amount},
                    {"balance", "Balance", ColumnKind::amount},
                    {"what", "What"}};
  for (const auto& [currency, of] : running)
    report.rows.push_back(balance_row("opening", money::to_text(range->from), currency, of));
  const Status read = run.entries(*range, [&](const ledger::GlEntry& entry) {
    for (const auto& posting : entry.postings) {
      if (posting.account.code != code) continue;
      name = posting.account.name;
      auto& of = running[posting.currency];
      of.digits = posting.digits;
      of.balance += posting.minor;
      report.rows.push_back(account_row(entry, posting, of));
    }
    return true;
  });
  if (!read) return read;
  if (range->end.valued) {
    if (Status s = add_rest(run, *range, name, running, report); !s) return s;
  }
  if (name.empty()) {
    return Error{.id = "account.unknown",
                 .message = fmt::format("nothing is booked on account '{}' through {}; "
                                        "`trial-balance` lists the accounts",
                                        code, money::to_text(range->to))};
  }
  for (const auto& [currency, of] : running)
    report.rows.push_back(balance_row("closing", money::to_text(range->to), currency, of));
  report.title = {fmt::format("Account {} {}, {}", code, name, range->words)};
  report.notes = {"Balances: debit positive."};
  if (range->end.valued)
    report.notes.emplace_back("Own steps of events by value date; their accounts as booked.");
  run.print(std::move(report), range->end.through);
  return money::ok();
}

Status journal(ReportRun& run) {
  const auto range = run.range();
  if (!range) return range.error();
  ReportWriter writer({"Journal, " + range->words},
                      {{"entry", "Entry", ColumnKind::integer},
                       {"booked", "Booked", ColumnKind::date},
                       {"value_date", "Value date", ColumnKind::date},
                       {"kind", "Kind"},
                       {"loan", "Loan"},
                       {"account", "Account"},
                       {"name", "Name"},
                       {"product", "Product"},
                       {"currency", "Currency"},
                       {"debit", "Debit", ColumnKind::amount},
                       {"credit", "Credit", ColumnKind::amount},
                       {"step", "Step"},
                       {"channel", "Channel"}},
                      run.format(), standard_output());
  const bool people = run.format() == Format::table;
  const Status read = run.entries(*range, [&](const ledger::GlEntry& entry) {
    bool first = true;
    for (const auto& posting : entry.postings) {
      const auto [debit, credit] = two_sides(posting.minor, posting.digits);
      const bool shown = first || !people;
      writer.row({{shown ? std::to_string(entry.sequence) : "",
                   shown ? money::to_text(entry.booking_date) : "",
                   shown ? money::to_text(entry.value_date) : "",
                   shown ? std::string(ledger::to_text(entry.kind)) : "", shown ? entry.loan : "",
                   posting.account.code, posting.account.name, posting.product, posting.currency,
                   posting.minor > 0 ? debit : "", posting.minor < 0 ? credit : "",
                   posting.reclassified  ? "reclassified"
                   : posting.consequence ? "consequence"
                                         : "own",
                   posting.channel}});
      first = false;
    }
    return true;
  });
  if (!read) return read;
  writer.finish({fmt::format("Complete to entry {}.", range->end.through)});
  return money::ok();
}

}  // namespace

const ReportRule account_rule{.name = "gl",
                              .help = "A general-ledger account with its running balance",
                              .example = "loanbook gl 1310 --from 2026-01-01 --to 2026-01-31",
                              .options = takes_range,
                              .subject = "ACCOUNT",
                              .subject_help = "Code of the account",
                              .run = account};

const ReportRule journal_rule{.name = "journal",
                              .help = "Every posting by account, in the order of the chain",
                              .example = "loanbook journal --from 2026-01-01 --to 2026-01-31",
                              .options = takes_range,
                              .not_restated =
                                  "it shows what was booked when; the value date of "
                                  "each entry stands in its column",
                              .run = journal};

}  // namespace loanbook::apps
