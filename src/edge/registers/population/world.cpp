#include "edge/registers/population/world.hpp"

#include "domain/words.hpp"

namespace mekenjai::edge::registers::population {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr std::string_view kPosts[] = {"psc_receptionist", "psc_operator", "housing_clerk",
                                       "migration_officer"};
constexpr std::size_t kMaxHeads = 400;
constexpr std::uint64_t kPersonsPerStreet =
    1000;  // in the whole country, for each street of every city
constexpr std::uint64_t kFewestStreets = 8;
// Rights and leases are older than this and documents valid for longer: a service whose clock shows
// some months before or after the reference day finds them in force.
constexpr int kSettledDays = 400;

std::string day(const std::optional<base::Date>& date) {
  return date ? base::format_date(*date) : "";
}

/// "город Астана" → "Астана".
std::string_view bare(std::string_view name) {
  for (const std::string_view word : {"город ", "г. "}) {
    if (name.starts_with(word)) return name.substr(word.size());
  }
  for (const std::string_view word : {" қаласы", " қ."}) {
    if (name.ends_with(word)) return name.substr(0, name.size() - word.size());
  }
  return name;
}

}  // namespace

World::World(ExtractFiles& files, base::Date today_, std::uint64_t seed, std::uint64_t persons)
    : random(seed),
      today(today_),
      files_(files),
      streets_in_use_(static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
          persons / kPersonsPerStreet, kFewestStreets, streets().size()))),
      sites_(cities().size() * streets().size()) {
  for (std::size_t i = 0; i < cities().size(); ++i) {
    bodies_.push_back({numbers_.bin(1997, 12), numbers_.bin(2004, 3), numbers_.bin(2012, 6),
                       numbers_.bin(2001, 9), numbers_.bin(1996, 1), numbers_.bin(2016, 1)});
    posts_.emplace_back(std::begin(kPosts), std::end(kPosts));
  }
}

void World::choose_city() {
  unsigned total = 0;
  for (const City& one : cities()) total += one.weight;
  auto point = random.below(total);
  for (city = 0; point >= cities()[city].weight; ++city) point -= cities()[city].weight;
}

std::optional<base::Date> World::choose(When when) {
  if (!when.given) return std::nullopt;
  return base::add_days(today, random.between(when.first, when.last));
}

Somebody World::person(const Person& wanted) {
  Somebody made;
  made.sex = wanted.sex ? *wanted.sex : random.chance(50) ? Sex::male : Sex::female;
  const Somebody* kin = wanted.father ? wanted.father : wanted.husband;
  made.tongue = wanted.tongue       ? *wanted.tongue
                : kin               ? kin->tongue
                : random.chance(75) ? Tongue::kazakh
                                    : Tongue::russian;
  // A day of the year that ends with the birthday: exactly the age that was asked for.
  const int age = random.between(wanted.age_from, wanted.age_to);
  made.birth = base::add_days(base::add_months(today, -12 * age), -random.between(1, 360));
  made.surname = kin ? kin->surname : std::string(pick_surname(random, made.tongue));
  made.given_name = pick_given_name(random, made.tongue, made.sex);
  const std::string father = wanted.father
                                 ? wanted.father->given_name
                                 : std::string(pick_given_name(random, made.tongue, Sex::male));
  const base::Date told = wanted.foreign_digits ? *choose(ago(365 * 20, 365 * 60)) : made.birth;
  made.iin = numbers_.iin(told, made.sex);
  ++people_;

  const std::optional<base::Date> died = choose(wanted.dead ? ago(30, 700) : When{});
  using Document = Person::Document;
  Document document = wanted.document;
  if (document == Document::usual) {
    document = age < 16 ? Document::none : random.chance(3) ? Document::expired : Document::good;
  }
  const std::string number = document == Document::none ? "" : numbers_.document_number();
  std::string expires;
  if (document == Document::good) expires = day(choose(ahead(kSettledDays, 3600)));
  if (document == Document::expired) expires = day(choose(ago(5, 900)));
  const bool kazakh_reader = made.tongue == Tongue::kazakh && random.chance(80);
  files_.row(ExtractFile::persons,
             {made.iin.view(), surname_for(made.surname, made.sex), made.given_name,
              patronymic(father, made.tongue, made.sex), domain::word(made.sex), day(made.birth),
              day(died), wanted.citizenship, domain::word(wanted.capacity), number, expires,
              kazakh_reader ? "kk" : "ru"});

  using Phone = Person::Phone;
  Phone phone = wanted.phone;
  if (phone == Phone::usual) {
    phone = !wanted.dead && random.chance(age < 10   ? 0
                                          : age < 16 ? 40
                                          : age < 70 ? 95
                                                     : 75)
                ? Phone::yes
                : Phone::none;
  }
  if (phone == Phone::none) return made;
  made.phone = wanted.shared_phone.empty() ? numbers_.phone() : std::string(wanted.shared_phone);
  const std::string since = phone == Phone::bound_today ? day(today)
                            : random.chance(15)         ? ""
                                                        : day(choose(ago(30, 3000)));
  files_.row(ExtractFile::phones, {made.iin.view(), made.phone, since});
  if (age >= 30 && age < 60 && !wanted.dead && heads_.size() < kMaxHeads)
    heads_.push_back(made.iin);
  return made;
}

