#pragma once

// Income of charges that stands on accounts of its own, by code (docs/products.md, "Income of
// charges by code").

#include <cstdint>
#include <optional>

#include "loanbook/ledger/role.hpp"
#include "loanbook/schedule/allocation.hpp"

namespace loanbook::ledger {

inline constexpr std::uint8_t charge_groups = 4;

struct Product;
/// The role of group N (from 1).
[[nodiscard]] Role charge_group_role(std::uint8_t group);
/// The group whose income the role is; nothing for all others.
[[nodiscard]] std::optional<std::uint8_t> charge_group_of(Role role);
/// Fees or penalties: a group holds one of them.
[[nodiscard]] schedule::Component charge_group_component(const Product& product,
                                                         std::uint8_t group);

/// `product.charge_income` where a group is out of range or contradicts the product's late charge.
[[nodiscard]] Status check_charge_income(const Product& product);

class Encoder;
class Decoder;
/// Canonical bytes within those of a product (docs/format.md), and back.
void encode_charge_income(Encoder& out, const Product& product);
void decode_charge_income(Decoder& in, Product& product);

}  // namespace loanbook::ledger
