// The Fineract suite: each case is one life of one loan, replayed on a book in memory.

#include "conformance/fineract.hpp"

#include <cstdlib>

#include "loanbook/storage/memory/memory_store.hpp"

namespace loanbook::conformance {
namespace {

money::Day first_day(const Json& content) {
  for (const Json& step : content.at("steps")) {
    if (step.at("op") == "business_date") return day_of(step.at("date"));
  }
  return day_of(content.at("terms").at("submitted_on"));
}

Replay begin(const Json& content) {
  Replay replay;
  replay.terms = content.at("terms");
  auto store = storage::memory::make_memory_store();
  if (auto made =
          ledger::Book::init(*store, std::string(replay.currency().text()), first_day(content));
      !made)
    throw Refused{made.error().id + ": " + made.error().message};
  replay.book = value_of(ledger::Book::open(std::move(store)));
  return replay;
}

/// The attempt must fail, whatever it is.
void expect_rejected(Replay& replay, const Json& step, const std::string& where,
                     Comparison& comparison) {
  try {
    fineract_step(replay, step.at("attempt"));
  } catch (const Refused&) {
    return;
  }
  comparison.same(where + " " + step.at("attempt").dump(), "refused", "accepted");
}

void verify(const ledger::Book& book, Comparison& comparison) {
  const auto report = value_of(book.verify(true));
  if (report.findings.empty()) return;
  comparison.same("verify", "no finding",
                  report.findings.front().where + ": " + report.findings.front().message);
}

Outcome replay_all(const Json& content) {
  Replay replay = begin(content);
  Comparison comparison;
  std::size_t number = 0;
  std::string where;
  try {
    for (const Json& step : content.at("steps")) {
      const std::string op = step.at("op");
      where = "step " + std::to_string(number++);
      if (op == "expect_rejected") {
        expect_rejected(replay, step, where, comparison);
      } else if (op.starts_with("expect_")) {
        fineract_expect(replay, step, where, comparison);
      } else {
        where += " " + op;
        fineract_step(replay, step);
      }
      if (comparison.outcome().verdict != Verdict::pass) return comparison.outcome();
    }
  } catch (const Refused& refused) {
    return failed(where + ": " + refused.reason);
  }
  verify(*replay.book, comparison);
  return comparison.outcome();
}

}  // namespace

std::vector<Case> fineract_cases(const Json& file) {
  return {{file.at("id").get<std::string>(), file}};
}

Outcome run_fineract(const Json& content) {
  try {
    if (content.at("terms").contains("periods")) return fineract_periods(content);
    return replay_all(content);
  } catch (const NotBuilt& missing) {
    return skipped(missing.reason);
  } catch (const Refused& refused) {
    return failed(refused.reason);
  }
}

}  // namespace loanbook::conformance
