#pragma once

// An entry of the chain: one event with its movements. Canonical bytes: docs/format.md, section
// "Entry".

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "loanbook/ledger/command.hpp"
#include "loanbook/ledger/credit_line/credit_line.hpp"
#include "loanbook/ledger/gl/chart.hpp"
#include "loanbook/ledger/gl/period.hpp"
#include "loanbook/ledger/in_flight/suspense.hpp"
#include "loanbook/ledger/loan/operation.hpp"
#include "loanbook/ledger/loan/servicing.hpp"
#include "loanbook/ledger/product/product.hpp"
#include "loanbook/ledger/reconciliation/reconciliation.hpp"
#include "loanbook/ledger/role.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

struct BookOpened {
  std::string currency;  ///< reporting currency
  Day business_date;
};
struct SeriesPublished {
  std::string name;
  std::vector<SeriesPoint> points;
};
struct CutOver {
  Day day;  ///< the day that is over; the business date becomes the next one
};
struct DayClosed {
  Day day;
  std::uint64_t loans = 0;     ///< active at the cut-over
  std::uint64_t visited = 0;   ///< whose line ended or that had an event
  std::uint64_t isolated = 0;  ///< isolated so far
  std::vector<Digest> segments;
};
struct Opened {
  std::string loan;  ///< external id
  std::uint32_t product = 0;
  LoanTerms terms;
  Digest plan{};  ///< of the plan the customer agreed to: SHA-256 of its rows (docs/format.md)
  std::uint32_t line = 0;                    ///< number of its credit line; 0: none
  std::string reservation{};                 ///< of that line
  std::string party{};                       ///< reference of the customer, opaque
  std::optional<std::int64_t> spread_e12{};  ///< over the index, agreed; absent: the product's
  std::uint64_t refinances = 0;              ///< number of the loan that it replaces; 0: none
  std::optional<Day> valid_until{};          ///< of an application
  std::optional<std::int64_t>
      annual_rate_e12{};  ///< shown with an application: simple, by internal rate
};
/// An installment of a loan that was taken over. Amounts by schedule::Component.
struct TakenRow {
  std::uint32_t no = 0;
  Day due{};
  Parts unpaid{};
  Parts paid{};
  std::optional<money::Int128> penalty_e12{};  ///< accrued, 10^-12 minor units; absent: by contract
  std::optional<money::Int128> compound_e12{};  ///< the same
  std::optional<Day> penalty_from{};            ///< absent: its due date
  std::optional<Day> compound_from{};           ///< the same
  /// What may still accrue of penalty interest, with what has; absent: by the row's principal.
  std::optional<std::int64_t> maximum_left{};
};
/// How a loan that was taken over stands beside its amounts.
struct TakenStanding {
  std::optional<Day> charged_off{};
  std::optional<Day> written_off{};
  bool fraud = false;
  bool non_accrual = false;
  std::uint8_t accrual = 0;   ///< choice of `non-accrual`: 1 yes, 2 no; 0: by rule
  std::uint8_t official = 0;  ///< choice of `classify`; 0: none
  bool shared = false;        ///< the totals of a joint loan follow
  Parts earned{};             ///< as in JointTotals, like the rest
  Parts compensated{};
  Parts subrogated{};
  Parts lost{};
  std::int64_t lost_subrogated = 0;
  std::int64_t recovered = 0;
};
struct TakenOver {
  Opened opened;
  Day disbursed{};
  std::uint32_t rows_done = 0;  ///< of the contract's plan that became due
  bool replanned = false;       ///< `rows` hold all that is to come
  std::int64_t principal = 0;   ///< owed
  std::int64_t overpayment = 0;
  std::optional<money::Int128> interest_e12{};  ///< accrued, not due; absent: by contract
  std::optional<Day> interest_from{};
  std::vector<TakenRow> rows;  ///< by number
  std::optional<TakenStanding> standing{};
};
struct Paid {
  std::int64_t amount_minor = 0;
  std::string payer{};         ///< repay: a third party
  std::uint64_t suspense = 0;  ///< repay: entry of the item the money is taken out of
  std::uint64_t intent = 0;    ///< repay: entry of the intent it carries out
  std::uint64_t order = 0;     ///< disburse: entry of the order that was confirmed
};
struct Reversed {
  std::uint64_t sequence = 0;
};
/// Why loans were folded again. Frozen.
enum class RestateCause : std::uint8_t { product_version = 1, series = 2 };
struct Restated {
  RestateCause cause = RestateCause::product_version;
  std::uint32_t from = 0;  ///< of product_version: numbers of the wrong one and of the right one
  std::uint32_t to = 0;
  std::uint64_t loans = 0;
  Digest segment{};  ///< what it changed, loan by loan (restated.hpp)
  /// Of series: the first of the entries, all of them right before it, that published them late.
  std::uint64_t series = 0;
};
struct PartnerLimitSet {
  std::string partner;
  std::string currency;
  std::int64_t amount_minor = 0;
  std::optional<Day> until{};  ///< funds nothing new after it
};
/// By Kind: BookOpened, Product (product_published), SeriesPublished, CutOver, DayClosed, Opened
/// (open, open_disburse, apply), Paid (disburse, repay), Reversed, Operated (operations), LineFact
/// (events of credit lines), ChartPublished, PeriodClosed, Asserted, TakenOver, ReconciliationFact
/// (statements and breaks), Restated, PartnerLimitSet (limits of partners), SuspenseFact.
using Payload =
    std::variant<BookOpened, Product, SeriesPublished, CutOver, DayClosed, Opened, Paid, Reversed,
                 Operated, LineFact, ChartPublished, PeriodClosed, Asserted, TakenOver,
                 ReconciliationFact, Restated, PartnerLimitSet, SuspenseFact>;

