// Verification: chain, folds, totals and segments held against each other, each from bytes alone.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/gl/verify_gl.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/restate/restated.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};
using Totals = std::array<money::Int128, role_count>;

/// What the second reading of the whole log collects.
class Verification {
 public:
  Verification(const BookState& state, const storage::View& view, bool deep, VerifyReport& report)
      : state_(state),
        view_(view),
        deep_(deep),
        report_(report),
        gl_(state, view, [this](std::string where, std::string message) {
          find(std::move(where), std::move(message));
        }) {}

  Status run() {
    loans_.resize(state_.loans.size() + 1);
    const std::uint64_t last = view_.head().sequence;
    std::uint64_t expected = 1;
    const Status scanned = view_.entries(1, last, [&](const storage::StoredEntry& stored) {
      if (stored.sequence != expected) {
        find(fmt::format("entry {}", expected),
             fmt::format("missing: the next one in the log is {}", stored.sequence));
        expected = stored.sequence;
      }
      ++expected;
      entry(stored);
      return true;
    });
    if (!scanned) find("log", scanned.error().message);
    if (expected != last + 1)
      find(fmt::format("entry {}", expected), fmt::format("missing: the head says {}", last));
    report_.entries = expected - 1;
    report_.head = view_.head();
    if (previous_ != view_.head().hash)
      find(fmt::format("entry {}", last), "its hash is not that of the head");
    // What follows from altered bytes is no finding of its own, and may be anything.
    if (!intact_) return money::ok();
    fold_loans();
    credit_lines();
    if (!flights_.same_content(state_.flights))
      find("money in flight",
           "items in suspense, orders and intents that are kept are not those of the entries; "
           "`rebuild` makes them again");
    suspense();
    if (!reconciliation_.same_content(state_.reconciliation))
      find("reconciliation",
           "statements, breaks and matched entries that are kept are not those of the entries; "
           "`rebuild` makes them again");
    totals();
    gl_.finish();
    return money::ok();
  }

 private:
  struct Seen {
    std::vector<LoanEvent> events;
    std::vector<std::uint64_t> reversed;
    std::uint32_t product = 0;
    LoanTerms terms;
    std::uint64_t last = 0;
    std::uint64_t version = 0;
    std::uint32_t line = 0;
    std::string id;
    std::optional<Day> stood{};  ///< isolated, booked through the day before
    std::vector<Earlier> earlier;
    /// What counts, in the order of the fold.
    [[nodiscard]] std::vector<LoanEvent> standing() const {
      std::vector<LoanEvent> standing = events;
      std::erase_if(standing, [&](const LoanEvent& event) {
        return std::find(reversed.begin(), reversed.end(), event.sequence) != reversed.end();
      });
      std::sort(standing.begin(), standing.end(), before);
      return standing;
    }
    void leave(std::uint64_t sequence) {
      earlier.push_back({sequence, product, stood});
      stood.reset();
    }
  };
  struct Lines {
    std::uint32_t product = 0;
    std::vector<SegmentLine> lines;
    std::optional<Day> isolated_at;  ///< booked through the day before
    std::int64_t fee_begun = 0;      ///< balance of fee_deferred when its line began
  };

  void find(std::string where, std::string message) {
    if (report_.findings.size() < 1000)
      report_.findings.push_back({std::move(where), std::move(message)});
  }

