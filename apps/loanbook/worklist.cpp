#include "worklist.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/interchange/text_width.hpp"
#include "loanbook/money/money.hpp"
#include "requests.hpp"

namespace loanbook::apps {
namespace {

using interchange::display_width;
using interchange::is_for_people;
using ledger::Outcome;
using ledger::ReconcileReport;
using ledger::ReconcileRow;

std::vector<Column> program_columns(Worklist::Of of) {
  std::vector<Column> columns = {{"break", "Break"},
                                 {"kind", "Kind"},
                                 {"date", "Date", ColumnKind::date},
                                 {"bank", "Bank", ColumnKind::amount},
                                 {"book", "Book", ColumnKind::amount},
                                 {"difference", "Difference", ColumnKind::amount},
                                 {"currency", "Currency"},
                                 {"loan", "Loan"},
                                 {"reference", "Reference"},
                                 {"entries", "Entries"},
                                 {"lines", "Lines"},
                                 {"text", "Text"}};
  if (of != Worklist::Of::statement)
    columns.insert(columns.begin() + 1, {{"status", "Status"},
                                         {"age", "Age", ColumnKind::integer},
                                         {"owner", "Owner"},
                                         {"account", "Account"}});
  return columns;
}

constexpr std::size_t page_width = 100;

/// As much as stands on a page; the last but one is cut to fit.
std::vector<Column> people_columns(Worklist::Of of) {
  std::vector<Column> columns = {{"break", "Break"},
                                 {"kind", "Kind"},
                                 {"date", "Date", ColumnKind::date},
                                 {"bank", "Bank", ColumnKind::amount},
                                 {"book", "Book", ColumnKind::amount}};
  if (of == Worklist::Of::breaks)
    columns.insert(columns.begin() + 1, {"age", "Days", ColumnKind::integer});
  if (of == Worklist::Of::breaks_with_closed)
    columns.insert(columns.begin() + 1, {"status", "Status"});
  columns.insert(columns.end(), {{"loan", "Loan"}, {"reference", "Reference, text"}});
  if (of == Worklist::Of::statement) columns.push_back({"lines", "Line"});
  if (of != Worklist::Of::statement) columns.push_back({"owner", "Owner"});
  return columns;
}

/// At most so many columns of a terminal; what is cut is marked.
std::string short_text(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = at + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0) == 0x80) ++next;
    const std::string longer = out + std::string(text.substr(at, next - at));
    if (display_width(longer) + 1 > columns) break;
    out = longer;
    at = next;
  }
  return out + "…";
}

/// Words on lines of at most a hundred columns, further ones indented.
std::vector<std::string> wrapped(std::string_view text) {
  std::vector<std::string> lines{""};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (display_width(lines.back()) + 1 + display_width(word) > page_width)
      lines.emplace_back("   ");
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
    at = end + 1;
  }
  return lines;
}

/// `17 18 21`, where a table of people holds four of them.
template <class Items, class Text>
std::string listed(const Items& items, Text text, std::size_t shown) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i == shown) return out + fmt::format(" +{}", items.size() - i);
    if (!out.empty()) out += ' ';
    out += text(items[i]);
  }
  return out;
}

/// A row in words and figures, whatever is shown of it.
struct Words {
  std::string date, bank, book, difference, reference, text;
};

Words words_of(const ReconcileRow& row, const std::string& currency) {
  const unsigned digits = digits_of(currency);
  money::Int128 bank = 0, book = 0;
  for (const auto& line : row.lines) bank += line.minor;
  for (const auto& entry : row.entries) book += entry.minor;
  const auto amount = [&](money::Int128 minor, bool any) {
    return any ? money::text_of_minor(minor, digits) : std::string{};
  };
  Words words;
  words.date =
      money::to_text(row.lines.empty() ? row.entries.front().valued : row.lines.front().booked);
  words.bank = amount(bank, !row.lines.empty());
  words.book = amount(book, !row.entries.empty());
  words.difference = amount(row.difference, row.difference != 0);
  if (!row.lines.empty()) words.reference = row.lines.front().reference;
  if (words.reference.empty() && !row.entries.empty())
    words.reference = row.entries.front().reference;
  if (!row.lines.empty()) words.text = row.lines.front().text;
  return words;
}

std::string loan_of(const ReconcileRow& row) {
  std::string loan;
  for (const auto& entry : row.entries) {
    if (loan.empty()) loan = entry.loan;
    if (loan != entry.loan) loan = "several";
  }
  return loan;
}

