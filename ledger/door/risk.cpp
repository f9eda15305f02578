// Asking the caller's risk engine before money is paid out. It is called outside every lock of the
// book, may take its time, and may fail: then nothing is paid out.

#include <fmt/format.h>

#include "loanbook/ledger/book_impl.hpp"

namespace loanbook::ledger {
namespace {

const OpenLoan* opening_of(const Command& command) {
  const auto* both = std::get_if<OpenAndDisburse>(&command.event);
  return both != nullptr ? &both->terms : nullptr;
}

const Operation* order_in(const Command& command) {
  const auto* operation = std::get_if<Operation>(&command.event);
  return operation != nullptr && operation->kind == Kind::order_payout ? operation : nullptr;
}

/// A pay-out that is ordered is asked about then: once the channel confirms, it has happened.
bool pays_out(const Command& command) {
  return opening_of(command) != nullptr || std::holds_alternative<Disburse>(command.event) ||
         order_in(command) != nullptr;
}

Command decision_of(const Command& command, const RiskQuestion& question,
                    const RiskAnswer& answer) {
  return {.event = RiskDecision{.verdict = *answer.verdict,
                                .line = question.line,
                                .reservation = question.reservation,
                                .code = answer.code,
                                .rule_set = answer.rule_set,
                                .score = answer.score,
                                .last_day = answer.last_day},
          .loan = command.loan,
          .actor = command.actor};
}

}  // namespace

bool Book::Impl::must_ask(std::span<const Command> commands) const {
  if (!options.ask_risk || store == nullptr) return false;
  bool pay_out = false;
  for (const Command& command : commands) {
    // Whoever brings decisions along answers for the whole batch.
    if (std::holds_alternative<RiskDecision>(command.event)) return false;
    pay_out = pay_out || pays_out(command);
  }
  return pay_out;
}

RiskQuestion Book::Impl::question_about(const Command& command) const {
  RiskQuestion question{.loan = command.loan,
                        .value_date = command.value_date,
                        .source = command.source,
                        .actor = command.actor};
  if (const OpenLoan* open = opening_of(command)) {
    question.product = open->product;
    question.line = open->line;
    question.reservation = open->reservation;
    question.amount = open->amount;
    return question;
  }
  const Operation* order = order_in(command);
  question.amount =
      order != nullptr ? order->amount.value_or("") : std::get<Disburse>(command.event).amount;
  const std::shared_lock lock(state_mutex);
  const std::uint64_t number = state->loan_number(command.loan);
  if (number == 0) return question;
  const LoanRecord& record = state->loans.at(number);
  question.product = state->product_of(record).id;
  if (record.on_line) question.line = state->lines.at(record.on_line->line).id;
  return question;
}

Result<std::vector<Command>> Book::Impl::ask(std::span<const Command> commands) {
  std::vector<Command> decisions;
  {
    const std::shared_lock lock(state_mutex);
    const Recorder recorder{*state, [this](std::uint64_t s) { return stored_for_check(s); }};
    const auto known =
        recorder.replayed(commands.front(), static_cast<std::uint32_t>(commands.size()));
    if (!known) return known.error();
    if (known->has_value()) return decisions;  // answered long ago
  }
  std::vector<Command> refusals;
  for (const Command& command : commands) {
    if (!pays_out(command)) continue;
    const RiskQuestion question = question_about(command);
    RiskAnswer answer;
    std::string why = "it gave no verdict";
    try {
      answer = options.ask_risk(question);
    } catch (const std::exception& error) {
      answer.verdict.reset();
      why = error.what();
    } catch (...) {
      answer.verdict.reset();
      why = "it failed";
    }
    if (!answer.verdict) {
      return Error{.id = "risk.unavailable",
                   .message = fmt::format("loan '{}' was not paid out: the risk engine could not "
                                          "be asked: {}",
                                          command.loan, why)};
    }
    Command decision = decision_of(command, question, answer);
    if (*answer.verdict != Verdict::allow) refusals.push_back(decision);
    decisions.push_back(std::move(decision));
  }
  if (refusals.empty()) return decisions;
  // What was refused stands in the ledger too. Without the key: the same request may come again
  // once another decision was made.
  for (Result<Recorded>& result : submit(refusals, Mode::each)) {
    if (!result) return result.error();
  }
  const auto& first = std::get<RiskDecision>(refusals.front().event);
  const bool hold = first.verdict == Verdict::hold;
  return Error{.id = hold ? "risk.hold" : "risk.block",
               .message = fmt::format("loan '{}' was not paid out: the risk engine {} it{}",
                                      refusals.front().loan, hold ? "holds" : "blocks",
                                      first.code.empty() ? "" : " with reason " + first.code)};
}

}  // namespace loanbook::ledger
