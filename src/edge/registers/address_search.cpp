#include "edge/registers/address_search.hpp"

#include "edge/registers/address_words.hpp"
#include "edge/registers/rows.hpp"

namespace mekenjai::edge::registers {
namespace {

using store::sqlite::Database;
using store::sqlite::Rows;
using store::sqlite::Statement;

enum Field : std::uint8_t { kStreet, kLocality, kRegion };
constexpr float kFieldWeight[] = {1.0F, 0.6F, 0.3F};
constexpr float kNumberInName = 0.5F;  // the «8» of «8 Марта»
constexpr float kWholeName = 0.1F;     // every word of the name was typed
constexpr float kBelowBest = 0.25F;    // streets further behind the best one are not looked at
constexpr std::size_t kMaxStreets = 64;
constexpr std::size_t kRowsOfHouse = 60;
constexpr std::size_t kMaxWords = 8;
constexpr std::size_t kMaxTypedBytes = 400;

bool starts_with_digit(std::string_view word) {
  return !word.empty() && word[0] >= '0' && word[0] <= '9';
}

/// How well a typed word fits one of the register, 0 to 1.
float fit(const WordPattern& pattern, std::string_view typed, std::string_view known) {
  if (typed == known) return 1.0F;
  if (starts_with_digit(known)) return 0;
  const float prefix = typed.size() >= 3 && known.starts_with(typed) ? 0.85F : 0.0F;
  const std::size_t shorter = std::min(typed.size(), known.size());
  const int allowed = shorter < 4 ? 0 : shorter < 7 ? 1 : 2;
  const auto apart = static_cast<int>(std::max(typed.size(), known.size()) - shorter);
  if (apart > allowed) return prefix;
  const int distance = pattern.distance_to(known);
  if (distance > allowed) return prefix;
  return std::max(prefix, distance == 1 ? 0.8F : 0.6F);
}

}  // namespace

class AddressWords {
 public:
  explicit AddressWords(Database& database);

  struct Candidate {
    std::int64_t street;
    float score;
    std::uint32_t numbers_used;  // bit i: the i-th typed number belongs to the name
  };
  /// Streets that fit the words, best first.
  std::vector<Candidate> streets(const AddressParts& typed) const;

 private:
  struct Posting {
    std::uint32_t street;
    Field field;
    auto operator<=>(const Posting&) const = default;
  };
  struct Word {
    std::string text;
    std::uint32_t first, count;  // its postings
  };
  using Fits = std::vector<float>;
  const Word* exactly(std::string_view text) const;
  void add_word(std::string_view typed, Fits& scores, std::vector<std::uint8_t>& name_words) const;

