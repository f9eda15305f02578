#include "fault_disk.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

#include <algorithm>
#include <cstring>

#include "memory_files.hpp"

namespace loanbook::storage::fault {

namespace {

namespace rdb = ::rocksdb;
using State = FaultDisk::State;
using rdb::FileOptions;
using rdb::IODebugContext;
using rdb::IOOptions;
using rdb::IOStatus;
using rdb::Slice;

std::string plain(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  for (auto at = path.find("//"); at != std::string::npos; at = path.find("//")) path.erase(at, 1);
  return path;
}

/// What a file handle or the file system has in common: the state, and the start of the machine it
/// belongs to.
struct Access {
  std::shared_ptr<State> state;
  std::uint64_t generation;

  [[nodiscard]] IOStatus refused() const {
    if (state->fail_at != 0 && state->failure == Failure::no_space) {
      return IOStatus::NoSpace("injected");
    }
    return IOStatus::IOError("injected");
  }
};

IOStatus read_at(const Access& access, const Inode& inode, std::uint64_t offset, std::size_t n,
                 Slice* result, char* scratch) {
  const std::lock_guard lock(access.state->mutex);
  const std::size_t from = std::min<std::uint64_t>(offset, inode.now.size());
  const std::size_t bytes = std::min(n, inode.now.size() - from);
  std::memcpy(scratch, inode.now.data() + from, bytes);
  *result = Slice(scratch, bytes);
  return IOStatus::OK();
}

/// Every change goes through here: counted, then done whole, by half or not at all.
template <class Change>
IOStatus change(const Access& access, const Change& apply) {
  const std::lock_guard lock(access.state->mutex);
  const auto verdict = access.state->count(access.generation);
  if (verdict == Verdict::refuse) return access.refused();
  apply(verdict == Verdict::half);
  return verdict == Verdict::half ? access.refused() : IOStatus::OK();
}

class SequentialFile final : public rdb::FSSequentialFile {
 public:
  SequentialFile(Access access, std::shared_ptr<Inode> inode)
      : access_(std::move(access)), inode_(std::move(inode)) {}
  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    auto status = read_at(access_, *inode_, at_, n, result, scratch);
    at_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t n) override {
    at_ += n;
    return IOStatus::OK();
  }

 private:
  Access access_;
  std::shared_ptr<Inode> inode_;
  std::uint64_t at_ = 0;
};

class RandomAccessFile final : public rdb::FSRandomAccessFile {
 public:
  RandomAccessFile(Access access, std::shared_ptr<Inode> inode)
      : access_(std::move(access)), inode_(std::move(inode)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return read_at(access_, *inode_, offset, n, result, scratch);
  }

 private:
  Access access_;
  std::shared_ptr<Inode> inode_;
};

class WritableFile final : public rdb::FSWritableFile {
 public:
  WritableFile(Access access, std::shared_ptr<Inode> inode)
      : access_(std::move(access)), inode_(std::move(inode)) {}
  using rdb::FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    return change(access_, [&](bool half) {
      inode_->dirty(inode_->now.size());
      inode_->now.append(data.data(), half ? data.size() / 2 : data.size());
    });
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    return change(access_, [&](bool half) {
      if (half || size == inode_->now.size()) return;
      inode_->dirty(std::min<std::size_t>(size, inode_->now.size()));
      inode_->now.resize(size);
    });
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    // A failed sync may have synced all the same: the harder case, for then refused entries come
    // back.
    return change(access_, [&](bool half) {
      if (!half || access_.state->failure == Failure::io_error) inode_->sync();
    });
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(access_.state->mutex);
    return inode_->now.size();
  }

 private:
  Access access_;
  std::shared_ptr<Inode> inode_;
};

class RandomRWFile final : public rdb::FSRandomRWFile {
 public:
  RandomRWFile(Access access, std::shared_ptr<Inode> inode)
      : access_(std::move(access)), inode_(std::move(inode)) {}
  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions&, IODebugContext*) override {
    return change(access_, [&](bool half) {
      const std::size_t bytes = half ? data.size() / 2 : data.size();
      if (inode_->now.size() < offset + bytes) inode_->now.resize(offset + bytes);
      inode_->dirty(offset);
      inode_->now.replace(offset, bytes, data.data(), bytes);
    });
  }
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return read_at(access_, *inode_, offset, n, result, scratch);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return change(access_, [&](bool half) {
      if (!half || access_.state->failure == Failure::io_error) inode_->sync();
    });
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  Access access_;
  std::shared_ptr<Inode> inode_;
};

class Directory final : public rdb::FSDirectory {
 public:
  Directory(Access access, std::string path) : access_(std::move(access)), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return change(access_, [&](bool half) {
      if (!half || access_.state->failure == Failure::io_error)
        access_.state->sync_folder(path_ == "/" ? std::string() : path_);
    });
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  Access access_;
  std::string path_;
};

