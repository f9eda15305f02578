#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <deque>

#include "loanbook/interchange/bank_statement.hpp"
#include "loanbook/interchange/suggest.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

using ledger::BankLine;
using money::quoted;

/// What the lines of a statement point into.
struct Texts {
  std::string text;
  std::deque<std::string> unescaped;
};

/// Cells of a text line by line, separator and quotes as RFC 4180 has them.
class Cells {
 public:
  Cells(Texts& texts, char separator) : texts_(texts), separator_(separator) {}

  [[nodiscard]] bool at_end() const { return at_ >= texts_.text.size(); }
  [[nodiscard]] std::uint64_t line() const { return line_; }
  /// The rest of the line as it stands.
  [[nodiscard]] std::string_view peek() const {
    const std::string_view rest = std::string_view(texts_.text).substr(at_);
    return rest.substr(0, rest.find('\n'));
  }
  void skip() {
    at_ += peek().size() + 1;
    ++line_;
  }
  /// False where a quote does not end.
  bool read(std::vector<std::string_view>& cells) {
    cells.clear();
    const std::string_view text = texts_.text;
    for (;;) {
      // Banks put a tab before a quoted number, so that a spreadsheet shows all of its digits.
      std::size_t quote = at_;
      while (quote < text.size() && is_blank(text[quote])) ++quote;
      if (quote < text.size() && text[quote] == '"') {
        at_ = quote;
        if (!quoted_cell(cells)) return false;
      } else {
        const std::size_t end = std::min(text.find_first_of(stops(), at_), text.size());
        cells.push_back(text.substr(at_, end - at_));
        at_ = end;
      }
      if (at_ < text.size() && text[at_] == separator_) {
        ++at_;
        continue;
      }
      if (!cells.back().empty() && cells.back().back() == '\r') cells.back().remove_suffix(1);
      if (at_ < text.size()) ++at_;
      ++line_;
      return true;
    }
  }

 private:
  [[nodiscard]] bool is_blank(char c) const { return (c == ' ' || c == '\t') && c != separator_; }
  [[nodiscard]] std::string_view stops() {
    stops_ = {separator_, '\n'};
    return {stops_.data(), stops_.size()};
  }
  bool quoted_cell(std::vector<std::string_view>& cells) {
    const std::string_view text = texts_.text;
    const std::size_t begin = ++at_;
    bool doubled = false;
    for (; at_ < text.size(); ++at_) {
      if (text[at_] == '\n') ++line_;
      if (text[at_] != '"') continue;
      if (at_ + 1 < text.size() && text[at_ + 1] == '"') {
        doubled = true;
        ++at_;
        continue;
      }
      std::string_view cell = text.substr(begin, at_ - begin);
      if (doubled) {
        std::string& plain = texts_.unescaped.emplace_back();
        for (std::size_t i = 0; i < cell.size(); ++i) {
          plain += cell[i];
          if (cell[i] == '"') ++i;
        }
        cell = plain;
      }
      cells.push_back(cell);
      ++at_;
      while (at_ < text.size() && (is_blank(text[at_]) || text[at_] == '\r')) ++at_;
      return at_ >= text.size() || text[at_] == separator_ || text[at_] == '\n';
    }
    return false;
  }

