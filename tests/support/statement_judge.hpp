#pragma once

// Was a generated month matched rightly? Held against what was planted, and against whose money
// each line is. What the matcher calls ambiguous counts as right only where it is shown here, from
// amounts, days and references alone and without any code of the matcher, that a second explanation
// is as good as the true one.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/statement_month.hpp"

namespace loanbook::test {

struct Judgement {
  std::size_t planted = 0;
  std::size_t named = 0;        ///< planted, found and named as what they are
  std::size_t undecidable = 0;  ///< planted, and shown to have a second explanation
  std::size_t doubts = 0;       ///< findings that were shown to be truly ambiguous
  std::size_t sets = 0;         ///< lines and entries that nothing tells apart, matched as a set
  std::size_t wrong = 0;        ///< findings that are not so, and planted ones that are not found
  std::size_t false_pairs = 0;
  std::map<ledger::Outcome, std::pair<std::size_t, std::size_t>> kinds;  ///< planted, named
  std::vector<std::string> complaints;                                   ///< the first of them
  [[nodiscard]] bool right() const { return wrong == 0 && false_pairs == 0; }
};

class StatementJudge {
 public:
  explicit StatementJudge(const StatementMonth& month) : month_(month) {
    for (std::uint32_t l = 0; l < month.lines().size(); ++l) {
      const std::uint32_t payment = month.lines()[l].payment;
      if (payment != no_place) owner_[payment] = l;
    }
    for (const Planted& each : month.planted()) {
      if (each.outcome == ledger::Outcome::missing_there) unpaid_.insert(each.payments.front());
      if (each.outcome == ledger::Outcome::missing_here) unknown_.insert(each.lines.front());
      if (each.outcome != ledger::Outcome::wrong_reference) continue;
      meant_[each.lines.front()] = each.payments.front();
      owner_[each.payments.front()] = each.lines.front();
    }
  }

  Judgement of(const ledger::Matching& result) {
    Judgement out;
    out.planted = month_.planted().size();
    for (const auto& pair : result.matched) {
      if (month_.lines()[pair.line].payment == pair.movement) continue;
      ++out.false_pairs;
      complain(out, "line " + std::to_string(pair.line) + " is not the money of payment " +
                        std::to_string(pair.movement));
    }
    std::vector<Planted> found;
    for (const ledger::Finding& finding : result.findings) {
      Planted each{finding.outcome, finding.lines, finding.movements};
      std::sort(each.lines.begin(), each.lines.end());
      std::sort(each.payments.begin(), each.payments.end());
      if (finding.outcome == ledger::Outcome::matched)
        judge_set(each, out);
      else
        found.push_back(std::move(each));
    }
    std::sort(found.begin(), found.end());
    std::set<std::uint32_t> lines, payments;  // of what was shown to be undecidable
    for (const Planted& each : found) {
      if (planted(each)) continue;
      if (has_second_way(each)) {
        ++out.doubts;
        lines.insert(each.lines.begin(), each.lines.end());
        payments.insert(each.payments.begin(), each.payments.end());
        continue;
      }
      ++out.wrong;
      complain(out, "not so: " + text_of(each));
    }
    const auto within = [](const std::set<std::uint32_t>& all, const auto& some) {
      return std::any_of(some.begin(), some.end(),
                         [&](std::uint32_t place) { return all.contains(place); });
    };
    for (const Planted& each : month_.planted()) {
      auto& [of_kind, named] = out.kinds[each.outcome];
      ++of_kind;
      if (std::binary_search(found.begin(), found.end(), each)) {
        ++named;
        ++out.named;
      } else if (within(lines, each.lines) || within(payments, each.payments)) {
        ++out.undecidable;
      } else {
        ++out.wrong;
        complain(out, "not found: " + text_of(each));
      }
    }
    return out;
  }

 private:
  static void complain(Judgement& out, std::string text) {
    if (out.complaints.size() < 20) out.complaints.push_back(std::move(text));
  }
  [[nodiscard]] bool planted(const Planted& each) const {
    return std::binary_search(month_.planted().begin(), month_.planted().end(), each);
  }
  [[nodiscard]] std::string text_of(const Planted& each) const {
    std::string text{to_text(each.outcome)};
    for (const std::uint32_t l : each.lines) {
      const MonthLine& line = month_.lines()[l];
      text += "; line " + std::to_string(l) + " " + money::to_text(line.day) + " " +
              std::to_string(line.minor) + " " + line.reference + " " + line.text;
    }
    for (const std::uint32_t p : each.payments) {
      const MonthPayment& payment = month_.payments()[p];
      text += "; payment " + std::to_string(p) + " " + money::to_text(payment.day) + " " +
              std::to_string(payment.minor) + " " + payment.reference;
    }
    return text;
  }

  /// The same money, whoever's it is: lines and payments are those of one another.
  void judge_set(const Planted& set, Judgement& out) {
    std::set<std::uint32_t> own;
    for (const std::uint32_t l : set.lines) own.insert(month_.lines()[l].payment);
    ++out.sets;
    if (std::equal(own.begin(), own.end(), set.payments.begin(), set.payments.end())) return;
    ++out.false_pairs;
    complain(out, "not the same money: " + text_of(set));
  }

  /// By amount and day alone.
  [[nodiscard]] bool fits(std::uint32_t l, std::uint32_t p) const {
    const auto days = (month_.lines()[l].day - month_.payments()[p].day).count();
    return month_.lines()[l].minor == month_.payments()[p].minor && days >= -1 && days <= 3;
  }
  [[nodiscard]] std::uint32_t true_payment(std::uint32_t l) const {
    const auto meant = meant_.find(l);
    return meant == meant_.end() ? month_.lines()[l].payment : meant->second;
  }

