#include "policy/policy.hpp"

namespace mekenjai::policy {

const Norm* Policy::norm_at(std::string_view kato, base::Date day) const {
  const Norm* best = nullptr;
  for (const Norm& norm : norms) {
    if (!kato.starts_with(norm.kato_prefix) || day < norm.from) continue;
    // The nearest place counts, and of two norms of one place the later.
    if (best == nullptr || norm.kato_prefix.size() > best->kato_prefix.size() ||
        (norm.kato_prefix.size() == best->kato_prefix.size() && norm.from > best->from)) {
      best = &norm;
    }
  }
  return best;
}

const std::vector<Basis>& Policy::basis_of(std::string_view row) const {
  static const std::vector<Basis> kNone;
  const auto found =
      std::find_if(basis.begin(), basis.end(), [&](const auto& one) { return one.first == row; });
  return found == basis.end() ? kNone : found->second;
}

const Policy& Editions::in_force(base::Date day) const {
  const Policy* current = &all_.front();
  for (const Policy& edition : all_) {
    if (edition.valid_from <= day) current = &edition;
  }
  return *current;
}

const Policy* Editions::by_version(std::string_view version) const {
  const auto found = std::find_if(
      all_.begin(), all_.end(), [&](const Policy& edition) { return edition.version == version; });
  return found == all_.end() ? nullptr : &*found;
}

}  // namespace mekenjai::policy
