#pragma once

// What a book answers: plain rows, amounts in minor units of the row's currency.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanbook/ledger/command.hpp"
#include "loanbook/ledger/reading/joint_report.hpp"
#include "loanbook/ledger/role.hpp"
#include "loanbook/money/wide.hpp"

namespace loanbook::ledger {

/// Values reached a disk: frozen.
enum class LoanStatus : std::uint8_t {
  approved = 1,
  active = 2,
  closed = 3,
  cancelled = 4,
  written_off = 5,
  applied = 6,  ///< asked for, not approved yet
  declined = 7,
};
[[nodiscard]] std::string_view to_text(LoanStatus status);

struct ProductInfo {
  std::string id;
  std::uint32_t version;
  std::string name;
  Digest digest;
  std::uint64_t sequence;  ///< of the entry that published it
  std::string branch{};    ///< of which it is the variant; empty: of none
};

/// One row of `portfolio` and `overdue`.
struct PortfolioRow {
  std::string loan;
  std::string product;
  std::string currency;
  std::uint8_t digits;  ///< of the currency
  LoanStatus status;
  std::int64_t lent;       ///< disbursed principal
  std::int64_t principal;  ///< outstanding, overdue part included
  std::int64_t principal_overdue;
  std::int64_t interest_accrued;  ///< not yet due
  std::int64_t interest_due;      ///< due, unpaid
  std::int64_t penalty;           ///< penalty and compound interest
  std::int64_t overpayment;
  std::int64_t fees = 0;           ///< fees and penalties of a fixed amount that are due, unpaid
  std::int32_t dpd;                ///< days past due
  std::int32_t reported_dpd;       ///< 0 within grace
  std::string bucket;              ///< `M0`..`M6+`
  std::string category;            ///< `normal`, ... by days past due
  std::optional<Day> disbursed{};  ///< its first pay-out
  std::string official;            ///< given by `classify`; empty: none
  std::string among;  ///< the official or computed one, with the customer's other loans by rule
  std::string party;  ///< reference of the customer; empty: none
  bool non_accrual = false;  ///< interest is no income until it comes in
  std::optional<Day> next_due;
  std::int64_t next_amount = 0;  ///< planned for it
  bool isolated = false;
  std::string branch{};  ///< of its product's variant
  [[nodiscard]] std::int64_t owed() const {
    return principal + interest_accrued + interest_due + penalty + fees;
  }
  [[nodiscard]] std::int64_t overdue() const {
    return principal_overdue + interest_due + penalty + fees;
  }
};

/// A credit line on the business date. Amounts in minor units of its currency.
struct LineView {
  struct Product {
    std::string id;
    std::optional<std::int64_t> limit;
    std::int64_t used = 0, reserved = 0;
    bool operator==(const Product&) const = default;
  };
  std::string id;
  std::string currency;
  std::uint8_t digits = 2;
  LineTerms terms{};
  std::int64_t limit = 0;  ///< today's, the temporary one where it runs
  std::int64_t used = 0, reserved = 0, available = 0;
  bool frozen = false;
  std::string freeze_code{};
  bool expired = false;
  std::optional<Decision> decision{};
  std::vector<Reservation> reservations{};  ///< that hold today
  std::vector<Product> products{};          ///< with a sub-limit or use, by id
  std::vector<std::string> loans{};         ///< ever opened on it
  std::uint64_t version = 0;
  bool operator==(const LineView&) const = default;
};

struct DueView {
  std::uint32_t no;
  Day due;
  std::int64_t principal, interest, penalty, compound;  ///< unpaid
  std::int64_t fee = 0;                                 ///< unpaid
  std::int64_t late_fee = 0;                            ///< unpaid penalties of a fixed amount
};

/// A loan at the opening of a day.
struct LoanView {
  PortfolioRow row;
  Day as_of;
  std::uint64_t known_at;  ///< sequence number the answer is complete to
  std::uint64_t version;   ///< number of the loan's entries
  std::uint32_t product_version;
  std::string rate;            ///< as text, a fraction
  std::string rate_follows{};  ///< `LPR-1Y 3.45% of 2026-01-20 + 1.5%`, where it follows an index
  std::optional<Day> next_reset{};
  std::uint32_t installments;
  std::optional<Day> disbursed;
  std::string method;
  Digest plan_digest;  ///< of the plan the customer agreed to
  std::vector<DueView> due;
  Balances balances;
  struct Partner {
    std::string id;
    PartnerTotals totals;
  };
  std::vector<Partner> partners{};   ///< of a joint loan, but the lead, in the contract's order
  std::int64_t payoff;               ///< everything owed on that day
  std::optional<Day> valid_until{};  ///< of an application
  std::optional<std::int64_t> annual_rate_e12{};  ///< shown with it
  std::string refinances{};                       ///< the loan that it replaced
  std::string refinanced_by{};
  std::string buyer{};  ///< of a claim that was sold
};

struct ScheduleRow {
  std::uint32_t no;
  Day due;
  std::int64_t principal, interest, payment, balance;  ///< as planned at disbursement
  std::string state;  ///< `paid`, `due`, `overdue`, `planned`, `settled`
};

/// Amounts of an installment or an event by what they are.
struct PartsView {
  std::int64_t principal = 0, interest = 0, fee = 0, penalty = 0;
  [[nodiscard]] std::int64_t total() const { return principal + interest + fee + penalty; }
};

/// One installment of a loan that keeps a table, as it stands.
struct InstallmentView {
  std::uint32_t no = 0;  ///< place in the table, from 1
  Day from{};
  Day due{};
  PartsView demanded, paid, waived, unpaid;
  std::int64_t in_advance = 0, late = 0;  ///< paid before and after `due`
  std::optional<Day> met{};               ///< nothing is owed since then
  std::int64_t balance = 0;               ///< principal by plan after it
  bool down_payment = false;
  bool extra = false;           ///< after the plan: a charge or chargeback
  std::int64_t owed_again = 0;  ///< of the principal demanded: money that left again
};
struct InstallmentTable {
  std::vector<InstallmentView> rows;
  InstallmentView total;
};

/// One event of a loan, with what it does as the loan's history stands now; of a reversed one what
/// it did before.
struct LoanEventView {
  std::uint64_t sequence = 0;
  Kind kind = Kind::open;
  Day value_date{};
  std::int64_t amount = 0;
  PartsView parts;                     ///< what it paid, demanded or moved
  std::int64_t overpaid = 0;           ///< held for the borrower by it, or used of what was held
  std::int64_t principal = 0;          ///< owed after it
  PartsView recognised;                ///< income that was booked with it
  std::uint64_t of = 0;                ///< the entry it refers to
  std::uint64_t reversed_by = 0;       ///< 0: it stands
  std::optional<Day> from{}, until{};  ///< of an operation that has them
  struct Line {
    std::string code, name;
    std::int64_t minor = 0;  ///< debit positive
  };
  std::vector<Line> lines;  ///< its own movements by account, income apart
};

struct ChargeView {
  std::uint64_t sequence = 0;  ///< of its entry; 0: of the plan, or made as a row became late
  bool penalty = false;
  std::string code;
  std::uint32_t installment = 0;  ///< its row, counted from 1; the first of several
  Day due{};
  std::int64_t amount = 0, paid = 0, waived = 0, unpaid = 0;
};

/// Where a loan with a table stands in time.
struct StandingView {
  bool charged_off = false, fraud = false;
  std::optional<Day> charged_off_on{};
  std::int64_t owed = 0, overdue = 0, held = 0;
  std::int32_t days_past_due = 0;
  std::int32_t counted_days = 0;    ///< less grace, where the product says so, and paused days
  std::optional<Day> late_since{};  ///< the first of them
  std::optional<Day> maturity{};
  std::optional<Day> settled_on{};  ///< of a closed loan
  struct Late {
    std::uint32_t no = 0;
    Day due{};
    std::int32_t days = 0;  ///< less paused days
    std::int64_t amount = 0;
  };
  std::vector<Late> late;  ///< installments past due
  struct Range {
    std::int32_t days = 0;  ///< of its oldest installment
    std::int64_t amount = 0;
  };
  std::vector<Range> ranges;  ///< what is past due by bucket of its installment, the newest first
  struct Pause {
    Day from{}, until{};
    bool running = false;
  };
  std::vector<Pause> pauses;
};

/// The most that a partner funds, and what is used of it.
struct PartnerLimitView {
  std::string partner, currency;
  std::uint8_t digits = 2;
  std::int64_t limit = 0;
  money::Int128 used = 0;
  std::optional<Day> until{};
  [[nodiscard]] money::Int128 available() const { return used > limit ? 0 : limit - used; }
};

/// A coupon that a loan was given.
struct CouponView {
  std::string loan, currency;
  std::uint8_t digits = 2;
  std::uint64_t sequence = 0;  ///< of its entry
  std::string payer;
  std::int64_t used = 0, settled = 0;
  std::optional<std::uint32_t> rows_left{};  ///< due dates that it still pays for; absent: all
  std::optional<std::int64_t> amount_left{};
  bool running = false;  ///< something of it may still be used
  [[nodiscard]] std::int64_t owed() const { return used - settled; }  ///< by the payer
};

struct EntryView {
  Receipt receipt;
  std::string source, scope, key, actor, reason;
  std::string text;  ///< one line for people: `repay 100.00 CNY`
  std::uint64_t reverses = 0;
  std::uint32_t batch_index = 0, batch_size = 1;
  struct Amount {  ///< of an entry of the book: by product and currency
    std::string product, currency;
    std::uint8_t digits;
    Role role;
    std::int64_t minor;
  };
  std::vector<Amount> totals;
  std::uint8_t digits = 2;  ///< of the receipt's currency
  std::vector<Digest> segments;
  std::string payer{};  ///< of a repayment: a third party
};

/// Money that came in for no loan.
struct SuspenseView {
  std::uint64_t item = 0;  ///< sequence number of its entry
  std::string currency;
  std::uint8_t digits = 2;
  std::int64_t received = 0, open = 0;
  Day valued{}, booked{};
  std::int32_t age = 0;  ///< days since it was booked
  std::string payer, reference, text;
  struct Taken {
    std::uint64_t sequence = 0;
    std::int64_t minor = 0;  ///< negative: put back by a reversal
    std::string loan;        ///< empty: returned to its payer
  };
  std::vector<Taken> taken;
};

/// A pay-out that was ordered, and nobody knows yet whether it happened.
struct PayoutView {
  std::uint64_t sequence = 0;  ///< of its order
  std::string loan, currency;
  std::uint8_t digits = 2;
  std::int64_t amount = 0;
  Day ordered{};
  std::int32_t age = 0;
  std::string channel, reference;
  bool unknown = false;  ///< the channel was asked and did not know
  std::string code;      ///< of its last answer
};

/// A payment that is to come.
struct IntentView {
  std::uint64_t sequence = 0;
  std::string loan, currency;
  std::uint8_t digits = 2;
  std::int64_t amount = 0;
  Day on{};
  std::optional<Day> ends{};
  bool debit = false;  ///< is collected, not waited for
  std::string code;
};

/// What is to be collected for one loan.
struct DebitRow {
  std::string loan, party, currency;
  std::uint8_t digits = 2;
  std::int64_t amount = 0;  ///< due and unpaid, or what an intent asks for where that is more
  std::int64_t due = 0;     ///< due and unpaid
  Day oldest{};             ///< of what is unpaid; of the intent where nothing is
  std::uint32_t installments = 0;
  std::int32_t days_past_due = 0;
  std::uint64_t intent = 0;  ///< that asks for it; 0: none
};
/// What a line of a debit list is called, the same however often it is made.
struct DebitReference {
  Day day{};
  std::uint32_t run = 1;  ///< of that day
  std::string loan;
};
/// `20260301-1-L-1001`.
[[nodiscard]] std::string to_text(const DebitReference& reference);
/// `debit.reference`.
[[nodiscard]] Result<DebitReference> parse_debit_reference(std::string_view text);

/// One step of how a figure came about.
struct ExplainLine {
  std::string figure;   ///< `interest accrued`
  std::string amount;   ///< `12.34 CNY`
  std::string formula;  ///< `round-half-up(1,234.00 x 0.18 x 21/360)`
  std::string dates;    ///< `2026-01-15 to 2026-02-05`
};

struct TrialBalanceRow {
  std::string account;
  std::string name;
  std::string currency;
  std::uint8_t digits;
  money::Int128 debit;
  money::Int128 credit;
};

struct BucketChange {
  std::string from, to;
  std::uint64_t loans = 0;
  std::int64_t principal =
      0;  ///< outstanding, of loans in the reporting currency's minor units by row currency
};

/// What one closed day did.
struct NightReport {
  Day day;
  std::uint64_t sequence = 0;  ///< of its day_closed entry
  std::uint64_t loans = 0;     ///< active
  std::uint64_t visited = 0;   ///< through `advance`: line ended or event that day
  std::vector<EntryView::Amount> totals;
  std::vector<BucketChange> buckets;
  struct Isolated {
    std::string loan;
    std::string reason;
  };
  std::vector<Isolated> isolated;
  /// Intents that it looked at once the next day was open.
  struct Intended {
    IntentView intent;
    enum class Outcome : std::uint8_t { repaid, lapsed, expired, waits } outcome = Outcome::repaid;
    std::uint64_t sequence = 0;  ///< of the entry that says so; 0: it waits
    std::string why;             ///< it could not be carried out
  };
  std::vector<Intended> intents;
  std::uint64_t bytes_written = 0;
};

struct VerifyReport {
  struct Finding {
    std::string where;  ///< `entry 17`, `loan 4711`, `segment 3f..`, `account 1310 CNY`
    std::string message;
  };
  std::uint64_t entries = 0, loans = 0, nights = 0, segments = 0;
  storage::Head head;
  std::vector<Finding> findings;
};

/// What any two systems can say of a loan, minor units.
struct LoanFigures {
  std::int64_t principal = 0;  ///< due or not
  std::int64_t principal_overdue = 0;
  std::int64_t interest_accrued = 0;  ///< not yet due
  std::int64_t interest_due = 0;
  std::int64_t penalty = 0;  ///< and compound interest
  std::int64_t fees = 0;     ///< and late fees, due
  std::int64_t overpayment = 0;
  std::optional<Day> next_due{};
  std::int32_t dpd = 0;
};

}  // namespace loanbook::ledger
