// Keys, signed heads, proofs of a loan, and receipts held against the book.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "commands.hpp"
#include "file_sink.hpp"
#include "loanbook/interchange/csv.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/hex.hpp"
#include "loanbook/interchange/ndjson.hpp"
#include "loanbook/interchange/signed_head.hpp"
#include "receipts.hpp"

namespace loanbook::apps {
namespace {

// For the owner's eyes only, and never over another key.
Status write_key(const std::string& path, const std::string& pem) {
  const auto refused = [&path] {
    return Error{"file.not_writable",
                 fmt::format("cannot write {}: {}", path, std::strerror(errno)), path};
  };
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return refused();
  const bool written = ::write(file, pem.data(), pem.size()) == static_cast<ssize_t>(pem.size()) &&
                       ::fsync(file) == 0;
  const bool closed = ::close(file) == 0;
  if (written && closed) return money::ok();
  Error error = refused();
  ::unlink(path.c_str());
  return error;
}

int write_out(const std::string& out, std::string_view text) {
  auto file = FileSink::open(out);
  if (!file) return fail(file.error());
  file->write(text);
  auto finished = file->finish();
  if (!finished) return fail(finished.error());
  if (!out.empty()) say("wrote " + out);
  return exit_code::done;
}

// Receipts as the program printed them: rows with `sequence` and `hash`, or of `entries`.
struct Kept {
  std::uint64_t sequence = 0;
  std::string hash;
};

Error no_receipt(const std::string& path, const std::string& why) {
  return {"receipt.malformed",
          fmt::format("{}: {}; give a signed head, or receipts as json, ndjson or csv", path, why),
          path};
}

Status keep(std::vector<Kept>& kept, std::string_view sequence, std::string_view hash,
            const std::string& path) {
  Kept one;
  const auto [end, error] =
      std::from_chars(sequence.data(), sequence.data() + sequence.size(), one.sequence);
  if (error != std::errc{} || end != sequence.data() + sequence.size() || one.sequence == 0 ||
      !interchange::digest_of_hex(hash))
    return no_receipt(path, "a receipt has no sequence number or no hash");
  one.hash = hash;
  kept.push_back(std::move(one));
  return money::ok();
}

// An array of our own has one object a line: without its brackets and commas it is ndjson.
std::string as_ndjson(std::string text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = std::string_view(text).substr(at, end - at);
    while (!line.empty() && (line.front() == '[' || line.front() == ' ')) line.remove_prefix(1);
    while (!line.empty() && (line.back() == ']' || line.back() == ',' || line.back() == '\r'))
      line.remove_suffix(1);
    if (!line.empty()) lines += std::string(line) + "\n";
    at = end + 1;
  }
  return lines;
}

Result<std::vector<Kept>> receipts_of(const std::string& text, const std::string& path) {
  std::vector<Kept> kept;
  if (text.starts_with("[") || text.starts_with("{")) {
    const std::string lines = as_ndjson(text);
    interchange::NdjsonReader reader{lines, path};
    for (;;) {
      auto more = reader.next();
      if (!more) return more.error();
      if (!*more) break;
      const auto* sequence = reader.find("sequence");
      const auto* hash = reader.find("hash");
      if (sequence == nullptr || hash == nullptr)
        return no_receipt(path, "a receipt has no sequence number or no hash");
      if (auto s = keep(kept, sequence->text, hash->text, path); !s) return s.error();
    }
  } else {
    auto rows = interchange::CsvReader::open(text, path);
    if (!rows) return rows.error();
    const auto sequence = rows->find("sequence");
    const auto hash = rows->find("hash");
    if (!sequence || !hash) return no_receipt(path, "no columns `sequence` and `hash`");
    for (;;) {
      auto more = rows->next();
      if (!more) return more.error();
      if (!*more) break;
      if (auto s = keep(kept, rows->field(*sequence), rows->field(*hash), path); !s)
        return s.error();
    }
  }
  if (kept.empty()) return no_receipt(path, "it is empty");
  return kept;
}

Result<std::vector<ledger::VerifyReport::Finding>> check_kept(const Book& book,
                                                              const std::vector<Kept>& kept) {
  std::vector<ledger::VerifyReport::Finding> findings;
  const std::uint64_t last = book.status().head.sequence;
  for (const Kept& one : kept) {
    const std::string where = fmt::format("entry {}", one.sequence);
    if (one.sequence > last) {
      findings.push_back({where, fmt::format("a receipt was given for it, and the book ends at {}: "
                                             "entries were taken out",
                                             last)});
      continue;
    }
    std::string hash;
    auto read = book.stored(one.sequence - 1, [&](const storage::StoredEntry& stored) {
      hash = hex(stored.hash);
      return false;
    });
    if (!read) return read.error();
    if (hash != one.hash) {
      findings.push_back({where, fmt::format("the receipt says hash {}, the book has {}: it or an "
                                             "entry before it was altered",
                                             one.hash.substr(0, 12), hash.substr(0, 12))});
    }
  }
  return findings;
}

Result<std::vector<ledger::VerifyReport::Finding>> check_head(const Book& book,
                                                              const ledger::ProofHead& kept) {
  std::vector<ledger::VerifyReport::Finding> findings;
  const std::uint64_t last = book.status().head.sequence;
  if (kept.sequence > last) {
    findings.push_back({fmt::format("entry {}", kept.sequence),
                        fmt::format("a head was signed there, and the book ends at {}: entries "
                                    "were taken out",
                                    last)});
    return findings;
  }
  auto now = book.proof_head(kept.sequence);
  if (!now) return now.error();
  if (*now != kept) {
    findings.push_back({fmt::format("entry {}", kept.sequence),
                        fmt::format("the head that was signed there has hash {}, the book {}: "
                                    "entries or nights before it were altered",
                                    hex(kept.hash).substr(0, 12), hex(now->hash).substr(0, 12))});
  }
  return findings;
}

}  // namespace

