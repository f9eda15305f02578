#pragma once

// Published series: dated values of an index, and calendars. A calendar is a series whose values
// are words. What a product names is bound to it, so that the fold of its loans is a function of
// the product and the events alone. Rules: specs/floating-rates.md, specs/business-days.md.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/day.hpp"
#include "loanbook/money/rate.hpp"
#include "loanbook/money/result.hpp"
#include "loanbook/schedule/calendar.hpp"

namespace loanbook::ledger {

/// A dated value: of an index, from `day` on; of a calendar, about `day`.
struct SeriesPoint {
  money::Day day;
  std::string value;
};

struct PublishedPoint {
  money::Day day;
  std::string value;
  std::uint64_t entry;  ///< that published it
};
/// By name, in order of publication; of two about one day the later stands.
using SeriesBook = std::map<std::string, std::vector<PublishedPoint>>;

struct IndexValue {
  money::Day day;
  money::Rate value;
  std::uint64_t entry;
  bool operator==(const IndexValue&) const = default;
};

/// What is known of the series that a product names.
struct BoundSeries {
  std::shared_ptr<const schedule::Calendar> calendar{};  ///< null: none is published
  std::vector<IndexValue> index{};                       ///< by day

  /// The last value on or before `day`.
  [[nodiscard]] const IndexValue* at(money::Day day) const;
};
/// Points of entries after `known_at` are left out.
[[nodiscard]] std::shared_ptr<const BoundSeries> bind(const SeriesBook& book,
                                                      const std::string& calendar,
                                                      const std::string& index,
                                                      std::uint64_t known_at);
/// A product's own, beside what it says: no part of it.
struct SeriesBinding {
  std::shared_ptr<const BoundSeries> series{};
  bool operator==(const SeriesBinding&) const { return true; }
};

/// Is it a word of a calendar: `free`, `worked`, `ordinary`, `weekend saturday sunday`?
[[nodiscard]] bool is_calendar_value(std::string_view value);
/// `series.value` where values are neither all rates nor all words of a calendar, or are of the
/// other kind than those published before.
[[nodiscard]] money::Status check_values(const std::string& name,
                                         const std::vector<SeriesPoint>& points,
                                         const SeriesBook& book);
/// What makes the calendar out of what is published under its name; empty: nothing to publish.
[[nodiscard]] std::vector<SeriesPoint> points_of(const schedule::Calendar& calendar,
                                                 const SeriesBook& book);

}  // namespace loanbook::ledger
