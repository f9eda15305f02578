// Entries as people and machines read them: the change feed, and one loan's entries.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/restate/restated.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

struct TextOf {
  std::uint8_t digits;
  std::string currency;

  [[nodiscard]] std::string amount(std::int64_t minor) const {
    return fmt::format("{} {}", money::text_of_minor(minor, digits), currency);
  }
  std::string operator()(const BookOpened& p) const {
    return fmt::format("book opened in {} on {}", p.currency, money::to_text(p.business_date));
  }
  std::string operator()(const Product& p) const {
    return fmt::format("product {} version {} published", p.id, p.version);
  }
  std::string operator()(const SeriesPublished& p) const {
    return fmt::format("series {}: {} values published", p.name, p.points.size());
  }
  std::string operator()(const CutOver& p) const {
    return fmt::format("cut-over of {}", money::to_text(p.day));
  }
  std::string operator()(const DayClosed& p) const {
    return fmt::format("{} closed: {} loans, {} visited{}", money::to_text(p.day), p.loans,
                       p.visited, p.isolated != 0 ? fmt::format(", {} isolated", p.isolated) : "");
  }
  std::string operator()(const Opened& p) const {
    return fmt::format("loan of {}", amount(p.terms.principal_minor));
  }
  std::string operator()(const TakenOver& p) const {
    return fmt::format("loan of {}, paid out on {}, {} owed",
                       amount(p.opened.terms.principal_minor), money::to_text(p.disbursed),
                       amount(p.principal));
  }
  std::string operator()(const Paid& p) const {
    std::string text = amount(p.amount_minor);
    if (!p.payer.empty()) text += ", paid by " + p.payer;
    if (p.suspense != 0) text += fmt::format(", out of suspense {}", p.suspense);
    if (p.intent != 0) text += fmt::format(", intended by entry {}", p.intent);
    if (p.order != 0) text += fmt::format(", ordered by entry {}", p.order);
    return text;
  }
  std::string operator()(const SuspenseFact& p) const {
    if (const auto* returned = std::get_if<SuspenseReturned>(&p))
      return fmt::format("{} of suspense {} returned{}{}", amount(returned->minor), returned->item,
                         returned->reference.empty() ? "" : " as ", returned->reference);
    const auto& received = std::get<SuspenseReceived>(p);
    std::string text = amount(received.minor) + " into suspense";
    if (!received.payer.empty()) text += ", paid by " + received.payer;
    if (!received.reference.empty()) text += ", reference " + received.reference;
    if (!received.text.empty()) text += ": " + received.text;
    return text;
  }
  std::string operator()(const Reversed& p) const {
    return fmt::format("reverses entry {}", p.sequence);
  }
  std::string operator()(const Operated& p) const {
    std::string text;
    const auto add = [&](const std::string& part) {
      if (!text.empty()) text += ", ";
      text += part;
    };
    if (p.amount_minor != 0) add(amount(p.amount_minor));
    if (p.of != 0) add(fmt::format("of entry {}", p.of));
    if (p.rows != 0) add(fmt::format("{} installments", p.rows));
    if (p.from) add("from " + money::to_text(*p.from));
    if (p.until) add("until " + money::to_text(*p.until));
    if (!p.channel.empty()) add("through " + p.channel);
    if (!p.code.empty()) add(p.code);
    return text;
  }
  std::string operator()(const ChartPublished& p) const {
    return fmt::format("chart {} published: {} accounts, {} amounts reclassified", p.chart.id,
                       p.chart.accounts.size(), p.reclassified.size());
  }
  std::string operator()(const PeriodClosed& p) const {
    return fmt::format("{} closed, complete to entry {}", to_text(p.period), p.complete_to);
  }
  std::string operator()(const Asserted& p) const {
    const auto known = money::Currency::find(p.currency);
    return fmt::format("asserted: {}{} on {} is {} {}", p.figure,
                       p.product.empty() ? "" : " of " + p.product, money::to_text(p.day),
                       money::text_of_minor(p.minor, known ? known->digits : 2U), p.currency);
  }
  std::string operator()(const ReconciliationFact& p) const { return text_of(p); }
  std::string operator()(const PartnerLimitSet& p) const {
    if (p.amount_minor == 0) return fmt::format("no limit of {} in {}", p.partner, p.currency);
    const auto known = money::Currency::find(p.currency);
    return fmt::format("limit of {}: {} {}{}", p.partner,
                       money::text_of_minor(p.amount_minor, known ? known->digits : 2U), p.currency,
                       p.until ? " until " + money::to_text(*p.until) : "");
  }
  // These name lines and products: written by the caller.
  std::string operator()(const LineFact&) const { return {}; }
  std::string operator()(const Restated&) const { return {}; }
};

}  // namespace

