// Tables about loans that keep a table of installments: which operation is taken in which state,
// what is unpaid of each installment, balances by role, an entry as postings.

#include <algorithm>

#include "loanbook/money/decimal.hpp"
#include "story.hpp"

namespace loanbook::specs {
namespace {

using ledger::OperationRule;
using ledger::Role;

struct State {
  ledger::OperationState bit;
  std::string_view column;
};
constexpr State states[] = {
    {ledger::in_applied, "applied"},         {ledger::in_transferred, "transferred"},
    {ledger::in_approved, "approved"},       {ledger::in_active, "active"},
    {ledger::in_overpaid, "overpaid"},       {ledger::in_closed, "closed"},
    {ledger::in_charged_off, "charged off"}, {ledger::in_written_off, "written off"},
    {ledger::in_cancelled, "cancelled"}};

struct Field {
  ledger::OperationField bit;
  std::string_view name;
};
constexpr Field fields[] = {{ledger::field_amount, "amount"},  {ledger::field_of, "of"},
                            {ledger::field_rows, "rows"},      {ledger::field_from, "from"},
                            {ledger::field_until, "until"},    {ledger::field_choice, "choice"},
                            {ledger::field_code, "code"},      {ledger::field_rate, "rate"},
                            {ledger::field_channel, "channel"}};

std::string names_of(std::uint16_t bits) {
  std::string out;
  for (const Field& field : fields) {
    if ((bits & field.bit) != 0) out += (out.empty() ? "" : " ") + std::string(field.name);
  }
  return out.empty() ? "none" : out;
}

std::string loan_of(const Table& table, const TableRow& row) {
  const auto loan = table.text(row, "loan");
  return loan.empty() ? "L-1" : std::string(loan);
}

}  // namespace

std::string column_of(Role role) {
  std::string name(ledger::to_text(role));
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

void check_states(Table& table) {
  for (const OperationRule& rule : ledger::operation_rules()) {
    const auto listed = std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
      return table.text(row, "operation") == rule.name;
    });
    if (!listed)
      throw Failure{table.line, "the operation " + std::string(rule.name) + " has no row"};
  }
  for (auto& row : table.rows) {
    const auto name = table.text(row, "operation");
    const auto rules = ledger::operation_rules();
    const auto rule =
        std::find_if(rules.begin(), rules.end(), [&](const auto& r) { return r.name == name; });
    if (rule == rules.end()) throw Failure{row.line, "operation: there is no " + std::string(name)};
    for (const State& state : states)
      table.expect(row, state.column, (rule->states & state.bit) != 0 ? "yes" : "no");
    table.expect(row, "needs", names_of(rule->required));
    table.expect(row, "takes", names_of(rule->optional));
  }
}

void check_unpaid(const Bench& bench, const Story& story, Table& table) {
  for (std::size_t i = 0; i < table.rows.size();) {
    const TableRow& first = table.rows[i];
    const auto day = day_cell(table, first, "unpaid on");
    const auto view = must(story.book().loan(loan_of(table, first), day), first.line);
    std::size_t last = i;
    while (last < table.rows.size() &&
           table.text(table.rows[last], "unpaid on") == table.text(first, "unpaid on") &&
           loan_of(table, table.rows[last]) == loan_of(table, first))
      ++last;
    const bool nothing = last - i == 1 && table.text(first, "due") == "none";
    if (view.due.size() != (nothing ? 0 : last - i))
      throw Failure{first.line, "on " + money::to_text(day) + " " +
                                    std::to_string(view.due.size()) +
                                    " installments are unpaid, the table says otherwise"};
    for (std::size_t k = 0; k < view.due.size(); ++k) {
      auto& row = table.rows[i + k];
      const auto& due = view.due[k];
      table.expect(row, "#", std::to_string(due.no));
      table.expect(row, "due", money::to_text(due.due));
      table.expect(row, "principal", bench.text(due.principal));
      table.expect(row, "interest", bench.text(due.interest));
      table.expect(row, "fee", bench.text(due.fee));
      table.expect(row, "late fee", bench.text(due.late_fee));
      table.expect(row, "penalty", bench.text(due.penalty));
    }
    i = last;
  }
}

void check_debits(const Bench& bench, const Story& story, Table& table) {
  const auto rows =
      must(story.book().debit_list(day_cell(table, table.rows.front(), "debit on")), table.line);
  if (rows.size() != table.rows.size())
    throw Failure{table.line, std::to_string(rows.size()) + " loans are to be debited"};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& row = table.rows[i];
    table.expect(row, "loan", rows[i].loan);
    table.expect(row, "amount", bench.text(rows[i].amount));
    table.expect(row, "due", bench.text(rows[i].due));
    table.expect(row, "oldest", money::to_text(rows[i].oldest));
    table.expect(row, "installments", std::to_string(rows[i].installments));
    table.expect(row, "days past due", std::to_string(rows[i].days_past_due));
  }
}

void check_balances(const Bench& bench, const Story& story, Table& table) {
  for (auto& row : table.rows) {
    const auto view =
        must(story.book().loan(loan_of(table, row), day_cell(table, row, "balances on")), row.line);
    std::array<money::Int128, ledger::role_count> amounts{};
    std::copy(view.balances.begin(), view.balances.end(), amounts.begin());
    expect_roles(bench, table, row, amounts);
  }
}

void check_postings(const Bench& bench, const Story& story, Table& table) {
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    auto& row = table.rows[i];
    const auto entries = entries_of(story, table, row);
    const auto number = money::parse_decimal(table.text(row, "entry"), 0);
    if (!number || *number < 1 || *number > static_cast<money::Int128>(entries.size()))
      throw Failure{row.line, "entry: the loan has entries 1 to " + std::to_string(entries.size())};
    const auto& receipt = entries[static_cast<std::size_t>(*number - 1)].receipt;
    std::map<std::string, std::int64_t> amounts;
    for (const auto& movement : receipt.movements)
      amounts[column_of(movement.role)] += movement.minor;
    for (const auto& [account, minor] : amounts) {
      const bool listed =
          minor == 0 ||
          std::any_of(table.rows.begin(), table.rows.end(), [&](const TableRow& other) {
            return table.text(other, "entry") == table.text(row, "entry") &&
                   loan_of(table, other) == loan_of(table, row) &&
                   table.text(other, "account") == account;
          });
      if (!listed)
        throw Failure{row.line, account + " moved by " + bench.text(minor) +
                                    " in this entry, and no row says so"};
    }
    const std::int64_t minor = amounts[std::string(table.text(row, "account"))];
    table.expect(row, "kind", receipt.kind);
    table.expect(row, "debit", bench.text(std::max<std::int64_t>(minor, 0)));
    table.expect(row, "credit", bench.text(std::max<std::int64_t>(-minor, 0)));
  }
}

}  // namespace loanbook::specs
