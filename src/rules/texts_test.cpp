// Every row in three languages, and what the applicant may not read out of a text.
#include "rules/texts.hpp"

#include <set>

#include "rules/matchers.hpp"

namespace mekenjai::rules::story {
namespace {

using i18n::Catalog;
using i18n::kLanguages;
using i18n::Language;

const Catalog& catalog() { return Catalog::built_in(); }

std::set<std::string> names_in(std::string_view text) {
  std::set<std::string> names;
  for (std::size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    names.emplace(text.substr(open, text.find('}', open) - open + 1));
  }
  return names;
}

void expect_in_all_languages(const std::string& key) {
  for (const Language language : kLanguages) {
    EXPECT_TRUE(catalog().has(language, key)) << i18n::tag(language) << ' ' << key;
    const std::string_view text = catalog().text(language, key);
    EXPECT_FALSE(text.empty()) << i18n::tag(language) << ' ' << key;
    EXPECT_EQ(names_in(text), names_in(catalog().text(Language::ru, key)))
        << i18n::tag(language) << ' ' << key;
  }
}

TEST(Texts, SpeakOfEveryRowWarningForecastRegisterAndOutcome) {
  for (std::size_t i = 0; i < kRows; ++i) {
    for (const char* part : {"title", "text", "next"}) {
      expect_in_all_languages(fmt::format("rule.{}.{}", word(static_cast<Row>(i)), part));
    }
  }
  for (const char* part : {"title", "text", "next"}) {
    expect_in_all_languages(fmt::format("rule.D1-D3.{}", part));
    for (const char* code : {"needs_consent", "needs_centre", "cannot", "register_unavailable"}) {
      expect_in_all_languages(fmt::format("forecast.{}.{}", code, part));
    }
  }
  for (std::size_t i = 0; i < kWarnings; ++i) {
    expect_in_all_languages(fmt::format("warning.{}", word(static_cast<Warning>(i))));
  }
  for (const Register which : kRegisters) {
    expect_in_all_languages(fmt::format("register.{}", word(which)));
  }
  for (int i = 0; i <= static_cast<int>(Outcome::retry); ++i) {
    expect_in_all_languages(fmt::format("outcome.{}", word(static_cast<Outcome>(i))));
  }
  for (int i = 0; i <= static_cast<int>(Asked::registrant); ++i) {
    expect_in_all_languages(fmt::format("asked.{}", word(static_cast<Asked>(i))));
  }
}

TEST(Texts, NameEveryActThatAnEditionCites) {
  for (const policy::Policy& edition : policy::Editions::built_in().all()) {
    for (std::size_t i = 0; i < kRows; ++i) {
      EXPECT_FALSE(edition.basis_of(word(static_cast<Row>(i))).empty())
          << edition.version << ' ' << word(static_cast<Row>(i));
    }
    for (const auto& [row, acts] : edition.basis) {
      EXPECT_TRUE(from_word<Row>(row) || row == "A2") << row;
      for (const policy::Basis& basis : acts) {
        expect_in_all_languages("act." + basis.act);
        if (basis.article.empty()) continue;
        for (const Language language : kLanguages) {
          // In words of the language: the policy's own "annex 2" only in English.
          EXPECT_EQ(cite(basis, language, catalog()).article == basis.article,
                    language == Language::en)
              << i18n::tag(language) << ' ' << basis.article;
        }
      }
    }
  }
}

/// Every text as it is read has all its names filled in, and keeps the voice of the service.
TEST(Texts, AreWholeSentencesWithoutHolesAndWithoutShouting) {
  for (std::size_t i = 0; i < kRows; ++i) {
    Decision decision;
    decision.row = static_cast<Row>(i);
    if (decision.row == Row::X) decision.unavailable = Register::rights;
    for (const Outcome outcome : {Outcome::reject, Outcome::register_, Outcome::wait}) {
      decision.outcome = outcome;
      for (int flags = 0; flags < 64; ++flags) {
        TextDetails details;
        details.registrant_is_applicant = (flags & 1) != 0;
        details.applicant_is_owner = (flags & 2) != 0;
        details.asked_tenant = (flags & 4) != 0;
        details.after_consent = (flags & 8) != 0;
        if ((flags & 16) != 0) details.own_application_number = "261500000007";
        for (const Language language : kLanguages) {
          const DecisionText words =
              describe(decision, (flags & 32) != 0, language, catalog(), policy(), details);
          for (const std::string& text : {words.title, words.text, words.next}) {
            EXPECT_EQ(text.find('{'), std::string::npos) << text;
            EXPECT_EQ(text.find('!'), std::string::npos) << text;
            EXPECT_FALSE(text.starts_with("rule.")) << text;
          }
          EXPECT_FALSE(words.title.ends_with('.')) << words.title;
          EXPECT_TRUE(words.text.ends_with('.')) << words.text;
          EXPECT_TRUE(words.next.ends_with('.')) << words.next;
          EXPECT_FALSE(words.basis.empty());
        }
      }
    }
  }
}

TEST(Texts, AvoidWordsThatLookMdForbids) {
  for (const std::string_view key : catalog().keys(Language::ru)) {
    if (!key.starts_with("rule.") && !key.starts_with("forecast.")) continue;
    for (const char* word : {"успешно", "ожалуйста", " Вы ", " Вас ", " Ваш"}) {
      EXPECT_EQ(catalog().text(Language::ru, key).find(word), std::string_view::npos) << key;
    }
    EXPECT_EQ(catalog().text(Language::kk, key).find("сәтті"), std::string_view::npos) << key;
  }
}

TEST(Texts, TheApplicantCannotTellD1D2D3AndD11Apart) {
  for (const Language language : kLanguages) {
    std::vector<DecisionText> seen, staff;
    for (const Row row : {Row::D1, Row::D2, Row::D3, Row::D11}) {
      Decision decision{Outcome::psc, Code::owner_needs_psc, row};
      seen.push_back(describe(decision, true, language, catalog(), policy()));
      staff.push_back(describe(decision, false, language, catalog(), policy()));
    }
    for (std::size_t i = 1; i < seen.size(); ++i) {
      EXPECT_EQ(seen[i].title, seen[0].title);
      EXPECT_EQ(seen[i].text, seen[0].text);
      EXPECT_EQ(seen[i].next, seen[0].next);
      EXPECT_EQ(seen[i].basis, seen[0].basis);
      EXPECT_NE(staff[i].text, staff[0].text);
    }
  }
}

TEST(Texts, AReportedFraudReadsAsARefusalToTheApplicant) {
  const Decision fraud{Outcome::reject, Code::fraud_reported, Row::G8};
  const Decision refused{Outcome::reject, Code::owner_refused, Row::G2};
  for (const Language language : kLanguages) {
    const DecisionText told = describe(fraud, true, language, catalog(), policy());
    const DecisionText plain = describe(refused, true, language, catalog(), policy());
    EXPECT_EQ(told.title, plain.title);
    EXPECT_EQ(told.text, plain.text);
    EXPECT_EQ(told.next, plain.next);
    EXPECT_EQ(told.basis, plain.basis);
    EXPECT_NE(describe(fraud, false, language, catalog(), policy()).text, plain.text);
  }
}

TEST(Texts, RowXNamesTheRegister) {
  Decision decision;
  decision.unavailable = Register::rights;
  EXPECT_EQ(describe(decision, true, Language::ru, catalog(), policy()).text,
            "Реестр недвижимости не отвечает. Заявление в очереди, час ещё не пошёл.");
  EXPECT_EQ(describe(decision, true, Language::kk, catalog(), policy()).title,
            "Жылжымайтын мүлік тізілімі жауап бермей тұр");
}

TEST(Texts, A10NamesTheNumberOnlyToItsOwnApplicant) {
  Facts facts = plain();
  facts.registrants[0].open_application_number = "261500000007";
  const Decision decision = decide(facts);
  const auto text = [&] {
    return describe(decision, true, Language::en, catalog(), policy(), details_of(decision, facts))
        .text;
  };
  EXPECT_EQ(text().find("261500000007"), std::string::npos);
  facts.registrants[0].open_application_is_applicants_own = true;
  EXPECT_NE(text().find("261500000007"), std::string::npos);
}

TEST(Texts, CountsAreForOwnersAndStaff) {
  Decision decision{Outcome::reject, Code::norm_exceeded, Row::F5};
  decision.residents_after = 7;
  decision.norm_limit = 4;
  const auto text = [&](bool for_applicant, bool owner) {
    TextDetails details;
    details.applicant_is_owner = owner;
    return describe(decision, for_applicant, Language::ru, catalog(), policy(), details).text;
  };
  EXPECT_EQ(text(true, false).find('7'), std::string::npos);
  EXPECT_NE(text(true, true).find('7'), std::string::npos);
  EXPECT_NE(text(false, false).find('4'), std::string::npos);
}

TEST(Texts, SpeakOfWaitingOnlyWhileItIsWaitedFor) {
  Decision decision{Outcome::wait, Code::co_owners, Row::D5};
  EXPECT_EQ(describe(decision, true, Language::ru, catalog(), policy()).title,
            "Нужно согласие других собственников");
  decision.outcome = Outcome::register_;
  EXPECT_EQ(describe(decision, true, Language::ru, catalog(), policy()).title,
            "Другие собственники согласились");
  decision = {Outcome::wait, Code::tenant, Row::E1};
  EXPECT_EQ(describe(decision, true, Language::ru, catalog(), policy()).title,
            "Нужно подтверждение того, кого регистрируют");
}

TEST(Texts, OfAForecast) {
  const DecisionText stranger = describe(forecast(plain()), Language::ru, catalog(), policy());
  EXPECT_EQ(stranger.title, "Понадобится согласие");
  EXPECT_TRUE(stranger.basis.empty());
  // Nothing is in a queue before it is signed.
  const DecisionText silent_one =
      describe(forecast(silence(plain(), Register::persons)), Language::ru, catalog(), policy());
  EXPECT_EQ(silent_one.text.find("Заявление в очереди"), std::string::npos);
  const DecisionText own = describe(forecast(own_home()), Language::kk, catalog(), policy());
  EXPECT_EQ(own.title, "Сіз жалғыз меншік иесісіз");
}

TEST(Texts, PlacesInActs) {
  EXPECT_EQ(cite({"civil_code", "art. 16"}, Language::kk, catalog()).article, "16-бап");
  EXPECT_EQ(cite({"law_housing", "arts. 23-24"}, Language::kk, catalog()).article, "23-24-баптар");
  EXPECT_EQ(cite({"law_state_services", "art. 19-1"}, Language::kk, catalog()).article, "19-1-бап");
  EXPECT_EQ(cite({"order_267", "annex 2"}, Language::ru, catalog()).article, "приложение 2");
  EXPECT_EQ(cite({"joint_order_500_801", "cl. 3"}, Language::ru, catalog()).article, "п. 3");
  EXPECT_EQ(cite({"order_677", ""}, Language::ru, catalog()).article, "");
}

}  // namespace
}  // namespace mekenjai::rules::story
