#include "edge/eds/xml/xml.hpp"

#include <gmock/gmock.h>
#include <openssl/evp.h>

#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "edge/eds/make/sign.hpp"
#include "edge/eds/shared_samples.hpp"
#include "edge/eds/xml/signature.hpp"

namespace mekenjai::edge::eds {
namespace {

using make::Identity;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kC14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
constexpr std::string_view kC14nComments = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
constexpr std::string_view kExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
constexpr std::string_view kGostSignature =
    "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512";
constexpr std::string_view kGostDigest = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512";
constexpr std::string_view kRsaSignature = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
constexpr std::string_view kSha256 = "http://www.w3.org/2001/04/xmlenc#sha256";

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) throw std::logic_error("nothing to replace: " + std::string(what));
  return text.replace(at, what.size(), with);
}

std::string times(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

Identity identity(std::string_view name, crypto::KeyKind kind) {
  using namespace std::chrono;
  auto key = crypto::PrivateKey::generate(kind);
  const base::Instant from = sys_days{2026y / January / 1};
  auto certificate = make::issue(make::ca_order(name, from, 5, {}), key, nullptr);
  return {std::move(key), std::move(certificate)};
}

const Identity& alice() {
  static const Identity alice = identity("ALICE", crypto::KeyKind::gost2015);
  return alice;
}
const Identity& bob() {
  static const Identity bob = identity("BOB", crypto::KeyKind::rsa);
  return bob;
}

std::string transform(std::string_view algorithm, std::string_view inside = "") {
  return fmt::format(R"(<ds:Transform Algorithm="{}">{}</ds:Transform>)", algorithm, inside);
}

std::string method(std::string_view algorithm) { return fmt::format(R"(Algorithm="{}")", algorithm); }

/// A signature that is made right, with places to make it wrong: what is changed here is signed with the rest.
struct Recipe {
  const Identity* signer = &alice();
  std::string uri = R"(URI="")";
  std::string transforms = "<ds:Transforms>" + transform(kEnveloped) + transform(kC14nComments) + "</ds:Transforms>";
  std::string canonicalisation = fmt::format(R"(<ds:CanonicalizationMethod Algorithm="{}"/>)", kC14n);
  std::string signature_method, digest_method;                     // the signer's where empty
  std::optional<std::string> covered{}, references{}, key_info{};  // octets to hash; instead of the Reference; KeyInfo
  std::size_t digest_octets = 64;
  std::string object{};  // after KeyInfo
};

crypto::Algorithm algorithm_of(const Identity& who) {
  return who.key.kind() == crypto::KeyKind::rsa ? crypto::Algorithm::rsa_sha256 : crypto::Algorithm::gost2015;
}

std::string certificate_xml(const Identity& who) {
  return "<ds:X509Certificate>" + base64(who.certificate->der) + "</ds:X509Certificate>";
}

std::string with_last_child(const std::string& document, std::string_view child) {
  std::string changed = document;
  return changed.insert(changed.rfind("</"), child);
}

/// The document with a signature as the last child of its root.
std::string signed_by(const Recipe& recipe, const std::string& document) {
  const Identity& who = *recipe.signer;
  const bool rsa = who.key.kind() == crypto::KeyKind::rsa;
  const crypto::Digest digest = crypto::digest_of(algorithm_of(who));
  const std::string octets = crypto::hash(digest, recipe.covered ? *recipe.covered : canonical_xml(document).value());
  const std::string reference =
      fmt::format("<ds:Reference {}>{}<ds:DigestMethod {}/><ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
                  recipe.uri, recipe.transforms,
                  method(!recipe.digest_method.empty() ? recipe.digest_method
                         : rsa                         ? kSha256
                                                       : kGostDigest),
                  base64(octets.substr(0, recipe.digest_octets)));
  const std::string signed_info =
      fmt::format("<ds:SignedInfo>\n{}<ds:SignatureMethod {}/>\n{}</ds:SignedInfo>", recipe.canonicalisation,
                  method(!recipe.signature_method.empty() ? recipe.signature_method
                         : rsa                            ? kRsaSignature
                                                          : kGostSignature),
                  recipe.references.value_or(reference));
  const std::string key_info =
      recipe.key_info.value_or("<ds:KeyInfo><ds:X509Data>" + certificate_xml(who) + "</ds:X509Data></ds:KeyInfo>");
  const std::string unsigned_document = with_last_child(
      document, R"(<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">)" + signed_info +
                    "<ds:SignatureValue></ds:SignatureValue>" + key_info + recipe.object + "</ds:Signature>");
  const xml::QuietErrors quiet;
  const auto tree = xml::read_document(unsigned_document);
  xmlNode* signature = xmlDocGetRootElement(tree->get())->last;
  const bool exclusive = recipe.canonicalisation.find(kExclusive) != std::string::npos;
  const std::string canonical = xml::canonical_element(signature->children, {exclusive}).value();
  const std::string value = who.key.sign(algorithm_of(who), crypto::hash(digest, canonical));
  std::string document_now = unsigned_document;
  return document_now.insert(document_now.rfind("</ds:SignatureValue>"), base64(value));
}

constexpr std::string_view kApplication =
    R"(<application xmlns="urn:test"><iin>123456789011</iin><data Id="d1"><action>register</action></data></application>)";
