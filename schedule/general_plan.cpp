#include "loanbook/schedule/general_plan.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "loanbook/money/rounding.hpp"
#include "loanbook/schedule/equal_parts.hpp"
#include "loanbook/schedule/period_interest.hpp"
#include "loanbook/schedule/periods.hpp"
#include "loanbook/schedule/solve.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;
using money::Rounding;

/// Methods whose installment includes the interest.
bool pays_installment(const Terms& terms) { return terms.method == Method::level; }

bool extra_first(const Terms& terms) {
  return pays_installment(terms) && terms.odd_first == OddFirst::extra &&
         terms.basis == InterestBasis::monthly && terms.interest_free_periods == 0;
}

/// The rate that a solve believes in for the rows after the one in hand.
struct Outlook {
  std::optional<money::Rate> held;  // nothing: the rates of the terms
  std::uint32_t held_after = 0;     // row
};

class Fold {
 public:
  Fold(const Terms& terms, Explanation* trace)
      : terms_(terms),
        trace_(trace),
        periods_(periods_of(terms)),
        final_(final_row(terms, periods_)),
        financed_(terms.principal_minor - terms.down_payment_minor),
        balance_(financed_),
        carried_(terms.carried_interest_minor) {}

  Plan run() {
    begin();
    const std::size_t rows = has_one_row(terms_) ? 1 : terms_.installments;
    plan_.rows.reserve(rows + 1);
    for (std::size_t i = 0; i < rows; ++i) {
      row(i);
      if (terms_.installment_minor != 0 && balance_ == 0 && is_last_drawn(i)) break;
    }
    add_fees();
    sum();
    return std::move(plan_);
  }

 private:
  void begin() {
    if (terms_.down_payment_minor != 0) {
      add({.no = 0,
           .due = terms_.disbursed,
           .principal = terms_.down_payment_minor,
           .interest = 0,
           .balance = financed_});
      if (trace_ != nullptr) {
        trace_->rows.push_back({.row = plan_.rows.back(),
                                .balance_before = terms_.principal_minor,
                                .target = terms_.down_payment_minor,
                                .principal_rule = PrincipalRule::down_payment});
      }
    }
    drawn_in_all_ = financed_;
    for (const Drawdown& each : terms_.drawdowns) drawn_in_all_ += each.amount_minor;
    if (terms_.method == Method::flat) spread_flat_interest();
    if (terms_.installment_minor != 0) {
      target_ = terms_.installment_minor;
      plan_.installments.push_back(target_);
    }
    if (terms_.remainder != Remainder::last && !pays_installment(terms_)) spread_principal();
  }

  void row(std::size_t i) {
    const Period& period = periods_[i];
    if (terms_.installment_minor == 0) solve_where_due(i);
    ExplainedRow step;
    step.balance_before = balance_;
    const Interest interest = interest_of(i);
    for (const Stretch& stretch : period.stretches) step.drawn += stretch.drawn;
    balance_ += step.drawn;
    step.interest_of_period = interest.rounded;
    settle(i, step);
    balance_ -= step.row.principal;
    step.row.no = period.no;
    step.row.due = period.due;
    step.row.balance = balance_;
    add(step.row);
    if (trace_ != nullptr) take_down(period, interest, std::move(step));
  }

  [[nodiscard]] Interest interest_of(std::size_t i) const {
    if (terms_.method == Method::flat) return {.rounded = flat_[i], .numerator = flat_[i]};
    return period_interest(terms_, periods_[i], balance_);
  }

  /// What the row pays: interest and principal.
  void settle(std::size_t i, ExplainedRow& step) {
    const std::int64_t interest = step.interest_of_period;
    switch (periods_[i].ask) {
      case Ask::nothing_capitalise:
        step.row.interest = interest;
        step.row.principal = -interest;
        step.principal_rule = PrincipalRule::capitalised;
        return;
      case Ask::nothing_defer:
        step.interest_deferred = interest;
        carried_ += interest;
        return;
      case Ask::waive:
        step.interest_of_period = 0;
        return;
      case Ask::interest:
      case Ask::principal:
        break;
    }
    step.interest_carried = std::exchange(carried_, 0);
    step.row.interest = interest + step.interest_carried;
    if (periods_[i].share != 0 || i == final_) principal(i, step);
  }

