// Answers: what a book says about itself, its products and its loans. Reads share the state's lock
// and write nothing.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/digest.hpp"
#include "loanbook/ledger/plan_digest.hpp"
#include "loanbook/ledger/servicing_interest.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::array<std::string_view, 5> category_names = {"normal", "special mention",
                                                            "substandard", "doubtful", "loss"};

std::string category_name(std::uint8_t category) {
  return category < category_names.size() ? std::string(category_names[category])
                                          : fmt::format("class {}", category);
}

/// `state` accrued to the opening it is read at.
PortfolioRow row_of(const LoanRecord& record, const LoanState& state, const Product& product,
                    Day opening) {
  const schedule::OverdueRules rules = overdue_rules(product, state.terms.rate);
  PortfolioRow row;
  row.loan = record.id;
  row.product = product.id;
  row.currency = product.currency.text();
  row.digits = product.currency.digits;
  row.status = state.status;
  row.lent = state.lent;
  row.principal_overdue = state.balance.get(Role::principal_overdue);
  row.principal = state.balance.get(Role::principal) + row.principal_overdue;
  row.interest_accrued = state.balance.get(Role::interest_accrued);
  row.interest_due = state.balance.get(Role::interest_receivable);
  row.penalty =
      state.balance.get(Role::penalty_receivable) + state.balance.get(Role::compound_receivable);
  row.overpayment = -state.balance.get(Role::overpayment);
  for (const schedule::DueInstallment& due : state.due) {
    if (due.due <= opening) row.fees += due.fee + due.late_fee;
  }
  row.dpd = schedule::days_past_due(state.due, opening);
  row.reported_dpd = schedule::reported_days_past_due(state.due, rules, opening);
  row.bucket = bucket_name(product, schedule::classify(product.buckets, row.reported_dpd));
  row.category = category_name(schedule::classify(product.categories, row.reported_dpd));
  if (state.row_coming) {
    row.next_due = state.next.due;
    row.next_amount = product.method == schedule::Method::revolving
                          ? row.principal + state.next.interest
                          : state.next.payment();
  }
  row.isolated = record.isolated;
  return row;
}

Error wrapped(const LoanRecord& record, const LoanFault& fault) {
  return Error{.id = "loan.beyond_limits",
               .message = fmt::format("loan '{}' cannot be computed: {}", record.id, fault.reason)};
}

Error unknown_loan(const std::string& id) {
  return Error{.id = "loan.unknown",
               .message = fmt::format("there is no loan '{}' in this book", id)};
}

}  // namespace

Result<LoanHistory> history_known_at(const LoanRecord& record, std::uint64_t known_at,
                                     const storage::View& view) {
  std::uint64_t last = record.last_entry;
  while (last > known_at) {
    const Result<Entry> entry = entry_of(view, last);
    if (!entry) return entry.error();
    last = entry->previous;
  }
  return history(last, [&](std::uint64_t sequence) { return entry_of(view, sequence); });
}

namespace {

/// The loan at the opening of `day`: folded from its entries up to `known_at` whose value date is
/// not after `day`, before that day's accrual.
Result<LoanState> state_at(const LoanRecord& record, const Product& product,
                           const storage::View& view, Day day, std::uint64_t known_at) {
  Result<LoanHistory> all = history_known_at(record, known_at, view);
  if (!all) return all.error();
  std::erase_if(all->events, [&](const LoanEvent& event) { return event.value_date > day; });
  try {
    return fold(record.state.product, record.state.terms, product, all->events, day);
  } catch (const LoanFault& fault) {
    return wrapped(record, fault);
  }
}

}  // namespace

Result<ReadView> ReadView::of(const storage::View* fixed, const storage::Store* store) {
  ReadView view;
  view.fixed_ = fixed;
  if (fixed != nullptr) return view;
  Result<std::unique_ptr<storage::View>> fresh = store->view();
  if (!fresh) return fresh.error();
  view.own_ = std::move(*fresh);
  return view;
}

BookStatus Book::status() const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  BookStatus status{.began = state.began,
                    .business_date = state.business_date,
                    .closed_through = state.closed_through,
                    .head = state.head,
                    .loans = state.loans.size(),
                    .active = 0,
                    .isolated = state.isolated,
                    .tail_entries = state.head.sequence - state.checkpoint_sequence,
                    .currency = state.currency};
  for (std::uint64_t number = 1; number <= state.loans.size(); ++number) {
    if (state.loans.at(number).state.status == LoanStatus::active) ++status.active;
  }
  return status;
}

