// The door: every check of a command, in the order of the contract. Behind it the fold is total.

#include <fmt/format.h>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/door/door.hpp"
#include "loanbook/ledger/door/personal_data.hpp"
#include "loanbook/ledger/door/recorder.hpp"
#include "loanbook/ledger/loan/plan_digest.hpp"
#include "loanbook/ledger/product/upfront_fee.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

namespace limits = money::limits;

Error refuse(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

Status check_texts(const Command& command) {
  if (Status s = check_text(command.loan, "loan id", limits::external_id_max); !s) return s;
  if (Status s = check_text(command.source, "source", limits::idempotency_key_max); !s) return s;
  if (Status s = check_text(command.scope, "scope", limits::idempotency_key_max); !s) return s;
  if (Status s = check_text(command.key, "idempotency key", limits::idempotency_key_max); !s)
    return s;
  if (Status s = check_text(command.actor, "actor", limits::actor_max); !s) return s;
  return check_text(command.reason, "reason", limits::reason_max);
}

/// What people write freely; ids of products and series are the lender's own.
Status check_free_text(const Command& command) {
  if (Status s = check_personal_data(command.loan, "loan id"); !s) return s;
  if (const auto* operation = std::get_if<Operation>(&command.event)) {
    if (Status s = check_personal_data(operation->code, "code"); !s) return s;
  }
  const OpenLoan* open = std::get_if<OpenLoan>(&command.event);
  if (const auto* paid_out = std::get_if<OpenAndDisburse>(&command.event)) open = &paid_out->terms;
  if (const auto* asked = std::get_if<Apply>(&command.event)) open = &asked->terms;
  if (open != nullptr) {
    if (Status s = check_personal_data(open->party, "party"); !s) return s;
  }
  if (const auto* line = std::get_if<LineRequest>(&command.event)) {
    if (Status s = check_personal_data(line->line, "line id"); !s) return s;
    if (Status s = check_personal_data(line->code, "code"); !s) return s;
  }
  if (const auto* risk = std::get_if<RiskDecision>(&command.event)) {
    if (Status s = check_personal_data(risk->code, "code"); !s) return s;
  }
  if (const auto* repay = std::get_if<Repay>(&command.event)) {
    if (Status s = check_personal_data(repay->payer, "payer"); !s) return s;
  }
  if (const auto* held = std::get_if<SuspenseRequest>(&command.event)) {
    if (Status s = check_personal_data(held->payer, "payer"); !s) return s;
    if (Status s = check_personal_data(held->reference, "reference"); !s) return s;
    if (Status s = check_personal_data(held->text, "text"); !s) return s;
  }
  return check_personal_data(command.reason, "reason");
}

/// The newest version of `id`, or the given one, as the branch has it.
Result<std::uint32_t> find_product(const BookState& state, const std::string& id,
                                   std::optional<std::uint32_t> version,
                                   const std::string& branch) {
  bool elsewhere = false;
  for (std::size_t i = state.products.size(); i-- > 0;) {
    const Product& product = state.products[i].product;
    if (product.id != id || (version && product.version != *version)) continue;
    if (product.branch == branch) return static_cast<std::uint32_t>(i);
    elsewhere = true;
  }
  if (elsewhere) {
    return refuse(
        "product.branch_unknown",
        branch.empty()
            ? fmt::format("product '{}' is published for branches only: say which with --branch "
                          "(field `branch`), or publish it without one",
                          id)
            : fmt::format("product '{}' is not published for branch '{}'; `product add FILE "
                          "--branch {}` does that",
                          id, branch, branch));
  }
  const std::string named = version ? fmt::format("version {} of product '{}'", *version, id)
                                    : fmt::format("product '{}'", id);
  return refuse("product.unknown", fmt::format("{} is not published in this book; `product list` "
                                               "shows what is, `product add FILE` publishes",
                                               named));
}

}  // namespace

Status check_text(std::string_view text, std::string_view field, std::size_t max) {
  if (text.size() > max) {
    return refuse("command.text_too_long",
                  fmt::format("{} has {} bytes, at most {} are allowed", field, text.size(), max));
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return refuse("command.control_character",
                    fmt::format("{} holds a control character; remove it", field));
    }
  }
  return money::ok();
}

