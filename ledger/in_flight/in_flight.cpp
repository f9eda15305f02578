#include "loanbook/ledger/in_flight/in_flight.hpp"

#include <algorithm>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::size_t text_max = money::limits::reason_max;
constexpr std::uint8_t choice_debit = 2;

/// The day on which a night looks at it.
Day looked_at(const Intent& intent) {
  if (!intent.debit) return intent.on;
  return *intent.ends() + date::days{1};
}

const Operated* operated_of(const Entry& entry) { return std::get_if<Operated>(&entry.payload); }

std::uint64_t item_of(const Entry& entry) {
  if (entry.kind == Kind::suspense_receive) return entry.sequence;
  if (const auto* fact = std::get_if<SuspenseFact>(&entry.payload))
    return std::get<SuspenseReturned>(*fact).item;
  const auto* paid = std::get_if<Paid>(&entry.payload);
  return paid != nullptr ? paid->suspense : 0;
}

std::uint64_t intent_of(const Entry& entry) {
  if (entry.kind == Kind::intend) return entry.sequence;
  if (entry.kind == Kind::cancel_intent) return operated_of(entry)->of;
  const auto* paid = std::get_if<Paid>(&entry.payload);
  return paid != nullptr ? paid->intent : 0;
}

bool is_about_order(const Entry& entry) {
  if (entry.kind == Kind::order_payout || entry.kind == Kind::fail_payout ||
      entry.kind == Kind::unknown_payout)
    return true;
  const auto* paid = std::get_if<Paid>(&entry.payload);
  return paid != nullptr && paid->order != 0;
}

template <class Value>
const Value* found_in(const std::map<std::uint64_t, Value>& values, std::uint64_t key) {
  const auto found = values.find(key);
  return found == values.end() ? nullptr : &found->second;
}

template <class Value>
std::optional<Value> copy_of(const std::map<std::uint64_t, Value>& values, std::uint64_t key) {
  const Value* found = found_in(values, key);
  return found == nullptr ? std::nullopt : std::optional{*found};
}

std::string encode_row(const SuspenseItem& item) {
  std::string bytes;
  Encoder out{bytes};
  out.varint(item.product);
  out.varint(static_cast<std::uint64_t>(item.received));
  out.day(item.valued);
  out.day(item.booked);
  out.text(item.payer);
  out.text(item.reference);
  out.text(item.text);
  out.varint(item.taken.size());
  for (const SuspenseItem::Taken& taken : item.taken) {
    out.varint(taken.sequence);
    out.zigzag(taken.minor);
    out.varint(taken.loan);
  }
  return bytes;
}

std::string encode_row(const PayoutOrder& order) {
  std::string bytes;
  Encoder out{bytes};
  out.varint(order.sequence);
  out.varint(static_cast<std::uint64_t>(order.minor));
  out.day(order.ordered);
  out.text(order.channel);
  out.text(order.reference);
  out.u8(order.unknown ? 1 : 0);
  out.text(order.code);
  return bytes;
}

std::string encode_row(const Intent& intent) {
  std::string bytes;
  Encoder out{bytes};
  out.varint(intent.loan);
  out.varint(static_cast<std::uint64_t>(intent.minor));
  out.day(intent.on);
  out.u8(static_cast<std::uint8_t>((intent.debit ? 1 : 0) | (intent.last_day ? 2 : 0)));
  if (intent.last_day) out.day(*intent.last_day);
  out.text(intent.code);
  return bytes;
}

std::string key_of(std::uint8_t what, std::uint64_t number) {
  std::string key(1, static_cast<char>(what));
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(number >> shift & 0xff);
  return key;
}

}  // namespace

std::int64_t SuspenseItem::open(std::uint64_t through) const {
  if (sequence > through) return 0;
  std::int64_t left = received;
  for (const Taken& each : taken) {
    if (each.sequence <= through) left -= each.minor;
  }
  return left;
}

const SuspenseItem* FlightBook::item(std::uint64_t sequence) const {
  return found_in(items_, sequence);
}

const SuspenseItem* FlightBook::source_of(std::uint64_t repayment) const {
  const std::uint64_t* item = found_in(sources_, repayment);
  return item == nullptr ? nullptr : found_in(items_, *item);
}

const PayoutOrder* FlightBook::order_of(std::uint64_t loan) const {
  return found_in(orders_, loan);
}

