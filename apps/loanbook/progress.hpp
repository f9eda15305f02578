#pragma once

// One line on a terminal that says how far a long command is.

#include <chrono>
#include <cstdint>
#include <string>

namespace loanbook::apps {

/// Writes to stderr where that is a terminal, at most five times a second; elsewhere it does
/// nothing.
class Progress {
 public:
  explicit Progress(std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// `done` of `total` (0: unknown); `label` stands before the figures.
  void update(std::uint64_t done, std::uint64_t total, const std::string& label);
  /// Removes the line.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::string unit_;
  bool enabled_;
  bool shown_ = false;
  std::string label_;
  std::uint64_t first_done_ = 0;
  Clock::time_point began_;
  Clock::time_point last_;
};

}  // namespace loanbook::apps
