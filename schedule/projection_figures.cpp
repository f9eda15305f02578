#include "loanbook/schedule/projection_figures.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <stdexcept>

namespace loanbook::schedule {
namespace {

namespace mp = boost::multiprecision;
using Wide = mp::int512_t;  // three figures and a day count: 127 + 127 + 64 bits
using Checked = mp::checked_int1024_t;

constexpr unsigned binary_places = 192;  // of discount factors
// It has no opposite, so no result is it.
constexpr Figure least = -static_cast<Figure>(static_cast<money::Uint128>(-1) >> 1) - 1;

template <class Number>
Number rounded_quotient(Number numerator, Number denominator) {
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  const Number half = denominator / 2;
  return numerator < 0 ? Number((numerator - half) / denominator)
                       : Number((numerator + half) / denominator);
}

template <class Number>
std::optional<Figure> figure_of(const Number& number) {
  const Number end = Number(1) << 127;
  if (number >= end || number <= -end) return std::nullopt;
  return static_cast<Figure>(number);
}

}  // namespace

Figure Figures::sum(Figure a, Figure b) {
  Figure result = 0;
  if (money::add(a, b, &result) && result != least) return result;
  overflow();
  return 0;
}

Figure Figures::difference(Figure a, Figure b) {
  Figure result = 0;
  if (money::subtract(a, b, &result) && result != least) return result;
  overflow();
  return 0;
}

Figure Figures::product(Figure a, Figure b) { return interest(a, b, {1, 1}); }

Figure Figures::ratio(Figure a, Figure b) {
  if (b == 0) {
    overflow();
    return 0;
  }
  const auto figure = figure_of(rounded_quotient<Wide>(Wide(a) * Wide(figure_one), Wide(b)));
  if (!figure) overflow();
  return figure.value_or(0);
}

Figure Figures::interest(Figure base, Figure rate, Fraction time) {
  const Wide numerator = Wide(base) * Wide(rate) * time.numerator;
  const auto figure =
      figure_of(rounded_quotient<Wide>(numerator, Wide(figure_one) * time.denominator));
  if (!figure) overflow();
  return figure.value_or(0);
}

std::optional<Figure> annuity_payment(const AnnuityDebt& debt) {
  const Checked one = Checked(1) << binary_places;
  try {
    const Checked scale = Checked(figure_one) * debt.first.denominator;
    const Checked owed = (Checked(debt.principal) + debt.accrued) * scale +
                         Checked(debt.principal) * debt.rate * debt.first.numerator;
    Checked discount = one;
    Checked discounts = one;
    for (const Fraction& time : debt.later) {
      const Checked unit = Checked(figure_one) * time.denominator;
      const Checked growth = unit + Checked(debt.rate) * time.numerator;
      if (growth <= 0) return std::nullopt;
      discount = rounded_quotient<Checked>(discount * unit, growth);
      discounts += discount;
    }
    return figure_of(rounded_quotient<Checked>(owed * one, discounts * scale));
  } catch (const std::exception&) {  // Boost's checked arithmetic
    return std::nullopt;
  }
}

std::optional<std::uint32_t> payments_until_repaid(Figure principal, Figure payment, Figure rate,
                                                   Fraction time) {
  const Wide scale = Wide(figure_one) * time.denominator;
  const Wide part = Wide(payment) * scale - Wide(principal) * Wide(rate) * time.numerator;
  if (part <= 0) return std::nullopt;
  const Wide count = (Wide(principal) * scale + part - 1) / part;
  if (count > payments_max) return std::nullopt;
  return static_cast<std::uint32_t>(count);
}

}  // namespace loanbook::schedule
