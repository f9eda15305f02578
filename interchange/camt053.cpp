// camt.053 by local names, so that every version and namespace prefix reads alike. Where the field
// stood elsewhere in an older version, both places are looked at.

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <pugixml.hpp>

#include "loanbook/interchange/bank_statement.hpp"
#include "loanbook/money/money.hpp"
#include "loanbook/money/text.hpp"

namespace loanbook::interchange {
namespace {

using ledger::BankLine;
using money::quoted;
using pugi::xml_node;

/// Whole documents lie in memory, about three times the size of the file.
constexpr std::size_t document_max = std::size_t{1} << 30;

std::string_view local_name(const xml_node& node) {
  const std::string_view name = node.name();
  return name.substr(name.find(':') + 1);
}

xml_node child(const xml_node& node, std::string_view name) {
  for (const xml_node& each : node.children())
    if (local_name(each) == name) return each;
  return {};
}

xml_node descend(xml_node node, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) node = child(node, name);
  return node;
}

std::string_view text_of(const xml_node& node) { return node.text().get(); }

template <class Use>
void each(const xml_node& node, std::string_view name, Use use) {
  for (const xml_node& one : node.children())
    if (local_name(one) == name) use(one);
}

struct Document {
  pugi::xml_document xml;
  std::deque<std::string> joined;  ///< remittance information of several parts
};

class Reader {
 public:
  Reader(std::shared_ptr<Document> document, std::string_view original, const std::string& file)
      : document_(std::move(document)), original_(original), file_(file) {}

  Result<std::vector<BankStatement>> read() {
    const xml_node root = child(document_->xml, "Document");
    const xml_node message = child(root, "BkToCstmrStmt");
    if (!message)
      return wrong("statement.not_camt", "this is no camt.053: there is no BkToCstmrStmt", root);
    std::vector<BankStatement> statements;
    std::vector<Page> pages;
    xml_node last;
    for (const xml_node& node : message.children()) {
      if (local_name(node) != "Stmt") continue;
      BankStatement statement;
      if (auto problem = read_statement(node, statement)) return *problem;
      statement.texts = document_;
      const Page page = page_of(node);
      if (!statements.empty() && continues(statements.back(), pages.back(), statement, page)) {
        if (auto problem = add_page(statements.back(), std::move(statement), node)) return *problem;
        pages.back() = page;
        statements.back().page_last = page.number;
      } else {
        if (!statements.empty()) {
          if (auto problem = finish(last, statements.back(), pages.back())) return *problem;
        }
        const bool whole = page.number == 1 && page.last;
        statement.page = statement.page_last = whole ? 0 : page.number;
        statements.push_back(std::move(statement));
        pages.push_back(page);
      }
      last = node;
    }
    if (statements.empty())
      return wrong("statement.not_camt", "this camt.053 holds no statement", message);
    if (auto problem = finish(last, statements.back(), pages.back())) return *problem;
    // The message itself may be one page of several.
    const xml_node pagination = descend(message, {"GrpHdr", "MsgPgntn"});
    if (pagination && text_of(child(pagination, "LastPgInd")) == "false")
      statements.back().more_follows = true;
    const std::uint32_t number = child(pagination, "PgNb").text().as_uint();
    const bool single = number == 1 && !statements.back().more_follows;
    if (statements.size() == 1 && statements.back().page == 0 && !single)
      statements.back().page = statements.back().page_last = number;
    return statements;
  }

