// The door for loans that are taken over: the contract, the installments, and the figures of the
// old books held against what they amount to.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "loanbook/ledger/door/door.hpp"
#include "loanbook/ledger/door/recorder.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/ledger/loan/take_over.hpp"
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
  if (given.maximum_left) {
    const Result<std::int64_t> left = amount_of(*given.maximum_left, "maximum_left", currency);
    if (!left) return left.error();
    row.maximum_left = *left;
  }
  row.penalty_e12 = *penalty;
  row.compound_e12 = *compound;
  row.penalty_from = given.penalty_from;
  row.compound_from = given.compound_from;
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
    if (!taken.replanned && planned && row.due != dates[row.no - 1])
      return wrong(row.no, fmt::format("is due on {}, by the contract on {}; where the plan was "
                                       "changed give all installments to come",
                                       money::to_text(row.due), money::to_text(dates[row.no - 1])));
    if (i > 0 && row.due < taken.rows[i - 1].due)
      return wrong(row.no, "is due before the one before it");
    if (row.due > day && (row.penalty_e12 || row.compound_e12))
      return wrong(row.no, "is not due yet and cannot have accrued penalty interest");
    for (const std::optional<Day>& since : {row.penalty_from, row.compound_from}) {
      if (since && (*since < row.due || *since > day))
        return wrong(row.no, "its penalty interest runs from its due date or a later payment on");
    }
  }
  return money::ok();
}

/// What is left of a maximum needs one, and holds what has accrued.
Status check_maximum(const TakenOver& taken, const Product& product) {
  for (const TakenRow& row : taken.rows) {
    if (row.maximum_left && product.penalty_maximum_e4 == 0)
      return refuse("takeover.installment",
                    fmt::format("installment {}: penalty interest of product '{}' has no maximum: "
                                "leave maximum_left out",
                                row.no, product.id));
  }
  return money::ok();
}

/// On a loan on daily interest the first installment is all that was drawn, due at its maturity.
Status check_charges_only(const TakenRow& row, std::uint32_t rows_done) {
  const bool drawn = row.no == 1 && rows_done == 1;
  const bool owes = row.unpaid[static_cast<std::size_t>(Component::principal)] != 0 ||
                    row.unpaid[static_cast<std::size_t>(Component::interest)] != 0;
  if (drawn || (row.no != 1 && !owes)) return money::ok();
  return refuse("takeover.installment",
                fmt::format("installment {}: before its maturity a loan on daily interest has no "
                            "installment 1, and the others hold fees and late fees only; what it "
                            "owes is principal and interest_accrued",
                            row.no));
}

/// How the loan stands beside its amounts; nothing where that follows from them.
Result<std::optional<TakenStanding>> standing_of(const TakeOver& request, const Product& product,
                                                 Day day) {
  using Found = std::optional<TakenStanding>;
  if (!request.charged_off && !request.written_off && !request.fraud &&
      request.non_accrual.empty() && request.category.empty() && !request.shared)
    return Found{};
  TakenStanding standing{.charged_off = request.charged_off,
                         .written_off = request.written_off,
                         .fraud = request.fraud};
  for (const auto& [off, name] : {std::pair{request.charged_off, "charged_off"},
                                  std::pair{request.written_off, "written_off"}}) {
    if (off && (*off > day || *off < request.disbursed))
      return refuse("takeover.date",
                    fmt::format("{} lies between the pay-out and the take-over", name));
  }
  if (request.charged_off && request.written_off && *request.written_off < *request.charged_off)
    return refuse("takeover.date", "a loan is charged off before it is written off");
  if (request.fraud && !request.charged_off)
    return refuse("takeover.standing", "fraud says why a loan was charged off: give that day too");
  if (product.joint && !request.shared && (request.charged_off || request.written_off))
    return refuse("takeover.standing",
                  "what the parties of a joint loan lost does not follow from its contract; give "
                  "`shared` with principal_lost, interest_lost and what was earned");
  const std::string& accrual = request.non_accrual;
  if (!accrual.empty() && accrual != "yes" && accrual != "no" && accrual != "rule")
    return refuse(
        "takeover.standing",
        fmt::format("non_accrual is '{}'; write yes, no or rule, or leave it empty", accrual));
  standing.non_accrual = accrual == "yes" || accrual == "rule";
  standing.accrual = accrual == "yes" ? 1 : accrual == "no" ? 2 : 0;
  if (!request.category.empty()) {
    const Operation classify{.kind = Kind::classify, .choice = request.category};
    if (Status s = check_fields(classify); !s) return s.error();
    const std::uint8_t choice = choice_number(classify);
    standing.official = choice > 5 ? 0 : choice;
  }
  if (!request.shared) return Found{standing};
  if (!product.joint)
    return refuse("takeover.standing",
                  fmt::format("nobody funds loans of product '{}' beside the lender: leave the "
                              "shares out",
                              product.id));
  standing.shared = true;
  const TakeOverShared& shared = *request.shared;
  struct Each {
    const std::array<std::string, schedule::component_count>& text;
    std::string_view name;
    Parts& parts;
  };
  for (const Each& each : {Each{shared.earned, "earned", standing.earned},
                           Each{shared.compensated, "compensated", standing.compensated},
                           Each{shared.of_lead, "of_lead", standing.subrogated},
                           Each{shared.lost, "lost", standing.lost}}) {
    for (std::size_t i = 0; i < each.parts.size(); ++i) {
      // What was given back after a loss makes it less than nothing.
      const std::string_view text = each.text[i];
      const bool below = text.starts_with('-');
      const Result<std::int64_t> minor =
          amount_of(below ? text.substr(1) : text, each.name, product.currency);
      if (!minor) return minor.error();
      each.parts[i] = below ? -*minor : *minor;
    }
  }
  const Result<std::int64_t> lost =
      amount_of(shared.lost_of_lead, "lost_of_lead", product.currency);
  if (!lost) return lost.error();
  const bool paid_back = shared.recovered.starts_with('-');
  const Result<std::int64_t> recovered = amount_of(
      std::string_view(shared.recovered).substr(paid_back ? 1 : 0), "recovered", product.currency);
  if (!recovered) return recovered.error();
  standing.lost_subrogated = *lost;
  standing.recovered = paid_back ? -*recovered : *recovered;
  return Found{standing};
}

