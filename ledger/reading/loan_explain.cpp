// How the figures of a loan came about: each with its formula, its numbers and its dates.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/loan/deferred_fee.hpp"
#include "loanbook/ledger/loan/loan_changes.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/schedule/explain.hpp"

namespace loanbook::ledger {
namespace {

/// The terms by which the rows to come were planned: those of the contract, or of the last change.
struct PlannedBy {
  std::optional<schedule::Terms> terms{};
  std::uint64_t changed_by = 0;  ///< entry; 0: the contract
  std::string how;               ///< name of the operation
};

/// The loan at the opening of `day`, and what its rows to come were planned by.
struct Folded {
  LoanState state;
  PlannedBy planned;
};

Folded fold_with_plan(std::uint32_t number, const LoanHistory& all, const Product& product,
                      Day day) {
  const std::span<const LoanEvent> events = all.events;
  const LoanEvent* last = nullptr;
  for (const LoanEvent& event : events) {
    const bool spreads = event.kind == Kind::re_age || event.kind == Kind::reamortize ||
                         event.kind == Kind::reschedule;
    if (changes_plan(event.kind) || spreads) last = &event;
  }
  if (last == nullptr) return {fold(number, all.contract, product, events, day), {}};
  const auto count = static_cast<std::size_t>(last - events.data());
  Folded folded{fold(number, all.contract, product, events.first(count), last->value_date),
                {.changed_by = last->sequence, .how = std::string(to_text(last->kind))}};
  if (changes_plan(last->kind)) folded.planned.terms = terms_of_rest(folded.state, product, *last);
  fold_on(folded.state, product, events.subspan(count), day);
  return folded;
}

class Explainer {
 public:
  Explainer(const LoanState& state, const Product& product, Day day)
      : state_(state),
        product_(product),
        rules_(overdue_rules(product, state.terms.rate)),
        day_(day) {}

  std::vector<ExplainLine> lines(const PlannedBy& planned) {
    principal();
    rate();
    if (state_.interest.slope != 0 || state_.interest.base != 0)
      level("interest accrued", balance_of(state_, Role::interest_accrued), state_.interest);
    next_installment(planned);
    for (const schedule::DueInstallment& due : state_.due) {
      if (due.due <= day_) unpaid(due);
    }
    charges();
    suspended();
    deferred_fee();
    shares();
    if (const std::int64_t held = -balance_of(state_, Role::overpayment); held != 0)
      lines_.push_back({"held for the borrower", amount(held),
                        "paid beyond what was due; pays what falls due next", ""});
    return std::move(lines_);
  }

 private:
  [[nodiscard]] std::string amount(std::int64_t minor) const {
    return fmt::format("{} {}", money::text_of_minor(minor, product_.currency.digits),
                       product_.currency.text());
  }

  void principal() {
    const std::int64_t owed =
        balance_of(state_, Role::principal) + balance_of(state_, Role::principal_overdue);
    std::string how = fmt::format("lent {} less {} that was repaid of it", amount(state_.lent),
                                  amount(state_.lent - owed));
    if (owed > state_.lent)
      how = fmt::format("lent {} and {} of interest that joined it", amount(state_.lent),
                        amount(owed - state_.lent));
    if (state_.servicing && state_.servicing->charged_off)
      how = "given to expense: the books hold none of it, the borrower owes it as before";
    if (state_.status == LoanStatus::written_off) how = "given up: the books hold none of it";
    lines_.push_back({"principal", amount(owed), std::move(how), money::to_text(state_.disbursed)});
  }

  /// What is owed and no income yet.
  void suspended() {
    if (!state_.non_accrual) return;
    lines_.push_back({"no income yet", amount(balance_of(state_, Role::memo_interest)),
                      "interest and penalty of the lender's own books that did not come in, while "
                      "the loan does not accrue; the borrower owes it as before",
                      ""});
  }