/// What is typed next, the reason left to the one who decides.
std::string command_for(const WorkItem& item) {
  const std::string& id = item.row.id;
  switch (item.row.outcome) {
    case Outcome::wrong_reference:
    case Outcome::doubled:
      return fmt::format("loanbook reconcile accept {} --reason '...'", id);
    case Outcome::ambiguous:
      return fmt::format("loanbook reconcile accept {} --entry {} --reason '...'", id,
                         item.row.entries.empty()
                             ? std::string("N")
                             : std::to_string(item.row.entries.front().sequence));
    case Outcome::missing_here:
      if (item.loan.empty())
        return fmt::format("loanbook reconcile correct {} --loan ID --reason '...'", id);
      [[fallthrough]];
    default:
      return fmt::format("loanbook reconcile correct {} --reason '...'", id);
  }
}

/// What a reader wants first: how much is done.
std::vector<std::string> summary_of(const ReconcileReport& report) {
  const auto& statement = report.statement;
  const unsigned digits = digits_of(statement.currency);
  const auto amount = [&](money::Int128 minor) {
    return interchange::with_thousands(money::text_of_minor(minor, digits));
  };
  std::vector<std::string> lines = {fmt::format(
      "Statement {}of {}, {} to {}, {}",
      statement.statement.empty() ? "" : statement.statement + " ", statement.account,
      money::to_text(statement.from), money::to_text(statement.to), statement.currency)};
  lines.push_back(fmt::format("{} lines, in {}, out {}{}; held against {} entries", statement.lines,
                              amount(statement.in), amount(-statement.out),
                              statement.fees != 0 ? ", fees " + amount(statement.fees) : "",
                              report.entries));
  if (statement.seen != 0)
    lines.push_back(fmt::format("{} lines were reconciled with an earlier file", statement.seen));
  for (const auto& count : statement.counts) {
    const bool quiet = !ledger::needs_decision(count.outcome) && count.outcome != Outcome::matched;
    lines.push_back(fmt::format("{:<17}{:>9}   {:>20}{}", ledger::to_text(count.outcome),
                                count.findings, amount(count.minor),
                                quiet ? "   nothing to do" : ""));
  }
  return lines;
}

/// `99,480 of 100,000 lines matched (99.48 %)`.
std::string matched_text(const ReconcileReport& report) {
  std::uint64_t matched = 0;
  for (const auto& count : report.statement.counts)
    if (ledger::settles(count.outcome)) matched += count.lines;
  const std::uint64_t lines = report.statement.lines;
  const std::uint64_t share = lines == 0 ? 10'000 : std::min(matched, lines) * 10'000 / lines;
  return fmt::format("{} of {} lines matched ({}.{:02} %)",
                     interchange::with_thousands(std::to_string(matched)),
                     interchange::with_thousands(std::to_string(lines)), share / 100, share % 100);
}

void print_report(const ReconcileReport& report, const Context& context, bool all) {
  Worklist list{summary_of(report), Worklist::Of::statement, context};
  std::size_t left_out = 0;
  for (const ReconcileRow& row : report.rows) {
    // People want what is to be done; what explains itself is counted above.
    if (is_for_people(context.format) && !all && !ledger::needs_decision(row.outcome)) {
      ++left_out;
      continue;
    }
    list.add({.row = row, .currency = report.statement.currency, .loan = loan_of(row)});
  }
  std::vector<std::string> notes;
  if (left_out != 0)
    notes.push_back(fmt::format("{} that need nobody are left out; --all shows them", left_out));
  for (const std::string& id : report.healed)
    notes.push_back("closed by this statement: break " + id);
  if (report.last_closing)
    notes.push_back(fmt::format(
        "The statement before closed at {}, this one opens at another figure: one is missing.",
        amount_text(*report.last_closing, report.statement.currency)));
  if (report.statement.fees != 0)
    notes.emplace_back("Fees of the channel are its own and not in these books.");
  list.finish(std::move(notes));
}

}  // namespace

Worklist::Worklist(std::vector<std::string> title, Of of, const Context& context)
    : of_(of),
      people_(is_for_people(context.format)),
      columns_(people_ ? people_columns(of) : program_columns(of)),
      writer_(std::move(title), columns_, context.format, standard_output()) {}

