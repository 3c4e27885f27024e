// The object identifiers of the field, by their names. Sources: RFC 5280, 5652, 5035, 3161, 6960, 7091, 7836 and the
// arc 1.2.398 of Kazakhstan (root.gov.kz/oid).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mekenjai::edge::eds::oids {

/// An OID's content octets, made from its dotted form while compiling.
struct Oid {
  std::array<char, 24> octets{};
  std::size_t size = 0;

  consteval Oid(const char* dotted) {  // NOLINT: implicit, so that the table below reads as a table
    std::uint64_t first = 0;
    for (int index = 0; *dotted != '\0'; ++index) {
      std::uint64_t arc = 0;
      for (; *dotted >= '0' && *dotted <= '9'; ++dotted) arc = arc * 10 + static_cast<std::uint64_t>(*dotted - '0');
      if (*dotted == '.') ++dotted;
      if (index == 0) {
        first = arc * 40;
        continue;
      }
      if (index == 1) arc += first;
      int septets = 1;
      for (std::uint64_t rest = arc >> 7; rest != 0; rest >>= 7) ++septets;
      while (septets-- > 0) {
        octets[size++] = static_cast<char>(((arc >> (7 * septets)) & 0x7f) | (septets > 0 ? 0x80u : 0u));
      }
    }
  }
  constexpr operator std::string_view() const { return {octets.data(), size}; }  // NOLINT
};

constexpr bool operator==(const Oid& left, std::string_view right) { return std::string_view(left) == right; }

// Keys, digests and signatures.
inline constexpr Oid kRsaEncryption = "1.2.840.113549.1.1.1";
inline constexpr Oid kSha1WithRsa = "1.2.840.113549.1.1.5";
inline constexpr Oid kSha256WithRsa = "1.2.840.113549.1.1.11";
inline constexpr Oid kSha1 = "1.3.14.3.2.26";
inline constexpr Oid kSha256 = "2.16.840.1.101.3.4.2.1";
inline constexpr Oid kSha512 = "2.16.840.1.101.3.4.2.3";
inline constexpr Oid kGost2015Key512 = "1.2.398.3.10.1.1.2.2";
inline constexpr Oid kGost2015Params512 = "1.2.398.3.10.1.1.2.2.1";
inline constexpr Oid kGost2015Signature512 = "1.2.398.3.10.1.1.2.3.2";
inline constexpr Oid kStreebog512 = "1.2.398.3.10.1.3.3";
inline constexpr Oid kGost2004Key = "1.2.398.3.10.1.1.1.1";
inline constexpr Oid kGost2004Params = "1.2.398.3.10.1.1.1.1.1";
inline constexpr Oid kGost2004Signature = "1.2.398.3.10.1.1.1.2";
inline constexpr Oid kGost34311HashParams = "1.2.398.3.10.1.3.1.1.0";
inline constexpr Oid kGost34311 = "1.2.398.3.10.1.3.1";

// Names.
inline constexpr Oid kCommonName = "2.5.4.3";
inline constexpr Oid kSurname = "2.5.4.4";
inline constexpr Oid kSerialNumber = "2.5.4.5";
inline constexpr Oid kCountry = "2.5.4.6";
inline constexpr Oid kLocality = "2.5.4.7";
inline constexpr Oid kState = "2.5.4.8";
inline constexpr Oid kOrganisation = "2.5.4.10";
inline constexpr Oid kOrganisationalUnit = "2.5.4.11";
inline constexpr Oid kGivenName = "2.5.4.42";  // holds the patronymic in certificates of НУЦ РК
inline constexpr Oid kUid = "0.9.2342.19200300.100.1.1";

