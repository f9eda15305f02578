#include "example_terms.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "loanbook/ledger/product/charge_income.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/limits.hpp"
#include "segment_tables.hpp"
#include "servicing_terms.hpp"

namespace loanbook::specs {
namespace {

using ledger::AccountingBasis;
using ledger::CompoundRate;
using ledger::FeeIncomeSpread;
using ledger::IncomeTax;
using ledger::Prepayment;
using ledger::tax_on_fee;
using ledger::tax_on_interest;
using ledger::tax_on_penalty;
using ledger::TaxedIncome;
using schedule::PeriodUnit;

Error unreadable(std::string_view value, std::string_view wanted) {
  return Error{.id = "spec.terms",
               .message = "'" + std::string(value) + "' cannot be read: " + std::string(wanted)};
}

std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (true) {
    const auto first = text.find_first_not_of(separators);
    if (first == std::string_view::npos) return words;
    text.remove_prefix(first);
    const auto end = text.find_first_of(separators);
    words.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return words;
    text.remove_prefix(end);
  }
}

Result<std::int64_t> whole(std::string_view text, std::int64_t max) {
  const auto value = money::parse_decimal(text, 0);
  if (!value || *value < 0 || *value > max)
    return unreadable(text, "a whole number from 0 to " + std::to_string(max));
  return static_cast<std::int64_t>(*value);
}

/// Assigns a parsed value or passes the error on.
template <class T, class Target>
Status put(Result<T> value, Target& target) {
  if (!value) return value.error();
  target = static_cast<Target>(*value);
  return money::ok();
}

template <class Number>
Status put_number(std::string_view text, std::optional<Number>& target) {
  const auto value = whole(text, 36'600);
  if (!value) return value.error();
  target = static_cast<Number>(*value);
  return money::ok();
}

Status read_principal(std::string_view text, ExampleTerms& out) {
  const auto space = text.find(' ');
  if (space != std::string_view::npos) {
    if (Status s = put(money::Currency::find(text.substr(0, space)), out.product.currency); !s)
      return s;
  }
  const auto amount = parse_amount(text, out.product.currency);
  if (!amount) return amount.error();
  out.loan.principal_minor = amount->minor();
  return money::ok();
}

/// `12 monthly`, `26 weekly`, `4 every 3 months`, `1`.
Status read_installments(std::string_view text, ExampleTerms& out) {
  const auto words = words_of(text, " ");
  const auto wanted = "such as `12 monthly`, `26 weekly`, `4 every 3 months`";
  if (words.empty()) return unreadable(text, wanted);
  if (Status s = put(whole(words[0], money::limits::installments_max), out.loan.installments); !s)
    return s;
  if (words.size() == 1) return money::ok();
  const std::map<std::string_view, PeriodUnit> adverbs = {{"daily", PeriodUnit::day},
                                                          {"weekly", PeriodUnit::week},
                                                          {"monthly", PeriodUnit::month},
                                                          {"yearly", PeriodUnit::year}};
  if (words.size() == 2 && adverbs.count(words[1]) == 1) {
    out.product.frequency = {adverbs.at(words[1]), 1};
    return money::ok();
  }
  const std::map<std::string_view, PeriodUnit> nouns = {{"days", PeriodUnit::day},
                                                        {"weeks", PeriodUnit::week},
                                                        {"months", PeriodUnit::month},
                                                        {"years", PeriodUnit::year}};
  if (words.size() != 4 || words[1] != "every" || nouns.count(words[3]) == 0)
    return unreadable(text, wanted);
  out.product.frequency.unit = nouns.at(words[3]);
  return put(whole(words[2], 1'000), out.product.frequency.every);
}

/// `6 % of interest, penalty`.
Status read_tax(std::string_view text, IncomeTax& out) {
  const auto of = text.find(" of ");
  if (of == std::string_view::npos) return unreadable(text, "such as `6 % of interest, penalty`");
  const auto rate = money::Rate::parse(text.substr(0, of));
  if (!rate) return rate.error();
  out.rate_e12 = rate->e12();
  const std::map<std::string_view, TaxedIncome> words = {
      {"interest", tax_on_interest}, {"fee", tax_on_fee}, {"penalty", tax_on_penalty}};
  for (const auto word : words_of(text.substr(of + 4), ", ")) {
    if (words.count(word) == 0) return unreadable(word, "interest, fee or penalty");
    out.of = static_cast<std::uint8_t>(out.of | words.at(word));
  }
  return money::ok();
}

/// `half-up`, `up to 1.00`.
Status read_rounding(std::string_view text, const ExampleTerms& terms, money::Rounding& out) {
  const auto words = words_of(text, " ");
  if (words.size() != 1 && (words.size() != 3 || words[1] != "to"))
    return unreadable(text, "such as `half-up` or `up to 1.00`");
  if (Status s = put(money::parse_rounding_mode(words[0]), out.mode); !s) return s;
  if (words.size() == 1) return money::ok();
  const auto multiple = parse_amount(words[2], terms.product.currency);
  if (!multiple) return multiple.error();
  out.multiple = multiple->minor();
  return money::ok();
}

/// `none`, `1.5 x contract`, `24 %`.
Status read_penalty(std::string_view text, ExampleTerms& out) {
  if (text == "none") return money::ok();
  const auto words = words_of(text, " ");
  if (words.size() == 3 && words[1] == "x" && words[2] == "contract") {
    return put(money::parse_decimal(words[0], 4), out.product.penalty_multiplier_e4);
  }
  return put(money::Rate::parse(text), out.product.penalty_rate);
}

/// `vertical penalty, compound, interest, principal`.
Status read_order(std::string_view text, schedule::AllocationOrder& out) {
  auto words = words_of(text, " ,");
  if (words.size() < 2 || (words[0] != "vertical" && words[0] != "horizontal") ||
      words.size() > out.order.size() + 1) {
    return unreadable(text, "`vertical` or `horizontal`, then the components in order");
  }
  out.mode = words[0] == "vertical" ? schedule::AllocationMode::vertical
                                    : schedule::AllocationMode::horizontal;
  out.count = static_cast<std::uint8_t>(words.size() - 1);
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (Status s = put(schedule::parse_component(words[i]), out.order.at(i - 1)); !s) return s;
  }
  return money::ok();
}

/// `90: vertical principal, interest`.
Status read_late_order(std::string_view text, schedule::AllocationRule& out) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return unreadable(text, "days past due, a colon, then an order");
  schedule::AllocationRule::Switch late{};
  if (Status s = put(whole(text.substr(0, colon), 36'600), late.dpd_over); !s) return s;
  if (Status s = read_order(text.substr(colon + 1), late.order); !s) return s;
  out.when_late = late;
  return money::ok();
}

Status read_thresholds(std::string_view text, schedule::Thresholds& out) {
  out.upper.clear();
  for (const auto word : words_of(text, " ,")) {
    if (Status s = put(whole(word, 36'600), out.upper.emplace_back()); !s) return s;
  }
  return money::ok();
}

template <class T>
Status choose(std::string_view text, const std::map<std::string_view, T>& choices, T& out) {
  const auto found = choices.find(text);
  if (found != choices.end()) {
    out = found->second;
    return money::ok();
  }
  std::string wanted = "one of";
  for (const auto& [name, value] : choices) wanted += " " + std::string(name);
  return unreadable(text, wanted);
}

Status put_amount(std::string_view text, const ExampleTerms& terms, std::int64_t& out) {
  const auto amount = parse_amount(text, terms.product.currency);
  if (!amount) return amount.error();
  out = amount->minor();
  return money::ok();
}

/// `2 %`, `2 % + 10.00`: kept back of each pay-out.
Status read_upfront_fee(std::string_view text, ExampleTerms& terms) {
  ledger::UpfrontFee& fee = terms.product.payouts.fee;
  const auto plus = text.find(" + ");
  if (plus != std::string_view::npos) {
    if (Status s = put_amount(text.substr(plus + 3), terms, fee.minor); !s) return s;
  }
  const auto part = money::Rate::parse(text.substr(0, plus));
  if (!part) return part.error();
  fee.part_e12 = part->e12();
  return money::ok();
}

/// `30:70`: parties `party-1`, `party-2`, ..., the first leads.
Status read_joint(std::string_view text, std::optional<ledger::JointRules>& out) {
  ledger::JointRules rules;
  while (true) {
    const auto colon = std::min(text.find(':'), text.size());
    ledger::Party& party = rules.parties.emplace_back();
    party.id = "party-" + std::to_string(rules.parties.size());
    if (Status s = put(whole(text.substr(0, colon), 1'000'000), party.weight); !s) return s;
    if (colon == text.size()) break;
    text.remove_prefix(colon + 1);
  }
  rules.lead = "party-1";
  out = std::move(rules);
  return money::ok();
}

/// `fees service, origination` or `penalties late`: charges whose income has an account of its own.
Status read_group(std::string_view text, std::uint8_t group, ledger::Product& out) {
  const auto space = text.find(' ');
  const std::string_view kind = text.substr(0, space);
  if (space == std::string_view::npos || (kind != "fees" && kind != "penalties"))
    return unreadable(text, "`fees` or `penalties`, then codes");
  const ledger::Role role = ledger::charge_group_role(group);
  const ledger::Account account = ledger::default_account(role);
  out.accounts.at(static_cast<std::size_t>(role)) =
      ledger::AccountCode{std::string(account.code), std::string(account.name)};
  if (kind == "penalties")
    out.penalty_groups = static_cast<std::uint8_t>(out.penalty_groups | 1U << (group - 1));
  for (std::string_view rest = text.substr(space + 1); !rest.empty();) {
    const auto end = std::min(rest.find(','), rest.size());
    out.charge_income[std::string(rest.substr(0, end))] = group;
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return money::ok();
}

Status read_service_fee(std::string_view text, std::optional<ledger::JointRules>& out) {
  const auto rate = money::Rate::parse(text);
  if (!rate) return rate.error();
  if (!out) return unreadable(text, "the term `joint` before it");
  out->interest = ledger::InterestShare::service_fee;
  out->service_fee_e6 = rate->e12() / 1'000'000;
  return money::ok();
}

Status read_compensation(std::string_view text, std::optional<ledger::JointRules>& out) {
  if (!out) return unreadable(text, "the term `joint` before it");
  return put(whole(text, 3'650), out->compensation_days);
}

Status put_share(std::string_view text, money::Ratio& out) {
  const auto rate = money::Rate::parse(text);
  if (!rate) return rate.error();
  out = {rate->e12(), 1'000'000'000'000};
  return money::ok();
}

/// `12: 3 %, 24: 2 %`: below 12 months, below 24.
Status read_fee_steps(std::string_view text, std::vector<schedule::PrepayFeeStep>& out) {
  for (const auto item : words_of(text, ",")) {
    const auto colon = item.find(':');
    if (colon == std::string_view::npos) return unreadable(text, "such as `12: 3 %, 24: 2 %`");
    schedule::PrepayFeeStep& step = out.emplace_back();
    const auto below = words_of(item.substr(0, colon), " ");
    if (below.size() != 1) return unreadable(text, "such as `12: 3 %, 24: 2 %`");
    if (Status s = put(whole(below[0], 1'200), step.below); !s) return s;
    if (Status s = put_share(item.substr(colon + 2), step.rate); !s) return s;
  }
  return money::ok();
}

using Reader = std::function<Status(std::string_view, ExampleTerms&)>;

const std::map<std::string_view, Reader>& readers() {
  static const std::map<std::string_view, Reader> table = {
      {"currency",
       [](auto v, auto& t) { return put(money::Currency::find(v), t.product.currency); }},
      {"principal", read_principal},
      {"method", [](auto v, auto& t) { return put(schedule::parse_method(v), t.product.method); }},
      {"rate", [](auto v, auto& t) { return put(money::Rate::parse(v), t.loan.rate); }},
      {"installments", read_installments},
      {"disbursed", [](auto v, auto& t) { return put(money::parse_day(v), t.disbursed); }},
      {"first_due", [](auto v, auto& t) { return put(money::parse_day(v), t.loan.first_due); }},
      {"due_day", [](auto v, auto& t) { return put(whole(v, 31), t.loan.due_day); }},
      {"basis",
       [](auto v, auto& t) {
         using schedule::InterestBasis;
         return choose<InterestBasis>(
             v, {{"monthly", InterestBasis::monthly}, {"daily", InterestBasis::daily}},
             t.product.basis);
       }},
      {"day_count",
       [](auto v, auto& t) { return put(schedule::parse_day_count(v), t.product.day_count); }},
      {"first_period",
       [](auto v, auto& t) {
         using schedule::OddFirst;
         return choose<OddFirst>(v, {{"solve", OddFirst::solve}, {"extra", OddFirst::extra}},
                                 t.product.odd_first);
       }},
      {"interest_rounding",
       [](auto v, auto& t) { return read_rounding(v, t, t.product.interest_rounding); }},
      {"installment_rounding",
       [](auto v, auto& t) { return read_rounding(v, t, t.product.installment_rounding); }},
      {"accrual_rounding",
       [](auto v, auto& t) {
         return put(money::parse_rounding_mode(v), t.product.accrual_rounding);
       }},
      {"grace_days",
       [](auto v, auto& t) {
         return put(whole(v, money::limits::grace_days_max), t.product.grace_days);
       }},
      {"grace",
       [](auto v, auto& t) {
         using schedule::GraceMode;
         return choose<GraceMode>(
             v, {{"waive-if-paid", GraceMode::waive_if_paid}, {"shift", GraceMode::shift}},
             t.product.grace_mode);
       }},
      {"penalty", read_penalty},
      {"penalty_maximum",
       [](auto v, auto& t) {
         const auto part = money::Rate::parse(v);
         if (!part) return Status{part.error()};
         t.product.penalty_maximum_e4 = part->e12() / 100'000'000;
         return money::ok();
       }},
      {"maximum_of",
       [](auto v, auto& t) {
         using schedule::MaximumOf;
         return choose<MaximumOf>(v,
                                  {{"penalty", MaximumOf::penalty},
                                   {"penalty-and-compound", MaximumOf::penalty_and_compound}},
                                  t.product.maximum_of);
       }},
      {"compound",
       [](auto v, auto& t) {
         return choose<CompoundRate>(v,
                                     {{"none", CompoundRate::none},
                                      {"contract", CompoundRate::contract},
                                      {"penalty", CompoundRate::penalty}},
                                     t.product.compound);
       }},
      {"order", [](auto v, auto& t) { return read_order(v, t.product.allocation.ordinary); }},
      {"late_order", [](auto v, auto& t) { return read_late_order(v, t.product.allocation); }},
      {"prepayment",
       [](auto v, auto& t) {
         return choose<Prepayment>(v, {{"hold", Prepayment::hold}, {"settle", Prepayment::settle}},
                                   t.product.prepayment);
       }},
      {"prepay_fee",
       [](auto v, auto& t) {
         const auto rate = money::Rate::parse(v);
         if (!rate) return Status(rate.error());
         t.prepay.fee_rate = {rate->e12(), 1'000'000'000'000};
         return money::ok();
       }},
      {"prepay_fee_free_after",
       [](auto v, auto& t) { return put_number(v, t.prepay.fee_free_after); }},
      {"prepay_fee_cap_days",
       [](auto v, auto& t) { return put_number(v, t.prepay.fee_cap_interest_days); }},
      {"prepay_min_days",
       [](auto v, auto& t) { return put(whole(v, 366), t.prepay.min_interest_days); }},
      {"prepay_fee_steps", [](auto v, auto& t) { return read_fee_steps(v, t.prepay.fee_steps); }},
      {"prepay_fee_free_amount",
       [](auto v, auto& t) { return put_amount(v, t, t.prepay.fee_free_amount_minor); }},
      {"prepay_fee_max",
       [](auto v, auto& t) { return put_amount(v, t, t.prepay.fee_max_minor.emplace()); }},
      {"prepay_min_last",
       [](auto v, auto& t) { return put_amount(v, t, t.prepay.min_last_minor); }},
      {"prepay_interest",
       [](auto v, auto& t) {
         using schedule::PrepayInterest;
         return choose<PrepayInterest>(v,
                                       {{"of-part", PrepayInterest::of_part},
                                        {"all", PrepayInterest::all},
                                        {"next-row", PrepayInterest::next_row}},
                                       t.prepay.interest);
       }},
      {"late_fee", [](auto v, auto& t) { return put_amount(v, t, t.late_fee.amount_minor); }},
      {"late_fee_of_overdue", [](auto v, auto& t) { return put_share(v, t.late_fee.of_overdue); }},
      {"late_fee_of_installment",
       [](auto v, auto& t) { return put_share(v, t.late_fee.of_installment); }},
      {"late_fee_min", [](auto v, auto& t) { return put_amount(v, t, t.late_fee.min_minor); }},
      {"late_fee_max",
       [](auto v, auto& t) { return put_amount(v, t, t.late_fee.max_minor.emplace()); }},
      {"late_fee_total_max",
       [](auto v, auto& t) { return put_amount(v, t, t.late_fee.total_max_minor.emplace()); }},
      {"late_fee_grace_days",
       [](auto v, auto& t) { return put(whole(v, 366), t.late_fee.grace_days); }},
      {"late_fee_every_days",
       [](auto v, auto& t) { return put(whole(v, 36'600), t.late_fee.every_days); }},
      {"joint", [](auto v, auto& t) { return read_joint(v, t.product.joint); }},
      {"joint_books",
       [](auto v, auto& t) {
         using ledger::JointBooks;
         if (!t.product.joint) return Status(unreadable(v, "the term `joint` before it"));
         return choose<JointBooks>(
             v, {{"own-share", JointBooks::own_share}, {"full", JointBooks::full}},
             t.product.joint->books);
       }},
      {"service_fee", [](auto v, auto& t) { return read_service_fee(v, t.product.joint); }},
      {"compensation_days", [](auto v, auto& t) { return read_compensation(v, t.product.joint); }},
      {"daily_digits", [](auto v, auto& t) { return put_number(v, t.daily_digits); }},
      {"buckets", [](auto v, auto& t) { return read_thresholds(v, t.product.buckets); }},
      {"categories", [](auto v, auto& t) { return read_thresholds(v, t.product.categories); }},
      {"non_accrual_days",
       [](auto v, auto& t) { return put(whole(v, 3'660), t.product.quality.non_accrual_days); }},
      {"accounting",
       [](auto v, auto& t) {
         return choose<AccountingBasis>(
             v, {{"accrual", AccountingBasis::accrual}, {"cash", AccountingBasis::cash}},
             t.product.accounting.basis);
       }},
      {"tax", [](auto v, auto& t) { return read_tax(v, t.product.accounting.tax); }},
      {"charge_income_1", [](auto v, auto& t) { return read_group(v, 1, t.product); }},
      {"charge_income_2", [](auto v, auto& t) { return read_group(v, 2, t.product); }},
      {"payout_fee", [](auto v, auto& t) { return read_upfront_fee(v, t); }},
      {"upfront_fee",
       [](auto v, auto& t) {
         return choose<FeeIncomeSpread>(
             v,
             {{"at-once", FeeIncomeSpread::at_once},
              {"straight-line", FeeIncomeSpread::straight_line},
              {"effective-interest", FeeIncomeSpread::effective_interest}},
             t.product.accounting.upfront_fee);
       }},
      {"materiality",
       [](auto v, auto& t) { return put_amount(v, t, t.product.quality.materiality_minor); }},
  };
  return table;
}

}  // namespace

Result<money::Money> parse_amount(std::string_view text, money::Currency currency) {
  const auto space = text.find(' ');
  if (space != std::string_view::npos) {
    const auto named = money::Currency::find(text.substr(0, space));
    if (!named) return named.error();
    currency = *named;
    text.remove_prefix(space + 1);
  }
  return money::Money::parse(text, currency);
}

Result<ExampleTerms> read_terms(const Example& example, const std::string& file) {
  ExampleTerms terms;
  terms.product.id = "spec";
  terms.product.name = "Worked example";
  terms.product.currency = *money::Currency::find("CNY");
  for (const auto& term : example.terms) {
    const auto placed = [&](Error error) {
      error.message = term.key + ": " + error.message;
      error.file = file;
      error.line = static_cast<std::uint32_t>(term.line);
      return error;
    };
    if (const auto provision = provision_readers().find(term.key);
        provision != provision_readers().end()) {
      if (Status s = provision->second(term.value, terms.provisions, terms.product.currency); !s)
        return placed(s.error());
      continue;
    }
    if (const auto servicing = read_servicing_term(term.key, term.value, terms.product)) {
      if (!*servicing) return placed(servicing->error());
      continue;
    }
    if (const auto segmented = read_segment_term(term.key, term.value, terms.segmented)) {
      if (!*segmented) return placed(segmented->error());
      continue;
    }
    const auto reader = readers().find(term.key);
    if (reader == readers().end())
      return placed(
          Error{.id = "spec.terms", .message = "there is no such term; see specs/README.md"});
    if (Status s = reader->second(term.value, terms); !s) return placed(s.error());
  }
  auto& product = terms.product;
  // With a table of installments a product is checked by a plan of its largest loan.
  product.amount_max_minor = product.servicing
                                 ? std::max<std::int64_t>(terms.loan.principal_minor, 1)
                                 : money::limits::principal_minor_max;
  product.rate_min = product.rate_default = product.rate_max = terms.loan.rate;
  product.installments_min = product.installments_default = product.installments_max =
      terms.loan.installments;
  return terms;
}

}  // namespace loanbook::specs
