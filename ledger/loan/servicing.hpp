#pragma once

// A loan whose installments stand as a table from the start: money may be allocated to any of them,
// charges fall into them, they can be changed. Loans without these needs keep a cursor on their
// plan instead (loan.hpp). What is unpaid of each installment, due or not, stands in
// LoanState::due.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/ledger/boxed.hpp"
#include "loanbook/money/day.hpp"
#include "loanbook/schedule/allocation.hpp"
#include "loanbook/schedule/plan.hpp"

namespace loanbook::ledger {

using money::Day;

/// Amounts by schedule::Component.
using Parts = std::array<std::int64_t, schedule::component_count>;

/// What became of one installment so far.
struct InstallmentRecord {
  std::uint32_t no = 0;
  Day from{};  ///< its period begins
  Day due{};
  Parts demanded{};  ///< principal, interest, fee, penalty charges
  Parts paid{};
  Parts waived{};
  std::int64_t owed_again = 0;            ///< of the principal demanded: money that left again
  std::optional<Day> owed_again_since{};  ///< where the product counts days past due from then
  std::int64_t in_advance = 0;            ///< paid before `due`
  std::int64_t late = 0;                  ///< paid after it
  std::optional<Day> met{};               ///< when the last of it was paid
  bool extra = false;  ///< no row of the plan: holds a charge or chargeback after the last one
  bool down_payment = false;
  bool leads = false;  ///< stands before the other installments of its day
};

/// A charge that was assessed.
struct ChargeRecord {
  std::uint64_t sequence = 0;                                ///< of its entry
  schedule::Component component = schedule::Component::fee;  ///< fee or penalty
  std::string code;
  std::uint32_t installment = 0;
  Day assessed{};
  Day due{};
  std::int64_t amount = 0;
  std::int64_t paid = 0;
  std::int64_t waived = 0;
  bool recognised = false;  ///< as income
  [[nodiscard]] std::int64_t unpaid() const { return amount - paid - waived; }
};

/// How a payment was allocated, less what was taken back of it.
struct PaymentRecord {
  std::uint64_t sequence = 0;
  Parts parts{};
  std::int64_t overpaid = 0;
};

/// Money that lies on an installment to come, or is held, where a later pay-out allocates it again.
struct MoneyAhead {
  std::uint64_t sequence = 0;  ///< of its payment
  std::uint8_t kind = 0;       ///< of event: it says by which order
  Day day{};
  std::uint32_t no = 0;  ///< installment; 0: held
  schedule::Component component = schedule::Component::principal;
  std::int64_t amount = 0;
};

struct OverduePause {
  Day from{};
  Day until{};  ///< excluded
};

/// Where the interest of the running row stands, if it is computed again from what is really owed.
struct RunningInterest {
  Day since{};               ///< a stretch with one balance begins
  std::int64_t earned = 0;   ///< in the stretches of this row before it
  std::int64_t ahead = 0;    ///< not yet due and unpaid: bears interest in this stretch
  std::int64_t overdue = 0;  ///< bears it too, through `overdue_until`
  Day overdue_until{};
  std::optional<Day> changes{};  ///< a rest date from which another balance counts
  std::int64_t installment = 0;
  std::int64_t later_installment = 0;  ///< of the rows after the running one
  std::int64_t take_off = 0;           ///< early money by which the next rows are smaller
  bool operator==(const RunningInterest&) const = default;
};
/// The row that fell due last, before money of its due date.
struct FallenRow {
  std::uint32_t no = 0;
  Day due{};
  RunningInterest interest{};
};

/// The rate of a loan that follows an index.
struct IndexedRate {
  std::int64_t spread_e12 = 0;
  Day next_reset{};                         ///< it is fixed again
  std::vector<schedule::RateChange> rates;  ///< since the running row began; the first stood then
};
/// Interest of installments that somebody else pays as they fall due (免息券).
struct CouponRecord {
  std::uint64_t sequence = 0;  ///< of its entry
  std::string payer;
  std::int64_t part_e12 = 0;                  ///< of each row's interest, 10^12 = all of it
  std::optional<std::uint32_t> rows_left{};   ///< due dates that it still pays for; absent: all
  std::optional<std::int64_t> amount_left{};  ///< absent: whatever they ask for
  std::int64_t used = 0;
  std::int64_t settled = 0;  ///< received from the payer
};
/// Principal that joined the balance within the running period.
struct JoinedPrincipal {
  Day day{};
  std::int64_t amount = 0;
};
/// What few loans with a table have.
struct RareRecords {
  std::vector<CouponRecord> coupons;
  std::vector<JoinedPrincipal> joined;  ///< bears interest from its day, not the whole period
  std::int64_t joined_suspended = 0;    ///< interest that became principal while it was no income
  bool transferred = false;             ///< sold: what comes in later is the buyer's
  std::string buyer;

  [[nodiscard]] bool empty() const {
    return coupons.empty() && joined.empty() && joined_suspended == 0 && !transferred;
  }
};

struct Servicing {
  std::vector<schedule::PlanRow> coming;  ///< rows whose due date is ahead, first of them running
  std::vector<InstallmentRecord> installments;  ///< by due date, then number
  std::vector<ChargeRecord> charges;
  std::vector<PaymentRecord> payments;
  std::vector<OverduePause> pauses;
  std::vector<MoneyAhead> ahead;  ///< by payment, in the order of the fold
  std::optional<Day> opened{};    ///< where due dates count from it
  bool charged_off = false;
  bool fraud = false;
  std::optional<Day> charged_off_on{};
  std::int64_t interest_reported = 0;        ///< interest income through the last run
  std::optional<RunningInterest> running{};  ///< where the product computes interest again
  std::optional<FallenRow> fallen{};         ///< while its interest may still change
  Boxed<IndexedRate> indexed{};              ///< where its rate follows an index
  Boxed<RareRecords> rare{};

  /// So many charges from the first on are income for sure: a long life has thousands, and none of
  /// them ceases to be. Derived, not stored.
  std::size_t leading_income = 0;
  void count_leading_income() {
    while (leading_income < charges.size() && charges[leading_income].recognised) ++leading_income;
  }

  void erase(std::vector<ChargeRecord>::iterator charge) {
    leading_income = std::min(leading_income, static_cast<std::size_t>(charge - charges.begin()));
    charges.erase(charge);
  }

  [[nodiscard]] bool transferred() const { return rare && rare->transferred; }
  [[nodiscard]] InstallmentRecord* find(std::uint32_t no);
  [[nodiscard]] const InstallmentRecord* find(std::uint32_t no) const;
};

}  // namespace loanbook::ledger
