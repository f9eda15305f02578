#include "loanbook/interchange/old_figures.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "loanbook/interchange/csv.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange {
namespace {

using ledger::Book;
using ledger::LoanFigures;
using ledger::Product;
using money::Error;

struct AmountColumn {
  std::string_view name;
  std::int64_t LoanFigures::*figure;
  bool owed;  ///< a part of what is owed in all
};
constexpr std::array amount_columns{
    AmountColumn{"principal", &LoanFigures::principal, true},
    AmountColumn{"principal_overdue", &LoanFigures::principal_overdue, false},
    AmountColumn{"interest_accrued", &LoanFigures::interest_accrued, true},
    AmountColumn{"interest_due", &LoanFigures::interest_due, true},
    AmountColumn{"penalty", &LoanFigures::penalty, true},
    AmountColumn{"fees", &LoanFigures::fees, true},
    AmountColumn{"overpayment", &LoanFigures::overpayment, false},
};

/// What the other system says of a loan; figures it leaves out are not compared.
struct Given {
  std::uint64_t line = 0;
  std::string loan;
  std::array<std::optional<std::int64_t>, amount_columns.size()> amounts{};
  std::optional<std::int64_t> interest{};  ///< accrued and due in one figure
  std::optional<money::Day> next_due{};
  std::optional<std::int32_t> dpd{};
};

bool agrees(const Given& given, const LoanFigures& figures) {
  for (std::size_t i = 0; i < amount_columns.size(); ++i) {
    if (given.amounts[i] && *given.amounts[i] != figures.*amount_columns[i].figure) return false;
  }
  if (given.interest && *given.interest != figures.interest_accrued + figures.interest_due)
    return false;
  if (given.next_due && given.next_due != figures.next_due) return false;
  return !given.dpd || *given.dpd == figures.dpd;
}

struct Variant {
  std::string rule;
  Product product;
};

/// The product with one rule another: what systems differ in most often comes first.
std::vector<Variant> variants_of(const Product& product) {
  std::vector<Variant> variants;
  const auto add = [&](std::string rule, auto change) {
    Variant variant{std::move(rule), product};
    change(variant.product);
    if (variant.product != product) variants.push_back(std::move(variant));
  };
  using money::RoundingMode;
  constexpr std::array<std::pair<RoundingMode, const char*>, 4> modes{
      {{RoundingMode::half_up, "half-up"},
       {RoundingMode::half_even, "half-even"},
       {RoundingMode::down, "down"},
       {RoundingMode::up, "up"}}};
  for (const auto& [mode, name] : modes) {
    add(std::string("rounding: accrued interest ") + name,
        [mode = mode](Product& p) { p.accrual_rounding = mode; });
    add(std::string("rounding: interest of rows ") + name,
        [mode = mode](Product& p) { p.interest_rounding.mode = mode; });
    add(std::string("rounding: installment ") + name,
        [mode = mode](Product& p) { p.installment_rounding.mode = mode; });
    add(std::string("rounding: all of it ") + name, [mode = mode](Product& p) {
      p.accrual_rounding = mode;
      p.interest_rounding.mode = mode;
      p.installment_rounding.mode = mode;
    });
  }
  using schedule::DayCount;
  for (const DayCount count :
       {DayCount::act_360, DayCount::act_365f, DayCount::act_act_isda, DayCount::thirty_360,
        DayCount::thirty_360_us, DayCount::thirty_e_360})
    add(std::string("day count: ") + std::string(schedule::to_text(count)),
        [count](Product& p) { p.day_count = count; });
  add("interest by days, not by months",
      [](Product& p) { p.basis = schedule::InterestBasis::daily; });
  add("interest by months, not by days",
      [](Product& p) { p.basis = schedule::InterestBasis::monthly; });
  using schedule::AllocationMode;
  for (const auto& [mode, name] : {std::pair{AllocationMode::vertical, "by component"},
                                   std::pair{AllocationMode::horizontal, "by installment"}})
    add(std::string("allocation: ") + name, [mode = mode](Product& p) {
      p.allocation.ordinary.mode = mode;
      if (p.servicing) p.servicing->payment.mode = mode;
    });
  add("allocation: principal before interest", [](Product& p) {
    auto& order = p.allocation.ordinary;
    std::reverse(order.order.begin(), order.order.begin() + order.count);
    if (!p.servicing) return;
    std::stable_sort(p.servicing->payment.steps.begin(), p.servicing->payment.steps.end(),
                     [](const auto& a, const auto& b) {
                       return a.timing == b.timing && a.component > b.component;
                     });
  });
  add("grace: none", [](Product& p) { p.grace_days = 0; });
  return variants;
}

class Comparer {
 public:
  Comparer(const Book& book, const MissingEvent& missing) : book_(book), missing_(missing) {}

