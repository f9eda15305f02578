#include "loanbook/interchange/text_journal.hpp"

#include <algorithm>

#include "loanbook/interchange/table.hpp"
#include "loanbook/money/day.hpp"
#include "loanbook/money/money.hpp"

namespace loanbook::interchange {
namespace {

// A name ends at two spaces, a description at a semicolon, and a bracket makes a posting virtual.
std::string journal_text(std::string_view text) {
  constexpr std::string_view special = ";|()[]\"\t\r\n";
  std::string out;
  for (const char c : text) {
    const bool taken = special.find(c) != std::string_view::npos;
    const char kept = taken ? ' ' : c;
    if (kept == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += kept;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Letters, digits and hyphens; other alphabets as they are.
std::string beancount_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      (static_cast<unsigned char>(c) & 0x80) != 0;
    if (kept) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

std::string beancount_account(const GlLine& line) {
  std::string name = beancount_word(line.code + "-" + line.name);
  // A part begins with a capital letter or a digit.
  if (name.empty() || (name.front() >= 'a' && name.front() <= 'z')) name = "A-" + name;
  return std::string(to_text(line.of)) + ":" + name;
}

// hledger's account types, for its balance sheet and income statement.
std::string_view hledger_type(const GlLine& line) {
  if (line.cash) return "C";
  switch (line.of) {
    case AccountClass::asset:
      return "A";
    case AccountClass::liability:
      return "L";
    case AccountClass::equity:
      return "E";
    case AccountClass::income:
      return "R";
    case AccountClass::expense:
      return "X";
  }
  return "A";
}

std::string amount_of(const GlLine& line) { return money::text_of_minor(line.minor, line.digits); }

}  // namespace

TextJournal::TextJournal(JournalForm form, Sink sink) : form_(form), sink_(std::move(sink)) {
  sink_("; Debits are positive. Codes are the sequence numbers of the entries.\n");
  if (form_ == JournalForm::beancount) {
    sink_(
        "option \"title\" \"loanbook\"\n"
        "option \"inferred_tolerance_multiplier\" \"0\"\n");
  }
  sink_("\n");
}

void TextJournal::entry(const GlEntry& entry) {
  last_ = std::max(last_, entry.booking_date);
  if (form_ == JournalForm::beancount) {
    beancount_entry(entry);
    return;
  }
  directives_.clear();
  std::string postings;
  for (const GlLine& line : entry.lines) {
    declare(line);
    postings += "    " + account(line) + "  " + line.currency + " " + amount_of(line) + "\n";
  }
  std::string out = directives_;
  if (!out.empty()) out += "\n";
  out += money::to_text(entry.booking_date) + " (" + std::to_string(entry.sequence) + ") " +
         journal_text(entry.kind);
  if (!entry.loan.empty()) out += " " + journal_text(entry.loan);
  if (entry.value_date != entry.booking_date)
    out += "  ; value date " + money::to_text(entry.value_date);
  sink_(out + "\n" + postings + "\n");
}

void TextJournal::beancount_entry(const GlEntry& entry) {
  std::string out = money::to_text(entry.booking_date) + " * \"" + journal_text(entry.loan) +
                    "\" \"" + journal_text(entry.kind) +
                    "\"\n  entry: " + std::to_string(entry.sequence) + "\n";
  if (entry.value_date != entry.booking_date)
    out += "  value-date: " + money::to_text(entry.value_date) + "\n";
  for (const GlLine& line : entry.lines) {
    const std::string& name = account(line);
    out += "  " + name + "  " + amount_of(line) + " " + line.currency + "\n";
    Account& known = accounts_[name];
    if (known.first.empty()) known.first = money::to_text(entry.booking_date);
    auto& [digits, balance] = known.balances[line.currency];
    digits = line.digits;
    balance += line.minor;
  }
  sink_(out + "\n");
}

void TextJournal::finish() {
  // The order of a file is nothing to beancount, which sorts by date.
  for (const auto& [name, known] : accounts_) {
    std::string open = known.first + " open " + name + " ";
    std::string asserted;
    const char* comma = "";
    for (const auto& [currency, balance] : known.balances) {
      open += comma + currency;
      comma = ",";
      asserted += money::to_text(last_ + date::days{1}) + " balance " + name + "  " +
                  money::text_of_minor(balance.second, balance.first) + " ~ 0 " + currency + "\n";
    }
    sink_(open + "\n" + asserted);
  }
}

const std::string& TextJournal::account(const GlLine& line) {
  const std::string key{to_text(line.of)};
  std::string& name = names_[key + "\n" + line.code + "\n" + line.name];
  if (name.empty()) {
    name = form_ == JournalForm::beancount ? beancount_account(line)
                                           : journal_text(line.code + " " + line.name);
  }
  return name;
}

void TextJournal::declare(const GlLine& line) {
  const bool hledger = form_ == JournalForm::hledger;
  const std::string& name = account(line);
  if (declared_.insert("account " + name).second) {
    directives_ += "account " + name;
    if (hledger) directives_ += "  ; type:" + std::string(hledger_type(line));
    directives_ += "\n";
  }
  if (!declared_.insert("commodity " + line.currency).second) return;
  // hledger requires the decimal mark even where no decimals follow.
  const std::string decimals =
      (hledger || line.digits > 0 ? "." : "") + std::string(line.digits, '0');
  directives_ += "commodity " + line.currency +
                 (hledger ? " 1000" : "\n    format " + line.currency + " 1000") + decimals + "\n";
}

money::Status export_journal(const ledger::Book& book, JournalForm form,
                             const TextJournal::Sink& sink) {
  TextJournal journal{form, sink};
  money::Status read = each_gl_entry(book, [&](const GlEntry& entry) {
    journal.entry(entry);
    return true;
  });
  if (read) journal.finish();
  return read;
}

money::Status export_gl_csv(const ledger::Book& book, const TextJournal::Sink& sink) {
  ReportWriter writer({},
                      {{"date", "Date", ColumnKind::date},
                       {"account", "Account"},
                       {"debit", "Debit", ColumnKind::amount},
                       {"credit", "Credit", ColumnKind::amount},
                       {"currency", "Currency"},
                       {"reference", "Reference", ColumnKind::integer},
                       {"text", "Text"},
                       {"account_name", "Account name"},
                       {"value_date", "Value date", ColumnKind::date},
                       {"loan", "Loan"}},
                      Format::csv, sink);
  money::Status read = each_gl_entry(book, [&](const GlEntry& entry) {
    for (const GlLine& line : entry.lines) {
      const std::string amount =
          money::text_of_minor(line.minor < 0 ? -line.minor : line.minor, line.digits);
      const bool debit = line.minor > 0;
      writer.row({{money::to_text(entry.booking_date), line.code, debit ? amount : "",
                   debit ? "" : amount, line.currency, std::to_string(entry.sequence), entry.text,
                   line.name, money::to_text(entry.value_date), entry.loan}});
    }
    return true;
  });
  if (read) writer.finish({});
  return read;
}

}  // namespace loanbook::interchange
