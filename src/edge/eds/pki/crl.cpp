#include "edge/eds/pki/crl.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "edge/eds/pki/reading.hpp"

namespace mekenjai::edge::eds {
namespace {

using der::Element;
using der::Reader;

constexpr std::size_t kMaxList = std::size_t{256} << 20;  // twelve times the list of НУЦ РК
constexpr std::size_t kSerial = 20;                       // RFC 5280, 4.1.2.2
constexpr std::int64_t kVersion2 = 1;
constexpr std::int8_t kNoReason = -1;

/// An entry as it lies in memory: 32 octets.
struct Record {
  std::array<std::uint8_t, kSerial> serial{};  // big-endian, zeros in front
  std::int8_t reason = kNoReason;
  std::int64_t revoked_at = 0;                 // milliseconds since 1970
  bool frees() const { return reason == static_cast<std::int8_t>(RevocationReason::remove_from_crl); }
};
static_assert(sizeof(Record) == 32);

bool padded(std::string_view serial, std::array<std::uint8_t, kSerial>& into) {
  if (serial.size() > kSerial) return false;
  into.fill(0);
  std::memcpy(into.data() + kSerial - serial.size(), serial.data(), serial.size());
  return true;
}

/// By serial; of two entries with one serial, the one that revokes and the earlier one come first and count.
bool before(const Record& left, const Record& right) {
  const int order = std::memcmp(left.serial.data(), right.serial.data(), kSerial);
  if (order != 0) return order < 0;
  if (left.frees() != right.frees()) return right.frees();
  return left.revoked_at < right.revoked_at;
}

/// Sorted records with an index over the first two octets of the serial: serials of НУЦ РК are evenly spread, so that
/// a search ends after a few steps in one or two lines of cache; others cost a binary search.
class Records {
 public:
  Records() = default;
  explicit Records(const std::vector<Record>& unsorted) : starts_(kShelves + 1), sorted_(unsorted.size()) {
    for (const Record& record : unsorted) ++starts_[shelf(record.serial) + 1];
    for (std::size_t i = 1; i <= kShelves; ++i) starts_[i] += starts_[i - 1];
    std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
    for (const Record& record : unsorted) sorted_[next[shelf(record.serial)]++] = record;
    for (std::size_t i = 0; i < kShelves; ++i) std::sort(at(starts_[i]), at(starts_[i + 1]), before);
  }
  std::size_t size() const { return sorted_.size(); }

  const Record* find(const std::array<std::uint8_t, kSerial>& serial) const {
    if (sorted_.empty()) return nullptr;
    const Record* from = sorted_.data() + starts_[shelf(serial)];
    const Record* end = sorted_.data() + starts_[shelf(serial) + 1];
    const Record* found = std::lower_bound(from, end, serial, [](const Record& record, const auto& sought) {
      return std::memcmp(record.serial.data(), sought.data(), kSerial) < 0;
    });
    return found != end && found->serial == serial ? found : nullptr;
  }

 private:
  static constexpr std::size_t kShelves = 1 << 16;
  static std::size_t shelf(const std::array<std::uint8_t, kSerial>& serial) {
    return static_cast<std::size_t>(serial[0] << 8 | serial[1]);
  }
  std::vector<Record>::iterator at(std::uint32_t index) { return sorted_.begin() + static_cast<std::ptrdiff_t>(index); }

  std::vector<std::uint32_t> starts_;
  std::vector<Record> sorted_;
};

/// The pieces of a list, none judged yet.
struct Outline {
  reading::Signed envelope;
  Element algorithm, issuer, this_update, next_update;
  std::optional<Element> entries, extensions;
};

std::optional<Outline> outline(std::string_view bytes) {
  Reader whole(bytes);
  auto outer = whole.enter(der::kSequence);
  if (!outer || !whole.at_end()) return std::nullopt;
  const auto envelope = reading::signed_body(*outer);
  if (!envelope || !outer->at_end()) return std::nullopt;
  Reader body = outer->inside(envelope->body);
  const auto version = body.take(der::kInteger);
  if (!version || der::small_integer(*version) != kVersion2) return std::nullopt;
  const auto algorithm = body.take(der::kSequence);
  const auto issuer = body.take(der::kSequence);
  const auto this_update = body.take();
  // RFC 5280 requires nextUpdate, though its syntax lets it out: a list without an end would never be out of date.
  const auto next_update = body.take();
  if (!algorithm || !issuer || !this_update || !next_update) return std::nullopt;
  const auto entries = body.take(der::kSequence);
  const auto extensions = body.take(der::context(0));
  if (!body.at_end()) return std::nullopt;
  return Outline{*envelope, *algorithm, *issuer, *this_update, *next_update, entries, extensions};
}

/// Times repeat from entry to entry, and reading one is most of an entry's work.
class Times {
 public:
  std::optional<Instant> read(const Element& element) {
    if (last_ && element.tag == tag_ && element.content == text_) return last_;
    tag_ = element.tag;
    text_ = element.content;
    return last_ = der::time(element);
  }

