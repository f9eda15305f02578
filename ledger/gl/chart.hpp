#pragma once

// The chart of accounts as data: accounts with their class, and which account stands for which role
// of the engine. A book without a chart uses `default_account`.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/ledger/product/product.hpp"
#include "loanbook/ledger/role.hpp"

namespace loanbook::ledger {

/// Values reached a disk: frozen.
enum class AccountClass : std::uint8_t {
  asset = 1,
  liability = 2,
  equity = 3,
  income = 4,
  expense = 5,
  memorandum = 6,  ///< off the balance sheet (表外)
};
[[nodiscard]] std::string_view to_text(AccountClass account_class);
[[nodiscard]] Result<AccountClass> parse_account_class(std::string_view text);

/// The side on which an account grows. Frozen.
enum class NormalSide : std::uint8_t { debit = 1, credit = 2 };
[[nodiscard]] std::string_view to_text(NormalSide side);
/// Debit for assets, expenses and memorandum accounts, credit for the others.
[[nodiscard]] NormalSide normal_side(AccountClass account_class);

/// Branches and channels: 1 to 32 of a-z, A-Z, 0-9, -, _ and . `id.short`.
[[nodiscard]] Status check_short_id(std::string_view id);

/// What an amount of this role is in a balance sheet or income statement, by its usual account.
[[nodiscard]] AccountClass class_of(Role role);
/// Income or expense: closed to retained earnings at the end of a year.
[[nodiscard]] bool in_income_statement(Role role);
/// Money on its way or held for others: what reports by age look at.
[[nodiscard]] bool is_clearing(Role role);
/// Of the book, never moved by a loan.
[[nodiscard]] bool is_of_book(Role role);
/// Which roles loans of the product can move; `retained_earnings`, which closing a year moves, too.
[[nodiscard]] bool can_move(const Product& product, Role role);

struct ChartAccount {
  std::string code;  ///< 1 to 64 bytes
  std::string name;
  AccountClass account_class = AccountClass::asset;
  NormalSide side = NormalSide::debit;
  bool operator==(const ChartAccount&) const = default;
};

/// One rule of the mapping; empty texts mean every product, every currency and so on.
struct ChartMapping {
  Role role = Role::principal;
  std::string product{};
  std::string currency{};
  std::uint32_t account = 0;  ///< place in `Chart::accounts`
  std::string branch{};       ///< of the product's variant
  std::string channel{};      ///< of settlement only
  bool operator==(const ChartMapping&) const = default;
};

/// Plain data, as read from a chart file; `check` holds the rules. Keys of the file:
/// docs/charts.md.
struct Chart {
  std::string id;  ///< [a-z0-9-]{1,64}
  std::string name;
  std::vector<ChartAccount> accounts;
  std::vector<ChartMapping> mappings;
  bool operator==(const Chart&) const = default;
};

/// The first rule that the chart breaks: `chart.*` naming what is wrong and what to do.
[[nodiscard]] Status check(const Chart& chart);
/// The chart's mapping for a role of a product, money having gone by `channel` where it is named:
/// one of the channel goes before one of the product, that before one of its branch, of its
/// currency, and the general one. Null where none fits.
[[nodiscard]] const ChartMapping* find_mapping(const Chart& chart, const Product& product,
                                               Role role, std::string_view channel = {});
/// `chart.role_unmapped`: a role that the product can move has neither an account in the chart nor
/// one of its own.
[[nodiscard]] Status check_covers(const Chart& chart, const Product& product);

/// An account as reports show it.
struct GlAccount {
  std::string code;
  std::string name;
  AccountClass account_class = AccountClass::asset;
  NormalSide side = NormalSide::debit;
  bool operator==(const GlAccount&) const = default;
};
/// The account of a role: the chart's for the channel, else the product's own, else the chart's,
/// else the default one (`chart` null).
[[nodiscard]] GlAccount gl_account(const Chart* chart, const Product& product, Role role,
                                   std::string_view channel = {});

/// Amounts of a role that move from one account to another because the mapping changed.
struct Reclassified {
  std::uint32_t product = 0;  ///< number of the product version
  Role role = Role::principal;
  money::Int128 minor = 0;  ///< balance at that moment, debit positive
  std::string channel{};    ///< of settlement that went by it
  bool operator==(const Reclassified&) const = default;
};
/// Payload of chart_published.
struct ChartPublished {
  Chart chart;
  std::vector<Reclassified> reclassified;
};
/// Canonical bytes (docs/format.md).
void encode(const ChartPublished& published, std::string& out);
[[nodiscard]] bool decode(std::string_view& bytes, ChartPublished& published);

}  // namespace loanbook::ledger
