#pragma once

// What a suite hands to the runner: cases, and the outcome of each.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace loanbook::conformance {

using Json = nlohmann::ordered_json;

enum class Verdict { pass, fail, skip };

struct Outcome {
  Verdict verdict;
  std::string reason = {};
};
inline Outcome passed() { return {Verdict::pass}; }
inline Outcome failed(std::string reason) { return {Verdict::fail, std::move(reason)}; }
inline Outcome skipped(std::string reason) { return {Verdict::skip, std::move(reason)}; }

struct Case {
  std::string id;
  Json content;
};

/// Reads the cases of one file. Throws nlohmann::json::exception where the file has another shape.
std::vector<Case> golden_cases(const Json& file);
std::vector<Case> actus_cases(const Json& file);
std::vector<Case> fineract_cases(const Json& file);

/// Runs one case.
Outcome run_golden(const Json& content);
Outcome run_actus(const Json& content);
Outcome run_fineract(const Json& content);

}  // namespace loanbook::conformance
