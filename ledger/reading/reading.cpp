// Answers: what a book says about itself, its products and its loans. Reads share the state's lock
// and write nothing.

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/customer.hpp"
#include "loanbook/ledger/gl/gl_reading.hpp"
#include "loanbook/ledger/loan/loan_parts.hpp"
#include "loanbook/ledger/loan/plan_digest.hpp"
#include "loanbook/ledger/loan/servicing_interest.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/reading/reading_terms.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

/// What accrues after the last event may come to more than 64 bits in all: the most is shown.
std::int64_t together(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return money::add(a, b, &sum) ? sum : std::numeric_limits<std::int64_t>::max();
}

/// `state` accrued to the opening it is read at.
PortfolioRow row_of(const LoanRecord& record, const LoanState& state, const Product& product,
                    Day opening, const CustomerStanding& customer) {
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
  row.penalty = together(state.balance.get(Role::penalty_receivable),
                         state.balance.get(Role::compound_receivable));
  row.overpayment = -state.balance.get(Role::overpayment);
  for (const schedule::DueInstallment& due : state.due) {
    if (due.due <= opening) row.fees = together(row.fees, together(due.fee, due.late_fee));
  }
  row.dpd = schedule::days_past_due(state.due, opening);
  row.reported_dpd = counted_days(state, product, opening);
  row.bucket = bucket_name(product, schedule::classify(product.buckets, row.reported_dpd));
  row.category = category_name(schedule::classify(product.categories, row.reported_dpd));
  if (state.official != 0)
    row.official = category_name(static_cast<std::uint8_t>(state.official - 1));
  row.among =
      category_name(category_among(customer, product, category_of(state, product, opening)));
  if (record.party) row.party = *record.party;
  row.non_accrual = state.non_accrual;
  if (state.row_coming) {
    row.next_due = state.next.due;
    row.next_amount = product.method == schedule::Method::revolving
                          ? row.principal + state.next.interest
                          : state.next.payment();
  }
  row.isolated = record.isolated;
  row.branch = product.branch;
  if (state.lent != 0) row.disbursed = state.disbursed;
  return row;
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
  Result<LoanHistory> all =
      history(last, [&](std::uint64_t sequence) { return entry_of(view, sequence); });
  // Before its first entry there is no contract yet.
  if (all && last == 0) all->contract = record.state.terms;
  return all;
}

namespace {

/// Where loans are read: at the opening of `day`, from entries up to `known_at` that count from
/// `valued` or earlier.
struct Reading {
  Day day{};
  std::uint64_t known_at = 0;
  Day valued{};
};

/// The loan folded, before that day's accrual.
Result<LoanState> state_at(const LoanRecord& record, const BookState& book,
                           const storage::View& view, const Reading& at) {
  Result<std::optional<LoanState>> known =
      loan_known(book, record, view, at.day, at.known_at, at.valued);
  if (!known) return known.error();
  if (known->has_value()) return std::move(**known);
  const Binding bound = binding_at(record, at.known_at);
  return fold(bound.product, record.state.terms, book.products[bound.product].product, {}, at.day);
}

/// The loan now, had its product been another.
Result<LoanState> under(const LoanRecord& record, const BookState& book, const Product& product,
                        const storage::View& view) {
  const Result<LoanHistory> all = history_known_at(record, book.head.sequence, view);
  if (!all) return all.error();
  try {
    return fold(record.state.product, all->contract, product, all->events, book.business_date);
  } catch (const LoanFault& fault) {
    return Error{
        .id = "loan.beyond_limits",
        .message = fmt::format("loan '{}' cannot be computed: {}", record.id, fault.reason)};
  }
}

/// As `state_at`, from memory where that is what it holds.
Result<LoanState> state_of(const LoanRecord& record, const BookState& book,
                           const storage::View& view, const Reading& at) {
  const bool now = at.known_at >= book.head.sequence && at.day == book.business_date &&
                   at.valued == book.business_date;
  if (now) return canonical(record, book);
  return state_at(record, book, view, at);
}

/// Every customer's loans together, where a product of the book asks for it.
Result<std::map<std::string, CustomerStanding>> customers_of(const BookState& book,
                                                             const storage::View& view,
                                                             const Reading& at) {
  std::map<std::string, CustomerStanding> customers;
  const bool asked = std::ranges::any_of(book.products, [](const PublishedProduct& published) {
    return published.product.quality.customer != CustomerRule::own;
  });
  for (std::uint64_t number = 1; asked && number <= book.loans.size(); ++number) {
    const LoanRecord& record = book.loans.at(number);
    if (!record.party) continue;
    const Result<LoanState> state = state_of(record, book, view, at);
    if (!state) return state.error();
    customers[*record.party].add(*state, book.products[state->product].product, at.day);
  }
  return customers;
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
  } else if (quote.product.index) {
    if (const auto rate = fixed_rate(quote.product, quote.product.index->spread_e12, disbursed))
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
    rows.push_back(
        {p.product.id, p.product.version, p.product.name, p.digest, p.sequence, p.product.branch});
  }
  return rows;
}

SeriesBook Book::series() const {
  const std::shared_lock lock(impl_->state_mutex);
  return impl_->state->series;
}

