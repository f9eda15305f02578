#include <algorithm>
#include <map>

#include "ledger/support.hpp"
#include "loanbook/ledger/entry.hpp"
#include "loanbook/ledger/proof/digest.hpp"

using namespace loanbook;        // NOLINT
using namespace loanbook::test;  // NOLINT

namespace {

/// The default accounts as a chart, with other codes for some roles.
Chart chart_of(const std::string& id, const std::map<Role, std::string>& codes = {}) {
  Chart chart{.id = id, .name = id, .accounts = {}, .mappings = {}};
  for (std::size_t i = 0; i < role_count; ++i) {
    const auto role = static_cast<Role>(i);
    const auto code = codes.find(role);
    const AccountClass account_class = class_of(role);
    chart.mappings.push_back({role, "", "", static_cast<std::uint32_t>(chart.accounts.size())});
    chart.accounts.push_back(
        {code == codes.end() ? std::string(default_account(role).code) : code->second,
         std::string(to_text(role)), account_class, normal_side(account_class)});
  }
  return chart;
}

Command close_of(const char* period) { return {.event = ClosePeriod{must(parse_period(period))}}; }

std::map<std::string, money::Int128> by_account(const std::vector<GlBalance>& balances) {
  std::map<std::string, money::Int128> sums;
  for (const GlBalance& balance : balances) sums[balance.account.code] += balance.minor;
  std::erase_if(sums, [](const auto& each) { return each.second == 0; });
  return sums;
}

std::map<std::string, money::Int128> on(const Book& book, const char* date) {
  return by_account(must(book.gl_balances(must(book.known_at(day(date))))));
}

bool same_rows(const std::vector<TrialBalanceRow>& a, const std::vector<TrialBalanceRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.account == y.account && x.name == y.name && x.currency == y.currency &&
           x.debit == y.debit && x.credit == y.credit;
  });
}

/// Two loans from 5 September 2026 on, days closed through `through`.
std::unique_ptr<Book> book_with_loans(const char* through, const char* begins = "2026-09-01") {
  auto book = new_book(begins);
  must(book->record(publish(level_product())));
  must(book->record(publish(product_of(schedule::Method::revolving, "daily"))));
  must(book->close_through(day("2026-09-04")));
  must(book->record(lend("L1", "level", "12000.00")));
  must(book->record(lend("L2", "daily", "5000.00")));
  must(book->close_through(day(through)));
  return book;
}

void reconciled(const Book& book) {
  const Reconciliation result = must(book.reconcile_internal());
  for (const auto& each : result.differences)
    UNSCOPED_INFO(to_text(each.role) << " of " << each.product << ": " << each.first);
  CHECK(result.differences.empty());
}

}  // namespace

TEST_CASE("a new mapping reclassifies what stands on the old accounts, from its booking date on") {
  const auto book = book_with_loans("2026-09-30");
  const auto before = on(*book, "2026-09-30");
  REQUIRE(before.at("1310") == 17'000'00);
  must(book->record({.event = PublishChart{chart_of("new", {{Role::principal, "1303"}})}}));
  CHECK(on(*book, "2026-09-30") == before);
  auto after = by_account(must(book->gl_balances()));
  CHECK_FALSE(after.contains("1310"));
  CHECK(after.at("1303") == 17'000'00);
  must(book->close_through(day("2026-10-05")));
  CHECK(on(*book, "2026-09-30") == before);
  CHECK_FALSE(on(*book, "2026-10-01").contains("1310"));
  // The journal has the dated entry: old account credited, new one debited, loans untouched.
  std::map<std::string, money::Int128> moved;
  must_ok(book->gl_entries(0, {}, [&](const GlEntry& entry) {
    for (const GlPosting& posting : entry.postings) {
      if (!posting.reclassified) continue;
      CHECK(entry.kind == Kind::chart_published);
      CHECK(entry.booking_date == day("2026-10-01"));
      moved[posting.account.code] += posting.minor;
    }
    return true;
  }));
  CHECK(moved == std::map<std::string, money::Int128>{{"1303", 17'000'00}, {"1310", -17'000'00}});
  // Running balances of the accounts through the journal end where the balances stand.
  std::map<std::string, money::Int128> posted;
  must_ok(book->gl_entries(0, {}, [&](const GlEntry& entry) {
    for (const GlPosting& posting : entry.postings) posted[posting.account.code] += posting.minor;
    return true;
  }));
  std::erase_if(posted, [](const auto& each) { return each.second == 0; });
  CHECK(posted == by_account(must(book->gl_balances())));
  verified(*book);
  reconciled(*book);
}

