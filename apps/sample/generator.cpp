#include "generator.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "loanbook/schedule/plan.hpp"

namespace loanbook::sample {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the standard library's distributions differ between
// libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31U);
  }
  /// 0 .. below-1.
  std::uint32_t below(std::uint32_t below) { return static_cast<std::uint32_t>(next() % below); }
  template <class T>
  const T& pick(std::span<const T> of) {
    return of[below(static_cast<std::uint32_t>(of.size()))];
  }

 private:
  std::uint64_t state_;
};

enum class Habit { on_time, early, settles, late, stops };

Habit habit(Random& random) {
  const auto percent = random.below(100);
  if (percent < 72) return Habit::on_time;
  if (percent < 79) return Habit::early;
  if (percent < 83) return Habit::settles;
  if (percent < 93) return Habit::late;
  return Habit::stops;
}

// What a customer asks for: shorter and smaller than the product would allow.
std::uint32_t installments_for(const ledger::Product& product, Random& random) {
  if (product.method == schedule::Method::bullet) {
    constexpr std::array<std::uint32_t, 4> days{14, 21, 30, 45};
    return std::clamp(random.pick<std::uint32_t>(days), product.installments_min,
                      product.installments_max);
  }
  constexpr std::array<std::uint32_t, 4> months{3, 6, 12, 24};
  return std::clamp(random.pick<std::uint32_t>(months), product.installments_min,
                    product.installments_max);
}

std::int64_t principal_for(const ledger::Product& product, Random& random) {
  std::int64_t hundred = 100;
  for (unsigned i = 0; i < product.currency.digits; ++i) hundred *= 10;
  const std::int64_t steps =
      2 + random.below(product.method == schedule::Method::bullet ? 30 : 180);
  return std::clamp(steps * hundred, product.amount_min_minor, product.amount_max_minor);
}

class Generator {
 public:
  Generator(const Settings& settings, const std::vector<ledger::Product>& products)
      : settings_(settings),
        products_(products),
        random_(settings.seed),
        end_(settings.from + date::days{settings.days}) {}

  Portfolio run() {
    for (std::uint32_t i = 0; i < settings_.loans; ++i) add_loan();
    std::stable_sort(portfolio_.loans.begin(), portfolio_.loans.end(),
                     [](const auto& a, const auto& b) { return a.date < b.date; });
    std::stable_sort(portfolio_.payments.begin(), portfolio_.payments.end(),
                     [](const auto& a, const auto& b) { return a.arrives < b.arrives; });
    return std::move(portfolio_);
  }

 private:
  void add_loan() {
    const auto& product = products_[random_.below(static_cast<std::uint32_t>(products_.size()))];
    const std::uint32_t number = ++number_;
    // The smaller of two draws: more loans on early days.
    const auto spread = std::max(1U, settings_.days * 3 / 4);
    const auto offset = std::min(random_.below(spread), random_.below(spread));
    ledger::LoanTerms terms;
    terms.principal_minor = principal_for(product, random_);
    terms.installments = installments_for(product, random_);
    terms.rate = product.rate_default;
    const money::Day date = settings_.from + date::days{offset};
    portfolio_.loans.push_back({date, product.id, text(terms.principal_minor, product),
                                terms.rate.percent_text(), terms.installments, number});
    if (product.method == schedule::Method::revolving) {
      repay_at_will(product, terms, date, number);
    } else {
      repay_by_plan(product, schedule::make_plan(schedule_terms(product, terms, date)), number);
    }
  }

  void repay_by_plan(const ledger::Product& product, const schedule::Plan& plan,
                     std::uint32_t number) {
    for (const auto& row : plan.rows) {
      if (row.due >= end_) return;
      switch (habit(random_)) {
        case Habit::on_time:
          pay(product, number, row.due, row.payment());
          break;
        case Habit::early:
          pay(product, number, row.due - date::days{1 + random_.below(6)}, row.payment());
          break;
        case Habit::settles:
          pay(product, number, row.due, row.payment() + row.balance);
          return;
        case Habit::late:
          // A round sum that also covers what lateness costs.
          pay(product, number, row.due + date::days{2 + random_.below(35)},
              (row.payment() / 1000 + 2) * 1000);
          return;
        case Habit::stops:
          return;
      }
    }
  }

  void repay_at_will(const ledger::Product& product, const ledger::LoanTerms& terms,
                     money::Day date, std::uint32_t number) {
    const auto times = random_.below(4);
    money::Day day = date;
    for (std::uint32_t i = 0; i < times; ++i) {
      day += date::days{3 + random_.below(25)};
      pay(product, number, day, terms.principal_minor / (4 + random_.below(6)));
    }
  }

  void pay(const ledger::Product& product, std::uint32_t number, money::Day day,
           std::int64_t minor) {
    // One in fifty is heard of days after it happened.
    const auto delay = random_.below(50) == 0 ? 1 + random_.below(6) : 0;
    const money::Day arrives = day + date::days{delay};
    if (arrives >= end_ || minor <= 0) return;
    portfolio_.payments.push_back({day, arrives, number, text(minor, product)});
  }

  static std::string text(std::int64_t minor, const ledger::Product& product) {
    return money::text_of_minor(minor, product.currency.digits);
  }

  const Settings& settings_;
  const std::vector<ledger::Product>& products_;
  Random random_;
  money::Day end_;
  std::uint32_t number_ = 0;
  Portfolio portfolio_;
};

}  // namespace

Portfolio generate(const Settings& settings, const std::vector<ledger::Product>& products) {
  return Generator(settings, products).run();
}

}  // namespace loanbook::sample
