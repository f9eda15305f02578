#include "conformance/adapter.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/schedule/annuity.hpp"

namespace loanbook::conformance {
namespace {

using schedule::Annuity;
using schedule::AnnuityResult;
using schedule::Quantity;

money::Int128 part_of(const std::string& text, unsigned digits) {
  return value_of(money::parse_decimal(text, digits));
}

/// `2/300` or a decimal with as many digits as it has.
Quantity quantity_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos)
    return {part_of(text.substr(0, slash), 0), part_of(text.substr(slash + 1), 0)};
  const std::size_t point = text.find('.');
  const std::size_t digits = point == std::string::npos ? 0 : text.size() - point - 1;
  Quantity quantity{part_of(text, static_cast<unsigned>(digits)), 1};
  for (std::size_t i = 0; i < digits; ++i) quantity.denominator *= 10;
  return quantity;
}

Quantity quantity_or_zero(Fields& fields, const char* key) {
  return fields.has(key) ? quantity_of(fields.text(key)) : Quantity{};
}

AnnuityResult result_of(const std::string& function, const Annuity& annuity, Fields& fields,
                        unsigned places) {
  if (function == "PMT") return schedule::annuity_payment(annuity, places);
  if (function == "IPMT" || function == "PPMT") {
    const auto period = fields.count<std::uint32_t>("per");
    return function == "IPMT" ? schedule::annuity_interest(annuity, period, places)
                              : schedule::annuity_principal(annuity, period, places);
  }
  if (function == "CUMIPMT" || function == "CUMPRINC") {
    const schedule::PeriodRange periods{.first = fields.count<std::uint32_t>("start"),
                                        .last = fields.count<std::uint32_t>("end")};
    return function == "CUMIPMT" ? schedule::annuity_interest(annuity, periods, places)
                                 : schedule::annuity_principal(annuity, periods, places);
  }
  if (function != "PV" && function != "FV" && function != "NPER")
    throw NotBuilt{"fn " + function + " is not built"};
  const Quantity payment = quantity_or_zero(fields, "pmt");
  if (function == "PV") return schedule::annuity_present(annuity, payment, places);
  if (function == "FV") return schedule::annuity_future(annuity, payment, places);
  return schedule::annuity_periods(annuity, payment, places);
}

}  // namespace

Outcome golden_annuity(const Json& input, const Json& expect) {
  Fields fields(input);
  fields.text("method");
  const std::string function = fields.text("fn");
  const auto places = fields.count_or<std::uint8_t>("places", 2);
  const auto type = fields.count_or<std::uint8_t>("type", 0);
  if (type > 1) throw Refused{"type is neither 0 nor 1"};
  const Annuity annuity{
      .rate = quantity_of(fields.text("rate")),
      .periods = fields.count_or<std::uint32_t>("nper", 1),
      .present = quantity_or_zero(fields, "pv"),
      .future = quantity_or_zero(fields, "fv"),
      .payable = type == 1 ? schedule::Payable::at_start : schedule::Payable::at_end};
  const money::Int128 value = value_of(result_of(function, annuity, fields, places));
  fields.done();
  Comparison comparison;
  comparison.object("", expect, {{"value", money::text_of_minor(value, places)}});
  return comparison.outcome();
}

}  // namespace loanbook::conformance
