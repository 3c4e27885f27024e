// The words of every SMS, from the catalogues' `sms.*` keys. No text but a code's holds an
// isolated group of six digits (contract, section 3); references hold a letter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "edge/sms/reply.hpp"
#include "i18n/catalog.hpp"

namespace mekenjai::edge::sms {

/// `[sms] script`: Latin is transliterated after composing and fits GSM 03.38.
enum class Script { latin, cyrillic };
/// "latin", "cyrillic".
std::optional<Script> parse_script(std::string_view word);

/// An address in the receiver's language, as the register has it; parts may be empty.
struct Place {
  std::string locality;  // "Астана қ."
  std::string street;    // "Абай даңғылы"
  std::string house;
  std::string flat;
};

/// What a one-time code is for; the SMS names it.
struct SignIn {};
struct SignApplication {
  std::string number;  // 12 digits
};
struct AnswerConsent {
  std::string reference;
  std::optional<Reply::Answer> answer;  // named where it is known already
};
using CodePurpose = std::variant<SignIn, SignApplication, AnswerConsent>;

struct ConsentRequest {
  std::string who;  // masked: "Айгерім С." (base::mask_name)
  int others = 0;   // further registrants, shown as "+2"
  Place place;
  std::optional<base::Date> until;  // the last day; nothing = permanent
  base::Instant deadline;
  std::string reference;
};

/// Composes texts. Names are masked by the caller. Addresses are shortened, in this order, where
/// that saves a part beyond two: without the locality, with "10-25" for house and flat, without the
/// kind of street, and the street cut. Safe from any thread.
class Texts {
 public:
  using Language = i18n::Language;

  explicit Texts(Script script) : script_(script) {}

  /// Names the action, says to tell the code to nobody. The code is the only group of six digits.
  std::string code(Language language, const CodePurpose& purpose, std::string_view code) const;

  /// At most two parts, whatever the values and the script.
  std::string consent_request(Language language, const ConsentRequest& request) const;
  /// The request is closed, no answer is needed: refused by another, or decided otherwise.
  std::string consent_void(Language language, std::string_view reference) const;
  /// The answer came too late and changed nothing.
  std::string consent_expired(Language language, std::string_view reference) const;
  /// The answer counts.
  std::string consent_taken(Language language, Reply::Answer answer,
                            std::string_view reference) const;
  /// How to answer; `references` of the open requests, where there are any.
  std::string help(Language language, const std::vector<std::string>& references) const;
  /// The number is bound for less than 24 hours (row G9).
  std::string use_eds(Language language) const;
  /// A digital signature that could not be checked at once turned out to be no good.
  std::string signature_refused(Language language, std::string_view number) const;
  std::string answer_unproven(Language language, std::string_view reference) const;
  /// Several requests are open: name one.
  std::string which_reference(Language language, const std::vector<std::string>& references) const;
  /// The applicant withdrew (row G7).
  std::string withdrawn_owner_notice(Language language, std::string_view reference) const;

  /// To the person (rows H1, H2); `until` is the last day, nothing = permanent.
  std::string registered(Language language, const Place& place,
                         std::optional<base::Date> until) const;
  /// To every owner; `names` are masked and include the children who followed (row H3).
  std::string owner_notice_registered(Language language, const std::vector<std::string>& names,
                                      const Place& place, std::optional<base::Date> until) const;
  /// `reason` is one sentence, as the title of a decision is ("Отказ: вас нет в договоре найма").
  std::string rejected(Language language, std::string_view number, std::string_view reason) const;
  std::string sent_to_psc(Language language, std::string_view number) const;
  /// A register has not answered for three working days.
  std::string register_down_long(Language language, std::string_view number) const;
  /// Ten days before the end (row H2).
  std::string temporary_ends_soon(Language language, const Place& place, base::Date until) const;
  std::string temporary_ended(Language language, const Place& place) const;
  /// Children under 14 stay registered at the old address: where do they live? (Row H3.) The masked
  /// names may be missing.
  std::string children_ask(Language language, const std::vector<std::string>& names) const;

 private:
  std::string finished(Language language, std::string text) const;
  std::string composed(Language language, std::string_view key, const i18n::Values& values) const;
  std::string with_place(Language language, std::string_view key, const Place& place,
                         i18n::Values values) const;

  Script script_;
};

}  // namespace mekenjai::edge::sms
