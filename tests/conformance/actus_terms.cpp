#include <algorithm>
#include <utility>
#include <vector>

#include "conformance/actus.hpp"

namespace loanbook::conformance {
namespace {

using namespace loanbook::schedule;

/// Values of one term and what they are with us; any other value is not built.
template <class T>
struct Word {
  std::string_view text;
  T value;
};
template <class T, std::size_t count>
T meaning(const Word<T> (&words)[count], const std::string& text, const char* term) {
  for (const Word<T>& word : words) {
    if (word.text == text) return word.value;
  }
  throw NotBuilt{std::string(term) + " = " + text + " is not built"};
}

constexpr Word<Side> sides[] = {
    {"RPA", Side::lender},   {"LG", Side::lender},    {"RFL", Side::lender},
    {"COL", Side::lender},   {"CNO", Side::lender},   {"BUY", Side::lender},
    {"OBL", Side::lender},   {"UDL", Side::lender},   {"UDLP", Side::lender},
    {"RPL", Side::borrower}, {"ST", Side::borrower},  {"PFL", Side::borrower},
    {"SEL", Side::borrower}, {"GUA", Side::borrower}, {"UDLM", Side::borrower}};
constexpr Word<DayCount> day_counts[] = {{"AA", DayCount::act_act_isda},
                                         {"A360", DayCount::act_360},
                                         {"A365", DayCount::act_365f},
                                         {"30E360", DayCount::thirty_e_360},
                                         {"30E360ISDA", DayCount::thirty_e_360_isda},
                                         {"B252", DayCount::bus_252},
                                         {"28E336", DayCount::twenty_eight_336}};
constexpr Word<Roll> rolls[] = {{"F", Roll::following},
                                {"MF", Roll::modified_following},
                                {"P", Roll::preceding},
                                {"MP", Roll::modified_preceding}};
// What the only case with a fixed base needs: it gives way to the balance at the first repayment.
constexpr Word<InterestBase> bases[] = {{"NT", InterestBase::balance},
                                        {"NTL", InterestBase::own_cycle},
                                        {"NTIED", InterestBase::initial_until_repaid}};

class Reader {
 public:
  explicit Reader(const Json& content) : content_(content), source_(content.at("terms")) {}
  ActusContract contract();

 private:
  [[nodiscard]] bool has(const std::string& key) const {
    return source_.contains(key) && !source_.at(key).is_null();
  }
  [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise = "") const {
    return has(key) ? trimmed(source_.at(key).get<std::string>()) : otherwise;
  }
  [[nodiscard]] std::optional<Figure> figure(const std::string& key) const {
    if (!has(key)) return std::nullopt;
    return figure_of(source_.at(key), key);
  }
  [[nodiscard]] Figure figure_or(const std::string& key, Figure otherwise) const {
    return figure(key).value_or(otherwise);
  }
  [[nodiscard]] std::optional<Moment> moment(const std::string& key) const {
    if (!has(key)) return std::nullopt;
    return moment_of(text(key));
  }
  /// A text, or a list of texts.
  [[nodiscard]] std::vector<Json> list(const std::string& key) const {
    if (!has(key)) return {};
    const Json& value = source_.at(key);
    if (value.is_array()) return {value.begin(), value.end()};
    return {value};
  }
  /// One entry holds for all `count`.
  [[nodiscard]] std::vector<Json> list(const std::string& key, std::size_t count) const {
    std::vector<Json> values = list(key);
    if (values.size() == 1) values.resize(count, values.front());
    if (!values.empty() && values.size() != count)
      throw Refused{key + " has not as many entries as its anchors"};
    return values;
  }
  [[nodiscard]] std::optional<Cycle> cycle(const std::string& name) const;
  [[nodiscard]] std::vector<Cycle> cycles(const std::string& name) const;
  [[nodiscard]] Series series(const std::string& key) const;

  void type();
  void dates();
  void interest();
  void floating();
  void parts();
  void scaling();
  void fee();
  void deals();
  void events();
  void settlement();