  void entry(const storage::StoredEntry& stored) {
    const std::string where = fmt::format("entry {}", stored.sequence);
    if (chain_hash(previous_, stored.body) != stored.hash) {
      find(where, "does not link to the entry before it: its bytes or its hash were altered");
      intact_ = false;
    }
    previous_ = stored.hash;
    const Result<Entry> decoded = decode_entry(stored.body);
    if (!decoded) {
      find(where, decoded.error().message);
      intact_ = false;
      return;
    }
    if (decoded->sequence != stored.sequence)
      find(where, fmt::format("calls itself entry {}", decoded->sequence));
    if (encode(*decoded) != stored.body) find(where, "its bytes are not canonical");
    if (!intact_) {
      if (const auto* closed = std::get_if<DayClosed>(&decoded->payload)) segments(*closed);
      if (const auto* restated = std::get_if<Restated>(&decoded->payload))
        static_cast<void>(restated_segment(*restated));
      return;
    }
    if (!flights_.fits(*decoded)) {
      find(where, "is about money in suspense, an order or an intent that is not there");
    } else {
      flights_.apply(*decoded);
    }
    if (concerns_loan(decoded->kind)) loan_entry(*decoded, where);
    if (decoded->loan != 0 || is_suspense_event(decoded->kind)) of_book(*decoded);
    if (const auto* fact = std::get_if<LineFact>(&decoded->payload))
      line_entry(*decoded, *fact, where);
    if (const auto* product = std::get_if<Product>(&decoded->payload))
      add_product(*product, decoded->sequence);
    if (const auto* series = std::get_if<SeriesPublished>(&decoded->payload))
      add_series(*series, decoded->sequence);
    if (const auto* fact = std::get_if<ReconciliationFact>(&decoded->payload))
      reconciliation_entry(*decoded, *fact, where);
    if (const auto* closed = std::get_if<DayClosed>(&decoded->payload)) night(*decoded, *closed);
    if (const auto* restated = std::get_if<Restated>(&decoded->payload))
      restated_entry(*decoded, *restated, where);
    gl_.entry(*decoded, totals_);
    totals_.add(decoded->movements, decoded->channel, 1);
    if (const auto* closed = std::get_if<DayClosed>(&decoded->payload); closed != nullptr && deep_)
      check_levels(*closed);
  }

  void add_product(const Product& product, std::uint64_t sequence) {
    products_.push_back(product);
    if (names_series(product)) ledger::bind(products_.back(), series_, sequence);
  }

  /// Nights after it count by what it says.
  void add_series(const SeriesPublished& series, std::uint64_t sequence) {
    if (series_last_ + 1 != sequence) series_first_ = sequence;
    series_last_ = sequence;
    for (const SeriesPoint& point : series.points)
      series_[series.name].push_back({point.day, point.value, sequence});
    for (Product& product : products_) {
      if (names_series(product)) ledger::bind(product, series_, sequence);
    }
  }

  /// After a night the accruing accounts stand at the levels of all lines, by the frozen formula:
  /// any night can be checked from bytes.
  void check_levels(const DayClosed& closed) {
    std::vector<Totals> levels(totals_.size());
    for (const auto& [loan, of_loan] : lines_) {
      const Day opening = of_loan.isolated_at.value_or(closed.day + one_day);
      if (of_loan.lines.empty() && of_loan.fee_begun == 0) continue;
      Totals& of_product = levels.at(of_loan.product);
      of_product[static_cast<std::size_t>(Role::fee_deferred)] += of_loan.fee_begun;
      for (const SegmentLine& line : of_loan.lines)
        of_product[static_cast<std::size_t>(line.role)] +=
            level_at(line, products_[of_loan.product], opening);
    }
    for (std::size_t number = 0; number < totals_.size(); ++number) {
      for (const Role role : accruing_roles) {
        const auto index = static_cast<std::size_t>(role);
        if (levels[number][index] == totals_[number][index]) continue;
        const std::uint8_t digits = products_[number].currency.digits;
        find(fmt::format("night {}", money::to_text(closed.day)),
             fmt::format("{} of product {}: booked {}, its lines give {}", to_text(role),
                         products_[number].id, money::text_of_minor(totals_[number][index], digits),
                         money::text_of_minor(levels[number][index], digits)));
      }
    }
  }

