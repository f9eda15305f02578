#include "loanbook/interchange/gl_lines.hpp"

#include <array>
#include <map>
#include <tuple>

namespace loanbook::interchange {

using ledger::Role;

namespace {

AccountClass class_of(ledger::AccountClass of) {
  switch (of) {
    case ledger::AccountClass::liability:
      return AccountClass::liability;
    case ledger::AccountClass::equity:
      return AccountClass::equity;
    case ledger::AccountClass::income:
      return AccountClass::income;
    case ledger::AccountClass::expense:
      return AccountClass::expense;
    default:
      return AccountClass::asset;
  }
}

}  // namespace

AccountClass class_of(Role role) { return class_of(ledger::class_of(role)); }

std::string_view to_text(AccountClass of) {
  constexpr std::array<std::string_view, 5> names = {"Assets", "Liabilities", "Equity", "Income",
                                                     "Expenses"};
  return names.at(static_cast<std::size_t>(of));
}

namespace {

GlLine line_of(const ledger::GlPosting& posting) {
  return {posting.account.code,
          posting.account.name,
          class_of(posting.account.account_class),
          posting.role == Role::settlement,
          posting.currency,
          posting.digits,
          posting.minor};
}

}  // namespace

money::Status each_gl_entry(const ledger::Book& book,
                            const std::function<bool(const GlEntry&)>& use) {
  return book.gl_entries(0, {}, [&](const ledger::GlEntry& posted) {
    if (posted.postings.empty()) return true;
    GlEntry entry{.sequence = posted.sequence,
                  .booking_date = posted.booking_date,
                  .value_date = posted.value_date,
                  .kind = std::string(ledger::to_text(posted.kind)),
                  .loan = posted.loan,
                  .text = posted.text,
                  .reason = posted.reason,
                  .lines = {}};
    // A night and a new chart post by product: products may share an account.
    std::map<std::tuple<std::string, std::string, std::string, AccountClass>, GlLine> merged;
    for (const ledger::GlPosting& posting : posted.postings) {
      GlLine line = line_of(posting);
      if (!posted.loan.empty()) {
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
