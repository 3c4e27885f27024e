// A flow for tests: answers with what the test put in, and remembers what it was asked.
#pragma once

#include "flow/service.hpp"

namespace mekenjai::api {

class FakeService;

class FakeKiosks final : public flow::Kiosks {
 public:
  explicit FakeKiosks(FakeService& service) : service_(service) {}
  flow::Task<flow::IssuedKiosk> issue(flow::Caller caller, std::string centre, std::string label,
                                      std::optional<flow::Idempotency> key) override;
  flow::Task<std::vector<flow::KioskView>> list(flow::Caller caller) override;
  flow::Task<flow::Done> revoke(flow::Caller caller, std::string id) override;
  flow::Task<std::vector<domain::Centre>> centres(flow::Caller caller) override;
  boost::asio::awaitable<std::optional<flow::Kiosk>> of_token(std::string token) override;
  void used(const std::string& token, base::Millis ago) override;
  flow::Task<flow::Done> let_consultant_in(std::string token, std::string code,
                                           std::string screen) override;
  flow::Task<flow::Done> let_consultant_out(std::string token, std::string screen) override;

 private:
  FakeService& service_;
};

class FakeService final : public flow::Service {
 public:
  /// Every call fails with it while it is set.
  std::optional<base::Problem> problem;

  std::vector<std::string> calls;  // "name argument argument"
  flow::ApplicationView application_view;
  flow::ConsentView consent_view;
  flow::MeView me_view;
  std::vector<flow::Address> found;
  std::vector<flow::ResidentView> resident_views;
  std::vector<flow::MessageView> message_views;
  std::optional<std::string> next;
  std::optional<flow::DraftRequest> drafted;
  std::optional<flow::Idempotency> idempotency;
  std::optional<flow::SignatureRequest> signature;
  bool eds = false;
  flow::EdsChallenge eds_challenge{"e1", "<login/>", {}};
  flow::EdsSignIn eds_sign_in_answer;
  flow::SignatureContainer container;
  flow::QrOffer qr_offer{"q1", "browser", "http://a/egov-mobile/q1", {}};
  flow::QrApi1 qr_api1;
  flow::QrApi2 qr_api2;
  flow::QrState qr_state_now;
  std::string qr_received;
  std::optional<flow::Session> session_looked_at;
  flow::PushView push_view;
  flow::PushDeviceView device_view;
  std::optional<flow::PushDevice> pushed_to;
  flow::StatisticsView statistics_view;
  base::Instant clock;
  std::vector<flow::KioskView> kiosk_views;
  std::vector<domain::Centre> centres;
  bool consultant = false;  // at the kiosk with the token "device"

  static domain::Iin iin() { return *domain::parse_iin("991301300003"); }

  template <class T>
  flow::Task<T> give(std::string call, T value) {
    calls.push_back(std::move(call));
    if (problem) co_return base::fail(*problem);
    co_return value;
  }
  template <class T>
  flow::Task<T> without() {
    co_return base::fail(base::Trouble::unprocessable, "method_unavailable");
  }
  static std::string said(const flow::Caller& caller) {
    return fmt::format("{} {}", caller.iin.view(), i18n::tag(caller.language));
  }

