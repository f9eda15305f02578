#pragma once

// What is sent to a book whose disk dies, and sent again, ends as if the disk had lived.

#include <memory>
#include <optional>

#include "ledger/support.hpp"
#include "loanbook/storage/fault/fault_disk.hpp"

namespace loanbook::test {

/// `send(disk)` opens the book on the disk, does its work, closes, and gives the head; nothing
/// where the disk died. Tried at every call of it and every loss; gives the disk that lived.
template <class Send>
std::unique_ptr<storage::fault::FaultDisk> dies_at_any_call(storage::fault::FaultDisk& base,
                                                            Send send) {
  using storage::fault::Loss;
  auto quiet = base.copy(1);
  const std::uint64_t calls_before = quiet->calls();
  const std::optional<storage::Head> undisturbed = send(*quiet);
  REQUIRE(undisturbed);
  const std::uint64_t calls = quiet->calls() - calls_before;
  REQUIRE(calls > 0);
  for (const Loss loss : {Loss::process, Loss::dropped, Loss::garbage}) {
    for (std::uint64_t call = 1; call <= calls; ++call) {
      INFO("dies at call " << call << " of " << calls << ", loss " << static_cast<int>(loss));
      const auto disk = base.copy(call);
      disk->die_at(call);
      static_cast<void>(send(*disk));
      disk->power_loss(loss);
      const auto again = send(*disk);
      REQUIRE(again);
      REQUIRE(*again == *undisturbed);
    }
  }
  return quiet;
}

}  // namespace loanbook::test
