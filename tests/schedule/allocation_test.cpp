#include "loanbook/schedule/allocation.hpp"

#include <algorithm>
#include <map>

#include "schedule/random_terms.hpp"

namespace loanbook::schedule {
namespace {

std::int64_t random(std::int64_t least, std::int64_t most) {
  return *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(least, most + 1));
}

TEST_CASE("a payment is split without loss, and never beyond a claim", "[allocation][property]") {
  check_property("sums and bounds", 3'000, [] {
    const Day date = money::day_from_number(20'000);
    std::vector<Claim> claims;
    std::int64_t payable = 0;
    AllocationRule rule;
    rule.include_future = random(0, 1) == 1;
    rule.ordinary.mode = static_cast<AllocationMode>(random(1, 2));
    for (std::uint32_t no = 1; no <= static_cast<std::uint32_t>(random(0, 5)); ++no) {
      Claim claim{no, date + date::days{random(-60, 30)}, {}};
      for (std::int64_t& amount : claim.amount) {
        amount = random(0, 1'000);
        if (rule.include_future || claim.due <= date) payable += amount;
      }
      claims.push_back(claim);
    }
    const std::int64_t amount = random(0, 20'000);
    const Allocation result = allocate(amount, claims, rule, date);
    std::int64_t sum = 0;
    std::map<std::pair<std::uint32_t, Component>, std::int64_t> got;
    for (const AllocatedLine& line : result.lines) {
      RC_ASSERT(line.amount > 0);
      const Claim& claim = claims.at(line.no - 1);
      RC_ASSERT(line.amount <= claim.amount[static_cast<std::size_t>(line.component)]);
      const bool first_line_for_it =
          got.emplace(std::pair{line.no, line.component}, line.amount).second;
      RC_ASSERT(first_line_for_it);
      sum += line.amount;
    }
    RC_ASSERT(sum + result.unallocated == amount);
    RC_ASSERT(sum == std::min(amount, payable));
    // What got money before the last line was paid in full, so that only the last may be partial.
    for (std::size_t i = 0; i + 1 < result.lines.size(); ++i) {
      const AllocatedLine& line = result.lines[i];
      RC_ASSERT(line.amount ==
                claims[line.no - 1].amount[static_cast<std::size_t>(line.component)]);
    }
  });
}

TEST_CASE("where money goes row by row, claims given one by one get the same",
          "[allocation][property]") {
  check_property("one by one", 3'000, [] {
    const Day date = money::day_from_number(20'000);
    TimedOrder order;
    order.mode = static_cast<AllocationMode>(random(1, 2));
    order.advance = static_cast<Advance>(random(1, 3));
    for (std::int64_t i = random(0, 8); i > 0; --i)
      order.steps.push_back(
          {static_cast<Timing>(random(0, 2)), static_cast<Component>(random(0, 4))});
    if (random(0, 1) == 1) {
      order.mode = AllocationMode::vertical;
      order.advance = Advance::next;
      std::stable_sort(order.steps.begin(), order.steps.end(),
                       [](const auto& a, const auto& b) { return a.timing < b.timing; });
    }
    std::vector<Claim> claims;
    Day due = date - date::days{random(0, 60)};
    for (std::uint32_t no = 1; no <= static_cast<std::uint32_t>(random(0, 6)); ++no) {
      claims.push_back({no, due, {}});
      for (std::int64_t& amount : claims.back().amount) amount = random(0, 1'000);
      due += date::days{random(0, 30)};
    }
    if (!goes_row_by_row(order)) return;
    const std::int64_t amount = random(0, 20'000);
    const Allocation whole = allocate(amount, claims, order, date);
    std::vector<AllocatedLine> lines;
    std::int64_t rest = amount;
    for (const Claim& claim : claims) {
      const Allocation one = allocate(rest, std::vector{claim}, order, date);
      lines.insert(lines.end(), one.lines.begin(), one.lines.end());
      rest = one.unallocated;
    }
    RC_ASSERT(rest == whole.unallocated);
    RC_ASSERT(lines.size() == whole.lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      RC_ASSERT(lines[i].no == whole.lines[i].no);
      RC_ASSERT(lines[i].component == whole.lines[i].component);
      RC_ASSERT(lines[i].amount == whole.lines[i].amount);
    }
  });
}

TEST_CASE("the late order begins on day 91, not on day 90", "[allocation]") {
  // Old practice of non-accrual loans: principal first when more than 90 days overdue; due 31
  // January 2024, day 91 is 1 May.
  const Day due = money::parse_day("2024-01-31").value();
  const Claim claim{1, due, {0, 0, 0, 50, 100}};
  AllocationRule rule;
  rule.when_late = AllocationRule::Switch{
      .dpd_over = 90, .order = {.order = {Component::principal, Component::interest}, .count = 2}};
  CHECK(
      allocate(60, {&claim, 1}, rule, money::parse_day("2024-04-30").value()).lines[0].component ==
      Component::interest);
  const Allocation late = allocate(60, {&claim, 1}, rule, money::parse_day("2024-05-01").value());
  CHECK(late.switched);
  CHECK(late.dpd == 91);
  CHECK(late.lines[0].component == Component::principal);
}

TEST_CASE("equal parts end, even where a component of a claim stands below zero", "[allocation]") {
  TimedOrder order;
  for (const Component component : {Component::interest, Component::principal})
    order.steps.push_back({Timing::in_advance, component});
  order.advance = Advance::spread;
  const Day date = date::year{2026} / 1 / 1;
  const std::vector<Claim> claims{{1, date + date::days{5}, {0, 0, 0, -7, 0}},
                                  {2, date + date::days{9}, {0, 0, 0, 0, 10}}};
  const Allocation paid = allocate(30, claims, order, date);
  CHECK(paid.unallocated == 20);
}

TEST_CASE("names of components read back", "[allocation]") {
  for (std::size_t i = 0; i < component_count; ++i) {
    const auto component = static_cast<Component>(i);
    CHECK(parse_component(to_text(component)).value() == component);
  }
  CHECK(parse_component("fees").error().id == "component.unknown");
}

}  // namespace
}  // namespace loanbook::schedule