  flow::Task<std::string> request_sign_in_code(std::string iin, std::string source,
                                               i18n::Language language) override {
    return give<std::string>(
        fmt::format("request_sign_in_code {} {} {}", iin, source, i18n::tag(language)), "c1");
  }
  flow::Task<flow::SignedIn> sign_in(std::string challenge, std::string code, std::string,
                                     flow::SessionFor opening) override {
    flow::SignedIn signed_in{"good", base::Instant{}, {}};
    signed_in.person = me_view.person;
    return give(fmt::format("sign_in {} {} {}", challenge, code, opening.cookie), std::move(signed_in));
  }
  bool eds_available() const override { return eds; }
  flow::Task<flow::EdsChallenge> request_eds_challenge(std::string source) override {
    if (!eds) return without<flow::EdsChallenge>();
    return give("request_eds_challenge " + source, eds_challenge);
  }
  flow::Task<flow::EdsSignIn> sign_in_eds(std::string challenge, flow::SignatureRequest request,
                                          std::string, flow::SessionFor opening) override {
    if (!eds) return without<flow::EdsSignIn>();
    signature = std::move(request);
    return give(fmt::format("sign_in_eds {} {}", challenge, opening.cookie), eds_sign_in_answer);
  }
  flow::Task<flow::SignatureContainer> signature_container(flow::Caller caller, std::string id) override {
    return give(fmt::format("signature_container {} {}", said(caller), id), container);
  }
  flow::Task<flow::QrOffer> offer_qr(flow::QrPurpose purpose, std::string target, std::string answer,
                                     std::optional<flow::Caller>, std::string) override {
    if (!eds) return without<flow::QrOffer>();
    return give(fmt::format("offer_qr {} {} {}", static_cast<int>(purpose), target, answer), qr_offer);
  }
  flow::Task<flow::QrApi1> qr_opened(std::string id) override {
    return give("qr_opened " + id, qr_api1);
  }
  flow::Task<flow::QrApi2> qr_documents(std::string id, std::string token) override {
    return give(fmt::format("qr_documents {} {}", id, token), qr_api2);
  }
  flow::Task<flow::Done> qr_signed(std::string id, std::string token, std::string signed_) override {
    qr_received = std::move(signed_);
    return give(fmt::format("qr_signed {} {}", id, token), flow::Done{});
  }
  flow::Task<flow::QrState> qr_state(std::string id, std::string browser_key) override {
    return give(fmt::format("qr_state {} {}", id, browser_key), qr_state_now);
  }
  flow::Task<flow::EdsSignIn> qr_sign_in(std::string id, std::string browser_key, std::string,
                                         flow::SessionFor opening) override {
    return give(fmt::format("qr_sign_in {} {} {}", id, browser_key, opening.cookie), eds_sign_in_answer);
  }
  boost::asio::awaitable<std::optional<flow::Session>> session(std::string token) override {
    if (token != "good" && token != "good_at_kiosk") co_return std::nullopt;
    flow::Session session;
    session.iin = iin();
    if (token == "good_at_kiosk") session.kiosk = "k1";
    co_return session;
  }
  boost::asio::awaitable<std::optional<flow::Session>> look_at_session(std::string token) override {
    calls.push_back("look_at_session " + token);
    co_return session_looked_at;
  }
  flow::Task<flow::Done> keep_session(std::string token) override {
    return give("keep_session " + token, flow::Done{});
  }
  void used(const std::string& token, base::Millis) override { calls.push_back("used " + token); }
  flow::Kiosks& kiosks() override { return kiosks_; }
  flow::Task<flow::Done> sign_out(std::string token) override {
    return give("sign_out " + token, flow::Done{});
  }
  flow::Task<flow::MeView> me(flow::Caller caller) override {
    return give("me " + said(caller), me_view);
  }
  flow::Task<std::vector<flow::Address>> addresses(std::string typed) override {
    return give("addresses " + typed, found);
  }
  flow::Task<flow::Address> address(std::string rka) override {
    return give("address " + rka, flow::Address{});
  }
  flow::Task<std::vector<flow::ResidentView>> residents(flow::Caller, std::string rka) override {
    return give("residents " + rka, resident_views);
  }
  flow::Task<flow::ApplicationView> draft(flow::Caller caller, flow::DraftRequest request,
                                          std::optional<flow::Idempotency> key) override {
    drafted = std::move(request);
    idempotency = std::move(key);
    return give("draft " + said(caller), application_view);
  }
  flow::Task<flow::ForecastView> forecast(flow::Caller, flow::DraftRequest) override {
    return give("forecast", flow::ForecastView{});
  }
  flow::Task<flow::Done> request_signature_code(flow::Caller, std::string id) override {
    return give("request_signature_code " + id, flow::Done{});
  }
  flow::Task<flow::ApplicationView> sign(flow::Caller, std::string id,
                                         flow::SignatureRequest request) override {
    signature = std::move(request);
    return give("sign " + id, application_view);
  }
  flow::Task<flow::ApplicationView> withdraw(flow::Caller, std::string id) override {
    return give("withdraw " + id, application_view);
  }
  flow::Task<flow::ApplicationView> application(flow::Caller, std::string id) override {
    return give("application " + id, application_view);
  }
  flow::Task<flow::Page<flow::ApplicationView>> applications(flow::Caller,
                                                             std::optional<std::string> cursor,
                                                             int limit) override {
    return give(fmt::format("applications {} {}", cursor.value_or("-"), limit),
                flow::Page<flow::ApplicationView>{{application_view}, next});
  }
  flow::Task<flow::Page<flow::ConsentView>> consents(flow::Caller,
                                                     std::optional<std::string> reference,
                                                     std::optional<std::string> cursor,
                                                     int limit) override {
    return give(
        fmt::format("consents {} {} {}", reference.value_or("-"), cursor.value_or("-"), limit),
        flow::Page<flow::ConsentView>{{consent_view}, next});
  }
  flow::Task<flow::ConsentView> consent(flow::Caller, std::string id) override {
    return give("consent " + id, consent_view);
  }
  flow::Task<flow::Done> request_consent_code(flow::Caller, std::string id,
                                              std::optional<std::string> answer) override {
    return give(fmt::format("request_consent_code {} {}", id, answer.value_or("-")), flow::Done{});
  }
  flow::Task<flow::ConsentView> answer(flow::Caller, std::string id, std::string given,
                                       flow::SignatureRequest request) override {
    signature = std::move(request);
    return give(fmt::format("answer {} {}", id, given), consent_view);
  }
  flow::Task<flow::Page<flow::MessageView>> messages(flow::Caller,
                                                     std::optional<std::string> cursor,
                                                     int limit) override {
    return give(fmt::format("messages {} {}", cursor.value_or("-"), limit),
                flow::Page<flow::MessageView>{message_views, next});
  }
  flow::Task<flow::Done> read_message(flow::Caller, std::string id) override {
    return give("read_message " + id, flow::Done{});
  }
  flow::Task<int> unread_messages(flow::Caller) override { return give("unread_messages", 0); }
  flow::Task<std::string> saved_form(flow::Caller) override {
    return give<std::string>("saved_form", "");
  }
  flow::Task<flow::Done> save_form(flow::Caller, std::string) override {
    return give("save_form", flow::Done{});
  }
  std::string push_key() const override { return push_view.public_key; }
  flow::Task<flow::PushView> push(flow::Caller caller) override {
    return give("push " + said(caller), push_view);
  }
  flow::Task<flow::PushDeviceView> add_push_device(flow::Caller caller,
                                                   flow::PushDevice device,
                                                   std::optional<flow::Idempotency> key) override {
    pushed_to = device;
    idempotency = std::move(key);
    return give("add_push_device " + said(caller), device_view);
  }
  flow::Task<flow::Done> renew_push_device(std::string id, flow::PushDevice device) override {
    pushed_to = device;
    return give("renew_push_device " + id, flow::Done{});
  }
  flow::Task<flow::Done> forget_push_device(std::string id) override {
    return give("forget_push_device " + id, flow::Done{});
  }
  flow::Task<flow::Done> remove_push_device(flow::Caller, std::string id) override {
    return give("remove_push_device " + id, flow::Done{});
  }
  flow::Task<flow::Done> remove_push_devices(flow::Caller) override {
    return give("remove_push_devices", flow::Done{});
  }
  flow::Task<std::shared_ptr<const flow::StatisticsView>> statistics(flow::StatisticsFilter filter) override {
    auto view = statistics_view;
    view.filter = filter;
    return give(fmt::format("statistics {} {}", filter.month ? flow::format_month(*filter.month) : "-",
                            filter.region ? flow::format_region(*filter.region) : "-"),
                std::shared_ptr<const flow::StatisticsView>(std::make_shared<flow::StatisticsView>(view)));
  }
  base::Instant now() const override { return clock; }

