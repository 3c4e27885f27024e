// Lists of revoked certificates: what a list must be to be taken, and what base and delta say together.
#include "edge/eds/pki/crl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <unordered_map>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/shared_samples.hpp"
#include "edge/eds/test_data.hpp"

namespace mekenjai::edge::eds {
namespace {

using make::CrlOrder;
using make::Identity;
using make::kTestNow;
using make::TestAuthority;
using std::chrono::hours;
using std::chrono::minutes;
using Status = CrlJudgement::Status;
using ::testing::HasSubstr;

class CrlTest : public ::testing::Test {
 protected:
  CrlPtr list(const CrlOrder& order) const {
    const auto read = Crl::read(make::crl(order, authority_.issuer), trust_);
    if (!read) throw std::logic_error(describe(read.error()));
    return *read;
  }
  CrlOrder order(Instant at = kTestNow) const { return authority_.crl_order(at); }
  std::string why_not(const CrlOrder& order) const { return why_not(make::crl(order, authority_.issuer)); }
  std::string why_not(std::string_view bytes) const {
    const auto read = Crl::read(bytes, trust_);
    return read ? "ok" : describe(read.error());
  }
  CrlJudgement judge(std::vector<CrlPtr> lists, Instant at = kTestNow + hours{1}) const {
    return CrlSet(std::move(lists)).judge(*saule_.certificate, *authority_.issuer.certificate, at);
  }
  /// Saule's certificate, revoked an hour before the list.
  CrlOrder::Entry entry(std::optional<RevocationReason> reason = {}) const {
    return {saule_.certificate->serial, kTestNow - hours{1}, reason};
  }
  CrlOrder delta(std::int64_t number, std::int64_t of, Instant at) const {
    CrlOrder made = order(at);
    made.number = number;
    made.delta_of = of;
    return made;
  }