 private:
  /// Of a statement that a bank sends in pieces. Number 0: it is whole.
  struct Page {
    std::uint32_t number = 0;
    bool last = true;
  };
  static Page page_of(const xml_node& statement) {
    const xml_node page = child(statement, "StmtPgntn");
    if (!page) return {};
    return {child(page, "PgNb").text().as_uint(), text_of(child(page, "LastPgInd")) != "false"};
  }
  static bool continues(const BankStatement& first, const Page& before, const BankStatement& next,
                        const Page& page) {
    return !before.last && page.number == before.number + 1 && first.account == next.account &&
           first.id == next.id && first.currency == next.currency;
  }
  std::optional<Error> add_page(BankStatement& whole, BankStatement page, const xml_node& node) {
    if (whole.closing && page.opening && whole.closing != page.opening)
      return wrong("statement.balance",
                   fmt::format("the page before ends with {}, this one begins with {}",
                               money::text_of_minor(*whole.closing, whole.currency.digits),
                               money::text_of_minor(*page.opening, whole.currency.digits)),
                   node);
    whole.closing = page.closing;
    whole.from = std::min(whole.from, page.from);
    whole.to = std::max(whole.to, page.to);
    whole.left_out += page.left_out;
    whole.lines.insert(whole.lines.end(), page.lines.begin(), page.lines.end());
    return std::nullopt;
  }
  std::optional<Error> finish(const xml_node& node, BankStatement& statement, const Page& page) {
    statement.more_follows = !page.last;
    return prove(node, statement);
  }

