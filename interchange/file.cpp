#include "loanbook/interchange/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "loanbook/money/limits.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

constexpr std::size_t read_at_once = 1U << 20U;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Error error_of(const char* id, const std::string& path, const std::string& what) {
  return Error{.id = id, .message = what, .file = path};
}

Error unreadable(const std::string& path) {
  return error_of(
      "file.unreadable", path,
      std::string("the file cannot be read (") + std::strerror(errno) + "); check its permissions");
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const Descriptor descriptor{path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                          : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (descriptor.number() < 0) {
    if (errno != ENOENT && errno != ENOTDIR) return unreadable(path);
    return error_of("file.not_found", path, "there is no such file; check the path");
  }
  struct stat about {};
  if (::fstat(descriptor.number(), &about) != 0) return unreadable(path);
  if (S_ISDIR(about.st_mode)) {
    return error_of("file.is_folder", path, "this is a folder; name a file in it");
  }
  std::string content;
  const std::size_t expected = about.st_size > 0 ? static_cast<std::size_t>(about.st_size) : 0;
  if (expected <= money::limits::input_file_max) content.reserve(expected + read_at_once);
  while (content.size() <= money::limits::input_file_max) {
    const std::size_t before = content.size();
    content.resize(before + read_at_once);
    const ssize_t got = ::read(descriptor.number(), content.data() + before, read_at_once);
    content.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) return content;
    if (got < 0 && errno != EINTR) return unreadable(path);
  }
  return error_of("file.too_large", path,
                  "the file is larger than " + std::to_string(money::limits::input_file_max) +
                      " bytes; split it");
}

std::string to_text(const Error& error) {
  std::string place = error.file;
  if (error.line > 0) place += (place.empty() ? "line " : ":") + std::to_string(error.line);
  if (error.line > 0 && error.column > 0) place += ":" + std::to_string(error.column);
  return place.empty() ? error.message : place + ": " + error.message;
}

}  // namespace loanbook::interchange