Result<std::vector<ledger::VerifyReport::Finding>> check_receipt(const Book& book,
                                                                 const std::string& path,
                                                                 const std::string& key) {
  auto text = interchange::read_file(path);
  if (!text) return text.error();
  if (!text->starts_with("loanbook head ")) {
    auto kept = receipts_of(*text, path);
    if (!kept) return kept.error();
    return check_kept(book, *kept);
  }
  auto head = interchange::parse_head(*text);
  if (!head) return head.error();
  if (!key.empty() && head->key != key) {
    return Error{"head.signature",
                 head->key ? "the head was signed with another key" : "the head is not signed",
                 path};
  }
  return check_head(book, head->head);
}

int run_keygen(const std::string& out) {
  if (out.empty())
    return fail({"cli.file_missing", "name the file of the key: --out FILE.pem", ""});
  auto key = interchange::make_key();
  if (!key) return fail(key.error());
  auto written = write_key(out, key->private_pem);
  if (!written) return fail(written.error());
  fmt::print("{}\n", key->public_hex);
  say(fmt::format(
      "wrote the private key to {}: keep it outside the book. Above stands the public key, for "
      "those who check",
      out));
  return exit_code::done;
}

int run_sign_head(const Context& context, const ProofArguments& arguments) {
  return with_reader(context, [&](const Book& book) {
    auto key = interchange::read_file(arguments.key);
    if (!key) return fail(key.error());
    auto head = book.proof_head();
    if (!head) return fail(head.error());
    auto text = interchange::sign(*head, *key);
    if (!text) return fail(text.error());
    const int code = write_out(arguments.out, *text);
    print_completeness(book);
    return code;
  });
}

int run_prove_loan(const Context& context, const ProofArguments& arguments) {
  return with_reader(context, [&](const Book& book) {
    std::string text;
    std::optional<std::uint64_t> sequence;
    std::optional<ledger::ProofHead> wanted;
    if (!arguments.head.empty()) {
      auto read = interchange::read_file(arguments.head);
      if (!read) return fail(read.error());
      auto head = interchange::parse_head(*read);
      if (!head) return fail(head.error());
      text = *read;
      wanted = head->head;
      sequence = head->head.sequence;
    }
    auto proof = book.prove(arguments.loan, sequence);
    if (!proof) return fail(proof.error());
    if (wanted && *wanted != proof->head) {
      return fail({"integrity.signed_head",
                   fmt::format("the head in {} is not that of this book at entry {}: `verify "
                               "--receipt {}` says more",
                               arguments.head, *sequence, arguments.head)});
    }
    if (text.empty()) text = interchange::text_of(proof->head);
    const int code = write_out(arguments.out, interchange::proof_text(*proof, text));
    if (arguments.head.empty())
      say("the head in this proof is not signed: give one of `sign-head` with --head");
    print_completeness(book);
    return code;
  });
}

}  // namespace loanbook::apps
