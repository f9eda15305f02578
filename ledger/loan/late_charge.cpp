#include "loanbook/ledger/loan/late_charge.hpp"

#include "loanbook/ledger/codec.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

void encode_part(Encoder& out, money::Ratio part) {
  out.varint(static_cast<std::uint64_t>(part.numerator));
  out.varint(static_cast<std::uint64_t>(part.denominator));
}

money::Ratio decode_part(Decoder& in) {
  const auto numerator = static_cast<std::int64_t>(in.varint());
  return {numerator, static_cast<std::int64_t>(in.varint())};
}

}  // namespace

money::Status check(const LateCharge& charge) {
  const auto bad = [](const char* message) { return money::Error{"product.servicing", message}; };
  if (charge.code.empty() || charge.code.size() > money::limits::external_id_max)
    return bad("the code of a late charge has 1 to 64 bytes");
  if (!schedule::check(charge.fee))
    return bad(
        "a late charge is an amount of 0 or more, 0 to 100 % of what is overdue or planned, with "
        "grace of at most 366 days");
  const schedule::LateFeeRules& fee = charge.fee;
  if (fee.amount_minor == 0 && fee.of_overdue.numerator == 0 && fee.of_installment.numerator == 0)
    return bad("a late charge needs an amount or a part; leave it out where there is none");
  return money::ok();
}

void encode(Encoder& out, const LateCharge& charge) {
  const schedule::LateFeeRules& fee = charge.fee;
  out.text(charge.code);
  out.u8(static_cast<std::uint8_t>((charge.is_fee ? 1 : 0) | (fee.max_minor ? 2 : 0) |
                                   (fee.total_max_minor ? 4 : 0)));
  out.u8(static_cast<std::uint8_t>(charge.base));
  out.varint(static_cast<std::uint64_t>(fee.amount_minor));
  encode_part(out, fee.of_overdue);
  encode_part(out, fee.of_installment);
  out.u8(static_cast<std::uint8_t>(fee.rounding.mode));
  out.varint(static_cast<std::uint64_t>(fee.rounding.multiple));
  out.varint(static_cast<std::uint64_t>(fee.min_minor));
  if (fee.max_minor) out.varint(static_cast<std::uint64_t>(*fee.max_minor));
  if (fee.total_max_minor) out.varint(static_cast<std::uint64_t>(*fee.total_max_minor));
  out.varint(fee.grace_days);
  out.varint(fee.every_days);
}

LateCharge decode_late_charge(Decoder& in) {
  LateCharge charge;
  schedule::LateFeeRules& fee = charge.fee;
  charge.code = in.text();
  const std::uint8_t flags = in.u8();
  if (flags > 7) in.fail();
  charge.is_fee = (flags & 1) != 0;
  charge.base = in.enumerator(LateBase::principal_and_interest, LateBase::interest);
  fee.amount_minor = static_cast<std::int64_t>(in.varint());
  fee.of_overdue = decode_part(in);
  fee.of_installment = decode_part(in);
  fee.rounding.mode = in.enumerator(money::RoundingMode::half_even, money::RoundingMode::down);
  fee.rounding.multiple = static_cast<std::int64_t>(in.varint());
  fee.min_minor = static_cast<std::int64_t>(in.varint());
  if ((flags & 2) != 0) fee.max_minor = static_cast<std::int64_t>(in.varint());
  if ((flags & 4) != 0) fee.total_max_minor = static_cast<std::int64_t>(in.varint());
  fee.grace_days = static_cast<std::uint16_t>(in.varint());
  fee.every_days = static_cast<std::uint16_t>(in.varint());
  return charge;
}

}  // namespace loanbook::ledger
