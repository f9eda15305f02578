#include "loanbook/ledger/gl/gl_nights.hpp"

#include <fmt/format.h>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/gl/gl_reading.hpp"
#include "loanbook/ledger/restate/restated.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};

void add_accruing(AccruedLevels& levels, Role role, std::int64_t minor) {
  for (std::size_t i = 0; i < accruing_roles.size(); ++i) {
    if (role == accruing_roles.at(i)) levels.at(i) += minor;
  }
}

/// What entries of the day moved on the accruing roles of their loans.
Result<std::map<std::uint64_t, AccruedLevels>> events_of(const storage::View& view, Day day,
                                                         std::uint64_t night) {
  const Result<std::uint64_t> before = last_booked(view, day - one_day);
  if (!before) return before.error();
  std::map<std::uint64_t, AccruedLevels> moved;
  Status outcome = money::ok();
  const Status read = view.entries(*before + 1, night, [&](const storage::StoredEntry& stored) {
    const Result<Entry> entry = decode_entry(stored.body);
    if (!entry) {
      outcome = entry.error();
      return false;
    }
    if (const auto* restated = std::get_if<Restated>(&entry->payload)) {
      const Result<RestatedSegment> segment = read_restated(view, restated->segment);
      if (!segment) {
        outcome = segment.error();
        return false;
      }
      for (const RestatedPart& part : segment->parts) {
        for (const RestatedLoan& loan : part.loans) {
          for (const auto& [role, minor] : loan.moved) add_accruing(moved[loan.loan], role, minor);
        }
      }
    }
    if (entry->loan == 0) return true;
    for (const MovementBlock& block : entry->movements) {
      for (const auto& line : block.lines) {
        add_accruing(moved[entry->loan], line.role, static_cast<std::int64_t>(line.minor));
      }
    }
    return true;
  });
  if (!read) return read.error();
  if (!outcome) return outcome.error();
  return moved;
}

}  // namespace

Result<std::optional<Entry>> night_of(const storage::View& view, Day day) {
  const Result<std::uint64_t> last = last_booked(view, day);
  if (!last) return last.error();
  // A reader allows entries of the next day between cut-over and day_closed.
  for (std::uint64_t sequence = *last; sequence != 0; --sequence) {
    Result<Entry> entry = entry_of(view, sequence);
    if (!entry) return entry.error();
    if (entry->booking_date < day) break;
    if (entry->kind == Kind::day_closed && entry->booking_date == day)
      return std::optional(std::move(*entry));
  }
  return std::optional<Entry>{};
}

Result<std::vector<Segment>> segments_of(const storage::View& view, const Entry& night) {
  std::vector<Segment> segments;
  for (const Digest& digest : std::get<DayClosed>(night.payload).segments) {
    Result<Segment> segment = read_segment(view, digest);
    if (!segment) return segment.error();
    segments.push_back(std::move(*segment));
  }
  return segments;
}

Status RunningLines::take(const std::vector<Segment>& segments) {
  for (const Segment& segment : segments) {
    for (const SegmentProduct& part : segment.products) {
      for (const Visit& visit : part.visits) {
        Loan& loan = loans_[visit.loan];
        loan.product = part.product;
        loan.lines = visit.lines;
        loan.isolated_at.reset();
        loan.visited = segment.day + one_day;
        loan.fee_deferred = -visit.fee_booked;
      }
    }
    for (const Segment::Isolated& isolated : segment.isolated) {
      Loan& loan = loans_[isolated.loan];
      loan.isolated_at = segment.day;
      loan.visited = std::min(loan.visited, segment.day);
    }
  }
  return money::ok();
}

void RunningLines::know(std::uint64_t sequence) {
  for (std::uint32_t number = 0; number < state_.products.size(); ++number) {
    const Product& product = state_.products[number].product;
    if (names_series(product))
      known_.insert_or_assign(number, *ProductKnownAt{state_, product, sequence});
  }
}