TEST_CASE(
    "a product's own account goes before the chart, a product's mapping before a currency's") {
  Product product = level_product();
  Chart chart = chart_of("c");
  const auto add = [&](const char* code, const char* of_product, const char* currency) {
    chart.mappings.push_back(
        {Role::principal, of_product, currency, static_cast<std::uint32_t>(chart.accounts.size())});
    chart.accounts.push_back({code, code, AccountClass::asset, NormalSide::debit});
  };
  CHECK(gl_account(&chart, product, Role::principal).code == "1310");
  add("cny", "", "CNY");
  add("usd", "", "USD");
  CHECK(gl_account(&chart, product, Role::principal).code == "cny");
  add("level", "level", "");
  CHECK(gl_account(&chart, product, Role::principal).code == "level");
  add("both", "level", "CNY");
  CHECK(gl_account(&chart, product, Role::principal).code == "both");
  must_ok(check(chart));
  product.accounts[0] = AccountCode{"own", "Own"};
  CHECK(gl_account(&chart, product, Role::principal).code == "own");
}

TEST_CASE("a role without an account is found when the chart or the product is published") {
  Chart chart = chart_of("small");
  std::erase_if(chart.mappings, [](const auto& m) { return m.role == Role::fee_income; });
  const auto book = new_book();
  must(book->record({.event = PublishChart{chart}}));  // no product needs the role yet
  CHECK(error_id(book->record(publish(level_product()))) == "chart.role_unmapped");
  Product own = level_product();
  own.accounts[static_cast<std::size_t>(Role::fee_income)] = AccountCode{"6040", "Fees"};
  must(book->record(publish(own)));
  Chart less = chart;
  std::erase_if(less.mappings, [](const auto& m) { return m.role == Role::principal; });
  CHECK(error_id(book->record({.event = PublishChart{less}})) == "chart.role_unmapped");
  CHECK(error_id(book->record({.event = PublishChart{chart}})) == "chart.in_force");
  Chart wrong = chart_of("wrong");
  wrong.accounts[static_cast<std::size_t>(Role::interest_income)].account_class =
      AccountClass::asset;
  CHECK(error_id(book->record({.event = PublishChart{wrong}})) == "chart.class_mismatch");
}

TEST_CASE("a closed month takes no more bookings: what comes late stands in the open day") {
  const auto book = book_with_loans("2026-10-30");
  CHECK(error_id(book->record(close_of("2026-10"))) == "period.order");  // September comes first
  must(book->record(close_of("2026-09")));
  CHECK(error_id(book->record(close_of("2026-10"))) == "period.days_open");
  must(book->close_through(day("2026-10-31")));
  const Recorded closed = must(book->record(close_of("2026-10")));
  CHECK(closed.receipt.booking_date == day("2026-11-01"));
  CHECK(error_id(book->record(close_of("2026-10"))) == "period.closed_already");
  CHECK(error_id(book->record(close_of("2026-12"))) == "period.order");
  CHECK(error_id(book->record(close_of("2026"))) == "period.days_open");

  const auto rows = must(book->trial_balance(day("2026-10-31")));
  const std::uint64_t complete_to = must(book->known_at(day("2026-10-31")));
  std::vector<std::string> aged;
  const auto age = [&] {
    std::vector<std::string> found;
    must_ok(book->portfolio(day("2026-11-01"), complete_to, [&](const PortfolioRow& row) {
      found.push_back(row.loan + " " + row.bucket + " " + std::to_string(row.owed()) + " " +
                      std::to_string(row.dpd));
      return true;
    }));
    return found;
  };
  const auto before = age();
  Command late = pay("L1", "1100.16");
  late.value_date = day("2026-10-05");
  const Recorded repaid = must(book->record(late));
  CHECK(repaid.receipt.booking_date == day("2026-11-01"));
  CHECK(repaid.receipt.value_date == day("2026-10-05"));
  must(book->close_through(day("2026-11-10")));
  CHECK(same_rows(must(book->trial_balance(day("2026-10-31"))), rows));
  CHECK(must(book->known_at(day("2026-10-31"))) == complete_to);
  CHECK(age() == before);
  // Restated, October is what it would have been had the money been known in time.
  const auto known = book_with_loans("2026-10-04");
  must(known->record(pay("L1", "1100.16")));
  must(known->close_through(day("2026-10-31")));
  CHECK(by_account(must(book->restated_balances(day("2026-10-31")))) == on(*known, "2026-10-31"));
  const auto periods = book->closed_periods();
  REQUIRE(periods.size() == 2);
  CHECK(periods[1].closed.complete_to == complete_to);
  CHECK(periods[1].closed.controls.front().debit == periods[1].closed.controls.front().credit);
  verified(*book);
  reconciled(*book);
}

