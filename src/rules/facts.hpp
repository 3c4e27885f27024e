// What the rules look at. Gathered at the edge before, passed in whole: the rules read nothing
// else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/registers.hpp"

namespace mekenjai::rules {

/// A register's answer: what it says, or that it did not answer. "Nothing is recorded" is an
/// answer, spelt as an empty optional or vector; "did not answer" leads to row X and never to a
/// refusal.
template <class T>
class Fact {
 public:
  Fact() = default;                            // not answered
  Fact(T value) : value_(std::move(value)) {}  // NOLINT: a value is a fact
  bool available() const { return value_.has_value(); }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
};

/// A person as far as the population register and БМГ tell.
struct PersonFacts {
  domain::Iin iin;
  Fact<std::optional<domain::Person>> record;
};

/// One of the people to be registered. May be the applicant himself.
struct RegistrantFacts {
  PersonFacts person;
  /// Every relation in which the registrant stands on either side: to the applicant, to the owners.
  Fact<std::vector<domain::Relation>> relations;
  /// All his registrations, past ones too (register of residences).
  Fact<std::vector<domain::Residence>> residences;
  /// The number of his open application of the same kind (row A10) other than this one, and whether
  /// the applicant of this one filed it. Our own state: always known.
  std::optional<std::string> open_application_number;
  bool open_application_is_applicants_own = false;
  /// A full-time student in the dwelling's city on the day (row F4).
  Fact<bool> student_here;
  /// Children under 14 who follow him at a permanent registration (row H3): those of
  /// `child_follows`.
  Fact<std::vector<domain::Iin>> followers;
  /// His number in БМГ; looked at only where he must confirm himself (rows B13 and D12).
  Fact<std::optional<domain::Phone>> phone;
};

/// A holder of the right of ownership.
struct OwnerFacts {
  std::string holder;  // IIN or BIN
  /// The person, where the holder's number is a person's and the register knows him.
  Fact<std::optional<domain::Person>> person;
  /// The organisation, where it is one and a register knows it.
  Fact<std::optional<domain::Organisation>> organisation;
  Fact<std::optional<domain::Phone>> phone;
  bool is_personal() const { return domain::is_personal_number(holder); }
};

/// Who lives at the dwelling on the day, and how many came lately. Each person once.
struct Occupancy {
  std::vector<domain::Iin> residents;          // permanent and active temporary
  std::vector<domain::Iin> registered_lately;  // within the last 30 days
};

struct DwellingFacts {
  domain::Rka rka;
  Fact<std::optional<domain::Dwelling>> record;
  Fact<std::vector<domain::Encumbrance>> encumbrances;  // all, in force or not
  /// Holders of rights in force on the day, each once, in the register's order.
  Fact<std::vector<OwnerFacts>> owners;
  Fact<std::vector<domain::Lease>> leases;  // all of this dwelling, past ones too
  /// The tenant's number, where somebody leases (row D12 applies to him as well).
  Fact<std::optional<domain::Phone>> tenant_phone;
  Fact<std::optional<domain::Person>> tenant;
  Fact<Occupancy> occupancy;
};

/// All that a decision rests on.
struct Facts {
  domain::Date today{};  // the day the decision is made for, Asia/Almaty
  domain::ResidenceKind kind = domain::ResidenceKind::permanent;
  std::optional<domain::Date> until;
  PersonFacts applicant;
  std::vector<RegistrantFacts> registrants;  // 1 to 10, in the order the applicant named them
  DwellingFacts dwelling;
};

}  // namespace mekenjai::rules
