#include "loanbook/ledger/night/night.hpp"

#include <algorithm>
#include <thread>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/money/assert.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

constexpr date::days one_day{1};
constexpr std::int32_t every_night =
    INT32_MIN;  ///< a loan whose lines do not fit the columns is visited each night

using Totals = std::array<money::Int128, role_count>;

void add(Totals& totals, Role debit, Role credit, money::Int128 minor) {
  totals[static_cast<std::size_t>(debit)] += minor;
  totals[static_cast<std::size_t>(credit)] -= minor;
}

bool same_fee(const LoanState& a, const LoanState& b) {
  if (!a.deferred || !b.deferred) return !a.deferred && !b.deferred;
  return *a.deferred == *b.deferred;
}

bool same_lines(const LoanState& a, const LoanState& b) {
  if (a.status != b.status || a.bucket != b.bucket || !(a.interest == b.interest) ||
      a.due.size() != b.due.size() || !same_fee(a, b))
    return false;
  for (std::size_t i = 0; i < a.due.size(); ++i) {
    if (a.due[i].no != b.due[i].no || !(a.due[i].penalty == b.due[i].penalty) ||
        !(a.due[i].compound == b.due[i].compound)) {
      return false;
    }
    // A segment has the lines of what is due: a claim that no row brings is among them from its day
    // on.
    if ((a.due[i].due > a.day) != (b.due[i].due > b.day)) return false;
  }
  return true;
}

/// Runs `work(begin, end)` over [0, size) in contiguous parts, one a thread; results belong to
/// parts, so their number never shows.
template <class Work>
void in_parts(std::size_t size, unsigned threads, Work work) {
  const std::size_t parts =
      std::max<std::size_t>(1, std::min<std::size_t>(threads, size / 4096 + 1));
  std::vector<std::jthread> running;
  for (std::size_t p = 1; p < parts; ++p)
    running.emplace_back([=] { work(p, size * p / parts, size * (p + 1) / parts); });
  work(0, 0, size / parts);
}

std::size_t part_count(std::size_t size, unsigned threads) {
  return std::max<std::size_t>(1, std::min<std::size_t>(threads, size / 4096 + 1));
}

/// Lines of one charge role over all loans of a product; a loan's lines are replaced when it is
/// visited.
struct Charges {
  LineColumns lines;
  std::vector<std::uint64_t> loan;  ///< 0: dead
  std::vector<std::int64_t> begun;  ///< the balance when the line began: level 0 stands for it
  std::vector<std::uint8_t> skip;
  std::size_t dead = 0;

  Charges(schedule::DayCount day_count, money::RoundingMode mode) : lines(day_count, mode) {}

  void append(std::uint64_t number, const schedule::Line& line, Day opening,
              std::int64_t balance = 0) {
    loan.push_back(number);
    begun.push_back(balance);
    skip.push_back(0);
    lines.resize(loan.size());
    lines.set(loan.size() - 1, line, opening);
  }
  money::Int128 run(Day day, const std::vector<std::uint8_t>& visited) {
    for (std::size_t i = 0; i < loan.size(); ++i) skip[i] = loan[i] == 0 ? 1 : visited[loan[i]];
    lines.prepare(day);
    const money::Int128 sum = lines.run(0, loan.size(), skip.data());
    for (std::size_t i = 0; i < loan.size(); ++i) {
      if (loan[i] == 0 || visited[loan[i]] == 0) continue;
      loan[i] = 0;
      lines.clear(i);
      ++dead;
    }
    if (dead * 2 > loan.size()) compact();
    return sum;
  }
  void compact() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < loan.size(); ++i) {
      if (loan[i] == 0) continue;
      loan[kept] = loan[i];
      begun[kept] = begun[i];
      lines.move_slot(i, kept++);
    }
    loan.resize(kept);
    begun.resize(kept);
    skip.resize(kept);
    lines.resize(kept);
    dead = 0;
  }
  /// Of all that are not dead.
  [[nodiscard]] money::Int128 balances() const {
    money::Int128 sum = 0;
    for (std::size_t i = 0; i < loan.size(); ++i)
      sum += loan[i] == 0 ? 0 : begun[i] + money::Int128{lines.level(i)};
    return sum;
  }
};

}  // namespace

