#pragma once

#include <string>

#include "context.hpp"

namespace loanbook::apps {

struct ParquetArguments {
  std::string out, table, as_of, known_at, library;
};
int run_export_parquet(const Context& context, const ParquetArguments& arguments);

}  // namespace loanbook::apps
