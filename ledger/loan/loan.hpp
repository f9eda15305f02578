#pragma once

// A loan is a fold: state(loan, day) = fold(contract, events with value date <= day). Pure: no
// clock, no I/O, no hidden configuration.
//
// The state stands at the opening of `day`: the scheduled steps through that day have happened.
// Between two change dates nothing but its lines moves, so a state is brought to a later day by
// `advance`, and its balances to that day's levels by `accrue`.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/ledger/boxed.hpp"
#include "loanbook/ledger/entry.hpp"
#include "loanbook/ledger/loan/joint.hpp"
#include "loanbook/ledger/loan/loan_balances.hpp"
#include "loanbook/ledger/loan/servicing.hpp"
#include "loanbook/ledger/product/product.hpp"
#include "loanbook/ledger/reading/report.hpp"
#include "loanbook/ledger/role.hpp"
#include "loanbook/schedule/arrears.hpp"
#include "loanbook/schedule/line.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::ledger {

/// Later than every date of a loan: no change is coming.
inline constexpr Day never{date::days{2'000'000}};

/// What the operation `non-accrual` said last. Frozen.
enum class AccrualChoice : std::uint8_t { by_rule = 0, suspended = 1, income = 2 };

/// A fee that was withheld from a pay-out and is not all income yet.
struct DeferredFee {
  std::int64_t left = 0;    ///< not income when `earned` begins, minor units
  schedule::Line earned{};  ///< what of it has become income since then
  bool operator==(const DeferredFee&) const = default;
};

struct LoanState {
  // Contract
  std::uint32_t product = 0;  ///< number of the product version
  LoanTerms terms{};

  // State at the opening of `day`
  LoanStatus status = LoanStatus::cancelled;
  std::uint8_t bucket = 0;
  Day day{};
  Day next_change =
      never;  ///< the next day on which a line ends, something becomes due or a bucket changes
  Day disbursed{};
  std::int64_t lent = 0;
  bool non_accrual = false;  ///< interest is no income until it comes in (非应计)
  AccrualChoice accrual = AccrualChoice::by_rule;
  std::uint8_t official = 0;  ///< category that `classify` gave, from 1; 0: none
  bool row_coming = false;    ///< `next` is the row that becomes due next
  schedule::PlanCursor cursor{};
  schedule::PlanRow next{};
  schedule::Line interest{};                  ///< of the running period, or daily interest
  std::vector<schedule::DueInstallment> due;  ///< unpaid; with `servicing` also those to come
  Boxed<Servicing> servicing{};               ///< the table of installments, where the loan has one
  Boxed<JointTotals> joint{};                 ///< of a loan that several fund
  Boxed<DeferredFee> deferred{};
  /// Of a loan taken over under a product with tax: what its taxed income amounted to then. It is
  /// counted from there (accounting.cpp).
  std::int64_t taxed_from = 0;
  LoanBalances balance{};  ///< accrued through the last `accrue`

  bool operator==(const LoanState& other) const;
};

/// What a contract says, whatever events change of it later.
struct Agreed {
  LoanTerms terms;
  std::optional<std::int64_t> spread_e12;  ///< over the index; absent: the product's
};

/// An event of one loan, as the fold sees it.
struct LoanEvent {
  Kind kind;
  Day value_date;
  std::uint64_t sequence;
  std::int64_t amount_minor;
  std::shared_ptr<const Operated> operated{};  ///< of an operation
  std::shared_ptr<const TakenOver> taken{};    ///< of a take-over
  std::shared_ptr<const Agreed> agreed{};      ///< of an opening
};
/// Order of the fold: value date, then rank of kind (opening before money), then recorded order.
[[nodiscard]] bool before(const LoanEvent& a, const LoanEvent& b);

/// Does an event stand before money of its own day, whenever it was recorded?
[[nodiscard]] bool stands_first(const LoanEvent& event);

/// What keeps one loan from going on: an amount beyond 64 bits, movements that do not balance.
/// Thrown inside the ledger only; a night isolates the loan, a command is refused.
struct LoanFault {
  std::string reason;
};

/// Everything scheduled through the opening of `to` happens, in order. Requires state.day <= to.
/// Throws LoanFault.
void advance(LoanState& state, const Product& product, Day to);
/// Moves the balances to the levels at the opening of `at`. Requires state.day <= at <=
/// state.next_change. Throws LoanFault.
void accrue(LoanState& state, const Product& product, Day at);
/// The event's own step on a state advanced to its value date; returns its movements. Never
/// refuses: excess becomes overpayment. Throws LoanFault.
Balances apply(LoanState& state, const Product& product, const LoanEvent& event);

/// The fold through the opening of `through` with all `events` (ordered, value dates <= through);
/// `steps`, where given, receives each event's own movements. Throws LoanFault.
[[nodiscard]] LoanState fold(std::uint32_t product_number, const LoanTerms& terms,
                             const Product& product, std::span<const LoanEvent> events, Day through,
                             std::vector<Balances>* steps = nullptr);

/// The fold goes on from `state` with later events. Throws LoanFault.
void fold_on(LoanState& state, const Product& product, std::span<const LoanEvent> events,
             Day through, std::vector<Balances>* steps = nullptr);

[[nodiscard]] Balances difference(const Balances& after, const Balances& before);
[[nodiscard]] Balances difference(const LoanBalances& after, const LoanBalances& before);
/// `M0` .. `M6`, `M6+` for the last bucket of the product's thresholds.
[[nodiscard]] std::string bucket_name(const Product& product, std::uint8_t bucket);

/// Canonical bytes of a state, for derived rows, and back (nothing where they are damaged).
void encode(const LoanState& state, std::string& out);
[[nodiscard]] bool decode(std::string_view& bytes, LoanState& state);

}  // namespace loanbook::ledger
