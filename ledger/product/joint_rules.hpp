#pragma once

// What a product says of a joint loan (联合贷款): who funds it, and who gets what of each
// component.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/money/rate.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/schedule/allocation.hpp"
#include "loanbook/schedule/quota.hpp"

namespace loanbook::ledger {

/// How interest is shared. Frozen.
enum class InterestShare : std::uint8_t {
  pro_rata = 1,      ///< as principal
  funding_rate = 2,  ///< a partner earns its own rate on its principal, the lead keeps the rest
  service_fee =
      3,  ///< the lead takes a part of all interest first, the rest is shared as principal
};
/// Who gets penalties or fees. Frozen.
enum class Bearer : std::uint8_t { shared = 1, lead = 2 };
/// What stands in the lead's books. Frozen.
enum class JointBooks : std::uint8_t {
  own_share = 1,  ///< its own share; that of the partners is taken out by agency accounts (代理)
  full = 2,       ///< everything, with a liability to the partners
};

/// One who funds a part of every loan.
struct Party {
  std::string id;
  std::int64_t weight = 1;
  std::optional<money::Rate> funding_rate{};  ///< of a partner, per year
  bool operator==(const Party&) const = default;
};

/// The quota tables of a set of parties; a function of it.
struct JointTables {
  schedule::QuotaTable parties;
  /// Of the partners by weight x funding rate, in their order, where there are such rates.
  std::optional<schedule::QuotaTable> funded{};
  money::Int128 funded_sum = 0;  ///< of weight x rate (10^-12) over the partners
};

/// Parts of 100 % are kept with 6 decimals of one.
inline constexpr std::int64_t joint_part_scale = 1'000'000;

struct JointRules {
  std::vector<Party> parties{};  ///< in the order of the contract: ties go to the first
  std::string lead{};            ///< id of the one whose books these are
  InterestShare interest = InterestShare::pro_rata;
  std::int64_t service_fee_e6 = 0;  ///< part of all interest
  Bearer penalty = Bearer::shared;  ///< penalty and compound interest, late fees
  Bearer fees = Bearer::shared;
  JointBooks books = JointBooks::own_share;
  /// Days past due after which the lead pays the partners their part of an installment and takes
  /// their place (代偿); 0: never.
  std::uint16_t compensation_days = 0;
  std::int64_t partner_min_e6 = 0;                 ///< each partner funds at least this part, and
  std::int64_t partner_max_e6 = joint_part_scale;  ///< at most this one

  std::shared_ptr<const JointTables> tables{};  ///< made by `prepare`, no part of the value

  [[nodiscard]] bool operator==(const JointRules& other) const;
  [[nodiscard]] std::size_t lead_index() const;
  /// Its place among the parties; parties.size() where it is none of them.
  [[nodiscard]] std::size_t find(std::string_view party) const;
};

/// `product.joint`, `product.parties`: the first rule that is broken; `rate_min`: the lowest
/// contract rate of the product.
[[nodiscard]] money::Status check(const JointRules& rules, money::Rate rate_min);
/// Makes the tables. Requires check(rules) passed.
void prepare(JointRules& rules);

/// What a party has of `total` units of a component on a loan with this contract rate: a function
/// of the total alone. The shares of all parties sum to it.
///
/// By funding rate: all partners together floor(total x sum(w f) / (W x rate)), shared among them
/// by the quota table of w f; the lead keeps the rest. By service fee: fee = half-up(total x part)
/// to the lead, total - fee by the quota table.
/// Requires prepared rules, party < parties.size().
[[nodiscard]] std::int64_t share_of(const JointRules& rules, money::Rate rate,
                                    schedule::Component component, std::size_t party,
                                    std::int64_t total);
/// The fee that the lead takes of so much interest; 0 in other styles.
[[nodiscard]] std::int64_t service_fee_of(const JointRules& rules, std::int64_t interest);

class Encoder;
class Decoder;
/// Canonical bytes within those of a product (docs/format.md), and back.
void encode(Encoder& out, const JointRules& rules);
[[nodiscard]] JointRules decode_joint_rules(Decoder& in);

}  // namespace loanbook::ledger