Result<std::int64_t> positive_amount(std::string_view text, money::Currency currency) {
  const Result<money::Money> amount = money::Money::parse(text, currency);
  if (!amount) return amount.error();
  if (amount->minor() <= 0) {
    return refuse("amount.not_positive", fmt::format("amount {} must be more than 0", text));
  }
  if (amount->minor() > limits::amount_minor_max) {
    return refuse("amount.out_of_range",
                  fmt::format("amount {} is over the limit of {}", text,
                              money::text_of_minor(limits::amount_minor_max, currency.digits)));
  }
  return amount->minor();
}

storage::Digest plan_digest(const schedule::Terms& terms) {
  std::string bytes;
  Encoder out{bytes};
  const schedule::Plan plan = schedule::make_plan(terms);
  bytes.reserve(plan.rows.size() * 20);
  for (const schedule::PlanRow& row : plan.rows) {
    out.varint(row.no);
    out.day(row.due);
    out.zigzag(row.principal);
    out.zigzag(row.interest);
  }
  return sha256(bytes);
}

Result<Day> Recorder::value_date(const Command& command) const {
  const Day day = command.value_date.value_or(state_.business_date);
  if (day > state_.business_date) {
    return refuse("date.after_business_date",
                  fmt::format("value date {} is after the business date {}: record it on its day "
                              "(`loan intend` takes a payment that is to come)",
                              money::to_text(day), money::to_text(state_.business_date)));
  }
  return day;
}

Result<std::uint64_t> Recorder::loan_number(const Command& command) const {
  const std::uint64_t number = state_.loan_number(command.loan);
  if (number == 0) {
    return refuse("loan.unknown", fmt::format("there is no loan '{}' in this book", command.loan));
  }
  // An isolated loan takes what makes it fold again; the step itself refuses what does not.
  const LoanRecord& record = state_.loans.at(number);
  if (command.expect_version && *command.expect_version != record.version) {
    return refuse("loan.version_conflict",
                  fmt::format("loan '{}' is at version {}, expected was {}: read it again",
                              command.loan, record.version, *command.expect_version));
  }
  return number;
}

Result<std::string> Recorder::channel_of_item(const Accepted& accepted) const {
  std::uint64_t item = 0;
  if (const auto* paid = std::get_if<Paid>(&accepted.payload)) item = paid->suspense;
  if (const auto* fact = std::get_if<SuspenseFact>(&accepted.payload)) {
    if (const auto* back = std::get_if<SuspenseReturned>(fact)) item = back->item;
  }
  if (item == 0) return std::string{};
  const Result<Entry> came = entry(item);
  if (!came) return came.error();
  return came->channel;
}

Result<Recorder::Accepted> Recorder::accept(const Command& command) const {
  if (Status s = check_texts(command); !s) return s.error();
  if (!state_.allow_personal_data) {
    if (Status s = check_free_text(command); !s) return s.error();
  }
  if (!command.channel.empty()) {
    if (Status s = check_short_id(command.channel); !s) return s.error();
  }
  Result<Accepted> accepted = accept_event(command);
  if (!accepted) return accepted;
  if (accepted->kind == Kind::reverse) {
    // The money goes back by the way on which it came.
    const Result<Entry> target = entry(std::get<Reversed>(accepted->payload).sequence);
    if (!target) return target.error();
    accepted->channel = target->channel;
    if (command.channel.empty() || command.channel == target->channel) return accepted;
    return refuse("channel.of_reversal",
                  fmt::format("a reversal has the channel of what it takes out ('{}'): leave the "
                              "channel out",
                              target->channel));
  }
  if (!command.channel.empty() && !moves_money(accepted->kind)) {
    return refuse("channel.no_money", fmt::format("{} moves no money through settlement, so it "
                                                  "has no channel: leave the channel out",
                                                  to_text(accepted->kind)));
  }
  if (accepted->channel.empty()) accepted->channel = command.channel;
  if (accepted->channel.empty()) {
    Result<std::string> through = channel_of_item(*accepted);
    if (!through) return through.error();
    accepted->channel = *std::move(through);
  }
  return accepted;
}

