#pragma once

// What a product says of loans with a table of installments.

#include <cstdint>
#include <optional>
#include <vector>

#include "loanbook/ledger/loan/late_charge.hpp"
#include "loanbook/ledger/product/interest_rules.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/money/split.hpp"
#include "loanbook/schedule/allocation.hpp"

namespace loanbook::ledger {

/// When a charge becomes income. Frozen.
enum class FeeIncome : std::uint8_t {
  when_due = 1,       ///< on the night of its due date
  when_assessed = 2,  ///< at once
};

struct ServicingRules {
  /// Past due, due, in advance; oldest installment first, each by penalty, fee, interest,
  /// principal.
  schedule::TimedOrder payment = standard_order();
  std::optional<schedule::TimedOrder> merchant_refund{};  ///< absent: as `payment`
  std::optional<schedule::TimedOrder> payout_refund{};
  std::optional<schedule::TimedOrder> goodwill{};
  std::optional<schedule::TimedOrder> down_payment{};
  /// What a chargeback takes back first, up to what the payment had settled of it; the rest is
  /// principal.
  std::vector<schedule::Component> chargeback{};
  money::Ratio down_payment_part{0, 1};  ///< of each pay-out, due on its day (首付)
  money::Rounding down_payment_rounding{};
  bool several_payouts = false;       ///< more than one disbursement
  std::int64_t over_approved_e4 = 0;  ///< pay-outs may exceed what was approved by so much
  FeeIncome fee_income = FeeIncome::when_due;
  /// Income of charges is booked by the operation `accrue` and when the loan is settled, not by
  /// each night.
  bool income_by_run = false;
  /// Days past due count from the end of grace; else from the due date once grace is over.
  bool days_after_grace = false;
  /// A charge is due from its own date on for the order of payment; else with its installment.
  bool charges_due_by_date = false;
  /// A later pay-out makes equal parts over all rows of the plan, those due on its day included and
  /// after its down payment; the last row takes the difference. Else the rows to come share it.
  bool raise_over_all_rows = false;
  /// The whole payment of a flat row is a multiple of the rounding of installments; else its
  /// principal is.
  bool round_flat_payment = false;
  /// How the equal installment is solved.
  schedule::SolveDays solve_days = schedule::SolveDays::actual;
  /// The installment is that of the amount approved, whatever is paid out by then; a later pay-out
  /// makes more rows, not larger ones.
  bool installment_of_approved = false;
  /// What was paid in advance is allocated again, payment by payment on its own day, when a later
  /// pay-out raises the installments; else it stays where it is.
  bool ahead_again = false;
  /// Interest is computed again from what is really owed; absent: as planned.
  std::optional<InterestRules> interest{};
  /// A chargeback makes its installment late from its own day, once that is past due; else from the
  /// due date.
  bool chargebacks_late_from_own_day = false;
  /// Due dates are those of a loan paid out on the day it was opened; interest counts from the
  /// pay-out all the same.
  bool dates_from_opening = false;
  /// A pause takes all its days off each installment that is late; else those that the two share.
  bool whole_pauses = false;
  /// For an installment that is late, made by the night.
  std::optional<LateCharge> late_charge{};
  bool operator==(const ServicingRules&) const = default;

  [[nodiscard]] static schedule::TimedOrder standard_order();
};

/// `product.servicing` where a rule is out of range.
[[nodiscard]] money::Status check(const ServicingRules& rules);

class Encoder;
class Decoder;
/// Canonical bytes within those of a product (docs/format.md), and back.
void encode(Encoder& out, const std::optional<ServicingRules>& rules);
[[nodiscard]] std::optional<ServicingRules> decode_servicing_rules(Decoder& in);
/// Rules that came later, in a part of their own, where they say anything.
[[nodiscard]] bool has_later_rules(const ServicingRules& rules);
void encode_later(Encoder& out, const ServicingRules& rules);
void decode_later(Decoder& in, ServicingRules& rules);

}  // namespace loanbook::ledger
