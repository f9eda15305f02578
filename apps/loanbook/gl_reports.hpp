#pragma once

// Reports of the general ledger. A report is one file, report_NAME.cpp, that defines one rule; the
// list of all stands in gl_reports.cpp. The command line, its help and its completion follow it.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "context.hpp"
#include "output.hpp"

namespace loanbook::apps {

/// Arguments as written; each report takes those that its rule names.
struct ReportArguments {
  std::string subject;  ///< positional: an account, a figure
  std::string as_of;
  std::string known_at;
  std::string from;
  std::string to;
  std::string date;
  std::string loan;
  std::string by;
  std::string branch;
  std::vector<std::string> rates;
  std::string rates_file;
  bool restated = false;
};

/// Options of reports as bits; --known-at, --restated and --branch are taken by all.
enum ReportOption : unsigned {
  takes_as_of = 1,
  takes_range = 4,  ///< --from and --to
  takes_date = 8,
  takes_loan = 16,
  takes_by = 32,
  takes_rates = 64,
};

class ReportRun;
struct ReportRule {
  std::string_view name;
  std::string_view help;
  std::string_view example;
  unsigned options = 0;
  std::string_view subject{};  ///< name of a positional argument; empty: none
  std::string_view subject_help{};
  std::string_view by_help{};
  bool without_loans = false;        ///< the general ledger alone answers it
  std::string_view not_restated{};   ///< why it cannot be restated; empty: it can
  std::string_view not_by_branch{};  ///< why it has no branches; empty: it has
  Status (*run)(ReportRun& run) = nullptr;
};
[[nodiscard]] std::span<const ReportRule* const> report_rules();
int run_report(const Context& context, const ReportRule& rule, const ReportArguments& arguments);

/// What a report is as of.
struct ReportPlace {
  std::uint64_t through = 0;    ///< the last entry that counts
  Day day{};                    ///< booking date
  Day opening{};                ///< loans are read at the opening of this day
  std::optional<Day> valued{};  ///< restated: what counts from this day or earlier, whenever booked
  std::string words;            ///< `at the close of 2026-10-31`
};

/// One call of a report: its arguments read, its answer printed.
class ReportRun {
 public:
  ReportRun(const Context& context, const Book& book, const ReportArguments& arguments)
      : context_(context), book_(book), arguments_(arguments) {}

  [[nodiscard]] const Book& book() const { return book_; }
  [[nodiscard]] const ReportArguments& arguments() const { return arguments_; }
  [[nodiscard]] Format format() const { return context_.format; }

  /// By --as-of, --known-at and --restated; everything booked where none is given.
  [[nodiscard]] Result<ReportPlace> place();
  /// At the close of a booking date, or restated at the close of a value date.
  [[nodiscard]] Result<ReportPlace> place_on(Day day) const;
  /// A date at its close, or a sequence number.
  [[nodiscard]] Result<ReportPlace> place_of(const std::string& text, std::string_view option);
  /// The last entry that counts by --known-at; the last of all where it is not given.
  [[nodiscard]] Result<std::uint64_t> known() const;
  struct Range {
    ReportPlace before;  ///< what was booked before it
    ReportPlace end;
    Day from{}, to{};
    std::string words;  ///< `2026-10-01 to 2026-10-31`
  };
  /// By --from and --to; default: the month of the last closed day.
  [[nodiscard]] Result<Range> range();

  // What the place and --branch leave of the book.

  [[nodiscard]] bool wants(std::string_view branch) const {
    return is_branch(arguments_.branch, branch);
  }
  [[nodiscard]] Result<std::vector<ledger::GlBalance>> balances(const ReportPlace& place) const;
  /// Loans as they stand there; active ones only, or all.
  enum class Loans : std::uint8_t { active, all };
  Status portfolio(const ReportPlace& place, Loans which,
                   const std::function<void(const ledger::PortfolioRow&)>& use) const;
  /// Entries booked in a range; restated: own steps of events that count from a day of it, whenever
  /// they were booked. Those leave the nights out, and what events changed besides.
  Status entries(const Range& range, const std::function<bool(const ledger::GlEntry&)>& use) const;

  /// Complete to entry `through`.
  void print(Report report, std::uint64_t through);
  /// `, restated by value date, branch SH`.
  [[nodiscard]] std::string suffix() const;
  void fail_with(int code) { code_ = code; }
  [[nodiscard]] int code() const { return code_; }
  /// To be said on stderr after the report.
  void complete_to(std::uint64_t through) { complete_to_ = through; }
  [[nodiscard]] std::uint64_t completed() const { return complete_to_; }

 private:
  const Context& context_;
  const Book& book_;
  const ReportArguments& arguments_;
  int code_ = exit_code::done;
  std::uint64_t complete_to_ = 0;
};

[[nodiscard]] std::string minor_text(money::Int128 minor, unsigned digits);
/// Where a debit-positive amount stands: (debit, credit).
[[nodiscard]] std::pair<std::string, std::string> two_sides(money::Int128 minor, unsigned digits);
/// `2026-10`.
[[nodiscard]] std::string month_of(Day day);

// The rules, one a file.
extern const ReportRule trial_balance_rule;
extern const ReportRule account_rule;
extern const ReportRule journal_rule;
extern const ReportRule income_rule;
extern const ReportRule accruals_rule;
extern const ReportRule ageing_rule;
extern const ReportRule roll_forward_rule;
extern const ReportRule par_rule;
extern const ReportRule roll_rates_rule;
extern const ReportRule vintages_rule;
extern const ReportRule provision_rule;
extern const ReportRule clearing_rule;
extern const ReportRule diff_rule;
extern const ReportRule periods_rule;
extern const ReportRule assertions_rule;

}  // namespace loanbook::apps
