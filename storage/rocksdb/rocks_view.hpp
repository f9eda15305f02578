#pragma once

#include <functional>
#include <memory>
#include <string>

#include "database.hpp"
#include "loanbook/storage/store.hpp"

namespace loanbook::storage::rocksdb {

/// Key of a derived row: space : u8, then the row's own key.
std::string row_key(Space space, std::string_view key);
std::string segment_path(const std::string& dir, const Digest& digest);

/// What a view is made of.
struct ViewParts {
  std::shared_ptr<Database> database;
  const rdb::Snapshot* snapshot = nullptr;  ///< none: a secondary, which does not move by itself
  Head head;
  std::string dir;
  std::function<void()> at_end = {};  ///< after the database was released
};

std::unique_ptr<View> make_view(const Disk& disk, ViewParts parts);

/// As the public one; `database`, where given, gets the database under the view, for questions a
/// view does not answer. Release it before the view.
Result<std::unique_ptr<View>> open_reader(const std::string& dir, const Options& options,
                                          std::shared_ptr<Database>* database);

}  // namespace loanbook::storage::rocksdb
