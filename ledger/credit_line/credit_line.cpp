#include "loanbook/ledger/credit_line/credit_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/money/assert.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

/// Sums of amounts that were checked one by one at the door: they fit, or the book is damaged.
std::int64_t sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  const bool fits = money::add(a, b, &result);
  LOANBOOK_ASSERT(fits);
  return result;
}

}  // namespace

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow:
      return "allow";
    case Verdict::hold:
      return "hold";
    case Verdict::block:
      return "block";
  }
  return "?";
}

Result<Verdict> parse_verdict(std::string_view text) {
  for (const Verdict verdict : {Verdict::allow, Verdict::hold, Verdict::block}) {
    if (to_text(verdict) == text) return verdict;
  }
  return money::Error{"risk.verdict", fmt::format("a risk decision is allow, hold or block, not "
                                                  "'{}'",
                                                  text.substr(0, 40))};
}

std::int64_t LineTerms::limit_on(Day day) const {
  const bool temporary = temporary_until && day <= *temporary_until;
  return temporary ? std::max(limit_minor, temporary_minor) : limit_minor;
}

LineUse& LineUse::operator+=(const LineUse& other) {
  outstanding = sum(outstanding, other.outstanding);
  written_off = sum(written_off, other.written_off);
  lent = sum(lent, other.lent);
  return *this;
}

LineUse& LineUse::operator-=(const LineUse& other) {
  outstanding = sum(outstanding, -other.outstanding);
  written_off = sum(written_off, -other.written_off);
  lent = sum(lent, -other.lent);
  return *this;
}

std::int64_t LineState::used_of(const LineUse& use) const {
  if (!terms.revolving) return use.lent;
  return terms.write_off_restores ? use.outstanding : sum(use.outstanding, use.written_off);
}

std::int64_t LineState::used() const {
  std::int64_t total = 0;
  for (const auto& [product, use] : uses) total = sum(total, used_of(use));
  return total;
}

std::int64_t LineState::used_by(const std::string& product) const {
  const auto found = uses.find(product);
  return found == uses.end() ? 0 : used_of(found->second);
}

std::int64_t LineState::reserved_where(Day day, std::uint64_t but_loan, std::string_view but,
                                       const std::string* product) const {
  std::vector<std::int64_t> held(flights.size());
  std::int64_t total = 0;
  for (const Reservation& r : reservations) {
    if (r.last_day < day || (but_loan != 0 && r.loan == but_loan) ||
        (!but.empty() && r.id == but) || (product != nullptr && r.product != *product))
      continue;
    total = sum(total, r.minor);
    for (std::size_t i = 0; i < flights.size(); ++i) {
      if (r.loan != 0 && flights[i].loan == r.loan) held[i] = sum(held[i], r.minor);
    }
  }
  // What is in flight is part of what is reserved for the loan; it holds where that is less.
  for (std::size_t i = 0; i < flights.size(); ++i) {
    if ((but_loan != 0 && flights[i].loan == but_loan) ||
        (product != nullptr && flights[i].product != *product))
      continue;
    total = sum(total, std::max<std::int64_t>(0, flights[i].minor - held[i]));
  }
  return total;
}

std::int64_t LineState::reserved(Day day, std::uint64_t but_loan, std::string_view but) const {
  return reserved_where(day, but_loan, but, nullptr);
}

std::int64_t LineState::reserved_for(const std::string& product, Day day, std::uint64_t but_loan,
                                     std::string_view but) const {
  return reserved_where(day, but_loan, but, &product);
}

std::int64_t LineState::available(Day day) const {
  return std::max<std::int64_t>(0, terms.limit_on(day) - sum(used(), reserved(day)));
}

const Reservation* LineState::reservation(std::string_view name, Day day) const {
  const auto found =
      std::find_if(reservations.begin(), reservations.end(),
                   [&](const Reservation& r) { return r.id == name && r.last_day >= day; });
  return found == reservations.end() ? nullptr : &*found;
}

std::optional<std::int64_t> LineState::sub_limit(const std::string& product) const {
  for (const SubLimit& sub : terms.sub_limits) {
    if (sub.product == product) return sub.minor;
  }
  return {};
}

std::uint32_t LineBook::number_of(std::string_view id) const {
  return static_cast<std::uint32_t>(by_id_.find(
      stable_hash(id), [&](std::uint64_t number) { return lines_[number - 1].id == id; }));
}

const Decision* LineBook::decision_about(const std::string& loan) const {
  const auto found = decisions_.find(loan);
  return found == decisions_.end() ? nullptr : &found->second;
}

