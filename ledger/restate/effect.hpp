#pragma once

// What a correction of many loans does, and how one is asked for: `restate` and what-if.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loanbook/ledger/command.hpp"
#include "loanbook/ledger/reading/report.hpp"

namespace loanbook::ledger {

/// What a loan owes at the opening of the business date; of an isolated loan, of the day it stands
/// at.
struct EffectFigures {
  LoanStatus status = LoanStatus::cancelled;
  std::int64_t principal = 0;
  std::int64_t interest = 0;  ///< accrued and due
  std::int64_t fees = 0;      ///< and penalties of a fixed amount, as booked
  std::int64_t penalty = 0;   ///< penalty and compound interest
  std::int64_t overpayment = 0;
  std::int32_t dpd = 0;
  bool isolated = false;
  [[nodiscard]] std::int64_t owed() const {
    return principal + interest + fees + penalty - overpayment;
  }
  bool operator==(const EffectFigures&) const = default;
};

struct LoanEffect {
  std::string loan;
  std::string currency;
  std::uint8_t digits = 2;
  EffectFigures before, after;
  bool plan_differs = false;           ///< the plan of its contract is another one
  std::vector<Movement> movements;     ///< difference of its balances; empty: nothing changes
  std::vector<std::uint64_t> changed;  ///< its entries with another outcome
  [[nodiscard]] bool changes() const { return !movements.empty() || !(before == after); }
};
struct AccountEffect {
  std::string account, name, currency;
  std::uint8_t digits = 2;
  money::Int128 minor = 0;  ///< debit positive
  bool operator==(const AccountEffect&) const = default;
};
/// How the close of a day would have been another one, had the correction been known in time.
struct NightEffect {
  Day day{};
  std::vector<AccountEffect> accounts;
};
struct RefusedLoan {
  std::string loan;
  Error why;
};

struct Effect {
  std::uint64_t complete_to = 0;  ///< sequence number of the last entry that was taken into account
  Day booking_date{};             ///< in whose books it stands
  std::vector<LoanEffect> loans;  ///< by loan number
  std::vector<AccountEffect> accounts;  ///< by currency and code; what nets to zero is left out
  std::vector<NightEffect> nights;      ///< on request; nights that differ
  std::vector<RefusedLoan> refused;
};

/// Loans that stand under a wrong version of their product go over to the right one as if they had
/// always stood there; the difference is booked today. Or: series are published late, and the loans
/// whose booked days they change are folded again as if they had been known in time.
struct RestateRequest {
  std::string product;
  std::uint32_t from = 0, to = 0;  ///< versions
  /// Stands for version `to`, which is not published yet. Dry runs only.
  std::optional<Product> unpublished{};
  std::vector<std::string> loans{};  ///< external ids; empty: every loan of the version
  bool ended = false;                ///< loans that ended (closed, written off, cancelled) too
  std::optional<Day> opened_from{};  ///< only loans opened on this day or later
  bool skip_refused = false;  ///< the others are restated; else one refusal refuses everything
  bool dry_run = false;
  bool by_night = false;
  unsigned threads = 1;
  /// The other cause: product, versions and which loans stay empty.
  std::vector<PublishSeries> series{};
  std::string expect{};  ///< first digits of the digest that the dry run showed; else refused
  std::string source{}, scope{}, key{}, actor{}, reason{};
};
struct RestateReport {
  Effect effect;
  Digest digest{};  ///< of what it changes: equal effects, equal digests
  std::uint64_t loans = 0;
  std::uint64_t bytes = 0;     ///< of the segment
  std::uint64_t sequence = 0;  ///< of its entry; 0: a dry run
  bool replayed = false;       ///< known by its key before; loans and nights are not listed again
};

/// Events that are not recorded: what they would do.
struct WhatIfReport {
  Effect effect;
  std::uint64_t events = 0;  ///< taken
  struct Refused {
    std::size_t index = 0;  ///< of the command
    Error why;
  };
  std::vector<Refused> refused;
};

}  // namespace loanbook::ledger