  /// What was kept back of pay-outs and is not earned yet.
  void deferred_fee() {
    if (!state_.deferred) return;
    const DeferredFee& fee = *state_.deferred;
    const std::int64_t left = -balance_of(state_, Role::fee_deferred);
    const bool by_rate = product_.accounting.upfront_fee == FeeIncomeSpread::effective_interest;
    if (fee.earned.slope == 0) {
      lines_.push_back({"fee not yet income", amount(left),
                        state_.non_accrual ? "kept back of pay-outs; none of it becomes income "
                                             "while the loan does not accrue"
                                           : "kept back of pay-outs",
                        "since " + money::to_text(fee.earned.first)});
      return;
    }
    lines_.push_back(
        {"fee not yet income", amount(left),
         fmt::format("{} of what was kept back when the row began, less what it has earned; {}",
                     amount(fee.left),
                     by_rate ? "earned at the rate that discounts the rows to come to principal "
                               "less that fee"
                             : "earned in equal parts a day until the last due date"),
         ""});
    level("fee earned of the row", fee.left - left, fee.earned);
    if (!by_rate) return;
    const auto rate = fee_rate(state_, product_);
    if (!rate) return;
    constexpr std::int64_t one_e18 = 1'000'000'000'000'000'000;
    const auto whole = static_cast<std::int64_t>(rate->per_day_e18 / one_e18);
    const auto decimals = static_cast<std::int64_t>(rate->per_day_e18 % one_e18);
    lines_.push_back(
        {"fee of the row", amount(fee.earned.slope),
         fmt::format("{} x ((1 + i)^{} - 1) = {}, less interest {}", amount(rate->carrying),
                     rate->days, amount(rate->grown), amount(rate->interest)),
         money::to_text(fee.earned.first)});
    lines_.push_back(
        {"rate i of a day", fmt::format("{}.{:018}", whole, decimals),
         fmt::format("discounts {} installments to come to {}", rate->rows, amount(rate->carrying)),
         money::to_text(fee.earned.first)});
  }

  /// What each partner of a joint loan has in it, as a function of the loan's totals.
  void shares() {
    if (!product_.joint || !state_.joint) return;
    const JointRules& rules = *product_.joint;
    std::int64_t weights = 0;
    for (const Party& party : rules.parties) weights += party.weight;
    for (std::size_t i = 0; i < rules.parties.size(); ++i) {
      if (i == rules.lead_index()) continue;
      const PartnerTotals totals = partner_totals(state_, rules, i);
      const std::int64_t received =
          totals.received[static_cast<std::size_t>(schedule::Component::principal)];
      const std::string share = fmt::format("{} of {} parts", rules.parties[i].weight, weights);
      const std::string figure = "partner " + rules.parties[i].id;
      lines_.push_back(
          {figure + " principal", amount(totals.outstanding),
           fmt::format("{}: of {} lent {}, less {} received, {} paid by the lead or lost", share,
                       amount(state_.lent), amount(totals.lent), amount(received),
                       amount(totals.lent - received - totals.outstanding)),
           ""});
      lines_.push_back({figure + " owed", amount(totals.net()),
                        "what came in for it so far, less its part of what was lent and fees kept "
                        "back; the file of each day has that day's part",
                        ""});
    }
  }

  void rate() {
    if (!state_.servicing || !state_.servicing->indexed || state_.lent == 0) return;
    const Day next = state_.servicing->indexed->next_reset;
    const bool runs = state_.row_coming && state_.status == LoanStatus::active;
    lines_.push_back({"rate", state_.terms.rate.percent_text(), rate_words(state_, product_, day_),
                      runs ? "next reset " + money::to_text(next) : ""});
  }

  void level(std::string figure, std::int64_t minor, const schedule::Line& line) {
    const std::int64_t t = day_ < line.first ? 0
                                             : schedule::day_index(product_.day_count, line.first,
                                                                   day_, line_context(product_));
    lines_.push_back(
        {std::move(figure), amount(minor),
         fmt::format("round {} (({} + {} x {}) / {}) minor units, {}",
                     money::to_text(product_.accrual_rounding), money::text_of_minor(line.base, 0),
                     money::text_of_minor(line.slope, 0), t, line.denominator,
                     schedule::to_text(product_.day_count)),
         fmt::format("{} to {}", money::to_text(line.first), money::to_text(day_))});
  }

