#include "loanbook/ledger/gl/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/product/charge_income.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::array<std::string_view, 6> class_names = {"asset",  "liability", "equity",
                                                         "income", "expense",   "memorandum"};
constexpr std::size_t accounts_max = 10'000;
constexpr std::size_t code_max = 64;
constexpr std::size_t name_max = 128;

Error bad(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

bool printable(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max && text.front() != ' ' && text.back() != ' ' &&
         std::ranges::none_of(
             text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool id_is_valid(std::string_view id) {
  return !id.empty() && id.size() <= money::limits::external_id_max &&
         std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

/// An income statement is closed at the end of a year and a balance sheet is not: a role stays on
/// its own side of that line.
bool fits(Role role, AccountClass account_class) {
  const bool of_income =
      account_class == AccountClass::income || account_class == AccountClass::expense;
  if (class_of(role) == AccountClass::equity) return account_class == AccountClass::equity;
  if (class_of(role) == AccountClass::memorandum) return account_class == AccountClass::memorandum;
  if (in_income_statement(role)) return of_income;
  return account_class == AccountClass::asset || account_class == AccountClass::liability;
}

}  // namespace

std::string_view to_text(AccountClass account_class) {
  return class_names.at(static_cast<std::size_t>(account_class) - 1);
}

Result<AccountClass> parse_account_class(std::string_view text) {
  const auto* found = std::ranges::find(class_names, text);
  if (found != class_names.end()) return static_cast<AccountClass>(found - class_names.begin() + 1);
  return bad("chart.class_unknown",
             fmt::format("'{}' is no class of accounts; use asset, liability, equity, income, "
                         "expense or memorandum",
                         text));
}

std::string_view to_text(NormalSide side) { return side == NormalSide::debit ? "debit" : "credit"; }

NormalSide normal_side(AccountClass account_class) {
  switch (account_class) {
    case AccountClass::asset:
    case AccountClass::expense:
    case AccountClass::memorandum:
      return NormalSide::debit;
    default:
      return NormalSide::credit;
  }
}

Status check_short_id(std::string_view id) {
  constexpr std::size_t short_id_max = 32;
  const bool valid =
      !id.empty() && id.size() <= short_id_max && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
      });
  if (valid) return money::ok();
  return bad("id.short",
             fmt::format("'{}' is no id of a branch or channel: 1 to {} of a-z, A-Z, 0-9, -, _ "
                         "and .",
                         id, short_id_max));
}

AccountClass class_of(Role role) {
  switch (role) {
    case Role::principal:
    case Role::principal_overdue:
    case Role::interest_accrued:
    case Role::interest_receivable:
    case Role::penalty_receivable:
    case Role::compound_receivable:
    case Role::settlement:
    case Role::fee_receivable:
    case Role::late_fee_receivable:
    case Role::agency_principal:
    case Role::agency_receivable:
    case Role::interest_suspended:
    case Role::opening_balance:
    case Role::coupon_receivable:
      return AccountClass::asset;
    case Role::overpayment:
    case Role::interest_unearned:
    case Role::partner_payable:
    case Role::partner_funding:
    case Role::partner_accrued:
    case Role::suspense:
    case Role::fee_deferred:
    case Role::tax_payable:
      return AccountClass::liability;
    case Role::interest_income:
    case Role::penalty_income:
    case Role::compound_income:
    case Role::fee_income:
    case Role::late_fee_income:
    case Role::recovery_income:
    case Role::partner_income:
    case Role::service_fee_income:
    case Role::income_suspended:
    case Role::income_tax:
    case Role::charge_income_1:
    case Role::charge_income_2:
    case Role::charge_income_3:
    case Role::charge_income_4:
      return AccountClass::income;
    case Role::goodwill_expense:
    case Role::goodwill_interest:
    case Role::goodwill_fee:
    case Role::goodwill_penalty:
    case Role::charge_off_expense:
    case Role::fraud_expense:
    case Role::charge_off_interest:
    case Role::charge_off_fee:
    case Role::charge_off_penalty:
    case Role::write_off_expense:
    case Role::partner_expense:
    case Role::partner_loss:
    case Role::reconciliation_difference:
      return AccountClass::expense;
    case Role::retained_earnings:
      return AccountClass::equity;
    case Role::memo_interest:
    case Role::memo_contra:
      return AccountClass::memorandum;
  }
  LOANBOOK_ASSERT(false && "an account role without a class");
}

bool in_income_statement(Role role) {
  const AccountClass account_class = class_of(role);
  return account_class == AccountClass::income || account_class == AccountClass::expense;
}

bool is_clearing(Role role) {
  return role == Role::settlement || role == Role::overpayment || role == Role::partner_payable ||
         role == Role::opening_balance || role == Role::suspense || role == Role::coupon_receivable;
}

bool is_of_book(Role role) {
  return role == Role::retained_earnings || role == Role::reconciliation_difference ||
         role == Role::suspense;
}

bool can_move(const Product& product, Role role) {
  if (is_of_book(role) || role == Role::opening_balance) return true;
  const auto place = static_cast<std::size_t>(role);
  if (place < role_count_1) return true;
  const bool of_partners = role >= Role::partner_payable && role <= Role::service_fee_income;
  if (const auto slot = charge_group_of(role)) {
    return std::any_of(product.charge_income.begin(), product.charge_income.end(),
                       [&](const auto& charge) { return charge.second == *slot; });
  }
  if (role == Role::fee_deferred) return product.accounting.upfront_fee != FeeIncomeSpread::at_once;
  if (role == Role::tax_payable || role == Role::income_tax) return product.accounting.taxed();
  return !of_partners || product.joint.has_value();
}

Status check(const Chart& chart) {
  if (!id_is_valid(chart.id)) {
    return bad("chart.id", fmt::format("chart id '{}' must be 1 to {} of a-z, 0-9 and -", chart.id,
                                       money::limits::external_id_max));
  }
  if (!printable(chart.name, name_max))
    return bad("chart.name", fmt::format("a chart has a name of 1 to {} bytes", name_max));
  if (chart.accounts.empty() || chart.accounts.size() > accounts_max)
    return bad("chart.accounts", fmt::format("a chart has 1 to {} accounts", accounts_max));
  std::set<std::string_view> codes;
  for (const ChartAccount& account : chart.accounts) {
    if (!printable(account.code, code_max) || !printable(account.name, name_max)) {
      return bad("chart.account", fmt::format("account '{}': a code has 1 to {} bytes, a name 1 to "
                                              "{}, without control characters",
                                              account.code, code_max, name_max));
    }
    if (!codes.insert(account.code).second) {
      return bad("chart.account_twice",
                 fmt::format("account '{}' stands twice: one code, one account", account.code));
    }
  }
  std::set<std::tuple<Role, std::string_view, std::string_view, std::string_view, std::string_view>>
      keys;
  for (const ChartMapping& mapping : chart.mappings) {
    if (mapping.account >= chart.accounts.size()) {
      return bad("chart.account_unknown",
                 fmt::format("role {} points to an account that the chart does not have",
                             to_text(mapping.role)));
    }
    if (!keys.insert(
                 {mapping.role, mapping.product, mapping.currency, mapping.branch, mapping.channel})
             .second) {
      return bad("chart.mapping_twice",
                 fmt::format("role {} of product '{}', currency '{}', branch '{}' and channel '{}' "
                             "is mapped twice",
                             to_text(mapping.role), mapping.product, mapping.currency,
                             mapping.branch, mapping.channel));
    }
    if (!mapping.channel.empty() && mapping.role != Role::settlement) {
      return bad("chart.channel_role",
                 fmt::format("role {} has no channel: money goes through settlement only; map "
                             "settlement by channel, or leave the channel out",
                             to_text(mapping.role)));
    }
    for (const std::string& id : {mapping.branch, mapping.channel}) {
      if (Status s = id.empty() ? money::ok() : check_short_id(id); !s) return s;
    }
    const ChartAccount& account = chart.accounts[mapping.account];
    if (!fits(mapping.role, account.account_class)) {
      return bad("chart.class_mismatch",
                 fmt::format("role {} belongs to an account of class {}, and {} {} is of class {}",
                             to_text(mapping.role), to_text(class_of(mapping.role)), account.code,
                             account.name, to_text(account.account_class)));
    }
  }
  return money::ok();
}

const ChartMapping* find_mapping(const Chart& chart, const Product& product, Role role,
                                 std::string_view channel) {
  const std::string_view currency = product.currency.text();
  const ChartMapping* best = nullptr;
  const auto weight = [](const ChartMapping& mapping) {
    return (mapping.channel.empty() ? 0 : 8) + (mapping.product.empty() ? 0 : 4) +
           (mapping.branch.empty() ? 0 : 2) + (mapping.currency.empty() ? 0 : 1);
  };
  const auto fits = [](std::string_view asked, std::string_view is) {
    return asked.empty() || asked == is;
  };
  for (const ChartMapping& mapping : chart.mappings) {
    if (mapping.role != role || !fits(mapping.product, product.id) ||
        !fits(mapping.currency, currency) || !fits(mapping.branch, product.branch) ||
        !fits(mapping.channel, channel))
      continue;
    if (best == nullptr || weight(mapping) > weight(*best)) best = &mapping;
  }
  return best;
}

Status check_covers(const Chart& chart, const Product& product) {
  for (std::size_t i = 0; i < role_count; ++i) {
    const auto role = static_cast<Role>(i);
    if (!can_move(product, role) || product.accounts.at(i)) continue;
    if (find_mapping(chart, product, role) != nullptr) continue;
    return bad("chart.role_unmapped",
               fmt::format("chart '{}' has no account for role {} of product '{}' in {}: map the "
                           "role in the chart, or give the product an account of its own",
                           chart.id, to_text(role), product.id, product.currency.text()));
  }
  return money::ok();
}

GlAccount gl_account(const Chart* chart, const Product& product, Role role,
                     std::string_view channel) {
  const ChartMapping* mapping =
      chart == nullptr ? nullptr : find_mapping(*chart, product, role, channel);
  GlAccount account;
  if (mapping != nullptr) {
    const ChartAccount& found = chart->accounts[mapping->account];
    account = {found.code, found.name, found.account_class, found.side};
    // What is said of the channel is said of less than the whole product.
    if (!mapping->channel.empty()) return account;
  } else {
    const Account standard = default_account(role);
    account = {std::string(standard.code), std::string(standard.name), class_of(role),
               normal_side(class_of(role))};
  }
  if (const auto& own = product.accounts.at(static_cast<std::size_t>(role))) {
    account.code = own->code;
    account.name = own->name;
  }
  return account;
}

namespace {

/// Branches and channels, for charts that have any: by place in the lists before.
void encode_dimensions(const ChartPublished& published, Encoder& out) {
  const auto& mappings = published.chart.mappings;
  const auto& moves = published.reclassified;
  const auto has_any = [](const ChartMapping& m) {
    return !m.branch.empty() || !m.channel.empty();
  };
  const auto has_channel = [](const Reclassified& r) { return !r.channel.empty(); };
  const auto mapped = std::ranges::count_if(mappings, has_any);
  const auto moved = std::ranges::count_if(moves, has_channel);
  if (mapped == 0 && moved == 0) return;
  out.varint(static_cast<std::uint64_t>(mapped));
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    if (!has_any(mappings[i])) continue;
    out.varint(i);
    out.text(mappings[i].branch);
    out.text(mappings[i].channel);
  }
  out.varint(static_cast<std::uint64_t>(moved));
  for (std::size_t i = 0; i < moves.size(); ++i) {
    if (!has_channel(moves[i])) continue;
    out.varint(i);
    out.text(moves[i].channel);
  }
}

/// Places of a list, rising and within it.
template <class Use>
void decode_places(Decoder& in, std::size_t size, Use use) {
  const std::uint64_t count = in.varint();
  std::uint64_t least = 0;
  for (std::uint64_t i = 0; in.good() && i < count; ++i) {
    const std::uint64_t place = in.varint();
    const bool good = place >= least && place < size && use(place);
    least = place + 1;
    if (good) continue;
    in.fail();
    return;
  }
}

void decode_dimensions(Decoder& in, ChartPublished& published) {
  auto& mappings = published.chart.mappings;
  auto& moves = published.reclassified;
  bool any = false;
  decode_places(in, mappings.size(), [&](std::uint64_t place) {
    mappings[place].branch = in.text();
    mappings[place].channel = in.text();
    any = true;
    return !mappings[place].branch.empty() || !mappings[place].channel.empty();
  });
  decode_places(in, moves.size(), [&](std::uint64_t place) {
    moves[place].channel = in.text();
    any = true;
    return !moves[place].channel.empty();
  });
  if (!any) in.fail();
}

}  // namespace

