// loanbook-conformance SUITE PATH... [--allow FILE]
//
// One line a case, PASS, FAIL or SKIP, then the counts. Exit 0 when nothing failed or was skipped,
// 1 otherwise, 2 usage, 3 unreadable input. With --allow (lines `id reason`, `#` comments): 0 when
// exactly the listed cases fail or are skipped.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "conformance/suite.hpp"

namespace {

using namespace loanbook::conformance;
namespace fs = std::filesystem;

constexpr const char* usage =
    "usage: loanbook-conformance golden|actus|fineract PATH... [--allow FILE]\n";

struct Suite {
  const char* name;
  std::vector<Case> (*cases)(const Json& file);
  Outcome (*run)(const Json& content);
};

const Suite suites[] = {{"golden", golden_cases, run_golden},
                        {"actus", actus_cases, run_actus},
                        {"fineract", fineract_cases, run_fineract}};

struct Arguments {
  const Suite* suite = nullptr;
  std::vector<std::string> paths;
  std::string allow;
};

bool read_arguments(const std::vector<std::string>& words, Arguments& arguments) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--allow") {
      if (++i == words.size() || !arguments.allow.empty()) return false;
      arguments.allow = words[i];
    } else if (words[i].starts_with("-")) {
      return false;
    } else if (!arguments.suite) {
      for (const Suite& suite : suites) {
        if (words[i] == suite.name) arguments.suite = &suite;
      }
      if (!arguments.suite) return false;
    } else {
      arguments.paths.push_back(words[i]);
    }
  }
  return arguments.suite && !arguments.paths.empty();
}

struct Unreadable {
  std::string message;
};

/// All JSON files below the paths, each folder in the order of names.
std::vector<fs::path> files_of(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file() && entry.path().extension() == ".json")
        found.push_back(entry.path());
    }
    if (found.empty()) throw Unreadable{path + ": no .json file in this folder"};
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

std::vector<Case> cases_of(const Suite& suite, const fs::path& file) {
  std::ifstream stream(file);
  if (!stream) throw Unreadable{file.string() + ": cannot be opened"};
  try {
    return suite.cases(Json::parse(stream));
  } catch (const Json::exception& error) {
    throw Unreadable{file.string() + ": " + error.what()};
  }
}

std::map<std::string, std::string> allowed_of(const std::string& file) {
  std::map<std::string, std::string> allowed;
  if (file.empty()) return allowed;
  std::ifstream stream(file);
  if (!stream) throw Unreadable{file + ": cannot be opened"};
  std::string line;
  while (std::getline(stream, line)) {
    if (line.empty() || line.starts_with("#")) continue;
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) throw Unreadable{file + ": no reason after " + line};
    allowed[line.substr(0, space)] = line.substr(space + 1);
  }
  return allowed;
}

Outcome run(const Suite& suite, const Json& content) {
  try {
    return suite.run(content);
  } catch (const std::exception& error) {
    return failed(std::string("the case cannot be read: ") + error.what());
  }
}

int run_all(const Arguments& arguments) {
  std::map<std::string, std::string> allowed = allowed_of(arguments.allow);
  int counts[3] = {0, 0, 0};
  int red = 0;
  for (const fs::path& file : files_of(arguments.paths)) {
    for (const Case& one : cases_of(*arguments.suite, file)) {
      const Outcome outcome = run(*arguments.suite, one.content);
      ++counts[static_cast<int>(outcome.verdict)];
      const bool listed = allowed.contains(one.id);
      if (outcome.verdict == Verdict::pass) {
        std::cout << "PASS " << one.id
                  << (listed ? " (listed as allowed to fail: take it off the list)" : "") << '\n';
      } else {
        std::cout << (outcome.verdict == Verdict::fail ? "FAIL " : "SKIP ") << one.id << ": "
                  << outcome.reason << '\n';
      }
      if ((outcome.verdict == Verdict::pass) == listed) ++red;
    }
  }
  std::cout << counts[0] << " passed, " << counts[1] << " failed, " << counts[2] << " skipped\n";
  return red == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!read_arguments({argv + 1, argv + argc}, arguments)) {
    std::cerr << usage;
    return 2;
  }
  try {
    return run_all(arguments);
  } catch (const Unreadable& unreadable) {
    std::cerr << unreadable.message << '\n';
    return 3;
  } catch (const fs::filesystem_error& error) {
    std::cerr << error.what() << '\n';
    return 3;
  }
}