  /// The row that runs: one line for each step of its chain, the first with the payment.
  void next_installment(const PlannedBy& planned) {
    if (!state_.row_coming) return;
    const schedule::PlanRow& next = state_.next;
    const std::string figure = fmt::format("installment {} by plan", next.no);
    const std::string due = money::to_text(next.due);
    if (state_.servicing && state_.servicing->running) return computed_again(figure, due);
    if (planned.changed_by != 0)
      lines_.push_back(
          {figure, amount(next.payment()),
           fmt::format("planned anew by entry {} ({})", planned.changed_by, planned.how), due});
    if (planned.changed_by != 0 && !planned.terms) return;
    const schedule::Terms terms =
        planned.terms ? *planned.terms : schedule_terms(product_, state_.terms, state_.disbursed);
    if (!schedule::check(terms)) return;
    const schedule::Explanation explanation = schedule::explain(terms);
    const auto row = std::find_if(explanation.rows.begin(), explanation.rows.end(),
                                  [&](const auto& each) { return each.row.due == next.due; });
    if (row == explanation.rows.end()) return;
    std::string text;
    for (const auto& solved : explanation.installments) {
      if (solved.from_row <= row->row.no) text = schedule::to_text(solved, terms);
    }
    text += schedule::to_text(*row, terms);
    std::string payment = planned.changed_by != 0 ? "" : amount(next.payment());
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::size_t word = std::min(text.find_first_not_of(' ', begin), end);
      lines_.push_back({figure, std::exchange(payment, ""), text.substr(word, end - word), due});
      begin = end + 1;
    }
    if (row->row.fee != next.fee)
      lines_.push_back(
          {figure, "", fmt::format("and {} fee of the row, as agreed", amount(next.fee)), due});
  }

  /// The row that runs, where its interest is computed again.
  void computed_again(const std::string& figure, const std::string& due) {
    const schedule::PlanRow& next = state_.next;
    const RunningInterest& run = *state_.servicing->running;
    lines_.push_back(
        {figure, amount(next.payment()),
         fmt::format("principal {} + interest {}{}", amount(next.principal), amount(next.interest),
                     next.fee == 0 ? "" : " + fee " + amount(next.fee)),
         due});
    if (run.earned != 0)
      lines_.push_back({figure, "",
                        fmt::format("interest {} of the nights before", amount(run.earned)),
                        "to " + money::to_text(run.since)});
    std::string bears = fmt::format("interest on {} that is not yet due", amount(run.ahead));
    if (run.overdue != 0 && run.overdue_until > run.since)
      bears += fmt::format(", and on {} overdue through {}", amount(run.overdue),
                           money::to_text(run.overdue_until));
    lines_.push_back(
        {figure, "", std::move(bears), fmt::format("{} to {}", money::to_text(run.since), due)});
    if (run.installment != 0)
      lines_.push_back(
          {figure, "",
           fmt::format("the installment in force is {}; what was paid early, or is left "
                       "for the last row, may ask for other principal",
                       amount(run.installment)),
           due});
  }

