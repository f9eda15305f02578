#include "loanbook/interchange/payout_words.hpp"

#include <fmt/format.h>

#include "loanbook/money/money.hpp"

namespace loanbook::interchange {

void add_payout_words(const ledger::Product& product, std::vector<std::string>& out) {
  const ledger::PayoutRules& rules = product.payouts;
  const auto amount = [&](std::int64_t minor) {
    return money::text_of_minor(minor, product.currency.digits) + " " +
           std::string(product.currency.text());
  };
  if (rules.count_max != 0)
    out.push_back(fmt::format(
        "It is paid out {} at most.",
        rules.count_max == 1 ? std::string("once") : fmt::format("{} times", rules.count_max)));
  if (rules.amount_min_minor != 0)
    out.push_back(fmt::format("Each pay-out is at least {}.", amount(rules.amount_min_minor)));
  if (rules.amount_max_minor != 0)
    out.push_back(fmt::format("Each pay-out is at most {}.", amount(rules.amount_max_minor)));
  if (rules.over_minor != 0)
    out.push_back(fmt::format("Pay-outs together may exceed what was approved by {}.",
                              amount(rules.over_minor)));
  if (rules.days != 0)
    out.push_back(fmt::format(
        "It can be drawn for {} days from its approval or opening, the last one included.",
        rules.days));
}

}  // namespace loanbook::interchange
