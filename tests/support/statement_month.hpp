#pragma once

// A month of payments, the statement a bank would send of it, and the breaks that were planted in
// it. Depends on the seed alone. Amounts in fen.

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "loanbook/ledger/reconciliation/matching.hpp"

namespace loanbook::test {

inline constexpr std::uint32_t no_place = UINT32_MAX;

/// What the book knows.
struct MonthPayment {
  std::string loan;
  std::string reference;
  std::int64_t minor = 0;
  money::Day day{};
};
/// What the bank says.
struct MonthLine {
  money::Day day{};
  std::int64_t minor = 0;
  std::string reference, bank_reference, text;
  std::uint32_t count = 0;
  std::uint32_t payment =
      no_place;  ///< the one it is the money of; none for those that are planted
};
/// What was planted: lines and payments by their place, ascending.
struct Planted {
  ledger::Outcome outcome;
  std::vector<std::uint32_t> lines;
  std::vector<std::uint32_t> payments;
  auto operator<=>(const Planted&) const = default;
};

class StatementMonth {
 public:
  using Outcome = ledger::Outcome;

  /// About `size` lines, five breaks in a thousand. `round` in a hundred payments are of a few
  /// round amounts, as people pay.
  StatementMonth(std::uint64_t seed, std::uint32_t size, std::uint32_t loans,
                 std::uint32_t round = 0, money::Day first = money::day_from_number(20727),
                 int days = 31)
      : random_(seed), loans_(loans), round_(round), first_(first), days_(days) {
    const std::uint32_t every = 200;
    std::uint32_t next = every / 2;
    std::uint32_t kind = 0;
    while (lines_.size() < size) {
      if (lines_.size() >= next) {
        plant(kind++);
        next += every;
      } else {
        ordinary();
      }
    }
    in_order_of_days();
  }

  [[nodiscard]] const std::vector<MonthPayment>& payments() const { return payments_; }
  [[nodiscard]] const std::vector<MonthLine>& lines() const { return lines_; }
  /// Sorted.
  [[nodiscard]] const std::vector<Planted>& planted() const { return planted_; }
  [[nodiscard]] money::Day first() const { return first_; }
  [[nodiscard]] money::Day last() const { return first_ + date::days{days_ - 1}; }

 private:
  std::uint64_t pick(std::uint64_t n) { return random_() % n; }
  static std::string digits(std::uint64_t n) {
    std::string text = std::to_string(n);
    return std::string(text.size() < 8 ? 8 - text.size() : 0, '0') + text;
  }

  std::uint32_t pay(std::string reference = {}) {
    const auto number = static_cast<std::uint32_t>(payments_.size());
    // A payment of the last days may reach the bank after the month: nobody plants a break there.
    const auto day =
        first_ + date::days{static_cast<int>(pick(static_cast<std::uint64_t>(days_ - 4)))};
    if (reference.empty()) reference = "PAY" + digits(number);
    const bool is_round = round_ != 0 && pick(100) < round_;
    const auto minor =
        static_cast<std::int64_t>(is_round ? (1 + pick(20)) * 500'00 : 10'00 + pick(9'990'00));
    payments_.push_back({"LN-" + digits(pick(loans_)), std::move(reference), minor, day});
    return number;
  }
  std::uint32_t line(std::uint32_t payment, std::string reference, std::int64_t minor,
                     int days_after) {
    const auto number = static_cast<std::uint32_t>(lines_.size());
    lines_.push_back({std::min(payments_[payment].day + date::days{days_after}, last()), minor,
                      std::move(reference), "BK" + digits(number), "repayment", 0, payment});
    return number;
  }
  int usual_delay() { return static_cast<int>(pick(3)); }

  void ordinary() {
    const std::uint32_t p = pay();
    const std::uint64_t way = pick(100);
    const std::uint32_t l =
        line(p, way < 88 ? payments_[p].reference : "", payments_[p].minor, usual_delay());
    if (way >= 88 && way < 98) lines_[l].text = "repayment of loan " + payments_[p].loan;
  }