void encode(const ChartPublished& published, std::string& bytes) {
  const Chart& chart = published.chart;
  Encoder out{bytes};
  out.text(chart.id);
  out.text(chart.name);
  out.varint(chart.accounts.size());
  for (const ChartAccount& account : chart.accounts) {
    out.text(account.code);
    out.text(account.name);
    out.u8(static_cast<std::uint8_t>(account.account_class));
    out.u8(static_cast<std::uint8_t>(account.side));
  }
  out.varint(chart.mappings.size());
  for (const ChartMapping& mapping : chart.mappings) {
    out.u8(static_cast<std::uint8_t>(mapping.role));
    out.text(mapping.product);
    out.text(mapping.currency);
    out.varint(mapping.account);
  }
  out.varint(published.reclassified.size());
  for (const Reclassified& moved : published.reclassified) {
    out.varint(moved.product);
    out.u8(static_cast<std::uint8_t>(moved.role));
    out.wide(moved.minor);
  }
  encode_dimensions(published, out);
}

bool decode(std::string_view& bytes, ChartPublished& published) {
  Decoder in{bytes};
  Chart& chart = published.chart;
  const auto role = [&in] {
    const std::uint8_t value = in.u8();
    if (value >= role_count) in.fail();
    return static_cast<Role>(value);
  };
  chart.id = in.text();
  chart.name = in.text();
  const std::uint64_t accounts = in.varint();
  for (std::uint64_t i = 0; in.good() && i < accounts; ++i) {
    ChartAccount account;
    account.code = in.text();
    account.name = in.text();
    account.account_class = in.enumerator(AccountClass::asset, AccountClass::memorandum);
    account.side = in.enumerator(NormalSide::debit, NormalSide::credit);
    chart.accounts.push_back(std::move(account));
  }
  const std::uint64_t mappings = in.varint();
  for (std::uint64_t i = 0; in.good() && i < mappings; ++i) {
    ChartMapping mapping;
    mapping.role = role();
    mapping.product = in.text();
    mapping.currency = in.text();
    mapping.account = static_cast<std::uint32_t>(in.varint());
    if (mapping.account >= chart.accounts.size()) in.fail();
    chart.mappings.push_back(std::move(mapping));
  }
  const std::uint64_t moves = in.varint();
  for (std::uint64_t i = 0; in.good() && i < moves; ++i) {
    Reclassified moved;
    moved.product = static_cast<std::uint32_t>(in.varint());
    moved.role = role();
    moved.minor = in.wide();
    published.reclassified.push_back(moved);
  }
  if (in.good() && !in.rest().empty()) decode_dimensions(in, published);
  bytes = in.rest();
  return in.good();
}

}  // namespace loanbook::ledger
