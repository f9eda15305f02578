#pragma once

// What opening, reading and checking share: is this a book, and of which format.

#include <string>

#include "disk.hpp"

namespace loanbook::storage::rocksdb {

/// The file FORMAT of a book this program writes, sealed.
std::string format_text();

/// `book.not_found`, `book.format_unknown` (a later version), `integrity.format_damaged`.
Status check_format(const Disk& disk, const std::string& dir);

}  // namespace loanbook::storage::rocksdb
