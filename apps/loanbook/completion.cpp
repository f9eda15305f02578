#include "completion.hpp"

#include <fmt/format.h>

#include <functional>

namespace loanbook::apps {
namespace {

using Visit = std::function<void(const std::string& path, const CommandNode& node)>;

void walk(const CommandNode& node, const std::string& path, const Visit& visit) {
  visit(path, node);
  for (const auto& command : node.commands) walk(command, path + " " + command.name, visit);
}

std::string words_of(const CommandNode& node, const CommandNode& root) {
  std::string words;
  const auto add = [&words](const std::string& word) {
    if (!words.empty()) words += ' ';
    words += word;
  };
  for (const auto& command : node.commands) add(command.name);
  for (const auto& option : node.options) add(option);
  if (&node != &root) {
    for (const auto& option : root.options) add(option);
  }
  return words;
}

// Both shells find the longest chain of known commands before the cursor, then offer what may
// follow it.
std::string chain_cases(const CommandNode& root) {
  std::string cases;
  walk(root, "", [&cases](const std::string& path, const CommandNode&) {
    if (path.empty()) return;
    if (!cases.empty()) cases += '|';
    cases += fmt::format("'{}'", path);
  });
  return cases;
}

std::string word_cases(const CommandNode& root) {
  std::string cases;
  walk(root, "", [&](const std::string& path, const CommandNode& node) {
    cases += fmt::format("    '{}') words='{}' ;;\n", path, words_of(node, root));
  });
  return cases;
}

std::string bash_script(const CommandNode& root) {
  return fmt::format(
      "# loanbook completion for bash: source <(loanbook completion bash)\n"
      "_loanbook() {{\n"
      "  local path='' words='' word\n"
      "  for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n"
      "    case \"$path $word\" in {}) path=\"$path $word\" ;; esac\n"
      "  done\n"
      "  case \"$path\" in\n{}  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n"
      "}}\n"
      "complete -o default -F _loanbook loanbook\n",
      chain_cases(root), word_cases(root));
}

std::string zsh_script(const CommandNode& root) {
  // `words` is the shell's own array of the command line.
  return fmt::format(
      "#compdef loanbook\n"
      "# loanbook completion for zsh: source <(loanbook completion zsh)\n"
      "_loanbook_follow() {{\n"
      "  local words=''\n"
      "  case \"$1\" in\n{}  esac\n"
      "  print -r -- $words\n"
      "}}\n"
      "_loanbook() {{\n"
      "  local chain='' word\n"
      "  for word in ${{words[2,CURRENT-1]}}; do\n"
      "    case \"$chain $word\" in ({}) chain=\"$chain $word\" ;; esac\n"
      "  done\n"
      "  compadd -- $(_loanbook_follow \"$chain\")\n"
      "  _files\n"
      "}}\n"
      "compdef _loanbook loanbook\n",
      word_cases(root), chain_cases(root));
}

std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char character : text) {
    if (character == '\'' || character == '\\') quoted += '\\';
    quoted += character;
  }
  return quoted + "'";
}

std::string fish_script(const CommandNode& root) {
  std::string script = "# loanbook completion for fish: loanbook completion fish | source\n";
  walk(root, "", [&script](const std::string& path, const CommandNode& node) {
    std::string condition = "__fish_use_subcommand";
    if (!path.empty()) {
      condition.clear();
      std::string_view rest = std::string_view(path).substr(1);
      while (!rest.empty()) {
        const auto end = std::min(rest.find(' '), rest.size());
        if (!condition.empty()) condition += "; and ";
        condition += fmt::format("__fish_seen_subcommand_from {}", rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    for (const auto& command : node.commands) {
      script += fmt::format("complete -c loanbook -n '{}' -a {} -d {}\n", condition, command.name,
                            fish_quoted(command.help));
    }
    for (const auto& option : node.options) {
      script += path.empty() ? fmt::format("complete -c loanbook -l {}\n", option.substr(2))
                             : fmt::format("complete -c loanbook -n '{}' -l {}\n", condition,
                                           option.substr(2));
    }
  });
  return script;
}

}  // namespace

money::Result<std::string> completion_script(const CommandNode& root, std::string_view shell) {
  if (shell == "bash") return bash_script(root);
  if (shell == "zsh") return zsh_script(root);
  if (shell == "fish") return fish_script(root);
  return money::Error{"cli.unknown_shell",
                      fmt::format("no completion for '{}': use bash, zsh or fish", shell)};
}

}  // namespace loanbook::apps
