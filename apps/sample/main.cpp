// loanbook-sample OUT PRODUCT.toml... : writes OUT/loans.csv and OUT/events.csv.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "generator.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/product_toml.hpp"

namespace {

using loanbook::money::to_text;

constexpr const char* usage =
    "loanbook-sample [--loans N] [--days N] [--from DATE] [--seed N] OUT PRODUCT.toml...\n"
    "Writes OUT/loans.csv and OUT/events.csv: a made-up portfolio, the same for the same seed.\n";

std::string loan_id(std::uint32_t number) { return fmt::format("ML-{:05}", number); }

bool write(const std::string& path, const std::string& content) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  return std::fclose(file) == 0 && written;
}

std::string loans_csv(const loanbook::sample::Portfolio& portfolio) {
  std::string csv = "loan_id,product,amount,date,rate,installments\n";
  for (const auto& loan : portfolio.loans) {
    csv += fmt::format("{},{},{},{},{},{}\n", loan_id(loan.number), loan.product, loan.amount,
                       to_text(loan.date), loan.rate, loan.installments);
  }
  return csv;
}

std::string events_csv(const loanbook::sample::Portfolio& portfolio) {
  std::string csv = "loan_id,event,amount,value_date,reference\n";
  std::uint32_t number = 0;
  for (const auto& payment : portfolio.payments) {
    csv += fmt::format("{},repay,{},{},PAY-{:06}\n", loan_id(payment.loan), payment.amount,
                       to_text(payment.value_date), ++number);
  }
  return csv;
}

int bad_input(const loanbook::money::Error& error) {
  fmt::print(stderr, "loanbook-sample: {}\n", loanbook::interchange::to_text(error));
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  loanbook::sample::Settings settings;
  settings.from = loanbook::money::Day{date::year{2026} / 1 / 1};
  int at = 1;
  for (; at + 1 < argc && std::strncmp(argv[at], "--", 2) == 0; at += 2) {
    const std::string option = argv[at];
    if (option == "--from") {
      auto day = loanbook::money::parse_day(argv[at + 1]);
      if (!day) return bad_input(day.error());
      settings.from = *day;
      continue;
    }
    const auto number = std::strtoul(argv[at + 1], nullptr, 10);
    if (option == "--loans") {
      settings.loans = static_cast<std::uint32_t>(number);
    } else if (option == "--days") {
      settings.days = static_cast<std::uint32_t>(number);
    } else if (option == "--seed") {
      settings.seed = number;
    } else {
      std::fputs(usage, stderr);
      return 2;
    }
  }
  if (argc - at < 2) {
    std::fputs(usage, stderr);
    return 2;
  }
  const std::string out = argv[at++];
  std::vector<loanbook::ledger::Product> products;
  for (; at < argc; ++at) {
    auto text = loanbook::interchange::read_file(argv[at]);
    if (!text) return bad_input(text.error());
    auto product = loanbook::interchange::read_product(*text, argv[at]);
    if (!product) return bad_input(product.error());
    // A product may be there to be quoted only.
    if (const auto bookable = loanbook::ledger::check_bookable(*product); !bookable) {
      fmt::print(stderr, "{}: left out: {}\n", argv[at], bookable.error().message);
      continue;
    }
    products.push_back(std::move(*product));
  }
  if (products.empty()) {
    std::fputs("loanbook-sample: no product is left that a book can hold\n", stderr);
    return 3;
  }
  const auto portfolio = loanbook::sample::generate(settings, products);
  if (!write(out + "/loans.csv", loans_csv(portfolio)) ||
      !write(out + "/events.csv", events_csv(portfolio))) {
    fmt::print(stderr, "loanbook-sample: cannot write into {}\n", out);
    return 3;
  }
  fmt::print(stderr, "{} loans and {} repayments in {}\n", portfolio.loans.size(),
             portfolio.payments.size(), out);
  return 0;
}
