// Reads an edition of the rules from TOML. Every key must be known and every value of its type: a
// typing error in the law must not pass for a default.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <toml++/toml.h>

#include "policy/policy.hpp"

namespace mekenjai::policy {
namespace {

using base::Date;
using base::Problem;
using base::Trouble;

/// What is wrong in a file, where; turned into a Problem at the edge of this part.
struct Fault {
  std::string key;
  std::uint32_t line = 0;
  std::string what;
};

Problem problem(const std::string& file, const Fault& fault) {
  return Problem{Trouble::unprocessable,
                 "bad_policy",
                 {},
                 0,
                 {{"file", file},
                  {"key", fault.key},
                  {"line", std::to_string(fault.line)},
                  {"what", fault.what}}};
}

std::uint32_t line_of(const toml::node& node) { return node.source().begin.line; }

/// One table of the file: takes keys out one by one, and what is left at the end is unknown.
class Table {
 public:
  Table(const toml::table& table, std::string path) : table_(table), path_(std::move(path)) {}

  /// The node, or a fault where it is missing.
  const toml::node& need(std::string_view key) {
    seen_.push_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) throw Fault{name(key), line_of(table_), "is missing"};
    return *node;
  }

  std::string text(std::string_view key) {
    const toml::node& node = need(key);
    const std::optional<std::string> value = node.value_exact<std::string>();
    if (!value) throw Fault{name(key), line_of(node), "is not a string"};
    return *value;
  }

  /// A whole number from `least` to `most`.
  std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most) {
    const toml::node& node = need(key);
    const std::optional<std::int64_t> value = node.value_exact<std::int64_t>();
    if (!value) throw Fault{name(key), line_of(node), "is not a whole number"};
    if (*value < least || *value > most) {
      throw Fault{name(key), line_of(node), fmt::format("is not from {} to {}", least, most)};
    }
    return *value;
  }

  bool yes_or_no(std::string_view key) {
    const toml::node& node = need(key);
    const std::optional<bool> value = node.value_exact<bool>();
    if (!value) throw Fault{name(key), line_of(node), "is not true or false"};
    return *value;
  }

  Date date(std::string_view key) {
    const toml::node& node = need(key);
    const std::optional<toml::date> value = node.value_exact<toml::date>();
    if (!value) throw Fault{name(key), line_of(node), "is not a date"};
    return Date{std::chrono::year{value->year}, std::chrono::month{value->month},
                std::chrono::day{value->day}};
  }

  Table table(std::string_view key) {
    const toml::node& node = need(key);
    if (!node.is_table()) throw Fault{name(key), line_of(node), "is not a table"};
    return {*node.as_table(), name(key)};
  }

  /// The tables of an array; none where the key is absent and `may_be_absent`.
  std::vector<Table> tables(std::string_view key, bool may_be_absent = false) {
    if (may_be_absent && !table_.contains(key)) return {};
    const toml::node& node = need(key);
    if (!node.is_array()) throw Fault{name(key), line_of(node), "is not an array"};
    std::vector<Table> all;
    for (const toml::node& element : *node.as_array()) {
      const std::string path = fmt::format("{}[{}]", name(key), all.size());
      if (!element.is_table()) throw Fault{path, line_of(element), "is not a table"};
      all.emplace_back(*element.as_table(), path);
    }
    return all;
  }

  std::vector<std::string_view> keys() const {
    std::vector<std::string_view> all;
    for (const auto& [key, node] : table_) all.push_back(key.str());
    return all;
  }

  /// Nothing may be left over.
  void finish() const {
    for (const auto& [key, node] : table_) {
      if (std::find(seen_.begin(), seen_.end(), key.str()) == seen_.end()) {
        throw Fault{name(key.str()), key.source().begin.line, "is an unknown key"};
      }
    }
  }

  std::string name(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }
  std::uint32_t line() const { return line_of(table_); }

 private:
  const toml::table& table_;
  std::string path_;
  std::vector<std::string_view> seen_;
};

constexpr std::int64_t kMaxAge = 120;
constexpr std::int64_t kMaxCount = 100'000;
constexpr std::int64_t kMaxSeconds = 366 * 24 * 3600;

struct Limit {
  std::string_view key;
  int Policy::*value;
  std::int64_t most;
};

/// Sections of whole numbers: key by key what struct Policy holds.
void read_numbers(Table& root, std::string_view section, std::initializer_list<Limit> limits,
                  Policy& policy) {
  Table table = root.table(section);
  for (const Limit& limit : limits) {
    policy.*limit.value = static_cast<int>(table.number(limit.key, 1, limit.most));
  }
  table.finish();
}

std::vector<Norm> read_norms(Table& root) {
  std::vector<Norm> norms;
  for (Table& table : root.tables("norms", true)) {
    Norm norm;
    norm.kato_prefix = table.text("kato_prefix");
    const bool digits = !norm.kato_prefix.empty() && norm.kato_prefix.size() <= 9 &&
                        norm.kato_prefix.find_first_not_of("0123456789") == std::string::npos;
    if (!digits) {
      throw Fault{table.name("kato_prefix"), table.line(), "is not 1 to 9 digits"};
    }
    norm.area_cm2_per_person = table.number("area_cm2_per_person", 1, 100'000'000);
    norm.from = table.date("from");
    table.finish();
    norms.push_back(std::move(norm));
  }
  return norms;
}

