// Internal reconciliation: sub-ledger = general ledger for every role, product and currency, nights
// = segments, and where the first difference began.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/gl/gl_nights.hpp"
#include "loanbook/ledger/gl/gl_reading.hpp"
#include "loanbook/ledger/restate/restated.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};

money::Int128 at(const DayTotals& totals, std::uint32_t number, Role role) {
  return number < totals.size() ? totals[number][static_cast<std::size_t>(role)] : 0;
}

class InternalReconciliation {
 public:
  InternalReconciliation(const BookState& state, const storage::View& view, std::uint64_t through,
                         Reconciliation& result)
      : state_(state), view_(view), through_(through), result_(result) {}

  Status run() {
    const Result<Day> opening = opening_after(view_, through_);
    if (!opening) return opening.error();
    result_.complete_to = through_;
    result_.opening = *opening;
    const Result<DayTotals> booked = general_ledger(through_);
    if (!booked) return booked.error();
    const Result<DayTotals> loans = sub_ledger(*opening, through_, {});
    if (!loans) return loans.error();
    const auto products = static_cast<std::uint32_t>(std::max(booked->size(), loans->size()));
    for (std::uint32_t number = 0; number < products; ++number) {
      for (std::size_t i = 0; i < role_count; ++i) {
        if (Status s = compare(number, static_cast<Role>(i), *booked, *loans); !s) return s;
      }
    }
    return nights();
  }

 private:
  /// What the entries booked on the roles of loans: closed years put back, tolerated differences of
  /// statements left out.
  Result<DayTotals> general_ledger(std::uint64_t through) const {
    Result<DayTotals> totals = totals_at(state_, view_, through);
    if (!totals) return totals;
    DayTotals of_book = closed_years(state_.gl, through);
    for (const auto& [sequence, statement] : state_.reconciliation.statements()) {
      if (sequence > through) break;
      const Result<Entry> entry = entry_of(view_, sequence);
      if (!entry) return entry.error();
      of_book.add(entry->movements, entry->channel, 1);
    }
    // Whatever is left of money in suspense came in over settlement and is owed to its payers.
    for (const auto& [sequence, item] : state_.flights.items()) {
      if (of_book.size() <= item.product) of_book.resize(item.product + 1);
      auto& roles = of_book[item.product];
      roles[static_cast<std::size_t>(Role::settlement)] += item.open(through);
      roles[static_cast<std::size_t>(Role::suspense)] -= item.open(through);
    }
    for (std::size_t number = 0; number < of_book.size(); ++number) {
      for (std::size_t role = 0; role < role_count; ++role)
        (*totals)[number][role] -= of_book[number][role];
    }
    return totals;
  }

  /// Every loan folded (those of one product, where one is given).
  Result<DayTotals> sub_ledger(Day opening, std::uint64_t through,
                               std::optional<std::uint32_t> only) const {
    DayTotals sums(state_.products.size());
    for (std::uint64_t number = 1; number <= state_.loans.size(); ++number) {
      const std::uint32_t product = binding_at(state_.loans.at(number), through).product;
      if (only && product != *only) continue;
      const auto loan = loan_booked(state_, number, view_, opening, through);
      if (!loan) return loan.error();
      if (!loan->has_value()) continue;
      if (!only) ++result_.loans;
      LoanBalances::each_difference((*loan)->balance, {}, [&](Role role, std::int64_t minor) {
        sums[product][static_cast<std::size_t>(role)] += minor;
      });
    }
    return sums;
  }

  Status compare(std::uint32_t number, Role role, const DayTotals& booked, const DayTotals& loans) {
    const money::Int128 general = at(booked, number, role);
    const money::Int128 sub = at(loans, number, role);
    if (general != 0 || sub != 0) ++result_.balances;
    if (general == sub) return money::ok();
    const Product& product = state_.products.at(number).product;
    Result<std::string> first = result_.differences.empty() ? where_it_began(number, role)
                                                            : Result<std::string>(std::string{});
    if (!first) return first.error();
    result_.differences.push_back({product.id, std::string(product.currency.text()),
                                   product.currency.digits, role,
                                   gl_account(state_.gl.chart_after(through_), product, role),
                                   general, sub, std::move(*first)});
    return money::ok();
  }