Result<Recorder::Accepted> Recorder::accept_event(const Command& command) const {
  if (const auto* e = std::get_if<OpenLoan>(&command.event))
    return accept_open(*e, command, Kind::open);
  if (const auto* e = std::get_if<OpenAndDisburse>(&command.event))
    return accept_open(e->terms, command, Kind::open_disburse);
  if (const auto* e = std::get_if<Disburse>(&command.event)) return accept_disburse(*e, command);
  if (const auto* e = std::get_if<Repay>(&command.event)) return accept_repay(*e, command);
  if (const auto* e = std::get_if<Reverse>(&command.event)) return accept_reverse(*e, command);
  if (const auto* e = std::get_if<Operation>(&command.event)) return accept_operation(*e, command);
  if (const auto* e = std::get_if<PublishProduct>(&command.event))
    return accept_product(*e, command);
  if (const auto* e = std::get_if<TakeOver>(&command.event)) return accept_take_over(*e, command);
  if (const auto* e = std::get_if<LineRequest>(&command.event)) return accept_line(*e, command);
  if (const auto* e = std::get_if<RiskDecision>(&command.event)) return accept_risk(*e, command);
  if (const auto* e = std::get_if<PublishChart>(&command.event)) return accept_chart(*e);
  if (const auto* e = std::get_if<ClosePeriod>(&command.event)) return accept_period(*e);
  if (const auto* e = std::get_if<Assert>(&command.event)) return accept_assertion(*e);
  if (const auto* e = std::get_if<BreakRequest>(&command.event)) return accept_break(*e, command);
  if (const auto* e = std::get_if<Apply>(&command.event)) return accept_apply(*e, command);
  if (std::holds_alternative<Settle>(command.event)) return accept_settle(command);
  if (const auto* e = std::get_if<LimitPartner>(&command.event)) return accept_partner_limit(*e);
  if (const auto* e = std::get_if<SuspenseRequest>(&command.event))
    return accept_suspense(*e, command);
  return accept_series(std::get<PublishSeries>(command.event), command);
}

namespace {

/// The rate of a contract that follows an index: as given, for the day that fixed it, so that the
/// customer's own spread is what it has above the index; else by the product's spread.
Status agree_rate(const Product& product, bool given, Day fixed, Opened& opened) {
  const auto by_product = fixed_rate(product, product.index->spread_e12, fixed);
  if (!by_product) {
    return refuse("product.index_missing",
                  fmt::format("index '{}' has no value for {}: `loanbook series add FILE` "
                              "publishes it",
                              product.index->index,
                              money::to_text(fixed - date::days{product.index->fixing_lag_days})));
  }
  LoanTerms& terms = opened.terms;
  if (given && terms.rate != *by_product) {
    const IndexValue* value =
        product.bound.series->at(fixed - date::days{product.index->fixing_lag_days});
    opened.spread_e12 = terms.rate.e12() - value->value.e12();
    if (fixed_rate(product, *opened.spread_e12, fixed) != terms.rate) {
      return refuse("terms.rate_outside_product",
                    fmt::format("rate {} is outside product {}: its floor, cap or rounding gives "
                                "another one at {} {}",
                                terms.rate.percent_text(), product.id, product.index->index,
                                value->value.percent_text()));
    }
  }
  if (!given) terms.rate = *by_product;
  return money::ok();
}

}  // namespace

Result<Opened> Recorder::contract(const OpenLoan& open, const Command& command, Day disbursed,
                                  std::optional<Day> day) const {
  const Result<std::uint32_t> number =
      find_product(state_, open.product, open.product_version, open.branch);
  if (!number) return number.error();
  const Product& product = state_.products[*number].product;
  const Result<std::int64_t> amount = positive_amount(open.amount, product.currency);
  if (!amount) return amount.error();
  LoanTerms terms{.principal_minor = *amount,
                  .rate = product.rate_default,
                  .installments = open.installments.value_or(product.installments_default),
                  .first_due = open.first_due,
                  .due_day = open.due_day};
  if (open.rate) {
    const Result<money::Rate> rate = money::Rate::parse(*open.rate);
    if (!rate) return rate.error();
    terms.rate = *rate;
  }
  if (Status s = check_bookable(product); !s) return s.error();
  Opened opened{.loan = command.loan, .product = *number, .terms = terms, .party = open.party};
  if (product.index) {
    Day fixed = disbursed;
    for (Day reset = disbursed; day && reset <= *day;
         reset = schedule::next_reset(product.index->reset, disbursed, reset))
      fixed = reset;
    if (Status s = agree_rate(product, open.rate.has_value(), fixed, opened); !s) return s.error();
  }
  if (Status s = ledger::check(opened.terms, product, disbursed); !s) return s.error();
  const schedule::Terms planned = schedule_terms(product, opened.terms, disbursed);
  if (Status s = check_cap(product, planned); !s) return s.error();
  if (Status s = check_text(open.party, "party", limits::external_id_max); !s) return s.error();
  opened.plan = plan_digest(planned);
  return opened;
}