/// The active loans of one product in columns, by loan number.
struct NightEngine::Lane {
  Product product;  // its own: a product published since moves the others
  std::vector<std::uint64_t> loan;
  std::vector<std::uint8_t> alive;
  std::vector<std::int32_t> next_change;  ///< day number
  std::vector<std::uint8_t> skip;         ///< visited tonight, or dead
  std::size_t live = 0;
  LineColumns interest;
  Charges penalty;
  Charges compound;
  Charges fee;  ///< kept back of pay-outs: what of it has become income

  explicit Lane(const Product& p)
      : product(p),
        interest(p.day_count, p.accrual_rounding),
        penalty(p.day_count, p.accrual_rounding),
        compound(p.day_count, p.accrual_rounding),
        fee(p.day_count, p.accrual_rounding) {
    use_calendar();
  }

  /// A calendar may have been published since the last night.
  void use_calendar() {
    const schedule::DayCountContext context = line_context(product);
    for (LineColumns* columns : {&interest, &penalty.lines, &compound.lines, &fee.lines})
      columns->use(context);
  }

  /// The slot of a loan, or loan.size().
  [[nodiscard]] std::size_t find(std::uint64_t number) const {
    const auto at = std::lower_bound(loan.begin(), loan.end(), number);
    return at != loan.end() && *at == number ? static_cast<std::size_t>(at - loan.begin())
                                             : loan.size();
  }
  void append(std::uint64_t number) {
    loan.push_back(number);
    alive.push_back(1);
    next_change.push_back(every_night);
    skip.push_back(0);
    interest.resize(loan.size());
    interest.clear(loan.size() - 1);
    ++live;
  }
  void kill(std::size_t slot) {
    if (alive[slot] == 0) return;
    alive[slot] = 0;
    next_change[slot] = INT32_MAX;
    interest.clear(slot);
    --live;
  }
};

/// What a range of visits produced.
struct NightEngine::Visited {
  Totals totals{};
  std::vector<std::pair<std::uint64_t, std::size_t>> written;  ///< loan, bytes of its visit
  std::string bytes;
  bool fees = false;  ///< a visit has a deferred fee
  std::vector<Segment::Isolated> isolated;
  std::map<std::pair<std::uint8_t, std::uint8_t>, BucketChange> buckets;
};

NightEngine::NightEngine(BookState& state) : state_(state) {}
NightEngine::~NightEngine() = default;

/// Lanes for new products, slots for loans that became active since the last night. A lane without
/// slots is filled from the states.
void NightEngine::add_loans() {
  touched_.assign(state_.products.size(), {});
  // What is known of the series that a product names may be more than last night.
  for (std::size_t number = 0; number < lanes_.size(); ++number) {
    Lane& lane = *lanes_[number];
    if (names_series(lane.product)) lane.product = state_.products[number].product;
    lane.use_calendar();
  }
  std::vector<bool> fill(state_.products.size(), false);
  const bool first_run = lanes_.empty();
  while (lanes_.size() < state_.products.size()) {
    lanes_.push_back(std::make_unique<Lane>(state_.products[lanes_.size()].product));
  }
  if (first_run) {
    for (std::uint64_t number = 1; number <= state_.loans.size(); ++number) {
      const LoanRecord& record = state_.loans.at(number);
      if (record.isolated || record.state.status != LoanStatus::active) continue;
      Lane& lane = *lanes_[record.state.product];
      lane.append(number);
      put_lines(lane, lane.loan.size() - 1, state_.closed_through + one_day);
    }
  }
  std::sort(state_.touched.begin(), state_.touched.end());
  for (const std::uint64_t number : state_.touched) {
    const LoanRecord& record = state_.loans.at(number);
    if (record.isolated) continue;
    Lane& lane = *lanes_[record.state.product];
    touched_[record.state.product].push_back(number);
    const std::size_t slot = lane.find(number);
    if (slot < lane.loan.size() && lane.alive[slot] != 0) {
      lane.next_change[slot] = every_night;
      if (record.state.status != LoanStatus::active)
        lane.kill(slot);  // visited as touched, no longer one of the night's loans
    } else if (record.state.status == LoanStatus::active) {
      if (lane.loan.empty() || number > lane.loan.back())
        lane.append(number);
      else
        fill[record.state.product] = true;  // active again after a reversal: out of order
    }
  }
  for (std::uint32_t product = 0; product < fill.size(); ++product) {
    if (fill[product] || lanes_[product]->live * 2 < lanes_[product]->loan.size())
      rebuild_lane(*lanes_[product], product);
  }
}