std::string_view World::kato_of(std::size_t street) const {
  const City& here = cities()[city];
  return here.districts.empty() ? here.kato : here.districts[street % here.districts.size()];
}

void World::write_dwelling(const domain::Rka& rka, DwellingKind kind, std::size_t street,
                           std::string_view house, std::string_view flat, std::string_view area,
                           bool actual) {
  const City& here = cities()[city];
  const Street& name = streets()[street];
  files_.row(ExtractFile::dwellings,
             {rka.view(), domain::word(kind), kato_of(street), here.region_kk, here.region_ru,
              here.name_kk, here.name_ru, name.kk, name.ru, house, flat, area, actual ? "1" : "0"});
}

std::string World::area_of(const Home& wanted) {
  using Area = Home::Area;
  Area area = wanted.area;
  if (area == Area::usual && random.chance(3)) area = Area::unknown;
  int first = 3200, last = 9800;  // hundredths of a square metre
  if (area == Area::small) first = 2850, last = 2990;
  if (area == Area::close) first = 4500, last = 4590;
  if (area == Area::large) first = 13'000, last = 19'000;
  if (area == Area::usual && wanted.kind == DwellingKind::house) first = 6000, last = 24'000;
  if (area == Area::unknown) return "";
  const int hundredths = random.between(first, last);
  return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
}

Place World::home(const Home& wanted) {
  const std::uint32_t street = random.below(streets_in_use_);
  Site& site = sites_[city * streets().size() + street];
  const Place place{numbers_.rka(), city};
  const bool in_block = wanted.kind == DwellingKind::flat || wanted.kind == DwellingKind::room;
  std::string house, flat;
  if (in_block) {
    if (site.flat == site.flats) {
      site.block = ++site.houses;
      site.flats = static_cast<std::uint16_t>(random.between(2, 14) * 10);
      site.flat = 0;
      write_dwelling(numbers_.rka(), DwellingKind::building, street, std::to_string(site.block), "",
                     "", true);
    }
    house = std::to_string(site.block);
    flat = std::to_string(++site.flat);
  } else {
    house = std::to_string(++site.houses);
    if (random.chance(8)) house += random.chance(50) ? "А" : "/1";
  }
  const bool lived_in = wanted.kind != DwellingKind::plot && wanted.kind != DwellingKind::building;
  write_dwelling(place.rka, wanted.kind, street, house, flat, lived_in ? area_of(wanted) : "",
                 wanted.actual);
  return place;
}

void World::right(const Place& place, std::string_view holder, std::string_view share, When from,
                  When to) {
  files_.row(ExtractFile::rights,
             {place.rka.view(), holder, share, day(choose(from)), day(choose(to))});
}

void World::own(const Place& place, const domain::Iin& holder, std::string_view share) {
  right(place, holder.view(), share, ago(kSettledDays, 7000), {});
}

void World::own(const Place& place, const domain::Bin& holder, std::string_view share) {
  right(place, holder.view(), share, ago(kSettledDays, 7000), {});
}

void World::encumber(const Place& place, EncumbranceKind kind, bool ended) {
  files_.row(ExtractFile::encumbrances,
             {place.rka.view(), domain::word(kind), day(choose(ago(100, 2000))),
              day(choose(ended ? ago(5, 90) : When{}))});
}

void World::relate(const Somebody& who, RelationKind is, const Somebody& of, When from, When to) {
  files_.row(ExtractFile::relations,
             {who.iin.view(), of.iin.view(), domain::word(is), day(choose(from)), day(choose(to))});
}

void World::residence(const Somebody& who, const Place& place, std::string_view kind,
                      std::optional<base::Date> from, std::optional<base::Date> to) {
  files_.row(ExtractFile::residences, {who.iin.view(), place.rka.view(), kind, day(from), day(to)});
}

void World::live(const Somebody& who, const Place& place, When from, When to) {
  const bool always = !from.given && random.chance(20);
  std::optional<base::Date> since = choose(from.given || always ? from : ago(40, 5000));
  if (since && sys_days{*since} < sys_days{who.birth}) since = who.birth;
  residence(who, place, "permanent", since, choose(to));
}

