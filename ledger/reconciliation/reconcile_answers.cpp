// What a book answers about statements and breaks.

#include <algorithm>

#include "loanbook/ledger/book_impl.hpp"
#include "loanbook/ledger/reconciliation/reconcile.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

/// A key that a caller chose, not one that this program made for want of a better.
bool is_reference(const Entry& entry) {
  if (entry.scope == "reference") return true;
  if (entry.source == "import" || entry.source == "reconcile" || entry.source == "night")
    return false;
  return !(entry.source == "cli" && entry.key.starts_with("after-"));
}

}  // namespace

std::string_view reference_of(const Entry& entry) {
  if (const auto* fact = std::get_if<SuspenseFact>(&entry.payload)) {
    const std::string& given =
        std::visit([](const auto& f) -> const std::string& { return f.reference; }, *fact);
    if (!given.empty()) return given;
  }
  return is_reference(entry) ? std::string_view(entry.key) : std::string_view{};
}

std::string loan_id(const BookState& state, std::uint64_t loan) {
  return loan == 0 ? std::string{} : state.loans.at(loan).id;
}

std::int64_t settled_by(const Entry& entry) {
  money::Int128 minor = 0;
  for (const MovementBlock& block : entry.movements) {
    for (const auto& line : block.lines) {
      if (line.role == Role::settlement && !line.consequence) minor += line.minor;
    }
  }
  return static_cast<std::int64_t>(minor);
}

namespace {

/// Both steps of a refinancing have the reference of either.
Result<std::string> reference_shown(const Entry& entry, const storage::View& view) {
  const std::string_view own = reference_of(entry);
  const Opened* opened = opened_of(entry);
  if (!own.empty() || opened == nullptr || opened->refinances == 0) return std::string(own);
  const Result<Entry> settled = entry_of(view, entry.sequence - 1);
  if (!settled) return settled.error();
  return std::string(reference_of(*settled));
}

Result<BreakView> view_of(const Break& record, const BookState& state, const storage::View& view) {
  const StatementReconciled& statement =
      state.reconciliation.statements().at(record.id.statement).fact;
  BreakView out{.record = record,
                .id = to_text(record.id),
                .account = statement.account,
                .currency = statement.currency,
                .statement = statement.statement};
  const auto currency = money::Currency::find(statement.currency);
  if (currency) out.digits = currency->digits;
  if (record.status == BreakStatus::open)
    out.age = static_cast<std::int32_t>((state.business_date - record.opened).count());
  for (const std::uint64_t sequence : record.entries) {
    const Result<Entry> entry = entry_of(view, sequence);
    if (!entry) return entry.error();
    Result<std::string> reference = reference_shown(*entry, view);
    if (!reference) return reference.error();
    out.entries.push_back({sequence, loan_id(state, entry->loan), settled_by(*entry),
                           entry->value_date, std::move(*reference)});
    if (out.loan.empty()) out.loan = out.entries.back().loan;
  }
  for (const BreakLine& line : record.lines) {
    if (!out.loan.empty()) break;
    std::string_view rest = line.text;
    while (!rest.empty() && out.loan.empty()) {
      const std::size_t end = std::min(rest.find_first_of(" \t,;:()[]\"'|"), rest.size());
      if (end > 0 && state.loan_number(rest.substr(0, end)) != 0) out.loan = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return out;
}

}  // namespace

Result<std::vector<BreakView>> Book::breaks(bool all) const {
  const std::shared_lock lock(impl_->state_mutex);
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  std::vector<BreakView> views;
  for (const auto& [id, record] : impl_->state->reconciliation.breaks()) {
    if (!all && record.status != BreakStatus::open) continue;
    Result<BreakView> one = view_of(record, *impl_->state, **view);
    if (!one) return one.error();
    views.push_back(std::move(*one));
  }
  return views;
}

Result<BreakView> Book::break_of(const std::string& id) const {
  const Result<BreakId> parsed = parse_break_id(id);
  if (!parsed) return parsed.error();
  const std::shared_lock lock(impl_->state_mutex);
  const Break* record = impl_->state->reconciliation.find(*parsed);
  if (record == nullptr) return unknown_break(id);
  const Result<ReadView> view = ReadView::of(impl_->fixed_view.get(), impl_->store.get());
  if (!view) return view.error();
  return view_of(*record, *impl_->state, **view);
}

std::vector<StatementReconciled> Book::statements() const {
  const std::shared_lock lock(impl_->state_mutex);
  std::vector<StatementReconciled> all;
  for (const auto& [sequence, statement] : impl_->state->reconciliation.statements())
    all.push_back(statement.fact);
  return all;
}

}  // namespace loanbook::ledger
