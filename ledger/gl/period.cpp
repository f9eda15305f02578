#include "loanbook/ledger/gl/period.hpp"

#include <fmt/format.h>

#include "loanbook/ledger/codec.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};

Error malformed_assertion(std::string_view text) {
  return Error{.id = "assertion.malformed",
               .message = fmt::format(
                   "'{}' is no assertion; write 'principal of consumer-level on 2026-10-31 is "
                   "1234.56', or 'account 1310 in CNY on 2026-10-31 is 1234.56'",
                   text)};
}

/// What stands before `word` (with a space on both sides), taken off `text`.
std::optional<std::string_view> take_before(std::string_view& text, std::string_view word) {
  const std::string marked = " " + std::string(word) + " ";
  const std::size_t at = text.find(marked);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(0, at);
  text.remove_prefix(at + marked.size());
  return before;
}

}  // namespace

Result<Period> parse_period(std::string_view text) {
  const Error malformed{
      .id = "period.malformed",
      .message =
          fmt::format("'{}' is no period; write a month such as 2026-10, or --year 2026", text)};
  if (text.size() == 4) {
    const auto first = money::parse_day(std::string(text) + "-01-01");
    const auto last = money::parse_day(std::string(text) + "-12-31");
    if (!first || !last) return malformed;
    return Period{PeriodLength::year, *first, *last};
  }
  if (text.size() != 7) return malformed;
  const auto first = money::parse_day(std::string(text) + "-01");
  if (!first) return malformed;
  return Period{PeriodLength::month, *first, money::add_months(*first, 1) - one_day};
}

std::string to_text(const Period& period) {
  return money::to_text(period.from).substr(0, period.length == PeriodLength::year ? 4 : 7);
}

Result<AssertionText> parse_assertion(std::string_view text) {
  AssertionText parts;
  std::string_view rest = text;
  const auto subject = take_before(rest, "on");
  if (!subject) return malformed_assertion(text);
  const auto day = take_before(rest, "is");
  if (!day) return malformed_assertion(text);
  const auto parsed = money::parse_day(*day);
  if (!parsed) return parsed.error();
  parts.day = *parsed;
  const std::size_t space = rest.find(' ');
  parts.amount = rest.substr(0, space);
  if (space != std::string_view::npos) parts.currency = rest.substr(space + 1);
  std::string_view figure = *subject;
  if (const auto before = take_before(figure, "of")) {
    parts.figure = *before;
    parts.product = figure;
  } else if (const auto named = take_before(figure, "in"); named && parts.currency.empty()) {
    parts.figure = *named;
    parts.currency = figure;
  } else {
    parts.figure = figure;
  }
  if (parts.figure.empty() || parts.amount.empty()) return malformed_assertion(text);
  return parts;
}

std::vector<Role> roles_of_figure(std::string_view figure) {
  if (figure == "principal") return {Role::principal, Role::principal_overdue};
  if (figure == "interest") return {Role::interest_accrued, Role::interest_receivable};
  const Result<Role> role = parse_role(figure);
  if (role) return {*role};
  return {};
}

void encode(const PeriodClosed& closed, std::string& bytes) {
  Encoder out{bytes};
  out.u8(static_cast<std::uint8_t>(closed.period.length));
  out.day(closed.period.from);
  out.day(closed.period.through);
  out.varint(closed.complete_to);
  out.digest(closed.head);
  out.digest(closed.trial_balance);
  out.varint(closed.controls.size());
  for (const ControlTotal& total : closed.controls) {
    out.text(total.currency);
    out.wide(total.debit);
    out.wide(total.credit);
    out.varint(total.accounts);
  }
  out.varint(closed.isolated);
}

bool decode(std::string_view& bytes, PeriodClosed& closed) {
  Decoder in{bytes};
  closed.period.length = in.enumerator(PeriodLength::month, PeriodLength::year);
  closed.period.from = in.day();
  closed.period.through = in.day();
  closed.complete_to = in.varint();
  closed.head = in.digest();
  closed.trial_balance = in.digest();
  const std::uint64_t size = in.varint();
  for (std::uint64_t i = 0; in.good() && i < size; ++i) {
    ControlTotal total;
    total.currency = in.text();
    total.debit = in.wide();
    total.credit = in.wide();
    total.accounts = in.varint();
    closed.controls.push_back(std::move(total));
  }
  closed.isolated = in.varint();
  bytes = in.rest();
  return in.good();
}

void encode(const Asserted& asserted, std::string& bytes) {
  Encoder out{bytes};
  out.text(asserted.figure);
  out.text(asserted.product);
  out.text(asserted.currency);
  out.day(asserted.day);
  out.wide(asserted.minor);
}

bool decode(std::string_view& bytes, Asserted& asserted) {
  Decoder in{bytes};
  asserted.figure = in.text();
  asserted.product = in.text();
  asserted.currency = in.text();
  asserted.day = in.day();
  asserted.minor = in.wide();
  bytes = in.rest();
  return in.good();
}

}  // namespace loanbook::ledger
