#pragma once

// Figures of the general ledger as pure functions of totals, and totals at a place of the chain.
// Private to ledger/.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "loanbook/ledger/gl/gl_report.hpp"
#include "loanbook/ledger/reading/report.hpp"
#include "loanbook/ledger/state.hpp"

namespace loanbook::ledger {

/// Sequence number of the last entry booked on or before `day`: booking dates never fall along the
/// chain.
[[nodiscard]] Result<std::uint64_t> last_booked(const storage::View& view, Day day);
/// The day at whose opening loans stood as booked when entry `through` was the last one.
[[nodiscard]] Result<Day> opening_after(const storage::View& view, std::uint64_t through);

/// Calls `use(number, role, channel, minor)` for what is not 0: settlement channel by channel, then
/// the rest of it, of no channel.
using UseTotal = std::function<void(std::uint32_t number, Role role, const std::string& channel,
                                    money::Int128 minor)>;
void each_total(const DayTotals& totals, const UseTotal& use);

/// Sums of the entries booked on `day`, up to entry `through`.
[[nodiscard]] Result<DayTotals> totals_of_day(const storage::View& view, Day day,
                                              std::uint64_t through);
/// Sums of all days up to `day`.
[[nodiscard]] DayTotals totals_through(const std::map<Day, DayTotals>& totals, Day day);
/// Sums of all entries up to `through`: whole days, and the entries of the day it stands in.
[[nodiscard]] Result<DayTotals> totals_at(const BookState& state, const storage::View& view,
                                          std::uint64_t through);
[[nodiscard]] std::vector<GlBalance> balances_of(const DayTotals& totals,
                                                 std::span<const PublishedProduct> products,
                                                 const Chart* chart);
/// By currency and account code, one side each.
[[nodiscard]] std::vector<TrialBalanceRow> trial_balance_of(const std::vector<GlBalance>& balances);
/// SHA-256 over the rows: text account, text name, text currency, wide debit, wide credit.
[[nodiscard]] Digest digest_of(const std::vector<TrialBalanceRow>& rows);
[[nodiscard]] std::vector<ControlTotal> controls_of(const std::vector<TrialBalanceRow>& rows);
/// What an assertion is about, positive on the figure's normal side.
[[nodiscard]] money::Int128 figure_of(const Asserted& asserted,
                                      const std::vector<GlBalance>& balances);

/// A loan at the opening of `day` from its entries up to `known_at`, under the product version that
/// it stood under then; an isolated one as it stood. `valued`: of what counts from that day or
/// earlier (default: `day`). Nothing where it was not there yet.
[[nodiscard]] Result<std::optional<LoanState>> loan_known(const BookState& state,
                                                          const LoanRecord& record,
                                                          const storage::View& view, Day day,
                                                          std::uint64_t known_at,
                                                          std::optional<Day> valued = {});
/// A loan as booked when `through` was the last entry, at the opening that belongs to it; nothing
/// where it was not there yet.
[[nodiscard]] Result<std::optional<LoanState>> loan_booked(const BookState& state,
                                                           std::uint64_t number,
                                                           const storage::View& view, Day opening,
                                                           std::uint64_t through);
/// What stands on other accounts under the chart `after` than under `before`.
[[nodiscard]] std::vector<Reclassified> reclassified(const DayTotals& balances,
                                                     std::span<const PublishedProduct> products,
                                                     const Chart* before, const Chart& after);
/// Income and expense of the year to retained earnings, product by product, from the totals at its
/// end. Results of earlier years that were closed after this one's end do not belong to it.
[[nodiscard]] std::vector<MovementBlock> to_retained(const GlFacts& facts, const Period& period,
                                                     DayTotals totals);
/// What closed years took out of the roles of loans, booked up to `through`.
[[nodiscard]] DayTotals closed_years(const GlFacts& facts, std::uint64_t through);

}  // namespace loanbook::ledger
