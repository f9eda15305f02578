#include <algorithm>
#include <array>
#include <numeric>

#include "loanbook/money/decimal.hpp"
#include "loanbook/money/split.hpp"
#include "loanbook/schedule/line.hpp"
#include "loanbook/schedule/plan.hpp"
#include "loanbook/schedule/quota.hpp"
#include "loanbook/schedule/rates.hpp"
#include "tables.hpp"

namespace loanbook::specs {
namespace {

using money::Int128;

std::string integer_text(Int128 value) { return money::text_of_minor(value, 0); }

std::string fraction_text(Int128 numerator, Int128 denominator) {
  Int128 a = numerator < 0 ? -numerator : numerator;
  Int128 b = denominator;
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return integer_text(numerator / a) +
         (denominator == a ? "" : "/" + integer_text(denominator / a));
}

struct Exact {
  Int128 numerator = 1;
  Int128 denominator = 1;
};

/// `1201.20 x 0.05 / 12`: decimals and `%`, multiplied and divided from left to right without
/// rounding.
Exact exact_cell(const Table& table, const TableRow& row) {
  std::string_view text = table.text(row, "exact");
  Exact value;
  bool divide = false;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (word == "x" || word == "/") {
      divide = word == "/";
      continue;
    }
    const auto point = word.find('.');
    const auto digits =
        static_cast<unsigned>(point == std::string_view::npos ? 0 : word.size() - point - 1);
    const auto number = money::parse_decimal(word, digits);
    if (!number) throw Failure{row.line, "exact: " + number.error().message};
    Int128 scale = 1;
    for (unsigned i = 0; i < digits; ++i) scale *= 10;
    const Int128 up = divide ? scale : *number;
    const Int128 down = divide ? *number : scale;
    if (down == 0 || !money::multiply(value.numerator, up, &value.numerator) ||
        !money::multiply(value.denominator, down, &value.denominator)) {
      throw Failure{row.line, "exact: this does not fit 128 bits, or divides by zero"};
    }
  }
  return value;
}

std::vector<std::int64_t> weights_cell(const Table& table, const TableRow& row) {
  std::vector<std::int64_t> weights;
  std::string_view text = table.text(row, "shares");
  while (true) {
    const auto colon = text.find(':');
    const auto weight = money::parse_decimal(text.substr(0, colon), 0);
    if (!weight) throw Failure{row.line, "shares: " + weight.error().message};
    weights.push_back(static_cast<std::int64_t>(*weight));
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  return weights;
}

std::vector<money::Ratio> shares_cell(const Table& table, const TableRow& row) {
  const std::vector<std::int64_t> weights = weights_cell(table, row);
  const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  std::vector<money::Ratio> ratios;
  for (const auto weight : weights) ratios.push_back({weight, sum});
  return ratios;
}

std::string parts_text(const Bench& bench, const std::vector<std::int64_t>& parts) {
  std::string text;
  for (const auto part : parts) text += (text.empty() ? "" : " + ") + bench.text(part);
  return text;
}

schedule::Terms plan_terms(const Bench& bench, std::size_t line) {
  if (!bench.terms.disbursed) throw Failure{line, "a plan needs the term `disbursed`"};
  const schedule::Terms terms = with_provisions(
      ledger::schedule_terms(bench.terms.product, bench.terms.loan, *bench.terms.disbursed),
      bench.terms.provisions);
  if (const auto status = schedule::check(terms); !status)
    throw Failure{line, status.error().message};
  return terms;
}

void expect_row(const Bench& bench, Table& table, TableRow& row, const schedule::PlanRow& planned) {
  table.expect(row, "due", money::to_text(planned.due));
  table.expect(row, "principal", bench.text(planned.principal));
  table.expect(row, "interest", bench.text(planned.interest));
  table.expect(row, "fee", bench.text(planned.fee));
  table.expect(row, "installment", bench.text(planned.payment()));
  table.expect(row, "balance", bench.text(planned.balance));
}

void expect_total(const Bench& bench, Table& table, TableRow& row, const schedule::Plan& plan) {
  std::int64_t principal = 0;
  for (const auto& planned : plan.rows) principal += planned.principal;
  table.expect(row, "principal", bench.text(principal));
  table.expect(row, "interest", bench.text(plan.total_interest));
  table.expect(row, "fee", bench.text(plan.total_fee));
  table.expect(row, "installment", bench.text(plan.total_payment()));
}

}  // namespace

void check_schedule(const Bench& bench, Table& table) {
  const schedule::Plan plan = schedule::make_plan(plan_terms(bench, table.line));
  std::size_t listed = 0;
  bool shortened = false;
  for (auto& row : table.rows) {
    const std::string_view no = table.text(row, "#");
    if (no == "...") {
      shortened = true;
    } else if (no == "total") {
      expect_total(bench, table, row, plan);
    } else {
      const auto number = money::parse_decimal(no, 0);
      const auto planned = std::find_if(plan.rows.begin(), plan.rows.end(), [&](const auto& each) {
        return number && each.no == *number;
      });
      if (planned == plan.rows.end()) {
        throw Failure{row.line, "#: the plan has rows " + std::to_string(plan.rows.front().no) +
                                    " to " + std::to_string(plan.rows.back().no) +
                                    ", 'total' and '...' besides"};
      }
      expect_row(bench, table, row, *planned);
      ++listed;
    }
  }
  if (!shortened && listed != plan.rows.size()) {
    throw Failure{table.line, "the plan has " + std::to_string(plan.rows.size()) +
                                  " rows, the table " + std::to_string(listed) +
                                  "; a row `| ... |` says that some are left out"};
  }
}

void check_day_counts(const Bench& bench, Table& table) {
  schedule::DayCountContext context;
  context.calendar = bench.terms.provisions.terms.business_days.calendar.get();
  for (auto& row : table.rows) {
    const auto day_count = schedule::parse_day_count(table.text(row, "day count"));
    if (!day_count) throw Failure{row.line, day_count.error().message};
    const auto from = day_cell(table, row, "from");
    const auto to = day_cell(table, row, "to");
    if (to < from) throw Failure{row.line, "'to' lies before 'from'"};
    context.termination.reset();
    if (!table.text(row, "ends on").empty()) context.termination = day_cell(table, row, "ends on");
    if (*day_count == schedule::DayCount::bus_252 && context.calendar == nullptr)
      throw Failure{row.line, "BUS/252 needs the term `calendar`"};
    const auto fraction = schedule::year_fraction(*day_count, from, to, context);
    table.expect(row, "days",
                 std::to_string(schedule::days_between(*day_count, from, to, context)));
    table.expect(row, "year fraction", fraction_text(fraction.numerator, fraction.denominator));
  }
}

void check_rolls(const Bench& bench, Table& table) {
  using schedule::Roll;
  constexpr std::array<std::pair<std::string_view, Roll>, 4> rolls = {
      {{"following", Roll::following},
       {"modified following", Roll::modified_following},
       {"preceding", Roll::preceding},
       {"modified preceding", Roll::modified_preceding}}};
  const auto calendar = bench.terms.provisions.terms.business_days.calendar;
  if (calendar == nullptr) throw Failure{table.line, "this table needs the term `calendar`"};
  for (auto& row : table.rows) {
    const auto day = day_cell(table, row, "day");
    table.expect(row, "business day", calendar->is_business_day(day) ? "yes" : "no");
    for (const auto& [name, roll] : rolls)
      table.expect(row, name, money::to_text(calendar->rolled(day, roll)));
  }
}

void check_rate_paths(const Bench& bench, Table& table) {
  const ExampleIndex& index = bench.terms.provisions.index;
  if (!bench.terms.disbursed) throw Failure{table.line, "a rate path needs the term `disbursed`"};
  const auto path = schedule::rate_path(index.floating, index.points, *bench.terms.disbursed);
  if (!path) throw Failure{table.line, path.error().message};
  std::vector<schedule::RateChange> all{{*bench.terms.disbursed, path->first}};
  all.insert(all.end(), path->changes.begin(), path->changes.end());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (i >= all.size()) throw Failure{table.rows[i].line, "the rate has no more changes"};
    table.expect(table.rows[i], "in force from", money::to_text(all[i].from));
    table.expect(table.rows[i], "rate", all[i].rate.percent_text());
  }
  if (table.rows.size() < all.size())
    throw Failure{table.line, "the rate has " + std::to_string(all.size()) + " values"};
}

