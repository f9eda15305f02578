#include "loanbook/ledger/matching.hpp"

#include <cstdlib>
#include <deque>
#include <map>

#include "ledger/support.hpp"
#include "support/statement_month.hpp"

namespace {

using namespace loanbook::ledger;
using loanbook::test::day;
using loanbook::test::Planted;
using loanbook::test::StatementMonth;

/// A statement and a book of a few lines, in one picture.
struct Scene {
  std::vector<BankLine> lines;
  std::vector<SettlementMovement> movements;
  MatchRules rules = loanbook::test::month_rules();
  Day to = day("2026-10-31");

  Scene& bank(const char* date, std::int64_t minor, std::string_view reference,
              std::string_view text = {}, std::uint32_t count = 0) {
    lines.push_back({.place = lines.size() + 1,
                     .booked = day(date),
                     .valued = day(date),
                     .minor = minor,
                     .reference = reference,
                     .text = text,
                     .count = count});
    return *this;
  }
  Scene& book(const char* date, std::int64_t minor, std::string_view reference,
              std::uint64_t loan = 0, std::uint64_t reverses = 0) {
    movements.push_back({.sequence = 10 + movements.size(),
                         .loan = loan,
                         .minor = minor,
                         .valued = day(date),
                         .booked = day(date),
                         .reference = reference,
                         .reverses = reverses});
    return *this;
  }
  /// `split 0,1:0; missing there :1`, pairs first.
  std::string text() const {
    const Matching result = match({.lines = lines,
                                   .movements = movements,
                                   .rules = rules,
                                   .to = to,
                                   .loan_of = [](std::string_view id) -> std::uint64_t {
                                     return id == "LN-1" ? 1 : id == "LN-2" ? 2 : 0;
                                   }});
    std::string out;
    for (const auto& pair : result.matched)
      out += std::to_string(pair.line) + "=" + std::to_string(pair.movement) + "; ";
    for (const Finding& finding : result.findings) {
      out += std::string(to_text(finding.outcome)) + " ";
      for (const auto line : finding.lines) out += std::to_string(line) + ",";
      if (!finding.lines.empty()) out.pop_back();
      out += ":";
      for (const auto movement : finding.movements) out += std::to_string(movement) + ",";
      if (!finding.movements.empty()) out.pop_back();
      out += "; ";
    }
    if (!out.empty()) out.resize(out.size() - 2);
    return out;
  }
};

TEST_CASE("each kind of break is told from the others", "[matching]") {
  const auto expect = [](const Scene& scene, const char* wanted) { CHECK(scene.text() == wanted); };
  expect(Scene{}.bank("2026-10-02", 100, "A").book("2026-10-01", 100, "A"), "0=0");
  expect(Scene{}.bank("2026-10-20", 100, "A").book("2026-10-01", 100, "A"), "late 0:0");
  expect(Scene{}.bank("2026-10-01", 99, "A").book("2026-10-01", 100, "A"), "different amount 0:0");
  expect(Scene{}.bank("2026-10-01", 100, "B").book("2026-10-01", 100, "A"), "wrong reference 0:0");
  expect(Scene{}.bank("2026-10-01", 100, "").book("2026-10-01", 100, "A"), "0=0");
  expect(Scene{}.bank("2026-10-01", 100, "A"), "missing here 0:");
  expect(Scene{}.book("2026-10-01", 100, "A"), "missing there :0");
  expect(Scene{}.book("2026-10-30", 100, "A"), "in transit :0");
  expect(Scene{}
             .bank("2026-10-01", 100, "A")
             .bank("2026-10-02", 100, "A")
             .book("2026-10-01", 100, "A"),
         "0=0; doubled 1:0");
  expect(Scene{}
             .bank("2026-10-01", 100, "A")
             .bank("2026-10-02", -100, "A")
             .book("2026-10-01", 100, "A"),
         "0=0; returned 1:0");
  expect(
      Scene{}.bank("2026-10-01", 40, "A").bank("2026-10-02", 60, "A").book("2026-10-01", 100, "A"),
      "split 0,1:0");
  expect(Scene{}
             .bank("2026-10-01", 40, "A/1")
             .bank("2026-10-02", 60, "A/2")
             .book("2026-10-01", 100, "A"),
         "split 0,1:0");
  expect(Scene{}
             .bank("2026-10-01", 100, "B")
             .book("2026-10-01", 30, "B-1")
             .book("2026-10-01", 70, "B-2"),
         "batch 0:0,1");
  expect(Scene{}
             .bank("2026-10-01", 100, "SUM", "", 2)
             .book("2026-10-01", 30, "X")
             .book("2026-10-01", 70, "Y")
             .book("2026-10-01", 71, "Z"),
         "batch 0:0,1; missing there :2");
  expect(
      Scene{}.bank("2026-10-01", 100, "").book("2026-10-01", 100, "A").book("2026-10-02", 100, "B"),
      "ambiguous 0:0,1");
}

TEST_CASE("money that goes back is one story with money that came", "[matching]") {
  // Recorded and reversed by mistake: the bank never knew of either.
  CHECK(Scene{}.book("2026-10-01", 100, "A").book("2026-10-01", -100, "R", 0, 10).text() ==
        "taken back :0,1");
  // Came and went, and the book followed: two ordinary lines.
  CHECK(Scene{}
            .bank("2026-10-01", 100, "A")
            .bank("2026-10-03", -100, "A")
            .book("2026-10-01", 100, "A")
            .book("2026-10-03", -100, "after-12", 0, 10)
            .text() == "0=0; 1=1");
  // Came and went before anybody recorded it.
  CHECK(Scene{}.bank("2026-10-01", 100, "A").bank("2026-10-03", -100, "A").text() ==
        "returned 0,1:");
}

TEST_CASE("a loan in the text stands for a reference", "[matching]") {
  CHECK(Scene{}
            .bank("2026-10-05", 100, "", "rate LN-1, thanks")
            .bank("2026-10-05", 100, "", "rate LN-2")
            .book("2026-10-05", 100, "", 2)
            .book("2026-10-05", 100, "", 1)
            .text() == "0=1; 1=0");
  // The nearest day tells two equal payments of one loan apart.
  CHECK(Scene{}
            .bank("2026-10-05", 100, "", "LN-1")
            .bank("2026-10-07", 100, "", "LN-1")
            .book("2026-10-05", 100, "", 1)
            .book("2026-10-07", 100, "", 1)
            .text() == "0=0; 1=1");
  CHECK(Scene{}.bank("2026-10-05", 100, "", "LN-1 LN-2").book("2026-10-05", 30, "", 1).text() ==
        "missing here 0:; missing there :0");
}

TEST_CASE("tolerance is by line and in all", "[matching]") {
  Scene scene;
  scene.bank("2026-10-01", 99, "A").book("2026-10-01", 100, "A");
  scene.bank("2026-10-01", 202, "B").book("2026-10-01", 200, "B");
  for (MatchRule& rule : scene.rules.rules) rule.tolerance_minor = 2;
  scene.rules.tolerance_total_minor = 2;
  CHECK(scene.text() == "within tolerance 0:0; different amount 1:1");
}

TEST_CASE("entries of earlier statements catch the bank's second booking", "[matching]") {
  Scene scene;
  scene.bank("2026-10-01", 100, "A").book("2026-09-30", 100, "A");
  scene.movements[0].matched = true;
  CHECK(scene.text() == "doubled 0:0");
}

std::uint32_t month_size() {
  return std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 100'000 : 20'000;
}

TEST_CASE("a month with planted breaks: all are found and named, no false ones", "[matching]") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const StatementMonth month{seed, month_size(), 2'000};
    std::vector<BankLine> lines;
    for (const auto& line : month.lines())
      lines.push_back({.place = lines.size() + 1,
                       .booked = line.day,
                       .valued = line.day,
                       .minor = line.minor,
                       .reference = line.reference,
                       .bank_reference = line.bank_reference,
                       .text = line.text,
                       .count = line.count});
    std::vector<SettlementMovement> movements;
    std::map<std::string, std::uint64_t, std::less<>> loans;
    for (const auto& payment : month.payments()) {
      const std::uint64_t loan = loans.emplace(payment.loan, loans.size() + 1).first->second;
      movements.push_back({.sequence = movements.size() + 1,
                           .loan = loan,
                           .minor = payment.minor,
                           .valued = payment.day,
                           .booked = payment.day,
                           .reference = payment.reference});
    }
    const MatchRules rules = loanbook::test::month_rules();
    const Matching result = match({.lines = lines,
                                   .movements = movements,
                                   .rules = rules,
                                   .to = month.last(),
                                   .loan_of = [&](std::string_view id) -> std::uint64_t {
                                     const auto found = loans.find(id);
                                     return found == loans.end() ? 0 : found->second;
                                   }});
    std::vector<Planted> found;
    for (const Finding& finding : result.findings) {
      Planted each{finding.outcome, finding.lines, finding.movements};
      std::sort(each.lines.begin(), each.lines.end());
      std::sort(each.payments.begin(), each.payments.end());
      found.push_back(std::move(each));
    }
    std::sort(found.begin(), found.end());
    CHECK(found.size() == month.planted().size());
    for (const Planted& each : found) {
      if (std::binary_search(month.planted().begin(), month.planted().end(), each)) continue;
      INFO("false: " << to_text(each.outcome) << " line "
                     << (each.lines.empty() ? -1 : static_cast<int>(each.lines[0])));
      CHECK(false);
    }
    for (const Planted& each : month.planted()) {
      if (std::binary_search(found.begin(), found.end(), each)) continue;
      INFO("not found: " << to_text(each.outcome) << " line "
                         << (each.lines.empty() ? -1 : static_cast<int>(each.lines[0])));
      CHECK(false);
    }
  }
}

}  // namespace