  /// Line of the file on which an element begins; elements are asked for in their order, mostly.
  std::uint32_t line_of(const xml_node& node) {
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0));
    if (offset < counted_to_) {
      counted_to_ = 0;
      line_ = 1;
    }
    const auto from = original_.begin() + static_cast<std::ptrdiff_t>(counted_to_);
    const auto to =
        original_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, original_.size()));
    line_ += static_cast<std::uint32_t>(std::count(from, to, '\n'));
    counted_to_ = offset;
    return line_;
  }
  Error wrong(const char* id, std::string message, const xml_node& node) {
    return Error{.id = id, .message = std::move(message), .file = file_, .line = line_of(node)};
  }

  std::optional<Error> read_day(const xml_node& parent, std::string_view name, Day& out) {
    const xml_node node = child(parent, name);
    std::string_view text = text_of(child(node, "Dt"));
    if (text.empty()) text = text_of(child(node, "DtTm"));
    if (text.empty()) text = text_of(node);
    const auto day = money::parse_day(text.substr(0, 10));
    if (!day) {
      return wrong("statement.bad_date", fmt::format("{} {} is no date", name, quoted(text)),
                   node ? node : parent);
    }
    out = *day;
    return std::nullopt;
  }

  /// Without its sign. More zeros than the currency has digits are written by some banks.
  std::optional<Error> read_amount(const xml_node& node, money::Currency currency,
                                   std::int64_t& out) {
    std::string text{text_of(node)};
    if (const std::size_t point = text.find('.'); point != std::string::npos) {
      while (text.size() > point + 1 + currency.digits && text.back() == '0') text.pop_back();
      if (text.back() == '.') text.pop_back();
    }
    const auto amount = money::Money::parse(text, currency);
    if (!amount) return wrong(amount.error().id.c_str(), amount.error().message, node);
    const std::string_view named = node.attribute("Ccy").value();
    if (!named.empty() && named != currency.text())
      return wrong("statement.currency",
                   fmt::format("an amount in {} on an account in {}", named, currency.text()),
                   node);
    if (amount->minor() < 0)
      return wrong("statement.direction", "an amount has no sign: CdtDbtInd says which way it goes",
                   node);
    out = amount->minor();
    return std::nullopt;
  }
  std::optional<Error> read_sign(const xml_node& parent, std::int64_t& minor) {
    const std::string_view word = text_of(child(parent, "CdtDbtInd"));
    if (word == "DBIT") minor = -minor;
    if (word == "DBIT" || word == "CRDT") return std::nullopt;
    return wrong("statement.direction", "CdtDbtInd is CRDT or DBIT, not " + quoted(word), parent);
  }

  std::optional<Error> read_statement(const xml_node& node, BankStatement& statement) {
    statement.id = text_of(child(node, "Id"));
    const xml_node account = child(node, "Acct");
    statement.account = text_of(descend(account, {"Id", "IBAN"}));
    if (statement.account.empty())
      statement.account = text_of(descend(account, {"Id", "Othr", "Id"}));
    std::string_view currency = text_of(child(account, "Ccy"));
    if (currency.empty()) currency = child(child(node, "Bal"), "Amt").attribute("Ccy").value();
    const auto known = money::Currency::find(currency);
    if (!known) return wrong(known.error().id.c_str(), known.error().message, node);
    statement.currency = *known;
    std::optional<Day> opened, closed;
    for (const xml_node& one : node.children()) {
      if (local_name(one) != "Bal") continue;
      if (auto problem = read_balance(one, statement, opened, closed)) return problem;
    }
    day_of_statement_ = closed;
    for (const xml_node& one : node.children()) {
      if (local_name(one) != "Ntry") continue;
      if (auto problem = read_entry(one, statement)) return problem;
    }
    return read_period(node, statement, opened, closed);
  }

  std::optional<Error> read_balance(const xml_node& node, BankStatement& statement,
                                    std::optional<Day>& opened, std::optional<Day>& closed) {
    const std::string_view code = text_of(descend(node, {"Tp", "CdOrPrtry", "Cd"}));
    // Between two pages the same balance ends the one and begins the other.
    const bool between = code == "ITBD";
    const bool opening = code == "OPBD" || code == "PRCD" || (between && !statement.opening);
    if (!opening && code != "CLBD" && !between) return std::nullopt;
    std::int64_t minor = 0;
    if (auto problem = read_amount(child(node, "Amt"), statement.currency, minor)) return problem;
    if (auto problem = read_sign(node, minor)) return problem;
    Day day{};
    if (auto problem = read_day(node, "Dt", day)) return problem;
    if (!opening) {
      if (!between || !statement.closing) statement.closing = minor;
      closed = day;
    } else if (code == "OPBD" || !statement.opening) {
      statement.opening = minor;
      // The balance carried over is that of the evening before.
      opened = code == "PRCD" ? day + date::days{1} : day;
    }
    return std::nullopt;
  }

  std::optional<Error> read_period(const xml_node& node, BankStatement& statement,
                                   std::optional<Day> opened, std::optional<Day> closed) {
    const xml_node period = child(node, "FrToDt");
    const auto given = [&](std::string_view name, std::optional<Day> other,
                           Day& out) -> std::optional<Error> {
      if (child(period, name)) return read_day(period, name, out);
      if (other) out = *other;
      return std::nullopt;
    };
    const auto [first, last] =
        std::minmax_element(statement.lines.begin(), statement.lines.end(),
                            [](const auto& a, const auto& b) { return a.booked < b.booked; });
    const bool any = !statement.lines.empty();
    if (any) statement.from = first->booked;
    if (any) statement.to = last->booked;
    if (auto problem = given("FrDtTm", opened, statement.from)) return problem;
    if (auto problem = given("ToDtTm", closed, statement.to)) return problem;
    // Some banks date the opening balance on the evening before.
    if (any && first->booked > statement.from && !period) statement.from = first->booked;
    if (!any && !period && !opened && !closed)
      return wrong("statement.empty", "a statement without period, balances and entries", node);
    return std::nullopt;
  }

  std::optional<Error> read_entry(const xml_node& node, BankStatement& statement) {
    std::string_view status = text_of(descend(node, {"Sts", "Cd"}));
    if (status.empty()) status = text_of(child(node, "Sts"));
    if (!status.empty() && status != "BOOK") {
      ++statement.left_out;
      return std::nullopt;
    }
    BankLine line{.place = line_of(node)};
    if (auto problem = read_amount(child(node, "Amt"), statement.currency, line.minor))
      return problem;
    if (line.minor == 0) {
      ++statement.left_out;
      return std::nullopt;
    }
    if (auto problem = read_sign(node, line.minor)) return problem;
    if (auto problem = read_days(node, line)) return problem;
    if (auto problem = read_charges(node, statement.currency, line)) return problem;
    line.returned = text_of(child(node, "RvslInd")) == "true";
    line.bank_reference = text_of(child(node, "AcctSvcrRef"));
    line.reference = text_of(child(node, "NtryRef"));
    line.text = text_of(child(node, "AddtlNtryInf"));
    std::vector<xml_node> payments;
    each(node, "NtryDtls", [&](const xml_node& details) {
      const xml_node batch = child(details, "Btch");
      if (batch) {
        const std::string_view name = text_of(child(batch, "PmtInfId"));
        line.reference = name.empty() ? text_of(child(batch, "MsgId")) : name;
        line.count = static_cast<std::uint32_t>(child(batch, "NbOfTxs").text().as_uint());
      }
      each(details, "TxDtls", [&](const xml_node& payment) { payments.push_back(payment); });
    });
    if (payments.size() == 1) {
      read_references(payments.front(), line);
      if (line.fee_minor == 0) {
        if (auto problem = read_charges(payments.front(), statement.currency, line)) return problem;
      }
    } else if (payments.size() > 1) {
      return read_batch(node, payments, line, statement);
    }
    statement.lines.push_back(line);
    return std::nullopt;
  }

  /// Either day may be left out by a bank, even both where it sends a statement a day.
  std::optional<Error> read_days(const xml_node& node, BankLine& line) {
    const bool booked = !child(node, "BookgDt").empty();
    const bool valued = !child(node, "ValDt").empty();
    if (!booked && !valued && day_of_statement_) {
      line.booked = line.valued = *day_of_statement_;
      return std::nullopt;
    }
    if (booked || !valued) {
      if (auto problem = read_day(node, "BookgDt", line.booked)) return problem;
    }
    if (valued) {
      if (auto problem = read_day(node, "ValDt", line.valued)) return problem;
    }
    if (!booked) line.booked = line.valued;
    if (!valued) line.valued = line.booked;
    return std::nullopt;
  }

  /// Charges that the bank kept of the payment: the line is what was paid, the fee what did not
  /// arrive. Charges that are booked beside it (ChrgInclInd false, or nothing said) are none of it.
  std::optional<Error> read_charges(const xml_node& parent, money::Currency currency,
                                    BankLine& line) {
    for (const xml_node& charges : parent.children()) {
      if (local_name(charges) != "Chrgs") continue;
      // Until version 3 a charge stands in Chrgs itself, since then in a record each.
      for (const xml_node& record : charges.children()) {
        if (local_name(record) != "Rcrd") continue;
        if (auto problem = add_charge(record, currency, line)) return problem;
      }
      if (auto problem = add_charge(charges, currency, line)) return problem;
    }
    return std::nullopt;
  }
  std::optional<Error> add_charge(const xml_node& charge, money::Currency currency,
                                  BankLine& line) {
    const xml_node amount = child(charge, "Amt");
    if (!amount || text_of(child(charge, "ChrgInclInd")) != "true") return std::nullopt;
    std::int64_t minor = 0;
    if (auto problem = read_amount(amount, currency, minor)) return problem;
    // Credited charges are given back with a return.
    if (text_of(child(charge, "CdtDbtInd")) == "CRDT") minor = -minor;
    line.fee_minor += minor;
    line.minor += minor;
    return std::nullopt;
  }

  /// The amount of a payment in the currency of the account, whatever was sent.
  static xml_node amount_of(const xml_node& payment, money::Currency currency) {
    const xml_node details = child(payment, "AmtDtls");
    const xml_node places[] = {child(payment, "Amt"), descend(details, {"TxAmt", "Amt"}),
                               descend(details, {"CntrValAmt", "Amt"}),
                               descend(details, {"InstdAmt", "Amt"})};
    for (const xml_node& amount : places) {
      const std::string_view named = amount.attribute("Ccy").value();
      if (amount && (named.empty() || named == currency.text())) return amount;
    }
    return {};
  }

  /// A line for each payment of a batch, where the bank says what each of them is.
  std::optional<Error> read_batch(const xml_node& node, const std::vector<xml_node>& payments,
                                  const BankLine& whole, BankStatement& statement) {
    std::vector<BankLine> parts;
    money::Int128 sum = 0;
    for (const xml_node& payment : payments) {
      const xml_node amount = amount_of(payment, statement.currency);
      if (!amount) break;
      BankLine& part = parts.emplace_back(whole);
      part.place = line_of(payment);
      part.count = 0;
      part.fee_minor = 0;
      part.reference = {};
      part.text = {};
      if (auto problem = read_amount(amount, statement.currency, part.minor)) return problem;
      if (child(payment, "CdtDbtInd")) {
        if (auto problem = read_sign(payment, part.minor)) return problem;
      } else if (whole.minor < 0) {
        part.minor = -part.minor;
      }
      if (auto problem = read_charges(payment, statement.currency, part)) return problem;
      read_references(payment, part);
      sum += part.minor - part.fee_minor;
    }
    if (parts.size() != payments.size()) {
      statement.lines.push_back(whole);
      return std::nullopt;
    }
    const std::int64_t net = whole.minor - whole.fee_minor;
    // A charge on the batch as a whole is told with its first payment.
    if (sum == whole.minor && sum != net) {
      parts.front().fee_minor += whole.fee_minor;
    } else if (sum != net) {
      return wrong("statement.batch_sum",
                   fmt::format("the payments of this batch add up to {}, the entry is {}",
                               money::text_of_minor(sum, statement.currency.digits),
                               money::text_of_minor(net, statement.currency.digits)),
                   node);
    }
    statement.lines.insert(statement.lines.end(), parts.begin(), parts.end());
    return std::nullopt;
  }

  void read_references(const xml_node& payment, BankLine& line) {
    const xml_node references = child(payment, "Refs");
    for (const std::string_view name : {"EndToEndId", "InstrId", "TxId"}) {
      const std::string_view reference = text_of(child(references, name));
      if (reference.empty() || reference == "NOTPROVIDED") continue;
      line.reference = reference;
      break;
    }
    if (const std::string_view own = text_of(child(references, "AcctSvcrRef")); !own.empty())
      line.bank_reference = own;
    const xml_node back = child(payment, "RtrInf");
    if (back) line.returned = true;
    const xml_node remittance = child(payment, "RmtInf");
    std::string joined;
    int parts = 0;
    std::string_view last;
    const auto add = [&](std::string_view part) {
      if (part.empty()) return;
      if (!joined.empty()) joined += ' ';
      joined += part;
      last = part;
      ++parts;
    };
    each(remittance, "Ustrd", [&](const xml_node& text) { add(text_of(text)); });
    each(remittance, "Strd", [&](const xml_node& structured) {
      add(text_of(descend(structured, {"CdtrRefInf", "Ref"})));
    });
    // Why it came back: AC04 (account closed), AM04 (no money), MD06 (the payer asked), ...
    if (std::string_view why = text_of(descend(back, {"Rsn", "Cd"})); back) {
      add(why.empty() ? text_of(descend(back, {"Rsn", "Prtry"})) : why);
      each(back, "AddtlInf", [&](const xml_node& text) { add(text_of(text)); });
    }
    if (parts == 1) line.text = last;
    if (parts > 1) line.text = document_->joined.emplace_back(std::move(joined));
  }

  std::optional<Error> prove(const xml_node& node, const BankStatement& statement) {
    if (!statement.opening || !statement.closing) return std::nullopt;
    money::Int128 sum = *statement.opening;
    for (const BankLine& line : statement.lines) sum += line.minor - line.fee_minor;
    if (sum == *statement.closing) return std::nullopt;
    const auto text = [&](money::Int128 minor) {
      return money::text_of_minor(minor, statement.currency.digits);
    };
    return wrong("statement.balance",
                 fmt::format("opening {} and the {} lines give {}, the closing balance is {}: the "
                             "file is not whole",
                             text(*statement.opening), statement.lines.size(), text(sum),
                             text(*statement.closing)),
                 node);
  }

  std::shared_ptr<Document> document_;
  std::string_view original_;
  std::string file_;
  std::optional<Day> day_of_statement_;
  std::size_t counted_to_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace

Result<std::vector<BankStatement>> read_camt053(std::string text, const std::string& file_name) {
  if (text.size() > document_max)
    return Error{.id = "statement.too_large",
                 .message = "a camt.053 is read as a whole, at most 1 GiB: ask for one a day",
                 .file = file_name};
  auto document = std::make_shared<Document>();
  const pugi::xml_parse_result parsed = document->xml.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_trim_pcdata);
  if (!parsed) {
    const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0));
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size()));
    return Error{.id = "statement.not_camt",
                 .message = fmt::format("this is not XML: {}", parsed.description()),
                 .file = file_name,
                 .line = static_cast<std::uint32_t>(1 + std::count(text.begin(), end, '\n'))};
  }
  return Reader{std::move(document), text, file_name}.read();
}

}  // namespace loanbook::interchange
