#include "pages/pages.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "api/fake_service.hpp"
#include "pages/assets.hpp"
#include "pages/qr.hpp"
#include "pages/site.hpp"

namespace mekenjai::pages {
namespace {

using i18n::Language;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> files_below(std::string_view folder, std::string_view ending) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::string(MEKENJAI_SOURCE_DIR) + "/" + std::string(folder))) {
    if (entry.is_regular_file() && entry.path().string().ends_with(ending))
      files.push_back(entry.path());
  }
  return files;
}

bool has_cyrillic(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xD0 && byte <= 0xD3) return true;
  }
  return false;
}

TEST(Texts, EveryKeyOfTemplatesAndCodeIsThereInAllLanguages) {
  const i18n::Catalog& catalog = i18n::Catalog::built_in();
  std::set<std::string> keys;
  for (const std::string& key : template_keys()) keys.insert(key);
  const std::regex literal("\"(page\\.[a-z0-9_.]*[a-z0-9_])\"");
  for (const auto& path : files_below("src/pages", ".cpp")) {
    if (path.string().ends_with("_test.cpp")) continue;
    const std::string source = read(path);
    for (std::sregex_iterator at(source.begin(), source.end(), literal), end; at != end; ++at)
      keys.insert((*at)[1]);
  }
  ASSERT_GT(keys.size(), 300u);
  for (const std::string& key : keys) {
    for (const Language language : i18n::kLanguages) EXPECT_TRUE(catalog.has(language, key)) << key;
  }
}

TEST(Texts, NoWordsOfAnyLanguageInTemplatesOrCode) {
  for (const auto& path : files_below("web/templates", ".html"))
    EXPECT_FALSE(has_cyrillic(read(path))) << path;
  for (const std::string_view ending : {".cpp", ".hpp"}) {
    for (const auto& path : files_below("src/pages", ending)) {
      if (path.string().ends_with("_test.cpp")) continue;
      std::istringstream lines(read(path));
      for (std::string line; std::getline(lines, line);) {
        EXPECT_FALSE(has_cyrillic(line.substr(0, line.find("//")))) << path << ": " << line;
      }
    }
  }
}

TEST(Templates, HoldNoInlineStyleOrScript) {
  const std::regex inline_code("( style=| on[a-z]+=|<style|<script(?! src=))");
  for (const auto& path : files_below("web/templates", ".html")) {
    EXPECT_FALSE(std::regex_search(read(path), inline_code)) << path;
  }
}

TEST(Templates, CanAllBeMade) { Templates(i18n::Catalog::built_in()).make_all(); }

TEST(Templates, AreThereInEveryChannel) {
  const std::vector<std::string> portal = template_names(Channel::portal);
  ASSERT_GT(portal.size(), 30u);
  for (const Channel channel : kChannels) {
    const std::vector<std::string> own = template_names(channel);
    EXPECT_TRUE(std::includes(own.begin(), own.end(), portal.begin(), portal.end()))
        << name(channel);
  }
}

TEST(Assets, CarryTheirDigest) {
  EXPECT_TRUE(std::regex_match(std::string(asset_address("mekenjai.css")),
                               std::regex("/assets/mekenjai-[0-9a-f]{10}\\.css")));
  EXPECT_THROW(asset_address("nothing.css"), std::out_of_range);
}

Words words(Language language, std::string_view now = "2026-08-27T14:26:00+05:00") {
  return {i18n::Catalog::built_in(), language, *base::parse_rfc3339(now)};
}

TEST(Words, EndTheClockTimeAsKazakhSpeaksIt) {
  const Words kk = words(Language::kk);
  const auto at = [](std::string_view clock) {
    return *base::parse_rfc3339(fmt::format("2026-08-27T{}:00+05:00", clock));
  };
  EXPECT_EQ(kk.time_to(at("15:04")), "15:04-ке");
  EXPECT_EQ(kk.time_to(at("15:06")), "15:06-ға");
  EXPECT_EQ(kk.time_to(at("15:00")), "15:00-ге");
  EXPECT_EQ(kk.time_to(at("15:10")), "15:10-ға");
  EXPECT_EQ(kk.time_to(at("15:40")), "15:40-қа");
  EXPECT_EQ(kk.time_to(at("15:50")), "15:50-ге");
  EXPECT_EQ(kk.time_to(at("15:59")), "15:59-ға");
  EXPECT_EQ(kk.time_at(at("15:04")), "15:04-те");
  EXPECT_EQ(kk.time_at(at("15:20")), "15:20-да");
  EXPECT_EQ(words(Language::ru).time_to(at("15:04")), "15:04");
}

