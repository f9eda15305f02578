#include "loanbook/schedule/arrears.hpp"

#include <algorithm>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/wide.hpp"
#include "loanbook/schedule/charges.hpp"

namespace loanbook::schedule {
namespace {

using money::Rate;

bool is_open(const DueInstallment& installment) {
  return installment.principal > 0 || installment.interest > 0;
}

Day end_of_grace(const DueInstallment& installment, const OverdueRules& rules) {
  return installment.due + date::days{rules.grace_days};
}

/// The charge that is payable at the opening of `day`: 0 while it runs hidden or has not begun.
bool visible_level(const DueInstallment& installment, const Line& line, const OverdueRules& rules,
                   Day day, std::int64_t* minor) {
  *minor = 0;
  if (line.slope == 0 && line.base == 0) return true;
  if (day < installment.due || day < line.first || !charges_visible(installment, rules, day))
    return true;
  return level_into(line, rules.day_count, rules.mode, day, {.calendar = rules.calendar}, minor);
}

bool visible_penalty(const DueInstallment& installment, const OverdueRules& rules, Day day,
                     std::int64_t* minor) {
  if (!visible_level(installment, installment.penalty, rules, day, minor)) return false;
  if (rules.maximum_e4 != 0) *minor = std::min(*minor, installment.room);
  return true;
}

/// The line of a charge after `paid` of it was paid and its accruing amount became `amount`.
std::optional<Line> continue_line(const Line& line, const OverdueRules& rules, Day day,
                                  std::int64_t paid, std::int64_t amount, Rate rate) {
  if (day < line.first) return simple_line(amount, rate, rules.day_count, line.first);
  return after_payment(line, rules.day_count, rules.mode, day, paid, amount, rate,
                       {.calendar = rules.calendar});
}

/// A line that has reached the room stays there.
void hold(DueInstallment& installment, const OverdueRules& rules, Day day) {
  const Line& line = installment.penalty;
  if (line.slope <= 0 || day < line.first) return;
  const auto now = level(line, rules.day_count, rules.mode, day, {.calendar = rules.calendar});
  if (now && *now < installment.room) return;
  installment.penalty = {.base = installment.room, .slope = 0, .denominator = 1, .first = day};
}

using Parts = std::array<std::int64_t, component_count>;

std::int64_t part(const Parts& parts, Component component) {
  return parts[static_cast<std::size_t>(component)];
}

bool settle(DueInstallment& installment, const Parts& paid, const OverdueRules& rules, Day day) {
  installment.fee -= part(paid, Component::fee);
  const std::int64_t late_fee = std::min(installment.late_fee, part(paid, Component::penalty));
  const std::int64_t penalty = part(paid, Component::penalty) - late_fee;
  installment.late_fee -= late_fee;
  installment.interest -= part(paid, Component::interest);
  installment.principal -= part(paid, Component::principal);
  if (rules.maximum_e4 != 0) {
    installment.room = day <= installment.due ? penalty_maximum(installment.principal, rules)
                                              : installment.room - penalty;
  }
  if (!is_open(installment) && !charges_visible(installment, rules, day)) {
    installment.penalty = {.base = 0, .slope = 0, .denominator = 1, .first = day};
    installment.compound = installment.penalty;
    return true;
  }
  if (penalty != 0 || part(paid, Component::principal) != 0) {
    const auto line = continue_line(installment.penalty, rules, day, penalty, installment.principal,
                                    rules.penalty_rate);
    if (!line) return false;
    installment.penalty = *line;
    if (rules.maximum_e4 != 0) hold(installment, rules, day);
  }
  if (part(paid, Component::compound) != 0 || part(paid, Component::interest) != 0) {
    const auto line =
        continue_line(installment.compound, rules, day, part(paid, Component::compound),
                      installment.interest, rules.compound_rate);
    if (!line) return false;
    installment.compound = *line;
  }
  return true;
}

const DueInstallment* oldest_open(std::span<const DueInstallment> installments, Day day) {
  const DueInstallment* oldest = nullptr;
  for (const DueInstallment& installment : installments) {
    if (installment.due >= day || !is_open(installment)) continue;
    if (!oldest || installment.due < oldest->due) oldest = &installment;
  }
  return oldest;
}

}  // namespace

std::optional<money::Rate> penalty_rate(money::Rate contract, money::Ratio multiplier) {
  LOANBOOK_ASSERT(multiplier.numerator >= 0);
  LOANBOOK_ASSERT(multiplier.denominator > 0);
  const money::Int128 product = money::Int128{contract.e12()} * multiplier.numerator;
  if (product % multiplier.denominator != 0) return std::nullopt;
  const money::Int128 rate = product / multiplier.denominator;
  if (rate > money::limits::rate_e12_max) return std::nullopt;
  return money::Rate::of_e12(static_cast<std::int64_t>(rate));
}

std::span<const DueInstallment> due_by(std::span<const DueInstallment> installments, Day day) {
  std::size_t count = 0;
  while (count < installments.size() && installments[count].due <= day) ++count;
  return installments.first(count);
}

DueInstallment become_due(std::uint32_t no, Day due, std::int64_t principal, std::int64_t interest,
                          std::int64_t fee, const OverdueRules& rules) {
  const Day start = rules.grace_mode == GraceMode::shift ? due + date::days{rules.grace_days} : due;
  return {.no = no,
          .due = due,
          .principal = principal,
          .interest = interest,
          .fee = fee,
          .penalty = simple_line(principal, rules.penalty_rate, rules.day_count, start),
          .compound = simple_line(interest, rules.compound_rate, rules.day_count, start),
          .room = penalty_maximum(principal, rules)};
}

std::int64_t penalty_maximum(std::int64_t principal, const OverdueRules& rules) {
  if (rules.maximum_e4 == 0 || principal <= 0) return 0;
  constexpr std::int64_t whole_e4 = 10'000;
  std::int64_t most = 0;
  const money::Int128 part = money::Int128{principal} * rules.maximum_e4 / whole_e4;
  return money::narrow(part, &most) ? most : money::limits::principal_minor_max;
}

std::optional<Day> maximum_reached(const DueInstallment& installment, const OverdueRules& rules,
                                   Day from) {
  const Line& line = installment.penalty;
  if (rules.maximum_e4 == 0 || line.slope <= 0) return std::nullopt;
  const auto reached = [&](Day day) {
    const auto now = level(line, rules.day_count, rules.mode, day, {.calendar = rules.calendar});
    return !now || *now >= installment.room;
  };
  // The level never falls: steps that double go past the day, halves come back to it.
  Day before = std::max(from, line.first);
  if (reached(before)) return before;
  constexpr Day last = date::year{money::limits::year_max} / 12 / 31;
  std::int32_t step = 1;
  Day after = before;
  for (;;) {
    if (before >= last) return std::nullopt;
    after = std::min(before + date::days{step}, last);
    if (reached(after)) break;
    before = after;
    step *= 2;
  }
  while (after - before > date::days{1}) {
    const Day middle = before + (after - before) / 2;
    (reached(middle) ? after : before) = middle;
  }
  return after;
}

void hold_at_maximum(std::span<DueInstallment> installments, const OverdueRules& rules, Day day) {
  if (rules.maximum_e4 == 0) return;
  for (DueInstallment& installment : installments) {
    if (day <= installment.due + date::days{1})
      installment.room = penalty_maximum(installment.principal, rules);
    if (day > installment.due) hold(installment, rules, day);
  }
}

bool charges_visible(const DueInstallment& installment, const OverdueRules& rules, Day day) {
  return rules.grace_mode == GraceMode::shift || day > end_of_grace(installment, rules);
}

std::optional<std::int64_t> penalty_at(const DueInstallment& installment, const OverdueRules& rules,
                                       Day day) {
  std::int64_t minor = 0;
  if (!visible_penalty(installment, rules, day, &minor)) return std::nullopt;
  return minor;
}

std::optional<std::int64_t> compound_at(const DueInstallment& installment,
                                        const OverdueRules& rules, Day day) {
  std::int64_t minor = 0;
  if (!visible_level(installment, installment.compound, rules, day, &minor)) return std::nullopt;
  return minor;
}

bool running_charges(std::span<const DueInstallment> installments, const OverdueRules& rules,
                     Day day, RunningCharges* charges) {
  for (const DueInstallment& installment : installments) {
    std::int64_t penalty = 0;
    std::int64_t compound = 0;
    if (!visible_penalty(installment, rules, day, &penalty) ||
        !visible_level(installment, installment.compound, rules, day, &compound) ||
        !money::add(charges->penalty, penalty, &charges->penalty) ||
        !money::add(charges->compound, compound, &charges->compound))
      return false;
  }
  return true;
}

bool settled(const DueInstallment& installment, const OverdueRules& rules, Day day) {
  if (is_open(installment) || installment.fee > 0 || installment.late_fee > 0) return false;
  return penalty_at(installment, rules, day) == 0 && compound_at(installment, rules, day) == 0;
}

std::optional<std::vector<Claim>> claims_of(std::span<const DueInstallment> installments,
                                            const OverdueRules& rules, Day day) {
  std::vector<Claim> claims;
  claims.reserve(installments.size());
  for (const DueInstallment& installment : installments) {
    const auto penalty = penalty_at(installment, rules, day);
    const auto compound = compound_at(installment, rules, day);
    std::int64_t penalties = 0;
    if (!penalty || !compound || !money::add(installment.late_fee, *penalty, &penalties))
      return std::nullopt;
    claims.push_back(
        {installment.no,
         installment.due,
         {installment.fee, penalties, *compound, installment.interest, installment.principal}});
  }
  return claims;
}

bool settle_lines(std::span<DueInstallment> installments, std::span<const AllocatedLine> lines,
                  const OverdueRules& rules, Day day) {
  std::size_t left = lines.size();
  for (DueInstallment& installment : installments) {
    if (left == 0) break;
    Parts paid{};
    const std::size_t before = left;
    for (const AllocatedLine& line : lines) {
      if (line.no != installment.no) continue;
      paid[static_cast<std::size_t>(line.component)] += line.amount;
      --left;
    }
    if (left != before && !settle(installment, paid, rules, day)) return false;
  }
  return true;
}

std::optional<Allocation> pay(std::vector<DueInstallment>& installments, std::int64_t amount_minor,
                              const OverdueRules& rules, const AllocationRule& order, Day day) {
  const auto claims = claims_of(installments, rules, day);
  if (!claims) return std::nullopt;
  Allocation allocation = allocate(amount_minor, *claims, order, day);
  if (!settle_lines(installments, allocation.lines, rules, day)) return std::nullopt;
  return allocation;
}

std::int32_t days_past_due(std::span<const DueInstallment> installments, Day day) {
  const DueInstallment* oldest = oldest_open(installments, day);
  return oldest ? static_cast<std::int32_t>((day - oldest->due).count()) : 0;
}

std::int32_t reported_days_past_due(std::span<const DueInstallment> installments,
                                    const OverdueRules& rules, Day day) {
  const DueInstallment* oldest = oldest_open(installments, day);
  if (!oldest || day <= end_of_grace(*oldest, rules)) return 0;
  return static_cast<std::int32_t>((day - oldest->due).count());
}

std::optional<OverdueTotals> overdue_totals(std::span<const DueInstallment> installments,
                                            const OverdueRules& rules, Day day) {
  OverdueTotals totals;
  for (const DueInstallment& installment : installments) {
    const auto penalty = penalty_at(installment, rules, day);
    const auto compound = compound_at(installment, rules, day);
    if (!penalty || !compound) return std::nullopt;
    const bool late = installment.due < day;
    if (!money::add(totals.principal, late ? installment.principal : 0, &totals.principal) ||
        !money::add(totals.interest, late ? installment.interest : 0, &totals.interest) ||
        !money::add(totals.penalty, *penalty, &totals.penalty) ||
        !money::add(totals.compound, *compound, &totals.compound)) {
      return std::nullopt;
    }
  }
  return totals;
}

Thresholds standard_buckets() { return {{0, 30, 60, 90, 120, 150, 180}}; }

Thresholds standard_categories() { return {{0, 90, 270, 360}}; }

std::uint8_t classify(const Thresholds& thresholds, std::int32_t dpd) {
  LOANBOOK_ASSERT(thresholds.upper.size() < 255);
  const auto found = std::lower_bound(thresholds.upper.begin(), thresholds.upper.end(), dpd);
  return static_cast<std::uint8_t>(found - thresholds.upper.begin());
}

}  // namespace loanbook::schedule