AccruedLevels RunningLines::levels(const Loan& loan, Day opening) const {
  AccruedLevels levels{};
  const Day at = loan.isolated_at ? std::min(*loan.isolated_at, opening) : opening;
  const auto known = known_.find(loan.product);
  const Product& product =
      known != known_.end() ? known->second : state_.products.at(loan.product).product;
  const auto level = [&](const SegmentLine& line, Day day) {
    if (day < line.visible_from || day < line.line.first) return std::int64_t{0};
    return schedule::level(line.line, product.day_count, product.accrual_rounding, day,
                           line_context(product))
        .value_or(0);
  };
  add_accruing(levels, Role::fee_deferred, loan.fee_deferred);
  for (const SegmentLine& line : loan.lines) {
    // Of a fee the line says what has become income since it began.
    const bool fee = line.role == Role::fee_deferred;
    add_accruing(levels, line.role, level(line, at) - (fee ? level(line, loan.visited) : 0));
  }
  return levels;
}

Status Book::accruals(Day day, const std::string& loan,
                      const std::function<bool(const AccrualRow&)>& use) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  if (impl_->options.without_loans) return without_loans();
  const std::uint64_t only = loan.empty() ? 0 : state.loan_number(loan);
  if (!loan.empty() && only == 0)
    return Error{.id = "loan.unknown",
                 .message = fmt::format("there is no loan '{}' in this book", loan)};
  if (day > state.closed_through || day < state.began) {
    return Error{.id = "accruals.day_open",
                 .message = fmt::format("{} is no closed day of this book: days are closed from {} "
                                        "through {}",
                                        money::to_text(day), money::to_text(state.began),
                                        money::to_text(state.closed_through))};
  }
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  RunningLines before(state);
  std::uint64_t night_entry = 0;
  std::uint64_t evening_before = 0;
  std::vector<Segment> tonight;
  for (Day d = state.began; d <= day; d += one_day) {
    const Result<std::optional<Entry>> night = night_of(**view, d);
    if (!night) return night.error();
    if (!night->has_value()) continue;
    Result<std::vector<Segment>> segments = segments_of(**view, **night);
    if (!segments) return segments.error();
    if (d == day) {
      night_entry = (*night)->sequence;
      tonight = std::move(*segments);
    } else if (Status s = before.take(*segments); !s) {
      return s;
    } else {
      evening_before = (*night)->sequence;
    }
  }
  const auto events = events_of(**view, day, night_entry);
  if (!events) return events.error();
  RunningLines after = before;
  before.know(evening_before);
  after.know(night_entry);
  if (Status s = after.take(tonight); !s) return s;
  std::map<std::uint64_t, AccruedLevels> visited;
  for (const Segment& segment : tonight) {
    for (const SegmentProduct& part : segment.products) {
      for (const Visit& visit : part.visits) visited[visit.loan] = booked_of(visit);
    }
  }
  for (const auto& [number, lines] : after.loans()) {
    if (only != 0 && number != only) continue;
    const auto was = before.loans().find(number);
    const AccruedLevels start =
        was == before.loans().end() ? AccruedLevels{} : before.levels(was->second, day);
    const auto visit = visited.find(number);
    const AccruedLevels end =
        visit == visited.end() ? after.levels(lines, day + one_day) : visit->second;
    const auto moved = events->find(number);
    const Product& product = state.products.at(lines.product).product;
    for (std::size_t i = 0; i < accruing_roles.size(); ++i) {
      AccrualRow row{.loan = state.loans.at(number).id,
                     .product = product.id,
                     .currency = std::string(product.currency.text()),
                     .digits = product.currency.digits,
                     .role = accruing_roles.at(i),
                     .before = start.at(i),
                     .events = moved == events->end() ? 0 : moved->second.at(i),
                     .booked = 0,
                     .after = end.at(i),
                     .visited = visit != visited.end(),
                     .lines = {},
                     .branch = product.branch};
      row.booked = row.after - row.before - row.events;
      for (const SegmentLine& line : lines.lines)
        if (line.role == row.role) row.lines.push_back(line.line);
      if (row.before == 0 && row.after == 0 && row.booked == 0 && row.lines.empty()) continue;
      if (!use(row)) return money::ok();
    }
  }
  return money::ok();
}

}  // namespace loanbook::ledger
