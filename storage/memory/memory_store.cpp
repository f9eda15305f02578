#include "loanbook/storage/memory/memory_store.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace loanbook::storage::memory {

namespace {

using RowKey = std::pair<Space, Bytes>;
using RowMap = std::map<RowKey, Bytes, std::less<>>;

}  // namespace

/// Views copy the maps of rows by sharing them: a write clones a shared map first, so a snapshot
/// costs one pointer and the store stays simple.
struct MemoryBook::State {
  mutable std::mutex mutex;
  std::shared_ptr<std::vector<StoredEntry>> entries = std::make_shared<std::vector<StoredEntry>>();
  std::shared_ptr<RowMap> rows = std::make_shared<RowMap>();
  std::shared_ptr<RowMap> rows_durable = std::make_shared<RowMap>();
  std::map<Digest, std::shared_ptr<const Bytes>> segments;
  std::uint64_t epoch = 0;
  bool held = false;

  RowMap& rows_for_write() {
    if (rows.use_count() > 1) rows = std::make_shared<RowMap>(*rows);
    return *rows;
  }
};

namespace {

using State = MemoryBook::State;

class MemoryView final : public View {
 public:
  explicit MemoryView(std::shared_ptr<State> state) : state_(std::move(state)) {
    const std::lock_guard lock(state_->mutex);
    count_ = state_->entries->size();
    if (count_ > 0) head_ = {count_, state_->entries->back().hash};
    rows_ = state_->rows;
  }

  [[nodiscard]] Head head() const override { return head_; }

  Result<std::optional<StoredEntry>> entry(std::uint64_t sequence) const override {
    if (sequence == 0 || sequence > count_) return std::optional<StoredEntry>{};
    const std::lock_guard lock(state_->mutex);
    return std::optional<StoredEntry>{(*state_->entries)[sequence - 1]};
  }

  Status entries(std::uint64_t from, std::uint64_t to,
                 const std::function<bool(const StoredEntry&)>& use) const override {
    for (auto sequence = std::max<std::uint64_t>(from, 1); sequence <= std::min(to, head_.sequence);
         ++sequence) {
      auto found = entry(sequence);
      if (!use(**found)) break;
    }
    return money::ok();
  }

  Result<std::optional<Bytes>> row(Space space, std::string_view key) const override {
    const auto found = rows_->find(RowKey{space, Bytes(key)});
    if (found == rows_->end()) return std::optional<Bytes>{};
    return std::optional<Bytes>{found->second};
  }

  Status rows(Space space, std::string_view from,
              const std::function<bool(std::string_view, std::string_view)>& use) const override {
    for (auto it = rows_->lower_bound(RowKey{space, Bytes(from)});
         it != rows_->end() && it->first.first == space; ++it) {
      if (!use(it->first.second, it->second)) break;
    }
    return money::ok();
  }

  Result<std::optional<Bytes>> segment(const Digest& digest) const override {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->segments.find(digest);
    if (found == state_->segments.end()) return std::optional<Bytes>{};
    return std::optional<Bytes>{*found->second};
  }

  Result<std::vector<Digest>> segments() const override {
    const std::lock_guard lock(state_->mutex);
    std::vector<Digest> digests;
    for (const auto& [digest, content] : state_->segments) digests.push_back(digest);
    return digests;
  }

 private:
  std::shared_ptr<State> state_;
  std::uint64_t count_ = 0;
  Head head_;
  std::shared_ptr<const RowMap> rows_;
};

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::shared_ptr<State> state) : state_(std::move(state)) {
    const std::lock_guard lock(state_->mutex);
    state_->held = true;
    state_->rows = std::make_shared<RowMap>(*state_->rows_durable);
    epoch_ = ++state_->epoch;
  }

  ~MemoryStore() override {
    const std::lock_guard lock(state_->mutex);
    state_->held = false;
  }

  Status commit(const Group& group) override {
    const std::lock_guard lock(state_->mutex);
    if (closed_) return dead();
    for (const auto& entry : group.entries) {
      LOANBOOK_ASSERT(entry.sequence == state_->entries->size() + 1);
      state_->entries->push_back(entry);
    }
    return money::ok();
  }

  Status put_segment(const Digest& digest, std::string_view content) override {
    const std::lock_guard lock(state_->mutex);
    if (closed_) return dead();
    state_->segments[digest] = std::make_shared<const Bytes>(content);
    return money::ok();
  }

  Status drop_segment(const Digest& digest) override {
    const std::lock_guard lock(state_->mutex);
    if (closed_) return dead();
    state_->segments.erase(digest);
    return money::ok();
  }

  Status put_rows(std::span<const Row> rows) override {
    const std::lock_guard lock(state_->mutex);
    if (closed_) return dead();
    auto& map = state_->rows_for_write();
    for (const auto& row : rows) {
      if (row.value.empty()) {
        map.erase(RowKey{row.space, row.key});
      } else {
        map[RowKey{row.space, row.key}] = row.value;
      }
    }
    return money::ok();
  }

  Status flush_rows() override {
    const std::lock_guard lock(state_->mutex);
    if (closed_) return dead();
    state_->rows_durable = state_->rows;
    return money::ok();
  }

  Status drop_rows() override {
    const std::lock_guard lock(state_->mutex);
    if (closed_) return dead();
    state_->rows = std::make_shared<RowMap>();
    return money::ok();
  }

  Result<std::unique_ptr<View>> view() const override {
    return std::unique_ptr<View>(std::make_unique<MemoryView>(state_));
  }

  [[nodiscard]] Head head() const override { return MemoryView(state_).head(); }
  [[nodiscard]] std::uint64_t epoch() const override { return epoch_; }

  Status backup(const std::string& target) override {
    return Error{"store.backup_unsupported",
                 "a book in memory has no files to copy to " + target + "; use a book on disk"};
  }

  Status close() override {
    if (auto flushed = flush_rows(); !flushed) return flushed;
    const std::lock_guard lock(state_->mutex);
    closed_ = true;
    return money::ok();
  }

 private:
  static Error dead() { return Error{"store.dead", "the store was closed; open the book again"}; }

  std::shared_ptr<State> state_;
  std::uint64_t epoch_ = 0;
  bool closed_ = false;
};

}  // namespace

MemoryBook::MemoryBook() : state_(std::make_shared<State>()) {}
MemoryBook::~MemoryBook() = default;

Result<std::unique_ptr<Store>> MemoryBook::open_writer() {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->held) {
      return Error{"busy.writer", "the book is held by another store of this process; close it"};
    }
  }
  return std::unique_ptr<Store>(std::make_unique<MemoryStore>(state_));
}

std::unique_ptr<Store> make_memory_store() {
  MemoryBook book;
  return *book.open_writer();
}

}  // namespace loanbook::storage::memory