EntryView view_of(const Entry& entry, const Digest& hash, const BookState& state) {
  EntryView view;
  view.receipt = receipt_of(entry, hash, state);
  view.source = entry.source;
  view.scope = entry.scope;
  view.key = entry.key;
  view.actor = entry.actor;
  view.reason = entry.reason;
  view.batch_index = entry.batch_index;
  view.batch_size = entry.batch_size;
  if (std::holds_alternative<SuspenseFact>(entry.payload))
    view.digits = state.products.at(entry.movements.at(0).product).product.currency.digits;
  if (entry.loan != 0) view.digits = state.product_of(state.loans.at(entry.loan)).currency.digits;
  if (const auto* reversed = std::get_if<Reversed>(&entry.payload))
    view.reverses = reversed->sequence;
  view.segments = segments_named_by(entry);
  if (const auto* paid = std::get_if<Paid>(&entry.payload)) view.payer = paid->payer;
  if (entry.loan == 0 && !std::holds_alternative<SuspenseFact>(entry.payload)) {
    for (const MovementBlock& block : entry.movements) {
      const Product& product = state.products.at(block.product).product;
      for (const auto& line : block.lines) {
        view.totals.push_back({product.id, std::string(product.currency.text()),
                               product.currency.digits, line.role,
                               static_cast<std::int64_t>(line.minor)});
      }
    }
  }
  if (const auto* fact = std::get_if<LineFact>(&entry.payload)) {
    if (const std::uint32_t line = line_of(*fact); line != 0)
      view.digits = state.lines.at(line).currency.digits;
    view.text = text_of(*fact, entry.kind, state.lines);
    return view;
  }
  if (const auto* restated = std::get_if<Restated>(&entry.payload)) {
    if (restated->cause == RestateCause::series) {
      view.text = fmt::format("restated by the series of entry {}: {} loans", restated->series,
                              restated->loans);
      return view;
    }
    if (std::max(restated->from, restated->to) >= state.products.size()) return view;
    const Product& from = state.products[restated->from].product;
    view.text =
        fmt::format("product {} version {} restated as version {}: {} loans", from.id, from.version,
                    state.products.at(restated->to).product.version, restated->loans);
    return view;
  }
  const std::string text = std::visit(TextOf{view.digits, view.receipt.currency}, entry.payload);
  view.text = entry.loan != 0 ? fmt::format("{} {}", to_text(entry.kind), text) : text;
  if (!entry.channel.empty()) view.text += " by " + entry.channel;
  return view;
}

namespace {

/// Entries of the book that restated the loan, with what they moved of it.
Status add_restated(const BookState& state, std::uint64_t number, const storage::View& view,
                    std::vector<EntryView>& entries) {
  const LoanRecord& record = state.loans.at(number);
  if (!record.earlier) return money::ok();
  for (const Earlier& earlier : *record.earlier) {
    const Result<std::optional<storage::StoredEntry>> stored = view.entry(earlier.until);
    if (!stored) return stored.error();
    if (!stored->has_value()) continue;
    const Result<Entry> entry = decode_entry((*stored)->body);
    if (!entry) return entry.error();
    const auto* restated = std::get_if<Restated>(&entry->payload);
    if (restated == nullptr) continue;
    const Result<RestatedSegment> segment = read_restated(view, restated->segment);
    if (!segment) return segment.error();
    EntryView shown = view_of(*entry, (*stored)->hash, state);
    shown.totals.clear();
    const Product& product = state.product_of(record);
    shown.receipt.loan = record.id;
    shown.receipt.currency = product.currency.text();
    shown.digits = product.currency.digits;
    for (const RestatedPart& part : segment->parts) {
      const auto loan = std::ranges::find(part.loans, number, &RestatedLoan::loan);
      if (loan == part.loans.end()) continue;
      for (const auto& [role, minor] : loan->moved)
        shown.receipt.movements.push_back({role, true, minor});
      shown.receipt.changed = loan->changed;
    }
    const auto at = std::ranges::find_if(
        entries, [&](const EntryView& other) { return other.receipt.sequence > entry->sequence; });
    entries.insert(at, std::move(shown));
  }
  return money::ok();
}

}  // namespace

Result<std::vector<EntryView>> Book::loan_entries(const std::string& id) const {
  const std::shared_lock lock(impl_->state_mutex);
  const BookState& state = *impl_->state;
  const std::uint64_t number = state.loan_number(id);
  if (number == 0)
    return Error{.id = "loan.unknown",
                 .message = fmt::format("there is no loan '{}' in this book", id)};
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  std::vector<EntryView> entries;
  for (std::uint64_t sequence = state.loans.at(number).last_entry; sequence != 0;) {
    const Result<std::optional<storage::StoredEntry>> stored = (*view)->entry(sequence);
    if (!stored) return stored.error();
    if (!stored->has_value())
      return Error{.id = "integrity.entry_missing",
                   .message = fmt::format("entry {} is missing", sequence)};
    const Result<Entry> entry = decode_entry((*stored)->body);
    if (!entry) return entry.error();
    entries.push_back(view_of(*entry, (*stored)->hash, state));
    sequence = entry->previous;
  }
  std::reverse(entries.begin(), entries.end());
  if (Status s = add_restated(state, number, **view, entries); !s) return s.error();
  return entries;
}

Status Book::entries(std::uint64_t after, const std::function<bool(const EntryView&)>& use) const {
  const std::shared_lock lock(impl_->state_mutex);
  if (impl_->options.without_loans) return without_loans();
  const BookState& state = *impl_->state;
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  Status outcome = money::ok();
  const Status scanned =
      (*view)->entries(after + 1, state.head.sequence, [&](const storage::StoredEntry& stored) {
        const Result<Entry> entry = decode_entry(stored.body);
        if (!entry) {
          outcome = entry.error();
          return false;
        }
        return use(view_of(*entry, stored.hash, state));
      });
  return scanned ? outcome : scanned;
}

Status Book::stored(std::uint64_t after,
                    const std::function<bool(const storage::StoredEntry&)>& use) const {
  const std::shared_lock lock(impl_->state_mutex);
  if (Status s = check_access(impl_->options.access, Doing::prove); !s) return s;
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  return (*view)->entries(after + 1, impl_->state->head.sequence, use);
}

Result<storage::Bytes> Book::segment(const Digest& digest) const {
  const std::shared_lock lock(impl_->state_mutex);
  if (Status s = check_access(impl_->options.access, Doing::prove); !s) return s.error();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  return segment_bytes(**view, digest);
}

}  // namespace loanbook::ledger
