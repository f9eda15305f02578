// The door for money that is on its way or nobody's yet: pay-outs, intents, failed debits,
// suspense.

#include <fmt/format.h>

#include "loanbook/ledger/door/door.hpp"
#include "loanbook/ledger/door/recorder.hpp"
#include "loanbook/ledger/product/upfront_fee.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

namespace limits = money::limits;

Error refuse(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

/// What was ordered or intended is told on the day it is; the day of the money comes with the
/// money.
Status check_told_today(const Command& command, Kind kind, Day today) {
  if (!command.value_date || *command.value_date == today || kind == Kind::debit_failed)
    return money::ok();
  return refuse("operation.dates", fmt::format("{} has the business date {}; leave the date out",
                                               to_text(kind), money::to_text(today)));
}

Status check_intent(const Operation& operation, Day today) {
  if (*operation.from <= today)
    return refuse("intent.date",
                  fmt::format("{} is no day to come: what is paid today is a repayment, what is "
                              "collected today stands in the debit list already",
                              money::to_text(*operation.from)));
  if (operation.until && *operation.until < *operation.from)
    return refuse("intent.expires",
                  fmt::format("an intent for {} cannot have expired on {}",
                              money::to_text(*operation.from), money::to_text(*operation.until)));
  return money::ok();
}

}  // namespace

Status Recorder::check_not_in_flight(std::uint64_t loan) const {
  const PayoutOrder* order = state_.flights.order_of(loan);
  if (order == nullptr) return money::ok();
  return refuse(
      "payout.in_flight",
      fmt::format("a pay-out of loan '{}' is in flight, ordered by entry {}{}{}: ask its channel "
                  "and record confirm-payout or fail-payout first",
                  state_.loans.at(loan).id, order->sequence,
                  order->channel.empty() ? "" : " through " + order->channel,
                  order->reference.empty() ? "" : " as " + order->reference));
}

