#include "edge/eds/live/live_examiner.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <spdlog/spdlog.h>

#include <thread>
#include <unordered_set>

#include "base/thread.hpp"
#include "edge/eds/live/crl_keeper.hpp"
#include "edge/eds/live/ocsp_cache.hpp"
#include "edge/eds/live/stamper.hpp"

namespace mekenjai::edge::eds::live {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;

/// One signature on its way to an answer.
struct Job {
  std::string bytes;
  Expectation expectation;
  std::function<void(Examined)> done;
};
using JobPtr = std::shared_ptr<Job>;

struct Looked {
  Verdict verdict;
  Evidence evidence;
};

std::vector<HttpAddress> addresses_of(const std::vector<std::string>& texts) {
  std::vector<HttpAddress> addresses;
  for (const std::string& text : texts) addresses.push_back(HttpAddress::parse(text).value());
  return addresses;
}

Trust trust_of(const EdsConfig& config, std::vector<CertificatePtr> certificates) {
  if (!config.trust.empty()) {
    const auto folder = Trust::from_folder(config.trust);
    if (!folder) throw std::runtime_error("[eds] trust: " + folder.error());
    certificates.insert(certificates.end(), folder->certificates().begin(), folder->certificates().end());
  }
  if (certificates.empty()) throw std::runtime_error("[eds] trust: no certificate to trust in " + config.trust);
  return Trust(std::move(certificates));
}

EdsConfig checked(EdsConfig config) {
  if (const auto trouble = trouble_with(config)) {
    throw std::runtime_error(fmt::format("[eds] {} {}", trouble->key, trouble->what));
  }
  return config;
}

Verdict cannot_tell(std::string why) {
  Verdict verdict;
  verdict.reason = Reason::revocation_unknown;
  verdict.fault = Fault{Reason::revocation_unknown, std::move(why)};
  return verdict;
}

/// CAs answer for themselves by lists (eds.md 5, point 16); of all others OCSP knows more.
bool asked_by_ocsp(const OcspQuestion& question) { return !question.certificate->ca.value_or(false); }

bool wants_stamp(const Verdict& verdict, const Expectation& expectation) {
  // A login is over in minutes: nothing of it is kept that would have to be proven in years.
  if (!verdict.valid() || expectation.use != Use::document || verdict.proven.empty()) return false;
  return !verdict.proven.front().trusted.timed.timestamp;
}

Examined examined_of(const Job& job, Verdict verdict, const Evidence& evidence) {
  Examined examined;
  examined.received = job.bytes;
  examined.archive = job.bytes;
  if (!verdict.proven.empty()) {
    const ProvenSignature& first = verdict.proven.front();
    const IntactSignature& intact = first.trusted.timed.intact;
    examined.certificate = intact.certificate->der;
    examined.ocsp_response = first.ocsp_response;  // about him, whoever else was asked about
    examined.crl_number = first.crl_number;
    if (!intact.timestamp_tokens.empty()) examined.timestamp = intact.timestamp_tokens.front();
  } else if (!evidence.ocsp.empty()) {
    examined.ocsp_response = evidence.ocsp.front().response;  // why it was refused
  }
  examined.verdict = std::move(verdict);
  return examined;
}

Examined untold_of(const Job& job, std::string why) { return examined_of(job, cannot_tell(std::move(why)), {}); }

}  // namespace

std::optional<ConfigTrouble> trouble_with(const EdsConfig& config) {
  const auto wrong = [](const char* key, const std::vector<std::string>& addresses) -> std::optional<ConfigTrouble> {
    for (const std::string& text : addresses) {
      if (const auto parsed = HttpAddress::parse(text); !parsed) return ConfigTrouble{key, parsed.error() + ": " + text};
    }
    return std::nullopt;
  };
  if (const auto trouble = wrong("ocsp", config.ocsp)) return trouble;
  if (const auto trouble = wrong("crl", config.crl)) return trouble;
  if (const auto trouble = wrong("delta_crl", config.delta_crl)) return trouble;
  if (!config.tsp.empty()) {
    if (const auto trouble = wrong("tsp", {config.tsp})) return trouble;
  }
  if (!config.origin.empty() && !is_origin(config.origin)) {
    return ConfigTrouble{"origin", "is like \"https://host\" or \"https://host:port\", without a path: " + config.origin};
  }
  const auto positive = [](const char* key, int value, int least) -> std::optional<ConfigTrouble> {
    return value >= least ? std::nullopt : std::optional(ConfigTrouble{key, fmt::format("is at least {}", least)});
  };
  if (const auto trouble = positive("threads", config.threads, 0)) return trouble;
  if (const auto trouble = positive("timeout_ms", config.timeout_ms, 1)) return trouble;
  if (const auto trouble = positive("ocsp_keep_s", config.ocsp_keep_s, 0)) return trouble;
  if (const auto trouble = positive("silence_ms", config.silence_ms, 0)) return trouble;
  if (const auto trouble = positive("crl_every_s", config.crl_every_s, 1)) return trouble;
  if (const auto trouble = positive("delta_crl_every_s", config.delta_crl_every_s, 1)) return trouble;
  return positive("crl_timeout_ms", config.crl_timeout_ms, 1);
}

