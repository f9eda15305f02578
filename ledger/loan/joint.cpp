#include "loanbook/ledger/loan/joint.hpp"

#include <algorithm>

#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/money/assert.hpp"

namespace loanbook::ledger {
namespace {

using money::Int128;
using schedule::Component;
using schedule::DueInstallment;

enum class Side : std::uint8_t { claim, money, income, loss, recovery, partners };

struct Place {
  Side side;
  Component component = Component::principal;  ///< of a claim
};

/// What a movement of this role means to the parties. Every role stands here: a new one does not
/// compile until somebody says what it is.
Place place_of(Role role) {
  switch (role) {
    case Role::principal:
    case Role::principal_overdue:
      return {Side::claim, Component::principal};
    case Role::interest_accrued:
    case Role::interest_receivable:
      return {Side::claim, Component::interest};
    case Role::penalty_receivable:
    case Role::late_fee_receivable:
      return {Side::claim, Component::penalty};
    case Role::compound_receivable:
      return {Side::claim, Component::compound};
    case Role::fee_receivable:
      return {Side::claim, Component::fee};
    case Role::interest_income:
    case Role::penalty_income:
    case Role::compound_income:
    case Role::fee_income:
    case Role::late_fee_income:
    case Role::charge_income_1:
    case Role::charge_income_2:
    case Role::charge_income_3:
    case Role::charge_income_4:
      return {Side::income};
    case Role::settlement:
    case Role::overpayment:
    case Role::interest_unearned:  // paid for days to come: held until it is earned
    case Role::opening_balance:
    case Role::goodwill_interest:
    case Role::goodwill_fee:
    case Role::goodwill_penalty:
    case Role::goodwill_expense:   // the lead pays in the borrower's place
    case Role::coupon_receivable:  // or somebody else does
      return {Side::money};
    case Role::charge_off_expense:
    case Role::fraud_expense:
    case Role::charge_off_interest:
    case Role::charge_off_fee:
    case Role::charge_off_penalty:
    case Role::write_off_expense:
      return {Side::loss};
    case Role::recovery_income:
      return {Side::recovery};
    case Role::partner_payable:
    case Role::agency_principal:
    case Role::agency_receivable:
    case Role::partner_income:
    case Role::partner_funding:
    case Role::partner_accrued:
    case Role::partner_expense:
    case Role::partner_loss:
    case Role::service_fee_income:
    case Role::interest_suspended:
    case Role::income_suspended:
    case Role::memo_interest:
    case Role::memo_contra:
    case Role::fee_deferred:
    case Role::tax_payable:
    case Role::income_tax:
    case Role::retained_earnings:  // of the book: no loan moves it
      return {Side::partners};
    case Role::suspense:  // of the book, never of a loan
    case Role::reconciliation_difference:
      break;
  }
  LOANBOOK_ASSERT(false && "an account role that the parties of a joint loan do not know");
}

void raise(std::int64_t& total, std::int64_t by) {
  if (!money::add(total, by, &total)) throw LoanFault{"an amount of the loan is beyond 64 bits"};
}

/// Takes up to `minor` out of a total that is never negative.
std::int64_t take(std::int64_t& total, std::int64_t minor) {
  const std::int64_t taken = std::clamp<std::int64_t>(minor, 0, std::max<std::int64_t>(total, 0));
  total -= taken;
  return taken;
}

/// A claim of the component falls by `minor` (rises where it is negative) against another side.
void claim_falls(JointTotals& totals, Component component, std::int64_t minor, Side against) {
  const auto i = static_cast<std::size_t>(component);
  // What the lead paid in the borrower's place is the oldest part of the claim, and falls first.
  const std::int64_t of_lead = take(totals.subrogated[i], minor);
  const std::int64_t shared = minor - of_lead;
  if (against == Side::income) return raise(totals.earned[i], -shared);
  if (against != Side::loss) return raise(totals.received[i], shared);
  raise(totals.lost[i], shared);
  raise(totals.lost_subrogated, of_lead);
}

/// What was paid for days to come becomes income at once, or lowers a loss: `minor` reaches the
/// parties, and then is a claim that falls against that side; where it is below 0, the other way
/// round.
void earned_ahead(JointTotals& totals, std::int64_t minor, Side against) {
  claim_falls(totals, Component::interest, minor, Side::money);
  claim_falls(totals, Component::interest, -minor, against);
}

/// The shares of all partners: what the lead does not have.
Int128 partners_share(const LoanState& state, const JointRules& rules, Component component,
                      std::int64_t total) {
  return Int128{total} - share_of(rules, state.terms.rate, component, rules.lead_index(), total);
}

std::int64_t sum_of(std::int64_t a, std::int64_t b) {
  raise(a, b);
  return a;
}

/// What came in of principal: pay-outs stand in `received` with a minus.
std::int64_t received_of(const LoanState& state, Component component) {
  const std::int64_t received = state.joint->received[static_cast<std::size_t>(component)];
  return component == Component::principal ? sum_of(received, state.lent) : received;
}

constexpr Component components[] = {Component::fee, Component::penalty, Component::compound,
                                    Component::interest, Component::principal};

}  // namespace

void track(JointTotals& totals, Role debit, Role credit, std::int64_t minor) {
  const Place to = place_of(debit);
  const Place from = place_of(credit);
  const auto is_money_or_claim = [](const Place& place) {
    return place.side == Side::money || place.side == Side::claim;
  };
  if (debit == Role::interest_unearned && !is_money_or_claim(from))
    return earned_ahead(totals, minor, from.side);
  if (credit == Role::interest_unearned && !is_money_or_claim(to))
    return earned_ahead(totals, -minor, to.side);
  if (to.side == Side::claim && from.side == Side::claim && to.component == from.component) return;
  if (from.side == Side::claim) claim_falls(totals, from.component, minor, to.side);
  if (to.side == Side::claim) claim_falls(totals, to.component, -minor, from.side);
  // Money on what was given up, whether it is income now or makes the loss smaller.
  const auto after_loss = [](const Place& a, const Place& b) {
    return a.side == Side::recovery || (a.side == Side::loss && b.side == Side::money);
  };
  const bool comes = after_loss(from, to);
  if (comes == after_loss(to, from)) return;
  const std::int64_t in = comes ? minor : -minor;
  raise(totals.recovered, in - take(totals.lost_subrogated, in));
}

void share_out(LoanState& state, const Product& product) {
  const JointRules& rules = *product.joint;
  const JointTotals& totals = *state.joint;
  const auto partners = [&](Component component, std::int64_t total) {
    return partners_share(state, rules, component, total);
  };
  Int128 paid = partners(Component::principal, totals.recovered);
  Int128 lost = -paid;
  Int128 income = 0;
  Int128 unpaid = 0;
  Int128 principal = 0;
  for (const Component component : components) {
    const auto i = static_cast<std::size_t>(component);
    const std::int64_t came = sum_of(received_of(state, component), totals.compensated[i]);
    const Int128 in = partners(component, came);
    // Received and lost together are what was lent or earned: their shares are one share.
    const Int128 gone = partners(component, sum_of(came, totals.lost[i])) - in;
    paid += in;
    lost += gone;
    if (component == Component::principal) {
      const Int128 lent = partners(component, state.lent);
      principal = lent - in - gone;
      paid -= lent;
    } else {
      const Int128 earned = partners(component, totals.earned[i]);
      income += earned;
      unpaid += earned - in - gone;
    }
  }
  const std::int64_t fee =
      service_fee_of(rules, totals.earned[static_cast<std::size_t>(Component::interest)]);
  const bool full = rules.books == JointBooks::full;
  const auto stands = [&](Role role, Int128 minor) {
    if (minor == 0 && balance_of(state, role) == 0) return;
    if (!money::narrow(minor, &state.balance.at(role)))
      throw LoanFault{"an amount of the loan is beyond 64 bits"};
  };
  stands(full ? Role::partner_funding : Role::agency_principal, -principal);
  stands(full ? Role::partner_accrued : Role::agency_receivable, -unpaid);
  stands(full ? Role::partner_expense : Role::partner_income, income + fee);
  stands(Role::partner_loss, -lost);
  stands(Role::partner_payable, -paid);
  stands(Role::service_fee_income, -fee);
}

Int128 partners_unpaid_income(const LoanState& state, const Product& product) {
  const JointTotals& totals = *state.joint;
  Int128 unpaid = 0;
  for (const Component component : {Component::interest, Component::penalty, Component::compound}) {
    const auto i = static_cast<std::size_t>(component);
    const auto share = [&](std::int64_t total) {
      return partners_share(state, *product.joint, component, total);
    };
    // What was paid for days to come has come in, though the parties share it later.
    const std::int64_t ahead =
        component == Component::interest ? -balance_of(state, Role::interest_unearned) : 0;
    const std::int64_t came = sum_of(sum_of(totals.received[i], ahead), totals.compensated[i]);
    unpaid += share(totals.earned[i]) - share(sum_of(came, totals.lost[i]));
  }
  return unpaid;
}

std::int64_t partners_part_before(const LoanState& state, const Product& product,
                                  Component component, std::int64_t minor) {
  const std::int64_t earned = state.joint->earned[static_cast<std::size_t>(component)];
  std::int64_t before = 0;
  std::int64_t part = 0;
  if (!money::subtract(earned, minor, &before) ||
      !money::narrow(partners_share(state, *product.joint, component, before), &part))
    throw LoanFault{"an amount of the loan is beyond 64 bits"};
  return part;
}

std::int64_t partners_part_of_last(const LoanState& state, const Product& product,
                                   Component component, std::int64_t minor) {
  return partners_part_before(state, product, component, 0) -
         partners_part_before(state, product, component, minor);
}

void compensate(LoanState& state, const Product& product, Day day) {
  const JointRules& rules = *product.joint;
  if (rules.compensation_days == 0) return;
  if (state.servicing && state.servicing->charged_off) return;
  const auto take_over = [&](Component component, std::int64_t unpaid, std::int64_t claim) {
    const auto i = static_cast<std::size_t>(component);
    // A claim whose date was moved may have been taken over before.
    const std::int64_t free = claim - state.joint->subrogated[i];
    const std::int64_t minor = std::min(unpaid, free);
    if (minor <= 0) return;
    raise(state.joint->compensated[i], minor);
    raise(state.joint->subrogated[i], minor);
  };
  for (const DueInstallment& due : state.due) {
    if (due.due + date::days{rules.compensation_days} != day) continue;
    take_over(
        Component::principal, due.principal,
        sum_of(balance_of(state, Role::principal), balance_of(state, Role::principal_overdue)));
    take_over(Component::interest, due.interest, balance_of(state, Role::interest_receivable));
  }
}

std::int64_t PartnerTotals::net() const {
  std::int64_t sum = compensation + recovered - service_fee - lent;
  for (const std::int64_t minor : received) sum += minor;
  return sum;
}

PartnerTotals partner_totals(const LoanState& state, const JointRules& rules, std::size_t party) {
  PartnerTotals result;
  if (!state.joint) return result;
  const JointTotals& totals = *state.joint;
  const auto share = [&](Component component, std::int64_t total) {
    return share_of(rules, state.terms.rate, component, party, total);
  };
  result.lent = share(Component::principal, state.lent);
  result.recovered = share(Component::principal, totals.recovered);
  result.outstanding = result.lent;
  for (const Component component : components) {
    const auto i = static_cast<std::size_t>(component);
    const std::int64_t received = received_of(state, component);
    const std::int64_t in = share(component, received);
    const std::int64_t with_compensation =
        share(component, sum_of(received, totals.compensated[i]));
    result.received[i] = in;
    result.compensation += with_compensation - in;
    result.lost[i] =
        share(component, sum_of(sum_of(received, totals.compensated[i]), totals.lost[i])) -
        with_compensation;
    if (component == Component::principal) {
      result.outstanding -= with_compensation + result.lost[i];
    } else {
      result.earned[i] = share(component, totals.earned[i]);
    }
  }
  if (rules.interest == InterestShare::service_fee) {
    std::int64_t& interest = result.received[static_cast<std::size_t>(Component::interest)];
    const std::int64_t before_fee =
        rules.tables->parties.share(party, received_of(state, Component::interest));
    result.service_fee = before_fee - interest;
    interest = before_fee;
  }
  return result;
}

}  // namespace loanbook::ledger
