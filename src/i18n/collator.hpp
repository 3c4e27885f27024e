// The order of the alphabet: how a list of names or addresses is sorted for the people who read it.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "i18n/catalog.hpp"

namespace mekenjai::i18n {

/// ICU's collation of a language (CLDR; of kk_latn our own tailoring, since CLDR has none for the
/// alphabet of 2021). Numbers inside of names count as numbers: house 9 before house 10. A name in
/// Cyrillic is sorted in kk_latn as it is spelled there. Safe to use from any thread.
class Collator {
 public:
  static const Collator& of(Language language);

  /// Bytes whose order is that of the names.
  std::string key(std::string_view name) const;
  bool less(std::string_view a, std::string_view b) const { return key(a) < key(b); }

  /// Sorts a list by what `name` tells of each; what is called alike keeps its order.
  template <class T, class Name>
  void sort(std::vector<T>& list, Name name) const {
    std::vector<std::pair<std::string, std::size_t>> order;
    order.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) order.emplace_back(key(name(list[i])), i);
    std::sort(order.begin(), order.end());
    std::vector<T> sorted;
    sorted.reserve(list.size());
    for (const auto& [key, place] : order) sorted.push_back(std::move(list[place]));
    list = std::move(sorted);
  }

  Collator(const Collator&) = delete;
  Collator& operator=(const Collator&) = delete;
  ~Collator();

 private:
  explicit Collator(Language language);
  struct Icu;
  std::unique_ptr<const Icu> icu_;
};

}  // namespace mekenjai::i18n
