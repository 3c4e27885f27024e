// The one way through the house: everything that pages and API can ask for. Each call may be made from any
// loop; it runs on the gathering pool and the writer and comes back to the caller's executor. Nothing is
// answered before it is durable.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flow/kiosks.hpp"
#include "flow/push.hpp"
#include "flow/statistics.hpp"
#include "flow/task.hpp"
#include "flow/views.hpp"

namespace mekenjai::flow {

class Service {
 public:
  virtual ~Service() = default;

  // --- signing in -----------------------------------------------------------------------------------------
  /// 202 with a challenge always, known or not. Problems: bad_iin (422), too_many (429), unavailable (503).
  virtual Task<std::string> request_sign_in_code(std::string iin, std::string source, i18n::Language) = 0;
  /// Problems: wrong_code (422, value "attempts_left"), blocked (429), not_found (404: no such challenge, or ended).
  virtual Task<SignedIn> sign_in(std::string challenge, std::string code, std::string source, SessionFor opening) = 0;
  /// Whether people can sign with their digital signature; without it its ways answer method_unavailable (422).
  virtual bool eds_available() const = 0;
  virtual Task<EdsChallenge> request_eds_challenge(std::string source) = 0;
  /// Problems: bad_signature (422, value "reason"), signature_unchecked (503: nobody can tell now, the challenge
  /// stays good), not_found (404: no such challenge, used, or past its five minutes), no_such_person (422).
  virtual Task<EdsSignIn> sign_in_eds(std::string challenge, SignatureRequest signature, std::string source,
                                      SessionFor opening) = 0;
  /// The live session of a token; touches it, unless it is a kiosk's. Fast (memory) in the common case.
  virtual boost::asio::awaitable<std::optional<Session>> session(std::string token) = 0;
  /// A session looked at without touching it. It may have ended (`ends_at`) and authorises nothing; none where the
  /// token is not known (any more).
  virtual boost::asio::awaitable<std::optional<Session>> look_at_session(std::string token) = 0;
  /// Somebody asks for more time: the session was touched just now, and a restart does not forget it.
  virtual Task<Done> keep_session(std::string token) = 0;
  /// Somebody at a kiosk did something so long ago: his session idles from then on. Memory; known to the store soon.
  virtual void used(const std::string& token, base::Millis ago) = 0;
  virtual Task<Done> sign_out(std::string token) = 0;

  // --- the person -----------------------------------------------------------------------------------------
  virtual Task<MeView> me(Caller) = 0;
  virtual Task<std::vector<Address>> addresses(std::string typed) = 0;
  /// One dwelling by RKA for showing; not_found where the register has none.
  virtual Task<Address> address(std::string rka) = 0;
  virtual Task<std::vector<ResidentView>> residents(Caller, std::string rka) = 0;

  // --- the application ------------------------------------------------------------------------------------
  virtual Task<ApplicationView> draft(Caller, DraftRequest, std::optional<Idempotency>) = 0;
  /// The same checks and forecast without storing anything, for "check your answers".
  virtual Task<ForecastView> forecast(Caller, DraftRequest) = 0;
  virtual Task<Done> request_signature_code(Caller, std::string application_id) = 0;
  virtual Task<ApplicationView> sign(Caller, std::string application_id, SignatureRequest) = 0;
  virtual Task<ApplicationView> withdraw(Caller, std::string application_id) = 0;
  virtual Task<ApplicationView> application(Caller, std::string application_id) = 0;
  virtual Task<Page<ApplicationView>> applications(Caller, std::optional<std::string> cursor, int limit) = 0;

  // --- consents -------------------------------------------------------------------------------------------
  virtual Task<Page<ConsentView>> consents(Caller, std::optional<std::string> reference,
                                           std::optional<std::string> cursor, int limit) = 0;
  virtual Task<ConsentView> consent(Caller, std::string consent_id) = 0;
  virtual Task<Done> request_consent_code(Caller, std::string consent_id, std::optional<std::string> answer) = 0;
  virtual Task<ConsentView> answer(Caller, std::string consent_id, std::string answer, SignatureRequest) = 0;

  // --- what was signed -------------------------------------------------------------------------------------
  /// 404 for what the caller did not sign himself.
  virtual Task<SignatureContainer> signature_container(Caller, std::string signature_id) = 0;

  // --- signing with eGov Mobile ------------------------------------------------------------------------------
  /// `target`: the application or consent; `answer`: of a consent. The caller is absent only for signing in.
  virtual Task<QrOffer> offer_qr(QrPurpose purpose, std::string target, std::string answer, std::optional<Caller>,
                                 std::string source) = 0;
  /// The phone read the code. May be asked again until it has signed; the same token each time.
  virtual Task<QrApi1> qr_opened(std::string id) = 0;
  virtual Task<QrApi2> qr_documents(std::string id, std::string token) = 0;
  /// What the phone made. Problems: bad_signature (422), signature_unchecked (503), those of `sign` and `answer`.
  virtual Task<Done> qr_signed(std::string id, std::string token, std::string xml_or_cms) = 0;
  /// For the browser that shows the code, and for no other: not_found.
  virtual Task<QrState> qr_state(std::string id, std::string browser_key) = 0;
  /// Once, after the phone has signed.
  virtual Task<EdsSignIn> qr_sign_in(std::string id, std::string browser_key, std::string source, SessionFor opening) = 0;

  // --- messages -------------------------------------------------------------------------------------------
  virtual Task<Page<MessageView>> messages(Caller, std::optional<std::string> cursor, int limit) = 0;
  virtual Task<Done> read_message(Caller, std::string message_id) = 0;
  virtual Task<int> unread_messages(Caller) = 0;

  // --- the half-filled form of the portal, kept until it is sent -------------------------------------------
  virtual Task<std::string> saved_form(Caller) = 0;  // JSON text of the pages' own, "" where none
  virtual Task<Done> save_form(Caller, std::string json) = 0;

  // --- devices that are told by Web Push -------------------------------------------------------------------
  /// Without it the calls below answer push_off (422), but for those that remove.
  bool push_available() const { return !push_key().empty(); }
  /// What browsers subscribe to, base64url; "" where there is no push.
  virtual std::string push_key() const = 0;
  virtual Task<PushView> push(Caller) = 0;
  /// A device that the person has already is the same one; another person's, in the same browser, becomes his.
  virtual Task<PushDeviceView> add_push_device(Caller, PushDevice, std::optional<Idempotency>) = 0;
  /// The browser has a new address or new keys: whoever knows the id is that browser (its cookie says so).
  virtual Task<Done> renew_push_device(std::string id, PushDevice) = 0;
  /// The browser itself, whoever uses it now, wants to be told no more. No such device is no problem.
  virtual Task<Done> forget_push_device(std::string id) = 0;
  virtual Task<Done> remove_push_device(Caller, std::string id) = 0;
  virtual Task<Done> remove_push_devices(Caller) = 0;

  // --- for everybody ---------------------------------------------------------------------------------------
  /// Of the days that are over. Problem (422): a month that is not one of the last twelve, a region that no
  /// address is in.
  virtual Task<std::shared_ptr<const StatisticsView>> statistics(StatisticsFilter) = 0;

  /// The devices of the self-service zones.
  virtual Kiosks& kiosks() = 0;

  virtual base::Instant now() const = 0;
};

}  // namespace mekenjai::flow