const Intent* FlightBook::intent(std::uint64_t sequence) const {
  return found_in(intents_, sequence);
}

std::vector<std::uint64_t> FlightBook::ready(Day day) const {
  std::vector<std::uint64_t> sequences;
  for (const auto& [looked, sequence] : days_) {
    if (looked > day) break;
    sequences.push_back(sequence);
  }
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

bool FlightBook::fits(const Entry& entry) const {
  const std::uint64_t item = item_of(entry);
  if (entry.kind == Kind::suspense_receive) {
    if (entry.movements.size() != 1) return false;
  } else if (item != 0 && !items_.contains(item)) {
    return false;
  }
  const std::uint64_t intent = intent_of(entry);
  if (intent != 0 && entry.kind != Kind::intend) {
    const Intent* found = found_in(intents_, intent);
    if (found == nullptr || found->loan != entry.loan) return false;
  }
  return !is_about_order(entry) ||
         orders_.contains(entry.loan) == (entry.kind != Kind::order_payout);
}

void FlightBook::take(std::uint64_t item, const SuspenseItem::Taken& taken) {
  items_.at(item).taken.push_back(taken);
  dirty_.insert({What::item, item});
}

void FlightBook::put_intent(const Intent& intent) {
  intents_.insert_or_assign(intent.sequence, intent);
  days_.insert({looked_at(intent), intent.sequence});
  dirty_.insert({What::intent, intent.sequence});
}

void FlightBook::drop_intent(std::uint64_t sequence) {
  const auto found = intents_.find(sequence);
  if (found == intents_.end()) return;
  days_.erase({looked_at(found->second), sequence});
  intents_.erase(found);
  dirty_.insert({What::intent, sequence});
}

void FlightBook::drop_order(std::uint64_t loan) {
  orders_.erase(loan);
  dirty_.insert({What::order, loan});
}

void FlightBook::apply(const Entry& entry) {
  if (const auto* fact = std::get_if<SuspenseFact>(&entry.payload)) {
    if (const auto* received = std::get_if<SuspenseReceived>(fact)) {
      items_.insert_or_assign(entry.sequence, SuspenseItem{.sequence = entry.sequence,
                                                           .product = entry.movements[0].product,
                                                           .received = received->minor,
                                                           .valued = entry.value_date,
                                                           .booked = entry.booking_date,
                                                           .payer = received->payer,
                                                           .reference = received->reference,
                                                           .text = received->text});
      dirty_.insert({What::item, entry.sequence});
    } else {
      const auto& returned = std::get<SuspenseReturned>(*fact);
      take(returned.item, {.sequence = entry.sequence, .minor = returned.minor});
    }
  } else if (const auto* paid = std::get_if<Paid>(&entry.payload)) {
    if (paid->suspense != 0) {
      take(paid->suspense, {entry.sequence, paid->amount_minor, entry.loan});
      sources_[entry.sequence] = paid->suspense;
    }
    if (paid->intent != 0) drop_intent(paid->intent);
    if (paid->order != 0) drop_order(entry.loan);
  } else if (const auto* reversed = std::get_if<Reversed>(&entry.payload)) {
    const auto source = sources_.find(reversed->sequence);
    if (source == sources_.end()) return;
    std::int64_t minor = 0;
    for (const SuspenseItem::Taken& taken : items_.at(source->second).taken) {
      if (taken.sequence == reversed->sequence) minor = taken.minor;
    }
    take(source->second, {entry.sequence, -minor, entry.loan});
  } else if (const Operated* told = operated_of(entry)) {
    switch (entry.kind) {
      case Kind::order_payout:
        orders_.insert_or_assign(entry.loan, PayoutOrder{.sequence = entry.sequence,
                                                         .loan = entry.loan,
                                                         .minor = told->amount_minor,
                                                         .ordered = entry.booking_date,
                                                         .channel = told->channel,
                                                         .reference = told->code});
        dirty_.insert({What::order, entry.loan});
        break;
      case Kind::fail_payout:
        drop_order(entry.loan);
        break;
      case Kind::unknown_payout:
        orders_.at(entry.loan).unknown = true;
        orders_.at(entry.loan).code = told->code;
        dirty_.insert({What::order, entry.loan});
        break;
      case Kind::intend:
        put_intent({.sequence = entry.sequence,
                    .loan = entry.loan,
                    .minor = told->amount_minor,
                    .on = told->from.value_or(entry.value_date),
                    .last_day = told->until,
                    .debit = told->choice == choice_debit,
                    .code = told->code});
        break;
      case Kind::cancel_intent:
        drop_intent(told->of);
        break;
      default:
        break;
    }
  }
}

FlightBook::Kept FlightBook::keep(const Entry& entry) const {
  Kept kept{.sequence = entry.sequence};
  kept.item.first = item_of(entry);
  if (const auto* reversed = std::get_if<Reversed>(&entry.payload)) {
    if (const SuspenseItem* source = source_of(reversed->sequence))
      kept.item.first = source->sequence;
  }
  kept.item.second = copy_of(items_, kept.item.first);
  if (is_about_order(entry)) kept.order = {entry.loan, copy_of(orders_, entry.loan)};
  kept.intent.first = intent_of(entry);
  kept.intent.second = copy_of(intents_, kept.intent.first);
  return kept;
}

void FlightBook::restore(const Kept& kept) {
  sources_.erase(kept.sequence);
  const auto& [item, old_item] = kept.item;
  if (item != 0) {
    items_.erase(item);
    if (old_item) items_.emplace(item, *old_item);
    dirty_.insert({What::item, item});
  }
  const auto& [loan, old_order] = kept.order;
  if (loan != 0) {
    drop_order(loan);
    if (old_order) orders_.emplace(loan, *old_order);
  }
  const auto& [intent, old_intent] = kept.intent;
  if (intent != 0) {
    drop_intent(intent);
    if (old_intent) put_intent(*old_intent);
  }
}

std::vector<storage::Row> FlightBook::take_dirty_rows() {
  std::vector<storage::Row> rows;
  for (const auto& [what, number] : dirty_) {
    storage::Row row{
        storage::Space::in_flight, key_of(static_cast<std::uint8_t>(what), number), {}};
    // An empty value deletes the row.
    if (const auto* found = found_in(items_, number); found != nullptr && what == What::item)
      row.value = encode_row(*found);
    if (const auto* found = found_in(orders_, number); found != nullptr && what == What::order)
      row.value = encode_row(*found);
    if (const auto* found = found_in(intents_, number); found != nullptr && what == What::intent)
      row.value = encode_row(*found);
    rows.push_back(std::move(row));
  }
  dirty_.clear();
  return rows;
}

bool FlightBook::load_row(std::string_view key, std::string_view value) {
  if (key.size() != 9) return false;
  std::uint64_t number = 0;
  for (const char c : key.substr(1)) number = number << 8 | static_cast<std::uint8_t>(c);
  Decoder in{value};
  switch (static_cast<What>(key[0])) {
    case What::item: {
      SuspenseItem& item = items_[number];
      item.sequence = number;
      item.product = static_cast<std::uint32_t>(in.varint());
      item.received = static_cast<std::int64_t>(in.varint());
      item.valued = in.day();
      item.booked = in.day();
      item.payer = in.text(text_max);
      item.reference = in.text(text_max);
      item.text = in.text(text_max);
      const std::uint64_t size = in.varint();
      for (std::uint64_t i = 0; in.good() && i < size; ++i) {
        const std::uint64_t sequence = in.varint();
        const std::int64_t minor = in.zigzag();
        item.taken.push_back({sequence, minor, in.varint()});
        if (item.taken.back().loan != 0 && minor > 0) sources_[sequence] = number;
      }
      return in.done();
    }
    case What::order: {
      PayoutOrder& order = orders_[number];
      order.loan = number;
      order.sequence = in.varint();
      order.minor = static_cast<std::int64_t>(in.varint());
      order.ordered = in.day();
      order.channel = in.text(text_max);
      order.reference = in.text(text_max);
      order.unknown = in.u8() != 0;
      order.code = in.text(text_max);
      return in.done();
    }
    case What::intent: {
      Intent intent{.sequence = number};
      intent.loan = in.varint();
      intent.minor = static_cast<std::int64_t>(in.varint());
      intent.on = in.day();
      const std::uint8_t bits = in.u8();
      intent.debit = (bits & 1) != 0;
      if ((bits & 2) != 0) intent.last_day = in.day();
      intent.code = in.text(text_max);
      if (!in.done()) return false;
      put_intent(intent);
      dirty_.erase({What::intent, number});
      return true;
    }
  }
  return false;
}

}  // namespace loanbook::ledger
