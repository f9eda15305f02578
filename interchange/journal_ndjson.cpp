#include "loanbook/interchange/journal_ndjson.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "loanbook/interchange/hex.hpp"
#include "loanbook/interchange/json.hpp"
#include "loanbook/ledger/entry.hpp"
#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/reconciliation/reconciliation_book.hpp"
#include "loanbook/ledger/restate/restated.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange {
namespace {

using ledger::Digest;
using ledger::Entry;
using ledger::Segment;
using money::Error;
using money::Result;
using money::Status;

constexpr std::string_view first_line = R"({"format":"loanbook-journal","version":1})";
constexpr std::size_t chunk_bytes = 32'768;
constexpr std::size_t group_entries = 1'024;

std::string minor_text(money::Int128 minor) { return money::text_of_minor(minor, 0); }

/// Product number, role, amount in minor units, an asterisk at consequences.
std::string movements_of(const Entry& entry) {
  std::string text;
  for (const ledger::MovementBlock& block : entry.movements) {
    for (const auto& line : block.lines) {
      if (!text.empty()) text += "; ";
      text += fmt::format("{} {} {}{}", block.product, to_text(line.role), minor_text(line.minor),
                          line.consequence ? "*" : "");
    }
  }
  return text;
}

std::string entry_line(const Entry& entry, const Digest& hash, std::string_view body) {
  JsonWriter out;
  out.begin_object();
  out.key("entry").integer(entry.sequence);
  out.key("hash").string(hex_of(hash));
  out.key("kind").string(to_text(entry.kind));
  out.key("booking_date").string(money::to_text(entry.booking_date));
  out.key("value_date").string(money::to_text(entry.value_date));
  out.key("loan").integer(entry.loan);
  out.key("version").integer(entry.version);
  out.key("previous").integer(entry.previous);
  out.key("movements").string(movements_of(entry));
  out.key("source").string(entry.source);
  out.key("scope").string(entry.scope);
  out.key("key").string(entry.key);
  out.key("actor").string(entry.actor);
  out.key("reason").string(entry.reason);
  if (!entry.channel.empty()) out.key("channel").string(entry.channel);
  out.key("body").string(hex_of(body));
  out.end_object();
  return out.take();
}

std::string head_line(const storage::Head& head) {
  JsonWriter out;
  out.begin_object();
  out.key("entries").integer(head.sequence);
  out.key("head").string(hex_of(head.hash));
  out.end_object();
  return out.take();
}

std::string chunk_line(const Digest& digest, std::string_view bytes) {
  JsonWriter out;
  out.begin_object();
  out.key("segment").string(hex_of(digest));
  out.key("bytes").string(hex_of(bytes));
  out.end_object();
  return out.take();
}

std::string visit_line(const Segment& segment, const ledger::SegmentProduct& part,
                       const ledger::Visit& visit) {
  std::string lines;
  for (const ledger::SegmentLine& line : visit.lines) {
    if (!lines.empty()) lines += "; ";
    lines += fmt::format("{} {} from {}: ({} + {} x t) / {} since {}", to_text(line.role),
                         line.installment, money::to_text(line.visible_from),
                         minor_text(line.line.base), minor_text(line.line.slope),
                         line.line.denominator, money::to_text(line.line.first));
  }
  JsonWriter out;
  out.begin_object();
  out.key("night").string(money::to_text(segment.day));
  out.key("product").integer(std::uint64_t{part.product});
  out.key("loan").integer(visit.loan);
  out.key("status").string(to_text(visit.status));
  out.key("bucket").integer(std::uint64_t{visit.bucket});
  out.key("interest_accrued").integer(visit.interest_booked);
  out.key("penalty_receivable").integer(visit.penalty_booked);
  out.key("compound_receivable").integer(visit.compound_booked);
  if (ledger::has_fee(visit)) out.key("fee_deferred").integer(-visit.fee_booked);
  out.key("lines").string(lines);
  out.end_object();
  return out.take();
}

std::string isolated_line(const Segment& segment, const Segment::Isolated& isolated) {
  JsonWriter out;
  out.begin_object();
  out.key("night").string(money::to_text(segment.day));
  out.key("loan").integer(isolated.loan);
  out.key("isolated").string(isolated.reason);
  out.end_object();
  return out.take();
}

/// The readable lines of a segment, one after the other.
class SegmentText {
 public:
  explicit SegmentText(Segment segment) : segment_(std::move(segment)) {}
  [[nodiscard]] std::optional<std::string> next() {
    while (part_ < segment_.products.size()) {
      const ledger::SegmentProduct& part = segment_.products[part_];
      if (at_ < part.visits.size()) return visit_line(segment_, part, part.visits[at_++]);
      ++part_;
      at_ = 0;
    }
    if (at_ < segment_.isolated.size()) return isolated_line(segment_, segment_.isolated[at_++]);
    return std::nullopt;
  }

