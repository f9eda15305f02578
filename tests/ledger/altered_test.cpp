// Entries altered below everything that has a checksum: what only the chain, the canonical bytes
// and the folds can find.

#include <algorithm>
#include <cctype>
#include <functional>

#include "support.hpp"

namespace {

using namespace loanbook::test;
namespace storage = loanbook::storage;
using loanbook::money::Result;
using loanbook::money::Status;

/// What is altered in one entry on its way out of the store.
using Alter = std::function<void(storage::StoredEntry&)>;

/// A view whose entry `sequence` was altered; records and their checksums are right.
class AlteredView final : public storage::View {
 public:
  AlteredView(std::unique_ptr<storage::View> real, std::uint64_t sequence, Alter alter)
      : real_(std::move(real)), sequence_(sequence), alter_(std::move(alter)) {}

  [[nodiscard]] storage::Head head() const override { return real_->head(); }
  Result<std::optional<storage::StoredEntry>> entry(std::uint64_t sequence) const override {
    auto found = real_->entry(sequence);
    if (found && *found && sequence == sequence_) alter_(**found);
    return found;
  }
  Status entries(std::uint64_t from, std::uint64_t to,
                 const std::function<bool(const storage::StoredEntry&)>& use) const override {
    return real_->entries(from, to, [&](const storage::StoredEntry& stored) {
      if (stored.sequence != sequence_) return use(stored);
      storage::StoredEntry altered = stored;
      alter_(altered);
      return use(altered);
    });
  }
  Result<std::optional<storage::Bytes>> row(storage::Space space,
                                            std::string_view key) const override {
    return real_->row(space, key);
  }
  Status rows(storage::Space space, std::string_view from,
              const std::function<bool(std::string_view, std::string_view)>& use) const override {
    return real_->rows(space, from, use);
  }
  Result<std::optional<storage::Bytes>> segment(const storage::Digest& digest) const override {
    return real_->segment(digest);
  }
  Result<std::vector<storage::Digest>> segments() const override { return real_->segments(); }

 private:
  std::unique_ptr<storage::View> real_;
  std::uint64_t sequence_;
  Alter alter_;
};

/// A store that the test can still look at when the book that wrote it is closed.
struct Kept {
  std::unique_ptr<Book> book;
  storage::Store* store;
};

Kept book_of_300_entries() {
  auto store = storage::memory::make_memory_store();
  storage::Store* const kept = store.get();
  must_ok(Book::init(*store, "CNY", day("2026-01-01")));
  auto book = must(Book::open(std::move(store)));
  must(book->record(publish(level_product())));
  must(book->record(publish(product_of(loanbook::schedule::Method::revolving, "daily"))));
  int number = 0;
  for (Day date = day("2026-01-01"); book->status().head.sequence < 300; date += date::days{1}) {
    for (int i = 0; i < 4; ++i) {
      const std::string loan = "L" + std::to_string(++number);
      must(book->record(lend(loan, i % 2 == 0 ? "level" : "daily", "1200.00")));
      if (number > 8) must(book->record(pay("L" + std::to_string(number - 8), "3.00")));
    }
    if (number == 60) {
      Product right = level_product();
      right.version = 2;
      right.grace_days = 0;
      must(book->record(publish(right)));
      must(book->restate({.product = "level", .from = 1, .to = 2, .reason = "no grace"}));
    }
    must(book->close_through(date));
  }
  return {std::move(book), kept};
}

/// Says where it is: `entry N` in a finding, or in the error that refused the book.
bool finds(const storage::Store& store, std::uint64_t sequence, const Alter& alter) {
  const std::string name = "entry " + std::to_string(sequence);
  const auto says = [&name](const std::string& text) {
    const std::size_t at = text.find(name);
    return at != std::string::npos &&
           (at + name.size() == text.size() || !std::isdigit(text[at + name.size()]));
  };
  auto book = Book::open(std::make_unique<AlteredView>(must(store.view()), sequence, alter));
  if (!book) return book.error().id.starts_with("integrity.") && says(book.error().message);
  const auto report = (*book)->verify(true);
  if (!report) return says(report.error().message);
  return std::any_of(report->findings.begin(), report->findings.end(),
                     [&](const auto& finding) { return says(finding.where); });
}

TEST_CASE("one flipped bit in any entry is found and named, whatever checksums say", "[altered]") {
  const Kept kept = book_of_300_entries();
  verified(*kept.book);
  const std::uint64_t last = kept.book->status().head.sequence;
  REQUIRE(last >= 300);
  for (const bool checkpointed : {false, true}) {
    if (checkpointed) must_ok(kept.book->checkpoint());
    for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
      CAPTURE(checkpointed, sequence);
      const std::uint64_t draw = sequence * 2'654'435'761U;
      REQUIRE(finds(*kept.store, sequence, [draw](storage::StoredEntry& entry) {
        char& byte = entry.body[draw / 8 % entry.body.size()];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << draw % 8));
      }));
      REQUIRE(finds(*kept.store, sequence, [draw](storage::StoredEntry& entry) {
        entry.hash[draw / 8 % entry.hash.size()] ^= static_cast<std::uint8_t>(1U << draw % 8);
      }));
    }
  }
}

TEST_CASE("every bit of some entries is covered", "[altered]") {
  const Kept kept = book_of_300_entries();
  std::uint64_t restated = 0;
  must_ok(kept.book->entries(0, [&](const EntryView& entry) {
    if (entry.receipt.kind == "restated") restated = entry.receipt.sequence;
    return restated == 0;
  }));
  REQUIRE(restated != 0);
  for (const std::uint64_t sequence :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{6}, std::uint64_t{20}, restated}) {
    const std::size_t size = must(must(kept.store->view())->entry(sequence))->body.size();
    for (std::size_t bit = 0; bit < size * 8; bit += sequence == 2 ? 7 : 1) {
      CAPTURE(sequence, bit);
      REQUIRE(finds(*kept.store, sequence, [bit](storage::StoredEntry& entry) {
        char& byte = entry.body[bit / 8];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << bit % 8));
      }));
    }
  }
}

}  // namespace
