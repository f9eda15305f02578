// Expectations of the Fineract suite against what the book answers.

#include <algorithm>

#include "conformance/fineract.hpp"

namespace loanbook::conformance {
namespace {

using ledger::InstallmentTable;
using ledger::InstallmentView;
using ledger::Kind;
using ledger::LoanEventView;
using ledger::StandingView;

class Expectation {
 public:
  Expectation(const Replay& replay, std::string where, Comparison& comparison)
      : replay_(replay), where_(std::move(where)), comparison_(comparison) {}

  void schedule(const Json& step);
  void totals(const Json& step);
  void transactions(const Json& step);
  void transaction_count(const Json& step);
  void last_transaction(const Json& step);
  void reverted(const Json& step);
  void journal(const Json& step);
  void charges(const Json& step);
  void amount(const Json& step);
  void status(const Json& step);
  void maturity(const Json& step);
  void charged_off(const Json& step);
  void delinquency(const Json& step);
  void late_installments(const Json& step);
  void pauses(const Json& step);
  void pause_actions(const Json& step);
  void history(const Json& step);
  void all_met();
  void last_closed(const Json& step);

 private:
  [[nodiscard]] std::string text(std::int64_t minor) const {
    return amount_text(minor, replay_.currency());
  }
  [[nodiscard]] bool opened() const { return replay_.book->loan(replay_loan).operator bool(); }
  [[nodiscard]] std::vector<LoanEventView> events() const {
    return value_of(replay_.book->loan_events(replay_loan));
  }
  [[nodiscard]] StandingView standing() const {
    return opened() ? value_of(replay_.book->standing(replay_loan)) : StandingView{};
  }
  struct Ranges {
    std::string now = "NO_DELINQUENCY";
    std::vector<Json> tags;
  };
  [[nodiscard]] Ranges ranges() const;
  [[nodiscard]] InstallmentTable table() const;
  [[nodiscard]] Json row_of(const InstallmentView& row) const;
  [[nodiscard]] bool accrues_by_job_alone() const;
  [[nodiscard]] Json accrual_row(money::Day date, const ledger::PartsView& income) const;
  [[nodiscard]] std::vector<Json> accruals_by_row() const;
  [[nodiscard]] bool keeps_income(const LoanEventView& reversed) const;
  [[nodiscard]] std::vector<Json> transaction_rows() const;
  [[nodiscard]] Json entries_of(const LoanEventView& event) const;
  void same(const std::string& what, const Json& expected, const Json& actual) {
    comparison_.same(where_ + (what.empty() ? "" : " " + what), expected, actual);
  }
  /// Columns that the case leaves open do not count.
  void row(const std::string& what, const Json& expected, const Json& actual) {
    for (const auto& [key, value] : expected.items()) {
      if (value.is_null() && key != "paid_date") continue;
      if (!actual.contains(key)) throw NotBuilt{"column " + key};
      same(what + "." + key, value, actual.at(key));
    }
  }

