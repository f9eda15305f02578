#include "loanbook/interchange/payout_words.hpp"

#include <fmt/format.h>

#include "loanbook/ledger/product/upfront_fee.hpp"
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
  if (rules.fee.none()) return;
  std::string fee;
  if (rules.fee.part_e12 != 0)
    fee = money::Rate::of_e12(rules.fee.part_e12).percent_text() + " of it";
  if (rules.fee.minor != 0) fee += (fee.empty() ? "" : " and ") + amount(rules.fee.minor);
  const std::int64_t most = product.amount_max_minor;
  out.push_back(
      fmt::format("A fee of {} is kept back of each pay-out: of {} the borrower receives {}.", fee,
                  amount(most), amount(most - ledger::fee_of(rules.fee, most))));
  if (product.currency.text() == "CNY")
    out.push_back(
        "Mind article 670 of the Civil Code: where interest is taken out of the principal in "
        "advance (砍头息), only what was paid out is owed. A fee that is paid with the first "
        "installment is fee = { ..., timing = \"first\" } in [plan].");
}

void add_quality_words(const ledger::Product& product, std::vector<std::string>& out) {
  const ledger::AssetQuality& rules = product.quality;
  if (rules.materiality_minor != 0) {
    out.push_back(
        fmt::format("Days past due count from {} {} past due on.",
                    money::text_of_minor(rules.materiality_minor, product.currency.digits),
                    product.currency.text()));
  }
  if (rules.non_accrual_days != 0) {
    out.push_back(fmt::format(
        "More than {} days past due, interest is no income until it comes in{}.",
        rules.non_accrual_days,
        rules.accrual_return == ledger::AccrualReturn::cured
            ? "; once nothing is past due it is income again"
            : ", also when nothing is past due any more: the operation `non-accrual` ends it"));
  }
  if (rules.customer == ledger::CustomerRule::worst)
    out.push_back("All loans of a customer have the category of the worst.");
  if (rules.customer == ledger::CustomerRule::part) {
    out.push_back(fmt::format(
        "All loans of a customer are substandard at least once more than {} of their principal is.",
        money::Rate::of_e12(rules.customer_part_e6 * 1'000'000).percent_text()));
  }
}

}  // namespace loanbook::interchange
