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
std::optional<storage::Head> send_all(FaultDisk& disk, const Scenario& scenario,
                                      std::vector<Acknowledged>& acknowledged) {
  auto store = storage::rocksdb::open_writer(folder, disk.options());
  if (!store) return std::nullopt;
  auto book = Book::open(std::move(*store));
  if (!book) return std::nullopt;
  for (const auto& today : scenario.days()) {
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

void check_trial(const FaultDisk& base, const Scenario& scenario, std::uint64_t call, Loss loss,
                 const storage::Head& undisturbed) {
  const auto disk = base.copy(call * 7 + static_cast<std::uint64_t>(loss));
  INFO("dies at call " << call << ", loss " << static_cast<int>(loss));
  std::vector<Acknowledged> before;
  disk->die_at(call);
  send_all(*disk, scenario, before);
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
  const auto head = send_all(*disk, scenario, after);
  REQUIRE(head);
  REQUIRE(*head == undisturbed);
  for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(before[i].hash == after[i].hash);
}

}  // namespace

TEST_CASE(
    "a book that dies at any disk call loses nothing acknowledged and ends at the undisturbed "
    "head") {
  const Scenario scenario(3, 24, 12, false);
  const auto base = begun();
  const auto quiet = base->copy(1);
  std::vector<Acknowledged> all;
  const std::uint64_t calls_before = quiet->calls();
  const auto undisturbed = send_all(*quiet, scenario, all);
  REQUIRE(undisturbed);
  const std::uint64_t calls = quiet->calls() - calls_before;
  const bool thorough = std::getenv("LOANBOOK_TEST_ALL") != nullptr;
  const std::uint64_t points_per_loss = thorough ? calls : 250;
  std::uint64_t points = 0;
  for (const Loss loss : {Loss::process, Loss::dropped, Loss::torn, Loss::garbage}) {
    for (std::uint64_t i = 0; i < points_per_loss; ++i, ++points) {
      check_trial(*base, scenario,
                  1 + (i * calls + static_cast<std::uint64_t>(loss)) / points_per_loss, loss,
                  *undisturbed);
    }
  }
  WARN(points << " points, " << calls << " disk calls");
}
