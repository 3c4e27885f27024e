// An application and everything a person can be shown of it. Plain values; texts are made by whoever shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "domain/ids.hpp"
#include "domain/registers.hpp"

namespace mekenjai::domain {

enum class Status {
  draft, checking, waiting_for_consent, retrying, on_hold, registered, rejected, sent_to_psc, withdrawn
};
std::string_view word(Status value);
std::optional<Status> parse_status(std::string_view word);
/// Nothing will change any more.
bool is_final(Status status);

enum class Reason {
  purchase, family, marriage, work, study, treatment, rent, service_housing, return_, other
};
std::string_view word(Reason value);
std::optional<Reason> parse_reason(std::string_view word);

enum class ConsentStatus { pending, granted, refused, expired, void_ };
std::string_view word(ConsentStatus value);

enum class Answer { grant, refuse, fraud };
std::string_view word(Answer value);
std::optional<Answer> parse_answer(std::string_view word);

/// 12 decimal digits whose third and fourth are above 12, the last by Luhn (contract, section 3).
std::string new_application_number();
bool is_application_number(std::string_view text);
/// UUIDv7 (RFC 9562) for the moment.
std::string new_id(base::Instant at);
bool is_id(std::string_view text);

}  // namespace mekenjai::domain