Result<std::int64_t> Recorder::check_pay_out(std::uint64_t loan, const std::string& text,
                                             Day day) const {
  const LoanRecord& record = state_.loans.at(loan);
  const Product& product = state_.product_of(record);
  const ServicingRules* servicing = product.servicing ? &*product.servicing : nullptr;
  const bool again =
      servicing != nullptr && servicing->several_payouts &&
      (record.state.status == LoanStatus::active || record.state.status == LoanStatus::closed) &&
      !(record.state.servicing && record.state.servicing->transferred());
  if (record.state.status != LoanStatus::approved && !again) {
    return refuse(
        "loan.not_approved",
        fmt::format(
            "loan '{}' is {}: only an approved loan can be disbursed{}", record.id,
            to_text(record.state.status),
            record.state.status == LoanStatus::applied ? "; `loan approve` comes first" : ""));
  }
  const auto all = history_of(record);
  if (!all) return all.error();
  if ((*all)->events.empty() || day < (*all)->events.front().value_date) {
    return refuse("date.before_opening", fmt::format("value date {} is before loan '{}' was opened",
                                                     money::to_text(day), record.id));
  }
  const Result<std::int64_t> amount = positive_amount(text, product.currency);
  if (!amount) return amount.error();
  const auto minor_text = [&](std::int64_t minor) {
    return money::text_of_minor(minor, product.currency.digits);
  };
  const std::int64_t approved = record.state.terms.principal_minor;
  if (servicing != nullptr) {
    const money::Int128 most = money::Int128{approved} * (10'000 + servicing->over_approved_e4) +
                               money::Int128{product.payouts.over_minor} * 10'000;
    if (money::Int128{record.state.lent + *amount} * 10'000 > most) {
      return refuse("loan.amount_over_approved",
                    fmt::format("{} was approved and {} paid out; {} more is over the limit",
                                minor_text(approved), minor_text(record.state.lent), text));
    }
  } else if (*amount != approved) {
    return refuse("loan.amount_differs", fmt::format("loan '{}' was opened for {}, not {}",
                                                     record.id, minor_text(approved), text));
  }
  const Day first = again ? record.state.disbursed : day;
  if (Status s = ledger::check(record.state.terms, product, first); !s) return s.error();
  // What its channel confirms has happened: limits were kept when it was ordered.
  if (state_.flights.order_of(loan) != nullptr) return amount;
  if (Status s = check_payout_fee(product, *amount); !s) return s.error();
  if (Status s = check_payout(product, *amount, all->get(), day); !s) return s.error();
  if (Status s =
          check_partner_limits(product, record.state.terms.rate, record.state.lent, *amount, day);
      !s)
    return s.error();
  return amount;
}

Status Recorder::check_payout_order(std::uint64_t loan, const std::string& text,
                                    const std::string& reference, std::string_view loan_id) const {
  if (Status s = check_not_in_flight(loan); !s) return s;
  const Result<std::int64_t> amount = check_pay_out(loan, text, state_.business_date);
  if (!amount) return amount.error();
  const LoanRecord& record = state_.loans.at(loan);
  const std::uint32_t line = record.on_line ? record.on_line->line : 0;
  if (line != 0) {
    if (Status s = check_draw(line, state_.product_of(record), *amount, {}, loan); !s) return s;
  }
  if (Status s = check_decisions(std::string(loan_id), line, {}, loan); !s) return s;
  if (reference.empty()) return money::ok();
  const std::uint64_t used = state_.by_key.find(payout_hash(reference), [&](std::uint64_t at) {
    const Result<Entry> other = entry(at);
    const auto* told = other ? std::get_if<Operated>(&other->payload) : nullptr;
    return told != nullptr && other->kind == Kind::order_payout && told->code == reference;
  });
  if (used == 0) return money::ok();
  return refuse("payout.reference_used",
                fmt::format("entry {} ordered a pay-out as '{}' already: a channel would take the "
                            "two for one; give another reference",
                            used, reference));
}

Result<Recorder::Accepted> Recorder::accept_confirmed(const Operation& operation,
                                                      const Command& command, std::uint64_t loan,
                                                      Operated operated) const {
  const PayoutOrder& order = *state_.flights.order_of(loan);
  const Product& product = state_.product_of(state_.loans.at(loan));
  const auto text = [&](std::int64_t minor) {
    return money::text_of_minor(minor, product.currency.digits);
  };
  // The channel pays what the fee leaves.
  const std::int64_t fee = fee_of(product.payouts.fee, order.minor);
  if (operation.amount && operated.amount_minor != order.minor - fee)
    return refuse(
        "payout.amount_differs",
        fmt::format(
            "entry {} ordered {}{}, the channel confirms {}: ask it what it paid", order.sequence,
            text(order.minor - fee),
            fee == 0 ? "" : fmt::format(" ({} less a fee of {})", text(order.minor), text(fee)),
            text(operated.amount_minor)));
  const Result<Day> day = value_date(command);
  if (!day) return day.error();
  const Result<std::int64_t> amount = check_pay_out(loan, text(order.minor), *day);
  if (!amount) return amount.error();
  return Accepted{.loan = loan,
                  .value_date = *day,
                  .payload = Paid{.amount_minor = *amount, .order = order.sequence},
                  .kind = Kind::disburse,
                  .channel = order.channel};
}

Result<Recorder::Accepted> Recorder::accept_in_flight(const Operation& operation,
                                                      const Command& command, std::uint64_t loan,
                                                      Operated operated) const {
  if (Status s = check_text(operation.channel, "channel", limits::external_id_max); !s)
    return s.error();
  const Kind kind = operation.kind;
  if (kind == Kind::order_payout) {
    if (Status s = check_payout_order(loan, *operation.amount, operation.code, command.loan); !s)
      return s.error();
  } else if (kind == Kind::confirm_payout || kind == Kind::fail_payout ||
             kind == Kind::unknown_payout) {
    const PayoutOrder* order = state_.flights.order_of(loan);
    if (order == nullptr || (operation.of && *operation.of != order->sequence))
      return refuse(
          "payout.not_in_flight",
          fmt::format(
              "no pay-out of loan '{}' {}: `loan entries` shows what became of it", command.loan,
              operation.of ? fmt::format("that entry {} ordered is in flight", *operation.of)
                           : std::string("is in flight")));
    if (kind == Kind::confirm_payout)
      return accept_confirmed(operation, command, loan, std::move(operated));
    operated.of = order->sequence;
  } else if (kind == Kind::intend) {
    if (Status s = check_intent(operation, state_.business_date); !s) return s.error();
  } else if (kind == Kind::cancel_intent) {
    const Intent* intent = state_.flights.intent(*operation.of);
    if (intent == nullptr || intent->loan != loan)
      return refuse("intent.unknown",
                    fmt::format("entry {} is no open intent of loan '{}'; `intents` lists them",
                                *operation.of, command.loan));
  }
  if (Status s = check_told_today(command, kind, state_.business_date); !s) return s.error();
  const Result<Day> day = value_date(command);
  if (!day) return day.error();
  return Accepted{.loan = loan, .value_date = *day, .payload = std::move(operated), .kind = kind};
}

Result<std::pair<const SuspenseItem*, std::int64_t>> Recorder::take_of_suspense(
    std::uint64_t number, const std::string& amount) const {
  const SuspenseItem* item = state_.flights.item(number);
  if (item == nullptr)
    return refuse("suspense.unknown",
                  fmt::format("entry {} put nothing into suspense; `suspense list` shows what is "
                              "there",
                              number));
  const money::Currency currency = state_.products.at(item->product).product.currency;
  const std::int64_t open = item->open();
  if (open == 0)
    return refuse(
        "suspense.empty",
        fmt::format("nothing is left of item {}: `suspense list --all` says where it went",
                    number));
  if (amount.empty()) return std::pair{item, open};
  const Result<std::int64_t> minor = positive_amount(amount, currency);
  if (!minor) return minor.error();
  if (*minor > open)
    return refuse("suspense.too_much",
                  fmt::format("{} is left of item {}, {} cannot be taken of it",
                              money::text_of_minor(open, currency.digits), number, amount));
  return std::pair{item, *minor};
}

Result<Recorder::Accepted> Recorder::accept_suspense(const SuspenseRequest& request,
                                                     const Command& command) const {
  if (!is_suspense_event(request.kind))
    return refuse("suspense.event", "money is received into suspense, or returned out of it");
  if (Status s = check_text(request.payer, "payer", limits::external_id_max); !s) return s.error();
  if (Status s = check_text(request.reference, "reference", limits::idempotency_key_max); !s)
    return s.error();
  if (Status s = check_text(request.text, "text", limits::reason_max); !s) return s.error();
  const Result<Day> day = value_date(command);
  if (!day) return day.error();
  Accepted accepted{.value_date = *day, .kind = request.kind};
  std::uint32_t product = 0;
  std::int64_t moved = 0;
  if (request.kind == Kind::suspense_receive) {
    const Result<money::Currency> currency = money::Currency::find(request.currency);
    if (!currency) return currency.error();
    // The books of the first product in its currency: whose it is, nobody knows.
    while (product < state_.products.size() &&
           state_.products[product].product.currency != *currency)
      ++product;
    if (product == state_.products.size())
      return refuse("suspense.no_product",
                    fmt::format("no product of this book is in {}: it has no accounts for money in "
                                "suspense; publish one first",
                                request.currency));
    const Result<std::int64_t> amount = positive_amount(request.amount, *currency);
    if (!amount) return amount.error();
    moved = *amount;
    accepted.payload =
        SuspenseFact{SuspenseReceived{*amount, request.payer, request.reference, request.text}};
  } else {
    const auto taken = take_of_suspense(request.item, request.amount);
    if (!taken) return taken.error();
    const auto& [item, minor] = *taken;
    if (*day < item->valued)
      return refuse("suspense.date",
                    fmt::format("item {} came in on {}: it cannot go back on {}", request.item,
                                money::to_text(item->valued), money::to_text(*day)));
    product = item->product;
    moved = -minor;
    accepted.payload = SuspenseFact{SuspenseReturned{request.item, minor, request.reference}};
  }
  accepted.movements.push_back(
      {.product = product,
       .lines = {{Role::settlement, false, moved}, {Role::suspense, false, -moved}}});
  return accepted;
}

}  // namespace loanbook::ledger
