#pragma once

// Dates and parts of a year, the slow and obvious way: every day counted, every month stepped.

#include <boost/multiprecision/cpp_int.hpp>
#include <optional>

#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule::model {

using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

/// Year fraction by counting every single day (ACT, BUS) or by the printed formula (months of 28 or
/// 30 days).
Rational exact_year_fraction(DayCount day_count, Day start, Day end,
                             const Calendar* calendar = nullptr,
                             std::optional<Day> termination = {});

/// Due date k by contract, before any roll; 0 is the disbursement.
Day contract_date(const Terms& terms, std::uint32_t k);
/// The same on a business day.
Day rolled_date(const Terms& terms, std::uint32_t k);
/// To which the interest of row k runs.
Day interest_date(const Terms& terms, std::uint32_t k);

/// Day index from the start of a period, as part of a year.
Rational daily_time(const Terms& terms, Day start, Day end);
/// The same of one single day of a period.
Rational time_of_day(const Terms& terms, Day start, Day day);

/// A step of whole months.
Rational step_of_year(const Terms& terms);
/// Period k of the contract's basis; rows beyond the last are whole periods. Months count from date
/// to date by contract: a roll moves the money, not the months.
Rational period_time(const Terms& terms, std::uint32_t k);
/// From the disbursement to the end; to a last due date by whole months and odd days.
Rational life_time(const Terms& terms);
/// Does time go by days (and not by months)?
bool goes_by_days(const Terms& terms);

}  // namespace loanbook::schedule::model
