#pragma once

// What a book answers about the partners of joint loans; amounts in minor units of the loan's
// currency.

#include <cstdint>
#include <string>
#include <vector>

#include "loanbook/ledger/loan/servicing.hpp"
#include "loanbook/money/day.hpp"

namespace loanbook::ledger {

/// What a partner has put in and got so far; each figure is a share of totals of the loan.
struct PartnerTotals {
  std::int64_t lent = 0;
  /// From the borrower, by component; interest before the service fee.
  Parts received{};
  std::int64_t service_fee = 0;   ///< kept back by the lead
  std::int64_t compensation = 0;  ///< paid by the lead in the borrower's place
  std::int64_t recovered = 0;
  Parts lost{};  ///< with what it received and was compensated one share of their sum
  Parts earned{};
  std::int64_t outstanding = 0;  ///< principal it still has in the loan
  /// Owed to it, less what it owes for its part of what was lent.
  [[nodiscard]] std::int64_t net() const;
};

/// What the lead owes a partner for one loan and day (负数: the partner owes it). A difference of
/// two days' totals, so the rows of all days sum to the totals.
struct PartnerSettlementRow {
  std::string loan;
  std::string product;
  std::string currency;
  std::uint8_t digits = 2;
  std::int64_t disbursed = 0;  ///< its part of what was lent: it owes this
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  std::int64_t penalty = 0;  ///< with compound interest
  std::int64_t fee = 0;
  std::int64_t service_fee = 0;   ///< kept back: it owes this
  std::int64_t compensation = 0;  ///< paid in the borrower's place (代偿)
  std::int64_t recovered = 0;     ///< after a charge-off or write-off
  [[nodiscard]] std::int64_t net() const {
    return principal + interest + penalty + fee + compensation + recovered - disbursed -
           service_fee;
  }
};

/// Of one partner and booking date: loans with an amount, by loan number.
struct PartnerSettlement {
  std::string partner;
  money::Day day{};
  std::uint64_t complete_to = 0;  ///< sequence number of the last entry booked on or before `day`
  std::vector<PartnerSettlementRow> rows;
};

}  // namespace loanbook::ledger
