#include "edge/registers/people.hpp"

#include "edge/registers/embedded.hpp"
#include "edge/registers/packing.hpp"

namespace mekenjai::edge::registers {
namespace {

using store::sqlite::Database;
using store::sqlite::Rows;
using store::sqlite::Statement;

// How many rows of a table are looked at.
constexpr int kRightsSeen = 4000;
constexpr int kLeasesSeen = 400;
constexpr int kRelationsSeen = 10'000;
constexpr int kPersonsSeen = 4000;
constexpr std::size_t kClosely = 400;   // candidates of a kind that are asked about one by one
constexpr std::size_t kHomesKept = 40;  // homes of one adult owner, to move into
constexpr int kAdult = 18;

// Rows of the decision table that this file promises; words as in the contract.
struct Expected {
  const char *outcome, *code, *row;
};
constexpr Expected kSoleOwner{"register", "sole_owner", "D4"};
constexpr Expected kCoOwners{"wait", "co_owners", "D5"};
constexpr Expected kOwners{"wait", "owners", "D6"};
constexpr Expected kNeedsPsc{"psc", "owner_needs_psc", "D1-D3"};
constexpr Expected kOwnerDead{"reject", "owner_dead", "D7"};
constexpr Expected kLegalEntity{"psc", "owner_legal_entity", "D8"};
constexpr Expected kTenant{"register", "tenant", "E1"};
constexpr Expected kNamedInLease{"wait", "named_in_lease", "E2"};
constexpr Expected kParentMustApply{"reject", "parent_must_apply", "B3"};
constexpr Expected kGuardianMustApply{"reject", "guardian_must_apply", "B9"};
constexpr Expected kRepresentativeMustApply{"reject", "representative_must_apply", "B11"};
constexpr Expected kForeigner{"other_service", "foreigner", "B14"};
constexpr Expected kNoCodeComes{"", "", ""};  // signs in with EDS or not at all
constexpr Expected kNormExceeded{"reject", "norm_exceeded", "F5"};

bool is_home(domain::DwellingKind kind) { return kind <= domain::DwellingKind::boarding_home; }

/// Where a norm of floor area may apply (policy: Astana) the outcome depends on who lives there.
bool has_norm(std::string_view kato) { return kato.starts_with("71"); }
constexpr std::int64_t kNormCm2 = 150'000;  // for choosing an example only; the policy decides

std::string address_of(const domain::Dwelling& dwelling, std::string_view language) {
  const bool kk = language == "kk";
  std::string text;
  for (const std::string& part : {kk ? dwelling.locality_kk : dwelling.locality_ru,
                                  kk ? dwelling.street_kk : dwelling.street_ru, dwelling.house}) {
    if (part.empty()) continue;
    if (!text.empty()) text += ", ";
    text += part;
  }
  return dwelling.flat.empty() ? text : text + "-" + dwelling.flat;
}

class Finder {
 public:
  Finder(Database& database, domain::Date today)
      : database_(database), registers_(database), today_(today), day_(packed_day(today)) {}

  std::vector<PersonToTry> find() {
    homes();
    newcomer_and_homes();
    leases();
    relations();
    persons();
    staff();
    return in_order();
  }

 private:
  struct Owner {
    std::int64_t holder = 0, birth = 0, death = 0, capacity = 0;
    bool known = false, has_phone = false, citizen = false;
  };
  struct HomeSeen {
    std::int64_t rka = 0;
    std::vector<Owner> owners;
  };

  template <class T>
  static T value_of(const Fact<T>& fact) {
    return fact.available() ? *fact : T{};
  }