  void loan_entry(const Entry& entry, const std::string& where) {
    if (entry.loan == 0 || entry.loan >= loans_.size()) {
      find(where, fmt::format("belongs to loan number {}, which is not there", entry.loan));
      return;
    }
    Seen& loan = loans_[entry.loan];
    if (entry.previous != loan.last || entry.version != loan.version + 1) {
      find(where, fmt::format("does not follow entry {} of its loan", loan.last));
    }
    loan.last = entry.sequence;
    loan.version = entry.version;
    if (const auto* opened = opened_of(entry)) {
      loan.line = opened->line;
      loan.id = opened->loan;
      loan.product = opened->product;
    }
    if (loan.line > lines_again_.size() || loan.product >= products_.size()) {
      find(where, "belongs to a credit line or product that is not there");
      return;
    }
    settle_on_line(lines_again_, entry, loan.line, loan.id, products_[loan.product]);
    if (loan.stood && !is_told_only(entry.kind)) loan.leave(entry.sequence);
    if (const auto* reversed = std::get_if<Reversed>(&entry.payload)) {
      loan.reversed.push_back(reversed->sequence);
      return;
    }
    if (const auto* opened = opened_of(entry)) {
      loan.product = opened->product;
      loan.terms = opened->terms;
      if (state_.loans.at(entry.loan).id != opened->loan)
        find(where, "the loan's id differs in the derived rows");
    }
    if (!is_told_only(entry.kind)) loan.events.push_back(event_of(entry));
  }

  /// What an entry moves beside its loan stands in the books of no loan.
  void of_book(const Entry& entry) {
    for (const MovementBlock& block : book_blocks(entry)) {
      if (balances_.size() <= block.product) balances_.resize(block.product + 1);
      for (const auto& line : block.lines)
        balances_[block.product][static_cast<std::size_t>(line.role)] += line.minor;
    }
  }

  /// What is left of the items is what the account of suspense says.
  void suspense() {
    std::vector<money::Int128> open(std::max(totals_.size(), products_.size()));
    for (const auto& [sequence, item] : flights_.items()) {
      if (item.product < open.size()) open[item.product] += item.open();
    }
    for (std::size_t number = 0; number < totals_.size(); ++number) {
      const money::Int128 booked = totals_[number][static_cast<std::size_t>(Role::suspense)];
      if (booked != -open[number])
        find(fmt::format("suspense of product number {}", number),
             fmt::format("the account says {} minor units, the items {}",
                         money::text_of_minor(-booked, 0), money::text_of_minor(open[number], 0)));
    }
  }

  std::optional<RestatedSegment> restated_segment(const Restated& restated) {
    ++report_.segments;
    Result<RestatedSegment> segment = read_restated(view_, restated.segment);
    if (segment) return std::move(*segment);
    find(fmt::format("segment {}", hex(restated.segment)), segment.error().message);
    return std::nullopt;
  }

  /// Loans that were folded again: the entry books what its segment lists; deep: and that is the
  /// difference of their folds.
  void restated_entry(const Entry& entry, const Restated& restated, const std::string& where) {
    const std::optional<RestatedSegment> segment = restated_segment(restated);
    if (!segment) return;
    if (!same_movements(movements_of(*segment), entry.movements))
      find(where, "what it books is not what its segment lists loan by loan");
    const bool by_series = restated.cause == RestateCause::series;
    if (by_series && (restated.series < series_first_ || series_last_ + 1 != entry.sequence))
      find(where, "names series that were not published right before it");
    std::uint64_t count = 0;
    for (const RestatedPart& part : segment->parts) {
      Product was = part.from < products_.size() ? products_[part.from] : Product{};
      if (by_series) ledger::bind(was, series_, restated.series - 1);
      for (const RestatedLoan& each : part.loans) {
        ++count;
        if (each.loan >= loans_.size() || loans_[each.loan].product != part.from ||
            part.to >= products_.size() || loans_[each.loan].stood != each.stood) {
          find(where,
               fmt::format("restates loan number {}, which does not stand like that", each.loan));
          continue;
        }
        Seen& loan = loans_[each.loan];
        if (deep_) check_restated(entry, part, each, loan, was);
        loan.leave(entry.sequence);
        loan.product = part.to;
      }
    }
    if (count != restated.loans) find(where, "its segment holds another number of loans");
  }

  static bool same_movements(const std::vector<MovementBlock>& a,
                             const std::vector<MovementBlock>& b) {
    return std::ranges::equal(a, b, [](const MovementBlock& x, const MovementBlock& y) {
      return x.product == y.product && x.lines == y.lines;
    });
  }