  const Json& content_;
  const Json& source_;
  ActusContract contract_;
  ProjectionTerms& terms_ = contract_.terms;
};

/// A cycle without an anchor begins at drawdown.
std::optional<Cycle> Reader::cycle(const std::string& name) const {
  const std::string anchor = "cycleAnchorDateOf" + name;
  const std::string step = "cycleOf" + name;
  if (!has(anchor) && !has(step)) return std::nullopt;
  return cycle_of(moment(anchor).value_or(terms_.drawdown),
                  has(step) ? std::optional(text(step)) : std::nullopt);
}

std::vector<Cycle> Reader::cycles(const std::string& name) const {
  const std::vector<Json> anchors = list("arrayCycleAnchorDateOf" + name);
  if (anchors.empty()) {
    const auto one = cycle(name);
    return one ? std::vector{*one} : std::vector<Cycle>{};
  }
  const std::vector<Json> steps = list("arrayCycleOf" + name, anchors.size());
  std::vector<Cycle> result;
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const auto step =
        steps.empty() ? std::nullopt : std::optional(trimmed(steps[i].get<std::string>()));
    result.push_back(cycle_of(moment_of(trimmed(anchors[i].get<std::string>())), step));
  }
  return result;
}

Series Reader::series(const std::string& key) const {
  Series series{.points = {}, .between = Between::nothing};
  if (!content_.contains("dataObserved") || !content_.at("dataObserved").contains(key))
    return series;
  for (const Json& point : content_.at("dataObserved").at(key).at("data"))
    series.points.push_back({moment_of(trimmed(point.at("timestamp").get<std::string>())),
                             figure_of(point.at("value"), key)});
  std::sort(series.points.begin(), series.points.end(),
            [](const Observation& a, const Observation& b) { return a.at < b.at; });
  return series;
}

void Reader::type() {
  const std::string type = text("contractType");
  constexpr Word<Repayment> repayments[] = {
      {"PAM", Repayment::at_maturity},   {"LAM", Repayment::fixed_principal},
      {"NAM", Repayment::fixed_payment}, {"ANN", Repayment::annuity},
      {"LAX", Repayment::listed},        {"CLM", Repayment::at_maturity},
      {"UMP", Repayment::open_ended},    {"CSH", Repayment::open_ended}};
  if (type == "CEG" || type == "CEC") throw NotBuilt{"guarantee or collateral: no loan"};
  terms_.repayment = meaning(repayments, type, "contractType");
  const bool moves = type == "LAM" || type == "NAM" || type == "LAX";
  terms_.maturity_day = moves ? MaturityDay::moved : MaturityDay::kept;
  const bool compounds = type == "CLM" || type == "UMP";
  terms_.interest.on_dates = compounds ? InterestDates::compounded : InterestDates::paid;
  if (!compounds) terms_.premium = figure_or("premiumDiscountAtIED", 0);
  if (type == "CLM") terms_.call.emplace();  // `events` fills it, or takes it away
}

void Reader::dates() {
  terms_.side = meaning(sides, text("contractRole"), "contractRole");
  terms_.status = moment_of(text("statusDate"));
  // Cash has been there before the status day.
  terms_.drawdown = moment("initialExchangeDate").value_or(terms_.status);
  terms_.maturity = moment("maturityDate");
  if (terms_.repayment == Repayment::annuity) terms_.amortized_until = moment("amortizationDate");
  terms_.principal = figure_or("notionalPrincipal", 0);
  terms_.payment = figure("nextPrincipalRedemptionPayment");
  terms_.repaid = cycle("PrincipalRedemption");
  constexpr Word<MonthEnd> month_ends[] = {{"SD", MonthEnd::same_day}, {"EOM", MonthEnd::last_day}};
  terms_.month_end =
      meaning(month_ends, text("endOfMonthConvention", "SD"), "endOfMonthConvention");
  const std::string calendar = text("calendar", "NC");
  if (calendar == "MF")
    terms_.business_days.calendar = std::make_shared<const Calendar>(Calendar::weekends());
  else if (calendar != "NC" && calendar != "NULL")
    throw NotBuilt{"calendar = " + calendar + " is not built"};
  const std::string convention = text("businessDayConvention", "NOS");
  if (convention == "NOS" || convention == "NULL") return;
  const std::string order = convention.substr(0, 2);
  if (order != "SC" && order != "CS")
    throw NotBuilt{"businessDayConvention = " + convention + " is not built"};
  terms_.business_days.roll = meaning(rolls, convention.substr(2), "businessDayConvention");
  terms_.business_days.interest_follows = order == "SC";
}

void Reader::interest() {
  InterestTerms& interest = terms_.interest;
  interest.rate = figure("nominalInterestRate");
  interest.accrued = figure("accruedInterest");
  interest.dates = cycles("InterestPayment");
  interest.capitalised_until = moment("capitalizationEndDate");
  if (has("dayCountConvention"))
    interest.day_count = meaning(day_counts, text("dayCountConvention"), "dayCountConvention");
  if (interest.day_count == DayCount::bus_252 && !terms_.business_days.calendar)
    terms_.business_days.calendar =
        std::make_shared<const Calendar>(value_of(Calendar::make({.name = "every day"})));
  const bool repaid_early =
      terms_.repayment != Repayment::at_maturity && terms_.repayment != Repayment::open_ended;
  if (repaid_early && has("interestCalculationBase"))
    interest.base = meaning(bases, text("interestCalculationBase"), "interestCalculationBase");
  interest.base_amount = figure_or("interestCalculationBaseAmount", 0);
  interest.base_dates = cycle("InterestCalculationBase");
}

void Reader::floating() {
  FloatingTerms& floating = terms_.floating;
  floating.multiplier = figure_or("rateMultiplier", figure_one);
  floating.spread = figure_or("rateSpread", 0);
  floating.cap = figure("lifeCap");
  floating.floor = figure("lifeFloor");
  floating.change_max = figure("periodCap");
  floating.change_min = figure("periodFloor");
  floating.next_rate = figure("nextResetRate");
  contract_.observed.rate_index = series(text("marketObjectCodeOfRateReset"));
  for (const Cycle& cycle : cycles("RateReset")) floating.resets.push_back({.cycle = cycle});
  const std::vector<Json> kinds = list("arrayFixedVariable", floating.resets.size());
  const std::vector<Json> rates = list("arrayRate", floating.resets.size());
  if (kinds.empty()) return;
  if (rates.empty()) throw Refused{"arrayFixedVariable without arrayRate"};
  enum class Kind { known, index };
  constexpr Word<Kind> words[] = {
      {"FIX", Kind::known}, {"F", Kind::known}, {"VAR", Kind::index}, {"V", Kind::index}};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    RateReset& reset = floating.resets[i];
    const Figure rate = figure_of(rates[i], "arrayRate");
    if (meaning(words, trimmed(kinds[i].get<std::string>()), "arrayFixedVariable") == Kind::known)
      reset.rate = rate;
    else
      reset.spread = rate;
  }
}

