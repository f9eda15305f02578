// Pages of one statement that came in several files.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "loanbook/interchange/bank_statement.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange {
namespace {

using ledger::BankLine;

using LineName =
    std::tuple<std::string_view, Day, Day, std::int64_t, std::string_view, std::string_view>;
LineName name_of(const BankLine& line) {
  return {line.bank_reference, line.booked, line.valued, line.minor, line.reference, line.text};
}

Error wrong(const BankStatement& page, const char* id, std::string message) {
  return Error{.id = id,
               .message = fmt::format("statement {}, page {}: {}", page.id, page.page, message),
               .file = page.files.empty() ? std::string() : page.files.front()};
}

bool same_lines(const BankStatement& a, const BankStatement& b) {
  return a.lines.size() == b.lines.size() &&
         std::equal(a.lines.begin(), a.lines.end(), b.lines.begin(),
                    [](const BankLine& x, const BankLine& y) { return name_of(x) == name_of(y); });
}

/// Takes lines out of the page that the pages before have, where the bank gave them a reference of
/// its own: they are known by it.
std::vector<BankLine> take_repeated(const BankStatement& whole, std::vector<BankLine>& lines) {
  std::map<LineName, std::size_t> known;
  for (const BankLine& line : whole.lines)
    if (!line.bank_reference.empty()) ++known[name_of(line)];
  std::vector<BankLine> repeated;
  std::erase_if(lines, [&](const BankLine& line) {
    const auto found = known.find(name_of(line));
    if (found == known.end() || found->second == 0) return false;
    --found->second;
    repeated.push_back(line);
    return true;
  });
  return repeated;
}

/// Both texts stay where they lie.
std::shared_ptr<const void> both(std::shared_ptr<const void> a, std::shared_ptr<const void> b) {
  using Pair = std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>;
  return std::make_shared<const Pair>(std::move(a), std::move(b));
}

std::optional<Error> add_page(BankStatement& whole, BankStatement page) {
  std::vector<BankLine> lines = page.lines;
  const bool continues = !whole.closing || !page.opening || whole.closing == page.opening;
  // With balances on both sides a line twice is money twice, unless the next page begins earlier.
  const bool proven = whole.closing && page.opening && continues;
  std::vector<BankLine> repeated;
  if (!proven) repeated = take_repeated(whole, lines);
  if (!continues) {
    money::Int128 at = *whole.closing;
    for (const BankLine& line : repeated) at -= line.minor - line.fee_minor;
    if (at != *page.opening) {
      const auto text = [&](std::int64_t minor) {
        return money::text_of_minor(minor, whole.currency.digits);
      };
      return wrong(page, "statement.balance",
                   fmt::format("the page before ends with {}, this one begins with {}",
                               text(*whole.closing), text(*page.opening)));
    }
  }
  whole.repeated += repeated.size() + page.repeated;
  whole.lines.insert(whole.lines.end(), lines.begin(), lines.end());
  if (page.closing) whole.closing = page.closing;
  whole.from = std::min(whole.from, page.from);
  whole.to = std::max(whole.to, page.to);
  whole.left_out += page.left_out;
  whole.page_last = page.page_last;
  whole.more_follows = page.more_follows;
  whole.files.insert(whole.files.end(), page.files.begin(), page.files.end());
  whole.texts = both(std::move(whole.texts), std::move(page.texts));
  return std::nullopt;
}

bool same_statement(const BankStatement& a, const BankStatement& b) {
  return a.page != 0 && b.page != 0 && a.account == b.account && a.id == b.id &&
         a.currency == b.currency;
}

}  // namespace

Result<std::vector<BankStatement>> join_pages(std::vector<BankStatement> statements) {
  // By number within a statement; statements stay in the order of their first file.
  for (std::size_t i = 0; i < statements.size(); ++i) {
    auto from = statements.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const auto pages = std::stable_partition(
        from, statements.end(),
        [&](const BankStatement& each) { return same_statement(statements[i], each); });
    std::stable_sort(from - 1, pages, [](const BankStatement& a, const BankStatement& b) {
      return a.page < b.page;
    });
    for (auto page = from; page != pages; ++page) {
      BankStatement& whole = statements[i];
      if (page->page == whole.page && page->page_last == whole.page_last &&
          same_lines(*page, whole))
        continue;
      if (page->page <= whole.page_last) {
        // The same page once more, after others were joined to the one before it.
        const auto twin = std::find_if(from, page, [&](const BankStatement& earlier) {
          return earlier.page == page->page && same_lines(earlier, *page);
        });
        if (twin != page) continue;
        return wrong(*page, "statement.page_twice",
                     "two files have this page, with other lines: give the one that counts");
      }
      if (page->page != whole.page_last + 1)
        return wrong(*page, "statement.page_missing",
                     fmt::format("page {} is in no file: give all pages up to the last one",
                                 whole.page_last + 1));
      if (auto problem = add_page(whole, *page)) return *problem;
    }
    statements.erase(from, pages);
  }
  return statements;
}

}  // namespace loanbook::interchange
