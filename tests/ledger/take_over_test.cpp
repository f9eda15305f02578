// A loan taken over at any day of its life goes on as the same loan that was played in full: the
// old books are a book of ours, read through its fold, so every figure that follows can be
// compared.

#include <cstdlib>

#include "ledger/events.hpp"
#include "ledger/random_story.hpp"
#include "loanbook/schedule/line.hpp"

namespace loanbook::test {
namespace {

constexpr int days_told = 150;
constexpr std::int64_t e12 = 1'000'000'000'000;

std::string money_text(std::int64_t minor) { return money::text_of_minor(minor, 2); }

Product taken_product(Dice& dice) {
  using schedule::DayCount;
  using schedule::Method;
  Product p = product_of(dice.pick({Method::level, Method::equal_principal, Method::interest_first,
                                    Method::bullet, Method::revolving, Method::flat}),
                         "p");
  p.day_count = dice.pick({DayCount::act_360, DayCount::act_365f, DayCount::act_act_isda,
                           DayCount::thirty_e_360, DayCount::thirty_360, DayCount::thirty_360_us});
  p.accrual_rounding = dice.pick({money::RoundingMode::half_up, money::RoundingMode::half_even,
                                  money::RoundingMode::up, money::RoundingMode::down});
  p.frequency = dice.roll(0, 1) == 0
                    ? schedule::Frequency{}
                    : schedule::Frequency{schedule::PeriodUnit::day,
                                          static_cast<std::uint16_t>(dice.roll(7, 35))};
  p.basis = schedule::InterestBasis::daily;
  p.installments_default = static_cast<std::uint32_t>(dice.roll(1, 6));
  p.rate_default = money::Rate::of_e12(
      dice.pick<std::int64_t>({180'000'000'000, 243'333'000'000, 73'000'000'000, 123'456'789'012}));
  p.grace_days = static_cast<std::uint16_t>(dice.roll(0, 4));
  p.grace_mode = dice.pick({schedule::GraceMode::shift, schedule::GraceMode::waive_if_paid});
  p.compound = dice.pick({CompoundRate::none, CompoundRate::contract, CompoundRate::penalty});
  p.prepayment = dice.pick({Prepayment::hold, Prepayment::settle});
  if (dice.roll(0, 2) == 0) p.allocation.ordinary.mode = schedule::AllocationMode::horizontal;
  if (p.method != Method::revolving && dice.roll(0, 1) == 0) {
    ServicingRules& rules = p.servicing.emplace();
    rules.payment.mode =
        dice.pick({schedule::AllocationMode::vertical, schedule::AllocationMode::horizontal});
    rules.payment.advance =
        dice.pick({schedule::Advance::next, schedule::Advance::last, schedule::Advance::spread});
  }
  p.quality.non_accrual_days = dice.pick<std::uint16_t>({0, 5, 20});
  if (dice.roll(0, 3) == 0) {
    p.joint = random_parties(dice);
    p.joint->interest = dice.pick({InterestShare::pro_rata, InterestShare::service_fee});
    if (p.joint->interest == InterestShare::service_fee) p.joint->service_fee_e6 = 123'456;
  }
  if (dice.roll(0, 2) == 0) p.accounting.basis = AccountingBasis::cash;
  if (dice.roll(0, 1) == 0)
    p.accounting.tax = {60'000'000'000, static_cast<std::uint8_t>(dice.roll(1, 7))};
  return p;
}

/// Repayments, and what puts a loan into another state.
std::vector<Told> taken_story(Dice& dice, bool revolving) {
  std::vector<Told> story;
  for (int day = dice.roll(0, 20); day < days_told; day += dice.roll(1, 30)) {
    Told told{.day = day, .repaid = random_amount(dice)};
    const int kind = dice.roll(0, 11);
    if (kind == 0 && !revolving) told.operation = Operation{.kind = Kind::charge_off};
    if (kind == 1)
      told.operation = Operation{.kind = Kind::non_accrual,
                                 .choice = dice.pick<const char*>({"yes", "no", "rule"})};
    if (kind == 2)
      told.operation = Operation{.kind = Kind::classify,
                                 .choice = dice.pick<const char*>({"normal", "doubtful", "loss"})};
    story.push_back(std::move(told));
  }
  return story;
}

/// A level with twelve more digits than the currency has.
std::string exact_text(const schedule::Line& line, const Product& product, Day at) {
  if (at < line.first) return "0";
  const auto exact = *schedule::exact_level(line, product.day_count, at);
  const money::Int128 scaled =
      exact / line.denominator * e12 + money::divide_rounded(exact % line.denominator * e12,
                                                             money::Int128{line.denominator},
                                                             money::RoundingMode::half_up);
  return money::text_of_minor(scaled < 0 ? 0 : scaled, 12) == "" ? "" : [&] {
    std::string digits = money::text_of_minor(scaled, 12);
    // Minor units with twelve digits are major units with fourteen.
    const bool negative = digits.front() == '-';
    std::string bare;
    for (const char c : digits)
      if (c != '.' && c != '-') bare += c;
    while (bare.size() < 15) bare.insert(bare.begin(), '0');
    bare.insert(bare.size() - 14, ".");
    return (negative ? "-" : "") + bare;
  }();
}

/// What the old books say beside the amounts.
void stands(TakeOver& request, const LoanState& state) {
  if (state.servicing && state.servicing->charged_off) {
    request.charged_off = state.servicing->charged_off_on;
    request.fraud = state.servicing->fraud;
  }
  if (state.accrual == AccrualChoice::suspended) request.non_accrual = "yes";
  if (state.accrual == AccrualChoice::income) request.non_accrual = "no";
  if (state.accrual == AccrualChoice::by_rule && state.non_accrual) request.non_accrual = "rule";
  constexpr const char* categories[] = {"",         "normal", "special-mention", "substandard",
                                        "doubtful", "loss"};
  request.category = categories[state.official];
  if (!state.joint) return;
  TakeOverShared& shared = request.shared.emplace();
  for (std::size_t i = 0; i < shared.earned.size(); ++i) {
    shared.earned[i] = money_text(state.joint->earned[i]);
    shared.compensated[i] = money_text(state.joint->compensated[i]);
    shared.of_lead[i] = money_text(state.joint->subrogated[i]);
    shared.lost[i] = money_text(state.joint->lost[i]);
  }
  shared.lost_of_lead = money_text(state.joint->lost_subrogated);
  shared.recovered = money_text(state.joint->recovered);
}

/// What the old books say of a loan at the opening of `at`.
Command take_over_of(const LoanState& state, const Product& product, Day at, bool replanned) {
  using schedule::Component;
  TakeOver request;
  request.terms = {.product = "p", .amount = money_text(state.lent)};
  request.disbursed = state.disbursed;
  const auto balance = [&](Role role) { return state.balance.get(role); };
  const bool charged_off = state.servicing && state.servicing->charged_off;
  std::int64_t principal = balance(Role::principal) + balance(Role::principal_overdue);
  for (const schedule::DueInstallment& due : state.due)
    principal += charged_off ? due.principal : 0;
  request.principal = money_text(principal);
  if (!charged_off) request.principal_overdue = money_text(balance(Role::principal_overdue));
  request.interest_due = money_text(balance(Role::interest_receivable));
  request.penalty = money_text(balance(Role::penalty_receivable));
  request.compound = money_text(balance(Role::compound_receivable));
  request.overpayment = money_text(-balance(Role::overpayment));
  if (state.row_coming) {
    request.next_due = state.next.due;
    request.next_installment = state.next.no;
    if (!charged_off) request.interest_accrued = exact_text(state.interest, product, at);
    if (product.method == schedule::Method::revolving || replanned)
      request.interest_from = state.interest.first;
  }
  const auto add = [&](const schedule::DueInstallment& due) {
    TakeOverRow row{.no = due.no, .due = due.due};
    row.principal = money_text(due.principal);
    row.interest = money_text(due.interest);
    row.fee = money_text(due.fee);
    row.late_fee = money_text(due.late_fee);
    if (due.due <= at) {
      row.penalty = exact_text(due.penalty, product, at);
      row.compound = exact_text(due.compound, product, at);
      const auto since = [&](const schedule::Line& line) {
        return line.first > due.due && line.first <= at ? std::optional(line.first) : std::nullopt;
      };
      row.penalty_from = since(due.penalty);
      row.compound_from = since(due.compound);
    }
    if (state.servicing) {
      const InstallmentRecord& record = *state.servicing->find(due.no);
      row.principal_paid = money_text(record.paid[static_cast<std::size_t>(Component::principal)]);
      row.interest_paid = money_text(record.paid[static_cast<std::size_t>(Component::interest)]);
    }
    request.rows.push_back(std::move(row));
  };
  for (const schedule::DueInstallment& due : state.due) {
    if (due.due <= at) add(due);
  }
  // By contract what is to come needs no mention; else all of it is given, paid ahead or not.
  if (replanned) {
    for (const schedule::PlanRow& row : state.servicing->coming) {
      const auto claim = std::find_if(state.due.begin(), state.due.end(),
                                      [&](const auto& due) { return due.no == row.no; });
      add(claim != state.due.end()
              ? *claim
              : schedule::DueInstallment{
                    .no = row.no, .due = row.due, .principal = 0, .interest = 0});
    }
  }
  stands(request, state);
  Command command{.event = std::move(request), .loan = "L"};
  command.value_date = at;
  return command;
}

struct Figures {
  std::vector<std::int64_t> balances;
  std::vector<std::string> due;
  std::string bucket, status;
  std::int32_t dpd;
  std::int64_t payoff;
  bool operator==(const Figures&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Figures& f) {
  out << f.status << " " << f.bucket << " dpd " << f.dpd << " payoff " << f.payoff << ";";
  for (const auto minor : f.balances) out << " " << minor;
  for (const auto& due : f.due) out << "; " << due;
  return out;
}

constexpr Role claims[] = {
    Role::principal,           Role::principal_overdue,  Role::interest_accrued,
    Role::interest_receivable, Role::penalty_receivable, Role::compound_receivable,
    Role::overpayment,         Role::interest_unearned,  Role::interest_suspended,
    Role::memo_interest,       Role::partner_payable,    Role::agency_principal,
    Role::agency_receivable,   Role::partner_income,     Role::partner_funding,
    Role::partner_accrued,     Role::partner_expense,    Role::partner_loss,
    Role::service_fee_income};
constexpr Role incomes[] = {Role::interest_income,     Role::penalty_income,
                            Role::compound_income,     Role::settlement,
                            Role::recovery_income,     Role::charge_off_expense,
                            Role::charge_off_interest, Role::charge_off_penalty};

/// Claims as they stand, income and cash since `before`. On a cash basis what was not received when
/// the loan came over was no income there and is none that is suspended here.
Figures figures_of(const Book& book, const Balances* before, bool cash) {
  const LoanView view = must(book.loan("L"));
  Figures f{.balances = {},
            .due = {},
            .bucket = view.row.bucket + " " + view.row.official +
                      (view.row.non_accrual ? " non-accrual" : ""),
            .status = std::string(to_text(view.row.status)),
            .dpd = view.row.dpd,
            .payoff = view.payoff};
  for (const Role role : claims)
    f.balances.push_back(view.balances[static_cast<std::size_t>(role)]);
  const auto suspended = static_cast<std::size_t>(Role::income_suspended);
  f.balances.push_back(view.balances[suspended] -
                       (before != nullptr && cash ? (*before)[suspended] : 0));
  for (const Role role : incomes) {
    const auto i = static_cast<std::size_t>(role);
    f.balances.push_back(view.balances[i] - (before != nullptr ? (*before)[i] : 0));
  }
  for (const DueView& due : view.due)
    f.due.push_back(money::to_text(due.due) + " " + money_text(due.principal) + " " +
                    money_text(due.interest) + " " + money_text(due.penalty) + " " +
                    money_text(due.compound));
  return f;
}

std::int64_t tax_of(const Book& book) {
  return must(book.loan("L")).balances[static_cast<std::size_t>(Role::income_tax)];
}

void tell(Book& book, const std::vector<Told>& story, Day start, int from, int to) {
  for (const Told& told : story) {
    if (told.day < from || told.day >= to) continue;
    if (told.day > from) must(book.close_through(start + date::days{told.day - 1}));
    Command command = pay("L", told.repaid);
    if (told.operation) command.event = *told.operation;
    (void)book.record(command);
  }
  must(book.close_through(start + date::days{to - 1}));
}

TEST_CASE("A loan taken over on any day goes on as the same loan played in full") {
  const int stories = std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 4'000 : 200;
  int compared = 0;
  for (int seed = 1; seed <= stories; ++seed) {
    Dice dice(static_cast<std::uint32_t>(seed));
    const Product product = taken_product(dice);
    const std::vector<Told> story =
        taken_story(dice, product.method == schedule::Method::revolving);
    const Day start = day("2026-01-01") + date::days{dice.roll(0, 60)};
    const int cut = dice.roll(1, days_told - 20);
    INFO("seed " << seed << ", " << schedule::to_text(product.method) << ", "
                 << schedule::to_text(product.day_count) << ", table "
                 << product.servicing.has_value() << ", joint " << product.joint.has_value()
                 << (product.accounting.on_cash() ? ", on cash" : "") << ", taxed "
                 << static_cast<int>(product.accounting.tax.of) << ", taken over after " << cut
                 << " days");
    auto old_book = new_book(money::to_text(start).c_str());
    must(old_book->record(publish(product)));
    if (!old_book->record(lend("L", "p", "1000.00"))) continue;
    tell(*old_book, story, start, 0, cut);

    const Day at = start + date::days{cut};
    const std::vector<LoanEvent> events = events_of(*old_book);
    const LoanState state =
        fold(0, events.front().agreed->terms, must(old_book->product("p")), events, at);
    if (state.status != LoanStatus::active) continue;
    const Balances before = must(old_book->loan("L")).balances;

    auto book = new_book(money::to_text(at).c_str());
    must(book->record(publish(product)));
    must(book->record(take_over_of(state, product, at, static_cast<bool>(state.servicing))));
    const bool cash = product.accounting.on_cash();
    CHECK(figures_of(*book, nullptr, cash) == figures_of(*old_book, &before, cash));
    CHECK(tax_of(*book) == 0);
    for (int day = cut; day < days_told; day += 9) {
      const int to = std::min(day + 9, days_told);
      tell(*old_book, story, start, day, to);
      tell(*book, story, start, day, to);
      const Figures played = figures_of(*old_book, &before, cash);
      CHECK(figures_of(*book, nullptr, cash) == played);
      // Rounded on a total each: the unit between two totals may fall to either.
      const std::int64_t taxed =
          tax_of(*old_book) - before[static_cast<std::size_t>(Role::income_tax)];
      CHECK(std::abs(tax_of(*book) - taxed) <= 1);
    }
    verified(*book);
    ++compared;
  }
  CHECK(compared > stories / 3);
}

}  // namespace
}  // namespace loanbook::test
