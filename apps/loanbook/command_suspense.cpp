// Suspense: money that belongs to no loan yet.

#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"
#include "requests.hpp"

namespace loanbook::apps {

using ledger::Kind;
using ledger::SuspenseRequest;
using ledger::SuspenseView;

int run_suspense_receive(const Context& context, const SuspenseArguments& arguments) {
  return record_one(context,
                    command_of(SuspenseRequest{.amount = arguments.amount,
                                               .currency = arguments.currency,
                                               .payer = arguments.payer,
                                               .reference = arguments.reference,
                                               .text = arguments.text},
                               "", arguments.writing),
                    arguments.writing);
}

int run_suspense_assign(const Context& context, const SuspenseArguments& arguments) {
  return record_one(context,
                    command_of(ledger::Repay{.amount = arguments.amount,
                                             .payer = arguments.payer,
                                             .suspense = arguments.item},
                               arguments.loan, arguments.writing),
                    arguments.writing);
}

int run_suspense_return(const Context& context, const SuspenseArguments& arguments) {
  return record_one(context,
                    command_of(SuspenseRequest{.kind = Kind::suspense_return,
                                               .amount = arguments.amount,
                                               .reference = arguments.reference,
                                               .item = arguments.item},
                               "", arguments.writing),
                    arguments.writing);
}

namespace {

// `L-1001 60.00 (entry 17); returned 40.00 (entry 19)`
std::string whereabouts(const SuspenseView& item) {
  std::string text;
  for (const auto& taken : item.taken) {
    const std::string amount =
        money::text_of_minor(taken.minor < 0 ? -taken.minor : taken.minor, item.digits);
    const std::string to = taken.loan.empty() ? "returned"
                           : taken.minor < 0  ? "back from " + taken.loan
                                              : taken.loan;
    text += fmt::format("{}{} {} (entry {})", text.empty() ? "" : "; ", to, amount, taken.sequence);
  }
  return text;
}

}  // namespace

int run_suspense_list(const Context& context, const SuspenseArguments& arguments) {
  return with_reader(context, [&](const Book& book) {
    ReportWriter writer({"Money in suspense on " + money::to_text(book.status().business_date)},
                        {{"item", "Item", ColumnKind::integer},
                         {"age", "Age", ColumnKind::integer},
                         {"value_date", "Value date", ColumnKind::date},
                         {"open", "Open", ColumnKind::amount},
                         {"currency", "Currency"},
                         {"received", "Received", ColumnKind::amount},
                         {"reference", "Reference"},
                         {"payer", "Payer"},
                         {"text", "Text"},
                         {"gone_to", "Gone to"}},
                        context.format, standard_output());
    std::size_t items = 0;
    for (const SuspenseView& item : book.suspense(arguments.all)) {
      if (item.age < static_cast<std::int32_t>(arguments.age)) continue;
      ++items;
      writer.row({{std::to_string(item.item), std::to_string(item.age), money::to_text(item.valued),
                   money::text_of_minor(item.open, item.digits), item.currency,
                   money::text_of_minor(item.received, item.digits), item.reference, item.payer,
                   item.text, whereabouts(item)}});
    }
    if (items == 0)
      writer.finish({"Nothing waits."});
    else
      writer.finish(
          {"Whose it is: loanbook suspense assign ITEM --loan ID; nobody's: loanbook "
           "suspense return ITEM"});
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