std::optional<ConfigTrouble> missing_in(const EdsConfig& config) {
  if (!config.on) return std::nullopt;
  if (config.trust.empty()) return ConfigTrouble{"trust", "is missing: the folder of the certificates that are trusted"};
  if (config.ocsp.empty() && config.crl.empty()) {
    return ConfigTrouble{"ocsp", "and crl are missing: nobody could say what is revoked"};
  }
  if (config.origin.empty()) {
    return ConfigTrouble{"origin", "is missing: the service's address for people, which stands in what they sign to sign in"};
  }
  return std::nullopt;
}

struct LiveExaminer::Parts {
  Parts(EdsConfig configured, const base::Clock& time, std::vector<CertificatePtr> more_anchors)
      : config(checked(std::move(configured))), clock(time), trust(trust_of(config, std::move(more_anchors))),
        ocsp(OcspSettings{addresses_of(config.ocsp), milliseconds(config.timeout_ms), std::chrono::seconds(config.ocsp_keep_s),
                          milliseconds(config.silence_ms)},
             trust, clock, pool),
        crls(CrlSettings{addresses_of(config.crl), addresses_of(config.delta_crl), milliseconds(config.crl_timeout_ms),
                         std::chrono::seconds(config.crl_every_s), std::chrono::seconds(config.delta_crl_every_s),
                         config.crl_folder},
             trust, network, pool) {
    if (config.tsp.empty()) return;
    stamper = std::make_unique<Stamper>(HttpAddress::parse(config.tsp).value(), milliseconds(config.timeout_ms),
                                        milliseconds(config.silence_ms), trust, clock, pool);
  }

  void start();
  void stop();
  void take(JobPtr job);
  asio::awaitable<void> work_off(JobPtr job);
  Looked look(const Job& job, Evidence evidence);
  Evidence at_hand(const Job& job);
  asio::awaitable<Evidence> gather(std::vector<OcspQuestion> questions);
  asio::awaitable<void> stamp(JobPtr job, std::shared_ptr<Examined> examined);
  void finish(const JobPtr& job, Examined examined);
  void finish_untold(const JobPtr& job, std::string why);
  void answer(const Job& job, Examined examined);

  const EdsConfig config;
  const base::Clock& clock;
  const Trust trust;
  std::atomic<std::uint64_t> valid{0}, invalid{0}, untold{0};

  // What runs on the pool belongs to coroutines of the network's loop, and their sockets to the loop: it ends last.
  asio::io_context network{1};
  asio::io_context pool;
  std::optional<WorkGuard> network_work{network.get_executor()}, pool_work{pool.get_executor()};
  OcspCache ocsp;
  CrlKeeper crls;
  std::unique_ptr<Stamper> stamper;
  std::vector<std::thread> threads;

  std::mutex mutex;  // guards what follows
  std::unordered_set<JobPtr> jobs;
  bool started = false, stopped = false;
};

void LiveExaminer::Parts::start() {
  {
    const std::lock_guard lock(mutex);
    if (std::exchange(started, true)) return;
  }
  crls.load();
  crls.start();
  threads.emplace_back([this] {
    base::name_thread("eds-net");
    network.run();
  });
  const int half = std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
  const int count = config.threads > 0 ? config.threads : half;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([this, i] {
      base::name_thread(fmt::format("eds-{}", i).c_str());
      pool.run();
    });
  }
}

