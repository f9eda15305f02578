#include "loanbook/interchange/gl_lines.hpp"

#include <map>
#include <tuple>

namespace loanbook::interchange {

std::string_view root_of(AccountClass of) {
  switch (of) {
    case AccountClass::asset:
      return "Assets";
    case AccountClass::liability:
      return "Liabilities";
    case AccountClass::equity:
    case AccountClass::memorandum:
      return "Equity";
    case AccountClass::income:
      return "Income";
    case AccountClass::expense:
      return "Expenses";
  }
  return "Assets";
}

money::Status each_gl_entry(const ledger::Book& book,
                            const std::function<bool(const GlEntry&)>& use) {
  return book.gl_entries(0, {}, [&](const ledger::GlEntry& booked) {
    if (booked.postings.empty()) return true;
    GlEntry entry{.sequence = booked.sequence,
                  .booking_date = booked.booking_date,
                  .value_date = booked.value_date,
                  .kind = std::string(ledger::to_text(booked.kind)),
                  .loan = booked.loan,
                  .text = booked.text,
                  .reason = booked.reason,
                  .lines = {}};
    // A night and a new chart post by product: products may share an account.
    std::map<std::tuple<std::string, std::string, std::string, AccountClass>, GlLine> merged;
    for (const ledger::GlPosting& posting : booked.postings) {
      const ledger::GlAccount& account = posting.account;
      GlLine line{account.code,          account.name,
                  account.account_class, posting.role == ledger::Role::settlement,
                  posting.currency,      posting.digits,
                  posting.minor};
      if (!booked.loan.empty()) {
        if (line.minor != 0) entry.lines.push_back(std::move(line));
        continue;
      }
      const std::tuple key{line.code, line.name, line.currency, line.of};
      const auto [at, added] = merged.try_emplace(key, line);
      if (!added) at->second.minor += line.minor;
    }
    for (auto& [key, line] : merged) {
      if (line.minor != 0) entry.lines.push_back(std::move(line));
    }
    return entry.lines.empty() || use(entry);
  });
}

}  // namespace loanbook::interchange
