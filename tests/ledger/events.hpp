#pragma once

// The events of a book's only loan, as the fold wants them.

#include <algorithm>
#include <vector>

#include "ledger/support.hpp"
#include "loanbook/ledger/door/history.hpp"

namespace loanbook::test {

inline std::vector<LoanEvent> events_of(const Book& book) {
  std::vector<LoanEvent> events;
  std::vector<std::uint64_t> reversed;
  must_ok(book.stored(0, [&](const storage::StoredEntry& stored) {
    const Entry entry = must(decode_entry(stored.body));
    if (const auto* taken_out = std::get_if<Reversed>(&entry.payload)) {
      reversed.push_back(taken_out->sequence);
    } else if (concerns_loan(entry.kind)) {
      events.push_back(event_of(entry));
    }
    return true;
  }));
  std::erase_if(events, [&](const LoanEvent& event) {
    return std::find(reversed.begin(), reversed.end(), event.sequence) != reversed.end();
  });
  std::sort(events.begin(), events.end(), before);
  return events;
}

}  // namespace loanbook::test