Result<Recorder::Accepted> Recorder::accept_open(const OpenLoan& open, const Command& command,
                                                 Kind kind) const {
  if (command.loan.empty()) return refuse("loan.id_missing", "a loan needs an id of 1 to 64 bytes");
  if (state_.loan_number(command.loan) != 0) {
    return refuse("loan.exists", fmt::format("loan '{}' is already in this book", command.loan));
  }
  const Result<Day> day = value_date(command);
  if (!day) return day.error();
  Result<Opened> made = contract(open, command, *day);
  if (!made) return made.error();
  Opened opened = std::move(*made);
  const Product& product = state_.products[opened.product].product;
  if (Status s = check_text(open.party, "party", limits::external_id_max); !s) return s.error();
  opened.party = open.party;
  if (open.line.empty() && !open.reservation.empty())
    return refuse("line.field_missing", "a reservation is named together with its line");
  if (!open.line.empty()) {
    const Result<std::uint32_t> line = line_number(open.line);
    if (!line) return line.error();
    opened.line = *line;
    opened.reservation = open.reservation;
    const Status drawn =
        kind != Kind::open_disburse
            ? check_line(*line, product, open.reservation, 0)
            : check_draw(*line, product, opened.terms.principal_minor, open.reservation, 0);
    if (!drawn) return drawn.error();
  }
  if (kind == Kind::open_disburse) {
    if (Status s = check_decisions(command.loan, opened.line, open.reservation, 0); !s)
      return s.error();
    const std::int64_t paid = opened.terms.principal_minor;
    if (Status s = check_payout(product, paid, nullptr, *day); !s) return s.error();
    if (Status s = check_payout_fee(product, paid); !s) return s.error();
    if (Status s = check_partner_limits(product, opened.terms.rate, 0, paid, *day); !s)
      return s.error();
  }
  const Result<std::uint64_t> replaced = refinanced(open, command, kind, *day);
  if (!replaced) return replaced.error();
  opened.refinances = *replaced;
  return Accepted{.loan = 0, .value_date = *day, .payload = std::move(opened), .kind = kind};
}

Result<Recorder::Accepted> Recorder::accept_disburse(const Disburse& disburse,
                                                     const Command& command) const {
  const Result<std::uint64_t> number = loan_number(command);
  if (!number) return number.error();
  if (Status s = check_not_in_flight(*number); !s) return s.error();
  const Result<Day> day = value_date(command);
  if (!day) return day.error();
  const Result<std::int64_t> amount = check_pay_out(*number, disburse.amount, *day);
  if (!amount) return amount.error();
  const LoanRecord& record = state_.loans.at(*number);
  const std::uint32_t line = record.on_line ? record.on_line->line : 0;
  if (line != 0) {
    if (Status s = check_draw(line, state_.product_of(record), *amount, {}, *number); !s)
      return s.error();
  }
  if (Status s = check_decisions(command.loan, line, {}, *number); !s) return s.error();
  return Accepted{
      .loan = *number, .value_date = *day, .payload = Paid{*amount}, .kind = Kind::disburse};
}

Status Recorder::check_not_before_opening(const LoanRecord& record, Day day) const {
  const auto all = history_of(record);
  if (!all) return all.error();
  if (!(*all)->events.empty() && day >= (*all)->events.front().value_date) return money::ok();
  return refuse("date.before_opening", fmt::format("value date {} is before loan '{}' was opened "
                                                   "or taken over",
                                                   money::to_text(day), record.id));
}

