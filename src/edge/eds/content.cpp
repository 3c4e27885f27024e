// What was signed, against what was asked for.
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/levels.hpp"

namespace mekenjai::edge::eds::levels {
namespace {

// A challenge is issued by this service itself; its clock may have been set meanwhile.
constexpr std::chrono::minutes kLoginSkew{1};

/// Whether a canonical XML document's root is <login>, in whatever namespace: near enough to be taken for a challenge.
bool has_login_root(std::string_view canonical) {
  while (canonical.starts_with("<?")) {
    const std::size_t next = canonical.find('<', 1);
    if (next == std::string_view::npos) return false;
    canonical.remove_prefix(next);
  }
  if (!canonical.starts_with('<')) return false;
  std::string_view name = canonical.substr(1, canonical.find_first_of(" \t\r\n>/", 1) - 1);
  if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
  return name == "login";
}

bool is_login(std::string_view content) {
  if (!looks_like_xml(content)) return false;
  const auto canonical = canonical_xml(content);
  return canonical && has_login_root(*canonical);
}

std::optional<Fault> wrong_challenge(std::string_view content, const Expectation& expectation, Instant now) {
  const auto wrong = [](std::string detail) { return Fault{Reason::bad_challenge, std::move(detail)}; };
  const auto challenge = read_login(content);
  if (!challenge) return wrong("what was signed is no login challenge");
  if (!expectation.nonce || !base::equal_in_constant_time(challenge->nonce, *expectation.nonce)) return wrong("another nonce");
  if (!expectation.origin || challenge->origin != *expectation.origin) return wrong("a challenge of another site");
  if (challenge->issued > now + kLoginSkew) return wrong("a challenge from the future");
  if (now - challenge->issued > kLoginLife) return wrong("the challenge is too old");
  return std::nullopt;
}

std::optional<Fault> other_document(const Opened& opened, const Expectation& expectation) {
  if (!expectation.content && !expectation.xml_document) return std::nullopt;
  const auto expected = expectation.xml_document ? expectation.xml_document : canonical_xml(*expectation.content);
  if (expected && opened.whole && opened.document == *expected) return std::nullopt;
  return Fault{Reason::content_mismatch, opened.whole ? "another document" : "only a part of the document is signed"};
}

}  // namespace

Opened open(std::string_view bytes, const Expectation& expectation) {
  Opened opened;
  if (looks_like_xml(bytes)) {
    opened.format = "xml";
    auto read = intact_xml(bytes);
    if (!read) {
      opened.fault = std::move(read.error());
      return opened;
    }
    for (IntactSignature& signature : read->signers) {
      const CertificatePtr certificate = signature.certificate;
      opened.signers.push_back({certificate, std::move(signature)});
    }
    opened.document = std::move(read->document);
    opened.whole = read->whole;
    return opened;
  }
  opened.format = "cms";
  // Armour makes a container a third larger; nothing beyond that is even looked at.
  const auto octets = bytes.size() > 2 * kMaxContainerBytes ? std::nullopt : unarmoured(bytes);
  auto cms = octets ? read_cms(*octets) : fault(Reason::malformed, "no container, or too large a one");
  if (!cms) {
    opened.fault = std::move(cms.error());
    return opened;
  }
  // An attached login is judged as a challenge, not as a document that happens to be another one.
  const bool said_by_itself = expectation.use == Use::login && cms->content;
  const auto content = said_by_itself ? std::nullopt : std::optional<std::string_view>(expectation.content);
  opened.signers = judge_signers(*cms, content, oids::kData);
  return opened;
}

std::optional<Fault> wrong_content(const Opened& opened, const IntactSignature& signature, const Expectation& expectation,
                                   Instant now) {
  const bool xml = opened.format == "xml";
  const std::string& content = xml ? opened.document : signature.content;
  if (expectation.use == Use::login) {
    if (!opened.whole) return Fault{Reason::bad_challenge, "only a part of the challenge is signed"};
    if (auto wrong = wrong_challenge(content, expectation, now)) return wrong;
    const bool another = xml ? other_document(opened, expectation).has_value() : expectation.content && content != *expectation.content;
    if (another) return Fault{Reason::bad_challenge, "another challenge"};
    return std::nullopt;
  }
  if (xml) {
    if (auto wrong = other_document(opened, expectation)) return wrong;
  }
  if (xml ? has_login_root(content) : is_login(content)) {
    return Fault{Reason::content_mismatch, "a login challenge is no document"};
  }
  return std::nullopt;
}

}  // namespace mekenjai::edge::eds::levels