void check_roundings(const Bench& bench, Table& table) {
  using money::RoundingMode;
  constexpr std::array modes = {RoundingMode::half_even, RoundingMode::half_up, RoundingMode::up,
                                RoundingMode::down};
  for (auto& row : table.rows) {
    Exact value = exact_cell(table, row);
    for (unsigned i = 0; i < bench.currency().digits; ++i) value.numerator *= 10;
    const auto exact = money::Unrounded::make(value.numerator, value.denominator, bench.currency());
    if (!exact) throw Failure{row.line, "exact: this does not fit 128 bits"};
    const std::int64_t multiple =
        table.text(row, "to").empty() ? 1 : amount_cell(bench, table, row, "to");
    for (const auto mode : modes) {
      const auto rounded = money::round(*exact, {.mode = mode, .multiple = multiple});
      table.expect(row, money::to_text(mode), rounded ? rounded->text() : rounded.error().id);
    }
  }
}

void check_amount_texts(Table& table) {
  for (auto& row : table.rows) {
    const auto currency = money::Currency::find(table.text(row, "currency"));
    std::string_view text = table.text(row, "amount text");
    if (text.size() >= 2 && text.front() == '`') text = text.substr(1, text.size() - 2);
    const auto amount =
        currency ? money::Money::parse(text, *currency) : Result<money::Money>(currency.error());
    table.expect(row, "minor units", amount ? std::to_string(amount->minor()) : "-");
    table.expect(row, "reads", amount ? amount->text() : "-");
    table.expect(row, "error", amount ? "-" : amount.error().id);
  }
}

