#include "conformance/actus.hpp"

#include <array>

namespace loanbook::conformance {
namespace {

using schedule::Figure;
using schedule::FlowKind;
using schedule::ProjectedFlow;

constexpr Figure tolerance = 10'000'000'000;  // 1e-8

std::string_view code(FlowKind kind) {
  switch (kind) {
    case FlowKind::drawdown:
      return "IED";
    case FlowKind::principal_down:
      return "PR";
    case FlowKind::principal_up:
      return "PI";
    case FlowKind::prepayment_penalty:
      return "PY";
    case FlowKind::prepayment:
      return "PP";
    case FlowKind::interest:
    case FlowKind::interest_claimed:
      return "IP";
    case FlowKind::interest_capitalised:
      return "IPCI";
    case FlowKind::fee:
      return "FP";
    case FlowKind::rate_fixed:
      return "RRF";
    case FlowKind::rate_reset:
      return "RR";
    case FlowKind::payment_solved:
      return "PRF";
    case FlowKind::scaling:
      return "SC";
    case FlowKind::interest_base:
      return "IPCB";
    case FlowKind::purchase:
      return "PRD";
    case FlowKind::termination:
      return "TD";
    case FlowKind::maturity:
      return "MD";
    case FlowKind::call:
      return "XD";
    case FlowKind::settlement:
      return "STD";
    case FlowKind::analysis:
      return "AD";
  }
  return "?";
}

std::optional<std::string> difference(const Json& expected, const ProjectedFlow& flow) {
  const auto differs = [](const char* field, const std::string& wanted, const std::string& got) {
    return std::string(field) + ": expected " + wanted + ", got " + got;
  };
  const std::string type = expected.at("eventType").get<std::string>();
  if (type != code(flow.kind)) return differs("eventType", type, std::string(code(flow.kind)));
  const std::string date = moment_text(moment_of(expected.at("eventDate").get<std::string>()));
  if (date != moment_text(flow.at)) return differs("eventDate", date, moment_text(flow.at));
  const std::pair<const char*, Figure> figures[] = {{"payoff", flow.amount},
                                                    {"notionalPrincipal", flow.balance},
                                                    {"nominalInterestRate", flow.rate},
                                                    {"accruedInterest", flow.accrued}};
  for (const auto& [field, got] : figures) {
    const Figure wanted = figure_of(expected.at(field), field);
    const Figure apart = wanted < got ? got - wanted : wanted - got;
    if (apart > tolerance) return differs(field, figure_text(wanted), figure_text(got));
  }
  return std::nullopt;
}

Outcome compared(const Json& expected, const std::vector<ProjectedFlow>& flows) {
  for (std::size_t i = 0; i < expected.size() && i < flows.size(); ++i) {
    if (const auto reason = difference(expected[i], flows[i]))
      return failed("event " + std::to_string(i + 1) + " (" + moment_text(flows[i].at) + " " +
                    std::string(code(flows[i].kind)) + "): " + *reason);
  }
  if (expected.size() != flows.size())
    return failed("events: expected " + std::to_string(expected.size()) + ", got " +
                  std::to_string(flows.size()));
  return passed();
}

}  // namespace

std::vector<Case> actus_cases(const Json& file) {
  std::vector<Case> cases;
  for (const auto& [id, content] : file.items()) cases.push_back({id, content});
  return cases;
}

Outcome run_actus(const Json& content) {
  try {
    const ActusContract contract = actus_contract(content);
    const auto flows = schedule::project(contract.terms, contract.observed, contract.horizon);
    if (!flows) return failed(flows.error().id + ": " + flows.error().message);
    return compared(content.at("results"), *flows);
  } catch (const NotBuilt& missing) {
    return skipped(missing.reason);
  } catch (const Refused& refused) {
    return failed(refused.reason);
  }
}

}  // namespace loanbook::conformance