  const TestAuthority authority_;
  const Trust trust_ = authority_.trust();
  const Identity saule_ = authority_.person();
};

TEST_F(CrlTest, SaysWhoIsRevokedSinceWhenAndWhy) {
  CrlOrder made = order();
  made.number = 166;
  made.entries = {entry(RevocationReason::key_compromise), {"\x05", kTestNow - hours{9}, {}}};
  const CrlPtr crl = list(made);
  EXPECT_EQ(crl->size(), 2u);
  EXPECT_EQ(crl->number(), "a6");
  EXPECT_FALSE(crl->delta_of());
  EXPECT_EQ(crl->issuer(), authority_.issuer.certificate);
  EXPECT_EQ(crl->this_update(), kTestNow);
  const auto found = crl->find(saule_.certificate->serial);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->revoked_at, kTestNow - hours{1});
  EXPECT_EQ(found->reason, RevocationReason::key_compromise);
  ASSERT_TRUE(crl->find("\x05"));
  EXPECT_FALSE(crl->find("\x05")->reason);
  EXPECT_FALSE(crl->find("\x06"));
  EXPECT_FALSE(crl->find(""));
  EXPECT_FALSE(crl->find(std::string(21, '\x05')));
  EXPECT_FALSE(crl->find(std::string("\x05\x00", 2))) << "1280 is not 5";
}

TEST_F(CrlTest, AnEmptyListRevokesNobody) {
  const CrlPtr crl = list(order());
  EXPECT_EQ(crl->size(), 0u);
  EXPECT_FALSE(crl->find(saule_.certificate->serial));
  EXPECT_EQ(judge({crl}).status, Status::good);
}

TEST_F(CrlTest, HalfAMillionEntriesUnsortedAreAllFound) {
  constexpr int kEntries = 500'000;
  std::mt19937_64 random(1);
  const auto octets = [&](std::size_t count) {
    std::string made;
    while (made.size() < count) made += static_cast<char>(random() & 0xff);
    made[0] = static_cast<char>((made[0] & 0x7f) | 1);  // positive, without a leading zero
    return made;
  };
  CrlOrder big = order();
  for (int i = 0; i < kEntries; ++i) {
    // Most as НУЦ РК has them; some short, which all stand on one shelf.
    const auto reason = i % 3 == 0 ? std::optional(RevocationReason::superseded) : std::nullopt;
    big.entries.push_back({octets(i % 10 == 0 ? 4 : 20), kTestNow - minutes{i % 1000}, reason});
  }
  const CrlPtr crl = list(big);
  ASSERT_EQ(crl->size(), big.entries.size());
  std::unordered_map<std::string, Instant> earliest;  // short serials repeat
  earliest.reserve(big.entries.size());
  for (const auto& each : big.entries) {
    const auto [at, added] = earliest.emplace(each.serial, each.revoked_at);
    if (!added) at->second = std::min(at->second, each.revoked_at);
  }
  for (const auto& [serial, revoked_at] : earliest) {
    const auto found = crl->find(serial);
    ASSERT_TRUE(found && found->revoked_at == revoked_at) << base::to_hex(serial);
  }
  for (int i = 0; i < 100'000; ++i) {
    const std::string serial = octets(20);
    ASSERT_EQ(crl->find(serial).has_value(), earliest.contains(serial));
  }
}

TEST_F(CrlTest, OfTwoEntriesWithOneSerialTheEarlierCounts) {
  CrlOrder twice = order();
  twice.entries = {entry(), {saule_.certificate->serial, kTestNow - hours{5}, {}}, entry()};
  EXPECT_EQ(list(twice)->find(saule_.certificate->serial)->revoked_at, kTestNow - hours{5});
}

TEST_F(CrlTest, OnlyTheIssuerWithTheRightToSignListsIsBelieved) {
  const TestAuthority look_alike;
  EXPECT_THAT(why_not(make::crl(order(), look_alike.issuer)), HasSubstr("signature_mismatch"));
  EXPECT_THAT(why_not(make::crl(order(), saule_)), HasSubstr("untrusted_issuer"));
  make::CertificateOrder no_lists = make::ca_order("NO LISTS", make::kTestFrom, 5, 0);
  no_lists.extensions = {make::basic_constraints(true), make::key_usage(kKeyCertSign)};
  const Identity ca = authority_.issued_by(authority_.root, no_lists);
  const auto read = Crl::read(make::crl(order(), ca), Trust({authority_.root.certificate, ca.certificate}));
  ASSERT_FALSE(read);
  EXPECT_EQ(describe(read.error()), "untrusted_issuer: the list's issuer may not sign lists");
}

TEST_F(CrlTest, CriticalExtensionsMustBeUnderstood) {
  constexpr oids::Oid kOdd = "1.2.3.4";
  CrlOrder odd = order();
  odd.extensions = {{std::string(kOdd), der::null(), false}};
  EXPECT_EQ(why_not(odd), "ok");
  odd.extensions.front().critical = true;
  EXPECT_THAT(why_not(odd), HasSubstr("bad_certificate"));
  EXPECT_THAT(why_not(odd), HasSubstr("1.2.3.4"));
}

TEST_F(CrlTest, AListOfSomeCertificatesOrSomeReasonsIsNotTaken) {
  const auto with = [&](std::string_view fields) {
    CrlOrder partial = order();
    partial.extensions = {{std::string(oids::kIssuingDistributionPoint), der::element(der::kSequence, fields), true}};
    return why_not(partial);
  };
  EXPECT_EQ(with(""), "ok");
  EXPECT_EQ(with(der::element(der::context(1, false), std::string(1, '\0'))), "ok");
  for (const int only : {1, 2, 4, 5}) {  // users', CAs', indirect, attributes'
    EXPECT_THAT(with(der::element(der::context(only, false), "\xff")), HasSubstr("does not cover everything")) << only;
  }
  EXPECT_THAT(with(der::element(der::context(3, false), "\x05\x60")), HasSubstr("does not cover everything"));
  EXPECT_THAT(with(der::element(der::context(0), der::element(der::context(0), ""))), HasSubstr("does not cover everything"));
}

TEST_F(CrlTest, PemAndBase64AreTakenToo) {
  const std::string bytes = make::crl(order(), authority_.issuer);
  std::string base64;
  for (const char c : base::to_base64url(bytes)) base64 += c == '-' ? '+' : c == '_' ? '/' : c;
  while (base64.size() % 4 != 0) base64 += '=';
  EXPECT_EQ(why_not(base64), "ok");
  EXPECT_EQ(why_not("-----BEGIN X509 CRL-----\n" + base64 + "\n-----END X509 CRL-----\n"), "ok");
}

TEST_F(CrlTest, CutOrChangedAnywhereItIsRefused) {
  CrlOrder made = order();
  made.entries = {entry(RevocationReason::superseded), {"\x05", kTestNow - hours{9}, {}}};
  const std::string bytes = make::crl(made, authority_.issuer);
  ASSERT_EQ(why_not(bytes), "ok");
  for (std::size_t size = 0; size < bytes.size(); ++size) ASSERT_NE(why_not(bytes.substr(0, size)), "ok") << size;
  EXPECT_NE(why_not(bytes + '\0'), "ok");
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    ASSERT_NE(why_not(changed), "ok") << i;
  }
}

/// What a careless authority might sign: the entries' octets as given, under a good signature.
std::string signed_list(const Identity& issuer, std::string_view entries, bool next_update = true, int version = 1) {
  const std::string algorithm = der::sequence({der::oid(oids::kGost2015Signature512), der::null()});
  const std::string body = der::sequence({der::integer(version), algorithm, issuer.certificate->subject_name,
                                          der::time(kTestNow), next_update ? der::time(kTestNow + hours{27}) : "",
                                          entries.empty() ? "" : der::element(der::kSequence, entries)});
  const std::string signature = issuer.key.sign(crypto::Algorithm::gost2015, crypto::hash(crypto::Digest::streebog512, body));
  return der::sequence({body, algorithm, der::bit_string(signature)});
}

