// The door for facts of the general ledger: charts, closed periods, assertions.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/door/door.hpp"
#include "loanbook/ledger/door/recorder.hpp"
#include "loanbook/ledger/gl/gl_reading.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};

Error refuse(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

/// A period follows the one before it of the same length; the first one holds the day on which the
/// book began.
Status check_order(const BookState& state, const Period& period) {
  for (const GlFacts::ClosedPeriod& known : state.gl.periods) {
    if (known.closed.period != period) continue;
    return refuse("period.closed_already",
                  fmt::format("{} was closed by entry {} on {}", to_text(period), known.sequence,
                              money::to_text(known.booked)));
  }
  const auto* last = state.gl.last_closed(period.length);
  if (last != nullptr && last->closed.period.through + one_day != period.from) {
    return refuse(
        "period.order",
        fmt::format("{} is closed; the next one begins on {}", to_text(last->closed.period),
                    money::to_text(last->closed.period.through + one_day)));
  }
  if (last == nullptr && (state.began < period.from || state.began > period.through)) {
    return refuse("period.order", fmt::format("no period is closed yet; the first one holds {}, "
                                              "the day on which the book began",
                                              money::to_text(state.began)));
  }
  if (state.closed_through < period.through) {
    return refuse("period.days_open",
                  fmt::format("{} ends on {}, and days are closed through {}: close the nights "
                              "first",
                              to_text(period), money::to_text(period.through),
                              money::to_text(state.closed_through)));
  }
  const auto* month = state.gl.last_closed(PeriodLength::month);
  const bool months_closed = month != nullptr && month->closed.period.through >= period.through;
  if (period.length == PeriodLength::year && !months_closed) {
    return refuse("period.months_open",
                  fmt::format("close every month of {} first, December last", to_text(period)));
  }
  return money::ok();
}

}  // namespace

Result<Recorder::Accepted> Recorder::accept_chart(const PublishChart& publish) const {
  if (Status s = ledger::check(publish.chart); !s) return s.error();
  for (const ChartMapping& mapping : publish.chart.mappings) {
    if (mapping.product.empty()) continue;
    const bool known = std::ranges::any_of(
        state_.products, [&](const auto& p) { return p.product.id == mapping.product; });
    if (!known) {
      return refuse("chart.product_unknown",
                    fmt::format("the chart maps role {} of product '{}', which is not published "
                                "in this book: publish it first, or take the line out",
                                to_text(mapping.role), mapping.product));
    }
  }
  const Chart* before = state_.gl.chart_after(state_.head.sequence);
  if (before != nullptr && *before == publish.chart) {
    return refuse("chart.in_force", fmt::format("chart '{}' is in force as it stands in this file",
                                                publish.chart.id));
  }
  for (const PublishedProduct& published : state_.products) {
    if (Status s = check_covers(publish.chart, published.product); !s) return s.error();
  }
  ChartPublished published{publish.chart,
                           reclassified(state_.balances, state_.products, before, publish.chart)};
  return Accepted{.loan = 0,
                  .value_date = state_.business_date,
                  .payload = std::move(published),
                  .kind = Kind::chart_published};
}

Result<Recorder::Accepted> Recorder::accept_period(const ClosePeriod& close) const {
  const Period& period = close.period;
  if (Status s = check_order(state_, period); !s) return s.error();
  const DayTotals totals = totals_through(state_.totals, period.through);
  // The last entry of a closed day is its day_closed entry, or the first one after it is later.
  std::uint64_t low = 0;
  std::uint64_t high = state_.head.sequence;
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    const Result<Entry> entry = this->entry(middle);
    if (!entry) return entry.error();
    if (entry->booking_date <= period.through)
      low = middle;
    else
      high = middle - 1;
  }
  const Result<storage::StoredEntry> last = stored(low);
  if (!last) return last.error();
  const auto rows =
      trial_balance_of(balances_of(totals, state_.products, state_.gl.chart_after(low)));
  PeriodClosed closed{.period = period,
                      .complete_to = low,
                      .head = last->hash,
                      .trial_balance = digest_of(rows),
                      .controls = controls_of(rows),
                      .isolated = state_.isolated};
  for (const ControlTotal& total : closed.controls) {
    if (total.debit == total.credit) continue;
    return refuse("period.unbalanced",
                  fmt::format("debits and credits in {} differ at the end of {}: run `verify`",
                              total.currency, to_text(period)));
  }
  std::vector<MovementBlock> movements;
  if (period.length == PeriodLength::year) movements = to_retained(state_.gl, period, totals);
  return Accepted{.loan = 0,
                  .value_date = period.through,
                  .payload = std::move(closed),
                  .kind = Kind::period_closed,
                  .movements = std::move(movements)};
}

Result<Recorder::Accepted> Recorder::accept_assertion(const Assert& request) const {
  const Result<AssertionText> text = parse_assertion(request.text);
  if (!text) return text.error();
  Asserted asserted{.figure = text->figure,
                    .product = text->product,
                    .currency = text->currency,
                    .day = text->day,
                    .minor = 0};
  if (!asserted.figure.starts_with("account ") && roles_of_figure(asserted.figure).empty()) {
    return refuse("assertion.figure_unknown",
                  fmt::format("'{}' is no figure: use principal, interest, an account role or "
                              "`account CODE`",
                              asserted.figure));
  }
  for (const PublishedProduct& published : state_.products) {
    if (published.product.id == asserted.product)
      asserted.currency = std::string(published.product.currency.text());
  }
  if (!asserted.product.empty() && asserted.currency.empty()) {
    return refuse("assertion.product_unknown",
                  fmt::format("product '{}' is not published in this book", asserted.product));
  }
  if (asserted.currency.empty()) asserted.currency = state_.currency;
  const Result<money::Currency> currency = money::Currency::find(asserted.currency);
  if (!currency) return currency.error();
  const Result<money::Money> amount = money::Money::parse(text->amount, *currency);
  if (!amount) return amount.error();
  asserted.minor = amount->minor();
  if (asserted.day > state_.closed_through || asserted.day < state_.began) {
    return refuse("assertion.day_open",
                  fmt::format("{} is no closed day of this book: days are closed from {} through "
                              "{}",
                              money::to_text(asserted.day), money::to_text(state_.began),
                              money::to_text(state_.closed_through)));
  }
  const money::Int128 actual =
      figure_of(asserted, balances_of(totals_through(state_.totals, asserted.day), state_.products,
                                      state_.gl.chart_on(asserted.day)));
  if (actual != asserted.minor) {
    return refuse("assertion.fails",
                  fmt::format("{}{} on {} is {}, not {}", asserted.figure,
                              asserted.product.empty() ? "" : " of " + asserted.product,
                              money::to_text(asserted.day),
                              money::text_of_minor(actual, currency->digits), text->amount));
  }
  return Accepted{.loan = 0,
                  .value_date = asserted.day,
                  .payload = std::move(asserted),
                  .kind = Kind::asserted};
}

}  // namespace loanbook::ledger
