#include "loanbook/ledger/night/segment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loanbook/ledger/codec.hpp"
#include "loanbook/ledger/proof/digest.hpp"

namespace loanbook::ledger {
namespace {

constexpr std::string_view magic = "LBSEG001";
// Says how many roles its totals have; a night without any of the later ones is written as before.
constexpr std::string_view magic_2 = "LBSEG002";

// The same where a visit has a deferred fee.
constexpr std::string_view magic_3 = "LBSEG003";
// In the byte of a visit's status: the balance of its deferred fee follows those of what accrues.
constexpr std::uint8_t fee_bit = 0x80;

/// Up to the last role that a total stands under.
std::size_t roles_of(const std::vector<EncodedProduct>& products) {
  std::size_t roles = role_count_1;
  for (const EncodedProduct& product : products) {
    for (std::size_t role = roles; role < role_count; ++role) {
      if (product.totals[role] != 0) roles = role + 1;
    }
  }
  return roles;
}

void encode_line(Encoder& out, const SegmentLine& line) {
  out.u8(static_cast<std::uint8_t>(line.role));
  out.varint(line.installment);
  out.day(line.visible_from);
  out.wide(line.line.base);
  out.wide(line.line.slope);
  out.varint(static_cast<std::uint64_t>(line.line.denominator));
  out.day(line.line.first);
}

SegmentLine decode_line(Decoder& in, bool fee) {
  SegmentLine line{};
  const std::uint8_t role = in.u8();
  line.role = static_cast<Role>(role);
  if (role > static_cast<std::uint8_t>(Role::overpayment) &&
      !(fee && line.role == Role::fee_deferred))
    in.fail();
  line.installment = static_cast<std::uint32_t>(in.varint());
  line.visible_from = in.day();
  line.line.base = in.wide();
  line.line.slope = in.wide();
  line.line.denominator = static_cast<std::int64_t>(in.varint());
  line.line.first = in.day();
  if (line.line.denominator < 1) in.fail();
  return line;
}

bool accrues(const schedule::Line& line) { return line.slope != 0 || line.base != 0; }

}  // namespace

namespace {

/// Segments know the states of format 1: an application is approved at most, one that was declined
/// is over as a cancelled loan is.
std::uint8_t status_byte(LoanStatus status) {
  if (status == LoanStatus::applied) status = LoanStatus::approved;
  if (status == LoanStatus::declined) status = LoanStatus::cancelled;
  return static_cast<std::uint8_t>(status);
}

}  // namespace

void add_lines(const LoanState& state, const Product& product, Visit& visit) {
  if (state.status != LoanStatus::active) return;
  if (accrues(state.interest)) {
    visit.lines.push_back({Role::interest_accrued, 0, state.interest.first, state.interest});
  }
  if (state.deferred && accrues(state.deferred->earned)) {
    const schedule::Line& earned = state.deferred->earned;
    visit.lines.push_back({Role::fee_deferred, 0, earned.first, earned});
  }
  const schedule::OverdueRules rules = overdue_rules(product, state.terms.rate);
  for (const schedule::DueInstallment& due : state.due) {
    if (due.due > state.day) continue;  // of a table: nothing accrues on what is not due yet
    const Day visible = rules.grace_mode == schedule::GraceMode::shift
                            ? due.penalty.first
                            : due.due + date::days{rules.grace_days + 1};
    if (accrues(due.penalty))
      visit.lines.push_back({Role::penalty_receivable, due.no, visible, due.penalty});
    if (accrues(due.compound))
      visit.lines.push_back({Role::compound_receivable, due.no, visible, due.compound});
  }
}

bool has_fee(const Visit& visit) {
  return visit.fee_booked != 0 || std::ranges::any_of(visit.lines, [](const SegmentLine& line) {
           return line.role == Role::fee_deferred;
         });
}

std::array<std::int64_t, accruing_roles.size()> booked_of(const Visit& visit) {
  return {visit.interest_booked, visit.penalty_booked, visit.compound_booked, -visit.fee_booked};
}

void encode_visit(const Visit& visit, std::string& bytes) {
  Encoder out{bytes};
  const bool fee = has_fee(visit);
  out.u8(static_cast<std::uint8_t>(status_byte(visit.status) | (fee ? fee_bit : 0)));
  out.u8(visit.bucket);
  out.zigzag(visit.interest_booked);
  out.zigzag(visit.penalty_booked);
  out.zigzag(visit.compound_booked);
  if (fee) out.zigzag(visit.fee_booked);
  out.varint(visit.lines.size());
  for (const SegmentLine& line : visit.lines) encode_line(out, line);
}

std::string encode_segment(Day day, const std::vector<EncodedProduct>& products,
                           const std::vector<Segment::Isolated>& isolated) {
  const std::size_t roles = roles_of(products);
  const bool fees = std::ranges::any_of(products, &EncodedProduct::fees);
  const bool first = roles == role_count_1 && !fees;
  std::string bytes{fees ? magic_3 : first ? magic : magic_2};
  Encoder out{bytes};
  if (!first) out.varint(roles);
  out.day(day);
  out.varint(products.size());
  for (const EncodedProduct& product : products) {
    out.varint(product.product);
    out.varint(product.loans);
    for (std::size_t role = 0; role < roles; ++role) out.wide(product.totals[role]);
    out.varint(product.visits);
    bytes += product.visit_bytes;
  }
  out.varint(isolated.size());
  for (const Segment::Isolated& loan : isolated) {
    out.varint(loan.loan);
    out.text(loan.reason);
  }
  return bytes;
}

Result<Segment> decode_segment(std::string_view bytes) {
  const Error damaged{.id = "integrity.segment_damaged",
                      .message = "a segment's bytes are not canonical"};
  const bool third = bytes.starts_with(magic_3);
  const bool counted = third || bytes.starts_with(magic_2);
  if (!counted && !bytes.starts_with(magic)) return damaged;
  Decoder in{bytes.substr(magic.size())};
  const std::uint64_t roles = counted ? in.varint() : role_count_1;
  if (roles > role_count) return damaged;
  Segment segment;
  segment.day = in.day();
  const std::uint64_t products = in.varint();
  for (std::uint64_t p = 0; in.good() && p < products; ++p) {
    SegmentProduct product;
    product.product = static_cast<std::uint32_t>(in.varint());
    product.loans = in.varint();
    for (std::size_t role = 0; role < roles; ++role) product.totals[role] = in.wide();
    const std::uint64_t visits = in.varint();
    std::uint64_t loan = 0;
    for (std::uint64_t v = 0; in.good() && v < visits; ++v) {
      Visit visit;
      loan += in.varint();
      visit.loan = loan;
      const std::uint8_t status = in.u8();
      const bool fee = third && (status & fee_bit) != 0;
      visit.status = static_cast<LoanStatus>(fee ? status ^ fee_bit : status);
      if (visit.status < LoanStatus::approved || visit.status > LoanStatus::written_off) in.fail();
      visit.bucket = in.u8();
      visit.interest_booked = in.zigzag();
      visit.penalty_booked = in.zigzag();
      visit.compound_booked = in.zigzag();
      if (fee) visit.fee_booked = in.zigzag();
      const std::uint64_t lines = in.varint();
      for (std::uint64_t l = 0; in.good() && l < lines; ++l)
        visit.lines.push_back(decode_line(in, fee));
      product.visits.push_back(std::move(visit));
    }
    segment.products.push_back(std::move(product));
  }
  const std::uint64_t isolated = in.varint();
  for (std::uint64_t i = 0; in.good() && i < isolated; ++i) {
    const std::uint64_t loan = in.varint();
    segment.isolated.push_back({loan, std::string(in.text())});
  }
  if (!in.done()) return damaged;
  return segment;
}

std::vector<Digest> segments_named_by(const Entry& entry) {
  if (const auto* closed = std::get_if<DayClosed>(&entry.payload)) return closed->segments;
  if (const auto* restated = std::get_if<Restated>(&entry.payload)) return {restated->segment};
  if (const auto* fact = std::get_if<ReconciliationFact>(&entry.payload)) {
    const auto* statement = std::get_if<StatementReconciled>(fact);
    if (statement != nullptr && statement->segment) return {*statement->segment};
  }
  return {};
}

Result<storage::Bytes> segment_bytes(const storage::View& view, const Digest& digest) {
  Result<std::optional<storage::Bytes>> bytes = view.segment(digest);
  if (!bytes) return bytes.error();
  if (!bytes->has_value()) {
    return Error{
        .id = "integrity.segment_missing",
        .message = fmt::format("segment {} is missing: restore it from a backup", hex(digest))};
  }
  if (sha256(**bytes) != digest) {
    return Error{
        .id = "integrity.segment_damaged",
        .message = fmt::format(
            "segment {} is damaged: its content has another digest; restore it from a backup",
            hex(digest))};
  }
  return std::move(**bytes);
}

Result<Segment> read_segment(const storage::View& view, const Digest& digest) {
  const Result<storage::Bytes> bytes = segment_bytes(view, digest);
  if (!bytes) return bytes.error();
  return decode_segment(*bytes);
}

}  // namespace loanbook::ledger
