#include "loanbook/ledger/product/product.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/product/charge_income.hpp"
#include "loanbook/ledger/product/product_penalty.hpp"
#include "loanbook/ledger/product/upfront_fee.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using money::Rate;
namespace limits = money::limits;

// Parts of layout 2 that few products have come last, each after its number.
constexpr std::uint8_t joint_section = 1;
constexpr std::uint8_t quality_section = 2;
constexpr std::uint8_t later_servicing_section = 3;
constexpr std::uint8_t index_section = 4;
constexpr std::uint8_t payout_section = 5;
constexpr std::uint8_t accounting_section = 6;
constexpr std::uint8_t penalty_maximum_section = 7;
constexpr std::uint8_t upfront_fee_section = 9;
constexpr std::uint8_t charge_income_section = 10;

constexpr std::int64_t penalty_maximum_e4_max = 100'000;  // 1,000 %

Error bad(std::string id, std::string message) {
  return Error{.id = "product." + std::move(id), .message = std::move(message)};
}

bool id_is_valid(std::string_view id) {
  if (id.empty() || id.size() > limits::external_id_max) return false;
  for (const char c : id) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
  }
  return true;
}

Status check_thresholds(const schedule::Thresholds& thresholds, std::string_view field) {
  if (thresholds.upper.empty() || thresholds.upper.front() != 0 || thresholds.upper.size() > 32) {
    return bad(std::string(field),
               fmt::format("{} must begin with 0 and have at most 32 bounds", field));
  }
  for (std::size_t i = 1; i < thresholds.upper.size(); ++i) {
    if (thresholds.upper[i] <= thresholds.upper[i - 1]) {
      return bad(std::string(field), fmt::format("{} must rise: {} does not follow {}", field,
                                                 thresholds.upper[i], thresholds.upper[i - 1]));
    }
  }
  return money::ok();
}

Status check_order(const schedule::AllocationOrder& order) {
  if (order.count == 0 || order.count > schedule::component_count)
    return bad("allocation", "the allocation order is empty");
  for (std::size_t i = 0; i < order.count; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (order.order[i] == order.order[j]) {
        return bad("allocation", fmt::format("'{}' stands twice in the allocation order",
                                             schedule::to_text(order.order[i])));
      }
    }
  }
  return money::ok();
}

Status check_rounding(money::Rounding rounding, std::string_view field) {
  if (rounding.multiple < 1 || rounding.multiple > limits::rounding_multiple_max) {
    return bad("rounding", fmt::format("{}: multiple must be 1 to {} minor units", field,
                                       limits::rounding_multiple_max));
  }
  return money::ok();
}

Status check_ranges(const Product& product) {
  if (product.installments_min < 1 || product.installments_max > limits::installments_max ||
      product.installments_min > product.installments_default ||
      product.installments_default > product.installments_max) {
    return bad("installments",
               fmt::format("installments must hold 1 <= min ({}) <= default ({}) <= max ({}) <= {}",
                           product.installments_min, product.installments_default,
                           product.installments_max, limits::installments_max));
  }
  if (product.amount_min_minor < 1 || product.amount_min_minor > product.amount_max_minor ||
      product.amount_max_minor > limits::principal_minor_max) {
    return bad("amount", fmt::format("amount must hold 0 < min <= max <= {}",
                                     money::text_of_minor(limits::principal_minor_max,
                                                          product.currency.digits)));
  }
  if (product.rate_min.e12() < 0 || product.rate_min > product.rate_default ||
      product.rate_default > product.rate_max || product.rate_max.e12() > limits::rate_e12_max) {
    return bad("rate",
               fmt::format("rate must hold 0 <= min ({}) <= default ({}) <= max ({}) <= 1000%",
                           product.rate_min.percent_text(), product.rate_default.percent_text(),
                           product.rate_max.percent_text()));
  }
  return money::ok();
}

void encode_order(Encoder& out, const schedule::AllocationOrder& order) {
  out.u8(static_cast<std::uint8_t>(order.mode));
  out.u8(order.count);
  for (std::size_t i = 0; i < order.count; ++i) out.u8(static_cast<std::uint8_t>(order.order[i]));
}