 private:
  std::uint8_t tag_ = 0;
  std::string_view text_;
  std::optional<Instant> last_;
};

std::optional<Fault> read_entry_extensions(const Reader& extensions, Record& into) {
  const auto found = reading::extensions(extensions);
  if (!found) return Fault{Reason::malformed, "an entry's extensions are malformed", {}};
  for (const auto& extension : *found) {
    if (extension.oid == std::string_view(oids::kReasonCode)) {
      const auto element = der::sole(extension.value);
      const auto code = element && element->tag == der::kEnumerated ? der::small_integer(*element) : std::nullopt;
      const auto reason = code ? revocation_reason(*code) : std::nullopt;
      if (!reason) return Fault{Reason::malformed, "an entry's reason is none", {}};
      into.reason = static_cast<std::int8_t>(*reason);
    } else if (extension.critical) {  // certificateIssuer of indirect lists among them
      return Fault{Reason::bad_certificate,
                   fmt::format("an entry has a critical extension {} that is not understood", der::dotted(extension.oid)), {}};
    }
  }
  return std::nullopt;
}

Checked<Records> read_entries(const Element& list) {
  std::vector<Record> records;
  records.reserve(list.content.size() / 36);  // the shortest entry with a serial of 20 octets
  Times times;
  for (Reader entries(list.content); !entries.at_end();) {
    auto fields = entries.enter(der::kSequence);
    const auto serial = fields ? fields->take(der::kInteger) : std::nullopt;
    const auto time = serial ? fields->take() : std::nullopt;
    const auto octets = serial ? der::unsigned_integer(*serial) : std::nullopt;
    const auto revoked_at = time ? times.read(*time) : std::nullopt;
    Record record;
    if (!octets || !revoked_at || !padded(*octets, record.serial)) return fault(Reason::malformed, "an entry is malformed");
    record.revoked_at = revoked_at->time_since_epoch().count();
    if (!fields->at_end()) {
      if (auto wrong = read_entry_extensions(*fields, record)) return tl::unexpected(std::move(*wrong));
    }
    records.push_back(record);
  }
  return Records(records);
}

/// A list of some certificates or some reasons only cannot say that nothing is known against a certificate.
bool covers_everything(std::string_view issuing_distribution_point) {
  const auto element = der::sole(issuing_distribution_point);
  if (!element || element->tag != der::kSequence) return false;
  for (Reader fields(element->content); !fields.at_end();) {
    const auto flag = fields.take();
    if (!flag || flag->constructed() || flag->content != std::string_view("\0", 1)) return false;
  }
  return true;
}

/// The issuer's certificate whose key made the signature.
Checked<CertificatePtr> issuer_of(const Outline& parts, crypto::Algorithm algorithm, const Trust& trust) {
  Fault refusal{Reason::untrusted_issuer, "the list's issuer is not among the certificates trusted", {}};
  std::optional<std::string> digest;
  for (const CertificatePtr& candidate : trust.certificates()) {
    if (candidate->subject_name != parts.issuer.whole || candidate->key.kind() != crypto::kind_of(algorithm)) continue;
    if ((candidate->key_usage.value_or(0) & kCrlSign) == 0) {
      if (refusal.reason != Reason::signature_mismatch) refusal.detail = "the list's issuer may not sign lists";
      continue;
    }
    if (!digest) digest = crypto::hash(crypto::digest_of(algorithm), parts.envelope.body.whole);
    if (candidate->key.verify(algorithm, *digest, parts.envelope.signature)) return candidate;
    refusal = {Reason::signature_mismatch, "the list's signature does not hold", {}};
  }
  return tl::unexpected(std::move(refusal));
}

bool at_most(std::string_view left, std::string_view right) {  // unsigned integers without leading zeros
  return left.size() != right.size() ? left.size() < right.size() : left <= right;
}

bool is_list_of(const Crl& list, const Certificate& issuer) {
  return list.issuer()->subject_name == issuer.subject_name && list.issuer()->key == issuer.key;
}

/// The authority's clock may be ahead of ours, and its newest list must not be passed over for that.
bool fresh(const Crl& list, Instant at) { return list.this_update() <= at + kClockSkew && at <= list.next_update(); }

}  // namespace

struct Crl::Data {
  CertificatePtr issuer;
  Instant this_update{}, next_update{};
  std::string number;                   // unsigned big-endian octets
  std::optional<std::string> delta_of;  // the same
  Records records;

