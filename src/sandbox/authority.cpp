#include "sandbox/authority.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "base/bytes.hpp"
#include "base/json.hpp"
#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "sandbox/replies.hpp"

namespace mekenjai::sandbox {
namespace {

namespace json = boost::json;
namespace eds = edge::eds;
namespace make = edge::eds::make;
using base::Trouble;
using eds::RevocationReason;
using eds::crypto::KeyKind;
using http::Guard;
using http::Method;
using http::Request;
using http::Response;
using Status = make::OcspAnswer::Status;

constexpr std::string_view kKept = "revoked_certificates";
constexpr int kMalformedRequest = 1, kUnauthorized = 6;  // OCSPResponseStatus
constexpr std::size_t kMaxSerial = 20;
/// As НУЦ РК issues them (eds.md 2.3).
constexpr std::chrono::hours kFullListLife{27};
constexpr std::chrono::minutes kDeltaListLife{450}, kAnswerLife{15};
/// How the responder says of a serial that it was never issued (eds.md 2.3).
constexpr base::Instant kNever{};

base::Instant seconds_of(base::Instant at) { return std::chrono::floor<std::chrono::seconds>(at); }

Response binary(std::string_view content_type, std::string body) {
  Response response;
  response.content_type = content_type;
  response.body = std::move(body);
  return response;
}

Response down() {
  Response response;
  response.status = 503;
  response.body = "the sandbox's authority is switched off\n";
  return response;
}

http::Handler at_once(std::function<Response(Request&)> handler) {
  return [handler = std::move(handler)](Request& request) -> boost::asio::awaitable<Response> { co_return handler(request); };
}

std::optional<RevocationReason> reason_of(std::string_view text) {
  for (int code = 0; code <= 10; ++code) {
    const auto reason = static_cast<RevocationReason>(code);
    if (code != 7 && code != 8 && eds::word(reason) == text) return reason;
  }
  return std::nullopt;
}

/// Unsigned octets of hexadecimal digits; a leading zero may be missing (eds.md 7, point 4).
std::optional<std::string> serial_of(std::string hex) {
  if (hex.size() % 2 != 0) hex.insert(0, 1, '0');
  const auto octets = base::from_hex(hex);
  if (!octets) return std::nullopt;
  const std::size_t first = octets->find_first_not_of('\0');
  if (first == std::string::npos || octets->size() - first > kMaxSerial) return std::nullopt;
  return octets->substr(first);
}

json::object certificate_json(const std::string& serial, const Authority::Revoked* revoked) {
  json::object object{{"serial", base::to_hex(serial)}, {"revoked", revoked != nullptr}};
  if (revoked == nullptr) return object;
  object["revoked_at"] = base::format_rfc3339(revoked->at);
  if (revoked->reason) {
    const std::string_view reason = eds::word(*revoked->reason);
    object["reason"] = json::string_view(reason.data(), reason.size());
  }
  return object;
}

json::array list_json(const Authority::RevokedList& list) {
  json::array array;
  for (const auto& [serial, revoked] : list) array.push_back(certificate_json(serial, &revoked));
  return array;
}

/// Certificates of the authority's own servants are issued as well.
bool is_issued(const make::SandboxAuthority& keys, std::string_view serial) {
  for (const KeyKind kind : {KeyKind::gost2015, KeyKind::rsa}) {
    for (const make::Identity* own : {&keys.issuer(kind), &keys.ocsp_responder(kind), &keys.time_stamps(kind)}) {
      if (own->certificate->serial == serial) return true;
    }
  }
  return keys.issued(serial);
}

/// The digest in a TimeStampReq chooses the authority, as at НУЦ РК: Streebog the GOST one, anything else RSA.
KeyKind kind_of_stamp(std::string_view request_der) {
  namespace der = eds::der;
  der::Reader outer(request_der);
  auto request = outer.enter(der::kSequence);
  if (!request || !request->take(der::kInteger)) return KeyKind::rsa;
  auto imprint = request->enter(der::kSequence);
  auto algorithm = imprint ? imprint->enter(der::kSequence) : std::nullopt;
  const auto oid = algorithm ? algorithm->take(der::kOid) : std::nullopt;
  return oid && eds::oids::kStreebog512 == oid->content ? KeyKind::gost2015 : KeyKind::rsa;
}

http::ServerConfig listener() {
  http::ServerConfig config;
  config.listen = "127.0.0.1:0";
  config.loops = 1;
  config.limits.connections_a_source = 0;
  return config;
}

}  // namespace

Authority::Authority(flow::Engine& engine, const base::Clock& clock, RevokedList kept)
    : engine_(engine), clock_(clock), keys_(make::SandboxAuthority::instance()), base_list_(kept),
      base_number_(clock.now().time_since_epoch().count()), revoked_(std::move(kept)),
      server_(std::make_unique<http::Server>(listener(), responder_routes(), http::Hooks{})) {}

Authority::RevokedList Authority::revoked() const {
  const std::lock_guard lock(mutex_);
  return revoked_;
}

// --- what the responder answers -----------------------------------------------------------------------------------

std::vector<http::Route> Authority::responder_routes() {
  const auto list = [this](KeyKind kind, bool delta) {
    return at_once([this, kind, delta](Request&) { return answer_list(kind, delta); });
  };
  return {
      {Method::post, "/ocsp", Guard::open, at_once([this](Request& request) { return answer_ocsp(request.body); })},
      // RFC 6960, A.1: the request in base64, percent-encoded.
      {Method::get, "/ocsp/{request}", Guard::open, at_once([this](Request& request) {
         return answer_ocsp(eds::unarmoured(request.parameters[0]).value_or(""));
       })},
      {Method::get, "/crl/gost.crl", Guard::open, list(KeyKind::gost2015, false)},
      {Method::get, "/crl/gost_delta.crl", Guard::open, list(KeyKind::gost2015, true)},
      {Method::get, "/crl/rsa.crl", Guard::open, list(KeyKind::rsa, false)},
      {Method::get, "/crl/rsa_delta.crl", Guard::open, list(KeyKind::rsa, true)},
      {Method::post, "/tsp", Guard::open, at_once([this](Request& request) { return answer_stamp(request.body); })},
  };
}

Response Authority::answer_ocsp(std::string_view request_der) const {
  constexpr std::string_view kType = "application/ocsp-response";
  if (down_.ocsp) return down();
  const auto request = make::read_ocsp_request(request_der);
  if (!request) return binary(kType, make::ocsp_failure(kMalformedRequest));
  const make::Identity* issuer = keys_.issuer_of(*request);
  if (issuer == nullptr) return binary(kType, make::ocsp_failure(kUnauthorized));
  const base::Instant now = seconds_of(clock_.now());
  make::OcspAnswer answer;
  answer.cert_id = request->cert_id;
  answer.produced_at = answer.this_update = now;
  answer.next_update = now + kAnswerLife;
  answer.nonce = request->nonce;
  const RevokedList list = revoked();
  if (const auto found = list.find(request->serial); found != list.end()) {
    answer.status = Status::revoked;
    answer.revoked_at = found->second.at;
    answer.reason = found->second.reason;
  } else if (!is_issued(keys_, request->serial)) {
    answer.status = Status::revoked;
    answer.revoked_at = kNever;
    answer.reason = RevocationReason::certificate_hold;  // RFC 6960, 2.2
    answer.extended_revoke = true;
  }
  const KeyKind kind = issuer->key.kind();
  const bool ours = issuer == &keys_.issuer(kind);  // the roots speak for themselves
  const make::Identity& responder = ours ? keys_.ocsp_responder(kind) : *issuer;
  if (ours) answer.certificates = {responder.certificate};
  return binary(kType, make::ocsp_response(answer, responder));
}

Response Authority::answer_list(KeyKind kind, bool delta) const {
  if (down_.crl) return down();
  const base::Instant now = clock_.now();
  make::CrlOrder order;
  order.this_update = seconds_of(now);
  order.next_update = order.this_update + (delta ? std::chrono::minutes(kDeltaListLife) : std::chrono::minutes(kFullListLife));
  order.number = delta ? std::max(base_number_ + 1, now.time_since_epoch().count()) : base_number_;
  if (delta) order.delta_of = base_number_;
  const auto add = [&](const std::string& serial, const Revoked& revoked) {
    order.entries.push_back({serial, revoked.at, revoked.reason});
  };
  if (!delta) {
    for (const auto& [serial, revoked] : base_list_) add(serial, revoked);
    return binary("application/pkix-crl", make::crl(order, keys_.issuer(kind)));
  }
  const RevokedList list = revoked();
  for (const auto& [serial, revoked] : list) {
    const auto before = base_list_.find(serial);
    if (before == base_list_.end() || before->second.at != revoked.at) add(serial, revoked);
  }
  for (const auto& [serial, revoked] : base_list_) {
    if (!list.contains(serial)) add(serial, {order.this_update, RevocationReason::remove_from_crl});
  }
  return binary("application/pkix-crl", make::crl(order, keys_.issuer(kind)));
}

Response Authority::answer_stamp(std::string_view request_der) {
  if (down_.tsp) return down();
  make::StampOrder order;
  order.at = seconds_of(clock_.now());
  order.serial = clock_.now().time_since_epoch().count() * 1000 + ++stamps_ % 1000;
  const make::Identity& authority = keys_.time_stamps(kind_of_stamp(request_der));
  return binary("application/timestamp-reply", make::timestamp_response(request_der, authority, order));
}

// --- what a player may do -------------------------------------------------------------------------------------------

std::vector<http::Route> Authority::routes() {
  const auto with = [this](Answer (Authority::*handler)(Request&)) -> http::Handler {
    return [this, handler](Request& request) { return (this->*handler)(request); };
  };
  return {
      {Method::get, "/sandbox/certificates", Guard::open, with(&Authority::show_certificates)},
      {Method::post, "/sandbox/certificates/{serial}", Guard::open, with(&Authority::change_certificate)},
      {Method::get, "/sandbox/authority", Guard::open, with(&Authority::show_switches)},
      {Method::post, "/sandbox/authority", Guard::open, with(&Authority::change_switches)},
  };
}

Authority::Answer Authority::show_certificates(Request&) { co_return reply(200, list_json(revoked())); }

/// `{revoked: true|false, reason?}`, kept with the data.
Authority::Answer Authority::change_certificate(Request& request) {
  const auto serial = serial_of(request.parameters[0]);
  if (!serial) co_return refuse(request, {Trouble::not_found, "not_found", {}, 0, {}});
  const auto body = base::parse_json(request.body);
  if (!body) co_return refuse(request, body.error());
  base::FieldReader reader(*body);
  const std::optional<bool> revoke = reader.boolean("revoked");
  if (!revoke) reader.wrong("revoked", "required");
  const auto word = reader.optional_text("reason", 40);
  const auto reason = word ? reason_of(*word) : std::nullopt;
  if (word && !reason) reader.wrong("reason", "unknown_value");
  if (const auto problem = reader.finish()) co_return refuse(request, *problem);

  std::function<base::Result<RevokedList>(flow::Step&)> order =
      [this, serial, revoke, reason](flow::Step& step) -> base::Result<RevokedList> {
    RevokedList list = kept_certificates(step.ledger);
    if (*revoke) {
      list[*serial] = Revoked{seconds_of(clock_.now()), reason};
    } else {
      list.erase(*serial);
    }
    step.ledger.remember(kKept, json::serialize(list_json(list)));
    const std::lock_guard lock(mutex_);
    revoked_ = list;  // here, where changes come one after another
    return list;
  };
  const auto changed = co_await engine_.told<RevokedList>(std::move(order));
  if (!changed) co_return refuse(request, changed.error());
  on_change();
  const auto found = changed->find(*serial);
  co_return reply(200, certificate_json(*serial, found == changed->end() ? nullptr : &found->second));
}

Authority::Answer Authority::show_switches(Request&) {
  co_return reply(200, json::object{{"ocsp_down", down_.ocsp.load()}, {"crl_down", down_.crl.load()},
                                    {"tsp_down", down_.tsp.load()}, {"address", url("")}});
}

/// `{ocsp_down?, crl_down?, tsp_down?}`: what is not named stays.
Authority::Answer Authority::change_switches(Request& request) {
  const auto body = base::parse_json(request.body);
  if (!body) co_return refuse(request, body.error());
  base::FieldReader reader(*body);
  const auto ocsp = reader.boolean("ocsp_down"), crl = reader.boolean("crl_down"), tsp = reader.boolean("tsp_down");
  if (const auto problem = reader.finish()) co_return refuse(request, *problem);
  if (ocsp) down_.ocsp = *ocsp;
  if (crl) down_.crl = *crl;
  if (tsp) down_.tsp = *tsp;
  on_change();
  co_return co_await show_switches(request);
}

Authority::RevokedList kept_certificates(flow::Ledger& ledger) {
  Authority::RevokedList list;
  const auto kept = ledger.remembered(kKept);
  if (!kept) return list;
  const json::value document = json::parse(*kept);
  for (const json::value& one : document.as_array()) {
    const json::object& object = one.as_object();
    const auto serial = serial_of(std::string(object.at("serial").as_string()));
    const auto at = base::parse_rfc3339(std::string(object.at("revoked_at").as_string()));
    if (!serial || !at) continue;
    const json::value* reason = object.if_contains("reason");
    list[*serial] = {*at, reason ? reason_of(std::string(reason->as_string())) : std::nullopt};
  }
  return list;
}

}  // namespace mekenjai::sandbox
