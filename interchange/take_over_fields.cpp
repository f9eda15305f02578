#include "loanbook/interchange/take_over_fields.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

using ledger::TakeOver;
using ledger::TakeOverRow;
using money::Error;
using money::Result;

constexpr std::array columns{
    TakeOverColumn{"loan_id", true, "at most 64 bytes, once in a file"},
    TakeOverColumn{"product", true, "its newest version, or `product_version`"},
    TakeOverColumn{"product_version", false, "default: the newest"},
    TakeOverColumn{"amount", true, "what was paid out by contract"},
    TakeOverColumn{"disbursed", true, "day on which it was paid out"},
    TakeOverColumn{"value_date", false,
                   "the figures are those of the opening of this day; default: the business date"},
    TakeOverColumn{"rate", false, "per year; default: the product's"},
    TakeOverColumn{"installments", false, "of the contract; default: the product's"},
    TakeOverColumn{"first_due", false, "of the contract; default: one step after the pay-out"},
    TakeOverColumn{"due_day", false, "of the contract, 1 to 31"},
    TakeOverColumn{"branch", false, "takes the product's variant for it"},
    TakeOverColumn{"line", false, "credit line on which it stands"},
    TakeOverColumn{"principal", true, "owed in all, due or not"},
    TakeOverColumn{"interest_accrued", false,
                   "not due yet, up to 12 more digits than the currency; default: by contract"},
    TakeOverColumn{"interest_from", false, "since when it runs; default: the last due date"},
    TakeOverColumn{"overpayment", false, "held for the borrower"},
    TakeOverColumn{"unpaid", false,
                   "installments that are due and unpaid: `no=3 due=2026-03-15 principal=80.00 "
                   "interest=12.00; no=4 ...`"},
    TakeOverColumn{"charged_off", false,
                   "day on which it was given to expense; the borrower owes its claims anyway"},
    TakeOverColumn{"fraud", false, "yes: that was why it was charged off"},
    TakeOverColumn{"written_off", false,
                   "day on which it was given up; its claims are what was given up, as of then"},
    TakeOverColumn{"non_accrual", false,
                   "rule: it does not accrue by the product's rule; yes, no: somebody decided"},
    TakeOverColumn{"category", false, "official category, a word of `classify`"},
    TakeOverColumn{"shared", false,
                   "of a joint loan, totals so far: interest_earned=80.00 fee_earned=2.00 ... "
                   "principal_compensated, _of_lead, _lost, lost_of_lead, recovered; default: by "
                   "contract"},
    TakeOverColumn{"principal_overdue", false, "checked"},
    TakeOverColumn{"interest_due", false, "checked: due and unpaid"},
    TakeOverColumn{"penalty", false, "checked"},
    TakeOverColumn{"compound", false, "checked"},
    TakeOverColumn{"fees", false, "checked: due and unpaid"},
    TakeOverColumn{"late_fees", false, "checked: due and unpaid"},
    TakeOverColumn{"next_installment", false, "checked: number of the next one"},
    TakeOverColumn{"next_due", false, "checked: its due date"},
    TakeOverColumn{"reference", false, "idempotency key"},
    TakeOverColumn{"reason", false, "kept with the entry"},
    TakeOverColumn{"actor", false, "kept with the entry"},
};

Result<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size())
    return Error{"import.bad_number",
                 money::quoted(text) + " is no whole number; write digits only"};
  return number;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The part before the next `separator`, taken off `text`.
std::string_view take_part(std::string_view& text, char separator) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

Error bad_installment(std::string_view text, std::string_view what) {
  return Error{
      "import.bad_installment",
      money::quoted(text) + ": " + std::string(what) +
          "; write `no=3 due=2026-03-15 principal=80.00 interest=12.00`, several with `;`"};
}