constexpr std::string_view kData = R"(<data xmlns="urn:test" Id="d1"><action>register</action></data>)";

std::string application() { return std::string(kApplication); }

/// Only <data> is covered, as NCALayer does with XPath arguments.
Recipe element_recipe() {
  Recipe recipe;
  recipe.uri = R"(URI="#d1")";
  recipe.transforms = "<ds:Transforms>" + transform(kC14nComments) + "</ds:Transforms>";
  recipe.canonicalisation = fmt::format(R"(<ds:CanonicalizationMethod Algorithm="{}"/>)", kExclusive);
  recipe.covered = kData;
  return recipe;
}

/// The reason word, or "ok".
std::string verdict(std::string_view bytes) {
  const auto result = intact_xml(bytes);
  return std::string(word(result ? Reason::ok : result.error().reason));
}

std::string file(const std::string& name) {
  std::ifstream stream(std::string(MEKENJAI_TEST_DATA) + "/eds/derived/" + name, std::ios::binary);
  if (!stream) throw std::runtime_error("no " + name);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// --- What comes from outside ----------------------------------------------------------------------------------------

TEST(XmlSamples, EverySignatureOfThePublicSamplesHolds) {
  std::size_t judged = 0;
  for (const std::string& name : shared_files("pki/given/xml")) {
    if (!name.ends_with(".xml")) continue;
    ++judged;
    const auto result = intact_xml(shared_file(name).value());
    if (name.find("wsse") != std::string::npos) {
      // A SOAP header signs by a security token beside the body. Our documents never come so, and a signature elsewhere
      // than under the root is how wrapping begins: refused as such.
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().reason, Reason::malformed);
      continue;
    }
    ASSERT_TRUE(result) << name << ": " << describe(result.error());
    EXPECT_EQ(result->whole, name.find("xpath") == std::string::npos);
    ASSERT_FALSE(result->signers.empty());
    EXPECT_TRUE(result->signers.front().certificate->subject.serial_numbers.front().starts_with("IIN")) << name;
    if (result->whole) {
      EXPECT_EQ(result->document, result->signers.front().content);
    }
  }
  if (judged == 0) GTEST_SKIP() << kNoSharedSamples;
  EXPECT_EQ(judged, 9u);
}

TEST(XmlSamples, APublicSampleWithOneSignChangedIsRefused) {
  const auto sample = shared_file("pki/given/xml/f35_test_gost512.xml_simple.xml");
  if (!sample) GTEST_SKIP() << kNoSharedSamples;
  EXPECT_EQ(verdict(*sample), "ok");
  EXPECT_EQ(verdict(replaced(*sample, "<a>1</a>", "<a>2</a>")), "digest_mismatch");
  EXPECT_EQ(verdict(replaced(*sample, "XYwHuihybI20", "XYwHuihybI21")), "signature_mismatch");
}

TEST(XmlSamples, TheGeneratedCasesAreJudgedAsTheirListSays) {
  const std::map<std::string, std::string> expected{
      {"x01", "ok"},
      {"x03", "ok"},
      {"x20", "digest_mismatch"},
      {"x22", "ambiguous"},
      {"x24", "malformed"},
      {"x26", "malformed"},
      {"x28", "weak_algorithm"},
      {"x30", "ok"},
      {"x31", "malformed"},
      {"x33", "malformed"},
      {"x35", "malformed"},
      {"l21", "ok"}};  // l21 is signed well, for another site: not this part's business
  for (const auto& [name, reason] : expected) EXPECT_EQ(verdict(file(name + ".xml")), reason) << name;
}

TEST(XmlSamples, OfTwoCertificatesTheOneWhoseKeySignedIsTheSigner) {
  const auto one = intact_xml(file("x01.xml"));
  const auto two = intact_xml(file("x30.xml"));  // bob's certificate stands first
  ASSERT_TRUE(one && two);
  EXPECT_EQ(two->signers.front().certificate->der, one->signers.front().certificate->der);
}

TEST(XmlSamples, OnlyWhatIsCoveredIsGivenOut) {
  const auto result = intact_xml(file("x03.xml"));
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->whole);
  EXPECT_EQ(result->signers.front().content,
            R"(<data xmlns="urn:test:propiska" Id="d1"><iin>123456789011</iin><action>register</action></data>)");
}

// --- Signatures that hold
// ---------------------------------------------------------------------------------------------

TEST(XmlSignature, CoversTheDocumentWithoutItself) {
  for (const Identity* who : {&alice(), &bob()}) {
    Recipe recipe;
    recipe.signer = who;
    const auto result = intact_xml(signed_by(recipe, application()));
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_TRUE(result->whole);
    EXPECT_EQ(result->document, kApplication);
    ASSERT_EQ(result->signers.size(), 1u);
    EXPECT_EQ(result->signers.front().content, kApplication);
    EXPECT_EQ(result->signers.front().certificate->der, who->certificate->der);
    EXPECT_EQ(result->signers.front().algorithm, algorithm_of(*who));
    EXPECT_FALSE(result->signers.front().claimed_at);
  }
}