  void unpaid(const schedule::DueInstallment& due) {
    std::string parts;
    const auto add = [&](const char* name, std::int64_t minor) {
      if (minor == 0) return;
      parts += fmt::format("{}{} {}", parts.empty() ? "" : " + ", name, amount(minor));
    };
    add("principal", due.principal);
    add("interest", due.interest);
    add("fee", due.fee);
    add("late fee", due.late_fee);
    lines_.push_back({fmt::format("installment {} unpaid", due.no),
                      amount(due.principal + due.interest + due.fee + due.late_fee), parts,
                      fmt::format("due {}, {} days past due", money::to_text(due.due),
                                  (day_ - due.due).count())});
    const std::string hidden =
        schedule::charges_visible(due, rules_, day_) ? "" : " (hidden: within grace)";
    if (due.penalty.slope != 0 || due.penalty.base != 0)
      level(fmt::format("installment {} penalty{}", due.no, hidden),
            schedule::penalty_at(due, rules_, day_).value_or(0), due.penalty);
    maximum(due);
    if (rules_.compound_rate.e12() != 0 && (due.compound.slope != 0 || due.compound.base != 0))
      level(fmt::format("installment {} compound{}", due.no, hidden),
            schedule::compound_at(due, rules_, day_).value_or(0), due.compound);
  }

  /// Penalty interest under a maximum: what is left of it, or since when it is reached.
  void maximum(const schedule::DueInstallment& due) {
    if (rules_.maximum_e4 == 0 || due.principal + due.room == 0 || day_ <= due.due) return;
    const bool both = rules_.maximum_of == schedule::MaximumOf::penalty_and_compound;
    const std::string figure =
        fmt::format("installment {} penalty{}", due.no, both ? " and compound" : "");
    const auto flat = [](const schedule::Line& line) {
      return line.slope == 0 && line.denominator == 1;
    };
    const bool held = flat(due.penalty) && (!both || flat(due.compound)) &&
                      due.penalty.base + (both ? due.compound.base : 0) == due.room;
    lines_.push_back(
        {figure, amount(due.room),
         held ? fmt::format("capped at {}: with what was paid of it, that is {} of the principal "
                            "that its due date left unpaid; it grows no more",
                            amount(due.room),
                            money::Rate::of_e12(rules_.maximum_e4 * 100'000'000).percent_text())
              : fmt::format("may come to {} at most: {} of the principal that its due date left "
                            "unpaid, less what was paid of it",
                            amount(due.room),
                            money::Rate::of_e12(rules_.maximum_e4 * 100'000'000).percent_text()),
         held ? "since " + money::to_text(due.penalty.first) : ""});
  }

  void charges() {
    if (!state_.servicing) return;
    for (const ChargeRecord& charge : state_.servicing->charges) {
      if (charge.unpaid() == 0 || charge.due > day_) continue;
      const std::string code = charge.code.empty() ? "" : " '" + charge.code + "'";
      const std::string origin = charge.sequence == 0
                                     ? fmt::format("by plan, installment {}", charge.installment)
                                     : fmt::format("assessed by entry {}", charge.sequence);
      lines_.push_back(
          {fmt::format("{}{}", charge.component == schedule::Component::fee ? "fee" : "late fee",
                       code),
           amount(charge.unpaid()),
           fmt::format("{} {}, paid {}, waived {}", amount(charge.amount), origin,
                       amount(charge.paid), amount(charge.waived)),
           "due " + money::to_text(charge.due)});
    }
  }

  const LoanState& state_;
  const Product& product_;
  schedule::OverdueRules rules_;
  Day day_;
  std::vector<ExplainLine> lines_;
};

}  // namespace

Result<std::vector<ExplainLine>> Book::explain(const std::string& id, Day day) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  const std::uint64_t number = book.loan_number(id);
  if (number == 0)
    return Error{"loan.unknown", fmt::format("there is no loan '{}' in this book", id)};
  const LoanRecord& record = book.loans.at(number);
  const Product& product = book.product_of(record);
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  Result<LoanHistory> all = history_known_at(record, book.head.sequence, **view);
  if (!all) return all.error();
  std::erase_if(all->events, [&](const LoanEvent& event) { return event.value_date > day; });
  try {
    const Folded folded = fold_with_plan(record.state.product, *all, product, day);
    return Explainer(folded.state, product, day).lines(folded.planned);
  } catch (const LoanFault& fault) {
    return Error{"loan.beyond_limits",
                 fmt::format("loan '{}' cannot be computed: {}", id, fault.reason)};
  }
}

}  // namespace loanbook::ledger
