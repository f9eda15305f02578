#include "guarded_env.hpp"

#include <rocksdb/file_system.h>

#include <cstring>
#include <mutex>

#include "bytes.hpp"
#include "recovery.hpp"
#include "table_ends.hpp"

namespace loanbook::storage::rocksdb {

namespace {

/// A log read from front to back in pieces of any size; follows the headers of fragments.
class LogFile final : public rdb::FSSequentialFileOwnerWrapper {
 public:
  using FSSequentialFileOwnerWrapper::FSSequentialFileOwnerWrapper;

  rdb::IOStatus Read(std::size_t n, const rdb::IOOptions& options, rdb::Slice* result,
                     char* scratch, rdb::IODebugContext* context) override {
    auto status = FSSequentialFileOwnerWrapper::Read(n, options, result, scratch, context);
    if (!status.ok()) return status;
    if (result->data() != scratch) std::memmove(scratch, result->data(), result->size());
    *result = rdb::Slice(scratch, result->size());
    pass(scratch, result->size());
    return status;
  }

  rdb::IOStatus Skip(std::uint64_t) override {
    return rdb::IOStatus::NotSupported("logs are read from their beginning");
  }

 private:
  void pass(char* bytes, std::size_t size) {
    const std::uint64_t end = at_ + size;
    while (header_ + field_ < end) {
      char& byte = bytes[header_ + field_ - at_];
      const auto value = static_cast<std::uint8_t>(byte);
      if (field_ == log_type_at) {
        if (value > log_types_last && value <= recycled_types_last) byte = no_type;
        header_ = next_log_header(header_, length_);
        field_ = log_length_at;
        length_ = 0;
        continue;
      }
      length_ |= std::size_t{value} << (field_ == log_length_at ? 0 : 8);
      ++field_;
    }
    at_ = end;
  }

  static constexpr std::uint8_t recycled_types_last = 8;
  static constexpr char no_type = 127;
  std::uint64_t at_ = 0;               ///< of the next byte in the file
  std::uint64_t header_ = 0;           ///< where the fragment begins whose header is looked for
  std::size_t field_ = log_length_at;  ///< the byte of it that comes next
  std::size_t length_ = 0;
};

}  // namespace

class GuardedFiles final : public rdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "loanbook.GuardedFiles"; }

  rdb::IOStatus NewRandomAccessFile(const std::string& path, const rdb::FileOptions& options,
                                    std::unique_ptr<rdb::FSRandomAccessFile>* file,
                                    rdb::IODebugContext* context) override {
    auto status = FileSystemWrapper::NewRandomAccessFile(path, options, file, context);
    if (!status.ok() || !path.ends_with(".sst")) return status;
    std::uint64_t size = 0;
    status = GetFileSize(path, options.io_options, &size, context);
    if (status.ok()) status = check_table_ends(**file, size, path);
    if (status.ok()) return status;
    file->reset();
    if (status.IsCorruption()) remember(path, status);
    return status;
  }

  rdb::IOStatus NewSequentialFile(const std::string& path, const rdb::FileOptions& options,
                                  std::unique_ptr<rdb::FSSequentialFile>* file,
                                  rdb::IODebugContext* context) override {
    auto status = FileSystemWrapper::NewSequentialFile(path, options, file, context);
    if (status.ok() && is_log(path.substr(path.rfind('/') + 1))) {
      *file = std::make_unique<LogFile>(std::move(*file));
    }
    return status;
  }

  GuardedEnv::Refused refused() const {
    const std::lock_guard lock(mutex_);
    return refused_;
  }

 private:
  void remember(const std::string& path, const rdb::IOStatus& status) {
    const std::lock_guard lock(mutex_);
    if (refused_.name.empty()) refused_ = {path.substr(path.rfind('/') + 1), status.ToString()};
  }

  mutable std::mutex mutex_;
  GuardedEnv::Refused refused_;
};

/// The protected members are set because no public function gives an environment its own file
/// system and keeps the clock of another.
GuardedEnv::GuardedEnv(rdb::Env* base)
    : EnvWrapper(base), files_(std::make_shared<GuardedFiles>(base->GetFileSystem())) {
  file_system_ = files_;
  system_clock_ = base->GetSystemClock();
}

GuardedEnv::Refused GuardedEnv::refused() const { return files_->refused(); }

}  // namespace loanbook::storage::rocksdb
