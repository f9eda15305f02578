#pragma once

// The periods of a plan: what each row counts its interest on, and what it asks for. Private to
// schedule/.

#include <cstdint>
#include <vector>

#include "loanbook/money/wide.hpp"
#include "loanbook/schedule/terms.hpp"

namespace loanbook::schedule {

/// Part of a period with one rate and one balance.
struct Stretch {
  Day from{};
  Day to{};
  money::Rate rate = money::Rate::of_e12(0);
  std::int64_t drawn = 0;  ///< paid out on `from`
  money::Int128 time = 0;  ///< years x Period::time_denominator
};

/// What a row asks for.
enum class Ask : std::uint8_t { principal, interest, nothing_capitalise, nothing_defer, waive };

struct Period {
  std::uint32_t no = 0;
  Day start{};  ///< interest runs from here
  Day end{};    ///< and to here
  Day due{};
  Ask ask = Ask::principal;
  std::uint32_t share = 0;     ///< of the principal or of the installment; 0: none
  std::uint32_t exponent = 0;  ///< of the step growth
  money::Int128 time_denominator = 1;
  std::vector<Stretch> stretches;
  money::Rate rate_at_end = money::Rate::of_e12(0);  ///< in force, whether charged or not

  /// Days or months that the whole period counts, for the words.
  std::int64_t months = 0;
};

/// All rows; with `amortization_installments` also those beyond the last, over which the
/// installment is solved. Requires: check(terms) passed.
[[nodiscard]] std::vector<Period> periods_of(const Terms& terms);
/// From the disbursement to the end as one period.
[[nodiscard]] Period life_of(const Terms& terms);
/// One row for the whole life?
[[nodiscard]] bool has_one_row(const Terms& terms);
/// The last row with a share, counted from 0 in `periods`; it repays the balance.
[[nodiscard]] std::size_t final_row(const Terms& terms, const std::vector<Period>& periods);
/// What row k asks for, by holidays and season. Requires dates in the calendar.
[[nodiscard]] Ask ask_of(const Terms& terms, std::uint32_t k, Day due);
/// The share of row k in what is solved; 0 for rows without principal.
[[nodiscard]] std::uint32_t share_of(const Terms& terms, std::uint32_t k, Day due);

}  // namespace loanbook::schedule
