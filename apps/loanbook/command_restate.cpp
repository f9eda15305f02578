// restate and what-if: what a correction of many loans does, and making it.

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "bulk.hpp"
#include "commands.hpp"
#include "effects.hpp"
#include "loanbook/interchange/csv.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "nights.hpp"
#include "output.hpp"
#include "requests.hpp"

namespace loanbook::apps {
namespace {

/// Column `loan` of a file; the file of refused loans is one.
Result<std::vector<std::string>> read_loans(const std::string& file) {
  std::vector<std::string> loans;
  if (file.empty()) return loans;
  auto text = interchange::read_file(file);
  if (!text) return text.error();
  auto csv = interchange::CsvReader::open(*text, file);
  if (!csv) return csv.error();
  auto column = csv->require("loan");
  if (!column) return column.error();
  for (;;) {
    auto more = csv->next();
    if (!more) return more.error();
    if (!*more) break;
    loans.emplace_back(csv->field(*column));
  }
  if (loans.empty()) return Error{"restate.nothing", fmt::format("{} names no loan", file)};
  return loans;
}

Result<ledger::RestateRequest> set_of(const LoanSetArguments& arguments) {
  ledger::RestateRequest request;
  request.threads = threads_or_cores(0);
  auto loans = read_loans(arguments.loans);
  if (!loans) return loans.error();
  request.loans = std::move(*loans);
  request.ended = arguments.ended;
  auto from = optional_day(arguments.opened_from, "--opened-from");
  if (!from) return from.error();
  request.opened_from = *from;
  return request;
}

std::string refused_file(const std::vector<ledger::RefusedLoan>& refused) {
  Report report;
  report.columns = {{"loan", "Loan"}, {"error", "Error"}, {"message", "Message"}};
  for (const auto& loan : refused)
    report.rows.push_back({{loan.loan, loan.why.id, loan.why.message}});
  return interchange::render(report, Format::csv);
}

/// The options that name the same loans again, as a shell reads them.
std::string set_options(const LoanSetArguments& arguments) {
  std::string text;
  if (!arguments.loans.empty()) text += " --loans " + shell_word(arguments.loans);
  if (arguments.ended) text += " --ended";
  if (!arguments.opened_from.empty()) text += " --opened-from " + arguments.opened_from;
  return text;
}

/// What the files say beside what is published.
Status read_late_series(const RestateArguments& arguments, const Book& book,
                        ledger::RestateRequest& request) {
  const ledger::SeriesBook known = book.series();
  for (const std::string& file : arguments.series) {
    auto all = read_series(file, known);
    if (!all) return all.error();
    request.series.insert(request.series.end(), all->begin(), all->end());
  }
  if (arguments.series.empty() || !request.series.empty()) return money::ok();
  return Error{"restate.nothing", "the files say what is published already"};
}

Status check(const RestateArguments& arguments) {
  const bool versions = !arguments.product.empty() && arguments.from != 0 && arguments.to != 0;
  const bool any = !arguments.product.empty() || arguments.from != 0 || arguments.to != 0;
  if (arguments.series.empty() ? versions : !any) return money::ok();
  return Error{"cli.restate",
               "say --product ID --from VERSION --to VERSION (a wrong product version), or "
               "--series FILE (index values or a calendar that came late)"};
}

int print_restated(const Context& context, const Book& book, const ledger::RestateReport& report,
                   const ledger::RestateRequest& request, const std::string& by) {
  const auto& effect = report.effect;
  if (report.replayed) {
    print_effect(context, effect, "account", "Recorded before");
  } else {
    std::string title;
    for (const auto& series : request.series) title += (title.empty() ? "" : ", ") + series.name;
    title = title.empty() ? fmt::format("Product {}: version {} restated as version {}",
                                        request.product, request.from, request.to)
                          : fmt::format("Series {}: known in time", title);
    print_effect(context, effect, by,
                 fmt::format("{}, {} loans, booked on {}", title, report.loans,
                             money::to_text(effect.booking_date)));
  }
  print_refused(effect.refused);
  if (report.sequence == 0) {
    say(fmt::format("effect {} (complete to entry {}); dry run: nothing was written",
                    hex(report.digest).substr(0, 16), effect.complete_to));
  } else {
    say(fmt::format("entry {}{}: {} loans restated{}; effect {}", report.sequence,
                    report.replayed ? ", replayed" : "", report.loans,
                    report.replayed ? "" : "; the next night visits them",
                    hex(report.digest).substr(0, 16)));
    print_completeness(book);
  }
  return effect.refused.empty() ? exit_code::done : exit_code::problems;
}

}  // namespace

int run_restate(const Context& context, const RestateArguments& arguments) {
  if (!is_by(arguments.by)) return fail(unknown_by(arguments.by));
  if (Status s = check(arguments); !s) return fail(s.error());
  auto request = set_of(arguments.set);
  if (!request) return fail(request.error());
  request->product = arguments.product;
  request->from = arguments.from;
  request->to = arguments.to;
  request->by_night = arguments.by == "night";
  request->skip_refused = !arguments.reject_file.empty();
  request->dry_run = arguments.writing.dry_run;
  request->expect = arguments.expect;
  request->source = "cli";
  request->actor = actor_or_user(arguments.writing.actor);
  request->reason = arguments.writing.reason;
  if (request->dry_run) {
    return with_reader(context, [&](Book& book) {
      if (Status s = read_late_series(arguments, book, *request); !s) return fail(s.error());
      auto report = book.restate(*request);
      if (!report) return fail(report.error());
      return print_restated(context, book, *report, *request, arguments.by);
    });
  }
  std::string key = key_or_new(arguments.writing.key);
  return with_writer(
      context,
      [&](Book& book) {
        if (Status s = read_late_series(arguments, book, *request); !s) return fail(s.error());
        request->key = key = key_or_place(arguments.writing.key, book);
        auto report = book.restate(*request);
        if (!report) return fail(report.error(), key);
        if (!report->effect.refused.empty()) {
          auto written = write_file(arguments.reject_file, refused_file(report->effect.refused));
          if (!written) return fail(written.error());
        }
        return print_restated(context, book, *report, *request, arguments.by);
      },
      key);
}

namespace {

/// `ID` or `ID@VERSION`.
Result<std::pair<std::string, std::uint32_t>> product_name(const std::string& name) {
  const auto at = name.find('@');
  if (at == std::string::npos) return std::pair{name, std::uint32_t{0}};
  std::uint32_t version = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + at + 1, end, version);
  if (parsed.ec == std::errc{} && parsed.ptr == end && version != 0)
    return std::pair{name.substr(0, at), version};
  return Error{"cli.product_name",
               fmt::format("'{}' is no product: write --of ID or --of ID@2", name)};
}

/// The version that the file stands for: published, or the next one.
Status place_product(const Book& book, ledger::Product product, std::uint32_t of,
                     ledger::RestateRequest& request) {
  auto newest = book.product(product.id);
  if (!newest) return newest.error();
  const bool published = product.version <= newest->version;
  request.product = product.id;
  request.to = product.version;
  request.from = of != 0 ? of : published ? product.version - 1 : newest->version;
  if (published) {
    auto same = book.product(product.id, product.version);
    if (same && *same == product) return money::ok();
  }
  if (product.version != newest->version + 1) {
    return Error{"product.version",
                 fmt::format("product '{}' stands at version {}: say version = {} in the file, so "
                             "that it can be adopted",
                             product.id, newest->version, newest->version + 1)};
  }
  request.unpublished = std::move(product);
  return money::ok();
}

int what_if_product(const Context& context, const WhatIfArguments& arguments) {
  auto product = read_product_file(arguments.product);
  if (!product) return fail(product.error());
  const std::string id = product->id;
  auto of = product_name(arguments.of.empty() ? id : arguments.of);
  if (!of) return fail(of.error());
  if (of->first != id) {
    return fail({"restate.other_product",
                 fmt::format("{} is product '{}': loans of '{}' go over to versions of their own "
                             "product only",
                             arguments.product, id, of->first)});
  }
  auto request = set_of(arguments.set);
  if (!request) return fail(request.error());
  request->dry_run = true;
  request->by_night = arguments.by == "night";
  return with_reader(context, [&](Book& book) {
    if (Status s = place_product(book, *product, of->second, *request); !s) return fail(s.error());
    auto report = book.restate(*request);
    if (!report) return fail(report.error());
    const auto& effect = report->effect;
    print_effect(context, effect, arguments.by,
                 fmt::format("Product {}: what if version {} had been {}, {} loans, booked on {}",
                             id, request->from, arguments.product, report->loans,
                             money::to_text(effect.booking_date)));
    print_refused(effect.refused);
    if (report->loans == 0) {
      say(
          fmt::format("complete to entry {}; nothing was written. No loan would go over from "
                      "version {}: there is nothing to adopt",
                      effect.complete_to, request->from));
      return effect.refused.empty() ? exit_code::done : exit_code::problems;
    }
    say(fmt::format("complete to entry {}; nothing was written. To adopt exactly this:",
                    effect.complete_to));
    const std::string where = context.book == "./book" ? "" : " --book " + shell_word(context.book);
    if (request->unpublished)
      say(fmt::format("  loanbook{} product add {}", where, shell_word(arguments.product)));
    say(
        fmt::format("  loanbook{} restate --product {} --from {} --to {}{}{} --expect {} --reason "
                    "'...'",
                    where, id, request->from, request->to, set_options(arguments.set),
                    effect.refused.empty() ? "" : " --reject-file refused.csv",
                    hex(report->digest).substr(0, 16)));
    return effect.refused.empty() ? exit_code::done : exit_code::problems;
  });
}

int what_if_events(const Context& context, const WhatIfArguments& arguments) {
  const bool commands = arguments.events.ends_with(".ndjson");
  const BulkSource source{commands ? FileKind::commands : FileKind::events, arguments.events, "",
                          arguments.map};
  return with_reader(context, [&](Book& book) {
    auto file = open_bulk(source, &book);
    if (!file) return fail(file.error());
    Bulk bulk(std::move(*file), source, {});
    const auto batch = bulk.read_all();
    auto report = book.what_if(batch.commands, arguments.by == "night");
    if (!report) return fail(report.error());
    for (const auto& refused : report->refused)
      bulk.refuse(batch.places.at(refused.index), refused.why);
    const auto& effect = report->effect;
    print_effect(
        context, effect, arguments.by,
        fmt::format("What if the {} events of {} were recorded, booked on {}", report->events,
                    arguments.events, money::to_text(effect.booking_date)));
    bulk.print_problems();
    if (report->events == 0) {
      say(
          fmt::format("complete to entry {}; nothing was written. None of the events can be "
                      "recorded: there is nothing to adopt",
                      effect.complete_to));
      return bulk.bad() == 0 ? exit_code::done : exit_code::problems;
    }
    say(fmt::format("complete to entry {}; nothing was written. To adopt exactly this:",
                    effect.complete_to));
    std::string command = commands ? "record" : "import events";
    command += " " + shell_word(arguments.events);
    for (const std::string& map : arguments.map) command += " --map " + shell_word(map);
    if (bulk.bad() != 0 && !commands) command += " --reject-file refused.csv";
    say(fmt::format("  loanbook{} {}",
                    context.book == "./book" ? "" : " --book " + shell_word(context.book),
                    command));
    return bulk.bad() == 0 ? exit_code::done : exit_code::problems;
  });
}

}  // namespace

int run_what_if(const Context& context, const WhatIfArguments& arguments) {
  if (!is_by(arguments.by)) return fail(unknown_by(arguments.by));
  if (arguments.product.empty() == arguments.events.empty()) {
    return fail(
        {"cli.what_if", "say what would be: --product FILE (of a product), or --events FILE"});
  }
  return arguments.events.empty() ? what_if_product(context, arguments)
                                  : what_if_events(context, arguments);
}

}  // namespace loanbook::apps
