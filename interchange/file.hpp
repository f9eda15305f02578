#pragma once

#include <string>

#include "loanbook/money/result.hpp"

namespace loanbook::interchange {

using money::Error;
using money::Result;
using money::Status;

/// The whole content of a file (`-`: of standard input). Read and not mapped: a file that
/// is cut while it is mapped would kill the process.
/// `file.not_found`, `file.unreadable`, `file.is_folder`, `file.too_large` (limits.hpp).
[[nodiscard]] Result<std::string> read_file(const std::string& path);

/// `FILE:LINE:COLUMN: message`, without the parts that are unknown.
[[nodiscard]] std::string to_text(const Error& error);

}  // namespace loanbook::interchange
