#include "loanbook/schedule/terms.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/schedule/due_dates.hpp"
#include "loanbook/schedule/provisions.hpp"

namespace loanbook::schedule {
namespace {

namespace limits = money::limits;

struct Name {
  Method method;
  std::string_view text;
};
constexpr std::array<Name, 7> names{{{Method::level, "level"},
                                     {Method::equal_principal, "equal-principal"},
                                     {Method::interest_first, "interest-first"},
                                     {Method::bullet, "bullet"},
                                     {Method::revolving, "revolving"},
                                     {Method::flat, "flat"},
                                     {Method::principal_shares, "principal-shares"}}};

// Interest of a whole life at most: together with the largest principal it leaves a factor of eight
// to the end of 64 bits.
constexpr std::int64_t interest_minor_max = 1'000'000'000'000'000'000;

money::Error refuse(const char* id, std::string message) {
  return money::Error{id, std::move(message)};
}

std::string range(std::string_view field, std::int64_t value, std::int64_t least,
                  std::int64_t most) {
  return std::string(field) + " is " + std::to_string(value) + ", it must be " +
         std::to_string(least) + " to " + std::to_string(most);
}

bool in_calendar(Day day) {
  return day >= Day{date::year{limits::year_min} / 1 / 1} &&
         day <= Day{date::year{limits::year_max} / 12 / 31};
}

bool known(money::Rounding rounding) {
  const auto mode = static_cast<unsigned>(rounding.mode);
  return mode >= 1 && mode <= 4 && rounding.multiple >= 1 &&
         rounding.multiple <= limits::rounding_multiple_max;
}

money::Status check_amounts(const Terms& terms) {
  const auto method = static_cast<unsigned>(terms.method);
  if (method < 1 || method > names.size())
    return refuse("terms.method_unknown", "unknown repayment method " + std::to_string(method));
  if (terms.principal_minor < 1 || terms.principal_minor > limits::principal_minor_max) {
    return refuse(
        "terms.principal_out_of_range",
        range("principal in minor units", terms.principal_minor, 1, limits::principal_minor_max));
  }
  if (terms.rate.e12() < 0 || terms.rate.e12() > limits::rate_e12_max) {
    return refuse("terms.rate_out_of_range",
                  range("rate per year x 10^12", terms.rate.e12(), 0, limits::rate_e12_max));
  }
  if (terms.installments < 1 || terms.installments > limits::installments_max) {
    return refuse("terms.installments_out_of_range",
                  range("number of installments", terms.installments, 1, limits::installments_max));
  }
  return money::ok();
}

money::Status check_dates(const Terms& terms) {
  const auto unit = static_cast<unsigned>(terms.frequency.unit);
  if (unit < 1 || unit > 4 || terms.frequency.every < 1) {
    return refuse("terms.frequency_out_of_range",
                  "frequency must be every 1 or more days, weeks, months or years");
  }
  if (!in_calendar(terms.disbursed)) {
    return refuse("terms.disbursed_out_of_range",
                  "day of disbursement must lie in the years 1900 to 2200");
  }
  if (terms.first_due && (*terms.first_due <= terms.disbursed || !in_calendar(*terms.first_due))) {
    return refuse("terms.first_due_out_of_range",
                  "first due date must be after the disbursement and not after 2200");
  }
  const Step one = step(terms.frequency);
  if (terms.due_day > 31 || (terms.due_day != 0 && one.months == 0)) {
    return refuse("terms.due_day_out_of_range",
                  "due day is " + std::to_string(terms.due_day) +
                      ", it must be 1 to 31 with steps of months, or 0 for that of the anchor");
  }
  if (terms.basis != InterestBasis::daily && terms.basis != InterestBasis::monthly) {
    return refuse("terms.basis_unknown", "interest basis must be monthly or daily");
  }
  if (terms.basis == InterestBasis::monthly && one.months == 0 &&
      terms.method != Method::revolving) {
    return refuse(
        "terms.basis_needs_months",
        "interest by the month needs due dates that step by months or years; use the daily basis");
  }
  const auto day_count = static_cast<unsigned>(terms.day_count);
  if (day_count < 1 || day_count > 10)
    return refuse("terms.day_count_unknown", "unknown day count " + std::to_string(day_count));
  if (terms.odd_first != OddFirst::solve && terms.odd_first != OddFirst::extra) {
    return refuse("terms.odd_first_unknown", "odd first period must be solve or extra");
  }
  if (terms.odd_first == OddFirst::extra && terms.basis == InterestBasis::daily &&
      terms.method == Method::level) {
    return refuse("terms.odd_first_needs_monthly",
                  "extra interest of an odd first period needs the monthly basis; with the daily "
                  "basis use solve");
  }
  return money::ok();
}

money::Status check_extras(const Terms& terms) {
  const bool amortises = terms.method == Method::level || terms.method == Method::equal_principal;
  const std::int64_t principal_free_max = amortises ? terms.installments - 1 : 0;
  if (terms.principal_free_periods > principal_free_max) {
    return refuse("terms.principal_free_out_of_range",
                  range("number of principal-free periods", terms.principal_free_periods, 0,
                        principal_free_max));
  }
  const bool one_row = terms.method == Method::bullet || terms.method == Method::revolving;
  const std::int64_t interest_free_max = one_row ? 0 : terms.installments;
  if (terms.interest_free_periods > interest_free_max) {
    return refuse("terms.interest_free_out_of_range",
                  range("number of interest-free periods", terms.interest_free_periods, 0,
                        interest_free_max));
  }
  const std::int64_t balloon_max = amortises ? terms.principal_minor : 0;
  if (terms.balloon_minor < 0 || terms.balloon_minor > balloon_max) {
    return refuse("terms.balloon_out_of_range",
                  range("balloon in minor units", terms.balloon_minor, 0, balloon_max));
  }
  return money::ok();
}

/// Whether all due dates stay in the calendar, decided before any of them is computed.
bool maturity_in_calendar(const Terms& terms) {
  const Step one = step(terms.frequency);
  const std::int64_t rows = std::max(terms.installments, terms.amortization_installments);
  constexpr std::int64_t years = limits::year_max - limits::year_min + 1;
  if (one.months * rows > 12 * years) return false;
  if (one.days * rows > 366 * years) return false;
  return in_calendar(maturity(terms)) &&
         in_calendar(due_date(terms, static_cast<std::uint32_t>(rows)));
}

/// Upper bound of all interest: principal x rate x days / 360, with three more days a period for
/// the months of 30 days.
bool interest_in_range(const Terms& terms) {
  const std::int64_t days =
      (maturity(terms) - terms.disbursed).count() + 3 * (std::int64_t{terms.installments} + 1);
  const money::Int128 yearly = money::Int128{terms.principal_minor} * terms.rate.e12();
  return yearly * days / 360 / 1'000'000'000'000 <= interest_minor_max;
}

}  // namespace

Result<Method> parse_method(std::string_view text) {
  for (const Name& name : names) {
    if (name.text == text) return name.method;
  }
  return refuse("method.unknown",
                "unknown repayment method '" + std::string(text.substr(0, 40)) +
                    "'; use level, equal-principal, interest-first, bullet, revolving, flat or "
                    "principal-shares");
}

std::string_view to_text(Method method) {
  for (const Name& name : names) {
    if (name.method == method) return name.text;
  }
  LOANBOOK_ASSERT(false && "a method that is not in the table");
}

bool has_provisions(const Terms& terms) {
  return terms.method == Method::flat || terms.method == Method::principal_shares ||
         !terms.rate_changes.empty() || !terms.drawdowns.empty() || terms.down_payment_minor != 0 ||
         terms.carried_interest_minor != 0 || terms.installment_minor != 0 ||
         terms.amortization_installments != 0 || terms.step_growth_e12 != 0 ||
         terms.negative_amortization || !terms.holidays.empty() || terms.season.months != 0 ||
         terms.remainder != Remainder::last || terms.fee != InstallmentFee{} || terms.last_due ||
         terms.business_days.calendar != nullptr || terms.daily_interest_digits ||
         !is_self_contained(terms.day_count) ||
         (terms.method == Method::equal_principal && terms.balloon_minor != 0);
}

money::Status check(const Terms& terms) {
  if (auto status = check_amounts(terms); !status) return status;
  if (auto status = check_dates(terms); !status) return status;
  if (!known(terms.interest) || !known(terms.installment)) {
    return refuse("terms.rounding_out_of_range",
                  "rounding needs a known mode and a multiple of 1 to " +
                      std::to_string(limits::rounding_multiple_max) + " minor units");
  }
  if (auto status = check_extras(terms); !status) return status;
  if (!maturity_in_calendar(terms)) {
    return refuse(
        "terms.maturity_out_of_range",
        "the last due date must not be after 2200; use fewer installments or a shorter step");
  }
  if (!interest_in_range(terms)) {
    return refuse("terms.interest_out_of_range",
                  "principal x rate over the whole term is beyond 10^18 minor units; use a shorter "
                  "term or a lower rate");
  }
  return has_provisions(terms) ? check_provisions(terms) : money::ok();
}

}  // namespace loanbook::schedule