  std::optional<Fault> read_extensions(const Element& element);
};

std::optional<Fault> Crl::Data::read_extensions(const Element& element) {
  const auto malformed = Fault{Reason::malformed, "an extension of the list is malformed", {}};
  const auto found = reading::extensions(Reader(element.content));
  if (!found) return malformed;
  const auto octets = [](std::string_view value) -> std::optional<std::string> {
    const auto integer = der::sole(value);
    const auto unsigned_octets = integer ? der::unsigned_integer(*integer) : std::nullopt;
    if (!unsigned_octets || unsigned_octets->size() > kSerial) return std::nullopt;
    return std::string(*unsigned_octets);
  };
  for (const auto& extension : *found) {
    if (extension.oid == std::string_view(oids::kCrlNumber)) {
      const auto value = octets(extension.value);
      if (!value) return malformed;
      number = *value;
    } else if (extension.oid == std::string_view(oids::kDeltaCrlIndicator)) {
      delta_of = octets(extension.value);
      if (!delta_of) return malformed;
    } else if (extension.oid == std::string_view(oids::kIssuingDistributionPoint)) {
      if (!covers_everything(extension.value)) return Fault{Reason::bad_certificate, "the list does not cover everything", {}};
    } else if (extension.critical && extension.oid != std::string_view(oids::kAuthorityKeyId)) {
      return Fault{Reason::bad_certificate,
                   fmt::format("the list has a critical extension {} that is not understood", der::dotted(extension.oid)), {}};
    }
  }
  return std::nullopt;
}

Checked<CrlPtr> Crl::read(std::string_view bytes, const Trust& trust) {
  std::optional<std::string> inside;
  if (bytes.empty() || static_cast<std::uint8_t>(bytes.front()) != der::kSequence) {  // else nothing is copied
    inside = unarmoured(bytes);
    if (!inside) return fault(Reason::malformed, "neither DER nor PEM nor base64");
    bytes = *inside;
  }
  const auto parts = bytes.size() <= kMaxList ? outline(bytes) : std::nullopt;
  if (!parts) return fault(Reason::malformed, "not a revocation list of version 2");
  auto data = std::make_shared<Data>();
  const auto this_update = der::time(parts->this_update), next_update = der::time(parts->next_update);
  if (!this_update || !next_update) return fault(Reason::malformed, "the list does not say when it is good");
  data->this_update = *this_update;
  data->next_update = *next_update;
  const auto algorithm = reading::signature_algorithm(parts->envelope.algorithm);
  if (!algorithm) return tl::unexpected(algorithm.error());
  // НУЦ РК leaves the parameters out inside since 2026, and writes NULL outside: the OIDs must be the same.
  if (reading::algorithm_oid(parts->algorithm) != reading::algorithm_oid(parts->envelope.algorithm)) {
    return fault(Reason::malformed, "two different signature algorithms");
  }
  // Lists of the older CAs are still signed with GOST 34.310-2004 (eds.md 2.1); SHA-1 is not good enough for a new one.
  if (*algorithm == crypto::Algorithm::rsa_sha1 && data->this_update >= kArchiveEnds) {
    return fault(Reason::weak_algorithm, "the list is signed with SHA-1");
  }
  const auto issuer = issuer_of(*parts, *algorithm, trust);
  if (!issuer) return tl::unexpected(issuer.error());
  data->issuer = *issuer;
  if (parts->extensions) {
    if (auto wrong = data->read_extensions(*parts->extensions)) return tl::unexpected(std::move(*wrong));
  }
  if (parts->entries) {
    auto records = read_entries(*parts->entries);
    if (!records) return tl::unexpected(std::move(records.error()));
    data->records = std::move(*records);
  }
  return std::make_shared<const Crl>(Crl(std::move(data)));
}

const CertificatePtr& Crl::issuer() const { return data_->issuer; }
Instant Crl::this_update() const { return data_->this_update; }
Instant Crl::next_update() const { return data_->next_update; }
std::string Crl::number() const { return base::to_hex(data_->number); }
std::optional<std::string> Crl::delta_of() const {
  return data_->delta_of ? std::optional(base::to_hex(*data_->delta_of)) : std::nullopt;
}
bool Crl::is_delta() const { return data_->delta_of.has_value(); }
std::size_t Crl::size() const { return data_->records.size(); }

/// RFC 5280, 5.2.4, says "number greater than the base's" for what is later here: the numbers of НУЦ РК's delta lists are
/// a sequence of their own (its test CA: delta 5 over base 10), so that only thisUpdate tells which list is later.
bool Crl::continues(const Crl& base) const {
  return is_delta() && !base.is_delta() && at_most(*data_->delta_of, base.data_->number) &&
         base.this_update() <= this_update();
}

std::optional<Crl::Entry> Crl::find(std::string_view serial) const {
  std::array<std::uint8_t, kSerial> sought{};
  const Record* record = padded(serial, sought) ? data_->records.find(sought) : nullptr;
  if (record == nullptr) return std::nullopt;
  Entry entry{Instant{base::Millis{record->revoked_at}}, std::nullopt};
  if (record->reason != kNoReason) entry.reason = static_cast<RevocationReason>(record->reason);
  return entry;
}

namespace {
Checked<CrlPtr> read_list(const std::filesystem::path& file, const Trust& trust) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) return fault(Reason::malformed, "cannot be read");
  if (size > 2 * kMaxList) return fault(Reason::malformed, "too large for a list");  // armour makes it larger by a third
  std::string bytes(size, '\0');
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(size))) return fault(Reason::malformed, "cannot be read");
  return Crl::read(bytes, trust);
}
}  // namespace