LineState& LineBook::change(std::uint32_t number, Day booked) {
  dirty_.lines.push_back(number);
  LineState& line = lines_[number - 1];
  std::erase_if(line.reservations, [&](const Reservation& r) { return r.last_day < booked; });
  return line;
}

bool LineBook::apply(Kind kind, const LineFact& fact, std::uint64_t sequence, Day booked) {
  const std::uint32_t number = line_of(fact);
  if (kind == Kind::line_open) {
    const auto& opened = std::get<LineTermsSet>(fact);
    const Result<money::Currency> currency = money::Currency::find(opened.currency);
    if (number != size() + 1 || !currency) return false;
    lines_.push_back({.id = opened.id, .currency = *currency});
    by_id_.insert(stable_hash(opened.id), number);
  }
  if (number > size()) return false;
  const auto* risk = std::get_if<RiskDecided>(&fact);
  if (number == 0 && risk == nullptr) return false;
  LineState* line = number == 0 ? nullptr : &change(number, booked);
  if (line != nullptr) {
    line->last_entry = sequence;
    ++line->version;
  }
  const auto named = [&](const std::string& id) {
    return std::find_if(line->reservations.begin(), line->reservations.end(),
                        [&](const Reservation& r) { return r.id == id; });
  };
  if (const auto* set = std::get_if<LineTermsSet>(&fact)) line->terms = set->terms;
  if (const auto* frozen = std::get_if<LineFrozen>(&fact)) {
    line->frozen = kind == Kind::line_freeze;
    line->freeze_code = line->frozen ? frozen->code : std::string{};
  }
  if (const auto* reserved = std::get_if<LineReserved>(&fact)) {
    line->reservations.push_back({.id = reserved->reservation,
                                  .minor = reserved->minor,
                                  .last_day = reserved->last_day,
                                  .product = reserved->product,
                                  .sequence = sequence});
  }
  if (const auto* released = std::get_if<LineReleased>(&fact)) {
    if (const auto r = named(released->reservation); r != line->reservations.end())
      line->reservations.erase(r);
  }
  if (const auto* confirmed = std::get_if<LineConfirmed>(&fact))
    bind(number, confirmed->reservation, confirmed->loan);
  if (risk == nullptr) return true;
  const Decision decision{.verdict = risk->verdict,
                          .sequence = sequence,
                          .code = risk->code,
                          .last_day = risk->last_day};
  if (!risk->loan.empty()) {
    decisions_[risk->loan] = decision;
    dirty_.decisions = true;
  }
  if (line != nullptr && !risk->reservation.empty()) {
    const auto r = named(risk->reservation);
    if (r != line->reservations.end() && risk->verdict == Verdict::block) {
      line->reservations.erase(r);
    } else if (r != line->reservations.end()) {
      r->decision = decision;
    }
  } else if (line != nullptr && risk->loan.empty()) {
    line->decision = decision;
  }
  return true;
}

void LineBook::order(std::uint32_t line, std::uint64_t loan, const std::string& loan_id,
                     const std::string& product, std::int64_t minor) {
  if (decisions_.erase(loan_id) != 0) dirty_.decisions = true;
  if (line == 0) return;
  land(line, loan);
  lines_[line - 1].flights.push_back({loan, minor, product});
}

void LineBook::land(std::uint32_t line, std::uint64_t loan) {
  if (line == 0) return;
  std::erase_if(lines_[line - 1].flights,
                [&](const LineState::Flight& flight) { return flight.loan == loan; });
}

void LineBook::bind(std::uint32_t line, std::string_view reservation, std::uint64_t loan) {
  dirty_.lines.push_back(line);
  for (Reservation& r : lines_[line - 1].reservations) {
    if (r.id == reservation) r.loan = loan;
  }
}

void LineBook::paid_out(std::uint32_t line, std::uint64_t loan, const std::string& loan_id,
                        std::int64_t minor, bool more_to_come, Day booked) {
  if (decisions_.erase(loan_id) != 0) dirty_.decisions = true;
  if (line == 0) return;
  LineState& state = change(line, booked);
  for (Reservation& r : state.reservations) {
    if (r.loan != loan) continue;
    const std::int64_t part = more_to_come ? std::min(r.minor, minor) : r.minor;
    r.minor -= part;
    minor = std::max<std::int64_t>(0, minor - part);
  }
  std::erase_if(state.reservations, [](const Reservation& r) { return r.minor == 0; });
}

