// The plan of a loan that is not made yet: by a product of the book, or by a product file alone.

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "commands.hpp"
#include "loanbook/interchange/calendar_toml.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/html.hpp"
#include "loanbook/interchange/plan_chart.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/ledger/product/upfront_fee.hpp"
#include "loanbook/schedule/disclosure.hpp"
#include "loanbook/schedule/explain.hpp"
#include "loanbook/schedule/rates.hpp"
#include "output.hpp"
#include "requests.hpp"

namespace loanbook::apps {
namespace {

struct Quoted {
  ledger::Product product;
  schedule::Terms terms;
  schedule::Plan plan;
  schedule::UpfrontFees fees;
  schedule::Disclosure told;

  [[nodiscard]] std::string amount(std::int64_t minor) const {
    return money::text_of_minor(minor, product.currency.digits);
  }
  [[nodiscard]] std::string shown(std::int64_t minor) const {
    return interchange::with_thousands(amount(minor));
  }
};

Error within(std::string_view option, Error error) {
  error.message = fmt::format("{}: {}", option, error.message);
  return error;
}

/// 0 where the option is not given.
Result<std::int64_t> amount_option(const std::string& text, std::string_view option,
                                   money::Currency currency) {
  if (text.empty()) return std::int64_t{0};
  const auto amount = money::Money::parse(text, currency);
  if (!amount) return within(option, amount.error());
  if (amount->minor() < 0)
    return Error{"cli.amount_negative", fmt::format("{} {}: give 0 or more", option, text)};
  return amount->minor();
}

/// `18%`, `1.5% per month`, `0.05% per day`; a day counts as the product's day count has it.
Result<money::Rate> rate_option(const std::string& text, std::string_view option,
                                schedule::DayCount day_count) {
  constexpr std::string_view separator = " per ";
  const auto at = text.find(separator);
  const auto rate = money::Rate::parse(text.substr(0, at));
  if (!rate) return within(option, rate.error());
  if (at == std::string::npos) return *rate;
  const std::string_view per = std::string_view(text).substr(at + separator.size());
  schedule::EnteredRate entered{.rate = *rate};
  if (per == "month") {
    entered.per = schedule::RatePer::month;
  } else if (per == "day") {
    entered.per = schedule::RatePer::day;
    const bool by_365 =
        day_count == schedule::DayCount::act_365f || day_count == schedule::DayCount::act_act_isda;
    entered.days_a_year = by_365 ? 365 : 360;
  } else if (per != "year") {
    return Error{"cli.rate_per_unknown",
                 fmt::format("{} '{}': a rate is per year, per month or per day", option, text)};
  }
  const auto yearly = schedule::yearly(entered);
  if (!yearly) return within(option, yearly.error());
  return *yearly;
}

struct Dated {
  Day day;
  std::string value;
};
Result<Dated> dated_option(const std::string& text, std::string_view option) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) {
    return Error{"cli.dated_value_malformed",
                 fmt::format("{} '{}': write a day, '=' and a value", option, text)};
  }
  const auto day = money::parse_day(text.substr(0, equals));
  if (!day) return within(option, day.error());
  return Dated{*day, text.substr(equals + 1)};
}

Result<ledger::Calendar> calendar_option(const std::string& file) {
  if (file.empty()) return ledger::Calendar{};
  const auto text = interchange::read_file(file);
  if (!text) return text.error();
  auto calendar = interchange::read_calendar(*text, file);
  if (!calendar) return calendar.error();
  return ledger::Calendar{std::make_shared<const schedule::Calendar>(std::move(*calendar))};
}

/// What only a quote can vary: it changes `terms` beyond the product.
Status add_provisions(const QuoteArguments& arguments, schedule::Terms& terms) {
  const auto last_due = optional_day(arguments.last_due, "--last-due");
  if (!last_due) return last_due.error();
  terms.last_due = *last_due;
  const auto installment = amount_option(arguments.installment, "--installment", terms.currency);
  if (!installment) return installment.error();
  terms.installment_minor = *installment;
  const auto down = amount_option(arguments.down_payment, "--down-payment", terms.currency);
  if (!down) return down.error();
  terms.down_payment_minor = *down;
  for (const auto& text : arguments.drawdowns) {
    const auto dated = dated_option(text, "--drawdown");
    if (!dated) return dated.error();
    const auto amount = amount_option(dated->value, "--drawdown", terms.currency);
    if (!amount) return amount.error();
    terms.drawdowns.push_back({dated->day, *amount});
  }
  for (const auto& text : arguments.rate_changes) {
    const auto dated = dated_option(text, "--rate-change");
    if (!dated) return dated.error();
    const auto rate = rate_option(dated->value, "--rate-change", terms.day_count);
    if (!rate) return rate.error();
    terms.rate_changes.push_back({dated->day, *rate});
  }
  return money::ok();
}

