#pragma once

// What a product fixes of a plan beyond method, dates and rounding: fees of the rows, holidays,
// steps, business days, a cap. Plain data; each stands for a field of schedule::Terms.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/money/result.hpp"
#include "loanbook/schedule/disclosure.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::ledger {

class Encoder;
class Decoder;

struct PlanRules {
  // Fee of every row (分期手续费)
  money::Rate fee_rate = money::Rate::of_e12(0);  ///< of the original principal, for each row
  std::int64_t fee_minor = 0;
  money::Rounding fee_rounding{};
  bool fee_rounded_in_total = false;
  bool fee_upfront = false;
  // Shape
  std::uint16_t principal_free_rows = 0;
  std::uint16_t interest_free_rows = 0;
  money::Rate balloon_part = money::Rate::of_e12(0);  ///< of the principal, half up
  std::int64_t balloon_minor = 0;
  std::uint32_t amortization_installments = 0;
  std::int64_t step_growth_e12 = 0;
  std::uint16_t step_every = 1;
  schedule::Season season{};
  std::vector<schedule::PaymentHoliday> holidays{};
  schedule::Remainder remainder = schedule::Remainder::last;
  schedule::Repricing repricing = schedule::Repricing::ahead;
  bool negative_amortization = false;
  // Time
  std::string calendar{};  ///< name of the calendar; empty: none
  schedule::Roll roll = schedule::Roll::none;
  bool interest_follows = false;
  std::optional<std::uint8_t> daily_interest_digits{};
  // Disclosure
  std::optional<schedule::RateCap> cap{};

  bool operator==(const PlanRules&) const = default;
};

/// The first rule that is wrong by itself: `product.fee`, `product.balloon`, `product.calendar`,
/// `product.cap`. What depends on the other terms is `schedule::check`'s.
[[nodiscard]] money::Status check(const PlanRules& rules);

/// Part of the product's bytes from layout 2 on (docs/format.md).
void encode(Encoder& out, const PlanRules& rules);
[[nodiscard]] PlanRules decode_plan_rules(Decoder& in);

/// Puts the rules into `terms`. The amounts that depend on the principal are taken from
/// `terms.principal_minor`.
void apply(const PlanRules& rules, const std::shared_ptr<const schedule::Calendar>& calendar,
           schedule::Terms& terms);

}  // namespace loanbook::ledger