Result<Quote> Book::quote(const OpenLoan& open, Day disbursed) const {
  Result<Product> known = product(open.product, open.product_version);
  if (!known) return known.error();
  Quote quote{.product = std::move(*known), .terms = {}, .disbursed = disbursed, .plan = {}};
  const Result<money::Money> amount = money::Money::parse(open.amount, quote.product.currency);
  if (!amount) return amount.error();
  quote.terms = {.principal_minor = amount->minor(),
                 .rate = quote.product.rate_default,
                 .installments = open.installments.value_or(quote.product.installments_default),
                 .first_due = open.first_due,
                 .due_day = open.due_day};
  if (open.rate) {
    const Result<money::Rate> rate = money::Rate::parse(*open.rate);
    if (!rate) return rate.error();
    quote.terms.rate = *rate;
  }
  if (Status s = ledger::check(quote.terms, quote.product, disbursed); !s) return s.error();
  const schedule::Terms plan_terms = schedule_terms(quote.product, quote.terms, disbursed);
  if (Status s = check_cap(quote.product, plan_terms); !s) return s.error();
  quote.plan = schedule::make_plan(plan_terms);
  return quote;
}

std::vector<ProductInfo> Book::products() const {
  const std::shared_lock lock(impl_->state_mutex);
  std::vector<ProductInfo> rows;
  for (const PublishedProduct& p : impl_->state->products) {
    rows.push_back({p.product.id, p.product.version, p.product.name, p.digest, p.sequence});
  }
  return rows;
}

Result<Product> Book::product(const std::string& id, std::optional<std::uint32_t> version) const {
  const std::shared_lock lock(impl_->state_mutex);
  const auto& products = impl_->state->products;
  const auto found =
      std::find_if(products.rbegin(), products.rend(), [&](const PublishedProduct& p) {
        return p.product.id == id && (!version || p.product.version == *version);
      });
  if (found != products.rend()) return found->product;
  return Error{.id = "product.unknown",
               .message = fmt::format(
                   "product '{}'{} is not published in this book; `product list` shows what is", id,
                   version ? fmt::format(" version {}", *version) : "")};
}

Result<LoanView> Book::loan(const std::string& id, std::optional<Day> as_of,
                            std::optional<std::uint64_t> known_at) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  const std::uint64_t number = book.loan_number(id);
  if (number == 0) return unknown_loan(id);
  const LoanRecord& record = book.loans.at(number);
  const Product& product = book.product_of(record);
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  LoanView answer;
  answer.as_of = as_of.value_or(book.business_date);
  answer.known_at = std::min(known_at.value_or(book.head.sequence), book.head.sequence);
  LoanState state;
  if (answer.known_at == book.head.sequence && answer.as_of == book.business_date) {
    state = canonical(record, book);
  } else {
    Result<LoanState> folded = state_at(record, product, **view, answer.as_of, answer.known_at);
    if (!folded) return folded.error();
    state = std::move(*folded);
  }
  answer.row = row_of(record, state, product, answer.as_of);
  answer.version = record.version;
  answer.product_version = product.version;
  answer.rate = state.terms.rate.text();
  answer.installments = state.terms.installments;
  if (state.status == LoanStatus::active || state.status == LoanStatus::closed)
    answer.disbursed = state.disbursed;
  answer.method = schedule::to_text(product.method);
  const Day from = answer.disbursed.value_or(answer.as_of);
  // A loan that was not paid out by its first due date has no plan any more.
  if (const schedule::Terms terms = schedule_terms(product, state.terms, from);
      schedule::check(terms))
    answer.plan_digest = plan_digest(terms);
  const schedule::OverdueRules rules = overdue_rules(product, state.terms.rate);
  for (const schedule::DueInstallment& due : state.due) {
    answer.due.push_back({due.no, due.due, due.principal, due.interest,
                          schedule::penalty_at(due, rules, answer.as_of).value_or(0),
                          schedule::compound_at(due, rules, answer.as_of).value_or(0), due.fee,
                          due.late_fee});
  }
  answer.balances = state.balance.all();
  if (product.joint) {
    for (std::size_t i = 0; i < product.joint->parties.size(); ++i) {
      if (i == product.joint->lead_index()) continue;
      answer.partners.push_back(
          {product.joint->parties[i].id, partner_totals(state, *product.joint, i)});
    }
  }
  answer.payoff = answer.row.owed() - answer.row.overpayment;
  if (const Rules all{product, state}; computes_again(state, all)) {
    answer.payoff += interest_to_settle(state, all, answer.as_of) - answer.row.interest_accrued;
  }
  return answer;
}