std::optional<Error> set_word(TakeOverRow& row, std::string_view name, std::string_view value) {
  if (name == "no") {
    const Result<std::uint32_t> no = number_of(value);
    if (!no) return no.error();
    row.no = *no;
    return std::nullopt;
  }
  const std::array<std::pair<std::string_view, std::optional<money::Day>*>, 3> days{
      {{"due", &row.due},
       {"penalty_from", &row.penalty_from},
       {"compound_from", &row.compound_from}}};
  for (const auto& [known, field] : days) {
    if (known != name) continue;
    const Result<money::Day> day = money::parse_day(value);
    if (!day) return day.error();
    *field = *day;
    return std::nullopt;
  }
  const std::array<std::pair<std::string_view, std::string*>, 8> amounts{
      {{"principal", &row.principal},
       {"interest", &row.interest},
       {"fee", &row.fee},
       {"late_fee", &row.late_fee},
       {"principal_paid", &row.principal_paid},
       {"interest_paid", &row.interest_paid},
       {"fee_paid", &row.fee_paid},
       {"late_fee_paid", &row.late_fee_paid}}};
  for (const auto& [known, field] : amounts) {
    if (known != name) continue;
    *field = value;
    return std::nullopt;
  }
  if (name == "penalty") {
    row.penalty = value;
  } else if (name == "compound") {
    row.compound = value;
  } else if (name == "maximum_left") {
    row.maximum_left = value;
  } else {
    return bad_installment(name, "an installment has no such field");
  }
  return std::nullopt;
}

Result<std::vector<TakeOverRow>> rows_of(std::string_view text) {
  std::vector<TakeOverRow> rows;
  while (!text.empty()) {
    const std::string_view one = trimmed(take_part(text, ';'));
    if (one.empty()) continue;
    TakeOverRow& row = rows.emplace_back();
    std::string_view rest = one;
    while (!rest.empty()) {
      const std::string_view word = take_part(rest, ' ');
      if (word.empty()) continue;
      const std::size_t sign = word.find('=');
      if (sign == std::string_view::npos || sign + 1 == word.size())
        return bad_installment(word, "a field needs a value");
      if (auto wrong = set_word(row, word.substr(0, sign), word.substr(sign + 1))) return *wrong;
    }
    if (row.no == 0) return bad_installment(one, "its number is missing");
  }
  return rows;
}

/// `interest_earned=80.00 principal_lost=1.00 recovered=0.50`.
Result<std::optional<ledger::TakeOverShared>> shared_of(std::string_view text) {
  if (trimmed(text).empty()) return std::optional<ledger::TakeOverShared>{};
  ledger::TakeOverShared shared;
  constexpr std::array<std::string_view, schedule::component_count> components{
      "fee", "penalty", "compound", "interest", "principal"};
  const std::array<std::pair<std::string_view, decltype(shared.earned)*>, 4> kinds{
      {{"_earned", &shared.earned},
       {"_compensated", &shared.compensated},
       {"_of_lead", &shared.of_lead},
       {"_lost", &shared.lost}}};
  const auto field_of = [&](std::string_view name) -> std::string* {
    if (name == "lost_of_lead") return &shared.lost_of_lead;
    if (name == "recovered") return &shared.recovered;
    for (const auto& [ending, parts] : kinds) {
      for (std::size_t i = 0; i < components.size(); ++i) {
        if (name == std::string(components[i]) + std::string(ending)) return &(*parts)[i];
      }
    }
    return nullptr;
  };
  while (!text.empty()) {
    const std::string_view word = take_part(text, ' ');
    if (word.empty()) continue;
    const std::size_t sign = word.find('=');
    std::string* field = field_of(word.substr(0, sign));
    if (field == nullptr || sign == std::string_view::npos || sign + 1 == word.size())
      return Error{"import.bad_share",
                   money::quoted(word) +
                       ": a total of a joint loan is COMPONENT_earned, _compensated, _of_lead or "
                       "_lost, lost_of_lead or recovered; write `interest_earned=80.00`"};
    *field = word.substr(sign + 1);
  }
  return std::optional(shared);
}

class Builder {
 public:
  explicit Builder(const ColumnText& text) : text_(text) {}

