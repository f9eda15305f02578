#include "loanbook/interchange/import_fields.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>
#include <vector>

#include "loanbook/interchange/month_year.hpp"
#include "loanbook/interchange/suggest.hpp"
#include "loanbook/money/decimal.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/rate.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

using money::quoted;
namespace limits = money::limits;

// A set of fields, one bit each.
using FieldSet = std::uint64_t;
static_assert(field_count <= 64);

constexpr FieldSet bit(Field field) { return FieldSet{1} << static_cast<unsigned>(field); }

// Which fields an event takes; any other that is not empty is a mistake of the sender.
struct EventRule {
  std::string_view name;
  FieldSet required;
  FieldSet allowed;
  std::string_view meaning;
  const ledger::OperationRule* operation = nullptr;
  std::optional<ledger::Kind> line{};  ///< an event of a credit line
};

constexpr FieldSet common_fields = bit(Field::loan_id) | bit(Field::event) |
                                   bit(Field::value_date) | bit(Field::expect_version) |
                                   bit(Field::reference) | bit(Field::reason) | bit(Field::actor);
constexpr FieldSet cash_fields = bit(Field::loan_id) | bit(Field::amount);
constexpr FieldSet open_fields = cash_fields | bit(Field::product);
constexpr FieldSet terms_fields = bit(Field::product_version) | bit(Field::rate) |
                                  bit(Field::installments) | bit(Field::first_due) |
                                  bit(Field::due_day) | bit(Field::line) | bit(Field::reservation) |
                                  bit(Field::party) | bit(Field::branch);
constexpr FieldSet line_fields = bit(Field::line);
constexpr FieldSet line_terms = bit(Field::until) | bit(Field::revolving) |
                                bit(Field::needs_decision) | bit(Field::write_off_restores) |
                                bit(Field::temporary) | bit(Field::temporary_until) |
                                bit(Field::sub_limits);
constexpr FieldSet reserving = line_fields | bit(Field::reservation);
constexpr EventRule plain_events[] = {
    {"repay", cash_fields, bit(Field::payer) | bit(Field::suspense) | bit(Field::channel),
     "money of the borrower, or of `payer`; pays what is owed by the product's order; out of the "
     "item `suspense`, where it is given"},
    {"disburse", cash_fields, bit(Field::channel), "pays an opened loan out"},
    {"open_disburse", open_fields, terms_fields | bit(Field::refinances) | bit(Field::channel),
     "opens a loan and pays it out; `refinances`: a loan that was settled right before it"},
    {"open", open_fields, terms_fields, "opens a loan; nothing is paid out yet"},
    {"apply", open_fields, terms_fields | bit(Field::until),
     "what was offered to a customer, to be approved through `until`"},
    {"settle", bit(Field::loan_id), 0, "pays exactly what settles the loan on its value date"},
    {"partner-limit", bit(Field::partner) | bit(Field::line_currency) | bit(Field::amount),
     bit(Field::until),
     "the most that a partner funds of all joint loans together, through `until`"},
    {"partner-limit-ended", bit(Field::partner) | bit(Field::line_currency), 0,
     "a partner's limit is no more"},
    {"reverse", bit(Field::sequence), 0,
     "takes the event in entry `sequence` out: it never "
     "happened"},
    {"suspense-receive", bit(Field::amount) | bit(Field::currency),
     bit(Field::payer) | bit(Field::text) | bit(Field::channel),
     "money that belongs to no loan yet (暂收款)"},
    {"suspense-return", bit(Field::suspense), bit(Field::amount) | bit(Field::channel),
     "money of the item `suspense` goes back to its payer; without an amount all that is left"},
};