 private:
  FakeKiosks kiosks_{*this};
};

inline flow::Task<flow::IssuedKiosk> FakeKiosks::issue(flow::Caller caller, std::string centre,
                                                        std::string label,
                                                        std::optional<flow::Idempotency> key) {
  service_.idempotency = std::move(key);
  flow::IssuedKiosk issued{{"k1", centre, label, base::Instant{}, {}, {}}, "device", "123456"};
  return service_.give(fmt::format("issue_kiosk {} {} {}", FakeService::said(caller), centre, label), std::move(issued));
}
inline flow::Task<std::vector<flow::KioskView>> FakeKiosks::list(flow::Caller caller) {
  return service_.give("kiosks " + FakeService::said(caller), service_.kiosk_views);
}
inline flow::Task<flow::Done> FakeKiosks::revoke(flow::Caller caller, std::string id) {
  return service_.give(fmt::format("revoke_kiosk {} {}", FakeService::said(caller), id), flow::Done{});
}
inline flow::Task<std::vector<domain::Centre>> FakeKiosks::centres(flow::Caller) {
  return service_.give("centres", service_.centres);
}
inline boost::asio::awaitable<std::optional<flow::Kiosk>> FakeKiosks::of_token(std::string token) {
  if (token != "device") co_return std::nullopt;
  co_return flow::Kiosk{"k1", "c1", service_.consultant};
}
inline void FakeKiosks::used(const std::string& token, base::Millis) { service_.calls.push_back("kiosk_used " + token); }
inline flow::Task<flow::Done> FakeKiosks::let_consultant_in(std::string, std::string code,
                                                             std::string) {
  return service_.give("consultant_in " + code, flow::Done{});
}
inline flow::Task<flow::Done> FakeKiosks::let_consultant_out(std::string, std::string) {
  return service_.give("consultant_out", flow::Done{});
}

}  // namespace mekenjai::api
