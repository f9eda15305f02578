#include "loanbook/interchange/parquet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/interchange/duckdb.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange {
namespace {

using ledger::Book;
using money::Day;
using money::Error;
using money::Result;
using money::Status;

constexpr std::string_view names[] = {"loans", "entries", "days"};

/// Appends the values of a row in the order of its columns.
class Tape {
 public:
  explicit Tape(DuckTable& table) : table_(table) {}

  Tape& text(std::string_view value) {
    table_.value(value);
    return *this;
  }
  Tape& text_or_null(std::string_view value) {
    value.empty() ? table_.null() : table_.value(value);
    return *this;
  }
  Tape& amount(money::Int128 minor, unsigned digits) {
    return text(money::text_of_minor(minor, digits));
  }
  Tape& number(std::int64_t value) { return text(std::to_string(value)); }
  Tape& flag(bool value) { return text(value ? "true" : "false"); }
  Tape& day(Day value) { return text(money::to_text(value)); }
  Tape& day_or_null(const std::optional<Day>& value) {
    value ? table_.value(money::to_text(*value)) : table_.null();
    return *this;
  }
  bool end() {
    ++rows_;
    return table_.end_row();
  }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  DuckTable& table_;
  std::uint64_t rows_ = 0;
};

/// `AMOUNT` stands for the type of amounts.
constexpr std::string_view loan_columns =
    "loan VARCHAR, product VARCHAR, currency VARCHAR, status VARCHAR, party VARCHAR, "
    "disbursed DATE, lent AMOUNT, principal AMOUNT, principal_overdue AMOUNT, "
    "interest_accrued AMOUNT, interest_due AMOUNT, penalty AMOUNT, fees AMOUNT, "
    "overpayment AMOUNT, owed AMOUNT, overdue AMOUNT, dpd INTEGER, reported_dpd INTEGER, "
    "bucket VARCHAR, category VARCHAR, official VARCHAR, non_accrual BOOLEAN, next_due DATE, "
    "next_amount AMOUNT, isolated BOOLEAN, as_of DATE, known_at BIGINT";
constexpr std::string_view entry_columns =
    "sequence BIGINT, booking_date DATE, value_date DATE, kind VARCHAR, loan VARCHAR, "
    "product VARCHAR, currency VARCHAR, role VARCHAR, account VARCHAR, account_name VARCHAR, "
    "amount AMOUNT, consequence BOOLEAN, text VARCHAR, actor VARCHAR, reason VARCHAR";
constexpr std::string_view day_columns =
    "day DATE, loan VARCHAR, product VARCHAR, currency VARCHAR, role VARCHAR, before AMOUNT, "
    "events AMOUNT, booked AMOUNT, after AMOUNT";

std::string typed(std::string_view columns, unsigned digits) {
  const std::string type = fmt::format("DECIMAL(38, {})", digits);
  constexpr std::string_view word = "AMOUNT";
  std::string out{columns};
  for (std::size_t at = 0; (at = out.find(word, at)) != std::string::npos; at += type.size())
    out.replace(at, word.size(), type);
  return out;
}

/// Of the currency that has most of them, so that every amount fits to the last digit.
Result<unsigned> digits_of(const Book& book) {
  const auto reporting = money::Currency::find(book.status().currency);
  if (!reporting) return reporting.error();
  unsigned digits = reporting->digits;
  for (const auto& info : book.products()) {
    const auto product = book.product(info.id, info.version);
    if (!product) return product.error();
    digits = std::max<unsigned>(digits, product->currency.digits);
  }
  return digits;
}

Status write_loans(const Book& book, const TapeRequest& request, Tape& tape) {
  const auto status = book.status();
  const Day opening = request.as_of.value_or(status.business_date);
  const std::uint64_t known_at = request.known_at.value_or(status.head.sequence);
  const auto use = [&](const ledger::PortfolioRow& row) {
    const unsigned d = row.digits;
    tape.text(row.loan).text(row.product).text(row.currency).text(ledger::to_text(row.status));
    tape.text_or_null(row.party).day_or_null(row.disbursed);
    for (const std::int64_t minor :
         {row.lent, row.principal, row.principal_overdue, row.interest_accrued, row.interest_due,
          row.penalty, row.fees, row.overpayment, row.owed(), row.overdue()})
      tape.amount(minor, d);
    tape.number(row.dpd).number(row.reported_dpd).text_or_null(row.bucket);
    tape.text_or_null(row.category).text_or_null(row.official).flag(row.non_accrual);
    tape.day_or_null(row.next_due).amount(row.next_amount, d).flag(row.isolated);
    tape.day(opening).number(static_cast<std::int64_t>(known_at));
    return tape.end();
  };
  if (request.known_at) return book.portfolio(opening, *request.known_at, use);
  return book.portfolio(request.as_of, use);
}

Status write_entries(const Book& book, const TapeRequest& request, Tape& tape) {
  std::optional<std::uint64_t> through = request.known_at;
  if (request.as_of) {
    const auto last = book.known_at(*request.as_of);
    if (!last) return last.error();
    through = std::min(through.value_or(*last), *last);
  }
  return book.gl_entries(0, through, [&](const ledger::GlEntry& entry) {
    for (const ledger::GlPosting& posting : entry.postings) {
      if (posting.minor == 0) continue;
      tape.number(static_cast<std::int64_t>(entry.sequence));
      tape.day(entry.booking_date).day(entry.value_date).text(ledger::to_text(entry.kind));
      tape.text_or_null(entry.loan).text(posting.product).text(posting.currency);
      tape.text(ledger::to_text(posting.role));
      tape.text(posting.account.code).text(posting.account.name);
      tape.amount(posting.minor, posting.digits).flag(posting.consequence);
      tape.text_or_null(entry.text).text_or_null(entry.actor).text_or_null(entry.reason);
      if (!tape.end()) return false;
    }
    return true;
  });
}

Status write_days(const Book& book, const TapeRequest& request, Tape& tape) {
  if (request.known_at)
    return Error{.id = "parquet.known_at",
                 .message =
                     "nights are as they were booked: leave --known-at out, --as-of D ends "
                     "with the night of D"};
  const auto status = book.status();
  Day last = status.closed_through;
  if (request.as_of) last = std::min(last, *request.as_of);
  for (Day day = status.began; day <= last; day += date::days{1}) {
    const Status read = book.accruals(day, "", [&](const ledger::AccrualRow& row) {
      tape.day(day).text(row.loan).text(row.product).text(row.currency);
      tape.text(ledger::to_text(row.role));
      for (const std::int64_t minor : {row.before, row.events, row.booked, row.after})
        tape.amount(minor, row.digits);
      return tape.end();
    });
    if (!read) return read;
  }
  return money::ok();
}

}  // namespace

std::string_view to_text(TapeTable table) { return names[static_cast<std::size_t>(table)]; }

Result<TapeTable> parse_tape_table(std::string_view text) {
  const auto* found = std::find(std::begin(names), std::end(names), text);
  if (found != std::end(names))
    return static_cast<TapeTable>(std::distance(std::begin(names), found));
  return Error{.id = "parquet.table",
               .message = fmt::format("--table {}: write loans, entries or days", text)};
}

Result<std::uint64_t> export_parquet(const Book& book, const TapeRequest& request,
                                     const std::string& path) {
  const auto digits = digits_of(book);
  if (!digits) return digits.error();
  constexpr std::string_view columns[] = {loan_columns, entry_columns, day_columns};
  auto table = DuckTable::create(request.library, path,
                                 typed(columns[static_cast<std::size_t>(request.table)], *digits));
  if (!table) return table.error();
  Tape tape{*table};
  constexpr Status (*writers[])(const Book&, const TapeRequest&, Tape&) = {
      write_loans, write_entries, write_days};
  if (Status s = writers[static_cast<std::size_t>(request.table)](book, request, tape); !s)
    return s.error();
  if (Status s = table->write(); !s) return s.error();
  return tape.rows();
}

}  // namespace loanbook::interchange
