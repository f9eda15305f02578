#pragma once

// A report as a PDF of A4 pages, to print or to send. The same report gives the same bytes.

#include <string>

#include "loanbook/interchange/table.hpp"

namespace loanbook::interchange {

/// Portrait where the columns fit, else landscape, in smaller letters where they still do not; the
/// heading of the table and the page number stand on every page. Text that is not Latin is set in
/// the reader's own Song typeface (not embedded), what neither can write is `?`. `pdf.failed` where
/// the library runs out of memory.
[[nodiscard]] Result<std::string> render_pdf(const Report& report);

}  // namespace loanbook::interchange
