#pragma once

// Every limit of the system on one screen. Parsers and Terms::make() hold them at the door; behind
// it inner functions are total.

#include <cstddef>
#include <cstdint>

namespace loanbook::money::limits {

// Values
inline constexpr std::int64_t principal_minor_max =
    100'000'000'000'000'000;  // 10^17: 10^15 yuan in fen
inline constexpr std::int64_t amount_minor_max =
    principal_minor_max;  // any single amount that comes in
inline constexpr std::int64_t rate_e12_max =
    10'000'000'000'000;                              // 1,000 % a year; after any multiplier too
inline constexpr std::size_t decimal_text_max = 40;  // characters of a number in text
inline constexpr int year_min = 1900;
inline constexpr int year_max = 2200;

// Plans
inline constexpr std::uint32_t installments_max = 1'200;
inline constexpr std::uint32_t grace_days_max = 366;
inline constexpr std::int64_t rounding_multiple_max = 1'000'000'000;

// Texts, in bytes
inline constexpr std::size_t external_id_max = 64;
inline constexpr std::size_t idempotency_key_max = 255;
inline constexpr std::size_t actor_max = 64;
inline constexpr std::size_t reason_max = 512;
inline constexpr std::size_t product_file_max = std::size_t{64} * 1024;
inline constexpr std::size_t csv_line_max = std::size_t{64} * 1024;
inline constexpr std::size_t csv_columns_max = 1'000;
inline constexpr std::size_t input_file_max = std::size_t{4} << 30U;  // a file is read as a whole

// Book
inline constexpr std::size_t batch_events_max = 1'000;  // one atomic batch
inline constexpr std::size_t record_bytes_target =
    std::size_t{64} * 1024;  // entries packed into one stored record
inline constexpr std::uint64_t tail_entries_max =
    200'000;  // log after the last checkpoint; a reader replays at most this and one group
inline constexpr std::uint32_t block_loans = 4'096;         // loans of one columnar block
inline constexpr std::uint32_t page_loans = 256;            // loans of one derived state row
inline constexpr std::size_t long_history_entries =
    256;  // a loan with so many keeps its history in the writer's memory, once its past changed
inline constexpr std::size_t long_history_events =
    200'000;  // kept for all such loans together, some hundred bytes each
inline constexpr std::uint32_t nights_at_once_max = 3'700;  // days one `night --through` closes

}  // namespace loanbook::money::limits
