// A month of payments in a book against the statement of it: reading the file, matching, recording.
// usage: bench_reconcile [LINES] [FOLDER] [LOANS]     prints one line a figure; five breaks in a
// thousand are planted, and it is checked that they are what is found.

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "loanbook/interchange/bank_statement.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/ledger/book.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/storage/rocksdb/rocks_store.hpp"
#include "measure.hpp"
#include "support/statement_month.hpp"

namespace {

using namespace loanbook;          // NOLINT(google-build-using-namespace)
using namespace loanbook::ledger;  // NOLINT(google-build-using-namespace)
using bench::must;
using bench::now;
using test::MonthLine;
using test::MonthPayment;
using test::StatementMonth;

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// What comes beyond what is due is held: any payment can be recorded.
Product product() {
  Product p;
  p.id = p.name = "held";
  p.currency = must(money::Currency::find("CNY"));
  p.installments_max = p.installments_default = 12;
  p.amount_max_minor = 100'000'000'00;
  p.rate_max = p.rate_default = money::Rate::of_e12(180'000'000'000);
  p.prepayment = Prepayment::hold;
  return p;
}

void record(Book& book, const StatementMonth& month, std::uint32_t loans) {
  must(book.record({.event = PublishProduct{product()}}));
  std::vector<Command> chunk;
  for (std::uint32_t i = 0; i < loans; ++i)
    chunk.push_back({.event = OpenAndDisburse{{.product = "held", .amount = "50000.00"}},
                     .loan = fmt::format("LN-{:08}", i)});
  for (auto& recorded : book.record_each(chunk)) must(std::move(recorded));
  std::size_t next = 0;
  for (Day today = month.first(); today <= month.last(); today += date::days{1}) {
    chunk.clear();
    for (; next < month.payments().size() && month.payments()[next].day == today; ++next) {
      const MonthPayment& payment = month.payments()[next];
      Command& command = chunk.emplace_back(
          Command{.event = Repay{money::text_of_minor(payment.minor, 2)}, .loan = payment.loan});
      command.source = "channel";
      command.key = payment.reference;
    }
    for (std::size_t i = 0; i < chunk.size(); i += 8'192) {
      const std::span<const Command> part(chunk.data() + i,
                                          std::min<std::size_t>(8'192, chunk.size() - i));
      for (auto& recorded : book.record_each(part)) must(std::move(recorded));
    }
    must(book.close_through(today, {.threads = 2}));
  }
}

std::string csv_of(const StatementMonth& month) {
  std::string text = "day,amount,reference,bank reference,payments,text\n";
  for (const MonthLine& line : month.lines())
    text += fmt::format("{},{},{},{},{},{}\n", money::to_text(line.day),
                        money::text_of_minor(line.minor, 2), line.reference, line.bank_reference,
                        line.count, line.text);
  return text;
}

std::string camt_of(const StatementMonth& month, std::size_t lines) {
  std::string text =
      "<Document><BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id><IBAN>A</IBAN></Id><Ccy>CNY</Ccy></"
      "Acct>\n";
  for (std::size_t i = 0; i < std::min(lines, month.lines().size()); ++i) {
    const MonthLine& line = month.lines()[i];
    text += fmt::format(
        "<Ntry><Amt Ccy=\"CNY\">{}</Amt><CdtDbtInd>{}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt>"
        "<Dt>{}</Dt></BookgDt><AcctSvcrRef>{}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{}"
        "</EndToEndId></Refs><RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n",
        money::text_of_minor(line.minor < 0 ? -line.minor : line.minor, 2),
        line.minor < 0 ? "DBIT" : "CRDT", money::to_text(line.day), line.bank_reference,
        line.reference, line.text);
  }
  return text + "</Stmt></BkToCstmrStmt></Document>\n";
}

interchange::BankStatementForm form() {
  interchange::BankStatementForm form;
  form.currency = must(money::Currency::find("CNY"));
  form.account = "A";
  form.columns.booked = "day";
  form.columns.amount = "amount";
  form.columns.reference = "reference";
  form.columns.bank_reference = "bank reference";
  form.columns.count = "payments";
  form.columns.text = "text";
  return form;
}

/// Planted breaks by kind against those found.
int compare(const StatementMonth& month, const ReconcileReport& report) {
  std::map<Outcome, std::pair<std::size_t, std::size_t>> kinds;
  for (const auto& planted : month.planted()) ++kinds[planted.outcome].first;
  for (const auto& row : report.rows) ++kinds[row.outcome].second;
  std::size_t wrong = 0;
  for (const auto& [outcome, counts] : kinds) {
    wrong +=
        counts.first > counts.second ? counts.first - counts.second : counts.second - counts.first;
    fmt::print("  {:<18}  planted {:>6}, found {:>6}\n", to_text(outcome), counts.first,
               counts.second);
  }
  fmt::print("planted breaks        {:>12} of {}, {} named differently\n", report.rows.size(),
             month.planted().size(), wrong);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto size =
      static_cast<std::uint32_t>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000);
  const std::string folder = argc > 2 ? argv[2] : "build/bench-reconcile-book";
  const auto loans =
      static_cast<std::uint32_t>(argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 10'000);
  std::filesystem::remove_all(folder);
  must(storage::rocksdb::create_book(folder));
  const StatementMonth month{7, size, loans};
  auto store = must(storage::rocksdb::open_writer(folder));
  must(Book::init(*store, "CNY", month.first()));
  auto book = must(Book::open(std::move(store)));
  double start = now();
  record(*book, month, loans);
  fmt::print("recorded              {:>12} payments in {:.1f} s, 31 nights closed\n",
             month.payments().size(), now() - start);
  const std::string camt = camt_of(month, 100'000);
  start = now();
  const auto read = must(interchange::read_camt053(camt, "s.xml"));
  fmt::print("camt.053              {:>12.0f} lines a second ({} lines, {:.0f} MB)\n",
             static_cast<double>(read.front().lines.size()) / (now() - start),
             read.front().lines.size(), static_cast<double>(camt.size()) / 1e6);
  std::string csv = csv_of(month);
  const double before = peak_megabytes();
  const double begin = now();
  const std::size_t bytes = csv.size();
  const auto statement =
      must(interchange::read_bank_statement_csv(std::move(csv), "s.csv", form()));
  const double parsed = now();
  MatchRules rules = test::month_rules();
  rules.sources = {"channel"};
  const ReconcileInput input{.account = "A",
                             .currency = "CNY",
                             .from = month.first(),
                             .to = month.last(),
                             .lines = statement.lines,
                             .rules = &rules};
  const ReconcileReport report = must(book->reconcile(input));
  const double done = now();
  const double lines = static_cast<double>(statement.lines.size());
  fmt::print("csv                   {:>12.0f} lines a second ({:.0f} MB)\n",
             lines / (parsed - begin), static_cast<double>(bytes) / 1e6);
  fmt::print("match and record      {:>12.0f} lines a second against {} entries, {:.2f} s\n",
             lines / (done - parsed), report.entries, done - parsed);
  fmt::print("all                   {:>12.0f} lines a second\n", lines / (done - begin));
  fmt::print("peak memory           {:>12.0f} MB ({:.0f} MB before reading)\n", peak_megabytes(),
             before);
  start = now();
  must(book->reconcile(input));
  fmt::print("the same file again   {:>12.4f} s\n", now() - start);
  const int code = compare(month, report);
  must(book->close());
  return code;
}
