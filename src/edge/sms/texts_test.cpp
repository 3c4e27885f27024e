#include "edge/sms/texts.hpp"

#include <cctype>
#include <set>

#include <gmock/gmock.h>

#include "base/bytes.hpp"
#include "edge/sms/text.hpp"

namespace mekenjai::edge::sms {
namespace {

using i18n::Language;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const Place kAbai{"Астана қ.", "Абай даңғылы", "10", "25"};
const base::Date kUntil{std::chrono::year{2027}, std::chrono::month{9}, std::chrono::day{30}};
const base::Instant kDeadline = *base::parse_rfc3339("2026-11-24T15:04:00+05:00");
const std::string kReference = "ABC234";
const std::string kNumber = "261334567897";
constexpr std::string_view kCode = "483920";

ConsentRequest request(std::optional<base::Date> until = std::nullopt) {
  return ConsentRequest{"Айгерім С.", 0, kAbai, until, kDeadline, kReference};
}

// Groups of exactly six digits with no digit beside them.
std::size_t isolated_six(std::string_view text) {
  std::size_t found = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    found += end - at == 6 ? 1 : 0;
    at = std::max(end, at + 1);
  }
  return found;
}

struct Composed {
  std::string name;
  std::string text;
  bool is_code = false;
};

std::vector<Composed> everything(Script script, Language l) {
  const Texts t(script);
  const std::vector<std::string> names{"Айгерім С.", "Дана С.", "Әли С."};
  std::vector<Composed> all{
      {"sign in", t.code(l, SignIn{}, kCode), true},
      {"sign application", t.code(l, SignApplication{kNumber}, kCode), true},
      {"answer", t.code(l, AnswerConsent{kReference, {}}, kCode), true},
      {"request permanent", t.consent_request(l, request())},
      {"request temporary", t.consent_request(l, request(kUntil))},
      {"void", t.consent_void(l, kReference)},
      {"expired", t.consent_expired(l, kReference)},
      {"help none", t.help(l, {})},
      {"help one", t.help(l, {kReference})},
      {"help many", t.help(l, {kReference, "DEF567"})},
      {"eds", t.use_eds(l)},
      {"signature refused", t.signature_refused(l, kNumber)},
      {"answer unproven", t.answer_unproven(l, "AB2CDE")},
      {"which", t.which_reference(l, {kReference, "DEF567"})},
      {"withdrawn", t.withdrawn_owner_notice(l, kReference)},
      {"registered permanent", t.registered(l, kAbai, {})},
      {"registered temporary", t.registered(l, kAbai, kUntil)},
      {"owner permanent", t.owner_notice_registered(l, names, kAbai, {})},
      {"owner temporary", t.owner_notice_registered(l, names, kAbai, kUntil)},
      {"rejected", t.rejected(l, kNumber, "Отказ: вас нет в договоре найма")},
      {"psc", t.sent_to_psc(l, kNumber)},
      {"register down", t.register_down_long(l, kNumber)},
      {"ends soon", t.temporary_ends_soon(l, kAbai, kUntil)},
      {"ended", t.temporary_ended(l, kAbai)},
      {"children", t.children_ask(l, {})},
      {"children named", t.children_ask(l, names)},
  };
  for (const auto answer : {Reply::Answer::grant, Reply::Answer::refuse, Reply::Answer::fraud}) {
    all.push_back({"taken", t.consent_taken(l, answer, kReference)});
    all.push_back({"answer named", t.code(l, AnswerConsent{kReference, answer}, kCode), true});
  }
  return all;
}

TEST(Texts, EveryTextIsThereFilledAndHidesNoCode) {
  for (const Script script : {Script::latin, Script::cyrillic}) {
    for (const Language language : i18n::kLanguages) {
      for (const Composed& c : everything(script, language)) {
        EXPECT_THAT(c.text, Not(HasSubstr("{"))) << c.name;
        EXPECT_THAT(c.text, Not(HasSubstr("sms."))) << c.name;
        EXPECT_THAT(c.text, Not(HasSubstr("!"))) << c.name;
        EXPECT_THAT(c.text, Not(HasSubstr(".."))) << c.name;
        EXPECT_TRUE(base::is_utf8(c.text));
        EXPECT_EQ(isolated_six(c.text), c.is_code ? 1U : 0U) << c.text;
        EXPECT_EQ(c.text.find(kCode) != std::string::npos, c.is_code) << c.text;
        const std::size_t parts = count_parts(c.text);
        EXPECT_LE(parts, script == Script::latin || language == Language::en ? 2U : 3U) << c.text;
      }
    }
  }
}

TEST(Texts, LatinFitsTheAlphabetOfTheOldestPhone) {
  for (const Language language : i18n::kLanguages) {
    for (const Composed& c : everything(Script::latin, language)) {
      EXPECT_EQ(encode(c.text).coding, Coding::gsm7) << c.text;
      EXPECT_THAT(c.text, Not(HasSubstr("?  "))) << c.text;
    }
  }
}

TEST(Texts, CatalogueKeysAreTheSameInAllLanguages) {
  std::set<std::string> keys[i18n::kLanguages.size()];
  for (const Language language : i18n::kLanguages) {
    for (const std::string_view key : i18n::Catalog::built_in().keys(language)) {
      if (key.starts_with("sms.")) keys[static_cast<std::size_t>(language)].emplace(key);
    }
  }
  EXPECT_FALSE(keys[0].empty());
  for (const std::set<std::string>& one : keys) EXPECT_EQ(keys[0], one);
}

TEST(Texts, AConsentRequestAsTheOwnerReadsIt) {
  const Texts latin(Script::latin);
  EXPECT_EQ(latin.consent_request(Language::kk, request()),
            "Aigerim S. myna mekenjaiga turaqty tirkeludi suraidy: Astana q., Abai dangyly, 10 ui, "
            "25 pater. 15:04-ke deiin osy SMS-ke jauap beriniz: R 1 ABC234 - kelisemin, R 2 ABC234 "
            "- qarsymyn, R 3 ABC234 - budan habarym joq. Jauap bermeseniz, bul \"joq\" degen soz.");
  const Texts cyrillic(Script::cyrillic);
  EXPECT_EQ(cyrillic.consent_request(Language::ru, request(kUntil)),
            "Айгерім С., Абай 10-25\nВрем. регистрация до 30.09.27\nR 1 ABC234 да\nR 2 ABC234 нет\n"
            "R 3 ABC234 не в курсе\nМолчание до 15:04 – нет");
  EXPECT_EQ(latin.consent_request(Language::en, request(kUntil)),
            "Aigerim S. asks for temporary registration until 30 Sep 2027 at Astana q., Abai "
            "dangyly, house 10, apt. 25. Reply to this SMS by 15:04: R 1 ABC234 - I agree, R 2 "
            "ABC234 - I refuse, R 3 ABC234 - I know nothing of this. No reply means no.");
}

TEST(Texts, AConsentRequestSaysAllOfIt) {
  for (const Script script : {Script::latin, Script::cyrillic}) {
    for (const Language language : i18n::kLanguages) {
      for (const std::optional<base::Date> until :
           {std::optional<base::Date>(), std::optional(kUntil)}) {
        ConsentRequest asked = request(until);
        asked.others = 2;
        const std::string text = Texts(script).consent_request(language, asked);
        EXPECT_LE(count_parts(text), 2U) << text;
        for (const std::string_view said :
             {"R 1 ABC234", "R 2 ABC234", "R 3 ABC234", "15:04", "+2", "10", "25"}) {
          EXPECT_THAT(text, HasSubstr(std::string(said)));
        }
        if (until) {
          EXPECT_TRUE(text.find("2027") != std::string::npos ||
                      text.find(".27") != std::string::npos);
        }
      }
    }
  }
}

TEST(Texts, TheLongestConsentRequestsAreTwoParts) {
  const std::vector<std::string> names{"Ниязмұхамбет Ә.", "Гүлбаршынайсұлтан Щ.",
                                       "Шыңғысханмұхаммедәли", "Ө.",
                                       "Мария-Антуанетта Елизавета Щ."};
  const std::vector<Place> places{
      {"Солтүстік Қазақстан облысы, Шалқар ауылы",
       "Қазақстан Республикасының Тәуелсіздігіне он жыл көшесі", "110/2", "1250"},
      {"Өскемен қ.", "Академик Александр Скрябин көшесі", "7", ""},
      {"Шу", "", "15", ""},
      {"", "", "", ""},
      {"Щучинск", std::string("Ұзын") + std::string(400, 'x') + " даңғылы", std::string(60, '9'),
       std::string(60, '8')},
  };
  for (const Script script : {Script::latin, Script::cyrillic}) {
    for (const Language language : i18n::kLanguages) {
      for (const std::string& who : names) {
        for (const Place& place : places) {
          for (const int others : {0, 9}) {
            for (const std::optional<base::Date> until :
                 {std::optional<base::Date>(), std::optional(kUntil)}) {
              const std::string text = Texts(script).consent_request(
                  language, ConsentRequest{who, others, place, until, kDeadline, "WWXKM2"});
              EXPECT_LE(count_parts(text), 2U) << text;
              EXPECT_THAT(text, HasSubstr("R 1 WWXKM2"));
              EXPECT_THAT(text, HasSubstr("R 3 WWXKM2"));
              EXPECT_THAT(text, HasSubstr("15:04"));
              if (place.flat.size() < 10) {
                EXPECT_THAT(text, HasSubstr(place.house)) << text;
              }
              if (place.flat.size() < 10) {
                EXPECT_THAT(text, HasSubstr(place.flat)) << text;
              }
            }
          }
        }
      }
    }
  }
}

TEST(Texts, KazakhEndingsFollowTheLastWordOfTheTime) {
  const auto ending = [](std::string_view at) {
    ConsentRequest asked = request();
    asked.deadline = *base::parse_rfc3339(fmt::format("2026-11-24T{}:00+05:00", at));
    const std::string text = Texts(Script::cyrillic).consent_request(Language::kk, asked);
    const std::size_t found = text.find(at);
    return text.substr(found, text.find(' ', found) - found);
  };
  EXPECT_EQ(ending("15:04"), "15:04-ке");
  EXPECT_EQ(ending("15:00"), "15:00-ге");
  EXPECT_EQ(ending("15:06"), "15:06-ға");
  EXPECT_EQ(ending("15:10"), "15:10-ға");
  EXPECT_EQ(ending("15:40"), "15:40-қа");
  EXPECT_EQ(ending("15:50"), "15:50-ге");
  EXPECT_EQ(ending("15:53"), "15:53-ке");
}

TEST(Texts, ACodeNamesWhatItIsFor) {
  const Texts texts(Script::latin);
  EXPECT_EQ(texts.code(Language::kk, SignIn{}, kCode),
            "Mekenjai: kiru kody 483920. Ony eshkimge aitpanyz.");
  EXPECT_THAT(texts.code(Language::ru, SignApplication{kNumber}, kCode), HasSubstr(kNumber));
  const std::string answer =
      texts.code(Language::en, AnswerConsent{kReference, Reply::Answer::refuse}, kCode);
  EXPECT_EQ(answer,
            "Mekenjai: code 483920 confirms your answer \"I refuse\" to request ABC234. Never tell "
            "it to anyone.");
  for (const Language language : i18n::kLanguages) {
    EXPECT_EQ(count_parts(texts.code(language, SignIn{}, kCode)), 1U);
    EXPECT_EQ(count_parts(Texts(Script::cyrillic).code(language, SignIn{}, kCode)), 1U);
  }
}

TEST(Texts, KazakhInLatinLettersGoesOutAsGsmHasIt) {
  for (const Script script : {Script::latin, Script::cyrillic}) {
    const Texts texts(script);
    EXPECT_EQ(texts.code(Language::kk_latn, SignIn{}, kCode),
              "Mekenjai: kiru kody 483920. Ony eshkimge aitpanyz.");
    for (const Composed& c : everything(script, Language::kk_latn)) {
      EXPECT_EQ(encode(c.text).coding, Coding::gsm7) << c.text;
    }
  }
}

TEST(Texts, ScriptsAreNamedInTheConfiguration) {
  EXPECT_EQ(parse_script("latin"), Script::latin);
  EXPECT_EQ(parse_script("cyrillic"), Script::cyrillic);
  EXPECT_EQ(parse_script("arabic"), std::nullopt);
}

}  // namespace
}  // namespace mekenjai::edge::sms
