// Terms of the Fineract suite as a product of ours.

#include "conformance/fineract.hpp"

namespace loanbook::conformance {
namespace {

using ledger::Product;
using ledger::Role;
using ledger::ServicingRules;
using schedule::Component;
using schedule::TimedOrder;
using schedule::Timing;

std::string text_or(const Json& object, const char* key, const char* otherwise) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>()
                                                         : otherwise;
}

/// `PAST_DUE_PENALTY`
schedule::AllocationStep step_of(const std::string& word) {
  const std::size_t cut = word.rfind('_');
  const std::string timing = word.substr(0, cut);
  const std::string component = word.substr(cut + 1);
  schedule::AllocationStep step{};
  step.timing = timing == "PAST_DUE" ? Timing::past_due
                : timing == "DUE"    ? Timing::due
                                     : Timing::in_advance;
  if (component == "PENALTY") step.component = Component::penalty;
  if (component == "FEE") step.component = Component::fee;
  if (component == "INTEREST") step.component = Component::interest;
  if (component == "PRINCIPAL") step.component = Component::principal;
  return step;
}

TimedOrder order_of(const Json& rule, const std::string& processing) {
  TimedOrder order;
  for (const Json& word : rule.at("order")) order.steps.push_back(step_of(word));
  order.mode = processing == "vertical" ? schedule::AllocationMode::horizontal
                                        : schedule::AllocationMode::vertical;
  const std::string future = rule.at("future_installment_rule");
  if (future == "LAST_INSTALLMENT") order.advance = schedule::Advance::last;
  if (future == "REAMORTIZATION") order.advance = schedule::Advance::spread;
  return order;
}

/// The two orders in the name of a strategy: installments due, and those in advance.
TimedOrder named_order(const std::vector<Component>& due, const std::vector<Component>& ahead) {
  TimedOrder order;
  for (const Timing timing : {Timing::past_due, Timing::due}) {
    for (const Component component : due) order.steps.push_back({timing, component});
  }
  for (const Component component : ahead) order.steps.push_back({Timing::in_advance, component});
  return order;
}

TimedOrder strategy_order(const std::string& name) {
  constexpr Component fee = Component::fee;
  constexpr Component penalty = Component::penalty;
  constexpr Component interest = Component::interest;
  constexpr Component principal = Component::principal;
  if (name == "mifos-standard-strategy") {
    return named_order({penalty, fee, interest, principal}, {penalty, fee, interest, principal});
  }
  if (name ==
      "due-penalty-interest-principal-fee-in-advance-penalty-interest-principal-fee-strategy") {
    return named_order({penalty, interest, principal, fee}, {penalty, interest, principal, fee});
  }
  if (name ==
      "due-penalty-fee-interest-principal-in-advance-principal-penalty-fee-interest-strategy") {
    return named_order({penalty, fee, interest, principal}, {principal, penalty, fee, interest});
  }
  throw NotBuilt{"strategy " + name};
}

void set_orders(const Json& terms, ServicingRules& rules) {
  const Json processing = terms.value("transaction_processing", Json());
  if (processing.is_null()) return;
  const std::string strategy = processing.at("strategy");
  if (strategy != "advanced-payment-allocation-strategy") {
    rules.payment = strategy_order(strategy);
    return;
  }
  const std::string mode = text_or(terms, "schedule_processing", "horizontal");
  for (const Json& rule : terms.at("payment_allocation")) {
    const std::string type = rule.at("transaction_type");
    const TimedOrder order = order_of(rule, mode);
    if (type == "DEFAULT") {
      rules.payment = order;
    } else if (type == "GOODWILL_CREDIT") {
      rules.goodwill = order;
    } else if (type == "MERCHANT_ISSUED_REFUND") {
      rules.merchant_refund = order;
    } else if (type == "PAYOUT_REFUND") {
      rules.payout_refund = order;
    } else if (type == "DOWN_PAYMENT") {
      rules.down_payment = order;
    } else {
      throw NotBuilt{"payment allocation of " + type};
    }
  }
  for (const Json& rule : terms.value("credit_allocation", Json::array())) {
    for (const Json& word : rule.at("order"))
      rules.chargeback.push_back(step_of("DUE_" + word.get<std::string>()).component);
  }
}

/// What the product charges for each installment that becomes overdue.
void set_late_charge(const Json& terms, ServicingRules& rules, money::Currency currency) {
  for (const Json& charge : terms.value("product_charges", Json::array())) {
    if (charge.at("time") != "overdue_installment" || rules.late_charge)
      throw NotBuilt{"a product with these charges"};
    ledger::LateCharge& late = rules.late_charge.emplace();
    late.code = charge.at("name");
    late.is_fee = !charge.at("penalty").get<bool>();
    late.fee.rounding = {money::RoundingMode::half_even, 1};
    const std::string by = charge.at("calculation");
    const std::string amount = charge.at("amount");
    if (by == "flat") {
      late.fee.amount_minor = minor_of(amount, currency);
      continue;
    }
    late.fee.of_overdue = {value_of(money::Rate::from_percent(amount)).e12(), 1'000'000'000'000};
    if (by == "percent_of_amount") {
      late.base = ledger::LateBase::principal;
    } else if (by == "percent_of_interest") {
      late.base = ledger::LateBase::interest;
    } else if (by != "percent_of_amount_plus_interest") {
      throw NotBuilt{"charge by " + by};
    }
  }
}

void set_accounts(Product& product) {
  const auto set = [&](std::initializer_list<Role> roles, const char* code, const char* name) {
    for (const Role role : roles)
      product.accounts[static_cast<std::size_t>(role)] = ledger::AccountCode{code, name};
  };
  set({Role::principal, Role::principal_overdue}, "112601", "Loans Receivable");
  set({Role::interest_accrued, Role::interest_receivable, Role::interest_unearned,
       Role::fee_receivable, Role::late_fee_receivable, Role::penalty_receivable},
      "112603", "Interest/Fee Receivable");
  set({Role::settlement}, "145023", "Suspense/Clearing account");
  set({Role::overpayment}, "l1", "Overpayment account");
  set({Role::goodwill_expense}, "744003", "Goodwill Expense Account");
  set({Role::goodwill_interest}, "404001", "Interest Income Charge Off");
  set({Role::goodwill_fee, Role::goodwill_penalty}, "404008", "Fee Charge Off");
  set({Role::charge_off_expense}, "744007", "Credit Loss/Bad Debt");
  set({Role::fraud_expense}, "744037", "Credit Loss/Bad Debt-Fraud");
  set({Role::charge_off_interest}, "404001", "Interest Income Charge Off");
  set({Role::charge_off_fee, Role::charge_off_penalty}, "404008", "Fee Charge Off");
  set({Role::recovery_income}, "744008", "Recoveries");
}

schedule::Rest rest_of(const Json& rule, const char* key) {
  const std::string word = text_or(rule, key, "daily");
  const auto number = [&](const std::string& name, int otherwise) {
    return rule.contains(name) && rule.at(name).is_number() ? rule.at(name).get<int>() : otherwise;
  };
  const std::string base = std::string(key) == "rest" ? "rest" : "compounding";
  schedule::Rest rest;
  rest.every = static_cast<std::uint16_t>(number(base + "_interval", 1));
  if (word == "daily") return rest;
  if (word == "weekly") {
    rest.unit = schedule::RestUnit::week;
  } else if (word == "monthly") {
    rest.unit = schedule::RestUnit::month;
    rest.on_day = static_cast<std::uint8_t>(number(base + "_on_day", 0));
  } else if (word == "same_as_repayment") {
    rest = {.unit = schedule::RestUnit::installment};
  } else {
    throw NotBuilt{"rest " + word};
  }
  return rest;
}

ledger::EarlyMoney early_of(const std::string& word) {
  if (word == "reduce_emi_amount") return ledger::EarlyMoney::smaller;
  if (word == "reduce_number_of_installments") return ledger::EarlyMoney::fewer;
  if (word == "reschedule_next_repayments") return ledger::EarlyMoney::next_smaller;
  if (word == "adjust_last_unpaid_period") return ledger::EarlyMoney::last_smaller;
  throw NotBuilt{"early payment strategy " + word};
}

ledger::Compounding compounding_of(const std::string& word) {
  if (word == "none") return ledger::Compounding::none;
  if (word == "interest") return ledger::Compounding::interest;
  return word == "fee" ? ledger::Compounding::fees : ledger::Compounding::interest_and_fees;
}

/// Interest that is computed again: each night where the suite's night does so, else when money
/// comes.
void set_recalculation(const Json& terms, ServicingRules& rules) {
  const bool progressive = terms.at("schedule_type") == "progressive";
  if (!progressive && text_or(terms, "interest_calculation_period", "") == "daily")
    rules.solve_days = schedule::SolveDays::even;
  const Json rule = terms.value("interest_recalculation", Json());
  if (!rule.is_object()) return;
  ledger::InterestRules& again = rules.interest.emplace();
  again.early = early_of(rule.at("early_payment_strategy"));
  again.rest = rest_of(rule, "rest");
  again.compounding = compounding_of(text_or(rule, "compounding", "none"));
  if (again.compounding != ledger::Compounding::none)
    again.compounding_on = rest_of(rule, "compounding_frequency");
  again.settlement = text_or(rule, "pre_close_interest", "") == "till_rest_frequency_date"
                         ? ledger::SettlementInterest::to_the_rest
                         : ledger::SettlementInterest::to_the_day;
  again.overdue =
      progressive ? ledger::OverdueInterest::daily : ledger::OverdueInterest::at_payment;
  rules.installment_of_approved = !progressive && rules.several_payouts;
}

schedule::PeriodUnit unit_of(const std::string& text) {
  if (text == "days") return schedule::PeriodUnit::day;
  if (text == "weeks") return schedule::PeriodUnit::week;
  return schedule::PeriodUnit::month;
}

void set_interest(const Json& terms, Product& product) {
  const money::Rate rate =
      value_of(money::Rate::from_percent(terms.at("annual_rate_pct").get<std::string>()));
  // A product there names one rate and lets every change of it pass.
  product.rate_default = rate;
  product.rate_min = money::Rate::of_e12(0);
  product.rate_max = std::max(rate, money::Rate::of_e12(1'000'000'000'000));
  const std::string year = text_or(terms, "days_in_year", "actual");
  product.day_count = year == "360"   ? schedule::DayCount::act_360
                      : year == "364" ? schedule::DayCount::act_364
                      : year == "365" ? schedule::DayCount::act_365f
                                      : schedule::DayCount::act_act_isda;
  const bool daily =
      text_or(terms, "interest_calculation_period", "same_as_repayment_period") == "daily";
  const bool whole_months = year == "360" && text_or(terms, "days_in_month", "actual") == "30";
  product.basis = (daily && !whole_months) || terms.at("repay_unit") != "months"
                      ? schedule::InterestBasis::daily
                      : schedule::InterestBasis::monthly;
  if (rate.e12() == 0) {
    product.method = schedule::Method::equal_principal;
  } else {
    product.method =
        terms.at("interest_method") == "flat" ? schedule::Method::flat : schedule::Method::level;
  }
}

}  // namespace