struct LineEventRule {
  ledger::Kind kind;
  FieldSet required;
  FieldSet allowed;
  std::string_view meaning;
};
constexpr LineEventRule line_events[] = {
    {ledger::Kind::line_open, line_fields | bit(Field::line_currency) | bit(Field::amount),
     line_terms, "a credit line with the limit `amount`, drawn on through `until`"},
    {ledger::Kind::line_change, line_fields, bit(Field::amount) | line_terms,
     "what is given of a line's terms changes; `none` ends `until`"},
    {ledger::Kind::line_freeze, line_fields, bit(Field::code),
     "no drawing on the line, no reserving"},
    {ledger::Kind::line_unfreeze, line_fields, bit(Field::code), "ends a freeze"},
    {ledger::Kind::line_reserve, reserving | bit(Field::amount) | bit(Field::until),
     bit(Field::product), "keeps a part of a line through `until`"},
    {ledger::Kind::line_release, reserving, bit(Field::code), "gives a reservation up"},
    {ledger::Kind::line_confirm, reserving | bit(Field::loan_id), 0,
     "a reservation is for this loan and no other"},
    {ledger::Kind::risk_decision, bit(Field::choice),
     reserving | bit(Field::of) | bit(Field::code) | bit(Field::until) | bit(Field::rule_set) |
         bit(Field::score_id),
     "a risk engine decided: `choice` is allow, hold or block"},
};

struct OperationColumn {
  ledger::OperationField bit;
  Field field;
};
constexpr OperationColumn operation_columns[] = {
    {ledger::field_amount, Field::amount},   {ledger::field_of, Field::of},
    {ledger::field_rows, Field::rows},       {ledger::field_from, Field::from},
    {ledger::field_until, Field::until},     {ledger::field_choice, Field::choice},
    {ledger::field_code, Field::code},       {ledger::field_rate, Field::rate},
    {ledger::field_channel, Field::channel},
};

FieldSet fields_of(std::uint16_t operation_fields) {
  FieldSet fields = 0;
  for (const OperationColumn& column : operation_columns) {
    if ((operation_fields & column.bit) != 0) fields |= bit(column.field);
  }
  return fields;
}

const std::vector<EventRule>& event_rules() {
  static const std::vector<EventRule> all = [] {
    std::vector<EventRule> rules{std::begin(plain_events), std::end(plain_events)};
    for (const ledger::OperationRule& rule : ledger::operation_rules()) {
      rules.push_back(
          {rule.name, bit(Field::loan_id) | fields_of(rule.required),
           fields_of(rule.optional) | (ledger::moves_money(rule.kind) ? bit(Field::channel) : 0),
           rule.meaning, &rule});
    }
    for (const LineEventRule& rule : line_events) {
      rules.push_back({.name = ledger::to_text(rule.kind),
                       .required = rule.required,
                       .allowed = rule.allowed,
                       .meaning = rule.meaning,
                       .line = rule.kind});
    }
    return rules;
  }();
  return all;
}

FieldSet fields_given(const FieldRow& row) {
  FieldSet given = 0;
  for (std::size_t i = 0; i < field_count; ++i) {
    if (row.text[i]) given |= bit(static_cast<Field>(i));
  }
  return given;
}

Field first_of(FieldSet fields) { return static_cast<Field>(std::countr_zero(fields)); }

// Turns the fields of one row into a command; stops at the first that is wrong.
class Builder {
 public:
  Builder(const FieldRow& row, const ProductCurrency& currency_of)
      : row_(row), currency_of_(currency_of) {}