Result<Recorder::Accepted> Recorder::accept_repay(const Repay& repay,
                                                  const Command& command) const {
  const Result<std::uint64_t> number = loan_number(command);
  if (!number) return number.error();
  const LoanRecord& record = state_.loans.at(*number);
  // A loan with a table of installments holds what comes in after its end for the borrower.
  const bool holds = record.state.status == LoanStatus::closed && record.state.servicing;
  if (record.state.status == LoanStatus::closed && !holds) {
    return refuse("loan.closed",
                  fmt::format("loan '{}' is closed: nothing is owed; return the money to its payer",
                              command.loan));
  }
  if (record.state.status != LoanStatus::active && !holds) {
    return refuse("loan.not_disbursed", fmt::format("loan '{}' is {}: nothing was disbursed",
                                                    command.loan, to_text(record.state.status)));
  }
  const money::Currency currency = state_.product_of(record).currency;
  Command dated = command;
  std::string amount_text = repay.amount;
  if (repay.suspense != 0) {
    const auto taken = take_of_suspense(repay.suspense, repay.amount);
    if (!taken) return taken.error();
    const auto& [item, minor] = *taken;
    const money::Currency held = state_.products.at(item->product).product.currency;
    if (held != currency)
      return refuse("suspense.currency",
                    fmt::format("item {} is in {}, loan '{}' in {}", repay.suspense, held.text(),
                                command.loan, currency.text()));
    amount_text = money::text_of_minor(minor, currency.digits);
    if (!dated.value_date) dated.value_date = item->valued;
  }
  if (repay.intent != 0) {
    const Intent* intent = state_.flights.intent(repay.intent);
    if (intent == nullptr || intent->loan != *number)
      return refuse("intent.unknown", fmt::format("entry {} is no open intent of loan '{}'",
                                                  repay.intent, command.loan));
  }
  if (Status s = check_text(repay.payer, "payer", limits::external_id_max); !s) return s.error();
  const Result<Day> day = value_date(dated);
  if (!day) return day.error();
  if (*day < record.state.disbursed) {
    return refuse(
        "date.before_disbursement",
        fmt::format("value date {} is before loan '{}' was disbursed on {}", money::to_text(*day),
                    command.loan, money::to_text(record.state.disbursed)));
  }
  if (*day < state_.business_date) {
    if (Status s = check_not_before_opening(record, *day); !s) return s.error();
  }
  const Result<std::int64_t> amount = positive_amount(amount_text, currency);
  if (!amount) return amount.error();
  return Accepted{.loan = *number,
                  .value_date = *day,
                  .payload = Paid{.amount_minor = *amount,
                                  .payer = repay.payer,
                                  .suspense = repay.suspense,
                                  .intent = repay.intent},
                  .kind = Kind::repay};
}

Result<Recorder::Accepted> Recorder::accept_reverse(const Reverse& reverse,
                                                    const Command& command) const {
  if (reverse.sequence == 0 || reverse.sequence > state_.head.sequence) {
    return refuse("entry.unknown", fmt::format("there is no entry {}; the last one is {}",
                                               reverse.sequence, state_.head.sequence));
  }
  const Result<Entry> target = entry(reverse.sequence);
  if (!target) return target.error();
  if (!concerns_loan(target->kind) || target->kind == Kind::reverse || is_told_only(target->kind)) {
    return refuse("entry.not_reversible",
                  fmt::format("entry {} is {}: only events that move a loan can be reversed, and a "
                              "reversal cannot",
                              reverse.sequence, to_text(target->kind)));
  }
  Command of_loan = command;
  const std::string& id = state_.loans.at(target->loan).id;
  if (!command.loan.empty() && command.loan != id) {
    return refuse("entry.of_other_loan", fmt::format("entry {} belongs to loan '{}', not '{}'",
                                                     reverse.sequence, id, command.loan));
  }
  of_loan.loan = id;
  const Result<std::uint64_t> number = loan_number(of_loan);
  if (!number) return number.error();
  if (target->kind == Kind::open) {
    if (Status s = check_not_in_flight(*number); !s) return s.error();
  }
  const auto all = history_of(state_.loans.at(*number));
  if (!all) return all.error();
  if (const auto found = (*all)->reversed_by.find(reverse.sequence);
      found != (*all)->reversed_by.end()) {
    return refuse("entry.already_reversed", fmt::format("entry {} was already reversed by entry {}",
                                                        reverse.sequence, found->second));
  }
  if (command.value_date && *command.value_date != target->value_date) {
    return refuse(
        "date.reversal",
        fmt::format("a reversal has the value date of what it reverses, {}; leave the date out",
                    money::to_text(target->value_date)));
  }
  return Accepted{.loan = *number,
                  .value_date = target->value_date,
                  .payload = Reversed{reverse.sequence},
                  .kind = Kind::reverse};
}

