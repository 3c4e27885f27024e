// The service over the engine: validates, gathers, orders, presents.
#pragma once

#include <mutex>

#include "flow/eds.hpp"
#include "flow/engine.hpp"
#include "flow/kiosk_desk.hpp"
#include "flow/push.hpp"
#include "flow/signature.hpp"
#include "flow/service.hpp"

namespace mekenjai::flow {

class ServiceImpl final : public Service {
 public:
  /// Sessions kept in memory, at most; older ones are found in the store again.
  static constexpr std::size_t kSessionsInMemory = 100'000;
  static constexpr std::chrono::hours kSessionLife{12};   // contract, section 3
  static constexpr std::chrono::hours kCookieIdle{2};
  /// The store learns of use at most so often: a page view costs no write.
  static constexpr std::chrono::minutes kUseWritten{5};
  static constexpr std::chrono::seconds kUseAtKioskWritten{30};

  explicit ServiceImpl(Engine& engine) : engine_(engine) {}
  /// The origin may be known only once we listen. Any thread.
  void set_eds(EdsWays eds) { engine_.set_eds(std::move(eds)); }
  /// Before the first call.
  void set_push(PushWays push) { push_ = std::move(push); }

  Task<std::string> request_sign_in_code(std::string iin, std::string source, i18n::Language) override;
  Task<SignedIn> sign_in(std::string challenge, std::string code, std::string source, SessionFor opening) override;
  bool eds_available() const override { return engine_.eds()->examiner != nullptr; }
  Task<EdsChallenge> request_eds_challenge(std::string source) override;
  Task<EdsSignIn> sign_in_eds(std::string challenge, SignatureRequest signature, std::string source, SessionFor opening) override;
  boost::asio::awaitable<std::optional<Session>> session(std::string token) override;
  boost::asio::awaitable<std::optional<Session>> look_at_session(std::string token) override;
  Task<Done> keep_session(std::string token) override;
  void used(const std::string& token, base::Millis ago) override;
  Task<Done> sign_out(std::string token) override;

  Task<MeView> me(Caller) override;
  Task<std::vector<Address>> addresses(std::string typed) override;
  Task<Address> address(std::string rka) override;
  Task<std::vector<ResidentView>> residents(Caller, std::string rka) override;

  Task<ApplicationView> draft(Caller, DraftRequest, std::optional<Idempotency>) override;
  Task<ForecastView> forecast(Caller, DraftRequest) override;
  Task<Done> request_signature_code(Caller, std::string application_id) override;
  Task<ApplicationView> sign(Caller, std::string application_id, SignatureRequest) override;
  Task<ApplicationView> withdraw(Caller, std::string application_id) override;
  Task<ApplicationView> application(Caller, std::string application_id) override;
  Task<Page<ApplicationView>> applications(Caller, std::optional<std::string> cursor, int limit) override;

  Task<Page<ConsentView>> consents(Caller, std::optional<std::string> reference, std::optional<std::string> cursor,
                                   int limit) override;
  Task<ConsentView> consent(Caller, std::string consent_id) override;
  Task<Done> request_consent_code(Caller, std::string consent_id, std::optional<std::string> answer) override;
  Task<ConsentView> answer(Caller, std::string consent_id, std::string answer, SignatureRequest) override;

  Task<SignatureContainer> signature_container(Caller, std::string signature_id) override;
  Task<QrOffer> offer_qr(QrPurpose purpose, std::string target, std::string answer, std::optional<Caller>,
                         std::string source) override;
  Task<QrApi1> qr_opened(std::string id) override;
  Task<QrApi2> qr_documents(std::string id, std::string token) override;
  Task<Done> qr_signed(std::string id, std::string token, std::string xml_or_cms) override;
  Task<QrState> qr_state(std::string id, std::string browser_key) override;
  Task<EdsSignIn> qr_sign_in(std::string id, std::string browser_key, std::string source, SessionFor opening) override;

  Task<Page<MessageView>> messages(Caller, std::optional<std::string> cursor, int limit) override;
  Task<Done> read_message(Caller, std::string message_id) override;
  Task<int> unread_messages(Caller) override;

  Task<std::string> saved_form(Caller) override;
  Task<Done> save_form(Caller, std::string json) override;

  std::string push_key() const override { return push_.public_key; }
  Task<PushView> push(Caller) override;
  Task<PushDeviceView> add_push_device(Caller, PushDevice, std::optional<Idempotency>) override;
  Task<Done> renew_push_device(std::string id, PushDevice) override;
  Task<Done> forget_push_device(std::string id) override;
  Task<Done> remove_push_device(Caller, std::string id) override;
  Task<Done> remove_push_devices(Caller) override;
  Kiosks& kiosks() override { return kiosks_; }

  Task<std::shared_ptr<const StatisticsView>> statistics(StatisticsFilter filter) override;

  Instant now() const override { return engine_.clock().now(); }

 private:
  Task<ApplicationView> sign_eds(Caller caller, std::string id, SignatureRequest signature);
  Task<ConsentView> answer_eds(Caller caller, std::string id, std::string word, SignatureRequest signature);
  /// The signature by this person under a document; bad_signature where it is none.
  Task<Received> examined(Iin iin, Document document, SignatureRequest signature);
  /// Whose signature the login document carries; signature_unchecked (503) where nobody can tell.
  Task<Iin> whose_login(std::string content, std::string nonce, SignatureRequest signature);
  /// After a login signature: a session, or the code by SMS that follows. `use`: takes the challenge, once.
  Task<EdsSignIn> let_in(Iin iin, std::function<std::optional<base::Problem>(Step&)> use, std::string source, SessionFor opening);
  static SignedIn open_session(Step& step, const domain::Person& person, const SessionFor& opening);

  struct Held {
    Session session;
    Instant seen_at;       // last use that memory knows
    Instant written_at;    // last use that the store knows
  };
  static Instant end_of(const Held& held);
  boost::asio::awaitable<std::optional<Held>> stored_session(std::string digest);
  void write_use(const std::string& digest, Instant at);
  /// One person stands at a kiosk: whoever was signed in there before is not any more.
  void forget_others_at(const std::string& kiosk);

  Engine& engine_;
  PushWays push_;
  StatisticsKeeper statistics_;
  KioskDesk kiosks_{engine_};
  std::mutex mutex_;
  std::unordered_map<std::string, Held> sessions_;  // by the token's digest
};

/// Everything that a step on a stored application looks at. Problem not_found where it is not the applicant's.
struct Prepared {
  store::ApplicationRow application;
  Gathered gathered;
};
Prepared prepare(Reader& reader, const store::ApplicationRow& application, Instant now, const policy::Editions& editions);

}  // namespace mekenjai::flow