TEST(Words, WriteDaysInTheLanguage) {
  const base::Date date = *base::parse_date("2027-06-01");
  EXPECT_EQ(words(Language::kk).date(date), "2027 жылғы 1 маусым");
  EXPECT_EQ(words(Language::kk).date_to(date), "2027 жылғы 1 маусымға");
  EXPECT_EQ(words(Language::ru).date(date), "1 июня 2027");
  EXPECT_EQ(words(Language::en).date(date), "1 June 2027");
  EXPECT_EQ(words(Language::ru).when(*base::parse_rfc3339("2026-08-27T14:04:00+05:00")),
            "Сегодня, 14:04");
  EXPECT_EQ(words(Language::ru).when(*base::parse_rfc3339("2026-08-26T14:04:00+05:00"), true),
            "вчера, 14:04");
  EXPECT_EQ(words(Language::en).when(*base::parse_rfc3339("2025-08-26T14:04:00+05:00")),
            "26 August 2025, 14:04");
  EXPECT_EQ(in_groups("260814037715", 4), "2608\u00A01403\u00A07715");
}

TEST(Next, StaysOnOurSite) {
  EXPECT_EQ(safe_next("/apply/who?x=1", "/"), "/apply/who?x=1");
  for (const std::string_view bad :
       {"//evil.example", "/\\evil.example", "https://evil.example", "", "/a b", "/a\nb"}) {
    EXPECT_EQ(safe_next(bad, "/"), "/") << bad;
  }
}

TEST(Qr, DrawsDarkRunsInsideAQuietEdge) {
  const QrPicture picture =
      draw_qr("mobileSign:https://mekenjai.kz/egov-mobile/AAAAAAAAAAAAAAAAAAAAAA");
  // The upper left finder: seven dark modules behind an edge of four.
  EXPECT_TRUE(picture.path.starts_with("M4 4h7v1h-7z"));
  EXPECT_EQ((picture.size - 8 - 17) % 4, 0) << "a version of ISO/IEC 18004";
  EXPECT_TRUE(std::regex_match(picture.path, std::regex("(M[0-9]+ [0-9]+h[0-9]+v1h-[0-9]+z)+")));
  EXPECT_THROW(draw_qr(""), std::invalid_argument);
  EXPECT_THROW(draw_qr(std::string(3000, 'x')), std::invalid_argument);
}

TEST(Codes, ForgiveSpaces) { EXPECT_EQ(only_digits(" 407 118\u00A0"), "407118"); }

TEST(Answers, SurviveTheWayThroughJson) {
  Answers answers;
  answers.who = {"991301300003"};
  answers.typed = "Кенесары 40";
  answers.rka = "0201300118400729";
  answers.kind = "temporary";
  EXPECT_EQ(answers.next_question(), "kind");
  answers.until = "2027-06-01";
  answers.reason = "other";
  answers.reason_text = "жөндеу \"үй\"";
  const Answers read = answers_from(to_json(answers));
  EXPECT_EQ(to_json(read), to_json(answers));
  EXPECT_EQ(read.next_question(), "check");
  EXPECT_EQ(read.request().until, "2027-06-01");
  EXPECT_TRUE(answers_from("{broken").empty());
}

/// The routes over a flow that answers what the test wants.
class Portal : public testing::Test {
 protected:
  Portal() {
    context_.csrf = std::make_shared<http::Csrf>(std::string(32, 's'));
    service_.me_view.person.iin = api::FakeService::iin();
    service_.me_view.person.given_name = "Айгерім";
    service_.me_view.person.surname = "Серікбаева";
    service_.me_view.person.birth_date = *base::parse_date("1985-03-01");
    routes_ = routes(service_, context_);
  }

