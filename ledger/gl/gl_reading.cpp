#include "loanbook/ledger/gl/gl_reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/proof/digest.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};

}  // namespace

void each_total(const DayTotals& totals, const UseTotal& use) {
  auto channel = totals.channels().begin();
  const std::string none;
  for (std::uint32_t number = 0; number < totals.size(); ++number) {
    for (std::size_t i = 0; i < role_count; ++i) {
      const auto role = static_cast<Role>(i);
      money::Int128 minor = totals[number][i];
      if (role == Role::settlement) {
        for (; channel != totals.channels().end() && channel->first.first == number; ++channel) {
          use(number, role, channel->first.second, channel->second);
          minor -= channel->second;
        }
      }
      if (minor != 0) use(number, role, none, minor);
    }
  }
}

Result<std::uint64_t> last_booked(const storage::View& view, Day day) {
  std::uint64_t low = 0;
  std::uint64_t high = view.head().sequence;
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    const Result<Entry> entry = entry_of(view, middle);
    if (!entry) return entry.error();
    if (entry->booking_date <= day)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

Result<Day> opening_after(const storage::View& view, std::uint64_t through) {
  const Result<Entry> entry = entry_of(view, through);
  if (!entry) return entry.error();
  return entry->kind == Kind::day_closed ? entry->booking_date + one_day : entry->booking_date;
}

DayTotals totals_through(const std::map<Day, DayTotals>& totals, Day day) {
  DayTotals sum;
  for (const auto& [booked, of_day] : totals) {
    if (booked > day) break;
    sum.add(of_day);
  }
  return sum;
}

Result<DayTotals> totals_of_day(const storage::View& view, Day day, std::uint64_t through) {
  const Result<std::uint64_t> before = last_booked(view, day - one_day);
  if (!before) return before.error();
  DayTotals sum;
  Status outcome = money::ok();
  const Status read = view.entries(*before + 1, through, [&](const storage::StoredEntry& stored) {
    const Result<Entry> entry = decode_entry(stored.body);
    if (!entry) {
      outcome = entry.error();
      return false;
    }
    sum.add(entry->movements, entry->channel, 1);
    return true;
  });
  if (!read) return read.error();
  if (!outcome) return outcome.error();
  return sum;
}

Result<DayTotals> totals_at(const BookState& state, const storage::View& view,
                            std::uint64_t through) {
  if (through >= state.head.sequence) return DayTotals{state.balances};
  if (through == 0) return DayTotals{};
  const Result<Entry> last = entry_of(view, through);
  if (!last) return last.error();
  const Result<Entry> next = entry_of(view, through + 1);
  if (!next) return next.error();
  const Day day = last->booking_date;
  if (next->booking_date > day) return totals_through(state.totals, day);
  const Result<DayTotals> part = totals_of_day(view, day, through);
  if (!part) return part.error();
  DayTotals sum = totals_through(state.totals, day - one_day);
  sum.add(*part);
  return sum;
}

std::vector<GlBalance> balances_of(const DayTotals& totals,
                                   std::span<const PublishedProduct> products, const Chart* chart) {
  std::vector<GlBalance> rows;
  each_total(totals,
             [&](std::uint32_t number, Role role, const std::string& channel, money::Int128 minor) {
               const Product& product = products[number].product;
               rows.push_back({.number = number,
                               .product = product.id,
                               .currency = std::string(product.currency.text()),
                               .digits = product.currency.digits,
                               .role = role,
                               .account = gl_account(chart, product, role, channel),
                               .minor = minor,
                               .branch = product.branch,
                               .channel = channel});
             });
  return rows;
}

std::vector<TrialBalanceRow> trial_balance_of(const std::vector<GlBalance>& balances) {
  std::map<std::pair<std::string, std::string>, std::pair<TrialBalanceRow, money::Int128>> rows;
  for (const GlBalance& balance : balances) {
    auto& [row, minor] =
        rows.try_emplace({balance.currency, balance.account.code},
                         TrialBalanceRow{balance.account.code, balance.account.name,
                                         balance.currency, balance.digits, 0, 0},
                         0)
            .first->second;
    minor += balance.minor;
  }
  std::vector<TrialBalanceRow> result;
  for (auto& [key, row_and_minor] : rows) {
    auto& [row, minor] = row_and_minor;
    (minor < 0 ? row.credit : row.debit) = minor < 0 ? -minor : minor;
    result.push_back(std::move(row));
  }
  return result;
}

Digest digest_of(const std::vector<TrialBalanceRow>& rows) {
  std::string bytes;
  Encoder out{bytes};
  for (const TrialBalanceRow& row : rows) {
    out.text(row.account);
    out.text(row.name);
    out.text(row.currency);
    out.wide(row.debit);
    out.wide(row.credit);
  }
  return sha256(bytes);
}

std::vector<ControlTotal> controls_of(const std::vector<TrialBalanceRow>& rows) {
  std::vector<ControlTotal> controls;
  for (const TrialBalanceRow& row : rows) {
    if (controls.empty() || controls.back().currency != row.currency)
      controls.push_back({row.currency, 0, 0, 0});
    controls.back().debit += row.debit;
    controls.back().credit += row.credit;
    ++controls.back().accounts;
  }
  return controls;
}

money::Int128 figure_of(const Asserted& asserted, const std::vector<GlBalance>& balances) {
  constexpr std::string_view account_word = "account ";
  const std::vector<Role> roles = roles_of_figure(asserted.figure);
  const std::string_view code = asserted.figure.starts_with(account_word)
                                    ? std::string_view(asserted.figure).substr(account_word.size())
                                    : std::string_view{};
  money::Int128 debit = 0;
  NormalSide side = roles.empty() ? NormalSide::debit : normal_side(class_of(roles.front()));
  for (const GlBalance& balance : balances) {
    if (!asserted.product.empty() && balance.product != asserted.product) continue;
    if (balance.currency != asserted.currency) continue;
    if (roles.empty() ? balance.account.code != code
                      : std::ranges::find(roles, balance.role) == roles.end())
      continue;
    if (roles.empty()) side = balance.account.side;
    debit += balance.minor;
  }
  return side == NormalSide::debit ? debit : -debit;
}

Result<std::optional<LoanState>> loan_booked(const BookState& state, std::uint64_t number,
                                             const storage::View& view, Day opening,
                                             std::uint64_t through) {
  const LoanRecord& record = state.loans.at(number);
  if (through >= state.head.sequence && opening == state.business_date)
    return std::optional(canonical(record, state));
  return loan_known(state, record, view, opening, through);
}

Result<std::optional<LoanState>> loan_known(const BookState& state, const LoanRecord& record,
                                            const storage::View& view, Day day,
                                            std::uint64_t known_at, std::optional<Day> valued) {
  const Binding bound = binding_at(record, known_at);
  // What is isolated stands still.
  const Day at = bound.stood ? std::min(day, *bound.stood) : day;
  Result<LoanHistory> all = history_known_at(record, known_at, view);
  if (!all) return all.error();
  if (all->events.empty() && all->reversed_by.empty()) return std::optional<LoanState>{};
  const Day counts = std::min(at, valued.value_or(at));
  std::erase_if(all->events, [&](const LoanEvent& event) { return event.value_date > counts; });
  try {
    const ProductKnownAt product(state, state.products[bound.product].product, known_at);
    return std::optional(fold(bound.product, all->contract, *product, all->events, at));
  } catch (const LoanFault& fault) {
    return Error{
        .id = "loan.beyond_limits",
        .message = fmt::format("loan '{}' cannot be computed: {}", record.id, fault.reason)};
  }
}

DayTotals closed_years(const GlFacts& facts, std::uint64_t through) {
  DayTotals sum;
  for (const GlFacts::ClosedPeriod& period : facts.periods) {
    if (period.sequence <= through) sum.add(period.movements, {}, 1);
  }
  return sum;
}

std::vector<MovementBlock> to_retained(const GlFacts& facts, const Period& period,
                                       DayTotals totals) {
  for (const GlFacts::ClosedPeriod& earlier : facts.periods) {
    if (earlier.booked > period.through) totals.add(earlier.movements, {}, 1);
  }
  std::vector<MovementBlock> blocks;
  for (std::uint32_t number = 0; number < totals.size(); ++number) {
    MovementBlock block{.product = number, .lines = {}};
    money::Int128 result = 0;
    for (std::size_t i = 0; i < role_count; ++i) {
      const money::Int128 minor = totals[number][i];
      if (minor == 0 || !in_income_statement(static_cast<Role>(i))) continue;
      block.lines.push_back({static_cast<Role>(i), false, -minor});
      result += minor;
    }
    if (result != 0) block.lines.push_back({Role::retained_earnings, false, result});
    if (!block.lines.empty()) blocks.push_back(std::move(block));
  }
  return blocks;
}

std::vector<Reclassified> reclassified(const DayTotals& balances,
                                       std::span<const PublishedProduct> products,
                                       const Chart* before, const Chart& after) {
  std::vector<Reclassified> moved;
  each_total(balances,
             [&](std::uint32_t number, Role role, const std::string& channel, money::Int128 minor) {
               const Product& product = products[number].product;
               if (gl_account(before, product, role, channel).code !=
                   gl_account(&after, product, role, channel).code)
                 moved.push_back({number, role, minor, channel});
             });
  return moved;
}

}  // namespace loanbook::ledger
