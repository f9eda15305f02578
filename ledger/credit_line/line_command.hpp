#pragma once

// What callers send about credit lines, and what a caller's risk engine is asked.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/ledger/credit_line/credit_line.hpp"
#include "loanbook/ledger/loan/operation.hpp"

namespace loanbook::ledger {

struct SubLimitRequest {
  std::string product;
  std::string amount;  ///< decimal text; empty: the sub-limit ends
};

/// An event of a credit line. Amounts are decimal text in the line's currency; what `kind` does not
/// take must be left empty.
struct LineRequest {
  Kind kind = Kind::line_open;
  std::string line;  ///< external id

  // line-open (currency and limit are required) and line-change (what is given changes)
  std::string currency{};
  std::optional<std::string> limit{};
  std::optional<Day> last_day{};
  bool no_last_day = false;
  std::optional<bool> revolving{};
  std::optional<bool> write_off_restores{};
  std::optional<bool> needs_decision{};
  std::optional<std::string> temporary{};  ///< with `temporary_until`; `0` ends it
  std::optional<Day> temporary_until{};
  std::vector<SubLimitRequest> sub_limits{};

  // line-reserve, line-release, line-confirm (the loan stands in the command)
  std::string reservation{};
  std::optional<std::string> amount{};
  std::optional<Day> until{};  ///< the last day on which the reservation holds
  std::string product{};       ///< whose sub-limit it takes

  std::string code{};  ///< of a reason: line-freeze, line-unfreeze, line-release
};

/// What a risk engine decided about a line, a reservation of it, or the loan of the command.
struct RiskDecision {
  Verdict verdict = Verdict::allow;
  std::string line{};
  std::string reservation{};
  std::optional<std::uint64_t> of{};  ///< the entry it concerns
  std::string code{}, rule_set{}, score{};
  std::optional<Day> last_day{};  ///< on which it still stands; none: until another comes
};

/// Asked before money is paid out.
struct RiskQuestion {
  std::string loan;
  std::string product;  ///< empty where the loan is open already
  std::string line;     ///< empty: none, or that of the open loan
  std::string reservation;
  std::string amount;  ///< as sent
  std::optional<Day> value_date;
  std::string source, actor;
};
/// No verdict: the engine could not answer; nothing is paid out then.
struct RiskAnswer {
  std::optional<Verdict> verdict{};
  std::string code{}, rule_set{}, score{};
  std::optional<Day> last_day{};
};

}  // namespace loanbook::ledger
