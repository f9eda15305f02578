#include "rocks_view.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <mutex>

#include "bytes.hpp"

namespace loanbook::storage::rocksdb {

namespace {

/// Records that were read last, checked and taken apart once: readers ask for neighbours, the
/// entries of an import that is sent again, the chains of loans that were opened one after the
/// other. From any thread.
class RecentRecords {
 public:
  /// The entry, where its record is here.
  [[nodiscard]] std::optional<StoredEntry> find(std::uint64_t sequence) {
    const std::lock_guard lock(mutex_);
    const auto after = records_.upper_bound(sequence);
    if (after == records_.begin()) return std::nullopt;
    const std::vector<StoredEntry>& record = std::prev(after)->second;
    if (sequence > record.back().sequence) return std::nullopt;
    return record[sequence - record.front().sequence];
  }
  /// Requires a record that is not empty.
  void keep(std::vector<StoredEntry> record) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t first = record.front().sequence;
    if (!records_.try_emplace(first, std::move(record)).second) return;
    order_.push_back(first);
    if (order_.size() <= most) return;
    records_.erase(order_.front());
    order_.pop_front();
  }

 private:
  static constexpr std::size_t most = 128;  // of about 64 KiB each
  std::mutex mutex_;
  std::map<std::uint64_t, std::vector<StoredEntry>> records_;  ///< by first entry
  std::deque<std::uint64_t> order_;                            ///< oldest first
};

class RocksView final : public View {
 public:
  RocksView(const Disk& disk, ViewParts parts) : disk_(disk), parts_(std::move(parts)) {}

  ~RocksView() override {
    if (parts_.snapshot != nullptr) parts_.database->db().ReleaseSnapshot(parts_.snapshot);
    parts_.database.reset();
    if (parts_.at_end) parts_.at_end();
  }
  RocksView(const RocksView&) = delete;
  RocksView& operator=(const RocksView&) = delete;

  [[nodiscard]] Head head() const override { return parts_.head; }

  Result<std::optional<StoredEntry>> entry(std::uint64_t sequence) const override {
    if (sequence == 0 || sequence > parts_.head.sequence) return std::optional<StoredEntry>{};
    if (auto known = recent_.find(sequence)) return known;
    auto record = find_record(*parts_.database, parts_.snapshot, sequence);
    if (!record) return record.error();
    if (record->empty()) return missing(sequence);
    StoredEntry entry = (*record)[sequence - record->front().sequence];
    recent_.keep(std::move(*record));
    return std::optional<StoredEntry>{std::move(entry)};
  }

  Status entries(std::uint64_t from, std::uint64_t to,
                 const std::function<bool(const StoredEntry&)>& use) const override {
    from = std::max<std::uint64_t>(from, 1);
    to = std::min(to, parts_.head.sequence);
    if (from > to) return money::ok();
    StoredEntry entry;
    bool more = true;
    std::uint64_t seen = from - 1;
    const auto scanned =
        scan_records(*parts_.database, parts_.snapshot, from, [&](RecordReader& record) {
          // Where the record that should hold `from` is lost, the scan begins before the gap and
          // ends before `from`.
          if (record.header().last() < from) return true;
          if (record.header().first < from) record.skip(from - record.header().first);
          while (more && seen < to && record.next(entry)) {
            if (entry.sequence != seen + 1) return false;
            seen = entry.sequence;
            more = use(entry);
          }
          return more && seen < to;
        });
    if (!scanned) return scanned;
    if (more && seen < to) return missing(seen + 1);
    return money::ok();
  }

  Result<std::optional<Bytes>> row(Space space, std::string_view key) const override {
    rdb::ReadOptions options;
    options.snapshot = parts_.snapshot;
    Bytes value;
    const auto status =
        parts_.database->db().Get(options, parts_.database->derived(), row_key(space, key), &value);
    if (status.IsNotFound()) return std::optional<Bytes>{};
    if (!status.ok()) return to_error(status, "read a derived row", "integrity.row_damaged");
    return std::optional<Bytes>{std::move(value)};
  }

  Status rows(Space space, std::string_view from,
              const std::function<bool(std::string_view, std::string_view)>& use) const override {
    const std::string end(1, static_cast<char>(static_cast<std::uint8_t>(space) + 1));
    const rdb::Slice bound(end);
    rdb::ReadOptions options;
    options.snapshot = parts_.snapshot;
    options.iterate_upper_bound = &bound;
    options.readahead_size = std::size_t{2} << 20;
    const std::unique_ptr<rdb::Iterator> it(
        parts_.database->db().NewIterator(options, parts_.database->derived()));
    for (it->Seek(row_key(space, from)); it->Valid(); it->Next()) {
      if (!use(it->key().ToStringView().substr(1), it->value().ToStringView())) break;
    }
    if (!it->status().ok()) {
      return to_error(it->status(), "read derived rows", "integrity.row_damaged");
    }
    return money::ok();
  }

  Result<std::optional<Bytes>> segment(const Digest& digest) const override {
    const std::string path = segment_path(parts_.dir, digest);
    if (!disk_.exists(path)) return std::optional<Bytes>{};
    auto content = disk_.read(path);
    if (!content) return content.error();
    return std::optional<Bytes>{std::move(*content)};
  }

  Result<std::vector<Digest>> segments() const override {
    const auto names = disk_.list(parts_.dir + "/segments");
    if (!names) return names.error();
    std::vector<Digest> digests;
    for (const auto& name : *names) {
      if (const auto digest = digest_from_hex(name)) digests.push_back(*digest);
    }
    return digests;
  }

 private:
  static Error missing(std::uint64_t sequence) {
    return Error{"integrity.entry_missing", "entry " + std::to_string(sequence) +
                                                " is missing in the log; restore from a backup"};
  }

  Disk disk_;
  ViewParts parts_;
  mutable RecentRecords recent_;
};

}  // namespace

std::string row_key(Space space, std::string_view key) {
  std::string bytes(1, static_cast<char>(space));
  bytes.append(key);
  return bytes;
}

std::string segment_path(const std::string& dir, const Digest& digest) {
  return dir + "/segments/" + hex(view_of(digest));
}

std::unique_ptr<View> make_view(const Disk& disk, ViewParts parts) {
  return std::make_unique<RocksView>(disk, std::move(parts));
}

}  // namespace loanbook::storage::rocksdb