void World::stay(const Somebody& who, const Place& place, When from, When to) {
  const std::optional<base::Date> since = choose(from);
  residence(who, place, "temporary", since, choose(to));
}

void World::lease(const Place& place, const Somebody& tenant, const domain::Bin& body, When from,
                  When to, const std::vector<Somebody>& members) {
  const std::string number =
      fmt::format("{}-{:07}", cities()[place.city].kato.substr(0, 2), numbers_.next_lease());
  files_.row(ExtractFile::leases, {number, place.rka.view(), tenant.iin.view(), body.view(),
                                   day(choose(from)), day(choose(to))});
  for (const Somebody& member : members)
    files_.row(ExtractFile::lease_members, {number, member.iin.view()});
}

void World::student(const Somebody& who, std::size_t of_city, When from, When to) {
  files_.row(ExtractFile::students,
             {who.iin.view(), cities()[of_city].kato, day(choose(from)), day(choose(to))});
}

void World::staff(const Somebody& who, std::string_view role, std::size_t of_city) {
  const Bodies& bodies = bodies_[of_city];
  const domain::Bin& bin = role == "housing_clerk"       ? bodies.housing
                           : role == "migration_officer" ? bodies.police
                           : role == "auditor"           ? bodies.state
                                                         : bodies.centre;
  files_.row(ExtractFile::staff, {who.iin.view(), role, bin.view(), cities()[of_city].kato});
}

void World::offer_post(const Somebody& who) {
  if (posts_[city].empty() || who.phone.empty()) return;
  staff(who, posts_[city].front(), city);
  posts_[city].pop_front();
}

domain::Iin World::unknown_iin() {
  return numbers_.iin(*choose(ago(365 * 30, 365 * 60)), Sex::male);
}

void World::write_organisation(const domain::Bin& bin, std::string_view kk, std::string_view ru,
                               std::string_view kind, std::string_view kato) {
  const std::string head =
      heads_.empty() ? "" : heads_[random.below(static_cast<std::uint32_t>(heads_.size()))].str();
  const int number = random.between(200'000, 999'999);
  const std::string contact =
      fmt::format("+7 7172 {:02}-{:02}-{:02}", number / 10'000, number / 100 % 100, number % 100);
  files_.row(ExtractFile::organisations, {bin.view(), kk, ru, kind, head, contact, kato});
}

void World::write_reference_data() {
  for (std::size_t i = 0; i < cities().size(); ++i) {
    const City& here = cities()[i];
    const Bodies& bodies = bodies_[i];
    const std::string_view kk = bare(here.name_kk), ru = bare(here.name_ru);
    write_organisation(bodies.state, fmt::format("{} қаласының әкімдігі", kk),
                       fmt::format("Акимат города {}", ru), "state", here.kato);
    write_organisation(bodies.housing, fmt::format("{} қаласының тұрғын үй бөлімі", kk),
                       fmt::format("Жилищный отдел города {}", ru), "housing_body", here.kato);
    write_organisation(bodies.company, fmt::format("«{} Құрылыс» ЖШС", kk),
                       fmt::format("ТОО \"{} Курылыс\"", ru), "private", here.kato);
    write_organisation(bodies.university, fmt::format("{} университеті", kk),
                       fmt::format("Университет города {}", ru), "private", here.kato);
    write_organisation(bodies.police, fmt::format("{} қаласының полиция департаменті", kk),
                       fmt::format("Департамент полиции города {}", ru), "state", here.kato);
    write_organisation(bodies.centre, fmt::format("«Азаматтарға арналған үкімет», {}", kk),
                       fmt::format("«Правительство для граждан», {}", ru), "state", here.kato);
    const int count = here.weight >= 100 ? 5 : here.weight >= 20 ? 2 : 1;
    for (int number = 1; number <= count; ++number) {
      const auto street = random.below(static_cast<std::uint32_t>(streets().size()));
      const std::string house = std::to_string(random.between(1, 120));
      const std::string_view kato =
          here.districts.empty()
              ? here.kato
              : here.districts[static_cast<std::size_t>(number) % here.districts.size()];
      files_.row(ExtractFile::centres,
                 {fmt::format("{}-{}", here.kato, number), fmt::format("№{} ХҚКО, {}", number, kk),
                  fmt::format("ЦОН №{}, {}", number, ru), kato,
                  fmt::format("{}, {}, {}", here.name_kk, streets()[street].kk, house),
                  fmt::format("{}, {}, {}", here.name_ru, streets()[street].ru, house), "1414",
                  "дс-жм / пн-пт 09:00-18:00, сб 09:00-13:00"});
    }
  }
}

}  // namespace mekenjai::edge::registers::population