  void principal(std::size_t i, ExplainedRow& step) {
    const std::int64_t interest = interest_in_installment(i, step.interest_of_period);
    const std::int64_t target = pays_installment(terms_) ? installment(i) : part(i);
    step.target = target;
    const std::int64_t wanted = pays_installment(terms_) ? target - interest : target;
    const bool all =
        i == final_ || (terms_.installment_minor != 0 && wanted >= balance_ && is_last_drawn(i));
    if (all) {
      step.row.principal = balance_;
      step.principal_rule = PrincipalRule::rest;
      return;
    }
    step.principal_rule = !pays_installment(terms_) ? PrincipalRule::equal_part
                                                    : PrincipalRule::installment_less_interest;
    if (terms_.method == Method::principal_shares) step.principal_rule = PrincipalRule::share;
    if (wanted > balance_) step.principal_rule = PrincipalRule::whole_balance;
    const std::int64_t least =
        terms_.negative_amortization ? wanted : std::max<std::int64_t>(wanted, 0);
    step.row.principal = std::min(least, balance_);
  }

  /// The first installment holds the interest of a whole step where the odd days are paid extra.
  [[nodiscard]] std::int64_t interest_in_installment(std::size_t i, std::int64_t interest) const {
    return i == 0 && extra_first(terms_) ? whole_step_interest(terms_, periods_[0], balance_)
                                         : interest;
  }

  [[nodiscard]] std::int64_t installment(std::size_t i) {
    if (!unit_) return target_;
    if (periods_[i].exponent != target_exponent_) {
      target_exponent_ = periods_[i].exponent;
      target_ = unit_->amount(1, target_exponent_, terms_.installment);
    }
    return target_;
  }

  [[nodiscard]] std::int64_t part(std::size_t i) {
    if (!parts_.empty()) return parts_[i];
    if (!unit_) return target_;
    if (terms_.method == Method::principal_shares)
      return unit_->amount(periods_[i].share, 0, terms_.installment);
    return installment(i);
  }

  // Solving

  void solve_where_due(std::size_t i) {
    const std::uint32_t k = periods_[i].no;
    const std::uint32_t first = terms_.principal_free_periods + 1U;
    if (k < first || i > final_) return;
    if (!pays_installment(terms_)) {
      if (k == first) solve(i, {});
      return;
    }
    if (terms_.repricing == Repricing::keep) {
      if (k == first) solve(i, {.held = terms_.rate, .held_after = 0});
      return;
    }
    if (k != first && !changes_rate(i)) return;
    if (terms_.repricing == Repricing::ahead) {
      solve(i, {});
    } else {
      solve(i, {.held = periods_[i].rate_at_end, .held_after = k});
    }
  }

  [[nodiscard]] bool changes_rate(std::size_t i) const {
    const Period& period = periods_[i];
    return std::any_of(terms_.rate_changes.begin(), terms_.rate_changes.end(),
                       [&](const RateChange& change) {
                         return period.start <= change.from && change.from < period.end;
                       });
  }

  void solve(std::size_t from, const Outlook& outlook) {
    SolveTask task{.balance = balance_,
                   .balloon = terms_.balloon_minor,
                   .growth_e12 = terms_.step_growth_e12,
                   .rows = {}};
    const std::size_t end = terms_.amortization_installments != 0 ? periods_.size() : final_ + 1;
    std::uint32_t rows = 0;
    for (std::size_t i = from; i < end; ++i) {
      task.rows.push_back(solve_row(i, outlook));
      rows += task.rows.back().share != 0 ? 1 : 0;
    }
    unit_.emplace(std::move(task));
    target_exponent_ = periods_[from].exponent;
    target_ = unit_->amount(1, target_exponent_, terms_.installment);
    plan_.installments.push_back(target_);
    if (trace_ != nullptr) {
      trace_->installments.push_back({.from_row = periods_[from].no,
                                      .rounded = target_,
                                      .exact_e12 = unit_->amount_e12(1, target_exponent_),
                                      .balance = balance_,
                                      .rows = rows});
    }
  }

