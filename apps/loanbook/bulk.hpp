#pragma once

// Files of many events: every row is checked before the first is written, then they go in groups.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "context.hpp"
#include "loanbook/interchange/import.hpp"
#include "progress.hpp"

namespace loanbook::apps {

enum class FileKind { loans, events, commands, take_overs };

struct BulkSource {
  FileKind kind;
  std::string file;
  std::string product;  ///< of every loan; empty: the file says
  std::vector<std::string> map;
};

/// Reads the file; `book` answers which currency a product has (null: products and their amounts
/// stay unchecked).
[[nodiscard]] Result<interchange::ImportFile> open_bulk(const BulkSource& source, const Book* book);

class Bulk {
 public:
  Bulk(interchange::ImportFile file, const BulkSource& source, const Writing& writing);

  /// First pass: parses every row and asks the book. Rows about a loan that an earlier row of the
  /// file changes cannot be judged by the book as it is: what depends on the loan's state shows
  /// when they are recorded.
  void check(Book& book, Progress& progress);
  /// Takes all rows that can be read into memory, for `play`, and refuses the others.
  [[nodiscard]] interchange::ImportBatch read_all();
  /// Second pass: the rows that passed, `chunk` to a group. A row recorded before is counted as
  /// such. Stops between groups where a signal asked for it, and at an error after which the
  /// outcome is unknown.
  Status write(Book& book, std::size_t chunk, Progress& progress);

  /// Gets each row with its result, in order, as it is written.
  using Use = std::function<void(const ledger::Command&, const ledger::Recorded&)>;
  void on_recorded(Use use) { use_ = std::move(use); }

  /// Lines of stderr: the problems since the last call, at most 50 of them, then how many more.
  void print_problems();
  [[nodiscard]] const std::vector<interchange::RejectedRow>& problems() const { return problems_; }
  /// Header and bad rows as they stand in the file.
  [[nodiscard]] Status write_rejects(const std::string& path) const;
  /// Result row on standard output.
  void print_summary(const Context& context) const;

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t bad() const { return bad_rows_.size(); }
  interchange::ImportFile& file() { return file_; }
  /// Fills what the file leaves to the command line: actor, reason, scope of keys.
  void complete(ledger::Command& command) const;
  /// A row that cannot be recorded.
  void refuse(const interchange::RowPlace& place, const Error& error);
  [[nodiscard]] bool refused(const interchange::RowPlace& place) const {
    return bad_rows_.contains(place.row);
  }
  /// Counts an answer of the book; an error after which nothing more can be written is handed back.
  Status take(const ledger::Command& command, const interchange::RowPlace& place,
              const Result<ledger::Recorded>& answer);

 private:
  interchange::ImportFile file_;
  std::string name_;
  bool loans_only_;
  std::string actor_, reason_, scope_;
  std::uint64_t rows_ = 0, recorded_ = 0, already_ = 0;
  std::vector<interchange::RejectedRow> problems_;
  std::size_t printed_ = 0;
  std::unordered_set<std::uint64_t> bad_rows_;
  Use use_;
};

}  // namespace loanbook::apps
