#include "bulk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "interrupt.hpp"
#include "loanbook/interchange/file.hpp"
#include "output.hpp"

namespace loanbook::apps {
namespace {

constexpr std::size_t check_rows = 4096;
constexpr std::size_t problems_shown = 50;

// Reads one batch ahead in another thread: reading a row costs about as much as checking it.
class ReadAhead {
 public:
  ReadAhead(interchange::ImportFile& file, std::size_t max) : file_(file), max_(max) { start(); }
  ~ReadAhead() {
    if (more_.valid()) more_.wait();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  bool next(interchange::ImportBatch& batch) {
    if (!more_.get()) return false;
    std::swap(batch, ahead_);
    start();
    return true;
  }

 private:
  void start() {
    more_ = std::async(std::launch::async, [this] { return file_.next(ahead_, max_); });
  }
  interchange::ImportFile& file_;
  std::size_t max_;
  interchange::ImportBatch ahead_;
  std::future<bool> more_;
};

bool depends_on_loan(const Error& error) {
  return error.id.starts_with("loan.") || error.id.starts_with("entry.") ||
         error.id == "date.before_disbursement" || error.id == "date.before_opening";
}

bool depends_on_line(const Error& error) {
  return error.id.starts_with("line.") || error.id.starts_with("risk.");
}

/// The credit line a command names, as no loan is called; empty: none.
std::string line_of(const ledger::Command& command) {
  std::string line;
  if (const auto* request = std::get_if<ledger::LineRequest>(&command.event)) line = request->line;
  if (const auto* decision = std::get_if<ledger::RiskDecision>(&command.event))
    line = decision->line;
  if (const auto* open = std::get_if<ledger::OpenLoan>(&command.event)) line = open->line;
  if (const auto* open = std::get_if<ledger::OpenAndDisburse>(&command.event))
    line = open->terms.line;
  return line.empty() ? line : "\n" + line;
}

}  // namespace

Result<interchange::ImportFile> open_bulk(const BulkSource& source, const Book* book) {
  std::vector<std::string> pairs = source.map;
  if (!source.product.empty()) pairs.push_back("product:=" + source.product);
  auto mappings = interchange::parse_mapping(pairs);
  if (!mappings) return mappings.error();
  auto text = interchange::read_file(source.file);
  if (!text) return text.error();
  interchange::ProductCurrency currency_of;
  if (book != nullptr) {
    currency_of = [book](const std::string& product) -> std::optional<money::Currency> {
      // All variants of a product have one currency.
      for (const auto& each : book->products()) {
        if (each.id != product) continue;
        const auto found = book->product(each.id, each.version, each.branch);
        if (found) return found->currency;
      }
      return std::nullopt;
    };
  }
  using interchange::ImportFile;
  switch (source.kind) {
    case FileKind::loans:
      return ImportFile::open_loans(std::move(*text), source.file, *mappings, currency_of);
    case FileKind::events:
      return ImportFile::open_events(std::move(*text), source.file, *mappings, currency_of);
    case FileKind::take_overs:
      return ImportFile::open_take_overs(std::move(*text), source.file);
    case FileKind::commands:
      break;
  }
  return ImportFile::open_commands(std::move(*text), source.file, currency_of);
}

Bulk::Bulk(interchange::ImportFile file, const BulkSource& source, const Writing& writing)
    : file_(std::move(file)),
      name_(source.file),
      loans_only_(source.kind == FileKind::loans || source.kind == FileKind::take_overs),
      actor_(actor_or_user(writing.actor)),
      reason_(writing.reason),
      scope_(writing.key) {}

void Bulk::complete(ledger::Command& command) const {
  if (command.actor.empty()) command.actor = actor_;
  if (command.reason.empty()) command.reason = reason_;
  if (!scope_.empty() && command.scope != "reference") command.scope = scope_;
}

void Bulk::refuse(const interchange::RowPlace& place, const Error& error) {
  if (!bad_rows_.insert(place.row).second) return;
  problems_.push_back({place, error.line != 0 ? error : file_.place(error, place)});
}

void Bulk::check(Book& book, Progress& progress) {
  interchange::ImportBatch batch;
  std::unordered_set<std::string> touched;
  const auto judge = [&](ledger::Command& command, const interchange::RowPlace& place) {
    complete(command);
    auto checked = book.check(command);
    std::string line = line_of(command);
    const bool of_loan = !command.loan.empty() && touched.contains(command.loan);
    const bool of_line = of_loan || (!line.empty() && touched.contains(line));
    const bool hidden = !checked && ((of_loan && depends_on_loan(checked.error())) ||
                                     (of_line && depends_on_line(checked.error())));
    if (!checked && !hidden) refuse(place, checked.error());
    // A file of loans names each loan once (its reader sees to it): nothing to remember.
    if (!loans_only_) touched.insert(std::move(command.loan));
    if (!line.empty()) touched.insert(std::move(line));
  };
  ReadAhead reader(file_, check_rows);
  while (reader.next(batch)) {
    for (std::size_t i = 0; i < batch.commands.size(); ++i) {
      judge(batch.commands[i], batch.places[i]);
    }
    for (const auto& row : batch.rejected) refuse(row.place, row.error);
    rows_ += batch.commands.size() + batch.rejected.size();
    progress.update(rows_, 0, "checked");
  }
  progress.clear();
  std::sort(problems_.begin(), problems_.end(),
            [](const auto& a, const auto& b) { return a.place.row < b.place.row; });
  file_.rewind();
}

interchange::ImportBatch Bulk::read_all() {
  interchange::ImportBatch all;
  interchange::ImportBatch batch;
  while (file_.next(batch, check_rows)) {
    rows_ += batch.commands.size() + batch.rejected.size();
    for (const auto& row : batch.rejected) refuse(row.place, row.error);
    for (auto& command : batch.commands) {
      complete(command);
      all.commands.push_back(std::move(command));
    }
    all.places.insert(all.places.end(), batch.places.begin(), batch.places.end());
  }
  return all;
}

Status Bulk::take(const ledger::Command& command, const interchange::RowPlace& place,
                  const Result<ledger::Recorded>& answer) {
  if (!answer) {
    if (code_of(answer.error()) != exit_code::bad_input) return answer.error();
    refuse(place, answer.error());
    return money::ok();
  }
  ++(answer->replayed ? already_ : recorded_);
  if (use_) use_(command, *answer);
  return money::ok();
}

Status Bulk::write(Book& book, std::size_t chunk, Progress& progress) {
  interchange::ImportBatch batch;
  std::uint64_t done = 0;
  ReadAhead reader(file_, chunk);
  while (interrupted() == 0 && reader.next(batch)) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < batch.commands.size(); ++i) {
      if (!bad_rows_.empty() && refused(batch.places[i])) continue;
      if (kept != i) {
        batch.commands[kept] = std::move(batch.commands[i]);
        batch.places[kept] = batch.places[i];
      }
      complete(batch.commands[kept]);
      ++kept;
    }
    const auto answers = book.record_each(std::span(batch.commands).first(kept));
    for (std::size_t i = 0; i < kept; ++i) {
      auto taken = take(batch.commands[i], batch.places[i], answers[i]);
      if (!taken) return taken;
    }
    done += batch.commands.size() + batch.rejected.size();
    progress.update(done, rows_, "recorded");
  }
  progress.clear();
  return money::ok();
}

void Bulk::print_problems() {
  const std::size_t end = std::min(problems_.size(), printed_ + problems_shown);
  for (std::size_t i = printed_; i < end; ++i) say(text_of(problems_[i].error));
  if (problems_.size() > end) say(fmt::format("and {} rows more", problems_.size() - end));
  printed_ = problems_.size();
}

Status Bulk::write_rejects(const std::string& path) const {
  std::string content;
  if (!file_.raw_header().empty()) content = std::string(file_.raw_header()) + "\n";
  for (const auto& problem : problems_) {
    content += file_.raw(problem.place);
    content += '\n';
  }
  return write_file(path, content);
}

void Bulk::print_summary(const Context& context) const {
  Report report;
  report.columns = {{"file", "File"},
                    {"rows", "Rows", ColumnKind::integer},
                    {"recorded", "Recorded", ColumnKind::integer},
                    {"already_there", "Already there", ColumnKind::integer},
                    {"rejected", "Rejected", ColumnKind::integer}};
  report.rows.push_back({{name_, std::to_string(rows_), std::to_string(recorded_),
                          std::to_string(already_), std::to_string(bad())}});
  print(report, context.format);
}

}  // namespace loanbook::apps