  void check_restated(const Entry& entry, const RestatedPart& part, const RestatedLoan& each,
                      const Seen& loan, const Product& rules) {
    const std::vector<LoanEvent> events = loan.standing();
    try {
      const LoanState was =
          fold(part.from, loan.terms, rules, events, each.stood.value_or(entry.booking_date));
      const LoanState is =
          fold(part.to, loan.terms, products_[part.to], events, entry.booking_date);
      Balances moved = difference(is.balance, was.balance);
      Balances before = part.from == part.to ? Balances{} : was.balance.all();
      for (const auto& [role, minor] : each.moved) moved[static_cast<std::size_t>(role)] -= minor;
      for (const auto& [role, minor] : each.before) before[static_cast<std::size_t>(role)] -= minor;
      if (moved != Balances{} || before != Balances{})
        find(fmt::format("loan '{}'", loan.id),
             fmt::format("entry {} restates it by other amounts than its folds differ by",
                         entry.sequence));
    } catch (const LoanFault& fault) {
      find(fmt::format("loan '{}'", loan.id), fault.reason);
    }
  }

  void line_entry(const Entry& entry, const LineFact& fact, const std::string& where) {
    const std::uint32_t number = line_of(fact);
    const bool known = number != 0 && number <= lines_again_.size();
    if (known && (entry.previous != lines_again_.at(number).last_entry ||
                  entry.version != lines_again_.at(number).version + 1)) {
      find(where, fmt::format("does not follow entry {} of its credit line",
                              lines_again_.at(number).last_entry));
    }
    if (!lines_again_.apply(entry.kind, fact, entry.sequence, entry.booking_date))
      find(where, "belongs to a credit line that is not there");
  }

  /// A statement from its segment; its differences stand in the books beside the loans.
  void reconciliation_entry(const Entry& entry, const ReconciliationFact& fact,
                            const std::string& where) {
    of_book(entry);
    if (const auto* changed = std::get_if<BreakChanged>(&fact)) {
      if (!reconciliation_.apply(*changed, entry.sequence))
        find(where, "is about a break that no statement opened");
      return;
    }
    const auto& statement = std::get<StatementReconciled>(fact);
    ReconciliationSegment segment;
    if (statement.segment) {
      ++report_.segments;
      Result<ReconciliationSegment> read = read_reconciliation(view_, *statement.segment);
      if (!read)
        return find(fmt::format("segment {}", hex(*statement.segment)), read.error().message);
      segment = std::move(*read);
    }
    for (const auto& pair : segment.pairs) {
      if (pair.entry == 0 || pair.entry >= entry.sequence || reconciliation_.matched(pair.entry))
        find(where,
             fmt::format("matches entry {}, which is not there or matched already", pair.entry));
    }
    if (deep_ && statement.source == StatementSource::bank)
      check_matched_sum(statement, segment, where);
    reconciliation_.apply(statement, segment, entry.sequence, entry.booking_date);
  }

  /// What was matched is what the entries moved over settlement.
  void check_matched_sum(const StatementReconciled& statement, const ReconciliationSegment& segment,
                         const std::string& where) {
    money::Int128 sum = 0;
    std::vector<std::uint64_t> entries;
    for (const auto& pair : segment.pairs) entries.push_back(pair.entry);
    for (const auto& found : segment.found) {
      if (found.outcome == Outcome::matched)
        entries.insert(entries.end(), found.entries.begin(), found.entries.end());
    }
    for (const std::uint64_t sequence : entries) {
      const Result<Entry> matched = entry_of(view_, sequence);
      if (!matched) return find(where, matched.error().message);
      for (const MovementBlock& block : matched->movements) {
        for (const auto& line : block.lines)
          if (line.role == Role::settlement && !line.consequence) sum += line.minor;
      }
    }
    money::Int128 said = 0;
    for (const auto& count : statement.counts)
      if (count.outcome == Outcome::matched) said = count.minor;
    if (sum != said)
      find(where, fmt::format("its matched lines are {} minor units, their entries {}",
                              money::text_of_minor(said, 0), money::text_of_minor(sum, 0)));
  }