TEST_F(CrlTest, WellSignedNonsenseIsRefused) {
  const auto judged = [&](std::string_view entries) { return why_not(signed_list(authority_.issuer, entries)); };
  const std::string serial = der::integer(5), time = der::time(kTestNow);
  EXPECT_EQ(judged(der::sequence({serial, time})), "ok");
  EXPECT_THAT(why_not(signed_list(authority_.issuer, "", false)), HasSubstr("malformed")) << "a list without an end";
  EXPECT_THAT(why_not(signed_list(authority_.issuer, "", true, 0)), HasSubstr("malformed"));
  EXPECT_THAT(judged(der::sequence({der::integer(-5), time})), HasSubstr("malformed"));
  EXPECT_THAT(judged(der::sequence({der::unsigned_integer(std::string(21, '\x11')), time})), HasSubstr("malformed"));
  EXPECT_THAT(judged(der::sequence({serial})), HasSubstr("malformed"));
  EXPECT_THAT(judged(der::sequence({serial, der::integer(1)})), HasSubstr("malformed"));
  const auto with = [&](std::string_view oid, std::string_view value, bool critical) {
    const std::string extension = der::sequence({der::oid(oid), critical ? der::boolean(true) : "", der::octet_string(value)});
    return judged(der::sequence({serial, time, der::sequence({extension})}));
  };
  EXPECT_EQ(with(oids::kReasonCode, der::element(der::kEnumerated, "\x01"), false), "ok");
  EXPECT_THAT(with(oids::kReasonCode, der::element(der::kEnumerated, "\x07"), false), HasSubstr("malformed"));
  EXPECT_THAT(with(oids::kReasonCode, der::integer(1), false), HasSubstr("malformed"));
  EXPECT_EQ(with(oids::kInvalidityDate, der::generalized_time(kTestNow), false), "ok");
  EXPECT_THAT(with(oids::kCertificateIssuer, der::sequence({}), true), HasSubstr("bad_certificate")) << "an indirect list";
}

// --- together -----------------------------------------------------------------------------------------------------

TEST_F(CrlTest, RevokedIsRevokedAndOthersAreGood) {
  CrlOrder made = order();
  made.entries = {entry(RevocationReason::superseded)};
  const auto judgement = judge({list(made)});
  EXPECT_EQ(judgement.status, Status::revoked);
  EXPECT_EQ(judgement.entry->reason, RevocationReason::superseded);
  EXPECT_EQ(judgement.number, "01");
  made.entries.front().serial = "\x05";
  EXPECT_EQ(judge({list(made)}).status, Status::good);
}

TEST_F(CrlTest, AListThatIsOverOrNotYetSaysNothing) {
  const CrlPtr crl = list(order());
  EXPECT_EQ(judge({crl}, kTestNow).status, Status::good);
  EXPECT_EQ(judge({crl}, kTestNow + hours{27}).status, Status::good);
  EXPECT_EQ(judge({crl}, kTestNow - kClockSkew).status, Status::good) << "the authority's clock may be ahead";
  for (const Instant at : {kTestNow - kClockSkew - base::Millis{1}, kTestNow + hours{27} + base::Millis{1}}) {
    const auto judgement = judge({crl}, at);
    EXPECT_EQ(judgement.status, Status::unknown);
    EXPECT_EQ(judgement.fault->reason, Reason::revocation_unknown);
  }
  EXPECT_EQ(judge({}).status, Status::unknown);
}

TEST_F(CrlTest, TheListOfAnotherIssuerSaysNothing) {
  const TestAuthority look_alike;
  const auto theirs = Crl::read(look_alike.crl_of({}, kTestNow), look_alike.trust());
  ASSERT_TRUE(theirs);
  EXPECT_EQ(judge({*theirs}).status, Status::unknown);
}

TEST_F(CrlTest, TheNewestOfTwoListsCounts) {
  CrlOrder old = order(kTestNow - hours{2}), fresh = order();
  old.number = 7;
  fresh.number = 8;
  fresh.entries = {entry()};
  EXPECT_EQ(judge({list(old), list(fresh)}).status, Status::revoked);
  EXPECT_EQ(judge({list(fresh), list(old)}).number, "08");
}

