// The law as dated data (policy/*.toml), and the acts that rules cite. A decision names its
// edition.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace mekenjai::policy {

/// A norm of floor area by KATO prefix (Law on population migration, art. 51; group F).
struct Norm {
  std::string kato_prefix;
  std::int64_t area_cm2_per_person = 0;  // square centimetres
  base::Date from{};
};

/// A legal act, cited by its key; its title is a text of the catalogue (`act.<key>`).
struct Basis {
  std::string act;  // key, such as "joint_order_500_801"
  /// "art. 16", "arts. 23-24", "cl. 3", "annex 2" (texts.hpp puts it in words); empty where the act
  /// as a whole is meant.
  std::string article;
};

/// One edition of the rules: every value that the table marks `P`, and those that the law may
/// change.
struct Policy {
  std::string version;  // "kz-2025-11-24"
  base::Date valid_from{};
  int adult_age = 18;
  int own_application_age = 16;       // B2, B3
  int child_age = 14;                 // B6, H3
  int representative_until_age = 17;  // B4: parent, guardian or trustee for a minor up to this age
  int document_age = 16;              // A9
  int applicant_for_others_age = 16;  // A0
  bool second_factor = true;  // sign-in: EDS is followed by a code by SMS
  int temporary_min_months = 1, temporary_max_months = 12;        // C9
  int density_people = 15, density_new = 5, density_days = 30;    // F8
  int consent_window_s = 3600;                                    // G
  int link_bound_before_expiry_s = 60;                            // G3
  int retry_first_s = 60, retry_again_s = 300;                    // X
  int retry_message_working_days = 3;                             // X
  int phone_min_age_s = 86400;                                    // G9
  int hold_after_fraud_s = 259200;                                // G8: 72 hours
  int consent_kept_s = 86400;                                     // H4
  int reminder_days = 10;                                         // H2
  int requests_from_one_a_day = 3, requests_from_all_a_day = 10;  // contract, section 4
  int forecast_strangers_a_day = 10;                              // contract, section 3
  std::vector<Norm> norms;
  /// The acts cited for each row: "D1" → acts.
  std::vector<std::pair<std::string, std::vector<Basis>>> basis;

  /// The norm where the dwelling stands, in force on the day (rows F1 to F5).
  const Norm* norm_at(std::string_view kato, base::Date day) const;
  const std::vector<Basis>& basis_of(std::string_view row) const;
};

/// All editions, the newest last.
class Editions {
 public:
  /// Reads every *.toml of a folder. Errors name file, key and line; an unknown key is one.
  static base::Result<Editions> read(const std::string& folder);
  /// The editions built into the program.
  static const Editions& built_in();
  /// From texts (file name, content).
  static base::Result<Editions> parse(
      const std::vector<std::pair<std::string, std::string>>& files);

  /// The edition in force on the day (the oldest one before its own first day).
  const Policy& in_force(base::Date day) const;
  const Policy* by_version(std::string_view version) const;

  /// All of them, the newest last.
  const std::vector<Policy>& all() const { return all_; }

 private:
  std::vector<Policy> all_;
};

/// A problem of `read` or `parse` (code `bad_policy`, values file, line, key, what) in one line for
/// the operator: "kz-2025-11-24.toml:7: ages.adult is not a whole number".
std::string text_of(const base::Problem& problem);

}  // namespace mekenjai::policy