 private:
  Segment segment_;
  std::size_t part_ = 0;
  std::size_t at_ = 0;
};

/// What a statement matched or a restatement changed has no lines of a night: its bytes stand
/// alone.
bool is_reconciliation(std::string_view bytes) { return bytes.starts_with("LBREC"); }
bool is_restated(std::string_view bytes) { return bytes.starts_with(ledger::restated_magic); }

Status write_segment(const ledger::Book& book, const Digest& digest,
                     const std::function<void(std::string_view)>& sink) {
  const Result<storage::Bytes> bytes = book.segment(digest);
  if (!bytes) return bytes.error();
  const std::string_view all = *bytes;
  for (std::size_t at = 0; at < all.size(); at += chunk_bytes)
    sink(chunk_line(digest, all.substr(at, chunk_bytes)) + "\n");
  if (is_reconciliation(all) || is_restated(all)) return money::ok();
  Result<Segment> segment = ledger::decode_segment(all);
  if (!segment) return segment.error();
  SegmentText text{std::move(*segment)};
  while (const std::optional<std::string> line = text.next()) sink(*line + "\n");
  return money::ok();
}

/// The value of the last member of an object, where that is `name` and a text without escapes.
std::optional<std::string> last_hex(std::string_view line, std::string_view name) {
  const std::string before = fmt::format("\"{}\":\"", name);
  const std::size_t at = line.rfind(before);
  if (at == std::string_view::npos || !line.ends_with("\"}")) return std::nullopt;
  const std::size_t from = at + before.size();
  if (from + 2 > line.size()) return std::nullopt;
  return bytes_of_hex(line.substr(from, line.size() - from - 2));
}

class Import {
 public:
  Import(storage::Store& store, std::string file) : store_(store), file_(std::move(file)) {}

  Status line(const std::string& text) {
    ++number_;
    if (number_ == 1) {
      if (text == first_line) return money::ok();
      return bad("journal.malformed", "this is no journal of version 1");
    }
    if (ended_) return bad("journal.malformed", "lines after the end");
    if (text.starts_with(R"({"segment":)")) return chunk(text);
    if (text.starts_with(R"({"night":)")) return readable(text);
    if (Status s = finish_segment(); !s) return s;
    if (text.starts_with(R"({"entry":)")) return entry(text);
    if (text.starts_with(R"({"entries":)")) return end(text);
    return bad("journal.malformed", "neither entry nor segment");
  }

  Result<storage::Head> finish() {
    if (!ended_) {
      ++number_;
      return bad("journal.cut_short", "the file ends before its last line");
    }
    return head_;
  }

 private:
  Error bad(std::string id, std::string message) const {
    return Error{.id = std::move(id),
                 .message = std::move(message),
                 .file = file_,
                 .line = static_cast<std::uint32_t>(number_)};
  }

  Status chunk(const std::string& text) {
    const std::optional<Digest> digest =
        text.size() > 76 ? digest_of_hex(std::string_view(text).substr(12, 64)) : std::nullopt;
    const std::optional<std::string> bytes = last_hex(text, "bytes");
    if (!digest || !bytes) return bad("journal.malformed", "a segment that cannot be read");
    if (chunk_line(*digest, *bytes) != text)
      return bad("journal.malformed", "a segment in another form");
    if (segment_ && *segment_ != *digest) {
      if (Status s = finish_segment(); !s) return s;
    }
    if (expected_) return bad("journal.malformed", "a segment goes on after its lines");
    segment_ = *digest;
    collected_ += *bytes;
    return money::ok();
  }

  /// All bytes of the segment are there.
  Status read_segment() {
    if (ledger::sha256(collected_) != *segment_)
      return bad("journal.segment", "the bytes of the segment before have another digest");
    if (is_reconciliation(collected_) || is_restated(collected_)) {
      Status readable = money::ok();
      if (is_restated(collected_)) {
        if (const auto loans = ledger::decode_restated(collected_); !loans)
          readable = loans.error();
      } else if (const auto matched = ledger::decode_reconciliation(collected_); !matched) {
        readable = matched.error();
      }
      if (!readable) return bad("journal.segment", readable.error().message);
      expected_.emplace(Segment{});
    } else {
      Result<Segment> segment = ledger::decode_segment(collected_);
      if (!segment) return bad("journal.segment", segment.error().message);
      expected_.emplace(std::move(*segment));
    }
    if (Status s = store_.put_segment(*segment_, collected_); !s) return s;
    known_.insert(*segment_);
    return money::ok();
  }

