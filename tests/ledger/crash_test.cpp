// The machine dies at every call that changes the disk, in a scenario with nights in it. Nothing
// acknowledged is lost, nothing is posted twice, and sending everything again ends at the head of
// an undisturbed run.

#include <cstdlib>

#include "ledger/scenario.hpp"
#include "loanbook/storage/fault/fault_disk.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"

using namespace loanbook;        // NOLINT
using namespace loanbook::test;  // NOLINT
using storage::fault::FaultDisk;
using storage::fault::Loss;

namespace {

constexpr const char* folder = "/book";

struct Acknowledged {
  std::uint64_t sequence;
  storage::Digest hash;
};

/// Sends the whole scenario until something fails; every receipt that came back is kept. Returns
/// the head, or nothing after a failure.
std::optional<storage::Head> send_all(FaultDisk& disk, const std::vector<DayOfCommands>& days,
                                      std::vector<Acknowledged>& acknowledged) {
  auto store = storage::rocksdb::open_writer(folder, disk.options());
  if (!store) return std::nullopt;
  auto book = Book::open(std::move(*store));
  if (!book) return std::nullopt;
  for (const auto& today : days) {
    const std::span<const Command> all(today.commands);
    for (std::size_t i = 0; i < all.size(); i += 6) {
      for (const auto& result :
           (*book)->record_each(all.subspan(i, std::min<std::size_t>(6, all.size() - i)))) {
        if (result)
          acknowledged.push_back({result->receipt.sequence, result->receipt.hash});
        else if (result.error().id.starts_with("store"))
          return std::nullopt;
      }
    }
    const auto nights = (*book)->close_through(today.day);
    if (!nights) return std::nullopt;
  }
  const storage::Head head = (*book)->status().head;
  if (!(*book)->close()) return std::nullopt;
  return head;
}

std::unique_ptr<FaultDisk> begun() {
  auto disk = std::make_unique<FaultDisk>(1);
  must_ok(storage::rocksdb::create_book(folder, disk->options()));
  auto store = must(storage::rocksdb::open_writer(folder, disk->options()));
  must_ok(Book::init(*store, "CNY", day("2023-11-20")));
  must_ok(store->close());
  return disk;
}

void check_trial(const FaultDisk& base, const std::vector<DayOfCommands>& days, std::uint64_t call,
                 Loss loss, const storage::Head& undisturbed) {
  const auto disk = base.copy(call * 7 + static_cast<std::uint64_t>(loss));
  INFO("dies at call " << call << ", loss " << static_cast<int>(loss));
  std::vector<Acknowledged> before;
  disk->die_at(call);
  send_all(*disk, days, before);
  disk->power_loss(loss);
  {
    auto store = must(storage::rocksdb::open_writer(folder, disk->options()));
    const auto view = must(store->view());
    for (const Acknowledged& entry : before) {
      const auto stored = must(view->entry(entry.sequence));
      REQUIRE(stored);
      REQUIRE(stored->hash == entry.hash);
    }
  }
  disk->power_loss(Loss::process);
  std::vector<Acknowledged> after;
  const auto head = send_all(*disk, days, after);
  REQUIRE(head);
  REQUIRE(*head == undisturbed);
  for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(before[i].hash == after[i].hash);
}

/// Dies at many calls, with every kind of loss (LOANBOOK_TEST_ALL: at every call).
void die_everywhere(const std::vector<DayOfCommands>& days, std::uint64_t sampled) {
  const auto base = begun();
  const auto quiet = base->copy(1);
  std::vector<Acknowledged> all;
  const std::uint64_t calls_before = quiet->calls();
  const auto undisturbed = send_all(*quiet, days, all);
  REQUIRE(undisturbed);
  const std::uint64_t calls = quiet->calls() - calls_before;
  const bool thorough = std::getenv("LOANBOOK_TEST_ALL") != nullptr;
  const std::uint64_t points_per_loss = thorough ? calls : sampled;
  std::uint64_t points = 0;
  for (const Loss loss : {Loss::process, Loss::dropped, Loss::torn, Loss::garbage}) {
    for (std::uint64_t i = 0; i < points_per_loss; ++i, ++points) {
      check_trial(*base, days, 1 + (i * calls + static_cast<std::uint64_t>(loss)) / points_per_loss,
                  loss, *undisturbed);
    }
  }
  WARN(points << " points, " << calls << " disk calls");
}

/// Money on its way: everything that a night has to carry out, and orders that are answered twice.
std::vector<DayOfCommands> days_in_flight() {
  const auto book = new_book("2023-11-20");
  std::vector<DayOfCommands> days;
  std::uint64_t keys = 0;
  const auto send = [&](Command command) {
    command.source = "flight";
    command.key = std::to_string(++keys);
    days.back().commands.push_back(command);
    return must(book->record(command)).receipt.sequence;
  };
  const auto tell = [&](Operation operation, const std::string& loan) {
    return send({.event = std::move(operation), .loan = loan});
  };
  const Day begin = day("2023-11-20");
  std::uint64_t item = 0;
  for (int d = 0; d < 8; ++d) {
    const Day today = begin + date::days{d};
    days.push_back({today, {}});
    const std::string open = "P" + std::to_string(d);
    if (d == 0) {
      send(publish(level_product()));
      for (const char* loan : {"A", "B"}) send(lend(loan, "level", "1200.00"));
      for (int on = 1; on < 8; on += 2) {
        for (const char* loan : {"A", "B"})
          tell({.kind = Kind::intend, .amount = "20.00", .from = begin + date::days{on}}, loan);
      }
      tell({.kind = Kind::intend,
            .amount = "20.00",
            .from = begin + date::days{2},
            .until = begin + date::days{3},
            .choice = "debit"},
           "B");
    }
    send({.event = OpenLoan{.product = "level", .amount = "600.00"}, .loan = open});
    tell({.kind = Kind::order_payout, .amount = "600.00", .code = open, .channel = "bank-a"}, open);
    if (d == 1) item = send({.event = SuspenseRequest{.amount = "90.00", .currency = "CNY"}});
    if (d > 1) {
      send({.event = Repay{.amount = "10.00", .suspense = item}, .loan = "A"});
      tell({.kind = d % 3 == 0 ? Kind::fail_payout : Kind::confirm_payout},
           "P" + std::to_string(d - 2));
    }
    if (d == 5) send({.event = SuspenseRequest{.kind = Kind::suspense_return, .item = item}});
    if (d == 5) break;
    must(book->close_through(today));
  }
  return days;
}

}  // namespace

TEST_CASE(
    "a book that dies at any disk call loses nothing acknowledged and ends at the undisturbed "
    "head") {
  die_everywhere(Scenario(3, 24, 12, false).days(), 250);
}

TEST_CASE("so does a book whose nights carry intents out, with pay-outs and money in flight") {
  die_everywhere(days_in_flight(), 60);
}