  http::Request request(std::string target, bool signed_in = true) {
    http::Request request;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (const auto question = target.find('?'); question != std::string::npos) {
      request.query = *http::parse_form(target.substr(question + 1));
    }
    if (signed_in) {
      request.session = flow::Session{};
      request.session->iin = api::FakeService::iin();
      request.session->display_name = "Айгерім <С.>";
      request.session->csrf_key = std::string(32, 'k');
    }
    return request;
  }

  Response call(http::Request& request, std::string_view pattern) {
    for (const http::Route& route : routes_) {
      if (route.pattern != pattern || route.method != request.method) continue;
      boost::asio::io_context io;
      auto answer = boost::asio::co_spawn(io, route.handler(request), boost::asio::use_future);
      io.run();
      return answer.get();
    }
    throw std::runtime_error("no route");
  }

  std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  Response post(std::string target, std::string_view pattern, std::string body,
                bool with_token = true) {
    http::Request made = request(std::move(target));
    made.method = Method::post;
    made.body = std::move(body);
    if (with_token) made.body += "&csrf=" + http::percent_encode(context_.csrf->token(made).value);
    return call(made, pattern);
  }

  api::FakeService service_;
  PagesContext context_;
  std::vector<http::Route> routes_;
};

TEST_F(Portal, SwitchesTheLanguageAndKeepsThePlace) {
  http::Request get = request("/apply/where?q=abay&lang=ru&from=check");
  const Response response = call(get, "/apply/where");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(header(response, "Location"), "/apply/where?q=abay&from=check");
  EXPECT_TRUE(header(response, "Set-Cookie").starts_with("__Host-lang=ru;"));
}

TEST_F(Portal, WritesEverythingInLatinLettersWhereThatIsChosen) {
  http::Request get = request("/profile");
  get.headers.emplace_back("cookie", "__Host-lang=kk-Latn");
  service_.me_view.person.given_name = "Әлия";
  service_.me_view.person.surname = "Жүнісқызы";
  const Response response = call(get, "/profile");
  EXPECT_NE(response.body.find("<html lang=\"kk-Latn\">"), std::string::npos);
  EXPECT_NE(response.body.find("Jünısqyzy Älia"), std::string::npos);
  std::string page = response.body;
  for (const std::string_view own : {"Қазақша", "Қаз", "Русский", "Рус"}) {  // the switch
    const std::size_t at = page.find(own);
    ASSERT_NE(at, std::string::npos) << own;
    page.erase(at, own.size());
  }
  EXPECT_FALSE(has_cyrillic(page));
  EXPECT_NE(page.find("kk-latn-"), std::string::npos) << "the sheet with its letters";
}

TEST_F(Portal, EscapesWhatPeopleAreCalled) {
  http::Request get = request("/apply/reason");
  const Response response = call(get, "/apply/reason");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("Айгерім &lt;С.&gt;"), std::string::npos);
  EXPECT_EQ(response.body.find("<С.>"), std::string::npos);
}

TEST_F(Portal, RefusesAFormWithoutItsToken) {
  EXPECT_EQ(post("/apply/reason", "/apply/reason", "reason=work", false).status, 403);
  EXPECT_EQ(post("/apply/reason", "/apply/reason", "reason=work").status, 303);
}

TEST_F(Portal, SaysWhatIsWrongInTitleSummaryAndField) {
  const Response response =
      post("/apply/kind", "/apply/kind", "kind=temporary&day=31&month=2&year=2027");
  EXPECT_EQ(response.status, 422);
  const std::string error(i18n::Catalog::built_in().text(Language::kk, "page.err.until_bad"));
  EXPECT_NE(response.body.find("<title>" + std::string(i18n::Catalog::built_in().text(
                                               Language::kk, "page.error_prefix"))),
            std::string::npos);
  EXPECT_NE(response.body.find("<a href=\"#day\">" + error), std::string::npos);
  EXPECT_NE(response.body.find("aria-describedby=\"until-h until-err\""), std::string::npos);
}

TEST_F(Portal, FixedPagesAreSmallAndCompressed) {
  http::Request get = request("/", false);
  get.headers.emplace_back("accept-encoding", "gzip, br");
  const Response response = call(get, "/");
  EXPECT_EQ(header(response, "Content-Encoding"), "gzip");
  EXPECT_LT(response.fixed_body.size(), 6u * 1024);
  http::Request plain = request("/", false);
  EXPECT_LT(call(plain, "/").fixed_body.size(), 14u * 1024);
}

