#include "loanbook/ledger/in_flight/suspense.hpp"

#include "loanbook/money/limits.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::size_t text_max = money::limits::reason_max;

struct FactEncoder {
  Encoder& out;
  void operator()(const SuspenseReceived& f) const {
    out.varint(static_cast<std::uint64_t>(f.minor));
    out.text(f.payer);
    out.text(f.reference);
    out.text(f.text);
  }
  void operator()(const SuspenseReturned& f) const {
    out.varint(f.item);
    out.varint(static_cast<std::uint64_t>(f.minor));
    out.text(f.reference);
  }
};

}  // namespace

void encode(Encoder& out, const SuspenseFact& fact) { std::visit(FactEncoder{out}, fact); }

SuspenseFact decode_suspense_fact(Decoder& in, Kind kind) {
  if (kind == Kind::suspense_receive) {
    SuspenseReceived f;
    f.minor = static_cast<std::int64_t>(in.varint());
    f.payer = in.text(text_max);
    f.reference = in.text(text_max);
    f.text = in.text(text_max);
    if (f.minor <= 0) in.fail();
    return f;
  }
  SuspenseReturned f;
  f.item = in.varint();
  f.minor = static_cast<std::int64_t>(in.varint());
  f.reference = in.text(text_max);
  if (f.item == 0 || f.minor <= 0) in.fail();
  return f;
}

}  // namespace loanbook::ledger