Result<ledger::LoanTerms> loan_terms_of(const TermsArguments& arguments,
                                        const ledger::Product& product, Day disbursed) {
  const auto open = open_loan_of(arguments);
  if (!open) return open.error();
  const auto amount = money::Money::parse(arguments.amount, product.currency);
  if (!amount) return within("--amount", amount.error());
  ledger::LoanTerms terms{.principal_minor = amount->minor(),
                          .rate = product.rate_default,
                          .installments = open->installments.value_or(product.installments_default),
                          .first_due = open->first_due,
                          .due_day = open->due_day};
  if (!arguments.rate.empty()) {
    const auto rate = rate_option(arguments.rate, "--rate", product.day_count);
    if (!rate) return rate.error();
    terms.rate = *rate;
  } else if (product.index) {
    if (const auto rate = ledger::fixed_rate(product, product.index->spread_e12, disbursed))
      terms.rate = *rate;
  }
  return terms;
}

Result<Quoted> quote_of(const QuoteArguments& arguments, ledger::Product product, Day disbursed) {
  const auto loan = loan_terms_of(arguments.terms, product, disbursed);
  if (!loan) return loan.error();
  const auto calendar = calendar_option(arguments.calendar);
  if (!calendar) return calendar.error();
  if (const Status s = ledger::check(*loan, product, disbursed, *calendar); !s) return s.error();
  Quoted quoted{.product = std::move(product), .terms = {}, .plan = {}, .fees = {}, .told = {}};
  quoted.terms = ledger::schedule_terms(quoted.product, *loan, disbursed, *calendar);
  if (const Status s = add_provisions(arguments, quoted.terms); !s) return s.error();
  if (const Status s = schedule::check(quoted.terms); !s) return s.error();
  const auto currency = quoted.product.currency;
  const auto deducted = amount_option(arguments.fee_deducted, "--fee-deducted", currency);
  if (!deducted) return deducted.error();
  const auto paid = amount_option(arguments.fee_paid, "--fee-paid", currency);
  if (!paid) return paid.error();
  quoted.fees = ledger::fees_of(quoted.product, quoted.terms);
  quoted.fees.deducted_minor += *deducted;
  quoted.fees.paid_minor = *paid;
  if (quoted.fees.total() >= quoted.terms.principal_minor) {
    return Error{"cli.fee_out_of_range", "the fees up front take the whole amount; lower them"};
  }
  quoted.plan = schedule::make_plan(quoted.terms);
  quoted.told = schedule::disclose(quoted.terms, quoted.plan, quoted.fees);
  if (quoted.product.plan.cap) {
    const Status status = schedule::check_cap(quoted.told, *quoted.product.plan.cap);
    if (!status) return status.error();
  }
  return quoted;
}

std::string rate_text(const std::optional<schedule::FoundRate>& rate) {
  return rate ? schedule::percent_text(*rate, 2) + "%" : "none";
}

/// The last row takes what rounding left over of all rows, grown with their interest. With
/// provisions it may differ for other reasons: then it is named only where it is a unit a row.
std::string installment_text(const Quoted& quoted) {
  const auto& plan = quoted.plan;
  std::string text = quoted.shown(plan.installment);
  if (quoted.terms.method != schedule::Method::level) return text + " of principal";
  const auto& last = plan.rows.back();
  const std::int64_t more = last.payment() - last.fee - plan.installment;
  const auto most = static_cast<std::int64_t>(plan.rows.size()) * quoted.terms.installment.multiple;
  const bool plain = !schedule::has_provisions(quoted.terms) && quoted.terms.balloon_minor == 0;
  if (more == 0 || (!plain && (more > most || -more > most))) return text;
  return text + fmt::format(", the last {} ({}{} by rounding)", quoted.shown(last.payment()),
                            more > 0 ? "+" : "", quoted.shown(more));
}

