#include "loanbook/interchange/json.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "loanbook/interchange/ndjson.hpp"
#include "loanbook/money/text.hpp"

namespace {

using namespace loanbook::interchange;

std::string place(const Error& error) {
  return error.id + "@" + std::to_string(error.line) + ":" + std::to_string(error.column);
}

TEST_CASE("JSON text is canonical", "[json]") {
  JsonWriter writer;
  writer.begin_object().key("a").string("x\"\\\n\x01/张").key("b").begin_array();
  writer.integer(std::int64_t{-1}).boolean(true).null().begin_object().end_object().end_array();
  writer.key("c").integer(std::uint64_t{18446744073709551615U}).end_object();
  CHECK(writer.text() ==
        R"({"a":"x\"\\\n\u0001/张","b":[-1,true,null,{}],"c":18446744073709551615})");
  std::string broken;
  append_json_string(broken, "a\xFFz");
  CHECK(broken == "\"a\xEF\xBF\xBDz\"");
}

TEST_CASE("any text is written so that another parser reads it", "[json]") {
  CHECK(rc::check([] {
    const auto text = *rc::gen::arbitrary<std::string>();
    std::string out;
    append_json_string(out, text);
    const auto read = nlohmann::json::parse(out, nullptr, false);
    RC_ASSERT(read.is_string());
    if (loanbook::money::utf8_invalid_at(text) == std::string::npos) {
      RC_ASSERT(read.get<std::string>() == text);
    }
  }));
}

TEST_CASE("a line holds one flat object", "[ndjson]") {
  NdjsonReader reader{
      "\xEF\xBB\xBF"
      R"({"event":"repay","amount":1234567890123456.78,"n":null,"t":true})"
      "\n\n"
      R"( { "a" : "\u5f20\ud83d\ude00\n\/" , "e" : -1.5E+3 } )"
      "\r\n{}",
      "f.ndjson"};
  REQUIRE(reader.next().value());
  REQUIRE(reader.members().size() == 4);
  CHECK(reader.find("amount")->text == "1234567890123456.78");  // not a binary fraction
  CHECK(reader.find("amount")->kind == JsonKind::number);
  CHECK(reader.find("amount")->column == 27);
  CHECK(reader.find("n")->kind == JsonKind::null);
  CHECK(reader.find("t")->kind == JsonKind::boolean);
  CHECK(reader.find("x") == nullptr);
  CHECK(place(reader.place({.id = "e", .message = ""}, reader.find("event"))) == "e@1:10");
  REQUIRE(reader.next().value());
  CHECK(reader.line() == 3);
  CHECK(reader.find("a")->text == "张😀\n/");
  CHECK(reader.find("e")->text == "-1.5E+3");
  REQUIRE(reader.next().value());
  CHECK(reader.members().empty());
  CHECK_FALSE(reader.next().value());
}

TEST_CASE("bad JSON is refused at line and column", "[ndjson]") {
  struct Row {
    std::string text;
    const char* error;
  };
  const Row rows[] = {
      {"[1]", "json.malformed@1:1"},
      {"repay", "json.malformed@1:1"},
      {R"({"a":1)", "json.malformed@1:7"},
      {R"({"a":"x)", "json.malformed@1:6"},
      {R"({"a")", "json.malformed@1:5"},
      {R"({a:1})", "json.malformed@1:2"},
      {R"({"a":1,})", "json.malformed@1:8"},
      {R"({"a":1} x)", "json.malformed@1:9"},
      {R"({"a":01})", "json.malformed@1:7"},
      {R"({"a":+1})", "json.malformed@1:6"},
      {R"({"a":1.})", "json.malformed@1:8"},
      {R"({"a":.5})", "json.malformed@1:6"},
      {R"({"a":NaN})", "json.malformed@1:6"},
      {R"({"a":tru})", "json.malformed@1:6"},
      {R"({"a":})", "json.malformed@1:6"},
      {R"({"a":"\x"})", "json.malformed@1:8"},
      {R"({"a":"\ud83d"})", "json.malformed@1:13"},
      {R"({"a":"\udc00"})", "json.malformed@1:13"},
      {"{\"a\":\"x\ty\"}", "json.malformed@1:8"},
      {R"({"a":{"b":1}})", "json.nested@1:6"},
      {R"({"a":[1]})", "json.nested@1:6"},
      {R"({"a":1,"a":2})", "json.duplicate_key@1:8"},
      {"{\"a\":\"张\xFF\"}", "json.not_utf8@1:8"},
      {"\n{\"a\":\"" + std::string(70'000, 'x') + "\"}", "json.line_too_long@2:1"},
  };
  for (const auto& row : rows) DYNAMIC_SECTION(row.text.substr(0, 20)) {
      NdjsonReader reader{row.text, "f"};
      const auto more = reader.next();
      REQUIRE_FALSE(more);
      CHECK(place(more.error()) == row.error);
      CHECK_FALSE(reader.next().value());
    }
}

TEST_CASE("the reader takes an object of scalars exactly where another parser does", "[ndjson]") {
  CHECK(rc::check([] {
    const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
        std::vector<std::string>{"{", "}", "\"a\"", "\"b\"", ":", ",", "1", "-0.5e1", "0", "true",
                                 "null", "\"\\u0041\"", "[", "]", " ", "\\", "\"", "x"}));
    std::string text;
    for (const auto& part : parts) text += part;
    NdjsonReader reader{text, "f"};
    const auto more = reader.next();
    if (more && !*more) return;  // blank
    const auto other = nlohmann::json::parse(text, nullptr, false);
    bool flat = other.is_object();
    if (flat) {
      for (const auto& value : other) flat = flat && !value.is_structured();
    }
    if (more) RC_ASSERT(flat);
    if (!more && more.error().id != "json.duplicate_key") RC_ASSERT(!flat);
  }));
}

TEST_CASE("no bytes crash the line reader", "[ndjson]") {
  CHECK(rc::check([] {
    const auto text = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::elementOf(std::string("{}\":,\\u12\n")), rc::gen::arbitrary<char>()));
    NdjsonReader reader{text, "f"};
    for (int i = 0; i < 1000; ++i) {
      const auto more = reader.next();
      if (more && !*more) return;
    }
    RC_FAIL("the reader does not end");
  }));
}

}  // namespace