void Reader::parts() {
  if (terms_.repayment != Repayment::listed) return;
  const std::vector<Cycle> steps = cycles("PrincipalRedemption");
  const std::vector<Json> amounts = list("arrayNextPrincipalRedemptionPayment", steps.size());
  const std::vector<Json> directions = list("arrayIncreaseDecrease", steps.size());
  if (amounts.empty() || directions.empty()) throw Refused{"parts of principal without amounts"};
  constexpr Word<Direction> words[] = {{"DEC", Direction::lower}, {"INC", Direction::raise}};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string direction = trimmed(directions[i].get<std::string>());
    terms_.parts.push_back({steps[i], meaning(words, direction, "arrayIncreaseDecrease"),
                            figure_of(amounts[i], "arrayNextPrincipalRedemptionPayment")});
  }
}

void Reader::scaling() {
  ScalingTerms& scaling = terms_.scaling;
  scaling.dates = cycle("ScalingIndex");
  const std::string effect = text("scalingEffect", "OOO");
  if (effect.size() != 3 || std::string_view("IO0").find(effect[0]) == std::string_view::npos ||
      std::string_view("NO0").find(effect[1]) == std::string_view::npos)
    throw NotBuilt{"scalingEffect = " + effect + " is not built"};
  scaling.interest = effect[0] == 'I';
  scaling.principal = effect[1] == 'N';
  scaling.index_at_signing = figure_or("scalingIndexAtContractDealDate", figure_one);
  scaling.interest_factor = figure_or("interestScalingMultiplier", figure_one);
  scaling.principal_factor = figure_or("notionalScalingMultiplier", figure_one);
  contract_.observed.scaling_index = series(text("marketObjectCodeOfScalingIndex"));
}