class NoLock final : public rdb::FileLock {};

class FaultFileSystem final : public rdb::FileSystem {
 public:
  explicit FaultFileSystem(std::shared_ptr<State> state) : state_(std::move(state)) {}
  const char* Name() const override { return "loanbook.FaultFileSystem"; }

  IOStatus NewSequentialFile(const std::string& name, const FileOptions&,
                             std::unique_ptr<rdb::FSSequentialFile>* result,
                             IODebugContext*) override {
    return open_file<SequentialFile>(name, result);
  }
  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions&,
                               std::unique_ptr<rdb::FSRandomAccessFile>* result,
                               IODebugContext*) override {
    return open_file<RandomAccessFile>(name, result);
  }
  IOStatus NewRandomRWFile(const std::string& name, const FileOptions&,
                           std::unique_ptr<rdb::FSRandomRWFile>* result, IODebugContext*) override {
    return open_file<RandomRWFile>(name, result);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions&,
                              std::unique_ptr<rdb::FSWritableFile>* result,
                              IODebugContext*) override {
    return open_file<WritableFile>(name, result);
  }
  IOStatus NewWritableFile(const std::string& name, const FileOptions&,
                           std::unique_ptr<rdb::FSWritableFile>* result, IODebugContext*) override {
    auto access = now();
    return change(access, [&](bool half) {
      if (half) return;
      auto inode = std::make_shared<Inode>();
      state_->names[plain(name)] = inode;
      *result = std::make_unique<WritableFile>(access, std::move(inode));
    });
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions&,
                        std::unique_ptr<rdb::FSDirectory>* result, IODebugContext*) override {
    auto access = now();
    const std::lock_guard lock(state_->mutex);
    if (!is_folder(plain(name))) return IOStatus::PathNotFound(name);
    *result = std::make_unique<Directory>(access, plain(name));
    return IOStatus::OK();
  }

  IOStatus FileExists(const std::string& name, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(state_->mutex);
    return state_->names.contains(plain(name)) ? IOStatus::OK() : IOStatus::NotFound();
  }
  IOStatus GetChildren(const std::string& dir, const IOOptions&, std::vector<std::string>* result,
                       IODebugContext*) override {
    result->clear();
    const std::lock_guard lock(state_->mutex);
    const std::string folder = plain(dir);
    if (!is_folder(folder)) return IOStatus::PathNotFound(dir);
    for (const auto& [path, inode] : state_->names) {
      if (folder_of(path) == folder) result->push_back(path.substr(folder.size() + 1));
    }
    return IOStatus::OK();
  }
  IOStatus GetFileSize(const std::string& name, const IOOptions&, uint64_t* size,
                       IODebugContext*) override {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->names.find(plain(name));
    if (found == state_->names.end() || !found->second) return IOStatus::PathNotFound(name);
    *size = found->second->now.size();
    return IOStatus::OK();
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, uint64_t* time,
                                   IODebugContext*) override {
    *time = 0;
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& name, const IOOptions&, bool* is_dir,
                       IODebugContext*) override {
    const std::lock_guard lock(state_->mutex);
    *is_dir = is_folder(plain(name));
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* output,
                           IODebugContext*) override {
    *output = path;
    return IOStatus::OK();
  }

  IOStatus DeleteFile(const std::string& name, const IOOptions&, IODebugContext*) override {
    return change_name(name, [&](State::Names::iterator found) { state_->names.erase(found); });
  }
  IOStatus DeleteDir(const std::string& name, const IOOptions& options,
                     IODebugContext* debug) override {
    return DeleteFile(name, options, debug);
  }
  IOStatus CreateDir(const std::string& name, const IOOptions&, IODebugContext*) override {
    return change(now(), [&](bool half) {
      if (!half) state_->names.emplace(plain(name), nullptr);
    });
  }
  IOStatus CreateDirIfMissing(const std::string& name, const IOOptions& options,
                              IODebugContext* debug) override {
    if (FileExists(name, options, debug).ok()) return IOStatus::OK();
    return CreateDir(name, options, debug);
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    return change_name(from, [&](State::Names::iterator found) {
      auto inode = found->second;
      state_->names.erase(found);
      state_->names[plain(to)] = std::move(inode);
    });
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions&,
                    IODebugContext*) override {
    return change_name(
        from, [&](State::Names::iterator found) { state_->names[plain(to)] = found->second; });
  }

  IOStatus LockFile(const std::string&, const IOOptions&, rdb::FileLock** lock,
                    IODebugContext*) override {
    *lock = new NoLock;
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    delete static_cast<NoLock*>(lock);
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = "/test";
    return IOStatus::OK();
  }

 private:
  [[nodiscard]] Access now() const {
    const std::lock_guard lock(state_->mutex);
    return {state_, state_->generation};
  }
  [[nodiscard]] bool is_folder(const std::string& path) const {
    const auto found = state_->names.find(path);
    return path == "/" || path.empty() || (found != state_->names.end() && !found->second);
  }

  template <class File, class Base>
  IOStatus open_file(const std::string& name, std::unique_ptr<Base>* result) {
    auto access = now();
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->names.find(plain(name));
    if (found == state_->names.end() || !found->second) return IOStatus::PathNotFound(name);
    *result = std::make_unique<File>(std::move(access), found->second);
    return IOStatus::OK();
  }

  template <class Apply>
  IOStatus change_name(const std::string& name, const Apply& apply) {
    const auto access = now();
    bool found_it = true;
    auto status = change(access, [&](bool half) {
      const auto found = state_->names.find(plain(name));
      found_it = found != state_->names.end();
      if (found_it && !half) apply(found);
    });
    if (status.ok() && !found_it) return IOStatus::PathNotFound(name);
    return status;
  }

  std::shared_ptr<State> state_;
};

