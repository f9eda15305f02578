// What an auditor asks first: what was taken back, dated back, given up or entered by hand.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "commands.hpp"
#include "output.hpp"

namespace loanbook::apps {
namespace {

using ledger::EntryView;

bool is_one_of(std::string_view kind, std::initializer_list<std::string_view> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// The first that fits; empty: nothing an auditor asks for. Nights and the book's own entries come
// from no caller.
std::string finding_of(const EntryView& entry) {
  const std::string& kind = entry.receipt.kind;
  if (is_one_of(kind, {"book_opened", "cut_over", "day_closed"})) return {};
  if (entry.reverses != 0) return "reversal";
  if (is_one_of(kind, {"waive-charge", "waive-interest", "adjust-charge", "goodwill"}))
    return "waiver";
  if (is_one_of(kind, {"charge-off", "write-off", "mark-fraud", "transfer"})) return "write-off";
  if (is_one_of(kind, {"change-rate",    "extend",     "defer",         "reschedule",
                       "re-age",         "reamortize", "move-due-date", "pause-overdue",
                       "resume-overdue", "restated",   "risk-decision", "line-unfreeze",
                       "line-change",    "approve",    "decline",       "convert",
                       "capitalise",     "coupon",     "partner-limit", "partner-limit-ended"}))
    return "override";
  if (!entry.payer.empty()) return "third-party payer";
  if (is_one_of(kind, {"suspense-receive", "suspense-return"}) ||
      entry.text.find("out of suspense") != std::string::npos)
    return "suspense";
  if (is_one_of(kind, {"product_published", "series_published", "chart_published"}))
    return "publication";
  if (entry.receipt.value_date < entry.receipt.booking_date) return "backdating";
  if (entry.source == "cli") return "manual entry";
  return {};
}

std::vector<Column> audit_columns() {
  return {{"finding", "Finding"},
          {"entry", "Entry", ColumnKind::integer},
          {"booking_date", "Booked", ColumnKind::date},
          {"value_date", "Value date", ColumnKind::date},
          {"days_back", "Days back", ColumnKind::integer},
          {"loan", "Loan"},
          {"what", "What"},
          {"changed", "Changed entries"},
          {"actor", "Who"},
          {"source", "Source"},
          {"reason", "Why"}};
}

Row audit_row(const std::string& finding, const EntryView& entry) {
  const auto& receipt = entry.receipt;
  return {{finding, std::to_string(receipt.sequence), money::to_text(receipt.booking_date),
           money::to_text(receipt.value_date),
           std::to_string((receipt.booking_date - receipt.value_date).count()), receipt.loan,
           entry.text, fmt::format("{}", fmt::join(receipt.changed, " ")), entry.actor,
           entry.source, entry.reason}};
}

}  // namespace

int run_audit(const Context& context, const AuditArguments& arguments) {
  auto from = optional_day(arguments.from, "--from");
  if (!from) return fail(from.error());
  auto to = optional_day(arguments.to, "--to");
  if (!to) return fail(to.error());
  return with_reader(context, [&](const Book& book) {
    ReportWriter writer({"Reversals, backdatings, waivers, write-offs, overrides, manual entries"},
                        audit_columns(), context.format, standard_output());
    std::uint64_t rows = 0;
    std::uint64_t without_reason = 0;
    auto read = book.entries(0, [&](const EntryView& entry) {
      if (*to && entry.receipt.booking_date > **to) return false;
      if (*from && entry.receipt.booking_date < **from) return true;
      const std::string finding = finding_of(entry);
      if (finding.empty()) return true;
      ++rows;
      without_reason += entry.reason.empty() ? 1 : 0;
      writer.row(audit_row(finding, entry));
      return true;
    });
    if (!read) return fail(read.error());
    writer.finish({fmt::format("{} entries, {} of them without a reason.", rows, without_reason)});
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
