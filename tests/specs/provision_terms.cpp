#include "provision_terms.hpp"

#include <array>
#include <string>
#include <vector>

#include "loanbook/money/decimal.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::specs {
namespace {

using money::Currency;
using money::Day;
using money::Result;
using money::Status;

constexpr std::int64_t e12 = 1'000'000'000'000;

money::Error unreadable(std::string_view value, std::string_view wanted) {
  return money::Error{
      .id = "spec.terms",
      .message = "'" + std::string(value) + "' cannot be read: " + std::string(wanted)};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    const std::string_view part = trimmed(text.substr(0, end));
    if (!part.empty()) parts.push_back(part);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

Result<std::int64_t> whole(std::string_view text) {
  const auto value = money::parse_decimal(text, 0);
  if (!value || *value < 0 || *value > 1'000'000'000) return unreadable(text, "a whole number");
  return static_cast<std::int64_t>(*value);
}

template <class Number>
Status put_whole(std::string_view text, Number& target) {
  const auto value = whole(text);
  if (!value) return value.error();
  target = static_cast<Number>(*value);
  return money::ok();
}

Status put_amount(std::string_view text, Currency currency, std::int64_t& target) {
  const auto amount = money::Money::parse(text, currency);
  if (!amount) return amount.error();
  target = amount->minor();
  return money::ok();
}

Status put_yes(std::string_view text, bool& target) {
  if (text != "yes" && text != "no") return unreadable(text, "`yes` or `no`");
  target = text == "yes";
  return money::ok();
}

template <class T>
Status put(const Result<T>& value, T& target) {
  if (!value) return value.error();
  target = *value;
  return money::ok();
}

template <class T>
Status put(const Result<T>& value, std::optional<T>& target) {
  if (!value) return value.error();
  target = *value;
  return money::ok();
}

/// `2026-04-15: 12 %, 2026-07-01: 10 %`: a day and a value each.
template <class Take>
Status each_day(std::string_view text, Take take) {
  for (const auto part : parts_of(text, ',')) {
    const auto colon = part.find(':');
    const auto day = money::parse_day(trimmed(part.substr(0, colon)));
    if (!day) return day.error();
    if (colon == std::string_view::npos) return unreadable(part, "a day, a colon, a value");
    if (Status s = take(*day, trimmed(part.substr(colon + 1))); !s) return s;
  }
  return money::ok();
}

template <class T>
Status choose(std::string_view text, const std::map<std::string_view, T>& choices, T& target) {
  const auto found = choices.find(text);
  if (found == choices.end()) return unreadable(text, "one of the words of specs/README.md");
  target = found->second;
  return money::ok();
}

Status read_holiday_interest(std::string_view text, schedule::HolidayInterest& target) {
  using schedule::HolidayInterest;
  return choose<HolidayInterest>(text,
                                 {{"pay", HolidayInterest::pay},
                                  {"capitalise", HolidayInterest::capitalise},
                                  {"defer", HolidayInterest::defer},
                                  {"waive", HolidayInterest::waive}},
                                 target);
}

/// `2 to 3 defer, 7 to 7 waive`.
Status read_holidays(std::string_view text, schedule::Terms& terms) {
  for (const auto part : parts_of(text, ',')) {
    const auto words = parts_of(part, ' ');
    if (words.size() != 4 || words[1] != "to") return unreadable(part, "such as `2 to 3 defer`");
    schedule::PaymentHoliday holiday;
    if (Status s = put_whole(words[0], holiday.first_row); !s) return s;
    if (Status s = put_whole(words[2], holiday.last_row); !s) return s;
    if (Status s = read_holiday_interest(words[3], holiday.interest); !s) return s;
    terms.holidays.push_back(holiday);
  }
  return money::ok();
}

/// `1 2 7 capitalise`.
Status read_season(std::string_view text, schedule::Terms& terms) {
  auto words = parts_of(text, ' ');
  if (words.size() < 2) return unreadable(text, "months, then what their interest does");
  if (Status s = read_holiday_interest(words.back(), terms.season.interest); !s) return s;
  words.pop_back();
  for (const auto word : words) {
    const auto month = whole(word);
    if (!month || *month < 1 || *month > 12) return unreadable(word, "a month from 1 to 12");
    terms.season.months =
        static_cast<std::uint16_t>(terms.season.months | 1U << static_cast<unsigned>(*month - 1));
  }
  return money::ok();
}

/// `5 % every 12`.
Status read_step(std::string_view text, schedule::Terms& terms) {
  const auto every = text.find(" every ");
  if (every == std::string_view::npos) return unreadable(text, "such as `5 % every 12`");
  std::string_view growth = text.substr(0, every);
  const bool down = !growth.empty() && growth.front() == '-';
  if (down) growth.remove_prefix(1);
  const auto rate = money::Rate::parse(growth);
  if (!rate) return rate.error();
  terms.step_growth_e12 = down ? -rate->e12() : rate->e12();
  return put_whole(text.substr(every + 7), terms.step_every);
}

/// `0.6 %`, `5.00`, `0.6 % + 5.00`.
Status read_fee(std::string_view text, Currency currency, schedule::InstallmentFee& fee) {
  for (const auto part : parts_of(text, '+')) {
    if (part.back() != '%') {
      if (Status s = put_amount(part, currency, fee.amount_minor); !s) return s;
      continue;
    }
    const auto rate = money::Rate::parse(part);
    if (!rate) return rate.error();
    fee.rate = {rate->e12(), e12};
  }
  return money::ok();
}

/// `Sat Sun; free 2026-10-01 2026-10-02; worked 2026-10-10`.
Status read_calendar(std::string_view text, schedule::Terms& terms) {
  constexpr std::array<std::string_view, 7> names = {"Mon", "Tue", "Wed", "Thu",
                                                     "Fri", "Sat", "Sun"};
  schedule::Calendar::Days days{.name = "example", .free_weekdays = {}};
  for (const auto part : parts_of(text, ';')) {
    auto words = parts_of(part, ' ');
    std::vector<Day>* list = nullptr;
    if (words[0] == "free") list = &days.holidays;
    if (words[0] == "worked") list = &days.working_days;
    if (list != nullptr) words.erase(words.begin());
    for (const auto word : words) {
      if (list != nullptr) {
        const auto day = money::parse_day(word);
        if (!day) return day.error();
        list->push_back(*day);
        continue;
      }
      bool known = false;
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (names.at(i) != word) continue;
        days.free_weekdays.at(i) = known = true;
      }
      if (!known) return unreadable(word, "a weekday such as `Sat`, `free` or `worked`");
    }
  }
  auto calendar = schedule::Calendar::make(std::move(days));
  if (!calendar) return calendar.error();
  terms.business_days.calendar = std::make_shared<const schedule::Calendar>(std::move(*calendar));
  return money::ok();
}

/// `yearly on 01-01`, `anniversary`, `every 3 months`.
Status read_reset(std::string_view text, schedule::ResetRule& reset) {
  constexpr std::string_view yearly = "yearly on ";
  constexpr std::string_view every = "every ";
  if (text == "anniversary") return money::ok();
  if (text.starts_with(yearly)) {
    const auto day = money::parse_day("2024-" + std::string(text.substr(yearly.size())));
    if (!day) return day.error();
    const date::year_month_day civil{*day};
    reset.month = static_cast<std::uint8_t>(static_cast<unsigned>(civil.month()));
    reset.day = static_cast<std::uint8_t>(static_cast<unsigned>(civil.day()));
    return money::ok();
  }
  if (!text.starts_with(every) || !text.ends_with(" months"))
    return unreadable(text, "`yearly on 01-01`, `anniversary` or `every 3 months`");
  text.remove_prefix(every.size());
  text.remove_suffix(7);
  return put_whole(text, reset.every_months);
}

/// `half-up`, `up to 0.10`.
Status read_rounding(std::string_view text, Currency currency, money::Rounding& rounding) {
  const auto words = parts_of(text, ' ');
  if (words.empty() || (words.size() != 1 && (words.size() != 3 || words[1] != "to")))
    return unreadable(text, "such as `half-up` or `up to 1.00`");
  if (Status s = put(money::parse_rounding_mode(words[0]), rounding.mode); !s) return s;
  return words.size() == 1 ? money::ok() : put_amount(words[2], currency, rounding.multiple);
}

Status read_shares(std::string_view text, schedule::Terms& terms) {
  for (const auto word : parts_of(text, ' ')) {
    if (Status s = put_whole(word, terms.shares.emplace_back()); !s) return s;
  }
  return money::ok();
}

Status read_signed_rate(std::string_view text, std::int64_t& target) {
  const bool below = !text.empty() && text.front() == '-';
  const auto rate = money::Rate::parse(below ? text.substr(1) : text);
  if (!rate) return rate.error();
  target = below ? -rate->e12() : rate->e12();
  return money::ok();
}

Status read_days(std::string_view text, std::vector<Day>& target) {
  for (const auto word : parts_of(text, ' ')) {
    const auto day = money::parse_day(word);
    if (!day) return day.error();
    target.push_back(*day);
  }
  return money::ok();
}

using P = ExampleProvisions;
using V = std::string_view;

void add_amount_readers(std::map<V, ProvisionReader>& table) {
  table["balloon"] = [](V v, P& p, Currency c) { return put_amount(v, c, p.terms.balloon_minor); };
  table["down_payment"] = [](V v, P& p, Currency c) {
    return put_amount(v, c, p.terms.down_payment_minor);
  };
  table["carried_interest"] = [](V v, P& p, Currency c) {
    return put_amount(v, c, p.terms.carried_interest_minor);
  };
  table["installment"] = [](V v, P& p, Currency c) {
    return put_amount(v, c, p.terms.installment_minor);
  };
  table["drawdowns"] = [](V v, P& p, Currency c) {
    return each_day(v, [&](Day day, V amount) {
      return put_amount(amount, c,
                        p.terms.drawdowns.emplace_back(schedule::Drawdown{day}).amount_minor);
    });
  };
  table["fee"] = [](V v, P& p, Currency c) { return read_fee(v, c, p.terms.fee); };
  table["fee_rounding"] = [](V v, P& p, Currency c) {
    return read_rounding(v, c, p.terms.fee.rounding);
  };
  table["fee_in_total"] = [](V v, P& p, Currency) {
    return put_yes(v, p.terms.fee.rounded_in_total);
  };
  table["fee_upfront"] = [](V v, P& p, Currency) { return put_yes(v, p.terms.fee.upfront); };
}

void add_shape_readers(std::map<V, ProvisionReader>& table) {
  table["principal_free"] = [](V v, P& p, Currency) {
    return put_whole(v, p.terms.principal_free_periods);
  };
  table["interest_free"] = [](V v, P& p, Currency) {
    return put_whole(v, p.terms.interest_free_periods);
  };
  table["amortization"] = [](V v, P& p, Currency) {
    return put_whole(v, p.terms.amortization_installments);
  };
  table["step"] = [](V v, P& p, Currency) { return read_step(v, p.terms); };
  table["negative_amortization"] = [](V v, P& p, Currency) {
    return put_yes(v, p.terms.negative_amortization);
  };
  table["shares"] = [](V v, P& p, Currency) { return read_shares(v, p.terms); };
  table["holidays"] = [](V v, P& p, Currency) { return read_holidays(v, p.terms); };
  table["season"] = [](V v, P& p, Currency) { return read_season(v, p.terms); };
  table["remainder"] = [](V v, P& p, Currency) {
    using schedule::Remainder;
    return choose<Remainder>(
        v, {{"last", Remainder::last}, {"first", Remainder::first}, {"spread", Remainder::spread}},
        p.terms.remainder);
  };
}

void add_time_readers(std::map<V, ProvisionReader>& table) {
  table["last_due"] = [](V v, P& p, Currency) {
    return put(money::parse_day(v), p.terms.last_due);
  };
  table["calendar"] = [](V v, P& p, Currency) { return read_calendar(v, p.terms); };
  table["roll"] = [](V v, P& p, Currency) {
    return put(schedule::parse_roll(v), p.terms.business_days.roll);
  };
  table["interest_follows"] = [](V v, P& p, Currency) {
    return put_yes(v, p.terms.business_days.interest_follows);
  };
  table["daily_interest_digits"] = [](V v, P& p, Currency) {
    return put_whole(v, p.terms.daily_interest_digits.emplace());
  };
}

void add_rate_readers(std::map<V, ProvisionReader>& table) {
  table["rate_changes"] = [](V v, P& p, Currency) {
    return each_day(v, [&](Day day, V rate) {
      return put(money::Rate::parse(rate),
                 p.terms.rate_changes.emplace_back(schedule::RateChange{day}).rate);
    });
  };
  table["repricing"] = [](V v, P& p, Currency) {
    using schedule::Repricing;
    return choose<Repricing>(v,
                             {{"ahead", Repricing::ahead},
                              {"at-change", Repricing::at_change},
                              {"keep", Repricing::keep}},
                             p.terms.repricing);
  };
  table["index"] = [](V v, P& p, Currency) {
    return each_day(v, [&](Day day, V rate) {
      return put(money::Rate::parse(rate),
                 p.index.points.emplace_back(schedule::IndexPoint{day}).value);
    });
  };
  table["spread"] = [](V v, P& p, Currency) {
    return read_signed_rate(v, p.index.floating.spread_e12);
  };
  table["cap"] = [](V v, P& p, Currency) {
    return put(money::Rate::parse(v), p.index.floating.cap);
  };
  table["floor"] = [](V v, P& p, Currency) {
    return put(money::Rate::parse(v), p.index.floating.floor);
  };
  table["rise_max"] = [](V v, P& p, Currency) {
    return put(money::Rate::parse(v), p.index.floating.rise_max);
  };
  table["fall_max"] = [](V v, P& p, Currency) {
    return put(money::Rate::parse(v), p.index.floating.fall_max);
  };
  table["reset"] = [](V v, P& p, Currency) { return read_reset(v, p.index.reset); };
  table["fixing_lag_days"] = [](V v, P& p, Currency) {
    return put_whole(v, p.index.fixing_lag_days);
  };
  table["resets"] = [](V v, P& p, Currency) { return read_days(v, p.index.floating.resets); };
}

}  // namespace

const std::map<std::string_view, ProvisionReader>& provision_readers() {
  static const auto table = [] {
    std::map<V, ProvisionReader> readers;
    add_amount_readers(readers);
    add_shape_readers(readers);
    add_time_readers(readers);
    add_rate_readers(readers);
    return readers;
  }();
  return table;
}

schedule::Terms with_provisions(schedule::Terms terms, const ExampleProvisions& provisions) {
  schedule::Terms result = provisions.terms;
  result.method = terms.method;
  result.currency = terms.currency;
  result.principal_minor = terms.principal_minor;
  result.rate = terms.rate;
  result.installments = terms.installments;
  result.frequency = terms.frequency;
  result.disbursed = terms.disbursed;
  result.first_due = terms.first_due;
  result.due_day = terms.due_day;
  result.basis = terms.basis;
  result.day_count = terms.day_count;
  result.odd_first = terms.odd_first;
  result.interest = terms.interest;
  result.installment = terms.installment;
  return result;
}

}  // namespace loanbook::specs