  /// Lines made again from the entries, their use counted again from the loans' folds.
  void credit_lines() {
    if (lines_again_.size() != state_.lines.size()) {
      find("credit lines", fmt::format("entries open {}, the derived rows hold {}; `rebuild` makes "
                                       "them again",
                                       lines_again_.size(), state_.lines.size()));
      return;
    }
    for (std::uint32_t number = 1; number <= lines_again_.size(); ++number) {
      const LineState& again = lines_again_.at(number);
      const LineState& kept = state_.lines.at(number);
      if (lines_again_.row_of(number, state_.business_date) ==
              state_.lines.row_of(number, state_.business_date) &&
          again.uses == kept.uses)
        continue;
      find(fmt::format("credit line '{}'", again.id),
           fmt::format(
               "its entries and loans give {} used and {} reserved, kept are {} and {}; "
               "`rebuild` makes it again",
               money::text_of_minor(again.used(), again.currency.digits),
               money::text_of_minor(again.reserved(state_.business_date), again.currency.digits),
               money::text_of_minor(kept.used(), kept.currency.digits),
               money::text_of_minor(kept.reserved(state_.business_date), kept.currency.digits)));
    }
    if (lines_again_.decisions_row(state_.business_date) !=
        state_.lines.decisions_row(state_.business_date))
      find("risk decisions", "those kept are not those of the entries; `rebuild` makes them again");
  }

  void night(const Entry& entry, const DayClosed& closed) {
    for (const Segment& segment : segments(closed)) {
      segment_totals(entry, segment);
      for (const Segment::Isolated& loan : segment.isolated) {
        if (loan.loan < loans_.size()) loans_[loan.loan].stood = segment.day;
      }
      if (deep_) recompute(segment);
    }
  }

  /// Those that can be read.
  std::vector<Segment> segments(const DayClosed& closed) {
    ++report_.nights;
    std::vector<Segment> readable;
    for (const Digest& digest : closed.segments) {
      ++report_.segments;
      Result<Segment> segment = read_segment(view_, digest);
      if (!segment) {
        find(fmt::format("segment {}", hex(digest)), segment.error().message);
        continue;
      }
      if (segment->day != closed.day)
        find(fmt::format("segment {}", hex(digest)), "belongs to another day than its entry");
      readable.push_back(std::move(*segment));
    }
    return readable;
  }

  void segment_totals(const Entry& entry, const Segment& segment) {
    std::map<std::uint32_t, Totals> booked;
    for (const MovementBlock& block : entry.movements) {
      for (const auto& line : block.lines)
        booked[block.product][static_cast<std::size_t>(line.role)] += line.minor;
    }
    for (const SegmentProduct& product : segment.products) {
      if (booked[product.product] != product.totals) {
        find(fmt::format("entry {}", entry.sequence),
             fmt::format("its totals of product number {} are not those of its segment",
                         product.product));
      }
    }
  }

  /// The night's accruals again, from the lines of all segments so far by the frozen formula: what
  /// runs on must rise by what was booked.
  void recompute(const Segment& segment) {
    std::set<std::uint64_t> isolated;
    for (const Segment::Isolated& loan : segment.isolated) isolated.insert(loan.loan);
    for (const SegmentProduct& part : segment.products) {
      const Product& product = products_.at(part.product);
      for (const Visit& visit : part.visits) {
        Lines& of_loan = lines_[visit.loan];
        of_loan.product = part.product;
        of_loan.lines = visit.lines;
        of_loan.isolated_at.reset();
        const Day opening = isolated.contains(visit.loan) ? segment.day : segment.day + one_day;
        std::array<std::int64_t, accruing_roles.size()> levels{};
        for (const SegmentLine& line : visit.lines) {
          for (std::size_t i = 0; i < levels.size(); ++i)
            levels.at(i) +=
                line.role == accruing_roles.at(i) ? level_at(line, product, opening) : 0;
        }
        // A fee becomes income from what is left of it when the line begins.
        of_loan.fee_begun = -visit.fee_booked - levels.back();
        levels.back() += of_loan.fee_begun;
        if (levels != booked_of(visit)) {
          find(fmt::format("loan '{}'", state_.loans.at(visit.loan).id),
               fmt::format("closing {} its lines give other figures than were booked",
                           money::to_text(segment.day)));
        }
      }
    }
    for (const Segment::Isolated& loan : segment.isolated)
      lines_[loan.loan].isolated_at = segment.day;
  }