TEST(XmlSignature, OfOurOwnSandboxHolds) {
  for (const Identity* who : {&alice(), &bob()}) {
    const auto made = make::sign_xml(kApplication, *who);
    ASSERT_TRUE(made);
    EXPECT_THAT(*made, HasSubstr("&#13;"));  // as NCALayer wraps base64
    const auto result = intact_xml(*made);
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->document, kApplication);
  }
}

TEST(XmlSignature, TheRootMayBeNamedByItsId) {
  const std::string document = R"(<a Id="root"><b/></a>)";
  Recipe recipe;
  recipe.uri = R"(URI="#root")";
  const auto result = intact_xml(signed_by(recipe, document));
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_TRUE(result->whole);
  EXPECT_EQ(result->document, R"(<a Id="root"><b></b></a>)");
}

TEST(XmlSignature, EverySignerCoversWhatHeSaw) {
  const std::string once = signed_by({}, application());
  Recipe second;
  second.signer = &bob();
  const std::string twice = signed_by(second, once);
  const auto result = intact_xml(twice);
  ASSERT_TRUE(result) << describe(result.error());
  ASSERT_EQ(result->signers.size(), 2u);
  EXPECT_EQ(result->signers[0].certificate->der, alice().certificate->der);
  EXPECT_EQ(result->signers[1].certificate->der, bob().certificate->der);
  EXPECT_EQ(result->signers[0].content, kApplication);
  EXPECT_EQ(result->signers[1].content, canonical_xml(once));
  EXPECT_EQ(result->document, kApplication);

  EXPECT_EQ(verdict(replaced(twice, "<ds:SignatureValue>", "<ds:SignatureValue> ")), "digest_mismatch")
      << "the first one's is covered";
  const std::size_t value = twice.rfind("<ds:SignatureValue>") + 30;
  std::string broken = twice;
  broken[value] = broken[value] == 'A' ? 'B' : 'A';
  EXPECT_EQ(verdict(broken), "signature_mismatch") << "one of two is not enough";
}

TEST(XmlSignature, EightMaySignAndNoMore) {
  std::string document = "<a></a>";
  for (std::size_t i = 0; i < kMaxSigners; ++i) document = signed_by({}, document);
  EXPECT_EQ(verdict(document), "ok");
  EXPECT_EQ(verdict(signed_by({}, document)), "malformed");
}

TEST(XmlSignature, AnotherLayoutOfTheSameDocumentIsTheSame) {
  const std::string document = "<a b=\"1\" c='2' xmlns=\"urn:x\">\n<e/>&#x41;<![CDATA[<&]]></a>";
  const std::string made = signed_by({}, document);
  EXPECT_EQ(verdict(made), "ok");
  EXPECT_EQ(intact_xml(made)->document, "<a xmlns=\"urn:x\" b=\"1\" c=\"2\">\n<e></e>A&lt;&amp;</a>");
  EXPECT_EQ(verdict(replaced(made, "b=\"1\" c='2'", "c = \"2\"  b='&#49;'")), "ok");
  EXPECT_EQ(verdict(replaced(made, "<e/>&#x41;", "<e></e >A")), "ok");
  EXPECT_EQ(verdict("\xef\xbb\xbf<?xml version='1.0' encoding='utf-8' standalone=\"no\"?>\r\n" + made + "\r\n"), "ok");
  std::string crlf = made;
  for (std::size_t at = crlf.find('\n'); at != std::string::npos; at = crlf.find('\n', at + 2))
    crlf.insert(at, 1, '\r');
  EXPECT_EQ(verdict(crlf), "ok") << "line ends are read as LF (XML, 2.11)";
  EXPECT_EQ(verdict(replaced(made, "\n<e/>", "&#13;\n<e/>")), "digest_mismatch") << "a CR that is written out is one";
  EXPECT_EQ(verdict(replaced(made, "\n<e/>", "\n <e/>")), "digest_mismatch") << "blanks are text";
}

TEST(XmlSignature, WhiteSpaceAroundItStays) {
  const std::string document = "<a>\n  <b/>\n</a>";
  const std::string made = signed_by({}, document);
  EXPECT_EQ(intact_xml(made)->document, "<a>\n  <b></b>\n</a>");
  EXPECT_EQ(verdict(replaced(made, "<ds:Signature ", "\n<ds:Signature ")), "digest_mismatch");
}

TEST(XmlSignature, AnElementBringsItsNamespacesAndLanguage) {
  const std::string document =
      R"(<p:a xmlns:p="urn:p" xmlns:q="urn:q" xmlns:r="urn:r" xml:lang="kk"><p:data Id="d1" z="1" q:b="2"><c/></p:data></p:a>)";
  Recipe inclusive = element_recipe();
  inclusive.covered =
      R"(<p:data xmlns:p="urn:p" xmlns:q="urn:q" xmlns:r="urn:r" Id="d1" z="1" xml:lang="kk" q:b="2"><c></c></p:data>)";
  EXPECT_EQ(verdict(signed_by(inclusive, document)), "ok");

  Recipe exclusive = element_recipe();
  exclusive.transforms = "<ds:Transforms>" + transform(kExclusive) + "</ds:Transforms>";
  exclusive.covered = R"(<p:data xmlns:p="urn:p" xmlns:q="urn:q" Id="d1" z="1" q:b="2"><c></c></p:data>)";
  EXPECT_EQ(verdict(signed_by(exclusive, document)), "ok");

  Recipe listed = exclusive;
  listed.transforms =
      "<ds:Transforms>" +
      transform(kExclusive,
                R"(<i:InclusiveNamespaces xmlns:i="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList=" r "/>)") +
      "</ds:Transforms>";
  listed.covered = R"(<p:data xmlns:p="urn:p" xmlns:q="urn:q" xmlns:r="urn:r" Id="d1" z="1" q:b="2"><c></c></p:data>)";
  EXPECT_EQ(verdict(signed_by(listed, document)), "ok");
  EXPECT_EQ(verdict(replaced(signed_by(listed, document), R"(PrefixList=" r ")", R"(PrefixList="q")")),
            "signature_mismatch");
}

