#pragma once

// The commands, one function each. Arguments are texts as the user wrote them: each command parses
// what it needs, so that a bad value is bad input (exit 3) with a sentence, not a parser's usage
// error.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "context.hpp"

namespace loanbook::apps {

// The book: command_book.cpp, command_files.cpp

struct InitArguments {
  std::string currency;
  std::string date;
  bool dry_run = false;
};
int run_init(const Context& context, const InitArguments& arguments);

struct StatusArguments {
  std::string expect_closed;
};
int run_status(const Context& context, const StatusArguments& arguments);
int run_stats(const Context& context);

struct VerifyArguments {
  bool deep = false;
  std::vector<std::string> receipts;  ///< files of receipts or signed heads
  std::string key;                    ///< public key that must have signed them
};
int run_verify(const Context& context, const VerifyArguments& arguments);
int run_rebuild(const Context& context);
int run_backup(const Context& context, const std::string& target);
int run_restore(const Context& context, const std::string& source);
/// Makes the book of --book from `export ndjson`.
int run_import_journal(const Context& context, const std::string& file);

// Products and series: command_product.cpp; quotes: command_quote.cpp

/// `make` gives the commands; each is numbered by its place among all of them, so that sending all
/// of them again under one key meets the same keys.
int publish(const Context& context, const Writing& writing,
            const std::function<std::vector<std::optional<ledger::Command>>(const Book&)>& make);
/// A file of dated values (CSV), or a calendar (TOML) as it differs from what is known.
[[nodiscard]] Result<std::vector<ledger::PublishSeries>> read_series(
    const std::string& file, const ledger::SeriesBook& known);

struct PublishArguments {
  std::vector<std::string> files;
  Writing writing;
  std::string branch;  ///< of `product add`: as variants for it
};
int run_product_add(const Context& context, const PublishArguments& arguments);
int run_product_check(const Context& context, const std::vector<std::string>& files);
/// Each of the two is a file, or a published product as `ID` or `ID@VERSION`.
struct ProductDiffArguments {
  std::string first;
  std::string second;
};
int run_product_diff(const Context& context, const ProductDiffArguments& arguments);
int run_product_list(const Context& context);
struct ProductShowArguments {
  std::string id;
  std::uint32_t version = 0;
  std::string branch;
};
int run_product_show(const Context& context, const ProductShowArguments& arguments);
int run_series_add(const Context& context, const PublishArguments& arguments);
int run_series_list(const Context& context);
int run_series_show(const Context& context, const std::string& name);

// One loan: command_loan.cpp records, command_loan_show.cpp reads

struct TermsArguments {
  std::string product;
  std::uint32_t product_version = 0;
  std::string amount;
  std::string rate;
  std::uint32_t installments = 0;
  std::string first_due;
  std::uint32_t due_day = 0;
  std::string line;  ///< of `loan open` only, like the next
  std::string reservation;
  std::string party;
  std::string branch;
};
struct QuoteArguments {
  TermsArguments terms;
  std::string date;
  std::string file;  ///< a product file instead of the book's product
  std::string calendar;
  std::string last_due;
  std::string installment;
  std::string down_payment;
  std::vector<std::string> drawdowns;     ///< `DATE=AMOUNT`
  std::vector<std::string> rate_changes;  ///< `DATE=RATE`
  std::string fee_deducted;
  std::string fee_paid;
  bool explain = false;
  bool no_plot = false;
};
int run_quote(const Context& context, const QuoteArguments& arguments);

struct LoanOpenArguments {
  std::string loan;
  TermsArguments terms;
  bool disburse = false;
  bool order = false;  ///< its pay-out, through the channel, called `code`
  std::string code;
  Writing writing;
};
int run_loan_open(const Context& context, const LoanOpenArguments& arguments);

struct LoanAmountArguments {
  std::string loan;
  std::string amount;
  std::string payer;  ///< of `loan repay` only
  std::optional<std::uint64_t> expect_version;
  Writing writing;
};
int run_loan_disburse(const Context& context, const LoanAmountArguments& arguments);
int run_loan_repay(const Context& context, const LoanAmountArguments& arguments);

struct LoanReverseArguments {
  std::string loan;
  std::uint64_t entry = 0;
  std::optional<std::uint64_t> expect_version;
  Writing writing;
};
int run_loan_reverse(const Context& context, const LoanReverseArguments& arguments);

/// An operation of ledger::operation_rules(); texts are empty and numbers 0 where not given.
struct LoanOperationArguments {
  std::string loan;
  std::string amount;
  std::uint64_t of = 0;
  std::uint32_t rows = 0;
  std::string from;
  std::string until;
  std::string choice;
  std::string code;
  std::string rate;
  std::string channel;
  std::optional<std::uint64_t> expect_version;
  Writing writing;
};
int run_loan_operation(const Context& context, const ledger::OperationRule& rule,
                       const LoanOperationArguments& arguments);

struct LoanShowArguments {
  std::string loan;
  std::string as_of;
  std::string known_at;
};
int run_loan_show(const Context& context, const LoanShowArguments& arguments);
int run_loan_schedule(const Context& context, const std::string& loan);
int run_loan_charges(const Context& context, const std::string& loan);
int run_loan_entries(const Context& context, const std::string& loan);
struct LoanExplainArguments {
  std::string loan;
  std::string date;
};
int run_loan_explain(const Context& context, const LoanExplainArguments& arguments);
struct StatementArguments {
  std::string loan;
  std::string from;
  std::string until;
  std::string known_at;
  std::string out;
};
int run_loan_statement(const Context& context, const StatementArguments& arguments);

// Credit lines: command_credit_line.cpp

struct LineArguments {
  std::string line, currency, limit, last_day;
  std::string revolving, needs_decision, write_off_restores;  ///< yes, no or not given
  std::string temporary, temporary_until;
  std::vector<std::string> sub_limits;  ///< `PRODUCT=AMOUNT`
  std::string reservation, amount, until, product, loan, code;
  std::string verdict, rule_set, score;
  std::optional<std::uint64_t> entry;
  std::optional<std::uint64_t> expect_version;
  Writing writing;
};
int run_line_event(const Context& context, ledger::Kind kind, const LineArguments& arguments);
int run_line_decide(const Context& context, const LineArguments& arguments);
int run_line_show(const Context& context, const std::string& line);
int run_line_list(const Context& context);

// Many events: command_record.cpp, command_import.cpp, command_play.cpp

struct RecordArguments {
  std::string file;
  bool atomic = false;
  Writing writing;
};
int run_record(const Context& context, const RecordArguments& arguments);

struct ImportArguments {
  std::string file;
  std::string product;
  std::vector<std::string> map;
  std::string reject_file;
  std::string compare;  ///< column of level installments to compare the plans with
  std::uint32_t chunk = 4096;
  bool describe = false;
  Writing writing;
};
int run_import_loans(const Context& context, const ImportArguments& arguments);
int run_import_events(const Context& context, const ImportArguments& arguments);
int run_import_take_over(const Context& context, const ImportArguments& arguments);

struct PlayArguments {
  std::string loans;
  std::string events;
  std::string product;
  std::vector<std::string> map;
  std::string through;
  std::string reject_file;  ///< for rows that cannot be recorded
  std::string compare;      ///< file of another system's figures after it
  unsigned threads = 0;
  Writing writing;
};
int run_play(const Context& context, const PlayArguments& arguments);

// Nights and reports: command_night.cpp, command_report.cpp, command_entries.cpp

struct NightArguments {
  std::string through;
  unsigned threads = 0;
  bool dry_run = false;
};
int run_night(const Context& context, const NightArguments& arguments);

struct PortfolioArguments {
  std::string as_of;
  std::string known_at;
  std::string branch;
  bool loans = false;
  bool all = false;
};
int run_portfolio(const Context& context, const PortfolioArguments& arguments);
struct OverdueArguments {
  std::string as_of;
  std::string known_at;
  std::string branch;
  bool summary = false;
};
int run_overdue(const Context& context, const OverdueArguments& arguments);

// Corrections of many loans: command_restate.cpp

struct LoanSetArguments {
  std::string loans;  ///< file
  bool ended = false;
  std::string opened_from;
};
struct RestateArguments {
  std::string product;
  std::uint32_t from = 0, to = 0;
  std::vector<std::string> series;  ///< files: the other cause
  LoanSetArguments set;
  std::string reject_file;
  std::string expect;
  std::string by;
  Writing writing;
};
int run_restate(const Context& context, const RestateArguments& arguments);
struct WhatIfArguments {
  std::string product;  ///< file
  std::string of;       ///< `ID` or `ID@VERSION`
  std::string events;   ///< file
  std::vector<std::string> map;
  LoanSetArguments set;
  std::string by;
};
int run_what_if(const Context& context, const WhatIfArguments& arguments);

// The general ledger: command_gl.cpp; its reports: gl_reports.hpp

int run_chart_add(const Context& context, const std::string& file, const Writing& writing);
int run_chart_check(const std::vector<std::string>& files);
int run_chart_show(const Context& context, const std::string& as_of);
int run_chart_list(const Context& context);
struct CloseArguments {
  std::string period;
  std::string year;
  bool strict = false;  ///< what is noted refuses too
  Writing writing;
};
int run_close(const Context& context, const CloseArguments& arguments);
int run_assert(const Context& context, const std::string& text, const Writing& writing);
int run_reconcile_internal(const Context& context, const std::string& as_of);

// Partners of joint loans: command_partner.cpp

struct PartnerArguments {
  std::string partner;
  std::string date;
};
int run_partners_settle(const Context& context, const PartnerArguments& arguments);

// Reconciliation: command_reconcile.cpp, command_reconcile_partner.cpp

struct ReconcileArguments {
  std::vector<std::string> files;
  std::string rules;
  std::string from, to;
  bool all = false;
  Writing writing;
};
int run_reconcile_bank(const Context& context, const ReconcileArguments& arguments);
struct ReconcilePartnerArguments {
  std::string file, partner, date, currency, tolerance, tolerance_total;
  std::vector<std::string> map;
  bool all = false;
  Writing writing;
};
int run_reconcile_partner(const Context& context, const ReconcilePartnerArguments& arguments);
int run_reconcile_statements(const Context& context);
struct BreakArguments {
  std::string id, owner, loan, as;
  std::vector<std::uint64_t> entries;
  std::uint32_t age = 0;
  bool all = false;
  Writing writing;
};
int run_reconcile_breaks(const Context& context, const BreakArguments& arguments);
int run_reconcile_accept(const Context& context, const BreakArguments& arguments);
int run_reconcile_assign(const Context& context, const BreakArguments& arguments);
int run_reconcile_correct(const Context& context, const BreakArguments& arguments);

struct EntriesArguments {
  std::uint64_t after = 0;
  bool follow = false;
};
int run_entries(const Context& context, const EntriesArguments& arguments);

// Files for other programs: command_export.cpp

/// `form`: `hledger`, `ledger`, `beancount`, `csv`, `xlsx`, `ndjson`.
int run_export(const Context& context, const std::string& form, const std::string& out);

// Proof: command_proof.cpp; audit: command_audit.cpp

struct ProofArguments {
  std::string key;   ///< file of a private key
  std::string loan;  ///< of `prove loan`
  std::string head;  ///< file of a signed head
  std::string out;
};
int run_keygen(const std::string& out);
int run_sign_head(const Context& context, const ProofArguments& arguments);
int run_prove_loan(const Context& context, const ProofArguments& arguments);

struct AuditArguments {
  std::string from;
  std::string to;
};
int run_audit(const Context& context, const AuditArguments& arguments);

// Money on its way or nobody's yet: command_suspense.cpp, command_in_flight.cpp, command_debit.cpp

struct SuspenseArguments {
  std::uint64_t item = 0;
  std::string loan;
  std::string amount;
  std::string currency;
  std::string payer;
  std::string reference;
  std::string text;
  unsigned age = 0;
  bool all = false;
  Writing writing;
};
int run_suspense_receive(const Context& context, const SuspenseArguments& arguments);
int run_suspense_assign(const Context& context, const SuspenseArguments& arguments);
int run_suspense_return(const Context& context, const SuspenseArguments& arguments);
int run_suspense_list(const Context& context, const SuspenseArguments& arguments);

struct InFlightArguments {
  std::string file;
  std::string channel;
  std::string loan;
  std::string on;
  unsigned age = 0;
  Writing writing;
};
int run_payouts(const Context& context, const InFlightArguments& arguments);
int run_payout_results(const Context& context, const InFlightArguments& arguments);
int run_intents(const Context& context, const InFlightArguments& arguments);

struct DebitArguments {
  std::string date;
  std::string out;
  std::string file;
  std::uint32_t run = 1;
  Writing writing;
};
int run_debit_list(const Context& context, const DebitArguments& arguments);
int run_debit_results(const Context& context, const DebitArguments& arguments);

}  // namespace loanbook::apps
