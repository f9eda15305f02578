// Credit lines: their events, decisions of a risk engine, and what stands on them today.

#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"
#include "requests.hpp"

namespace loanbook::apps {
namespace {

using ledger::Kind;
using ledger::LineRequest;
using ledger::LineView;

Result<std::optional<bool>> yes_or_no(const std::string& text, std::string_view option) {
  if (text.empty()) return std::optional<bool>{};
  if (text == "yes" || text == "no") return std::optional{text == "yes"};
  return Error{"cli.yes_or_no", fmt::format("{} {}: write yes or no", option, text)};
}

Status read_terms(const LineArguments& a, LineRequest& request) {
  if (!a.limit.empty()) request.limit = a.limit;
  request.no_last_day = a.last_day == "none";
  if (!request.no_last_day) {
    const auto last_day = optional_day(a.last_day, "--last-day");
    if (!last_day) return last_day.error();
    request.last_day = *last_day;
  }
  for (const auto& [text, option, flag] :
       {std::tuple{&a.revolving, "--revolving", &request.revolving},
        {&a.needs_decision, "--needs-decision", &request.needs_decision},
        {&a.write_off_restores, "--write-off-restores", &request.write_off_restores}}) {
    const auto given = yes_or_no(*text, option);
    if (!given) return given.error();
    *flag = *given;
  }
  if (!a.temporary.empty()) request.temporary = a.temporary;
  const auto until = optional_day(a.temporary_until, "--temporary-until");
  if (!until) return until.error();
  request.temporary_until = *until;
  for (const std::string& text : a.sub_limits) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{"cli.sub_limit", fmt::format("--sub-limit {}: write PRODUCT=AMOUNT, or "
                                                "PRODUCT= to end it",
                                                text)};
    }
    request.sub_limits.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return money::ok();
}

Result<LineRequest> request_of(Kind kind, const LineArguments& a) {
  LineRequest request{.kind = kind,
                      .line = a.line,
                      .currency = a.currency,
                      .reservation = a.reservation,
                      .product = a.product,
                      .code = a.code};
  if (Status s = read_terms(a, request); !s) return s.error();
  if (!a.amount.empty()) request.amount = a.amount;
  const auto until = optional_day(a.until, "--until");
  if (!until) return until.error();
  request.until = *until;
  return request;
}

std::string state_of(const LineView& view) {
  if (view.frozen) return "frozen";
  return view.expired ? "expired" : "open";
}

std::string decided(const std::optional<ledger::Decision>& decision) {
  if (!decision) return {};
  std::string text(ledger::to_text(decision->verdict));
  if (!decision->code.empty()) text += ", " + decision->code;
  if (decision->last_day) text += " until " + money::to_text(*decision->last_day);
  return text;
}

std::vector<Column> line_columns() {
  return {{"line", "Line"},
          {"state", "State"},
          {"currency", "Currency"},
          {"limit", "Limit", ColumnKind::amount},
          {"used", "Used", ColumnKind::amount},
          {"reserved", "Reserved", ColumnKind::amount},
          {"available", "Available", ColumnKind::amount},
          {"revolving", "Revolving"},
          {"last_day", "Last day", ColumnKind::date},
          {"version", "Version", ColumnKind::integer}};
}

Row line_row(const LineView& view) {
  const auto text = [&](std::int64_t minor) { return money::text_of_minor(minor, view.digits); };
  return {{view.id, state_of(view), view.currency, text(view.limit), text(view.used),
           text(view.reserved), text(view.available), view.terms.revolving ? "yes" : "no",
           day_or_empty(view.terms.last_day), std::to_string(view.version)}};
}

std::vector<std::string> notes_of(const LineView& view) {
  const auto text = [&](std::int64_t minor) {
    return interchange::with_thousands(money::text_of_minor(minor, view.digits));
  };
  std::vector<std::string> notes;
  if (view.frozen && !view.freeze_code.empty()) notes.push_back("frozen: " + view.freeze_code);
  if (view.decision) notes.push_back("risk decision: " + decided(view.decision));
  if (view.terms.temporary_until)
    notes.push_back(
        fmt::format("temporary limit {} until {}, {} afterwards", text(view.terms.temporary_minor),
                    money::to_text(*view.terms.temporary_until), text(view.terms.limit_minor)));
  for (const auto& product : view.products) {
    notes.push_back(fmt::format("product {}: {} used, {} reserved{}", product.id,
                                text(product.used), text(product.reserved),
                                product.limit ? ", at most " + text(*product.limit) : ""));
  }
  for (const auto& r : view.reservations) {
    notes.push_back(fmt::format(
        "reservation {}: {} until {}{}{}{}", r.id, text(r.minor), money::to_text(r.last_day),
        r.product.empty() ? "" : ", product " + r.product, r.loan != 0 ? ", for a loan" : "",
        r.decision ? "; " + decided(r.decision) : ""));
  }
  if (!view.loans.empty()) notes.push_back(fmt::format("loans: {}", fmt::join(view.loans, " ")));
  return notes;
}

}  // namespace

int run_line_event(const Context& context, Kind kind, const LineArguments& arguments) {
  auto request = request_of(kind, arguments);
  if (!request) return fail(request.error());
  auto command = command_of(std::move(*request), arguments.loan, arguments.writing);
  command.expect_version = arguments.expect_version;
  return record_one(context, std::move(command), arguments.writing);
}

int run_line_decide(const Context& context, const LineArguments& arguments) {
  const auto verdict = ledger::parse_verdict(arguments.verdict);
  if (!verdict) return fail(verdict.error());
  const auto until = optional_day(arguments.until, "--until");
  if (!until) return fail(until.error());
  ledger::RiskDecision decision{.verdict = *verdict,
                                .line = arguments.line,
                                .reservation = arguments.reservation,
                                .of = arguments.entry,
                                .code = arguments.code,
                                .rule_set = arguments.rule_set,
                                .score = arguments.score,
                                .last_day = *until};
  return record_one(context, command_of(std::move(decision), arguments.loan, arguments.writing),
                    arguments.writing);
}

int run_line_show(const Context& context, const std::string& line) {
  return with_reader(context, [&](const Book& book) {
    const auto view = book.line(line, true);
    if (!view) return fail(view.error());
    Report report{.title = {fmt::format("Credit line {}, {} on {}", view->id, state_of(*view),
                                        money::to_text(book.status().business_date))},
                  .columns = line_columns(),
                  .rows = {line_row(*view)},
                  .notes = notes_of(*view)};
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

int run_line_list(const Context& context) {
  return with_reader(context, [&](const Book& book) {
    ReportWriter writer({"Credit lines on " + money::to_text(book.status().business_date)},
                        line_columns(), context.format, standard_output());
    for (const LineView& view : book.lines()) writer.row(line_row(view));
    writer.finish({});
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
