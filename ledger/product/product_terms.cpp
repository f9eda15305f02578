// What a product makes of a loan: its plan's terms, its overdue rules, and whether a book can keep
// it.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/product/product.hpp"
#include "loanbook/ledger/product/product_penalty.hpp"
#include "loanbook/ledger/product/upfront_fee.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

using money::Rate;
namespace limits = money::limits;

Error bad(std::string id, std::string message) {
  return Error{.id = "product." + std::move(id), .message = std::move(message)};
}

std::optional<Rate> multiplied(Rate rate, std::int64_t multiplier_e4) {
  return schedule::penalty_rate(rate, {multiplier_e4, 10'000});
}

}  // namespace

Status check_penalty(const Product& product, Rate rate) {
  if (product.penalty_multiplier_e4 != 0 && !multiplied(rate, product.penalty_multiplier_e4)) {
    return bad(
        "penalty_rate",
        fmt::format(
            "rate {} times the penalty multiplier needs more than 12 decimals or is over {} %: "
            "give fewer decimals, or an own penalty rate",
            rate.text(), limits::rate_e12_max / 10'000'000'000));
  }
  return money::ok();
}

Status check_bookable(const Product& product) {
  const PlanRules& plan = product.plan;
  const auto refuse = [&](std::string_view what) {
    return bad("plan_not_bookable",
               fmt::format("loans of product {} cannot be booked yet: {}; `loanbook quote` shows "
                           "its plans",
                           product.id, what));
  };
  if (capitalises(product) && (product.servicing || product.joint || product.index))
    return refuse(
        "interest may join the balance, which goes with neither [servicing], [joint] nor "
        "[rate]");
  if (product.day_count == schedule::DayCount::bus_252 && plan.calendar.empty())
    return refuse("day count BUS/252 counts the days of a calendar: name it in [business_days]");
  if (product.day_count == schedule::DayCount::thirty_e_360_isda &&
      product.method == schedule::Method::revolving) {
    return refuse("daily interest by 30E/360-ISDA depends on the maturity; 30E/360 does not");
  }
  const auto missing = [&](std::string_view kind, const std::string& name) {
    return bad(fmt::format("{}_missing", kind),
               fmt::format("product {} needs the {} '{}', which is not published in this book: "
                           "`loanbook series add FILE` publishes it",
                           product.id, kind, name));
  };
  const BoundSeries* series = product.bound.series.get();
  if (!plan.calendar.empty() && (series == nullptr || !series->calendar))
    return missing("calendar", plan.calendar);
  if (product.index && (series == nullptr || series->index.empty()))
    return missing("index", product.index->index);
  return money::ok();
}

bool capitalises(const Product& product) {
  using schedule::HolidayInterest;
  const PlanRules& plan = product.plan;
  const bool holiday =
      std::any_of(plan.holidays.begin(), plan.holidays.end(),
                  [](const auto& each) { return each.interest == HolidayInterest::capitalise; });
  return holiday || plan.negative_amortization ||
         (plan.season.months != 0 && plan.season.interest == HolidayInterest::capitalise);
}

bool keeps_table(const Product& product) {
  return product.servicing || product.index || product.plan.fee_rate.e12() != 0 ||
         product.plan.fee_minor != 0 || capitalises(product);
}

void bind(Product& product, const SeriesBook& book, std::uint64_t known_at) {
  product.bound.series = ledger::bind(
      book, product.plan.calendar, product.index ? product.index->index : std::string{}, known_at);
}

schedule::DayCountContext line_context(const Product& product) {
  const BoundSeries* series = product.bound.series.get();
  return {.calendar = series == nullptr ? nullptr : series->calendar.get()};
}

std::optional<Rate> fixed_rate(const Product& product, std::int64_t spread_e12, money::Day day) {
  const BoundSeries* series = product.bound.series.get();
  const IndexValue* value =
      series == nullptr ? nullptr : series->at(day - date::days{product.index->fixing_lag_days});
  if (value == nullptr) return std::nullopt;
  return rate_at(*product.index, spread_e12, value->value);
}

Status check_cap(const Product& product, const schedule::Terms& terms) {
  if (!product.plan.cap) return money::ok();
  // Each loan that is opened passes here; the other annual rates take most of the time.
  return schedule::check_cap(
      schedule::disclose_for_cap(terms, schedule::make_plan(terms), fees_of(product, terms),
                                 product.plan.cap->basis),
      *product.plan.cap);
}

Status check(const LoanTerms& terms, const Product& product, money::Day disbursed,
             const Calendar& calendar) {
  const auto amount = [&](std::int64_t minor) {
    return money::text_of_minor(minor, product.currency.digits);
  };
  if (terms.principal_minor < product.amount_min_minor ||
      terms.principal_minor > product.amount_max_minor) {
    return Error{.id = "terms.amount_outside_product",
                 .message = fmt::format("amount {} is outside product {}: {} to {} {}",
                                        amount(terms.principal_minor), product.id,
                                        amount(product.amount_min_minor),
                                        amount(product.amount_max_minor), product.currency.text())};
  }
  if (terms.rate < product.rate_min || terms.rate > product.rate_max) {
    return Error{.id = "terms.rate_outside_product",
                 .message = fmt::format(
                     "rate {} is outside product {}: {} to {} a year", terms.rate.percent_text(),
                     product.id, product.rate_min.percent_text(), product.rate_max.percent_text())};
  }
  if (terms.installments < product.installments_min ||
      terms.installments > product.installments_max) {
    return Error{.id = "terms.installments_outside_product",
                 .message = fmt::format("{} installments are outside product {}: {} to {}",
                                        terms.installments, product.id, product.installments_min,
                                        product.installments_max)};
  }
  if (Status s = check_penalty(product, terms.rate); !s) return s;
  const bool bound = product.bound.series && product.bound.series->calendar;
  if (!calendar && !bound && !product.plan.calendar.empty()) {
    return bad("calendar_missing",
               fmt::format("product {} needs the calendar '{}': `loanbook series add FILE` "
                           "publishes it in a book, `quote --calendar FILE` brings it",
                           product.id, product.plan.calendar));
  }
  return schedule::check(schedule_terms(product, terms, disbursed, calendar));
}

schedule::Terms schedule_terms(const Product& product, const LoanTerms& terms, money::Day disbursed,
                               const Calendar& calendar) {
  schedule::Terms result{.method = terms.converted != 0
                                       ? static_cast<schedule::Method>(terms.converted)
                                       : product.method,
                         .currency = product.currency,
                         .principal_minor = terms.principal_minor,
                         .rate = terms.rate,
                         .installments = terms.installments,
                         .frequency = product.frequency,
                         .disbursed = disbursed,
                         .first_due = terms.first_due,
                         .due_day = terms.due_day != 0 ? terms.due_day : product.due_day,
                         .basis = product.basis,
                         .day_count = product.day_count,
                         .odd_first = product.odd_first,
                         .interest = product.interest_rounding,
                         .installment = product.installment_rounding};
  const Calendar used =
      calendar || !product.bound.series ? calendar : product.bound.series->calendar;
  apply(product.plan, used, result);
  if (used) result.business_days.calendar = used;
  return result;
}

schedule::OverdueRules overdue_rules(const Product& product, Rate rate) {
  Rate penalty = Rate::of_e12(0);
  if (product.penalty_rate) penalty = *product.penalty_rate;
  if (product.penalty_multiplier_e4 != 0)
    penalty = *multiplied(rate, product.penalty_multiplier_e4);
  Rate compound = Rate::of_e12(0);
  if (product.compound == CompoundRate::contract) compound = rate;
  if (product.compound == CompoundRate::penalty) compound = penalty;
  return {.penalty_rate = penalty,
          .compound_rate = compound,
          .day_count = product.day_count,
          .mode = product.accrual_rounding,
          .grace_days = product.grace_days,
          .grace_mode = product.grace_mode,
          .calendar = line_context(product).calendar,
          .maximum_e4 = product.penalty_maximum_e4,
          .maximum_of = product.maximum_of};
}

}  // namespace loanbook::ledger
