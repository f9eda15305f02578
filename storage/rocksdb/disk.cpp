#include "disk.hpp"

#include <algorithm>

#include "bytes.hpp"

namespace loanbook::storage::rocksdb {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

/// For writes: a folder that is not there is a wrong path, not damage.
Status status_of(const rdb::Status& status, const std::string& what) {
  if (status.ok()) return money::ok();
  if (status.IsPathNotFound()) return Error{"store.io", what + ": " + status.ToString()};
  return to_error(status, what);
}

}  // namespace

Error to_error(const rdb::Status& status, const std::string& what,
               const std::string& corruption_id) {
  const std::string message = what + ": " + status.ToString();
  // A secondary says "try again" where files that the MANIFEST names are not there.
  if (status.IsCorruption() || status.IsTryAgain()) return Error{corruption_id, message};
  if (status.IsPathNotFound()) return Error{"integrity.file_missing", message};
  if (status.IsNoSpace()) return Error{"store.no_space", message + "; free space, then try again"};
  return Error{"store.io", message};
}

Disk::Disk(const Options& options)
    : owned_(std::static_pointer_cast<rdb::Env>(options.env)),
      env_(owned_ ? owned_.get() : rdb::Env::Default()),
      files_(env_->GetFileSystem()) {}

bool Disk::exists(const std::string& path) const {
  return files_->FileExists(path, {}, nullptr).ok();
}

Result<std::uint64_t> Disk::size(const std::string& path) const {
  std::uint64_t bytes = 0;
  const auto status = files_->GetFileSize(path, {}, &bytes, nullptr);
  if (!status.ok()) return to_error(status, "size of " + path);
  return bytes;
}

Result<std::string> Disk::read(const std::string& path) const {
  std::unique_ptr<rdb::FSSequentialFile> file;
  auto status = files_->NewSequentialFile(path, {}, &file, nullptr);
  std::string content;
  std::string buffer(64 * 1024, '\0');
  while (status.ok()) {
    rdb::Slice got;
    status = file->Read(buffer.size(), {}, &got, buffer.data(), nullptr);
    if (got.empty()) break;
    content.append(got.data(), got.size());
    // Most of our files are small: clearing a large buffer for each would cost more than reading
    // them.
    if (got.size() == buffer.size()) buffer.resize(chunk_bytes);
  }
  if (!status.ok()) return to_error(status, "read " + path);
  return content;
}

Result<std::uint32_t> Disk::checksum(const std::string& path) const {
  std::unique_ptr<rdb::FSSequentialFile> file;
  auto status = files_->NewSequentialFile(path, {}, &file, nullptr);
  Crc32c sum;
  std::string buffer(64 * 1024, '\0');
  while (status.ok()) {
    rdb::Slice got;
    status = file->Read(buffer.size(), {}, &got, buffer.data(), nullptr);
    if (got.empty()) break;
    sum.add(got.ToStringView());
    if (got.size() == buffer.size()) buffer.resize(chunk_bytes);
  }
  if (!status.ok()) return to_error(status, "read " + path);
  return sum.finish();
}

Result<std::vector<std::string>> Disk::list(const std::string& dir) const {
  std::vector<std::string> names;
  const auto status = files_->GetChildren(dir, {}, &names, nullptr);
  if (!status.ok() && exists(dir)) return to_error(status, "list " + dir);
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  std::sort(names.begin(), names.end());
  return names;
}

Status Disk::write_synced(const std::string& path, std::string_view content) const {
  std::unique_ptr<rdb::FSWritableFile> file;
  auto status = files_->NewWritableFile(path, {}, &file, nullptr);
  while (status.ok() && !content.empty()) {
    const auto part = content.substr(0, chunk_bytes);
    status = file->Append(rdb::Slice(part.data(), part.size()), {}, nullptr);
    content.remove_prefix(part.size());
  }
  if (status.ok()) status = file->Fsync({}, nullptr);
  if (status.ok()) status = file->Close({}, nullptr);
  return status_of(status, "write " + path);
}

Status Disk::replace(const std::string& path, std::string_view content) const {
  const std::string temporary = path + ".tmp";
  if (auto written = write_synced(temporary, content); !written) return written;
  return status_of(files_->RenameFile(temporary, path, {}, nullptr), "rename " + temporary);
}

Status Disk::copy(const std::string& from, const std::string& to, std::uint64_t bytes) const {
  std::unique_ptr<rdb::FSSequentialFile> source;
  std::unique_ptr<rdb::FSWritableFile> target;
  auto status = files_->NewSequentialFile(from, {}, &source, nullptr);
  if (status.ok()) status = files_->NewWritableFile(to, {}, &target, nullptr);
  std::string buffer(chunk_bytes, '\0');
  while (status.ok() && bytes > 0) {
    rdb::Slice got;
    const auto wanted = std::min<std::uint64_t>(bytes, buffer.size());
    status = source->Read(wanted, {}, &got, buffer.data(), nullptr);
    if (status.ok() && got.empty()) {
      return Error{"integrity.file_damaged", "copy " + from + ": the file is too short"};
    }
    if (status.ok()) status = target->Append(got, {}, nullptr);
    bytes -= got.size();
  }
  if (status.ok()) status = target->Fsync({}, nullptr);
  if (status.ok()) status = target->Close({}, nullptr);
  return status_of(status, "copy " + from + " to " + to);
}

Status Disk::truncate(const std::string& path, std::uint64_t bytes) const {
  std::unique_ptr<rdb::FSWritableFile> file;
  auto status = files_->ReopenWritableFile(path, {}, &file, nullptr);
  if (status.ok()) status = file->Truncate(bytes, {}, nullptr);
  if (status.ok()) status = file->Fsync({}, nullptr);
  if (status.ok()) status = file->Close({}, nullptr);
  return status_of(status, "truncate " + path);
}

Status Disk::remove(const std::string& path) const {
  if (!exists(path)) return money::ok();
  return status_of(files_->DeleteFile(path, {}, nullptr), "remove " + path);
}

Status Disk::make_dir(const std::string& dir) const {
  return status_of(files_->CreateDirIfMissing(dir, {}, nullptr), "create folder " + dir);
}

Status Disk::sync_dir(const std::string& dir) const {
  std::unique_ptr<rdb::FSDirectory> folder;
  auto status = files_->NewDirectory(dir, {}, &folder, nullptr);
  if (status.ok()) status = folder->Fsync({}, nullptr);
  return status_of(status, "sync folder " + dir);
}

Status Disk::remove_dir(const std::string& dir) const {
  if (!exists(dir)) return money::ok();
  auto names = list(dir);
  if (!names) return names.error();
  for (const auto& name : *names) {
    if (auto removed = remove(dir + "/" + name); !removed) return removed;
  }
  return status_of(files_->DeleteDir(dir, {}, nullptr), "remove folder " + dir);
}

}  // namespace loanbook::storage::rocksdb
