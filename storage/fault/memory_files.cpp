#include "memory_files.hpp"

#include <algorithm>
#include <iterator>

namespace loanbook::storage::fault {

void Inode::sync() {
  if (dirty_from < durable.size() || now.size() != durable.size()) {
    const std::size_t same = std::min(dirty_from, std::min(durable.size(), now.size()));
    durable.resize(same);
    durable.append(now, same, std::string::npos);
  }
  dirty_from = now.size();
}

Verdict FaultDisk::State::count(std::uint64_t handle_generation) {
  if (handle_generation != generation) return Verdict::refuse;
  ++calls;
  if (die_at != 0 && calls >= die_at) return Verdict::refuse;
  if (fail_at != 0 && calls == fail_at) return Verdict::half;
  return Verdict::go_on;
}

void FaultDisk::State::sync_folder(const std::string& dir) {
  for (auto it = names_durable.begin(); it != names_durable.end();) {
    const bool gone = folder_of(it->first) == dir && !names.contains(it->first);
    it = gone ? names_durable.erase(it) : std::next(it);
  }
  for (const auto& [path, inode] : names) {
    if (folder_of(path) == dir) names_durable[path] = inode;
  }
}

void FaultDisk::State::power_loss(Loss loss) {
  const Names& left = loss == Loss::process ? names : names_durable;
  std::map<const Inode*, std::shared_ptr<Inode>> rebuilt;
  Names after;
  for (const auto& [path, inode] : left) {
    // A folder's name sorts before the names in it. What lies in a folder that vanished vanishes
    // with it.
    if (const auto folder = folder_of(path); !folder.empty() && !after.contains(folder)) continue;
    if (!inode) {
      after[path] = nullptr;
      continue;
    }
    auto& fresh = rebuilt[inode.get()];
    if (!fresh) {
      fresh = std::make_shared<Inode>();
      fresh->now = loss == Loss::process ? inode->now : inode->durable;
      const bool partial = loss == Loss::torn || loss == Loss::garbage;
      const std::size_t from = std::min(inode->dirty_from, inode->now.size());
      if (partial && from < inode->now.size()) {
        const std::size_t kept = random() % (inode->now.size() - from + 1);
        if (fresh->now.size() < from + kept) fresh->now.resize(from + kept);
        fresh->now.replace(from, kept, inode->now, from, kept);
        if (loss == Loss::garbage && kept > 0)
          fresh->now[from + kept - 1] ^= char(1 + random() % 255);
      }
      fresh->durable = fresh->now;
      fresh->dirty_from = fresh->now.size();
    }
    after[path] = fresh;
  }
  names = after;
  names_durable = after;
  ++generation;
  calls = die_at = fail_at = 0;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return {};
  return path.substr(0, slash);
}

}  // namespace loanbook::storage::fault
