#include "context.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "loanbook/interchange/file.hpp"
#include "loanbook/money/currency.hpp"

namespace loanbook::apps {
namespace {

std::int64_t wall_time_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string time_text(std::int64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

Error file_error(std::string_view id, std::string_view what, const std::string& path) {
  return {std::string(id), fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)), path};
}

bool starts_with(const std::string& text, std::string_view head) {
  return text.rfind(head, 0) == 0;
}

}  // namespace

storage::rocksdb::Options store_options() {
  storage::rocksdb::Options options;
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  options.pid = std::to_string(getpid());
  options.host = host.data();
  options.started = time_text(wall_time_ms());
  return options;
}

namespace {

Result<ledger::BookOptions> options_of(const Context& context) {
  auto access = ledger::parse_access(context.role);
  if (!access) return access.error();
  return ledger::BookOptions{.wall_time_ms = wall_time_ms,
                             .access = *access,
                             .allow_personal_data = context.allow_personal_data};
}

}  // namespace

Result<std::unique_ptr<Book>> open_writer(const Context& context) {
  auto options = options_of(context);
  if (!options) return options.error();
  auto store = storage::rocksdb::open_writer(context.book, store_options());
  if (!store) return store.error();
  return Book::open(std::move(*store), std::move(*options));
}

Result<std::unique_ptr<Book>> open_reader(const Context& context) {
  auto options = options_of(context);
  if (!options) return options.error();
  auto view = storage::rocksdb::open_reader(context.book, store_options());
  if (!view) return view.error();
  return Book::open(std::move(*view), std::move(*options));
}

Result<std::unique_ptr<Book>> open_general_ledger(const Context& context) {
  auto options = options_of(context);
  if (!options) return options.error();
  options->without_loans = true;
  auto view = storage::rocksdb::open_reader(context.book, store_options());
  if (!view) return view.error();
  return Book::open(std::move(*view), std::move(*options));
}

int code_of(const Error& error) {
  if (starts_with(error.id, "integrity.")) return exit_code::damaged;
  if (starts_with(error.id, "busy.") || starts_with(error.id, "store.")) {
    return exit_code::unavailable;
  }
  return exit_code::bad_input;
}

std::string text_of(const Error& error) {
  return fmt::format("{} [{}]", interchange::to_text(error), error.id);
}

int fail(const Error& error, std::string_view key) {
  const int code = code_of(error);
  // In one terminal or one log the data before a message stands before it.
  std::fflush(stdout);
  fmt::print(stderr, "loanbook: {}\n", text_of(error));
  if (code == exit_code::unavailable && !key.empty()) {
    fmt::print(stderr, "Send it again with --idempotency-key {}: it is recorded at most once.\n",
               key);
  }
  return code;
}

std::string key_or_new(const std::string& given) {
  if (!given.empty()) return given;
  static std::atomic<unsigned> counter{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  return fmt::format("{:x}-{:x}-{:x}", ns, getpid(), counter++);
}

std::string key_or_place(const std::string& given, const Book& book) {
  return given.empty() ? fmt::format("after-{}", book.status().head.sequence) : given;
}

std::string actor_or_user(const std::string& given) {
  if (!given.empty()) return given;
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_name : std::to_string(getuid());
}

Result<std::optional<Day>> optional_day(const std::string& text, std::string_view option) {
  if (text.empty()) return std::optional<Day>{};
  auto day = money::parse_day(text);
  if (!day) {
    auto error = day.error();
    error.message = fmt::format("{}: {}", option, error.message);
    error.line = error.column = 0;
    return error;
  }
  return std::optional<Day>{*day};
}

Result<std::optional<KnownAt>> known_at_of(const Book& book, const std::string& text,
                                           std::string_view option) {
  if (text.empty()) return std::optional<KnownAt>{};
  std::uint64_t sequence = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, sequence);
  if (parsed.ec == std::errc{} && parsed.ptr == end)
    return std::optional{KnownAt{std::min(sequence, book.status().head.sequence), {}}};
  const auto day = optional_day(text, option);
  if (!day) return day.error();
  const auto found = book.known_at(**day);
  if (!found) return found.error();
  return std::optional{KnownAt{*found, **day}};
}

Status check_branch(const Book& book, const std::string& asked) {
  if (asked.empty() || asked == "-") return money::ok();
  std::string known;
  for (const auto& product : book.products()) {
    if (product.branch == asked) return money::ok();
    if (!product.branch.empty() && known.find("'" + product.branch + "'") == std::string::npos)
      known += (known.empty() ? "" : ", ") + ("'" + product.branch + "'");
  }
  return Error{.id = "branch.unknown",
               .message = known.empty()
                              ? "no product of this book is published for a branch: `product add "
                                "FILE --branch " +
                                    asked + "` does that"
                              : "no product is published for branch '" + asked + "'; known are " +
                                    known + ", and - for those of none"};
}

Status write_file(const std::string& path, std::string_view content) {
  const std::string beside = path + ".part";
  std::FILE* file = std::fopen(beside.c_str(), "wb");
  if (file == nullptr) return file_error("file.not_writable", "write", path);
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  const bool synced = written && std::fflush(file) == 0 && fsync(fileno(file)) == 0;
  const bool closed = std::fclose(file) == 0;
  if (!synced || !closed || std::rename(beside.c_str(), path.c_str()) != 0) {
    auto error = file_error("store.file_write", "write", path);
    std::remove(beside.c_str());
    return error;
  }
  return money::ok();
}

std::string hex(const storage::Digest& digest) {
  std::string text;
  text.reserve(digest.size() * 2);
  for (const auto byte : digest) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

unsigned digits_of(std::string_view currency) {
  auto found = money::Currency::find(currency);
  return found ? found->digits : 2;
}

std::string amount_text(money::Int128 minor, std::string_view currency) {
  return money::text_of_minor(minor, digits_of(currency));
}

void print_completeness(const Book& book) {
  const auto status = book.status();
  std::fflush(stdout);
  fmt::print(stderr, "complete to entry {}, head {}; business date {}, closed through {}\n",
             status.head.sequence, hex(status.head.hash).substr(0, 12),
             money::to_text(status.business_date), money::to_text(status.closed_through));
}

void say(std::string_view text) {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", text);
}

}  // namespace loanbook::apps
