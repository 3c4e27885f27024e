// Writes the seeds of the fuzz targets into a folder for each. Run by hand when a format learns something new; what it
// writes is kept in the tree (tests/fuzz/corpus).
#include <filesystem>
#include <fstream>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/cms/timestamp.hpp"
#include "edge/eds/make/pkcs12.hpp"
#include "edge/eds/make/sign.hpp"
#include "edge/eds/xml/xml.hpp"
#include "tests/fuzz/world.hpp"

namespace mekenjai::fuzz {
namespace {

using crypto::KeyKind;

class Folder {
 public:
  Folder(const std::filesystem::path& root, std::string_view name) : path_(root / name) {
    std::filesystem::create_directories(path_);
  }
  void write(std::string_view name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
  }
  void write_to_sign(std::string_view name, std::string_view bytes) const {
    write(name, std::string(kSignPlease).append(bytes));
  }

 private:
  std::filesystem::path path_;
};

make::Identity person(KeyKind kind) {
  return authority().issue_to({"123456789011", "ТЕСТОВА", "ӘЙГЕРІМ", "ТЕСТҚЫЗЫ", {}, {}}, kind, kNow - 24h);
}

std::string stamp_response(KeyKind kind, std::string_view stamped) {
  const auto digest = kind == KeyKind::rsa ? crypto::Digest::sha256 : crypto::Digest::streebog512;
  const std::string request = timestamp_request(digest, stamped, "\x01\x02\x03\x04", oids::kPolicyTsaGost2015);
  return make::timestamp_response(request, authority().time_stamps(kind),
                                  {.at = kNow, .policy = std::string(oids::kPolicyTsaGost2015)});
}

/// The same container with indefinite lengths around what is signed (BER).
std::string indefinite(std::string_view der_bytes) {
  der::Reader outer(der_bytes);
  der::Reader info = *outer.enter(der::kSequence);
  const auto type = info.take(der::kOid);
  const auto explicit_tag = info.take(der::context(0));
  return std::string("\x30\x80").append(type->whole) + std::string("\xa0\x80").append(explicit_tag->content) +
         std::string(4, '\0');
}

/// What is signed in a structure: its first element.
std::string first_of(std::string_view sequence) {
  der::Reader outer(sequence);
  der::Reader inside = *outer.enter(der::kSequence);
  return std::string(inside.take()->whole);
}

void write_cms(const Folder& folder) {
  const make::Identity gost = person(KeyKind::gost2015), rsa = person(KeyKind::rsa);
  const std::string attached = make::sign_cms(kDocument, gost, kNow);
  folder.write("gost-attached.cms", attached);
  folder.write("gost-detached.cms", make::sign_cms(kDocument, gost, kNow, false));
  folder.write("rsa-attached.cms", make::sign_cms(kDocument, rsa, kNow));
  folder.write("indefinite.cms", indefinite(attached));
  folder.write("armoured.pem", make::armoured(attached));
  make::CmsOrder order;
  order.content = kDocument;
  order.signers = {{.identity = &gost, .signing_time = kNow}, {.identity = &rsa, .signing_time = kNow}};
  folder.write("two-signers.cms", make::sign_cms(order));
  for (const KeyKind kind : {KeyKind::gost2015, KeyKind::rsa}) {
    const std::string name = kind == KeyKind::rsa ? "rsa" : "gost";
    const std::string response = stamp_response(kind, kDocument);
    const std::string token = token_of_response(response).value();
    folder.write("stamp-" + name + ".tsr", response);
    folder.write("stamp-" + name + ".tst", token);
    const std::string signature = read_cms(attached)->signers.front().signature;
    folder.write("stamped-by-" + name + ".cms",
                 with_timestamp(attached, token_of_response(stamp_response(kind, signature)).value()).value());
    folder.write_to_sign("info-" + name + ".sign", *read_cms(token)->content);
  }
}

void write_xml(const Folder& folder) {
  const make::Identity gost = person(KeyKind::gost2015), rsa = person(KeyKind::rsa);
  const std::string once = make::sign_xml(kXmlDocument, gost).value();
  folder.write("gost.xml", once);
  folder.write("rsa.xml", make::sign_xml(kXmlDocument, rsa).value());
  folder.write("two-signers.xml", make::sign_xml(once, rsa).value());
  folder.write("login.xml", make::sign_xml(kLogin, gost).value());
  folder.write("challenge.xml", kLogin);
  folder.write("layout.xml",
               "\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\r\n<a b = \"1\" c='2'><!-- --><?p "
               "i?><![CDATA[<&]]>&#13;&amp;<e/></a>\r\n");
  folder.write(
      "namespaces.xml",
      "<a:a xmlns:a='urn:a' xmlns='urn:b' xml:lang='kk'><b xmlns='' a:c='' d=''><a:e xmlns:a='urn:f'/></b></a:a>");
  folder.write("bomb.xml", "<!DOCTYPE a [<!ENTITY b \"&c;&c;&c;\"><!ENTITY c \"x\">]><a>&b;</a>");
  folder.write("declared.xml", "<?xml version=\"1.0\" encoding=\"windows-1251\" standalone=\"yes\"?><a/>");
  folder.write_to_sign("document.sign", kXmlDocument);
  folder.write_to_sign("namespaces.sign",
                       "<?xml version='1.0'?><a:a xmlns:a='urn:a' xmlns:ds='urn:ds' Id='x'>\n <ds:b "
                       "a:c='&#10;&quot;'>&#13;<![CDATA[<]]></ds:b></a:a>");
}

void write_ocsp(const Folder& folder) {
  for (const KeyKind kind : {KeyKind::gost2015, KeyKind::rsa}) {
    const std::string name = kind == KeyKind::rsa ? "rsa" : "gost";
    const make::Identity& responder = authority().ocsp_responder(kind);
    const std::string id =
        make::cert_id(crypto::Digest::sha256, *authority().issuer(KeyKind::gost2015).certificate, kSerial);
    make::OcspAnswer answer;
    answer.cert_id = id;
    answer.produced_at = answer.this_update = kNow - 1min;
    answer.next_update = kNow + 1h;
    answer.nonce = "0123456789abcdef";
    answer.certificates = {responder.certificate};
    const auto write = [&](std::string_view what) {
      const std::string response = make::ocsp_response(answer, responder);
      folder.write(name + "-" + std::string(what) + ".ocsp", response);
      if (kind == KeyKind::rsa) return;  // the harness signs with the GOST key
      der::Reader outer(response);
      der::Reader inside = *outer.enter(der::kSequence);
      inside.take(der::kEnumerated);
      der::Reader bytes = *inside.enter(der::context(0))->enter(der::kSequence);
      bytes.take(der::kOid);
      folder.write_to_sign(name + "-" + std::string(what) + ".sign", first_of(bytes.take(der::kOctetString)->content));
    };
    write("good");
    answer.status = make::OcspAnswer::Status::revoked;
    answer.revoked_at = kNow - 24h;
    answer.reason = RevocationReason::superseded;
    write("revoked");
    if (kind == KeyKind::rsa) continue;
    answer.revoked_at = base::Instant{};
    answer.reason = RevocationReason::certificate_hold;
    answer.extended_revoke = true;
    write("not-issued");
    answer.status = make::OcspAnswer::Status::unknown;
    answer.nonce.reset();
    answer.next_update.reset();
    write("unknown");
  }
  folder.write("try-later.ocsp", make::ocsp_failure(3));
  folder.write("request.der",
               ocsp_request({certificate(), authority().issuer(KeyKind::gost2015).certificate, "0123456789abcdef"}));
}

void write_crl(const Folder& folder) {
  for (const KeyKind kind : {KeyKind::gost2015, KeyKind::rsa}) {
    const std::string name = kind == KeyKind::rsa ? "rsa" : "gost";
    make::CrlOrder order;
    order.this_update = kNow - 1h;
    order.next_update = kNow + 24h;
    order.number = 7;
    const auto write = [&](std::string_view what) {
      const std::string list = make::crl(order, authority().issuer(kind));
      folder.write(name + "-" + std::string(what) + ".crl", list);
      if (kind == KeyKind::gost2015) folder.write_to_sign(name + "-" + std::string(what) + ".sign", first_of(list));
    };
    write("empty");
    order.entries = {{std::string(kSerial), kNow - 2h, RevocationReason::key_compromise},
                     {"\x01", kNow - 48h},
                     {"\x7f\xff", kNow - 3h}};
    write("entries");
    order.delta_of = 1;
    order.entries = {{std::string(kSerial), kNow - 2h, RevocationReason::remove_from_crl}};
    write("delta");
  }
}

void write_pkcs12(const Folder& folder) {
  for (const KeyKind kind : {KeyKind::gost2015, KeyKind::rsa}) {
    const std::string name = kind == KeyKind::rsa ? "rsa" : "gost";
    const std::string file = make::write_pkcs12(person(kind), kPassword);
    folder.write(name + ".p12", file);
    der::Reader outer(file, der::Rules::ber);
    der::Reader inside = *outer.enter(der::kSequence);
    inside.take(der::kInteger);
    der::Reader info = *inside.enter(der::kSequence);
    info.take(der::kOid);
    der::Reader content = *info.enter(der::context(0));
    folder.write_to_sign(name + ".sign", *der::octet_string(*content.take(), der::Rules::ber));
  }
}

}  // namespace
}  // namespace mekenjai::fuzz

int main(int count, char** names) {
  using namespace mekenjai::fuzz;
  if (count != 2) {
    std::fputs("usage: make_corpus FOLDER\n", stderr);
    return 2;
  }
  write_cms(Folder(names[1], "cms"));
  write_xml(Folder(names[1], "xml"));
  write_ocsp(Folder(names[1], "ocsp"));
  write_crl(Folder(names[1], "crl"));
  write_pkcs12(Folder(names[1], "pkcs12"));
  return 0;
}
