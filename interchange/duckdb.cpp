#include "loanbook/interchange/duckdb.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdio>

namespace loanbook::interchange {
namespace {

using money::Error;
using money::Status;

/// Opaque to us, all of them.
using Handle = void*;
/// `duckdb_result` of version 1: four words that nobody reads any more, a text, a pointer; room is
/// left for more.
struct QueryResult {
  std::uint64_t words[16];
};
enum State : int { done = 0, failed = 1 };

/// The library and what is called of it. It stays loaded: it starts threads of its own.
struct Library {
  State (*open)(const char* path, Handle* database) = nullptr;
  void (*close)(Handle* database) = nullptr;
  State (*connect)(Handle database, Handle* connection) = nullptr;
  void (*disconnect)(Handle* connection) = nullptr;
  State (*query)(Handle connection, const char* sql, QueryResult* result) = nullptr;
  const char* (*result_error)(QueryResult* result) = nullptr;
  void (*destroy_result)(QueryResult* result) = nullptr;
  State (*appender_create)(Handle connection, const char* schema, const char* table,
                           Handle* appender) = nullptr;
  const char* (*appender_error)(Handle appender) = nullptr;
  State (*appender_destroy)(Handle* appender) = nullptr;
  State (*appender_close)(Handle appender) = nullptr;
  State (*appender_end_row)(Handle appender) = nullptr;
  State (*append_text)(Handle appender, const char* text, std::uint64_t size) = nullptr;
  State (*append_null)(Handle appender) = nullptr;
};

constexpr std::string_view how_to_get =
    "Parquet is written through DuckDB's library, which is not here. To get it: `npm install "
    "@duckdb/node-bindings-linux-x64` in a folder of your own, then set LOANBOOK_DUCKDB to "
    "FOLDER/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so. Everything else works "
    "without it";

money::Result<Library> load(const std::string& path) {
  void* found = dlopen(path.empty() ? "libduckdb.so" : path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (found == nullptr)
    return Error{.id = "parquet.no_duckdb",
                 .message = path.empty() ? std::string(how_to_get)
                                         : fmt::format("{} ({})", how_to_get, dlerror())};
  Library library;
  bool whole = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(found, name));
    whole = whole && function != nullptr;
  };
  find(library.open, "duckdb_open");
  find(library.close, "duckdb_close");
  find(library.connect, "duckdb_connect");
  find(library.disconnect, "duckdb_disconnect");
  find(library.query, "duckdb_query");
  find(library.result_error, "duckdb_result_error");
  find(library.destroy_result, "duckdb_destroy_result");
  find(library.appender_create, "duckdb_appender_create");
  find(library.appender_error, "duckdb_appender_error");
  find(library.appender_destroy, "duckdb_appender_destroy");
  find(library.appender_close, "duckdb_appender_close");
  find(library.appender_end_row, "duckdb_appender_end_row");
  find(library.append_text, "duckdb_append_varchar_length");
  find(library.append_null, "duckdb_append_null");
  if (whole) return library;
  return Error{.id = "parquet.no_duckdb",
               .message = fmt::format("{} is no DuckDB of version 1. {}",
                                      path.empty() ? "libduckdb.so" : path, how_to_get)};
}

/// A text as SQL writes it.
std::string sql_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

}  // namespace

struct DuckTable::Impl {
  Library library;
  std::string path, database_path;
  Handle database = nullptr, connection = nullptr, appender = nullptr;
  bool refused = false;
  std::string why{};

  ~Impl() {
    if (appender != nullptr) library.appender_destroy(&appender);
    if (connection != nullptr) library.disconnect(&connection);
    if (database != nullptr) library.close(&database);
    for (const char* end : {"", ".wal"}) std::remove((database_path + end).c_str());
    std::remove((path + ".part").c_str());
  }
  [[nodiscard]] Error error(std::string_view said) const {
    return {.id = "parquet.failed", .message = fmt::format("DuckDB could not write: {}", said)};
  }
  Status run(const std::string& sql) {
    QueryResult result{};
    const State state = library.query(connection, sql.c_str(), &result);
    const char* said = state == done ? nullptr : library.result_error(&result);
    const std::string text = said == nullptr ? "no reason given" : said;
    library.destroy_result(&result);
    return state == done ? money::ok() : Status{error(text)};
  }
};

DuckTable::DuckTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DuckTable::DuckTable(DuckTable&&) noexcept = default;
DuckTable::~DuckTable() = default;

money::Result<DuckTable> DuckTable::create(const std::string& library, const std::string& path,
                                           const std::string& columns) {
  const auto loaded = load(library);
  if (!loaded) return loaded.error();
  auto impl = std::make_unique<Impl>();
  impl->library = *loaded;
  impl->path = path;
  // Beside the file, not in memory: a tape may be longer.
  impl->database_path = path + ".duckdb";
  for (const char* end : {"", ".wal"}) std::remove((impl->database_path + end).c_str());
  if (impl->library.open(impl->database_path.c_str(), &impl->database) != done)
    return impl->error(impl->database_path + " cannot be made");
  if (impl->library.connect(impl->database, &impl->connection) != done)
    return impl->error("no connection");
  if (Status s = impl->run("CREATE TABLE tape (" + columns + ")"); !s) return s.error();
  if (impl->library.appender_create(impl->connection, nullptr, "tape", &impl->appender) != done)
    return impl->error("no appender");
  return DuckTable{std::move(impl)};
}

void DuckTable::value(std::string_view text) {
  if (impl_->library.append_text(impl_->appender, text.data(), text.size()) != done)
    impl_->refused = true;
}
void DuckTable::null() {
  if (impl_->library.append_null(impl_->appender) != done) impl_->refused = true;
}
bool DuckTable::end_row() {
  if (impl_->library.appender_end_row(impl_->appender) != done) impl_->refused = true;
  if (!impl_->refused) return true;
  if (impl_->why.empty()) {
    const char* said = impl_->library.appender_error(impl_->appender);
    impl_->why = said == nullptr ? "a row was refused" : said;
  }
  return false;
}

Status DuckTable::write() {
  if (impl_->refused) return impl_->error(impl_->why);
  if (impl_->library.appender_close(impl_->appender) != done) {
    const char* said = impl_->library.appender_error(impl_->appender);
    return impl_->error(said == nullptr ? "rows were refused" : said);
  }
  const std::string part = impl_->path + ".part";
  if (Status s =
          impl_->run("COPY tape TO " + sql_text(part) + " (FORMAT PARQUET, COMPRESSION ZSTD)");
      !s)
    return s;
  if (std::rename(part.c_str(), impl_->path.c_str()) != 0)
    return Error{.id = "store.file_write", .message = "cannot write " + impl_->path};
  return money::ok();
}

}  // namespace loanbook::interchange
