#pragma once

// The Store over an opened book; open_writer.cpp brings it there.

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "database.hpp"
#include "head_file.hpp"
#include "loanbook/storage/store.hpp"
#include "writer_lock.hpp"

namespace loanbook::storage::rocksdb {

struct WriterParts {
  Disk disk;
  std::string dir;
  Options options;
  WriterLock lock;
  std::unique_ptr<HeadWriter> head_file;
  std::shared_ptr<Database> database;
  Head head;
  std::uint64_t epoch = 0;
};

std::unique_ptr<Store> make_writer(WriterParts parts);

/// Copies a flushed, consistent state of the open book into the empty or missing folder `target`,
/// synced and checked. Copies, never links: a link would share the bytes that a backup is there to
/// replace. `hold` is locked while the state is captured.
Status copy_book(const WriterParts& book, std::mutex& hold, const std::function<Head()>& head_now,
                 const std::string& target);

}  // namespace loanbook::storage::rocksdb
