#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/result.hpp"

namespace loanbook::interchange {

using money::Error;
using money::Result;

enum class JsonKind : std::uint8_t { string, number, boolean, null };

/// One member of a flat object. Numbers keep their text; strings are unescaped.
struct JsonMember {
  std::string name;
  JsonKind kind;
  std::string text;
  std::uint32_t column;  ///< of the value, in characters from 1
};

/// Reads newline-delimited JSON: every line one object whose values are strings, numbers, booleans
/// or null. Blank lines are skipped. The text must outlive the reader.
class NdjsonReader {
 public:
  NdjsonReader(std::string_view text, std::string file_name);

  /// Moves to the next object; false at the end. After an error it goes on with the next line.
  /// `json.malformed`, `json.nested`, `json.duplicate_key`, `json.not_utf8`, `json.line_too_long`.
  [[nodiscard]] Result<bool> next();

  [[nodiscard]] const std::vector<JsonMember>& members() const { return members_; }
  /// Null where the object has no such member.
  [[nodiscard]] const JsonMember* find(std::string_view name) const;
  [[nodiscard]] std::uint64_t line() const { return line_; }
  /// The current line as it stands in the text.
  [[nodiscard]] std::string_view raw() const { return raw_; }
  /// `error` with file name, line and the column of `member` (null: of the object).
  [[nodiscard]] Error place(Error error, const JsonMember* member) const;

 private:
  std::string_view text_;
  std::string file_name_;
  std::string_view raw_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 0;
  std::vector<JsonMember> members_;
};

}  // namespace loanbook::interchange