void NightEngine::rebuild_lane(Lane& lane, std::uint32_t product) {
  lane.~Lane();
  new (&lane) Lane(state_.products[product].product);
  for (std::uint64_t number = 1; number <= state_.loans.size(); ++number) {
    const LoanRecord& record = state_.loans.at(number);
    if (record.state.product != product || record.isolated ||
        record.state.status != LoanStatus::active)
      continue;
    lane.append(number);
    if (!record.touched) put_lines(lane, lane.loan.size() - 1, state_.closed_through + one_day);
  }
}

/// The lines of the loan in `slot` as they stand at `opening`; lines that do not fit make it a
/// guest of every night.
void NightEngine::put_lines(Lane& lane, std::size_t slot, Day opening) {
  const LoanState& loan = state_.loans.at(lane.loan[slot]).state;
  lane.next_change[slot] = money::day_number(std::min(loan.next_change, never));
  lane.interest.clear(slot);
  const schedule::OverdueRules rules = overdue_rules(lane.product, loan.terms.rate);
  // The partners' part of an accrual is a share of the loan's total, no line; what is suspended
  // follows the whole loan, but on a cash basis, where it rises by what accrues. Tax waits until
  // interest is due.
  const bool cash = lane.product.accounting.on_cash();
  bool fits = loan.next_change > opening && !lane.product.joint && (cash || !loan.non_accrual);
  const auto accrues = [](const schedule::Line& line) { return line.slope != 0 || line.base != 0; };
  if (accrues(loan.interest))
    fits = fits && loan.interest.first <= opening && lane.interest.fits(loan.interest);
  for (const schedule::DueInstallment& due : loan.due) {
    fits = fits && lane.interest.fits(due.penalty) && lane.interest.fits(due.compound);
  }
  if (loan.deferred) {
    const schedule::Line& earned = loan.deferred->earned;
    fits = fits && earned.first <= opening && lane.interest.fits(earned);
  }
  if (!fits) {
    lane.next_change[slot] = every_night;
    return;
  }
  if (loan.deferred)
    lane.fee.append(lane.loan[slot], loan.deferred->earned, opening, -loan.deferred->left);
  if (accrues(loan.interest)) lane.interest.set(slot, loan.interest, opening);
  for (const schedule::DueInstallment& due : loan.due) {
    if (!schedule::charges_visible(due, rules, opening)) continue;
    if (accrues(due.penalty) && due.penalty.first <= opening)
      lane.penalty.append(lane.loan[slot], due.penalty, opening);
    if (accrues(due.compound) && due.compound.first <= opening)
      lane.compound.append(lane.loan[slot], due.compound, opening);
  }
}

void NightEngine::collect_visits(Lane& lane, Day opening, std::vector<std::uint64_t>& visits) {
  const std::int32_t until = money::day_number(opening);
  for (std::size_t i = 0; i < lane.loan.size(); ++i) {
    const bool due = lane.next_change[i] <= until;
    lane.skip[i] = static_cast<std::uint8_t>(due || lane.alive[i] == 0);
    if (due) visits.push_back(lane.loan[i]);
  }
}

void NightEngine::run_columns(Lane& lane, Day day, unsigned threads, Totals& totals) {
  lane.interest.prepare(day);
  std::vector<money::Int128> sums(part_count(lane.loan.size(), threads));
  in_parts(lane.loan.size(), threads,
           [&lane, &sums](std::size_t part, std::size_t begin, std::size_t end) {
             sums[part] = lane.interest.run(begin, end, lane.skip.data());
           });
  money::Int128 sum = 0;
  for (const money::Int128 part : sums) sum += part;
  const money::Int128 penalty = lane.penalty.run(day, visited_);
  const money::Int128 compound = lane.compound.run(day, visited_);
  const money::Int128 fee = lane.fee.run(day, visited_);
  add(totals, Role::interest_accrued, Role::interest_income, sum);
  add(totals, Role::penalty_receivable, Role::penalty_income, penalty);
  add(totals, Role::compound_receivable, Role::compound_income, compound);
  add(totals, Role::fee_deferred, Role::fee_income, fee);
  if (!lane.product.accounting.on_cash()) return;
  const money::Int128 earned = sum + penalty + compound;
  add(totals, Role::income_suspended, Role::interest_suspended, earned);
  add(totals, Role::memo_interest, Role::memo_contra, earned);
}