TEST_F(Portal, PagesArePackedUnlessTheyMayRepeatWhatWasSent) {
  const auto coding = [this](std::string target, bool unpacks) {
    http::Request get = request(std::move(target));
    if (unpacks) get.headers.emplace_back("accept-encoding", "gzip");
    return header(call(get, get.path), "Content-Encoding");
  };
  EXPECT_EQ(coding("/apply/reason", true), "gzip");
  EXPECT_EQ(coding("/", true), "gzip") << "signed in: made for one person";
  EXPECT_EQ(coding("/apply/reason", false), "");
  EXPECT_EQ(coding("/apply/reason?from=check", true), "");
  EXPECT_EQ(coding("/apply/where?q=abay", true), "");

  http::Request twice = request("/apply/reason");
  twice.headers.emplace_back("accept-encoding", "gzip");
  const std::string first = call(twice, "/apply/reason").body;
  EXPECT_LT(first.size(), 4096u);
  EXPECT_EQ(call(twice, "/apply/reason").body.substr(0, 2), first.substr(0, 2))
      << "one after another";
  http::Request wrong = request("/apply/reason");
  wrong.method = Method::post;
  wrong.headers.emplace_back("accept-encoding", "gzip");
  wrong.body = "csrf=" + http::percent_encode(context_.csrf->token(wrong).value);
  const Response again = call(wrong, "/apply/reason");
  EXPECT_EQ(again.status, 422);
  EXPECT_EQ(header(again, "Content-Encoding"), "");
}

TEST_F(Portal, FirstViewIsLight) {
  // look.md: at most 50 KB over the wire with font and style. kk needs three fonts; kk-Latn has two
  // small ones of its own in place of the Cyrillic ones.
  const auto weight = [](std::set<std::string_view> names) {
    std::size_t bytes = 6 * 1024;
    names.insert(
        {"mekenjai.css.gz", "app.js.gz", "icons.svg.gz", "favicon.svg.gz", "golos-latin.woff2"});
    for (const embedded::File& file : embedded::assets()) {
      if (names.erase(file.name) == 1) bytes += file.content.size();
    }
    EXPECT_TRUE(names.empty()) << *names.begin();
    return bytes;
  };
  EXPECT_LE(weight({"golos-cyrillic.woff2", "golos-cyrillic-ext.woff2"}), 50u * 1024);
  EXPECT_LE(weight({"kk-latn.css.gz", "golos-latin-kk.woff2", "golos-latin-ext.woff2"}),
            50u * 1024);
}

TEST_F(Portal, ProblemsOfTheFlowBecomePages) {
  service_.problem = base::Problem{base::Trouble::unavailable, "register_unavailable", {}, 30, {}};
  http::Request get = request("/homes");
  const Response response = call(get, "/homes");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(header(response, "Retry-After"), "30");
}

TEST_F(Portal, EveryStateOfAnApplicationHasItsPageInEveryLanguage) {
  flow::ApplicationView& application = service_.application_view;
  application.id = "a1";
  application.number = "261403771500";
  application.applicant = api::FakeService::iin();
  application.registrants = {{"991301300003", "Айгерім Серікбаева"}};
  application.address.rka = "0201300118400729";
  application.address.street_kk = application.address.street_ru = "Kenesary";
  application.address.house = "40";
  application.signed_at = application.deadline = application.hold_until = base::Instant{};
  application.consents_required = 2;
  application.consents_granted = 1;
  application.history = {
      {base::Instant{}, "consents_requested", "system", {{"n", "2"}, {"time", "15:04"}}}};
  application.decision.emplace();
  application.decision->facts = {{rules::Register::rights, base::Instant{}}};
  application.decision->contacts = {{"kk", "ru", "kk", "ru", "1414", "9-18"}};
  using enum domain::Status;
  for (const domain::Status status : {draft, checking, waiting_for_consent, retrying, on_hold,
                                      registered, rejected, sent_to_psc, withdrawn}) {
    application.status = status;
    for (const rules::Row row :
         {rules::Row::D6, rules::Row::E3, rules::Row::D1, rules::Row::G3, rules::Row::X}) {
      application.decision->decision.row = row;
      for (const Language language : i18n::kLanguages) {
        for (const std::string_view page :
             {"/applications/{id}", "/applications/{id}/decision", "/applications/{id}/withdraw",
              "/applications/{id}/sign", "/applications/{id}/state"}) {
          http::Request get = request(std::string(page));
          get.parameters = {"a1"};
          get.headers.emplace_back("cookie", fmt::format("__Host-lang={}", i18n::tag(language)));
          const Response response = call(get, page);
          EXPECT_TRUE(response.status == 200 || response.status == 303)
              << page << " " << response.status;
          EXPECT_EQ(response.body.find("{{"), std::string::npos) << page;
        }
      }
    }
  }
}

