#include "domain/application.hpp"

#include <mutex>

#include "base/bytes.hpp"
#include "base/words.hpp"

namespace mekenjai::domain {
namespace {

constexpr std::string_view kStatuses[] = {"draft",      "checking", "waiting_for_consent", "retrying", "on_hold",
                                          "registered", "rejected", "sent_to_psc",         "withdrawn"};
constexpr std::string_view kReasons[] = {"purchase", "family", "marriage",        "work",   "study",
                                         "treatment", "rent",  "service_housing", "return", "other"};
constexpr std::string_view kConsents[] = {"pending", "granted", "refused", "expired", "void"};
constexpr std::string_view kAnswers[] = {"grant", "refuse", "fraud"};

/// The Luhn check digit for decimal digits.
char luhn_digit(std::string_view digits) {
  int sum = 0;
  bool twice = true;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, twice = !twice) {
    int value = *digit - '0';
    if (twice) value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

}  // namespace

std::string_view word(Status value) { return kStatuses[static_cast<std::size_t>(value)]; }
std::optional<Status> parse_status(std::string_view word) { return base::value_in<Status>(kStatuses, word); }
bool is_final(Status status) { return status >= Status::registered; }

std::string_view word(Reason value) { return kReasons[static_cast<std::size_t>(value)]; }
std::optional<Reason> parse_reason(std::string_view word) { return base::value_in<Reason>(kReasons, word); }

std::string_view word(ConsentStatus value) { return kConsents[static_cast<std::size_t>(value)]; }

std::string_view word(Answer value) { return kAnswers[static_cast<std::size_t>(value)]; }
std::optional<Answer> parse_answer(std::string_view word) { return base::value_in<Answer>(kAnswers, word); }

std::string new_application_number() {
  // 87 values for the third and fourth digit, 13 to 99: no month, so never taken for an IIN.
  const std::string number = fmt::format("{:02}{:02}{:04}{:03}", base::random_below(100), 13 + base::random_below(87),
                                         base::random_below(10'000), base::random_below(1'000));
  return number + luhn_digit(number);
}

bool is_application_number(std::string_view text) {
  if (text.size() != 12) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return text.substr(2, 2) > "12" && text[11] == luhn_digit(text.substr(0, 11));
}

std::string new_id(base::Instant at) {
  // Ids of one millisecond are counted in the twelve bits behind it (RFC 9562, 6.2, method 1), so that lists sorted
  // by id show what came first.
  static std::mutex mutex;
  static std::uint64_t last_millis = 0;
  static std::uint32_t counter = 0;
  const std::string random = base::random_bytes(10);
  auto millis = static_cast<std::uint64_t>(at.time_since_epoch().count());
  std::uint32_t count = 0;
  {
    const std::lock_guard lock(mutex);
    if (millis == last_millis && counter < 0xFFF) {
      ++counter;
    } else {
      if (millis == last_millis) ++millis;  // the counter is full: the next millisecond is borrowed
      last_millis = millis;
      counter = static_cast<unsigned char>(random[0]);
    }
    count = counter;
  }
  std::array<std::uint8_t, 16> bytes{};
  for (int i = 0; i < 6; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  }
  for (std::size_t i = 0; i < 10; ++i) bytes[6 + i] = static_cast<std::uint8_t>(random[i]);
  bytes[6] = static_cast<std::uint8_t>(0x70 | count >> 8);  // version 7
  bytes[7] = static_cast<std::uint8_t>(count);
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3F));  // variant 10
  const std::string hex = base::to_hex(bytes.data(), bytes.size());
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

bool is_id(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

}  // namespace mekenjai::domain
