#pragma once

// Closing days one after another, for `night` and `play`.

#include <functional>
#include <vector>

#include "context.hpp"
#include "progress.hpp"

namespace loanbook::apps {

/// As given, else one a core.
[[nodiscard]] unsigned threads_or_cores(unsigned given);

/// Closes the days up to `through` one by one, so that a signal stops between two of them, and
/// gives what each did. `closed` gets each report as it is made. Days that are closed already are
/// none.
Status close_days(Book& book, Day through, unsigned threads, Progress& progress,
                  const std::function<void(ledger::NightReport)>& closed);

/// One line a day, and of the last day all amounts, bucket changes and isolated loans.
void print_nights(const Context& context, const std::vector<ledger::NightReport>& nights);

}  // namespace loanbook::apps