  std::optional<FieldError> build(ledger::Command* command) {
    const EventRule* rule = find_rule();
    if (rule == nullptr || !check_presence(*rule) || !common(command)) return error_;
    if (rule->line) {
      if (*rule->line == ledger::Kind::risk_decision) {
        risk_decision(command);
      } else {
        line_event(*rule->line, command);
      }
      return error_;
    }
    if (rule->operation != nullptr) {
      ledger::Operation made{.kind = rule->operation->kind};
      if (!operation(&made)) return error_;
      // A channel that the operation takes is its own field.
      if (!made.channel.empty()) command->channel.clear();
      command->event = std::move(made);
      return error_;
    }
    if (rule->name == "reverse") {
      ledger::Reverse reverse;
      if (whole_number(Field::sequence, std::numeric_limits<std::uint64_t>::max(),
                       &reverse.sequence)) {
        command->event = reverse;
      }
    } else if (rule->name == "settle") {
      command->event = ledger::Settle{};
    } else if (rule->name.starts_with("partner-limit")) {
      ledger::LimitPartner limit{.partner = plain(Field::partner),
                                 .currency = plain(Field::line_currency),
                                 .amount = given(Field::amount)};
      if (day(Field::until, &limit.until)) command->event = std::move(limit);
    } else if (rule->name == "apply") {
      ledger::Apply asked;
      if (terms(&asked.terms) && day(Field::until, &asked.valid_until))
        command->event = std::move(asked);
    } else if (rule->name == "suspense-receive" || rule->name == "suspense-return") {
      suspense(command);
    } else if (rule->name == "repay" || rule->name == "disburse") {
      if (!amount({})) return error_;
      std::string text{*row_.get(Field::amount)};
      if (rule->name == "repay") {
        repay(std::move(text), command);
      } else {
        command->event = ledger::Disburse{std::move(text)};
      }
    } else {
      ledger::OpenLoan open;
      if (!terms(&open)) return error_;
      open.refinances = plain(Field::refinances);
      if (rule->name == "open") {
        command->event = std::move(open);
      } else {
        command->event = ledger::OpenAndDisburse{std::move(open)};
      }
    }
    return error_;
  }

 private:
  bool fail(Field field, Error error) {
    error_ = FieldError{std::move(error), field};
    return false;
  }
  bool fail(Field field, const char* id, std::string message) {
    return fail(field, Error{.id = id, .message = std::move(message)});
  }

  const EventRule* find_rule() {
    const std::string_view text = row_.get(Field::event).value_or("");
    const auto rule = std::ranges::find(event_rules(), text, &EventRule::name);
    if (rule != event_rules().end()) return &*rule;
    std::vector<std::string_view> known;
    for (const EventRule& each : event_rules()) known.push_back(each.name);
    constexpr const char* what_to_use =
        "use repay, disburse, open, open_disburse, reverse or an operation such as charge; "
        "docs/events.md lists them";
    if (text.empty()) {
      fail(Field::event, "import.missing_field",
           std::string("the field 'event' is empty; ") + what_to_use);
    } else {
      const std::string_view instead = ledger::instead_of(text);
      fail(Field::event, "import.unknown_event",
           quoted(text) + " is not an event" +
               (instead.empty() ? did_you_mean(text, known) + "; " + what_to_use
                                : ": " + std::string(instead)));
    }
    return nullptr;
  }

  bool check_presence(const EventRule& rule) {
    const FieldSet given = fields_given(row_);
    if (const FieldSet missing = rule.required & ~given; missing != 0) {
      const Field field = first_of(missing);
      return fail(field, "import.missing_field",
                  "the field '" + std::string(to_text(field)) + "' is empty; '" +
                      std::string(rule.name) + "' needs it: " + std::string(rule.meaning));
    }
    const FieldSet surplus = given & ~(rule.required | rule.allowed | common_fields);
    if (surplus == 0) return true;
    const Field field = first_of(surplus);
    return fail(field, "import.unexpected_field",
                "'" + std::string(rule.name) + "' takes no '" + std::string(to_text(field)) +
                    "'; leave it empty (it takes " + taken_by(rule) + ")");
  }

  static std::string taken_by(const EventRule& rule) {
    std::string fields;
    for (std::size_t i = 0; i < field_count; ++i) {
      const auto field = static_cast<Field>(i);
      if (((rule.required | rule.allowed) & bit(field)) == 0 || field == Field::loan_id) continue;
      fields += (fields.empty() ? "'" : ", '") + std::string(to_text(field)) + "'";
    }
    return fields.empty() ? "nothing of its own" : fields;
  }

