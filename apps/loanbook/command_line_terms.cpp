// The part of the command tree around a loan's contract: applications, settlement, refinancing,
// coupons, limits of partners.

#include <memory>

#include "command_tree.hpp"
#include "terms.hpp"

namespace loanbook::apps {
namespace {

void add_value_day(CLI::App* command, Writing& writing) {
  command->add_option("--value-date", writing.value_date,
                      "Day from which it counts (default: the business date)");
}

void add_loan_terms(CLI::App* command, TermsArguments& terms, bool required) {
  command->add_option("--product", terms.product, "Product id")->required(required);
  command->add_option("--product-version", terms.product_version, "Default: the newest");
  command->add_option("--amount", terms.amount, "Principal, such as 12000.00")->required(required);
  command->add_option("--rate", terms.rate,
                      "18%, '1.5% per month', '0.05% per day' (default: the product's)");
  command->add_option("--term", terms.installments,
                      "Number of installments (default: the product's)");
  command->add_option("--first-due", terms.first_due, "First due date");
  command->add_option("--due-day", terms.due_day, "Fixed day of the month, 1 to 31");
  command->add_option("--line", terms.line, "Credit line it is drawn on");
  command->add_option("--reservation", terms.reservation, "Reservation of that line to use up");
  command->add_option("--party", terms.party, "Reference of the customer: opaque, no name");
}

void add_apply(CommandTree& tree, CLI::App* loan) {
  const auto a = std::make_shared<ApplyArguments>();
  auto* apply = tree.command(
      loan, "apply", "Record what was offered; `approve` makes it a loan, `decline` ends it",
      "loanbook loan apply L-1001 --product consumer-level --amount 12000 --valid-until 2026-02-14",
      [a](const Context& c) { return run_loan_apply(c, *a); });
  apply->group("Life");
  apply->add_option("ID", a->loan, "Loan id")->required();
  add_loan_terms(apply, a->terms, true);
  apply->add_option("--valid-until", a->valid_until, "Last day of approval (default: no last day)");
  add_writing(apply, a->writing);
  add_value_day(apply, a->writing);
}

void add_settle(CommandTree& tree, CLI::App* loan) {
  const auto a = std::make_shared<SettleArguments>();
  auto* settle = tree.command(loan, "settle", "Pay exactly what settles the loan on that day",
                              "loanbook loan settle L-1001 --dry-run",
                              [a](const Context& c) { return run_loan_settle(c, *a); });
  settle->group("Payments");
  settle->add_option("ID", a->loan, "Loan id")->required();
  settle->add_option("--expect-version", a->expect_version,
                     "Refuse where the loan has another number of entries");
  add_writing(settle, a->writing);
  add_value_day(settle, a->writing);
}

void add_refinance(CommandTree& tree, CLI::App* loan) {
  const auto a = std::make_shared<RefinanceArguments>();
  auto* refinance = tree.command(
      loan, "refinance", "A new loan whose pay-out settles an old one, all or nothing",
      "loanbook loan refinance L-1002 --of L-1001 --product consumer-level --amount 12000",
      [a](const Context& c) { return run_loan_refinance(c, *a); });
  refinance->group("Life");
  refinance->add_option("ID", a->loan, "Id of the new loan")->required();
  refinance->add_option("--of", a->old, "The loan that it settles");
  add_loan_terms(refinance, a->terms, false);
  refinance->add_flag("--undo", a->undo, "Take a refinancing out: both loans are as before");
  add_writing(refinance, a->writing);
  add_value_day(refinance, a->writing);
}

void add_coupons(CommandTree& tree) {
  const auto a = std::make_shared<CouponArguments>();
  auto* coupons = tree.noun("coupons", "Interest that somebody else pays: who owes what of it");
  auto* list = tree.command(coupons, "list", "Coupons that run or are owed by their payers",
                            "loanbook coupons list --payer shop-7",
                            [a](const Context& c) { return run_coupons_list(c, *a); });
  list->add_option("--payer", a->payer, "Of this payer only");
  list->add_flag("--all", a->all, "Those that are over and paid, too");
  auto* settle = tree.command(coupons, "settle", "A payer pays for coupons, the oldest first",
                              "loanbook coupons settle shop-7 --amount 310.00",
                              [a](const Context& c) { return run_coupons_settle(c, *a); });
  settle->add_option("PAYER", a->payer, "Code of the payer")->required();
  settle->add_option("--amount", a->amount, "Such as 310.00")->required();
  add_writing(settle, a->writing);
  add_value_day(settle, a->writing);
}

void add_partner_limits(CommandTree& tree) {
  const auto a = std::make_shared<PartnerLimitArguments>();
  auto* partners = tree.noun("partners", "Partners of joint loans");
  auto* limit = tree.command(
      partners, "limit", "The most that a partner funds of all joint loans together",
      "loanbook partners limit city-bank --currency CNY --amount 5000000.00 --until 2026-12-31",
      [a](const Context& c) { return run_partners_limit(c, *a); });
  limit->add_option("PARTNER", a->partner, "Its id in the products")->required();
  limit->add_option("--currency", a->currency, "ISO 4217")->required();
  limit->add_option("--amount", a->amount, "Such as 5000000.00; none: no limit any more")
      ->required();
  limit->add_option("--until", a->until, "It funds nothing new after this day");
  add_writing(limit, a->writing);
  tree.command(partners, "list", "Limits of partners: used, available", "loanbook partners list",
               [](const Context& c) { return run_partners_list(c); });
}

}  // namespace

void add_terms_commands(CommandTree& tree) {
  auto* loan = tree.noun("loan", "One loan: record events, show it, explain its figures");
  add_apply(tree, loan);
  add_settle(tree, loan);
  add_refinance(tree, loan);
  add_coupons(tree);
  add_partner_limits(tree);
}

}  // namespace loanbook::apps
