#pragma once

// Requests about credit lines, and what tests ask of a line.

#include <ostream>

#include "ledger/support.hpp"

namespace loanbook::test {

inline Command open_line(const std::string& line, const std::string& limit) {
  return {.event = LineRequest{
              .kind = Kind::line_open, .line = line, .currency = "CNY", .limit = limit}};
}
inline Command reserve(const std::string& line, const std::string& id, const std::string& amount,
                       const char* until = "2026-01-10") {
  return {.event = LineRequest{.kind = Kind::line_reserve,
                               .line = line,
                               .reservation = id,
                               .amount = amount,
                               .until = day(until)}};
}
inline Command on_line(Kind kind, const std::string& line, const std::string& reservation = {}) {
  return {.event = LineRequest{.kind = kind, .line = line, .reservation = reservation}};
}
inline Command draw(const std::string& loan, const std::string& line, const std::string& amount,
                    const std::string& reservation = {}, const std::string& product = "level") {
  return {.event =
              OpenAndDisburse{
                  {.product = product, .amount = amount, .line = line, .reservation = reservation}},
          .loan = loan};
}
inline Command decide(Verdict verdict, const std::string& line, const std::string& reservation = {},
                      const std::string& loan = {}) {
  return {.event = RiskDecision{.verdict = verdict,
                                .line = line,
                                .reservation = reservation,
                                .code = "R7",
                                .rule_set = "2026-03",
                                .score = "S1"},
          .loan = loan};
}

/// Level loans that can be written off, and daily interest.
inline std::unique_ptr<Book> book_with_line(const std::string& limit = "10000.00") {
  auto book = new_book();
  must(book->record(publish(level_product())));
  must(book->record(publish(product_of(schedule::Method::revolving, "daily"))));
  must(book->record(open_line("C1", limit)));
  return book;
}

/// used, reserved, available in minor units.
struct Three {
  std::int64_t used, reserved, available;
  bool operator==(const Three&) const = default;
};
inline Three three(const Book& book, const std::string& line = "C1") {
  const LineView view = must(book.line(line));
  return {view.used, view.reserved, view.available};
}
inline std::ostream& operator<<(std::ostream& out, const Three& t) {
  return out << t.used << " used, " << t.reserved << " reserved, " << t.available << " available";
}

}  // namespace loanbook::test
