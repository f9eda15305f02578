#include <algorithm>
#include <map>

#include "loanbook/money/decimal.hpp"
#include "story.hpp"

namespace loanbook::specs {
namespace {

using ledger::Role;
using money::Day;
using money::Int128;

std::string loan_of(const Table& table, const TableRow& row) {
  const auto loan = table.text(row, "loan");
  return loan.empty() ? "L-1" : std::string(loan);
}

void expect_reading(const Bench& bench, Table& table, TableRow& row, const ledger::LoanView& view) {
  const auto& loan = view.row;
  std::int64_t penalty = 0, compound = 0;
  for (const auto& due : view.due) {
    penalty += due.penalty;
    compound += due.compound;
  }
  table.expect(row, "status", std::string(ledger::to_text(loan.status)));
  table.expect(row, "principal", bench.text(loan.principal));
  table.expect(row, "principal overdue", bench.text(loan.principal_overdue));
  table.expect(row, "interest accrued", bench.text(loan.interest_accrued));
  table.expect(row, "interest due", bench.text(loan.interest_due));
  table.expect(row, "penalty", bench.text(penalty));
  table.expect(row, "compound", bench.text(compound));
  table.expect(row, "charges", bench.text(loan.penalty));
  table.expect(row, "fees", bench.text(loan.fees));
  table.expect(row, "overpayment", bench.text(loan.overpayment));
  table.expect(row, "owed", bench.text(loan.owed()));
  table.expect(row, "dpd", std::to_string(loan.dpd));
  table.expect(row, "reported dpd", std::to_string(loan.reported_dpd));
  table.expect(row, "bucket", loan.bucket);
  std::string category = loan.category;
  std::replace(category.begin(), category.end(), '_', ' ');
  table.expect(row, "category", category);
  table.expect(row, "next due", loan.next_due ? money::to_text(*loan.next_due) : "none");
  table.expect(row, "next amount", bench.text(loan.next_amount));
}

void check_readings(const Bench& bench, const Story& story, Table& table) {
  for (auto& row : table.rows) {
    std::optional<std::uint64_t> known;
    if (!table.text(row, "known at").empty())
      known = must(story.book().known_at(day_cell(table, row, "known at")), row.line);
    expect_reading(
        bench, table, row,
        must(story.book().loan(loan_of(table, row), day_cell(table, row, "as of"), known),
             row.line));
  }
}

void check_entries(const Bench& bench, const Story& story, Table& table) {
  for (auto& row : table.rows) {
    const auto entries = entries_of(story, table, row);
    const auto number = money::parse_decimal(table.text(row, "entry"), 0);
    if (!number || *number < 1 || *number > static_cast<Int128>(entries.size())) {
      throw Failure{row.line, "entry: the loan has entries 1 to " + std::to_string(entries.size())};
    }
    const auto& receipt = entries[static_cast<std::size_t>(*number - 1)].receipt;
    const auto step = table.text(row, "step");
    if (step != "own" && step != "consequences")
      throw Failure{row.line, "step: own or consequences"};
    std::array<Int128, ledger::role_count> amounts{};
    for (const auto& movement : receipt.movements) {
      if (movement.consequence == (step == "consequences"))
        amounts.at(static_cast<std::size_t>(movement.role)) += movement.minor;
    }
    expect_roles(bench, table, row, amounts);
    table.expect(row, "kind", receipt.kind);
    table.expect(row, "booked", money::to_text(receipt.booking_date));
    table.expect(row, "value date", money::to_text(receipt.value_date));
    table.expect(row, "changed", std::to_string(receipt.changed.size()));
  }
}

struct Span {
  Day first;
  Day last;
};

/// `2026-01-15` or `2026-01-15 to 2026-02-14`.
Span span_cell(const Table& table, const TableRow& row, std::string_view column) {
  const std::string_view text = table.text(row, column);
  const auto first = money::parse_day(text.substr(0, 10));
  const auto last =
      money::parse_day(text.size() > 10 && text.substr(10, 4) == " to " ? text.substr(14) : text);
  if (!first || !last || *last < *first)
    throw Failure{row.line, std::string(column) + ": a day, or `first to last`"};
  return {*first, *last};
}

void check_nights(const Bench& bench, const Story& story, Table& table) {
  for (auto& row : table.rows) {
    const Span span = span_cell(table, row, "night");
    std::array<Int128, ledger::role_count> amounts{};
    for (const auto& night : story.nights()) {
      if (night.day < span.first || night.day > span.last) continue;
      for (const auto& total : night.totals)
        amounts.at(static_cast<std::size_t>(total.role)) += total.minor;
    }
    expect_roles(bench, table, row, amounts);
  }
}

void check_trial_balance(const Bench& bench, const Story& story, Table& table) {
  std::map<std::optional<Day>, std::vector<std::string>> listed;
  for (auto& row : table.rows) {
    std::optional<Day> as_of;
    if (!table.text(row, "as of").empty()) as_of = day_cell(table, row, "as of");
    const auto balance = must(story.book().trial_balance(as_of), row.line);
    const auto found = std::find_if(balance.begin(), balance.end(), [&](const auto& line) {
      return line.account == table.text(row, "account");
    });
    const bool there = found != balance.end();
    const auto digits = bench.currency().digits;
    table.expect(row, "name", there ? found->name : "none");
    table.expect(row, "debit", money::text_of_minor(there ? found->debit : 0, digits));
    table.expect(row, "credit", money::text_of_minor(there ? found->credit : 0, digits));
    listed[as_of].emplace_back(table.text(row, "account"));
  }
  for (const auto& [as_of, accounts] : listed) {
    Int128 sum = 0;
    for (const auto& line : must(story.book().trial_balance(as_of), table.line)) {
      sum += line.debit - line.credit;
      const bool silent = line.debit == line.credit || std::find(accounts.begin(), accounts.end(),
                                                                 line.account) != accounts.end();
      if (!silent)
        throw Failure{table.line,
                      "account " + line.account + " has a balance, and the table does not list it"};
    }
    if (sum != 0)
      throw Failure{table.line, "debits and credits differ by " +
                                    money::text_of_minor(sum, bench.currency().digits)};
  }
}

void check_loan_schedule(const Bench& bench, const Story& story, Table& table) {
  const auto rows = must(story.book().schedule("L-1"), table.line);
  for (auto& row : table.rows) {
    const auto number = money::parse_decimal(table.text(row, "#"), 0);
    if (!number || *number < 1 || *number > static_cast<Int128>(rows.size())) {
      throw Failure{row.line, "#: the plan has rows 1 to " + std::to_string(rows.size())};
    }
    const auto& planned = rows[static_cast<std::size_t>(*number - 1)];
    table.expect(row, "due", money::to_text(planned.due));
    table.expect(row, "principal", bench.text(planned.principal));
    table.expect(row, "interest", bench.text(planned.interest));
    table.expect(row, "installment", bench.text(planned.payment));
    table.expect(row, "balance", bench.text(planned.balance));
    table.expect(row, "state", planned.state);
  }
}

/// The latest day that a table asks about: the calendar must have got there.
void advance_for(Story& story, const Table& table) {
  for (const auto& row : table.rows) {
    switch (*kind_of(table)) {
      case TableKind::readings:
        story.advance(day_cell(table, row, "as of"));
        break;
      case TableKind::unpaid:
        story.advance(day_cell(table, row, "unpaid on"));
        break;
      case TableKind::balances:
        story.advance(day_cell(table, row, "balances on"));
        break;
      case TableKind::debits:
        story.advance(day_cell(table, row, "debit on"));
        break;
      case TableKind::nights:
        story.advance(span_cell(table, row, "night").last + date::days{1});
        break;
      case TableKind::trial_balance:
        if (!table.text(row, "as of").empty())
          story.advance(day_cell(table, row, "as of") + date::days{1});
        break;
      default:
        break;
    }
  }
}

}  // namespace

std::vector<ledger::EntryView> entries_of(const Story& story, const Table& table,
                                          const TableRow& row) {
  if (loan_of(table, row) != "book")
    return must(story.book().loan_entries(loan_of(table, row)), row.line);
  std::vector<ledger::EntryView> entries;
  const auto read = story.book().entries(0, [&](const ledger::EntryView& entry) {
    if (entry.receipt.kind.starts_with("suspense")) entries.push_back(entry);
    return true;
  });
  if (!read) throw Failure{row.line, read.error().message};
  return entries;
}

void expect_roles(const Bench& bench, Table& table, TableRow& row,
                  const std::array<Int128, ledger::role_count>& amounts) {
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    const std::string column = column_of(static_cast<Role>(i));
    const std::string text = money::text_of_minor(amounts[i], bench.currency().digits);
    if (amounts[i] != 0 && table.text(row, column).empty())
      throw Failure{row.line, column + " moved by " + text + ", and the row does not say so"};
    table.expect(row, column, text);
  }
}