  std::vector<std::int64_t> ids_;
  std::vector<std::uint8_t> words_in_name_;
  std::vector<Word> words_;  // sorted
  std::vector<Posting> postings_;
};

AddressWords::AddressWords(Database& database) {
  std::map<std::string, std::vector<Posting>> all;
  Statement statement = database.prepare(
      "SELECT id, street_kk, street_ru, locality_kk, locality_ru, region_kk, region_ru "
      "FROM reg_street ORDER BY id");
  while (statement.step()) {
    const auto street = static_cast<std::uint32_t>(ids_.size());
    ids_.push_back(statement.integer(0));
    std::size_t shortest = 255;
    for (int column = 1; column <= 6; ++column) {
      const Field field = column <= 2 ? kStreet : column <= 4 ? kLocality : kRegion;
      const std::vector<std::string> words = name_words(statement.text(column));
      if (field == kStreet && !words.empty()) shortest = std::min(shortest, words.size());
      for (const std::string& word : words) all[word].push_back({street, field});
    }
    words_in_name_.push_back(static_cast<std::uint8_t>(shortest));
  }
  for (auto& [text, postings] : all) {
    std::sort(postings.begin(), postings.end());
    postings.erase(std::unique(postings.begin(), postings.end()), postings.end());
    words_.push_back({text, static_cast<std::uint32_t>(postings_.size()),
                      static_cast<std::uint32_t>(postings.size())});
    postings_.insert(postings_.end(), postings.begin(), postings.end());
  }
}

const AddressWords::Word* AddressWords::exactly(std::string_view text) const {
  const auto found =
      std::lower_bound(words_.begin(), words_.end(), text,
                       [](const Word& word, std::string_view key) { return word.text < key; });
  return found != words_.end() && found->text == text ? &*found : nullptr;
}

void AddressWords::add_word(std::string_view typed, Fits& scores,
                            std::vector<std::uint8_t>& name_words) const {
  const WordPattern pattern(typed);
  Fits best(ids_.size());
  std::vector<std::uint8_t> in_name(ids_.size());
  for (const Word& word : words_) {
    const float quality = fit(pattern, typed, word.text);
    if (quality <= 0) continue;
    for (std::uint32_t i = word.first; i < word.first + word.count; ++i) {
      const Posting& posting = postings_[i];
      best[posting.street] = std::max(best[posting.street], quality * kFieldWeight[posting.field]);
      if (posting.field == kStreet) in_name[posting.street] = 1;
    }
  }
  for (std::size_t street = 0; street < best.size(); ++street) {
    scores[street] += best[street];
    name_words[street] = static_cast<std::uint8_t>(name_words[street] + in_name[street]);
  }
}

std::vector<AddressWords::Candidate> AddressWords::streets(const AddressParts& typed) const {
  Fits scores(ids_.size());
  std::vector<std::uint8_t> in_name(ids_.size());
  std::vector<std::uint32_t> numbers(ids_.size());
  for (std::size_t i = 0; i < std::min(typed.words.size(), kMaxWords); ++i) {
    add_word(typed.words[i], scores, in_name);
  }
  for (std::size_t i = 0; i < std::min(typed.numbers.size(), kMaxWords); ++i) {
    if (typed.numbers[i].means != AddressParts::Number::Means::unknown) continue;
    const Word* word = exactly(typed.numbers[i].text);
    if (word == nullptr) continue;
    for (std::uint32_t at = word->first; at < word->first + word->count; ++at) {
      const auto& [street, field] = postings_[at];
      // The number alone is no name unless the name is nothing else («12 микрорайон»).
      if (field != kStreet || numbers[street] != 0) continue;
      if (in_name[street] == 0 && words_in_name_[street] != 1) continue;
      numbers[street] = 1U << i;
      scores[street] += kNumberInName;
      ++in_name[street];
    }
  }
  std::vector<Candidate> found;
  float best = 0;
  for (std::size_t street = 0; street < scores.size(); ++street) {
    if (scores[street] <= 0) continue;
    const float score =
        scores[street] + (in_name[street] >= words_in_name_[street] ? kWholeName : 0.0F);
    best = std::max(best, score);
    found.push_back({ids_[street], score, numbers[street]});
  }
  std::erase_if(found,
                [&](const Candidate& candidate) { return candidate.score < best - kBelowBest; });
  const std::size_t kept = std::min(found.size(), kMaxStreets);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(),
                    [](const Candidate& a, const Candidate& b) {
                      return a.score != b.score ? a.score > b.score : a.street < b.street;
                    });
  found.resize(kept);
  return found;
}

std::shared_ptr<const AddressWords> AddressWordsCache::current(Database& database,
                                                               std::int64_t version) {
  const std::lock_guard lock(mutex_);
  if (!words_ || version_ != version) {
    words_ = std::make_shared<const AddressWords>(database);
    version_ = version;
  }
  return words_;
}

/// House and flat as typed; empty where they were not.
struct AddressSearch::Wanted {
  std::string house, flat;
};

struct AddressSearch::Hit {
  domain::Dwelling dwelling;
  double score;
  std::size_t order;
};

AddressSearch::AddressSearch(Database& database, std::shared_ptr<AddressWordsCache> cache)
    : database_(database),
      cache_(std::move(cache)),
      version_(database.prepare("SELECT value FROM reg_meta WHERE key = 'version'")),
      by_rka_(database.prepare(
          fmt::format("SELECT {} FROM reg_dwelling d JOIN reg_street s ON s.id = d.street "
                      "WHERE d.rka = ? AND d.actual = 1",
                      kDwellingColumns))) {
  // INDEXED BY: a plan that scans is an error at once, not a slow answer at a million dwellings.
  const std::string select = fmt::format(
      "SELECT {} FROM reg_dwelling d INDEXED BY reg_dwelling_place CROSS JOIN reg_street s "
      "ON s.id = d.street WHERE d.actual = 1 AND d.street = ?1",
      kDwellingColumns);
  const std::string_view in_order =
      " ORDER BY CAST(d.house AS INTEGER), CAST(d.flat AS INTEGER) LIMIT ?2";
  by_street_ = database.prepare(fmt::format("{}{}", select, in_order));
  by_house_ =
      database.prepare(fmt::format("{} AND CAST(d.house AS INTEGER) = ?3{}", select, in_order));
  by_flat_ = database.prepare(fmt::format(
      "{} AND CAST(d.house AS INTEGER) = ?3 AND CAST(d.flat AS INTEGER) = ?4{}", select, in_order));
}

