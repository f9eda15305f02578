#pragma once

// What a book answers about its general ledger: plain rows, amounts in minor units, debit positive.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/ledger/gl/chart.hpp"
#include "loanbook/ledger/gl/period.hpp"
#include "loanbook/ledger/loan/operation.hpp"
#include "loanbook/ledger/product/product.hpp"
#include "loanbook/schedule/line.hpp"

namespace loanbook::ledger {

/// What stands on a role of a product version, and on which account it is shown.
struct GlBalance {
  std::uint32_t number = 0;  ///< of the product version
  std::string product;
  std::string currency;
  std::uint8_t digits = 2;
  Role role = Role::principal;
  GlAccount account;
  money::Int128 minor = 0;
  std::string branch{};
  std::string channel{};  ///< of settlement that went by it
};

struct GlPosting {
  GlAccount account;
  std::string product;
  std::string currency;
  std::uint8_t digits = 2;
  Role role = Role::principal;
  bool consequence = false;   ///< of an event in the past: what else it changed
  bool reclassified = false;  ///< from an old account to a new one, by a chart
  money::Int128 minor = 0;
  std::string branch{};
  std::string channel{};  ///< of settlement that went by it
};
/// An entry with the accounts it was posted to when it was booked.
struct GlEntry {
  std::uint64_t sequence = 0;
  Day booking_date{};
  Day value_date{};
  Kind kind = Kind::book_opened;
  std::string loan;  ///< empty: of the book
  std::string text;
  std::string actor;
  std::string reason;
  std::vector<GlPosting> postings;
};

/// What one booking date moved on a role of a product.
struct GlDay {
  Day day{};
  const Product* product = nullptr;
  Role role = Role::principal;
  money::Int128 minor = 0;
  std::string channel{};  ///< of settlement that went by it
};

/// The balances of one loan as they were booked.
struct LoanAmounts {
  std::string loan;
  std::uint32_t number = 0;  ///< of its product version
  std::string product;
  std::string currency;
  std::uint8_t digits = 2;
  Balances balances{};
  std::string branch{};
};

struct ChartInfo {
  Chart chart;
  std::uint64_t sequence = 0;
  Day booked{};
  std::size_t reclassified = 0;  ///< amounts that moved to another account
};

struct ClosedPeriodInfo {
  PeriodClosed closed;
  std::uint64_t sequence = 0;
  Day booked{};
  std::vector<GlBalance> to_retained;  ///< of a year: what was taken out of each role
};

struct AssertionInfo {
  Asserted asserted;
  std::uint64_t sequence = 0;
  std::uint8_t digits = 2;
  money::Int128 actual = 0;  ///< by the books as they stand now
};

/// What one night booked of one line of a loan, by the segments.
struct AccrualRow {
  std::string loan;
  std::string product;
  std::string currency;
  std::uint8_t digits = 2;
  Role role = Role::interest_accrued;
  std::int64_t before = 0;            ///< balance at the end of the night before
  std::int64_t events = 0;            ///< moved by entries of the day
  std::int64_t booked = 0;            ///< moved by the night
  std::int64_t after = 0;             ///< the levels of its lines at the opening of the next day
  bool visited = false;               ///< new lines begin tonight
  std::vector<schedule::Line> lines;  ///< in force after the night
  std::string branch{};
};

struct Reconciliation {
  struct Difference {
    std::string product;
    std::string currency;
    std::uint8_t digits = 2;
    Role role = Role::principal;
    GlAccount account;
    money::Int128 general_ledger = 0;
    money::Int128 sub_ledger = 0;
    std::string first;  ///< where it began: day, loan, entry
  };
  std::uint64_t complete_to = 0;
  Day opening{};               ///< loans are read at the opening of this day
  std::uint64_t loans = 0;     ///< folded
  std::uint64_t balances = 0;  ///< role, product and currency compared
  std::uint64_t nights = 0;    ///< compared with their segments
  std::vector<Difference> differences;
};

}  // namespace loanbook::ledger