/// RocksDB sleeps a second after a failed flush, and closing waits for it.
class NoSleep final : public rdb::SystemClockWrapper {
 public:
  using rdb::SystemClockWrapper::SystemClockWrapper;
  const char* Name() const override { return "loanbook.NoSleep"; }
  void SleepForMicroseconds(int) override {}
};

/// Both protected members are set here because no public function of RocksDB gives an environment
/// its own file system and clock. The wrapped environment serves the few calls that RocksDB still
/// makes on Env itself.
class FaultEnv final : public rdb::EnvWrapper {
 public:
  explicit FaultEnv(const std::shared_ptr<rdb::FileSystem>& files)
      : EnvWrapper(std::shared_ptr<rdb::Env>(rdb::NewCompositeEnv(files))) {
    file_system_ = files;
    system_clock_ = std::make_shared<NoSleep>(rdb::SystemClock::Default());
  }
  const char* Name() const override { return "loanbook.FaultEnv"; }
};

}  // namespace

FaultDisk::FaultDisk(std::uint64_t seed)
    : state_(std::make_shared<State>(seed)),
      env_(std::shared_ptr<rdb::Env>(
          std::make_shared<FaultEnv>(std::make_shared<FaultFileSystem>(state_)))) {}
FaultDisk::~FaultDisk() = default;

rocksdb::Options FaultDisk::options() const {
  rocksdb::Options options;
  options.temp_dir = "/reader";
  options.env = env_;
  return options;
}

std::uint64_t FaultDisk::calls() const {
  const std::lock_guard lock(state_->mutex);
  return state_->calls;
}

void FaultDisk::die_at(std::uint64_t call) {
  const std::lock_guard lock(state_->mutex);
  state_->die_at = call;
}

void FaultDisk::fail_at(std::uint64_t call, Failure failure) {
  const std::lock_guard lock(state_->mutex);
  state_->fail_at = call;
  state_->failure = failure;
}

bool FaultDisk::died() const {
  const std::lock_guard lock(state_->mutex);
  return state_->die_at != 0 && state_->calls >= state_->die_at;
}

void FaultDisk::power_loss(Loss loss) {
  const std::lock_guard lock(state_->mutex);
  state_->power_loss(loss);
}

std::unique_ptr<FaultDisk> FaultDisk::copy(std::uint64_t seed) const {
  auto other = std::make_unique<FaultDisk>(seed);
  const std::lock_guard lock(state_->mutex);
  std::map<const Inode*, std::shared_ptr<Inode>> copies;
  const auto copied = [&](const State::Names& from, State::Names& to) {
    for (const auto& [path, inode] : from) {
      auto& fresh = copies[inode.get()];
      if (inode && !fresh) fresh = std::make_shared<Inode>(*inode);
      to[path] = inode ? fresh : nullptr;
    }
  };
  copied(state_->names, other->state_->names);
  copied(state_->names_durable, other->state_->names_durable);
  return other;
}

std::vector<std::string> FaultDisk::files() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> paths;
  for (const auto& [path, inode] : state_->names) {
    if (inode) paths.push_back(path);
  }
  return paths;
}

std::string FaultDisk::read(const std::string& path) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->names.find(path);
  return found == state_->names.end() || !found->second ? std::string() : found->second->now;
}

void FaultDisk::write(const std::string& path, const std::string& content) {
  const std::lock_guard lock(state_->mutex);
  auto inode = std::make_shared<Inode>();
  inode->now = inode->durable = content;
  inode->dirty_from = content.size();
  state_->names[path] = inode;
  state_->names_durable[path] = inode;
}

}  // namespace loanbook::storage::fault
