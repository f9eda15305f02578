// The door for what stands around a loan's contract: applications, settlement on a day,
// refinancing, which pay-outs a product takes, how much partners fund.

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "loanbook/ledger/door/door.hpp"
#include "loanbook/ledger/door/recorder.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/ledger/loan/servicing_interest.hpp"
#include "loanbook/ledger/product/upfront_fee.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/schedule/disclosure.hpp"

namespace loanbook::ledger {
namespace {

Error refuse(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

/// Does the event settle the loan exactly?
bool settles(LoanState state, const Product& product, const LoanEvent& event) {
  apply(state, product, event);
  return state.status == LoanStatus::closed && balance_of(state, Role::overpayment) == 0;
}

bool is_money_in(Kind kind) { return kind == Kind::repay || kind == Kind::prepay; }

}  // namespace

std::int64_t payoff_of(const LoanState& state, const Product& product, Day day) {
  const auto at = [&](Role role) { return balance_of(state, role); };
  money::Int128 owed = money::Int128{at(Role::principal)} + at(Role::principal_overdue) +
                       at(Role::interest_accrued) + at(Role::interest_receivable) +
                       at(Role::penalty_receivable) + at(Role::compound_receivable) +
                       at(Role::overpayment);
  for (const schedule::DueInstallment& due : state.due) {
    if (due.due <= day) owed += money::Int128{due.fee} + due.late_fee;
  }
  if (const Rules all{product, state}; computes_again(state, all))
    owed += money::Int128{interest_to_settle(state, all, day)} - at(Role::interest_accrued);
  std::int64_t fits = 0;
  return money::narrow(owed, &fits) ? fits : std::numeric_limits<std::int64_t>::max();
}

Result<Recorder::Accepted> Recorder::accept_apply(const Apply& request,
                                                  const Command& command) const {
  Result<Accepted> accepted = accept_open(request.terms, command, Kind::apply);
  if (!accepted) return accepted.error();
  auto& opened = std::get<Opened>(accepted->payload);
  if (request.valid_until && *request.valid_until < accepted->value_date)
    return refuse("application.valid_until", fmt::format("an offer of {} cannot end on {}",
                                                         money::to_text(accepted->value_date),
                                                         money::to_text(*request.valid_until)));
  opened.valid_until = request.valid_until;
  const Product& product = state_.products[opened.product].product;
  const schedule::Terms terms = schedule_terms(product, opened.terms, accepted->value_date);
  const schedule::Disclosure told = schedule::disclose_for_cap(
      terms, schedule::make_plan(terms), fees_of(product, terms), schedule::CapBasis::simple);
  if (told.simple)
    opened.annual_rate_e12 = static_cast<std::int64_t>(
        money::divide_rounded(told.simple->centre_e30, money::Int128{1'000'000'000'000'000'000},
                              money::RoundingMode::half_up));
  return accepted;
}

Result<Recorder::Accepted> Recorder::accept_settle(const Command& command) const {
  const Result<std::uint64_t> number = loan_number(command);
  if (!number) return number.error();
  const LoanRecord& record = state_.loans.at(*number);
  const Product& product = state_.product_of(record);
  const bool charged_off = record.state.servicing && record.state.servicing->charged_off;
  if (record.state.status != LoanStatus::active || charged_off)
    return refuse("loan.nothing_to_settle",
                  fmt::format("loan '{}' is {}: only an active loan is settled", command.loan,
                              charged_off ? "charged off" : to_text(record.state.status)));
  const Result<Day> day = value_date(command);
  if (!day) return day.error();
  if (*day < record.state.disbursed)
    return refuse(
        "date.before_disbursement",
        fmt::format("value date {} is before loan '{}' was disbursed on {}", money::to_text(*day),
                    command.loan, money::to_text(record.state.disbursed)));
  try {
    LoanState at = record.state;
    if (*day < at.day) {
      Result<LoanHistory> all =
          history(record.last_entry, [&](std::uint64_t s) { return entry(s); });
      if (!all) return all.error();
      std::erase_if(all->events, [&](const LoanEvent& event) { return event.value_date > *day; });
      at = fold(record.state.product, all->contract, product, all->events, *day);
    } else {
      advance(at, product, *day);
      accrue(at, product, *day);
    }
    const std::int64_t amount = payoff_of(at, product, *day);
    if (at.status != LoanStatus::active || amount <= 0)
      return refuse("loan.nothing_to_settle", fmt::format("loan '{}' owes nothing on {}",
                                                          command.loan, money::to_text(*day)));
    const Accepted repaid{
        .loan = *number, .value_date = *day, .payload = Paid{amount}, .kind = Kind::repay};
    const Operated early{.amount_minor = amount, .choice = 1};
    const std::uint64_t sequence = state_.head.sequence + 1;
    if (settles(at, product, {Kind::repay, *day, sequence, amount})) return repaid;
    if (!is_revolving(product) &&
        settles(at, product,
                {Kind::prepay, *day, sequence, amount, std::make_shared<const Operated>(early)}))
      return Accepted{.loan = *number, .value_date = *day, .payload = early, .kind = Kind::prepay};
    return refuse(
        "loan.not_settled_by_payoff",
        fmt::format("{} is owed on {}, and the product's order of payment would not "
                    "settle the loan with it: repay its installments",
                    money::text_of_minor(amount, product.currency.digits), money::to_text(*day)));
  } catch (const LoanFault& fault) {
    return refuse("loan.beyond_limits", fault.reason);
  }
}

Result<std::uint64_t> Recorder::refinanced(const OpenLoan& open, const Command& command, Kind kind,
                                           Day day) const {
  if (open.refinances.empty()) return std::uint64_t{0};
  const std::uint64_t old = state_.loan_number(open.refinances);
  if (old == 0 || open.refinances == command.loan)
    return refuse("loan.unknown",
                  fmt::format("there is no loan '{}' in this book", open.refinances));
  const LoanRecord& record = state_.loans.at(old);
  const Result<Entry> last = entry(record.last_entry);
  if (!last) return last.error();
  const bool settled = kind == Kind::open_disburse && record.state.status == LoanStatus::closed &&
                       record.last_entry == state_.head.sequence && is_money_in(last->kind) &&
                       last->value_date == day;
  if (!settled)
    return refuse("refinance.not_settled",
                  fmt::format("loan '{}' must be settled right before '{}' is paid out, on the "
                              "same value date and in one batch: `loan refinance {} --of {}`",
                              open.refinances, command.loan, command.loan, open.refinances));
  const Product& before = state_.product_of(record);
  const Result<std::int64_t> amount = positive_amount(open.amount, before.currency);
  if (!amount) return amount.error();
  for (const PublishedProduct& published : state_.products) {
    if (published.product.id == open.product && published.product.currency != before.currency)
      return refuse("refinance.currency",
                    fmt::format("loan '{}' is in {}, the new one in {}", open.refinances,
                                before.currency.text(), published.product.currency.text()));
  }
  return old;
}

Status Recorder::check_payout(const Product& product, std::int64_t minor, const LoanHistory* before,
                              Day day) const {
  const PayoutRules& rules = product.payouts;
  if (rules == PayoutRules{}) return money::ok();
  const auto text = [&](std::int64_t amount) {
    return money::text_of_minor(amount, product.currency.digits);
  };
  if (minor < rules.amount_min_minor ||
      (rules.amount_max_minor != 0 && minor > rules.amount_max_minor))
    return refuse(
        "payout.amount",
        fmt::format("a pay-out of product {} is {} to {}, not {}", product.id,
                    text(rules.amount_min_minor),
                    rules.amount_max_minor == 0 ? "any amount" : text(rules.amount_max_minor),
                    text(minor)));
  if (before == nullptr) return money::ok();
  std::uint32_t count = 0;
  Day from = day;
  for (const LoanEvent& event : before->events) {
    count += is_pay_out(event.kind) ? 1 : 0;
    const bool begins = event.kind == Kind::open || event.kind == Kind::open_disburse ||
                        event.kind == Kind::approve;
    if (begins) from = event.value_date;
  }
  if (rules.count_max != 0 && count >= rules.count_max)
    return refuse("payout.count", fmt::format("loans of product {} are paid out {} times at most",
                                              product.id, rules.count_max));
  const Day last = from + date::days{rules.days};
  if (rules.days != 0 && day > last)
    return refuse("payout.period_over",
                  fmt::format("the loan could be drawn until {}, {} days from {}: open another",
                              money::to_text(last), rules.days, money::to_text(from)));
  return money::ok();
}

namespace {

/// What a partner will fund of pay-outs that are in flight, unless they fail.
money::Int128 partner_in_flight(const BookState& state, const std::string& partner,
                                money::Currency currency) {
  money::Int128 sum = 0;
  for (const auto& [loan, order] : state.flights.orders()) {
    const LoanState& other = state.loans.at(loan).state;
    const Product& product = state.product_of(state.loans.at(loan));
    if (!product.joint || product.currency != currency) continue;
    const std::size_t party = product.joint->find(partner);
    if (party >= product.joint->parties.size()) continue;
    const auto share = [&](std::int64_t total) {
      return share_of(*product.joint, other.terms.rate, schedule::Component::principal, party,
                      total);
    };
    sum += share(other.lent + order.minor) - share(other.lent);
  }
  return sum;
}

}  // namespace

Status Recorder::check_partner_limits(const Product& product, money::Rate rate, std::int64_t lent,
                                      std::int64_t minor, Day day) const {
  if (!product.joint || state_.partners.empty()) return money::ok();
  const JointRules& rules = *product.joint;
  for (std::size_t party = 0; party < rules.parties.size(); ++party) {
    if (party == rules.lead_index()) continue;
    const std::string& id = rules.parties[party].id;
    const PartnerLimit* limit = state_.partners.find(id, product.currency.text());
    if (limit == nullptr) continue;
    if (limit->terms.until && day > *limit->terms.until)
      return refuse("partner.limit_expired", fmt::format("partner '{}' funds nothing new after {}",
                                                         id, money::to_text(*limit->terms.until)));
    const auto share = [&](std::int64_t total) {
      return share_of(rules, rate, schedule::Component::principal, party, total);
    };
    const std::int64_t more = share(lent + minor) - share(lent);
    const money::Int128 used = limit->used + partner_in_flight(state_, id, product.currency);
    if (used + more <= limit->terms.amount_minor) continue;
    const auto text = [&](money::Int128 amount) {
      return money::text_of_minor(amount, product.currency.digits);
    };
    const money::Int128 left = limit->terms.amount_minor - used;
    return refuse(
        "partner.over_limit",
        fmt::format("partner '{}' would fund {} of this pay-out; of its limit of {} {} {} "
                    "is used and {} left",
                    id, text(more), text(limit->terms.amount_minor), product.currency.text(),
                    text(used), text(left > 0 ? left : money::Int128{0})));
  }
  return money::ok();
}

Result<Recorder::Accepted> Recorder::accept_partner_limit(const LimitPartner& request) const {
  const auto currency = money::Currency::find(request.currency);
  if (!currency)
    return refuse("currency.unknown", fmt::format("'{}' is no currency; write its ISO code",
                                                  request.currency.substr(0, 8)));
  const bool known = std::ranges::any_of(state_.products, [&](const PublishedProduct& published) {
    const auto& joint = published.product.joint;
    return joint && joint->lead != request.partner &&
           joint->find(request.partner) < joint->parties.size();
  });
  if (!known)
    return refuse("partner.unknown", fmt::format("no product of this book has a partner '{}'",
                                                 request.partner.substr(0, 64)));
  PartnerLimitSet fact{.partner = request.partner, .currency = request.currency};
  if (!request.amount && state_.partners.find(request.partner, request.currency) == nullptr)
    return refuse("partner.no_limit", fmt::format("partner '{}' has no limit in {}",
                                                  request.partner, request.currency));
  if (request.amount) {
    const Result<std::int64_t> amount = positive_amount(*request.amount, *currency);
    if (!amount) return amount.error();
    fact.amount_minor = *amount;
    fact.until = request.until;
  }
  return Accepted{.loan = 0,
                  .value_date = state_.business_date,
                  .payload = std::move(fact),
                  .kind = request.amount ? Kind::partner_limit : Kind::partner_limit_ended};
}

}  // namespace loanbook::ledger