  bool adult(std::int64_t birth) const { return birth + kAdult * 10'000 <= day_; }
  bool old_enough(const domain::Person& person, int from, int to) const {
    const int age = base::age_on(person.birth_date, today_);
    return !person.death_date && age >= from && age <= to;
  }
  bool can_decide(const Owner& owner) const {
    return owner.known && owner.death == kNoDay && owner.capacity == 0 && adult(owner.birth);
  }
  bool has_document(const domain::Person& person) const {
    return !person.document_number.empty() &&
           (!person.document_expires ||
            std::chrono::sys_days{*person.document_expires} >= std::chrono::sys_days{today_});
  }
  /// A citizen of age and full capacity with papers in order.
  bool ordinary(const domain::Person& person) const {
    return person.citizenship == "KAZ" && person.capacity == domain::Capacity::full &&
           old_enough(person, kAdult, 200) && has_document(person);
  }
  std::optional<domain::Person> person(const domain::Iin& iin) {
    return value_of(registers_.person(iin));
  }
  std::string phone(const domain::Iin& iin) {
    const auto found = value_of(registers_.phone(iin));
    const bool usable = found && (!found->since || *found->since < today_);
    return usable ? found->number : "";
  }
  bool lives_at(const domain::Iin& iin, const domain::Rka& rka) {
    for (const domain::Residence& residence : value_of(registers_.residences(iin))) {
      if (residence.rka == rka && domain::in_force(residence, today_)) return true;
    }
    return false;
  }
  std::optional<domain::Dwelling> living_place(const domain::Rka& rka) {
    auto dwelling = value_of(registers_.dwelling(rka));
    if (!dwelling || !dwelling->actual || !is_home(dwelling->kind)) return std::nullopt;
    return dwelling;
  }
  /// A home where nothing but the owners decides.
  std::optional<domain::Dwelling> plain_home(const domain::Rka& rka) {
    auto dwelling = living_place(rka);
    if (!dwelling || has_norm(dwelling->kato)) return std::nullopt;
    return dwelling;
  }

  bool has(const std::string& what) const {
    return std::any_of(found_.begin(), found_.end(),
                       [&](const PersonToTry& person) { return person.what == what; });
  }
  void add(const char* what, const domain::Person& who, const domain::Iin& registrant,
           const domain::Dwelling* dwelling, Expected expected,
           std::vector<domain::Iin> consenters = {}) {
    PersonToTry entry;
    entry.iin = who.iin;
    entry.registrant = registrant;
    entry.name = fmt::format("{} {}", who.given_name, who.surname);
    const auto number = value_of(registers_.phone(who.iin));
    if (number) entry.phone = number->number;
    entry.language = who.language;
    entry.what = what;
    if (dwelling) {
      entry.rka = dwelling->rka.str();
      entry.address = address_of(*dwelling, who.language);
    }
    entry.outcome = expected.outcome;
    entry.code = expected.code;
    entry.row = expected.row;
    entry.consenters = std::move(consenters);
    found_.push_back(std::move(entry));
  }

  /// One pass over the rights: homes by the kind of their owners, and owners who can move to their
  /// own.
  void homes() {
    Statement statement = database_.prepare(
        "SELECT r.rka, r.holder, p.birth_date, p.death_date, p.capacity, p.citizenship, f.iin "
        "FROM (SELECT rka, holder, from_day, to_day FROM reg_right ORDER BY rka, holder, from_day "
        "LIMIT ?2) r "
        "LEFT JOIN reg_person p ON p.iin = r.holder LEFT JOIN reg_phone f ON f.iin = r.holder AND "
        "f.since < ?1 "
        "WHERE r.from_day <= ?1 AND (r.to_day = 0 OR r.to_day >= ?1) ORDER BY r.rka, r.holder");
    statement.with(day_, kRightsSeen);
    HomeSeen home;
    while (statement.step()) {
      if (statement.integer(0) != home.rka) {
        classify(home);
        home = {statement.integer(0), {}};
      }
      Owner owner;
      owner.holder = statement.integer(1);
      owner.known = !statement.is_null(2);
      owner.birth = statement.integer(2);
      owner.death = statement.integer(3);
      owner.capacity = statement.integer(4);
      owner.citizen = statement.text(5) == "KAZ";
      owner.has_phone = !statement.is_null(6);
      const bool again = !home.owners.empty() && home.owners.back().holder == owner.holder;
      if (!again) home.owners.push_back(owner);
    }
    classify(home);
  }

  static bool is_person(const Owner& owner) {
    return domain::is_personal_number(digits_str<12>(owner.holder));
  }

  void classify(const HomeSeen& home) {
    if (home.owners.empty()) return;
    const auto any = [&](auto test) {
      return std::any_of(home.owners.begin(), home.owners.end(), test);
    };
    const auto keep = [&](const char* what) { odd_homes_[what].push_back(home.rka); };
    if (any([](const Owner& owner) { return !is_person(owner); })) {
      if (home.owners.size() == 1) keep("company_home");
      return;
    }
    if (any([](const Owner& owner) { return !owner.known; })) return;
    if (any([&](const Owner& owner) { return !adult(owner.birth); }))
      return keep("minor_owner_home");
    if (any([](const Owner& owner) { return owner.capacity != 0; }))
      return keep("incapable_owner_home");
    if (any([](const Owner& owner) { return owner.death != kNoDay; }))
      return keep("dead_owner_home");
    const bool one = home.owners.size() == 1;
    if (one && !home.owners[0].has_phone) return keep("owner_without_phone_home");
    if (any([](const Owner& owner) { return !owner.has_phone || !owner.citizen; })) return;
    if (one && one_owner_.size() < kHomesKept) one_owner_.push_back(home);
    if (!has(one ? "owner" : "co_owner") && asked_[one]++ < kClosely) owner_moves(home, one);
    if (one && !has("crowded_home")) crowded_.push_back(home.rka);
  }

  /// An owner or co-owner who does not live in the home.
  void owner_moves(const HomeSeen& home, bool alone) {
    const auto rka = unpacked<domain::Rka>(home.rka);
    const auto dwelling = plain_home(rka);
    if (!dwelling) return;
    for (const Owner& owner : home.owners) {
      const auto iin = unpacked<domain::Iin>(owner.holder);
      const auto who = person(iin);
      if (!who || !ordinary(*who) || lives_at(iin, rka)) continue;
      std::vector<domain::Iin> others;
      for (const Owner& other : home.owners) {
        if (other.holder != owner.holder) others.push_back(unpacked<domain::Iin>(other.holder));
      }
      return add(alone ? "owner" : "co_owner", *who, iin, &*dwelling,
                 alone ? kSoleOwner : kCoOwners, others);
    }
  }

  /// Somebody who owns nothing, with a number, and the homes that he may try to move into.
  void newcomer_and_homes() {
    Statement statement = database_.prepare(
        "SELECT p.iin FROM (SELECT * FROM reg_person ORDER BY iin LIMIT ?3) p "
        "JOIN reg_phone f ON f.iin = p.iin AND f.since < ?2 "
        "WHERE p.birth_date <= ?1 AND p.death_date = 0 AND p.capacity = 0 AND p.citizenship = "
        "'KAZ' "
        "AND p.document_number <> '' AND (p.document_expires = 0 OR p.document_expires > ?2) "
        "AND NOT EXISTS(SELECT 1 FROM reg_right r WHERE r.holder = p.iin) "
        "AND NOT EXISTS(SELECT 1 FROM reg_staff s WHERE s.iin = p.iin) LIMIT 20");
    statement.with(day_ - (kAdult + 1) * 10'000, day_, kPersonsSeen);
    std::vector<domain::Iin> people;
    while (statement.step()) people.push_back(unpacked<domain::Iin>(statement.integer(0)));
    for (const domain::Iin& iin : people) {
      const auto who = person(iin);
      if (who && ordinary(*who) && moves_in(*who)) return;
    }
  }

  bool moves_in(const domain::Person& who) {
    const auto related = value_of(registers_.relations(who.iin));
    for (const HomeSeen& home : one_owner_) {
      const auto owner = unpacked<domain::Iin>(home.owners[0].holder);
      const bool kin =
          std::any_of(related.begin(), related.end(), [&](const domain::Relation& relation) {
            return relation.iin == owner || relation.related == owner;
          });
      const auto dwelling = plain_home(unpacked<domain::Rka>(home.rka));
      if (kin || !dwelling || lives_at(who.iin, dwelling->rka)) continue;
      add("newcomer", who, who.iin, &*dwelling, kOwners, {owner});
      odd_homes_for(who);
      return true;
    }
    return false;
  }

  /// The newcomer at homes where something stands in the way.
  void odd_homes_for(const domain::Person& who) {
    const std::pair<const char*, Expected> kinds[] = {
        {"minor_owner_home", kNeedsPsc},       {"incapable_owner_home", kNeedsPsc},
        {"dead_owner_home", kOwnerDead},       {"company_home", kLegalEntity},
        {"owner_without_phone_home", kOwners},
    };
    for (const auto& [what, expected] : kinds) {
      std::size_t asked = 0;
      for (const std::int64_t rka : odd_homes_[what]) {
        if (++asked > kClosely) break;
        const auto dwelling = plain_home(unpacked<domain::Rka>(rka));
        if (!dwelling || lives_at(who.iin, dwelling->rka)) continue;
        std::vector<domain::Iin> consenters;
        const auto rights = value_of(registers_.rights(dwelling->rka));
        if (expected.code == kLegalEntity.code && !owned_by_company(rights)) continue;
        if (expected.code == kOwners.code) {
          for (const domain::Right& right : rights) {
            if (domain::in_force(right.from, right.to, today_)) {
              consenters.push_back(*domain::Iin::from_digits(right.holder));
            }
          }
        }
        add(what, who, who.iin, &*dwelling, expected, consenters);
        break;
      }
    }
    std::size_t asked = 0;
    for (const std::int64_t rka : crowded_) {
      const auto dwelling = living_place(unpacked<domain::Rka>(rka));
      if (++asked > kClosely) break;
      if (!dwelling || !has_norm(dwelling->kato) || !dwelling->useful_area_cm2) continue;
      if (residents(dwelling->rka) < *dwelling->useful_area_cm2 / kNormCm2) continue;
      if (value_of(registers_.is_student(who.iin, "71", today_)) ||
          lives_at(who.iin, dwelling->rka))
        continue;
      add("crowded_home", who, who.iin, &*dwelling, kNormExceeded);
      break;
    }
  }

  std::int64_t residents(const domain::Rka& rka) {
    std::vector<domain::Iin> people;
    for (const domain::Residence& residence : value_of(registers_.residents(rka))) {
      if (domain::in_force(residence, today_)) people.push_back(residence.iin);
    }
    std::sort(people.begin(), people.end());
    return std::unique(people.begin(), people.end()) - people.begin();
  }

  bool owned_by_company(const std::vector<domain::Right>& rights) {
    for (const domain::Right& right : rights) {
      if (!domain::in_force(right.from, right.to, today_)) continue;
      const auto organisation = value_of(registers_.organisation(right.holder));
      if (organisation && organisation->kind != domain::OrganisationKind::private_) return false;
    }
    return true;
  }

  void leases() {
    Statement statement =
        database_.prepare("SELECT DISTINCT rka FROM (SELECT rka FROM reg_lease LIMIT ?)");
    statement.with(kLeasesSeen);
    std::vector<domain::Rka> places;
    while (statement.step()) places.push_back(unpacked<domain::Rka>(statement.integer(0)));
    for (const domain::Rka& rka : places) {
      if (has("tenant") && has("lease_member")) return;
      const auto dwelling = plain_home(rka);
      if (!dwelling || !owned_by_state(rka)) continue;
      const auto all = value_of(registers_.leases(rka));
      if (all.empty()) continue;
      const domain::Lease& newest = all.back();
      if (!domain::in_force(newest.from, newest.to, today_)) continue;
      const auto tenant = person(newest.tenant);
      if (!tenant || !ordinary(*tenant) || phone(tenant->iin).empty()) continue;
      if (!has("tenant") && !lives_at(tenant->iin, rka)) {
        add("tenant", *tenant, tenant->iin, &*dwelling, kTenant);
      }
      for (const domain::Iin& iin : newest.members) {
        const auto member = person(iin);
        if (has("lease_member") || !member || !ordinary(*member)) continue;
        if (phone(iin).empty() || lives_at(iin, rka)) continue;
        add("lease_member", *member, iin, &*dwelling, kNamedInLease, {newest.tenant});
      }
    }
  }

  bool owned_by_state(const domain::Rka& rka) {
    bool any = false;
    for (const domain::Right& right : value_of(registers_.rights(rka))) {
      if (!domain::in_force(right.from, right.to, today_)) continue;
      const auto organisation = value_of(registers_.organisation(right.holder));
      if (!organisation || organisation->kind == domain::OrganisationKind::private_) return false;
      any = true;
    }
    return any;
  }

  /// Parents and guardians who can move somebody to another home of their own, and their wards.
  void relations() {
    relations_from(0);
    relations_from(iin_born(45));  // parents of teenagers
  }

  /// Where the IINs of those begin who are so old today.
  std::int64_t iin_born(int years_ago) const {
    const std::int64_t born = day_ - years_ago * 10'000;
    return born % 1'000'000 * 1'000'000;
  }

  void relations_from(std::int64_t first_iin) {
    Statement statement = database_.prepare(
        "SELECT r.iin, r.related, r.kind FROM (SELECT * FROM reg_relation WHERE iin >= ?3 "
        "ORDER BY iin, related, kind LIMIT ?1) r "
        "WHERE r.kind IN (0, 1, 2) AND r.from_day <= ?2 AND (r.to_day = 0 OR r.to_day >= ?2)");
    statement.with(kRelationsSeen, day_, first_iin);
    std::size_t parents = 0, guardians = 0;
    while (statement.step()) {
      const bool parent = statement.integer(2) == static_cast<int>(domain::RelationKind::parent);
      const char* const what = parent ? "parent" : "guardian";
      const bool enough =
          parent ? has("parent") : has("guardian") && has("ward") && has("limited_ward");
      if (enough || (parent ? parents : guardians)++ > kClosely * 4) continue;
      const auto ward = person(unpacked<domain::Iin>(statement.integer(1)));
      if (!ward || !needs_representative(*ward, parent)) continue;
      if (!parent) ward_applies(*ward);
      const auto who = person(unpacked<domain::Iin>(statement.integer(0)));
      if (!has(what) && who && ordinary(*who) && !phone(who->iin).empty())
        represent(what, *who, *ward);
    }
  }

  /// An adult ward who signs for himself.
  void ward_applies(const domain::Person& ward) {
    if (ward.capacity == domain::Capacity::full || phone(ward.iin).empty() || !somewhere()) return;
    const bool none = ward.capacity == domain::Capacity::none;
    const char* const what = none ? "ward" : "limited_ward";
    if (has(what) || !old_enough(ward, kAdult, 200) || lives_at(ward.iin, somewhere()->rka)) return;
    add(what, ward, ward.iin, &*somewhere(), none ? kGuardianMustApply : kRepresentativeMustApply);
  }

  /// A plain home of one adult owner.
  const std::optional<domain::Dwelling>& somewhere() {
    for (std::size_t i = 0; i < one_owner_.size() && !somewhere_; ++i) {
      somewhere_ = plain_home(unpacked<domain::Rka>(one_owner_[i].rka));
      somewhere_owner_ = one_owner_[i].owners[0].holder;
    }
    return somewhere_;
  }

  bool needs_representative(const domain::Person& ward, bool parent) const {
    if (ward.citizenship != "KAZ" || ward.death_date) return false;
    if (parent) return old_enough(ward, 14, 15);
    if (old_enough(ward, 14, 15)) return true;
    return ward.capacity != domain::Capacity::full && old_enough(ward, kAdult, 200) &&
           has_document(ward);
  }

  void represent(const char* what, const domain::Person& who, const domain::Person& ward) {
    for (const auto& [rka, share] : value_of(registers_.holdings(who.iin, today_))) {
      const auto dwelling = plain_home(rka);
      if (!dwelling || share != "1/1" || lives_at(ward.iin, rka)) continue;
      return add(what, who, ward.iin, &*dwelling, kSoleOwner);
    }
  }

  /// People to whom the service says why it cannot help them, at some plain home.
  void persons() {
    if (!somewhere()) return;
    look_through(0, *somewhere());
    // IINs begin with the day of birth, mostly.
    if (!has("teenager_16")) look_through(iin_born(17), *somewhere());
    if (!has("teenager")) look_through(iin_born(15), *somewhere());
  }

  bool all_refused_found() const {
    const char* const kinds[] = {"no_phone",     "foreigner", "ward",
                                 "limited_ward", "teenager",  "teenager_16"};
    return std::all_of(std::begin(kinds), std::end(kinds),
                       [&](const char* what) { return has(what); });
  }

  void look_through(std::int64_t from_iin, const domain::Dwelling& dwelling) {
    Statement statement = database_.prepare(
        "SELECT p.iin, p.birth_date, p.capacity, p.citizenship, f.iin FROM (SELECT iin, "
        "birth_date, death_date, "
        "capacity, citizenship FROM reg_person WHERE iin >= ?1 ORDER BY iin LIMIT ?2) p "
        "LEFT JOIN reg_phone f ON f.iin = p.iin AND f.since < ?3 WHERE p.death_date = 0");
    statement.with(from_iin, kPersonsSeen, day_);
    while (!all_refused_found() && statement.step()) {
      const std::int64_t birth = statement.integer(1), capacity = statement.integer(2);
      const bool citizen = statement.text(3) == "KAZ", has_phone = !statement.is_null(4);
      const auto aged = [&](int years) { return birth + years * 10'000 <= day_; };
      const char* what = nullptr;
      Expected expected{};
      if (!has_phone) {
        if (aged(20) && citizen && capacity == 0) what = "no_phone", expected = kNoCodeComes;
      } else if (!citizen) {
        if (aged(kAdult) && capacity == 0) what = "foreigner", expected = kForeigner;
      } else if (aged(kAdult) && capacity == 2) {
        what = "ward", expected = kGuardianMustApply;
      } else if (aged(kAdult) && capacity == 1) {
        what = "limited_ward", expected = kRepresentativeMustApply;
      } else if (aged(14) && !aged(16)) {
        what = "teenager", expected = kParentMustApply;
      } else if (aged(16) && !aged(kAdult)) {
        what = "teenager_16", expected = kOwners;
      }
      if (what == nullptr || has(what)) continue;
      const auto who = person(unpacked<domain::Iin>(statement.integer(0)));
      if (!who || lives_at(who->iin, dwelling.rka)) continue;
      // What comes before the row that is meant: papers are needed from 16 on.
      if (aged(16) && citizen && !has_document(*who)) continue;
      if (!has_phone) {
        add(what, *who, who->iin, nullptr, expected);
      } else if (expected.code == kOwners.code) {
        add(what, *who, who->iin, &dwelling, expected, {unpacked<domain::Iin>(somewhere_owner_)});
      } else {
        add(what, *who, who->iin, &dwelling, expected);
      }
    }
  }

  void staff() {
    Statement statement =
        database_.prepare("SELECT iin, role FROM (SELECT iin, role FROM reg_staff LIMIT 1000)");
    while (statement.step()) {
      const std::string role = statement.str(1);
      if (has(role)) continue;
      const auto who = person(unpacked<domain::Iin>(statement.integer(0)));
      if (!who || phone(who->iin).empty()) continue;
      add(role.c_str(), *who, who->iin, nullptr, {"", "", ""});
    }
  }

  std::vector<PersonToTry> in_order() {
    const char* const order[] = {"owner",
                                 "newcomer",
                                 "tenant",
                                 "lease_member",
                                 "co_owner",
                                 "parent",
                                 "guardian",
                                 "minor_owner_home",
                                 "incapable_owner_home",
                                 "dead_owner_home",
                                 "company_home",
                                 "owner_without_phone_home",
                                 "crowded_home",
                                 "teenager",
                                 "teenager_16",
                                 "ward",
                                 "limited_ward",
                                 "foreigner",
                                 "no_phone",
                                 "psc_receptionist",
                                 "psc_operator",
                                 "housing_clerk",
                                 "migration_officer",
                                 "auditor"};
    std::vector<PersonToTry> sorted;
    for (const char* what : order) {
      for (PersonToTry& person : found_) {
        if (person.what == what) sorted.push_back(std::move(person));
      }
    }
    return sorted;
  }

  Database& database_;
  EmbeddedRegisters registers_;
  domain::Date today_;
  std::int64_t day_;
  std::vector<PersonToTry> found_;
  std::vector<HomeSeen> one_owner_;
  std::map<std::string, std::vector<std::int64_t>> odd_homes_;
  std::vector<std::int64_t> crowded_;
  std::optional<domain::Dwelling> somewhere_;
  std::int64_t somewhere_owner_ = 0;
  std::array<std::size_t, 2> asked_{};
};

}  // namespace

std::vector<PersonToTry> people_to_try(Database& database, domain::Date today) {
  return Finder(database, today).find();
}

}  // namespace mekenjai::edge::registers
