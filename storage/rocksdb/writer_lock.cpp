#include "writer_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "bytes.hpp"

namespace loanbook::storage::rocksdb {

namespace {

std::string path_of(const std::string& dir) { return dir + "/WRITER"; }

struct flock whole_file(short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

Error busy(const Disk& disk, const std::string& dir) {
  const auto content = disk.read(path_of(dir));
  const auto holder = content ? unsealed(*content) : std::nullopt;
  std::string who = holder.value_or("a writer that has not said who it is\n");
  for (auto& c : who) {
    if (c == '\n') c = ' ';
  }
  return Error{"busy.writer",
               "another writer holds the book: " + who + "; try again when it is done",
               path_of(dir)};
}

}  // namespace

WriterLock::WriterLock(WriterLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

WriterLock::~WriterLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<WriterLock> WriterLock::acquire(const Disk& disk, const std::string& dir,
                                       const Options& options) {
  WriterLock lock;
  if (!disk.real()) return lock;
  lock.descriptor_ = ::open(path_of(dir).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock.descriptor_ < 0) {
    return Error{"store.io", std::string("cannot open the writer lock: ") + std::strerror(errno),
                 path_of(dir)};
  }
  auto exclusive = whole_file(F_WRLCK);
  if (::fcntl(lock.descriptor_, F_OFD_SETLK, &exclusive) != 0) {
    if (errno == EAGAIN || errno == EACCES) return busy(disk, dir);
    return Error{"store.io", std::string("cannot lock: ") + std::strerror(errno), path_of(dir)};
  }
  const std::string content =
      sealed("pid " + options.pid + "\nhost " + options.host + "\nsince " + options.started + "\n");
  // A hint for people, so neither synced nor a reason to refuse: the lock is what counts.
  if (::ftruncate(lock.descriptor_, 0) == 0) {
    [[maybe_unused]] const auto written =
        ::pwrite(lock.descriptor_, content.data(), content.size(), 0);
  }
  return lock;
}

bool WriterLock::held(const Disk& disk, const std::string& dir) {
  if (!disk.real()) return false;
  const int descriptor = ::open(path_of(dir).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  auto shared = whole_file(F_RDLCK);
  const bool answered = ::fcntl(descriptor, F_OFD_GETLK, &shared) == 0;
  ::close(descriptor);
  return answered && shared.l_type != F_UNLCK;
}

void WriterLock::release_clean() {
  if (descriptor_ < 0) return;
  [[maybe_unused]] const auto emptied = ::ftruncate(descriptor_, 0);
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace loanbook::storage::rocksdb