void LiveExaminer::Parts::stop() {
  std::unordered_set<JobPtr> left;
  {
    const std::lock_guard lock(mutex);
    if (std::exchange(stopped, true)) return;
    left = jobs;
  }
  network.stop();
  for (const JobPtr& job : left) {
    asio::post(pool, [this, job] { finish_untold(job, "the service is stopping"); });
  }
  pool_work.reset();
  for (std::thread& thread : threads) thread.join();
  // Never started: nobody else has answered.
  if (threads.empty()) pool.run();
}

void LiveExaminer::Parts::take(JobPtr job) {
  {
    // Within the lock: whoever stops us finds the job on the list, or the answer already on its way.
    const std::lock_guard lock(mutex);
    if (!stopped && jobs.size() < kMaxWaiting) {
      jobs.insert(job);
      asio::co_spawn(network, work_off(job), [this, job](std::exception_ptr failure) {
        if (failure) asio::post(pool, [this, job] { finish_untold(job, "the examination failed"); });
      });
      return;
    }
    if (!stopped) {
      asio::post(pool, [this, job] { answer(*job, untold_of(*job, "too many signatures wait to be examined")); });
      return;
    }
  }
  answer(*job, untold_of(*job, "the service is stopping"));
}

Looked LiveExaminer::Parts::look(const Job& job, Evidence evidence) {
  evidence.crls = crls.lists();
  Looked looked{eds::verify(job.bytes, job.expectation, trust, evidence, clock.now()), {}};
  looked.evidence = std::move(evidence);
  return looked;
}

/// Fresh answers about everybody in a CMS, where we have them: then one reading is enough. Nothing where one is missing,
/// as a list must not stand in for a responder that was not asked.
Evidence LiveExaminer::Parts::at_hand(const Job& job) {
  Evidence evidence;
  if (looks_like_xml(job.bytes)) return {};
  const auto bytes = unarmoured(job.bytes);
  const auto cms = bytes ? read_cms(*bytes) : fault(Reason::malformed, "no container");
  if (!cms) return {};
  for (const SignerInfo& signer : cms->signers) {
    if (!signer.timestamp_tokens.empty()) return {};  // its authority is to be asked about, too
  }
  for (const std::string& der : cms->certificates) {
    const auto certificate = Certificate::read(der);
    if (!certificate) return {};
    if ((*certificate)->ca.value_or(false)) continue;
    const auto issuer = trust.issuer_of(**certificate);
    auto answer = issuer ? ocsp.at_hand(**certificate, *issuer) : std::nullopt;
    if (!answer) return {};
    evidence.ocsp.push_back(std::move(*answer));
  }
  return evidence;
}

asio::awaitable<void> LiveExaminer::Parts::work_off(JobPtr job) {
  struct First {
    std::optional<Looked> looked;
    std::vector<OcspQuestion> questions;
  };
  std::function<First()> first_look = [this, job] {
    First first;
    if (Evidence evidence = at_hand(*job); !evidence.ocsp.empty()) {
      Looked looked = look(*job, std::move(evidence));
      if (looked.verdict.answer() != Answer::cannot_tell) first.looked = std::move(looked);
    }
    if (!first.looked) first.questions = revocation_questions(job->bytes, job->expectation, trust, clock.now());
    return first;
  };
  First first = co_await on_pool<First>(pool, std::move(first_look));
  if (!first.looked) {
    Evidence evidence = co_await gather(std::move(first.questions));
    std::function<Looked()> second_look = [this, job, &evidence] { return look(*job, std::move(evidence)); };
    first.looked = co_await on_pool<Looked>(pool, std::move(second_look));
  }
  const Looked& looked = *first.looked;
  const auto examined = std::make_shared<Examined>(examined_of(*job, looked.verdict, looked.evidence));
  if (stamper && wants_stamp(examined->verdict, job->expectation)) co_await stamp(job, examined);
  asio::post(pool, [this, job, examined] { finish(job, std::move(*examined)); });
}

asio::awaitable<Evidence> LiveExaminer::Parts::gather(std::vector<OcspQuestion> questions) {
  Evidence evidence;
  for (const OcspQuestion& question : questions) {
    if (!asked_by_ocsp(question)) continue;
    OcspFinding finding = co_await ocsp.answer(question);
    if (finding.evidence) {
      evidence.ocsp.push_back(std::move(*finding.evidence));
      continue;
    }
    const std::shared_ptr<const CrlSet> lists = crls.lists();
    const CrlJudgement judgement = lists->judge(*question.certificate, *question.issuer, clock.now());
    if (judgement.status == CrlJudgement::Status::unknown) crls.hurry();
  }
  co_return evidence;
}

