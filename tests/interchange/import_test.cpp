#include "loanbook/interchange/import.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "loanbook/interchange/file.hpp"

namespace {

using namespace loanbook;
using namespace loanbook::interchange;
using ledger::Command;

std::optional<money::Currency> currency_of(const std::string& product) {
  if (product == "level") return money::Currency::find("CNY").value();
  if (product == "yen") return money::Currency::find("JPY").value();
  return std::nullopt;
}

std::vector<FieldMapping> mapping(const std::vector<std::string>& pairs) {
  return parse_mapping(pairs).value();
}

struct Everything {
  std::vector<Command> commands;
  std::vector<RejectedRow> rejected;
};

Everything read_all(ImportFile& file, std::size_t at_once = 3) {
  Everything all;
  ImportBatch batch;
  while (file.next(batch, at_once)) {
    CHECK(batch.commands.size() + batch.rejected.size() <= at_once);
    CHECK(batch.commands.size() == batch.places.size());
    for (auto& command : batch.commands) all.commands.push_back(std::move(command));
    for (auto& rejected : batch.rejected) all.rejected.push_back(std::move(rejected));
  }
  return all;
}

std::string place(const Error& error) {
  return error.id + "@" + std::to_string(error.line) + ":" + std::to_string(error.column);
}

const ledger::OpenLoan& terms_of(const Command& command) {
  return std::get<ledger::OpenAndDisburse>(command.event).terms;
}

TEST_CASE("a file of loans becomes commands", "[import]") {
  auto file = ImportFile::open_loans(
                  "loan_id,product,amount,date,rate,installments,first_due,due_day,reference,x\n"
                  "L1,level,1000.50,2026-01-31,18%,12,2026-03-15,15,,\n"
                  "L2,yen,7000,2026-02-01,,,,,ref-2,\n",
                  "loans.csv", {}, currency_of)
                  .value();
  const Everything all = read_all(file);
  CHECK(all.rejected.empty());
  REQUIRE(all.commands.size() == 2);
  const Command& first = all.commands[0];
  CHECK(first.loan == "L1");
  CHECK(money::to_text(*first.value_date) == "2026-01-31");
  CHECK(terms_of(first).product == "level");
  CHECK(terms_of(first).amount == "1000.50");
  CHECK(terms_of(first).rate == "0.18");
  CHECK(terms_of(first).installments == 12);
  CHECK(money::to_text(*terms_of(first).first_due) == "2026-03-15");
  CHECK(terms_of(first).due_day == 15);
  CHECK(first.source == "import");
  CHECK(first.key == "row-1");
  CHECK(first.scope.size() == 16);
  const Command& second = all.commands[1];
  CHECK_FALSE(terms_of(second).rate);
  CHECK_FALSE(terms_of(second).installments);
  CHECK_FALSE(terms_of(second).first_due);
  CHECK(second.key == "ref-2");
  CHECK(second.scope == "reference");
  CHECK(file.ignored_columns() == std::vector<std::string>{"x"});
}

TEST_CASE("columns of another lender are mapped by name", "[import]") {
  // The columns and two rows in the form of Lending Club's public files.
  const std::string text =
      "loan_id,loan_amount,term,interest_rate,grade,issue_month\n"
      "LC00001,28000,60,14.07,C,Mar-18\n"
      "LC00003,2000,36,9.5,D,Feb-18\n";
  const auto unclear = ImportFile::open_loans(text, "lc.csv", mapping({"product:=level"}), nullptr);
  REQUIRE_FALSE(unclear);
  CHECK(place(unclear.error()) == "import.unclear_rate@1:26");
  auto file =
      ImportFile::open_loans(text, "lc.csv",
                             mapping({"product:=level", "rate=interest_rate:percent"}), currency_of)
          .value();
  const Everything all = read_all(file);
  REQUIRE(all.commands.size() == 2);
  CHECK(terms_of(all.commands[0]).amount == "28000");
  CHECK(terms_of(all.commands[0]).installments == 60);
  CHECK(terms_of(all.commands[0]).rate == "0.1407");
  CHECK(terms_of(all.commands[1]).rate == "0.095");
  CHECK(money::to_text(*all.commands[0].value_date) == "2018-03-01");
  CHECK(file.ignored_columns() == std::vector<std::string>{"grade"});
}

TEST_CASE("mappings say column, form or value", "[import]") {
  const auto all =
      mapping({"rate=a:b:percent", "date=when:month-year", "product:=p=q", "amount=x:y"});
  CHECK(all[0].column == "a:b");
  CHECK(all[0].form == Form::percent);
  CHECK(all[1].field == Field::value_date);
  CHECK(all[1].form == Form::month_year);
  CHECK(all[2].constant == "p=q");
  CHECK(all[3].column == "x:y");
  for (const char* bad : {"", "rate", "=x", "rate=", "product:="})
    DYNAMIC_SECTION("'" << bad << "' is refused") {
      CHECK(parse_mapping(std::vector<std::string>{bad}).error().id == "import.bad_mapping");
    }
  CHECK(parse_mapping(std::vector<std::string>{"rat=x"}).error().message ==
        "'rat' is not a field, did you mean 'rate'?; docs/import.md lists them");
  CHECK(parse_mapping(std::vector<std::string>{"rate=a", "rate=b"}).error().id ==
        "import.bad_mapping");
}

TEST_CASE("a header that does not do is refused before any row", "[import]") {
  struct Row {
    const char* name;
    std::string header;
    std::vector<std::string> pairs;
    const char* error;
  };
  const Row rows[] = {
      {"missing column", "loan_id,product,date\n", {}, "import.missing_column@1:1"},
      {"unknown column",
       "loan_id,product,date,sum\n",
       {"amount=summ"},
       "import.unknown_column@1:1"},
      {"unclear rate", "loan_id,product,date,amount,annual_rate\n", {}, "import.unclear_rate@1:29"},
      {"duplicate column", "loan_id,product,date,amount,date\n", {}, "csv.header_duplicate@1:29"},
      {"empty file", "", {}, "csv.empty_file@0:0"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.name) {
      const auto file = ImportFile::open_loans(row.header, "f.csv", mapping(row.pairs), nullptr);
      REQUIRE_FALSE(file);
      CHECK(place(file.error()) == row.error);
      CHECK(file.error().file == "f.csv");
    }
  CHECK(ImportFile::open_loans("loan_id,product,date,amuont\n", "f", {}, nullptr)
            .error()
            .message.find("--map amount=COLUMN") != std::string::npos);
}

TEST_CASE("a bad row is rejected at its field, and the others are read", "[import]") {
  struct Row {
    const char* name;
    std::string row;
    const char* error;
  };
  const Row rows[] = {
      {"30 February", "L2,level,1.00,2026-02-30,18%,12", "date.malformed@3:15"},
      {"three decimals", "L2,level,1.005,2026-01-01,18%,12", "decimal.too_many_digits@3:10"},
      {"decimals of another currency", "L2,yen,1.5,2026-01-01,18%,12",
       "decimal.too_many_digits@3:8"},
      {"negative amount", "L2,level,-1.00,2026-01-01,18%,12", "import.bad_amount@3:10"},
      {"zero amount", "L2,level,0,2026-01-01,18%,12", "import.bad_amount@3:10"},
      {"empty amount", "L2,level,,2026-01-01,18%,12", "import.missing_field@3:10"},
      {"duplicate loan", "L1,level,1.00,2026-01-01,18%,12", "import.duplicate_loan@3:1"},
      {"unknown product", "L2,levle,1.00,2026-01-01,18%,12", "import.unknown_product@3:4"},
      {"rate without %", "L2,level,1.00,2026-01-01,12,12", "rate.ambiguous@3:26"},
      {"200 digits", "L2,level," + std::string(200, '9') + ",2026-01-01,18%,12",
       "decimal.out_of_range@3:10"},
      {"too large", "L2,level,1000000000000000.01,2026-01-01,18%,12", "decimal.out_of_range@3:10"},
      {"invalid UTF-8", "L\xFF,level,1.00,2026-01-01,18%,12", "csv.not_utf8@3:2"},
      {"text for a number", "L2,level,1.00,2026-01-01,18%,twelve", "import.bad_number@3:30"},
      {"no installments", "L2,level,1.00,2026-01-01,18%,0", "import.bad_number@3:30"},
      {"too many installments", "L2,level,1.00,2026-01-01,18%,1201", "import.bad_number@3:30"},
      {"long loan id", std::string(65, 'x') + ",level,1.00,2026-01-01,18%,12",
       "import.too_long@3:1"},
      {"line end in a loan id", "\"L\n2\",level,1.00,2026-01-01,18%,12", "import.bad_loan_id@3:1"},
      {"a field is missing", "L2,level,1.00,2026-01-01,18%", "csv.field_count@3:1"},
      {"1e3", "L2,level,1e3,2026-01-01,18%,12", "decimal.malformed@3:10"},
      {"grouping", "L2,level,\"1,000\",2026-01-01,18%,12", "decimal.malformed@3:10"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.name) {
      auto file = ImportFile::open_loans(
                      "loan_id,product,amount,date,rate,installments\n"
                      "L1,level,1.00,2026-01-01,18%,12\n" +
                          row.row + "\nL9,level,1.00,2026-01-01,18%,12\n",
                      "f.csv", {}, currency_of)
                      .value();
      const Everything all = read_all(file);
      REQUIRE(all.rejected.size() >= 1);
      CHECK(place(all.rejected[0].error) == row.error);
      CHECK(all.rejected[0].error.file == "f.csv");
      CHECK(all.rejected[0].error.message.find(';') != std::string::npos);
      CHECK(all.commands.size() == 2);
      CHECK(file.raw(all.rejected[0].place) == row.row);
      CHECK(file.raw_header() == "loan_id,product,amount,date,rate,installments");
    }
}

TEST_CASE("a file that is cut in the middle of a line is told so", "[import]") {
  auto file =
      ImportFile::open_loans("loan_id,product,amount,date\nL1,level,1.00,2026-01-01\nL2,lev",
                             "f.csv", {}, currency_of)
          .value();
  const Everything all = read_all(file);
  REQUIRE(all.rejected.size() == 1);
  CHECK(place(all.rejected[0].error) == "csv.cut_off@3:7");
}

TEST_CASE("keys depend on content and row, not on how a file is read", "[import]") {
  const std::string text =
      "loan_id,product,amount,date\nL1,level,1,2026-01-01\nbad\nL2,level,2,2026-01-01\n";
  auto once = ImportFile::open_loans(text, "a.csv", {}, currency_of).value();
  auto again = ImportFile::open_loans(text, "b.csv", {}, currency_of).value();
  const Everything first = read_all(once, 1);
  const Everything second = read_all(again, 100);
  once.rewind();
  const Everything third = read_all(once, 2);
  for (const Everything* other : {&second, &third}) {
    REQUIRE(other->commands.size() == first.commands.size());
    for (std::size_t i = 0; i < first.commands.size(); ++i) {
      CHECK(other->commands[i].key == first.commands[i].key);
      CHECK(other->commands[i].scope == first.commands[i].scope);
    }
  }
  CHECK(first.commands[1].key == "row-3");
  auto other = ImportFile::open_loans(text + "\n", "a.csv", {}, currency_of).value();
  CHECK(read_all(other).commands[0].scope != first.commands[0].scope);
}

TEST_CASE("errors of the ledger are placed at the field they speak about", "[import]") {
  auto file = ImportFile::open_loans(
                  "loan_id,note,product,amount,date\n\"L,1\",\"x\ny\",level,5,2026-01-01\n",
                  "f.csv", {}, nullptr)
                  .value();
  ImportBatch batch;
  REQUIRE(file.next(batch, 10));
  const auto at = [&](const char* id) {
    return place(file.place({.id = id, .message = ""}, batch.places[0]));
  };
  CHECK(at("terms.amount_outside_product") == "terms.amount_outside_product@3:10");
  CHECK(at("loan.exists") == "loan.exists@2:1");
  CHECK(at("product.unknown") == "product.unknown@3:4");
  CHECK(at("event.before_disbursement") == "event.before_disbursement@3:12");
  CHECK(at("busy.locked") == "busy.locked@2:1");
}

TEST_CASE("a file of events becomes commands", "[import]") {
  auto file = ImportFile::open_events(
                  "loan_id,event,amount,value_date,reference,sequence,reason,actor\n"
                  "L1,repay,100.00,2026-02-01,pay-1,,,ops\n"
                  "L1,reverse,,,,17,bounced,ops\n"
                  "L2,disburse,5,,,,,\n",
                  "e.csv", {}, nullptr)
                  .value();
  const Everything all = read_all(file);
  CHECK(all.rejected.empty());
  REQUIRE(all.commands.size() == 3);
  CHECK(std::get<ledger::Repay>(all.commands[0].event).amount == "100.00");
  CHECK(all.commands[0].key == "pay-1");
  CHECK(all.commands[0].actor == "ops");
  CHECK(std::get<ledger::Reverse>(all.commands[1].event).sequence == 17);
  CHECK(all.commands[1].reason == "bounced");
  CHECK_FALSE(all.commands[1].value_date);
  CHECK(std::get<ledger::Disburse>(all.commands[2].event).amount == "5");
}

TEST_CASE("an event takes its own fields and no others", "[import]") {
  struct Row {
    const char* row;
    const char* error;
  };
  const Row rows[] = {
      {"L1,rapay,1,,,", "import.unknown_event@2:4"},
      {"L1,,1,,,", "import.missing_field@2:4"},
      {",repay,1,,,", "import.missing_field@2:1"},
      {"L1,repay,,,,", "import.missing_field@2:10"},
      {"L1,repay,1,,5,", "import.unexpected_field@2:13"},
      {"L1,reverse,1,,5,", "import.unexpected_field@2:12"},
      {"L1,reverse,,,,", "import.missing_field@2:14"},
      {"L1,reverse,,,0,", "import.bad_number@2:14"},
      {"L1,reverse,,,99999999999999999999,", "import.bad_number@2:14"},
      {"L1,repay,1,2026-13-01,,", "date.malformed@2:12"},
      {"L1,repay,1,,,x", "import.bad_number@2:14"},
      {"L1,repay,1.00001,,,", "decimal.too_many_digits@2:10"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.row) {
      auto file =
          ImportFile::open_events("loan_id,event,amount,value_date,sequence,expect_version\n" +
                                      std::string(row.row) + "\n",
                                  "e.csv", {}, nullptr)
              .value();
      const Everything all = read_all(file);
      REQUIRE(all.rejected.size() == 1);
      CHECK(place(all.rejected[0].error) == row.error);
    }
}

TEST_CASE("commands come as one JSON object a line", "[import]") {
  auto file =
      ImportFile::open_commands(
          R"({"event":"open_disburse","loan_id":"L1","product":"level","amount":"1000.00","rate":"18%","installments":12,"value_date":"2026-01-01"})"
          "\n\n"
          R"({"event":"repay","loan_id":"L1","amount":12.50,"expect_version":1,"reason":null})"
          "\n"
          R"({"event":"repay","loan_id":"L1","amout":"1"})"
          "\n"
          R"({"event":"repay","loan_id":"L1","amount":"1.234567"})"
          "\n{\n",
          "c.ndjson", currency_of)
          .value();
  const Everything all = read_all(file);
  REQUIRE(all.commands.size() == 2);
  CHECK(terms_of(all.commands[0]).installments == 12);
  CHECK(all.commands[0].key == "row-1");
  CHECK(std::get<ledger::Repay>(all.commands[1].event).amount == "12.50");
  CHECK(all.commands[1].expect_version == 1);
  REQUIRE(all.rejected.size() == 3);
  CHECK(place(all.rejected[0].error) == "import.unknown_field@4:41");
  CHECK(all.rejected[0].error.message ==
        "unknown name 'amout', did you mean 'amount'?; docs/import.md lists the names");
  CHECK(place(all.rejected[1].error) == "decimal.too_many_digits@5:42");
  CHECK(place(all.rejected[2].error) == "json.malformed@6:2");
  CHECK(ImportFile::open_commands("", "c", nullptr).error().id == "json.empty_file");
}

TEST_CASE("every operation is an event of a file, with the fields of its table", "[import]") {
  for (const auto& rule : ledger::operation_rules()) DYNAMIC_SECTION(rule.name) {
      const auto field = [&](ledger::OperationField bit, const std::string& text) {
        return (rule.required & bit) != 0 ? text : std::string{};
      };
      const std::string first(rule.choices.substr(0, rule.choices.find(' ')));
      const std::string row =
          "L1," + std::string(rule.name) + "," + field(ledger::field_amount, "1.00") + "," +
          field(ledger::field_of, "3") + "," + field(ledger::field_rows, "2") + "," +
          field(ledger::field_from, "2026-02-01") + "," + field(ledger::field_until, "2026-03-01") +
          "," + field(ledger::field_choice, first) + "," + field(ledger::field_code, "x") + "," +
          field(ledger::field_rate, "12%") + "," + field(ledger::field_channel, "bank-a") + "\n";
      auto file = ImportFile::open_events(
                      "loan_id,event,amount,of,rows,from,until,choice,code,rate,channel\n" + row,
                      "e.csv", {}, nullptr)
                      .value();
      const Everything all = read_all(file);
      REQUIRE(all.rejected.empty());
      const auto& operation = std::get<ledger::Operation>(all.commands.at(0).event);
      CHECK(operation.kind == rule.kind);
      CHECK(ledger::check_fields(operation));
    }
}

TEST_CASE("the channel of an operation that moves money is that of its event", "[import]") {
  auto file = ImportFile::open_events(
                  "loan_id,event,amount,of,code,channel\n"
                  "L1,chargeback,1.00,3,,alipay\n"
                  "L1,coupon-settle,1.00,,shop,alipay\n"
                  "L1,transfer,1.00,,buyer,bank\n"
                  "L1,order-payout,1.00,,,bank\n"
                  "L1,charge,1.00,,,alipay\n",
                  "e.csv", {}, nullptr)
                  .value();
  const Everything all = read_all(file);
  REQUIRE(all.rejected.size() == 1);
  CHECK(all.rejected[0].error.id == "import.unexpected_field");
  REQUIRE(all.commands.size() == 4);
  const char* channels[] = {"alipay", "alipay", "bank", ""};
  for (std::size_t i = 0; i < all.commands.size(); ++i)
    CHECK(all.commands[i].channel == channels[i]);
  CHECK(std::get<ledger::Operation>(all.commands[0].event).channel.empty());
  CHECK(std::get<ledger::Operation>(all.commands[3].event).channel == "bank");

  auto lines =
      ImportFile::open_commands(
          R"({"event":"suspense-receive","amount":"1.00","currency":"CNY","channel":"alipay"})"
          "\n"
          R"({"event":"suspense-return","suspense":7,"channel":"bank"})",
          "c.ndjson", nullptr)
          .value();
  const Everything suspended = read_all(lines);
  REQUIRE(suspended.rejected.empty());
  CHECK(suspended.commands.at(0).channel == "alipay");
  CHECK(suspended.commands.at(1).channel == "bank");
}

TEST_CASE("an operation says which field is wrong, and where", "[import]") {
  struct Row {
    const char* row;
    const char* error;
  };
  const Row rows[] = {
      {R"({"event":"goodwill","loan_id":"L1"})", "import.missing_field@1:1"},
      {R"({"event":"charge","loan_id":"L1","amount":"1.00","choice":"large"})",
       "operation.choice_unknown@1:59"},
      {R"({"event":"charge","loan_id":"L1","amount":"1.00","rows":2})",
       "import.unexpected_field@1:57"},
      {R"({"event":"waive-charge","loan_id":"L1","of":0})", "import.bad_number@1:45"},
      {R"({"event":"charge","loan_id":"L1","amount":"1.00","from":"2026-02-30"})",
       "date.malformed@1:57"},
      {R"({"event":"re_age","loan_id":"L1"})", "import.unknown_event@1:10"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.row) {
      auto file = ImportFile::open_commands(row.row, "c.ndjson", nullptr).value();
      const Everything all = read_all(file);
      REQUIRE(all.rejected.size() == 1);
      CHECK(place(all.rejected[0].error) == row.error);
      CHECK(all.rejected[0].error.message.size() > 40);
    }
  // What only the book knows stands at its field too.
  auto file =
      ImportFile::open_commands(R"({"event":"chargeback","loan_id":"L1","amount":"1.00","of":3})",
                                "c.ndjson", nullptr)
          .value();
  ImportBatch batch;
  REQUIRE(file.next(batch, 1));
  const auto at = [&](const char* id) {
    return place(file.place({.id = id, .message = ""}, batch.places[0]));
  };
  CHECK(at("operation.target_kind") == "operation.target_kind@1:59");
  CHECK(at("payment.too_much") == "payment.too_much@1:47");
  CHECK(at("operation.not_in_this_state") == "operation.not_in_this_state@1:10");
}

TEST_CASE("no file crashes an import", "[import]") {
  CHECK(rc::check([] {
    std::string text =
        "loan_id,event,amount,value_date,sequence\nL1,repay,1.00,2026-01-01,\nL2,reverse,,,5\n";
    const auto changes = *rc::gen::inRange(1, 6);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
      text[at] =
          *rc::gen::oneOf(rc::gen::elementOf(std::string("\",\n-.0")), rc::gen::arbitrary<char>());
    }
    auto file = ImportFile::open_events(text, "f", {}, nullptr);
    if (!file) return;
    ImportBatch batch;
    while (file->next(batch, 10)) {
      for (const RejectedRow& row : batch.rejected) RC_ASSERT(row.error.line > 0);
    }
  }));
}

TEST_CASE("a file that cannot be read is told so", "[file]") {
  const std::string folder = std::filesystem::temp_directory_path().string();
  CHECK(read_file(folder + "/no/such/file.csv").error().id == "file.not_found");
  CHECK(read_file(folder).error().id == "file.is_folder");
  CHECK(to_text(Error{.id = "e", .message = "m", .file = "f.csv", .line = 2, .column = 3}) ==
        "f.csv:2:3: m");
  CHECK(to_text(Error{.id = "e", .message = "m", .file = "f.csv"}) == "f.csv: m");
  CHECK(to_text(Error{.id = "e", .message = "m"}) == "m");
}

}  // namespace