void check_rate_texts(Table& table) {
  for (auto& row : table.rows) {
    std::string_view text = table.text(row, "rate text");
    if (text.size() >= 2 && text.front() == '`') text = text.substr(1, text.size() - 2);
    const auto rate = money::Rate::parse(text);
    table.expect(row, "reads", rate ? rate->text() : "-");
    table.expect(row, "error", rate ? "-" : rate.error().id);
  }
}

void check_splits(const Bench& bench, Table& table) {
  for (auto& row : table.rows) {
    const std::int64_t amount = amount_cell(bench, table, row, "amount");
    const auto shares = shares_cell(table, row);
    table.expect(row, "largest remainder",
                 parts_text(bench, money::split_largest_remainder(amount, shares)));
    table.expect(row, "last takes the rest",
                 parts_text(bench, money::split_last_takes_rest(amount, shares,
                                                                money::RoundingMode::half_up)));
    const auto quota = schedule::QuotaTable::make(weights_cell(table, row));
    if (!quota) throw Failure{row.line, "shares: no quota table of these weights"};
    std::vector<std::int64_t> parts;
    for (std::size_t i = 0; i < quota->parties(); ++i) parts.push_back(quota->share(i, amount));
    table.expect(row, "by quota", parts_text(bench, parts));
  }
}

void check_scheduled_accrual(const Bench& bench, Table& table) {
  const auto& product = bench.terms.product;
  for (auto& row : table.rows) {
    const auto line = schedule::scheduled_line(amount_cell(bench, table, row, "period interest"),
                                               product.day_count, day_cell(table, row, "from"),
                                               day_cell(table, row, "due"));
    const auto accrued = schedule::level(line, product.day_count, product.accrual_rounding,
                                         day_cell(table, row, "as of"));
    table.expect(row, "accrued", accrued ? bench.text(*accrued) : "overflow");
  }
}

void check_daily_accrual(const Bench& bench, Table& table) {
  const auto& product = bench.terms.product;
  for (auto& row : table.rows) {
    const auto line =
        schedule::simple_line(amount_cell(bench, table, row, "daily on"), bench.terms.loan.rate,
                              product.day_count, day_cell(table, row, "from"));
    const auto day = day_cell(table, row, "as of");
    const auto exact = schedule::exact_level(line, product.day_count, day);
    Int128 scale = line.denominator;
    for (unsigned i = 0; i < bench.currency().digits; ++i) scale *= 10;
    table.expect(row, "exact", exact ? fraction_text(*exact, scale) : "overflow");
    const auto accrued = schedule::level(line, product.day_count, product.accrual_rounding, day);
    table.expect(row, "accrued", accrued ? bench.text(*accrued) : "overflow");
  }
}

}  // namespace loanbook::specs
