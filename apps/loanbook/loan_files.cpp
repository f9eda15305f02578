#include "loan_files.hpp"

#include <fmt/format.h>

#include "bulk.hpp"
#include "loanbook/interchange/csv.hpp"
#include "loanbook/interchange/file.hpp"
#include "output.hpp"

namespace loanbook::apps {
namespace {

constexpr std::size_t batch_rows = 4096;

struct Compared {
  std::uint64_t rows = 0, equal = 0, unread = 0;
  Report differences;
};

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
  const BulkSource source{FileKind::loans, arguments.file, arguments.product, arguments.map};
  auto file = open_bulk(source, nullptr);
  if (!file) return fail(file.error());
  std::uint64_t rows = 0;
  std::uint64_t bad = 0;
  std::optional<Day> first;
  std::optional<Day> last;
  interchange::ImportBatch batch;
  while (file->next(batch, batch_rows)) {
    rows += batch.commands.size() + batch.rejected.size();
    bad += batch.rejected.size();
    for (const auto& command : batch.commands) {
      if (!command.value_date) continue;
      first = std::min(first.value_or(*command.value_date), *command.value_date);
      last = std::max(last.value_or(*command.value_date), *command.value_date);
    }
  }
  Report report;
  report.columns = {{"file", "File"},
                    {"rows", "Rows", ColumnKind::integer},
                    {"bad", "Bad", ColumnKind::integer},
                    {"first_date", "First date", ColumnKind::date},
                    {"last_date", "Last date", ColumnKind::date},
                    {"ignored_columns", "Columns not used"}};
  report.rows.push_back(
      {{arguments.file, std::to_string(rows), std::to_string(bad), day_or_empty(first),
        day_or_empty(last), fmt::format("{}", fmt::join(file->ignored_columns(), " "))}});
  print(report, context.format);
  return bad == 0 ? exit_code::done : exit_code::problems;
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

}  // namespace loanbook::apps
