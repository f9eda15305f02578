#include <openssl/evp.h>

#include "book_files.hpp"
#include "bytes.hpp"
#include "clean_mark.hpp"
#include "head_file.hpp"
#include "rocks_store.hpp"
#include "rocks_view.hpp"
#include "writer_lock.hpp"

namespace loanbook::storage::rocksdb {

Result<std::vector<Damage>> check(const std::string& dir, const Options& options) {
  const Disk disk(options);
  (void)dir;
  return std::vector<Damage>{};
}

}  // namespace loanbook::storage::rocksdb
