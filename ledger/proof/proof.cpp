#include "loanbook/ledger/proof/proof.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/night/segment.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/proof/merkle.hpp"
#include "loanbook/ledger/restate/restated.hpp"

namespace loanbook::ledger {
namespace {

/// First byte of a night's record, after its day. Frozen.
constexpr std::uint8_t night_visited = 1;
constexpr std::uint8_t night_isolated = 2;
constexpr std::uint8_t restated_again = 3;

std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// One walk over the entries and segments of a book that builds both trees, and keeps what one loan
/// needs.
class Walk {
 public:
  /// `product`: the entry that published the version of the one loan.
  Walk(const storage::View& view, std::uint64_t sequence, std::vector<std::uint64_t> wanted,
       std::uint64_t loan, std::uint64_t product)
      : view_(view),
        wanted_(std::move(wanted)),
        loan_(loan),
        product_(product),
        entries_(wanted_leaves(wanted_)) {
    head_.sequence = sequence;
  }

  Status run() {
    Status outcome = money::ok();
    const Status scanned = view_.entries(1, head_.sequence, [&](const storage::StoredEntry& each) {
      outcome = entry(each);
      return static_cast<bool>(outcome);
    });
    if (!scanned) return scanned;
    if (!outcome) return outcome;
    if (entries_.size() != head_.sequence) {
      return Error{.id = "integrity.entry_missing",
                   .message = fmt::format("entry {} is missing", entries_.size() + 1)};
    }
    head_.entries = entries_.root();
    head_.loans = loans_.size();
    const std::uint64_t leaf = loan_ == 0 ? 0 : loan_ - 1;
    MerkleTree tree{std::span(&leaf, loan_ == 0 ? 0 : 1)};
    for (std::size_t i = 0; i < loans_.size(); ++i) tree.add(leaf_of(i + 1, loans_[i]));
    head_.of_loans = tree.root();
    if (loan_ != 0 && loan_ <= loans_.size()) path_ = tree.path(leaf);
    return money::ok();
  }

  [[nodiscard]] const ProofHead& head() const { return head_; }
  [[nodiscard]] LoanProof proof() && {
    LoanProof proof{.head = head_, .loan = loan_, .nights = std::move(nights_)};
    for (ProvenEntry& each : members_) {
      each.path = entries_.path(each.sequence - 1);
      if (each.sequence == product_)
        proof.product = std::move(each);
      else
        proof.entries.push_back(std::move(each));
    }
    proof.path = std::move(path_);
    return proof;
  }

 private:
  struct Loan {
    std::uint64_t version = 0;
    std::uint32_t product = 0;
    std::uint64_t nights = 0;
    Digest last{};
    Digest chain{};  // over the records of its nights
  };

  static std::vector<std::uint64_t> wanted_leaves(std::vector<std::uint64_t> sequences) {
    for (std::uint64_t& each : sequences) --each;
    return sequences;
  }

  [[nodiscard]] std::string leaf_of(std::uint64_t number, const Loan& loan) const {
    std::string bytes;
    Encoder out{bytes};
    out.varint(number);
    out.varint(loan.version);
    out.digest(loan.last);
    out.digest(products_.at(loan.product));
    out.varint(loan.nights);
    out.digest(loan.chain);
    return bytes;
  }

  Status entry(const storage::StoredEntry& stored) {
    const Result<Entry> entry = decode_entry(stored.body);
    if (!entry) return entry.error();
    if (chain_hash(previous_, stored.body) != stored.hash || entry->sequence != stored.sequence) {
      return Error{.id = "integrity.chain",
                   .message = fmt::format("entry {} does not link to the one before it: `verify` "
                                          "says what is damaged",
                                          stored.sequence)};
    }
    entries_.add(bytes_of(stored.hash));
    if (stored.sequence == 1) head_.book = stored.hash;
    head_.hash = stored.hash;
    head_.booking_date = entry->booking_date;
    if (entry->kind == Kind::product_published) products_.push_back(stored.hash);
    if (entry->loan != 0) {
      if (entry->loan > loans_.size()) loans_.resize(entry->loan);
      Loan& loan = loans_[entry->loan - 1];
      loan.version = entry->version;
      loan.last = stored.hash;
      if (const Opened* opened = opened_of(*entry)) loan.product = opened->product;
    }
    if (std::binary_search(wanted_.begin(), wanted_.end(), stored.sequence))
      members_.push_back({stored.sequence, previous_, stored.body, {}});
    previous_ = stored.hash;
    if (const auto* closed = std::get_if<DayClosed>(&entry->payload)) return night(*closed);
    if (const auto* again = std::get_if<Restated>(&entry->payload)) return restated(*entry, *again);
    return money::ok();
  }