/// The movements of one product (so of one currency); they sum to zero.
struct MovementBlock {
  struct Line {
    Role role;
    bool consequence;
    money::Int128 minor;
    bool operator==(const Line&) const = default;
  };
  std::uint32_t product = 0;  ///< number of the product version in order of publication, from 0
  std::vector<Line> lines;
};

struct Entry {
  std::uint64_t sequence = 0;
  Day booking_date{};
  Day value_date{};
  std::uint64_t loan = 0;     ///< dense loan number from 1; 0: the book
  std::uint64_t version = 0;  ///< of the loan (or line) after this entry
  std::uint64_t previous =
      0;  ///< sequence of the loan's (or line's) entry before this one, 0: none
  Kind kind = Kind::book_opened;
  Payload payload;
  std::vector<MovementBlock> movements;
  std::string source, scope, key;
  Digest request{};  ///< digest of the request as sent
  std::uint32_t batch_index = 0;
  std::uint32_t batch_size = 1;
  std::vector<std::uint64_t> changed;
  std::string actor, reason;
  std::string channel{};  ///< by which its money came or went; empty: not said
};

/// The contract of an entry that begins a loan; null for all others.
[[nodiscard]] const Opened* opened_of(const Entry& entry);

/// What an entry moves on its loan: the first block, none of an entry of the book. The others are
/// the book's own accounts, such as suspense.
[[nodiscard]] std::span<const MovementBlock> loan_blocks(const Entry& entry);
[[nodiscard]] std::span<const MovementBlock> book_blocks(const Entry& entry);

/// Asserts that every block balances.
[[nodiscard]] std::string encode(const Entry& entry);
/// `integrity.entry_bytes` where the bytes are not canonical; `integrity.entry_unbalanced`.
[[nodiscard]] Result<Entry> decode_entry(std::string_view body);

/// Digest of a request: every field but the key, in canonical form.
[[nodiscard]] Digest request_digest(const Command& command);
/// Names of the fields that differ are found by comparing the entry with the command: the first
/// one, for a conflict message.
[[nodiscard]] std::string first_difference(const Entry& entry, const Command& command,
                                           const std::string& loan_of_entry);

}  // namespace loanbook::ledger
