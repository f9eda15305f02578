#pragma once

// A file that is written piece by piece and seen under its name only when it is whole.

#include <cstdio>
#include <string>
#include <string_view>

#include "context.hpp"

namespace loanbook::apps {

class FileSink {
 public:
  /// `path` empty: standard output. `file.not_writable`.
  static Result<FileSink> open(const std::string& path);
  FileSink(FileSink&& other) noexcept;
  FileSink& operator=(FileSink&&) = delete;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink();

  void write(std::string_view part);
  /// Nothing more can be written, and nobody reads.
  [[nodiscard]] bool broken() const;
  /// Synced and renamed. `store.file_write`.
  [[nodiscard]] Status finish();

 private:
  FileSink(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}
  std::FILE* file_;
  std::string path_;  // empty: standard output
};

}  // namespace loanbook::apps
