#include <array>

#include "conformance/adapter.hpp"

namespace loanbook::conformance {
namespace {

using Adapter = Outcome (*)(const Json& input, const Json& expect);
struct Kind {
  std::string_view name;
  Adapter adapter;
};
constexpr std::array<Kind, 8> kinds{{{"plan", golden_plan},
                                     {"daycount", golden_daycount},
                                     {"apr", golden_apr},
                                     {"accrual", golden_accrual},
                                     {"overdue", golden_overdue},
                                     {"prepay", golden_prepay},
                                     {"split", golden_split},
                                     {"allocate", golden_allocate}}};

}  // namespace

std::vector<Case> golden_cases(const Json& file) {
  std::vector<Case> cases;
  for (const Json& element : file) cases.push_back({element.at("id").get<std::string>(), element});
  return cases;
}

Outcome run_golden(const Json& content) {
  const std::string name = content.at("kind").get<std::string>();
  for (const Kind& kind : kinds) {
    if (kind.name != name) continue;
    try {
      return kind.adapter(content.at("input"), content.at("expect"));
    } catch (const NotBuilt& missing) {
      return skipped(missing.reason);
    } catch (const Refused& refused) {
      return failed(refused.reason);
    }
  }
  return skipped("kind " + name + " is not built");
}

}  // namespace loanbook::conformance
