#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "loanbook/storage/records.hpp"

namespace loanbook::ledger {

using storage::Digest;

/// SHA-256 (FIPS 180-4).
[[nodiscard]] Digest sha256(std::string_view bytes);
/// SHA-256 over (previous, body): the chain's step.
[[nodiscard]] Digest chain_hash(const Digest& previous, std::string_view body);
/// 64 lower-case hex digits.
[[nodiscard]] std::string hex(const Digest& digest);
/// The first 12 of them, for screens.
[[nodiscard]] std::string short_hex(const Digest& digest);

}  // namespace loanbook::ledger
