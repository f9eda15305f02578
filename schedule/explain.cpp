#include "loanbook/schedule/explain.hpp"

#include "loanbook/money/money.hpp"
#include "loanbook/money/rounding.hpp"
#include "loanbook/schedule/general_plan.hpp"

namespace loanbook::schedule {
namespace {

using money::Int128;

constexpr unsigned decimals_shown = 6;  // beyond the minor unit

std::string amount(std::int64_t minor, const Terms& terms) {
  return money::text_of_minor(minor, terms.currency.digits);
}

/// numerator / denominator minor units with more decimals than can be paid; `...` where it goes on.
std::string exact(Int128 numerator, Int128 denominator, const Terms& terms) {
  auto [whole, rest] = money::divide(numerator, denominator);
  std::int64_t digits = static_cast<std::int64_t>(whole);
  unsigned shown = 0;
  std::string fraction;
  for (; rest != 0 && shown < decimals_shown; ++shown) {
    const auto digit = money::divide(rest * 10, denominator);
    fraction.push_back(static_cast<char>('0' + static_cast<int>(digit.quotient)));
    rest = digit.remainder;
  }
  std::string text = amount(digits, terms);
  if (!fraction.empty() && terms.currency.digits == 0) text += '.';
  text += fraction;
  if (rest != 0) text += "...";
  return text;
}

std::string rule(money::Rounding rounding, const Terms& terms) {
  return std::string(to_text(rounding.mode)) + " to " + amount(rounding.multiple, terms);
}

std::string time_of(const InterestPiece& piece) {
  const std::string fraction =
      std::to_string(piece.time.numerator) + "/" + std::to_string(piece.time.denominator);
  if (piece.months != 0)
    return std::to_string(piece.months) + (piece.months == 1 ? " month" : " months") + " (" +
           fraction + " year)";
  return std::to_string(piece.days) + (piece.days == 1 ? " day" : " days") + " (" + fraction +
         " year)";
}

std::string interest_lines(const ExplainedRow& row, const Terms& terms) {
  std::string text;
  for (const InterestPiece& piece : row.pieces) {
    text += "  interest from " + money::to_text(piece.from) + " to " + money::to_text(piece.to) +
            ": " + amount(piece.balance, terms) + " x " + piece.rate.percent_text() + " x " +
            time_of(piece) + "\n";
  }
  if (terms.method == Method::flat) {
    return text +
           "  flat: the interest of the whole life on the original principal, in equal "
           "parts = " +
           amount(row.interest_of_period, terms) + "\n";
  }
  if (terms.daily_interest_digits)
    text += "  each day rounded to " + std::to_string(*terms.daily_interest_digits) +
            " decimals before it is added\n";
  return text + "  = " + exact(row.exact_numerator, row.exact_denominator, terms) + ", " +
         rule(terms.interest, terms) + " = " + amount(row.interest_of_period, terms) + "\n";
}

std::string principal_line(const ExplainedRow& row, const Terms& terms) {
  const std::string principal = amount(row.row.principal, terms);
  switch (row.principal_rule) {
    case PrincipalRule::installment_less_interest:
      return "installment " + amount(row.target, terms) + " - interest " +
             amount(row.target - row.row.principal, terms) + " = " + principal;
    case PrincipalRule::equal_part:
      return "an equal part, " + rule(terms.installment, terms) + " = " + principal;
    case PrincipalRule::share:
      return "its share of the principal, " + rule(terms.installment, terms) + " = " + principal;
    case PrincipalRule::none:
      return "none in this row";
    case PrincipalRule::rest:
      return "the last row repays what is left = " + principal;
    case PrincipalRule::capitalised:
      return "nothing is paid, the interest joins the balance = " + principal;
    case PrincipalRule::whole_balance:
      return "no more than the balance = " + principal;
    case PrincipalRule::down_payment:
      return "down payment = " + principal;
  }
  return principal;
}

/// As a percentage where twelve decimals hold it, else as the fraction it is.
std::string part_text(money::Ratio part) {
  const auto [e12, rest] =
      money::divide(Int128{part.numerator} * 1'000'000'000'000, part.denominator);
  if (rest == 0) return money::Rate::of_e12(static_cast<std::int64_t>(e12)).percent_text();
  return std::to_string(part.numerator) + "/" + std::to_string(part.denominator);
}

/// What the fee is reckoned on; who takes the remainder shows in the figure.
std::string fee_line(const ExplainedRow& row, const Terms& terms) {
  const InstallmentFee& fee = terms.fee;
  std::string text;
  if (fee.rate.numerator != 0) {
    text = part_text(fee.rate) + " of " +
           amount(terms.principal_minor - terms.down_payment_minor, terms);
  }
  if (fee.amount_minor != 0) text += (text.empty() ? "" : " + ") + amount(fee.amount_minor, terms);
  if (fee.rounded_in_total) text += ", of all rows together in equal parts";
  if (fee.upfront) text += ", all rows at once";
  return text + ", " + rule(fee.rounding, terms) + " = " + amount(row.row.fee, terms);
}

}  // namespace

Explanation explain(const Terms& terms) {
  Explanation explanation;
  static_cast<void>(general_plan(terms, &explanation));
  return explanation;
}

std::string to_text(const ExplainedRow& row, const Terms& terms) {
  std::string text = "row " + std::to_string(row.row.no) + ", due " + money::to_text(row.row.due) +
                     ": payment " + amount(row.row.payment(), terms) + "\n";
  if (row.drawn != 0) text += "  paid out within the period: " + amount(row.drawn, terms) + "\n";
  if (!row.pieces.empty()) text += interest_lines(row, terms);
  if (row.interest_deferred != 0)
    text += "  deferred to the next row that pays: " + amount(row.interest_deferred, terms) + "\n";
  if (row.interest_carried != 0)
    text += "  interest of earlier days, paid here: " + amount(row.interest_carried, terms) + "\n";
  text += "  principal: " + principal_line(row, terms) + "\n";
  if (row.row.fee != 0) text += "  fee: " + fee_line(row, terms) + "\n";
  const bool falls = row.row.principal >= 0;
  return text + "  balance: " + amount(row.balance_before + row.drawn, terms) +
         (falls ? " - " : " + ") + amount(falls ? row.row.principal : -row.row.principal, terms) +
         " = " + amount(row.row.balance, terms) + "\n";
}

std::string to_text(const SolvedInstallment& solved, const Terms& terms) {
  return "installment from row " + std::to_string(solved.from_row) + ": repays " +
         amount(solved.balance, terms) + " over " + std::to_string(solved.rows) +
         (solved.rows == 1 ? " row" : " rows") + ", exactly " +
         exact(solved.exact_e12, 1'000'000'000'000, terms) + ", " + rule(terms.installment, terms) +
         " = " + amount(solved.rounded, terms) + "\n";
}

}  // namespace loanbook::schedule