CrlSet::CrlSet(std::vector<CrlPtr> lists) : lists_(std::move(lists)) {
  // The newest first: a search takes the first that fits.
  std::stable_sort(lists_.begin(), lists_.end(),
                   [](const CrlPtr& left, const CrlPtr& right) { return left->this_update() > right->this_update(); });
}

CrlSet CrlSet::from_folder(const std::string& folder, const Trust& trust, std::vector<std::string>& faults) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error)) files.push_back(entry->path());
  }
  if (error) faults.push_back(fmt::format("{} cannot be read: {}", folder, error.message()));
  std::sort(files.begin(), files.end());
  std::vector<CrlPtr> lists;
  for (const auto& file : files) {
    auto list = read_list(file, trust);
    if (list) {
      lists.push_back(std::move(*list));
    } else {
      faults.push_back(fmt::format("{} is not taken: {}", file.string(), describe(list.error())));
    }
  }
  return CrlSet(std::move(lists));
}

CrlJudgement CrlSet::judge(const Certificate& certificate, const Certificate& issuer, Instant at) const {
  CrlJudgement judgement;
  const auto fits = [&](const CrlPtr& list) { return is_list_of(*list, issuer) && fresh(*list, at); };
  const auto base = std::find_if(lists_.begin(), lists_.end(),
                                 [&](const CrlPtr& list) { return !list->is_delta() && fits(list); });
  if (base == lists_.end()) {
    judgement.fault = Fault{Reason::revocation_unknown,
                            fmt::format("no list of {} is at hand that is good now", issuer.subject.common_name), {}};
    return judgement;
  }
  const auto delta = std::find_if(lists_.begin(), lists_.end(),
                                  [&](const CrlPtr& list) { return list->continues(**base) && fits(list); });
  const bool with_delta = delta != lists_.end();
  judgement.number = (with_delta ? *delta : *base)->number();
  if (with_delta) judgement.entry = (*delta)->find(certificate.serial);
  const bool freed = judgement.entry && judgement.entry->reason == RevocationReason::remove_from_crl;
  if (freed) judgement.entry.reset();
  if (!freed && !judgement.entry) judgement.entry = (*base)->find(certificate.serial);
  judgement.status = judgement.entry ? CrlJudgement::Status::revoked : CrlJudgement::Status::good;
  return judgement;
}

}  // namespace mekenjai::edge::eds