struct Figure {
  std::string_view name;
  const std::optional<std::string>& given;
  std::int64_t computed;
};

std::int64_t held(const LoanState& state, Role role) { return state.balance.get(role); }

/// Principal owed, in all or of installments due before `day`. Of a loan that was charged off the
/// books hold nothing, of one that was written off its installments say what was given up.
std::int64_t principal_of(const LoanState& state, bool overdue_only, Day day) {
  std::int64_t sum = 0;
  if (state.status == LoanStatus::written_off) {
    for (const InstallmentRecord& record : state.servicing->installments) {
      constexpr auto at = static_cast<std::size_t>(Component::principal);
      if (!overdue_only || record.due < day) sum += record.demanded[at] - record.paid[at];
    }
    return sum;
  }
  if (!state.servicing || !state.servicing->charged_off) {
    return held(state, Role::principal_overdue) + (overdue_only ? 0 : held(state, Role::principal));
  }
  for (const schedule::DueInstallment& due : state.due)
    sum += overdue_only && due.due >= day ? 0 : due.principal;
  return sum;
}

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
  const Day day = request.written_off.value_or(state.day);
  std::int64_t accrued = held(state, Role::interest_accrued);
  const std::array<Figure, 7> figures{
      {{"principal", principal, principal_of(state, false, day)},
       {"principal_overdue", request.principal_overdue, principal_of(state, true, day)},
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
  const bool off_books = request.charged_off || request.written_off;
  if (request.interest_accrued && !off_books) {
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
  Result<Opened> contract = this->contract(request.terms, command, request.disbursed, *day);
  if (!contract) return contract.error();
  const Product& product = state_.products[contract->product].product;
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
  // What was given up stands as on the day on which it was.
  const Day as_of = std::min(*day, request.written_off.value_or(*day));
  for (const TakeOverRow& given : request.rows) {
    Result<TakenRow> row = row_of(given, product.currency);
    if (!row) return row.error();
    if (given.due && *given.due > as_of) taken.replanned = true;
    taken.rows.push_back(std::move(*row));
  }
  const schedule::Plan plan =
      schedule::make_plan(schedule_terms(product, taken.opened.terms, request.disbursed));
  std::vector<Day> dates;
  for (const schedule::PlanRow& row : plan.rows) {
    if (row.no == 0) continue;
    dates.push_back(row.due);
    if (row.due <= as_of) ++taken.rows_done;
  }
  const bool revolving = product.method == schedule::Method::revolving;
  if (taken.replanned && revolving)
    return refuse("takeover.installment",
                  "a loan on daily interest has no installments to come; leave them out");
  if (!taken.replanned && product.servicing && product.servicing->down_payment_part.numerator != 0)
    return refuse("takeover.rows_needed",
                  "loans of this product have down payments: give all installments to come");
  if (Status s = check_rows(taken, request, dates, as_of); !s) return s.error();
  if (Status s = check_maximum(taken, product); !s) return s.error();
  if (revolving) {
    for (const TakenRow& row : taken.rows) {
      if (Status s = check_charges_only(row, taken.rows_done); !s) return s.error();
    }
  }
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
  const auto standing = standing_of(request, product, *day);
  if (!standing) return standing.error();
  taken.standing = *standing;
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
           .taken = std::make_shared<const TakenOver>(taken),
           .agreed = std::make_shared<const Agreed>(
               Agreed{taken.opened.terms, taken.opened.spread_e12})});
  } catch (const LoanFault& fault) {
    return refuse("loan.beyond_limits",
                  fmt::format("loan '{}' cannot be taken over: {}", command.loan, fault.reason));
  }
  if (Status s = check_figures(request, state, product, command.loan); !s) return s.error();
  const bool given_up = state.status == LoanStatus::written_off;
  if (state.status == LoanStatus::closed || (given_up && taken.principal == 0))
    return refuse("takeover.nothing_owed",
                  fmt::format("loan '{}' owes nothing: it needs no take-over", command.loan));
  return Accepted{
      .loan = 0, .value_date = *day, .payload = std::move(taken), .kind = Kind::take_over};
}

}  // namespace loanbook::ledger
