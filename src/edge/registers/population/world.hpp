// The made-up country while it is being told: people, homes, rights, in words that scenarios use.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "domain/registers.hpp"
#include "edge/registers/population/extract_files.hpp"
#include "edge/registers/population/names.hpp"
#include "edge/registers/population/numbers.hpp"
#include "edge/registers/population/places.hpp"

namespace mekenjai::edge::registers::population {

using domain::DwellingKind;
using domain::EncumbranceKind;
using domain::RelationKind;
using domain::Sex;

/// A person as the others of his story know him.
struct Somebody {
  domain::Iin iin;
  Sex sex = Sex::male;
  base::Date birth{};
  Tongue tongue = Tongue::kazakh;
  std::string surname;  // masculine form
  std::string given_name;
  std::string phone;  // empty: none
};

/// What a new person is to be; what is left out is decided by chance.
struct Person {
  int age_from = 25, age_to = 60;
  std::optional<Sex> sex{};
  const Somebody* father = nullptr;   // gives surname and patronymic
  const Somebody* husband = nullptr;  // gives the surname
  std::optional<Tongue> tongue{};
  std::string_view citizenship = "KAZ";
  domain::Capacity capacity = domain::Capacity::full;
  bool dead = false;
  enum class Document { usual, good, expired, none } document = Document::usual;
  enum class Phone { usual, yes, none, bound_today } phone = Phone::usual;
  std::string_view shared_phone{};
  bool foreign_digits = false;  // the IIN tells another day of birth (row A2)
};

struct Home {
  DwellingKind kind = DwellingKind::flat;
  enum class Area { usual, small, close, large, unknown } area = Area::usual;
  bool actual = true;
};

/// A day to be chosen by chance, counted from the reference day. It is chosen where it is written,
/// one after the other: the order in which a compiler evaluates arguments must not change the
/// population.
struct When {
  int first = 0, last = 0;
  bool given = false;
};
constexpr When ago(int least, int most) { return {-most, -least, true}; }
constexpr When ahead(int least, int most) { return {least, most, true}; }

/// A dwelling that stands in the extract.
struct Place {
  domain::Rka rka;
  std::size_t city = 0;
};

class World {
 public:
  /// `persons`: how many there will be; a small country has few streets, so that houses fill.
  World(ExtractFiles& files, base::Date today, std::uint64_t seed, std::uint64_t persons);

  Random random;
  const base::Date today;
  /// Where homes of the present story are.
  std::size_t city = 0;

  void choose_city();
  std::uint64_t people() const { return people_; }

  Somebody person(const Person& wanted);
  Place home(const Home& wanted = {});
  void own(const Place& place, const domain::Iin& holder, std::string_view share = "1/1");
  void own(const Place& place, const domain::Bin& holder, std::string_view share = "1/1");
  void right(const Place& place, std::string_view holder, std::string_view share, When from,
             When to = {});
  void encumber(const Place& place, EncumbranceKind kind, bool ended = false);
  void relate(const Somebody& who, RelationKind is, const Somebody& of, When from = {},
              When to = {});
  /// Permanent residence since some day, long ago unless told.
  void live(const Somebody& who, const Place& place, When from = {}, When to = {});
  void stay(const Somebody& who, const Place& place, When from, When to);
  void lease(const Place& place, const Somebody& tenant, const domain::Bin& body, When from,
             When to, const std::vector<Somebody>& members);
  void student(const Somebody& who, std::size_t of_city, When from, When to);
  void staff(const Somebody& who, std::string_view role, std::size_t of_city);
  /// Gives one of the posts of the city that are still free, if any.
  void offer_post(const Somebody& who);

  struct Bodies {
    domain::Bin state, housing, company, university, police, centre;
  };
  const Bodies& bodies() const { return bodies_[city]; }
  domain::Bin unknown_bin() { return numbers_.bin(2011, 4); }
  domain::Iin unknown_iin();

  /// Organisations and centres, once, at the end.
  void write_reference_data();

 private:
  std::optional<base::Date> choose(When when);
  struct Site {  // one street of a city
    std::uint16_t houses = 0, flat = 0, flats = 0, block = 0;
  };
  void write_dwelling(const domain::Rka& rka, DwellingKind kind, std::size_t street,
                      std::string_view house, std::string_view flat, std::string_view area,
                      bool actual);
  void write_organisation(const domain::Bin& bin, std::string_view kk, std::string_view ru,
                          std::string_view kind, std::string_view kato);
  std::string area_of(const Home& wanted);
  std::string_view kato_of(std::size_t street) const;
  void residence(const Somebody& who, const Place& place, std::string_view kind,
                 std::optional<base::Date> from, std::optional<base::Date> to);

  ExtractFiles& files_;
  Numbers numbers_;
  std::uint32_t streets_in_use_;
  std::vector<Site> sites_;
  std::vector<Bodies> bodies_;
  std::vector<std::deque<std::string_view>> posts_;  // a city's free posts
  std::vector<domain::Iin> heads_;
  std::uint64_t people_ = 0;
};

}  // namespace mekenjai::edge::registers::population