/// CAdES-T for a CMS; of an XML signature the token is kept apart.
asio::awaitable<void> LiveExaminer::Parts::stamp(JobPtr job, std::shared_ptr<Examined> examined) {
  const IntactSignature& intact = examined->verdict.proven.front().trusted.timed.intact;
  const Stamp stamp = co_await stamper->stamp(intact.signature, intact.certificate->key.kind());
  if (stamp.token.empty()) co_return;
  examined->timestamp = stamp.token;
  examined->verdict.signers.front().timestamp = stamp.at;  // verified; it belongs to the report that is kept
  if (examined->verdict.format != "cms") co_return;
  std::function<std::string()> put_in = [job, token = stamp.token] {
    const auto bytes = unarmoured(job->bytes);
    const auto stamped = bytes ? with_timestamp(*bytes, token) : fault(Reason::malformed, "no container");
    if (stamped) return *stamped;
    spdlog::error("a time-stamp could not be put into its signature: {}", describe(stamped.error()));
    return job->bytes;
  };
  examined->archive = co_await on_pool<std::string>(pool, std::move(put_in));
}

/// Whoever takes the job off the list answers it: once, however many ways lead here.
void LiveExaminer::Parts::finish(const JobPtr& job, Examined examined) {
  {
    const std::lock_guard lock(mutex);
    if (jobs.erase(job) == 0) return;
  }
  answer(*job, std::move(examined));
}

void LiveExaminer::Parts::finish_untold(const JobPtr& job, std::string why) {
  finish(job, untold_of(*job, std::move(why)));
}

void LiveExaminer::Parts::answer(const Job& job, Examined examined) {
  switch (examined.verdict.answer()) {
    case Answer::valid: ++valid; break;
    case Answer::invalid: ++invalid; break;
    case Answer::cannot_tell: ++untold; break;
  }
  try {
    job.done(std::move(examined));
  } catch (const std::exception& failure) {
    spdlog::error("after an examination: {}", failure.what());
  }
}

LiveExaminer::LiveExaminer(EdsConfig config, const base::Clock& clock, std::vector<CertificatePtr> more_anchors)
    : parts_(std::make_unique<Parts>(std::move(config), clock, std::move(more_anchors))) {}

LiveExaminer::~LiveExaminer() { stop(); }

void LiveExaminer::start() { parts_->start(); }

void LiveExaminer::stop() { parts_->stop(); }

void LiveExaminer::examine(std::string bytes, Expectation expectation, std::function<void(Examined)> done) {
  parts_->take(std::make_shared<Job>(Job{std::move(bytes), std::move(expectation), std::move(done)}));
}

Figures LiveExaminer::figures() const {
  Figures figures;
  figures.valid = parts_->valid;
  figures.invalid = parts_->invalid;
  figures.cannot_tell = parts_->untold;
  figures.ocsp_asked = parts_->ocsp.figures().asked;
  figures.ocsp_from_cache = parts_->ocsp.figures().from_cache;
  figures.ocsp_rejected = parts_->ocsp.figures().rejected;
  figures.ocsp_unavailable = parts_->ocsp.figures().unavailable;
  figures.crl_loaded = parts_->crls.figures().loaded;
  figures.crl_failed = parts_->crls.figures().failed;
  if (parts_->stamper) {
    figures.stamped = parts_->stamper->stamped();
    figures.unstamped = parts_->stamper->unstamped();
  }
  const std::lock_guard lock(parts_->mutex);
  figures.waiting = parts_->jobs.size();
  return figures;
}

std::shared_ptr<const CrlSet> LiveExaminer::lists() const { return parts_->crls.lists(); }

void LiveExaminer::refresh_lists(std::function<void()> done) {
  const auto fetch_all = [](Parts& parts) -> asio::awaitable<void> { co_await parts.crls.refresh(); };
  asio::co_spawn(parts_->network, fetch_all(*parts_), [this, done = std::move(done)](std::exception_ptr) mutable {
    asio::post(parts_->pool, std::move(done));
  });
}

void LiveExaminer::forget_answers() { parts_->ocsp.forget(); }

}  // namespace mekenjai::edge::eds::live