  [[nodiscard]] bool has_second_way(const Planted& finding) const {
    using ledger::Outcome;
    // A payment nobody recorded and one that never came, of one amount on one day, look like one
    // payment under a wrong reference.
    if (finding.outcome == Outcome::wrong_reference)
      return unknown_.contains(finding.lines.front()) &&
             unpaid_.contains(finding.payments.front()) &&
             fits(finding.lines.front(), finding.payments.front());
    if (finding.outcome != Outcome::ambiguous) return false;
    const bool each_line =
        std::all_of(finding.lines.begin(), finding.lines.end(), [&](std::uint32_t l) {
          return month_.lines()[l].count > 1 ? second_sum(l, finding) : second_payment(l, finding);
        });
    return each_line &&
           std::all_of(finding.payments.begin(), finding.payments.end(), [&](std::uint32_t p) {
             return std::any_of(finding.lines.begin(), finding.lines.end(), [&](std::uint32_t l) {
               return month_.lines()[l].count > 1 || fits(l, p);
             });
           });
  }

  /// The line could be another payment's, and everything else would find its place as well.
  [[nodiscard]] bool second_payment(std::uint32_t l, const Planted& finding) const {
    const MonthLine& line = month_.lines()[l];
    const std::uint32_t own = true_payment(l);
    // Its own reference, or its loan in the text, would have told.
    if (own != no_place && line.reference == month_.payments()[own].reference) return false;
    if (line.text != "repayment") return false;
    return std::any_of(finding.payments.begin(), finding.payments.end(), [&](std::uint32_t other) {
      if (other == own || !fits(l, other)) return false;
      if (unpaid_.contains(other)) return true;
      const auto owner = owner_.find(other);
      if (owner == owner_.end() || std::find(finding.lines.begin(), finding.lines.end(),
                                             owner->second) == finding.lines.end())
        return false;
      if (own != no_place) return can_move(owner->second, own, finding);
      return !month_.lines()[owner->second].reference.empty();
    });
  }
  /// The line could leave its own payment for `to`, or for one from which its owner goes there.
  [[nodiscard]] bool can_move(std::uint32_t l, std::uint32_t to, const Planted& finding) const {
    std::set<std::uint32_t> seen{l};
    std::vector<std::uint32_t> waiting{l};
    while (!waiting.empty()) {
      const std::uint32_t next = waiting.back();
      waiting.pop_back();
      if (fits(next, to)) return true;
      for (const std::uint32_t p : finding.payments) {
        const auto owner = owner_.find(p);
        if (!fits(next, p) || owner == owner_.end()) continue;
        if (seen.insert(owner->second).second) waiting.push_back(owner->second);
      }
    }
    return false;
  }

  /// Another set of so many payments has the sum of the line.
  [[nodiscard]] bool second_sum(std::uint32_t l, const Planted& finding) const {
    const MonthLine& line = month_.lines()[l];
    std::size_t sets = 0;
    const auto& p = finding.payments;
    const auto near = [&](std::uint32_t place) {
      const auto days = (line.day - month_.payments()[place].day).count();
      return days == 0 || days == 1;
    };
    const auto minor = [&](std::size_t i) { return month_.payments()[p[i]].minor; };
    for (std::size_t i = 0; i < p.size(); ++i) {
      for (std::size_t j = i + 1; near(p[i]) && j < p.size(); ++j) {
        if (!near(p[j])) continue;
        if (line.count == 2 && minor(i) + minor(j) == line.minor) ++sets;
        for (std::size_t k = j + 1; line.count == 3 && k < p.size(); ++k)
          if (near(p[k]) && minor(i) + minor(j) + minor(k) == line.minor) ++sets;
      }
    }
    return sets > 1;
  }

  const StatementMonth& month_;
  std::map<std::uint32_t, std::uint32_t> owner_;  ///< line of a payment
  std::map<std::uint32_t, std::uint32_t> meant_;  ///< payment of a line with a wrong reference
  std::set<std::uint32_t> unpaid_, unknown_;
};

/// The month as the matcher takes it. Texts are the month's.
struct MonthInput {
  std::vector<ledger::BankLine> lines;
  std::vector<ledger::SettlementMovement> movements;
  std::map<std::string_view, std::uint64_t> loans;

  explicit MonthInput(const StatementMonth& month) {
    lines.reserve(month.lines().size());
    movements.reserve(month.payments().size());
    for (const MonthLine& line : month.lines())
      lines.push_back({.place = lines.size() + 1,
                       .booked = line.day,
                       .valued = line.day,
                       .minor = line.minor,
                       .reference = line.reference,
                       .bank_reference = line.bank_reference,
                       .text = line.text,
                       .count = line.count});
    for (const MonthPayment& payment : month.payments()) {
      const std::uint64_t loan = loans.emplace(payment.loan, loans.size() + 1).first->second;
      movements.push_back({.sequence = movements.size() + 1,
                           .loan = loan,
                           .minor = payment.minor,
                           .valued = payment.day,
                           .booked = payment.day,
                           .reference = payment.reference});
    }
  }
  [[nodiscard]] ledger::Matching match(const ledger::MatchRules& rules, money::Day to) const {
    return ledger::match({.lines = lines,
                          .movements = movements,
                          .rules = rules,
                          .to = to,
                          .loan_of = [this](std::string_view id) -> std::uint64_t {
                            const auto found = loans.find(id);
                            return found == loans.end() ? 0 : found->second;
                          }});
  }
};

}  // namespace loanbook::test
