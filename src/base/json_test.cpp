#include "base/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mekenjai::base {
namespace {

using testing::ElementsAre;

std::string code_of(std::string_view text, const JsonLimits& limits = {}) {
  const Result<boost::json::value> parsed = parse_json(text, limits);
  return parsed ? "ok" : parsed.error().code;
}

TEST(ParseJson, TakesOneTextAndSpace) {
  EXPECT_EQ(code_of(R"( {"a": [1, "ә", null, true, {"a": 1}], "b": {"a": 2}} )"), "ok");
  EXPECT_EQ(code_of("[]"), "ok");
  EXPECT_EQ(code_of("\"x\""), "ok");
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  for (const std::string_view text :
       {"", " ", "{", "{\"a\":}", "{\"a\":1,}", "[1,]", "{'a':1}", "{\"a\":1}x", "{} {}", "nul",
        "01", "+1", "NaN", "{\"a\":\"\n\"}", "// c\n{}", "\xEF\xBB\xBF{}", "\"\\ud800\"",
        "\"\\x41\"", "{\"a\" 1}"}) {
    EXPECT_EQ(code_of(text), "malformed_json") << text;
  }
}

TEST(ParseJson, RefusesANameTwiceAtAnyDepth) {
  EXPECT_EQ(code_of(R"({"a":1,"a":1})"), "duplicate_field");
  EXPECT_EQ(code_of(R"({"a":1,"\u0061":2})"), "duplicate_field");
  EXPECT_EQ(code_of(R"([{"x":{"b":1,"c":[{"d":1,"d":2}]}}])"), "duplicate_field");
  EXPECT_EQ(code_of(R"({"a":{"a":1},"b":{"a":1}})"), "ok");
  EXPECT_THAT(parse_json(R"({"iin":1,"iin":1})").error().values,
              ElementsAre(testing::Pair("field", "iin")));
}

TEST(ParseJson, RefusesBrokenUtf8) {
  EXPECT_EQ(code_of("{\"a\":\"\xFF\"}"), "malformed_utf8");
  EXPECT_EQ(code_of("{\"a\":\"\xC0\xAF\"}"), "malformed_utf8");
  EXPECT_EQ(code_of("{\"a\":\"\xED\xA0\x80\"}"), "malformed_utf8");
}

TEST(ParseJson, KeepsItsLimits) {
  EXPECT_EQ(code_of("[[[]]]", {.bytes = 100, .depth = 3}), "ok");
  EXPECT_EQ(code_of("[[[[]]]]", {.bytes = 100, .depth = 3}), "malformed_json");
  EXPECT_EQ(code_of("[1,2,3]", {.bytes = 6, .depth = 3}), "too_large");
}

TEST(FieldReader, ReadsWhatIsThere) {
  const boost::json::value body = *parse_json(
      R"({"kind":"permanent","until":null,"registrants":["1","2"],"note":"а\nб","consent":true})");
  FieldReader reader(body);
  EXPECT_EQ(reader.one_of("kind", {"permanent", "temporary"}), "permanent");
  EXPECT_EQ(reader.optional_text("until", 10), std::nullopt);
  EXPECT_THAT(reader.texts("registrants", 10, 12), ElementsAre("1", "2"));
  EXPECT_EQ(reader.optional_text("note", 3, true), "а\nб");
  EXPECT_EQ(reader.boolean("consent"), true);
  EXPECT_EQ(reader.finish(), std::nullopt);
}

TEST(FieldReader, NamesAllThatIsWrong) {
  const boost::json::value body = *parse_json(
      R"({"kind":"other","rka":5,"registrants":["1",2,"123"],"note":"a\u0000","long":"абвг","flag":"yes","x":1})");
  FieldReader reader(body);
  reader.one_of("kind", {"permanent", "temporary"});
  reader.text("rka", 16);
  reader.texts("registrants", 10, 2);
  reader.optional_text("note", 10);
  reader.text("long", 3);
  reader.boolean("flag");
  reader.text("missing", 10);
  const std::optional<Problem> problem = reader.finish();
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->code, "invalid");
  std::vector<std::string> errors;
  for (const FieldError& error : problem->errors) errors.push_back(error.field + " " + error.code);
  EXPECT_THAT(errors,
              ElementsAre("kind unknown_value", "rka wrong_type", "registrants[1] wrong_type",
                          "registrants[2] too_long", "note bad_characters", "long too_long",
                          "flag wrong_type", "missing required", "x unknown_field"));
}

TEST(FieldReader, TheCodeIsTheErrorsWhereTheyAgree) {
  const boost::json::value body = *parse_json(R"({"x":1,"y":2})");
  FieldReader reader(body);
  EXPECT_EQ(reader.finish()->code, "unknown_field");
}

TEST(FieldReader, WantsAnObject) {
  const boost::json::value body = *parse_json("[1]");
  FieldReader reader(body);
  reader.text("a", 1);
  const std::optional<Problem> problem = reader.finish();
  EXPECT_EQ(problem->code, "wrong_type");
  EXPECT_EQ(problem->errors.size(), 1u);
}

TEST(FieldReader, CountsItems) {
  const boost::json::value body = *parse_json(R"({"a":[],"b":["1","2","3"]})");
  FieldReader reader(body);
  reader.texts("a", 2, 1);
  reader.texts("b", 2, 1);
  const std::optional<Problem> problem = reader.finish();
  EXPECT_EQ(problem->errors[0].code, "required");
  EXPECT_EQ(problem->errors[1].code, "too_many");
}

}  // namespace
}  // namespace mekenjai::base