  bool item(std::uint64_t* out) {
    return !row_.get(Field::suspense) ||
           whole_number(Field::suspense, std::numeric_limits<std::uint64_t>::max(), out);
  }

  void repay(std::string amount, ledger::Command* command) {
    ledger::Repay made{.amount = std::move(amount)};
    if (text(Field::payer, limits::external_id_max, &made.payer) && item(&made.suspense))
      command->event = std::move(made);
  }

  void suspense(ledger::Command* command) {
    ledger::SuspenseRequest request{.amount = plain(Field::amount),
                                    .currency = plain(Field::currency),
                                    .reference = plain(Field::reference)};
    request.kind =
        request.currency.empty() ? ledger::Kind::suspense_return : ledger::Kind::suspense_receive;
    if (row_.get(Field::amount) && !amount({})) return;
    if (text(Field::payer, limits::external_id_max, &request.payer) &&
        text(Field::text, limits::reason_max, &request.text) && item(&request.item))
      command->event = std::move(request);
  }

  bool operation(ledger::Operation* out) {
    if (row_.get(Field::amount)) {
      if (!amount({})) return false;
      out->amount = *row_.get(Field::amount);
    }
    if (row_.get(Field::of) &&
        !whole_number(Field::of, std::numeric_limits<std::uint64_t>::max(), &out->of.emplace()))
      return false;
    if (row_.get(Field::rows) &&
        !whole_number(Field::rows, limits::installments_max, &out->rows.emplace()))
      return false;
    if (!day(Field::from, &out->from) || !day(Field::until, &out->until)) return false;
    if (!text(Field::code, limits::external_id_max, &out->code)) return false;
    // Others name the channel beside the operation, as every event that moves money does.
    const ledger::OperationRule& rule = ledger::operation_rule(out->kind);
    const bool takes_channel = ((rule.required | rule.optional) & ledger::field_channel) != 0;
    if (takes_channel && !text(Field::channel, limits::external_id_max, &out->channel))
      return false;
    if (!rate(&out->rate)) return false;
    out->choice = row_.get(Field::choice).value_or("");
    if (const money::Status status = ledger::check_fields(*out); !status)
      return fail(Field::choice, status.error());
    return true;
  }

  std::string plain(Field field) const { return std::string(row_.get(field).value_or("")); }

  std::optional<std::string> given(Field field) const {
    const auto found = row_.get(field);
    return found ? std::optional{std::string(*found)} : std::nullopt;
  }

  bool yes_or_no(Field field, std::optional<bool>* out) {
    const std::optional<std::string_view> word = row_.get(field);
    if (!word) return true;
    const bool yes = *word == "yes" || *word == "true";
    if (!yes && *word != "no" && *word != "false") {
      return fail(field, "import.yes_or_no",
                  "the field '" + std::string(to_text(field)) + "' is " + quoted(*word) +
                      "; write yes or no");
    }
    *out = yes;
    return true;
  }