  void compare(const Given& given, const Product& product, const LoanFigures& here) {
    ++result_.loans;
    const std::size_t before = result_.differences.size();
    std::int64_t most = 0;
    std::int64_t owed = 0;
    const auto amount = [&](std::string_view name, std::int64_t ours, std::int64_t theirs) {
      ++result_.figures;
      if (ours == theirs) return;
      const auto text = [&](std::int64_t minor) {
        return money::text_of_minor(minor, product.currency.digits);
      };
      add(given, name, text(ours), text(theirs), text(ours - theirs));
      most = std::max(most, ours < theirs ? theirs - ours : ours - theirs);
    };
    for (std::size_t i = 0; i < amount_columns.size(); ++i) {
      if (!given.amounts[i]) continue;
      const std::int64_t ours = here.*amount_columns[i].figure;
      amount(amount_columns[i].name, ours, *given.amounts[i]);
      if (amount_columns[i].owed) owed += ours - *given.amounts[i];
    }
    if (given.interest) {
      const std::int64_t ours = here.interest_accrued + here.interest_due;
      amount("interest", ours, *given.interest);
      owed += ours - *given.interest;
    }
    if (given.next_due && given.next_due != here.next_due)
      add(given, "next_due", here.next_due ? money::to_text(*here.next_due) : "",
          money::to_text(*given.next_due), "");
    if (given.dpd && *given.dpd != here.dpd)
      add(given, "dpd", std::to_string(here.dpd), std::to_string(*given.dpd),
          std::to_string(here.dpd - *given.dpd));
    result_.figures += (given.next_due ? 1 : 0) + (given.dpd ? 1 : 0);
    if (result_.differences.size() == before) {
      ++result_.equal;
      return;
    }
    const std::string cause = cause_of(given, product, most, owed);
    for (std::size_t i = before; i < result_.differences.size(); ++i)
      result_.differences[i].cause = cause;
  }
  void unknown_loan(const Given& given) {
    ++result_.loans;
    add(given, "loan", "", given.loan, "");
    const std::string missing = missing_ ? missing_(given.loan) : std::string();
    result_.differences.back().cause = missing.empty() ? "the history does not open it" : missing;
  }
  [[nodiscard]] FigureComparison result() && { return std::move(result_); }

 private:
  void add(const Given& given, std::string_view figure, std::string here, std::string there,
           std::string difference) {
    result_.differences.push_back({given.line, given.loan, std::string(figure), std::move(here),
                                   std::move(there), std::move(difference), ""});
  }

  std::string cause_of(const Given& given, const Product& product, std::int64_t most,
                       std::int64_t owed) {
    if (std::string missing = missing_ ? missing_(given.loan) : ""; !missing.empty())
      return missing;
    const std::string key = product.id + " " + std::to_string(product.version);
    auto known = variants_.find(key);
    if (known == variants_.end()) known = variants_.emplace(key, variants_of(product)).first;
    for (const Variant& variant : known->second) {
      if (!ledger::check(variant.product)) continue;
      const auto figures = book_.figures(given.loan, &variant.product);
      if (figures && agrees(given, *figures)) return variant.rule + ": all its figures agree then";
    }
    constexpr std::int64_t few_units = 12;
    if (most == 0) return "unknown: only dates differ";
    if (owed == 0) return "allocation: the parts differ, their sum agrees";
    if (most <= few_units) return "rounding: a few units, by no single rule that was tried";
    return "unknown: no rule that was tried gives these figures; an event may be missing";
  }

