#include "i18n/latin.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "i18n/catalog.hpp"

namespace mekenjai::i18n {
namespace {

struct Line {
  std::string_view cyrillic, latin;
};

void expect(std::initializer_list<Line> lines) {
  for (const Line& line : lines) EXPECT_EQ(to_latin(line.cyrillic), line.latin);
}

TEST(KazakhLatin, WritesTheDeclarationOfHumanRightsAsItWasPresented) {
  expect(
      {{"Барлық адамдар тумысынан азат және қадір-қасиеті мен құқықтары тең болып дүниеге келеді. "
        "Адамдарға ақыл-парасат, ар-ождан берілген, сондықтан олар бір-бірімен туыстық, "
        "бауырмалдық қарым-қатынас жасаулары тиіс.",
        "Barlyq adamdar tumysynan azat jäne qadır-qasietı men qūqyqtary teñ bolyp düniege keledı. "
        "Adamdarğa aqyl-parasat, ar-ojdan berılgen, sondyqtan olar bır-bırımen tuystyq, "
        "bauyrmaldyq qarym-qatynas jasaulary tiıs."}});
}

TEST(KazakhLatin, HasALetterForEachOfKazakh) {
  expect({{"аәбвгғдежзйикқлмнңоөпрстуұүфхһшыі", "aäbvgğdejziikqlmnñoöprstuūüfhhşyı"},
          {"АӘБВГҒДЕЖЗЙИКҚЛМНҢОӨПРСТУҰҮФХҺШЫІ", "AÄBVGĞDEJZİİKQLMNÑOÖPRSTUŪÜFHHŞYI"}});
}

TEST(KazakhLatin, DotsTheIOfИAndNotTheOneOfІ) {
  expect({{"Иса мен Інжу", "İsa men Inju"},
          {"ИІ", "İI"},
          {"тиісті", "tiıstı"},
          {"үйіңіз", "üiıñız"},
          {"Йод", "İod"}});
}

TEST(KazakhLatin, SpellsLoanwordsByRule) {
  expect({{"редакция", "redaksia"},
          {"цифрлық", "sifrlyq"},
          {"сценарий", "senari"},
          {"электрондық", "elektrondyq"},
          {"экран", "ekran"},
          {"учаске", "utşaske"},
          {"компьютер", "kompiuter"},
          {"мобильді", "mobildı"},
          {"профиль", "profil"},
          {"объект", "obekt"},
          {"актёр", "aktör"},
          {"борщ", "borş"},
          {"қоюға", "qoiuğa"},
          {"аяқталды", "aiaqtaldy"},
          {"сияқты", "siaqty"},
          {"баяу", "baiau"},
          {"қоятын", "qoiatyn"},
          {"бұйрық", "būiryq"}});
}

TEST(KazakhLatin, KeepsCapitalsInTheirPlaces) {
  expect({{"Яна Юсупова", "İana İusupova"},
          {"ЯНА ЮСУПОВА", "İANA İUSUPOVA"},
          {"Я. Юсупова", "İa. İusupova"},
          {"Мария, МАРИЯ", "Maria, MARİA"},
          {"Чапаев, ЧАПАЕВ, МЧ", "Tşapaev, TŞAPAEV, MTŞ"},
          {"ЖСН, ХҚКО, ЭЦҚ", "JSN, HQKO, ESQ"},
          {"ЖСН-ді", "JSN-dı"}});
}

TEST(KazakhLatin, WritesNamesOfPeopleAndPlaces) {
  expect({{"Айгерім Серікбаева", "Aigerım Serıkbaeva"},
          {"Әлия Нұрланқызы", "Älia Nūrlanqyzy"},
          {"Дмитрий Игорьевич", "Dmitri İgorevitş"},
          {"Наталья Щербакова", "Natalia Şerbakova"},
          {"Сергій Їжак, Алесь Ўладзіч", "Sergıi İjak, Ales Uladzıtş"},
          {"Қабанбай батыр даңғылы, 60А, 12-пәтер", "Qabanbai batyr dañğyly, 60A, 12-päter"},
          {"Шымкент қ., Өскемен, Ақтөбе", "Şymkent q., Öskemen, Aqtöbe"}});
}

TEST(KazakhLatin, KnowsWordsThatTheRuleWouldMiss) {
  expect({{"Пароль, құпиясөз", "Paröl, qūpiasöz"},
          {"паролі", "parölı"},
          {"ПАРОЛЬ", "PARÖL"},
          {"SMS-пароль", "SMS-paröl"},
          {"Тұщы су, ащы", "Tūşşy su, aşşy"},
          {"Республика бульвары", "Respublika bülvary"},
          {"парод", "parod"}});
}

TEST(KazakhLatin, LeavesAllElseAlone) {
  for (const std::string_view text :
       {"", "eGov Mobile, NCALayer, SMS", "{name} **bold** <a href=\"/x?q=1&amp;b\">",
        "15:04 · 500/", "№ 5 ₸ «—» 𝄞", "Qazaqşa: ä ğ ı İ ñ ö ş ū ü", "\xD0", "a\xD0(",
        "\xFF\xD0"}) {
    EXPECT_EQ(to_latin(text), text);
  }
  expect({{"{time_to} дейін **жауап** беріңіз", "{time_to} deiın **jauap** berıñız"},
          {"№ 500/НҚ", "№ 500/NQ"},
          {"15:04-ке", "15:04-ke"},
          {"eGov Mobile-де", "eGov Mobile-de"},
          {"&lt;үй&gt;", "&lt;üi&gt;"}});
}

TEST(KazakhLatin, LeavesNoCyrillicLetterAndLosesNothingElse) {
  const auto pieces = rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
      rc::gen::elementOf(std::vector<std::string>{
          "а", "Ә", "ғ", "И", "й", "Й", "і", "І",      "ң",   "Ұ",        "ү",  "һ",
          "Ц", "ц", "с", "ч", "Ч", "щ", "ъ", "Ь",      "э",   "Ё",        "ё",  "Ю",
          "ю", "Я", "я", "ї", "Ґ", "ў", "җ", "пароль", "АЩЫ", "бульвары", "ия", "ИЯ"}),
      rc::gen::elementOf(std::vector<std::string>{"{name}", "**", "5", " ", "-", "SMS", "ä", "İ",
                                                  "№", "<", "&amp;"})));
  EXPECT_TRUE(rc::check([&] {
    std::string text, others;
    for (const std::string& piece : *pieces) {
      text += piece;
      if (!has_cyrillic(piece)) others += piece;
    }
    const std::string latin = to_latin(text);
    RC_ASSERT(!has_cyrillic(latin));
    RC_ASSERT(to_latin(latin) == latin);
    // What is not Cyrillic stands there unchanged and in its order.
    std::size_t at = 0;
    for (const char c : others) {
      at = latin.find(c, at);
      RC_ASSERT(at != std::string::npos);
      ++at;
    }
  }));
}

TEST(KazakhLatin, HasACatalogueMadeFromKazakh) {
  const Catalog& catalog = Catalog::built_in();
  EXPECT_EQ(catalog.text(Language::kk_latn, "service.name"), "Mekenjai");
  EXPECT_EQ(catalog.text(Language::kk_latn, "page.lang.kk"), "Қаз") << "an exception";
  EXPECT_EQ(catalog.format(Language::kk_latn, "page.plate.flat", {{"n", "12Б"}}), "12B-päter");
  for (const std::string_view key : catalog.keys(Language::kk_latn)) {
    if (key.starts_with("page.lang")) continue;
    EXPECT_FALSE(has_cyrillic(catalog.text(Language::kk_latn, key))) << key;
  }
}

}  // namespace
}  // namespace mekenjai::i18n