  Result<bool> differs_after(Day day, std::uint32_t number, Role role) const {
    const Result<std::uint64_t> through = last_booked(view_, day);
    if (!through) return through.error();
    const Result<DayTotals> booked = general_ledger(*through);
    if (!booked) return booked.error();
    const Result<DayTotals> loans = sub_ledger(day + one_day, *through, number);
    if (!loans) return loans.error();
    return at(*booked, number, role) != at(*loans, number, role);
  }

  /// The first day after which they differ, by halving; then what was booked on it.
  Result<std::string> where_it_began(std::uint32_t number, Role role) const {
    Day low = state_.began;
    Day high = result_.opening;  // stands for "after the last closed day"
    while (low < high) {
      const Day middle = low + date::days{(high - low).count() / 2};
      const Result<bool> differs = differs_after(middle, number, role);
      if (!differs) return differs.error();
      if (*differs)
        high = middle;
      else
        low = middle + one_day;
    }
    return on_day(low, number, role);
  }

  Result<std::string> on_day(Day day, std::uint32_t number, Role role) const {
    const Result<std::uint64_t> before = last_booked(view_, day - one_day);
    if (!before) return before.error();
    const Result<std::uint64_t> last = last_booked(view_, day);
    if (!last) return last.error();
    DayTotals booked;
    money::Int128 of_night = 0;
    for (std::uint64_t sequence = *before + 1; sequence <= std::min(*last, through_); ++sequence) {
      const Result<Entry> entry = entry_of(view_, sequence);
      if (!entry) return entry.error();
      booked.add(entry->movements, entry->channel, 1);
      DayTotals own;
      const auto blocks = entry->loan != 0 ? loan_blocks(*entry) : book_blocks(*entry);
      own.add({blocks.begin(), blocks.end()}, entry->channel, 1);
      if (entry->kind == Kind::day_closed) of_night = at(own, number, role);
      if (const auto* restated = std::get_if<Restated>(&entry->payload)) {
        const Result<std::string> differs = in_restated(*entry, *restated, day, number, role);
        if (!differs || !differs->empty()) return differs;
      }
      if (entry->loan == 0 || binding_at(state_.loans.at(entry->loan), sequence).product != number)
        continue;
      const Result<money::Int128> folded =
          fold_moves(entry->loan, sequence - 1, sequence, day, role);
      if (!folded) return folded.error();
      if (*folded != at(own, number, role)) {
        return fmt::format("entry {} of loan '{}', booked on {}, moves {}; its fold moves {}",
                           sequence, state_.loans.at(entry->loan).id, money::to_text(day),
                           text(at(own, number, role), number), text(*folded, number));
      }
    }
    const auto kept = state_.totals.find(day);
    const money::Int128 derived = kept == state_.totals.end() ? 0 : at(kept->second, number, role);
    if (derived != at(booked, number, role)) {
      return fmt::format(
          "the entries of {} agree with the loans, the derived totals of that day "
          "do not; `rebuild` makes them again",
          money::to_text(day));
    }
    return in_night(day, number, role, of_night);
  }

  /// The first loan that a restatement leaves at another balance than its fold; empty: none.
  Result<std::string> in_restated(const Entry& entry, const Restated& restated, Day day,
                                  std::uint32_t number, Role role) const {
    const Result<RestatedSegment> segment = read_restated(view_, restated.segment);
    if (!segment) return segment.error();
    const auto amount = [&](const RoleAmounts& amounts) {
      const auto at = std::ranges::find(amounts, role, [](const auto& each) { return each.first; });
      return at == amounts.end() ? 0 : at->second;
    };
    const std::uint64_t before =
        restated.cause == RestateCause::series ? restated.series - 1 : entry.sequence - 1;
    for (const RestatedPart& part : segment->parts) {
      if (part.from != number && part.to != number) continue;
      for (const RestatedLoan& loan : part.loans) {
        const Result<money::Int128> folded =
            fold_moves(loan.loan, before, entry.sequence, day, role);
        if (!folded) return folded.error();
        if (*folded == amount(loan.moved)) continue;
        return fmt::format("entry {} restates loan '{}' by {}; its folds differ by {}",
                           entry.sequence, state_.loans.at(loan.loan).id,
                           text(amount(loan.moved), number), text(*folded, number));
      }
    }
    return std::string{};
  }

