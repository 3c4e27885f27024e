#include "pages/eds.hpp"

#include <boost/json/serialize.hpp>

#include "base/bytes.hpp"
#include "pages/qr.hpp"

namespace mekenjai::pages {
namespace {

using flow::QrPurpose;
using Stage = flow::QrState::Stage;

// NCALayer's address on every computer; never taken from a request.
constexpr std::string_view kNcaLayer = "wss://127.0.0.1:13579";

std::string_view word(QrPurpose purpose) {
  switch (purpose) {
    case QrPurpose::sign_in:
      return "sign_in";
    case QrPurpose::application:
      return "application";
    case QrPurpose::consent:
      return "consent";
  }
  return "";
}

/// RFC 4648, section 4, as NCALayer takes it.
std::string to_base64(std::string_view bytes) {
  std::string text = base::to_base64url(bytes);
  for (char& c : text) {
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  while (text.size() % 4 != 0) text += '=';
  return text;
}

void offer_way(Dictionary& values, const std::string& section, const std::string& address) {
  if (address.empty()) return;
  set(*values.AddSectionDictionary(section), "URL", address);
}

std::string sentence_of(const Visit& visit, const std::string& reason) {
  const std::string key = "problem.bad_signature.reason." + reason;
  if (visit.words.has(key)) return std::string(visit.text(key));
  const std::string problem = fmt::format("problem.{}.detail", reason);
  return std::string(visit.text(visit.words.has(problem) ? problem : "problem.bad_signature.reason.malformed"));
}

}  // namespace

// --- NCALayer
// -------------------------------------------------------------------------------------------------

void offer_ways(const Visit& visit, Page& page, const std::string& eds, const std::string& qr) {
  Dictionary* ways = page.add("WAYS");
  // No key is ever put into a kiosk.
  if (visit.channel != Channel::kiosk) offer_way(*ways, "WAY_EDS", eds);
  offer_way(*ways, "WAY_QR", qr);
}

Page eds_page(Visit& visit, const EdsPlace& place, const std::string& content) {
  const bool login = place.purpose == QrPurpose::sign_in;
  Page page(visit, "eds");
  page.set("HEADING", visit.text(fmt::format("page.eds.{}.title", word(place.purpose))));
  page.set("HINT", visit.text(fmt::format("page.eds.{}.hint", word(place.purpose))));
  page.set("BACK", place.back);
  page.set("ACTION", place.action);
  page.set("CONTENT", to_base64(content));
  page.set("USE", login ? "login" : "document");
  page.set("NCALAYER", kNcaLayer);
  page.set("DOCUMENT", content);
  page.set("DOCUMENT_HINT", visit.text(login ? "page.eds.what_sign_in" : "page.eds.what_document"));
  offer_way(*page, "WAY_QR", place.qr);
  offer_way(*page, "WAY_SMS", place.sms);
  page.with_form();
  return page;
}

Response signing_page(Page& page, int status) {
  Response response = page.done(status);
  response.connect_to = kNcaLayer;
  return response;
}

std::optional<std::string> eds_sentence(const Visit& visit, const base::Problem& problem) {
  if (problem.code == "bad_signature") {
    for (const auto& [name, value] : problem.values) {
      if (name == "reason") return sentence_of(visit, value);
    }
    return sentence_of(visit, "malformed");
  }
  if (problem.code == "signature_unchecked") return std::string(visit.text("page.eds.unchecked"));
  if (problem.trouble == base::Trouble::unprocessable) return text_of(visit, problem);
  return std::nullopt;
}

// --- QR
// -------------------------------------------------------------------------------------------------------

namespace {

constexpr int kCookieLife = 15 * 60;  // seconds, more than a code lives

std::string cookie_name(std::string_view id) { return fmt::format("__Host-qr-{}", id); }

void draw(Visit& visit, Page& page, const QrPlace& place, const flow::QrState& state) {
  using namespace std::chrono;
  const QrPicture picture = draw_qr("mobileSign:" + state.url);
  const base::Instant ends = state.expires_at;
  const auto left = std::max(duration_cast<seconds>(ends - visit.words.now()), 0s);
  Dictionary* live = page.add("LIVE");
  live->SetIntValue("SIZE", picture.size);
  set(*live, "PATH", picture.path);
  set(*live, "UNTIL", visit.words.text("page.qr.until", {{"time_to", visit.words.time_to(ends)}}));
  live->SetIntValue("LEFT", left.count());
  set(*live, "CLOCK", fmt::format("{}:{:02}", left.count() / 60, left.count() % 60));
  set(*live, "APP", "https://m.egov.kz/mobileSign/?link=" + http::percent_encode(state.url));
  set(*live, "NEW", place.address + place.query);
}

std::string_view stamp_of(Stage stage) {
  switch (stage) {
    case Stage::pending:
      return "pending";
    case Stage::opened:
      return "opened";
    case Stage::signed_:
      return "signed";
    case Stage::refused:
      return "refused";
    case Stage::expired:
      return "expired";
  }
  return "";
}

}  // namespace

std::string browser_key_of(const Visit& visit, std::string_view id) {
  return std::string(visit.request.cookie(cookie_name(id)).value_or(""));
}

std::string forget_qr(std::string_view id) { return http::clear_cookie(cookie_name(id)); }

awaitable<Response> offer_qr(Visit& visit, QrPlace place, std::string target, std::string answer) {
  std::optional<flow::Caller> caller;
  if (visit.signed_in()) caller = visit.caller();
  const std::string source = visit.request.source;
  const base::Result<flow::QrOffer> offer =
      co_await visit.service().offer_qr(place.purpose, target, answer, caller, source);
  if (!offer) {
    if (offer.error().trouble == base::Trouble::wrong_state) co_return http::redirect(place.back);
    co_return problem_page(visit, offer.error());
  }
  Response response = http::redirect(fmt::format("{}/{}{}", place.address, offer->id, place.query));
  response.headers.emplace_back(
      "Set-Cookie", http::set_cookie(cookie_name(offer->id), offer->browser_key, kCookieLife));
  co_return response;
}

flow::Task<flow::QrState> qr_state_of(Visit& visit, std::string id) {
  const std::string key = browser_key_of(visit, id);
  co_return co_await visit.service().qr_state(id, key);
}

flow::Task<flow::QrState> known_or_expired(Visit& visit, std::string id) {
  const base::Result<flow::QrState> state = co_await qr_state_of(visit, id);
  if (!state && state.error().trouble == base::Trouble::not_found)
    co_return flow::QrState{flow::QrState::Stage::expired, ""};
  co_return state;
}

Page qr_page(Visit& visit, const QrPlace& place, const std::string& id,
             const flow::QrState& state) {
  Page page(visit, "qr");
  page.set("HEADING", visit.text(fmt::format("page.qr.{}.title", word(place.purpose))));
  page.set("BACK", place.back);
  page.set("STAMP", stamp_of(state.stage));
  const std::string address = fmt::format("{}/{}", place.address, id);
  switch (state.stage) {
    case Stage::pending:
    case Stage::opened:
      page.set("STATE_URL", address + "/state");
      page.set("NEWS", visit.text(fmt::format("page.qr.{}", stamp_of(state.stage))));
      page.show("REFRESH");
      draw(visit, page, place, state);
      break;
    case Stage::signed_:
      set(*page.add("SIGNED"), "ACTION", address + place.query);
      page.with_form();
      break;
    case Stage::refused:
    case Stage::expired: {
      const bool refused = state.stage == Stage::refused;
      Dictionary* over = page.add("OVER");
      set(*over, "PANEL", refused ? "mk-panel--no" : "mk-panel--wait");
      set(*over, "ICON", refused ? "alert" : "clock");
      set(*over, "TITLE", visit.text(refused ? "page.qr.refused" : "page.qr.expired"));
      set(*over, "TEXT",
          refused ? sentence_of(visit, state.reason)
                  : std::string(visit.text("page.qr.expired_text")));
      set(*over, "NEW", place.address + place.query);
    }
  }
  offer_way(*page, "WAY_EDS", place.eds);
  offer_way(*page, "WAY_SMS", place.sms);
  return page;
}

Response qr_state_answer(const base::Result<flow::QrState>& state) {
  Response response;
  response.content_type = "application/json; charset=utf-8";
  if (!state) {
    response.status = state.error().trouble == base::Trouble::unavailable ? 503 : 404;
    response.body = "{}";
    return response;
  }
  const boost::json::object body{{"stamp", stamp_of(state->stage)}};
  response.body = boost::json::serialize(body);
  return response;
}

// --- the card of a signature
// ----------------------------------------------------------------------------------

namespace {

/// "kz-2026-08-01" is the edition of that day.
std::string edition_of(const Visit& visit, const std::string& version) {
  const auto day = version.size() > 10
                       ? base::parse_date(std::string_view(version).substr(version.size() - 10))
                       : std::nullopt;
  return day ? visit.words.date(*day) : version;
}

void fill_checks(const Visit& visit, Dictionary& card, const flow::SignatureView& signature) {
  const auto add = [&card](std::string_view text) { say(card, "CHECK", text); };
  add(visit.text("page.signature.c_document"));
  add(visit.text("page.signature.c_path"));
  if (!signature.revocation_by.empty()) {
    const std::string when =
        visit.words.when(signature.checked_at.value_or(signature.received_at), true);
    add(visit.words.text(
        signature.revocation_by == "crl" ? "page.signature.c_crl" : "page.signature.c_ocsp",
        {{"when", when}}));
  }
  if (signature.timestamp) {
    const std::string when = visit.words.when(*signature.timestamp, true);
    add(visit.words.text("page.signature.c_stamp", {{"when", when}}));
  } else {
    say(card, "NOTE", visit.text("page.signature.c_no_stamp"));
  }
}

/// "GOST-2015-512" and "RSA-2048" in words.
std::string algorithm_of(const Visit& visit, std::string_view word) {
  const std::size_t dash = word.rfind('-');
  if (dash == std::string_view::npos) return std::string(word);
  const std::string_view bits = word.substr(dash + 1), kind = word.substr(0, dash);
  if (kind == "GOST-2015")
    return visit.words.text("page.signature.algorithm_gost", {{"bits", std::string(bits)}});
  if (kind == "RSA")
    return visit.words.text("page.signature.algorithm_rsa", {{"bits", std::string(bits)}});
  return std::string(word);
}

/// "5A3C 0CB0 …": in groups that a line may break between.
std::string serial_of(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += ' ';
    out += hex[i] >= 'a' && hex[i] <= 'f' ? static_cast<char>(hex[i] - 32) : hex[i];
  }
  return out;
}

}  // namespace

void fill_signature(const Visit& visit, Page& page,
                    const std::optional<flow::SignatureView>& signature) {
  if (!signature) return;
  const bool eds = signature->method == "eds";
  Dictionary* card = page.add("SIGNATURE");
  set(*card, "TITLE", visit.text(eds ? "page.signature.by_eds" : "page.signature.by_sms"));
  set(*card, "WHO", signature->signer_name);
  set(*card, "WHEN", visit.words.when(signature->received_at));
  set(*card, "WHEN_ISO", base::format_rfc3339(signature->received_at));
  if (!eds) {
    say(*card, "BY_SMS", visit.text("page.signature.sms_text"));
    return;
  }
  const bool good = !signature->checking && signature->reason == "ok";
  Dictionary* tag = card->AddSectionDictionary("STATE");
  set(*tag, "CSS", good ? "mk-tag--ok" : signature->checking ? "mk-tag--wait" : "mk-tag--no");
  set(*tag, "ICON", good ? "check" : signature->checking ? "clock" : "cross");
  set(*tag, "TEXT",
      visit.text(good                  ? "page.signature.ok"
                 : signature->checking ? "page.signature.checking"
                                       : "page.signature.bad"));
  if (!good && !signature->checking) say(*card, "REASON", sentence_of(visit, signature->reason));
  if (!signature->serial.empty()) {
    Dictionary* more = card->AddSectionDictionary("CERTIFICATE");
    set(*more, "ALGORITHM", algorithm_of(visit, signature->algorithm));
    set(*more, "SERIAL", serial_of(signature->serial));
    set(*more, "ISSUER", signature->issuer);
    if (signature->not_before && signature->not_after) {
      say(*more, "VALID",
          visit.words.text(
              "page.signature.valid_text",
              {{"date_from", visit.words.date_from(base::civil_date(*signature->not_before))},
               {"date_to", visit.words.date_to(base::civil_date(*signature->not_after))}}));
    }
    if (good) fill_checks(visit, *more, *signature);
    set(*more, "POLICY",
        visit.words.text("page.signature.policy",
                         {{"version", edition_of(visit, signature->policy)}}));
  }
  if (good) set(*card->AddSectionDictionary("CONTAINER"), "URL", "/signatures/" + signature->id);
}

}  // namespace mekenjai::pages