Result<Product> Book::product(const std::string& id, std::optional<std::uint32_t> version,
                              const std::string& branch) const {
  const std::shared_lock lock(impl_->state_mutex);
  const auto& products = impl_->state->products;
  const auto found =
      std::find_if(products.rbegin(), products.rend(), [&](const PublishedProduct& p) {
        return p.product.id == id && p.product.branch == branch &&
               (!version || p.product.version == *version);
      });
  if (found != products.rend()) return found->product;
  return Error{.id = "product.unknown",
               .message = fmt::format(
                   "product '{}'{}{} is not published in this book; `product list` shows what is",
                   id, version ? fmt::format(" version {}", *version) : "",
                   branch.empty() ? "" : fmt::format(" for branch '{}'", branch))};
}

Result<LoanView> Book::loan(const std::string& id, std::optional<Day> as_of,
                            std::optional<std::uint64_t> known_at) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  const std::uint64_t number = book.loan_number(id);
  if (number == 0) return unknown_loan(id);
  const LoanRecord& record = book.loans.at(number);
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  LoanView answer;
  answer.as_of = as_of.value_or(book.business_date);
  answer.known_at = std::min(known_at.value_or(book.head.sequence), book.head.sequence);
  const Result<LoanState> read_state =
      state_of(record, book, **view, {answer.as_of, answer.known_at, answer.as_of});
  if (!read_state) return read_state.error();
  const LoanState& state = *read_state;
  const Product& product = book.products[state.product].product;
  CustomerStanding customer;
  if (record.party && product.quality.customer != CustomerRule::own) {
    Status read = money::ok();
    static_cast<void>(book.by_party.find(stable_hash(*record.party), [&](std::uint64_t other) {
      const LoanRecord& its = book.loans.at(other);
      if (!its.party || *its.party != *record.party) return false;
      const Result<LoanState> stands =
          state_of(its, book, **view, {answer.as_of, answer.known_at, answer.as_of});
      if (!stands) {
        read = stands.error();
        return true;
      }
      customer.add(*stands, book.products[stands->product].product, answer.as_of);
      return false;
    }));
    if (!read) return read.error();
  }
  answer.row = row_of(record, state, product, answer.as_of, customer);
  answer.version = record.version;
  answer.product_version = product.version;
  answer.rate = state.terms.rate.text();
  if (state.servicing && state.servicing->indexed && state.lent != 0) {
    answer.rate_follows =
        rate_words(state, *ProductKnownAt(book, product, answer.known_at), answer.as_of);
    if (state.status == LoanStatus::active && state.row_coming)
      answer.next_reset = state.servicing->indexed->next_reset;
  }
  answer.installments = state.terms.installments;
  if (state.status == LoanStatus::active || state.status == LoanStatus::closed)
    answer.disbursed = state.disbursed;
  answer.method = schedule::to_text(schedule_terms(product, state.terms, answer.as_of).method);
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
  answer.payoff = payoff_of(state, product, answer.as_of);
  if (Status s = show_contract(answer, record, state, book, **view); !s) return s.error();
  return answer;
}

Result<LoanFigures> Book::figures(const std::string& id, const Product* other) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  const std::uint64_t number = book.loan_number(id);
  if (number == 0) return unknown_loan(id);
  const LoanRecord& record = book.loans.at(number);
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const Result<LoanState> state = other == nullptr ? Result<LoanState>(canonical(record, book))
                                                   : under(record, book, *other, **view);
  if (!state) return state.error();
  const Product& product = other != nullptr ? *other : book.product_of(record);
  const PortfolioRow row = row_of(record, *state, product, book.business_date, {});
  return LoanFigures{.principal = row.principal,
                     .principal_overdue = row.principal_overdue,
                     .interest_accrued = row.interest_accrued,
                     .interest_due = row.interest_due,
                     .penalty = row.penalty,
                     .fees = row.fees,
                     .overpayment = row.overpayment,
                     .next_due = row.next_due,
                     .dpd = row.dpd};
}

Result<std::uint64_t> Book::known_at(Day day) const {
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  return last_booked(**view, day);
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
  const BookStatus now = status();
  return portfolio(as_of.value_or(now.business_date), now.head.sequence, use);
}

Status Book::portfolio(Day opening, std::uint64_t known_at,
                       const std::function<bool(const PortfolioRow&)>& use,
                       std::optional<Day> valued) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& book = *impl_->state;
  if (impl_->options.without_loans) return without_loans();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const Reading at{opening, known_at, valued.value_or(opening)};
  const auto customers = customers_of(book, **view, at);
  if (!customers) return customers.error();
  const CustomerStanding alone{};
  for (std::uint64_t number = 1; number <= book.loans.size(); ++number) {
    const LoanRecord& record = book.loans.at(number);
    const Result<LoanState> state = state_of(record, book, **view, at);
    if (!state) return state.error();
    const Product& product = book.products[state->product].product;
    const bool there = state->lent != 0 || state->status != LoanStatus::cancelled;
    if (!there && opening != book.business_date) continue;
    const CustomerStanding& customer =
        record.party && !customers->empty() ? customers->at(*record.party) : alone;
    if (!use(row_of(record, *state, product, opening, customer))) break;
  }
  return money::ok();
}

}  // namespace loanbook::ledger
