#pragma once

// A charge that a loan with a table of installments makes by itself for an installment that is
// late.

#include <cstdint>
#include <string>

#include "loanbook/money/result.hpp"
#include "loanbook/schedule/late_fee.hpp"

namespace loanbook::ledger {

/// Of which unpaid amounts of an installment a part is taken. Frozen.
enum class LateBase : std::uint8_t {
  principal_and_interest = 1,
  principal = 2,
  interest = 3,
};

struct LateCharge {
  std::string code = "late charge";  ///< as of any charge, 1 to 64 bytes
  bool is_fee = false;               ///< else a penalty
  schedule::LateFeeRules fee{};      ///< `of_overdue` is a part of `base`
  LateBase base = LateBase::principal_and_interest;
  bool operator==(const LateCharge&) const = default;
};
/// `product.servicing` where a rule is out of range.
[[nodiscard]] money::Status check(const LateCharge& charge);

class Encoder;
class Decoder;
/// Within the bytes of a product's servicing rules (docs/format.md), and back.
void encode(Encoder& out, const LateCharge& charge);
[[nodiscard]] LateCharge decode_late_charge(Decoder& in);

}  // namespace loanbook::ledger
