#pragma once

// A product: a named, versioned set of terms and rules. Published versions are immutable and lie in
// the book; a loan pins its version.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "loanbook/ledger/loan/asset_quality.hpp"
#include "loanbook/ledger/product/accounting.hpp"
#include "loanbook/ledger/product/index_rules.hpp"
#include "loanbook/ledger/product/joint_rules.hpp"
#include "loanbook/ledger/product/payout_rules.hpp"
#include "loanbook/ledger/product/plan_rules.hpp"
#include "loanbook/ledger/product/series.hpp"
#include "loanbook/ledger/product/servicing_rules.hpp"
#include "loanbook/ledger/role.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/money/rate.hpp"
#include "loanbook/schedule/allocation.hpp"
#include "loanbook/schedule/arrears.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::ledger {

/// What happens to money beyond what is due on a plan loan. Values reached a disk: frozen.
enum class Prepayment : std::uint8_t {
  hold = 1,    ///< held as overpayment, applied to the next installment on its due date
  settle = 2,  ///< as hold, but money that covers everything owed on that day (accrued interest
               ///< included) settles the loan
};

/// What interest runs on overdue interest. Frozen.
enum class CompoundRate : std::uint8_t { none = 0, contract = 1, penalty = 2 };

struct AccountCode {
  std::string code;
  std::string name;
  bool operator==(const AccountCode&) const = default;
};

/// Plain data, as read from a product file; `check` holds the rules. Keys of the file:
/// docs/products.md.
struct Product {
  std::string id;  ///< [a-z0-9-]{1,64}
  std::uint32_t version = 1;
  std::string name;  ///< for people
  /// Of which branch this is the variant (docs/products.md, "Branches"); empty: of none. A variant
  /// is a product number of its own, so whatever is kept by product is kept by branch.
  std::string branch{};
  money::Currency currency{};

  schedule::Method method = schedule::Method::level;
  schedule::Frequency frequency{};
  std::uint32_t installments_min = 1;
  std::uint32_t installments_max = 1;
  std::uint32_t installments_default = 1;
  std::int64_t amount_min_minor = 1;
  std::int64_t amount_max_minor = 0;
  money::Rate rate_min = money::Rate::of_e12(0);
  money::Rate rate_max = money::Rate::of_e12(0);
  money::Rate rate_default = money::Rate::of_e12(0);

  schedule::InterestBasis basis = schedule::InterestBasis::monthly;
  schedule::DayCount day_count = schedule::DayCount::act_360;
  schedule::OddFirst odd_first = schedule::OddFirst::solve;
  std::uint8_t due_day = 0;
  money::Rounding interest_rounding{};
  money::Rounding installment_rounding{};
  money::RoundingMode accrual_rounding = money::RoundingMode::half_up;

  std::uint16_t grace_days = 0;
  schedule::GraceMode grace_mode = schedule::GraceMode::waive_if_paid;
  std::optional<money::Rate> penalty_rate{};  ///< own rate per year, or
  std::int64_t penalty_multiplier_e4 =
      0;  ///< times the contract rate, 4 decimals (15000 = 1.5); both absent: no penalty interest
  std::int64_t penalty_maximum_e4 = 0;  ///< OverdueRules::maximum_e4
  schedule::MaximumOf maximum_of = schedule::MaximumOf::penalty;
  CompoundRate compound = CompoundRate::none;
  schedule::AllocationRule allocation{};
  Prepayment prepayment = Prepayment::settle;
  schedule::Thresholds buckets = schedule::standard_buckets();
  schedule::Thresholds categories = schedule::standard_categories();

  std::optional<ServicingRules> servicing{};  ///< loans keep a table of installments

  std::array<std::optional<AccountCode>, role_count> accounts{};  ///< absent: default_account

  PlanRules plan{};

  std::optional<JointRules> joint{};  ///< several fund each loan

  AssetQuality quality{};

  std::optional<IndexRules> index{};  ///< the rate follows an index

  SeriesBinding bound{};  ///< of a product of a book: what is known of the series that it names
  PayoutRules payouts{};
  Accounting accounting{};
  /// Code of a charge -> N from 1: its income stands under Role::charge_income_N, not under fee or
  /// late fee income.
  std::map<std::string, std::uint8_t> charge_income{};
  /// Group N holds penalties where bit N - 1 is set, else fees: never both, so tax on one of the
  /// two is read off its account.
  std::uint8_t penalty_groups = 0;

  bool operator==(const Product&) const = default;
};

/// The first rule that the product breaks: `product.*` naming field, value, limit and what to do.
[[nodiscard]] Status check(const Product& product);
/// Canonical bytes (payload of product_published, docs/format.md) and back. Decoding checks too.
[[nodiscard]] std::string encode(const Product& product);
[[nodiscard]] Result<Product> decode_product(std::string_view bytes);
[[nodiscard]] AccountCode account_of(const Product& product, Role role);
/// Where the income of a fee or penalty of this code stands: the one place that says so.
[[nodiscard]] Role charge_income_of(const Product& product, schedule::Component component,
                                    std::string_view code);

/// `product.plan_not_bookable` where the ledger cannot keep what the product's plans say: they can
/// be quoted. `product.calendar_missing`, `product.index_missing` where a series that it names is
/// not published.
[[nodiscard]] Status check_bookable(const Product& product);
/// Do its loans keep a table of installments from their first pay-out on: by rule, or because their
/// rows have fees, join interest to the balance, or follow an index?
[[nodiscard]] bool keeps_table(const Product& product);
/// May interest join the balance?
[[nodiscard]] bool capitalises(const Product& product);
/// Does it name a series?
[[nodiscard]] inline bool names_series(const Product& product) {
  return product.index || !product.plan.calendar.empty();
}
/// The product with its series as known at entry `known_at`.
void bind(Product& product, const SeriesBook& book, std::uint64_t known_at);
/// What the day index of its accrual lines needs besides the dates.
[[nodiscard]] schedule::DayCountContext line_context(const Product& product);
/// The rate of a loan with this spread that is fixed on `day`; nothing where the index has no value
/// then. Requires product.index.
[[nodiscard]] std::optional<money::Rate> fixed_rate(const Product& product, std::int64_t spread_e12,
                                                    money::Day day);

/// What a customer agrees to within a product.
struct LoanTerms {
  std::int64_t principal_minor = 0;
  money::Rate rate = money::Rate::of_e12(0);
  std::uint32_t installments = 1;
  std::optional<money::Day> first_due{};
  std::uint8_t due_day = 0;    ///< 0: the product's
  std::uint8_t converted = 0;  ///< schedule::Method of the rest, once `convert` changed it; 0: none
};
/// `terms.*` or `product.*` where the terms lie outside the product or the schedule room refuses
/// them.
/// `calendar` is that of the product's plan rules; absent: the one that it is bound to. Without any
/// a product that names one is refused.
using Calendar = std::shared_ptr<const schedule::Calendar>;
[[nodiscard]] Status check(const LoanTerms& terms, const Product& product, money::Day disbursed,
                           const Calendar& calendar = nullptr);
/// `disclosure.above_cap` where the product caps the annual rate and a plan of it lies above.
/// Requires: check(terms) passed.
[[nodiscard]] Status check_cap(const Product& product, const schedule::Terms& terms);
[[nodiscard]] schedule::Terms schedule_terms(const Product& product, const LoanTerms& terms,
                                             money::Day disbursed,
                                             const Calendar& calendar = nullptr);
[[nodiscard]] schedule::OverdueRules overdue_rules(const Product& product, money::Rate rate);

}  // namespace loanbook::ledger