std::vector<std::string> Worklist::people_cells(const WorkItem& item) const {
  const Words words = words_of(item.row, item.currency);
  std::vector<std::string> cells = {item.row.id, std::string(ledger::to_text(item.row.outcome)),
                                    words.date, words.bank, words.book};
  if (of_ == Of::breaks) cells.insert(cells.begin() + 1, std::to_string(item.age));
  if (of_ == Of::breaks_with_closed) cells.insert(cells.begin() + 1, item.status);
  // Whose money it is may stand in the text alone.
  std::string said = words.reference;
  if (!words.text.empty()) said += (said.empty() ? "" : " ") + words.text;
  cells.push_back(short_text(item.loan, 14));
  cells.push_back(std::move(said));
  if (of_ == Of::statement)
    cells.push_back(listed(
        item.row.lines, [](const auto& l) { return std::to_string(l.place); }, 2));
  else
    cells.push_back(short_text(item.owner, of_ == Of::breaks ? 10 : 24));
  return cells;
}

std::vector<std::string> Worklist::program_cells(const WorkItem& item) const {
  const Words words = words_of(item.row, item.currency);
  const auto sequence = [](const auto& e) { return std::to_string(e.sequence); };
  const auto place = [](const auto& l) { return std::to_string(l.place); };
  std::vector<std::string> cells = {item.row.id,
                                    std::string(ledger::to_text(item.row.outcome)),
                                    words.date,
                                    words.bank,
                                    words.book,
                                    words.difference,
                                    item.currency,
                                    item.loan,
                                    words.reference,
                                    listed(item.row.entries, sequence, SIZE_MAX),
                                    listed(item.row.lines, place, SIZE_MAX),
                                    words.text};
  if (of_ != Of::statement)
    cells.insert(cells.begin() + 1,
                 {item.status, std::to_string(item.age), item.owner, item.account});
  return cells;
}

void Worklist::add(const WorkItem& item) {
  if (ledger::needs_decision(item.row.outcome) && (item.status.empty() || item.status == "open")) {
    Kind& kind = kinds_[item.row.outcome];
    if (kind.count++ == 0) kind.command = item.row.id.empty() ? "" : command_for(item);
  }
  if (people_)
    rows_.push_back(people_cells(item));
  else
    writer_.row({program_cells(item)});
}

/// The words of the payer take what the other columns leave.
void Worklist::fit() {
  constexpr std::size_t gap = 2, least = 10;
  const std::size_t said = columns_.size() - 2;
  std::size_t others = 0;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (c == said) continue;
    std::size_t width = display_width(columns_[c].heading);
    for (const auto& cells : rows_) {
      const bool amount = columns_[c].kind == ColumnKind::amount;
      width =
          std::max(width, display_width(amount ? interchange::with_thousands(cells[c]) : cells[c]));
    }
    others += width + gap;
  }
  const std::size_t room = others + least > page_width ? least : page_width - others;
  for (auto& cells : rows_) cells[said] = short_text(cells[said], room);
}

void Worklist::finish(std::vector<std::string> notes) {
  if (people_) fit();
  for (auto& cells : rows_) writer_.row({std::move(cells)});
  std::vector<std::string> all;
  const auto say_wrapped = [&](std::string_view text) {
    for (std::string& line : wrapped(text)) all.push_back(std::move(line));
  };
  for (const auto& [outcome, kind] : kinds_) {
    say_wrapped(fmt::format("{} ({}): {}", ledger::to_text(outcome), kind.count,
                            ledger::advice_of(outcome)));
    if (!kind.command.empty()) all.push_back("  > " + kind.command);
  }
  for (const std::string& note : notes) say_wrapped(note);
  writer_.finish(all);
}

int reconcile_one(Book& book, const Context& context, const std::string& file, bool all,
                  const ledger::ReconcileInput& input) {
  auto report = book.reconcile(input);
  if (!report) return fail(report.error());
  if (report->replayed) {
    std::size_t open = 0;
    const auto breaks = book.breaks();
    if (!breaks) return fail(breaks.error());
    for (const ledger::BreakView& each : *breaks)
      if (each.record.id.statement == report->sequence) ++open;
    say(fmt::format("{} was reconciled by entry {}: nothing changed; {} of its {} breaks are open",
                    file, report->sequence, open, report->statement.breaks));
    return open == 0 ? exit_code::done : exit_code::problems;
  }
  print_report(*report, context, all);
  const std::string done = matched_text(*report);
  if (input.dry_run) {
    say(done);
    say("dry run: nothing was written");
  } else {
    say(fmt::format("{}; recorded as entry {}, {} breaks to decide{}", done, report->sequence,
                    report->statement.breaks,
                    report->statement.breaks == 0 ? "" : ": loanbook reconcile breaks"));
  }
  return report->statement.breaks == 0 ? exit_code::done : exit_code::problems;
}

}  // namespace loanbook::apps
