#pragma once

// Terms with anything of their second block, in combination: a provision is kept where `check` lets
// it stand beside those before it.

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "loanbook/schedule/plan.hpp"
#include "schedule/random_terms.hpp"

namespace loanbook::schedule {

using Draw = std::function<std::int64_t(std::int64_t, std::int64_t)>;

inline Draw rapidcheck_draw() {
  return [](std::int64_t least, std::int64_t most) {
    return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
  };
}

/// Weekends; Sundays with long closures and worked Sundays; one open day a week.
inline std::shared_ptr<const Calendar> test_calendar(std::size_t which) {
  static const auto calendars = [] {
    Calendar::Days closures{.name = "closures", .free_weekdays = {}};
    closures.free_weekdays[6] = true;
    for (std::int32_t day = 0; day < 60'000; day += 73) {
      for (std::int32_t i = 0; i < 9; ++i)
        closures.holidays.push_back(money::day_from_number(day + i));
      for (std::int32_t i = 9; i < 16; ++i)
        closures.working_days.push_back(money::day_from_number(day + i));
    }
    Calendar::Days market{.name = "market day",
                          .free_weekdays = {true, true, false, true, true, true, true}};
    return std::array{std::make_shared<const Calendar>(Calendar::weekends()),
                      std::make_shared<const Calendar>(Calendar::make(closures).value()),
                      std::make_shared<const Calendar>(Calendar::make(market).value())};
  }();
  return calendars.at(which);
}

/// A day within the loan's life, often one of its due dates.
inline Day some_day(const Terms& terms, const Draw& draw) {
  if (draw(0, 3) == 0)
    return accrual_date(terms, static_cast<std::uint32_t>(draw(1, terms.installments)));
  const auto life = (accrual_date(terms, terms.installments) - terms.disbursed).count();
  return terms.disbursed + date::days{draw(1, std::max<std::int64_t>(1, life))};
}

using Provision = std::function<void(Terms&, const Draw&)>;

inline const std::vector<Provision>& provisions() {
  static const std::vector<Provision> all = {
      [](Terms& t, const Draw& draw) {
        t.business_days.calendar = test_calendar(static_cast<std::size_t>(draw(0, 2)));
        t.business_days.roll = static_cast<Roll>(draw(0, 4));
        t.business_days.interest_follows = draw(0, 1) == 1;
      },
      [](Terms& t, const Draw& draw) {
        t.day_count = static_cast<DayCount>(draw(7, 10));
        if (t.day_count == DayCount::bus_252 && !t.business_days.calendar)
          t.business_days.calendar = test_calendar(0);
      },
      [](Terms& t, const Draw& draw) {
        t.last_due = due_date(t, t.installments) + date::days{draw(-20, 40)};
      },
      [](Terms& t, const Draw& draw) {
        t.daily_interest_digits = static_cast<std::uint8_t>(draw(0, 8));
      },
      [](Terms& t, const Draw& draw) {
        const auto count = draw(1, 4);
        for (std::int64_t i = 0; i < count; ++i)
          t.rate_changes.push_back(
              {some_day(t, draw), money::Rate::of_e12(draw(0, 40) * 10'000'000'000)});
        std::sort(t.rate_changes.begin(), t.rate_changes.end(),
                  [](const auto& a, const auto& b) { return a.from < b.from; });
        const auto same = [](const auto& a, const auto& b) { return a.from == b.from; };
        t.rate_changes.erase(std::unique(t.rate_changes.begin(), t.rate_changes.end(), same),
                             t.rate_changes.end());
        t.repricing = static_cast<Repricing>(draw(1, 3));
      },
      [](Terms& t, const Draw& draw) {
        const auto count = draw(1, 3);
        for (std::int64_t i = 0; i < count; ++i)
          t.drawdowns.push_back({some_day(t, draw), draw(1, t.principal_minor)});
        std::sort(t.drawdowns.begin(), t.drawdowns.end(),
                  [](const auto& a, const auto& b) { return a.date < b.date; });
        const auto same = [](const auto& a, const auto& b) { return a.date == b.date; };
        t.drawdowns.erase(std::unique(t.drawdowns.begin(), t.drawdowns.end(), same),
                          t.drawdowns.end());
      },
      [](Terms& t, const Draw& draw) { t.down_payment_minor = draw(0, t.principal_minor); },
      [](Terms& t, const Draw& draw) { t.carried_interest_minor = draw(0, 100'000); },
      [](Terms& t, const Draw& draw) {
        t.step_growth_e12 = draw(-50, 50) * 10'000'000'000;
        t.step_every = static_cast<std::uint16_t>(draw(1, 4));
      },
      [](Terms& t, const Draw& draw) {
        const std::int64_t equal = t.principal_minor / t.installments;
        t.installment_minor = draw(1, std::max<std::int64_t>(1, 3 * equal));
      },
      [](Terms& t, const Draw& draw) {
        t.amortization_installments =
            static_cast<std::uint32_t>(draw(t.installments, 2 * t.installments + 5));
      },
      [](Terms& t, const Draw&) { t.negative_amortization = true; },
      [](Terms& t, const Draw& draw) {
        std::uint16_t row = 1;
        const auto count = draw(1, 2);
        for (std::int64_t i = 0; i < count; ++i) {
          const auto first = static_cast<std::uint16_t>(draw(row, t.installments));
          const auto last = static_cast<std::uint16_t>(
              draw(first, std::min<std::int64_t>(first + 3, t.installments)));
          t.holidays.push_back({first, last, static_cast<HolidayInterest>(draw(1, 4))});
          row = static_cast<std::uint16_t>(last + 2);
          if (row > t.installments) break;
        }
      },
      [](Terms& t, const Draw& draw) {
        t.season = {static_cast<std::uint16_t>(draw(0, 1) == 0 ? 1 << draw(0, 11) : draw(1, 4094)),
                    static_cast<HolidayInterest>(draw(1, 4))};
      },
      [](Terms& t, const Draw& draw) { t.remainder = static_cast<Remainder>(draw(2, 3)); },
      [](Terms& t, const Draw& draw) {
        t.fee.rate = {draw(0, 200), draw(0, 1) == 0 ? 10'000 : 7'777};
        if (draw(0, 2) == 0) t.fee.amount_minor = draw(0, 10'000);
        t.fee.rounding = {static_cast<money::RoundingMode>(draw(1, 4)), draw(0, 3) == 0 ? 10 : 1};
        t.fee.rounded_in_total = draw(0, 1) == 1;
        t.fee.upfront = draw(0, 2) == 0;
      },
      [](Terms& t, const Draw& draw) { t.balloon_minor = draw(0, t.principal_minor); },
      [](Terms& t, const Draw& draw) {
        t.principal_free_periods = static_cast<std::uint16_t>(draw(1, t.installments));
      },
      [](Terms& t, const Draw& draw) {
        t.interest_free_periods = static_cast<std::uint16_t>(draw(1, t.installments));
      },
  };
  return all;
}

/// Each provision with a chance of one in `rarity`; kept if `check` accepts it.
inline Terms with_provisions(Terms terms, const Draw& draw, std::int64_t rarity) {
  if (draw(0, 5) == 0) {
    Terms other = terms;
    other.method = static_cast<Method>(draw(6, 7));
    other.balloon_minor = 0;
    if (other.method == Method::principal_shares) {
      for (std::uint32_t k = 0; k < other.installments; ++k)
        other.shares.push_back(static_cast<std::uint32_t>(draw(0, 9)));
      other.shares[static_cast<std::size_t>(draw(0, other.installments - 1))] = 7;
    }
    if (check(other)) terms = other;
  }
  for (const Provision& provision : provisions()) {
    if (draw(1, rarity) != 1) continue;
    Terms more = terms;
    provision(more, draw);
    if (check(more)) terms = more;
  }
  return terms;
}

/// Terms of every method with any provisions beside each other.
inline rc::Gen<Terms> random_provisions(std::uint32_t installments_max) {
  return rc::gen::exec([installments_max] {
    const Draw draw = rapidcheck_draw();
    const Terms plain = *random_terms(installments_max);
    return with_provisions(plain, draw, draw(0, 3) == 0 ? 2 : 6);
  });
}

}  // namespace loanbook::schedule