NightEngine::Visited NightEngine::visit(const Lane& lane, std::span<const std::uint64_t> loans,
                                        Day day) const {
  Visited result;
  const Day opening = day + one_day;
  const Product& product = lane.product;
  const auto write = [&](std::uint64_t number, const LoanState& loan) {
    Visit written{.loan = number,
                  .status = loan.status,
                  .bucket = loan.bucket,
                  .interest_booked = loan.balance.get(Role::interest_accrued),
                  .penalty_booked = loan.balance.get(Role::penalty_receivable),
                  .compound_booked = loan.balance.get(Role::compound_receivable),
                  .fee_booked = -loan.balance.get(Role::fee_deferred),
                  .lines = {}};
    add_lines(loan, product, written);
    const std::size_t before_it = result.bytes.size();
    encode_visit(written, result.bytes);
    result.fees = result.fees || has_fee(written);
    result.written.emplace_back(number, result.bytes.size() - before_it);
  };
  for (const std::uint64_t number : loans) {
    LoanRecord& record = state_.loans.at(number);
    LoanState next = record.state;
    try {
      advance(next, product, day);
      accrue(next, product, day);
      const LoanBalances start = next.balance;
      try {
        advance(next, product, opening);
        accrue(next, product, opening);
      } catch (const LoanFault& fault) {
        // Booked through yesterday: it stays there, the others go on.
        advance(record.state, product, day);
        accrue(record.state, product, day);
        result.isolated.push_back({number, fault.reason});
        // What an event of today made of its lines stands from here on.
        if (record.touched) write(number, record.state);
        continue;
      }
      LoanBalances::each_difference(next.balance, start, [&](Role role, std::int64_t minor) {
        result.totals[static_cast<std::size_t>(role)] += minor;
      });
    } catch (const LoanFault& fault) {
      result.isolated.push_back({number, fault.reason});
      continue;
    }
    if (record.touched || !same_lines(record.state, next)) write(number, next);
    if (record.bucket_closed != next.bucket) {
      BucketChange& change = result.buckets[{record.bucket_closed, next.bucket}];
      ++change.loans;
      change.principal +=
          next.balance.get(Role::principal) + next.balance.get(Role::principal_overdue);
    }
    record.bucket_closed = next.bucket;
    record.touched = false;
    record.state = std::move(next);
  }
  return result;
}

void NightEngine::run_lane(Lane& lane, std::uint32_t product, Day day, const NightOptions& options,
                           Night& night, EncodedProduct& encoded,
                           std::vector<Segment::Isolated>& isolated) {
  const Day opening = day + one_day;
  encoded.product = product;
  encoded.loans = lane.live;
  std::vector<std::uint64_t> visits;
  collect_visits(lane, opening, visits);
  const std::size_t with_slot = visits.size();
  visits.insert(visits.end(), touched_[product].begin(), touched_[product].end());
  std::inplace_merge(visits.begin(), visits.begin() + static_cast<std::ptrdiff_t>(with_slot),
                     visits.end());
  visits.erase(std::unique(visits.begin(), visits.end()), visits.end());
  for (const std::uint64_t number : visits) visited_[number] = 1;
  run_columns(lane, day, options.threads, encoded.totals);

  std::vector<Visited> parts(part_count(visits.size(), options.threads));
  in_parts(visits.size(), options.threads,
           [&](std::size_t part, std::size_t begin, std::size_t end) {
             parts[part] = visit(lane, std::span(visits).subspan(begin, end - begin), day);
           });
  std::uint64_t previous = 0;
  for (Visited& part : parts) {
    for (std::size_t i = 0; i < role_count; ++i) encoded.totals[i] += part.totals[i];
    encoded.fees = encoded.fees || part.fees;
    std::size_t at = 0;
    for (const auto& [number, size] : part.written) {
      Encoder{encoded.visit_bytes}.varint(number - previous);
      encoded.visit_bytes.append(part.bytes, at, size);
      at += size;
      previous = number;
      ++encoded.visits;
    }
    for (auto& loan : part.isolated) isolated.push_back(std::move(loan));
    for (const auto& [key, change] : part.buckets) {
      auto label = [&](std::uint8_t bucket) { return bucket_name(lane.product, bucket); };
      night.report.buckets.push_back(
          {label(key.first), label(key.second), change.loans, change.principal});
    }
  }
  for (const Segment::Isolated& loan : isolated) {
    LoanRecord& record = state_.loans.at(loan.loan);
    if (record.isolated) continue;
    record.isolated = true;
    record.touched = false;
    ++state_.isolated;
  }
  for (const std::uint64_t number : visits) {
    visited_[number] = 0;
    state_.loans.page_of(number).dirty = true;
    recount(state_, number);
    const std::size_t slot = lane.find(number);
    if (slot == lane.loan.size()) continue;
    const LoanRecord& record = state_.loans.at(number);
    if (record.isolated || record.state.status != LoanStatus::active)
      lane.kill(slot);
    else
      put_lines(lane, slot, opening);
  }
  night.closed.visited += visits.size();
}

