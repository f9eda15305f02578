#include "file_sink.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace loanbook::apps {
namespace {

std::string beside(const std::string& path) { return path + ".part"; }

}  // namespace

Result<FileSink> FileSink::open(const std::string& path) {
  if (path.empty()) return FileSink{stdout, {}};
  std::FILE* file = std::fopen(beside(path).c_str(), "wb");
  if (file == nullptr) {
    return Error{"file.not_writable",
                 fmt::format("cannot write {}: {}", path, std::strerror(errno)), path};
  }
  return FileSink{file, path};
}

FileSink::FileSink(FileSink&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)), path_(std::move(other.path_)) {}

FileSink::~FileSink() {
  if (file_ == nullptr || file_ == stdout) return;
  std::fclose(file_);
  std::remove(beside(path_).c_str());
}

void FileSink::write(std::string_view part) { std::fwrite(part.data(), 1, part.size(), file_); }

bool FileSink::broken() const { return std::ferror(file_) != 0; }

Status FileSink::finish() {
  const bool flushed = std::ferror(file_) == 0 && std::fflush(file_) == 0;
  if (file_ == stdout) {
    if (flushed) return money::ok();
    return Error{"store.file_write", "standard output cannot be written"};
  }
  const bool synced = flushed && fsync(fileno(file_)) == 0;
  const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (synced && closed && std::rename(beside(path_).c_str(), path_.c_str()) == 0)
    return money::ok();
  Error error{"store.file_write", fmt::format("cannot write {}: {}", path_, std::strerror(errno)),
              path_};
  std::remove(beside(path_).c_str());
  return error;
}

}  // namespace loanbook::apps
