#pragma once

// Answers on standard output.

#include <span>
#include <string>
#include <vector>

#include "context.hpp"

namespace loanbook::apps {

using interchange::Column;
using interchange::ColumnKind;
using interchange::Report;
using interchange::ReportWriter;
using interchange::Row;
using interchange::RowMark;

void print(const Report& report, Format format);
[[nodiscard]] ReportWriter::Sink standard_output();

/// What was recorded: for people a page with the lines of each entry, for programs one row a
/// receipt.
void print_receipts(const Context& context, std::span<const ledger::Recorded> recorded,
                    std::span<const std::string> keys);

/// `settlement 100.00; principal -80.00; ...`, an asterisk at lines that are consequences.
[[nodiscard]] std::string movements_text(const ledger::Receipt& receipt, unsigned digits);
[[nodiscard]] std::string day_or_empty(const std::optional<Day>& day);

}  // namespace loanbook::apps