schedule::AllocationOrder decode_order(Decoder& in) {
  schedule::AllocationOrder order;
  order.mode =
      in.enumerator(schedule::AllocationMode::vertical, schedule::AllocationMode::horizontal);
  order.count = in.u8();
  if (order.count > schedule::component_count) in.fail();
  for (std::size_t i = 0; in.good() && i < order.count; ++i) {
    order.order[i] = in.enumerator(schedule::Component::fee, schedule::Component::principal);
  }
  return order;
}

void encode_thresholds(Encoder& out, const schedule::Thresholds& thresholds) {
  out.varint(thresholds.upper.size());
  for (const std::uint16_t bound : thresholds.upper) out.varint(bound);
}

schedule::Thresholds decode_thresholds(Decoder& in) {
  schedule::Thresholds thresholds;
  const std::uint64_t size = in.varint();
  if (size > 32) in.fail();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    thresholds.upper.push_back(static_cast<std::uint16_t>(in.varint()));
  }
  return thresholds;
}

void encode_rounding(Encoder& out, money::Rounding rounding) {
  out.u8(static_cast<std::uint8_t>(rounding.mode));
  out.varint(static_cast<std::uint64_t>(rounding.multiple));
}

money::RoundingMode decode_mode(Decoder& in) {
  return in.enumerator(money::RoundingMode::half_even, money::RoundingMode::down);
}

money::Rounding decode_rounding(Decoder& in) {
  const money::RoundingMode mode = decode_mode(in);
  return {mode, static_cast<std::int64_t>(in.varint())};
}

/// What section 5 holds: the fee stands in one of its own.
PayoutRules without_fee(PayoutRules rules) {
  rules.fee = {};
  return rules;
}

/// Older programs read layout 1 alone; what they know is written as they know it.
bool needs_second_layout(const Product& product) {
  const bool later_accounts =
      std::any_of(product.accounts.begin() + role_count_1, product.accounts.end(),
                  [](const std::optional<AccountCode>& account) { return account.has_value(); });
  return later_accounts || product.servicing || product.joint || product.index ||
         !(product.plan == PlanRules{}) || !(product.quality == AssetQuality{}) ||
         !(product.payouts == PayoutRules{}) || says_accounting(product) ||
         product.accounting.upfront_fee != FeeIncomeSpread::at_once ||
         product.penalty_maximum_e4 != 0 || !product.charge_income.empty() ||
         product.penalty_groups != 0 || product.method > schedule::Method::revolving ||
         product.day_count > schedule::DayCount::thirty_e_360;
}

void encode_account(Encoder& out, const std::optional<AccountCode>& account) {
  out.u8(account.has_value() ? 1 : 0);
  if (!account) return;
  out.text(account->code);
  out.text(account->name);
}

std::optional<AccountCode> decode_account(Decoder& in) {
  if (in.u8() != 1) return std::nullopt;
  std::string code{in.text()};
  return AccountCode{std::move(code), std::string{in.text()}};
}

/// Accounts of the roles that came after layout 1: how many, then role and account of each.
void encode_later_accounts(Encoder& out, const Product& product) {
  const auto count = static_cast<std::uint64_t>(
      std::count_if(product.accounts.begin() + role_count_1, product.accounts.end(),
                    [](const std::optional<AccountCode>& account) { return account.has_value(); }));
  out.varint(count);
  for (std::size_t i = role_count_1; i < role_count; ++i) {
    if (!product.accounts[i]) continue;
    out.u8(static_cast<std::uint8_t>(i));
    encode_account(out, product.accounts[i]);
  }
}

void decode_later_accounts(Decoder& in, Product& product) {
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; in.good() && i < count; ++i) {
    const std::uint8_t role = in.u8();
    if (role < role_count_1 || role >= role_count) {
      in.fail();
      return;
    }
    product.accounts[role] = decode_account(in);
  }
}

