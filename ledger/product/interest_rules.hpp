#pragma once

// What a product says of interest that is computed again when money comes early or late. Rules and
// worked tables: specs/interest-recomputed.md.

#include <cstdint>
#include <optional>

#include "loanbook/money/result.hpp"
#include "loanbook/schedule/recomputed.hpp"

namespace loanbook::ledger {

/// When interest on overdue principal counts. Values reached a disk: frozen.
enum class OverdueInterest : std::uint8_t {
  daily = 1,       ///< every day that it stays unpaid
  at_payment = 2,  ///< when money comes: from the beginning of the running period to that day; what
                   ///< fell due before keeps its amount
  none = 3,        ///< never: interest is that of the plan's balance
};

/// What money does that comes before it is due. Frozen.
enum class EarlyMoney : std::uint8_t {
  smaller = 1,       ///< bears no interest from its day on; what exceeds the installment makes all
                     ///< later ones smaller
  fewer = 2,         ///< ... leaves out installments at the end
  next_smaller = 3,  ///< ... is taken off the next installments
  last_smaller = 4,  ///< pays interest to the day and the principal of the next installments; the
                     ///< interest saved makes the last unpaid one smaller
};

/// What of a late installment bears interest beside its principal. Frozen.
enum class Compounding : std::uint8_t { none = 1, interest = 2, fees = 3, interest_and_fees = 4 };

/// Through which day a loan that is settled early pays interest. Frozen.
enum class SettlementInterest : std::uint8_t { to_the_day = 1, to_the_rest = 2 };

struct InterestRules {
  OverdueInterest overdue = OverdueInterest::daily;
  EarlyMoney early = EarlyMoney::last_smaller;
  schedule::Rest rest{};  ///< dates from which what is owed counts
  Compounding compounding = Compounding::none;
  schedule::Rest compounding_on{.unit = schedule::RestUnit::installment};
  SettlementInterest settlement = SettlementInterest::to_the_day;
  bool operator==(const InterestRules&) const = default;
};

/// `product.servicing` where a rule is out of range.
[[nodiscard]] money::Status check(const InterestRules& rules);

class Encoder;
class Decoder;
void encode(Encoder& out, const InterestRules& rules);
[[nodiscard]] InterestRules decode_interest_rules(Decoder& in);

}  // namespace loanbook::ledger
