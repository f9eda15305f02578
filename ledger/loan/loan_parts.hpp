#pragma once

// What the steps of the fold share. Private to ledger/.

#include "loanbook/ledger/loan/loan.hpp"

namespace loanbook::ledger {

/// What a product and a loan's own terms say, made once a call.
struct Rules {
  const Product& product;
  schedule::Terms terms;
  schedule::OverdueRules overdue;

  Rules(const Product& p, const LoanState& state)
      : product(p),
        terms(schedule_terms(p, state.terms, state.disbursed)),
        overdue(overdue_rules(p, state.terms.rate)) {
    // What was given to expense earns nothing any more.
    if (state.servicing && state.servicing->charged_off) {
      overdue.penalty_rate = money::Rate::of_e12(0);
      overdue.compound_rate = money::Rate::of_e12(0);
    }
  }
};

[[nodiscard]] inline std::int64_t balance_of(const LoanState& state, Role role) {
  return state.balance.get(role);
}
/// As the public one, by rules that are made already.
void accrue(LoanState& state, const Rules& rules, Day at);
/// Debits one role and credits another. Throws LoanFault beyond 64 bits.
void move(LoanState& state, Role debit, Role credit, std::int64_t minor);
/// The accrual line of a planned row from `first` on, that the loan owes on `due`: `interest` more
/// than `accrued` is earned when its period ends.
[[nodiscard]] schedule::Line planned_line(const Rules& rules, std::int64_t accrued,
                                          std::int64_t interest, Day first, Day due);
/// The date of the contract that was moved to `due`.
[[nodiscard]] Day unmoved(const Rules& rules, Day due);
/// Where a period ends, or begins, for interest: the due date, or the date before its move.
[[nodiscard]] Day interest_date(const Rules& rules, Day due);

// Rates that follow an index (loan_index.cpp).

/// The contract's spread.
void begin_index(LoanState& state, const Product& product, const LoanEvent& event);
/// The rate is fixed when money is paid out.
void fix_rate(LoanState& state, const Product& product, Day day);
/// Resets through `day` happen.
void reset_rate(LoanState& state, const Product& product, Day day);
/// The next reset; `never` if none.
[[nodiscard]] Day next_rate_change(const LoanState& state);
/// The value, its date and entry, and the spread that make the rate in force on `day`. Requires an
/// indexed rate that was fixed.
[[nodiscard]] std::string rate_words(const LoanState& state, const Product& product, Day day);
/// A row of the table begins to run on `from`.
void begin_rates(LoanState& state, Day from);
/// One event without its own movements: what `apply` and a reset share.
void take_event(LoanState& state, const Product& product, const LoanEvent& event);

/// Everything owed on `day`, less what is held; of a state accrued to it.
[[nodiscard]] std::int64_t payoff_of(const LoanState& state, const Product& product, Day day);
/// No row is coming, nothing accrues any more.
void stop_plan(LoanState& state, Day day);
/// Throws LoanFault where there is no level.
[[nodiscard]] std::int64_t must_fit(std::optional<std::int64_t> level);

/// Throws LoanFault where the sum is beyond 64 bits.
[[nodiscard]] std::int64_t must_add(std::int64_t a, std::int64_t b);
/// All that a loan owes together is an amount too, after every event. Throws LoanFault.
void owed_must_fit(const LoanState& state);

/// Daily interest, repayable on any day, the rest at maturity (随借随还).
[[nodiscard]] inline bool is_revolving(const Product& product) {
  return product.method == schedule::Method::revolving;
}

// Joint loans (joint.hpp).

/// The partners' accounts follow the totals of the loan. Requires state.joint.
void share_out(LoanState& state, const Product& product);
/// The partners' part of unpaid interest, penalty and compound interest. Requires state.joint.
[[nodiscard]] money::Int128 partners_unpaid_income(const LoanState& state, const Product& product);
/// What the partners have of the last `minor` units of a component's income so far: their part of
/// what is no income, or not taxed, yet. A function of totals; between 0 and `minor`. Requires
/// state.joint.
[[nodiscard]] std::int64_t partners_part_of_last(const LoanState& state, const Product& product,
                                                 schedule::Component component, std::int64_t minor);
/// What the partners have of a component's income but for its last `minor` units. Requires
/// state.joint.
[[nodiscard]] std::int64_t partners_part_before(const LoanState& state, const Product& product,
                                                schedule::Component component, std::int64_t minor);
/// Installments that are late by the product's number of days since `day`: the lead pays the
/// partners their part.
void compensate(LoanState& state, const Product& product, Day day);

// Loans with a table of installments (servicing.hpp).

/// Money is paid out: the first makes the table, a later one raises the installments to come.
void pay_out(LoanState& state, const Rules& rules, std::int64_t amount_minor, Day day);
/// The running row is due on `day`.
void row_due(LoanState& state, const Rules& rules, Day day);
/// Charges become income on the day after they are due.
void recognise_charges(LoanState& state, const Rules& rules, Day day);
/// The next day on which a charge becomes income or a pause begins or ends; `never` if none.
[[nodiscard]] Day next_servicing_change(const LoanState& state, const Rules& rules);
/// Everything is paid: what was deferred is income, the table rests.
void settle_servicing(LoanState& state, const Rules& rules, Day day);
/// A repayment.
void receive_payment(LoanState& state, const Rules& rules, const LoanEvent& event);
/// Any event of kind `is_operation`.
void operate(LoanState& state, const Rules& rules, const LoanEvent& event);
/// Makes the table for a loan that went without; nothing where it has one. Requires a plan.
void make_table(LoanState& state, const Rules& rules);
/// What a revolving loan owes before its maturity, while interest runs on it.
struct Drawn {
  bool runs = false;
  std::int64_t accrued = 0;
  std::int64_t principal = 0;
  money::Rate rate = money::Rate::of_e12(0);
};
[[nodiscard]] Drawn drawn_of(const LoanState& state);
/// The installment of a revolving loan that is still to come asks for the interest accrued so far.
/// Requires a table.
void show_accrued(LoanState& state);
/// Its line goes on from `day` with what an event has made of it. Requires a table.
void follow_drawn(LoanState& state, const Product& product, const Drawn& before, Day day);
/// Its pay-out, where charges had made a table before.
void begin_drawn_table(LoanState& state, const Rules& rules);
// Quality of a loan (asset_quality.hpp).

/// Days past due as they count for buckets, categories and non-accrual: none within grace or below
/// the product's materiality, less the days that were paused.
[[nodiscard]] bool below_materiality(const LoanState& state, const Product& product, Day day);
[[nodiscard]] std::int32_t counted_days(const LoanState& state, const Product& product, Day day);
/// The same, by rules that are made already.
[[nodiscard]] std::int32_t counted_days(const LoanState& state, const Rules& rules, Day day);
/// Non-accrual begins or ends with `days` counted at the opening of state.day.
void follow_accrual(LoanState& state, const Product& product, std::int32_t days);
/// The accounts of income that has not come in (non-accrual, cash basis) follow what the loan owes.
/// What that changes stands against `counter`: claims that came from elsewhere or go elsewhere were
/// never income here.
void suspend_income(LoanState& state, const Product& product,
                    Role counter = Role::income_suspended);
/// The accounts of tax contained in income follow what is taxed of it (accounting.hpp).
void follow_tax(LoanState& state, const Product& product);
/// The loan was taken over: what stands there of income was taxed before, or is taxed later.
void begin_tax(LoanState& state, const Product& product);
/// The operation `non-accrual`.
void choose_accrual(LoanState& state, std::uint8_t choice);

/// Days past due less the days that were paused, by the product's rule.
[[nodiscard]] std::int32_t unpaused(const LoanState& state, const Product& product,
                                    std::int32_t days, Day day);
/// Installments that became late by `day` make their charge, where the product has one.
void charge_late(LoanState& state, const Rules& rules, Day day);
/// The next day of such a charge; `never` if none.
[[nodiscard]] Day next_late_change(const LoanState& state, const Rules& rules);
/// From when an installment counts as late, once it is.
[[nodiscard]] Day late_since(const Servicing& table, std::uint32_t no, Day due);
/// The days that count of those reported: from when each installment is late, less pauses.
[[nodiscard]] std::int32_t days_late(const LoanState& state, const Product& product,
                                     std::int32_t reported, Day day);

}  // namespace loanbook::ledger
