#include "loanbook/ledger/reconciliation/matching.hpp"

#include <cstdlib>
#include <list>

#include "ledger/support.hpp"
#include "support/statement_judge.hpp"

namespace {

using namespace loanbook::ledger;
using loanbook::test::day;
using loanbook::test::Judgement;
using loanbook::test::MonthInput;
using loanbook::test::StatementJudge;
using loanbook::test::StatementMonth;

/// A statement and a book of a few lines, in one picture.
struct Scene {
  std::vector<BankLine> lines;
  std::vector<SettlementMovement> movements;
  std::list<std::string> texts;
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
  Scene& book(const char* date, std::int64_t minor, std::string reference, std::uint64_t loan = 0,
              std::uint64_t reverses = 0) {
    movements.push_back({.sequence = 10 + movements.size(),
                         .loan = loan,
                         .minor = minor,
                         .valued = day(date),
                         .booked = day(date),
                         .reference = texts.emplace_back(std::move(reference)),
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

TEST_CASE("who can only be with one another leaves the rest decided", "[matching]") {
  // The second line may only have the second entry, so the first has the first.
  CHECK(Scene{}
            .bank("2026-10-02", 100, "")
            .bank("2026-10-08", 100, "")
            .book("2026-10-01", 100, "A")
            .book("2026-10-05", 100, "B")
            .text() == "0=0; 1=1");
  // Nothing tells them apart, and nothing is left over: a set, and no pair is made up.
  CHECK(Scene{}
            .bank("2026-10-02", 100, "")
            .bank("2026-10-02", 100, "")
            .book("2026-10-01", 100, "A")
            .book("2026-10-02", 100, "B")
            .text() == "matched 0,1:0,1");
  // A line that says nothing comes before one that says something else.
  CHECK(Scene{}
            .bank("2026-10-01", 100, "Z")
            .bank("2026-10-02", 100, "")
            .book("2026-10-01", 100, "A")
            .text() == "1=0; missing here 0:");
  // What the sum takes is no longer in the way of the line beside it.
  CHECK(Scene{}
            .bank("2026-10-01", 100, "")
            .bank("2026-10-01", 170, "SUM", "", 2)
            .book("2026-10-01", 100, "A")
            .book("2026-10-01", 100, "B")
            .book("2026-10-01", 70, "C")
            .book("2026-10-01", 55, "D")
            .text() == "ambiguous 0,1:0,1,2; missing there :3");
  CHECK(Scene{}
            .bank("2026-10-03", 100, "")
            .bank("2026-10-01", 170, "SUM", "", 2)
            .book("2026-10-01", 100, "A")
            .book("2026-10-02", 100, "B")
            .book("2026-10-01", 70, "C")
            .text() == "0=1; batch 1:0,2");
}

TEST_CASE("a line that names a loan is not the payment of another one", "[matching]") {
  CHECK(Scene{}.bank("2026-10-05", 100, "", "LN-1").book("2026-10-05", 100, "A", 2).text() ==
        "wrong reference 0:0");
  // The loan given as reference is a right one.
  CHECK(Scene{}.bank("2026-10-05", 100, "LN-1").book("2026-10-05", 100, "A", 1).text() == "0=0");
}

TEST_CASE("a line over several payments is none of them", "[matching]") {
  CHECK(Scene{}
            .bank("2026-10-01", 100, "SUM", "", 2)
            .book("2026-10-01", 100, "A")
            .book("2026-10-01", 60, "B")
            .book("2026-10-01", 40, "C")
            .text() == "batch 0:1,2; missing there :0");
  // All of them but one: whom to leave out is looked for.
  Scene many;
  std::int64_t sum = 0;
  for (int i = 0; i < 60; ++i) {
    many.book("2026-10-01", 1'000 + i * i, "P");
    sum += 1'000 + i * i;
  }
  many.bank("2026-10-01", sum - 1'000 - 49, "SUM", "", 59);
  CHECK(many.text().ends_with("missing there :7"));
  CHECK(many.text().starts_with("batch 0:0,1,2,3,4,5,6,8,"));
  // Two sets add up: none of them is taken.
  CHECK(Scene{}
            .bank("2026-10-01", 100, "SUM", "", 2)
            .book("2026-10-01", 60, "A")
            .book("2026-10-01", 40, "B")
            .book("2026-10-01", 70, "C")
            .book("2026-10-01", 30, "D")
            .text() == "ambiguous 0:0,1,2,3");
}

TEST_CASE("very many payments of one amount are a set, or in doubt", "[matching]") {
  Scene even;
  for (int i = 0; i < 400; ++i) {
    even.bank("2026-10-06", 100, "");
    even.book("2026-10-05", 100, "A" + std::string(1, static_cast<char>('a' + i % 26)));
  }
  CHECK(even.text().starts_with("matched 0,1,2"));
  CHECK(even.text().find(';') == std::string::npos);
  even.book("2026-10-05", 100, "Z");
  CHECK(even.text().starts_with("ambiguous 0,1,2"));
}

std::uint32_t month_size() {
  return std::getenv("LOANBOOK_TEST_ALL") != nullptr ? 100'000 : 20'000;
}

void check_month(const StatementMonth& month, const char* what) {
  const MonthInput input{month};
  const Judgement judged =
      StatementJudge{month}.of(input.match(loanbook::test::month_rules(), month.last()));
  for (const std::string& complaint : judged.complaints) {
    INFO(what << ": " << complaint);
    CHECK(false);
  }
  CHECK(judged.right());
  CHECK(judged.named + judged.undecidable == judged.planted);
}

TEST_CASE("a month with planted breaks: all are found and named, no false ones", "[matching]") {
  for (const std::uint64_t seed : {1, 2, 3}) check_month({seed, month_size(), 2'000}, "month");
  check_month({4, 1'000, 50}, "small month");
}

TEST_CASE("a month of round amounts: no pair that is not one, doubts only where they are",
          "[matching]") {
  for (const std::uint64_t seed : {1, 2, 3})
    check_month({seed, month_size() / 4, 500, 30}, "round amounts");
}

}  // namespace
