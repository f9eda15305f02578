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

/// The line of a charge after `paid` of it was paid and its accruing amount became `amount`.
std::optional<Line> continue_line(const Line& line, const OverdueRules& rules, Day day,
                                  std::int64_t paid, std::int64_t amount, Rate rate) {
  if (day < line.first) return simple_line(amount, rate, rules.day_count, line.first);
  return after_payment(line, rules.day_count, rules.mode, day, paid, amount, rate,
                       {.calendar = rules.calendar});
}

bool counts_both(const OverdueRules& rules) {
  return rules.maximum_e4 != 0 && rules.maximum_of == MaximumOf::penalty_and_compound;
}

/// Of a line that begins later: 0.
std::optional<std::int64_t> level_of(const Line& line, const OverdueRules& rules, Day day) {
  if (day < line.first) return 0;
  return level(line, rules.day_count, rules.mode, day, {.calendar = rules.calendar});
}

/// Where the line stood a day earlier: on its first day, where it stands now.
std::optional<std::int64_t> level_before(const Line& line, const OverdueRules& rules, Day day) {
  return level_of(line, rules, day <= line.first ? day : day - date::days{1});
}

/// What counts under the maximum. Nothing on overflow, which is beyond any room.
std::optional<std::int64_t> counted(const DueInstallment& installment, const OverdueRules& rules,
                                    Day day) {
  const auto penalty = level_of(installment.penalty, rules, day);
  if (!counts_both(rules) || !penalty) return penalty;
  const auto compound = level_of(installment.compound, rules, day);
  std::int64_t both = 0;
  if (!compound || !money::add(*penalty, *compound, &both)) return std::nullopt;
  return both;
}

/// On the day on which penalty and compound interest together reach the room, what was left of it
/// the day before goes to penalty interest first: so neither ever falls. Nothing on overflow.
std::optional<RunningCharges> within_room(const DueInstallment& installment,
                                          const OverdueRules& rules, Day day) {
  const auto reached = maximum_reached(
      installment, rules, std::min(installment.penalty.first, installment.compound.first));
  const Day on = std::min(day, reached.value_or(day));
  const auto penalty = level_of(installment.penalty, rules, on);
  const auto penalty_before = level_before(installment.penalty, rules, on);
  const auto compound_before = level_before(installment.compound, rules, on);
  if (!penalty || !penalty_before || !compound_before) return std::nullopt;
  const std::int64_t left =
      std::max<std::int64_t>(0, installment.room - *penalty_before - *compound_before);
  const std::int64_t most = *penalty_before + std::min(*penalty - *penalty_before, left);
  return RunningCharges{most, installment.room - most};
}

/// Where both count.
std::optional<RunningCharges> charges_at(const DueInstallment& installment,
                                         const OverdueRules& rules, Day day) {
  const auto penalty = level_of(installment.penalty, rules, day);
  const auto compound = level_of(installment.compound, rules, day);
  std::int64_t sum = 0;
  if (!penalty || !compound || !money::add(*penalty, *compound, &sum) || sum > installment.room)
    return within_room(installment, rules, day);
  return RunningCharges{*penalty, *compound};
}

bool is_idle(const Line& line) { return line.slope == 0 && line.base == 0; }

/// The charges that are payable at the opening of `day`: 0 before the installment is due, and while
/// grace hides them. False on overflow.
bool payable(const DueInstallment& installment, const OverdueRules& rules, Day day,
             RunningCharges* charges) {
  *charges = {};
  if (is_idle(installment.penalty) && is_idle(installment.compound)) return true;
  if (day < installment.due || !charges_visible(installment, rules, day)) return true;
  if (counts_both(rules)) {
    const auto both = charges_at(installment, rules, day);
    if (both) *charges = *both;
    return both.has_value();
  }
  const auto stands = [&](const Line& line, std::int64_t* minor) {
    return is_idle(line) || day < line.first ||
           level_into(line, rules.day_count, rules.mode, day, {.calendar = rules.calendar}, minor);
  };
  if (!stands(installment.penalty, &charges->penalty) ||
      !stands(installment.compound, &charges->compound))
    return false;
  if (rules.maximum_e4 != 0) charges->penalty = std::min(charges->penalty, installment.room);
  return true;
}

