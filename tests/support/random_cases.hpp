#pragma once

// Many cases of one property. `rc::check` begins with the same seed in every call (test_main.cpp),
// so called again it repeats the same hundred cases.

#include <rapidcheck.h>

#include <iostream>

namespace loanbook::test {

/// Checks `count` cases, a hundred to a seed; false at the first hundred in which one fails.
template <class Property>
bool check_cases(int count, Property property) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  for (; count > 0; count -= params.maxSuccess, ++params.seed) {
    const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata{}, params);
    if (result.template is<rc::detail::SuccessResult>()) continue;
    rc::detail::printResultMessage(result, std::cerr);
    return false;
  }
  return true;
}

}  // namespace loanbook::test
