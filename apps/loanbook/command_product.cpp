// Products: publish, list, show, check.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <optional>

#include "commands.hpp"
#include "loanbook/interchange/file.hpp"
#include "loanbook/interchange/product_toml.hpp"
#include "loanbook/interchange/product_words.hpp"
#include "output.hpp"
#include "requests.hpp"

namespace loanbook::apps {
namespace {

std::string numbered(const std::string& key, std::size_t index) {
  return index == 0 ? key : fmt::format("{}-{}", key, index + 1);
}

// Checked all, before the first is written.
Result<std::vector<ledger::Product>> read_product_files(const std::vector<std::string>& files) {
  std::vector<ledger::Product> products;
  for (const auto& file : files) {
    auto product = read_product_file(file);
    if (!product) return product.error();
    products.push_back(std::move(*product));
  }
  return products;
}

std::string of_branch(const std::string& branch) {
  return branch.empty() ? std::string{} : " for branch " + branch;
}
/// `ID`, `ID@VERSION`, or a path that ends with `.toml`.
Result<ledger::Product> file_or_published(const Context& context, const std::string& name) {
  if (name.ends_with(".toml")) return read_product_file(name);
  const auto at = name.find('@');
  std::optional<std::uint32_t> version;
  if (at != std::string::npos) {
    std::uint32_t number = 0;
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + at + 1, end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end || number == 0) {
      return Error{"cli.product_name",
                   fmt::format("'{}' is no product: write a file such as my-product.toml, or a "
                               "published one as ID or ID@2",
                               name)};
    }
    version = number;
  }
  auto book = open_reader(context);
  if (!book) return book.error();
  return (*book)->product(name.substr(0, at), version);
}

}  // namespace

int publish(const Context& context, const Writing& writing,
            const std::function<std::vector<std::optional<ledger::Command>>(const Book&)>& make) {
  std::string key = key_or_new(writing.key);
  return with_writer(
      context,
      [&](Book& book) {
        key = key_or_place(writing.key, book);
        std::vector<ledger::Recorded> recorded;
        std::vector<std::string> keys;
        auto commands = make(book);
        for (std::size_t i = 0; i < commands.size(); ++i) {
          if (!commands[i]) continue;
          keys.push_back(commands[i]->key = numbered(key, i));
          auto answer = writing.dry_run ? book.preview(*commands[i]) : book.record(*commands[i]);
          if (!answer) return fail(answer.error(), key);
          recorded.push_back(std::move(*answer));
        }
        if (!recorded.empty()) print_receipts(context, recorded, keys);
        if (writing.dry_run) say("dry run: nothing was written");
        return exit_code::done;
      },
      key);
}

int run_product_add(const Context& context, const PublishArguments& arguments) {
  auto products = read_product_files(arguments.files);
  if (!products) return fail(products.error());
  if (!arguments.branch.empty()) {
    for (auto& product : *products) product.branch = arguments.branch;
  }
  return publish(context, arguments.writing, [&](const Book& book) {
    std::vector<std::optional<ledger::Command>> commands;
    for (auto& product : *products) {
      auto there = book.product(product.id, product.version, product.branch);
      // A key that was given decides by itself; without one, the same product again is no request.
      if (there && *there == product && arguments.writing.key.empty()) {
        say(fmt::format("{} version {}{} is already there", product.id, product.version,
                        of_branch(product.branch)));
        commands.emplace_back();
        continue;
      }
      say(fmt::format("publishing {} version {}{}", product.id, product.version,
                      of_branch(product.branch)));
      commands.push_back(
          command_of(ledger::PublishProduct{std::move(product)}, "", arguments.writing));
    }
    return commands;
  });
}

int run_product_check(const Context& context, const std::vector<std::string>& files) {
  Report report;
  report.columns = {{"file", "File"},
                    {"product", "Product"},
                    {"version", "Version", ColumnKind::integer},
                    {"name", "Name"},
                    {"does", "What it does"}};
  int code = exit_code::done;
  const bool for_people = context.format == Format::table;
  std::string pages;
  for (const auto& file : files) {
    auto product = read_product_file(file);
    if (!product) {
      code = std::max(code, fail(product.error()));
      continue;
    }
    const auto sentences = interchange::product_sentences(*product);
    pages +=
        fmt::format("{}: {} version {}, {}\n", file, product->id, product->version, product->name);
    for (const auto& sentence : sentences) pages += "  " + sentence + "\n";
    report.rows.push_back({{file, product->id, std::to_string(product->version), product->name,
                            fmt::format("{}", fmt::join(sentences, " "))}});
  }
  if (for_people) {
    std::fwrite(pages.data(), 1, pages.size(), stdout);
  } else {
    print(report, context.format);
  }
  return code;
}

int run_product_diff(const Context& context, const ProductDiffArguments& arguments) {
  auto first = file_or_published(context, arguments.first);
  if (!first) return fail(first.error());
  auto second = file_or_published(context, arguments.second);
  if (!second) return fail(second.error());
  Report report;
  report.columns = {{"key", "Key"}, {"first", arguments.first}, {"second", arguments.second}};
  for (const auto& difference : interchange::product_differences(*first, *second))
    report.rows.push_back({{difference.key, difference.first, difference.second}});
  if (report.rows.empty()) say("the two are equal");
  if (!report.rows.empty() || context.format != Format::table) print(report, context.format);
  return exit_code::done;
}

int run_product_list(const Context& context) {
  return with_reader(context, [&](const Book& book) {
    Report report;
    report.columns = {{"product", "Product"}, {"version", "Version", ColumnKind::integer},
                      {"name", "Name"},       {"sequence", "Entry", ColumnKind::integer},
                      {"digest", "Digest"},   {"branch", "Branch"}};
    for (const auto& product : book.products()) {
      const auto digest = hex(product.digest);
      report.rows.push_back(
          {{product.id, std::to_string(product.version), product.name,
            std::to_string(product.sequence),
            context.format == Format::table ? digest.substr(0, 12) : digest, product.branch}});
    }
    print(report, context.format);
    print_completeness(book);
    return exit_code::done;
  });
}

int run_product_show(const Context& context, const ProductShowArguments& arguments) {
  return with_reader(context, [&](const Book& book) {
    std::optional<std::uint32_t> version;
    if (arguments.version != 0) version = arguments.version;
    auto product = book.product(arguments.id, version, arguments.branch);
    if (!product) return fail(product.error());
    const auto text = interchange::write_product(*product);
    if (context.format == Format::table) {
      std::fwrite(text.data(), 1, text.size(), stdout);
      return exit_code::done;
    }
    Report report;
    report.columns = {
        {"product", "Product"}, {"version", "Version", ColumnKind::integer}, {"toml", "File"}};
    report.rows.push_back({{product->id, std::to_string(product->version), text}});
    print(report, context.format);
    return exit_code::done;
  });
}

}  // namespace loanbook::apps
