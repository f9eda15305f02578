// What a new day begins with: intents whose day has come become repayments, those whose time is
// over end. Nothing is done where nothing waits. Each entry takes its intent away, so that none is
// carried out twice, however often this is asked for.

#include <fmt/format.h>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/reading/reading_in_flight.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::size_t intents_per_group = 4'096;

using Intended = NightReport::Intended;

Command command_of_night(const LoanRecord& record, const Intent& intent, std::string_view step) {
  Command command{.event = Repay{}, .loan = record.id};
  command.source = night_source;
  command.scope = "intent";
  command.key = fmt::format("{}{}", intent.sequence, step);
  command.actor = "night";
  return command;
}

/// Off, with the reason why.
Result<Recorded> end(Recorder& recorder, const LoanRecord& record, const Intent& intent,
                     std::string_view choice, std::string why) {
  Command command = command_of_night(record, intent, "/off");
  command.event =
      Operation{.kind = Kind::cancel_intent, .of = intent.sequence, .choice = std::string(choice)};
  command.reason = std::move(why);
  return recorder.record(command);
}

/// Nothing will ever be owed on it again.
bool is_over(LoanStatus status) {
  return status == LoanStatus::closed || status == LoanStatus::cancelled ||
         status == LoanStatus::written_off;
}

Intended carry_out(Recorder& recorder, const BookState& state, const Intent intent) {
  const LoanRecord& record = state.loans.at(intent.loan);
  Intended done{.intent = view_of(intent, state), .outcome = Intended::Outcome::waits};
  const auto off = [&](Intended::Outcome outcome, std::string_view choice) {
    const Result<Recorded> ended = end(recorder, record, intent, choice, done.why);
    if (!ended) {
      done.why = ended.error().message;
      return;
    }
    done.outcome = outcome;
    done.sequence = ended->receipt.sequence;
  };
  const std::optional<Day> ends = intent.ends();
  if (ends && *ends < state.business_date) {
    off(Intended::Outcome::expired, "expired");
    return done;
  }
  // What comes in after the end of a loan is nobody's: the intent has nothing to pay.
  if (is_over(record.state.status)) {
    done.why = fmt::format("the loan is {}", to_text(record.state.status));
    off(Intended::Outcome::lapsed, "lapsed");
    return done;
  }
  Command repay = command_of_night(record, intent, "");
  repay.event =
      Repay{.amount = money::text_of_minor(intent.minor, state.product_of(record).currency.digits),
            .intent = intent.sequence};
  const Result<Recorded> repaid = recorder.record(repay);
  if (repaid) {
    done.outcome = Intended::Outcome::repaid;
    done.sequence = repaid->receipt.sequence;
    return done;
  }
  done.why = repaid.error().message;
  if (!ends || *ends == state.business_date) off(Intended::Outcome::lapsed, "lapsed");
  return done;
}

}  // namespace

Status Book::Impl::carry_out_intents(NightReport* report) {
  const std::vector<std::uint64_t> ready = state->flights.ready(state->business_date);
  if (ready.empty()) return money::ok();
  // What the book holds already was let in when it came.
  const bool allowed = std::exchange(state->allow_personal_data, true);
  for (std::size_t first = 0; first < ready.size(); first += intents_per_group) {
    Recorder recorder = recorder_on(std::make_shared<std::unique_ptr<storage::View>>());
    for (std::size_t i = first; i < std::min(ready.size(), first + intents_per_group); ++i) {
      Intended done = carry_out(recorder, *state, *state->flights.intent(ready[i]));
      if (report != nullptr) report->intents.push_back(std::move(done));
    }
    if (Status s = write(recorder); !s) return s;
  }
  state->allow_personal_data = allowed;
  return money::ok();
}

}  // namespace loanbook::ledger
