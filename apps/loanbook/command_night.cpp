// Closing business dates.

#include <fmt/format.h>

#include "commands.hpp"
#include "interrupt.hpp"
#include "loanbook/money/limits.hpp"
#include "nights.hpp"

namespace loanbook::apps {
namespace {

int finish(const Context& context, const Book& book, Day through,
           const std::vector<ledger::NightReport>& nights) {
  const auto status = book.status();
  if (nights.empty() && interrupted() == 0) {
    say(fmt::format("already closed through {}", money::to_text(status.closed_through)));
    print_completeness(book);
    return exit_code::done;
  }
  print_nights(context, nights);
  print_completeness(book);
  if (interrupted() != 0 && status.closed_through < through) {
    say(fmt::format("interrupted after {}; go on with: loanbook night --through {}",
                    money::to_text(status.closed_through), money::to_text(through)));
    return interrupted_exit_code();
  }
  bool left_out = false;
  for (const auto& night : nights) {
    for (const auto& isolated : night.isolated) {
      left_out = true;
      say(fmt::format("isolated {} on {}: {}", isolated.loan, money::to_text(night.day),
                      isolated.reason));
      say(fmt::format(
          "  its nights stand still; see loanbook loan entries {0}, then undo what made "
          "it so: loanbook loan reverse {0} --entry N --reason TEXT, or loanbook restate",
          isolated.loan));
    }
  }
  return left_out ? exit_code::problems : exit_code::done;
}

Error too_many(Day through, std::int64_t days) {
  return {"night.too_far",
          fmt::format("--through {} would close {} days; one call closes at most {}",
                      money::to_text(through), days, money::limits::nights_at_once_max)};
}

}  // namespace

int run_night(const Context& context, const NightArguments& arguments) {
  auto through = optional_day(arguments.through, "--through");
  if (!through) return fail(through.error());
  if (!*through) return fail({"cli.date_missing", "--through: give the last day to close"});
  const Day last = **through;
  if (arguments.dry_run) {
    return with_reader(context, [&](const Book& book) {
      const auto status = book.status();
      const auto days = std::max<std::int64_t>(0, (last - status.closed_through).count());
      say(fmt::format("would close {} days, {} to {}; nothing was written", days,
                      money::to_text(status.closed_through + date::days{1}), money::to_text(last)));
      return exit_code::done;
    });
  }
  catch_interrupts();
  return with_writer(context, [&](Book& book) {
    const std::int64_t days = (last - book.status().closed_through).count();
    if (days > money::limits::nights_at_once_max) return fail(too_many(last, days));
    std::vector<ledger::NightReport> nights;
    Progress progress("loans");
    auto closed =
        close_days(book, last, threads_or_cores(arguments.threads), progress,
                   [&](ledger::NightReport night) { nights.push_back(std::move(night)); });
    if (!closed) {
      // Days before the failing one are closed and reported, then the reason.
      if (!nights.empty()) print_nights(context, nights);
      return fail(closed.error());
    }
    return finish(context, book, last, nights);
  });
}

}  // namespace loanbook::apps
