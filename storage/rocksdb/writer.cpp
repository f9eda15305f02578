#include "writer.hpp"

#include <rocksdb/write_batch.h>

#include <atomic>
#include <mutex>

#include "bytes.hpp"
#include "clean_mark.hpp"
#include "log_record.hpp"
#include "rocks_view.hpp"

namespace loanbook::storage::rocksdb {

namespace {

/// Bytes per key that RocksDB carries from the batch to the memtable and checks there.
constexpr std::size_t protection_bytes = 8;

class RocksWriter final : public Store {
 public:
  explicit RocksWriter(WriterParts parts) : book_(std::move(parts)), head_(book_.head) {}

  Status commit(const Group& group) override {
    const std::lock_guard lock(commit_mutex_);
    if (dead_) return dead();
    if (group.entries.empty()) return money::ok();
    Head next = head();
    std::size_t bytes = 0;
    for (const auto& entry : group.entries) {
      LOANBOOK_ASSERT(entry.sequence == next.sequence + 1);
      next = {entry.sequence, entry.hash};
      bytes += entry.body.size() + sizeof(Digest) + sizeof(std::uint32_t);
    }
    rdb::WriteBatch batch(bytes + bytes / 8 + 256, 0, protection_bytes, 0);
    rdb::Status status;
    encode_group(group, book_.epoch, [&](std::string_view key, std::string_view record) {
      if (status.ok()) status = batch.Put(book_.database->log(), key, record);
    });
    rdb::WriteOptions options;
    options.sync = true;
    if (status.ok()) status = book_.database->db().Write(options, &batch);
    if (!status.ok()) return die(to_error(status, "write the log"));
    if (auto written = book_.head_file->write({next, book_.epoch}); !written) {
      return die(written.error());
    }
    const std::lock_guard publish(head_mutex_);
    head_ = next;
    return money::ok();
  }

  Status put_segment(const Digest& digest, std::string_view content) override {
    if (dead_) return dead();
    // Written again even where it is there already: the file may be the damaged one.
    auto status = book_.disk.replace(segment_path(book_.dir, digest), content);
    if (status) status = book_.disk.sync_dir(book_.dir + "/segments");
    if (!status) return die(status.error());
    return status;
  }

  Status drop_segment(const Digest& digest) override {
    if (dead_) return dead();
    auto status = book_.disk.remove(segment_path(book_.dir, digest));
    if (!status) return die(status.error());
    return status;
  }

  Status put_rows(std::span<const Row> rows) override {
    rdb::WriteBatch batch(0, 0, protection_bytes, 0);
    rdb::Status status;
    for (const auto& row : rows) {
      if (!status.ok()) break;
      const std::string key = row_key(row.space, row.key);
      status = row.value.empty() ? batch.Delete(book_.database->derived(), key)
                                 : batch.Put(book_.database->derived(), key, row.value);
    }
    return write_rows(status, batch);
  }

  Status drop_rows() override {
    rdb::WriteBatch batch(0, 0, protection_bytes, 0);
    const rdb::Status status =
        batch.DeleteRange(book_.database->derived(), rdb::Slice(), rdb::Slice("\xff"));
    return write_rows(status, batch);
  }

  Status flush_rows() override {
    if (dead_) return dead();
    const rdb::Status status =
        book_.database->db().Flush(rdb::FlushOptions(), book_.database->derived());
    if (!status.ok()) return die(to_error(status, "flush derived rows"));
    return money::ok();
  }

  Result<std::unique_ptr<View>> view() const override {
    if (closed_) return dead();
    // The head first: the snapshot then holds at least all entries up to it.
    const Head head_now = head();
    const auto* snapshot = book_.database->db().GetSnapshot();
    return make_view(book_.disk, {book_.database, snapshot, head_now, book_.dir});
  }

  [[nodiscard]] Head head() const override {
    const std::lock_guard lock(head_mutex_);
    return head_;
  }
  [[nodiscard]] std::uint64_t epoch() const override { return book_.epoch; }

  Status backup(const std::string& target) override {
    if (dead_) return dead();
    return copy_book(
        book_, commit_mutex_, [this] { return head(); }, target);
  }

  Status close() override {
    const std::lock_guard lock(commit_mutex_);
    if (dead_) return dead();
    if (book_.database.use_count() > 1) {
      return Error{"store.view_open", "a view of the book is still in use; release it, then close"};
    }
    if (auto flushed = book_.database->flush_all(); !flushed) return die(flushed.error());
    const auto tables = describe_tables(*book_.database, head());
    dead_ = true;
    closed_ = true;
    if (auto closed = book_.database->close(); !closed) return closed;
    if (auto closed = book_.head_file->close(); !closed) return closed;
    auto marked = write_clean_mark(book_.disk, book_.dir, head(), book_.epoch, tables);
    if (marked) book_.lock.release_clean();
    return marked;
  }

 private:
  static Error dead() {
    return Error{
        "store.dead",
        "an earlier write failed or the store was closed; what was being written is unknown: open "
        "the book again, then send again with the same idempotency key"};
  }

  Status die(const Error& error) {
    dead_ = true;
    return error;
  }

  Status write_rows(const rdb::Status& prepared, rdb::WriteBatch& batch) {
    if (dead_) return dead();
    rdb::WriteOptions options;
    options.disableWAL = true;
    rdb::Status status = prepared;
    if (status.ok()) status = book_.database->db().Write(options, &batch);
    if (!status.ok()) return die(to_error(status, "write derived rows"));
    return money::ok();
  }

  WriterParts book_;
  std::mutex commit_mutex_;
  mutable std::mutex head_mutex_;
  Head head_;
  std::atomic<bool> dead_ = false;
  std::atomic<bool> closed_ = false;
};

}  // namespace

std::unique_ptr<Store> make_writer(WriterParts parts) {
  return std::make_unique<RocksWriter>(std::move(parts));
}

}  // namespace loanbook::storage::rocksdb