void Reader::fee() {
  constexpr Word<FeeBasis> words[] = {{"A", FeeBasis::amount}, {"N", FeeBasis::balance}};
  terms_.fee.rate = figure("feeRate");
  if (has("feeBasis")) terms_.fee.basis = meaning(words, text("feeBasis"), "feeBasis");
  terms_.fee.accrued = figure_or("feeAccrued", 0);
  terms_.fee.dates = cycle("Fee");
}

/// With the borrower the cases take accrued interest off the price.
void Reader::deals() {
  const AccruedInterest accrued =
      terms_.side == Side::lender ? AccruedInterest::added : AccruedInterest::taken_off;
  if (const auto at = moment("purchaseDate"))
    terms_.purchase = Deal{*at, figure_or("priceAtPurchaseDate", 0), accrued};
  if (const auto at = moment("terminationDate"))
    terms_.termination = Deal{*at, figure_or("priceAtTerminationDate", 0), accrued};
}

void Reader::events() {
  PrepaymentTerms& prepayment = terms_.prepayment;
  const std::string effect = text("prepaymentEffect", "N");
  constexpr Word<AfterPrepayment> effects[] = {{"N", AfterPrepayment::kept},
                                               {"A", AfterPrepayment::solved_again},
                                               {"M", AfterPrepayment::kept}};
  constexpr Word<Penalty> penalties[] = {{"N", Penalty::none},
                                         {"O", Penalty::none},
                                         {"A", Penalty::amount},
                                         {"R", Penalty::rate},
                                         {"I", Penalty::interest_forgone}};
  prepayment.after = meaning(effects, effect, "prepaymentEffect");
  prepayment.penalty = meaning(penalties, text("penaltyType", "N"), "penaltyType");
  prepayment.penalty_rate = figure_or("penaltyRate", 0);
  const bool callable = terms_.call && !terms_.maturity;
  terms_.call.reset();
  const Json none = Json::array();
  for (const Json& event :
       content_.contains("eventsObserved") ? content_.at("eventsObserved") : none) {
    const Moment at = moment_of(event.at("time").get<std::string>());
    const std::string type = event.at("type").get<std::string>();
    const auto amount = [&] { return figure_of(event.at("value"), "value of " + type); };
    if (type == "AD") {
      terms_.analysis_days.push_back(at);
    } else if (type == "XD") {
      if (callable) terms_.call = Call{at, period_of(text("xDayNotice", "P0D"))};
    } else if (type == "PP") {
      if (effect != "N") prepayment.payments.push_back({at, amount()});
    } else if (type == "PR" || type == "PI") {
      terms_.movements.push_back(
          {at, type == "PI" ? Direction::raise : Direction::lower, amount()});
    } else {
      throw NotBuilt{"observed event " + type + " is not built"};
    }
  }
  const std::string to = content_.contains("to") && content_.at("to").is_string()
                             ? content_.at("to").get<std::string>()
                             : "";
  // A call is settled after its notice, wherever the simulation stops; money on call that nobody
  // called is due where it stops.
  if (!to.empty() && !terms_.call) contract_.horizon = moment_of(to);
  if (callable && !terms_.call) terms_.maturity = contract_.horizon;
}

void Reader::settlement() {
  const std::string from = text("currency");
  const std::string into = text("settlementCurrency", from);
  if (from == into) return;
  Series rates = series(from + "/" + into);
  if (rates.points.empty()) rates = series(into + "/" + from);
  contract_.observed.exchange_rate = std::move(rates);
}

ActusContract Reader::contract() {
  type();
  dates();
  interest();
  floating();
  parts();
  scaling();
  fee();
  deals();
  events();
  settlement();
  return std::move(contract_);
}

}  // namespace

ActusContract actus_contract(const Json& content) { return Reader(content).contract(); }

}  // namespace loanbook::conformance
