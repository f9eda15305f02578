#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "loanbook/ledger/product/product.hpp"

namespace loanbook::interchange {

/// Reads a product file (TOML 1.0; keys: docs/products.md) and holds it to `ledger::check`.
///
/// Errors carry line and column: `product.too_large`, `product.malformed` (not TOML),
/// `product.unknown_key`, `product.missing_key`, `product.wrong_type`, `product.bad_value`, the ids
/// of the parsers of amounts, rates and names (`decimal.*`, `rate.*`, ...), and those of `check`.
[[nodiscard]] money::Result<ledger::Product> read_product(std::string_view text,
                                                          std::string_view file_name);

enum class Defaults : std::uint8_t { of_used_tables, written };
/// A product file that reads back equal; every key is written, so that it shows the defaults too
/// (those of [plan] only where a rule of it is used, or where `defaults` says so).
[[nodiscard]] std::string write_product(const ledger::Product& product,
                                        Defaults defaults = Defaults::of_used_tables);

/// The words of a product file.
[[nodiscard]] std::string_view to_text(schedule::InterestBasis basis);
[[nodiscard]] std::string_view to_text(schedule::OddFirst odd_first);
[[nodiscard]] std::string_view to_text(schedule::GraceMode mode);
[[nodiscard]] std::string_view to_text(schedule::AllocationMode mode);
[[nodiscard]] std::string_view to_text(ledger::CompoundRate rate);
[[nodiscard]] std::string_view to_text(ledger::Prepayment rule);
/// `yearly on 01-01`, `anniversary`, `every 3 months`.
[[nodiscard]] std::string to_text(schedule::ResetRule reset);
/// `1 month`, `2 weeks`.
[[nodiscard]] std::string to_text(schedule::Frequency frequency);

}  // namespace loanbook::interchange
