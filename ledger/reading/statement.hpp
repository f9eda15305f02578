#pragma once

// What a borrower's loan did in a period: every change of what is owed, dated by value date, with a
// balance after each.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/ledger/loan/operation.hpp"
#include "loanbook/ledger/reading/report.hpp"

namespace loanbook::ledger {

/// What is owed by what it is, minor units; `held` is money of the borrower's that the lender
/// keeps.
struct OwedParts {
  std::int64_t principal = 0;
  std::int64_t interest = 0;  ///< earned by the lender, due or not, less what was paid ahead
  std::int64_t fees = 0;
  std::int64_t penalty = 0;  ///< penalty and compound interest, fixed penalties
  std::int64_t held = 0;
  [[nodiscard]] std::int64_t owed() const { return principal + interest + fees + penalty - held; }
  bool operator==(const OwedParts&) const = default;
};

/// One line of a statement: how the parts change, and what is owed after it.
struct StatementLine {
  enum class What : std::uint8_t { event, accrued, due, held, coupon };
  What what =
      What::event;  ///< `held`: money of the borrower's pays what is due; `coupon`: a payer's
  Day from{};       ///< of `accrued`: the days from here to before `day`
  Day day{};        ///< value date
  OwedParts change;
  std::int64_t balance = 0;  ///< owed() after it
  std::uint32_t no = 0;      ///< of `due`: the installment that falls due; it changes nothing owed
  // Of an event; `amount` of `due` too
  Kind kind = Kind::open;
  std::uint64_t sequence = 0;
  std::int64_t amount = 0;
  std::optional<Day> booked{};  ///< where it was booked after its value date
  std::string reason{};
  std::string payer{};         ///< of a repayment: a third party
  std::int64_t kept_back = 0;  ///< of a pay-out: the fee that did not reach the borrower
};

/// opening + sum of the lines' changes = closing, part by part.
struct Statement {
  std::string loan, product, currency;
  std::uint8_t digits = 2;
  Day from{}, until{};         ///< both days belong to it
  std::uint64_t known_at = 0;  ///< entry it is complete to
  OwedParts opening, closing;  ///< before the events of `from`; after the accrual of `until`
  std::int64_t paid = 0;       ///< money received from the borrower, refunds to him taken off
  std::vector<StatementLine> lines;
  struct Reversed {
    std::uint64_t sequence = 0, by = 0;
    Kind kind = Kind::repay;
    Day value_date{};  ///< of what never happened
    Day booked{};      ///< of its reversal
    std::int64_t amount = 0;
  };
  std::vector<Reversed> reversed{};  ///< events of the period that turned out not to have happened
  LoanStatus status = LoanStatus::approved;
  std::int32_t days_past_due = 0;  ///< at the close
  std::optional<Day> next_due{};
  std::int64_t next_amount = 0;
};

}  // namespace loanbook::ledger
