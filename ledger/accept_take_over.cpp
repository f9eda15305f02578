// The door for loans that are taken over: the contract, the installments, and the figures of the
// old books held against what they amount to.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "loanbook/ledger/door.hpp"
#include "loanbook/ledger/recorder.hpp"
#include "loanbook/ledger/take_over.hpp"
#include "loanbook/money/decimal.hpp"

namespace loanbook::ledger {
namespace {

using money::Int128;
using schedule::Component;

constexpr unsigned accrued_digits = 12;

Error refuse(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

/// 0 where nothing is given. `takeover.amount` where it is negative or over the limit.
Result<std::int64_t> amount_of(std::string_view text, std::string_view field,
                               money::Currency currency) {
  if (text.empty()) return 0;
  const Result<money::Money> amount = money::Money::parse(text, currency);
  if (!amount) return amount.error();
  if (amount->minor() < 0 || amount->minor() > money::limits::amount_minor_max)
    return refuse(
        "takeover.amount",
        fmt::format("{} is {}; it must be 0 or more and at most {}", field, text,
                    money::text_of_minor(money::limits::amount_minor_max, currency.digits)));
  return amount->minor();
}

/// Accrued interest in 10^-12 minor units.
Result<std::optional<Int128>> accrued_of(const std::optional<std::string>& text,
                                         std::string_view field, money::Currency currency) {
  using Found = std::optional<Int128>;
  if (!text) return Found{};
  const Result<Int128> exact = money::parse_decimal(*text, currency.digits + accrued_digits);
  if (!exact) return exact.error();
  if (*exact < 0 || *exact > Int128{money::limits::amount_minor_max} * accrued_digits_e)
    return refuse("takeover.amount",
                  fmt::format("{} is {}; it must be 0 or more and within the limit of amounts",
                              field, *text));
  return Found{*exact};
}

Result<TakenRow> row_of(const TakeOverRow& given, money::Currency currency) {
  TakenRow row{.no = given.no, .due = given.due.value_or(Day{})};
  struct Each {
    const std::string& text;
    std::string_view name;
    Parts& parts;
    Component component;
  };
  const std::array<Each, 8> amounts{
      {{given.principal, "principal", row.unpaid, Component::principal},
       {given.interest, "interest", row.unpaid, Component::interest},
       {given.fee, "fee", row.unpaid, Component::fee},
       {given.late_fee, "late_fee", row.unpaid, Component::penalty},
       {given.principal_paid, "principal_paid", row.paid, Component::principal},
       {given.interest_paid, "interest_paid", row.paid, Component::interest},
       {given.fee_paid, "fee_paid", row.paid, Component::fee},
       {given.late_fee_paid, "late_fee_paid", row.paid, Component::penalty}}};
  for (const Each& each : amounts) {
    const Result<std::int64_t> minor = amount_of(each.text, each.name, currency);
    if (!minor) return minor.error();
    each.parts[static_cast<std::size_t>(each.component)] = *minor;
  }
  const auto penalty = accrued_of(given.penalty, "penalty", currency);
  if (!penalty) return penalty.error();
  const auto compound = accrued_of(given.compound, "compound", currency);
  if (!compound) return compound.error();
  row.penalty_e12 = *penalty;
  row.compound_e12 = *compound;
  return row;
}

/// Installments by number and due date; those of the contract's plan take its dates.
Status check_rows(TakenOver& taken, const TakeOver& request, const std::vector<Day>& dates,
                  Day day) {
  const auto wrong = [](std::uint32_t no, std::string_view what) {
    return refuse("takeover.installment", fmt::format("installment {}: {}", no, what));
  };
  std::uint32_t last = 0;
  for (std::size_t i = 0; i < taken.rows.size(); ++i) {
    TakenRow& row = taken.rows[i];
    if (row.no == 0) return wrong(0, "installments are numbered from 1");
    if (row.no <= last) return wrong(row.no, "comes after number " + std::to_string(last));
    last = row.no;
    const bool planned = row.no <= dates.size();
    const std::optional<Day> given = request.rows[i].due;
    if (!given && (taken.replanned || !planned)) return wrong(row.no, "its due date is missing");
    if (!given) row.due = dates[row.no - 1];
    if (!taken.replanned && row.due != dates[row.no - 1])
      return wrong(row.no, fmt::format("is due on {}, by the contract on {}; where the plan was "
                                       "changed give all installments to come",
                                       money::to_text(row.due), money::to_text(dates[row.no - 1])));
    if (i > 0 && row.due < taken.rows[i - 1].due)
      return wrong(row.no, "is due before the one before it");
    if (row.due > day && (row.penalty_e12 || row.compound_e12))
      return wrong(row.no, "is not due yet and cannot have accrued penalty interest");
  }
  return money::ok();
}

struct Figure {
  std::string_view name;
  const std::optional<std::string>& given;
  std::int64_t computed;
};

std::int64_t held(const LoanState& state, Role role) { return state.balance.get(role); }

Status check_figures(const TakeOver& request, const LoanState& state, const Product& product,
                     const std::string& loan) {
  const auto text = [&](std::int64_t minor) {
    return money::text_of_minor(minor, product.currency.digits);
  };
  const auto differs = [&](std::string_view name, const std::string& given,
                           const std::string& computed) {
    return refuse("takeover.differs",
                  fmt::format("loan '{}': {} is {} in the file; its contract and installments give "
                              "{}: correct one of them",
                              loan, name, given, computed));
  };
  const std::optional<std::string> principal = request.principal;
  std::int64_t accrued = held(state, Role::interest_accrued);
  const std::array<Figure, 7> figures{
      {{"principal", principal,
        held(state, Role::principal) + held(state, Role::principal_overdue)},
       {"principal_overdue", request.principal_overdue, held(state, Role::principal_overdue)},
       {"interest_due", request.interest_due, held(state, Role::interest_receivable)},
       {"penalty", request.penalty, held(state, Role::penalty_receivable)},
       {"compound", request.compound, held(state, Role::compound_receivable)},
       {"fees", request.fees, held(state, Role::fee_receivable)},
       {"late_fees", request.late_fees, held(state, Role::late_fee_receivable)}}};
  for (const Figure& figure : figures) {
    if (!figure.given) continue;
    const Result<money::Money> given = money::Money::parse(*figure.given, product.currency);
    if (!given) return given.error();
    if (given->minor() != figure.computed)
      return differs(figure.name, *figure.given, text(figure.computed));
  }
  if (request.interest_accrued) {
    const auto given = accrued_of(request.interest_accrued, "interest_accrued", product.currency);
    if (!given) return given.error();
    // Rounding of the last unit is ours to choose.
    const Int128 apart = **given - Int128{accrued} * accrued_digits_e;
    if (apart >= accrued_digits_e || apart <= -accrued_digits_e)
      return differs("interest_accrued", *request.interest_accrued, text(accrued));
  }
  const std::string next = state.row_coming ? std::to_string(state.next.no) : "none";
  if (request.next_installment && next != std::to_string(*request.next_installment))
    return differs("next_installment", std::to_string(*request.next_installment), next);
  const std::string due = state.row_coming ? money::to_text(state.next.due) : "none";
  if (request.next_due && money::to_text(*request.next_due) != due)
    return differs("next_due", money::to_text(*request.next_due), due);
  return money::ok();
}

}  // namespace

Result<Recorder::Accepted> Recorder::accept_take_over(const TakeOver& request,
                                                      const Command& command) const {
  if (command.loan.empty()) return refuse("loan.id_missing", "a loan needs an id of 1 to 64 bytes");
  if (state_.loan_number(command.loan) != 0)
    return refuse("loan.exists", fmt::format("loan '{}' is already in this book", command.loan));
  const Result<Day> day = value_date(command);
  if (!day) return day.error();
  if (*day < request.disbursed)
    return refuse(
        "takeover.date",
        fmt::format("loan '{}' was paid out on {}, after it is taken over on {}", command.loan,
                    money::to_text(request.disbursed), money::to_text(*day)));
  Result<Opened> contract = this->contract(request.terms, command, request.disbursed);
  if (!contract) return contract.error();
  const Product& product = state_.products[contract->product].product;
  if (product.joint)
    return refuse("takeover.joint",
                  "a loan that several fund cannot be taken over in mid-life; "
                  "record its history with `play`");
  if (product.accounting.taxed())
    return refuse("takeover.taxed",
                  "of a loan whose income is taxed the book cannot say what was taxed before; "
                  "record its history with `play`, or take it over under a product without [tax]");
  if (!request.terms.line.empty()) {
    const Result<std::uint32_t> line = line_number(request.terms.line);
    if (!line) return line.error();
    contract->line = *line;
    if (Status s = check_line(*line, product, {}, 0); !s) return s.error();
  }
  if (!request.terms.reservation.empty())
    return refuse("line.field_missing", "what was paid out before needs no reservation");
  TakenOver taken{.opened = std::move(*contract),
                  .disbursed = request.disbursed,
                  .interest_from = request.interest_from};
  if (request.interest_from &&
      (*request.interest_from > *day || *request.interest_from < request.disbursed))
    return refuse("takeover.date", "interest_from lies between the pay-out and the take-over");
  for (const TakeOverRow& given : request.rows) {
    Result<TakenRow> row = row_of(given, product.currency);
    if (!row) return row.error();
    if (given.due && *given.due > *day) taken.replanned = true;
    taken.rows.push_back(std::move(*row));
  }
  const schedule::Plan plan =
      schedule::make_plan(schedule_terms(product, taken.opened.terms, request.disbursed));
  std::vector<Day> dates;
  for (const schedule::PlanRow& row : plan.rows) {
    if (row.no == 0) continue;
    dates.push_back(row.due);
    if (row.due <= *day) ++taken.rows_done;
  }
  const bool revolving = product.method == schedule::Method::revolving;
  if (taken.replanned && revolving)
    return refuse("takeover.installment",
                  "a loan on daily interest has no installments to come; leave them out");
  if (!taken.replanned && product.servicing && product.servicing->down_payment_part.numerator != 0)
    return refuse("takeover.rows_needed",
                  "loans of this product have down payments: give all installments to come");
  if (Status s = check_rows(taken, request, dates, *day); !s) return s.error();
  const Result<std::int64_t> principal =
      amount_of(request.principal, "principal", product.currency);
  if (!principal) return principal.error();
  const Result<std::int64_t> over = amount_of(request.overpayment, "overpayment", product.currency);
  if (!over) return over.error();
  const auto accrued = accrued_of(request.interest_accrued, "interest_accrued", product.currency);
  if (!accrued) return accrued.error();
  std::int64_t due = 0;
  for (const TakenRow& row : taken.rows)
    due += row.unpaid[static_cast<std::size_t>(Component::principal)];
  if (*principal < due)
    return refuse("takeover.differs",
                  fmt::format("loan '{}': principal is {} in the file, less than its unpaid "
                              "installments hold: correct one of them",
                              command.loan, request.principal));
  taken.principal = *principal;
  taken.overpayment = *over;
  taken.interest_e12 = *accrued;
  LoanState state;
  state.product = taken.opened.product;
  state.terms = taken.opened.terms;
  state.day = *day;
  try {
    apply(state, product,
          {.kind = Kind::take_over,
           .value_date = *day,
           .sequence = 0,
           .amount_minor = 0,
           .taken = std::make_shared<const TakenOver>(taken)});
  } catch (const LoanFault& fault) {
    return refuse("loan.beyond_limits",
                  fmt::format("loan '{}' cannot be taken over: {}", command.loan, fault.reason));
  }
  if (Status s = check_figures(request, state, product, command.loan); !s) return s.error();
  if (state.status == LoanStatus::closed)
    return refuse("takeover.nothing_owed",
                  fmt::format("loan '{}' owes nothing: it needs no take-over", command.loan));
  return Accepted{
      .loan = 0, .value_date = *day, .payload = std::move(taken), .kind = Kind::take_over};
}

}  // namespace loanbook::ledger
