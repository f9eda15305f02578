#pragma once

// What callers send and what they get back.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "loanbook/ledger/chart.hpp"
#include "loanbook/ledger/line_command.hpp"
#include "loanbook/ledger/operation.hpp"
#include "loanbook/ledger/period.hpp"
#include "loanbook/ledger/product.hpp"
#include "loanbook/ledger/reconciliation.hpp"
#include "loanbook/ledger/role.hpp"
#include "loanbook/money/day.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

using money::Day;
using storage::Digest;

/// Opens a loan under the newest (or the given) version of a product. Nothing is paid out yet.
struct OpenLoan {
  std::string product;
  std::optional<std::uint32_t> product_version{};
  std::string amount;                 ///< decimal text in the product's currency
  std::optional<std::string> rate{};  ///< as money::Rate::parse; default: the product's
  std::optional<std::uint32_t> installments{};
  std::optional<Day> first_due{};
  std::uint8_t due_day = 0;
  std::string line{};         ///< the credit line it is drawn on; empty: none
  std::string reservation{};  ///< of that line, to be used up by it
  std::string party{};        ///< reference of the customer: opaque, no name, at most 64 bytes
  std::string branch{};       ///< takes the product's variant for it; empty: the one of no branch
};
struct Disburse {
  std::string amount;
};
/// Open and disburse as one event: the instant pay-out.
struct OpenAndDisburse {
  OpenLoan terms;
};
struct Repay {
  std::string amount;
};
/// Takes an event out (it never happened): the value date is that of the event.
struct Reverse {
  std::uint64_t sequence = 0;
};
/// An installment of a loan that is taken over: what is unpaid of it, and what was paid before.
/// Amounts are decimal text; empty: none.
struct TakeOverRow {
  std::uint32_t no = 0;
  std::optional<Day> due{};                        ///< default: that of the contract's plan
  std::string principal, interest, fee, late_fee;  ///< unpaid
  std::string principal_paid, interest_paid, fee_paid, late_fee_paid;
  std::optional<std::string> penalty{}, compound{};  ///< accrued on it so far, up to 12 more digits
                                                     ///< than the currency; default: by contract
};
/// A running loan enters in mid-life, as it stands at the opening of its value date; nothing of it
/// is dated before.
struct TakeOver {
  OpenLoan terms;         ///< of the contract; its amount is what was paid out
  Day disbursed{};        ///< when it was
  std::string principal;  ///< owed in all, due or not
  std::optional<std::string> interest_accrued{};  ///< not yet due; up to 12 more digits than the
                                                  ///< currency; default: by contract
  std::optional<Day> interest_from{};  ///< since when it runs; default: the last due date
  std::string overpayment{};           ///< held for the borrower
  /// Installments that are due and unpaid. Where one is given that is not due yet, the plan was
  /// changed and all that are to come are given.
  std::vector<TakeOverRow> rows{};

  // Figures of the old books, held against what the above amounts to; absent: not checked.
  std::optional<std::uint32_t> next_installment{};
  std::optional<Day> next_due{};
  std::optional<std::string> principal_overdue{}, interest_due{}, penalty{}, compound{}, fees{},
      late_fees{};
};
struct PublishProduct {
  Product product;
};
/// Dated values under a name (an index rate, a calendar): value from `day` on.
struct SeriesPoint {
  Day day;
  std::string value;
};
struct PublishSeries {
  std::string name;
  std::vector<SeriesPoint> points;
};

/// From now on accounts are those of this chart; what stands on others moves over.
struct PublishChart {
  Chart chart;
};
/// Signs a month or a year off. Requires that all its days are closed.
struct ClosePeriod {
  Period period;
};
/// A figure of a closed day, checked now and by every `verify`.
struct Assert {
  std::string text;  ///< `principal of PRODUCT on DATE is AMOUNT`
};

/// One request. Its digest is taken over all fields but `key` itself, as sent.
struct Command {
  std::variant<OpenLoan, Disburse, OpenAndDisburse, Repay, Reverse, Operation, PublishProduct,
               PublishSeries, LineRequest, RiskDecision, PublishChart, ClosePeriod, Assert,
               TakeOver, BreakRequest>
      event;
  std::string loan{};               ///< external id; empty for products, series, charts and lines
  std::optional<Day> value_date{};  ///< default: the business date
  std::string source{};             ///< idempotency: who sends (`cli`, `import`, `app`)
  std::string scope{};              ///<   within what (a file, a channel)
  std::string key{};  ///<   the key; empty: none, the command is never recognised again
  std::optional<std::uint64_t> expect_version{};  ///< of the loan: number of its entries so far
  std::string actor{};
  std::string reason{};
  /// By which its money comes or goes: an opaque short id (`alipay`). Only where it moves money; a
  /// reversal has that of what it takes out.
  std::string channel{};
};

/// One line of an entry.
struct Movement {
  Role role;
  bool consequence =
      false;               ///< false: the event's own step; true: what else it changed in the past
  std::int64_t minor = 0;  ///< debit positive
};

/// A function of the entry's bytes.
struct Receipt {
  std::uint64_t sequence = 0;
  Digest hash{};
  Day booking_date{};
  Day value_date{};
  std::string kind;  ///< `repay`, ...
  std::string loan;
  std::string line{};  ///< of an event of a credit line
  std::string currency;
  std::uint64_t version = 0;  ///< of the loan after it
  std::vector<Movement> movements;
  std::vector<std::uint64_t>
      changed;  ///< earlier entries of the loan whose outcome this one changed
  std::string channel{};
};

/// A receipt, and beside it what is known now.
struct Recorded {
  Receipt receipt;
  bool replayed = false;
  std::uint64_t reversed_by = 0;  ///< sequence of the reversal, 0: none
};

}  // namespace loanbook::ledger