// --- signing with a digital signature
// ---------------------------------------------------------------------------

TEST_F(Portal, OffersTheDigitalSignatureOnlyWhereThereIsOne) {
  http::Request get = request("/sign-in", false);
  EXPECT_EQ(call(get, "/sign-in").body.find("/sign-in/eds"), std::string::npos);
  http::Request closed = request("/sign-in/eds", false);
  EXPECT_EQ(header(call(closed, "/sign-in/eds"), "Location"), "/sign-in");
  service_.eds = true;
  http::Request open = request("/sign-in?next=/apply", false);
  const std::string page = call(open, "/sign-in").body;
  EXPECT_NE(page.find("/sign-in/eds?next=%2Fapply"), std::string::npos);
  EXPECT_NE(page.find("/sign-in/qr?next=%2Fapply"), std::string::npos);
}

TEST_F(Portal, OnlyPagesThatSignMayTalkToNcaLayer) {
  service_.eds = true;
  service_.application_view.id = "x";
  http::Request get = request("/sign-in/eds", false);
  const Response page = call(get, "/sign-in/eds");
  EXPECT_EQ(page.connect_to, "wss://127.0.0.1:13579");
  EXPECT_NE(page.body.find("data-content=\"PGxvZ2luLz4=\""), std::string::npos)
      << "the challenge in base64";
  for (const http::Route& route : routes_) {
    if (route.method != Method::get || route.pattern.starts_with("/assets/")) continue;
    http::Request made = request(route.pattern, route.guard == Guard::cookie);
    made.parameters = {"x", "y"};
    const bool signs = route.pattern.find("/eds") != std::string::npos;
    const Response answer = call(made, route.pattern);
    if (answer.status != 200) continue;
    EXPECT_EQ(!answer.connect_to.empty(), signs) << route.pattern;
  }
}

TEST_F(Portal, SaysWhyASignatureWasNotTakenAndOffersAnotherTry) {
  service_.eds = true;
  service_.application_view.id = "x";
  for (const std::string_view reason :
       {"malformed", "no_signature", "no_signed_attributes", "digest_mismatch",
        "signature_mismatch", "untrusted_issuer", "bad_certificate", "expired", "not_yet_valid",
        "revoked", "revocation_unknown", "wrong_key_use", "wrong_person", "weak_algorithm",
        "bad_timestamp", "content_mismatch", "bad_challenge", "ambiguous"}) {
    const std::string sentence(i18n::Catalog::built_in().text(
        Language::kk, fmt::format("problem.bad_signature.reason.{}", reason)));
    EXPECT_GT(sentence.size(), 40u) << reason;
    service_.qr_state_now.stage = flow::QrState::Stage::refused;
    service_.qr_state_now.reason = reason;
    http::Request get = request("/sign-in/qr/q1", false);
    get.parameters = {"q1"};
    const Response page = call(get, "/sign-in/qr/{code}");
    EXPECT_NE(page.body.find(sentence), std::string::npos) << reason;
  }
}