TEST(XmlSignature, WithoutCanonicalisationTheUsualOneIsMeant) {
  Recipe recipe;
  recipe.transforms = "<ds:Transforms>" + transform(kEnveloped) + "</ds:Transforms>";
  EXPECT_EQ(verdict(signed_by(recipe, application())), "ok");
  Recipe bare = element_recipe();
  bare.transforms = "";
  EXPECT_EQ(verdict(signed_by(bare, application())), "ok");
}

TEST(XmlSignature, IsCheckedInSeveralThreadsAtOnce) {
  const std::string good = signed_by({}, application());
  const std::string bad = replaced(good, "register", "evict");
  std::vector<std::thread> threads;
  std::array<bool, 4> right{};
  for (bool& mine : right) {
    threads.emplace_back([&] {
      mine = true;
      for (int i = 0; i < 20; ++i) mine = mine && verdict(good) == "ok" && verdict(bad) == "digest_mismatch";
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(right, testing::Each(true));
}

// --- Attacks: each is signed well by alice, unless it says otherwise
// ----------------------------------------------------

TEST(XmlAttack, AnElementAddedOrChanged) {
  const std::string made = signed_by({}, application());
  EXPECT_EQ(verdict(replaced(made, "123456789011", "123456789012")), "digest_mismatch");
  EXPECT_EQ(verdict(replaced(made, "<data ", "<extra/><data ")), "digest_mismatch");
  EXPECT_EQ(verdict(with_last_child(made, "<extra/>")), "digest_mismatch");
  EXPECT_EQ(verdict(replaced(made, R"(Id="d1")", R"(Id="d1" role="owner")")), "digest_mismatch");
}

TEST(XmlAttack, NoSignatureAtAll) {
  EXPECT_EQ(verdict(application()), "no_signature");
  EXPECT_EQ(verdict("<a><Signature/></a>"), "no_signature") << "a Signature of no namespace is any element";
}

TEST(XmlAttack, WrappingByMovedElements) {
  const std::string made = signed_by(element_recipe(), application());
  EXPECT_EQ(verdict(made), "ok");
  // The covered element goes elsewhere; what stands in its place is not covered, and nobody gets to see it.
  const std::string original = R"(<data Id="d1"><action>register</action></data>)";
  const std::string moved =
      with_last_child(replaced(made, original, "<data><action>evict</action></data>"), "<junk>" + original + "</junk>");
  const auto result = intact_xml(moved);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->whole);
  EXPECT_THAT(result->signers.front().content, Not(HasSubstr("evict")));
}

TEST(XmlAttack, WrappingByADoubledId) {
  const std::string made = signed_by(element_recipe(), application());
  for (const std::string_view id : {"Id", "ID", "id", "iD", "xml:id"}) {
    const std::string forged = fmt::format(R"(<data {}="d1"><action>evict</action></data>)", id);
    EXPECT_EQ(verdict(with_last_child(made, forged)), "ambiguous") << id;
    EXPECT_EQ(verdict(replaced(made, "<iin>", forged + "<iin>")), "ambiguous") << id;
  }
  const std::string in_other_namespace = R"(<data xmlns:w="urn:w" w:Id="d1"/>)";
  EXPECT_EQ(verdict(with_last_child(made, in_other_namespace)), "ambiguous");
  EXPECT_EQ(verdict(replaced(made, "<ds:Signature ", R"(<ds:Signature Id="d1" )")), "ambiguous");
}

TEST(XmlAttack, ADocumentNestedInAnother) {
  const std::string made = signed_by({}, application());
  EXPECT_EQ(verdict("<wrap><application xmlns=\"urn:test\"><iin>9</iin></application>" + made + "</wrap>"),
            "malformed");
  EXPECT_EQ(
      verdict(replaced(made, "<ds:Signature ", "<x><ds:Signature ").insert(made.rfind("</application>") + 3, "</x>")),
      "malformed");
}

TEST(XmlAttack, TheSignatureAsTheRoot) {
  const std::string made = signed_by({}, application());
  const std::size_t from = made.find("<ds:Signature "), to = made.rfind("</application>");
  EXPECT_EQ(verdict(made.substr(from, to - from)), "malformed");
}

TEST(XmlAttack, CoversItsOwnObject) {
  Recipe recipe = element_recipe();
  recipe.uri = R"(URI="#o1")";
  recipe.object = R"(<ds:Object Id="o1"><iin>123456789011</iin></ds:Object>)";
  EXPECT_EQ(verdict(signed_by(recipe, application())), "malformed");
  recipe.uri = R"(URI="#s1")";  // and any other part of a signature
  recipe.object = "";
  EXPECT_EQ(verdict(replaced(signed_by(recipe, application()), "<ds:KeyInfo>", R"(<ds:KeyInfo Id="s1">)")),
            "malformed");
}

TEST(XmlAttack, AnObjectThatNobodySigned) {
  Recipe recipe;
  recipe.object = "<ds:Object><iin>123456789012</iin></ds:Object>";
  EXPECT_EQ(verdict(signed_by(recipe, application())), "malformed");
}

TEST(XmlAttack, TransformsThatChangeWhatIsSeen) {
  const std::string xpath =
      transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>not(self::iin)</ds:XPath>");
  const std::string xslt = transform("http://www.w3.org/TR/1999/REC-xslt-19991116",
                                     R"(<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"/>)");
  const std::string c14n = transform(kC14n), enveloped = transform(kEnveloped);
  for (const std::string& steps : {enveloped + xpath, xpath, enveloped + xslt + c14n, xslt,
                                   enveloped + transform("http://www.w3.org/2000/09/xmldsig#base64"),
                                   enveloped + transform("http://www.w3.org/2002/06/xmldsig-filter2"),
                                   enveloped + transform("http://www.w3.org/2006/12/xml-c14n11"),  // not on the list
                                   c14n + enveloped, enveloped + c14n + c14n, enveloped + enveloped,
                                   enveloped + transform(kC14n, "<x/>"), transform(kEnveloped, "<x/>") + c14n,
                                   enveloped + "<ds:Transform/>", std::string("<Transform/>"), std::string()}) {
    Recipe recipe;
    recipe.transforms = "<ds:Transforms>" + steps + "</ds:Transforms>";
    EXPECT_EQ(verdict(signed_by(recipe, application())), "malformed") << steps;
  }
}

TEST(XmlAttack, ReferencesThatLeadElsewhere) {
  for (const std::string_view uri :
       {"", R"(URI="http://example.kz/a.xml")", R"(URI="file:///etc/passwd")", R"(URI="#")", R"(URI="#nobody")",
        R"-(URI="#xpointer(/)")-", R"-(URI="#xpointer(id('d1'))")-", R"(URI="a.xml#d1")", R"(uri="")"}) {
    Recipe recipe;
    recipe.uri = uri;
    EXPECT_EQ(verdict(signed_by(recipe, application())), "malformed") << uri;
  }
}

TEST(XmlAttack, NoReferenceOrMoreThanOne) {
  Recipe none;
  none.references = "";
  EXPECT_EQ(verdict(signed_by(none, application())), "malformed");
  const std::string made = signed_by({}, application());
  const std::size_t from = made.find("<ds:Reference"), to = made.find("</ds:SignedInfo>");
  Recipe two;
  two.references = made.substr(from, to - from) + made.substr(from, to - from);
  EXPECT_EQ(verdict(signed_by(two, application())), "malformed");
}

TEST(XmlAttack, AWholeDocumentWithoutTheEnvelopedTransform) {
  Recipe recipe;
  recipe.transforms = "<ds:Transforms>" + transform(kC14n) + "</ds:Transforms>";
  EXPECT_EQ(verdict(signed_by(recipe, application())), "malformed");
}

TEST(XmlAttack, CommentsAndInstructionsAnywhere) {
  const std::string made = signed_by({}, application());
  for (const std::string_view remark : {"<!---->", "<!-- x -->", "<?x y?>"}) {
    EXPECT_EQ(verdict(replaced(made, "1234567", fmt::format("1234{}567", remark))), "malformed") << "in the IIN";
    EXPECT_EQ(verdict(std::string(remark) + made), "malformed");
    EXPECT_EQ(verdict(made + std::string(remark)), "malformed");
    EXPECT_EQ(verdict(replaced(made, "<ds:SignatureValue>", fmt::format("<ds:SignatureValue>{}", remark))),
              "malformed");
  }
}

TEST(XmlAttack, AnyDoctype) {
  const std::string made = signed_by({}, application());
  for (const std::string_view doctype :
       {"<!DOCTYPE application>", "<!DOCTYPE application []>",
        R"(<!DOCTYPE application SYSTEM "http://example.kz/a.dtd">)",
        R"(<!DOCTYPE application [<!ATTLIST iin xmlns:e CDATA "urn:e">]>)",
        R"(<!DOCTYPE application [<!ENTITY x SYSTEM "file:///etc/passwd">]>)", "<!DOCTYPE application [<!ELEMENT"}) {
    EXPECT_EQ(verdict(std::string(doctype) + made), "malformed") << doctype;
    EXPECT_FALSE(canonical_xml(std::string(doctype) + made));
  }
  EXPECT_EQ(verdict(replaced(made, "register", "&x;")), "malformed") << "an entity that nobody declared";
}

TEST(XmlAttack, AlgorithmsOutsideTheList) {
  for (const std::string_view algorithm :
       {"http://www.w3.org/2000/09/xmldsig#hmac-sha1", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", "none", ""}) {
    Recipe recipe;
    recipe.signature_method = algorithm;
    if (algorithm.empty()) recipe.signature_method = " ";
    EXPECT_EQ(verdict(signed_by(recipe, application())), "weak_algorithm") << algorithm;
  }
  Recipe digest;
  digest.digest_method = kSha256;
  EXPECT_EQ(verdict(signed_by(digest, application())), "weak_algorithm") << "SHA-256 under a GOST key";
  Recipe canonical;
  canonical.canonicalisation =
      R"(<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>)";
  EXPECT_EQ(verdict(signed_by(canonical, application())), "malformed");
}

TEST(XmlAttack, AnotherAlgorithmThanTheKeys) {
  Recipe recipe;  // alice's GOST value under RSA's name
  recipe.signature_method = kRsaSignature;
  recipe.digest_method = kSha256;
  EXPECT_EQ(verdict(signed_by(recipe, application())), "signature_mismatch");
}

TEST(XmlAttack, AShortenedDigest) {
  for (const std::size_t octets : {0u, 1u, 32u, 63u}) {
    Recipe recipe;
    recipe.digest_octets = octets;
    EXPECT_EQ(verdict(signed_by(recipe, application())), "digest_mismatch") << octets;
  }
}

TEST(XmlAttack, KeyInfoOfSomebodyElse) {
  const auto key_info = [](const std::string& inside) { return "<ds:KeyInfo>" + inside + "</ds:KeyInfo>"; };
  const auto data = [](const std::string& inside) { return "<ds:X509Data>" + inside + "</ds:X509Data>"; };
  static const Identity carol = identity("CAROL", crypto::KeyKind::gost2015);
  const auto with = [&](std::string info) {
    Recipe recipe;
    recipe.key_info = std::move(info);
    return signed_by(recipe, application());
  };
  EXPECT_EQ(verdict(with(key_info(data(certificate_xml(carol))))), "signature_mismatch");
  EXPECT_EQ(verdict(with(key_info(data(certificate_xml(bob()))))), "signature_mismatch");
  EXPECT_EQ(verdict(with("")), "bad_certificate");
  EXPECT_EQ(verdict(with(key_info("<ds:KeyValue>alice</ds:KeyValue>"))), "bad_certificate");
  EXPECT_EQ(verdict(with(key_info(data("<ds:X509Certificate>AAAA</ds:X509Certificate>")))), "bad_certificate");
  EXPECT_EQ(verdict(with(key_info(data(certificate_xml(carol) + "<ds:X509Certificate>AAAA</ds:X509Certificate>")))),
            "bad_certificate");

  const auto both = intact_xml(with(key_info(data(certificate_xml(carol)) + data(certificate_xml(alice())))));
  ASSERT_TRUE(both);
  EXPECT_EQ(both->signers.front().certificate->der, alice().certificate->der);
  EXPECT_EQ(verdict(with(key_info(data(certificate_xml(alice()) + certificate_xml(alice()))))), "ok")
      << "the same twice";

  // A second certificate on alice's key, in another name: who signed?
  const Identity twin{alice().key, make::issue(make::ca_order("ALICE'S TWIN", alice().certificate->not_before, 5, {}),
                                               alice().key, nullptr)};
  EXPECT_EQ(verdict(with(key_info(data(certificate_xml(alice()) + certificate_xml(twin))))), "ambiguous");
  EXPECT_EQ(verdict(with(key_info(data(times(kMaxCertificates, certificate_xml(alice())))))), "ok");
}

TEST(XmlAttack, PartsDoubledMissingOrInAnotherOrder) {
  const std::string made = signed_by({}, application());
  EXPECT_EQ(verdict(replaced(made, "<ds:KeyInfo>", "<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo>")),
            "malformed");
  EXPECT_EQ(verdict(replaced(made, "<ds:SignatureValue>", "text<ds:SignatureValue>")), "malformed");
  EXPECT_EQ(verdict(replaced(made, "<ds:SignatureValue>", "<ds:SignatureValue>?")), "malformed");
  EXPECT_EQ(verdict(replaced(made, "<ds:SignatureValue>", "<ds:SignatureValue><x/>")), "malformed");
  EXPECT_EQ(verdict(replaced(made, R"(xmlns:ds="http://www.w3.org/2000/09/xmldsig#")", R"(xmlns:ds="urn:other")")),
            "no_signature");
}

// --- Bad input
// ---------------------------------------------------------------------------------------------------------

TEST(XmlLimits, WhatIsNotXmlIsMalformed) {
  for (const std::string_view bytes : {"",
                                       " ",
                                       "x",
                                       "<",
                                       "<a",
                                       "<a>",
                                       "<a></b>",
                                       "<a/><b/>",
                                       "<a/>x",
                                       "<a b=1/>",
                                       "<a b='1' b='2'/>",
                                       "<p:a/>",
                                       "<a>&lt</a>",
                                       "<a>\xff</a>",
                                       "<a>\xed\xa0\x80</a>",
                                       "<a>\x01</a>",
                                       "<a xmlns:p='u:1' xmlns:q='u:1' p:b='' q:b=''/>",
                                       "<?xml version='1.1'?><a/>",
                                       "<?xml version='1.0' encoding='windows-1251'?><a/>",
                                       "<?xml version='1.0' encoding='UTF-16'?><a/>",
                                       "<?xml version='1.0' encoding='?><a/>",
                                       "\xff\xfe<\0a\0/\0>\0"}) {
    EXPECT_EQ(verdict(bytes), "malformed") << bytes;
    EXPECT_FALSE(canonical_xml(bytes)) << bytes;
  }
  EXPECT_EQ(verdict(std::string("<a>\0</a>", 8)), "malformed");
  EXPECT_EQ(verdict(std::string("<a/>\0", 5)), "malformed");
  EXPECT_TRUE(canonical_xml("<?xml version='1.0' encoding=\"uTf-8\"?><a/>"));
}

TEST(XmlLimits, NamespacesHaveToBeAbsolute) {
  EXPECT_FALSE(canonical_xml("<a xmlns='relative'/>")) << "canonical form is not defined (C14N, 1.3)";
  EXPECT_TRUE(canonical_xml("<a xmlns='urn:absolute'/>"));
}

TEST(XmlLimits, CutAnywhereItNeverHolds) {
  const std::string made = signed_by(element_recipe(), application());
  for (std::size_t size = 0; size < made.size(); ++size) {
    ASSERT_NE(verdict(std::string_view(made).substr(0, size)), "ok") << size;
  }
}

TEST(XmlLimits, DeepOrLargeDocumentsAreRefused) {
  const auto nested = [](std::size_t depth) { return times(depth, "<a>") + times(depth, "</a>"); };
  EXPECT_TRUE(canonical_xml(nested(static_cast<std::size_t>(kMaxXmlDepth))));
  EXPECT_FALSE(canonical_xml(nested(static_cast<std::size_t>(kMaxXmlDepth) + 1)));
  EXPECT_EQ(verdict(times(1'000'000, "<a>")), "malformed");
  EXPECT_FALSE(canonical_xml(std::string(100 * 1024 * 1024, ' ')));
  EXPECT_FALSE(canonical_xml("<a>" + std::string(kMaxXmlBytes - 6, ' ') + "</a>"));
  EXPECT_TRUE(canonical_xml("<a>" + std::string(kMaxXmlBytes - 7, ' ') + "</a>"));
  EXPECT_FALSE(canonical_xml("<a>" + times(xml::kMaxElements, "<b/>") + "</a>"));
  EXPECT_TRUE(canonical_xml("<a>" + times(xml::kMaxElements - 1, "<b/>") + "</a>"));
}

TEST(XmlLimits, WhatWouldGrowIsRefused) {
  const auto crowded = [](std::size_t count, std::string_view format) {
    std::string tag = "<a";
    for (std::size_t i = 0; i < count; ++i) tag += fmt::format(fmt::runtime(format), i);
    return tag + "/>";
  };
  EXPECT_TRUE(canonical_xml(crowded(xml::kMaxAttributes, " a{}=''")));
  EXPECT_FALSE(canonical_xml(crowded(xml::kMaxAttributes + 1, " a{}=''")));
  EXPECT_FALSE(canonical_xml("<!-- <x \" -->" + crowded(600'000, " a{}=\"\"")));
  EXPECT_FALSE(
      canonical_xml("<e>" + std::string("<b c='='/>") + crowded(xml::kMaxAttributes + 1, "\na{} = '>'") + "</e>"));
  EXPECT_TRUE(canonical_xml(crowded(static_cast<std::size_t>(xml::kMaxNamespacesInScope), " xmlns:a{}='urn:a'")));
  EXPECT_FALSE(canonical_xml(crowded(static_cast<std::size_t>(xml::kMaxNamespacesInScope) + 1, " xmlns:a{}='urn:a'")));
  EXPECT_FALSE(canonical_xml("<a xmlns='urn:" + std::string(xml::kMaxNamespaceBytes, 'x') + "'/>"));
  // A name declared once and used by everybody below is written out by each of them in the exclusive form.
  const xml::QuietErrors quiet;
  const auto document = xml::read_document("<a xmlns:b='urn:" + std::string(xml::kMaxNamespaceBytes - 4, 'x') + "'>" +
                                           times(xml::kMaxElements - 1, "<b:c/>") + "</a>");
  ASSERT_TRUE(document);
  EXPECT_FALSE(xml::canonical_document(document->get(), {true}));
  EXPECT_TRUE(xml::canonical_document(document->get(), {false}));
}

TEST(XmlLimits, EntityBombsAreRefusedBeforeTheyAreRead) {
  std::string bomb = "<!DOCTYPE a [<!ENTITY a0 \"ha\">";
  for (int i = 1; i < 40; ++i) bomb += fmt::format("<!ENTITY a{} \"{}\">", i, times(10, fmt::format("&a{};", i - 1)));
  EXPECT_EQ(verdict(bomb + "]><a b=\"&a39;\">&a39;</a>"), "malformed");
  EXPECT_EQ(intact_xml(bomb + "]><a>&a39;</a>").error().detail, "XML: DOCTYPE");
}

TEST(XmlLimits, NothingIsSaidOnTheTerminal) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(verdict("<a><b></a>"), "malformed");
  EXPECT_FALSE(canonical_xml("<a xmlns='relative'/>"));
  EXPECT_FALSE(read_login("<login"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Base64, IsReadExactly) {
  const auto read = [](std::string_view text) { return xml::from_base64(text).value_or("?"); };
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("TWVr"), "Mek");
  EXPECT_EQ(read(" TW\r\nVr\t"), "Mek");
  EXPECT_EQ(read("TWU="), "Me");
  EXPECT_EQ(read("TQ=="), "M");
  EXPECT_EQ(read("+/+/"), "\xfb\xff\xbf");
  for (const std::string_view wrong : {"T", "TW", "TWV", "TWVr=", "TQ=", "TR==", "TWV=", "TQ==TQ==", "TQ===", "====",
                                       "=", "T-_r", "TWVr.", "TQ==\xc2\xa0"}) {
    EXPECT_FALSE(xml::from_base64(wrong)) << wrong;
  }
}

// --- Small questions
// -----------------------------------------------------------------------------------------------------

TEST(Xml, IsToldFromCmsByItsFirstSign) {
  for (const std::string_view yes : {"<a/>", " \r\n\t<a/>", "\xef\xbb\xbf<a/>", "\xef\xbb\xbf <"})
    EXPECT_TRUE(looks_like_xml(yes));
  for (const std::string_view no : {"", "  ", "\x30\x82", "MIIB", "-----BEGIN CMS-----", "\xef\xbb\xbf"})
    EXPECT_FALSE(looks_like_xml(no));
}

TEST(Xml, CanonicalFormIsWhatTheStandardPrints) {  // RFC 3076, 3.3 and 3.4, without the parts that need a DTD
  EXPECT_EQ(
      canonical_xml(
          "<?xml version=\"1.0\"?>\n<!-- c --><doc>\n  <e1   />\n  <e3   name = \"elem3\"   id=\"elem3\"   />\n"
          "  <e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" attr=\"I'm\"\n    xmlns:b=\"http://www.ietf.org\"\n"
          "    xmlns:a=\"http://www.w3.org\"\n    xmlns=\"http://example.org\"/>\n"
          "  <e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\"><e7 xmlns=\"http://www.ietf.org\"><e8 "
          "xmlns=\"\"/></e7></e6>\n</doc>"),
      "<doc>\n  <e1></e1>\n  <e3 id=\"elem3\" name=\"elem3\"></e3>\n"
      "  <e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" "
      "attr2=\"all\" "
      "b:attr=\"sorted\" a:attr=\"out\"></e5>\n"
      "  <e6 xmlns:a=\"http://www.w3.org\"><e7 xmlns=\"http://www.ietf.org\"><e8 xmlns=\"\"></e8></e7></e6>\n</doc>");
  EXPECT_EQ(canonical_xml("<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n"
                          "   <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n"
                          "   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>"),
            "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n"
            "   <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n"
            "   <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>");
}

TEST(Login, IsReadWhereItIsExactlyAChallenge) {
  const std::string challenge =
      "<login><nonce>Zm9v</nonce><origin>https://propiska.test</origin><issued>2026-11-22T16:58:00+05:00</issued></"
      "login>";
  const auto login = read_login(challenge);
  ASSERT_TRUE(login);
  EXPECT_EQ(login->nonce, "Zm9v");
  EXPECT_EQ(login->origin, "https://propiska.test");
  EXPECT_EQ(login->issued, *base::parse_rfc3339("2026-11-22T11:58:00Z"));
  const auto signed_challenge = intact_xml(file("l21.xml"));
  ASSERT_TRUE(signed_challenge);
  EXPECT_EQ(read_login(signed_challenge->document)->origin, "https://evil.test");
}

TEST(Login, AnythingElseIsNone) {
  const std::string nonce = "<nonce>Zm9v</nonce>", origin = "<origin>o</origin>",
                    issued = "<issued>2026-11-22T16:58:00Z</issued>";
  const auto login = [](const std::string& inside) { return "<login>" + inside + "</login>"; };
  ASSERT_TRUE(read_login(login(nonce + origin + issued)));
  for (const std::string& other : {login(""),
                                   login(nonce + origin),
                                   login(nonce + issued + origin),
                                   login(nonce + nonce + origin + issued),
                                   login(nonce + origin + issued + "<extra/>"),
                                   login(nonce + " " + origin + issued),
                                   login("<nonce/>" + origin + issued),
                                   login("<nonce a='b'>Zm9v</nonce>" + origin + issued),
                                   login("<nonce><b>Zm9v</b></nonce>" + origin + issued),
                                   login("<nonce>Zm<!-- -->9v</nonce>" + origin + issued),
                                   login("<nonce xmlns='urn:x'>Zm9v</nonce>" + origin + issued),
                                   login(nonce + origin + "<issued>yesterday</issued>"),
                                   login(nonce + origin + issued) + "<!-- -->",
                                   "<!-- -->" + login(nonce + origin + issued),
                                   "<Login>" + nonce + origin + issued + "</Login>",
                                   "<login xmlns='urn:x'>" + nonce + origin + issued + "</login>",
                                   "<login a='b'>" + nonce + origin + issued + "</login>",
                                   "<application>" + nonce + origin + issued + "</application>",
                                   std::string("login"),
                                   std::string()}) {
    EXPECT_FALSE(read_login(other)) << other;
  }
}

}  // namespace
}  // namespace mekenjai::edge::eds