/// Sub-ledger = general ledger for what accrues: what was booked so far and tonight is the level of
/// every line. Columns and `advance` are two computations, so a loan left out, taken twice or moved
/// by a wrong step shows here, before anything is written.
void NightEngine::compare(const Lane& lane, std::uint32_t product, Day opening,
                          const EncodedProduct& encoded, Night& night) const {
  Totals levels{};
  money::Int128& interest = levels[static_cast<std::size_t>(Role::interest_accrued)];
  const auto add_state = [&](const LoanState& loan) {
    for (const Role role : accruing_roles) {
      levels[static_cast<std::size_t>(role)] += loan.balance.get(role);
    }
  };
  for (std::size_t slot = 0; slot < lane.loan.size(); ++slot) {
    if (lane.next_change[slot] == every_night)
      add_state(state_.loans.at(lane.loan[slot]).state);
    else
      interest += lane.interest.level(slot);
  }
  levels[static_cast<std::size_t>(Role::penalty_receivable)] += lane.penalty.balances();
  levels[static_cast<std::size_t>(Role::compound_receivable)] += lane.compound.balances();
  levels[static_cast<std::size_t>(Role::fee_deferred)] += lane.fee.balances();
  for (std::uint64_t number = 1; state_.isolated > 0 && number <= state_.loans.size(); ++number) {
    const LoanRecord& record = state_.loans.at(number);
    if (record.isolated && record.state.product == product) add_state(record.state);
  }
  for (const Role role : accruing_roles) {
    const auto index = static_cast<std::size_t>(role);
    const money::Int128 booked =
        (product < state_.balances.size() ? state_.balances[product][index] : 0) +
        encoded.totals[index];
    if (booked == levels[index]) continue;
    night.differences.push_back(
        std::string(to_text(role)) + " of product " + lane.product.id + " at the opening of " +
        money::to_text(opening) + ": general ledger " +
        money::text_of_minor(booked, lane.product.currency.digits) + ", loans " +
        money::text_of_minor(levels[index], lane.product.currency.digits));
  }
}

Night NightEngine::run(Day day, const NightOptions& options) {
  Night night;
  night.day = day;
  night.closed.day = day;
  night.report.day = day;
  add_loans();
  visited_.assign(state_.loans.size() + 1, 0);
  std::uint64_t all = 0;
  for (const auto& lane : lanes_) all += lane->live;
  std::vector<EncodedProduct> products;
  std::vector<Segment::Isolated> isolated;
  std::uint64_t done = 0;
  for (std::uint32_t number = 0; number < lanes_.size(); ++number) {
    Lane& lane = *lanes_[number];
    if (lane.live == 0 && touched_[number].empty()) continue;
    if (options.progress) options.progress(day, done, all);
    done += lane.live;
    EncodedProduct encoded;
    std::vector<Segment::Isolated> of_lane;
    run_lane(lane, number, day, options, night, encoded, of_lane);
    compare(lane, number, day + one_day, encoded, night);
    for (auto& loan : of_lane) isolated.push_back(std::move(loan));
    night.closed.loans += encoded.loans;
    MovementBlock block{.product = number, .lines = {}};
    for (std::size_t i = 0; i < role_count; ++i) {
      if (encoded.totals[i] != 0)
        block.lines.push_back({static_cast<Role>(i), false, encoded.totals[i]});
    }
    if (!block.lines.empty()) night.movements.push_back(std::move(block));
    products.push_back(std::move(encoded));
  }
  if (options.progress) options.progress(day, all, all);
  state_.touched.clear();
  std::sort(isolated.begin(), isolated.end(),
            [](const auto& a, const auto& b) { return a.loan < b.loan; });
  if (!products.empty()) {
    night.segment = encode_segment(day, products, isolated);
    night.closed.segments.push_back(sha256(night.segment));
  }
  night.closed.isolated = state_.isolated;
  night.report.loans = night.closed.loans;
  night.report.visited = night.closed.visited;
  for (const Segment::Isolated& loan : isolated) {
    night.report.isolated.push_back({state_.loans.at(loan.loan).id, loan.reason});
  }
  return night;
}

}  // namespace loanbook::ledger
