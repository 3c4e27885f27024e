// Pages on which something is signed with a digital signature: with a key on this computer through
// NCALayer, or with eGov Mobile by a QR code. Signing in, applications and consents share them.
// Inside of src/pages only.
#pragma once

#include "pages/site.hpp"

namespace mekenjai::pages {

/// The page where a key is chosen in NCALayer. Other ways with an empty address are not offered.
struct EdsPlace {
  flow::QrPurpose purpose = flow::QrPurpose::sign_in;
  std::string action;         // where the signature is posted, in the field "cms"
  std::string back, qr, sms;  // addresses
};
/// The ways beside a code by SMS, as rows of the section WAYS.
void offer_ways(const Visit& visit, Page& page, const std::string& eds, const std::string& qr);
Page eds_page(Visit& visit, const EdsPlace& place, const std::string& content);
/// Lets the page's script talk to NCALayer; no other page may.
Response signing_page(Page& page, int status = 200);
/// What to say of a signature that was not taken. Nothing where the problem is another: then its
/// page is due.
std::optional<std::string> eds_sentence(const Visit& visit, const base::Problem& problem);

/// The page with the QR code. `address` is the place's own, without the code's id: "/sign-in/qr".
struct QrPlace {
  flow::QrPurpose purpose = flow::QrPurpose::sign_in;
  std::string address, query;  // query: "", "?next=…"
  std::string back, eds, sms;
  std::string done;  // where to go once signed; empty for signing in, which goes on by a form
};
/// A new code: the browser is bound to it by a cookie and led to its page.
awaitable<Response> offer_qr(Visit& visit, QrPlace place, std::string target, std::string answer);
/// What the phone has done with it so far. not_found in any other browser.
flow::Task<flow::QrState> qr_state_of(Visit& visit, std::string id);
/// The same; a code that another browser shows, or that is forgotten, counts as expired.
flow::Task<flow::QrState> known_or_expired(Visit& visit, std::string id);
/// A page of its state, waiting or not.
Page qr_page(Visit& visit, const QrPlace& place, const std::string& id, const flow::QrState& state);
/// For the script that watches: changes whenever the page would.
Response qr_state_answer(const base::Result<flow::QrState>& state);
/// The browser's half of the secret.
std::string browser_key_of(const Visit& visit, std::string_view id);
std::string forget_qr(std::string_view id);

/// The part `signature`.
void fill_signature(const Visit& visit, Page& page,
                    const std::optional<flow::SignatureView>& signature);

/// The largest signature a form may carry: a CMS with its certificate, a time-stamp and the
/// document, in base64.
inline constexpr std::size_t kMaxSignatureForm = 128 * 1024;  // bytes

}  // namespace mekenjai::pages
