#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loanbook/money/result.hpp"

namespace loanbook::apps {

/// A command as completion sees it: words that may follow.
struct CommandNode {
  std::string name;
  std::string help;
  std::vector<std::string> options;  ///< `--book`, ...
  std::vector<CommandNode> commands;
};

/// The script for `bash`, `zsh` or `fish`; `cli.unknown_shell` for another.
[[nodiscard]] money::Result<std::string> completion_script(const CommandNode& root,
                                                           std::string_view shell);

}  // namespace loanbook::apps
