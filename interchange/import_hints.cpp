// Which field of a row an error of the ledger speaks about.

#include "loanbook/interchange/import_fields.hpp"

namespace loanbook::interchange {

std::optional<Field> field_of(std::string_view error_id) {
  struct Hint {
    std::string_view part;
    Field field;
  };
  constexpr Hint hints[] = {{"channel", Field::channel},
                            {"branch", Field::branch},
                            {"suspense.too_much", Field::amount},
                            {"suspense.currency", Field::currency},
                            {"suspense.date", Field::value_date},
                            {"suspense.", Field::suspense},
                            {"reference_used", Field::code},
                            {"payout.amount", Field::amount},
                            {"payout.", Field::event},
                            {"intent.date", Field::from},
                            {"intent.expires", Field::until},
                            {"intent.", Field::of},
                            {"reservation", Field::reservation},
                            {"over_", Field::amount},
                            {"line.", Field::line},
                            {"risk.", Field::event},
                            {"operation.target_unknown", Field::of},
                            {"operation.target_kind", Field::of},
                            {"operation.choice_unknown", Field::choice},
                            {"operation.dates", Field::from},
                            {"operation.pause_overlaps", Field::from},
                            {"operation.rows", Field::rows},
                            {"operation.", Field::event},
                            {"too_much", Field::amount},
                            {"not_held", Field::amount},
                            {"amount", Field::amount},
                            {"decimal.", Field::amount},
                            {"principal", Field::amount},
                            {"installments", Field::installments},
                            {"first_due", Field::first_due},
                            {"due_day", Field::due_day},
                            {"rate", Field::rate},
                            {"product", Field::product},
                            {"date", Field::value_date},
                            {"day", Field::value_date},
                            {"before", Field::value_date},
                            {"sequence", Field::sequence},
                            {"reverse", Field::sequence},
                            {"version", Field::expect_version},
                            {"idempotency", Field::reference},
                            {"key", Field::reference},
                            {"loan", Field::loan_id}};
  for (const Hint& hint : hints) {
    if (error_id.find(hint.part) != std::string_view::npos) return hint.field;
  }
  return std::nullopt;
}

}  // namespace loanbook::interchange
