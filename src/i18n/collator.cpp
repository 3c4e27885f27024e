#include "i18n/collator.hpp"

#include <unicode/coll.h>
#include <unicode/tblcoll.h>
#include <unicode/unistr.h>

#include <stdexcept>

#include "i18n/latin.hpp"

namespace mekenjai::i18n {
namespace {

/// a ä b … g ğ h ı i j … n ñ o ö … s ş t u ū ü v y z; foreign letters where ICU's root has them.
constexpr const char* kLatinOfKazakh =
    "&a<ä<<<Ä&g<ğ<<<Ğ&[before 1]i<ı<<<I&i<<<İ&n<ñ<<<Ñ&o<ö<<<Ö&s<ş<<<Ş&u<ū<<<Ū<ü<<<Ü";

std::unique_ptr<icu::Collator> made(Language language) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::Collator> collator;
  if (language == Language::kk_latn) {
    collator = std::make_unique<icu::RuleBasedCollator>(
        icu::UnicodeString::fromUTF8(kLatinOfKazakh), status);
  } else {
    collator.reset(
        icu::Collator::createInstance(icu::Locale(std::string(tag(language)).c_str()), status));
  }
  if (U_SUCCESS(status)) collator->setAttribute(UCOL_NUMERIC_COLLATION, UCOL_ON, status);
  if (U_FAILURE(status))
    throw std::runtime_error(std::string("no collation: ") + u_errorName(status));
  return collator;
}

}  // namespace

struct Collator::Icu {
  std::unique_ptr<const icu::Collator> collator;
  bool in_latin;
};

Collator::Collator(Language language) : icu_(std::make_unique<const Icu>(Icu{made(language), language == Language::kk_latn})) {}
Collator::~Collator() = default;

const Collator& Collator::of(Language language) {
  // Made at first need: the latin one compiles its rules.
  switch (language) {
    case Language::kk: {
      static const Collator kk(Language::kk);
      return kk;
    }
    case Language::kk_latn: {
      static const Collator kk_latn(Language::kk_latn);
      return kk_latn;
    }
    case Language::ru: {
      static const Collator ru(Language::ru);
      return ru;
    }
    case Language::en:
      break;
  }
  static const Collator en(Language::en);
  return en;
}

std::string Collator::key(std::string_view name) const {
  const std::string shown = icu_->in_latin ? to_latin(name) : std::string(name);
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8(shown);
  std::string bytes(64, '\0');
  const auto fill = [&] {
    return icu_->collator->getSortKey(text, reinterpret_cast<std::uint8_t*>(bytes.data()),
                                      static_cast<std::int32_t>(bytes.size()));
  };
  std::int32_t size = fill();
  if (static_cast<std::size_t>(size) > bytes.size()) {
    bytes.resize(static_cast<std::size_t>(size));
    size = fill();
  }
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) - 1 : 0);  // without the zero at its end
  return bytes;
}

}  // namespace mekenjai::i18n