/// Interest is computed again where each row is an installment less its interest, or a part beside
/// it.
Status check_recomputable(const Product& product) {
  using schedule::Method;
  if (product.method != Method::level && product.method != Method::equal_principal &&
      product.method != Method::interest_first && product.method != Method::bullet) {
    return bad("servicing",
               "interest is computed again for the methods level, equal-principal, interest-first "
               "and bullet; take out [servicing.interest] or choose one of them");
  }
  PlanRules plan;  // fees, disclosure and repricing go with it
  plan.fee_rate = product.plan.fee_rate;
  plan.fee_minor = product.plan.fee_minor;
  plan.fee_rounding = product.plan.fee_rounding;
  plan.fee_rounded_in_total = product.plan.fee_rounded_in_total;
  plan.fee_upfront = product.plan.fee_upfront;
  plan.repricing = product.plan.repricing;
  plan.cap = product.plan.cap;
  if (!(plan == product.plan)) {
    return bad("servicing",
               "interest that is computed again does not go with rows that are free of principal "
               "or interest, balloons, steps, seasons, calendars or daily rounding; take out "
               "[servicing.interest] or these rules");
  }
  if (!schedule::is_self_contained(product.day_count))
    return bad("servicing", "interest is computed again by day counts that need the dates alone");
  return money::ok();
}

/// A reset plans the rows to come anew, which plans that are bound to the numbers of their rows do
/// not stand.
Status check_repriceable(const Product& product) {
  using schedule::Method;
  const PlanRules& plan = product.plan;
  const bool numbered = !plan.holidays.empty() || plan.step_growth_e12 != 0 ||
                        plan.amortization_installments != 0 || plan.balloon_minor != 0 ||
                        plan.balloon_part.e12() != 0 || plan.principal_free_rows != 0 ||
                        plan.interest_free_rows != 0;
  if (numbered || product.method == Method::flat || product.method == Method::bullet) {
    return bad("index",
               "a rate that follows an index does not go with the methods flat and bullet, nor "
               "with holidays, steps, balloons, amortize_over, principal_free and interest_free: "
               "such plans are bound to the numbers of their rows; take out [rate] or these rules");
  }
  return money::ok();
}

/// Rules that contradict each other are found where the product is written, not where the first
/// loan is opened: by a plan in the middle of the product's ranges.
Status check_plan(const Product& product) {
  if (!needs_second_layout(product)) return money::ok();
  if (product.method == schedule::Method::principal_shares) {
    return bad("method",
               "principal by shares is for single plans; a product repays by another "
               "method");
  }
  if (Status s = check(product.plan); !s) return s;
  if (product.servicing) {
    if (Status s = check(*product.servicing); !s) return s;
    if (product.method == schedule::Method::revolving)
      return bad("servicing", "a revolving loan has no table of installments");
    if (product.servicing->interest) {
      if (Status s = check_recomputable(product); !s) return s;
    }
  }
  if (product.joint) {
    if (Status s = check(*product.joint, product.rate_min); !s) return s;
  }
  if (Status s = check(product.quality); !s) return s;
  if (product.index) {
    if (Status s = check(*product.index); !s) return s;
    if (Status s = check_repriceable(product); !s) return s;
  }
  const bool several = product.servicing && product.servicing->several_payouts;
  const bool over_part = several && product.servicing->over_approved_e4 != 0;
  if (Status s = check(product.payouts, several, over_part); !s) return s;
  if (Status s = check_accounting(product); !s) return s;
  if (Status s = check_charge_income(product); !s) return s;
  if (Status s = check_upfront_fee(product); !s) return s;
  const LoanTerms terms{.principal_minor = product.amount_max_minor,
                        .rate = product.rate_default,
                        .installments = product.installments_default};
  const auto calendar = std::make_shared<const schedule::Calendar>(schedule::Calendar::weekends());
  constexpr std::int32_t any_day = 19'737;  // 2024-01-15
  const Status status =
      schedule::check(schedule_terms(product, terms, money::day_from_number(any_day), calendar));
  if (status) return status;
  return bad("plan", fmt::format("a loan of this product would be refused with {}: {}",
                                 status.error().id, status.error().message));
}

}  // namespace