  Status night(const DayClosed& closed) {
    for (const Digest& digest : closed.segments) {
      const Result<Segment> segment = read_segment(view_, digest);
      if (!segment) return segment.error();
      for (const SegmentProduct& part : segment->products) {
        for (const Visit& visit : part.visits) {
          std::string record = begin_record(closed.day, night_visited);
          encode_visit(visit, record);
          add_night(visit.loan, std::move(record));
        }
      }
      for (const Segment::Isolated& isolated : segment->isolated) {
        std::string record = begin_record(closed.day, night_isolated);
        Encoder{record}.text(isolated.reason);
        add_night(isolated.loan, std::move(record));
      }
    }
    return money::ok();
  }

  Status restated(const Entry& entry, const Restated& restated) {
    const Result<RestatedSegment> segment = read_restated(view_, restated.segment);
    if (!segment) return segment.error();
    for (const RestatedPart& part : segment->parts) {
      for (const RestatedLoan& loan : part.loans) {
        if (loan.loan == 0 || loan.loan > loans_.size() || part.to >= products_.size()) continue;
        std::string record = begin_record(entry.booking_date, restated_again);
        Encoder out{record};
        out.varint(entry.sequence);
        out.varint(part.from);
        out.varint(part.to);
        encode_restated(part, loan, record);
        add_night(loan.loan, std::move(record));
        loans_[loan.loan - 1].product = part.to;
      }
    }
    return money::ok();
  }

  static std::string begin_record(Day day, std::uint8_t what) {
    std::string record;
    Encoder out{record};
    out.day(day);
    out.u8(what);
    return record;
  }

  void add_night(std::uint64_t number, std::string record) {
    if (number == 0 || number > loans_.size()) return;
    Loan& loan = loans_[number - 1];
    ++loan.nights;
    loan.chain = chain_hash(loan.chain, record);
    if (number == loan_) nights_.push_back(std::move(record));
  }

  const storage::View& view_;
  std::vector<std::uint64_t> wanted_;  // sequences whose entries are kept, rising
  std::uint64_t loan_;
  std::uint64_t product_;
  ProofHead head_;
  Digest previous_{};
  MerkleTree entries_;
  std::vector<Digest> products_;  // hash of the entry that published each
  std::vector<Loan> loans_;
  std::vector<ProvenEntry> members_;
  std::vector<storage::Bytes> nights_;
  std::vector<Digest> path_;
};

Error no_such_entry(std::uint64_t sequence, std::uint64_t last) {
  return Error{.id = "entry.unknown",
               .message = fmt::format("there is no entry {}; the last one is {}", sequence, last)};
}

}  // namespace

Result<ProofHead> Book::proof_head(std::optional<std::uint64_t> sequence) const {
  const std::shared_lock lock(impl_->state_mutex);
  if (Status s = check_access(impl_->options.access, Doing::prove); !s) return s.error();
  const std::uint64_t last = impl_->state->head.sequence;
  if (sequence.value_or(last) == 0 || sequence.value_or(last) > last)
    return no_such_entry(*sequence, last);
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  Walk walk{**view, sequence.value_or(last), {}, 0, 0};
  if (Status s = walk.run(); !s) return s.error();
  return walk.head();
}

Result<LoanProof> Book::prove(const std::string& id, std::optional<std::uint64_t> sequence) const {
  const std::shared_lock lock(impl_->state_mutex);
  if (Status s = check_access(impl_->options.access, Doing::prove); !s) return s.error();
  const BookState& state = *impl_->state;
  const std::uint64_t last = state.head.sequence;
  if (sequence.value_or(last) == 0 || sequence.value_or(last) > last)
    return no_such_entry(*sequence, last);
  const Error unknown{.id = "loan.unknown",
                      .message = fmt::format("there is no loan '{}' in this book up to entry {}",
                                             id, sequence.value_or(last))};
  const std::uint64_t number = state.loan_number(id);
  if (number == 0) return unknown;
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  const LoanRecord& record = state.loans.at(number);
  std::vector<std::uint64_t> wanted;
  for (std::uint64_t at = record.last_entry; at != 0;) {
    const Result<Entry> entry = entry_of(**view, at);
    if (!entry) return entry.error();
    if (at <= sequence.value_or(last)) wanted.push_back(at);
    at = entry->previous;
  }
  if (wanted.empty()) return unknown;
  const std::uint64_t product =
      state.products.at(binding_at(record, sequence.value_or(last)).product).sequence;
  wanted.push_back(product);
  std::sort(wanted.begin(), wanted.end());
  Walk walk{**view, sequence.value_or(last), std::move(wanted), number, product};
  if (Status s = walk.run(); !s) return s.error();
  return std::move(walk).proof();
}

}  // namespace loanbook::ledger