  void plant(std::uint32_t kind) {
    constexpr std::uint32_t kinds = 8;
    const bool other_way = kind / kinds % 2 == 1;
    switch (kind % kinds) {
      case 0:
        return missing(other_way);
      case 1:
        return doubled(other_way);
      case 2: {
        const std::uint32_t p = pay();
        const auto off = static_cast<std::int64_t>(1 + pick(5'00));
        const std::int64_t minor = payments_[p].minor + (other_way ? off : -off);
        return add(Outcome::different_amount,
                   {line(p, payments_[p].reference, minor, usual_delay())}, {p});
      }
      case 3: {
        const std::uint32_t p = pay();
        const std::string wrong =
            other_way && p > 100 ? payments_[p - 100].reference : payments_[p].reference + "X";
        return add(Outcome::wrong_reference, {line(p, wrong, payments_[p].minor, usual_delay())},
                   {p});
      }
      case 4:
        return batch(other_way);
      case 5:
        return split(other_way);
      case 6: {
        const std::uint32_t p = pay();
        payments_[p].day = first_ + date::days{static_cast<int>(pick(10))};
        return add(
            Outcome::late,
            {line(p, payments_[p].reference, payments_[p].minor, 8 + static_cast<int>(pick(10)))},
            {p});
      }
      default: {
        const std::uint32_t p = pay();
        line(p, payments_[p].reference, payments_[p].minor, 0);
        return add(Outcome::returned,
                   {line(p, payments_[p].reference, -payments_[p].minor, 1 + usual_delay())}, {p});
      }
    }
  }
  void missing(bool there) {
    const std::uint32_t p = pay();
    if (there) return add(Outcome::missing_there, {}, {p});
    add(Outcome::missing_here, {line(p, payments_[p].reference, payments_[p].minor, 0)}, {});
    never_recorded_.insert(p);
  }
  void doubled(bool next_day) {
    const std::uint32_t p = pay();
    line(p, payments_[p].reference, payments_[p].minor, 0);
    add(Outcome::doubled, {line(p, payments_[p].reference, payments_[p].minor, next_day ? 1 : 0)},
        {p});
  }
  /// Named by the beginning of its references, or by nothing but the number of payments.
  void batch(bool nameless) {
    const std::string name = "BAT" + digits(lines_.size());
    std::vector<std::uint32_t> members;
    const std::uint64_t size = nameless ? 2 + pick(2) : 3 + pick(10);
    std::int64_t sum = 0;
    for (std::uint64_t i = 0; i < size; ++i) {
      members.push_back(pay(nameless ? "" : name + "-" + std::to_string(i + 1)));
      payments_.back().day = payments_[members.front()].day;
      sum += payments_.back().minor;
    }
    const std::uint32_t l = line(members.front(), nameless ? "SAMMEL" + name : name, sum, 0);
    lines_[l].count = static_cast<std::uint32_t>(size);
    add(Outcome::batch, {l}, members);
  }
  void split(bool numbered) {
    const std::uint32_t p = pay();
    const std::int64_t part = payments_[p].minor / 3;
    const std::string& reference = payments_[p].reference;
    const auto name = [&](int i) {
      return numbered ? reference + "/" + std::to_string(i) : reference;
    };
    add(Outcome::split, {line(p, name(1), part, 0), line(p, name(2), payments_[p].minor - part, 1)},
        {p});
  }
  void add(Outcome outcome, std::vector<std::uint32_t> lines, std::vector<std::uint32_t> payments) {
    for (const std::uint32_t l : lines) lines_[l].payment = no_place;
    planted_.push_back({outcome, std::move(lines), std::move(payments)});
  }

  /// Banks and books write by day; places follow.
  void in_order_of_days() {
    const auto places_of = [](const auto& all) {
      std::vector<std::uint32_t> order(all.size());
      for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
      std::stable_sort(order.begin(), order.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return all[a].day < all[b].day; });
      return order;
    };
    const std::vector<std::uint32_t> line_order = places_of(lines_);
    std::vector<std::uint32_t> payment_order = places_of(payments_);
    std::erase_if(payment_order, [&](std::uint32_t p) { return never_recorded_.contains(p); });
    std::vector<std::uint32_t> line_place(lines_.size());
    std::vector<std::uint32_t> payment_place(payments_.size());
    std::vector<MonthLine> lines;
    std::vector<MonthPayment> payments;
    for (const std::uint32_t l : line_order) {
      line_place[l] = static_cast<std::uint32_t>(lines.size());
      lines.push_back(std::move(lines_[l]));
    }
    for (const std::uint32_t p : payment_order) {
      payment_place[p] = static_cast<std::uint32_t>(payments.size());
      payments.push_back(std::move(payments_[p]));
    }
    lines_ = std::move(lines);
    payments_ = std::move(payments);
    for (MonthLine& line : lines_)
      if (line.payment != no_place) line.payment = payment_place[line.payment];
    for (Planted& each : planted_) {
      for (std::uint32_t& l : each.lines) l = line_place[l];
      for (std::uint32_t& p : each.payments) p = payment_place[p];
      std::sort(each.lines.begin(), each.lines.end());
      std::sort(each.payments.begin(), each.payments.end());
    }
    std::sort(planted_.begin(), planted_.end());
  }

  std::mt19937_64 random_;
  std::uint32_t loans_, round_;
  money::Day first_;
  int days_;
  std::vector<MonthPayment> payments_;
  std::vector<MonthLine> lines_;
  std::vector<Planted> planted_;
  std::set<std::uint32_t> never_recorded_;
};

/// The rules of examples/reconciliation/bank.toml.
inline ledger::MatchRules month_rules() {
  using ledger::MatchBy;
  ledger::MatchRules rules;
  rules.name = "bank";
  for (const MatchBy by :
       {MatchBy::reference, MatchBy::part, MatchBy::group, MatchBy::loan, MatchBy::amount})
    rules.rules.push_back({.by = by, .days_before = 1, .days_after = 3});
  rules.rules.push_back({.by = MatchBy::sum, .days_before = 0, .days_after = 1});
  return rules;
}

}  // namespace loanbook::test
