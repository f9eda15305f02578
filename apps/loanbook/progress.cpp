#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace loanbook::apps {

Progress::Progress(std::string unit)
    : unit_(std::move(unit)), enabled_(isatty(STDERR_FILENO) == 1), began_(Clock::now()) {}

Progress::~Progress() { clear(); }

void Progress::update(std::uint64_t done, std::uint64_t total, const std::string& label) {
  if (!enabled_) return;
  const auto now = Clock::now();
  if (label != label_) {
    label_ = label;
    began_ = now;
    first_done_ = done;
  }
  if (now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const double rate = seconds > 0.05 ? static_cast<double>(done - first_done_) / seconds : 0;
  std::string line = fmt::format("{}: {} {}", label, done, unit_);
  if (total != 0) line = fmt::format("{}: {} of {} {}", label, done, total, unit_);
  if (rate > 0) line += fmt::format(", {:.0f}/s", rate);
  if (rate > 0 && total > done) {
    line += fmt::format(", {:.0f} s left", static_cast<double>(total - done) / rate);
  }
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace loanbook::apps