  Texts& texts_;
  char separator_;
  std::array<char, 2> stops_{};
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

/// Without blanks, tabs and the characters of `strip`, whole ones: `元` is three bytes.
std::string_view trimmed(std::string_view cell, std::string_view strip) {
  const auto off = [&](std::string_view character) {
    return character == " " || character == "\t" || character == "\u3000" ||
           character == "\u00a0" || strip.find(character) != std::string_view::npos;
  };
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (!cell.empty()) {
    std::size_t size = 1;
    while (size < cell.size() && continues(cell[size])) ++size;
    if (!off(cell.substr(0, size))) break;
    cell.remove_prefix(size);
  }
  while (!cell.empty()) {
    std::size_t begin = cell.size() - 1;
    while (begin > 0 && continues(cell[begin])) --begin;
    if (!off(cell.substr(begin))) break;
    cell.remove_suffix(cell.size() - begin);
  }
  return cell;
}

/// `yyyy-mm-dd`, `d.m.yyyy`, `yyyymmdd`: a letter stands for digits, all else for itself. A time
/// may follow after a blank or a `T`.
std::optional<Day> day_of(std::string_view text, std::string_view form) {
  unsigned year = 0, month = 0, day = 0;
  std::size_t at = 0;
  for (std::size_t f = 0; f < form.size();) {
    const char letter = form[f];
    if (letter != 'y' && letter != 'm' && letter != 'd') {
      if (at >= text.size() || text[at] != letter) return std::nullopt;
      ++at;
      ++f;
      continue;
    }
    std::size_t width = 0;
    while (f < form.size() && form[f] == letter) ++f, ++width;
    // `m` and `d` alone take one digit or two.
    const std::size_t most = width == 1 ? 2 : width;
    unsigned value = 0;
    std::size_t read = 0;
    for (; read < most && at < text.size() && text[at] >= '0' && text[at] <= '9'; ++read, ++at)
      value = value * 10 + static_cast<unsigned>(text[at] - '0');
    if (read < std::min(width, most)) return std::nullopt;
    (letter == 'y' ? year : letter == 'm' ? month : day) = value;
  }
  if (at < text.size() && text[at] != ' ' && text[at] != 'T') return std::nullopt;
  if (year < 100) year += 2000;
  const auto parsed = money::parse_day(fmt::format("{:04}-{:02}-{:02}", year, month, day));
  return parsed ? std::optional(*parsed) : std::nullopt;
}

/// `1.234,50-`, `+100`, `(5.00)`, `¥1,234.50`, as the form says. An empty cell is 0.
Result<std::int64_t> amount_of(std::string_view cell, const BankStatementForm& form) {
  std::string plain;
  bool negative = cell.size() > 2 && cell.front() == '(' && cell.back() == ')';
  if (negative) cell = cell.substr(1, cell.size() - 2);
  for (const char c : cell) {
    if (c == '-') negative = true;
    if (c == '-' || c == '+' || (form.thousands != '\0' && c == form.thousands)) continue;
    plain += c == form.decimal ? '.' : c;
  }
  for (const std::string_view sign : {"¥", "￥"}) {
    if (plain.starts_with(sign)) plain.erase(0, sign.size());
  }
  while (plain.starts_with(' ')) plain.erase(0, 1);
  if (plain.empty()) return std::int64_t{0};
  const auto amount = money::Money::parse(plain, form.currency);
  if (!amount) {
    Error error = amount.error();
    error.column = 0;
    return error;
  }
  return negative ? -amount->minor() : amount->minor();
}

class Reader {
 public:
  Reader(std::shared_ptr<Texts> texts, const std::string& file_name, const BankStatementForm& form)
      : texts_(std::move(texts)), file_(file_name), form_(form), cells_(*texts_, form.separator) {}

  Result<BankStatement> read() {
    statement_.account = form_.account;
    statement_.currency = form_.currency;
    if (auto wrong = find_header()) return *wrong;
    statement_.lines.reserve(
        static_cast<std::size_t>(std::count(texts_->text.begin(), texts_->text.end(), '\n')));
    while (!cells_.at_end()) {
      if (ends()) break;
      if (left_out()) {
        cells_.skip();
        continue;
      }
      row_line_ = cells_.line();
      if (!cells_.read(row_))
        return wrong_at("statement.bad_row", "a quote is not closed, or text follows it", 0);
      if (auto wrong = read_row()) return *wrong;
    }
    if (statement_.lines.empty())
      return wrong_at("statement.empty",
                      "no line of this file moves money: is it the right file, and the right rules "
                      "(header_begins, take)?",
                      0);
    if (auto wrong = prove_balances()) return *wrong;
    const auto days = std::minmax_element(
        statement_.lines.begin(), statement_.lines.end(),
        [](const BankLine& a, const BankLine& b) { return a.booked < b.booked; });
    statement_.from = days.first->booked;
    statement_.to = days.second->booked;
    statement_.texts = texts_;
    return std::move(statement_);
  }

 private:
  static constexpr std::size_t columns = 14;
  enum At : std::size_t {
    booked,
    valued,
    amount,
    credit,
    debit,
    direction,
    fee,
    balance,
    reference,
    bank_reference,
    text,
    count,
    status,
    kind
  };

  Error wrong_at(const char* id, std::string message, std::size_t column) const {
    return Error{.id = id,
                 .message = std::move(message),
                 .file = file_,
                 .line = static_cast<std::uint32_t>(row_line_),
                 .column = static_cast<std::uint32_t>(column)};
  }

  [[nodiscard]] bool ends() const {
    return !form_.end_begins.empty() && trimmed(cells_.peek(), "\r").starts_with(form_.end_begins);
  }
  [[nodiscard]] bool left_out() const {
    const std::string_view line = trimmed(cells_.peek(), "\r");
    return line.empty() || (!form_.comment.empty() && line.starts_with(form_.comment));
  }

