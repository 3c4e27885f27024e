// XML signatures and login challenges.
#include "edge/eds/make/sign.hpp"
#include "edge/eds/xml/xml.hpp"
#include "tests/fuzz/world.hpp"

namespace mekenjai::fuzz {
namespace {

void try_signatures(std::string_view bytes) {
  const auto result = intact_xml(bytes);
  if (!result) {
    require(result.error().reason != Reason::ok, "a fault has a reason");
    return;
  }
  require(!result->signers.empty(), "somebody signed");
  const auto rest = intact_xml(result->document);
  require(!rest && rest.error().reason == Reason::no_signature, "the document is without its signatures");
  for (const IntactSignature& signature : result->signers) {
    if (trust().issuer_of(*signature.certificate) == nullptr) continue;  // not one of ours: anybody may sign anything
    const std::string& content = signature.content;
    const bool after_another = content.starts_with(kXmlDocument.substr(0, kXmlDocument.rfind("</"))) &&
                               content.find("<ds:SignatureValue>") != std::string::npos;
    require(content == kXmlDocument || content == kLogin || after_another, "nobody of ours signed anything else");
  }
  require(canonical_xml(result->document) == result->document, "the document is canonical");
}

void try_canonical(std::string_view bytes) {
  const auto canonical = canonical_xml(bytes);
  if (!canonical || canonical->size() > kMaxXmlBytes) return;
  require(canonical_xml(*canonical) == canonical, "canonical is canonical");
  require(looks_like_xml(*canonical), "canonical is XML");
}

void try_login(std::string_view bytes) {
  const auto login = read_login(bytes);
  if (!login) return;
  require(!login->nonce.empty() && !login->origin.empty(), "a challenge says something");
  const auto canonical = canonical_xml(bytes);
  require(canonical && read_login(*canonical) && read_login(*canonical)->nonce == login->nonce,
          "a challenge is its canonical form");
}

/// Whatever can be signed is judged as signed, and covers just that.
void sign_and_check(std::string_view document) {
  const auto canonical = canonical_xml(document);
  if (!canonical) return;
  const auto made = make::sign_xml(document, authority().issuer(crypto::KeyKind::gost2015));
  if (!made) return;
  const auto result = intact_xml(*made);
  if (!result) {  // remarks in the document, other signatures, or at a limit
    const bool ours_alone = document.find("Signature") == std::string_view::npos;
    require(!ours_alone || result.error().reason == Reason::malformed, "our own signature holds");
    return;
  }
  if (result->signers.size() == 1) require(result->signers.front().content == *canonical, "what is covered was signed");
}

}  // namespace
}  // namespace mekenjai::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mekenjai::fuzz;
  std::string_view bytes = view(data, size);
  if (asks_to_be_signed(bytes)) {
    sign_and_check(bytes);
    return 0;
  }
  try_signatures(bytes);
  try_canonical(bytes);
  try_login(bytes);
  return 0;
}