  [[nodiscard]] SolveRow solve_row(std::size_t i, const Outlook& outlook) const {
    const Period& period = periods_[i];
    SolveRow row{.exponent = period.exponent, .share = period.share};
    const bool grows = period.ask == Ask::nothing_capitalise ||
                       (period.ask == Ask::principal && pays_installment(terms_));
    if (!grows) {
      for (const Stretch& stretch : period.stretches) row.added += stretch.drawn;
      return row;
    }
    const bool held = outlook.held && period.no > outlook.held_after;
    if (i == 0 && extra_first(terms_)) return whole_step_row(terms_, period, row);
    const UnitInterest unit = unit_interest(
        period, held && period.no > terms_.interest_free_periods ? outlook.held : std::nullopt);
    row.interest = unit.of_balance;
    row.added = unit.of_drawn;
    row.denominator = unit.denominator;
    return row;
  }

  // Equal parts

  void spread_flat_interest() {
    flat_ = equal_parts({.total = flat_interest(terms_),
                         .parts = terms_.installments,
                         .rounding = {terms_.installment.mode, 1},
                         .remainder = terms_.remainder});
  }

  /// The parts of principal where the last row does not take what rounding leaves.
  void spread_principal() {
    std::vector<std::uint32_t> shares;
    for (const Period& period : periods_) shares.push_back(period.share);
    parts_ = weighted_parts({.total = drawn_in_all_ - terms_.balloon_minor,
                             .shares = std::move(shares),
                             .rounding = terms_.installment,
                             .remainder = terms_.remainder});
  }

  void add_fees() {
    const std::size_t first = terms_.down_payment_minor != 0 ? 1 : 0;
    const auto rows = static_cast<std::uint32_t>(plan_.rows.size() - first);
    const std::vector<std::int64_t> fees =
        installment_fees(terms_.fee, financed_, rows, terms_.installment.mode, terms_.remainder);
    for (std::size_t i = 0; i < fees.size(); ++i) {
      plan_.rows[first + i].fee = fees[i];
      if (trace_ != nullptr) trace_->rows[first + i].row.fee = fees[i];
    }
  }

  // Book-keeping

  /// No money is paid out after row i any more.
  [[nodiscard]] bool is_last_drawn(std::size_t i) const {
    return terms_.drawdowns.empty() || terms_.drawdowns.back().date < periods_[i].end;
  }

  void add(const PlanRow& row) { plan_.rows.push_back(row); }

  void sum() {
    for (const PlanRow& row : plan_.rows) {
      plan_.total_interest += row.interest;
      plan_.total_principal += row.principal;
      plan_.total_fee += row.fee;
    }
    const bool one_amount = terms_.method == Method::level ||
                            terms_.method == Method::equal_principal ||
                            terms_.method == Method::flat;
    if (!one_amount) plan_.installments.clear();
    if (!plan_.installments.empty()) plan_.installment = plan_.installments.front();
  }

  void take_down(const Period& period, const Interest& interest, ExplainedRow step) {
    step.exact_numerator = interest.numerator;
    step.exact_denominator = interest.denominator;
    std::int64_t balance = terms_.method == Method::flat ? financed_ : step.balance_before;
    for (const Stretch& stretch : period.stretches) {
      balance += stretch.drawn;
      step.pieces.push_back(piece_of(terms_, period, stretch, balance));
    }
    trace_->rows.push_back(std::move(step));
  }

  const Terms& terms_;
  Explanation* trace_;
  std::vector<Period> periods_;
  std::size_t final_;
  std::int64_t financed_;
  std::int64_t drawn_in_all_ = 0;
  std::int64_t balance_;
  std::int64_t carried_;
  std::optional<SolvedUnit> unit_;
  std::int64_t target_ = 0;
  std::uint32_t target_exponent_ = 0;
  std::vector<std::int64_t> parts_;  // of principal
  std::vector<std::int64_t> flat_;   // of interest
  Plan plan_{
      .installment = 0, .installments = {}, .rows = {}, .total_interest = 0, .total_principal = 0};
};

}  // namespace

Plan general_plan(const Terms& terms, Explanation* trace) { return Fold(terms, trace).run(); }

}  // namespace loanbook::schedule
