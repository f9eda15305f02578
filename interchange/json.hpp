#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace loanbook::interchange {

/// Appends `text` in quotes. Escapes what RFC 8259 section 7 demands and nothing more: quote,
/// backslash, control characters (`\n`, `\r`, `\t`, else `\u00XX`); other characters stay UTF-8.
/// Bytes that are not UTF-8 become U+FFFD, so that the result always is JSON.
void append_json_string(std::string& out, std::string_view text);

/// Writes one value, canonical: without spaces, members in the order given, so that equal values
/// give equal bytes.
class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& integer(std::uint64_t value);
  /// `text` as it stands: a number in JSON's grammar, of any size.
  JsonWriter& number(std::string_view text) { return raw(text); }
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  [[nodiscard]] const std::string& text() const { return out_; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void before_value();
  JsonWriter& raw(std::string_view text);
  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace loanbook::interchange