using Facts = std::vector<std::pair<std::string, std::string>>;

/// A plan goes by the rate that is known; resets may change it.
std::string rate_note(const Quoted& quoted) {
  const ledger::IndexRules& rules = *quoted.product.index;
  const ledger::BoundSeries* series = quoted.product.bound.series.get();
  const ledger::IndexValue* value =
      series == nullptr ? nullptr
                        : series->at(quoted.terms.disbursed - date::days{rules.fixing_lag_days});
  const Day reset =
      schedule::next_reset(rules.reset, quoted.terms.disbursed, quoted.terms.disbursed);
  std::string text = quoted.terms.rate.percent_text();
  if (value != nullptr) {
    const std::int64_t above = quoted.terms.rate.e12() - value->value.e12();
    text = fmt::format("{} {} of {} {} {}", rules.index, value->value.percent_text(),
                       money::to_text(value->day), above < 0 ? "-" : "+",
                       money::Rate::of_e12(std::abs(above)).percent_text());
  }
  return text + fmt::format("; the plan keeps it, resets ({}) from {} on may change it",
                            interchange::to_text(rules.reset), money::to_text(reset));
}

Facts facts_of(const Quoted& quoted) {
  const auto& told = quoted.told;
  Facts facts;
  if (told.received != quoted.terms.principal_minor)
    facts.emplace_back("Received", quoted.shown(told.received));
  if (quoted.plan.installment != 0) facts.emplace_back("Installment", installment_text(quoted));
  if (quoted.product.index) facts.emplace_back("Rate", rate_note(quoted));
  facts.emplace_back("Interest", quoted.shown(told.interest));
  if (told.fees != 0) {
    facts.emplace_back("Fees", quoted.shown(told.fees));
    facts.emplace_back("Total cost", quoted.shown(told.total_cost));
  }
  facts.emplace_back("Total to pay", quoted.shown(told.total_payable));
  facts.emplace_back("Annual rate of all costs",
                     fmt::format("{} simple, {} compound (PBoC 2021-3)", rate_text(told.simple),
                                 rate_text(told.compound)));
  facts.emplace_back("By other rules",
                     fmt::format("EU APRC {}, US APR {}, XIRR {}", rate_text(told.eu),
                                 rate_text(told.us), rate_text(told.xirr)));
  return facts;
}