namespace {

/// The number that a house or flat begins with, as SQLite's CAST reads it.
std::int64_t leading_number(std::string_view text) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(text.size(), 9); ++i) {
    if (text[i] < '0' || text[i] > '9') break;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

std::optional<domain::Rka> as_rka(std::string_view typed) {
  std::string digits;
  for (const char c : typed) {
    if (c != ' ' && c != '-') digits += c;
  }
  return domain::parse_rka(digits);
}

}  // namespace

void AddressSearch::collect(Statement& statement, double street_score, const Wanted& wanted,
                            std::vector<Hit>& hits) {
  Rows rows(statement);
  while (rows.next()) {
    domain::Dwelling dwelling = read_dwelling(*rows.operator->());
    double score = street_score;
    if (!wanted.house.empty()) {
      score += without_spaces(skeleton(dwelling.house)) == wanted.house ? 0.5 : 0.25;
    }
    if (!wanted.flat.empty()) {
      if (without_spaces(skeleton(dwelling.flat)) == wanted.flat) score += 0.5;
      if (dwelling.flat.empty()) score += 0.1;
    } else if (dwelling.flat.empty()) {
      score += 0.05;
    }
    const std::size_t order = hits.size();
    hits.push_back({std::move(dwelling), score, order});
  }
}

std::vector<domain::Dwelling> AddressSearch::find(std::string_view typed, std::size_t limit) {
  using Means = AddressParts::Number::Means;
  std::vector<domain::Dwelling> found;
  typed = typed.substr(0, kMaxTypedBytes);
  if (limit == 0) return found;
  if (const std::optional<domain::Rka> rka = as_rka(typed)) {
    by_rka_.with(packed(*rka));
    Rows rows(by_rka_);
    if (rows.next()) found.push_back(read_dwelling(*rows.operator->()));
    return found;
  }
  std::int64_t version = 0;
  {
    version_.reset();
    Rows rows(version_);
    if (rows.next()) version = rows->integer(0);
  }
  const AddressParts parts = address_parts(typed);
  const auto candidates = cache_->current(database_, version)->streets(parts);
  const auto row_limit = static_cast<std::int64_t>(limit);
  const std::int64_t each = std::max<std::int64_t>(
      1, row_limit / std::max<std::int64_t>(1, static_cast<std::int64_t>(candidates.size())));
  std::vector<Hit> hits;
  for (const auto& candidate : candidates) {
    Wanted wanted;
    for (std::size_t i = 0; i < parts.numbers.size(); ++i) {
      const auto& [text, means] = parts.numbers[i];
      if (i < 32 && (candidate.numbers_used >> i & 1) != 0) continue;
      if (means == Means::house || (means == Means::unknown && wanted.house.empty())) {
        wanted.house = text;
      } else {
        wanted.flat = text;
      }
    }
    if (wanted.house.empty()) {
      by_street_.with(candidate.street, each);
      collect(by_street_, candidate.score, {}, hits);
      continue;
    }
    const auto by_number = [&](const Wanted& number) {
      const std::size_t before = hits.size();
      const std::int64_t house = leading_number(number.house);
      if (!number.flat.empty()) {
        by_flat_.with(candidate.street, row_limit, house, leading_number(number.flat));
        collect(by_flat_, candidate.score, number, hits);
      }
      if (hits.size() == before) {
        by_house_.with(candidate.street, static_cast<std::int64_t>(kRowsOfHouse), house);
        collect(by_house_, candidate.score, number, hits);
      }
    };
    by_number(wanted);
    // «40/118» may be a house with a fraction or a house and a flat.
    const std::size_t slash = wanted.house.find('/');
    if (slash != std::string::npos && wanted.flat.empty()) {
      by_flat_.with(candidate.street, row_limit, leading_number(wanted.house),
                    leading_number(std::string_view(wanted.house).substr(slash + 1)));
      collect(by_flat_, candidate.score,
              {wanted.house.substr(0, slash), wanted.house.substr(slash + 1)}, hits);
    }
  }
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.order < b.order;
  });
  for (Hit& hit : hits) {
    if (found.size() == limit) break;
    const bool seen = std::any_of(found.begin(), found.end(), [&](const domain::Dwelling& earlier) {
      return earlier.rka == hit.dwelling.rka;
    });
    if (!seen) found.push_back(std::move(hit.dwelling));
  }
  return found;
}

}  // namespace mekenjai::edge::registers