Result<Recorder::Accepted> Recorder::accept_product(const PublishProduct& publish,
                                                    const Command&) const {
  const Product& product = publish.product;
  if (Status s = ledger::check(product); !s) return s.error();
  std::uint32_t newest = 0;
  for (const PublishedProduct& published : state_.products) {
    if (published.product.id != product.id) continue;
    if (published.product.branch == product.branch)
      newest = std::max(newest, published.product.version);
    if (published.product.currency != product.currency) {
      return refuse(
          "product.currency",
          fmt::format("product '{}' was published in {}: another currency needs another id",
                      product.id, published.product.currency.text()));
    }
  }
  // A branch may take a product up, or leave versions of it out, at any time.
  if (!product.branch.empty() && product.version <= newest) {
    return refuse("product.version",
                  fmt::format("product '{}' stands at version {} for branch '{}': published "
                              "versions never change, the next one is above",
                              product.id, newest, product.branch));
  }
  if (product.branch.empty() && product.version != newest + 1) {
    return refuse("product.version", fmt::format("product '{}' stands at version {}: the next one "
                                                 "is {}, not {}. Published versions never "
                                                 "change",
                                                 product.id, newest, newest + 1, product.version));
  }
  if (const Chart* chart = state_.gl.chart_after(state_.head.sequence)) {
    if (Status s = check_covers(*chart, product); !s) return s.error();
  }
  return Accepted{.loan = 0,
                  .value_date = state_.business_date,
                  .payload = product,
                  .kind = Kind::product_published};
}

Result<Recorder::Accepted> Recorder::accept_series(const PublishSeries& publish,
                                                   const Command&) const {
  if (publish.name.empty() || publish.points.empty()) {
    return refuse("series.empty", "a series needs a name and at least one dated value");
  }
  if (Status s = check_text(publish.name, "series name", limits::external_id_max); !s)
    return s.error();
  for (std::size_t i = 0; i < publish.points.size(); ++i) {
    if (Status s = check_text(publish.points[i].value, "series value", limits::external_id_max); !s)
      return s.error();
    if (i > 0 && publish.points[i].day <= publish.points[i - 1].day) {
      return refuse("series.order",
                    fmt::format("dates of series '{}' must rise: {} comes again or too late",
                                publish.name, money::to_text(publish.points[i].day)));
    }
  }
  if (Status s = check_values(publish.name, publish.points, state_.series); !s) return s.error();
  SeriesPublished published{publish.name, publish.points};
  Result<SeriesEffect> effect = effect_of(state_, published, state_.head.sequence + 1,
                                          [this](std::uint64_t s) { return entry(s); });
  if (!effect) return effect.error();
  if (const std::size_t loans = effect->late.size(); loans != 0 && !takes_late_series_) {
    return refuse("series.late",
                  fmt::format("series '{}' changes booked days, or due dates that are over, of {} "
                              "loan{}, the first of them '{}': `loanbook restate --series FILE` "
                              "books the differences",
                              publish.name, loans, loans == 1 ? "" : "s",
                              state_.loans.at(effect->late.front()).id));
  }
  return Accepted{.loan = 0,
                  .value_date = state_.business_date,
                  .payload = std::move(published),
                  .kind = Kind::series_published,
                  .moved = std::move(effect->moved),
                  .late = std::move(effect->late)};
}

std::string_view to_text(LoanStatus status) {
  switch (status) {
    case LoanStatus::approved:
      return "approved";
    case LoanStatus::active:
      return "active";
    case LoanStatus::closed:
      return "closed";
    case LoanStatus::cancelled:
      return "cancelled";
    case LoanStatus::written_off:
      return "written off";
    case LoanStatus::applied:
      return "applied";
    case LoanStatus::declined:
      return "declined";
  }
  return "?";
}

}  // namespace loanbook::ledger