std::string title_of(const Quoted& quoted) {
  return fmt::format("{} {}: {} {} at {} a year from {}", quoted.product.id, quoted.product.version,
                     quoted.shown(quoted.terms.principal_minor), quoted.product.currency.text(),
                     quoted.terms.rate.percent_text(), money::to_text(quoted.terms.disbursed));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

/// One text a row of the plan; the installments it rests on stand before the first.
std::vector<std::string> explanations_of(const Quoted& quoted) {
  const auto explanation = schedule::explain(quoted.terms);
  std::string installments;
  for (const auto& solved : explanation.installments)
    installments += schedule::to_text(solved, quoted.terms);
  std::vector<std::string> texts;
  for (const auto& row : explanation.rows) texts.push_back(schedule::to_text(row, quoted.terms));
  if (!texts.empty()) texts.front().insert(0, installments);
  return texts;
}

Report report_of(const Quoted& quoted, const std::vector<std::string>& explanations) {
  const bool fees = quoted.plan.total_fee != 0;
  Report report;
  report.columns = {{"no", "#", ColumnKind::integer},
                    {"due", "Due", ColumnKind::date},
                    {"principal", "Principal", ColumnKind::amount},
                    {"interest", "Interest", ColumnKind::amount},
                    {"payment", "Payment", ColumnKind::amount},
                    {"balance", "Balance", ColumnKind::amount}};
  if (fees) report.columns.insert(report.columns.begin() + 4, {"fee", "Fee", ColumnKind::amount});
  if (!explanations.empty()) report.columns.push_back({"explanation", "Explanation"});
  const auto add = [&](std::vector<std::string> cells, const std::string& fee,
                       const std::string& explanation, RowMark mark) {
    if (fees) cells.insert(cells.begin() + 4, fee);
    if (!explanations.empty()) cells.push_back(explanation);
    report.rows.push_back({std::move(cells), mark});
  };
  std::int64_t principal = 0;
  for (std::size_t i = 0; i < quoted.plan.rows.size(); ++i) {
    const auto& row = quoted.plan.rows[i];
    principal += row.principal;
    add({std::to_string(row.no), money::to_text(row.due), quoted.amount(row.principal),
         quoted.amount(row.interest), quoted.amount(row.payment()), quoted.amount(row.balance)},
        quoted.amount(row.fee), i < explanations.size() ? explanations[i] : std::string{},
        RowMark::plain);
  }
  const auto& plan = quoted.plan;
  add({"", "total", quoted.amount(principal), quoted.amount(plan.total_interest),
       quoted.amount(principal + plan.total_interest + plan.total_fee), ""},
      quoted.amount(plan.total_fee), "", RowMark::total);
  return report;
}

std::size_t terminal_width() {
  constexpr std::size_t usual = 80;
  constexpr std::size_t most = 120;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return std::min<std::size_t>(size.ws_col, most);
}

void print_for_people(const Quoted& quoted, bool plot, bool explain) {
  Report report = report_of(quoted, {});
  report.title = {title_of(quoted)};
  for (const auto& [name, value] : facts_of(quoted))
    report.title.push_back(fmt::format("  {:<25} {}", name, value));
  if (plot && isatty(STDOUT_FILENO) == 1) {
    constexpr std::size_t lines_max = 24;
    report.notes = interchange::bars_text(interchange::bars_of(quoted.plan, lines_max),
                                          quoted.product.currency, terminal_width());
    report.notes.emplace_back("█ principal  ░ interest and fees");
  }
  print(report, Format::table);
  if (!explain) return;
  for (const auto& text : explanations_of(quoted)) {
    std::fputs("\n", stdout);
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
}

void print_page(const Quoted& quoted, bool explain) {
  constexpr std::size_t bars_max = 120;
  Report report = report_of(quoted, {});
  interchange::HtmlPage page{.title = {title_of(quoted)}, .columns = {}, .rows = {}};
  page.facts = facts_of(quoted);
  page.figure =
      interchange::bars_svg(interchange::bars_of(quoted.plan, bars_max), quoted.product.currency);
  page.columns = std::move(report.columns);
  page.rows = std::move(report.rows);
  if (explain) {
    for (const auto& text : explanations_of(quoted)) {
      for (auto& line : lines_of(text)) page.details.push_back(std::move(line));
    }
  }
  const std::string text = interchange::render(page);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int answer(const Context& context, const QuoteArguments& arguments, ledger::Product product,
           Day disbursed) {
  const auto quoted = quote_of(arguments, std::move(product), disbursed);
  if (!quoted) return fail(quoted.error());
  if (context.format == Format::table) {
    print_for_people(*quoted, !arguments.no_plot, arguments.explain);
  } else if (context.format == Format::html) {
    print_page(*quoted, arguments.explain);
  } else {
    const auto explanations =
        arguments.explain ? explanations_of(*quoted) : std::vector<std::string>{};
    print(report_of(*quoted, explanations), context.format);
  }
  return exit_code::done;
}

}  // namespace

Result<ledger::Product> read_product_file(const std::string& file) {
  auto text = interchange::read_file(file);
  if (!text) return text.error();
  return interchange::read_product(*text, file);
}

int run_quote(const Context& context, const QuoteArguments& arguments) {
  const auto day = optional_day(arguments.date, "--date");
  if (!day) return fail(day.error());
  if (!arguments.file.empty()) {
    auto product = read_product_file(arguments.file);
    if (!product) return fail(product.error());
    if (!*day)
      return fail({"cli.date_missing", "a quote without a book needs --date, such as 2026-01-15"});
    return answer(context, arguments, std::move(*product), **day);
  }
  if (arguments.terms.product.empty())
    return fail({"cli.product_missing",
                 "name a product of the book with --product, or a product "
                 "file with --file"});
  return with_reader(context, [&](const Book& book) {
    std::optional<std::uint32_t> version;
    if (arguments.terms.product_version != 0) version = arguments.terms.product_version;
    auto product = book.product(arguments.terms.product, version);
    if (!product) return fail(product.error());
    return answer(context, arguments, std::move(*product),
                  day->value_or(book.status().business_date));
  });
}

}  // namespace loanbook::apps
