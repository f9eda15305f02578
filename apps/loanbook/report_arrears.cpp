// Receivables by age, portfolio at risk, provisions: loans as booked at the close of a day.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "gl_reports.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/money/rate.hpp"

namespace loanbook::apps {
namespace {

struct Aged {
  std::uint8_t digits = 2;
  std::int32_t dpd_max = 0;
  std::uint64_t loans = 0;
  money::Int128 principal_overdue = 0, interest = 0, penalty = 0, fees = 0, overdue = 0,
                principal = 0, owed = 0;
  void add(const ledger::PortfolioRow& row) {
    digits = row.digits;
    dpd_max = std::max(dpd_max, row.reported_dpd);
    ++loans;
    principal_overdue += row.principal_overdue;
    interest += row.interest_due;
    penalty += row.penalty;
    fees += row.fees;
    overdue += row.overdue();
    principal += row.principal;
    owed += row.owed();
  }
  [[nodiscard]] std::vector<std::string> cells(std::vector<std::string> labels) const {
    labels.push_back(std::to_string(loans));
    for (const auto minor : {principal_overdue, interest, penalty, fees, overdue, principal})
      labels.push_back(minor_text(minor, digits));
    return labels;
  }
};

Status ageing(ReportRun& run) {
  const auto place = run.place();
  if (!place) return place.error();
  // Buckets of a product stand in the order of their days.
  std::map<std::tuple<std::string, std::string, std::string>, Aged> groups;
  std::map<std::string, Aged> totals;
  const Status read =
      run.portfolio(*place, ReportRun::Loans::active, [&](const ledger::PortfolioRow& row) {
        groups[{row.currency, row.product, row.bucket}].add(row);
        totals[row.currency].add(row);
      });
  if (!read) return read;
  std::vector<std::pair<std::tuple<std::string, std::string, std::string>, Aged>> ordered(
      groups.begin(), groups.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return std::tuple(std::get<0>(a.first), std::get<1>(a.first), a.second.dpd_max) <
           std::tuple(std::get<0>(b.first), std::get<1>(b.first), b.second.dpd_max);
  });
  Report report;
  report.title = {"Receivables by age " + place->words};
  report.columns = {{"product", "Product"},
                    {"currency", "Currency"},
                    {"bucket", "Bucket"},
                    {"loans", "Loans", ColumnKind::integer},
                    {"principal_overdue", "Principal overdue", ColumnKind::amount},
                    {"interest_due", "Interest due", ColumnKind::amount},
                    {"penalty", "Penalty", ColumnKind::amount},
                    {"fees", "Fees", ColumnKind::amount},
                    {"overdue", "Overdue", ColumnKind::amount},
                    {"principal", "Principal", ColumnKind::amount}};
  for (const auto& [key, group] : ordered)
    report.rows.push_back({group.cells({std::get<1>(key), std::get<0>(key), std::get<2>(key)})});
  for (const auto& [currency, total] : totals)
    report.rows.push_back({total.cells({"total", currency, ""}), RowMark::total});
  run.print(std::move(report), place->through);
  return money::ok();
}

// Share of `part` in `whole` as a percentage with two decimals, rounded half up.
std::string percent(money::Int128 part, money::Int128 whole) {
  if (whole == 0) return "0.00";
  return minor_text((part * 10'000 + whole / 2) / whole, 2);
}

Status par(ReportRun& run) {
  const auto place = run.place();
  if (!place) return place.error();
  constexpr std::pair<const char*, std::int32_t> classes[] = {
      {"PAR1", 1}, {"PAR30", 31}, {"PAR60", 61}, {"PAR90", 91}};
  struct Figures {
    std::uint8_t digits = 2;
    money::Int128 principal = 0;
    std::map<std::int32_t, std::pair<std::uint64_t, money::Int128>> at_risk;
  };
  // By currency, the products first, then all of them together.
  std::map<std::tuple<std::string, bool, std::string>, Figures> groups;
  const Status read =
      run.portfolio(*place, ReportRun::Loans::active, [&](const ledger::PortfolioRow& row) {
        for (const bool all : {false, true}) {
          auto& group = groups[{row.currency, all, all ? std::string("all") : row.product}];
          group.digits = row.digits;
          group.principal += row.principal;
          for (const auto& [name, from] : classes) {
            auto& risk = group.at_risk[from];
            if (row.dpd < from) continue;
            ++risk.first;
            risk.second += row.principal;
          }
        }
      });
  if (!read) return read;
  Report report;
  report.title = {"Portfolio at risk " + place->words};
  report.columns = {{"product", "Product"},
                    {"currency", "Currency"},
                    {"class", "Class"},
                    {"loans", "Loans", ColumnKind::integer},
                    {"at_risk", "At risk", ColumnKind::amount},
                    {"principal", "Principal", ColumnKind::amount},
                    {"percent", "Percent", ColumnKind::amount}};
  for (const auto& [key, group] : groups) {
    const auto& [currency, all, product] = key;
    for (const auto& [name, from] : classes) {
      const auto& risk = group.at_risk.at(from);
      report.rows.push_back(
          {{product, currency, name, std::to_string(risk.first),
            minor_text(risk.second, group.digits), minor_text(group.principal, group.digits),
            percent(risk.second, group.principal)},
           all ? RowMark::total : RowMark::plain});
    }
  }
  report.notes = {
      "At risk: outstanding principal of loans 1 day, or more than 30, 60, 90 days past "
      "due."};
  run.print(std::move(report), place->through);
  return money::ok();
}

Error bad_rate(const std::string& text, const std::string& why) {
  return {.id = "cli.provision_rate",
          .message =
              fmt::format("--rate {}: {}; write it as M1=3% or 'special mention=2%'", text, why)};
}

// `NAME=RATE` from options, and one a line from a file (# begins a comment).
Result<std::map<std::string, money::Rate>> provision_rates(const ReportArguments& arguments) {
  std::vector<std::string> lines = arguments.rates;
  if (!arguments.rates_file.empty()) {
    const auto text = interchange::read_file(arguments.rates_file);
    if (!text) return text.error();
    std::string line;
    for (const char c : *text + "\n") {
      if (c != '\n') {
        line += c;
        continue;
      }
      line = line.substr(0, line.find('#'));
      std::erase_if(line, [](char each) { return each == '"' || each == '\r'; });
      if (line.find('=') != std::string::npos) lines.push_back(line);
      line.clear();
    }
  }
  std::map<std::string, money::Rate> rates;
  for (const std::string& each : lines) {
    const std::size_t equals = each.find('=');
    if (equals == std::string::npos) return bad_rate(each, "there is no =");
    const auto trimmed = [](std::string text) {
      const std::size_t begin = text.find_first_not_of(' ');
      if (begin == std::string::npos) return std::string{};
      return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
    };
    const auto rate = money::Rate::parse(trimmed(each.substr(equals + 1)));
    if (!rate) return bad_rate(each, rate.error().message);
    if (rate->e12() < 0 || rate->e12() > 1'000'000'000'000)
      return bad_rate(each, "a provision lies between 0% and 100%");
    rates.insert_or_assign(trimmed(each.substr(0, equals)), *rate);
  }
  if (rates.empty()) {
    return Error{.id = "cli.provision_rates_missing",
                 .message =
                     "give the percentages: --rate M0=1% --rate M1=3% ..., or --rates FILE "
                     "with such a line for each bucket or category"};
  }
  return rates;
}

Status provision(ReportRun& run) {
  const std::string by = run.arguments().by.empty() ? "bucket" : run.arguments().by;
  if (by != "bucket" && by != "category")
    return Error{.id = "cli.by_unknown", .message = "--by: bucket or category, not '" + by + "'"};
  const auto rates = provision_rates(run.arguments());
  if (!rates) return rates.error();
  const auto place = run.place();
  if (!place) return place.error();
  std::map<std::tuple<std::string, std::string, std::string>, Aged> groups;
  const Status read =
      run.portfolio(*place, ReportRun::Loans::active, [&](const ledger::PortfolioRow& row) {
        groups[{row.currency, row.product, by == "bucket" ? row.bucket : row.category}].add(row);
      });
  if (!read) return read;
  Report report;
  report.title = {"Provision by " + by + " " + place->words};
  report.columns = {{"product", "Product"},
                    {"currency", "Currency"},
                    {by, by == "bucket" ? "Bucket" : "Category"},
                    {"loans", "Loans", ColumnKind::integer},
                    {"principal", "Principal", ColumnKind::amount},
                    {"rate", "Rate"},
                    {"provision", "Provision", ColumnKind::amount}};
  struct Total {
    std::uint8_t digits = 2;
    std::uint64_t loans = 0;
    money::Int128 principal = 0;
    money::Int128 provision = 0;
  };
  std::map<std::string, Total> totals;
  std::set<std::string> missing;
  for (const auto& [key, group] : groups) {
    const auto& [currency, product, name] = key;
    const auto rate = rates->find(name);
    if (rate == rates->end()) {
      missing.insert(name);
      continue;
    }
    constexpr money::Int128 one = 1'000'000'000'000;
    const money::Int128 minor = (group.principal * rate->second.e12() + one / 2) / one;
    Total& total = totals[currency];
    total.digits = group.digits;
    total.loans += group.loans;
    total.principal += group.principal;
    total.provision += minor;
    report.rows.push_back({{product, currency, name, std::to_string(group.loans),
                            minor_text(group.principal, group.digits), rate->second.percent_text(),
                            minor_text(minor, group.digits)}});
  }
  if (!missing.empty()) {
    std::string names;
    for (const auto& name : missing) names += (names.empty() ? "" : ", ") + name;
    return Error{.id = "cli.provision_rate_missing",
                 .message = "no percentage is given for: " + names};
  }
  for (const auto& [currency, total] : totals) {
    report.rows.push_back(
        {{"total", currency, "", std::to_string(total.loans),
          minor_text(total.principal, total.digits), "", minor_text(total.provision, total.digits)},
         RowMark::total});
  }
  report.notes = {"Outstanding principal times the percentage, rounded half up in each row."};
  run.print(std::move(report), place->through);
  return money::ok();
}

}  // namespace

const ReportRule ageing_rule{.name = "ageing",
                             .help = "Receivables by product and bucket",
                             .example = "loanbook ageing --as-of 2026-01-31",
                             .options = takes_as_of,
                             .run = ageing};

const ReportRule par_rule{.name = "par",
                          .help = "Portfolio at risk: PAR 1, 30, 60, 90",
                          .example = "loanbook par --as-of 2026-01-31",
                          .options = takes_as_of,
                          .run = par};

const ReportRule provision_rule{
    .name = "provision",
    .help = "Provision by bucket or category, with your percentages",
    .example = "loanbook provision --rate M0=1% --rate M1=3% --as-of 2026-01-31",
    .options = takes_as_of | takes_by | takes_rates,
    .by_help = "bucket (default) or category",
    .run = provision};

}  // namespace loanbook::apps