  Status readable(const std::string& text) {
    if (!segment_) return bad("journal.malformed", "a line of no segment");
    if (!expected_) {
      if (Status s = read_segment(); !s) return s;
    }
    const std::optional<std::string> wanted = expected_->next();
    if (!wanted || *wanted != text)
      return bad("journal.line_differs", "the line is not what the bytes of its segment say");
    return money::ok();
  }

  Status finish_segment() {
    if (!segment_) return money::ok();
    if (!expected_) {
      if (Status s = read_segment(); !s) return s;
    }
    if (expected_->next())
      return bad("journal.line_differs", "lines of the segment before are missing");
    segment_.reset();
    expected_.reset();
    collected_.clear();
    return money::ok();
  }

  Status entry(const std::string& text) {
    std::optional<std::string> body = last_hex(text, "body");
    if (!body) return bad("journal.malformed", "an entry that cannot be read");
    const Result<Entry> entry = ledger::decode_entry(*body);
    if (!entry) return bad("journal.malformed", entry.error().message);
    const Digest hash = ledger::chain_hash(head_.hash, *body);
    if (entry->sequence != head_.sequence + 1 ||
        text.find(fmt::format(R"("hash":"{}")", hex_of(hash))) == std::string::npos) {
      return bad("journal.chain",
                 fmt::format("entry {} does not follow entry {}", entry->sequence, head_.sequence));
    }
    if (entry_line(*entry, hash, *body) != text)
      return bad("journal.line_differs", "a field of the line is not what its bytes say");
    const std::vector<Digest> named = ledger::segments_named_by(*entry);
    if (!named.empty() || std::holds_alternative<ledger::DayClosed>(entry->payload)) {
      if (known_ != std::set<Digest>(named.begin(), named.end()))
        return bad("journal.segment", "the segments before are not those that the entry names");
      known_.clear();
    }
    head_ = {entry->sequence, hash};
    group_.entries.push_back({entry->sequence, std::move(*body), hash});
    return group_.entries.size() < group_entries ? money::ok() : commit();
  }

  Status end(const std::string& text) {
    if (!known_.empty()) return bad("journal.segment", "no night names the segment before");
    if (head_line(head_) != text)
      return bad("journal.chain",
                 fmt::format("the file ends with another head than entry {}", head_.sequence));
    ended_ = true;
    return commit();
  }

  Status commit() {
    if (group_.entries.empty()) return money::ok();
    Status written = store_.commit(group_);
    group_.entries.clear();
    return written;
  }

  storage::Store& store_;
  std::string file_;
  std::uint64_t number_ = 0;
  bool ended_ = false;
  storage::Head head_;
  storage::Group group_;
  std::optional<Digest> segment_;  // the one being read
  std::string collected_;
  std::optional<SegmentText> expected_;
  std::set<Digest> known_;  // since the last night
};

}  // namespace

Status export_ndjson(const ledger::Book& book, const std::function<void(std::string_view)>& sink) {
  sink(std::string(first_line) + "\n");
  // The feed is not asked for a segment while it is being read.
  storage::Head head;
  for (bool more = true; more;) {
    std::vector<storage::StoredEntry> part;
    const Status read = book.stored(head.sequence, [&](const storage::StoredEntry& stored) {
      part.push_back(stored);
      return part.size() < group_entries;
    });
    if (!read) return read;
    for (const storage::StoredEntry& stored : part) {
      const Result<Entry> entry = ledger::decode_entry(stored.body);
      if (!entry) return entry.error();
      for (const Digest& digest : ledger::segments_named_by(*entry)) {
        if (Status s = write_segment(book, digest, sink); !s) return s;
      }
      sink(entry_line(*entry, stored.hash, stored.body) + "\n");
      head = {stored.sequence, stored.hash};
    }
    more = part.size() == group_entries;
  }
  sink(head_line(head) + "\n");
  return money::ok();
}

Result<storage::Head> import_ndjson(storage::Store& store, const LineSource& next,
                                    const std::string& file) {
  Import import{store, file};
  std::string text;
  for (;;) {
    const Result<bool> more = next(text);
    if (!more) return more.error();
    if (!*more) break;
    if (Status s = import.line(text); !s) return s.error();
  }
  return import.finish();
}

}  // namespace loanbook::interchange