TEST_F(Portal, BindsAQrCodeToTheBrowserThatShowsIt) {
  service_.eds = true;
  service_.qr_offer.id = "q1";
  service_.qr_offer.browser_key = "browser";
  service_.qr_state_now.url = "https://mekenjai.kz/egov-mobile/q1";
  service_.qr_state_now.expires_at = base::Instant(std::chrono::minutes(5));
  http::Request get = request("/sign-in/qr?next=/apply", false);
  const Response offered = call(get, "/sign-in/qr");
  EXPECT_EQ(header(offered, "Location"), "/sign-in/qr/q1?next=%2Fapply");
  const std::string cookie = header(offered, "Set-Cookie");
  EXPECT_TRUE(cookie.starts_with("__Host-qr-q1=browser;"));
  EXPECT_NE(cookie.find("HttpOnly; SameSite=Lax"), std::string::npos);

  http::Request shown = request("/sign-in/qr/q1", false);
  shown.parameters = {"q1"};
  shown.headers = {{"cookie", cookie.substr(0, cookie.find(';'))}};
  const Response page = call(shown, "/sign-in/qr/{code}");
  EXPECT_EQ(service_.calls.back(), "qr_state q1 browser");
  EXPECT_NE(page.body.find(
                "https://m.egov.kz/mobileSign/?link=https%3A%2F%2Fmekenjai.kz%2Fegov-mobile%2Fq1"),
            std::string::npos);
  EXPECT_NE(page.body.find("data-qr-left=\"300\">5:00"), std::string::npos);
  EXPECT_EQ(page.body.find("browser"), std::string::npos) << "the key stays in the cookie";
}

TEST_F(Portal, ShowsASignatureToItsSigner) {
  flow::ApplicationView& application = service_.application_view;
  application.id = "x";
  application.status = domain::Status::registered;
  application.signature.emplace();
  flow::SignatureView& signature = *application.signature;
  signature.id = "s1";
  signature.method = "eds";
  signature.reason = "ok";
  signature.serial = "5a3c0cb085f4c6d1708fe30be9fc890633f1fff5";
  signature.revocation_by = "ocsp";
  signature.policy = "kz-2026-08-01";
  http::Request get = request("/applications/x");
  get.parameters = {"x"};
  const std::string page = call(get, "/applications/{id}").body;
  EXPECT_NE(page.find("5A3C 0CB0"), std::string::npos);
  EXPECT_NE(page.find("/signatures/s1"), std::string::npos);
  signature.checking = true;
  EXPECT_EQ(call(get, "/applications/{id}").body.find("/signatures/s1"), std::string::npos);
  signature.method = "sms";
  EXPECT_EQ(call(get, "/applications/{id}").body.find("5A3C"), std::string::npos);
}

TEST_F(Portal, AnAnswerWhoseCertificateIsBeingCheckedWaitsAndIsWatched) {
  service_.eds = true;
  flow::ConsentView& consent = service_.consent_view;
  consent.id = "c1";
  consent.deadline = base::Instant(std::chrono::hours(1));
  http::Request get = request("/consents/c1");
  get.parameters = {"c1"};
  const Response open = call(get, "/consents/{id}");
  EXPECT_NE(open.body.find("value=\"grant\""), std::string::npos);
  EXPECT_NE(open.body.find("/consents/c1?by=eds"), std::string::npos);

  consent.signature_checking = true;
  const std::string page = call(get, "/consents/{id}").body;
  EXPECT_EQ(page.find("value=\"grant\""), std::string::npos) << "answered already";
  EXPECT_NE(page.find("data-state=\"/consents/c1/state\""), std::string::npos);
  EXPECT_NE(page.find(i18n::Catalog::built_in().text(Language::kk, "page.consent.title_checking")),
            std::string::npos);
  http::Request confirm = request("/consents/c1/confirm/eds?answer=grant");
  confirm.parameters = {"c1"};
  EXPECT_EQ(header(call(confirm, "/consents/{id}/confirm/eds"), "Location"), "/consents/c1");

  const std::string before = call(get, "/consents/{id}/state").body;
  consent.signature_checking = false;
  EXPECT_NE(call(get, "/consents/{id}/state").body, before) << "the page hears of it";
}

