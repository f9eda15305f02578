// The door for credit lines: their own events, decisions, and what a line says to a drawdown. A
// refusal says what the line holds, so that nobody has to ask again.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/door/door.hpp"
#include "loanbook/ledger/door/recorder.hpp"
#include "loanbook/money/limits.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::ledger {
namespace {

namespace limits = money::limits;

Error refuse(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

std::string amount_text(const LineState& line, std::int64_t minor) {
  return fmt::format("{} {}", money::text_of_minor(minor, line.currency.digits),
                     line.currency.text());
}

/// A limit: 0 or more.
Result<std::int64_t> limit_of(const std::string& text, money::Currency currency) {
  const Result<money::Money> amount = money::Money::parse(text, currency);
  if (!amount) return amount.error();
  if (amount->minor() < 0 || amount->minor() > limits::amount_minor_max) {
    return refuse(
        "amount.out_of_range",
        fmt::format("a limit is 0 to {}, not {}",
                    money::text_of_minor(limits::amount_minor_max, currency.digits), text));
  }
  return amount->minor();
}

struct Field {
  const char* name;
  bool given;
  bool terms, reserve, release, confirm, freeze;  ///< taken by
};

/// Fields a kind of event does not take are named, not ignored.
Status check_fields(const LineRequest& r, bool has_loan) {
  const bool is_terms = r.kind == Kind::line_open || r.kind == Kind::line_change;
  const Field fields[] = {
      {"currency", !r.currency.empty(), r.kind == Kind::line_open, false, false, false, false},
      {"limit", r.limit.has_value(), true, false, false, false, false},
      {"last_day", r.last_day.has_value(), true, false, false, false, false},
      {"no_last_day", r.no_last_day, true, false, false, false, false},
      {"revolving", r.revolving.has_value(), true, false, false, false, false},
      {"write_off_restores", r.write_off_restores.has_value(), true, false, false, false, false},
      {"needs_decision", r.needs_decision.has_value(), true, false, false, false, false},
      {"temporary", r.temporary.has_value(), true, false, false, false, false},
      {"temporary_until", r.temporary_until.has_value(), true, false, false, false, false},
      {"sub_limits", !r.sub_limits.empty(), true, false, false, false, false},
      {"reservation", !r.reservation.empty(), false, true, true, true, false},
      {"amount", r.amount.has_value(), false, true, false, false, false},
      {"until", r.until.has_value(), false, true, false, false, false},
      {"product", !r.product.empty(), false, true, false, false, false},
      {"code", !r.code.empty(), false, false, true, false, true},
      {"loan", has_loan, false, false, false, true, false},
  };
  for (const Field& field : fields) {
    const bool taken = is_terms                       ? field.terms
                       : r.kind == Kind::line_reserve ? field.reserve
                       : r.kind == Kind::line_release ? field.release
                       : r.kind == Kind::line_confirm ? field.confirm
                                                      : field.freeze;
    if (field.given && !taken) {
      return refuse("line.field_unexpected",
                    fmt::format("{} does not take the field '{}'; leave it out", to_text(r.kind),
                                field.name));
    }
  }
  const auto need = [&](bool given, const char* name) -> Status {
    if (given) return money::ok();
    return refuse("line.field_missing",
                  fmt::format("{} needs the field '{}'", to_text(r.kind), name));
  };
  if (Status s = need(!r.line.empty(), "line"); !s) return s;
  if (r.kind == Kind::line_open) {
    if (Status s = need(!r.currency.empty(), "currency"); !s) return s;
    return need(r.limit.has_value(), "limit");
  }
  if (is_terms) return money::ok();
  if (r.kind == Kind::line_freeze || r.kind == Kind::line_unfreeze) return money::ok();
  if (Status s = need(!r.reservation.empty(), "reservation"); !s) return s;
  if (r.kind == Kind::line_confirm) return need(has_loan, "loan");
  if (r.kind == Kind::line_release) return money::ok();
  if (Status s = need(r.amount.has_value(), "amount"); !s) return s;
  return need(r.until.has_value(), "until");
}

Status check_texts(const LineRequest& r) {
  for (const auto& [text, name] : {std::pair{&r.line, "line id"},
                                   {&r.reservation, "reservation id"},
                                   {&r.product, "product id"},
                                   {&r.code, "code"}}) {
    if (Status s = check_text(*text, name, limits::external_id_max); !s) return s;
  }
  for (const SubLimitRequest& sub : r.sub_limits) {
    if (Status s = check_text(sub.product, "product id", limits::external_id_max); !s) return s;
    if (sub.product.empty())
      return refuse("line.field_missing", "a sub-limit needs the id of a product");
  }
  return money::ok();
}

Status set_sub_limit(LineTerms& terms, const SubLimitRequest& request, money::Currency currency) {
  const auto place = std::lower_bound(
      terms.sub_limits.begin(), terms.sub_limits.end(), request.product,
      [](const SubLimit& sub, const std::string& product) { return sub.product < product; });
  const bool there = place != terms.sub_limits.end() && place->product == request.product;
  if (request.amount.empty()) {
    if (there) terms.sub_limits.erase(place);
    return money::ok();
  }
  const Result<std::int64_t> minor = limit_of(request.amount, currency);
  if (!minor) return minor.error();
  if (there) {
    place->minor = *minor;
  } else {
    terms.sub_limits.insert(place, {request.product, *minor});
  }
  return money::ok();
}

Result<LineTerms> changed_terms(LineTerms terms, const LineRequest& r, money::Currency currency,
                                Day today) {
  if (r.limit) {
    const Result<std::int64_t> minor = limit_of(*r.limit, currency);
    if (!minor) return minor.error();
    terms.limit_minor = *minor;
  }
  if (r.no_last_day && r.last_day)
    return refuse("line.terms", "a line has a last day or none: give one of the two");
  if (r.no_last_day) terms.last_day.reset();
  if (r.last_day) terms.last_day = r.last_day;
  if (r.revolving) terms.revolving = *r.revolving;
  if (r.write_off_restores) terms.write_off_restores = *r.write_off_restores;
  if (r.needs_decision) terms.needs_decision = *r.needs_decision;
  if (r.temporary) {
    const Result<std::int64_t> minor = limit_of(*r.temporary, currency);
    if (!minor) return minor.error();
    const bool ends = *minor == 0;
    if (ends == r.temporary_until.has_value())
      return refuse("line.terms",
                    "a temporary limit comes with its last day, `temporary_until`; 0 without one "
                    "ends it");
    if (!ends && *r.temporary_until < today)
      return refuse("line.terms", fmt::format("the temporary limit would have ended on {}",
                                              money::to_text(*r.temporary_until)));
    terms.temporary_minor = *minor;
    terms.temporary_until = r.temporary_until;
  } else if (r.temporary_until) {
    return refuse("line.terms", "`temporary_until` comes with the temporary limit");
  }
  for (const SubLimitRequest& sub : r.sub_limits) {
    if (Status s = set_sub_limit(terms, sub, currency); !s) return s.error();
  }
  return terms;
}

Status check_open_for_use(const LineState& line, Day today) {
  if (line.frozen) {
    return refuse(
        "line.frozen",
        fmt::format("line '{}' is frozen{}: repayments pass, drawing and reserving wait "
                    "until it is unfrozen",
                    line.id, line.freeze_code.empty() ? "" : " (" + line.freeze_code + ")"));
  }
  if (line.terms.last_day && today > *line.terms.last_day) {
    return refuse("line.expired",
                  fmt::format("line '{}' could be drawn on through {}; today is {}", line.id,
                              money::to_text(*line.terms.last_day), money::to_text(today)));
  }
  return money::ok();
}

/// Room for `minor` more of `product` (empty: of none), a reservation or the loan's own set aside.
Status check_room(const LineState& line, Day today, const std::string& product, std::int64_t minor,
                  std::uint64_t loan, std::string_view reservation) {
  const std::int64_t limit = line.terms.limit_on(today);
  const std::int64_t used = line.used();
  const std::int64_t reserved = line.reserved(today, loan, reservation);
  if (money::Int128{used} + reserved + minor > limit) {
    return refuse(
        "line.over_limit",
        fmt::format("line '{}' of {} has {} left ({} used, {} reserved{}); {} is more than that",
                    line.id, amount_text(line, limit),
                    amount_text(line, std::max<std::int64_t>(0, limit - used - reserved)),
                    amount_text(line, used), amount_text(line, reserved),
                    loan != 0 || !reservation.empty() ? " for others" : "",
                    amount_text(line, minor)));
  }
  const std::optional<std::int64_t> sub = product.empty() ? std::nullopt : line.sub_limit(product);
  if (!sub) return money::ok();
  const std::int64_t used_by = line.used_by(product);
  const std::int64_t reserved_for = line.reserved_for(product, today, loan, reservation);
  if (money::Int128{used_by} + reserved_for + minor <= *sub) return money::ok();
  return refuse(
      "line.over_sub_limit",
      fmt::format("line '{}' gives product '{}' at most {}, of which {} is used and {} reserved; "
                  "{} is more than what is left",
                  line.id, product, amount_text(line, *sub), amount_text(line, used_by),
                  amount_text(line, reserved_for), amount_text(line, minor)));
}

}  // namespace

Result<std::optional<Entry>> Recorder::reserve_entry(const std::string& line,
                                                     const std::string& reservation) const {
  using Found = std::optional<Entry>;
  const std::uint32_t number = state_.lines.number_of(line);
  if (number == 0) return Found{};
  Found found;
  std::optional<Error> unreadable;
  const auto same = [&](std::uint64_t sequence) {
    Result<Entry> candidate = entry(sequence);
    if (!candidate) {
      unreadable = candidate.error();
      return true;
    }
    const auto* fact = std::get_if<LineFact>(&candidate->payload);
    const auto* reserved = fact != nullptr ? std::get_if<LineReserved>(fact) : nullptr;
    if (reserved == nullptr || reserved->line != number || reserved->reservation != reservation)
      return false;
    found = std::move(*candidate);
    return true;
  };
  if (state_.by_key.find(reservation_hash(number, reservation), same) == 0) return Found{};
  if (unreadable) return *unreadable;
  return found;
}

Result<std::uint32_t> Recorder::line_number(const std::string& id) const {
  const std::uint32_t number = state_.lines.number_of(id);
  if (number == 0)
    return refuse("line.unknown", fmt::format("there is no credit line '{}' in this book; "
                                              "`line list` shows what is",
                                              id));
  return number;
}

Result<const Reservation*> Recorder::standing_reservation(const LineState& line,
                                                          const std::string& name) const {
  if (const Reservation* r = line.reservation(name, state_.business_date)) return r;
  const Result<std::optional<Entry>> made = reserve_entry(line.id, name);
  if (!made) return made.error();
  if (!made->has_value())
    return refuse("line.reservation_unknown",
                  fmt::format("line '{}' never had a reservation '{}'", line.id, name));
  const auto& reserved = std::get<LineReserved>(std::get<LineFact>((*made)->payload));
  const bool over = reserved.last_day < state_.business_date;
  return refuse(
      "line.reservation_gone",
      fmt::format("reservation '{}' of entry {} no longer holds: {}", name, (*made)->sequence,
                  over ? "its last day was " + money::to_text(reserved.last_day)
                       : "it was drawn, released or blocked"));
}

Status Recorder::check_line(std::uint32_t number, const Product& product,
                            const std::string& reservation, std::uint64_t loan) const {
  const LineState& line = state_.lines.at(number);
  if (line.currency != product.currency) {
    return refuse("line.currency",
                  fmt::format("line '{}' is in {}, product '{}' in {}", line.id,
                              line.currency.text(), product.id, product.currency.text()));
  }
  if (Status s = check_open_for_use(line, state_.business_date); !s) return s;
  if (reservation.empty()) return money::ok();
  const Result<const Reservation*> found = standing_reservation(line, reservation);
  if (!found) return found.error();
  if ((*found)->loan != 0 && (*found)->loan != loan) {
    return refuse("line.reservation_taken",
                  fmt::format("reservation '{}' is for loan '{}'", reservation,
                              state_.loans.at((*found)->loan).id));
  }
  if (!(*found)->product.empty() && (*found)->product != product.id) {
    return refuse("line.reservation_taken",
                  fmt::format("reservation '{}' is for product '{}', not '{}'", reservation,
                              (*found)->product, product.id));
  }
  return money::ok();
}

Status Recorder::check_draw(std::uint32_t number, const Product& product, std::int64_t minor,
                            const std::string& reservation, std::uint64_t loan) const {
  if (Status s = check_line(number, product, reservation, loan); !s) return s;
  return check_room(state_.lines.at(number), state_.business_date, product.id, minor, loan,
                    reservation);
}

Status Recorder::check_decisions(const std::string& loan_id, std::uint32_t number,
                                 const std::string& reservation, std::uint64_t loan) const {
  bool allowed = false;
  bool needed = state_.needs_decision;
  const auto look = [&](const Decision* decision, const std::string& about) -> Status {
    if (decision == nullptr || !decision->stands_on(state_.business_date)) return money::ok();
    if (decision->verdict == Verdict::allow) {
      allowed = true;
      return money::ok();
    }
    const bool hold = decision->verdict == Verdict::hold;
    return refuse(hold ? "risk.hold" : "risk.block",
                  fmt::format("{} is {} by entry {}{}{}: nothing is paid out until another "
                              "decision is recorded",
                              about, hold ? "held" : "blocked", decision->sequence,
                              decision->code.empty() ? "" : " with reason " + decision->code,
                              decision->last_day ? " through " + money::to_text(*decision->last_day)
                                                 : std::string{}));
  };
  if (Status s = look(state_.lines.decision_about(loan_id), fmt::format("loan '{}'", loan_id)); !s)
    return s;
  if (number != 0) {
    const LineState& line = state_.lines.at(number);
    needed = needed || line.terms.needs_decision;
    if (Status s =
            look(line.decision ? &*line.decision : nullptr, fmt::format("line '{}'", line.id));
        !s)
      return s;
    for (const Reservation& r : line.reservations) {
      if (r.last_day < state_.business_date || !r.decision) continue;
      if (r.id != reservation && (loan == 0 || r.loan != loan)) continue;
      if (Status s = look(&*r.decision, fmt::format("reservation '{}'", r.id)); !s) return s;
    }
  }
  if (!needed || allowed) return money::ok();
  return refuse("risk.decision_missing",
                fmt::format("paying out on loan '{}' needs a risk decision `allow` that stands; "
                            "record one first, or in the same batch",
                            loan_id));
}

Result<Recorder::Accepted> Recorder::accept_line(const LineRequest& r,
                                                 const Command& command) const {
  if (!is_line_event(r.kind) || r.kind == Kind::risk_decision)
    return refuse("line.event", "this is no event of a credit line");
  if (Status s = check_texts(r); !s) return s.error();
  if (Status s = check_fields(r, !command.loan.empty()); !s) return s.error();
  const Day today = state_.business_date;
  if (Status s = check_line_date(command); !s) return s.error();
  const auto accepted = [&](LineFact fact) {
    return Accepted{.loan = 0, .value_date = today, .payload = std::move(fact), .kind = r.kind};
  };
  if (r.kind == Kind::line_open) {
    if (state_.lines.number_of(r.line) != 0)
      return refuse("line.exists", fmt::format("line '{}' is already in this book", r.line));
    const Result<money::Currency> currency = money::Currency::find(r.currency);
    if (!currency) return currency.error();
    const Result<LineTerms> terms = changed_terms({}, r, *currency, today);
    if (!terms) return terms.error();
    return accepted(LineTermsSet{.line = state_.lines.size() + 1,
                                 .id = r.line,
                                 .currency = std::string(currency->text()),
                                 .terms = *terms});
  }
  const Result<std::uint32_t> number = line_number(r.line);
  if (!number) return number.error();
  const LineState& line = state_.lines.at(*number);
  if (command.expect_version && *command.expect_version != line.version) {
    return refuse("line.version_conflict",
                  fmt::format("line '{}' is at version {}, expected was {}: read it again", line.id,
                              line.version, *command.expect_version));
  }
  switch (r.kind) {
    case Kind::line_change: {
      const Result<LineTerms> terms = changed_terms(line.terms, r, line.currency, today);
      if (!terms) return terms.error();
      if (*terms == line.terms)
        return refuse("line.terms", fmt::format("line '{}' has these terms already", line.id));
      return accepted(LineTermsSet{.line = *number, .terms = *terms});
    }
    case Kind::line_freeze:
    case Kind::line_unfreeze:
      if (line.frozen == (r.kind == Kind::line_freeze))
        return refuse(
            line.frozen ? "line.frozen" : "line.not_frozen",
            fmt::format("line '{}' is {} already", line.id, line.frozen ? "frozen" : "not frozen"));
      return accepted(LineFrozen{*number, r.code});
    case Kind::line_reserve:
      return accept_reserve(r, *number);
    case Kind::line_confirm:
      return accept_confirm(r, command, *number);
    default: {
      const Result<const Reservation*> found = standing_reservation(line, r.reservation);
      if (!found) return found.error();
      return accepted(LineReleased{*number, r.reservation, r.code});
    }
  }
}

Result<Recorder::Accepted> Recorder::accept_reserve(const LineRequest& r,
                                                    std::uint32_t number) const {
  const LineState& line = state_.lines.at(number);
  const Day today = state_.business_date;
  if (Status s = check_open_for_use(line, today); !s) return s.error();
  const Result<std::optional<Entry>> made = reserve_entry(r.line, r.reservation);
  if (!made) return made.error();
  if (made->has_value())
    return refuse("line.reservation_exists",
                  fmt::format("reservation '{}' was made by entry {}; an id is never used again",
                              r.reservation, (*made)->sequence));
  const Result<std::int64_t> minor = positive_amount(*r.amount, line.currency);
  if (!minor) return minor.error();
  if (*r.until < today)
    return refuse("line.terms",
                  fmt::format("the reservation would have ended on {}", money::to_text(*r.until)));
  if (Status s = check_room(line, today, r.product, *minor, 0, {}); !s) return s.error();
  return Accepted{.loan = 0,
                  .value_date = today,
                  .payload = LineFact{LineReserved{.line = number,
                                                   .reservation = r.reservation,
                                                   .minor = *minor,
                                                   .last_day = *r.until,
                                                   .product = r.product}},
                  .kind = r.kind};
}

Result<Recorder::Accepted> Recorder::accept_confirm(const LineRequest& r, const Command& command,
                                                    std::uint32_t number) const {
  const std::uint64_t loan = state_.loan_number(command.loan);
  if (loan == 0)
    return refuse("loan.unknown", fmt::format("there is no loan '{}' in this book", command.loan));
  const LoanRecord& record = state_.loans.at(loan);
  if (!record.on_line || record.on_line->line != number)
    return refuse("line.loan_elsewhere",
                  fmt::format("loan '{}' was not opened on line '{}'", command.loan, r.line));
  if (Status s = check_line(number, state_.product_of(record), r.reservation, loan); !s)
    return s.error();
  return Accepted{.loan = 0,
                  .value_date = state_.business_date,
                  .payload = LineFact{LineConfirmed{number, r.reservation, loan}},
                  .kind = r.kind};
}

Status Recorder::check_line_date(const Command& command) const {
  if (!command.value_date || *command.value_date == state_.business_date) return money::ok();
  return refuse("line.date",
                fmt::format("events of credit lines and risk decisions have the business date {}; "
                            "leave the date out",
                            money::to_text(state_.business_date)));
}

Result<Recorder::Accepted> Recorder::accept_risk(const RiskDecision& r,
                                                 const Command& command) const {
  for (const auto& [text, name] : {std::pair{&r.line, "line id"},
                                   {&r.reservation, "reservation id"},
                                   {&r.code, "reason code"},
                                   {&r.rule_set, "rule set"},
                                   {&r.score, "score id"}}) {
    if (Status s = check_text(*text, name, limits::external_id_max); !s) return s.error();
  }
  if (Status s = check_line_date(command); !s) return s.error();
  if (r.line.empty() && command.loan.empty())
    return refuse("risk.about_nothing", "a risk decision is about a line, a reservation or a loan");
  if (r.line.empty() && !r.reservation.empty())
    return refuse("line.field_missing", "a reservation is named together with its line");
  if (r.last_day && *r.last_day < state_.business_date)
    return refuse("line.terms",
                  fmt::format("the decision would have ended on {}", money::to_text(*r.last_day)));
  if (r.of && (*r.of == 0 || *r.of > state_.head.sequence))
    return refuse("entry.unknown", fmt::format("there is no entry {}; the last one is {}", *r.of,
                                               state_.head.sequence));
  RiskDecided decided{.verdict = r.verdict,
                      .reservation = r.reservation,
                      .loan = command.loan,
                      .of = r.of.value_or(0),
                      .code = r.code,
                      .rule_set = r.rule_set,
                      .score = r.score,
                      .last_day = r.last_day};
  if (!r.line.empty()) {
    const Result<std::uint32_t> number = line_number(r.line);
    if (!number) return number.error();
    decided.line = *number;
    if (!r.reservation.empty()) {
      const Result<const Reservation*> found =
          standing_reservation(state_.lines.at(*number), r.reservation);
      if (!found) return found.error();
    }
  }
  return Accepted{.loan = 0,
                  .value_date = state_.business_date,
                  .payload = LineFact{std::move(decided)},
                  .kind = Kind::risk_decision};
}

}  // namespace loanbook::ledger