/// A letter from A to H with a number, or X.
bool is_row(std::string_view word) {
  if (word == "X") return true;
  return word.size() >= 2 && word.size() <= 3 && word[0] >= 'A' && word[0] <= 'H' &&
         word.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

std::vector<std::pair<std::string, std::vector<Basis>>> read_basis(Table& root) {
  Table table = root.table("basis");
  std::vector<std::pair<std::string, std::vector<Basis>>> basis;
  for (const std::string_view row : table.keys()) {
    std::vector<Table> acts = table.tables(row);
    if (!is_row(row)) throw Fault{table.name(row), table.line(), "is not a row of the table"};
    std::vector<Basis>& cited = basis.emplace_back(std::string(row), std::vector<Basis>{}).second;
    for (Table& act : acts) {
      cited.push_back({act.text("act"), act.text("article")});
      act.finish();
    }
  }
  return basis;
}

Policy read_edition(const toml::table& toml) {
  Policy policy;
  Table root(toml, "");
  policy.version = root.text("version");
  policy.valid_from = root.date("valid_from");
  read_numbers(root, "ages",
               {{"adult", &Policy::adult_age, kMaxAge},
                {"own_application", &Policy::own_application_age, kMaxAge},
                {"child", &Policy::child_age, kMaxAge},
                {"representative_until", &Policy::representative_until_age, kMaxAge},
                {"document", &Policy::document_age, kMaxAge},
                {"applicant_for_others", &Policy::applicant_for_others_age, kMaxAge}},
               policy);
  Table sign_in = root.table("sign_in");
  policy.second_factor = sign_in.yes_or_no("second_factor");
  sign_in.finish();
  read_numbers(root, "term",
               {{"temporary_min_months", &Policy::temporary_min_months, 1200},
                {"temporary_max_months", &Policy::temporary_max_months, 1200}},
               policy);
  read_numbers(root, "density",
               {{"people", &Policy::density_people, kMaxCount},
                {"new", &Policy::density_new, kMaxCount},
                {"days", &Policy::density_days, kMaxCount}},
               policy);
  read_numbers(root, "consent",
               {{"window_s", &Policy::consent_window_s, kMaxSeconds},
                {"link_bound_before_expiry_s", &Policy::link_bound_before_expiry_s, kMaxSeconds},
                {"phone_min_age_s", &Policy::phone_min_age_s, kMaxSeconds},
                {"hold_after_fraud_s", &Policy::hold_after_fraud_s, kMaxSeconds},
                {"kept_s", &Policy::consent_kept_s, kMaxSeconds},
                {"requests_from_one_a_day", &Policy::requests_from_one_a_day, kMaxCount},
                {"requests_from_all_a_day", &Policy::requests_from_all_a_day, kMaxCount}},
               policy);
  read_numbers(root, "retry",
               {{"first_s", &Policy::retry_first_s, kMaxSeconds},
                {"again_s", &Policy::retry_again_s, kMaxSeconds},
                {"message_working_days", &Policy::retry_message_working_days, 366}},
               policy);
  read_numbers(root, "entry", {{"reminder_days", &Policy::reminder_days, 366}}, policy);
  read_numbers(root, "forecast",
               {{"strangers_a_day", &Policy::forecast_strangers_a_day, kMaxCount}}, policy);
  policy.norms = read_norms(root);
  policy.basis = read_basis(root);
  root.finish();
  return policy;
}

base::Result<Policy> parse_one(const std::string& file, const std::string& content) {
  try {
    return read_edition(toml::parse(content, file));
  } catch (const toml::parse_error& error) {
    return base::fail(
        problem(file, {"", error.source().begin.line, std::string(error.description())}));
  } catch (const Fault& fault) {
    return base::fail(problem(file, fault));
  }
}

}  // namespace

base::Result<Editions> Editions::parse(
    const std::vector<std::pair<std::string, std::string>>& files) {
  Editions editions;
  for (const auto& [file, content] : files) {
    base::Result<Policy> policy = parse_one(file, content);
    if (!policy) return base::fail(std::move(policy.error()));
    const bool clashes =
        std::any_of(editions.all_.begin(), editions.all_.end(), [&](const Policy& other) {
          return other.version == policy->version || other.valid_from == policy->valid_from;
        });
    if (clashes) {
      return base::fail(problem(
          file, {"version", 1, "names an edition or a first day that another file has too"}));
    }
    editions.all_.push_back(std::move(*policy));
  }
  if (editions.all_.empty()) {
    return base::fail(problem("*.toml", {"", 0, "there is no edition of the rules"}));
  }
  std::sort(editions.all_.begin(), editions.all_.end(),
            [](const Policy& a, const Policy& b) { return a.valid_from < b.valid_from; });
  return editions;
}

base::Result<Editions> Editions::read(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::pair<std::string, std::string>> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != ".toml") continue;
    std::ifstream stream(it->path(), std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    if (!stream) return base::fail(problem(it->path().string(), {"", 0, "cannot be read"}));
    files.emplace_back(it->path().string(), std::move(content).str());
  }
  if (error) return base::fail(problem(folder, {"", 0, error.message()}));
  std::sort(files.begin(), files.end());
  return parse(files);
}

std::string text_of(const Problem& problem) {
  const auto value = [&](std::string_view name) -> std::string_view {
    for (const auto& [key, text] : problem.values) {
      if (key == name) return text;
    }
    return {};
  };
  const std::string_view key = value("key");
  return fmt::format("{}:{}: {}{}{}", value("file"), value("line"), key, key.empty() ? "" : " ",
                     value("what"));
}

}  // namespace mekenjai::policy