  Result<money::Int128> fold_moves(std::uint64_t number, std::uint64_t before,
                                   std::uint64_t sequence, Day day, Role role) const {
    money::Int128 moved = 0;
    for (const std::uint64_t through : {before, sequence}) {
      const auto loan = loan_booked(state_, number, view_, day, through);
      if (!loan) return loan.error();
      if (!loan->has_value()) continue;
      moved += (through == sequence ? 1 : -1) * (*loan)->balance.get(role);
    }
    return moved;
  }

  /// The first loan whose line, as the segment has it, is not the level of its fold.
  Result<std::string> in_night(Day day, std::uint32_t number, Role role,
                               money::Int128 booked) const {
    const auto place = std::ranges::find(accruing_roles, role);
    std::string where =
        fmt::format("the night of {} books {}", money::to_text(day), text(booked, number));
    if (place == accruing_roles.end()) return where + "; its loans give another sum";
    RunningLines lines(state_);
    for (Day d = state_.began; d <= day; d += one_day) {
      if (Status s = take_night(lines, d); !s) return s.error();
    }
    const Result<std::uint64_t> through = last_booked(view_, day);
    if (!through) return through.error();
    lines.know(*through);
    for (const auto& [loan, of_loan] : lines.loans()) {
      if (of_loan.product != number) continue;
      const auto folded = loan_booked(state_, loan, view_, day + one_day, *through);
      if (!folded) return folded.error();
      const std::int64_t level = lines.levels(of_loan, day + one_day)
                                     .at(static_cast<std::size_t>(place - accruing_roles.begin()));
      const std::int64_t fold = folded->has_value() ? (*folded)->balance.get(role) : 0;
      if (level == fold) continue;
      return where + fmt::format("; loan '{}' stands at {} by its segment, {} by its fold",
                                 state_.loans.at(loan).id, text(level, number), text(fold, number));
    }
    return where + "; every loan's line agrees with its fold, the total does not";
  }

  Status take_night(RunningLines& lines, Day day) const {
    const Result<std::optional<Entry>> night = night_of(view_, day);
    if (!night) return night.error();
    if (!night->has_value()) return money::ok();
    const Result<std::vector<Segment>> segments = segments_of(view_, **night);
    if (!segments) return segments.error();
    return lines.take(*segments);
  }

  /// Totals of each night against those of its segment.
  Status nights() {
    for (Day day = state_.began; day < result_.opening; day += one_day) {
      const Result<std::optional<Entry>> night = night_of(view_, day);
      if (!night) return night.error();
      if (!night->has_value()) continue;
      ++result_.nights;
      const Result<std::vector<Segment>> segments = segments_of(view_, **night);
      if (!segments) return segments.error();
      DayTotals booked;
      booked.add((*night)->movements, (*night)->channel, 1);
      booked.resize(state_.products.size());
      for (const Segment& segment : *segments) {
        for (const SegmentProduct& part : segment.products)
          compare_night(**night, part.product, part.totals, booked[part.product]);
      }
    }
    return money::ok();
  }

  void compare_night(const Entry& night, std::uint32_t number,
                     const std::array<money::Int128, role_count>& segment,
                     const std::array<money::Int128, role_count>& booked) {
    const Product& product = state_.products.at(number).product;
    for (std::size_t i = 0; i < role_count; ++i) {
      if (segment.at(i) == booked.at(i)) continue;
      const auto role = static_cast<Role>(i);
      result_.differences.push_back(
          {product.id, std::string(product.currency.text()), product.currency.digits, role,
           gl_account(state_.gl.chart_after(through_), product, role), booked.at(i), segment.at(i),
           fmt::format("entry {}, the night of {}: its total is not that of its segment",
                       night.sequence, money::to_text(night.booking_date))});
    }
  }

  [[nodiscard]] std::string text(money::Int128 minor, std::uint32_t number) const {
    return money::text_of_minor(minor, state_.products.at(number).product.currency.digits);
  }

  const BookState& state_;
  const storage::View& view_;
  std::uint64_t through_;
  Reconciliation& result_;
};

}  // namespace

Result<Reconciliation> Book::reconcile_internal(std::optional<std::uint64_t> through) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  if (impl_->options.without_loans) return without_loans();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  Reconciliation result;
  const std::uint64_t last = std::min(through.value_or(state.head.sequence), state.head.sequence);
  if (Status s = InternalReconciliation(state, **view, last, result).run(); !s) return s.error();
  return result;
}

}  // namespace loanbook::ledger
