// What the publication of a series does to the loans of a book. What is dated ahead touches no
// loan; where the days to come of a plan move, the loan goes on from its fold; what would change
// booked days is late, and no plain publication.

#include <algorithm>

#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {
namespace {

bool names(const Product& product, const std::string& series) {
  return product.plan.calendar == series || (product.index && product.index->index == series);
}

/// Has the rate of a loan been fixed on a day on which the two bindings differ?
bool was_fixed_apart(const LoanState& loan, const Product& before, const Product& after,
                     Day business_date) {
  if (loan.lent == 0) return false;
  const auto apart = [&](Day day) {
    const date::days lag{before.index->fixing_lag_days};
    const IndexValue* one = before.bound.series->at(day - lag);
    const IndexValue* other = after.bound.series->at(day - lag);
    if (one == nullptr || other == nullptr) return one != other;
    return one->value != other->value;
  };
  for (Day day = loan.disbursed; day <= business_date;
       day = schedule::next_reset(before.index->reset, loan.disbursed, day)) {
    if (apart(day)) return true;
  }
  return false;
}

/// May the loan stand otherwise by the other binding?
bool may_differ(const LoanState& loan, const Product& before, const Product& after,
                const std::string& series, Day business_date) {
  if (loan.status == LoanStatus::cancelled || loan.lent == 0) return false;
  if (before.plan.calendar == series) return true;
  return was_fixed_apart(loan, before, after, business_date);
}

/// Due dates through `day`, as the loan has them: of what is unpaid, of its table, and which row
/// comes next.
std::vector<std::pair<std::uint32_t, Day>> dates_through(const LoanState& loan, Day day) {
  std::vector<std::pair<std::uint32_t, Day>> dates;
  const auto add = [&](std::uint32_t no, Day due) {
    if (due <= day) dates.emplace_back(no, due);
  };
  for (const schedule::DueInstallment& due : loan.due) add(due.no, due.due);
  if (loan.servicing) {
    for (const InstallmentRecord& record : loan.servicing->installments) add(record.no, record.due);
  }
  std::sort(dates.begin(), dates.end());
  dates.emplace_back(loan.row_coming ? loan.next.no : 0, Day{});
  return dates;
}

}  // namespace

Result<SeriesEffect> effect_of(const BookState& state, const SeriesPublished& published,
                               std::uint64_t sequence, const EntrySource& source) {
  SeriesEffect effect;
  const bool ahead = !published.points.empty() &&
                     published.points.front().day > state.business_date &&
                     !is_calendar_value(published.points.front().value);
  if (ahead) return effect;
  SeriesBook series;
  std::map<std::uint32_t, Product> bound;
  for (std::uint32_t number = 0; number < state.products.size(); ++number) {
    const Product& product = state.products[number].product;
    if (!names(product, published.name)) continue;
    if (series.empty()) {
      series = state.series;
      for (const SeriesPoint& point : published.points)
        series[published.name].push_back({point.day, point.value, sequence});
    }
    Product after = product;
    ledger::bind(after, series, UINT64_MAX);
    bound.emplace(number, std::move(after));
  }
  if (bound.empty()) return effect;
  for (std::uint64_t number = 1; number <= state.loans.size(); ++number) {
    const LoanRecord& record = state.loans.at(number);
    const auto after = bound.find(record.state.product);
    if (after == bound.end() || state.loans.page_of(number).sequence >= sequence ||
        !may_differ(record.state, state.product_of(record), after->second, published.name,
                    state.business_date))
      continue;
    const Result<LoanHistory> all = history(record.last_entry, source);
    if (!all) return all.error();
    try {
      // What is isolated stands still.
      const LoanState now = canonical(record, state);
      LoanState next = fold(record.state.product, all->contract, after->second, all->events,
                            record.isolated ? now.day : state.business_date);
      // A date that is over has moved, be it that no amount did: what was told about it is another.
      if (difference(next.balance, now.balance) != Balances{} ||
          dates_through(next, now.day) != dates_through(now, now.day)) {
        effect.late.push_back(number);
      } else if (!(next == now)) {
        effect.moved.emplace_back(number, std::move(next));
      }
    } catch (const LoanFault& fault) {
      return Error{"loan.beyond_limits",
                   "loan '" + record.id + "' cannot be computed: " + fault.reason};
    }
  }
  return effect;
}

void follow_series(BookState& state, const std::string& series) {
  for (PublishedProduct& published : state.products) {
    if (names(published.product, series)) ledger::bind(published.product, state.series, UINT64_MAX);
  }
  state.histories.forget_all();
}

ProductKnownAt::ProductKnownAt(const BookState& state, const Product& product,
                               std::uint64_t known_at)
    : product_(product) {
  if (!names_series(product) || known_at >= state.head.sequence) return;
  copy_ = product;
  ledger::bind(*copy_, state.series, known_at);
}

}  // namespace loanbook::ledger
