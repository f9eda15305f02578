#pragma once

// A whole book as text, to the byte: every entry with the bytes that are hashed, every segment with
// its lines. Form: docs/format.md, section "Journal". Streams; memory is bounded by one segment.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "loanbook/ledger/book.hpp"
#include "loanbook/storage/store.hpp"

namespace loanbook::interchange {

/// Equal books give equal files. What reading the book gives.
[[nodiscard]] money::Status export_ndjson(const ledger::Book& book,
                                          const std::function<void(std::string_view)>& sink);

/// The next line without its end; false at the end of the file.
using LineSource = std::function<money::Result<bool>(std::string& line)>;

/// Fills an empty store, entry by entry and segment by segment, and computes nothing but hashes:
/// the chain, the segments' digests, and every line again from its bytes.
///
/// `journal.malformed`, `journal.line_differs` (a field is not what the bytes say),
/// `journal.chain` (a hash is another one), `journal.segment` (missing, or its bytes have another
/// digest), `journal.cut_short`, with the line; and errors of the store.
[[nodiscard]] money::Result<storage::Head> import_ndjson(storage::Store& store,
                                                         const LineSource& next,
                                                         const std::string& file);

}  // namespace loanbook::interchange