  static std::int64_t level_at(const SegmentLine& line, const Product& product, Day opening) {
    if (opening < line.visible_from || opening < line.line.first) return 0;
    return schedule::level(line.line, product.day_count, product.accrual_rounding, opening,
                           line_context(product))
        .value_or(INT64_MIN);
  }

  void fold_loans() {
    report_.loans = state_.loans.size();
    for (std::uint64_t number = 1; number < loans_.size(); ++number) {
      Seen& loan = loans_[number];
      const LoanRecord& record = state_.loans.at(number);
      const std::string where = fmt::format("loan '{}'", record.id);
      loan.events = loan.standing();
      const bool same_past =
          record.earlier ? *record.earlier == loan.earlier : loan.earlier.empty();
      if (loan.product >= state_.products.size() || loan.last != record.last_entry || !same_past) {
        find(where, "its derived row does not stand at its last entry; `rebuild` makes it again");
        continue;
      }
      const Product& product = state_.products[loan.product].product;
      try {
        const LoanState now = canonical(record, state_);
        const LoanState again = fold(loan.product, loan.terms, product, loan.events, now.day);
        if (!(again == now))
          find(where, "its derived row is not the fold of its events; `rebuild` makes it again");
        if (loan.line != 0 && loan.line <= lines_again_.size())
          lines_again_.count(loan.line, product.id, {}, use_of(again));
        if (balances_.size() <= loan.product) balances_.resize(loan.product + 1);
        LoanBalances::each_difference(again.balance, {}, [&](Role role, std::int64_t minor) {
          balances_[loan.product][static_cast<std::size_t>(role)] += minor;
        });
      } catch (const LoanFault& fault) {
        find(where, fault.reason);
      }
    }
  }

  void totals() {
    balances_.resize(std::max(balances_.size(), totals_.size()));
    totals_.resize(balances_.size());
    for (std::size_t number = 0; number < totals_.size(); ++number) {
      if (number >= state_.products.size()) break;
      const Product& product = state_.products[number].product;
      Totals kept{};
      for (const auto& [day, totals] : state_.totals) {
        for (std::size_t role = 0; number < totals.size() && role < role_count; ++role)
          kept[role] += totals[number][role];
      }
      for (std::size_t role = 0; role < role_count; ++role) {
        const auto text = [&](money::Int128 minor) {
          return money::text_of_minor(minor, product.currency.digits);
        };
        const std::string where = fmt::format("account {} {}, product {}",
                                              account_of(product, static_cast<Role>(role)).code,
                                              product.currency.text(), product.id);
        const DayTotals& years = gl_.closed_years();
        const money::Int128 of_loans =
            totals_[number][role] - (number < years.size() ? years[number][role] : 0);
        if (of_loans != balances_[number][role]) {
          find(where, fmt::format("general ledger {}, loans {}", text(of_loans),
                                  text(balances_[number][role])));
        }
        if (kept[role] != totals_[number][role]) {
          find(where, fmt::format("entries {}, derived totals {}; `rebuild` makes them again",
                                  text(totals_[number][role]), text(kept[role])));
        }
      }
    }
  }

  const BookState& state_;
  const storage::View& view_;
  bool deep_;
  bool intact_ = true;  // every entry so far is the one that was written
  VerifyReport& report_;
  Digest previous_{};
  std::vector<Seen> loans_;
  std::vector<Product> products_;
  SeriesBook series_;
  std::uint64_t series_first_ = 0, series_last_ = 0;  ///< of the entries one after the other
  LineBook lines_again_;
  ReconciliationBook reconciliation_;
  FlightBook flights_;
  DayTotals totals_;
  std::vector<Totals> balances_;
  std::map<std::uint64_t, Lines> lines_;
  GlVerification gl_;
};

}  // namespace

Result<VerifyReport> Book::verify(bool deep) const {
  const std::shared_lock lock(impl_->state_mutex);
  if (Status s = check_access(impl_->options.access, Doing::prove); !s) return s.error();
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  VerifyReport report;
  if (Status s = Verification(*impl_->state, **view, deep, report).run(); !s) return s.error();
  return report;
}

}  // namespace loanbook::ledger
