#pragma once

// What the events of servicing_interest.cpp share. Private to ledger/. All of it requires
// `computes_again`.

#include <optional>
#include <vector>

#include "loanbook/ledger/loan/servicing_interest.hpp"

namespace loanbook::ledger::interest_steps {

inline constexpr auto principal_at = static_cast<std::size_t>(schedule::Component::principal);
inline constexpr auto interest_at = static_cast<std::size_t>(schedule::Component::interest);

[[nodiscard]] const InterestRules& rule_of(const Rules& rules);
[[nodiscard]] bool counts_daily(const Rules& rules);
/// Does early money bear no interest from its day on, whatever it pays by the order?
[[nodiscard]] bool counts_whole(const Rules& rules);
/// A row of the plan, no down payment or charge of its own.
[[nodiscard]] bool is_row(const InstallmentRecord& record);
[[nodiscard]] bool is_coming(const Servicing& table, std::uint32_t no);
/// The first row to come. Requires one.
[[nodiscard]] const InstallmentRecord& running_record(const LoanState& state);

/// Principal not yet due that bears interest.
[[nodiscard]] std::int64_t ahead_of(const LoanState& state, const Rules& rules);
/// What is overdue on `day` and bears interest.
[[nodiscard]] std::int64_t overdue_of(const LoanState& state, const Rules& rules, Day day);
/// The first day on or after `day` from which what is owed counts.
[[nodiscard]] Day rest_after(const LoanState& state, const Rules& rules, Day day);
/// Rounded interest of `balance`, each period by itself.
[[nodiscard]] std::int64_t interest_of(const LoanState& state, const Rules& rules,
                                       schedule::GivenPeriod span, std::int64_t balance);
/// Interest of the running row through the opening of `to`, what is overdue counted through
/// `overdue_until`; `early`: money that is about to be paid early.
[[nodiscard]] std::int64_t interest_through(const LoanState& state, const Rules& rules, Day to,
                                            Day overdue_until, std::int64_t early = 0);

/// The open stretch ends, and another begins with what is owed now.
void end_stretch(LoanState& state, const Rules& rules, Day day);
void begin_stretch(LoanState& state, const Rules& rules, Day day);
/// A rest date has come.
void reach_rest(LoanState& state, const Rules& rules, Day day);
/// What is owed changed on `day`: it counts from the next rest date on.
void count_from_rest(LoanState& state, const Rules& rules, Day day);

/// The rows to come, with what was paid and added.
[[nodiscard]] std::vector<schedule::RestRow> rest_rows(const LoanState& state, const Rules& rules);
/// Principal of the rows to come, without what was added.
[[nodiscard]] std::int64_t own_principal(const LoanState& state);
struct Again {
  Day day{};
  std::int64_t early = 0;                  ///< money that is about to be paid early
  std::int64_t more = 0;                   ///< principal that joins the rows, or leaves them (< 0)
  std::optional<std::int64_t> interest{};  ///< of the running row; the others begin to bear none
};

/// The rows to come are planned again from what the running one owes.
void plan_again(LoanState& state, const Rules& rules, const Again& again);
/// The accrual line of the running row: from its level to what it will have earned where its rate
/// of growth changes next.
void run_line(LoanState& state, const Rules& rules, Day day);
/// Rows that were paid before their day leave those to come; the next one bears interest from now.
void leave_met(LoanState& state, const Rules& rules, Day day);

}  // namespace loanbook::ledger::interest_steps
