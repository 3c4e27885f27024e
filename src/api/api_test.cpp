// The API over loopback: real server, real requests, a flow that answers what the test wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <set>

#include "api/address_text.hpp"
#include "api/fake_service.hpp"
#include "api/routes.hpp"
#include "base/bytes.hpp"
#include "http/raw_client.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;
using http::RawResponse;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kId = "01926b3e-7a00-7000-8000-000000000001";
constexpr std::string_view kDraft =
    R"({"kind":"permanent","rka":"0201300000000001","registrants":["991301300003"],"reason":"family","data_consent":true})";

flow::Address astana() {
  flow::Address address;
  address.rka = "0201300000000001";
  address.kato = "710000000";
  address.locality_kk = "Астана қ.";
  address.locality_ru = "г. Астана";
  address.street_kk = "Кенесары көшесі";
  address.street_ru = "улица Кенесары";
  address.house = "40";
  address.flat = "118";
  return address;
}

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    flow::ApplicationView& view = service_.application_view;
    view.id = kId;
    view.number = "201399999992";
    view.applicant = FakeService::iin();
    view.registrants = {{"991301300003", "Серікова Айгерім"}, {"991301300404", std::nullopt}};
    view.address = astana();
    view.created_at = base::Instant{std::chrono::seconds{1'800'000'000}};
    view.document = {"application/json", std::string(64, 'a'), "{}"};
    service_.consent_view.id = "k1";
    service_.consent_view.reference = "AB2CDE";
    service_.consent_view.registrants = {"Серікова Айгерім"};
    service_.consent_view.address = astana();
    service_.me_view.person.iin = FakeService::iin();
    service_.me_view.person.surname = "Серікова";
    service_.me_view.person.given_name = "Айгерім";
    service_.me_view.person.birth_date = base::Date{std::chrono::year{1999} / 2 / 28};
  }

  void start(ApiContext context = {}) {
    server_ =
        std::make_unique<http::Server>(http::ServerConfig{.listen = "127.0.0.1:0", .loops = 1},
                                       routes(service_, context), http::hooks_for(service_));
    server_->start();
  }

  RawResponse ask(std::string_view method, std::string_view target,
                  std::optional<std::string_view> body = {},
                  std::string_view fields =
                      "Authorization: Bearer good\r\nContent-Type: application/json\r\n") {
    if (!server_) start();
    std::string bytes = fmt::format("{} {} HTTP/1.1\r\nHost: a\r\n{}", method, target, fields);
    if (body) bytes += fmt::format("Content-Length: {}\r\n", body->size());
    bytes += fmt::format("\r\n{}", body.value_or(""));
    return http::RawClient(server_->port()).ask(bytes);
  }
  static json::object body_of(const RawResponse& response) {
    return json::parse(response.body).as_object();
  }
  static std::string code_of(const RawResponse& response) {
    return fmt::format("{} {}", response.status,
                       std::string(body_of(response).at("code").as_string()));
  }
  static std::vector<std::string> errors_of(const RawResponse& response) {
    std::vector<std::string> errors;
    const json::object body = body_of(response);
    for (const json::value& error : body.at("errors").as_array()) {
      errors.push_back(fmt::format("{} {}", std::string(error.at("field").as_string()),
                                   std::string(error.at("code").as_string())));
    }
    return errors;
  }
  RawResponse post_draft(std::string_view body, std::string_view more_fields = "") {
    return ask("POST", "/api/v1/applications", body,
               fmt::format("Authorization: Bearer good\r\nContent-Type: application/json\r\n{}",
                           more_fields));
  }
  static std::string changed(std::string_view field, json::value value) {
    json::object draft = json::parse(kDraft).as_object();
    value.is_null() ? void(draft.erase(field)) : void(draft[field] = std::move(value));
    return json::serialize(draft);
  }

  FakeService service_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(ApiTest, SignsInByCode) {
  const RawResponse asked =
      ask("POST", "/api/v1/sign-in/sms", R"({"iin":"991301300003"})",
          "Content-Type: application/json; charset=UTF-8\r\nAccept-Language: ru\r\n");
  EXPECT_EQ(asked.status, 202);
  EXPECT_EQ(asked.header("content-type"), "application/json; charset=utf-8");
  EXPECT_EQ(asked.body, R"({"challenge":"c1"})");
  const RawResponse given = ask("POST", "/api/v1/sign-in/sms/c1", R"({"code":"123456"})",
                                "Content-Type: application/json\r\n");
  EXPECT_EQ(given.status, 200);
  EXPECT_EQ(body_of(given).at("token"), "good");
  EXPECT_EQ(body_of(given).at("expires_at"), "1970-01-01T05:00:00+05:00");
  EXPECT_EQ(json::serialize(body_of(given).at("person")),
            R"({"iin":"991301300003","name":"Серікова Айгерім","birth_date":"1999-02-28"})");
  EXPECT_THAT(service_.calls, ElementsAre("request_sign_in_code 991301300003 127.0.0.1 ru",
                                          "sign_in c1 123456 false"));
}

TEST_F(ApiTest, LooksAtTheFormOfIinAndCode) {
  const auto iin = [this](std::string_view text) {
    return ask("POST", "/api/v1/sign-in/sms", fmt::format(R"({{"iin":"{}"}})", text));
  };
  EXPECT_THAT(errors_of(iin("991301300004")), ElementsAre("iin bad_iin"));
  EXPECT_EQ(code_of(iin("000000000000")), "422 bad_iin");
  EXPECT_EQ(code_of(ask("POST", "/api/v1/sign-in/sms", "{}")), "422 required");
  EXPECT_EQ(code_of(ask("POST", "/api/v1/sign-in/sms/c1", R"({"code":"12345"})")), "422 bad_code");
  EXPECT_EQ(code_of(ask("POST", "/api/v1/sign-in/sms/c%20x", R"({"code":"123456"})")),
            "404 not_found");
  EXPECT_THAT(service_.calls, IsEmpty());
}

TEST_F(ApiTest, TellsAboutWrongCodes) {
  service_.problem = base::Problem{base::Trouble::unprocessable, "wrong_code"};
  service_.problem->values.emplace_back("attempts_left", "2");
  const RawResponse wrong = ask("POST", "/api/v1/sign-in/sms/c1", R"({"code":"123456"})");
  EXPECT_EQ(code_of(wrong), "422 wrong_code");
  EXPECT_EQ(body_of(wrong).at("attempts_left"), 2);
  service_.problem = base::Problem{base::Trouble::too_many, "blocked", {}, 900};
  const RawResponse blocked = ask("POST", "/api/v1/sign-in/sms/c1", R"({"code":"123456"})");
  EXPECT_EQ(code_of(blocked), "429 blocked");
  EXPECT_EQ(blocked.header("retry-after"), "900");
}

TEST_F(ApiTest, HasNoEdsWhereItIsNotConfigured) {
  EXPECT_EQ(code_of(ask("POST", "/api/v1/sign-in/eds", "{}")), "422 method_unavailable");
  EXPECT_EQ(code_of(ask("POST", "/api/v1/sign-in/eds")), "422 method_unavailable");
  EXPECT_EQ(code_of(ask("POST", "/api/v1/sign-in/eds/c1", R"({"cms":"x"})")),
            "422 method_unavailable");
}

TEST_F(ApiTest, SignsInByEds) {
  service_.eds = true;
  service_.eds_challenge.content = "<login><nonce>1</nonce></login>";
  const RawResponse asked = ask("POST", "/api/v1/sign-in/eds", "{}", "Content-Type: application/json\r\n");
  EXPECT_EQ(asked.status, 201);
  EXPECT_EQ(body_of(asked).at("challenge"), "e1");
  EXPECT_EQ(body_of(asked).at("content"), "<login><nonce>1</nonce></login>");
  service_.eds_sign_in_answer.sms_challenge = "c7";
  const auto sign = [this](std::string_view body) { return ask("POST", "/api/v1/sign-in/eds/e1", body); };
  const RawResponse next = sign(R"({"xml":"<login/>"})");
  EXPECT_EQ(next.status, 202);
  EXPECT_EQ(next.body, R"({"challenge":"c7","next":"sms"})");
  EXPECT_EQ(service_.signature->xml, "<login/>");
  service_.eds_sign_in_answer.signed_in = flow::SignedIn{"good", base::Instant{}, service_.me_view.person};
  const RawResponse in = sign(R"({"cms":"MII\r\nB"})");
  EXPECT_EQ(in.status, 200);
  EXPECT_EQ(body_of(in).at("token"), "good");
  EXPECT_EQ(service_.signature->cms, "MII\r\nB") << "base64 may come in lines";
  EXPECT_EQ(code_of(sign("{}")), "422 required");
  EXPECT_EQ(code_of(sign(R"({"cms":"x","xml":"y"})")), "422 cms_or_xml");
}

TEST_F(ApiTest, SaysWhatIsWrongWithASignature) {
  service_.eds = true;
  service_.problem = base::Problem{base::Trouble::unprocessable, "bad_signature", {}, 0, {{"reason", "revoked"}}};
  const RawResponse bad = ask("POST", "/api/v1/sign-in/eds/e1", R"({"cms":"x"})");
  EXPECT_EQ(code_of(bad), "422 bad_signature");
  EXPECT_EQ(body_of(bad).at("reason"), "revoked");
  service_.problem = base::Problem{base::Trouble::unavailable, "signature_unchecked", {}, 60};
  const RawResponse later = ask("POST", "/api/v1/sign-in/eds/e1", R"({"cms":"x"})");
  EXPECT_EQ(code_of(later), "503 signature_unchecked");
  EXPECT_EQ(later.header("retry-after"), "60");
  EXPECT_THAT(std::string(body_of(later).at("title").as_string()), ::testing::Not(HasSubstr("signature_unchecked")));
}

TEST_F(ApiTest, TakesASignatureOfMegabyteAndNoMore) {
  service_.eds = true;
  const auto sign = [this](std::size_t characters) {
    const std::string body = fmt::format(R"({{"method":"eds","cms":"{}"}})", std::string(characters, 'A'));
    return ask("POST", fmt::format("/api/v1/applications/{}/signature", kId), body).status;
  };
  EXPECT_EQ(sign(900 * 1024), 200);
  EXPECT_EQ(sign(1024 * 1024), 413);
}

TEST_F(ApiTest, ShowsASignatureAsACard) {
  flow::SignatureView card;
  card.id = "s1";
  card.method = "eds";
  card.format = "cms";
  card.signer_name = "СЕРІКОВА АЙГЕРІМ";
  card.reason = "ok";
  card.received_at = card.checked_at.emplace(base::Instant{});
  card.revocation_by = "ocsp";
  service_.application_view.signature = card;
  const json::object shown = body_of(ask("GET", fmt::format("/api/v1/applications/{}", kId))).at("signature").as_object();
  EXPECT_EQ(shown.at("status"), "valid");
  EXPECT_EQ(shown.at("signer"), "СЕРІКОВА АЙГЕРІМ");
  EXPECT_EQ(shown.at("timestamp"), nullptr);
  service_.application_view.signature->checking = true;
  service_.application_view.signature->reason.clear();
  const json::object waits = body_of(ask("GET", fmt::format("/api/v1/applications/{}", kId))).at("signature").as_object();
  EXPECT_EQ(waits.at("status"), "checking");
  EXPECT_EQ(waits.at("reason"), nullptr);
}

TEST_F(ApiTest, OffersADocumentForEachAnswer) {
  service_.consent_view.documents = {{domain::Answer::grant, {"application/json", "aa", "{yes}", "<consent/>"}},
                                     {domain::Answer::fraud, {"application/json", "bb", "{who}", "<consent/>"}}};
  const json::object item = body_of(ask("GET", "/api/v1/consents")).at("items").at(0).as_object();
  EXPECT_EQ(item.at("documents").at("grant").at("content"), "{yes}");
  EXPECT_EQ(item.at("documents").at("fraud").at("xml"), "<consent/>");
}

TEST_F(ApiTest, GivesTheContainerAsAFile) {
  service_.container = {"application-201399999992.zip", std::string("PK\x03\x04\0", 5)};
  const RawResponse file = ask("GET", "/api/v1/signatures/s1/container");
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.header("content-type"), "application/zip");
  EXPECT_EQ(file.header("content-disposition"), "attachment; filename=\"application-201399999992.zip\"");
  EXPECT_EQ(file.body, service_.container.zip);
}