Result<std::uint64_t> Book::known_at(Day day) const {
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  // Booking dates never fall along the chain, so the last entry booked on or before a day is found
  // by halving.
  std::uint64_t low = 0;
  std::uint64_t high = (*view)->head().sequence;
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    const Result<Entry> entry = entry_of(**view, middle);
    if (!entry) return entry.error();
    if (entry->booking_date <= day)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

Result<std::vector<ScheduleRow>> Book::schedule(const std::string& id) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  const std::uint64_t number = book.loan_number(id);
  if (number == 0) return unknown_loan(id);
  const LoanRecord& record = book.loans.at(number);
  const Product& product = book.product_of(record);
  const LoanState state = canonical(record, book);
  const bool lent = state.status == LoanStatus::active || state.status == LoanStatus::closed;
  const schedule::Plan plan = schedule::make_plan(
      schedule_terms(product, state.terms, lent ? state.disbursed : book.business_date));
  std::vector<ScheduleRow> rows;
  for (const schedule::PlanRow& row : plan.rows) {
    const auto due = std::find_if(state.due.begin(), state.due.end(),
                                  [&](const auto& d) { return d.no == row.no; });
    std::string text = "planned";
    if (due != state.due.end())
      text = due->due < state.day ? "overdue" : "due";
    else if (lent && row.due <= state.day && (!state.row_coming || row.no < state.next.no))
      text = "paid";
    else if (state.status == LoanStatus::closed)
      text = "settled";
    rows.push_back({row.no, row.due, row.principal, row.interest, row.payment(), row.balance,
                    std::move(text)});
  }
  return rows;
}

Status Book::portfolio(std::optional<Day> as_of,
                       const std::function<bool(const PortfolioRow&)>& use) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  const Day day = as_of.value_or(book.business_date);
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  for (std::uint64_t number = 1; number <= book.loans.size(); ++number) {
    const LoanRecord& record = book.loans.at(number);
    const Product& product = book.product_of(record);
    LoanState state;
    if (day == book.business_date) {
      state = canonical(record, book);
    } else {
      Result<LoanState> folded = state_at(record, product, **view, day, book.head.sequence);
      if (!folded) return folded.error();
      state = std::move(*folded);
      if (state.lent == 0 && state.status == LoanStatus::cancelled) continue;  // not there yet
    }
    if (!use(row_of(record, state, product, day))) break;
  }
  return money::ok();
}

Result<std::vector<TrialBalanceRow>> Book::trial_balance(std::optional<Day> as_of) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  std::map<std::pair<std::string, std::string>, TrialBalanceRow> rows;  // by currency, account code
  std::map<std::pair<std::string, std::string>, money::Int128> balances;
  for (const auto& [day, totals] : book.totals) {
    if (as_of && day > *as_of) break;
    for (std::uint32_t number = 0; number < totals.size(); ++number) {
      const Product& product = book.products[number].product;
      for (std::size_t role = 0; role < role_count; ++role) {
        if (totals[number][role] == 0) continue;
        const AccountCode account = account_of(product, static_cast<Role>(role));
        const std::pair<std::string, std::string> key{product.currency.text(), account.code};
        rows.try_emplace(key, TrialBalanceRow{account.code, account.name, key.first,
                                              product.currency.digits, 0, 0});
        balances[key] += totals[number][role];
      }
    }
  }
  std::vector<TrialBalanceRow> result;
  for (auto& [key, row] : rows) {
    const money::Int128 balance = balances[key];
    (balance < 0 ? row.credit : row.debit) = balance < 0 ? -balance : balance;
    result.push_back(std::move(row));
  }
  return result;
}

}  // namespace loanbook::ledger