  std::optional<Error> find_header() {
    while (!cells_.at_end()) {
      const std::string_view line = trimmed(cells_.peek(), "\r");
      const bool here =
          form_.header_begins.empty() ? !left_out() : line.starts_with(form_.header_begins);
      if (here) break;
      cells_.skip();
    }
    if (cells_.at_end())
      return wrong_at("statement.no_header",
                      form_.header_begins.empty()
                          ? "this file is empty"
                          : "no line begins with " + quoted(form_.header_begins) +
                                " (header_begins of the rules): is this the right file?",
                      0);
    row_line_ = cells_.line();
    if (form_.header && !cells_.read(row_))
      return wrong_at("statement.bad_row", "a quote is not closed, or text follows it", 0);
    if (form_.header) header_.assign(row_.begin(), row_.end());
    for (std::string_view& name : header_) name = trimmed(name, form_.strip);
    const auto& c = form_.columns;
    const std::array<const std::string*, columns> names = {
        &c.booked,  &c.valued,    &c.amount,         &c.credit, &c.debit, &c.direction, &c.fee,
        &c.balance, &c.reference, &c.bank_reference, &c.text,   &c.count, &c.status,    &c.kind};
    for (std::size_t i = 0; i < columns; ++i) {
      if (names[i]->empty()) continue;
      if (auto wrong = find_column(*names[i], place_[i])) return wrong;
    }
    return std::nullopt;
  }

  std::optional<Error> find_column(const std::string& name, std::optional<std::size_t>& place) {
    if (name.front() == '#') {
      const auto number = money::parse_decimal(std::string_view(name).substr(1), 0);
      if (number && *number >= 1 && *number <= 1000) {
        place = static_cast<std::size_t>(*number - 1);
        return std::nullopt;
      }
    }
    const auto found = std::find(header_.begin(), header_.end(), name);
    if (found != header_.end()) {
      place = static_cast<std::size_t>(found - header_.begin());
      return std::nullopt;
    }
    return wrong_at("statement.missing_column",
                    "there is no column " + quoted(name) + did_you_mean(name, header_), 0);
  }

  [[nodiscard]] std::string_view cell(At at) const {
    if (!place_[at] || *place_[at] >= row_.size()) return {};
    return trimmed(row_[*place_[at]], form_.strip);
  }
  [[nodiscard]] bool is_one_of(std::string_view cell, const std::vector<std::string>& words) const {
    return std::find(words.begin(), words.end(), cell) != words.end();
  }

  std::optional<Error> read_day(At at, Day& out) {
    const auto day = day_of(cell(at), form_.date);
    if (!day)
      return wrong_at("statement.bad_date",
                      fmt::format("{} is no date of the form {}; `date` in the rules says the form",
                                  quoted(cell(at)), form_.date),
                      *place_[at] + 1);
    out = *day;
    return std::nullopt;
  }
  std::optional<Error> read_amount(At at, std::int64_t& out) {
    if (!place_[at]) return std::nullopt;
    const auto minor = amount_of(cell(at), form_);
    if (!minor) return wrong_at(minor.error().id.c_str(), minor.error().message, *place_[at] + 1);
    out = *minor;
    return std::nullopt;
  }

  /// Money in positive, whichever way the file says it.
  std::optional<Error> read_signed(BankLine& line) {
    std::int64_t in = 0, out = 0;
    if (auto wrong = read_amount(amount, line.minor)) return wrong;
    if (auto wrong = read_amount(credit, in)) return wrong;
    if (auto wrong = read_amount(debit, out)) return wrong;
    // Some write what went out with a sign in its own column, others without.
    line.minor += (in < 0 ? -in : in) - (out < 0 ? -out : out);
    if (place_[direction]) {
      const std::string_view word = cell(direction);
      const std::int64_t size = line.minor < 0 ? -line.minor : line.minor;
      if (is_one_of(word, form_.in)) {
        line.minor = size;
      } else if (is_one_of(word, form_.out)) {
        line.minor = -size;
      } else {
        return wrong_at("statement.direction",
                        quoted(word) + " stands neither in `in` nor in `out` of the rules",
                        *place_[direction] + 1);
      }
    }
    if (auto wrong = read_amount(fee, line.fee_minor)) return wrong;
    if (line.fee_minor < 0) line.fee_minor = -line.fee_minor;
    line.returned = is_one_of(cell(kind), form_.returned);
    if (line.returned && line.minor > 0) line.minor = -line.minor;
    // With a return the channel gives its fee back.
    if (line.minor < 0) line.fee_minor = -line.fee_minor;
    if (form_.amount_is_net) line.minor += line.fee_minor;
    return std::nullopt;
  }