TEST_F(CrlTest, ADeltaAddsToItsBase) {
  CrlOrder base = order();
  base.number = 10;
  CrlOrder added = delta(11, 10, kTestNow + minutes{10});
  added.entries = {entry()};
  EXPECT_EQ(judge({list(base), list(added)}).status, Status::revoked);
  EXPECT_EQ(judge({list(base), list(added)}).number, "0b");
  EXPECT_EQ(judge({list(base)}).status, Status::good);
  EXPECT_EQ(judge({list(added)}).status, Status::unknown) << "a delta alone is not a list";
  // НУЦ РК counts its deltas by themselves.
  added.number = 5;
  EXPECT_EQ(judge({list(base), list(added)}).status, Status::revoked);
}

TEST_F(CrlTest, ADeltaFreesWhoWasOnHold) {
  CrlOrder base = order();
  base.number = 10;
  base.entries = {entry(RevocationReason::certificate_hold)};
  CrlOrder freed = delta(11, 10, kTestNow + minutes{10});
  freed.entries = {entry(RevocationReason::remove_from_crl)};
  EXPECT_EQ(judge({list(base)}).status, Status::revoked);
  EXPECT_EQ(judge({list(base), list(freed)}).status, Status::good);
  freed.entries = {entry(RevocationReason::remove_from_crl), entry(RevocationReason::key_compromise)};
  EXPECT_EQ(judge({list(base), list(freed)}).status, Status::revoked) << "of two entries the one that revokes counts";
}

TEST_F(CrlTest, ADeltaOfALaterBaseOrOlderThanTheBaseOrOverIsLeftOut) {
  CrlOrder base = order();
  base.number = 10;
  CrlOrder later_base = delta(13, 12, kTestNow + minutes{10});
  later_base.entries = {entry()};
  EXPECT_EQ(judge({list(base), list(later_base)}).status, Status::good);
  CrlOrder older = delta(9, 8, kTestNow - minutes{10});
  older.entries = {entry()};
  EXPECT_EQ(judge({list(base), list(older)}).status, Status::good);
  CrlOrder over = delta(11, 10, kTestNow + minutes{10});
  over.entries = {entry()};
  over.next_update = kTestNow + minutes{20};
  EXPECT_EQ(judge({list(base), list(over)}).status, Status::good);
  EXPECT_EQ(judge({list(base), list(over)}, kTestNow + minutes{15}).status, Status::revoked);
  CrlOrder earlier_base = delta(11, 8, kTestNow + minutes{10});  // counted from an older base: contains more, fits
  earlier_base.entries = {entry()};
  EXPECT_EQ(judge({list(base), list(earlier_base)}).status, Status::revoked);
}

TEST_F(CrlTest, AFolderIsReadWholeAndWhatIsNotTakenIsNamed) {
  std::string folder = (std::filesystem::temp_directory_path() / "mekenjai-crl-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const auto write = [&](const char* name, std::string_view bytes) {
    std::ofstream(std::filesystem::path(folder) / name, std::ios::binary) << bytes;
  };
  write("nca.crl", make::crl(order(), authority_.issuer));
  write("junk.crl", "junk");
  const TestAuthority look_alike;
  write("other.crl", make::crl(order(), look_alike.issuer));
  std::vector<std::string> faults;
  const CrlSet set = CrlSet::from_folder(folder, trust_, faults);
  EXPECT_EQ(set.lists().size(), 1u);
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_THAT(faults[0], HasSubstr("junk.crl is not taken: malformed"));
  EXPECT_THAT(faults[1], HasSubstr("other.crl is not taken: signature_mismatch"));
  std::filesystem::remove_all(folder);
  faults.clear();
  EXPECT_TRUE(CrlSet::from_folder(folder, trust_, faults).lists().empty());
  EXPECT_THAT(faults.at(0), HasSubstr("cannot be read"));
}

TEST(PublicLists, AreAllTakenAndSayWhatIsKnownOfThem) {
  const auto trust = Trust::from_folder(shared_path("pki/ca/test").string());
  if (!trust) GTEST_SKIP() << kNoSharedSamples;
  std::vector<std::string> faults;
  const CrlSet set = CrlSet::from_folder(shared_path("pki/given/crl").string(), *trust, faults);
  EXPECT_THAT(faults, ::testing::IsEmpty());
  ASSERT_EQ(set.lists().size(), 6u);
  const CrlPtr newest = set.lists().front();
  EXPECT_EQ(base::format_rfc3339(newest->this_update()), "2026-08-11T08:49:19+05:00");
  EXPECT_EQ(newest->size(), 195u);
  const auto entry = newest->find(*base::from_hex("11878bbb2d0c22c0bb736d57935c80d54be605ff"));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->reason, RevocationReason::affiliation_changed);
  EXPECT_EQ(entry->revoked_at, base::parse_rfc3339("2026-05-06T16:34:41Z"));
  const auto is_delta = [](const CrlPtr& list) { return list->is_delta(); };
  EXPECT_EQ(std::count_if(set.lists().begin(), set.lists().end(), is_delta), 1);
}

}  // namespace
}  // namespace mekenjai::edge::eds
