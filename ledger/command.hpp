#pragma once

// What callers send and what they get back.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "loanbook/ledger/credit_line/line_command.hpp"
#include "loanbook/ledger/gl/chart.hpp"
#include "loanbook/ledger/gl/period.hpp"
#include "loanbook/ledger/loan/operation.hpp"
#include "loanbook/ledger/product/product.hpp"
#include "loanbook/ledger/product/series.hpp"
#include "loanbook/ledger/reconciliation/reconciliation.hpp"
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
  std::string refinances{};   ///< a loan that was settled before it in the same batch
  std::string branch{};       ///< takes the product's variant for it; empty: the one of no branch
};
/// A loan that a customer asks for: what was offered, until when it may be approved.
struct Apply {
  OpenLoan terms;
  std::optional<Day> valid_until{};
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
  std::string payer{};         ///< reference of a third party that paid: opaque, no name
  std::uint64_t suspense = 0;  ///< the money is taken out of this item; `amount` empty: all of it
  std::uint64_t intent = 0;    ///< carries this intent out
};
/// Pays exactly what settles the loan on its value date: recorded with that amount, as `repay` or
/// `prepay`.
struct Settle {};
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
  std::optional<Day> penalty_from{}, compound_from{};  ///< since when they run in a straight line:
                                                       ///< the last payment; default: its due date
  std::optional<std::string> maximum_left{};  ///< under a maximum: what that interest may still
                                              ///< come to, with what has accrued
};
/// What parties of a joint loan have had of it so far, as totals of the loan. Amounts are decimal
/// text by schedule::Component; empty: none.
struct TakeOverShared {
  std::array<std::string, schedule::component_count> earned{};       ///< demanded, paid or not
  std::array<std::string, schedule::component_count> compensated{};  ///< by the lead, in all
  std::array<std::string, schedule::component_count> of_lead{};      ///< of that, still owed
  std::array<std::string, schedule::component_count> lost{};  ///< but claims of the lead alone
  std::string lost_of_lead{}, recovered{};
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

  // How it stands beside its amounts.
  std::optional<Day> charged_off{};  ///< given to expense on that day; its claims are given anyway
  bool fraud = false;                ///< and that was why
  std::optional<Day> written_off{};  ///< given up on that day; its claims are what was given up
  std::string non_accrual{};  ///< `yes`, `no`: decided; `rule`: by the product's rule it does not
                              ///< accrue; empty: by its days
  std::string category{};     ///< official, as `classify`
  std::optional<TakeOverShared> shared{};  ///< of a joint loan; absent: as by contract

  // Figures of the old books, held against what the above amounts to; absent: not checked.
  std::optional<std::uint32_t> next_installment{};
  std::optional<Day> next_due{};
  std::optional<std::string> principal_overdue{}, interest_due{}, penalty{}, compound{}, fees{},
      late_fees{};
};
struct PublishProduct {
  Product product;
};
/// Dated values under a name: of an index, or a calendar.
struct PublishSeries {
  std::string name;
  std::vector<SeriesPoint> points;
};

/// From now on accounts are those of this chart; what stands on others moves over.
struct PublishChart {
  Chart chart;
};
/// The most that a partner may fund of all joint loans together, through `until`; no amount: none
/// from now on.
struct LimitPartner {
  std::string partner;
  std::string currency;
  std::optional<std::string> amount{};
  std::optional<Day> until{};
};
/// Signs a month or a year off. Requires that all its days are closed.
struct ClosePeriod {
  Period period;
};
/// A figure of a closed day, checked now and by every `verify`.
struct Assert {
  std::string text;  ///< `principal of PRODUCT on DATE is AMOUNT`
};

/// Money that came in and belongs to no loan yet, or goes back to whoever paid it.
struct SuspenseRequest {
  Kind kind = Kind::suspense_receive;  ///< or suspense_return
  std::string amount{};                ///< returned: empty for all that is left
  std::string currency{};              ///< received
  std::string payer{};                 ///< received: opaque reference of whoever paid
  std::string reference{};  ///< of the payment, as the bank has it; returned: of the way back
  std::string text{};       ///< received: what came with it
  std::uint64_t item = 0;   ///< returned: sequence number of the entry that received it
};

/// One request. Its digest is taken over all fields but `key` itself, as sent.
struct Command {
  std::variant<OpenLoan, Disburse, OpenAndDisburse, Repay, Reverse, Operation, PublishProduct,
               PublishSeries, LineRequest, RiskDecision, PublishChart, ClosePeriod, Assert,
               TakeOver, BreakRequest, Apply, Settle, LimitPartner, SuspenseRequest>
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