  // `consumer-level=5000.00 seasonal=`: without an amount a sub-limit ends.
  bool sub_limits(std::vector<ledger::SubLimitRequest>* out) {
    std::string_view rest = row_.get(Field::sub_limits).value_or("");
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      const std::string_view one = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = one.find('=');
      if (equals == 0 || equals == std::string_view::npos) {
        return fail(Field::sub_limits, "import.sub_limits",
                    quoted(one) +
                        " is no sub-limit; write PRODUCT=AMOUNT, several with a space "
                        "between");
      }
      out->push_back({std::string(one.substr(0, equals)), std::string(one.substr(equals + 1))});
    }
    return true;
  }

  void line_event(ledger::Kind kind, ledger::Command* command) {
    ledger::LineRequest request{.kind = kind,
                                .line = plain(Field::line),
                                .currency = plain(Field::line_currency),
                                .temporary = given(Field::temporary),
                                .reservation = plain(Field::reservation),
                                .product = plain(Field::product),
                                .code = plain(Field::code)};
    const bool terms = kind == ledger::Kind::line_open || kind == ledger::Kind::line_change;
    (terms ? request.limit : request.amount) = given(Field::amount);
    request.no_last_day = terms && plain(Field::until) == "none";
    if (!request.no_last_day && !day(Field::until, terms ? &request.last_day : &request.until))
      return;
    if (!day(Field::temporary_until, &request.temporary_until) ||
        !yes_or_no(Field::revolving, &request.revolving) ||
        !yes_or_no(Field::needs_decision, &request.needs_decision) ||
        !yes_or_no(Field::write_off_restores, &request.write_off_restores) ||
        !sub_limits(&request.sub_limits))
      return;
    command->event = std::move(request);
  }

  void risk_decision(ledger::Command* command) {
    ledger::RiskDecision decision{.line = plain(Field::line),
                                  .reservation = plain(Field::reservation),
                                  .code = plain(Field::code),
                                  .rule_set = plain(Field::rule_set),
                                  .score = plain(Field::score_id)};
    const Result<ledger::Verdict> verdict = ledger::parse_verdict(plain(Field::choice));
    if (!verdict) {
      fail(Field::choice, verdict.error());
      return;
    }
    decision.verdict = *verdict;
    if (row_.get(Field::of) &&
        !whole_number(Field::of, std::numeric_limits<std::uint64_t>::max(), &decision.of.emplace()))
      return;
    if (!day(Field::until, &decision.last_day)) return;
    command->event = std::move(decision);
  }

  bool common(ledger::Command* command) {
    if (!text(Field::loan_id, limits::external_id_max, &command->loan)) return false;
    if (!text(Field::reason, limits::reason_max, &command->reason)) return false;
    if (!text(Field::actor, limits::actor_max, &command->actor)) return false;
    if (!text(Field::reference, limits::idempotency_key_max, &command->key)) return false;
    command->channel = plain(Field::channel);
    if (!command->key.empty()) command->scope = "reference";
    if (row_.get(Field::expect_version)) {
      std::uint64_t version = 0;
      if (!whole_number(Field::expect_version, std::numeric_limits<std::uint64_t>::max(),
                        &version)) {
        return false;
      }
      command->expect_version = version;
    }
    return day(Field::value_date, &command->value_date);
  }

  bool text(Field field, std::size_t bytes_max, std::string* out) {
    const std::optional<std::string_view> given = row_.get(field);
    if (!given) return true;
    if (given->size() > bytes_max) {
      return fail(field, "import.too_long",
                  "the field '" + std::string(to_text(field)) + "' has " +
                      std::to_string(given->size()) + " bytes; at most " +
                      std::to_string(bytes_max) + " are kept");
    }
    const bool broken = std::ranges::any_of(
        *given, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (broken && field != Field::reason) {
      return fail(field, field == Field::loan_id ? "import.bad_loan_id" : "import.bad_text",
                  "the field '" + std::string(to_text(field)) +
                      "' holds a line end or control character; remove it");
    }
    *out = *given;
    return true;
  }

  bool day(Field field, std::optional<money::Day>* out) {
    const std::optional<std::string_view> given = row_.get(field);
    if (!given) return true;
    const bool is_month = row_.form[static_cast<std::size_t>(field)] == Form::month_year;
    const Result<money::Day> read = is_month ? parse_month_year(*given) : money::parse_day(*given);
    if (!read) return fail(field, read.error());
    *out = *read;
    return true;
  }

  template <class T>
  bool whole_number(Field field, std::uint64_t largest, T* out) {
    const std::string_view given = row_.get(field).value_or("");
    const Result<money::Int128> number = money::parse_decimal(given, 0);
    const bool fits = number && *number >= 1 && *number <= static_cast<money::Int128>(largest);
    if (!fits) {
      return fail(field, "import.bad_number",
                  "the field '" + std::string(to_text(field)) + "' is " + quoted(given) +
                      "; it must be a whole number from 1 to " + std::to_string(largest));
    }
    *out = static_cast<T>(*number);
    return true;
  }

  // Without a currency only what holds for all of them is checked here; the book checks the rest.
  bool amount(std::optional<money::Currency> currency) {
    constexpr unsigned digits_of_any_currency = 4;
    const std::string_view given = *row_.get(Field::amount);
    money::Int128 minor = 0;
    if (currency) {
      const Result<money::Money> read = money::Money::parse(given, *currency);
      if (!read) return fail(Field::amount, read.error());
      minor = read->minor();
    } else {
      const Result<money::Int128> read = money::parse_decimal(given, digits_of_any_currency);
      if (!read) return fail(Field::amount, read.error());
      minor = *read;
    }
    if (minor > 0) return true;
    return fail(Field::amount, "import.bad_amount",
                "the amount " + quoted(given) +
                    " is not above zero; what takes money back is an event of its own, such as "
                    "reverse");
  }

  bool terms(ledger::OpenLoan* open) {
    open->product = *row_.get(Field::product);
    std::optional<money::Currency> currency;
    if (currency_of_) {
      currency = currency_of_(open->product);
      if (!currency) {
        return fail(Field::product, "import.unknown_product",
                    "the book has no product " + quoted(open->product) +
                        "; publish it with `loanbook product add`, or correct the name");
      }
    }
    if (!amount(currency) || !rate(&open->rate)) return false;
    open->line = plain(Field::line);
    open->reservation = plain(Field::reservation);
    open->party = plain(Field::party);
    open->branch = plain(Field::branch);
    open->amount = *row_.get(Field::amount);
    if (row_.get(Field::product_version)) {
      std::uint32_t version = 0;
      if (!whole_number(Field::product_version, std::numeric_limits<std::uint32_t>::max(),
                        &version)) {
        return false;
      }
      open->product_version = version;
    }
    if (row_.get(Field::installments)) {
      std::uint32_t count = 0;
      if (!whole_number(Field::installments, limits::installments_max, &count)) return false;
      open->installments = count;
    }
    if (!day(Field::first_due, &open->first_due)) return false;
    if (!row_.get(Field::due_day) || *row_.get(Field::due_day) == "0") return true;
    return whole_number(Field::due_day, 31, &open->due_day);
  }

  bool rate(std::optional<std::string>* out) {
    const std::optional<std::string_view> given = row_.get(Field::rate);
    if (!given) return true;
    const bool percent = row_.form[static_cast<std::size_t>(Field::rate)] == Form::percent;
    const Result<money::Rate> read =
        percent ? money::Rate::from_percent(*given) : money::Rate::parse(*given);
    if (!read) return fail(Field::rate, read.error());
    // One spelling, so that the same rate in another column form is the same request.
    *out = read->text();
    return true;
  }

  const FieldRow& row_;
  const ProductCurrency& currency_of_;
  std::optional<FieldError> error_;
};

}  // namespace

std::vector<EventFields> event_fields() {
  std::vector<EventFields> all;
  for (const EventRule& rule : event_rules()) {
    if (rule.line || rule.name.starts_with("partner-limit")) continue;
    EventFields& event = all.emplace_back();
    event.event = rule.name;
    event.meaning = rule.meaning;
    if (rule.operation != nullptr) event.choices = rule.operation->choices;
    for (std::size_t i = 0; i < field_count; ++i) {
      const auto field = static_cast<Field>(i);
      if ((rule.required & bit(field)) != 0) event.required.push_back(field);
      if ((rule.allowed & bit(field)) != 0) event.optional.push_back(field);
    }
  }
  return all;
}

std::optional<FieldError> build_command(const FieldRow& row, const ProductCurrency& currency_of,
                                        ledger::Command* command) {
  return Builder{row, currency_of}.build(command);
}

}  // namespace loanbook::interchange
