#pragma once

// A random portfolio with a fixed seed: products of every method, day count and rounding, loans,
// and repayments that come on time, late, early, backdated or are taken back. The commands depend
// on the seed alone, so any two books can be fed the same.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ledger/support.hpp"

namespace loanbook::test {

struct DayOfCommands {
  Day day;
  std::vector<Command> commands;
};

class Scenario {
 public:
  /// `reversals` false: every command that is refused once is refused for ever, so a scenario can
  /// be sent again from its start.
  Scenario(std::uint64_t seed, int loans, int days, bool reversals = true)
      : random_(seed), reversals_(reversals) {
    const Day begin = test::day("2023-11-20");
    products();
    for (int d = 0; d < days; ++d) {
      DayOfCommands& today = days_.emplace_back(DayOfCommands{begin + date::days{d}, {}});
      if (d == 0) today.commands = publish_;
      const int opened = loans * 2 / days + 1;
      for (int i = 0; i < opened && static_cast<int>(loans_.size()) < loans; ++i) open(today);
      for (int i = 0; i < opened; ++i) repay(today);
      for (Command& command : today.commands) {
        command.source = "scenario";
        command.key = std::to_string(++keys_);
      }
    }
  }
  [[nodiscard]] const std::vector<DayOfCommands>& days() const { return days_; }
  [[nodiscard]] std::size_t size() const {
    std::size_t all = 0;
    for (const auto& d : days_) all += d.commands.size();
    return all;
  }

 private:
  std::uint64_t pick(std::uint64_t n) { return random_() % n; }

  void products() {
    using schedule::DayCount;
    using schedule::Method;
    const Method methods[] = {Method::level, Method::equal_principal, Method::interest_first,
                              Method::bullet, Method::revolving};
    const DayCount counts[] = {DayCount::act_360,       DayCount::act_365f,
                               DayCount::act_act_isda,  DayCount::thirty_360,
                               DayCount::thirty_360_us, DayCount::thirty_e_360};
    const money::RoundingMode modes[] = {money::RoundingMode::half_up,
                                         money::RoundingMode::half_even, money::RoundingMode::up,
                                         money::RoundingMode::down};
    for (int i = 0; i < 30; ++i) {
      Product p = product_of(methods[i % 5], "p" + std::to_string(i));
      p.day_count = counts[i % 6];
      p.accrual_rounding = modes[i % 4];
      p.grace_days = static_cast<std::uint16_t>(i % 3 * 2);
      p.grace_mode = i % 7 == 0 ? schedule::GraceMode::shift : schedule::GraceMode::waive_if_paid;
      p.compound = static_cast<CompoundRate>(i % 3);
      p.prepayment = i % 4 == 0 ? Prepayment::hold : Prepayment::settle;
      p.frequency =
          i % 5 == 1 ? schedule::Frequency{schedule::PeriodUnit::week, 2} : schedule::Frequency{};
      if (i % 5 == 1) p.basis = schedule::InterestBasis::daily;
      if (i % 9 == 2) p.allocation.ordinary.mode = schedule::AllocationMode::horizontal;
      if (i % 3 == 1) p.accounting.basis = AccountingBasis::cash;
      if (i % 4 == 2) p.accounting.tax = {60'000'000'000, tax_on_interest | tax_on_penalty};
      publish_.push_back(publish(p));
    }
  }
  void open(DayOfCommands& today) {
    const std::string id = "loan-" + std::to_string(loans_.size());
    const std::string amount =
        std::to_string(1 + pick(50'000)) + "." + std::to_string(10 + pick(90));
    const auto product = pick(publish_.size());
    Command command = lend(id, "p" + std::to_string(product), amount);
    auto& terms = std::get<OpenAndDisburse>(command.event).terms;
    terms.installments = 1 + static_cast<std::uint32_t>(pick(6));
    terms.rate = "0." + std::to_string(10 + pick(26));
    if (pick(6) == 0) command.value_date = today.day - date::days{pick(40)};
    loans_.push_back({id, command.value_date.value_or(today.day)});
    today.commands.push_back(std::move(command));
  }
  void repay(DayOfCommands& today) {
    if (loans_.empty()) return;
    const auto& loan = loans_[pick(loans_.size())];
    Command command =
        pay(loan.id, std::to_string(1 + pick(9000)) + "." + std::to_string(10 + pick(90)));
    if (pick(4) == 0) command.value_date = std::max(loan.lent, today.day - date::days{pick(30)});
    command.channel = loan.id.ends_with('3') ? "wallet" : loan.id.ends_with('7') ? "card" : "";
    if (pick(12) == 0 && reversals_) command = {.event = Reverse{40 + pick(400)}};
    today.commands.push_back(std::move(command));
  }

  struct Loan {
    std::string id;
    Day lent;
  };
  std::mt19937_64 random_;
  bool reversals_;
  std::vector<Command> publish_;
  std::vector<Loan> loans_;
  std::vector<DayOfCommands> days_;
  std::uint64_t keys_ = 0;
};

/// Plays one day: every command, `group` at a time, then its night. Refusals (a closed loan, an
/// unknown entry) are part of the game.
inline void play(Book& book, const DayOfCommands& today, std::size_t group, unsigned threads) {
  const std::span<const Command> all(today.commands);
  for (std::size_t i = 0; i < all.size(); i += group) {
    for (const auto& result : book.record_each(all.subspan(i, std::min(group, all.size() - i)))) {
      if (!result && result.error().id.starts_with("integrity")) FAIL(result.error().message);
      if (!result && result.error().id.starts_with("store")) FAIL(result.error().message);
    }
  }
  must(book.close_through(today.day, {.threads = threads}));
}

}  // namespace loanbook::test
