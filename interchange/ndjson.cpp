#include "loanbook/interchange/ndjson.hpp"

#include <algorithm>
#include <optional>

#include "loanbook/money/limits.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

using money::quoted;

struct Failure {
  const char* id;
  std::string message;
  std::size_t offset;
};

void append_utf8(std::string& out, std::uint32_t point) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | (point >> shift & 0x3FU));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | point >> 6U);
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | point >> 12U);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | point >> 18U);
    tail(12);
    tail(6);
    tail(0);
  }
}

// RFC 8259 for one flat object. A parser of our own because common ones turn numbers into binary
// floating point, take duplicate names, or lose the position.
class LineParser {
 public:
  explicit LineParser(std::string_view line) : line_(line) {}

  std::optional<Failure> object(std::vector<JsonMember>* members) {
    skip_space();
    if (!take('{')) return expected("an object '{...}'");
    skip_space();
    if (!take('}')) {
      do {
        if (std::optional<Failure> failure = member(members)) return failure;
        skip_space();
      } while (take(','));
      if (!take('}')) return expected("',' or '}'");
    }
    skip_space();
    if (at_ < line_.size()) return expected("the end of the line");
    return std::nullopt;
  }

 private:
  std::optional<Failure> member(std::vector<JsonMember>* members) {
    skip_space();
    JsonMember next{};
    const std::size_t name_at = at_;
    if (peek() != '"') return expected("a name in quotes");
    if (std::optional<Failure> failure = string(&next.name)) return failure;
    const bool known = std::ranges::find(*members, next.name, &JsonMember::name) != members->end();
    if (known) {
      return Failure{"json.duplicate_key",
                     "the name " + quoted(next.name) + " stands twice; remove one", name_at};
    }
    skip_space();
    if (!take(':')) return expected("':'");
    skip_space();
    next.column = static_cast<std::uint32_t>(money::utf8_length(line_.substr(0, at_)) + 1);
    if (std::optional<Failure> failure = value(&next)) return failure;
    members->push_back(std::move(next));
    return std::nullopt;
  }

  std::optional<Failure> value(JsonMember* member) {
    switch (peek()) {
      case '"':
        member->kind = JsonKind::string;
        return string(&member->text);
      case '{':
      case '[':
        return Failure{"json.nested",
                       "the value of " + quoted(member->name) +
                           " is an object or a list; give text, a number, true, false or null",
                       at_};
      case 't':
        return word("true", JsonKind::boolean, member);
      case 'f':
        return word("false", JsonKind::boolean, member);
      case 'n':
        return word("null", JsonKind::null, member);
      default:
        member->kind = JsonKind::number;
        return number(&member->text);
    }
  }

  std::optional<Failure> word(std::string_view text, JsonKind kind, JsonMember* member) {
    if (!line_.substr(at_).starts_with(text)) return expected("a value");
    at_ += text.size();
    member->kind = kind;
    member->text = text;
    return std::nullopt;
  }

  std::optional<Failure> number(std::string* out) {
    const std::size_t begin = at_;
    take('-');
    if (!take('0') && digits() == 0) return expected("a value");
    if (take('.') && digits() == 0) return expected("a digit");
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (!take('+')) take('-');
      if (digits() == 0) return expected("a digit");
    }
    *out = line_.substr(begin, at_ - begin);
    return std::nullopt;
  }

  std::size_t digits() {
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ - begin;
  }

  std::optional<Failure> string(std::string* out) {
    const std::size_t begin = at_++;
    while (at_ < line_.size()) {
      const char c = line_[at_];
      if (c == '"') {
        ++at_;
        return std::nullopt;
      }
      if (static_cast<unsigned char>(c) < 0x20) return expected("no control character");
      ++at_;
      if (c != '\\') {
        *out += c;
      } else if (!escape(out)) {
        return expected("a valid escape behind '\\'");
      }
    }
    return Failure{"json.malformed",
                   "the line ends inside the quotes that open here; it was cut, or a quote is "
                   "missing",
                   begin};
  }

  bool escape(std::string* out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const std::size_t which = names.find(peek());
    if (at_ < line_.size() && which != std::string_view::npos) {
      *out += meanings[which];
      ++at_;
      return true;
    }
    if (!take('u')) return false;
    std::uint32_t point = 0;
    if (!four_hex(&point)) return false;
    if (point >= 0xDC00 && point < 0xE000) return false;
    if (point >= 0xD800 && point < 0xDC00) {
      std::uint32_t low = 0;
      if (!take('\\') || !take('u') || !four_hex(&low)) return false;
      if (low < 0xDC00 || low >= 0xE000) return false;
      point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
    }
    append_utf8(*out, point);
    return true;
  }

  bool four_hex(std::uint32_t* out) {
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      std::uint32_t digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<std::uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<std::uint32_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<std::uint32_t>(c - 'A' + 10);
      } else {
        return false;
      }
      *out = *out << 4U | digit;
      ++at_;
    }
    return true;
  }

  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\r') ++at_;
  }

  // NUL at the end, which no rule accepts.
  [[nodiscard]] char peek() const { return at_ < line_.size() ? line_[at_] : '\0'; }

  bool take(char c) {
    if (at_ >= line_.size() || line_[at_] != c) return false;
    ++at_;
    return true;
  }

  [[nodiscard]] Failure expected(const char* what) const {
    const std::string found =
        at_ < line_.size() ? quoted(line_.substr(at_, 1)) : std::string("the end of the line");
    return {"json.malformed",
            std::string("expected ") + what + ", found " + found +
                "; a line holds one object such as {\"event\":\"repay\",\"amount\":\"10.00\"}",
            at_};
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

NdjsonReader::NdjsonReader(std::string_view text, std::string file_name)
    : text_(text), file_name_(std::move(file_name)) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
}

Result<bool> NdjsonReader::next() {
  do {
    if (at_ >= text_.size()) return false;
    const std::size_t feed = std::min(text_.find('\n', at_), text_.size());
    raw_ = text_.substr(at_, feed - at_);
    at_ = feed + 1;
    ++line_;
  } while (is_blank(raw_));
  members_.clear();
  std::optional<Failure> failure;
  const std::size_t invalid = money::utf8_invalid_at(raw_);
  if (raw_.size() > money::limits::csv_line_max) {
    failure = Failure{"json.line_too_long",
                      "the line is longer than " + std::to_string(money::limits::csv_line_max) +
                          " bytes; write one object a line",
                      0};
  } else if (invalid != std::string_view::npos) {
    failure =
        Failure{"json.not_utf8", "the line is not UTF-8 here; save the file as UTF-8", invalid};
  } else {
    failure = LineParser{raw_}.object(&members_);
  }
  if (!failure) return true;
  const std::size_t characters = money::utf8_length(raw_.substr(0, failure->offset));
  return Error{.id = failure->id,
               .message = failure->message,
               .file = file_name_,
               .line = static_cast<std::uint32_t>(line_),
               .column = static_cast<std::uint32_t>(characters + 1)};
}

const JsonMember* NdjsonReader::find(std::string_view name) const {
  const auto found = std::ranges::find(members_, name, &JsonMember::name);
  return found == members_.end() ? nullptr : &*found;
}

Error NdjsonReader::place(Error error, const JsonMember* member) const {
  error.file = file_name_;
  error.line = static_cast<std::uint32_t>(line_);
  error.column = member == nullptr ? 1 : member->column;
  return error;
}

}  // namespace loanbook::interchange