void check_story(const Bench& bench) {
  Story story(bench);
  for (auto& table : bench.example.tables) {
    if (*kind_of(table) == TableKind::events) story.play(table);
  }
  for (const auto& table : bench.example.tables) advance_for(story, table);
  for (auto& table : bench.example.tables) {
    switch (*kind_of(table)) {
      case TableKind::events:
        break;
      case TableKind::readings:
        check_readings(bench, story, table);
        break;
      case TableKind::entries:
        check_entries(bench, story, table);
        break;
      case TableKind::nights:
        check_nights(bench, story, table);
        break;
      case TableKind::trial_balance:
        check_trial_balance(bench, story, table);
        break;
      case TableKind::schedule:
        check_loan_schedule(bench, story, table);
        break;
      case TableKind::unpaid:
        check_unpaid(bench, story, table);
        break;
      case TableKind::balances:
        check_balances(bench, story, table);
        break;
      case TableKind::debits:
        check_debits(bench, story, table);
        break;
      case TableKind::postings:
        check_postings(bench, story, table);
        break;
      default:
        throw Failure{table.line,
                      "a story holds events, readings, unpaid installments, balances, entries, "
                      "postings, nights, a trial balance and a schedule, no other tables"};
    }
  }
  const auto report = must(story.book().verify(true), bench.example.line);
  for (const auto& finding : report.findings)
    throw Failure{bench.example.line, "verify: " + finding.where + ": " + finding.message};
}

}  // namespace loanbook::specs
