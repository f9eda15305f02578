#pragma once

// Readers of the ACTUS suite. They map terms, series and columns; no amounts are computed here.

#include <optional>
#include <string>

#include "conformance/adapter.hpp"
#include "loanbook/schedule/projection.hpp"

namespace loanbook::conformance {

struct ActusContract {
  schedule::ProjectionTerms terms{};
  schedule::ObservedSeries observed{};
  std::optional<schedule::Moment> horizon{};
};

/// A case as our terms. Throws NotBuilt and Refused; unknown terms are ignored, as the format asks.
ActusContract actus_contract(const Json& content);

/// Without the blanks at its ends.
std::string trimmed(const std::string& text);

/// A number or a text with a number, blanks at its ends, an exponent at most. Digits beyond the
/// 18th decimal are cut: what they are worth is far below the tolerance of the suite.
schedule::Figure figure_of(const Json& value, const std::string& where);
std::string figure_text(schedule::Figure figure);

/// `2013-12-31T00:00`, with or without seconds; `23:59:59` is the close of the day.
schedule::Moment moment_of(const std::string& text);
std::string moment_text(schedule::Moment moment);

/// `P2WL0`: two weeks, long last period; a notice has no such end.
schedule::Frequency period_of(const std::string& text);
schedule::Cycle cycle_of(schedule::Moment anchor, const std::optional<std::string>& step);

}  // namespace loanbook::conformance