// Extensions of certificates and CRLs.
inline constexpr Oid kSubjectKeyId = "2.5.29.14";
inline constexpr Oid kKeyUsage = "2.5.29.15";
inline constexpr Oid kSubjectAltName = "2.5.29.17";
inline constexpr Oid kBasicConstraints = "2.5.29.19";
inline constexpr Oid kCrlNumber = "2.5.29.20";
inline constexpr Oid kReasonCode = "2.5.29.21";
inline constexpr Oid kInvalidityDate = "2.5.29.24";
inline constexpr Oid kDeltaCrlIndicator = "2.5.29.27";
inline constexpr Oid kIssuingDistributionPoint = "2.5.29.28";
inline constexpr Oid kCertificateIssuer = "2.5.29.29";
inline constexpr Oid kCrlDistributionPoints = "2.5.29.31";
inline constexpr Oid kCertificatePolicies = "2.5.29.32";
inline constexpr Oid kAuthorityKeyId = "2.5.29.35";
inline constexpr Oid kExtendedKeyUsage = "2.5.29.37";
inline constexpr Oid kFreshestCrl = "2.5.29.46";
inline constexpr Oid kAuthorityInfoAccess = "1.3.6.1.5.5.7.1.1";
inline constexpr Oid kCps = "1.3.6.1.5.5.7.2.1";
inline constexpr Oid kKeyStoreKind = "1.2.398.3.3.5";
inline constexpr Oid kKeyStoreFile = "1.2.398.3.3.5.1.1";

// Purposes and roles (extended key usage).
inline constexpr Oid kServerAuth = "1.3.6.1.5.5.7.3.1";
inline constexpr Oid kClientAuth = "1.3.6.1.5.5.7.3.2";
inline constexpr Oid kEmailProtection = "1.3.6.1.5.5.7.3.4";
inline constexpr Oid kTimeStamping = "1.3.6.1.5.5.7.3.8";
inline constexpr Oid kOcspSigning = "1.3.6.1.5.5.7.3.9";
inline constexpr Oid kNaturalPerson = "1.2.398.3.3.4.1.1";
inline constexpr Oid kLegalEntity = "1.2.398.3.3.4.1.2";

// Policies.
inline constexpr Oid kPolicyKuc = "1.2.398.3.1.2";
inline constexpr Oid kPolicyNuc = "1.2.398.3.3.2";                    // today, for everybody
inline constexpr Oid kPolicyPersonSigning = "1.2.398.3.3.2.3";        // 2018 to 2024
inline constexpr Oid kPolicyPersonAuthentication = "1.2.398.3.3.2.4"; // 2018 to 2024
inline constexpr Oid kPolicyTsa = "1.2.398.3.3.2.6";                  // .2 RSA, .3 and .4 GOST-2015
inline constexpr Oid kPolicyTsaGost2015 = "1.2.398.3.3.2.6.4";

// CMS (RFC 5652, 5035) and time-stamps (RFC 3161).
inline constexpr Oid kData = "1.2.840.113549.1.7.1";
inline constexpr Oid kSignedData = "1.2.840.113549.1.7.2";
inline constexpr Oid kContentType = "1.2.840.113549.1.9.3";
inline constexpr Oid kMessageDigest = "1.2.840.113549.1.9.4";
inline constexpr Oid kSigningTime = "1.2.840.113549.1.9.5";
inline constexpr Oid kSigningCertificate = "1.2.840.113549.1.9.16.2.12";
inline constexpr Oid kSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
inline constexpr Oid kTimeStampToken = "1.2.840.113549.1.9.16.2.14";
inline constexpr Oid kTstInfo = "1.2.840.113549.1.9.16.1.4";

// OCSP (RFC 6960).
inline constexpr Oid kOcspBasic = "1.3.6.1.5.5.7.48.1.1";
inline constexpr Oid kOcspNonce = "1.3.6.1.5.5.7.48.1.2";
inline constexpr Oid kOcspNoCheck = "1.3.6.1.5.5.7.48.1.5";
inline constexpr Oid kOcspExtendedRevoke = "1.3.6.1.5.5.7.48.1.9";
inline constexpr Oid kAiaOcsp = "1.3.6.1.5.5.7.48.1";
inline constexpr Oid kAiaCaIssuers = "1.3.6.1.5.5.7.48.2";

}  // namespace mekenjai::edge::eds::oids
