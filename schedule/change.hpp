#pragma once

// Changes along the way. A change is a function from the terms of a running plan to the terms of
// the rest; the plan of the rest is make_plan(rest), and its rows go on in number. So everything
// that the engine can plan can also be the result of a change, and the next change starts from it.
// Rules and worked tables: specs/prepayment.md, extension.md, due-date-move.md, rate-change.md,
// deferral.md, re-ageing.md.

#include <cstdint>
#include <optional>

#include "loanbook/money/result.hpp"
#include "loanbook/schedule/plan.hpp"
#include "loanbook/schedule/prepay.hpp"

namespace loanbook::schedule {

/// A plan in the middle of its life: what every change starts from.
struct RunningPlan {
  Terms terms{};  ///< in force; after a change: those of the rest
  std::uint32_t rows_done = 0;
  std::int64_t balance = 0;  ///< outstanding principal after these rows; more than by plan where
                             ///< principal is in arrears
  std::int64_t carried_interest = 0;  ///< of earlier periods, unpaid, bears no interest
  std::int64_t installment = 0;   ///< in force and constant (level: x, equal principal: q); else 0
  std::uint32_t rows_before = 0;  ///< of the plans before the last change
  Day opened{};                   ///< first disbursement, before any change
};
/// After the first `rows_done` rows, paid as planned. Errors: those of check(terms),
/// `change.rows_out_of_range` where no row is left.
[[nodiscard]] Result<RunningPlan> run_plan(const Terms& terms, std::uint32_t rows_done);
/// A few rows further on.
[[nodiscard]] Result<RunningPlan> run_plan(const RunningPlan& running, std::uint32_t more_rows);

/// Money that a change asks for on its day.
struct PaidNow {
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  std::int64_t fee = 0;
  [[nodiscard]] std::int64_t cash() const { return principal + interest + fee; }
};

struct Change {
  RunningPlan running;      ///< the plan of the rest with no row done: the next change starts here
  Plan plan;                ///< make_plan(running.terms), rows numbered from `first_row`
  std::uint32_t first_row;  ///< number of its first row
  PaidNow now{};
  std::int64_t waived = 0;           ///< interest and charges that nobody pays any more
  std::int64_t interest_before = 0;  ///< of the rows that were left
  /// < 0: the change costs the borrower more interest.
  [[nodiscard]] std::int64_t interest_saved() const {
    return interest_before - now.interest - plan.total_interest;
  }
};

/// Interest accrued and unpaid at the opening of `day`, from the last row done.
///
/// Formula: balance x rate x actual days by the day count, in pieces where the rate changed or
/// money was drawn, rounded once; plus what was carried. With a flat rate: the row's interest, by
/// days. `change.day_out_of_range` before the last row done.
[[nodiscard]] Result<std::int64_t> accrued_interest(const RunningPlan& running, Day day);

/// What settles everything on `day` (提前结清). Rows due by then and not done are in it as planned;
/// after maturity nothing more accrues here (penalty: arrears.hpp).
struct PayoffQuote {
  Day day;                     ///< the only one it is valid on
  std::uint32_t rows_due = 0;  ///< not done and due by that day
  std::int64_t due_principal = 0;
  std::int64_t due_interest = 0;
  std::int64_t due_fee = 0;
  std::int64_t principal = 0;  ///< not yet due
  std::uint32_t interest_days = 0;
  std::int64_t interest = 0;   ///< since the last due date, and carried
  std::int64_t rest_fees = 0;  ///< installment fees of later rows that are charged still
  std::int64_t fee = 0;        ///< for settling early (违约金)
  std::int64_t interest_saved = 0;
  [[nodiscard]] std::int64_t cash() const {
    return due_principal + due_interest + due_fee + principal + interest + rest_fees + fee;
  }
};
/// Interest by actual days unless agreed otherwise: Civil Code art. 677. Errors:
/// `change.day_out_of_range`, `prepay.rules_out_of_range`.
[[nodiscard]] Result<PayoffQuote> quote_payoff(const RunningPlan& running, const PrepayRules& rules,
                                               Day day);

/// Repays `amount_minor` of principal on `day` of the running period (部分提前还款). 0 changes
/// nothing. Errors: `change.day_out_of_range`, `change.amount_out_of_range` (not below the
/// balance), `change.terms_unsupported` (`shorten` without an installment, `keep_principal` where a
/// row would repay more than 10^9 minor units), `prepay.rules_out_of_range`.
[[nodiscard]] Result<Change> prepay(const RunningPlan& running, const PrepayRules& rules, Day day,
                                    PrepayMode mode, std::int64_t amount_minor);

enum class AheadInterest : std::uint8_t { as_planned = 1, to_the_day = 2 };
/// The next `rows` installments paid on `day` (提前还某期): with their whole interest as planned,
/// or with interest to the day; then the rows up to the last of them ask for interest on the rest
/// only. A fee only with interest to the day. Errors: as prepay, `change.rows_out_of_range` (at
/// least one row must be left).
[[nodiscard]] Result<Change> pay_ahead(const RunningPlan& running, const PrepayRules& rules,
                                       Day day, std::uint32_t rows, AheadInterest interest);

/// What the installment does after a change.
enum class AfterChange : std::uint8_t {
  solve = 1,  ///< solved anew from the balance
  keep = 2,   ///< goes on; the last row takes the difference (solved where none is in force)
};

/// More rows, or a later maturity (展期). With a maturity the steps go on and the last row is due
/// on it. No rows: nothing changes. `change.rows_out_of_range`, `change.maturity_out_of_range`
/// (before the present one).
[[nodiscard]] Result<Change> extend(const RunningPlan& running, std::uint32_t rows);
[[nodiscard]] Result<Change> extend(const RunningPlan& running, Day maturity);
/// The latest maturity that an extension may reach: a loan of up to a year at most as long again,
/// up to five years half as long again, longer ones three years (贷款通则 1996, art. 12).
[[nodiscard]] Day latest_extension(Day opened, Day maturity);

/// Other due dates from the next row on (还款日变更). The odd period bears interest for its days.
struct DueDateMove {
  std::uint8_t due_day = 0;  ///< new day of the month, in the month of the next due date or, where
                             ///< that is not after the day of change, a month later; 0: the same
  std::int32_t shift_days = 0;  ///< with due_day 0: every due date moves by so many days
};
/// `change.due_day_out_of_range`, `change.day_out_of_range`.
[[nodiscard]] Result<Change> move_due_date(const RunningPlan& running, Day day, DueDateMove move,
                                           AfterChange after);

/// Another rate from the opening of `day` on; changes known for later days fall away (利率调整).
/// `change.day_out_of_range`.
[[nodiscard]] Result<Change> change_rate(const RunningPlan& running, Day day, money::Rate rate,
                                         Repricing repricing);

/// The same end, the installment solved anew from the balance (重新摊还): principal in arrears that
/// stands in the balance is spread over the rows left.
[[nodiscard]] Result<Change> reamortize(const RunningPlan& running);

/// What happens to interest and charges in arrears.
enum class ArrearsInterest : std::uint8_t {
  capitalise = 1,  ///< joins the balance and bears interest
  waive = 2,       ///< nobody pays it
  defer = 3,       ///< bears no interest, paid with the first row
};
/// A new plan over everything that is owed (重组、re-ageing). The balance of the running plan must
/// hold the principal in arrears.
struct ReAge {
  Day day{};               ///< the new plan starts; interest of the running period counts to it
  std::uint32_t rows = 1;  ///< of the new plan
  std::optional<Day> first_due{};   ///< default: one step after `day`
  std::int64_t interest_minor = 0;  ///< interest of rows done that is unpaid
  std::int64_t charges_minor = 0;   ///< penalty, compound interest, fees
  ArrearsInterest interest = ArrearsInterest::capitalise;
  ArrearsInterest charges = ArrearsInterest::capitalise;
};
/// `change.day_out_of_range`, `change.amount_out_of_range`.
[[nodiscard]] Result<Change> re_age(const RunningPlan& running, const ReAge& re_age);

/// More money paid out on `day` (追加放款). `keep`: the same installment over as many rows as it
/// takes; `solve`: the same end. `change.day_out_of_range`, `change.amount_out_of_range`,
/// `change.installment_too_small` where the old installment never repays it.
[[nodiscard]] Result<Change> add_disbursement(const RunningPlan& running, Day day,
                                              std::int64_t amount_minor, AfterChange after);

/// The next rows ask for no principal (延期还款); `HolidayInterest::pay` is the turn to
/// interest-only (转为只付息).
struct Deferral {
  std::uint32_t rows = 1;
  HolidayInterest interest = HolidayInterest::pay;
  bool maturity_moves = true;  ///< by as many rows; else the rows after them share the principal
};
/// `change.rows_out_of_range`, `change.terms_unsupported` (one row only: extend it).
[[nodiscard]] Result<Change> defer_rows(const RunningPlan& running, const Deferral& deferral,
                                        AfterChange after);

}  // namespace loanbook::schedule
