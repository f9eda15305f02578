// Steps of the Fineract suite as commands of ours.

#include <algorithm>
#include <utility>

#include "conformance/fineract.hpp"

namespace loanbook::conformance {
namespace {

using ledger::Command;
using ledger::Kind;
using ledger::LoanEventView;
using ledger::Operation;
using money::Day;

Day business_date(const Replay& replay) { return replay.book->status().business_date; }

std::optional<Day> date_of(const Json& step, const char* key = "date") {
  if (!step.contains(key) || step.at(key).is_null()) return std::nullopt;
  return day_of(step.at(key));
}

ledger::Recorded record(Replay& replay, Command command) {
  command.loan = replay_loan;
  return value_of(replay.book->record(command));
}

ledger::Recorded operate(Replay& replay, Operation operation, std::optional<Day> date = {}) {
  return record(replay, {.event = std::move(operation), .value_date = date});
}

std::vector<LoanEventView> events(const Replay& replay) {
  return value_of(replay.book->loan_events(replay_loan));
}

/// A run over the loan for one business date; a loan that is charged off has none.
void run(Replay& replay, Day day) {
  const auto loan = replay.book->loan(replay_loan);
  if (!loan || !loan->disbursed || day < *loan->disbursed) return;
  replay.last_run = day;
  (void)replay.book->record(
      {.event = Operation{.kind = Kind::accrue}, .loan = replay_loan, .value_date = day});
}

/// A loan that was closed for a day before is closed for every day since.
void catch_up(Replay& replay) {
  while (replay.closed && *replay.closed + date::days{1} < business_date(replay)) {
    *replay.closed += date::days{1};
    run(replay, *replay.closed);
  }
}

void close_of_business(Replay& replay, const Json& step) {
  const Day before = business_date(replay) - date::days{1};
  const auto& closed = replay.closed;
  if (step.value("batch", false) && closed && *closed < before - date::days{1}) return;
  const auto loan = replay.book->loan(replay_loan);
  if (step.value("batch", false) && loan && loan->row.status == ledger::LoanStatus::closed) return;
  if (closed) return catch_up(replay);
  replay.closed = before;
  run(replay, before);
}

Kind kind_of(const std::string& type) {
  if (type == "repayment") return Kind::repay;
  if (type == "merchant_issued_refund") return Kind::merchant_refund;
  if (type == "payout_refund") return Kind::payout_refund;
  if (type == "goodwill_credit") return Kind::goodwill;
  if (type == "credit_balance_refund") return Kind::refund_overpayment;
  if (type == "refund_by_cash") return Kind::refund;
  if (type == "down_payment") return Kind::down_payment;
  throw NotBuilt{"transaction " + type};
}

void transaction(Replay& replay, const Json& step) {
  const Kind kind = kind_of(step.at("type"));
  Command command{.event = ledger::Repay{step.at("amount")}, .value_date = date_of(step)};
  if (kind != Kind::repay)
    command.event = Operation{.kind = kind, .amount = step.at("amount").get<std::string>()};
  if (!step.value("same_idempotency_key_as_previous", false))
    replay.same_key = "key-" + std::to_string(++replay.keys);
  command.source = "suite";
  command.key = replay.same_key;
  command.loan = replay_loan;
  const auto recorded = replay.book->record(command);
  // A repeated key with other content is refused by name; nothing is recorded twice.
  if (!recorded && recorded.error().id == "idempotency.conflict") return;
  (void)value_of(recorded);
}

void disburse(Replay& replay, const Json& step) {
  const std::optional<Day> date = date_of(step);
  record(replay, {.event = ledger::Disburse{step.at("amount")}, .value_date = date});
  const Json down = replay.terms.value("down_payment", Json());
  if (!down.is_object() || !down.at("auto").get<bool>()) return;
  const auto table = value_of(replay.book->installments(replay_loan));
  for (const ledger::InstallmentView& row : table.rows) {
    if (!row.down_payment || row.due != date.value_or(business_date(replay))) continue;
    // Where money ahead is allocated again it may cover this installment: then the next ones are
    // paid, as far as any is owed.
    const bool again = replay.terms.at("schedule_type") != "progressive";
    const std::int64_t part = again ? std::min(row.demanded.principal, table.total.unpaid.principal)
                                    : row.unpaid.principal;
    if (part <= 0) continue;
    operate(replay, {.kind = Kind::down_payment, .amount = amount_text(part, replay.currency())},
            date);
  }
}

/// The event that a step selects.
LoanEventView selected(const Replay& replay, const std::string& select, const Json& step) {
  const std::vector<LoanEventView> all = events(replay);
  const std::size_t n = step.contains("n") && step.at("n").is_number()
                            ? step.at("n").get<std::size_t>()
                            : std::size_t{1};
  const std::optional<Day> date = date_of(step);
  std::vector<LoanEventView> found;
  for (const LoanEventView& event : all) {
    const std::string type = fineract_type(event.kind);
    if (type.empty()) continue;
    bool fits = false;
    if (select == "last_made_repayment") {
      fits = event.kind == Kind::repay && event.reversed_by == 0;
    } else if (select == "nth_repayment") {
      fits = event.kind == Kind::repay;
    } else if (select == "nth_down_payment") {
      fits = event.kind == Kind::down_payment;
    } else if (select == "nth_transaction_on_date") {
      fits = event.value_date == date;
    } else if (select == "nth_of_type_on_date") {
      fits = event.value_date == date && type == step.at("type");
    } else if (select == "last_payout_refund") {
      fits = event.kind == Kind::payout_refund;
    } else if (select == "charge_adjustment_on_date") {
      fits = event.kind == Kind::adjust_charge && event.value_date == date;
    } else if (select == "last_waive_charges_transaction") {
      fits = event.kind == Kind::waive_charge;
    } else {
      throw NotBuilt{"select " + select};
    }
    if (fits) found.push_back(event);
  }
  if (found.empty()) throw Refused{"nothing to select for " + select};
  if (select.starts_with("last_")) {
    return *std::max_element(found.begin(), found.end(),
                             [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  }
  if (n < 1 || n > found.size()) throw Refused{"too few to select for " + select};
  return found[n - 1];
}

void reverse(Replay& replay, std::uint64_t sequence) {
  record(replay, {.event = ledger::Reverse{sequence}});
}

/// Takes a payment back. What became income early because it settled the loan stays income there:
/// here a run over all charges of that day keeps it.
void undo(Replay& replay, const LoanEventView& event) {
  const bool keeps = event.recognised.fee != 0 || event.recognised.penalty != 0;
  reverse(replay, event.sequence);
  if (!keeps) return;
  const auto loan = value_of(replay.book->loan(replay_loan));
  if (loan.row.status != ledger::LoanStatus::active ||
      value_of(replay.book->standing(replay_loan)).charged_off)
    return;
  operate(replay, {.kind = Kind::accrue, .choice = "all"}, event.value_date);
}

/// Takes back the newest pay-out, or all of them, with everything recorded after it.
void undo_disburse(Replay& replay, bool all) {
  std::vector<LoanEventView> list = events(replay);
  std::erase_if(
      list, [](const auto& event) { return event.reversed_by != 0 || event.kind == Kind::open; });
  std::sort(list.begin(), list.end(),
            [](const auto& a, const auto& b) { return a.sequence > b.sequence; });
  for (const LoanEventView& event : list) {
    if (event.kind == Kind::charge) continue;
    reverse(replay, event.sequence);
    replay.taken_back.push_back(event.sequence);
    if (!all && event.kind == Kind::disburse) return;
  }
}

void reverse_last(Replay& replay, Kind kind) {
  std::uint64_t last = 0;
  for (const LoanEventView& event : events(replay)) {
    if (event.kind == kind && event.reversed_by == 0) last = std::max(last, event.sequence);
  }
  if (last == 0) throw Refused{"nothing to take back"};
  reverse(replay, last);
}

/// The newest charge, or that of a code and due date.
std::uint64_t charge_of(const Replay& replay, const std::string& code = {},
                        std::optional<Day> due = {}) {
  std::uint64_t found = 0;
  for (const ledger::ChargeView& charge : value_of(replay.book->charges(replay_loan))) {
    if (!code.empty() && charge.code != code) continue;
    if (due && charge.due != *due) continue;
    found = std::max(found, charge.sequence);
  }
  if (found == 0) throw Refused{"no such charge"};
  return found;
}

/// A charge counts from its due date where that is past. Progressive plans take what was entered on
/// one day in that order: after money of the day a charge counts from the next morning.
std::optional<Day> day_of_charge(const Replay& replay, std::optional<Day> due) {
  if (!due || *due >= business_date(replay)) return std::nullopt;
  if (replay.terms.at("schedule_type") != "progressive") return due;
  const std::vector<LoanEventView> all = events(replay);
  const bool money = std::any_of(all.begin(), all.end(), [&](const LoanEventView& event) {
    return event.kind == Kind::repay && event.value_date == *due && event.reversed_by == 0;
  });
  return money ? *due + date::days{1} : *due;
}

void add_charge(Replay& replay, const Json& step) {
  const std::string time = step.at("time");
  if (time != "specified_due_date" && time != "installment_fee")
    throw NotBuilt{"charge at " + time};
  Operation operation{.kind = Kind::charge,
                      .from = date_of(step, "due_date"),
                      .choice = step.at("penalty").get<bool>() ? "penalty" : "fee",
                      .code = step.at("name").get<std::string>()};
  if (time == "installment_fee") operation.choice += "-of-each";
  const std::string by = step.at("calculation");
  if (by == "flat") {
    operation.amount = step.at("amount").get<std::string>();
  } else if (by == "percent_of_amount_plus_interest") {
    operation.rate =
        value_of(money::Rate::from_percent(step.at("percent").get<std::string>())).text();
  } else {
    throw NotBuilt{"charge by " + by};
  }
  operate(replay, operation, day_of_charge(replay, operation.from));
}

void waive_charge(Replay& replay, const Json& step) {
  const std::string select = step.at("select");
  const std::string code = select == "last_nsf_fee" ? "NSF fee" : "";
  const std::uint64_t sequence = charge_of(replay, code);
  for (const ledger::ChargeView& charge : value_of(replay.book->charges(replay_loan))) {
    if (charge.sequence == sequence)
      operate(replay, {.kind = Kind::waive_charge, .of = sequence},
              day_of_charge(replay, charge.due));
  }
}

void reschedule(Replay& replay, const Json& step) {
  if (!step.at("grace_on_interest").is_null()) throw NotBuilt{"reschedule with grace on interest"};
  Operation operation{.kind = Kind::reschedule, .from = date_of(step, "from_date")};
  operation.until = date_of(step, "adjusted_due_date");
  if (step.at("extra_terms").is_number()) operation.rows = step.at("extra_terms");
  if (step.at("new_annual_rate_pct").is_string()) {
    const auto rate = money::Rate::from_percent(step.at("new_annual_rate_pct").get<std::string>());
    operation.rate = value_of(rate).text();
  }
  operate(replay, operation);
  if (!step.at("grace_on_principal").is_number()) return;
  // Installments free of principal, from the first one to come.
  const auto table = value_of(replay.book->installments(replay_loan));
  const Day first = operation.until.value_or(*operation.from);
  for (const ledger::InstallmentView& row : table.rows) {
    if (!row.down_payment && row.due > business_date(replay) && row.due < first)
      throw NotBuilt{"rows free of principal later than the next ones"};
  }
  operate(replay, {.kind = Kind::defer,
                   .rows = step.at("grace_on_principal").get<std::uint32_t>(),
                   .choice = "pay"});
}

std::string step_word(const Json& step) {
  const std::string word =
      std::to_string(step.at("every").get<int>()) + " " + step.at("unit").get<std::string>();
  constexpr std::pair<const char*, const char*> words[] = {
      {"1 months", "month"},     {"1 weeks", "week"},        {"1 days", "day"},
      {"2 weeks", "two-weeks"},  {"2 months", "two-months"}, {"3 months", "quarter"},
      {"6 months", "half-year"}, {"12 months", "year"}};
  for (const auto& [theirs, ours] : words) {
    if (word == theirs) return ours;
  }
  throw NotBuilt{"new installments every " + word};
}

void change_of_installments(Replay& replay, const std::string& op, const Json& step) {
  if (op == "re_age") {
    operate(replay, {.kind = Kind::re_age,
                     .rows = step.at("number_of_installments").get<std::uint32_t>(),
                     .from = date_of(step, "start_date"),
                     .choice = step_word(step)});
  } else if (op == "re_amortize") {
    operate(replay, {.kind = Kind::reamortize});
  } else if (op == "delinquency_pause") {
    operate(replay, {.kind = Kind::pause_overdue,
                     .from = date_of(step, "start"),
                     .until = date_of(step, "end")});
  } else if (op == "delinquency_resume") {
    operate(replay, {.kind = Kind::resume_overdue});
  } else if (op == "reschedule") {
    reschedule(replay, step);
  } else {
    throw NotBuilt{"step " + op};
  }
}

void change_of_charge(Replay& replay, const std::string& op, const Json& step) {
  if (op == "add_charge") return add_charge(replay, step);
  if (op == "waive_charge") {
    waive_charge(replay, step);
  } else if (op == "undo_waive") {
    reverse_last(replay, Kind::waive_charge);
  } else {
    const std::string type = step.at("charge_type");
    const std::string code = type == "LOAN_NSF_FEE" ? "NSF fee" : "Snooze fee";
    operate(replay, {.kind = Kind::adjust_charge,
                     .amount = step.at("amount").get<std::string>(),
                     .of = charge_of(replay, code, date_of(step, "charge_due"))});
  }
}

void open(Replay& replay, const Json& step) {
  if (step.contains("expected_disbursement") && step.at("expected_disbursement").is_string())
    replay.expected = step.at("expected_disbursement");
  std::optional<Day> date = date_of(step);
  if (replay.terms.value("repayment_start_date", Json()) == "submitted_on_date")
    date = day_of(replay.terms.at("submitted_on"));
  record(replay, {.event = fineract_opening(replay.terms), .value_date = date});
}

bool money_step(Replay& replay, const std::string& op, const Json& step) {
  if (op == "transaction") {
    transaction(replay, step);
  } else if (op == "disburse") {
    disburse(replay, step);
  } else if (op == "undo") {
    undo(replay, selected(replay, step.at("select"), step));
  } else if (op == "adjust") {
    const LoanEventView event = selected(replay, step.at("select"), step);
    reverse(replay, event.sequence);
    record(replay, {.event = ledger::Repay{step.at("amount")}, .value_date = event.value_date});
  } else if (op == "chargeback") {
    operate(replay,
            {.kind = Kind::chargeback,
             .amount = step.at("amount").get<std::string>(),
             .of = selected(replay, step.at("of"),
                            step.contains("n") ? Json{{"n", step.at("n")}} : Json::object())
                       .sequence},
            date_of(step));
  } else if (op == "pay_off") {
    const auto loan = value_of(replay.book->loan(replay_loan, date_of(step)));
    record(replay, {.event = ledger::Repay{amount_text(loan.payoff, replay.currency())},
                    .value_date = date_of(step)});
  } else if (op == "undo_disburse_all") {
    undo_disburse(replay, true);
  } else if (op == "undo_last_disburse") {
    undo_disburse(replay, false);
  } else if (op == "charge_off") {
    operate(replay, {.kind = Kind::charge_off}, date_of(step));
  } else if (op == "undo_charge_off") {
    reverse_last(replay, Kind::charge_off);
  } else if (op == "write_off") {
    operate(replay, {.kind = Kind::write_off}, date_of(step));
  } else if (op == "fraud_flag") {
    if (!replay.book->loan(replay_loan)) {  // an application is no loan yet
      replay.waiting.push_back(step);
      return true;
    }
    operate(replay,
            {.kind = Kind::mark_fraud, .choice = step.at("value").get<bool>() ? "yes" : "no"});
  } else if (op == "undo_re_age") {
    reverse_last(replay, Kind::re_age);
  } else if (op == "undo_re_amortize") {
    reverse_last(replay, Kind::reamortize);
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string fineract_type(Kind kind) {
  switch (kind) {
    case Kind::disburse:
      return "Disbursement";
    case Kind::repay:
      return "Repayment";
    case Kind::down_payment:
      return "Down Payment";
    case Kind::merchant_refund:
      return "Merchant Issued Refund";
    case Kind::payout_refund:
      return "Payout Refund";
    case Kind::goodwill:
      return "Goodwill Credit";
    case Kind::refund_overpayment:
      return "Credit Balance Refund";
    case Kind::refund:
      return "Refund";
    case Kind::chargeback:
      return "Chargeback";
    case Kind::charge_off:
      return "Charge-off";
    case Kind::write_off:
      return "Close (as written-off)";
    case Kind::waive_charge:
      return "Waive loan charges";
    case Kind::adjust_charge:
      return "Charge Adjustment";
    case Kind::re_age:
      return "Re-age";
    case Kind::reamortize:
      return "Re-amortize";
    default:
      return {};
  }
}

void fineract_step(Replay& replay, const Json& step) {
  const std::string op = step.at("op");
  if (op == "business_date") {
    const Day day = day_of(step.at("date"));
    if (day > business_date(replay)) value_of(replay.book->close_through(day - date::days{1}));
    return;
  }
  if (op == "config") {
    if (step.at("key") == "charge-accrual-date")
      replay.charges_by_assessment = step.at("value") == "submitted-date";
    return;
  }
  if (op == "submit") {
    value_of(replay.book->record({.event = ledger::PublishProduct{fineract_product(
                                      replay.terms, replay.charges_by_assessment)}}));
    replay.submitted = true;
    return;
  }
  if (op == "approve") {
    open(replay, step);
    for (const Json& waiting : std::exchange(replay.waiting, {})) fineract_step(replay, waiting);
    return;
  }
  if (op == "run_periodic_accrual" || op == "run_accrual")
    return run(replay, business_date(replay));
  if (op == "run_cob") {
    close_of_business(replay, step);
    return;
  }
  if (op == "run_delinquency_classification" || op == "run_interest_recalculation") return;
  // The nightly job left a loan behind: the next write closes its days first.
  if (replay.closed && *replay.closed < business_date(replay) - date::days{2}) catch_up(replay);
  if (money_step(replay, op, step)) return;
  if (op == "add_charge" || op == "waive_charge" || op == "undo_waive" || op == "charge_adjustment")
    return change_of_charge(replay, op, step);
  change_of_installments(replay, op, step);
}

}  // namespace loanbook::conformance