Status check(const Product& product) {
  if (!id_is_valid(product.id)) {
    return bad("id", fmt::format("product id '{}' must be 1 to 64 of a-z, 0-9 and '-'",
                                 product.id.substr(0, 80)));
  }
  if (product.version < 1) return bad("version", "version counts from 1");
  if (product.name.size() > 200) return bad("name", "the name is longer than 200 bytes");
  if (Status s = check_ranges(product); !s) return s;
  if (product.frequency.every < 1)
    return bad("every", "the step between due dates must be at least 1");
  if (product.due_day > 31) return bad("due_day", "due_day is a day of the month, 1 to 31, or 0");
  if (Status s = check_rounding(product.interest_rounding, "interest"); !s) return s;
  if (Status s = check_rounding(product.installment_rounding, "installment"); !s) return s;
  if (product.interest_rounding.multiple != 1)
    return bad("rounding", "interest is rounded to the minor unit");
  if (product.grace_days > limits::grace_days_max) {
    return bad("grace_days", fmt::format("grace_days must be at most {}", limits::grace_days_max));
  }
  if (product.penalty_rate && product.penalty_multiplier_e4 != 0) {
    return bad("penalty", "give a penalty rate or a multiplier, not both");
  }
  if (product.penalty_multiplier_e4 < 0 || product.penalty_multiplier_e4 > 1'000'000) {
    return bad("penalty", "the penalty multiplier must be between 0 and 100");
  }
  if (product.penalty_maximum_e4 < 0 || product.penalty_maximum_e4 > penalty_maximum_e4_max) {
    return bad(
        "maximum",
        "the maximum of penalty interest must be above 0% and at most 1000% of the principal");
  }
  if (product.penalty_maximum_e4 != 0 && !product.penalty_rate &&
      product.penalty_multiplier_e4 == 0) {
    return bad("maximum",
               "a maximum needs penalty interest; give [overdue] penalty, or take the maximum out");
  }
  if (product.maximum_of != schedule::MaximumOf::penalty) {
    if (product.penalty_maximum_e4 == 0)
      return bad("maximum_of", "maximum_of says what a maximum holds for; give [overdue] maximum");
    if (product.compound == CompoundRate::none)
      return bad("maximum_of",
                 "there is no compound interest under the maximum; give [overdue] compound, or "
                 "take maximum_of out");
    if (product.method == schedule::Method::interest_first)
      return bad("maximum_of",
                 "installments of interest alone have no principal that a maximum could count "
                 "from, so no compound interest would run on them; take maximum_of out");
  }
  for (const Rate rate : {product.rate_min, product.rate_default, product.rate_max}) {
    if (Status s = check_penalty(product, rate); !s) return s;
  }
  if (Status s = check_order(product.allocation.ordinary); !s) return s;
  if (product.allocation.when_late) {
    if (Status s = check_order(product.allocation.when_late->order); !s) return s;
  }
  if (product.allocation.include_future)
    return bad("allocation", "a product allocates to what is due; see prepayment");
  if (Status s = check_thresholds(product.buckets, "buckets"); !s) return s;
  if (Status s = check_thresholds(product.categories, "categories"); !s) return s;
  return check_plan(product);
}

