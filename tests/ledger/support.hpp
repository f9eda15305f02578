#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "loanbook/ledger/book.hpp"
#include "loanbook/storage/memory/memory_store.hpp"

namespace loanbook::test {

using namespace loanbook::ledger;  // NOLINT(google-build-using-namespace)

inline Day day(const char* text) {
  const auto parsed = money::parse_day(text);
  REQUIRE(parsed);
  return *parsed;
}

template <class T>
T must(money::Result<T> result) {
  if (!result) FAIL(result.error().id << ": " << result.error().message);
  return std::move(*result);
}
inline void must_ok(const money::Status& status) {
  if (!status) FAIL(status.error().id << ": " << status.error().message);
}
template <class T>
std::string error_id(const money::Result<T>& result) {
  return result ? std::string("none") : result.error().id;
}

/// 12 equal installments of a micro-loan in yuan, 1.5 times the rate on what is late.
inline Product level_product() {
  Product p;
  p.id = "level";
  p.name = "Level";
  p.currency = *money::Currency::find("CNY");
  p.installments_max = 60;
  p.installments_default = 12;
  p.amount_max_minor = 100'000'000'00;
  p.rate_max = money::Rate::of_e12(1'000'000'000'000);
  p.rate_default = money::Rate::of_e12(180'000'000'000);
  p.penalty_multiplier_e4 = 15'000;
  p.compound = CompoundRate::penalty;
  p.grace_days = 3;
  return p;
}
inline Product product_of(schedule::Method method, const std::string& id) {
  Product p = level_product();
  p.id = id;
  p.method = method;
  if (method == schedule::Method::revolving || method == schedule::Method::bullet)
    p.basis = schedule::InterestBasis::daily;
  return p;
}

inline std::unique_ptr<Book> new_book(const char* begins = "2026-01-01") {
  auto store = storage::memory::make_memory_store();
  must_ok(Book::init(*store, "CNY", day(begins)));
  return must(Book::open(std::move(store)));
}
inline Command publish(Product product) { return {.event = PublishProduct{std::move(product)}}; }
inline Command lend(const std::string& loan, const std::string& product,
                    const std::string& amount) {
  return {.event = OpenAndDisburse{{.product = product, .amount = amount}}, .loan = loan};
}
inline Command pay(const std::string& loan, const std::string& amount) {
  return {.event = Repay{amount}, .loan = loan};
}

inline void verified(const Book& book) {
  const VerifyReport report = must(book.verify(true));
  for (const auto& finding : report.findings)
    UNSCOPED_INFO(finding.where << ": " << finding.message);
  CHECK(report.findings.empty());
}

}  // namespace loanbook::test
