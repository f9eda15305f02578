#include "loanbook/interchange/workbook.hpp"

#include <fmt/format.h>
#include <xlsxwriter.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "loanbook/interchange/gl_lines.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange {
namespace {

using money::Error;
using money::Status;

constexpr lxw_row_t rows_max = 1'048'000;  // below the format's 1,048,576

/// The number that a spreadsheet would hold, where it reads back as the same digits.
std::optional<double> exact_number(const std::string& amount) {
  const double number = std::strtod(amount.c_str(), nullptr);
  std::array<char, 40> again{};
  // As the library writes numbers.
  std::snprintf(again.data(), again.size(), "%.16G", number);
  std::string plain = amount;
  if (plain.find('.') != std::string::npos) {
    while (plain.back() == '0') plain.pop_back();
    if (plain.back() == '.') plain.pop_back();
  }
  if (plain == "-0") plain = "0";
  if (plain != again.data()) return std::nullopt;
  return number;
}

class Workbook {
 public:
  Workbook(const std::string& path, money::Day day) {
    // Rows go to the disk as they come.
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    book_ = workbook_new_opt(path.c_str(), &options);
    // The day of the books, not of the clock: equal books give equal files.
    lxw_doc_properties properties{};
    properties.created = static_cast<time_t>(money::day_number(day)) * 86'400;
    workbook_set_properties(book_, &properties);
    bold_ = workbook_add_format(book_);
    format_set_bold(bold_);
  }
  ~Workbook() {
    if (book_ != nullptr) workbook_close(book_);
  }
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;

  void sheet(const std::string& name, const std::vector<std::string>& columns) {
    name_ = name;
    columns_ = columns;
    part_ = 1;
    begin_sheet(name);
  }
  void row() {
    if (++row_ < rows_max) {
      column_ = 0;
      return;
    }
    begin_sheet(fmt::format("{} {}", name_, ++part_));
    ++row_;
  }
  void text(const std::string& text) {
    worksheet_write_string(sheet_, row_, column_++, text.c_str(), nullptr);
  }
  void integer(std::int64_t value) {
    // Sequence numbers and days stay far below 2^53.
    worksheet_write_number(sheet_, row_, column_++, static_cast<double>(value), nullptr);
  }
  void empty() { ++column_; }
  void amount(money::Int128 minor, unsigned digits) {
    const std::string plain = money::text_of_minor(minor, digits);
    if (const std::optional<double> number = exact_number(plain)) {
      worksheet_write_number(sheet_, row_, column_++, *number, format_of(digits));
    } else {
      text(plain);
    }
  }
  [[nodiscard]] Status close(const std::string& path) {
    const lxw_error error = workbook_close(book_);
    book_ = nullptr;
    if (error == LXW_NO_ERROR) return money::ok();
    return Error{.id = "store.file_write",
                 .message = fmt::format("cannot write {}: {}", path, lxw_strerror(error)),
                 .file = path};
  }

 private:
  void begin_sheet(const std::string& name) {
    sheet_ = workbook_add_worksheet(book_, name.c_str());
    worksheet_freeze_panes(sheet_, 1, 0);
    worksheet_set_column(sheet_, 0, static_cast<lxw_col_t>(columns_.size()), 16, nullptr);
    for (std::size_t i = 0; i < columns_.size(); ++i)
      worksheet_write_string(sheet_, 0, static_cast<lxw_col_t>(i), columns_[i].c_str(), bold_);
    row_ = 0;
    column_ = 0;
  }
  lxw_format* format_of(unsigned digits) {
    lxw_format*& format = formats_.at(digits);
    if (format == nullptr) {
      format = workbook_add_format(book_);
      const std::string shape = digits == 0 ? "#,##0" : "#,##0." + std::string(digits, '0');
      format_set_num_format(format, shape.c_str());
    }
    return format;
  }

  lxw_workbook* book_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format* bold_ = nullptr;
  std::array<lxw_format*, 8> formats_{};
  std::string name_;
  std::vector<std::string> columns_;
  unsigned part_ = 1;
  lxw_row_t row_ = 0;
  lxw_col_t column_ = 0;
};

Status trial_balance(const ledger::Book& book, Workbook& out) {
  const auto rows = book.trial_balance();
  if (!rows) return rows.error();
  out.sheet("Trial balance", {"Account", "Name", "Currency", "Debit", "Credit"});
  for (const ledger::TrialBalanceRow& row : *rows) {
    out.row();
    out.text(row.account);
    out.text(row.name);
    out.text(row.currency);
    out.amount(row.debit, row.digits);
    out.amount(row.credit, row.digits);
  }
  return money::ok();
}

Status portfolio(const ledger::Book& book, Workbook& out) {
  out.sheet("Portfolio",
            {"Loan", "Product", "Currency", "Status", "Lent", "Principal", "Principal overdue",
             "Interest accrued", "Interest due", "Penalty", "Fees", "Overpayment", "Days past due",
             "Bucket", "Category", "Next due", "Next amount"});
  return book.portfolio({}, [&](const ledger::PortfolioRow& row) {
    out.row();
    out.text(row.loan);
    out.text(row.product);
    out.text(row.currency);
    out.text(std::string(to_text(row.status)));
    for (const std::int64_t minor :
         {row.lent, row.principal, row.principal_overdue, row.interest_accrued, row.interest_due,
          row.penalty, row.fees, row.overpayment})
      out.amount(minor, row.digits);
    out.integer(row.dpd);
    out.text(row.bucket);
    out.text(row.category);
    out.text(row.next_due ? money::to_text(*row.next_due) : "");
    out.amount(row.next_amount, row.digits);
    return true;
  });
}

Status journal(const ledger::Book& book, Workbook& out) {
  out.sheet("Journal", {"Entry", "Booked", "Value date", "Kind", "Loan", "Account", "Name",
                        "Currency", "Debit", "Credit", "Text", "Reason"});
  return each_gl_entry(book, [&](const GlEntry& entry) {
    for (const GlLine& line : entry.lines) {
      out.row();
      out.integer(static_cast<std::int64_t>(entry.sequence));
      out.text(money::to_text(entry.booking_date));
      out.text(money::to_text(entry.value_date));
      out.text(entry.kind);
      out.text(entry.loan);
      out.text(line.code);
      out.text(line.name);
      out.text(line.currency);
      if (line.minor < 0) out.empty();
      out.amount(line.minor < 0 ? -line.minor : line.minor, line.digits);
      if (line.minor > 0) out.empty();
      out.text(entry.text);
      out.text(entry.reason);
    }
    return true;
  });
}

}  // namespace

Status export_workbook(const ledger::Book& book, const std::string& path) {
  Workbook out{path, book.status().business_date};
  if (Status s = trial_balance(book, out); !s) return s;
  if (Status s = portfolio(book, out); !s) return s;
  if (Status s = journal(book, out); !s) return s;
  return out.close(path);
}

}  // namespace loanbook::interchange
