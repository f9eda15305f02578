#include "loanbook/ledger/product/charge_income.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/product/product.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::ledger {
namespace {

using schedule::Component;

constexpr std::size_t codes_max = 64;

Error bad(std::string message) {
  return Error{.id = "product.charge_income", .message = std::move(message)};
}

bool in_use(const Product& product, std::uint8_t group) {
  return std::any_of(product.charge_income.begin(), product.charge_income.end(),
                     [group](const auto& charge) { return charge.second == group; });
}

bool holds_penalties(const Product& product, std::uint8_t group) {
  return (product.penalty_groups >> (group - 1) & 1U) != 0;
}

}  // namespace

Role charge_group_role(std::uint8_t group) {
  return static_cast<Role>(static_cast<std::uint8_t>(Role::charge_income_1) + group - 1);
}

std::optional<std::uint8_t> charge_group_of(Role role) {
  if (role < Role::charge_income_1 || role > Role::charge_income_4) return std::nullopt;
  return static_cast<std::uint8_t>(static_cast<std::uint8_t>(role) -
                                   static_cast<std::uint8_t>(Role::charge_income_1) + 1);
}

Component charge_group_component(const Product& product, std::uint8_t group) {
  return holds_penalties(product, group) ? Component::penalty : Component::fee;
}

Role charge_income_of(const Product& product, Component component, std::string_view code) {
  const Role plain = component == Component::fee ? Role::fee_income : Role::late_fee_income;
  if (product.charge_income.empty() || code.empty()) return plain;
  const auto group = product.charge_income.find(std::string(code));
  if (group == product.charge_income.end() ||
      charge_group_component(product, group->second) != component)
    return plain;
  return charge_group_role(group->second);
}

Status check_charge_income(const Product& product) {
  if (product.charge_income.size() > codes_max)
    return bad(fmt::format("[accounts]: at most {} charges stand in groups", codes_max));
  for (const auto& [code, group] : product.charge_income) {
    if (code.empty() || code.size() > money::limits::external_id_max)
      return bad(fmt::format("charge_income_{}: the code of a charge has 1 to {} bytes", group,
                             money::limits::external_id_max));
    if (group < 1 || group > charge_groups)
      return bad(fmt::format("charge '{}': there are groups 1 to {}", code, charge_groups));
    const auto& servicing = product.servicing;
    if (!servicing || !servicing->late_charge || servicing->late_charge->code != code) continue;
    if (servicing->late_charge->is_fee == holds_penalties(product, group))
      return bad(fmt::format(
          "charge_income_{}: the late charge {} of [servicing] is a {}: name it under `{}`", group,
          money::quoted(code), servicing->late_charge->is_fee ? "fee" : "penalty",
          servicing->late_charge->is_fee ? "charges" : "penalties"));
  }
  for (std::uint8_t group = 1; group <= 8; ++group) {
    if (holds_penalties(product, group) && !in_use(product, group))
      return bad(fmt::format("charge_income_{}: it names no penalties", group));
  }
  for (std::uint8_t group = 1; group <= charge_groups; ++group) {
    const auto role = static_cast<std::size_t>(charge_group_role(group));
    if (product.accounts.at(role).has_value() == in_use(product, group)) continue;
    return bad(
        fmt::format("charge_income_{}: give its account and the charges whose income stands "
                    "there, such as {{ code = \"6041\", charges = [\"origination\"] }}",
                    group));
  }
  return money::ok();
}

void encode_charge_income(Encoder& out, const Product& product) {
  out.u8(product.penalty_groups);
  out.varint(product.charge_income.size());
  for (const auto& [code, group] : product.charge_income) {
    out.text(code);
    out.u8(group);
  }
}

void decode_charge_income(Decoder& in, Product& product) {
  product.penalty_groups = in.u8();
  const std::uint64_t count = in.varint();
  if (count == 0 || count > codes_max) in.fail();
  std::string last;
  for (std::uint64_t i = 0; in.good() && i < count; ++i) {
    std::string code{in.text(money::limits::external_id_max)};
    const std::uint8_t group = in.u8();
    if (code <= last) in.fail();
    product.charge_income.emplace(code, group);
    last = std::move(code);
  }
}

}  // namespace loanbook::ledger
