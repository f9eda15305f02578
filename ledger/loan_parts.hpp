#pragma once

// What the steps of the fold share. Private to ledger/.

#include "loanbook/ledger/loan.hpp"

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
/// Debits one role and credits another. Throws LoanFault beyond 64 bits.
void move(LoanState& state, Role debit, Role credit, std::int64_t minor);
/// No row is coming, nothing accrues any more.
void stop_plan(LoanState& state, Day day);
/// Throws LoanFault where there is no level.
[[nodiscard]] std::int64_t must_fit(std::optional<std::int64_t> level);

// Joint loans (joint.hpp).

/// The partners' accounts follow the totals of the loan. Requires state.joint.
void share_out(LoanState& state, const Product& product);
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
[[nodiscard]] Day next_servicing_change(const LoanState& state);
/// Everything is paid: what was deferred is income, the table rests.
void settle_servicing(LoanState& state, Day day);
/// A repayment.
void receive_payment(LoanState& state, const Rules& rules, const LoanEvent& event);
/// Any event of kind `is_operation`.
void operate(LoanState& state, const Rules& rules, const LoanEvent& event);
/// Makes the table for a loan that went without; nothing where it has one. Requires a plan.
void make_table(LoanState& state, const Rules& rules);
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
[[nodiscard]] std::int32_t days_late(const LoanState& state, const Rules& rules,
                                     std::int32_t reported, Day day);

}  // namespace loanbook::ledger
