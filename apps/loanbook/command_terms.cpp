// Applications, settlement on a day, refinancing, coupons and their payers, limits of partners.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "output.hpp"
#include "requests.hpp"
#include "terms.hpp"

namespace loanbook::apps {
namespace {

/// What the bank sees of steps that meet in the settlement account.
std::string net_of(const std::vector<ledger::Recorded>& recorded, const std::string& reference) {
  std::int64_t net = 0;
  for (const auto& one : recorded) {
    for (const ledger::Movement& movement : one.receipt.movements) {
      if (movement.role == ledger::Role::settlement && !movement.consequence) net += movement.minor;
    }
  }
  const std::string& currency = recorded.front().receipt.currency;
  const std::string amount =
      money::text_of_minor(net < 0 ? -net : net, digits_of(currency)) + " " + currency;
  const std::string how = net == 0  ? "no money moves"
                          : net < 0 ? amount + " are paid out"
                                    : amount + " come in";
  if (net == 0) return "net of both: " + how;
  return fmt::format("net of both: {}; the bank sees only that{}", how,
                     reference.empty() ? ": --idempotency-key takes its reference, by which the "
                                         "statement finds both"
                                       : ", and finds both by the reference " + reference);
}

/// Records (or previews) a batch, all or nothing, and prints its receipts. The first command
/// carries the key.
int record_all(const Context& context, Book& book, std::vector<ledger::Command> commands,
               const Writing& writing, bool tells_net = false) {
  commands.front().key = key_or_place(writing.key, book);
  const std::string& key = commands.front().key;
  auto recorded = writing.dry_run ? book.preview_batch(commands) : book.record_batch(commands);
  if (!recorded) return fail(recorded.error(), key);
  std::vector<std::string> keys;
  for (const auto& command : commands) keys.push_back(command.key);
  print_receipts(context, *recorded, keys);
  if (tells_net) say(net_of(*recorded, writing.key));
  if (writing.dry_run) say("dry run: nothing was written");
  return exit_code::done;
}

/// The last entry of a loan that was not reversed and is of one of the kinds.
Result<std::uint64_t> last_entry(const Book& book, const std::string& loan,
                                 std::initializer_list<std::string_view> kinds) {
  auto events = book.loan_events(loan);
  if (!events) return events.error();
  std::uint64_t found = 0;
  for (const auto& event : *events) {
    const auto kind = ledger::to_text(event.kind);
    if (event.reversed_by == 0 && std::find(kinds.begin(), kinds.end(), kind) != kinds.end())
      found = std::max(found, event.sequence);
  }
  if (found != 0) return found;
  return Error{"refinance.nothing_to_undo",
               fmt::format("loan '{}' has no entry of a refinancing to take out", loan)};
}

int undo_refinance(const Context& context, Book& book, const RefinanceArguments& arguments) {
  auto view = book.loan(arguments.loan);
  if (!view) return fail(view.error());
  const std::string& old = view->refinances;
  if (old.empty()) {
    return fail(Error{"refinance.nothing_to_undo",
                      fmt::format("loan '{}' does not replace another one", arguments.loan)});
  }
  auto paid_out = last_entry(book, arguments.loan, {"open_disburse"});
  if (!paid_out) return fail(paid_out.error());
  return record_all(context, book,
                    {command_of(ledger::Reverse{*paid_out}, arguments.loan, arguments.writing),
                     command_of(ledger::Reverse{*paid_out - 1}, old, arguments.writing)},
                    arguments.writing);
}

std::string count_or_any(const std::optional<std::uint32_t>& count) {
  return count ? std::to_string(*count) : std::string();
}

}  // namespace

int run_loan_apply(const Context& context, const ApplyArguments& arguments) {
  auto terms = open_loan_of(arguments.terms);
  if (!terms) return fail(terms.error());
  auto until = optional_day(arguments.valid_until, "--valid-until");
  if (!until) return fail(until.error());
  return record_one(
      context,
      command_of(ledger::Apply{std::move(*terms), *until}, arguments.loan, arguments.writing),
      arguments.writing);
}

int run_loan_settle(const Context& context, const SettleArguments& arguments) {
  auto command = command_of(ledger::Settle{}, arguments.loan, arguments.writing);
  command.expect_version = arguments.expect_version;
  return record_one(context, std::move(command), arguments.writing);
}

int run_loan_refinance(const Context& context, const RefinanceArguments& arguments) {
  auto value_date = optional_day(arguments.writing.value_date, "--value-date");
  if (!value_date) return fail(value_date.error());
  return with_writer(context, [&](Book& book) {
    if (arguments.undo) return undo_refinance(context, book, arguments);
    if (arguments.old.empty() || arguments.terms.product.empty() || arguments.terms.amount.empty())
      return fail(
          Error{"cli.refinance", "refinance needs --of OLD, --product and --amount, or --undo"});
    auto terms = open_loan_of(arguments.terms);
    if (!terms) return fail(terms.error());
    terms->refinances = arguments.old;
    std::vector<ledger::Command> commands{
        command_of(ledger::Settle{}, arguments.old, arguments.writing),
        command_of(ledger::OpenAndDisburse{std::move(*terms)}, arguments.loan, arguments.writing)};
    for (auto& command : commands) command.value_date = *value_date;
    return record_all(context, book, std::move(commands), arguments.writing, true);
  });
}

int run_coupons_list(const Context& context, const CouponArguments& arguments) {
  return with_reader(context, [&](const Book& book) {
    Report report;
    report.title = {"Coupons, by loan"};
    report.columns = {{"loan", "Loan"},
                      {"entry", "Entry", ColumnKind::integer},
                      {"payer", "Payer"},
                      {"currency", "Currency"},
                      {"rows_left", "Rows left", ColumnKind::integer},
                      {"amount_left", "Amount left", ColumnKind::amount},
                      {"used", "Used", ColumnKind::amount},
                      {"settled", "Settled", ColumnKind::amount},
                      {"owed", "Owed", ColumnKind::amount},
                      {"state", "State"}};
    std::map<std::string, std::pair<std::int64_t, std::uint8_t>> owed;
    for (const ledger::CouponView& coupon : book.coupons(arguments.payer)) {
      if (!arguments.all && !coupon.running && coupon.owed() == 0) continue;
      const auto amount = [&](std::int64_t minor) {
        return money::text_of_minor(minor, coupon.digits);
      };
      auto& sum = owed[coupon.currency];
      sum.first += coupon.owed();
      sum.second = coupon.digits;
      report.rows.push_back(
          {{coupon.loan, std::to_string(coupon.sequence), coupon.payer, coupon.currency,
            count_or_any(coupon.rows_left), coupon.amount_left ? amount(*coupon.amount_left) : "",
            amount(coupon.used), amount(coupon.settled), amount(coupon.owed()),
            coupon.running ? "running" : "over"}});
    }
    for (const auto& [currency, sum] : owed)
      report.notes.push_back(fmt::format("Owed by payers: {} {}",
                                         money::text_of_minor(sum.first, sum.second), currency));
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

int run_coupons_settle(const Context& context, const CouponArguments& arguments) {
  auto value_date = optional_day(arguments.writing.value_date, "--value-date");
  if (!value_date) return fail(value_date.error());
  return with_writer(context, [&](Book& book) {
    auto coupons = book.coupons(arguments.payer);
    std::erase_if(coupons, [](const auto& coupon) { return coupon.owed() <= 0; });
    if (coupons.empty())
      return fail(
          Error{"coupon.not_owed", fmt::format("'{}' owes nothing for coupons", arguments.payer)});
    std::stable_sort(coupons.begin(), coupons.end(),
                     [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
    const std::string& currency = coupons.front().currency;
    const auto found = money::Currency::find(currency);
    auto amount = money::Money::parse(arguments.amount, *found);
    if (!amount) return fail(amount.error());
    std::int64_t rest = amount->minor();
    std::vector<ledger::Command> commands;
    for (const auto& coupon : coupons) {
      if (coupon.currency != currency || rest <= 0) continue;
      const std::int64_t part = std::min(rest, coupon.owed());
      rest -= part;
      ledger::Operation paid{.kind = ledger::Kind::coupon_settle,
                             .amount = money::text_of_minor(part, coupon.digits)};
      paid.code = arguments.payer;
      commands.push_back(command_of(std::move(paid), coupon.loan, arguments.writing));
      commands.back().value_date = *value_date;
    }
    if (rest > 0 || commands.empty())
      return fail(
          Error{"coupon.not_owed",
                fmt::format("'{}' owes {} {} less than {}; `coupons list` shows what",
                            arguments.payer, money::text_of_minor(rest, coupons.front().digits),
                            currency, arguments.amount)});
    return record_all(context, book, std::move(commands), arguments.writing);
  });
}

int run_partners_limit(const Context& context, const PartnerLimitArguments& arguments) {
  ledger::LimitPartner limit{.partner = arguments.partner, .currency = arguments.currency};
  if (arguments.amount != "none") limit.amount = arguments.amount;
  auto until = optional_day(arguments.until, "--until");
  if (!until) return fail(until.error());
  limit.until = *until;
  return record_one(context, command_of(std::move(limit), {}, arguments.writing),
                    arguments.writing);
}

int run_partners_list(const Context& context) {
  return with_reader(context, [&](const Book& book) {
    Report report;
    report.title = {"Limits of partners, on the business date"};
    report.columns = {{"partner", "Partner"},
                      {"currency", "Currency"},
                      {"limit", "Limit", ColumnKind::amount},
                      {"used", "Used", ColumnKind::amount},
                      {"available", "Available", ColumnKind::amount},
                      {"until", "Until", ColumnKind::date}};
    for (const ledger::PartnerLimitView& limit : book.partner_limits()) {
      const auto amount = [&](money::Int128 minor) {
        return money::text_of_minor(minor, limit.digits);
      };
      report.rows.push_back(
          {{limit.partner, limit.currency, amount(limit.limit), amount(limit.used),
            amount(limit.available()), day_or_empty(limit.until)}});
    }
    report.notes = {"Used: the partner's share of the principal outstanding of all joint loans."};
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
