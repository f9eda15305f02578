#include "output.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace loanbook::apps {
namespace {

std::vector<Column> receipt_columns() {
  return {{"sequence", "Entry", ColumnKind::integer},
          {"kind", "Kind"},
          {"loan", "Loan"},
          {"value_date", "Value date", ColumnKind::date},
          {"booking_date", "Booked", ColumnKind::date},
          {"version", "Version", ColumnKind::integer},
          {"currency", "Currency"},
          {"movements", "Movements"},
          {"changed", "Changed"},
          {"replayed", "Replayed"},
          {"reversed_by", "Reversed by", ColumnKind::integer},
          {"idempotency_key", "Idempotency key"},
          {"hash", "Hash"}};
}

std::string changed_text(const ledger::Receipt& receipt) {
  return fmt::format("{}", fmt::join(receipt.changed, " "));
}

std::string reversed_text(const ledger::Recorded& recorded) {
  return recorded.reversed_by == 0 ? std::string{} : std::to_string(recorded.reversed_by);
}

Row receipt_row(const ledger::Recorded& recorded, const std::string& key) {
  const auto& receipt = recorded.receipt;
  return {{std::to_string(receipt.sequence), receipt.kind, receipt.loan,
           money::to_text(receipt.value_date), money::to_text(receipt.booking_date),
           std::to_string(receipt.version), receipt.currency,
           movements_text(receipt, digits_of(receipt.currency)), changed_text(receipt),
           recorded.replayed ? "yes" : "no", reversed_text(recorded), key, hex(receipt.hash)}};
}

void print_page(const ledger::Recorded& recorded, const std::string& key) {
  const auto& receipt = recorded.receipt;
  if (receipt.loan.empty()) {  // A product or a series moves nothing: a line says it all.
    fmt::print("entry {}: {}, hash {}{}\n", receipt.sequence, receipt.kind,
               hex(receipt.hash).substr(0, 12), recorded.replayed ? ", replayed" : "");
    return;
  }
  fmt::print("entry {}: {} {}\n", receipt.sequence, receipt.kind, receipt.loan);
  fmt::print("  value date {}, booked {}, version {} of the loan\n",
             money::to_text(receipt.value_date), money::to_text(receipt.booking_date),
             receipt.version);
  const unsigned digits = digits_of(receipt.currency);
  for (const auto& line : receipt.movements) {
    const auto amount = interchange::with_thousands(money::text_of_minor(line.minor, digits));
    fmt::print("  {:<24}{:>20} {}{}\n", ledger::to_text(line.role), amount, receipt.currency,
               line.consequence ? "  (consequence)" : "");
  }
  if (!receipt.changed.empty()) {
    fmt::print("  changed what became of entries {}\n", changed_text(receipt));
  }
  if (recorded.replayed) fmt::print("  replayed: this request was recorded before\n");
  if (recorded.reversed_by != 0) fmt::print("  reversed by entry {}\n", recorded.reversed_by);
  if (!key.empty()) fmt::print("  idempotency key {}\n", key);
  fmt::print("  hash {}\n", hex(receipt.hash));
}

}  // namespace

void print(const Report& report, Format format) {
  const std::string text = interchange::render(report, format);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

ReportWriter::Sink standard_output() {
  return [](std::string_view part) { std::fwrite(part.data(), 1, part.size(), stdout); };
}

std::string movements_text(const ledger::Receipt& receipt, unsigned digits) {
  std::string text;
  for (const auto& line : receipt.movements) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} {}{}", ledger::to_text(line.role),
                        money::text_of_minor(line.minor, digits), line.consequence ? "*" : "");
  }
  return text;
}

std::string day_or_empty(const std::optional<Day>& day) {
  return day ? money::to_text(*day) : std::string{};
}

void print_receipts(const Context& context, std::span<const ledger::Recorded> recorded,
                    std::span<const std::string> keys) {
  const auto key_of = [&keys](std::size_t i) { return i < keys.size() ? keys[i] : std::string{}; };
  if (context.format == Format::table) {
    for (std::size_t i = 0; i < recorded.size(); ++i) print_page(recorded[i], key_of(i));
    return;
  }
  ReportWriter writer({}, receipt_columns(), context.format, standard_output());
  for (std::size_t i = 0; i < recorded.size(); ++i) writer.row(receipt_row(recorded[i], key_of(i)));
  writer.finish({});
}

}  // namespace loanbook::apps
