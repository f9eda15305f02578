// The door for breaks of a reconciliation: who has it, and how it ends.

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/door/door.hpp"
#include "loanbook/ledger/door/recorder.hpp"
#include "loanbook/ledger/reconciliation/reconcile.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

Error refuse(std::string id, std::string message) {
  return Error{.id = std::move(id), .message = std::move(message)};
}

}  // namespace

money::Error unknown_break(const std::string& id) {
  return refuse("break.unknown",
                fmt::format("there is no break '{}'; `reconcile breaks` lists them", id));
}

Result<Recorder::Accepted> Recorder::accept_break(const BreakRequest& request,
                                                  const Command& command) const {
  const Result<BreakId> id = parse_break_id(request.id);
  if (!id) return id.error();
  const Break* record = state_.reconciliation.find(*id);
  if (record == nullptr) return unknown_break(request.id);
  if (command.value_date && *command.value_date != state_.business_date)
    return refuse("break.date",
                  fmt::format("breaks are decided on the business date {}; leave the date out",
                              money::to_text(state_.business_date)));
  if (record->status != BreakStatus::open) {
    return refuse("break.closed", fmt::format("break {} was {} by entry {}", request.id,
                                              to_text(record->status), record->closed_by));
  }
  BreakChanged changed{.id = *id};
  const auto accepted = [&] {
    return Accepted{.loan = 0,
                    .value_date = state_.business_date,
                    .payload = ReconciliationFact{changed},
                    .kind = request.kind};
  };
  if (request.kind == Kind::break_updated) {
    if (Status s = check_text(request.owner, "owner", money::limits::actor_max); !s)
      return s.error();
    changed.owner = request.owner;
    return accepted();
  }
  if (request.kind != Kind::break_closed ||
      (request.status != BreakStatus::accepted && request.status != BreakStatus::corrected))
    return refuse("break.event", "a break is assigned, accepted or corrected");
  if (command.reason.empty())
    return refuse("break.reason_missing", "whoever closes a break says why: give a reason");
  changed.status = request.status;
  // Where every entry has a line, only the order is in doubt: all of them are done with.
  const bool chooses =
      record->outcome == Outcome::ambiguous && record->entries.size() > record->lines.size();
  // What nobody had asked for stays what it was: missing here has no entry to be done with.
  if (!chooses) changed.entries = record->entries;
  for (const std::uint64_t sequence : request.entries) {
    const bool candidate = std::find(record->entries.begin(), record->entries.end(), sequence) !=
                           record->entries.end();
    if (request.status == BreakStatus::accepted && !candidate)
      return refuse(
          "break.entry_unknown",
          fmt::format("entry {} is none of those that break {} is about", sequence, request.id));
    if (sequence == 0 || sequence > state_.head.sequence)
      return refuse("entry.unknown", fmt::format("there is no entry {}; the last one is {}",
                                                 sequence, state_.head.sequence));
    changed.entries.push_back(sequence);
  }
  if (request.corrections > state_.head.sequence)
    return refuse("break.no_correction", "there are not so many events before this one");
  for (std::uint32_t i = request.corrections; i > 0; --i)
    changed.entries.push_back(state_.head.sequence - i + 1);
  if (request.status == BreakStatus::corrected && request.entries.empty() &&
      request.corrections == 0)
    return refuse("break.no_correction",
                  "a correction is an event: name it, or record it in the same batch");
  if (chooses && changed.entries.empty())
    return refuse("break.entry_missing",
                  fmt::format("several entries fit break {}: say which one it is", request.id));
  std::sort(changed.entries.begin(), changed.entries.end());
  changed.entries.erase(std::unique(changed.entries.begin(), changed.entries.end()),
                        changed.entries.end());
  return accepted();
}

}  // namespace loanbook::ledger