std::string encode(const Product& product) {
  std::string bytes;
  Encoder out{bytes};
  const bool second = needs_second_layout(product);
  out.u8(second ? 2 : 1);  // layout of a product
  out.text(product.id);
  out.varint(product.version);
  out.text(product.name);
  out.text(product.currency.text());
  out.u8(static_cast<std::uint8_t>(product.method));
  out.u8(static_cast<std::uint8_t>(product.frequency.unit));
  out.varint(product.frequency.every);
  out.varint(product.installments_min);
  out.varint(product.installments_max);
  out.varint(product.installments_default);
  out.varint(static_cast<std::uint64_t>(product.amount_min_minor));
  out.varint(static_cast<std::uint64_t>(product.amount_max_minor));
  for (const Rate rate : {product.rate_min, product.rate_max, product.rate_default})
    out.zigzag(rate.e12());
  out.u8(static_cast<std::uint8_t>(product.basis));
  out.u8(static_cast<std::uint8_t>(product.day_count));
  out.u8(static_cast<std::uint8_t>(product.odd_first));
  out.u8(product.due_day);
  encode_rounding(out, product.interest_rounding);
  encode_rounding(out, product.installment_rounding);
  out.u8(static_cast<std::uint8_t>(product.accrual_rounding));
  out.varint(product.grace_days);
  out.u8(static_cast<std::uint8_t>(product.grace_mode));
  out.u8(product.penalty_rate.has_value() ? 1 : 0);
  if (product.penalty_rate) out.zigzag(product.penalty_rate->e12());
  out.varint(static_cast<std::uint64_t>(product.penalty_multiplier_e4));
  out.u8(static_cast<std::uint8_t>(product.compound));
  encode_order(out, product.allocation.ordinary);
  out.u8(product.allocation.when_late.has_value() ? 1 : 0);
  if (product.allocation.when_late) {
    out.varint(product.allocation.when_late->dpd_over);
    encode_order(out, product.allocation.when_late->order);
  }
  out.u8(static_cast<std::uint8_t>(product.prepayment));
  encode_thresholds(out, product.buckets);
  encode_thresholds(out, product.categories);
  for (std::size_t i = 0; i < role_count_1; ++i) encode_account(out, product.accounts[i]);
  if (second) {
    encode(out, product.plan);
    encode(out, product.servicing);
    encode_later_accounts(out, product);
    if (product.joint) {
      out.u8(joint_section);
      encode(out, *product.joint);
    }
    if (!(product.quality == AssetQuality{})) {
      out.u8(quality_section);
      encode(out, product.quality);
    }
    if (product.servicing && has_later_rules(*product.servicing)) {
      out.u8(later_servicing_section);
      encode_later(out, *product.servicing);
    }
    if (product.index) {
      out.u8(index_section);
      encode(out, *product.index);
    }
    if (!(without_fee(product.payouts) == PayoutRules{})) {
      out.u8(payout_section);
      encode(out, product.payouts);
    }
    if (says_accounting(product)) {
      out.u8(accounting_section);
      encode_accounting(out, product);
    }
    if (product.penalty_maximum_e4 != 0) {
      out.u8(penalty_maximum_section);
      if (product.maximum_of != schedule::MaximumOf::penalty) {
        out.varint(0);
        out.u8(static_cast<std::uint8_t>(product.maximum_of));
      }
      out.varint(static_cast<std::uint64_t>(product.penalty_maximum_e4));
    }
    if (!product.payouts.fee.none()) {
      out.u8(upfront_fee_section);
      encode_upfront_fee(out, product);
    }
    if (!product.charge_income.empty()) {
      out.u8(charge_income_section);
      encode_charge_income(out, product);
    }
  }
  return bytes;
}

namespace {

/// A part of 0 says that something else than penalty interest alone counts under the maximum.
void decode_maximum(Decoder& in, Product& product) {
  product.penalty_maximum_e4 = static_cast<std::int64_t>(in.varint());
  if (product.penalty_maximum_e4 != 0) return;
  product.maximum_of = in.enumerator(schedule::MaximumOf::penalty_and_compound,
                                     schedule::MaximumOf::penalty_and_compound);
  product.penalty_maximum_e4 = static_cast<std::int64_t>(in.varint());
  if (product.penalty_maximum_e4 == 0) in.fail();
}

/// The parts at the end, ascending by number.
void decode_sections(Decoder& in, Product& product) {
  std::uint8_t last = 0;
  while (in.good() && !in.rest().empty()) {
    const std::uint8_t section = in.u8();
    if (section <= last) in.fail();
    last = section;
    if (section == joint_section) {
      product.joint = decode_joint_rules(in);
    } else if (section == quality_section) {
      product.quality = decode_asset_quality(in);
      if (product.quality == AssetQuality{}) in.fail();
    } else if (section == later_servicing_section && product.servicing) {
      decode_later(in, *product.servicing);
    } else if (section == index_section) {
      product.index = decode_index_rules(in);
    } else if (section == payout_section) {
      product.payouts = decode_payout_rules(in);
      if (product.payouts == PayoutRules{}) in.fail();
    } else if (section == accounting_section) {
      decode_accounting(in, product);
    } else if (section == penalty_maximum_section) {
      decode_maximum(in, product);
    } else if (section == charge_income_section) {
      decode_charge_income(in, product);
    } else if (section == upfront_fee_section) {
      decode_upfront_fee(in, product);
    } else {
      in.fail();
    }
  }
}

}  // namespace

