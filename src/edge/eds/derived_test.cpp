// The generated attacks and good cases (tests/data/eds/derived), each with the reason that is to be told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "edge/eds/test_data.hpp"
#include "edge/eds/verify.hpp"

namespace mekenjai::edge::eds {

void PrintTo(const DerivedCase& one, std::ostream* out) { *out << one.why; }

namespace {

constexpr const char* kIinAlice = "123456789011";  // a month that no calendar knows: test identities

/// The manifest says valid or invalid; why, is ours to say.
const std::map<std::string, Reason> kReasons{
    {"c02", Reason::ok}, {"c04", Reason::ok}, {"c06", Reason::ok}, {"c65", Reason::ok},
    {"c21", Reason::signature_mismatch}, {"c23", Reason::no_signed_attributes}, {"c25", Reason::malformed},
    {"c27", Reason::no_signature}, {"c29", Reason::bad_certificate}, {"c31", Reason::signature_mismatch},
    {"c33", Reason::signature_mismatch}, {"c35", Reason::weak_algorithm}, {"c37", Reason::malformed},
    {"c39", Reason::bad_timestamp}, {"c41", Reason::bad_timestamp}, {"c51", Reason::not_yet_valid},
    {"c53", Reason::wrong_key_use}, {"c55", Reason::bad_certificate}, {"c57", Reason::ambiguous},
    {"c59", Reason::bad_certificate}, {"c61", Reason::wrong_key_use}, {"c63", Reason::expired},
    {"x01", Reason::ok}, {"x03", Reason::ok}, {"x20", Reason::digest_mismatch}, {"x22", Reason::ambiguous},
    {"x24", Reason::malformed}, {"x26", Reason::malformed}, {"x28", Reason::weak_algorithm}, {"x30", Reason::ok},
    {"x31", Reason::malformed}, {"x33", Reason::malformed}, {"x35", Reason::malformed},
    {"l21", Reason::bad_challenge},
};

Expectation expectation_of(const DerivedCase& one) {
  Expectation expectation;
  expectation.test_identities = true;
  expectation.require_revocation = false;
  if (one.id == "c02") expectation.content = derived_file("c02.txt");
  if (one.id.front() == 'l') {
    expectation.use = Use::login;
    expectation.nonce = "Zm9vYmFyMTIzNDU2Nzg5MA";
    expectation.origin = "https://propiska.test";
  }
  return expectation;
}

/// The issuers that stand beside a case are what its sender would like us to trust; none of them is an anchor.
Trust trust_for(const DerivedCase& one) {
  std::vector<CertificatePtr> certificates{derived_certificate("derived_root.cer"), derived_certificate("derived_nca.cer")};
  for (const std::string& file : one.files) {
    if (file.ends_with(".issuer.cer")) certificates.push_back(derived_certificate(file));
  }
  return Trust(std::move(certificates));
}

class Derived : public testing::TestWithParam<DerivedCase> {};

TEST_P(Derived, IsJudgedAsItsManifestSays) {
  const DerivedCase& one = GetParam();
  ASSERT_TRUE(kReasons.contains(one.id)) << "a case without a reason: " << one.why;
  const Verdict verdict =
      verify(derived_file(one.files.front()), expectation_of(one), trust_for(one), Evidence{}, kDerivedNow);
  EXPECT_EQ(word(verdict.reason), word(kReasons.at(one.id)))
      << one.why << "\n" << (verdict.fault ? describe(*verdict.fault) : "");
  EXPECT_EQ(verdict.valid(), one.expected == "valid") << one.why;
  EXPECT_EQ(verdict.valid(), !verdict.proven.empty());
  if (!verdict.valid() || one.id == "c04") return;
  ASSERT_EQ(verdict.signers.size(), 1u);
  EXPECT_EQ(verdict.signers.front().iin, kIinAlice);
}

std::vector<DerivedCase> signatures() {
  std::vector<DerivedCase> all;
  for (const char letter : {'c', 'x', 'l'}) {
    for (DerivedCase& one : derived_cases(letter)) all.push_back(std::move(one));
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Cases, Derived, testing::ValuesIn(signatures()),
                         [](const testing::TestParamInfo<DerivedCase>& info) { return info.param.id; });

}  // namespace
}  // namespace mekenjai::edge::eds