TEST_CASE("closing a year takes income and expense to retained earnings, and no loan is touched") {
  const auto book = book_with_loans("2026-12-31", "2026-09-01");
  for (const char* month : {"2026-09", "2026-10", "2026-11"}) must(book->record(close_of(month)));
  CHECK(error_id(book->record(close_of("2026"))) == "period.months_open");
  must(book->record(close_of("2026-12")));
  must(book->close_through(day("2027-01-10")));  // the new year earns before the old one is closed
  const auto year_end = on(*book, "2026-12-31");
  const auto ten_days = by_account(must(book->gl_balances())).at("6010") - year_end.at("6010");
  must(book->record(close_of("2026")));
  const auto after = by_account(must(book->gl_balances()));
  CHECK(after.at("6010") == ten_days);
  CHECK(after.at("3310") == year_end.at("6010") + year_end.at("6020") + year_end.at("6030"));
  CHECK(on(*book, "2026-12-31") == year_end);
  money::Int128 earned = 0;
  must_ok(
      book->gl_days(day("2026-09-01"), day("2027-01-31"), YearClose::left_out, [&](const GlDay& d) {
        if (in_income_statement(d.role)) earned += d.minor;
      }));
  CHECK(earned == after.at("3310") + ten_days + after.at("6020") + after.at("6030"));
  must(book->close_through(day("2027-01-31")));
  verified(*book);
  reconciled(*book);
}

TEST_CASE("an assertion must hold when it is made, is about a closed day, and is checked again") {
  const auto book = book_with_loans("2026-09-30");
  const auto asserted = [&](const char* text) { return book->record({.event = Assert{text}}); };
  must(asserted("principal of level on 2026-09-30 is 12000.00"));
  must(asserted("account 1310 on 2026-09-30 is 17000.00 CNY"));
  CHECK(error_id(asserted("principal of level on 2026-09-30 is 12000.01")) == "assertion.fails");
  CHECK(error_id(asserted("principal of level on 2026-10-01 is 12000.00")) == "assertion.day_open");
  CHECK(error_id(asserted("principal of nothing on 2026-09-30 is 1.00")) ==
        "assertion.product_unknown");
  CHECK(error_id(asserted("gold on 2026-09-30 is 1.00")) == "assertion.figure_unknown");
  CHECK(error_id(asserted("principal is 1.00")) == "assertion.malformed");
  // Income stands on the credit side: positive there.
  const auto income = on(*book, "2026-09-30").at("6010");
  must(asserted(("account 6010 on 2026-09-30 is " + money::text_of_minor(-income, 2)).c_str()));
  must(book->close_through(day("2026-10-20")));
  for (const AssertionInfo& each : book->assertions()) CHECK(each.actual == each.asserted.minor);
  verified(*book);
}

