// What we sign is what NCALayer and eGov Mobile sign: the readers find it intact, and every deviation is where it was
// put and nowhere else.
#include "edge/eds/make/sign.hpp"

#include <gmock/gmock.h>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/xml/xml.hpp"

namespace mekenjai::edge::eds::make {
namespace {

using crypto::KeyKind;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::string_view kContent = R"({"applicant":"900101300017","kind":"permanent"})";

class Sign : public testing::TestWithParam<KeyKind> {
 protected:
  const TestAuthority& authority_ = TestAuthority::shared(GetParam());
  const Identity saule_ = authority_.person();
};
INSTANTIATE_TEST_SUITE_P(, Sign, testing::Values(KeyKind::gost2015, KeyKind::rsa),
                         [](const auto& kind) { return kind.param == KeyKind::rsa ? "Rsa" : "Gost"; });

TEST_P(Sign, AttachedCmsIsIntact) {
  const auto cms = read_cms(sign_cms(kContent, saule_, kTestNow));
  ASSERT_TRUE(cms) << describe(cms.error());
  EXPECT_EQ(cms->content, kContent);
  const auto intact_ones = intact(*cms, std::nullopt, oids::kData);
  ASSERT_TRUE(intact_ones) << describe(intact_ones.error());
  ASSERT_THAT(*intact_ones, SizeIs(1));
  EXPECT_EQ(intact_ones->front().certificate->der, saule_.certificate->der);
  EXPECT_EQ(intact_ones->front().claimed_at, kTestNow);
}

TEST_P(Sign, DetachedCmsHoldsForItsContentOnly) {
  const auto cms = read_cms(sign_cms(kContent, saule_, kTestNow, false));
  ASSERT_TRUE(cms) << describe(cms.error());
  EXPECT_FALSE(cms->content);
  EXPECT_TRUE(intact(*cms, kContent, oids::kData));
  const auto other = intact(*cms, "something else", oids::kData);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, Reason::digest_mismatch);
}

TEST_P(Sign, TheArmourIsTheOneOfNcaLayer) {
  const std::string armour = armoured(sign_cms(kContent, saule_, kTestNow));
  EXPECT_TRUE(armour.starts_with("-----BEGIN CMS-----\r\n"));
  EXPECT_TRUE(armour.ends_with("\r\n-----END CMS-----\r\n"));
  EXPECT_EQ(unarmoured(armour), unarmoured(armoured(*unarmoured(armour))));
  const auto cms = read_cms(*unarmoured(armour));
  ASSERT_TRUE(cms);
  EXPECT_TRUE(intact(*cms, std::nullopt, oids::kData));
}

TEST_P(Sign, TwoSignersBothHold) {
  const Identity bolat = authority_.person(kBolat);
  CmsOrder order;
  order.content = kContent;
  order.signers.resize(2);
  order.signers[0].identity = &saule_;
  order.signers[1].identity = &bolat;
  const auto cms = read_cms(sign_cms(order));
  ASSERT_TRUE(cms) << describe(cms.error());
  const auto both = intact(*cms, std::nullopt, oids::kData);
  ASSERT_TRUE(both) << describe(both.error());
  EXPECT_THAT(*both, SizeIs(2));
}

TEST_P(Sign, EnvelopedXmlIsIntactAndCoversTheWholeDocument) {
  for (const std::string_view document :
       {"<login><nonce>abc</nonce></login>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<xml>test</xml>",
        "<a xmlns=\"urn:x\" xmlns:y=\"urn:y\" z='1' b=\"2\"><y:c>текст &amp; &lt; \r\n</y:c><d/></a>", "<empty/>"}) {
    const auto signed_document = sign_xml(document, saule_);
    ASSERT_TRUE(signed_document) << describe(signed_document.error());
    EXPECT_EQ(signed_document->starts_with("<?xml"), document.starts_with("<?xml")) << *signed_document;
    const auto signatures = intact_xml(*signed_document);
    ASSERT_TRUE(signatures) << describe(signatures.error()) << "\n" << *signed_document;
    ASSERT_THAT(signatures->signers, SizeIs(1));
    EXPECT_TRUE(signatures->whole);
    EXPECT_EQ(signatures->document, canonical_xml(document));
    EXPECT_EQ(signatures->signers.front().certificate->der, saule_.certificate->der);
  }
}

TEST_P(Sign, ASecondXmlSignatureCoversTheFirst) {
  const Identity bolat = authority_.person(kBolat);
  const auto once = sign_xml("<application number=\"1\"/>", saule_);
  ASSERT_TRUE(once);
  const auto twice = sign_xml(*once, bolat);
  ASSERT_TRUE(twice);
  const auto signatures = intact_xml(*twice);
  ASSERT_TRUE(signatures) << describe(signatures.error());
  EXPECT_THAT(signatures->signers, SizeIs(2));
}

TEST_P(Sign, WhatIsNotADocumentIsNotSigned) {
  for (const std::string_view document : {"", "<a>", "no markup", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"}) {
    const auto signed_document = sign_xml(document, saule_);
    ASSERT_FALSE(signed_document) << document;
    EXPECT_EQ(signed_document.error().reason, Reason::malformed);
  }
}

TEST_P(Sign, AXmlSignatureHasTheLayoutOfNcaLayer) {
  const auto signed_document = sign_xml("<root/>", saule_);
  ASSERT_TRUE(signed_document);
  EXPECT_THAT(*signed_document,
              HasSubstr("<root><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\n<ds:SignedInfo>\n"));
  EXPECT_THAT(*signed_document, HasSubstr("&#13;\n"));
  EXPECT_TRUE(signed_document->ends_with("</ds:X509Data>\n</ds:KeyInfo>\n</ds:Signature></root>"));
}

TEST_P(Sign, ATimeStampIsOverTheSignature) {
  const std::string plain = sign_cms(kContent, saule_, kTestNow);
  const std::string stamped = authority_.stamped(plain, kTestNow);
  const auto cms = read_cms(stamped);
  ASSERT_TRUE(cms) << describe(cms.error());
  ASSERT_THAT(cms->signers.front().timestamp_tokens, SizeIs(1));
  const auto proven = verify_timestamp(cms->signers.front().timestamp_tokens.front(), cms->signers.front().signature,
                                       authority_.trust(), kTestNow);
  ASSERT_TRUE(proven) << describe(proven.error());
  EXPECT_EQ(proven->at, kTestNow);
}

}  // namespace
}  // namespace mekenjai::edge::eds::make
