#pragma once

// Folding loans again under other rules, and what that changes. The machinery of `restate` for
// whatever cause; `Book::restate` asks for one cause. Private to ledger/.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loanbook/ledger/restate/effect.hpp"
#include "loanbook/ledger/restate/restated.hpp"
#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

[[nodiscard]] EffectFigures figures_of(const LoanRecord& record, const LoanState& state);

/// Collects the closes of days that would have been others: by day, product number and role.
class NightDifferences {
 public:
  explicit NightDifferences(const BookState& state) : state_(state) {}
  /// How a loan goes through the days, once by `before` and once by `after`; nothing where there is
  /// none.
  struct Course {
    std::uint32_t product = 0;
    const Product* rules = nullptr;
    LoanTerms terms{};
    std::vector<LoanEvent> events{};
  };
  void add(const Course* before, const Course* after);
  void add(const NightDifferences& others);
  /// On the accounts that hold now.
  [[nodiscard]] std::vector<NightEffect> nights() const;

 private:
  void add(const Course& course, int sign);
  const BookState& state_;
  std::map<Day, DayTotals> days_;
};

/// By currency and account code; what nets to zero is left out.
[[nodiscard]] std::vector<AccountEffect> account_effects(const BookState& state,
                                                         const DayTotals& totals);

/// Loans that are folded again one by one; nothing is changed before `apply`.
class Restatement {
 public:
  /// `by_night`: collect what each closed day would have been.
  Restatement(const BookState& state, bool by_night);

  /// Folds the loan, whose history is `known`, under product number `to`, with the rules that hold
  /// now; it stood by the rules `was`. Where that cannot be, it is among the refused. Loans of one
  /// product come in order of their numbers.
  void take(std::uint64_t loan, std::uint32_t to, const LoanHistory& known, const Product& was);
  void refuse(std::uint64_t loan, Error why);
  /// Takes over what `later` has: of the same state, loans with larger numbers.
  void join(Restatement later);

  [[nodiscard]] std::uint64_t loans() const { return taken_.size(); }
  [[nodiscard]] const std::vector<RefusedLoan>& refused() const { return effect_.refused; }
  [[nodiscard]] const RestatedSegment& segment() const { return segment_; }
  /// Once, at the end.
  [[nodiscard]] Effect effect();
  /// The loans go over: entry `sequence` says so.
  void apply(BookState& state, std::uint64_t sequence);

 private:
  struct Taken {
    std::uint64_t loan;
    LoanState next;
  };
  RestatedPart& part(std::uint32_t from, std::uint32_t to);

  const BookState& state_;
  bool by_night_;
  RestatedSegment segment_;
  std::vector<Taken> taken_;
  Effect effect_;
  NightDifferences nights_;
};

}  // namespace loanbook::ledger
