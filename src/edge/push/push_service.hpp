// For tests: a push service on a loopback port, with TLS where it has a certificate. Answers are written by the test,
// and can be held back until it lets them go.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace mekenjai::edge::push {

/// A certificate for one name, signed by its own key, and the key; both PEM.
struct TlsIdentity {
  std::string certificate, key;

  static TlsIdentity make(const std::string& name) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "prime256v1"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> one(X509_new(), &X509_free);
    X509_set_version(one.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(one.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(one.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(one.get()), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(one.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(one.get(), X509_get_subject_name(one.get()));
    X509_set_pubkey(one.get(), key.get());
    const std::string names = "DNS:" + name;
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(one.get(), extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(one.get(), key.get(), EVP_sha256());
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), &BIO_free_all);
    const auto taken = [&] {
      char* text = nullptr;
      const long size = BIO_get_mem_data(out.get(), &text);
      std::string pem(text, static_cast<std::size_t>(size));
      BIO_reset(out.get());
      return pem;
    };
    TlsIdentity identity;
    PEM_write_bio_X509(out.get(), one.get());
    identity.certificate = taken();
    PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    identity.key = taken();
    return identity;
  }
};

class PushService {
  template <class Look>
  auto look(Look look) const {
    const std::lock_guard lock(mutex_);
    return look();
  }
  template <class Change>
  void change(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

 public:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;
  /// The whole answer from its status line; "": none, and the connection is closed. On the service's thread.
  using Handler = std::function<std::string(const Request&)>;

  explicit PushService(Handler handler, std::optional<TlsIdentity> identity = {})
      : handler_(std::move(handler)),
        tls_(boost::asio::ssl::context::tls_server),
        with_tls_(identity.has_value()),
        acceptor_(loop_, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    if (identity) {
      tls_.use_certificate(boost::asio::buffer(identity->certificate), boost::asio::ssl::context::pem);
      tls_.use_private_key(boost::asio::buffer(identity->key), boost::asio::ssl::context::pem);
    }
    boost::asio::co_spawn(loop_, accept(), boost::asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~PushService() {
    loop_.stop();
    thread_.join();
  }
  PushService(const PushService&) = delete;
  PushService& operator=(const PushService&) = delete;

  static std::string status(std::string_view line, std::string_view fields = "", std::string_view body = "") {
    return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", line, body.size(), fields, body);
  }

  std::string url(const std::string& host = "127.0.0.1") const {
    return fmt::format("{}://{}:{}/push/1", with_tls_ ? "https" : "http", host, acceptor_.local_endpoint().port());
  }

  /// Answers wait from now on; `release` lets all of them go.
  void hold() {
    change([this] { held_ = true; });
  }
  void release() {
    change([this] { held_ = false; });
    boost::asio::post(loop_, [this] { released_.cancel(); });
  }
  /// Waits until so many requests have come; false where they do not.
  bool came(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return requests_.size() >= count; });
  }
  std::vector<Request> requests() const {
    return look([this] { return requests_; });
  }
  std::size_t connections() const {
    return look([this] { return connections_; });
  }
  std::size_t peak() const {
    return look([this] { return peak_; });
  }

 private:
  using tcp = boost::asio::ip::tcp;
  static constexpr auto kAwaited = boost::asio::as_tuple(boost::asio::use_awaitable);

  boost::asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwaited);
      if (error) co_return;
      change([this] { ++connections_; });
      boost::asio::co_spawn(loop_, serve(std::move(socket)), boost::asio::detached);
    }
  }

  boost::asio::awaitable<void> serve(tcp::socket socket) {
    if (!with_tls_) {
      co_await talk(socket);
      co_return;
    }
    boost::asio::ssl::stream<tcp::socket> stream(std::move(socket), tls_);
    const auto [unshaken] = co_await stream.async_handshake(boost::asio::ssl::stream_base::server, kAwaited);
    if (!unshaken) co_await talk(stream);
  }

  template <class Stream>
  boost::asio::awaitable<void> talk(Stream& stream) {
    boost::beast::flat_buffer buffer;
    for (;;) {
      Request request;
      const auto [unread, read] = co_await boost::beast::http::async_read(stream, buffer, request, kAwaited);
      if (unread) co_return;
      change([&] {
        requests_.push_back(request);
        peak_ = std::max(peak_, ++open_);
      });
      while (look([this] { return held_; })) co_await released_.async_wait(kAwaited);
      change([this] { --open_; });
      const std::string answer = handler_(request);
      if (answer.empty()) co_return;
      const auto bytes = boost::asio::buffer(answer);
      const auto [unsent, sent] = co_await boost::asio::async_write(stream, bytes, kAwaited);
      if (unsent) co_return;
    }
  }

  Handler handler_;
  boost::asio::io_context loop_{1};
  boost::asio::ssl::context tls_;
  bool with_tls_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer released_{loop_, boost::asio::steady_timer::time_point::max()};
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<Request> requests_;
  std::size_t connections_ = 0, open_ = 0, peak_ = 0;
  bool held_ = false;
  std::thread thread_;
};

}  // namespace mekenjai::edge::push
