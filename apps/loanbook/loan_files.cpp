#include "loan_files.hpp"

#include <fmt/format.h>

#include <map>

#include "bulk.hpp"
#include "loanbook/interchange/csv.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/take_over_fields.hpp"
#include "output.hpp"

namespace loanbook::apps {
namespace {

constexpr std::size_t batch_rows = 4096;

struct Compared {
  std::uint64_t rows = 0, equal = 0, unread = 0;
  Report differences;
};

struct Described {
  std::uint64_t rows = 0, bad = 0;
  std::optional<Day> first, last;
  std::map<std::string, std::uint64_t, std::less<>> by_event;
  std::vector<Error> problems;
  std::string ignored;
};

constexpr std::size_t problems_shown = 20;

struct EventName {
  std::string operator()(const ledger::OpenLoan&) const { return "open"; }
  std::string operator()(const ledger::Disburse&) const { return "disburse"; }
  std::string operator()(const ledger::OpenAndDisburse&) const { return "open_disburse"; }
  std::string operator()(const ledger::Repay&) const { return "repay"; }
  std::string operator()(const ledger::Reverse&) const { return "reverse"; }
  std::string operator()(const ledger::Operation& e) const {
    return std::string(ledger::to_text(e.kind));
  }
  std::string operator()(const ledger::Apply&) const { return "apply"; }
  std::string operator()(const ledger::Settle&) const { return "settle"; }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

std::string names_of(const std::vector<interchange::Field>& fields) {
  std::string out;
  for (const auto field : fields)
    out += (out.empty() ? "" : " ") + std::string(interchange::to_text(field));
  return out;
}

std::string day_or_none(std::optional<Day> day) { return day ? money::to_text(*day) : "none"; }

Result<Described> describe(FileKind kind, const ImportArguments& arguments) {
  const BulkSource source{kind, arguments.file, arguments.product, arguments.map};
  auto file = open_bulk(source, nullptr);
  if (!file) return file.error();
  Described out;
  interchange::ImportBatch batch;
  while (file->next(batch, batch_rows)) {
    out.rows += batch.commands.size() + batch.rejected.size();
    out.bad += batch.rejected.size();
    for (const auto& rejected : batch.rejected) {
      if (out.problems.size() < problems_shown) out.problems.push_back(rejected.error);
    }
    for (const auto& command : batch.commands) {
      ++out.by_event[std::visit(EventName{}, command.event)];
      if (!command.value_date) continue;
      out.first = std::min(out.first.value_or(*command.value_date), *command.value_date);
      out.last = std::max(out.last.value_or(*command.value_date), *command.value_date);
    }
  }
  out.ignored = fmt::format("{}", fmt::join(file->ignored_columns(), " "));
  return out;
}

// The installments as they stand in the file, by row; nothing where a cell is no amount.
Result<std::vector<std::string>> column_of(const std::string& path, const std::string& column) {
  auto text = interchange::read_file(path);
  if (!text) return text.error();
  auto csv = interchange::CsvReader::open(*text, path);
  if (!csv) return csv.error();
  auto index = csv->require(column);
  if (!index) return index.error();
  std::vector<std::string> cells;
  for (;;) {
    auto more = csv->next();
    if (more && !*more) return cells;
    cells.push_back(more ? std::string(csv->field(*index)) : std::string{});
  }
}

void compare_row(const Book& book, const ledger::Command& command, std::uint64_t line,
                 const std::string& given, Compared& compared) {
  const auto* open = std::get_if<ledger::OpenAndDisburse>(&command.event);
  const auto day = command.value_date.value_or(book.status().business_date);
  auto quote = book.quote(open->terms, day);
  if (!quote) {
    ++compared.unread;
    return;
  }
  const auto currency = quote->product.currency;
  auto amount = money::Money::parse(given, currency);
  const auto ours = money::Money::of_minor(quote->plan.installment, currency);
  if (amount && *amount == ours) {
    ++compared.equal;
    return;
  }
  const auto difference =
      amount ? money::text_of_minor(money::Int128{ours.minor()} - amount->minor(), currency.digits)
             : std::string{};
  compared.differences.rows.push_back(
      {{std::to_string(line), command.loan, open->terms.amount, quote->terms.rate.percent_text(),
        std::to_string(quote->terms.installments), given, ours.text(), difference}});
}

}  // namespace

int describe_loans(const Context& context, const ImportArguments& arguments) {
  auto described = describe(FileKind::loans, arguments);
  if (!described) return fail(described.error());
  Report report;
  report.columns = {{"file", "File"},
                    {"rows", "Rows", ColumnKind::integer},
                    {"bad", "Bad", ColumnKind::integer},
                    {"first_date", "First date", ColumnKind::date},
                    {"last_date", "Last date", ColumnKind::date},
                    {"ignored_columns", "Columns not used"}};
  report.rows.push_back(
      {{arguments.file, std::to_string(described->rows), std::to_string(described->bad),
        day_or_empty(described->first), day_or_empty(described->last), described->ignored}});
  print(report, context.format);
  return described->bad == 0 ? exit_code::done : exit_code::problems;
}

int describe_events(const Context& context, const ImportArguments& arguments) {
  auto described = describe(FileKind::events, arguments);
  if (!described) return fail(described.error());
  Report report;
  report.columns = {{"event", "Event"},     {"rows", "Rows", ColumnKind::integer},
                    {"needs", "Needs"},     {"takes", "Takes"},
                    {"choices", "Choices"}, {"meaning", "Meaning"}};
  for (const auto& event : interchange::event_fields()) {
    const auto found = described->by_event.find(event.event);
    const std::uint64_t rows = found == described->by_event.end() ? 0 : found->second;
    report.rows.push_back(
        {{std::string(event.event), std::to_string(rows), names_of(event.required),
          names_of(event.optional), std::string(event.choices), std::string(event.meaning)}});
  }
  print(report, context.format);
  for (const auto& problem : described->problems) say(text_of(problem));
  say(fmt::format("{}: {} rows, {} of them bad; dates {} to {}; columns not used: {}",
                  arguments.file, described->rows, described->bad, day_or_none(described->first),
                  day_or_none(described->last),
                  described->ignored.empty() ? "none" : described->ignored));
  return described->bad == 0 ? exit_code::done : exit_code::problems;
}

int compare_installments(const Context& context, const ImportArguments& arguments) {
  return with_reader(context, [&](Book& book) {
    auto given = column_of(arguments.file, arguments.compare);
    if (!given) return fail(given.error());
    const BulkSource source{FileKind::loans, arguments.file, arguments.product, arguments.map};
    auto file = open_bulk(source, &book);
    if (!file) return fail(file.error());
    Compared compared;
    compared.differences.columns = {{"line", "Line", ColumnKind::integer},
                                    {"loan", "Loan"},
                                    {"amount", "Amount", ColumnKind::amount},
                                    {"rate", "Rate"},
                                    {"installments", "Installments", ColumnKind::integer},
                                    {"given", "Given", ColumnKind::amount},
                                    {"ours", "Ours", ColumnKind::amount},
                                    {"difference", "Difference", ColumnKind::amount}};
    interchange::ImportBatch batch;
    while (file->next(batch, batch_rows)) {
      compared.rows += batch.commands.size() + batch.rejected.size();
      compared.unread += batch.rejected.size();
      for (std::size_t i = 0; i < batch.commands.size(); ++i) {
        const auto& place = batch.places[i];
        compare_row(book, batch.commands[i], place.line, given->at(place.row - 1), compared);
      }
    }
    print(compared.differences, context.format);
    const auto differ = compared.rows - compared.equal;
    say(fmt::format(
        "{} of {} installments equal the column {}; {} differ, {} of them could not be read",
        compared.equal, compared.rows, arguments.compare, differ, compared.unread));
    return differ * 1000 <= compared.rows ? exit_code::done : exit_code::problems;
  });
}

int describe_take_over(const Context& context, const ImportArguments& arguments) {
  const auto described = describe(FileKind::take_overs, arguments);
  if (!described) return fail(described.error());
  Report report;
  report.columns = {{"column", "Column"}, {"required", "Required"}, {"meaning", "Meaning"}};
  for (const auto& column : interchange::take_over_columns()) {
    report.rows.push_back(
        {{std::string(column.name), column.required ? "yes" : "no", std::string(column.meaning)}});
  }
  print(report, context.format);
  for (const auto& problem : described->problems) say(text_of(problem));
  say(fmt::format("{}: {} rows, {} of them bad; columns not used: {}", arguments.file,
                  described->rows, described->bad,
                  described->ignored.empty() ? "none" : described->ignored));
  return described->bad == 0 ? exit_code::done : exit_code::problems;
}

}  // namespace loanbook::apps