  const Replay& replay_;
  std::string where_;
  Comparison& comparison_;
};

Json date_or_null(const std::optional<money::Day>& day) {
  return day ? Json(money::to_text(*day)) : Json(nullptr);
}

InstallmentTable Expectation::table() const {
  const auto loan = replay_.book->loan(replay_loan);
  if (loan && loan->disbursed) return value_of(replay_.book->installments(replay_loan));
  const std::string expected =
      replay_.expected.empty()
          ? replay_.terms.value("expected_disbursement",
                                replay_.terms.at("submitted_on").get<std::string>())
          : replay_.expected;
  return value_of(replay_.book->installments_of(fineract_opening(replay_.terms), day_of(expected)));
}

Json Expectation::row_of(const InstallmentView& row) const {
  return {{"nr", row.no},
          {"days", (row.due - row.from).count()},
          {"due_date", money::to_text(row.due)},
          {"paid_date", date_or_null(row.met)},
          {"balance", text(row.balance)},
          {"principal", text(row.demanded.principal)},
          {"interest", text(row.demanded.interest)},
          {"fees", text(row.demanded.fee)},
          {"penalties", text(row.demanded.penalty)},
          {"principal_paid", text(row.paid.principal)},
          {"interest_paid", text(row.paid.interest)},
          {"fees_paid", text(row.paid.fee)},
          {"penalties_paid", text(row.paid.penalty)},
          {"due", text(row.demanded.total())},
          {"paid", text(row.paid.total())},
          {"in_advance", text(row.in_advance)},
          {"late", text(row.late)},
          {"waived", text(row.waived.total())},
          {"outstanding", text(row.unpaid.total())}};
}

void Expectation::schedule(const Json& step) {
  const InstallmentTable all = table();
  same("installments", step.at("periods"), all.rows.size());
  std::vector<LoanEventView> paid_out;
  if (opened()) paid_out = events();
  std::erase_if(paid_out, [](const auto& event) {
    return event.kind != Kind::disburse || event.reversed_by != 0;
  });
  std::size_t out = 0;
  for (const Json& expected : step.at("rows")) {
    const Json& nr = expected.at("nr");
    if (nr.is_null()) {
      if (out < paid_out.size()) {
        same("pay-out", expected.at("due_date"), money::to_text(paid_out[out].value_date));
        if (expected.contains("balance") && expected.at("balance").is_string())
          same("pay-out", expected.at("balance"), text(paid_out[out].amount));
      }
      ++out;
      continue;
    }
    const std::size_t no = nr.get<std::size_t>();
    if (no > all.rows.size()) {
      same("installment " + std::to_string(no), true, false);
      return;
    }
    row("installment " + std::to_string(no), expected, row_of(all.rows[no - 1]));
  }
}

void Expectation::totals(const Json& step) {
  Json expected = step;
  expected.erase("op");
  row("totals", expected, row_of(table().total));
}

/// There, settling a progressive loan whose interest is computed again lists no accrual.
bool Expectation::accrues_by_job_alone() const {
  return replay_.terms.at("schedule_type") == "progressive" &&
         replay_.terms.value("interest_recalculation", Json()).is_object();
}

Json Expectation::accrual_row(money::Day date, const ledger::PartsView& income) const {
  return {{"date", money::to_text(date)},
          {"type", "Accrual"},
          {"amount", text(income.total())},
          {"principal", "0.00"},
          {"interest", text(income.interest)},
          {"fees", text(income.fee)},
          {"penalties", text(income.penalty)},
          {"balance", "0.00"},
          {"overpayment", "0.00"},
          {"reverted", false}};
}

/// Where interest is planned row by row, a run lists each installment that fell due, under its due
/// date. Empty where they are not what our runs recognised.
std::vector<Json> Expectation::accruals_by_row() const {
  const Json& terms = replay_.terms;
  const bool planned = terms.value("interest_method", "") == "flat" &&
                       terms.at("annual_rate_pct") != "0" && replay_.last_run;
  if (!planned) return {};
  ledger::PartsView recognised;
  for (const LoanEventView& event : events()) {
    recognised.interest += event.recognised.interest;
    recognised.fee += event.recognised.fee;
    recognised.penalty += event.recognised.penalty;
  }
  std::vector<Json> rows;
  ledger::PartsView listed;
  for (const InstallmentView& row : table().rows) {
    if (row.due > *replay_.last_run) continue;
    ledger::PartsView income = row.demanded;
    income.principal = 0;
    listed.interest += income.interest;
    listed.fee += income.fee;
    listed.penalty += income.penalty;
    rows.push_back(accrual_row(row.due, income));
  }
  const bool same_income = listed.interest == recognised.interest && listed.fee == recognised.fee &&
                           listed.penalty == recognised.penalty;
  return same_income ? rows : std::vector<Json>{};
}

/// Was a run recorded for that day after the event?
bool Expectation::keeps_income(const LoanEventView& reversed) const {
  const std::vector<LoanEventView> all = events();
  return std::any_of(all.begin(), all.end(), [&](const LoanEventView& event) {
    return event.kind == Kind::accrue && event.value_date == reversed.value_date &&
           event.sequence > reversed.sequence;
  });
}

std::vector<Json> Expectation::transaction_rows() const {
  std::vector<Json> rows = accruals_by_row();
  const bool by_row = !rows.empty();
  for (const LoanEventView& event : events()) {
    const std::string type = fineract_type(event.kind);
    // What a reversed event had recognised stands in the run that kept it.
    const bool kept = event.reversed_by != 0 && keeps_income(event);
    const bool listed = event.kind == Kind::accrue || !accrues_by_job_alone();
    if (!by_row && event.recognised.total() != 0 && !kept && listed)
      rows.push_back(accrual_row(event.value_date, event.recognised));
    const auto& gone = replay_.taken_back;
    if (type.empty() || std::find(gone.begin(), gone.end(), event.sequence) != gone.end()) continue;
    // Kinds that move no money have no balance column there.
    const bool no_balance = event.kind == Kind::charge_off || event.kind == Kind::write_off ||
                            event.kind == Kind::re_age || event.kind == Kind::reamortize;
    rows.push_back({{"date", money::to_text(event.value_date)},
                    {"type", type},
                    {"amount", text(event.amount)},
                    {"principal", text(event.parts.principal)},
                    {"interest", text(event.parts.interest)},
                    {"fees", text(event.parts.fee)},
                    {"penalties", text(event.parts.penalty)},
                    {"balance", no_balance ? "0.00" : text(event.principal)},
                    {"overpayment", text(event.overpaid)},
                    {"reverted", event.reversed_by != 0}});
  }
  return rows;
}

void Expectation::transactions(const Json& step) {
  std::vector<Json> rows = transaction_rows();
  std::string listed;
  for (const Json& each : rows) {
    listed += "\n      ";
    for (const auto& [key, value] : each.items())
      listed += (value.is_string() ? value.get<std::string>() : value.dump()) + " ";
  }
  for (const Json& expected : step.at("rows")) {
    const auto fits = std::find_if(rows.begin(), rows.end(), [&](const Json& actual) {
      for (const auto& [key, value] : expected.items()) {
        if (!value.is_null() && (!actual.contains(key) || actual.at(key) != value)) return false;
      }
      return true;
    });
    if (fits == rows.end()) return same("transactions" + listed, expected, nullptr);
    rows.erase(fits);
  }
  if (step.at("complete") && !rows.empty()) same("transactions", nullptr, rows.front());
}

void Expectation::transaction_count(const Json& step) {
  std::string wanted;
  for (const char c : step.at("type").get<std::string>())
    wanted += c == '_' ? ' ' : static_cast<char>(std::tolower(c));
  std::size_t count = 0;
  for (const LoanEventView& event : events()) {
    std::string type;
    for (const char c : fineract_type(event.kind)) type += static_cast<char>(std::tolower(c));
    if (type == wanted) ++count;
  }
  same("count", step.at("count"), count);
}

void Expectation::last_transaction(const Json& step) {
  std::vector<LoanEventView> all = events();
  std::erase_if(all, [](const auto& event) { return fineract_type(event.kind).empty(); });
  const auto last = std::max_element(
      all.begin(), all.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  if (last == all.end()) return same("last transaction", step.at("amount"), nullptr);
  same("last transaction", step.at("amount"), text(last->amount));
}

void Expectation::reverted(const Json& step) {
  for (const LoanEventView& event : events()) {
    if (fineract_type(event.kind) != step.at("type").get<std::string>()) continue;
    if (step.contains("date") && step.at("date") != money::to_text(event.value_date)) continue;
    if (event.reversed_by != 0) return;
  }
  same("reverted", step.at("type"), nullptr);
}

Json Expectation::entries_of(const LoanEventView& event) const {
  std::vector<Json> entries;
  const auto add = [&](const LoanEventView::Line& line, bool debit) {
    const std::string minor = text(std::abs(line.minor));
    entries.push_back({{"gl_code", line.code},
                       {"debit", debit ? Json(minor) : Json(nullptr)},
                       {"credit", debit ? Json(nullptr) : Json(minor)}});
  };
  for (const LoanEventView::Line& line : event.lines) add(line, line.minor > 0);
  if (event.reversed_by != 0) {
    for (const LoanEventView::Line& line : event.lines) add(line, line.minor < 0);
  }
  std::sort(entries.begin(), entries.end(),
            [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
  return entries;
}

void Expectation::journal(const Json& step) {
  std::vector<Json> expected;
  for (const Json& entry : step.at("entries")) {
    expected.push_back({{"gl_code", entry.at("gl_code")},
                        {"debit", entry.at("debit")},
                        {"credit", entry.at("credit")}});
  }
  std::sort(expected.begin(), expected.end(),
            [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
  std::string wanted;
  for (const char c : step.at("transaction_type").get<std::string>())
    wanted += c == '_' || c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  Json nearest = nullptr;
  for (const LoanEventView& event : events()) {
    std::string type;
    for (const char c : fineract_type(event.kind))
      type += c == '-' ? ' ' : static_cast<char>(std::tolower(c));
    if (type != wanted || money::to_text(event.value_date) != step.at("date")) continue;
    const Json actual = entries_of(event);
    if (actual == Json(expected)) return;
    nearest = actual;
  }
  same("journal of " + wanted, expected, nearest);
}

void Expectation::charges(const Json& step) {
  std::vector<Json> rows;
  for (const ledger::ChargeView& charge : value_of(replay_.book->charges(replay_loan))) {
    rows.push_back({{"name", charge.code},
                    {"penalty", charge.penalty},
                    {"due_date", money::to_text(charge.due)},
                    {"due", text(charge.amount)},
                    {"paid", text(charge.paid)},
                    {"waived", text(charge.waived)},
                    {"outstanding", text(charge.unpaid)}});
  }
  for (const Json& expected : step.at("rows")) {
    const auto fits = std::find_if(rows.begin(), rows.end(), [&](const Json& actual) {
      for (const auto& [key, value] : actual.items()) {
        if (expected.contains(key) && !expected.at(key).is_null() && expected.at(key) != value)
          return false;
      }
      return true;
    });
    if (fits == rows.end()) return same("charges", expected, Json(rows));
    rows.erase(fits);
  }
}

void Expectation::amount(const Json& step) {
  const std::string what = step.at("what");
  const StandingView now = standing();
  if (what == "outstanding") return same(what, step.at("amount"), text(now.owed));
  if (what == "overpaid") return same(what, step.at("amount"), text(now.held));
  if (what == "overdue") return same(what, step.at("amount"), text(now.overdue));
  throw NotBuilt{"amount " + what};
}

void Expectation::status(const Json& step) {
  std::string actual = "submitted_and_pending_approval";
  if (opened()) {
    switch (value_of(replay_.book->loan(replay_loan)).row.status) {
      case ledger::LoanStatus::applied:
        break;
      case ledger::LoanStatus::declined:
        actual = "rejected";
        break;
      case ledger::LoanStatus::approved:
        actual = "approved";
        break;
      case ledger::LoanStatus::active:
        actual = "active";
        break;
      case ledger::LoanStatus::closed:
        actual = standing().held > 0 ? "overpaid" : "closed_obligations_met";
        break;
      case ledger::LoanStatus::written_off:
        actual = "closed_written_off";
        break;
      case ledger::LoanStatus::cancelled:
        actual = "cancelled";
        break;
    }
  }
  std::string expected = step.at("status");
  if (expected == "closed (obligations met)") expected = "closed_obligations_met";
  same("status", expected, actual);
}

void Expectation::maturity(const Json& step) {
  const StandingView now = standing();
  same("maturity", step.at("actual"), date_or_null(now.settled_on ? now.settled_on : now.maturity));
  if (step.contains("expected") && !step.at("expected").is_null())
    same("maturity by plan", step.at("expected"), date_or_null(now.maturity));
}

void Expectation::charged_off(const Json& step) {
  same("charged off", step.at("date"), date_or_null(standing().charged_off_on));
}

void Expectation::delinquency(const Json& step) {
  const StandingView now = standing();
  const Ranges classified = ranges();
  const bool paused = !now.pauses.empty();
  const Json actual = {
      {"range", paused ? classified.now : fineract_range(replay_.terms, now.counted_days)},
      {"delinquent_date", date_or_null(now.late_since)},
      {"delinquent_amount", text(now.overdue)},
      {"delinquent_days", now.counted_days},
      {"past_due_days", now.days_past_due}};
  for (const auto& [key, value] : step.items()) {
    if (key != "op") same("delinquency." + key, value, actual.at(key));
  }
}

void Expectation::late_installments(const Json& step) {
  Json actual = Json::array();
  // Ranges are stored when a loan is classified; one that never was has none.
  const bool classified = !ranges().tags.empty();
  for (const StandingView::Range& range :
       classified ? standing().ranges : std::vector<StandingView::Range>{})
    actual.push_back(
        {{"range", fineract_range(replay_.terms, range.days)}, {"amount", text(range.amount)}});
  same("installments by range", step.at("rows"), actual);
}

void Expectation::pauses(const Json& step) {
  Json actual = Json::array();
  for (const StandingView::Pause& pause : standing().pauses)
    actual.push_back({{"active", pause.running},
                      {"start", money::to_text(pause.from)},
                      {"end", money::to_text(pause.until)}});
  same("pauses", step.at("rows"), actual);
}

void Expectation::pause_actions(const Json& step) {
  Json actual = Json::array();
  for (const LoanEventView& event : events()) {
    if (event.kind == Kind::pause_overdue)
      actual.push_back({{"action", "PAUSE"},
                        {"start", date_or_null(event.from)},
                        {"end", date_or_null(event.until)}});
    if (event.kind == Kind::resume_overdue)
      actual.push_back(
          {{"action", "RESUME"}, {"start", money::to_text(event.value_date)}, {"end", nullptr}});
  }
  same("pause actions", step.at("rows"), actual);
}

/// The range at each run over the loan and at each event since, the latest first. Ranges rest while
/// days are paused.
Expectation::Ranges Expectation::ranges() const {
  std::vector<LoanEventView> all;
  if (opened()) all = events();
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  Ranges ranges;
  for (const LoanEventView& event : all) {
    const bool is_run = event.kind == Kind::accrue;
    const money::Day day = event.value_date + date::days{is_run ? 1 : 0};
    const StandingView then = value_of(replay_.book->standing(replay_loan, day, event.sequence));
    if (std::any_of(then.pauses.begin(), then.pauses.end(),
                    [](const auto& p) { return p.running; }))
      continue;
    const std::string range = fineract_range(replay_.terms, then.counted_days);
    if (range == ranges.now) continue;
    if (ranges.now != "NO_DELINQUENCY") ranges.tags.front()["lifted_on"] = money::to_text(day);
    ranges.now = range;
    if (range == "NO_DELINQUENCY") continue;
    Json tag = Json::object();
    tag["range"] = range;
    tag["added_on"] = money::to_text(day);
    tag["lifted_on"] = nullptr;
    ranges.tags.insert(ranges.tags.begin(), std::move(tag));
  }
  return ranges;
}

void Expectation::history(const Json& step) {
  const std::vector<Json> tags = ranges().tags;
  const Json& rows = step.at("rows");
  for (std::size_t i = 0; i < rows.size(); ++i)
    same("history", rows[i], i < tags.size() ? tags[i] : Json(nullptr));
}

void Expectation::all_met() {
  for (const InstallmentView& row : table().rows)
    same("installment " + std::to_string(row.no), true, row.met.has_value());
}

void Expectation::last_closed(const Json& step) {
  same("last closed day", step.at("date"), date_or_null(replay_.closed));
}

}  // namespace

void fineract_expect(Replay& replay, const Json& step, const std::string& where,
                     Comparison& comparison) {
  const std::string op = step.at("op");
  Expectation expect(replay, where, comparison);
  if (op == "expect_schedule") return expect.schedule(step);
  if (op == "expect_schedule_totals") return expect.totals(step);
  if (op == "expect_transactions") return expect.transactions(step);
  if (op == "expect_transaction_count") return expect.transaction_count(step);
  if (op == "expect_last_transaction") return expect.last_transaction(step);
  if (op == "expect_reverted") return expect.reverted(step);
  if (op == "expect_journal") return expect.journal(step);
  if (op == "expect_charges") return expect.charges(step);
  if (op == "expect_amount") return expect.amount(step);
  if (op == "expect_status") return expect.status(step);
  if (op == "expect_maturity") return expect.maturity(step);
  if (op == "expect_charged_off") return expect.charged_off(step);
  if (op == "expect_delinquency") return expect.delinquency(step);
  if (op == "expect_installment_delinquency") return expect.late_installments(step);
  if (op == "expect_delinquency_pauses") return expect.pauses(step);
  if (op == "expect_delinquency_actions") return expect.pause_actions(step);
  if (op == "expect_delinquency_history") return expect.history(step);
  if (op == "expect_all_installments_met") return expect.all_met();
  if (op == "expect_last_closed_business_date") return expect.last_closed(step);
  throw NotBuilt{op};
}

}  // namespace loanbook::conformance