TEST_CASE("a preview of a fact of the general ledger leaves nothing behind") {
  const auto book = book_with_loans("2026-09-30");
  const auto head = book->status().head;
  must(book->preview(close_of("2026-09")));
  must(book->preview({.event = PublishChart{chart_of("c")}}));
  must(book->preview({.event = Assert{"principal of level on 2026-09-30 is 12000.00"}}));
  CHECK(book->status().head == head);
  CHECK(book->charts().empty());
  CHECK(book->closed_periods().empty());
  CHECK(book->assertions().empty());
  must(book->record(close_of("2026-09")));
  verified(*book);
}

TEST_CASE("accruals of a night, line by line, give the night's totals") {
  const auto book = book_with_loans("2026-10-20");
  must(book->record(pay("L1", "50.00")));
  must(book->close_through(day("2026-10-25")));
  for (const char* date : {"2026-09-05", "2026-10-04", "2026-10-20", "2026-10-21", "2026-10-25"}) {
    std::map<Role, money::Int128> booked;
    std::map<Role, money::Int128> after;
    must_ok(book->accruals(day(date), "", [&](const AccrualRow& row) {
      booked[row.role] += row.booked;
      after[row.role] += row.after;
      return true;
    }));
    std::map<Role, money::Int128> night;
    must_ok(book->entries(0, [&](const EntryView& entry) {
      if (entry.receipt.kind == "day_closed" && entry.receipt.booking_date == day(date))
        for (const auto& total : entry.totals) night[total.role] += total.minor;
      return true;
    }));
    const auto balances = must(book->gl_balances(must(book->known_at(day(date)))));
    for (const Role role :
         {Role::interest_accrued, Role::penalty_receivable, Role::compound_receivable}) {
      INFO(date << " " << to_text(role));
      CHECK(booked[role] == night[role]);
      money::Int128 balance = 0;
      for (const GlBalance& each : balances) balance += each.role == role ? each.minor : 0;
      CHECK(after[role] == balance);
    }
  }
  CHECK(error_id(book->accruals(day("2026-10-26"), "", [](const AccrualRow&) { return true; })) ==
        "accruals.day_open");
}

TEST_CASE("internal reconciliation names the entry and the loan where a difference began") {
  auto store = storage::memory::make_memory_store();
  storage::Store* kept = store.get();
  must_ok(Book::init(*store, "CNY", day("2026-09-01")));
  const auto book = must(Book::open(std::move(store)));
  must(book->record(publish(level_product())));
  must(book->record(lend("L1", "level", "12000.00")));
  must(book->record(lend("L2", "level", "6000.00")));
  must(book->close_through(day("2026-09-10")));
  const Recorded repaid = must(book->record(pay("L2", "10.00")));
  must(book->close_through(day("2026-09-20")));
  reconciled(*book);
  // The same chain with one entry that moves a cent more than its fold, hashed again from there on.
  const auto view = must(kept->view());
  auto forged = storage::memory::make_memory_store();
  for (const auto& digest : must(view->segments()))
    must_ok(forged->put_segment(digest, *must(view->segment(digest))));
  storage::Group group;
  must_ok(view->entries(1, view->head().sequence, [&](const storage::StoredEntry& stored) {
    Entry entry = must(decode_entry(stored.body));
    if (entry.sequence == repaid.receipt.sequence) {
      for (auto& line : entry.movements.front().lines) {
        if (line.role == Role::settlement) line.minor += 1;
        if (line.role == Role::overpayment) line.minor -= 1;
      }
    }
    storage::StoredEntry again{entry.sequence, encode(entry), {}};
    again.hash =
        chain_hash(group.entries.empty() ? Digest{} : group.entries.back().hash, again.body);
    group.entries.push_back(again);
    return true;
  }));
  must_ok(forged->commit(group));
  const auto wrong = must(Book::open(std::move(forged)));
  const Reconciliation result = must(wrong->reconcile_internal());
  REQUIRE(result.differences.size() == 2);
  CHECK(result.differences.front().role == Role::settlement);
  CHECK_THAT(result.differences.front().first,
             Catch::Contains("entry " + std::to_string(repaid.receipt.sequence)) &&
                 Catch::Contains("loan 'L2'") && Catch::Contains("2026-09-11"));
  CHECK(must(wrong->reconcile_internal(must(wrong->known_at(day("2026-09-10")))))
            .differences.empty());
}
