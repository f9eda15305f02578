#pragma once

// What every command shares: where the book lies, how answers are printed, how errors become exit
// codes. The only room that reads a clock, the environment and the user's name.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "loanbook/interchange/table.hpp"
#include "loanbook/ledger/book.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"

namespace loanbook::apps {

using interchange::Format;
using ledger::Book;
using money::Day;
using money::Error;
using money::Result;
using money::Status;

/// Exit codes of the program, a stable contract (docs/cli.md).
namespace exit_code {
inline constexpr int done = 0;
inline constexpr int problems = 1;     ///< ran, and found business problems
inline constexpr int usage = 2;        ///< the command line itself
inline constexpr int bad_input = 3;    ///< nothing written
inline constexpr int unavailable = 4;  ///< safe to retry with the same idempotency key
inline constexpr int damaged = 5;      ///< integrity failure or broken invariant
}  // namespace exit_code

struct Context {
  std::string book = "./book";
  Format format = Format::table;
  std::string role = "full";
  bool allow_personal_data = false;
};

/// Options of every command that records something.
struct Writing {
  bool dry_run = false;
  std::string key;
  std::string actor;
  std::string reason;
  std::string value_date;
  std::string channel;
};

[[nodiscard]] storage::rocksdb::Options store_options();
/// The one writer. `busy.writer` where another process holds the book.
[[nodiscard]] Result<std::unique_ptr<Book>> open_writer(const Context& context);
/// A consistent view that takes no lock and writes nothing into the book.
[[nodiscard]] Result<std::unique_ptr<Book>> open_reader(const Context& context);

/// The same without loans: the general ledger of a book of any size, at once.
[[nodiscard]] Result<std::unique_ptr<Book>> open_general_ledger(const Context& context);

[[nodiscard]] int code_of(const Error& error);
/// `file:line:column: message [id]`, as far as the place is known.
[[nodiscard]] std::string text_of(const Error& error);
/// Prints the error on stderr and gives its exit code. Where the outcome is unknown or the book is
/// held by another, it names `key`, with which the command can be sent again safely.
int fail(const Error& error, std::string_view key = {});

/// Runs `use(book)`, which may change what `key` refers to, and closes the book; an error that
/// already left the outcome unknown stays the one reported.
template <class Use>
int with_writer(const Context& context, Use use, const std::string& key = {}) {
  auto book = open_writer(context);
  if (!book) return fail(book.error(), key);
  const int code = use(**book);
  if (code == exit_code::unavailable || code == exit_code::damaged) return code;
  auto closed = (*book)->close();
  return closed ? code : fail(closed.error(), key);
}

template <class Use>
int with_reader(const Context& context, Use use) {
  auto book = open_reader(context);
  if (!book) return fail(book.error());
  return use(**book);
}

/// The key as given, else one that no other call makes (time, process, counter): for messages
/// before a book is open.
[[nodiscard]] std::string key_or_new(const std::string& given);
/// The key as given, else one made from where the chain ends: no other command begins there, and
/// two books that are told the same in the same order stay equal.
[[nodiscard]] std::string key_or_place(const std::string& given, const Book& book);
/// The name as given, else that of the user who runs the program.
[[nodiscard]] std::string actor_or_user(const std::string& given);

/// Nothing where `text` is empty; the error names `option`.
[[nodiscard]] Result<std::optional<Day>> optional_day(const std::string& text,
                                                      std::string_view option);
/// What was known when: the last entry that counts, and the booking date where one was given.
struct KnownAt {
  std::uint64_t sequence = 0;
  std::optional<Day> day{};
};
/// A date means all entries booked on or before it; a number is a sequence number (at most the
/// last); nothing where `text` is empty.
[[nodiscard]] Result<std::optional<KnownAt>> known_at_of(const Book& book, const std::string& text,
                                                         std::string_view option = "--known-at");
[[nodiscard]] inline std::optional<std::uint64_t> sequence_of(const std::optional<KnownAt>& known) {
  return known ? std::optional{known->sequence} : std::nullopt;
}
/// Is this the branch asked for? All where none is; `-` asks for what belongs to none.
[[nodiscard]] inline bool is_branch(std::string_view asked, std::string_view branch) {
  return asked.empty() || (asked == "-" ? branch.empty() : asked == branch);
}
/// `branch.unknown` where no product of the book is published for it.
[[nodiscard]] Status check_branch(const Book& book, const std::string& asked);
/// Written beside and renamed, so that no half file is ever seen under the name.
/// `store.file_write`.
[[nodiscard]] Status write_file(const std::string& path, std::string_view content);

[[nodiscard]] std::string hex(const storage::Digest& digest);
/// Digits of a currency that a book named.
[[nodiscard]] unsigned digits_of(std::string_view currency);
[[nodiscard]] std::string amount_text(money::Int128 minor, std::string_view currency);

/// On stderr: what the report before it is complete to.
void print_completeness(const Book& book);
/// A sentence on stderr.
void say(std::string_view text);

}  // namespace loanbook::apps