void LineBook::cancelled(std::uint32_t line, std::uint64_t loan) {
  dirty_.lines.push_back(line);
  std::erase_if(lines_[line - 1].reservations,
                [&](const Reservation& r) { return r.loan == loan; });
}

void LineBook::count(std::uint32_t line, const std::string& product, const LineUse& before,
                     const LineUse& after) {
  auto& uses = lines_[line - 1].uses;
  LineUse& use = uses[product];
  use -= before;
  use += after;
  if (use == LineUse{}) uses.erase(product);
}

void LineBook::clear_uses() {
  for (LineState& line : lines_) line.uses.clear();
}

LineBook::Kept LineBook::keep(std::uint32_t line, const std::string& loan) const {
  Kept kept{.line = line, .size = size(), .loan = loan};
  if (line != 0 && line <= size()) kept.state = at(line);
  if (const Decision* decision = decision_about(loan)) kept.decision = *decision;
  return kept;
}

void LineBook::restore(Kept kept) {
  while (size() > kept.size) {
    by_id_.erase(stable_hash(lines_.back().id), size());
    std::erase(dirty_.lines, size());
    lines_.pop_back();
  }
  if (kept.state) lines_[kept.line - 1] = std::move(*kept.state);
  if (kept.loan.empty()) return;
  if (kept.decision) {
    decisions_[kept.loan] = std::move(*kept.decision);
  } else {
    decisions_.erase(kept.loan);
  }
}

LineBook::Dirty LineBook::take_dirty() {
  Dirty taken = std::move(dirty_);
  dirty_ = {};
  std::sort(taken.lines.begin(), taken.lines.end());
  taken.lines.erase(std::unique(taken.lines.begin(), taken.lines.end()), taken.lines.end());
  return taken;
}

std::uint32_t line_of(const LineFact& fact) {
  return std::visit([](const auto& f) { return f.line; }, fact);
}

std::string loan_of(const LineFact& fact) {
  const auto* risk = std::get_if<RiskDecided>(&fact);
  return risk != nullptr ? risk->loan : std::string{};
}

namespace {

struct FactText {
  Kind kind;
  const LineBook& lines;

  [[nodiscard]] std::string amount(std::uint32_t line, std::int64_t minor) const {
    const money::Currency currency = lines.at(line).currency;
    return fmt::format("{} {}", money::text_of_minor(minor, currency.digits), currency.text());
  }
  [[nodiscard]] static std::string with(const std::string& code) {
    return code.empty() ? std::string{} : ", " + code;
  }
  std::string operator()(const LineTermsSet& f) const {
    std::string text = fmt::format("limit {}, {}", amount(f.line, f.terms.limit_minor),
                                   f.terms.revolving ? "revolving" : "not revolving");
    if (f.terms.last_day) text += " until " + money::to_text(*f.terms.last_day);
    if (f.terms.temporary_until)
      text += fmt::format(", {} until {}", amount(f.line, f.terms.temporary_minor),
                          money::to_text(*f.terms.temporary_until));
    for (const SubLimit& sub : f.terms.sub_limits)
      text += fmt::format(", {} at most {}", sub.product, amount(f.line, sub.minor));
    return text;
  }
  std::string operator()(const LineFrozen& f) const {
    return (kind == Kind::line_freeze ? "frozen" : "no longer frozen") + with(f.code);
  }
  std::string operator()(const LineReserved& f) const {
    return fmt::format("reservation {} of {} until {}", f.reservation, amount(f.line, f.minor),
                       money::to_text(f.last_day));
  }
  std::string operator()(const LineReleased& f) const {
    return fmt::format("reservation {} released{}", f.reservation, with(f.code));
  }
  std::string operator()(const LineConfirmed& f) const {
    return fmt::format("reservation {} is for a loan", f.reservation);
  }
  std::string operator()(const RiskDecided& f) const {
    std::string text(to_text(f.verdict));
    if (!f.loan.empty()) text += fmt::format(", loan {}", f.loan);
    if (!f.reservation.empty()) text += fmt::format(", reservation {}", f.reservation);
    if (f.of != 0) text += fmt::format(", entry {}", f.of);
    text += with(f.code);
    if (f.last_day) text += " until " + money::to_text(*f.last_day);
    return text;
  }
};

}  // namespace

std::string text_of(const LineFact& fact, Kind kind, const LineBook& lines) {
  const std::uint32_t line = line_of(fact);
  const std::string name = line != 0 ? fmt::format(" {}", lines.at(line).id) : std::string{};
  return fmt::format("{}{}: {}", to_text(kind), name, std::visit(FactText{kind, lines}, fact));
}

}  // namespace loanbook::ledger
