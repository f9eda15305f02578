// What changed between two places of the chain: by account, then by loan.

#include <fmt/format.h>

#include <map>

#include "gl_reports.hpp"

namespace loanbook::apps {
namespace {

struct Change {
  std::uint8_t digits = 2;
  money::Int128 from = 0, to = 0;
};
// currency, account code, loan (empty: the account as a whole)
using Key = std::tuple<std::string, std::string, std::string>;

Status add_settlement(ReportRun& run, const ReportPlace& place, bool is_end,
                      const std::vector<ledger::GlBalance>& balances,
                      std::map<Key, Change>& changes) {
  // On the accounts of the chart that holds there, whatever held when it was booked.
  std::map<std::tuple<std::string, std::string, std::string>, std::string> codes;
  for (const auto& balance : balances) {
    if (balance.role == ledger::Role::settlement)
      codes[{balance.product, balance.branch, balance.channel}] = balance.account.code;
  }
  return run.book().gl_entries(0, place.through, [&](const ledger::GlEntry& entry) {
    if (entry.loan.empty() || (place.valued && entry.value_date > *place.valued)) return true;
    for (const auto& posting : entry.postings) {
      if (posting.role != ledger::Role::settlement || !run.wants(posting.branch)) continue;
      const auto code = codes.find({posting.product, posting.branch, posting.channel});
      if (code == codes.end()) continue;  // nothing stands there
      auto& change = changes[{posting.currency, code->second, entry.loan}];
      change.digits = posting.digits;
      (is_end ? change.to : change.from) += posting.minor;
    }
    return true;
  });
}

Status add_loans(ReportRun& run, const ReportPlace& place, bool is_end,
                 std::map<Key, Change>& changes) {
  std::map<std::pair<std::uint32_t, std::size_t>, std::string> codes;
  const auto balances = run.balances(place);
  if (!balances) return balances.error();
  bool channels = false;
  for (const auto& balance : *balances) {
    codes[{balance.number, static_cast<std::size_t>(balance.role)}] = balance.account.code;
    channels = channels || !balance.channel.empty();
  }
  constexpr auto settlement = static_cast<std::size_t>(ledger::Role::settlement);
  if (channels) {
    // A loan knows what it moved, not by which channel: its entries do.
    if (Status s = add_settlement(run, place, is_end, *balances, changes); !s) return s;
  }
  const auto add_loan = [&](const ledger::LoanAmounts& loan) {
    if (!run.wants(loan.branch)) return true;
    for (std::size_t role = 0; role < loan.balances.size(); ++role) {
      if (loan.balances.at(role) == 0 || (channels && role == settlement)) continue;
      const auto code = codes.find({loan.number, role});
      if (code == codes.end()) continue;  // moved on by a closed year
      auto& change = changes[{loan.currency, code->second, loan.loan}];
      change.digits = loan.digits;
      (is_end ? change.to : change.from) += loan.balances.at(role);
    }
    return true;
  };
  return run.book().loan_balances(place.through, add_loan, place.valued);
}

Status diff(ReportRun& run) {
  const auto from = run.place_of(run.arguments().from, "--from");
  if (!from) return from.error();
  const auto to = run.place_of(run.arguments().to, "--to");
  if (!to) return to.error();
  std::map<Key, Change> changes;
  std::map<Key, std::string> names;
  for (const bool is_end : {false, true}) {
    const ReportPlace& place = is_end ? *to : *from;
    const auto balances = run.balances(place);
    if (!balances) return balances.error();
    for (const auto& balance : *balances) {
      const Key key{balance.currency, balance.account.code, ""};
      names[key] = balance.account.name;
      auto& change = changes[key];
      change.digits = balance.digits;
      (is_end ? change.to : change.from) += balance.minor;
    }
    if (place.through == 0) continue;
    if (Status s = add_loans(run, place, is_end, changes); !s) return s;
  }
  Report report;
  report.title = {
      fmt::format("What changed: the books {} and {}{}", from->words, to->words, run.suffix())};
  report.columns = {{"account", "Account"},
                    {"name", "Name"},
                    {"loan", "Loan"},
                    {"currency", "Currency"},
                    {"from", "From", ColumnKind::amount},
                    {"to", "To", ColumnKind::amount},
                    {"change", "Change", ColumnKind::amount}};
  for (const bool by_loan : {false, true}) {
    for (const auto& [key, change] : changes) {
      const auto& [currency, code, loan] = key;
      if (loan.empty() == by_loan || change.from == change.to) continue;
      report.rows.push_back(
          {{code, names[{currency, code, ""}], loan, currency,
            minor_text(change.from, change.digits), minor_text(change.to, change.digits),
            minor_text(change.to - change.from, change.digits)}});
    }
  }
  report.notes = {"Debit positive; accounts first, then loans."};
  run.print(std::move(report), to->through);
  return money::ok();
}

}  // namespace

const ReportRule diff_rule{.name = "diff",
                           .help = "What changed between two dates or entries, by account and loan",
                           .example = "loanbook diff --from 2026-01-30 --to 2026-01-31",
                           .options = takes_range,
                           .run = diff};

}  // namespace loanbook::apps