TEST_F(Portal, EveryPageOpensAndEveryFormAnswers) {
  service_.eds = true;
  service_.found.resize(2);
  service_.found[0].rka = "0201300118400729";
  service_.me_view.dwellings.push_back({service_.found[0], "1/2"});
  service_.me_view.residence_address = service_.found[0];
  for (const std::string_view why : {"child_14_17", "ward", "under_14", "adult", "lease_member"}) {
    service_.me_view.dependants.push_back({"990101300001", "Дәулет", domain::RelationKind::parent,
                                           15, why != "under_14" && why != "adult",
                                           std::string(why)});
  }
  service_.resident_views.resize(1);
  service_.message_views.resize(1);
  service_.message_views[0].kind = "rejected";
  service_.message_views[0].id = "x";
  const std::string answers =
      "who=991301300003&rka=0201300118400729&kind=temporary&day=1&month=6&year=2027&reason=work&"
      "data_consent=1&answer=grant&code=123456&iin=991301300003&go=on&from=check";
  for (const http::Route& route : routes_) {
    if (route.pattern.starts_with("/assets/")) continue;
    for (const bool signed_in : {true, false}) {
      if (!signed_in && route.guard == Guard::cookie) continue;
      http::Request made = request(route.pattern, signed_in);
      made.parameters = {"x", "y"};
      if (route.at_kiosk != http::AtKiosk::no) made.kiosk = flow::Kiosk{"k1", "c1"};
      if (route.method == Method::get) {
        EXPECT_LT(call(made, route.pattern).status, 500) << route.pattern;
        continue;
      }
      for (const std::string& body : {answers, std::string("from=x")}) {
        made = request(route.pattern, signed_in);
        made.parameters = {"x", "y"};
        if (route.at_kiosk != http::AtKiosk::no) made.kiosk = flow::Kiosk{"k1", "c1"};
        made.method = route.method;
        made.body = body + "&cms=MIIB&csrf=";
        const http::Csrf::Token token = context_.csrf->token(made);
        made.body += http::percent_encode(token.value);
        if (token.set_cookie) {
          made.headers.emplace_back("cookie",
                                    token.set_cookie->substr(0, token.set_cookie->find(';')));
        }
        EXPECT_LT(call(made, route.pattern).status, 500) << route.pattern;
      }
    }
  }
}

TEST_F(Portal, EveryDoorLeadsThroughTheSameHandlerAndStaysItself) {
  for (const Channel channel : kChannels) {
    const std::string door(prefix(channel));
    auto page = request(door + "/profile");
    const Response shown = call(page, door + "/profile");
    EXPECT_EQ(shown.status, 200);
    EXPECT_NE(shown.body.find("href=\"" + door + "/history\""), std::string::npos) << door;
    EXPECT_NE(shown.body.find("href=\"" + door + "/profile?lang=ru\""), std::string::npos) << door;
    EXPECT_NE(shown.body.find("href=\"/assets/mekenjai-"), std::string::npos) << door;

    auto language = request(door + "/profile?lang=ru");
    EXPECT_EQ(header(call(language, door + "/profile"), "Location"), door + "/profile");
    auto start = request(door + "/apply?new=1");
    EXPECT_EQ(header(call(start, door + "/apply"), "Location"), door + "/apply/who");
  }
}

TEST_F(Portal, ADoorIsAFolder) {
  auto doorstep = request("/m?lang=kk", false);
  EXPECT_EQ(header(call(doorstep, "/m"), "Location"), "/m/?lang=kk");
  auto home = request("/m/?lang=kk", false);
  EXPECT_EQ(header(call(home, "/m/"), "Location"), "/m/");
}

TEST_F(Portal, LinksToOtherLanguagesStayOnOurSite) {
  for (const std::string_view evil :
       {"//evil.example/", "/\\evil.example/", "http://evil.example/profile"}) {
    auto page = request("/profile");
    page.target = evil;
    const Response shown = call(page, "/profile");
    EXPECT_NE(shown.body.find("href=\"/?lang=ru\""), std::string::npos) << evil;
    EXPECT_EQ(shown.body.find("evil.example"), std::string::npos) << evil;
  }
  auto encoded = request("/profile?%6Cang=ru&x=1");
  EXPECT_EQ(header(call(encoded, "/profile"), "Location"), "/profile?x=1")
      << "and not to itself for ever";
}

TEST_F(Portal, WhatPagesAskForByThemselvesIsNoUseOfTheSession) {
  std::size_t watched = 0;
  for (const http::Route& route : routes_) {
    if (!route.pattern.ends_with("/state")) continue;
    EXPECT_TRUE(route.watched) << route.pattern;
    ++watched;
  }
  EXPECT_GE(watched, 4 * kChannels.size());
}

}  // namespace
}  // namespace mekenjai::pages