// --- eGov Mobile (eds.md 4.3) ---------------------------------------------------------------------------------

TEST_F(ApiTest, TellsThePhoneWhoAsks) {
  service_.qr_api1 = {flow::QrPurpose::application, "T0KEN", "https://a/egov-mobile/q1/documents",
                      *base::parse_rfc3339("2026-11-22T16:21:37.268+05:00")};
  ApiContext context;
  context.organisation.bin = "123456789012";
  start(context);
  const RawResponse answer = ask("GET", "/egov-mobile/q1", {}, "Accept-Language: en\r\n");
  EXPECT_EQ(answer.status, 200);
  const json::object said = body_of(answer);
  EXPECT_EQ(said.at("description"), "Signing an application for registration");
  EXPECT_EQ(said.at("expiry_date"), "2026-11-22T16:21:37.000+0500");
  EXPECT_EQ(said.at("organisation").at("bin"), "123456789012");
  EXPECT_EQ(said.at("organisation").at("nameKz"), "Тұрғылықты жері бойынша тіркеу қызметі");
  EXPECT_EQ(json::serialize(said.at("document")),
            R"({"uri":"https://a/egov-mobile/q1/documents","auth_type":"Token","auth_token":"T0KEN"})");
}

TEST_F(ApiTest, ThePhoneGetsTheDocumentAndBringsItBackSigned) {
  service_.qr_api2 = {flow::QrPurpose::consent, "201399999992", "AB2CDE", domain::Answer::grant, "<consent/>"};
  const std::string_view fields = "Authorization: Bearer T0KEN\r\nContent-Type: application/json\r\nAccept-Language: ru\r\n";
  json::object document = body_of(ask("GET", "/egov-mobile/q1/documents", {}, fields));
  EXPECT_EQ(document.at("signMethod"), "XML");
  json::object& only = document.at("documentsToSign").at(0).as_object();
  EXPECT_EQ(only.at("id"), 1);
  EXPECT_EQ(only.at("nameEn"), "Application 201399999992: I consent");
  EXPECT_EQ(only.at("meta").at(0).at("value"), "201399999992");
  EXPECT_EQ(only.at("documentXml"), "<consent/>");
  only["documentXml"] = "<consent><ds:Signature/></consent>";
  const auto put = [&](const json::object& body) { return ask("PUT", "/egov-mobile/q1/documents", json::serialize(body), fields); };
  const RawResponse taken = put(document);
  EXPECT_EQ(taken.status, 200);
  EXPECT_EQ(taken.body, "success");
  EXPECT_EQ(service_.qr_received, "<consent><ds:Signature/></consent>");
  EXPECT_THAT(service_.calls, ElementsAre("qr_documents q1 T0KEN", "qr_signed q1 T0KEN"));

  service_.problem = base::Problem{base::Trouble::unprocessable, "bad_signature", {}, 0, {{"reason", "wrong_person"}}};
  EXPECT_EQ(put(document).status, 403);
  service_.problem = base::Problem{base::Trouble::unavailable, "signature_unchecked", {}, 60};
  EXPECT_EQ(put(document).status, 503) << "the app sends again";
  service_.problem.reset();
  service_.calls.clear();
  json::object wrong = document;
  wrong["signMethod"] = "CMS_WITH_DATA";
  EXPECT_EQ(put(wrong).status, 403);
  wrong = document;
  wrong["documentsToSign"].as_array().push_back(only);
  EXPECT_EQ(put(wrong).status, 403) << "we gave one document";
  wrong = document;
  wrong["documentsToSign"].at(0).as_object()["id"] = 2;
  EXPECT_EQ(put(wrong).status, 403);
  EXPECT_EQ(put({}).status, 403);
  EXPECT_EQ(ask("PUT", "/egov-mobile/q1/documents", "[1", fields).status, 400);
  EXPECT_THAT(service_.calls, IsEmpty());
}

TEST_F(ApiTest, TakesOnlyStrictJson) {
  const auto draft = [this](std::string_view body) { return code_of(post_draft(body)); };
  EXPECT_EQ(draft(""), "400 malformed_json");
  EXPECT_EQ(draft("{"), "400 malformed_json");
  EXPECT_EQ(draft("{}{}"), "400 malformed_json");
  EXPECT_EQ(draft(R"({"kind":"permanent","kind":"permanent"})"), "400 duplicate_field");
  EXPECT_EQ(draft(R"({"x":{"a":1,"a":2}})"), "400 duplicate_field");
  EXPECT_EQ(draft("{\"kind\":\"\xFF\"}"), "400 malformed_utf8");
  EXPECT_EQ(draft("[]"), "422 wrong_type");
  EXPECT_EQ(draft("{\"a\":\"" + std::string(20'000, 'x') + "\"}"), "413 too_large");
  const std::string_view token = "Authorization: Bearer good\r\n";
  EXPECT_EQ(code_of(ask("POST", "/api/v1/applications", kDraft, token)), "415 unsupported_media");
  for (const char* type : {"text/json", "application/x-www-form-urlencoded",
                           "application/json; charset=windows-1251", "multipart/form-data"}) {
    EXPECT_EQ(code_of(ask("POST", "/api/v1/applications", kDraft,
                          fmt::format("{}Content-Type: {}\r\n", token, type))),
              "415 unsupported_media");
  }
  EXPECT_THAT(service_.calls, IsEmpty());
}

TEST_F(ApiTest, MakesADraft) {
  const RawResponse response = post_draft(changed("reason_text", "үй сатып алдым"),
                                          "Idempotency-Key: k-1\r\nAccept-Language: ru\r\n");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.header("location"), fmt::format("/api/v1/applications/{}", kId));
  EXPECT_THAT(service_.calls, ElementsAre("draft 991301300003 ru"));
  EXPECT_EQ(service_.drafted->kind, "permanent");
  EXPECT_EQ(service_.drafted->until, std::nullopt);
  EXPECT_THAT(service_.drafted->registrants, ElementsAre("991301300003"));
  EXPECT_EQ(service_.drafted->reason_text, "үй сатып алдым");
  EXPECT_TRUE(service_.drafted->data_consent);
  EXPECT_EQ(service_.idempotency->key, "k-1");
  EXPECT_EQ(base::to_hex(service_.idempotency->body_sha256),
            base::to_hex(base::sha256(changed("reason_text", "үй сатып алдым"))));
}

TEST_F(ApiTest, NamesEveryWrongFieldOfADraft) {
  EXPECT_THAT(errors_of(post_draft("{}")),
              ElementsAre("kind required", "rka required", "registrants required",
                          "reason required", "data_consent no_data_consent"));
  EXPECT_THAT(
      errors_of(post_draft(
          R"({"kind":"x","until":"2027-02-30","rka":"12","registrants":["1",7,"991301300003",
      "991301300003"],"reason":"","reason_text":"\u0007","data_consent":1,"extra":null})")),
      ElementsAre("kind unknown_value", "until bad_date", "rka bad_rka",
                  "registrants[1] wrong_type", "registrants[0] bad_iin", "registrants[3] duplicate",
                  "reason required", "reason_text bad_characters", "data_consent no_data_consent",
                  "extra unknown_field"));
  EXPECT_EQ(code_of(post_draft(changed("registrants", {"991301300004"}))), "422 bad_iin");
  EXPECT_EQ(code_of(post_draft(changed("data_consent", false))), "422 no_data_consent");
  EXPECT_EQ(code_of(post_draft(changed("data_consent", nullptr))), "422 no_data_consent");
  EXPECT_EQ(code_of(post_draft(changed("data_consent", "true"))), "422 no_data_consent");
  EXPECT_EQ(code_of(post_draft(changed("x", 1))), "422 unknown_field");
  EXPECT_EQ(code_of(post_draft(changed("reason_text", json::string(501, 'x')))), "422 too_long");
  EXPECT_EQ(code_of(post_draft(changed("registrants", json::array(11, "991301300003")))),
            "422 too_many");
  EXPECT_EQ(code_of(post_draft(changed("registrants", "991301300003"))), "422 wrong_type");
  EXPECT_THAT(service_.calls, IsEmpty());
}

TEST_F(ApiTest, AFieldThatTheFlowRefusesIsCodedLikeOurs) {
  service_.problem =
      base::Problem{base::Trouble::unprocessable, "invalid", {{"until", "bad_term"}}};
  const RawResponse response = post_draft(kDraft);
  EXPECT_EQ(code_of(response), "422 bad_term");
  EXPECT_THAT(errors_of(response), ElementsAre("until bad_term"));
}

TEST_F(ApiTest, LooksAtIdempotencyKeys) {
  const auto key = [this](std::string_view fields) { return post_draft(kDraft, fields).status; };
  EXPECT_EQ(key(fmt::format("Idempotency-Key: {}\r\n", std::string(64, '~'))), 201);
  EXPECT_EQ(key(fmt::format("Idempotency-Key: {}\r\n", std::string(65, 'a'))), 422);
  EXPECT_EQ(key("Idempotency-Key:\r\n"), 422);
  EXPECT_EQ(key("Idempotency-Key: a b\r\n"), 422);
  EXPECT_EQ(key("Idempotency-Key: ключ\r\n"), 422);
  EXPECT_EQ(key("Idempotency-Key: a\r\nIdempotency-Key: a\r\n"), 422);
  EXPECT_EQ(code_of(post_draft(kDraft, "Idempotency-Key: a b\r\n")), "422 bad_idempotency_key");
}

TEST_F(ApiTest, ShowsAnApplicationAsTheContractHasIt) {
  const json::object body = body_of(ask("GET", fmt::format("/api/v1/applications/{}", kId)));
  std::set<std::string> names;
  for (const json::key_value_pair& member : body) names.insert(member.key());
  EXPECT_THAT(names, ElementsAre("address", "applicant", "consents", "created_at", "deadline",
                                 "document", "history", "id", "kind", "number", "reason",
                                 "registrants", "rka", "signed_at", "status", "until", "warnings"));
  EXPECT_EQ(body.at("address"), "Астана қ., Кенесары көшесі, 40, 118-пәтер");
  EXPECT_EQ(body.at("created_at"), "2027-01-15T13:00:00+05:00");
  EXPECT_EQ(body.at("until"), nullptr);
  EXPECT_EQ(json::serialize(body.at("consents")), R"({"required":0,"granted":0})");
  EXPECT_EQ(
      json::serialize(body.at("registrants")),
      R"([{"iin":"991301300003","name":"Серікова Айгерім"},{"iin":"991301300404","name":null}])");
}

TEST_F(ApiTest, ShowsADecisionInTheReadersLanguage) {
  flow::DecisionView& view = service_.application_view.decision.emplace();
  view.decision.outcome = rules::Outcome::reject;
  view.decision.code = rules::Code::fraud_reported;
  view.decision.row = rules::Row::G8;
  view.policy_version = "kz-2025-11-24";
  view.facts = {{rules::Register::rights, base::Instant{}}};
  view.contacts = {{"ХҚКО", "ЦОН", "көше", "улица", "1414", "9-18"}};
  service_.application_view.warnings = {rules::Warning::density};
  const auto decision = [this](std::string_view language) {
    const RawResponse response =
        ask("GET", fmt::format("/api/v1/applications/{}", kId), {},
            fmt::format("Authorization: Bearer good\r\nAccept-Language: {}\r\n", language));
    EXPECT_EQ(response.header("content-language"), language);
    EXPECT_EQ(json::serialize(body_of(response).at("warnings")), R"(["density"])");
    return body_of(response).at("decision").as_object();
  };
  const json::object ru = decision("ru"), kk = decision("kk");
  EXPECT_EQ(ru.at("outcome"), "reject");
  EXPECT_EQ(ru.at("code"), "owner_refused");  // G8: the applicant learns no more than that
  EXPECT_EQ(ru.at("row"), "G2");
  EXPECT_EQ(ru.at("policy_version"), "kz-2025-11-24");
  EXPECT_NE(ru.at("text"), kk.at("text"));
  EXPECT_FALSE(ru.at("what_next").as_string().empty());
  EXPECT_FALSE(ru.at("basis").as_array().empty());
  EXPECT_EQ(json::serialize(ru.at("contacts")),
            R"([{"name":"ЦОН","address":"улица","phone":"1414","hours":"9-18"}])");
  EXPECT_EQ(json::serialize(decision("en").at("contacts")),
            R"([{"name":"TsON","address":"ulitsa","phone":"1414","hours":"9-18"}])");
  EXPECT_EQ(json::serialize(decision("kk-Latn").at("contacts")),
            R"([{"name":"HQKO","address":"köşe","phone":"1414","hours":"9-18"}])");
  EXPECT_EQ(ru.at("facts").at(0).at("register"), "rights");
  EXPECT_FALSE(ru.at("facts").at(0).at("summary").as_string().empty());
}

TEST_F(ApiTest, AForecastIsWholeOrSaysAlmostNothing) {
  flow::ForecastView& forecast = service_.application_view.forecast.emplace();
  forecast.outcome = rules::Outcome::wait;
  forecast.code = "needs_consent";
  EXPECT_EQ(json::serialize(body_of(post_draft(kDraft)).at("forecast")),
            R"({"outcome":"wait","code":"needs_consent"})");
  forecast.whole = true;
  forecast.decision.decision.outcome = rules::Outcome::psc;
  forecast.decision.decision.code = rules::Code::owner_needs_psc;
  forecast.decision.decision.row = rules::Row::D1;
  const json::object whole = body_of(post_draft(kDraft)).at("forecast").as_object();
  EXPECT_EQ(whole.at("row"), "D1-D3");
  EXPECT_EQ(whole.size(), 9u);
}

TEST_F(ApiTest, PagesThroughLists) {
  service_.next = "n2";
  const json::object body = body_of(ask("GET", "/api/v1/applications?cursor=n1&limit=5"));
  EXPECT_EQ(body.at("next"), "n2");
  EXPECT_EQ(body.at("items").as_array().size(), 1u);
  service_.next.reset();
  EXPECT_EQ(body_of(ask("GET", "/api/v1/messages")).at("next"), nullptr);
  EXPECT_THAT(service_.calls, ElementsAre("applications n1 5", "messages - 20"));
  for (const char* limit : {"0", "101", "-1", "x", "", "1000"}) {
    EXPECT_EQ(code_of(ask("GET", fmt::format("/api/v1/messages?limit={}", limit))), "422 bad_limit")
        << limit;
  }
  EXPECT_EQ(code_of(ask("GET", "/api/v1/messages?cursor=")), "422 bad_cursor");
}

TEST_F(ApiTest, IdsThatAreNoneOfOursAreNotThere) {
  for (const char* target :
       {"/api/v1/applications/1", "/api/v1/applications/..", "/api/v1/applications/%00x",
        "/api/v1/dwellings/12/residents", "/api/v1/dwellings/abc/residents"}) {
    const int status = ask("GET", target).status;
    EXPECT_TRUE(status == 404 || status == 400) << target;
  }
  EXPECT_EQ(ask("POST", "/api/v1/consents/a%27b/sms-code", "{}").status, 404);
  EXPECT_EQ(ask("POST", fmt::format("/api/v1/messages/{}/read", std::string(65, 'a')), "").status,
            404);
  EXPECT_THAT(service_.calls, IsEmpty());
  service_.problem = base::Problem{base::Trouble::not_found, "not_found"};
  EXPECT_EQ(code_of(ask("GET", fmt::format("/api/v1/applications/{}", kId))), "404 not_found");
}

TEST_F(ApiTest, SignsByCodeOrByEds) {
  const std::string target = fmt::format("/api/v1/applications/{}/signature", kId);
  EXPECT_EQ(ask("POST", target, R"({"method":"sms","code":"012345"})").status, 200);
  EXPECT_EQ(service_.signature->code, "012345");
  EXPECT_EQ(ask("POST", target, R"({"method":"eds","cms":"MII="})").status, 200);
  EXPECT_EQ(service_.signature->cms, "MII=");
  EXPECT_EQ(ask("POST", target, R"({"method":"eds","xml":"<a>\n</a>"})").status, 200);
  EXPECT_EQ(service_.signature->xml, "<a>\n</a>");
  EXPECT_EQ(ask("POST", target,
                fmt::format(R"({{"method":"eds","cms":"{}"}})", std::string(300'000, 'A')))
                .status,
            200);
  const auto errors = [&](std::string_view body) { return errors_of(ask("POST", target, body)); };
  EXPECT_THAT(errors("{}"), ElementsAre("method required"));
  EXPECT_THAT(errors(R"({"method":"fax"})"), ElementsAre("method unknown_value"));
  EXPECT_THAT(errors(R"({"method":"sms"})"), ElementsAre("code required"));
  EXPECT_THAT(errors(R"({"method":"sms","code":123456})"), ElementsAre("code wrong_type"));
  EXPECT_THAT(errors(R"({"method":"sms","code":"１２３４５６"})"), ElementsAre("code bad_code"));
  EXPECT_THAT(errors(R"({"method":"sms","code":"123456","cms":"x"})"),
              ElementsAre("cms unknown_field"));
  EXPECT_THAT(errors(R"({"method":"eds"})"), ElementsAre("cms required"));
  EXPECT_THAT(errors(R"({"method":"eds","cms":"a","xml":"b"})"), ElementsAre("cms cms_or_xml"));
}

TEST_F(ApiTest, TakesEmptyBodiesAndEmptyObjects) {
  const std::string code = fmt::format("/api/v1/applications/{}/sms-code", kId);
  const std::string withdrawal = fmt::format("/api/v1/applications/{}/withdrawal", kId);
  const std::string_view token = "Authorization: Bearer good\r\n";
  EXPECT_EQ(ask("POST", code, {}, token).status, 202);
  EXPECT_EQ(ask("POST", code, "", token).status, 202);
  EXPECT_EQ(ask("POST", code, " { } ").status, 202);
  EXPECT_EQ(ask("POST", code, "{}", token).status, 415);
  EXPECT_EQ(code_of(ask("POST", code, R"({"a":1})")), "422 unknown_field");
  EXPECT_EQ(code_of(ask("POST", code, "[]")), "422 wrong_type");
  EXPECT_EQ(ask("POST", withdrawal, {}, token).status, 200);
  EXPECT_EQ(ask("POST", "/api/v1/messages/m1/read", {}, token).body, R"({"id":"m1","read":true})");
}

TEST_F(ApiTest, AnswersConsents) {
  const json::object body = body_of(ask("GET", "/api/v1/consents?ref=ab2cde"));
  const json::object consent = body.at("items").at(0).as_object();
  std::set<std::string> names;
  for (const json::key_value_pair& member : consent) names.insert(member.key());
  EXPECT_THAT(names, ElementsAre("address", "application_number", "deadline", "id", "kind",
                                 "reference", "registrants", "status", "until"));
  EXPECT_EQ(consent.at("status"), "pending");
  EXPECT_EQ(ask("GET", "/api/v1/consents?ref=nothing-like-it").body, R"({"items":[],"next":null})");
  EXPECT_EQ(ask("POST", "/api/v1/consents/k1/sms-code", "{}").status, 202);
  EXPECT_EQ(ask("POST", "/api/v1/consents/k1/sms-code", R"({"answer":"refuse"})").status, 202);
  EXPECT_EQ(ask("POST", "/api/v1/consents/k1/answer",
                R"({"answer":"fraud","method":"sms","code":"123456"})")
                .status,
            200);
  EXPECT_THAT(errors_of(ask("POST", "/api/v1/consents/k1/answer",
                            R"({"answer":"yes","method":"sms","code":"123456"})")),
              ElementsAre("answer unknown_value"));
  EXPECT_THAT(service_.calls, ElementsAre("consents AB2CDE - 20", "request_consent_code k1 -",
                                          "request_consent_code k1 refuse", "answer k1 fraud"));
}

TEST_F(ApiTest, ShowsThePersonAndHisHomes) {
  flow::MeView& me = service_.me_view;
  me.residence =
      domain::Residence{FakeService::iin(), *domain::parse_rka("0201300000000001"), {}, {}, {}};
  me.residence_address = astana();
  me.dependants = {{"991301300404", "Бала", domain::RelationKind::parent, 15, true, "some_reason"}};
  me.dwellings = {{astana(), "1/2"}};
  me.roles = {"auditor"};
  const json::object body = body_of(ask("GET", "/api/v1/me"));
  EXPECT_EQ(body.at("residence").at("since"), nullptr);
  EXPECT_EQ(body.at("dependants").at(0).at("why"), "some_reason");
  EXPECT_EQ(body.at("dependants").at(0).at("relation"), "parent");
  EXPECT_EQ(body.at("dwellings").at(0).at("share"), "1/2");
  EXPECT_EQ(json::serialize(body.at("temporary_residences")), "[]");
  me.residence.reset();
  EXPECT_EQ(body_of(ask("GET", "/api/v1/me")).at("residence"), nullptr);
  service_.problem = base::Problem{base::Trouble::unavailable, "register_unavailable", {}, 60};
  const RawResponse silent = ask("GET", "/api/v1/me");
  EXPECT_EQ(code_of(silent), "503 register_unavailable");
  EXPECT_EQ(silent.header("retry-after"), "60");
}

TEST_F(ApiTest, ShowsMessagesInTheReadersLanguage) {
  flow::MessageView message{"m1", base::Instant{}, "registered", {}, std::string(kId), false};
  message.values = {
      {"address_kk", "Кенесары көшесі, 40"}, {"address_ru", "улица Кенесары, 40"}, {"number", "7"}};
  service_.message_views = {message};
  const auto shown = [this](std::string_view language) {
    const RawResponse response =
        ask("GET", "/api/v1/messages", {},
            fmt::format("Authorization: Bearer good\r\nAccept-Language: {}\r\n", language));
    const json::object item = body_of(response).at("items").at(0).as_object();
    EXPECT_EQ(item.at("application_id").as_string(), kId);
    EXPECT_EQ(item.at("read"), false);
    EXPECT_FALSE(item.at("title").as_string().empty());
    return std::string(item.at("text").as_string());
  };
  EXPECT_THAT(shown("kk"), HasSubstr("Кенесары көшесі, 40"));
  EXPECT_THAT(shown("ru"), HasSubstr("улица Кенесары, 40"));
  EXPECT_THAT(shown("en"), HasSubstr("ulitsa Kenesary, 40"));
}

TEST_F(ApiTest, FindsAddresses) {
  service_.found.assign(25, astana());
  const json::object body = body_of(ask("GET", "/api/v1/addresses?q=%D0%9A%D0%B5%D0%BD+40"));
  EXPECT_EQ(body.at("items").as_array().size(), 20u);
  EXPECT_EQ(
      json::serialize(body.at("items").at(0)),
      R"({"rka":"0201300000000001","address":"Астана қ., Кенесары көшесі, 40, 118-пәтер","kind":"flat"})");
  EXPECT_THAT(service_.calls, ElementsAre("addresses Кен 40"));
  EXPECT_EQ(code_of(ask("GET", "/api/v1/addresses")), "422 required");
  EXPECT_EQ(code_of(ask("GET", fmt::format("/api/v1/addresses?q={}", std::string(201, 'a')))),
            "422 too_long");
}

TEST_F(ApiTest, ShowsResidentsAndSignsOut) {
  service_.resident_views = {
      {"Бала", domain::ResidenceKind::temporary, {}, base::Date{std::chrono::year{2027} / 1 / 2}}};
  EXPECT_EQ(
      ask("GET", "/api/v1/dwellings/0201300000000001/residents").body,
      R"({"items":[{"name":"Бала","kind":"temporary","from":null,"until":"2027-01-02"}],"next":null})");
  const RawResponse out = ask("DELETE", "/api/v1/session");
  EXPECT_EQ(out.status, 204);
  EXPECT_EQ(out.header("content-length"), "");
  EXPECT_THAT(service_.calls, ElementsAre("residents 0201300000000001", "sign_out good"));
}

TEST_F(ApiTest, ProblemsSpeakTheReadersLanguage) {
  const auto title = [this](std::string_view accept) {
    const RawResponse response =
        ask("GET", "/api/v1/me", {}, fmt::format("Accept-Language: {}\r\n", accept));
    EXPECT_EQ(response.status, 401);
    return fmt::format("{} {}", response.header("content-language"),
                       std::string(body_of(response).at("title").as_string()));
  };
  EXPECT_EQ(title("ru-RU,ru;q=0.9,en;q=0.8"), "ru Войдите в систему");
  EXPECT_EQ(title("fr, en;q=0.3"), "en Sign in first");
  EXPECT_EQ(title("de"), "kk Жүйеге кіріңіз");
  EXPECT_EQ(title("kk-Latn-KZ, ru;q=0.5"), "kk-Latn Jüiege kırıñız");
}

TEST_F(ApiTest, TellsItsHealth) {
  bool ready = false;
  ApiContext context;
  context.ready = [&ready] { return ready; };
  start(context);
  EXPECT_EQ(ask("GET", "/health/live").status, 200);
  EXPECT_EQ(ask("GET", "/health/ready").status, 503);
  ready = true;
  EXPECT_EQ(ask("GET", "/health/ready").status, 200);
}

TEST_F(ApiTest, LimitsBySource) {
  http::RateLimiters limiters(
      http::SourceLimits{.sign_ins = 1, .codes = 0, .applications = 0, .address_searches = 1});
  ApiContext context;
  context.limiters = &limiters;
  start(context);
  const std::string_view body = R"({"iin":"991301300003"})";
  EXPECT_EQ(ask("POST", "/api/v1/sign-in/sms", body).status, 202);
  EXPECT_EQ(code_of(ask("POST", "/api/v1/sign-in/sms", body)), "429 rate_limited");
  EXPECT_EQ(ask("GET", "/api/v1/addresses?q=a").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/addresses?q=a").status, 429);
  EXPECT_EQ(post_draft(kDraft).status, 201);
  EXPECT_EQ(post_draft(kDraft).status, 201);
  server_.reset();
}

// --- devices that are told by Web Push ---------------------------------------------------------------------------

constexpr std::string_view kDevice =
    R"({"endpoint":"https://fcm.googleapis.com/x","expirationTime":null,"keys":{"p256dh":"BA","auth":"BB"},"language":"ru"})";

TEST_F(ApiTest, ADeviceIsTakenAsItsBrowserGivesIt) {
  service_.device_view = {"d1", "fcm.googleapis.com", i18n::Language::ru, base::Instant{std::chrono::hours{500'000}}, {}};
  const RawResponse added = ask("POST", "/api/v1/push/subscriptions", kDevice);
  EXPECT_EQ(added.status, 201);
  EXPECT_EQ(added.body,
            R"({"id":"d1","host":"fcm.googleapis.com","language":"ru","added_at":"2027-01-15T13:00:00+05:00","told_at":null})");
  EXPECT_EQ(service_.pushed_to->endpoint, "https://fcm.googleapis.com/x");
  EXPECT_EQ(service_.pushed_to->p256dh + service_.pushed_to->auth, "BABB");
  EXPECT_EQ(service_.pushed_to->language, i18n::Language::ru);
  EXPECT_EQ(service_.pushed_to->door, "");
  EXPECT_FALSE(service_.idempotency);
  ask("POST", "/api/v1/push/subscriptions", kDevice,
      "Authorization: Bearer good\r\nContent-Type: application/json\r\nIdempotency-Key: k1\r\n");
  EXPECT_EQ(service_.idempotency->key, "k1");

  service_.push_view = {"BKey", {service_.device_view}};
  EXPECT_EQ(ask("GET", "/api/v1/push").body,
            fmt::format(R"({{"public_key":"BKey","subscriptions":[{}]}})", added.body));
  EXPECT_EQ(ask("DELETE", "/api/v1/push/subscriptions/d1").status, 204);
  EXPECT_EQ(ask("DELETE", "/api/v1/push/subscriptions").status, 204);
  EXPECT_THAT(service_.calls, ElementsAre("add_push_device 991301300003 kk",
                                          "add_push_device 991301300003 kk", "push 991301300003 kk",
                                          "remove_push_device d1", "remove_push_devices"));
}

TEST_F(ApiTest, WhatIsNoDeviceIsNotAskedFor) {
  const RawResponse refused = ask("POST", "/api/v1/push/subscriptions",
                                  R"({"endpoint":7,"keys":{"p256dh":"","more":1},"language":"xx"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(errors_of(refused),
              ElementsAre("endpoint wrong_type", "keys.p256dh required", "keys.auth required",
                          "keys.more unknown_field", "language unknown_value"));
  EXPECT_EQ(ask("GET", "/api/v1/push", {}, "").status, 401);
  EXPECT_THAT(service_.calls, IsEmpty());
}

TEST_F(ApiTest, StaffIssuesListsAndRevokesKiosks) {
  const RawResponse issued = ask("POST", "/api/v1/kiosks", R"({"centre":"c1","label":"У входа"})");
  EXPECT_EQ(issued.status, 201);
  const json::object kiosk = body_of(issued);
  EXPECT_EQ(kiosk.at("token"), "device");
  EXPECT_EQ(kiosk.at("consultant_code"), "123456");
  EXPECT_EQ(kiosk.at("label"), "У входа");
  EXPECT_EQ(service_.calls.back(), "issue_kiosk 991301300003 kk c1 У входа");
  EXPECT_FALSE(service_.idempotency);
  ask("POST", "/api/v1/kiosks", R"({"centre":"c1","label":"x"})",
      "Authorization: Bearer good\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\n");
  EXPECT_EQ(service_.idempotency->key, "k");
  service_.kiosk_views = {{"k1", "c1", "У входа", base::Instant{}, base::Instant{}, {}}};
  const RawResponse listed = ask("GET", "/api/v1/kiosks");
  const json::object item = body_of(listed).at("items").at(0).as_object();
  EXPECT_FALSE(item.contains("token"));
  EXPECT_EQ(item.at("revoked_at"), "1970-01-01T05:00:00+05:00");
  EXPECT_TRUE(item.at("seen_at").is_null());
  EXPECT_EQ(ask("DELETE", "/api/v1/kiosks/k1").status, 204);
  EXPECT_EQ(service_.calls.back(), "revoke_kiosk 991301300003 kk k1");
  EXPECT_EQ(code_of(ask("POST", "/api/v1/kiosks", R"({"centre":"c1"})")), "422 required");
  EXPECT_EQ(code_of(ask("POST", "/api/v1/kiosks", R"({"centre":"c1","label":"x","more":1})")), "422 unknown_field");
  service_.problem = base::Problem{base::Trouble::forbidden, "forbidden"};
  EXPECT_EQ(code_of(ask("GET", "/api/v1/kiosks")), "403 forbidden");
}

TEST_F(ApiTest, ASessionOfAKioskOpensNothingHere) {
  const std::string_view fields = "Authorization: Bearer good_at_kiosk\r\n";
  EXPECT_EQ(code_of(ask("GET", "/api/v1/me", {}, fields)), "401 not_signed_in");
}

TEST_F(ApiTest, IsDescribedAsItIs) {
  const json::object description = body_of(ask("GET", "/api/v1/openapi.json", {}, ""));
  EXPECT_EQ(description.at("openapi"), "3.1.0");
  std::set<std::string> described, served;
  for (const json::key_value_pair& path : description.at("paths").as_object()) {
    for (const json::key_value_pair& operation : path.value().as_object()) {
      std::string method(operation.key());
      for (char& c : method) c = static_cast<char>(c - 32);
      described.insert(fmt::format("{} {}", method, std::string_view(path.key())));
      // What needs a token says so, and what does not says that.
      const bool open = operation.value().as_object().contains("security");
      for (const http::Route& route : server_->routes()) {
        if (route.pattern != std::string_view(path.key()) || word(route.method) != method) continue;
        EXPECT_EQ(route.guard == http::Guard::open, open) << route.pattern;
      }
    }
  }
  for (const http::Route& route : server_->routes())
    served.insert(fmt::format("{} {}", word(route.method), route.pattern));
  EXPECT_EQ(described, served);
}

TEST_F(ApiTest, TheDescriptionsReferencesLeadSomewhere) {
  const json::value description = json::parse(openapi());
  std::string text(openapi());
  for (std::size_t at = text.find("\"#/"); at != std::string::npos;
       at = text.find("\"#/", at + 1)) {
    const std::string pointer = text.substr(at + 2, text.find('"', at + 1) - at - 2);
    json::error_code error;
    EXPECT_NE(description.find_pointer(pointer, error), nullptr) << pointer;
  }
}

TEST(AddressText, IsWrittenAsPeopleWriteIt) {
  EXPECT_EQ(address_text(astana(), i18n::Language::kk),
            "Астана қ., Кенесары көшесі, 40, 118-пәтер");
  EXPECT_EQ(address_text(astana(), i18n::Language::kk_latn),
            "Astana q., Kenesary köşesı, 40, 118-päter");
  EXPECT_EQ(address_text(astana(), i18n::Language::ru),
            "г. Астана, улица Кенесары, д. 40, кв. 118");
  EXPECT_EQ(address_text(astana(), i18n::Language::en),
            "g. Astana, ulitsa Kenesary, house 40, flat 118");
  flow::Address bare = astana();
  bare.locality_kk = "Астана";
  bare.locality_ru = "Астана";
  bare.flat.clear();
  EXPECT_EQ(address_text(bare, i18n::Language::kk), "Астана қ., Кенесары көшесі, 40");
  EXPECT_EQ(address_text(bare, i18n::Language::ru), "г. Астана, улица Кенесары, д. 40");
  EXPECT_EQ(address_text(bare, i18n::Language::en), "Astana, ulitsa Kenesary, house 40");
  flow::Address village;
  village.kato = "116630100";
  village.region_ru = "Акмолинская область";
  village.locality_ru = "село Косшы";
  village.street_ru = "улица Абая";
  village.house = "5А";
  EXPECT_EQ(address_text(village, i18n::Language::ru),
            "Акмолинская область, село Косшы, улица Абая, д. 5А");
  EXPECT_EQ(address_text(village, i18n::Language::kk),
            "Акмолинская область, село Косшы, улица Абая, 5А");
  flow::Address unknown;
  unknown.rka = "0201300000000001";
  EXPECT_EQ(address_text(unknown, i18n::Language::kk), "0201300000000001");
}

TEST(Latin, IsAsMapsWriteIt) {
  EXPECT_EQ(in_latin("Щучинск, Өскемен, Қызылорда, Шымкент, ёж 5А"),
            "Shchuchinsk, Oskemen, Qyzylorda, Shymkent, yozh 5A");
}

}  // namespace
}  // namespace mekenjai::api
