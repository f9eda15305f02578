#include "loanbook/schedule/provisions.hpp"

#include <algorithm>
#include <string>

#include "loanbook/money/limits.hpp"
#include "loanbook/schedule/due_dates.hpp"
#include "loanbook/schedule/period_interest.hpp"
#include "loanbook/schedule/periods.hpp"

namespace loanbook::schedule {
namespace {

namespace limits = money::limits;
using money::Int128;
using money::Status;

constexpr std::int64_t e12 = 1'000'000'000'000;
constexpr std::int64_t balance_max = 1'000'000'000'000'000'000;
constexpr Int128 weight_ratio_max = 1'000'000;  // largest to smallest weight of a step plan
constexpr std::uint32_t share_max = 1'000'000'000;
constexpr std::uint8_t daily_digits_max = 12;
constexpr std::size_t changes_max = 10'000;  // of the rate, or drawdowns

money::Error refuse(const char* id, std::string message) {
  return money::Error{id, std::move(message)};
}

bool amortises(const Terms& terms) {
  return terms.method == Method::level || terms.method == Method::equal_principal;
}

template <class T, class DayOf>
bool ascending_after(const std::vector<T>& items, Day start, DayOf day_of) {
  Day last = start;
  for (const T& item : items) {
    if (day_of(item) <= last) return false;
    last = day_of(item);
  }
  return true;
}

Status check_rates(const Terms& terms) {
  if (terms.rate_changes.size() > changes_max)
    return refuse("terms.rate_changes_too_many", "at most 10,000 changes of the rate");
  if (!ascending_after(terms.rate_changes, terms.disbursed,
                       [](const RateChange& c) { return c.from; })) {
    return refuse("terms.rate_changes_out_of_order",
                  "changes of the rate must come after the disbursement, each on a later day");
  }
  for (const RateChange& change : terms.rate_changes) {
    if (change.rate.e12() < 0 || change.rate.e12() > limits::rate_e12_max)
      return refuse("terms.rate_out_of_range", "a changed rate must be 0 to 1,000 % a year");
  }
  const auto repricing = static_cast<unsigned>(terms.repricing);
  if (repricing < 1 || repricing > 3)
    return refuse("terms.repricing_unknown", "repricing must be ahead, at-change or keep");
  return money::ok();
}

Status check_amounts(const Terms& terms) {
  if (terms.down_payment_minor < 0 || terms.down_payment_minor >= terms.principal_minor) {
    return refuse("terms.down_payment_out_of_range",
                  "the down payment must be 0 or more and less than the principal");
  }
  if (terms.carried_interest_minor < 0 || terms.carried_interest_minor > limits::amount_minor_max) {
    return refuse("terms.carried_interest_out_of_range",
                  "interest carried in must be 0 to " + std::to_string(limits::amount_minor_max));
  }
  if (terms.drawdowns.size() > changes_max)
    return refuse("terms.drawdowns_too_many", "at most 10,000 further disbursements");
  if (!ascending_after(terms.drawdowns, terms.disbursed, [](const Drawdown& d) { return d.date; }))
    return refuse("terms.drawdowns_out_of_order",
                  "further disbursements must come after the first, each on a later day");
  Int128 total = terms.principal_minor;
  for (const Drawdown& each : terms.drawdowns) {
    if (each.amount_minor < 1)
      return refuse("terms.drawdown_out_of_range", "a further disbursement must be above 0");
    total += each.amount_minor;
  }
  if (total > limits::principal_minor_max) {
    return refuse("terms.principal_out_of_range", "all disbursements together must not exceed " +
                                                      std::to_string(limits::principal_minor_max) +
                                                      " minor units");
  }
  if (terms.balloon_minor > total - terms.down_payment_minor)
    return refuse("terms.balloon_out_of_range", "the balloon is more than what is financed");
  return money::ok();
}

Status check_installment(const Terms& terms) {
  if (terms.installment_minor < 0 || terms.installment_minor > limits::amount_minor_max ||
      (terms.installment_minor != 0 && !amortises(terms))) {
    return refuse("terms.installment_out_of_range",
                  "a given installment must be above 0, for equal installments or equal principal");
  }
  const std::uint32_t rows = terms.amortization_installments;
  if (rows != 0 &&
      (!amortises(terms) || rows < terms.installments || rows > limits::installments_max ||
       terms.installment_minor != 0 || terms.last_due || terms.balloon_minor != 0)) {
    return refuse("terms.amortization_out_of_range",
                  "the installments to solve over must be at least those of the plan and at most " +
                      std::to_string(limits::installments_max) +
                      ", for equal installments or equal principal without balloon, given "
                      "installment or last due date");
  }
  return money::ok();
}

Status check_steps(const Terms& terms) {
  if (terms.step_every < 1) return refuse("terms.step_out_of_range", "steps last 1 row or more");
  if (terms.step_growth_e12 == 0) return money::ok();
  if (!amortises(terms) || terms.installment_minor != 0) {
    return refuse("terms.step_needs_solved_installment",
                  "steps need equal installments or equal principal that are solved");
  }
  if (terms.step_growth_e12 <= -e12 || terms.step_growth_e12 > e12)
    return refuse("terms.step_out_of_range", "a step must be above -100 % and at most 100 %");
  const std::uint32_t rows = std::max(terms.installments, terms.amortization_installments);
  Int128 weight = e12;
  for (std::uint32_t step = 0; step < (rows - 1) / terms.step_every; ++step) {
    weight = weight * (e12 + terms.step_growth_e12) / e12;
    if (weight > weight_ratio_max * e12 || weight < e12 / weight_ratio_max) {
      return refuse("terms.step_out_of_range",
                    "the steps make the largest installment more than 1,000,000 times the "
                    "smallest; use a smaller step or longer ones");
    }
  }
  return money::ok();
}

Status check_shares(const Terms& terms) {
  if (terms.method != Method::principal_shares) {
    return terms.shares.empty() ? money::ok()
                                : refuse("terms.shares_unexpected",
                                         "shares of principal belong to the method "
                                         "principal-shares alone");
  }
  if (terms.shares.size() != terms.installments) {
    return refuse("terms.shares_out_of_range",
                  "there are " + std::to_string(terms.shares.size()) + " shares for " +
                      std::to_string(terms.installments) + " installments; give one for each");
  }
  if (std::any_of(terms.shares.begin(), terms.shares.end(),
                  [](std::uint32_t share) { return share > share_max; }))
    return refuse("terms.shares_out_of_range", "a share is at most 1,000,000,000");
  return money::ok();
}

bool known(HolidayInterest interest) {
  return interest >= HolidayInterest::pay && interest <= HolidayInterest::waive;
}

Status check_holidays(const Terms& terms) {
  std::uint32_t last = 0;
  for (const PaymentHoliday& each : terms.holidays) {
    if (each.first_row <= last || each.last_row < each.first_row ||
        each.last_row > terms.installments || !known(each.interest)) {
      return refuse("terms.holidays_out_of_order",
                    "payment holidays must lie within the installments, one after the other");
    }
    last = each.last_row;
  }
  if (terms.season.months >= 1U << 12U || !known(terms.season.interest))
    return refuse("terms.season_out_of_range", "months to skip are 1 to 12");
  if ((last != 0 || terms.season.months != 0) && has_one_row(terms)) {
    return refuse("terms.holidays_unexpected",
                  "a loan that is repaid at once has no payment holidays");
  }
  return money::ok();
}

Status check_parts(const Terms& terms) {
  const auto remainder = static_cast<unsigned>(terms.remainder);
  if (remainder < 1 || remainder > 3)
    return refuse("terms.remainder_unknown", "the remainder goes to last, first or spread");
  const bool parts = terms.method == Method::equal_principal || terms.method == Method::flat ||
                     terms.method == Method::principal_shares || terms.fee != InstallmentFee{};
  const bool plain = terms.drawdowns.empty() && terms.holidays.empty() &&
                     terms.season.months == 0 && terms.step_growth_e12 == 0 &&
                     terms.installment_minor == 0 && terms.amortization_installments == 0;
  if (terms.remainder != Remainder::last && (!parts || !plain)) {
    return refuse("terms.remainder_needs_equal_parts",
                  "a remainder in the first row or spread needs equal principal, flat interest, "
                  "shares or a fee, without drawdowns, holidays, steps or a given installment");
  }
  const InstallmentFee& fee = terms.fee;
  if (fee.rate.denominator < 1 || fee.rate.denominator > e12 || fee.rate.numerator < 0 ||
      fee.rate.numerator > 10 * Int128{fee.rate.denominator} || fee.amount_minor < 0 ||
      fee.amount_minor > limits::amount_minor_max || fee.rounding.multiple < 1 ||
      fee.rounding.multiple > limits::rounding_multiple_max) {
    return refuse("terms.fee_out_of_range",
                  "the fee of an installment must be 0 to 1,000 % of the principal, with a "
                  "denominator of at most 10^12, and 0 or more as an amount");
  }
  const Int128 all_fees =
      (Int128{terms.principal_minor} * fee.rate.numerator / fee.rate.denominator +
       fee.amount_minor + 1 + fee.rounding.multiple) *
      terms.installments;
  return all_fees <= balance_max
             ? money::ok()
             : refuse("terms.fee_out_of_range", "all fees together are beyond 10^18 minor units");
}

Status check_flat(const Terms& terms) {
  if (terms.method != Method::flat) return money::ok();
  const auto asks_other = [](HolidayInterest interest) { return interest != HolidayInterest::pay; };
  const bool other_holiday =
      std::any_of(terms.holidays.begin(), terms.holidays.end(),
                  [&](const PaymentHoliday& each) { return asks_other(each.interest); }) ||
      (terms.season.months != 0 && asks_other(terms.season.interest));
  if (!terms.rate_changes.empty() || !terms.drawdowns.empty() || terms.daily_interest_digits ||
      terms.interest_free_periods != 0 || other_holiday || terms.negative_amortization) {
    return refuse("terms.flat_is_fixed",
                  "flat interest is fixed at the start: no changes of the rate, drawdowns, "
                  "interest-free rows, daily rounding or holidays that do not pay interest");
  }
  return money::ok();
}

Status check_time(const Terms& terms) {
  const auto roll = static_cast<unsigned>(terms.business_days.roll);
  if (roll > 4) return refuse("terms.roll_unknown", "unknown business-day convention");
  const bool has_calendar = terms.business_days.calendar != nullptr;
  if (!has_calendar &&
      (terms.business_days.roll != Roll::none || terms.day_count == DayCount::bus_252)) {
    return refuse("terms.calendar_missing",
                  "a business-day convention or BUS/252 needs a calendar");
  }
  if (const Day first = due_date(terms, 1); first <= terms.disbursed) {
    return refuse("terms.first_due_out_of_range",
                  "on a business day, the first due date is " + money::to_text(first) +
                      ", not after the disbursement; use another convention or a later date");
  }
  if (terms.daily_interest_digits) {
    const bool actual =
        terms.day_count == DayCount::act_360 || terms.day_count == DayCount::act_364 ||
        terms.day_count == DayCount::act_365f || terms.day_count == DayCount::act_act_isda;
    if (*terms.daily_interest_digits > daily_digits_max || terms.basis != InterestBasis::daily ||
        !actual) {
      return refuse("terms.daily_interest_out_of_range",
                    "interest rounded every day needs the daily basis, a day count of actual days "
                    "and at most 12 decimals");
    }
  }
  return money::ok();
}

Status check_last_due(const Terms& terms) {
  if (!terms.last_due) return money::ok();
  const DueDates dates(terms);
  if (*terms.last_due <= dates.by_contract(terms.installments - 1) ||
      dates(terms.installments) <= dates(terms.installments - 1) ||
      *terms.last_due > Day{date::year{limits::year_max} / 12 / 31}) {
    return refuse("terms.last_due_out_of_range",
                  "the last due date must come after the one before it and not after 2200");
  }
  return money::ok();
}

/// Somebody must repay, and nothing may be paid out after that.
Status check_final_row(const Terms& terms, const std::vector<Period>& periods) {
  const std::size_t last = final_row(terms, periods);
  if (periods[last].share == 0) {
    return refuse("terms.no_row_repays",
                  "no row repays principal; leave one without holiday and with a share");
  }
  if (!terms.drawdowns.empty() && terms.drawdowns.back().date >= periods[last].end) {
    return refuse("terms.drawdowns_out_of_order",
                  "the last further disbursement comes after the row that repays the loan");
  }
  return money::ok();
}

std::int64_t highest_rate(const Terms& terms) {
  std::int64_t highest = terms.rate.e12();
  for (const RateChange& change : terms.rate_changes)
    highest = std::max(highest, change.rate.e12());
  return highest;
}

/// Interest that joins the balance may not lead beyond 10^18 minor units, nor may all interest.
Status check_growth(const Terms& terms, const std::vector<Period>& periods) {
  Int128 balance = terms.principal_minor;
  for (const Drawdown& each : terms.drawdowns) balance += each.amount_minor;
  const std::int64_t rate = highest_rate(terms);
  Int128 interest = terms.carried_interest_minor;
  const bool grows =
      terms.negative_amortization || terms.step_growth_e12 > 0 ||
      terms.season.interest == HolidayInterest::capitalise ||
      std::any_of(terms.holidays.begin(), terms.holidays.end(), [](const PaymentHoliday& each) {
        return each.interest == HolidayInterest::capitalise;
      });
  for (const Period& period : periods) {
    Int128 time = 0;
    for (const Stretch& stretch : period.stretches) time += stretch.time;
    const Int128 one = balance * rate / e12 * time / period.time_denominator + 1;
    interest += one + terms.interest.multiple;
    if (grows) balance += one + terms.interest.multiple;
    if (interest > balance_max || balance > balance_max) {
      return refuse("terms.interest_out_of_range",
                    "interest over the whole term leads beyond 10^18 minor units; use a shorter "
                    "term or a lower rate");
    }
  }
  return money::ok();
}

/// A given installment below the first interest would never repay.
Status check_installment_repays(const Terms& terms, const std::vector<Period>& periods) {
  if (terms.installment_minor == 0 || terms.method != Method::level || terms.negative_amortization)
    return money::ok();
  const auto first = std::find_if(periods.begin(), periods.end(),
                                  [](const Period& period) { return period.share != 0; });
  const std::int64_t financed = terms.principal_minor - terms.down_payment_minor;
  const std::int64_t interest = period_interest(terms, *first, financed).rounded;
  if (terms.installment_minor > interest || terms.installment_minor >= financed + interest)
    return money::ok();
  return refuse("terms.installment_too_small",
                "an installment of " + std::to_string(terms.installment_minor) +
                    " minor units does not exceed the first interest of " +
                    std::to_string(interest) +
                    " and would never repay; raise it, or allow negative amortization");
}

}  // namespace

Status check_provisions(const Terms& terms) {
  using Check = Status (*)(const Terms&);
  for (const Check check :
       {check_rates, check_amounts, check_installment, check_steps, check_shares, check_holidays,
        check_parts, check_flat, check_time, check_last_due}) {
    if (auto status = check(terms); !status) return status;
  }
  if (terms.odd_first == OddFirst::extra &&
      (!terms.rate_changes.empty() || !terms.drawdowns.empty() || terms.last_due)) {
    return refuse("terms.odd_first_needs_fixed_rate",
                  "extra interest of an odd first period needs one rate, one disbursement and no "
                  "last due date; use solve");
  }
  const std::vector<Period> periods = periods_of(terms);
  if (auto status = check_final_row(terms, periods); !status) return status;
  if (auto status = check_growth(terms, periods); !status) return status;
  return check_installment_repays(terms, periods);
}

}  // namespace loanbook::schedule