  std::optional<Error> read_row() {
    const bool wanted = form_.take.empty() || is_one_of(cell(status), form_.take);
    if (!wanted) {
      ++statement_.left_out;
      return std::nullopt;
    }
    for (const At at : {booked, amount, credit, debit}) {
      if (place_[at] && *place_[at] >= row_.size())
        return wrong_at("statement.bad_row",
                        fmt::format("this row has {} cells, column {} is needed; `end_begins` "
                                    "names the line on which a table ends",
                                    row_.size(), *place_[at] + 1),
                        0);
    }
    BankLine line{.place = row_line_};
    if (auto wrong = read_day(booked, line.booked)) return wrong;
    line.valued = line.booked;
    if (place_[valued] && !cell(valued).empty()) {
      if (auto wrong = read_day(valued, line.valued)) return wrong;
    }
    if (auto wrong = read_signed(line)) return wrong;
    line.reference = cell(reference);
    line.bank_reference = cell(bank_reference);
    line.text = cell(text);
    if (const auto number = money::parse_decimal(cell(count), 0);
        number && *number >= 0 && *number <= 1'000'000)
      line.count = static_cast<std::uint32_t>(*number);
    if (place_[balance]) {
      std::int64_t after = 0;
      if (auto wrong = read_amount(balance, after)) return wrong;
      balances_.push_back(after);
    }
    if (line.minor == 0 && line.fee_minor == 0) {
      if (place_[balance]) balances_.pop_back();
      ++statement_.left_out;
      return std::nullopt;
    }
    statement_.lines.push_back(line);
    return std::nullopt;
  }

  /// Each balance is the one before it and the line; files begin with the oldest or the newest.
  std::optional<Error> prove_balances() {
    if (balances_.empty()) return std::nullopt;
    const auto& lines = statement_.lines;
    const auto net = [&](std::size_t i) { return lines[i].minor - lines[i].fee_minor; };
    const auto breaks_at = [&](bool newest_first) -> std::size_t {
      for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::size_t later = newest_first ? i - 1 : i;
        const std::size_t earlier = newest_first ? i : i - 1;
        if (balances_[later] != balances_[earlier] + net(later)) return i;
      }
      return lines.size();
    };
    const std::size_t forward = breaks_at(false);
    const std::size_t backward = forward == lines.size() ? 0 : breaks_at(true);
    if (forward != lines.size() && backward != lines.size()) {
      const std::size_t at = std::max(forward, backward);
      row_line_ = lines[at].place;
      return wrong_at(
          "statement.balance",
          fmt::format("the balance {} does not follow from the one of the row beside it "
                      "and the amounts: a row is missing, or the columns are others",
                      money::text_of_minor(balances_[at], form_.currency.digits)),
          *place_[balance] + 1);
    }
    const std::size_t oldest = forward == lines.size() ? 0 : lines.size() - 1;
    const std::size_t newest = lines.size() - 1 - oldest;
    statement_.opening = balances_[oldest] - net(oldest);
    statement_.closing = balances_[newest];
    return std::nullopt;
  }

  std::shared_ptr<Texts> texts_;
  std::string file_;
  const BankStatementForm& form_;
  Cells cells_;
  BankStatement statement_;
  std::vector<std::string_view> header_, row_;
  std::array<std::optional<std::size_t>, columns> place_{};
  std::vector<std::int64_t> balances_;
  std::uint64_t row_line_ = 1;
};

}  // namespace

Result<std::string> utf8_of_gbk(std::string_view text, const std::string& file_name) {
  const iconv_t converter = iconv_open("UTF-8", "GB18030");
  const auto none = reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr)
  if (converter == none)
    return Error{.id = "statement.encoding",
                 .message = "this system cannot read GBK: convert the file to UTF-8",
                 .file = file_name};
  std::string out(text.size() * 2 + 16, '\0');
  char* from = const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  std::size_t from_left = text.size();
  char* to = out.data();
  std::size_t to_left = out.size();
  const bool converted = iconv(converter, &from, &from_left, &to, &to_left) != std::size_t(-1);
  iconv_close(converter);
  if (!converted) {
    const std::string_view before = text.substr(0, text.size() - from_left);
    return Error{
        .id = "statement.encoding",
        .message = "this is not GBK: `encoding` in the rules is utf-8 or gbk",
        .file = file_name,
        .line = static_cast<std::uint32_t>(1 + std::count(before.begin(), before.end(), '\n'))};
  }
  out.resize(out.size() - to_left);
  return out;
}

Result<BankStatement> read_bank_statement_csv(std::string text, const std::string& file_name,
                                              const BankStatementForm& form) {
  auto texts = std::make_shared<Texts>();
  if (form.encoding == Encoding::gbk) {
    Result<std::string> converted = utf8_of_gbk(text, file_name);
    if (!converted) return converted.error();
    text = std::move(*converted);
  }
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  if (const std::size_t at = money::utf8_invalid_at(text); at != std::string::npos) {
    return Error{
        .id = "statement.encoding",
        .message = "this is not UTF-8: `encoding` in the rules is utf-8 or gbk",
        .file = file_name,
        .line = static_cast<std::uint32_t>(
            1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'))};
  }
  texts->text = std::move(text);
  return Reader{std::move(texts), file_name, form}.read();
}

}  // namespace loanbook::interchange
