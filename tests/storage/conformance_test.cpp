// Every Store passes the same suite.

#include <functional>

#include "loanbook/storage/memory/memory_store.hpp"
#include "support.hpp"

namespace loanbook::storage::test {

namespace {

struct Kind {
  const char* name;
  bool on_disk;
};

/// A book of one kind that can be opened again and again.
class Book {
 public:
  explicit Book(bool on_disk) : on_disk_(on_disk) {
    if (on_disk_) LOANBOOK_TEST_OK(rocksdb::create_book(dir_.book()));
  }
  Result<std::unique_ptr<Store>> try_open() {
    return on_disk_ ? rocksdb::open_writer(dir_.book()) : memory_.open_writer();
  }
  std::unique_ptr<Store> open() { return require_value(try_open()); }

 private:
  bool on_disk_;
  TempDir dir_;
  memory::MemoryBook memory_;
};

std::vector<std::string> keys_of(const View& view, Space space, std::string_view from = "") {
  std::vector<std::string> keys;
  LOANBOOK_TEST_OK(view.rows(space, from, [&](std::string_view key, std::string_view value) {
    keys.push_back(std::string(key) + "=" + std::string(value));
    return true;
  }));
  return keys;
}

void for_each_kind(const std::function<void(Book&)>& run) {
  for (const auto& kind : {Kind{"memory", false}, Kind{"rocksdb", true}}) {
    DYNAMIC_SECTION(kind.name) {
      Book book(kind.on_disk);
      run(book);
    }
  }
}

}  // namespace

TEST_CASE("an empty book has an empty head", "[conformance]") {
  for_each_kind([](Book& book) {
    const auto store = book.open();
    CHECK(store->head() == Head{});
    const auto view = require_value(store->view());
    CHECK(view->head() == Head{});
    CHECK_FALSE(require_value(view->entry(1)).has_value());
    CHECK(check_entries(*view) == 0);
    CHECK(require_value(view->segments()).empty());
  });
}

TEST_CASE("committed entries are read back by number and by range", "[conformance]") {
  for_each_kind([](Book& book) {
    const auto store = book.open();
    LOANBOOK_TEST_OK(store->commit(group_of(1, 1)));
    LOANBOOK_TEST_OK(store->commit(group_of(2, 64)));
    LOANBOOK_TEST_OK(store->commit(Group{}));
    LOANBOOK_TEST_OK(store->commit(group_of(66, 35)));
    CHECK(store->head() == Head{100, entry_at(100).hash});
    const auto view = require_value(store->view());
    CHECK(check_entries(*view) == 100);
    for (std::uint64_t sequence = 1; sequence <= 100; ++sequence) {
      CHECK(require_value(view->entry(sequence)) == entry_at(sequence));
    }
    CHECK_FALSE(require_value(view->entry(0)).has_value());
    CHECK_FALSE(require_value(view->entry(101)).has_value());
    struct Range {
      std::uint64_t from, to, count;
    };
    for (const auto& range : {Range{1, 1, 1}, Range{0, 5, 5}, Range{40, 70, 31}, Range{100, 999, 1},
                              Range{101, 200, 0}, Range{50, 40, 0}}) {
      std::uint64_t count = 0;
      LOANBOOK_TEST_OK(view->entries(range.from, range.to, [&](const StoredEntry& entry) {
        CHECK(entry == entry_at(std::max<std::uint64_t>(range.from, 1) + count));
        ++count;
        return true;
      }));
      CHECK(count == range.count);
    }
    std::uint64_t stopped = 0;
    LOANBOOK_TEST_OK(view->entries(1, 100, [&](const StoredEntry&) { return ++stopped < 7; }));
    CHECK(stopped == 7);
  });
}

TEST_CASE("a group larger than a record is stored whole", "[conformance]") {
  for_each_kind([](Book& book) {
    auto store = book.open();
    LOANBOOK_TEST_OK(store->commit(group_of(1, 3'000, 500)));
    LOANBOOK_TEST_OK(store->commit(group_of(3'001, 1, 500)));
    CHECK(check_entries(*require_value(store->view()), 500) == 3'001);
    CHECK(require_value(require_value(store->view())->entry(1'777)) == entry_at(1'777, 500));
    LOANBOOK_TEST_OK(store->close());
    store.reset();
    store = book.open();
    CHECK(check_entries(*require_value(store->view()), 500) == 3'001);
  });
}

TEST_CASE("a view stays as it was", "[conformance]") {
  for_each_kind([](Book& book) {
    const auto store = book.open();
    const std::vector<Row> before = {{Space::loan_page, "a", "1"}};
    LOANBOOK_TEST_OK(store->commit(group_of(1, 3)));
    LOANBOOK_TEST_OK(store->put_rows(before));
    const auto view = require_value(store->view());
    const std::vector<Row> after = {{Space::loan_page, "a", "2"}, {Space::loan_page, "b", "2"}};
    LOANBOOK_TEST_OK(store->commit(group_of(4, 3)));
    LOANBOOK_TEST_OK(store->put_rows(after));
    CHECK(check_entries(*view) == 3);
    CHECK_FALSE(require_value(view->entry(4)).has_value());
    CHECK(keys_of(*view, Space::loan_page) == std::vector<std::string>{"a=1"});
    CHECK(check_entries(*require_value(store->view())) == 6);
  });
}

TEST_CASE("rows come back in the order of their bytes, by space", "[conformance]") {
  for_each_kind([](Book& book) {
    const auto store = book.open();
    const std::vector<Row> rows = {
        {Space::loan_page, "b", "2"},     {Space::loan_page, "\xff", "4"},
        {Space::loan_page, "a", "1"},     {Space::idempotency, "a", "x"},
        {Space::loan_page, "\x7f", "3"},  {Space::checkpoint, "", "c"},
        {Space::loan_page, "gone", "no"}, {Space::loan_page, "gone", ""}};
    LOANBOOK_TEST_OK(store->put_rows(rows));
    const auto view = require_value(store->view());
    CHECK(keys_of(*view, Space::loan_page) ==
          std::vector<std::string>{"a=1", "b=2", "\x7f=3", "\xff=4"});
    CHECK(keys_of(*view, Space::loan_page, "b") ==
          std::vector<std::string>{"b=2", "\x7f=3", "\xff=4"});
    CHECK(keys_of(*view, Space::idempotency) == std::vector<std::string>{"a=x"});
    CHECK(keys_of(*view, Space::ledger_day).empty());
    CHECK(require_value(view->row(Space::checkpoint, "")) == "c");
    CHECK_FALSE(require_value(view->row(Space::loan_page, "gone")).has_value());
    LOANBOOK_TEST_OK(store->drop_rows());
    CHECK(keys_of(*require_value(store->view()), Space::loan_page).empty());
    LOANBOOK_TEST_OK(store->put_rows(std::vector<Row>{{Space::loan_page, "new", "1"}}));
    CHECK(keys_of(*require_value(store->view()), Space::loan_page) ==
          std::vector<std::string>{"new=1"});
    CHECK(keys_of(*view, Space::idempotency) == std::vector<std::string>{"a=x"});
  });
}

TEST_CASE("after a crash entries stay and rows are those of a prefix of the calls",
          "[conformance]") {
  for_each_kind([](Book& book) {
    auto store = book.open();
    LOANBOOK_TEST_OK(store->commit(group_of(1, 10)));
    LOANBOOK_TEST_OK(store->put_rows(std::vector<Row>{{Space::loan_page, "a", "1"}}));
    LOANBOOK_TEST_OK(store->flush_rows());
    LOANBOOK_TEST_OK(store->put_rows(std::vector<Row>{{Space::loan_page, "b", "1"}}));
    LOANBOOK_TEST_OK(store->commit(group_of(11, 10)));
    store.reset();
    store = book.open();
    const auto view = require_value(store->view());
    CHECK(check_entries(*view) == 20);
    CHECK(keys_of(*view, Space::loan_page) == std::vector<std::string>{"a=1"});
  });
}

TEST_CASE("segments are there at once and can be dropped", "[conformance]") {
  for_each_kind([](Book& book) {
    auto store = book.open();
    const std::string large(300'000, 'x');
    for (const std::string& content :
         {std::string("one"), large, std::string("one"), std::string()}) {
      LOANBOOK_TEST_OK(store->put_segment(sha256(content), content));
    }
    LOANBOOK_TEST_OK(store->close());
    store.reset();
    store = book.open();
    auto view = require_value(store->view());
    const auto digests = require_value(view->segments());
    CHECK(digests.size() == 3);
    CHECK(std::is_sorted(digests.begin(), digests.end()));
    CHECK(require_value(view->segment(sha256(large))) == large);
    CHECK(require_value(view->segment(sha256(""))) == "");
    CHECK_FALSE(require_value(view->segment(sha256("two"))).has_value());
    LOANBOOK_TEST_OK(store->drop_segment(sha256("one")));
    LOANBOOK_TEST_OK(store->drop_segment(sha256("one")));
    CHECK_FALSE(require_value(require_value(store->view())->segment(sha256("one"))).has_value());
  });
}

TEST_CASE("every open raises the epoch, and only one is open", "[conformance]") {
  for_each_kind([](Book& book) {
    std::uint64_t epoch = 0;
    for (std::uint64_t round = 0; round < 4; ++round) {
      auto store = book.open();
      CHECK(store->epoch() > epoch);
      epoch = store->epoch();
      const auto second = book.try_open();
      REQUIRE_FALSE(second.has_value());
      CHECK(second.error().id == "busy.writer");
      LOANBOOK_TEST_OK(store->commit(group_of(round + 1, 1)));
      CHECK(check_entries(*require_value(store->view())) == round + 1);
      if (round % 2 == 0) LOANBOOK_TEST_OK(store->close());
    }
  });
}

TEST_CASE("a closed store takes nothing more", "[conformance]") {
  for_each_kind([](Book& book) {
    const auto store = book.open();
    LOANBOOK_TEST_OK(store->close());
    CHECK(store->commit(group_of(1, 1)).error().id == "store.dead");
    CHECK(store->put_rows({}).error().id == "store.dead");
    CHECK(store->put_segment(sha256("a"), "a").error().id == "store.dead");
    CHECK(store->flush_rows().error().id == "store.dead");
  });
}

}  // namespace loanbook::storage::test
