// loanbook-spec FILE... [--update]: runs the worked examples of pages of the rule book. Exit 0:
// every cell is right; 1: some differ; 2: usage; 3: a file cannot be read.

#include <fstream>
#include <iostream>
#include <sstream>

#include "tables.hpp"

namespace {

using namespace loanbook::specs;

std::optional<std::string> file_text(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Count {
  std::size_t examples = 0;
  std::size_t cells = 0;
  std::size_t failures = 0;
};

void count_cells(const Page& page, Count& count) {
  for (const auto& example : page.examples) {
    count.examples += example.tables.empty() ? 0 : 1;
    for (const auto& table : example.tables) {
      for (const auto& row : table.rows) {
        for (const auto& cell : row.cells) count.cells += cell.actual ? 1 : 0;
      }
    }
  }
}

/// False where the file cannot be read or written.
bool run_file(const std::string& name, bool update, Count& count) {
  const auto text = file_text(name);
  if (!text) {
    std::cerr << name << ": cannot be read\n";
    return false;
  }
  auto page = parse_page(name, *text);
  if (!page) {
    std::cerr << name << ":" << page.error().line << ": " << page.error().message << "\n";
    count.failures += 1;
    return true;
  }
  auto failures = run_page(*page);
  if (!update) {
    for (auto& failure : differences(*page)) failures.push_back(std::move(failure));
  }
  for (const auto& failure : failures)
    std::cerr << name << ":" << failure.line << ": " << failure.message << "\n";
  count.failures += failures.size();
  count_cells(*page, count);
  if (!update) return true;
  std::ofstream out(name, std::ios::binary);
  out << updated(*page);
  return static_cast<bool>(out.flush());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files;
  bool update = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--update") {
      update = true;
    } else if (argument.rfind("--", 0) == 0) {
      files.clear();
      break;
    } else {
      files.push_back(argument);
    }
  }
  if (files.empty()) {
    std::cerr << "usage: loanbook-spec FILE... [--update]\n"
                 "Runs the worked examples of specs/*.md and compares every cell; --update "
                 "rewrites the cells for review.\n";
    return 2;
  }
  Count count;
  for (const auto& file : files) {
    if (!run_file(file, update, count)) return 3;
  }
  std::cout << count.examples << " examples, " << count.cells << " cells, " << count.failures
            << " failures\n";
  return count.failures == 0 ? 0 : 1;
}