  [[nodiscard]] const std::optional<ColumnError>& wrong() const { return wrong_; }
  std::string text(std::string_view name) {
    const auto found = text_(name);
    return found ? std::string(*found) : std::string();
  }
  std::optional<std::string> given(std::string_view name) {
    const auto found = text_(name);
    return found ? std::optional<std::string>(*found) : std::nullopt;
  }
  std::optional<money::Day> day(std::string_view name) {
    const auto found = text_(name);
    if (!found) return std::nullopt;
    const Result<money::Day> parsed = money::parse_day(*found);
    if (parsed) return *parsed;
    fail(parsed.error(), name);
    return std::nullopt;
  }
  std::optional<std::uint32_t> number(std::string_view name) {
    const auto found = text_(name);
    if (!found) return std::nullopt;
    const Result<std::uint32_t> parsed = number_of(*found);
    if (parsed) return *parsed;
    fail(parsed.error(), name);
    return std::nullopt;
  }
  void fail(Error error, std::string_view name) {
    if (!wrong_) wrong_ = ColumnError{std::move(error), name};
  }

 private:
  const ColumnText& text_;
  std::optional<ColumnError> wrong_;
};

}  // namespace

std::span<const TakeOverColumn> take_over_columns() { return columns; }

std::optional<ColumnError> build_take_over(const ColumnText& text, ledger::Command* command) {
  for (const TakeOverColumn& column : columns) {
    if (column.required && !text(column.name))
      return ColumnError{{.id = "import.missing_field",
                          .message = "'" + std::string(column.name) +
                                     "' is missing: " + std::string(column.meaning)},
                         column.name};
  }
  Builder row(text);
  TakeOver request;
  request.terms = {.product = row.text("product"),
                   .product_version = row.number("product_version"),
                   .amount = row.text("amount"),
                   .rate = row.given("rate"),
                   .installments = row.number("installments"),
                   .first_due = row.day("first_due"),
                   .line = row.text("line"),
                   .branch = row.text("branch")};
  const std::uint32_t due_day = row.number("due_day").value_or(0);
  if (due_day > 31)
    row.fail({.id = "import.bad_number", .message = "a day of the month is 1 to 31"}, "due_day");
  request.terms.due_day = static_cast<std::uint8_t>(due_day);
  request.disbursed = row.day("disbursed").value_or(money::Day{});
  request.principal = row.text("principal");
  request.interest_accrued = row.given("interest_accrued");
  request.interest_from = row.day("interest_from");
  request.overpayment = row.text("overpayment");
  Result<std::vector<TakeOverRow>> rows = rows_of(row.text("unpaid"));
  if (!rows) return ColumnError{rows.error(), "unpaid"};
  request.rows = std::move(*rows);
  request.charged_off = row.day("charged_off");
  const std::string fraud = row.text("fraud");
  request.fraud = fraud == "yes";
  if (!fraud.empty() && fraud != "yes" && fraud != "no")
    row.fail({.id = "import.bad_word", .message = "fraud is yes, no or empty"}, "fraud");
  request.written_off = row.day("written_off");
  request.non_accrual = row.text("non_accrual");
  request.category = row.text("category");
  auto shared = shared_of(row.text("shared"));
  if (!shared) return ColumnError{shared.error(), "shared"};
  request.shared = std::move(*shared);
  request.next_installment = row.number("next_installment");
  request.next_due = row.day("next_due");
  request.principal_overdue = row.given("principal_overdue");
  request.interest_due = row.given("interest_due");
  request.penalty = row.given("penalty");
  request.compound = row.given("compound");
  request.fees = row.given("fees");
  request.late_fees = row.given("late_fees");
  command->event = std::move(request);
  command->loan = row.text("loan_id");
  command->value_date = row.day("value_date");
  command->reason = row.text("reason");
  command->actor = row.text("actor");
  if (auto reference = row.given("reference")) {
    command->scope = "reference";
    command->key = std::move(*reference);
  }
  return row.wrong();
}

}  // namespace loanbook::interchange