  const Book& book_;
  const MissingEvent& missing_;
  std::map<std::string, std::vector<Variant>> variants_;
  FigureComparison result_;
};

/// The current row. Amounts need the currency of the loan's product.
Result<Given> read_row(const CsvReader& csv, money::Currency currency) {
  Given given{.line = csv.line(), .loan = {}};
  for (std::size_t column = 0; column < csv.header().size(); ++column) {
    const std::string& name = csv.header()[column];
    const std::string_view text = csv.field(column);
    if (name == "loan_id" || text.empty()) continue;
    if (name == "next_due") {
      const auto day = money::parse_day(text);
      if (!day) return csv.place(day.error(), column);
      given.next_due = *day;
      continue;
    }
    if (name == "dpd") {
      std::int32_t days = 0;
      const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), days);
      if (failed != std::errc{} || end != text.data() + text.size())
        return csv.place({.id = "import.bad_number", .message = "dpd is a whole number of days"},
                         column);
      given.dpd = days;
      continue;
    }
    const auto known = std::ranges::find(amount_columns, name, &AmountColumn::name);
    if (known == amount_columns.end() && name != "interest") continue;
    const auto amount = money::Money::parse(text, currency);
    if (!amount) return csv.place(amount.error(), column);
    if (name == "interest") {
      given.interest = amount->minor();
    } else {
      given.amounts[static_cast<std::size_t>(known - amount_columns.begin())] = amount->minor();
    }
  }
  return given;
}

/// The column of the loans. A file without a figure would agree with everything.
Result<std::size_t> columns_of(const CsvReader& csv) {
  Result<std::size_t> id = csv.require("loan_id");
  if (!id) return id;
  for (const std::string& name : csv.header()) {
    if (name == "interest" || name == "next_due" || name == "dpd" ||
        std::ranges::find(amount_columns, name, &AmountColumn::name) != amount_columns.end())
      return id;
  }
  std::string known = "interest, next_due, dpd";
  for (const AmountColumn& column : amount_columns) known += ", " + std::string(column.name);
  return csv.place({.id = "csv.missing_column",
                    .message = "no column holds a figure to compare; it may be " + known},
                   0);
}

}  // namespace

money::Status check_figures(std::string_view text, const std::string& file_name) {
  const Result<CsvReader> csv = CsvReader::open(text, file_name);
  if (!csv) return csv.error();
  if (const Result<std::size_t> id = columns_of(*csv); !id) return id.error();
  return money::ok();
}

Result<FigureComparison> compare_figures(const Book& book, std::string_view text,
                                         const std::string& file_name,
                                         const MissingEvent& missing) {
  Result<CsvReader> csv = CsvReader::open(text, file_name);
  if (!csv) return csv.error();
  const Result<std::size_t> id = columns_of(*csv);
  if (!id) return id.error();
  Comparer comparer(book, missing);
  for (;;) {
    const Result<bool> more = csv->next();
    if (!more) return more.error();
    if (!*more) return std::move(comparer).result();
    const std::string loan(csv->field(*id));
    const auto view = book.loan(loan);
    if (!view && view.error().id != "loan.unknown") return view.error();
    if (!view) {
      comparer.unknown_loan({.line = csv->line(), .loan = loan});
      continue;
    }
    const auto product = book.product(view->row.product, view->product_version);
    if (!product) return product.error();
    Result<Given> given = read_row(*csv, product->currency);
    if (!given) return given.error();
    given->loan = loan;
    const auto here = book.figures(loan);
    if (!here) return here.error();
    comparer.compare(*given, *product, *here);
  }
}

}  // namespace loanbook::interchange
