#include <algorithm>
#include <iterator>

#include "loanbook/interchange/import_fields.hpp"

namespace loanbook::interchange {
namespace {

constexpr std::string_view names[field_count] = {"loan_id",
                                                 "event",
                                                 "product",
                                                 "product_version",
                                                 "amount",
                                                 "rate",
                                                 "installments",
                                                 "first_due",
                                                 "due_day",
                                                 "value_date",
                                                 "sequence",
                                                 "expect_version",
                                                 "reference",
                                                 "reason",
                                                 "actor",
                                                 "of",
                                                 "rows",
                                                 "from",
                                                 "until",
                                                 "choice",
                                                 "code",
                                                 "line",
                                                 "reservation",
                                                 "line_currency",
                                                 "revolving",
                                                 "needs_decision",
                                                 "write_off_restores",
                                                 "temporary",
                                                 "temporary_until",
                                                 "sub_limits",
                                                 "rule_set",
                                                 "score_id",
                                                 "party",
                                                 "refinances",
                                                 "partner",
                                                 "branch",
                                                 "channel",
                                                 "payer",
                                                 "suspense",
                                                 "currency",
                                                 "text"};

}  // namespace

std::string_view to_text(Field field) { return names[static_cast<std::size_t>(field)]; }

std::optional<Field> field_named(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<Field>(found - std::begin(names));
}

}  // namespace loanbook::interchange