Result<Product> decode_product(std::string_view bytes) {
  Decoder in{bytes};
  Product product;
  const std::uint8_t layout = in.u8();
  if (layout < 1 || layout > 2) in.fail();
  product.id = in.text();
  product.version = static_cast<std::uint32_t>(in.varint());
  product.name = in.text();
  const auto currency = money::Currency::find(in.text());
  if (!currency)
    in.fail();
  else
    product.currency = *currency;
  product.method = in.enumerator(
      schedule::Method::level, layout == 1 ? schedule::Method::revolving : schedule::Method::flat);
  product.frequency.unit = in.enumerator(schedule::PeriodUnit::day, schedule::PeriodUnit::year);
  product.frequency.every = static_cast<std::uint16_t>(in.varint());
  product.installments_min = static_cast<std::uint32_t>(in.varint());
  product.installments_max = static_cast<std::uint32_t>(in.varint());
  product.installments_default = static_cast<std::uint32_t>(in.varint());
  product.amount_min_minor = static_cast<std::int64_t>(in.varint());
  product.amount_max_minor = static_cast<std::int64_t>(in.varint());
  product.rate_min = Rate::of_e12(in.zigzag());
  product.rate_max = Rate::of_e12(in.zigzag());
  product.rate_default = Rate::of_e12(in.zigzag());
  product.basis = in.enumerator(schedule::InterestBasis::monthly, schedule::InterestBasis::daily);
  product.day_count = in.enumerator(
      schedule::DayCount::act_360,
      layout == 1 ? schedule::DayCount::thirty_e_360 : schedule::DayCount::twenty_eight_336);
  product.odd_first = in.enumerator(schedule::OddFirst::solve, schedule::OddFirst::extra);
  product.due_day = in.u8();
  product.interest_rounding = decode_rounding(in);
  product.installment_rounding = decode_rounding(in);
  product.accrual_rounding = decode_mode(in);
  product.grace_days = static_cast<std::uint16_t>(in.varint());
  product.grace_mode =
      in.enumerator(schedule::GraceMode::waive_if_paid, schedule::GraceMode::shift);
  if (in.u8() == 1) product.penalty_rate = Rate::of_e12(in.zigzag());
  product.penalty_multiplier_e4 = static_cast<std::int64_t>(in.varint());
  product.compound = in.enumerator(CompoundRate::none, CompoundRate::penalty);
  product.allocation.ordinary = decode_order(in);
  if (in.u8() == 1) {
    const auto dpd_over = static_cast<std::uint32_t>(in.varint());
    product.allocation.when_late = {dpd_over, decode_order(in)};
  }
  product.prepayment = in.enumerator(Prepayment::hold, Prepayment::settle);
  product.buckets = decode_thresholds(in);
  product.categories = decode_thresholds(in);
  for (std::size_t i = 0; i < role_count_1; ++i) product.accounts[i] = decode_account(in);
  if (layout == 2) {
    product.plan = decode_plan_rules(in);
    product.servicing = decode_servicing_rules(in);
    decode_later_accounts(in, product);
    decode_sections(in, product);
  }
  // One product, one encoding: what layout 1 can say is not said in layout 2.
  if (layout == 2 && !needs_second_layout(product)) in.fail();
  if (!in.done())
    return Error{.id = "integrity.product_bytes",
                 .message = "a stored product cannot be read: its bytes are damaged"};
  if (Status s = check(product); !s) return s.error();
  if (product.joint) prepare(*product.joint);
  return product;
}

AccountCode account_of(const Product& product, Role role) {
  if (const auto& own = product.accounts.at(static_cast<std::size_t>(role))) return *own;
  const Account account = default_account(role);
  return {std::string(account.code), std::string(account.name)};
}

}  // namespace loanbook::ledger
