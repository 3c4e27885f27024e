#include "edge/registers/population/stories.hpp"

namespace mekenjai::edge::registers::population {
namespace {

using Area = Home::Area;
using Document = Person::Document;
using Phone = Person::Phone;
using domain::Capacity;

constexpr std::string_view kWhole = "1/1", kHalf = "1/2", kQuarter = "1/4";

struct Family {
  Somebody father, mother;
  std::vector<Somebody> children;
};

/// A couple with children; `ages` are the children's, the parents have phones.
Family family(World& world, std::initializer_list<int> ages) {
  Family made;
  const int oldest = ages.size() == 0 ? 0 : std::max(ages);
  made.father = world.person({.age_from = oldest + 23,
                              .age_to = oldest + 32,
                              .sex = Sex::male,
                              .document = Document::good,
                              .phone = Phone::yes});
  made.mother = world.person({.age_from = oldest + 20,
                              .age_to = oldest + 28,
                              .sex = Sex::female,
                              .husband = &made.father,
                              .document = Document::good,
                              .phone = Phone::yes});
  world.relate(made.father, RelationKind::spouse, made.mother, ago(365 * 3, 365 * 20));
  for (const int age : ages) {
    made.children.push_back(world.person({.age_from = age,
                                          .age_to = age,
                                          .father = &made.father,
                                          .document = age < 16 ? Document::none : Document::good,
                                          .phone = age < 14 ? Phone::none : Phone::yes}));
    world.relate(made.father, RelationKind::parent, made.children.back());
    world.relate(made.mother, RelationKind::parent, made.children.back());
  }
  for (std::size_t i = 1; i < made.children.size(); ++i) {
    world.relate(made.children[0], RelationKind::sibling, made.children[i]);
  }
  return made;
}

void live_together(World& world, const Family& family, const Place& place) {
  world.live(family.father, place);
  world.live(family.mother, place);
  for (const Somebody& child : family.children) world.live(child, place);
}

Somebody adult(World& world, int from = 28, int to = 55) {
  return world.person(
      {.age_from = from, .age_to = to, .document = Document::good, .phone = Phone::yes});
}

/// Somebody with a phone who owns nothing and lives in a home that belongs to a company.
Somebody newcomer(World& world) {
  const Somebody made = adult(world, 20, 45);
  const Place place = world.home({.kind = DwellingKind::room});
  world.own(place, world.bodies().company);
  world.live(made, place);
  return made;
}

/// A flat whose only owner lives in it.
Place owned_home(World& world, const Somebody& owner, const Home& home = {}) {
  const Place place = world.home(home);
  world.own(place, owner.iin);
  world.live(owner, place);
  return place;
}

// Owners (rows D) ---------------------------------------------------------------------------------

void officials(World& world) {
  for (const std::string_view role :
       {"psc_receptionist", "psc_operator", "housing_clerk", "migration_officer", "auditor"}) {
    const Somebody one = adult(world);
    owned_home(world, one);
    world.staff(one, role, world.city);
  }
}

void sole_owner(World& world) {
  const Family them = family(world, {9, 4});
  const Place place = world.home();
  world.own(place, them.father.iin);
  live_together(world, them, place);
  // A second home stands empty: the owner may move there himself.
  world.own(world.home(), them.father.iin);
  newcomer(world);
}

void sold_home(World& world) {
  const Somebody seller = adult(world), buyer = adult(world);
  const Place place = world.home();
  world.right(place, seller.iin.view(), kWhole, ago(5000, 6000), ago(801, 900));
  world.right(place, buyer.iin.view(), kWhole, ago(700, 800), {});
  world.live(seller, place, ago(5000, 6000), ago(780, 800));
  owned_home(world, seller);
  world.live(buyer, place);
}

void two_rights_of_one_owner(World& world) {
  const Somebody owner = adult(world);
  const Place place = world.home();
  world.right(place, owner.iin.view(), kHalf, ago(3000, 4000), {});
  world.right(place, owner.iin.view(), kHalf, ago(500, 2000), {});
  world.live(owner, place);
}

void spouses_co_own(World& world) {
  const Family them = family(world, {12, 7, 2});
  const Place place = world.home();
  world.own(place, them.father.iin, kHalf);
  world.own(place, them.mother.iin, kHalf);
  live_together(world, them, place);
}

void three_co_owners(World& world) {
  const Family them = family(world, {24, 21});
  const Place place = world.home();
  world.own(place, them.father.iin, kHalf);
  world.own(place, them.mother.iin, kQuarter);
  world.own(place, them.children[0].iin, kQuarter);
  world.live(them.father, place);
  world.live(them.mother, place);
  world.live(them.children[1], place);
  const Place rented = world.home({.kind = DwellingKind::room});
  world.own(rented, world.bodies().company);
  world.live(them.children[0], rented);
}

void child_co_owner(World& world) {
  const Family them = family(world, {10, 6});
  const Place place = world.home();
  world.own(place, them.mother.iin, "3/4");
  world.own(place, them.children[0].iin, kQuarter);
  live_together(world, them, place);
}

void orphan_owner(World& world) {
  const Somebody grandmother = world.person({.age_from = 55,
                                             .age_to = 70,
                                             .sex = Sex::female,
                                             .document = Document::good,
                                             .phone = Phone::yes});
  const Somebody child = world.person({.age_from = 8, .age_to = 12, .document = Document::none});
  world.relate(grandmother, RelationKind::grandparent, child);
  world.relate(grandmother, RelationKind::guardian, child, ago(500, 1500));
  const Place place = world.home();
  world.own(place, child.iin);
  world.live(child, place);
  world.live(grandmother, place);
}

void incapable_owner(World& world) {
  const Somebody guardian = adult(world, 45, 60);
  const Somebody ward = world.person({.age_from = 22,
                                      .age_to = 80,
                                      .capacity = Capacity::none,
                                      .document = Document::good,
                                      .phone = Phone::none});
  world.relate(guardian, RelationKind::guardian, ward, ago(500, 2000));
  owned_home(world, ward);
  owned_home(world, guardian);
}

void limited_owner(World& world) {
  const Somebody trustee = adult(world, 45, 60);
  const Somebody owner = world.person({.age_from = 25,
                                       .age_to = 70,
                                       .capacity = Capacity::limited,
                                       .document = Document::good,
                                       .phone = Phone::yes});
  world.relate(trustee, RelationKind::trustee, owner, ago(500, 2000));
  owned_home(world, owner);
  owned_home(world, trustee);
}

void dead_owner(World& world) {
  const Somebody owner = world.person({.age_from = 60, .age_to = 85, .dead = true});
  const Somebody heir = world.person({.age_from = 30,
                                      .age_to = 45,
                                      .father = &owner,
                                      .document = Document::good,
                                      .phone = Phone::yes});
  world.relate(owner, RelationKind::parent, heir);
  const Place place = world.home();
  world.own(place, owner.iin);
  world.live(heir, place);
}

void foreign_owner(World& world) {
  const Somebody owner = world.person({.tongue = Tongue::russian,
                                       .citizenship = "RUS",
                                       .document = Document::good,
                                       .phone = Phone::yes});
  owned_home(world, owner);
  newcomer(world);
}

void owner_without_record(World& world) {
  const Place place = world.home();
  world.own(place, world.unknown_iin());
  newcomer(world);
}

void company_owner(World& world) {
  const Family them = family(world, {3});
  const Place place = world.home();
  world.own(place, world.bodies().company);
  live_together(world, them, place);
}

void owner_with_unknown_bin(World& world) {
  const Place place = world.home();
  world.own(place, world.unknown_bin());
  world.live(adult(world), place);
}

void company_and_person(World& world) {
  const Place place = world.home();
  const Somebody owner = adult(world);
  world.own(place, owner.iin, kHalf);
  world.own(place, world.bodies().company, kHalf);
  world.live(owner, place);
}

void nobody_owns(World& world) {
  const Place place = world.home();
  world.live(adult(world), place);
  // Here somebody did, and no longer does.
  const Place left = world.home();
  const Somebody before = adult(world);
  world.right(left, before.iin.view(), kWhole, ago(3000, 4000), ago(500, 900));
  owned_home(world, before);
}

void encumbered(World& world) {
  world.encumber(owned_home(world, adult(world)), EncumbranceKind::arrest);
  world.encumber(owned_home(world, adult(world)), EncumbranceKind::mortgage);
  world.encumber(owned_home(world, adult(world)), EncumbranceKind::other);
  world.encumber(owned_home(world, adult(world)), EncumbranceKind::arrest, true);
  newcomer(world);
}

void owner_without_phone(World& world) {
  const Somebody owner = world.person({.document = Document::good, .phone = Phone::none});
  owned_home(world, owner);
  newcomer(world);
}

void owner_with_new_number(World& world) {
  const Somebody owner = world.person({.document = Document::good, .phone = Phone::bound_today});
  owned_home(world, owner);
  newcomer(world);
}

void owner_of_many(World& world) {
  const Somebody owner = adult(world);
  owned_home(world, owner);
  for (int i = 0; i < 4; ++i) world.own(world.home(), owner.iin, i % 2 == 0 ? kWhole : "1/3");
}

// State rental housing (rows E)
// -----------------------------------------------------------------------

void state_lease(World& world) {
  const Family them = family(world, {15, 8});
  const Place place = world.home();
  world.own(place, world.bodies().state);
  // The older child is not named: row E3.
  world.lease(place, them.father, world.bodies().housing, ago(500, 3000), {},
              {them.mother, them.children[1]});
  live_together(world, them, place);
}

void housing_body_lease(World& world) {
  const Family them = family(world, {22, 16});
  const Place place = world.home();
  world.own(place, world.bodies().housing);
  world.lease(place, them.mother, world.bodies().housing, ago(500, 3000), ahead(1500, 4000),
              {them.father, them.children[0], them.children[1]});
  world.live(them.mother, place);
  world.live(them.father, place);
  world.live(them.children[1], place);
  // The grown son lives elsewhere and may come: row E2.
  const Place rented = world.home({.kind = DwellingKind::dormitory});
  world.own(rented, world.bodies().company);
  world.live(them.children[0], rented);
}

void ended_lease(World& world) {
  const Family them = family(world, {5});
  const Place place = world.home();
  world.own(place, world.bodies().state);
  world.lease(place, them.father, world.bodies().housing, ago(2000, 3000), ago(450, 900),
              {them.mother});
  live_together(world, them, place);
}

void second_lease(World& world) {
  // The tenant of the new lease has not moved in yet: row E1.
  const Somebody before = adult(world), tenant = newcomer(world), member = adult(world);
  const Place place = world.home();
  world.own(place, world.bodies().state);
  world.lease(place, before, world.bodies().housing, ago(3000, 4000), ago(1001, 1100), {});
  world.lease(place, tenant, world.bodies().housing, ago(900, 1000), {}, {member});
  owned_home(world, before);
  owned_home(world, member);
}

void no_lease(World& world) {
  const Place place = world.home();
  world.own(place, world.bodies().state);
  newcomer(world);
}

void state_and_private(World& world) {
  const Somebody owner = adult(world);
  const Place place = world.home();
  world.own(place, world.bodies().state, kHalf);
  world.own(place, owner.iin, kHalf);
  world.live(owner, place);
}

// Who applies for whom (rows A and B)
// ---------------------------------------------------------------

void teenagers(World& world) {
  const Family them = family(world, {17, 14, 11});
  const Place place = world.home();
  world.own(place, them.mother.iin);
  live_together(world, them, place);
  world.own(world.home(), them.father.iin);
}

void divorced_parents(World& world) {
  const Family them = family(world, {9, 5});
  const Place hers = world.home(), his = world.home();
  world.own(hers, them.mother.iin);
  world.own(his, them.father.iin);
  world.live(them.father, his);
  world.live(them.mother, hers);
  for (const Somebody& child : them.children) world.live(child, hers);
  const Place bought = world.home();  // where she and the children move: row H3
  world.own(bought, them.mother.iin);
}

void ward_under_age(World& world) {
  const Somebody guardian = adult(world, 35, 60);
  const Somebody child = world.person({.age_from = 6, .age_to = 11, .document = Document::none});
  const Somebody teenager =
      world.person({.age_from = 15, .age_to = 15, .document = Document::none, .phone = Phone::yes});
  world.relate(guardian, RelationKind::guardian, child, ago(500, 1500));
  world.relate(guardian, RelationKind::trustee, teenager, ago(500, 1500));
  const Place place = owned_home(world, guardian);
  world.live(child, place);
  const Place other = world.home();
  world.own(other, guardian.iin);
  world.live(teenager, other);
}

void former_guardian(World& world) {
  const Somebody before = adult(world, 35, 60);
  const Somebody child = world.person({.age_from = 9, .age_to = 13, .document = Document::none});
  world.relate(before, RelationKind::guardian, child, ago(2000, 2500), ago(450, 900));
  const Place place = owned_home(world, before);
  world.live(child, place);
}

void incapable_adult_applies(World& world) {
  const Somebody guardian = adult(world, 40, 60);
  const Somebody ward = world.person({.age_from = 20,
                                      .age_to = 40,
                                      .capacity = Capacity::none,
                                      .document = Document::good,
                                      .phone = Phone::yes});
  world.relate(guardian, RelationKind::guardian, ward, ago(500, 1500));
  const Place place = owned_home(world, guardian);
  world.live(ward, place);
  world.own(world.home(), guardian.iin);
}

void limited_adult_applies(World& world) {
  const Somebody trustee = adult(world, 40, 60);
  const Somebody ward = world.person({.age_from = 20,
                                      .age_to = 40,
                                      .capacity = Capacity::limited,
                                      .document = Document::good,
                                      .phone = Phone::yes});
  world.relate(trustee, RelationKind::trustee, ward, ago(500, 1500));
  const Place place = owned_home(world, trustee);
  world.live(ward, place);
  world.own(world.home(), trustee.iin);
}

void limited_parent(World& world) {
  const Somebody parent = world.person({.age_from = 38,
                                        .age_to = 45,
                                        .sex = Sex::female,
                                        .capacity = Capacity::limited,
                                        .document = Document::good,
                                        .phone = Phone::yes});
  const Somebody child =
      world.person({.age_from = 15, .age_to = 15, .document = Document::none, .phone = Phone::yes});
  world.relate(parent, RelationKind::parent, child);
  const Place place = world.home();
  const Somebody owner = adult(world);
  world.own(place, owner.iin);
  world.live(owner, place);
  world.live(parent, place);
  world.live(child, place);
}

void bad_documents(World& world) {
  const Somebody expired = world.person({.document = Document::expired, .phone = Phone::yes});
  const Somebody missing = world.person({.document = Document::none, .phone = Phone::yes});
  owned_home(world, expired);
  owned_home(world, missing);
}

void dead_relative(World& world) {
  const Somebody dead =
      world.person({.age_from = 15, .age_to = 17, .dead = true, .document = Document::none});
  const Somebody parent = adult(world, 40, 50);
  world.relate(parent, RelationKind::parent, dead);
  owned_home(world, parent);
}

void foreigners(World& world) {
  const Somebody one = world.person({.tongue = Tongue::russian,
                                     .citizenship = "UZB",
                                     .document = Document::good,
                                     .phone = Phone::yes});
  const Somebody two = world.person({.tongue = Tongue::russian,
                                     .citizenship = "CHN",
                                     .document = Document::good,
                                     .phone = Phone::yes});
  const Place place = owned_home(world, adult(world));
  world.stay(one, place, ago(20, 60), ahead(200, 260));
  world.live(two, place);
}

void other_digits(World& world) {
  const Somebody one =
      world.person({.document = Document::good, .phone = Phone::yes, .foreign_digits = true});
  owned_home(world, one);
  world.own(world.home(), one.iin);
}

void shared_phone(World& world) {
  const Somebody mother = world.person({.age_from = 40,
                                        .age_to = 45,
                                        .sex = Sex::female,
                                        .document = Document::good,
                                        .phone = Phone::yes});
  const Somebody child = world.person({.age_from = 15,
                                       .age_to = 15,
                                       .document = Document::none,
                                       .phone = Phone::yes,
                                       .shared_phone = mother.phone});
  world.relate(mother, RelationKind::parent, child);
  const Place place = owned_home(world, mother);
  world.live(child, place);
}

void without_phone(World& world) {
  const Somebody one = world.person({.document = Document::good, .phone = Phone::none});
  const Place place = world.home({.kind = DwellingKind::room});
  world.own(place, world.bodies().company);
  world.live(one, place);
}

void temporary_residents(World& world) {
  const Somebody owner = adult(world), guest = adult(world), former = adult(world);
  const Place place = owned_home(world, owner);
  owned_home(world, guest);
  owned_home(world, former);
  world.stay(guest, place, ago(20, 60), ahead(200, 260));
  world.stay(former, place, ago(700, 760), ago(450, 500));
  world.stay(former, place, ahead(30, 40), ahead(200, 260));
}

void students(World& world) {
  const std::size_t home_city = world.city;
  const Family them = family(world, {19, 16});
  const Place place = world.home();
  world.own(place, them.father.iin);
  live_together(world, them, place);
  world.city = astana();
  const Place room = world.home({.kind = DwellingKind::dormitory});
  world.own(room, world.bodies().university);
  world.stay(them.children[0], room, ago(40, 80), ahead(200, 260));
  world.student(them.children[0], astana(), ago(450, 700), ahead(500, 900));
  // One who has finished is no student any more.
  const Somebody graduate = adult(world, 24, 28);
  world.student(graduate, astana(), ago(1500, 2000), ago(450, 700));
  owned_home(world, graduate);
  world.city = home_city;
}

void grandparents(World& world) {
  const Family old = family(world, {33});
  const Somebody& son = old.children[0];
  const Somebody wife = world.person({.age_from = 28,
                                      .age_to = 32,
                                      .sex = Sex::female,
                                      .husband = &son,
                                      .document = Document::good,
                                      .phone = Phone::yes});
  const Somebody child =
      world.person({.age_from = 6, .age_to = 8, .father = &son, .document = Document::none});
  world.relate(son, RelationKind::spouse, wife);
  world.relate(son, RelationKind::parent, child);
  world.relate(wife, RelationKind::parent, child);
  world.relate(old.father, RelationKind::grandparent, child);
  world.relate(old.mother, RelationKind::grandparent, child);
  const Place place = world.home();
  world.own(place, old.father.iin);
  world.live(old.father, place);
  world.live(old.mother, place);
  world.live(son, place);
  const Place theirs = world.home();
  world.own(theirs, wife.iin);
  world.live(wife, theirs);
  world.live(child, theirs);
}

// Dwellings (rows C) ------------------------------------------------------------------------------

void every_kind_of_home(World& world) {
  for (const DwellingKind kind :
       {DwellingKind::house, DwellingKind::flat, DwellingKind::room, DwellingKind::dacha}) {
    owned_home(world, adult(world), {.kind = kind});
  }
  const DwellingKind houses[] = {DwellingKind::dormitory, DwellingKind::hotel,
                                 DwellingKind::rest_home, DwellingKind::sanatorium,
                                 DwellingKind::medical,   DwellingKind::boarding_home};
  for (const DwellingKind kind : houses) {
    const Place place = world.home({.kind = kind});
    world.own(place, world.bodies().company);
    world.live(adult(world), place);
  }
}

void not_for_living(World& world) {
  const Somebody owner = adult(world);
  owned_home(world, owner);
  for (const DwellingKind kind :
       {DwellingKind::plot, DwellingKind::non_residential, DwellingKind::building}) {
    world.own(world.home({.kind = kind}), owner.iin);
  }
  world.own(world.home({.actual = false}), owner.iin);
}

// Norm of floor area in Astana and crowded homes (rows F)
// ------------------------------------------------

void small_flat(World& world) {  // one person fits
  const Family them = family(world, {20});
  const Place place = world.home({.area = Area::small});
  world.own(place, them.father.iin);
  world.live(them.father, place);
  const Place other = world.home({.area = Area::large});
  world.own(other, them.mother.iin);
  world.live(them.mother, other);
  world.live(them.children[0], other);
  newcomer(world);
}

void close_to_the_norm(World& world) {  // three people fit, two live there
  const Somebody owner = adult(world), guest = adult(world);
  const Place place = owned_home(world, owner, {.area = Area::close});
  world.live(guest, place);
  newcomer(world);
  newcomer(world);
}

void large_flat(World& world) {
  owned_home(world, adult(world), {.area = Area::large});
  newcomer(world);
}

void unknown_area(World& world) {
  owned_home(world, adult(world), {.area = Area::unknown});
  newcomer(world);
}

void student_above_the_norm(World& world) {
  const Somebody owner = adult(world);
  owned_home(world, owner, {.area = Area::small});
  const Somebody student = newcomer(world);
  world.student(student, astana(), ago(450, 700), ahead(500, 900));
}

void crowded(World& world) {  // fourteen live there, four of them for a month at most
  const Somebody owner = adult(world);
  const Place place = owned_home(world, owner, {.area = Area::large});
  for (int i = 0; i < 13; ++i) {
    const Somebody guest = adult(world, 19, 55);
    if (i < 4) {
      world.live(guest, place, ago(2, 20));
    } else {
      world.live(guest, place, ago(100, 2000));
    }
  }
  newcomer(world);
}

// Astana has the norm: these stories happen there.
template <void (*Tell)(World&)>
void in_astana(World& world) {
  world.city = astana();
  Tell(world);
}

constexpr Story kStories[] = {
    {"officials", in_astana<officials>},
    {"sole_owner", sole_owner},
    {"spouses_co_own", spouses_co_own},
    {"state_lease", state_lease},
    {"child_co_owner", child_co_owner},
    {"ward_under_age", ward_under_age},
    {"teenagers", teenagers},
    {"three_co_owners", three_co_owners},
    {"orphan_owner", orphan_owner},
    {"incapable_owner", incapable_owner},
    {"limited_owner", limited_owner},
    {"dead_owner", dead_owner},
    {"foreign_owner", foreign_owner},
    {"owner_without_record", owner_without_record},
    {"company_owner", company_owner},
    {"owner_with_unknown_bin", owner_with_unknown_bin},
    {"company_and_person", company_and_person},
    {"nobody_owns", nobody_owns},
    {"sold_home", sold_home},
    {"two_rights_of_one_owner", two_rights_of_one_owner},
    {"encumbered", encumbered},
    {"owner_without_phone", owner_without_phone},
    {"owner_with_new_number", owner_with_new_number},
    {"owner_of_many", owner_of_many},
    {"housing_body_lease", housing_body_lease},
    {"ended_lease", ended_lease},
    {"second_lease", second_lease},
    {"no_lease", no_lease},
    {"state_and_private", state_and_private},
    {"divorced_parents", divorced_parents},
    {"former_guardian", former_guardian},
    {"incapable_adult_applies", incapable_adult_applies},
    {"limited_adult_applies", limited_adult_applies},
    {"limited_parent", limited_parent},
    {"bad_documents", bad_documents},
    {"dead_relative", dead_relative},
    {"foreigners", foreigners},
    {"other_digits", other_digits},
    {"shared_phone", shared_phone},
    {"without_phone", without_phone},
    {"temporary_residents", temporary_residents},
    {"students", students},
    {"grandparents", grandparents},
    {"every_kind_of_home", every_kind_of_home},
    {"not_for_living", not_for_living},
    {"small_flat", in_astana<small_flat>},
    {"close_to_the_norm", in_astana<close_to_the_norm>},
    {"large_flat", in_astana<large_flat>},
    {"unknown_area", in_astana<unknown_area>},
    {"student_above_the_norm", in_astana<student_above_the_norm>},
    {"crowded", in_astana<crowded>},
};

// Ordinary families
// ------------------------------------------------------------------------------------

/// Who owns a household's home, in the usual proportions.
void own_as_usual(World& world, const Place& place, const Somebody& first, const Somebody* second,
                  const std::vector<Somebody>& children) {
  const std::uint32_t dice = world.random.below(100);
  if (dice < 4) {
    world.own(place, world.bodies().housing);
    std::vector<Somebody> members = children;
    if (second) members.push_back(*second);
    world.lease(place, first, world.bodies().housing, ago(500, 4000), {}, members);
  } else if (dice < 6) {
    world.own(place, world.bodies().company);
  } else if (dice < 12 && !children.empty()) {
    world.own(place, first.iin, kHalf);
    world.own(place, children.front().iin, kHalf);
  } else if (dice < 45 && second) {
    world.own(place, first.iin, kHalf);
    world.own(place, second->iin, kHalf);
  } else {
    world.own(place, first.iin);
  }
  if (dice % 10 == 7) world.encumber(place, EncumbranceKind::mortgage);
}

Home usual_home(World& world) {
  const std::uint32_t dice = world.random.below(100);
  return {.kind = dice < 65   ? DwellingKind::flat
                  : dice < 92 ? DwellingKind::house
                  : dice < 96 ? DwellingKind::dacha
                              : DwellingKind::room};
}

/// A grown child with spouse and children of his own.
void tell_household(World& world, const Somebody& head, int age,
                    const std::vector<const Somebody*>& parents) {
  std::optional<Somebody> spouse;
  std::vector<Somebody> children;
  const bool head_is_man = head.sex == Sex::male;
  if (age >= 22 && world.random.chance(70)) {
    Person wanted{.age_from = std::max(20, age - 4),
                  .age_to = age + 2,
                  .sex = head_is_man ? Sex::female : Sex::male};
    if (head_is_man) wanted.husband = &head;
    spouse = world.person(wanted);
    world.relate(head, RelationKind::spouse, *spouse);
    const Somebody& father = head_is_man ? head : *spouse;
    const int eldest = std::min(age - 21, 20);
    const int count = world.random.between(0, 4);
    for (int i = 0; i < count && eldest - 2 * i >= 0; ++i) {
      children.push_back(world.person({.age_from = std::max(0, eldest - 2 * i - 1),
                                       .age_to = eldest - 2 * i,
                                       .father = &father}));
      const Somebody& child = children.back();
      world.relate(head, RelationKind::parent, child);
      world.relate(*spouse, RelationKind::parent, child);
      for (const Somebody* parent : parents)
        world.relate(*parent, RelationKind::grandparent, child);
      if (i > 0) world.relate(children.front(), RelationKind::sibling, child);
    }
  }
  const Place place = world.home(usual_home(world));
  own_as_usual(world, place, head, spouse ? &*spouse : nullptr, children);
  world.live(head, place);
  if (spouse) world.live(*spouse, place);
  for (const Somebody& child : children) world.live(child, place);
  if (world.random.chance(15)) {  // a second home, in which nobody lives
    const Place second = world.home(usual_home(world));
    if (spouse && world.random.chance(40)) {
      world.own(second, head.iin, kHalf);
      world.own(second, spouse->iin, kHalf);
    } else {
      world.own(second, head.iin);
    }
  }
  if (age < 60) world.offer_post(head);
}

}  // namespace

std::span<const Story> stories() { return kStories; }

void tell_single(World& world) { owned_home(world, world.person({.age_from = 20, .age_to = 75})); }

void tell_ordinary(World& world) {
  const int age = world.random.between(48, 82);
  const bool widowed = world.random.chance(static_cast<std::uint32_t>(std::max(3, age - 50)));
  const Somebody father =
      world.person({.age_from = age, .age_to = age, .sex = Sex::male, .dead = widowed});
  const bool incapable = world.random.chance(1);
  const Somebody mother = world.person({.age_from = age - 5,
                                        .age_to = age,
                                        .sex = Sex::female,
                                        .husband = &father,
                                        .capacity = incapable ? Capacity::none : Capacity::full});
  world.relate(father, RelationKind::spouse, mother);
  std::vector<const Somebody*> old{&mother};
  if (!widowed) old.push_back(&father);

  std::vector<Somebody> grown;
  std::vector<int> ages;
  for (int i = 0, next = age - world.random.between(22, 30);
       i < world.random.between(1, 4) && next >= 18; ++i, next -= world.random.between(1, 5)) {
    grown.push_back(world.person({.age_from = next, .age_to = next, .father = &father}));
    ages.push_back(next);
    world.relate(father, RelationKind::parent, grown.back());
    world.relate(mother, RelationKind::parent, grown.back());
    if (i > 0) world.relate(grown.front(), RelationKind::sibling, grown.back());
  }
  if (incapable && !grown.empty()) {
    world.relate(grown[0], RelationKind::guardian, mother, ago(450, 3000));
  }
  const Place place = world.home(usual_home(world));
  if (widowed && world.random.chance(8)) {
    world.own(place, father.iin);  // nobody has registered the inheritance yet
  } else {
    own_as_usual(world, place, mother, widowed ? nullptr : &father, {});
  }
  if (!widowed) world.live(father, place);
  world.live(mother, place);
  for (std::size_t i = 0; i < grown.size(); ++i) {
    // The young stay at home: they own nothing and may move in somewhere.
    if (ages[i] < 24 && world.random.chance(70)) {
      world.live(grown[i], place);
      if (world.random.chance(40)) {
        world.student(grown[i], world.city, ago(450, 700), ahead(400, 900));
      }
    } else {
      tell_household(world, grown[i], ages[i], old);
    }
  }
}

}  // namespace mekenjai::edge::registers::population
