#pragma once

// Steps on a table of installments that payments and operations share. Private to ledger/.

#include <span>
#include <vector>

#include "loanbook/ledger/loan/loan_parts.hpp"

namespace loanbook::ledger {

/// A new installment, numbered after all others; the caller sorts.
InstallmentRecord& add_record(LoanState& state, Day from, Day due);
void sort_table(LoanState& state);
/// An installment asks for more (> 0) or less of a component; penalty: a late fee.
void demand(LoanState& state, const Rules& rules, std::uint32_t no, schedule::Component component,
            std::int64_t minor);
/// The installment whose period holds `day`; after the last one an extra installment, due on the
/// last of its days. On a revolving loan an extra one for each day.
[[nodiscard]] std::uint32_t installment_at(LoanState& state, const Rules& rules, Day day);
/// Where principal and interest that left again are owed: as above, but what a revolving loan has
/// drawn until its maturity.
[[nodiscard]] std::uint32_t claim_at(LoanState& state, const Rules& rules, Day day);
/// Is this the installment of a revolving loan on which daily interest runs?
[[nodiscard]] bool is_drawn(const LoanState& state, const Rules& rules, std::uint32_t no);
/// The table of a revolving loan with one installment, due at maturity.
void make_drawn_table(LoanState& state, const Rules& rules,
                      const std::vector<schedule::DueInstallment>& unpaid);
/// Charges assessed before the first pay-out find their installments.
void place_charges(LoanState& state, const Rules& rules);

/// Where money comes from, and what it is on a claim that was charged off.
struct Incoming {
  Role source = Role::settlement;
  bool lowers_loss = false;  ///< the loss was smaller (goods came back); else a recovery
  Kind kind = Kind::repay;   ///< of event, for money that may be allocated again
};
RareRecords& rare_of(Servicing& table);
/// A coupon pays from now on, as installments fall due.
void give_coupon(LoanState& state, const LoanEvent& event);
/// An installment has fallen due: coupons pay their part of its interest.
void use_coupons(LoanState& state, const Rules& rules, std::uint32_t no, Day day);
/// The payer of coupons pays.
void settle_coupon(LoanState& state, const Operated& op);
/// Splits money over what is owed and books it against `source`; returns what is left.
std::int64_t allocate_payment(LoanState& state, const Rules& rules,
                              const schedule::TimedOrder& order, std::int64_t amount_minor,
                              Incoming from, Day day, PaymentRecord& record);
void book_line(LoanState& state, const Rules& rules, const schedule::AllocatedLine& line,
               Incoming from, Day day, PaymentRecord& payment);
/// Splits money as the product says for repayments; returns what is left.
std::int64_t pay_by_rule(LoanState& state, const Rules& rules, std::int64_t amount_minor,
                         Incoming from, Day day, PaymentRecord& record);
/// Money held that covers all principal and the interest so far settles a plan, where the product
/// says so.
void settle_early(LoanState& state, const Rules& rules, Day day);
/// Where a component stood before the claim was charged off, and stands after it.
[[nodiscard]] Role loss_role(const Servicing& table, schedule::Component component);
/// A loan that was settled has rows to come again. `paid_back`: interest of these rows that was
/// paid back, and is to be earned again.
void go_on(LoanState& state, const Rules& rules, Day day,
           std::span<const schedule::AllocatedLine> paid_back = {});
/// Money that was held is used for what is owed now.
void use_held(LoanState& state, const Rules& rules, Day day);
void pay_charges(Servicing& table, const schedule::AllocatedLine& line);
/// Installments on which nothing is owed any more leave what is due.
void drop_met(LoanState& state, const Rules& rules, Day day);
/// A charge becomes income.
void recognise(LoanState& state, const Rules& rules, ChargeRecord& charge);
/// Money comes in by `order` against `source`; what is left is held for the borrower.
void receive(LoanState& state, const Rules& rules, const LoanEvent& event,
             const schedule::TimedOrder& order, Incoming from);

/// The rows of the contract when `principal` of the `approved` amount is paid out on `day`, in a
/// period of the plan that began on `begin`. Throws LoanFault.
[[nodiscard]] schedule::Plan first_plan(const Rules& rules, std::int64_t principal,
                                        std::int64_t approved, Day begin, Day day);
/// The product's order of payment, or the standard one.
[[nodiscard]] schedule::TimedOrder payment_order(const Rules& rules);
/// The product's order for a kind of money.
[[nodiscard]] const schedule::TimedOrder& order_of(const Rules& rules, Kind kind);
/// A later pay-out raised the rows: what was paid in advance is allocated again, each payment on
/// its own day (where the product says so).
void allocate_ahead_again(LoanState& state, const Rules& rules);
/// Interest paid for days to come is set against what has accrued by now.
void clear_unearned(LoanState& state);
/// Rows leave: what was paid of their interest for days to come is theirs no more. It stands under
/// interest_unearned for the caller, who holds it for the borrower or pays the new rows with it.
/// Returns how much.
std::int64_t take_back_unearned(LoanState& state, std::span<const schedule::PlanRow> gone);
void hold_unearned(LoanState& state);
/// Interest of rows to come was taken back after it had been earned: they earn it again from `day`.
void earn_again(LoanState& state, const Rules& rules,
                std::span<const schedule::AllocatedLine> paid_back, Day day);
/// The same for what was paid in excess of the interest that `planned` asks for, row by row.
std::int64_t take_back_excess(LoanState& state, std::span<const schedule::PlanRow> rows,
                              std::span<const schedule::PlanRow> planned);
/// All of it, or so much, pays the interest of the rows to come, in their order; what is left is
/// held.
void pay_ahead_again(LoanState& state, const Rules& rules, Day day);
void pay_ahead_again(LoanState& state, const Rules& rules, std::int64_t minor, Day day);
/// The accrual line of the running row.
void run_row(LoanState& state, const Rules& rules, Day first);
/// Rows of a plan become installments to come.
void add_rows(LoanState& state, const Rules& rules, const std::vector<schedule::PlanRow>& rows,
              Day from);
/// The rows of a plan become the rows to come; the first of them runs from `from`.
void plan_rows(LoanState& state, const Rules& rules, const std::vector<schedule::PlanRow>& rows,
               Day from);
/// A row of a new plan asks for the principal that was paid on it already, the last ones for less.
/// Requires a planned row for each of `rows`.
void keep_paid(std::vector<schedule::PlanRow>& planned, const Servicing& table,
               std::span<const schedule::PlanRow> rows);
/// The rows to come from `first` on take the dates of `dates`, and as many new ones as it has more;
/// all share the principal and interest of the plan that these terms make.
void move_rows(LoanState& state, const Rules& rules, std::size_t first,
               const schedule::Terms& dates);

}  // namespace loanbook::ledger