/// A line that has reached the room stays there.
void hold(DueInstallment& installment, const OverdueRules& rules, Day day) {
  if (counts_both(rules)) {
    if (installment.penalty.slope <= 0 && installment.compound.slope <= 0) return;
    const auto sum = counted(installment, rules, day);
    if (sum && *sum < installment.room) return;
    const auto stand = charges_at(installment, rules, day);
    if (!stand) return;
    installment.penalty = {.base = stand->penalty, .slope = 0, .denominator = 1, .first = day};
    installment.compound = {.base = stand->compound, .slope = 0, .denominator = 1, .first = day};
    return;
  }
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
  const bool both = counts_both(rules);
  if (both && day > installment.due) hold(installment, rules, day);
  installment.fee -= part(paid, Component::fee);
  const std::int64_t late_fee = std::min(installment.late_fee, part(paid, Component::penalty));
  const std::int64_t penalty = part(paid, Component::penalty) - late_fee;
  installment.late_fee -= late_fee;
  installment.interest -= part(paid, Component::interest);
  installment.principal -= part(paid, Component::principal);
  if (rules.maximum_e4 != 0) {
    installment.room = day <= installment.due ? penalty_maximum(installment.principal, rules)
                                              : installment.room - penalty -
                                                    (both ? part(paid, Component::compound) : 0);
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
    if (rules.maximum_e4 != 0 && !both) hold(installment, rules, day);
  }
  if (part(paid, Component::compound) != 0 || part(paid, Component::interest) != 0) {
    const auto line =
        continue_line(installment.compound, rules, day, part(paid, Component::compound),
                      installment.interest, rules.compound_rate);
    if (!line) return false;
    installment.compound = *line;
  }
  if (both && day > installment.due) hold(installment, rules, day);
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
  const bool both = counts_both(rules);
  const bool rises = installment.penalty.slope > 0 || (both && installment.compound.slope > 0);
  if (rules.maximum_e4 == 0 || !rises) return std::nullopt;
  const auto reached = [&](Day day) {
    const auto now = counted(installment, rules, day);
    return !now || *now >= installment.room;
  };
  const Day first = both ? std::min(installment.penalty.first, installment.compound.first)
                         : installment.penalty.first;
  // The level never falls: steps that double go past the day, halves come back to it.
  Day before = std::max(from, first);
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
  RunningCharges charges;
  if (!payable(installment, rules, day, &charges)) return std::nullopt;
  return charges.penalty;
}

std::optional<std::int64_t> compound_at(const DueInstallment& installment,
                                        const OverdueRules& rules, Day day) {
  RunningCharges charges;
  if (!payable(installment, rules, day, &charges)) return std::nullopt;
  return charges.compound;
}

bool running_charges(std::span<const DueInstallment> installments, const OverdueRules& rules,
                     Day day, RunningCharges* charges) {
  for (const DueInstallment& installment : installments) {
    RunningCharges own;
    if (!payable(installment, rules, day, &own) ||
        !money::add(charges->penalty, own.penalty, &charges->penalty) ||
        !money::add(charges->compound, own.compound, &charges->compound))
      return false;
  }
  return true;
}

bool settled(const DueInstallment& installment, const OverdueRules& rules, Day day) {
  if (is_open(installment) || installment.fee > 0 || installment.late_fee > 0) return false;
  RunningCharges charges;
  return payable(installment, rules, day, &charges) && charges.penalty == 0 &&
         charges.compound == 0;
}

std::optional<std::vector<Claim>> claims_of(std::span<const DueInstallment> installments,
                                            const OverdueRules& rules, Day day) {
  std::vector<Claim> claims;
  claims.reserve(installments.size());
  for (const DueInstallment& installment : installments) {
    RunningCharges charges;
    std::int64_t penalties = 0;
    if (!payable(installment, rules, day, &charges) ||
        !money::add(installment.late_fee, charges.penalty, &penalties))
      return std::nullopt;
    claims.push_back({installment.no,
                      installment.due,
                      {installment.fee, penalties, charges.compound, installment.interest,
                       installment.principal}});
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
