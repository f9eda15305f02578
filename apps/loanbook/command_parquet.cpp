// The book as columns for analysts.

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "commands.hpp"
#include "loanbook/interchange/parquet.hpp"
#include "loanbook/interchange/table.hpp"
#include "parquet.hpp"
#include "requests.hpp"

namespace loanbook::apps {

using interchange::TapeTable;

int run_export_parquet(const Context& context, const ParquetArguments& arguments) {
  const auto as_of = optional_day(arguments.as_of, "--as-of");
  if (!as_of) return fail(as_of.error());
  std::error_code ignored;
  const bool folder = arguments.out.ends_with('/') ||
                      std::filesystem::is_directory(std::filesystem::path(arguments.out), ignored);
  std::vector<TapeTable> tables = {TapeTable::loans};
  if (!arguments.table.empty()) {
    const auto table = interchange::parse_tape_table(arguments.table);
    if (!table) return fail(table.error());
    tables = {*table};
  } else if (folder) {
    tables = {TapeTable::loans, TapeTable::entries, TapeTable::days};
    // Nights are as they were booked.
    if (!arguments.known_at.empty()) tables.pop_back();
  }
  return with_reader(context, [&](const Book& book) {
    const auto known_at = known_at_of(book, arguments.known_at);
    if (!known_at) return fail(known_at.error());
    if (folder) std::filesystem::create_directories(arguments.out, ignored);
    for (const TapeTable table : tables) {
      const std::string path = folder ? (std::filesystem::path(arguments.out) /
                                         (std::string(interchange::to_text(table)) + ".parquet"))
                                            .string()
                                      : arguments.out;
      const auto rows = interchange::export_parquet(book,
                                                    {.table = table,
                                                     .as_of = *as_of,
                                                     .known_at = sequence_of(*known_at),
                                                     .library = arguments.library},
                                                    path);
      if (!rows) return fail(rows.error());
      say(fmt::format("wrote {}: {} rows", path,
                      interchange::with_thousands(std::to_string(*rows))));
    }
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
