#include "loanbook/ledger/door/access.hpp"

#include <fmt/format.h>

#include <array>

namespace loanbook::ledger {
namespace {

constexpr std::array<std::string_view, 5> names = {"full", "read", "write", "operate", "audit"};

bool allows(Access access, Doing doing) {
  switch (access) {
    case Access::full:
      return true;
    case Access::read:
      return false;
    case Access::write:
      return doing == Doing::record;
    case Access::operate:
      return doing != Doing::record;
    case Access::audit:
      return doing == Doing::prove;
  }
  return false;
}

std::string_view words_of(Doing doing) {
  switch (doing) {
    case Doing::record:
      return "record events (write)";
    case Doing::publish:
      return "publish (operate)";
    case Doing::operate:
      return "close nights and periods, checkpoint, copy or rebuild (operate)";
    case Doing::prove:
      return "verify or prove (audit, operate)";
  }
  return "";
}

}  // namespace

Result<Access> parse_access(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Access>(i);
  }
  return Error{
      .id = "book.role_unknown",
      .message = fmt::format("'{}' is no role: full, read, write, operate or audit", text)};
}

std::string_view to_text(Access access) { return names.at(static_cast<std::size_t>(access)); }

Status check_access(Access access, Doing doing) {
  if (allows(access, doing)) return money::ok();
  return Error{
      .id = "book.role",
      .message = fmt::format("the role '{}' does not {}", to_text(access), words_of(doing))};
}

Status check_access(Access access, std::span<const Command> commands) {
  if (access == Access::full) return money::ok();
  for (const Command& command : commands) {
    const bool publishes = std::holds_alternative<PublishProduct>(command.event) ||
                           std::holds_alternative<PublishSeries>(command.event) ||
                           std::holds_alternative<PublishChart>(command.event);
    const bool closes = std::holds_alternative<ClosePeriod>(command.event);
    const Doing doing = publishes ? Doing::publish : closes ? Doing::operate : Doing::record;
    if (Status s = check_access(access, doing); !s) return s;
  }
  return money::ok();
}

}  // namespace loanbook::ledger
