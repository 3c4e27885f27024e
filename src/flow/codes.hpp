// One-time codes (contract, section 3): six digits, five minutes, one purpose, three tries.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "flow/ledger.hpp"

namespace mekenjai::flow {

struct Nothing {};

/// `second_factor` follows a verified digital signature: only who holds the key gets so far, so its limits are counted apart.
/// Strangers with an IIN and wrong codes neither close it nor switch it off.
enum class Purpose : int { sign_in, sign_application, answer_consent, second_factor };

class Codes {
 public:
  static constexpr int kTries = 3;
  static constexpr std::chrono::minutes kLife{5};
  static constexpr std::chrono::minutes kBlock{15};
  static constexpr int kWrongADay = 10;
  static constexpr int kCodesAnHour = 20;

  /// `secret`: the key of the codes' MACs, kept with the data.
  Codes(store::sqlite::Database& database, std::string secret);

  struct Request {
    Iin iin;
    Purpose purpose = Purpose::sign_in;
    std::string target;   // application or consent
    std::string bound;    // what the code stands for: the digest of the document
    std::string phone;    // empty: nobody gets it, all else is the same
    std::string source;   // the client's address
    std::function<std::string(const std::string& code)> text;
  };
  /// Makes a challenge and queues its SMS. Problems: blocked, too_many_codes (429).
  base::Result<std::string> issue(Ledger& ledger, const Request& request);

  /// Ten wrong codes today: by code nobody gets in until tomorrow (EDS stays open).
  /// Whose sign-in a challenge is.
  std::optional<Iin> whose(const std::string& challenge);
  /// Checks a sign-in code; whose it was. A wrong one is remembered even though this fails: the command that
  /// calls must be committed. Problems: not_found (404), code_expired, wrong_code (422), blocked (429).
  base::Result<Iin> check_challenge(Ledger& ledger, const std::string& challenge, const std::string& code,
                                    const std::string& source);
  /// The same for the newest code that was sent to the person for the target.
  base::Result<Nothing> check(Ledger& ledger, const Iin& iin, Purpose purpose, const std::string& target,
                              const std::string& bound, const std::string& code, const std::string& source);

 private:
  struct Challenge;
  std::optional<base::Problem> blocked(const Iin& iin, Purpose purpose, const std::string& source, Instant now);
  base::Result<Nothing> judge(Ledger& ledger, const Challenge& challenge, const std::string& bound,
                              const std::string& code, const std::string& source);
  std::string mac(const Challenge& challenge, std::string_view bound, std::string_view code) const;

  std::string secret_;
  store::sqlite::Statement add_, by_id_, newest_, wrong_, end_, sent_lately_, block_, block_until_, count_wrong_,
      wrong_today_, forget_, forget_blocks_, forget_wrong_;
};

}  // namespace mekenjai::flow
