// Trees, proofs of a loan, roles of callers, personal data at the door.

#include <algorithm>
#include <functional>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/door/personal_data.hpp"
#include "loanbook/ledger/proof/digest.hpp"
#include "loanbook/ledger/proof/merkle.hpp"
#include "support.hpp"

namespace {

using namespace loanbook::test;
namespace storage = loanbook::storage;

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

std::string as_text(const storage::Digest& digest) { return {digest.begin(), digest.end()}; }

/// RFC 6962, section 2.1, as it is written there.
storage::Digest tree_of(std::span<const std::string> leaves) {
  if (leaves.empty()) return sha256("");
  if (leaves.size() == 1) return sha256(std::string(1, '\0') + leaves[0]);
  std::size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  return sha256(std::string(1, '\1') + as_text(tree_of(leaves.first(split))) +
                as_text(tree_of(leaves.subspan(split))));
}

std::vector<storage::Digest> path_of(std::size_t leaf, std::span<const std::string> leaves) {
  if (leaves.size() == 1) return {};
  std::size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  const bool left = leaf < split;
  auto path =
      left ? path_of(leaf, leaves.first(split)) : path_of(leaf - split, leaves.subspan(split));
  path.push_back(tree_of(left ? leaves.subspan(split) : leaves.first(split)));
  return path;
}

TEST_CASE("a tree has the roots of the Certificate Transparency reference", "[merkle]") {
  // The leaves and roots of certificate-transparency's merkletree tests.
  const std::string leaves[] = {"",
                                bytes({0x00}),
                                bytes({0x10}),
                                bytes({0x20, 0x21}),
                                bytes({0x30, 0x31}),
                                bytes({0x40, 0x41, 0x42, 0x43}),
                                bytes({0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57}),
                                bytes({0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
                                       0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f})};
  const char* roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  MerkleTree tree;
  CHECK(hex(tree.root()) == roots[0]);
  for (std::size_t i = 0; i < 8; ++i) {
    tree.add(leaves[i]);
    CHECK(hex(tree.root()) == roots[i + 1]);
  }
}

TEST_CASE("roots and paths of trees of every size are those of the recursive definition",
          "[merkle]") {
  std::vector<std::string> leaves;
  for (std::size_t size = 1; size <= 70; ++size) {
    leaves.push_back("leaf " + std::to_string(size));
    std::vector<std::uint64_t> wanted(size);
    for (std::size_t i = 0; i < size; ++i) wanted[i] = i;
    MerkleTree tree{wanted};
    for (const std::string& leaf : leaves) tree.add(leaf);
    REQUIRE(tree.root() == tree_of(leaves));
    for (std::size_t i = 0; i < size; ++i) REQUIRE(tree.path(i) == path_of(i, leaves));
  }
}

std::unique_ptr<Book> lively_book() {
  auto book = new_book();
  must(book->record(publish(level_product())));
  must(book->record(lend("A", "level", "1200.00")));
  must(book->record(lend("B", "level", "2400.00")));
  must(book->close_through(day("2026-02-10")));
  must(book->record(pay("A", "100.00")));
  must(book->close_through(day("2026-02-20")));
  must(book->record(pay("B", "50.00")));
  return book;
}

storage::Digest up(storage::Digest node, std::uint64_t place, std::uint64_t size,
                   std::span<const storage::Digest> path) {
  for (std::uint64_t last = size - 1; last != 0; place >>= 1, last >>= 1) {
    if ((place & 1) == 0 && place == last) continue;
    REQUIRE_FALSE(path.empty());
    const bool right = (place & 1) != 0;
    node = sha256(std::string(1, '\1') + as_text(right ? path.front() : node) +
                  as_text(right ? node : path.front()));
    path = path.subspan(1);
  }
  CHECK(path.empty());
  return node;
}

void check_leads(const LoanProof& proof, const ProofHead& head) {
  CHECK(proof.head == head);
  storage::Digest last{};
  for (const ProvenEntry& each : proof.entries) {
    last = chain_hash(each.previous, each.body);
    const storage::Digest leaf = sha256(std::string(1, '\0') + as_text(last));
    CHECK(up(leaf, each.sequence - 1, head.sequence, each.path) == head.entries);
  }
  storage::Digest chain{};
  for (const storage::Bytes& night : proof.nights) chain = chain_hash(chain, night);
  std::string leaf;
  Encoder out{leaf};
  out.varint(proof.loan);
  out.varint(proof.entries.size());
  out.digest(last);
  out.digest(chain_hash(proof.product.previous, proof.product.body));
  out.varint(proof.nights.size());
  out.digest(chain);
  CHECK(up(sha256(std::string(1, '\0') + leaf), proof.loan - 1, head.loans, proof.path) ==
        head.of_loans);
}

TEST_CASE("a proof leads from a loan's entries and nights to the roots of the book", "[proof]") {
  const auto book = lively_book();
  const ProofHead head = must(book->proof_head());
  CHECK(head.sequence == book->status().head.sequence);
  CHECK(head.hash == book->status().head.hash);
  CHECK(head.loans == 2);
  const LoanProof proof = must(book->prove("A"));
  CHECK(proof.entries.size() == 2);
  CHECK(!proof.nights.empty());
  check_leads(proof, head);
}

TEST_CASE("a restated loan is proven under the version it stands under", "[proof]") {
  const auto book = lively_book();
  const std::uint64_t before = book->status().head.sequence;
  const std::size_t nights = must(book->prove("A")).nights.size();
  Product right = level_product();
  right.version = 2;
  right.grace_days = 0;
  const std::uint64_t published = must(book->record(publish(right))).receipt.sequence;
  must(book->restate({.product = "level", .from = 1, .to = 2, .reason = "no grace"}));
  const LoanProof proof = must(book->prove("A"));
  check_leads(proof, must(book->proof_head()));
  CHECK(proof.product.sequence == published);
  CHECK(proof.nights.size() == nights + 1);
  CHECK(proof.nights.back()[3] == 3);  // a day of three bytes, then what it is
  const LoanProof early = must(book->prove("A", before));
  check_leads(early, must(book->proof_head(before)));
  CHECK(early.product.sequence < published);
}

TEST_CASE("a proof up to an earlier entry knows nothing of later ones", "[proof]") {
  const auto book = lively_book();
  const ProofHead early = must(book->proof_head(3));
  CHECK(early.loans == 1);
  CHECK(must(book->prove("A", 3)).head == early);
  CHECK(must(book->prove("A", 3)).entries.size() == 1);
  CHECK(error_id(book->prove("B", 3)) == "loan.unknown");
  CHECK(error_id(book->prove("A", 10'000)) == "entry.unknown");
}

TEST_CASE("a caller does what its role allows, and no more", "[access]") {
  struct Row {
    Access access;
    const char *record, *publish, *night, *verify;
  };
  const Row rows[] = {{Access::full, "none", "none", "none", "none"},
                      {Access::read, "book.role", "book.role", "book.role", "book.role"},
                      {Access::write, "none", "book.role", "book.role", "book.role"},
                      {Access::operate, "book.role", "none", "none", "none"},
                      {Access::audit, "book.role", "book.role", "book.role", "none"}};
  for (const Row& row : rows) {
    DYNAMIC_SECTION(to_text(row.access)) {
      auto store = storage::memory::make_memory_store();
      must_ok(Book::init(*store, "CNY", day("2026-01-01")));
      auto made = must(Book::open(std::move(store), {.access = row.access}));
      CHECK(error_id(made->record(publish(level_product()))) == row.publish);
      // Without a product an allowed loan is refused for another reason.
      const std::string recorded = error_id(made->record(lend("A", "level", "1.00")));
      CHECK((recorded == "book.role") == (std::string(row.record) == "book.role"));
      CHECK(error_id(made->close_through(day("2026-01-01"))) == row.night);
      CHECK(error_id(made->checkpoint()) == row.night);
      CHECK(error_id(made->verify()) == row.verify);
      CHECK(error_id(made->proof_head()) == row.verify);
      CHECK(error_id(made->trial_balance()) == "none");
      const auto parsed = parse_access(to_text(row.access));
      CHECK(must(parsed) == row.access);
    }
  }
  CHECK(error_id(parse_access("root")) == "book.role_unknown");
}

TEST_CASE("obvious personal data is told from the references of a lender", "[personal_data]") {
  struct Row {
    const char* text;
    const char* id;
  };
  const Row rows[] = {
      // Published test numbers of the card schemes; a made-up identity number with a right check
      // character (GB 11643-1999, annex); numbers reserved for examples.
      {"paid by 4111111111111111", "personal_data.card_number"},
      {"4111 1111 1111 1111", "personal_data.card_number"},
      {"5555-5555-5555-4444", "personal_data.card_number"},
      {"378282246310005", "personal_data.card_number"},
      {"11010519491231002X", "personal_data.identity_number"},
      {"id 440524188001010014", "none"},  // born in 1880
      {"11010519491231002x seen", "personal_data.identity_number"},
      {"call 13800138000", "personal_data.phone_number"},
      {"+44 20 7946 0958", "personal_data.phone_number"},
      {"write to jane.doe@example.com", "personal_data.mail_address"},
      {"姓名：张三", "personal_data.name"},
      {"王先生来电", "personal_data.name"},
      {"L-1001", "none"},
      {"2026010100000000001", "none"},
      {"4111111111111112", "none"},
      {"a4111111111111111", "none"},
      {"10000000001", "none"},
      {"11010519491231002Y", "none"},
      {"bank file of 3 February 2026, batch 17-2026-03", "none"},
      {"refund 12345678901234567890123", "none"},
      {"@ 3.5 % p.a.", "none"},
      {"user@host", "none"},
      {"罚息减免", "none"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.text) {
      const auto status = check_personal_data(row.text, "reason");
      CHECK(error_id(status) == row.id);
    }
  }
}

TEST_CASE("personal data is refused at the door, unless the book was opened to take it",
          "[personal_data]") {
  auto book = new_book();
  must(book->record(publish(level_product())));
  Command command = lend("A", "level", "1200.00");
  command.reason = "for 13800138000";
  CHECK(error_id(book->record(command)) == "personal_data.phone_number");
  CHECK(error_id(book->record(lend("4111111111111111", "level", "1.00"))) ==
        "personal_data.card_number");
  auto store = storage::memory::make_memory_store();
  must_ok(Book::init(*store, "CNY", day("2026-01-01")));
  auto open = must(Book::open(std::move(store), {.allow_personal_data = true}));
  must(open->record(publish(level_product())));
  must(open->record(command));
}

}  // namespace
