#include "story.hpp"

#include <algorithm>

#include "loanbook/money/decimal.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/storage/memory/memory_store.hpp"

namespace loanbook::specs {
namespace {

/// The day on whose business date the row is recorded.
money::Day booked_day(const Table& events, const TableRow& row) {
  return day_cell(events, row, events.text(row, "booked").empty() ? "date" : "booked");
}

const Table& events_of(const Example& example) {
  const auto found =
      std::find_if(example.tables.begin(), example.tables.end(),
                   [](const Table& table) { return kind_of(table) == TableKind::events; });
  if (found == example.tables.end() || found->rows.empty())
    throw Failure{example.line, "a story needs events"};
  return *found;
}

}  // namespace

Story::Story(const Bench& bench) : bench_(bench), product_(bench.terms.product) {
  const Table& events = events_of(bench.example);
  const std::size_t line = bench.example.line;
  auto store = storage::memory::make_memory_store();
  must(ledger::Book::init(*store, std::string(bench.currency().text()),
                          booked_day(events, events.rows.front())),
       line);
  book_ = must(ledger::Book::open(std::move(store)), line);
  publish_series();
  must(book_->record({.event = ledger::PublishProduct{product_}}), line);
}

void Story::publish_series() {
  const std::size_t line = bench_.example.line;
  const ExampleProvisions& given = bench_.terms.provisions;
  if (given.terms.business_days.calendar) {
    const schedule::Calendar& calendar = *given.terms.business_days.calendar;
    product_.plan.calendar = calendar.name();
    product_.plan.roll = given.terms.business_days.roll;
    product_.plan.interest_follows = given.terms.business_days.interest_follows;
    must(book_->record(
             {.event = ledger::PublishSeries{calendar.name(), ledger::points_of(calendar, {})}}),
         line);
  }
  if (given.index.points.empty()) return;
  ledger::IndexRules& rules = product_.index.emplace();
  rules.index = "index";
  rules.spread_e12 = given.index.floating.spread_e12;
  rules.floor = given.index.floating.floor;
  rules.cap = given.index.floating.cap;
  rules.reset = given.index.reset;
  rules.fixing_lag_days = given.index.fixing_lag_days;
  product_.plan.repricing = given.terms.repricing;
  product_.rate_min = money::Rate::of_e12(0);
  product_.rate_max = money::Rate::of_e12(money::limits::rate_e12_max);
  ledger::PublishSeries series{"index", {}};
  for (const schedule::IndexPoint& point : given.index.points)
    series.points.push_back({point.day, point.value.text()});
  must(book_->record({.event = std::move(series)}), line);
}

void Story::advance(money::Day day) {
  if (day <= book_->status().business_date) return;
  auto reports = must(book_->close_through(day - date::days{1}), bench_.example.line);
  for (auto& report : reports) {
    if (!report.isolated.empty())
      throw Failure{bench_.example.line, "isolated in the night of " + money::to_text(report.day) +
                                             ": " + report.isolated[0].reason};
    nights_.push_back(std::move(report));
  }
}

std::uint64_t Story::entry_of(const Table& table, const TableRow& row) const {
  const auto number = money::parse_decimal(table.text(row, "of"), 0);
  if (!number || *number < 1 || *number > static_cast<money::Int128>(sequences_.size()))
    throw Failure{row.line, "of: the row of the event that it is about, counted from 1"};
  return sequences_[static_cast<std::size_t>(*number - 1)];
}

ledger::Operation Story::operation(const Table& table, const TableRow& row,
                                   ledger::Kind kind) const {
  ledger::Operation operation{.kind = kind};
  const auto given = [&](std::string_view column) { return !table.text(row, column).empty(); };
  if (given("amount")) operation.amount = table.text(row, "amount");
  if (given("of")) operation.of = entry_of(table, row);
  if (given("rows")) {
    const auto rows = money::parse_decimal(table.text(row, "rows"), 0);
    if (!rows || *rows < 0 || *rows > money::limits::installments_max)
      throw Failure{row.line, "rows: a number of installments"};
    operation.rows = static_cast<std::uint32_t>(*rows);
  }
  if (given("from")) operation.from = day_cell(table, row, "from");
  if (given("until")) operation.until = day_cell(table, row, "until");
  if (given("rate")) operation.rate = table.text(row, "rate");
  operation.choice = table.text(row, "choice");
  operation.code = table.text(row, "code");
  operation.channel = table.text(row, "channel");
  return operation;
}

ledger::SuspenseRequest Story::suspense(const Table& table, const TableRow& row,
                                        ledger::Kind kind) const {
  ledger::SuspenseRequest request{.kind = kind, .amount = std::string(table.text(row, "amount"))};
  if (kind == ledger::Kind::suspense_return) {
    request.item = entry_of(table, row);
    return request;
  }
  request.currency = bench_.currency().text();
  request.payer = table.text(row, "payer");
  request.reference = table.text(row, "code");
  return request;
}

ledger::Command Story::command(const Table& table, const TableRow& row) const {
  const std::string_view event = table.text(row, "event");
  const std::string amount(table.text(row, "amount"));
  const auto& loan = bench_.terms.loan;
  ledger::Command command{
      .event = ledger::Repay{amount}, .loan = "L-1", .value_date = day_cell(table, row, "date")};
  if (!table.text(row, "loan").empty()) command.loan = table.text(row, "loan");
  if (!table.text(row, "key").empty()) {
    command.source = "spec";
    command.key = table.text(row, "key");
  }
  if (event == "publish") {
    command = {
        .event = ledger::PublishSeries{
            "index", {{day_cell(table, row, "from"), std::string(table.text(row, "rate"))}}}};
    return command;
  }
  const std::optional<std::string> rate =
      product_.index ? std::nullopt : std::optional{loan.rate.text()};
  const ledger::OpenLoan open{.product = bench_.terms.product.id,
                              .amount = amount.empty() ? bench_.text(loan.principal_minor) : amount,
                              .rate = rate,
                              .installments = loan.installments,
                              .first_due = loan.first_due,
                              .due_day = loan.due_day};
  if (event == "repay") {
    auto& repay = std::get<ledger::Repay>(command.event);
    repay.payer = table.text(row, "payer");
    if (!table.text(row, "of").empty()) {
      // Out of suspense: the day on which the money came, unless another one is booked.
      repay.suspense = entry_of(table, row);
      command.value_date.reset();
    }
  } else if (event == "suspense receive" || event == "suspense return") {
    command.event = suspense(table, row,
                             event == "suspense receive" ? ledger::Kind::suspense_receive
                                                         : ledger::Kind::suspense_return);
    command.loan.clear();
  } else if (event == "open") {
    command.event = open;
  } else if (event == "disburse") {
    command.event = ledger::Disburse{open.amount};
  } else if (event == "open and disburse") {
    ledger::OpenLoan terms = open;
    terms.refinances = table.text(row, "code");
    command.event = ledger::OpenAndDisburse{std::move(terms)};
  } else if (event == "apply") {
    ledger::Apply asked{.terms = open};
    if (!table.text(row, "until").empty()) asked.valid_until = day_cell(table, row, "until");
    command.event = std::move(asked);
  } else if (event == "settle") {
    command.event = ledger::Settle{};
  } else if (event == "reverse") {
    command.event = ledger::Reverse{entry_of(table, row)};
    command.value_date.reset();
  } else {
    const auto kind = ledger::parse_kind(event);
    if (!kind || !ledger::is_operation(*kind)) {
      throw Failure{row.line,
                    "event: one of apply, open, disburse, open and disburse, repay, settle, "
                    "reverse, publish, suspense receive, suspense return, or the name of an "
                    "operation (specs/states.md)"};
    }
    command.event = operation(table, row, *kind);
    // Told on the day it is recorded, whatever day it is about.
    if (ledger::is_told_only(*kind) && *kind != ledger::Kind::debit_failed)
      command.value_date.reset();
  }
  return command;
}

void Story::restate(const Table& table, TableRow& row) {
  if (!table.text(row, "rate").empty()) {
    const ledger::PublishSeries late{
        "index", {{day_cell(table, row, "from"), std::string(table.text(row, "rate"))}}};
    sequences_.push_back(
        must(book_->restate({.series = {late}, .reason = "known too late"}), row.line).sequence);
    return;
  }
  const std::string_view text = table.text(row, "code");
  const std::size_t at = text.find(" = ");
  if (at == std::string_view::npos)
    throw Failure{row.line, "code: a term as in `Terms:`, such as penalty = 1.2 x contract"};
  Example right{
      .line = bench_.example.line, .title = {}, .terms = bench_.example.terms, .tables = {}};
  std::erase_if(right.terms, [&](const auto& term) { return term.key == text.substr(0, at); });
  right.terms.push_back({.key = std::string(text.substr(0, at)),
                         .value = std::string(text.substr(at + 3)),
                         .line = row.line});
  ledger::Product product = must(read_terms(right, bench_.file), row.line).product;
  const std::uint32_t from = must(book_->product(product.id), row.line).version;
  product.version = from + 1;
  must(book_->record({.event = ledger::PublishProduct{product}}), row.line);
  const auto done = must(book_->restate({.product = product.id,
                                         .from = from,
                                         .to = from + 1,
                                         .ended = true,
                                         .reason = "wrong terms"}),
                         row.line);
  sequences_.push_back(done.sequence);
}

void Story::play(Table& events) {
  for (auto& row : events.rows) {
    advance(booked_day(events, row));
    if (events.text(row, "event") == "restate") {
      restate(events, row);
      continue;
    }
    const auto recorded = book_->record(command(events, row));
    sequences_.push_back(recorded ? recorded->receipt.sequence : 0);
    if (events.text(row, "outcome").empty() && !recorded) {
      throw Failure{row.line, recorded.error().id + ": " + recorded.error().message};
    }
    events.expect(row, "outcome",
                  !recorded            ? recorded.error().id
                  : recorded->replayed ? "replayed"
                                       : "recorded");
  }
}

}  // namespace loanbook::specs