money::Currency Replay::currency() const {
  return *money::Currency::find(terms.at("currency").get<std::string>());
}

ledger::Product fineract_product(const Json& terms, bool charges_by_assessment) {
  Product product;
  product.id = replay_product;
  product.name = text_or(terms, "product", "terms");
  product.currency = *money::Currency::find(terms.at("currency").get<std::string>());
  product.frequency = {unit_of(terms.at("repay_unit")), terms.at("repay_every")};
  product.installments_default = terms.at("number_of_installments");
  product.installments_max = 1000;
  product.amount_max_minor = 1'000'000'000'00;
  set_interest(terms, product);
  const money::RoundingMode mode = money::RoundingMode::half_even;
  product.interest_rounding = {mode, 1};
  product.accrual_rounding = mode;
  product.installment_rounding = {mode, 1};
  if (terms.at("installment_multiple_of").is_string()) {
    product.installment_rounding.multiple =
        minor_of(terms.at("installment_multiple_of"), product.currency);
  }
  product.compound = ledger::CompoundRate::none;
  if (terms.contains("grace") && terms.at("grace").is_object()) {
    const Json& grace = terms.at("grace");
    product.grace_days = grace.at("on_arrears_days").get<std::uint16_t>();
    product.plan.principal_free_rows = grace.at("principal_installments").get<std::uint16_t>();
    product.plan.interest_free_rows = grace.at("interest_free_installments").get<std::uint16_t>();
    if (grace.at("interest_payment_installments") != 0)
      throw NotBuilt{"interest that is deferred for some installments"};
  }
  product.buckets.upper = {0};
  for (const Json& range : terms.value("delinquency_bucket", Json::array())) {
    if (!range.at("max_days").is_null())
      product.buckets.upper.push_back(range.at("max_days").get<std::uint16_t>());
  }
  ServicingRules& rules = product.servicing.emplace();
  set_orders(terms, rules);
  if (terms.contains("down_payment") && terms.at("down_payment").is_object()) {
    const money::Rate part = value_of(
        money::Rate::from_percent(terms.at("down_payment").at("percent").get<std::string>()));
    rules.down_payment_part = {part.e12(), 1'000'000'000'000};
    rules.down_payment_rounding = product.installment_rounding;
  }
  rules.several_payouts = terms.value("multi_disburse", false);
  rules.over_approved_e4 = 5'000;  // of every product of the suite
  rules.fee_income =
      charges_by_assessment ? ledger::FeeIncome::when_assessed : ledger::FeeIncome::when_due;
  rules.income_by_run = true;
  rules.days_after_grace = true;
  const bool progressive = terms.at("schedule_type") == "progressive";
  rules.raise_over_all_rows = !progressive;
  rules.charges_due_by_date = !progressive;
  rules.round_flat_payment = true;
  rules.ahead_again = !progressive;
  set_recalculation(terms, rules);
  rules.chargebacks_late_from_own_day = true;
  rules.whole_pauses = true;
  rules.dates_from_opening = text_or(terms, "repayment_start_date", "") == "submitted_on_date";
  set_late_charge(terms, rules, product.currency);
  set_accounts(product);
  return product;
}

ledger::OpenLoan fineract_opening(const Json& terms) {
  return {.product = replay_product, .amount = terms.at("principal").get<std::string>()};
}

std::string fineract_range(const Json& terms, std::int32_t days) {
  for (const Json& range : terms.value("delinquency_bucket", Json::array())) {
    if (days >= range.at("min_days").get<std::int32_t>() &&
        (range.at("max_days").is_null() || days <= range.at("max_days").get<std::int32_t>()))
      return range.at("range");
  }
  return "NO_DELINQUENCY";
}

}  // namespace loanbook::conformance
