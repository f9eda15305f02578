#include "loanbook/ledger/product/upfront_fee.hpp"

#include <fmt/format.h>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::int64_t one_e12 = 1'000'000'000'000;

Error bad_fee(const char* message) { return Error{"product.payouts", message}; }
Error bad_income(const char* message) { return Error{"product.upfront_fee", message}; }

}  // namespace

std::int64_t fee_of(const UpfrontFee& fee, std::int64_t payout_minor) {
  if (fee.part_e12 == 0) return fee.minor;
  const money::Int128 step = money::Int128{one_e12} * fee.rounding.multiple;
  const money::Int128 part =
      money::divide_rounded(money::Int128{payout_minor} * fee.part_e12, step, fee.rounding.mode);
  return static_cast<std::int64_t>(part * fee.rounding.multiple) + fee.minor;
}

schedule::UpfrontFees fees_of(const Product& product, const schedule::Terms& terms) {
  const UpfrontFee& fee = product.payouts.fee;
  if (fee.none()) return {};
  std::int64_t kept = fee_of(fee, terms.principal_minor);
  for (const schedule::Drawdown& drawn : terms.drawdowns) kept += fee_of(fee, drawn.amount_minor);
  return {.deducted_minor = kept};
}

Status check_upfront_fee(const Product& product) {
  const UpfrontFee& fee = product.payouts.fee;
  const FeeIncomeSpread spread = product.accounting.upfront_fee;
  if (fee.part_e12 < 0 || fee.part_e12 >= one_e12)
    return bad_fee("[payouts] fee: part is 0% or more and below 100% of the pay-out");
  if (fee.minor < 0 || fee.minor > money::limits::amount_minor_max)
    return bad_fee("[payouts] fee: amount is 0 or more and within the limit of amounts");
  if (fee.rounding.multiple < 1 || fee.rounding.multiple > money::limits::rounding_multiple_max)
    return bad_fee("[payouts] fee: rounding is to 1 minor unit or a multiple within the limits");
  if (fee.none()) {
    if (!(fee == UpfrontFee{}))
      return bad_fee(
          "[payouts] fee: a rounding needs a part or an amount; give one, or take fee out");
    return spread == FeeIncomeSpread::at_once
               ? money::ok()
               : Status{bad_income(
                     "[accounting] upfront_fee spreads a fee that is kept back of pay-outs: "
                     "give it with fee = { part = \"2%\" } in [payouts], or take "
                     "upfront_fee out")};
  }
  if (fee_of(fee, product.amount_max_minor) >= product.amount_max_minor)
    return bad_fee("[payouts] fee would leave nothing of the largest loan: lower it");
  if (product.joint)
    return bad_fee(
        "a joint loan keeps no fee back of its pay-outs, since each party pays out its own part: "
        "take fee out of [payouts] and charge it with `loan charge`");
  if (spread == FeeIncomeSpread::at_once) return money::ok();
  if (product.accounting.on_cash())
    return bad_income(
        "on a cash basis a fee that is kept back has come in with the pay-out, so it is income at "
        "once: write upfront_fee = \"at-once\" in [accounting], or take basis = \"cash\" out");
  const bool by_rate = spread == FeeIncomeSpread::effective_interest;
  if (by_rate && product.method == schedule::Method::revolving)
    return bad_income(
        "effective interest discounts the installments of a plan, which a revolving loan has not: "
        "write upfront_fee = \"straight-line\" in [accounting]");
  return money::ok();
}

Status check_payout_fee(const Product& product, std::int64_t payout_minor) {
  const UpfrontFee& fee = product.payouts.fee;
  if (fee.none() || fee_of(fee, payout_minor) < payout_minor) return money::ok();
  const auto text = [&](std::int64_t minor) {
    return money::text_of_minor(minor, product.currency.digits);
  };
  return Error{
      "payout.fee",
      fmt::format("of a pay-out of {} product {} keeps back {}, which leaves nothing: pay out more",
                  text(payout_minor), product.id, text(fee_of(fee, payout_minor)))};
}

void encode_upfront_fee(Encoder& out, const Product& product) {
  const UpfrontFee& fee = product.payouts.fee;
  out.varint(static_cast<std::uint64_t>(fee.part_e12));
  out.varint(static_cast<std::uint64_t>(fee.minor));
  out.u8(static_cast<std::uint8_t>(fee.rounding.mode));
  out.varint(static_cast<std::uint64_t>(fee.rounding.multiple));
  out.u8(static_cast<std::uint8_t>(product.accounting.upfront_fee));
}

void decode_upfront_fee(Decoder& in, Product& product) {
  UpfrontFee& fee = product.payouts.fee;
  fee.part_e12 = static_cast<std::int64_t>(in.varint());
  fee.minor = static_cast<std::int64_t>(in.varint());
  fee.rounding.mode = in.enumerator(money::RoundingMode::half_even, money::RoundingMode::down);
  fee.rounding.multiple = static_cast<std::int64_t>(in.varint());
  product.accounting.upfront_fee =
      in.enumerator(FeeIncomeSpread::at_once, FeeIncomeSpread::effective_interest);
  if (fee.none()) in.fail();
}

}  // namespace loanbook::ledger
