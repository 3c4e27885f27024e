// Whole cases through HTTP and SMPP, as people bring them: draft, code, signature; every second one also waits
// for the owner's SMS. The program is the SMS centre and the clients; the service runs apart, as in production.
//
//   bench_cases extracts FOLDER --cases N          writes the people of the bench as register extracts
//   bench_cases run --port P --smsc-port S --cases N --clients C --first F
//   bench_cases bar --from DB --to DB --batch B    the same rows straight into SQLite with group commit
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <condition_variable>
#include <fstream>
#include <iostream>
#include <mutex>
#include <thread>

#include "base/time.hpp"
#include "domain/ids.hpp"
#include "edge/sms/smsc.hpp"
#include "store/sqlite/database.hpp"

namespace {

using namespace mekenjai;
using Clock = std::chrono::steady_clock;

// --- the people of the bench ----------------------------------------------------------------------------------

/// IINs of month 13: nobody holds them, and no population has them.
std::string iin_of(int index) {
  for (int serial = index * 12;; ++serial) {
    const std::string eleven = fmt::format("9013{:07}", serial);
    if (const auto digit = domain::iin_check_digit(eleven)) return eleven + *digit;
  }
}

std::string phone_of(int index) { return fmt::format("+7799{:07}", index); }
std::string rka_of(int index) { return fmt::format("09{:014}", index); }

/// Case i: person 2i moves into dwelling i. In even cases it is his own; in odd ones it is that of person 2i+1.
struct Case {
  std::string applicant, phone, rka, owner_phone;
  bool own = false;
};

Case case_of(int i) {
  const bool own = i % 2 == 0;
  return {iin_of(2 * i), phone_of(2 * i), rka_of(i), phone_of(own ? 2 * i : 2 * i + 1), own};
}

int write_extracts(const std::string& folder, int cases) {
  std::ofstream persons(folder + "/persons.csv"), phones(folder + "/phones.csv"), dwellings(folder + "/dwellings.csv"),
      rights(folder + "/rights.csv");
  persons << "iin,surname,given_name,patronymic,sex,birth_date,death_date,citizenship,capacity,document_number,document_expires,language\n";
  phones << "iin,phone,since\n";
  dwellings << "rka,kind,kato,region_kk,region_ru,locality_kk,locality_ru,street_kk,street_ru,house,flat,useful_area,actual\n";
  rights << "rka,holder,share,from,to\n";
  for (int i = 0; i < cases; ++i) {
    for (int who = 2 * i; who <= 2 * i + 1; ++who) {
      persons << iin_of(who) << ",Өлшемов,Сынақ,,m,1990-01-15,,KAZ,full,012345678,2035-01-01,kk\n";
      phones << iin_of(who) << ',' << phone_of(who) << ",2020-01-01\n";
    }
    dwellings << rka_of(i) << ",flat,750000000,Алматы қ.,г. Алматы,Алматы қ.,г. Алматы,Сынақ көшесі,улица Пробная," << i / 100 + 1 << ',' << i % 100 + 1 << ",60.00,1\n";
    rights << rka_of(i) << ',' << iin_of(i % 2 == 0 ? 2 * i : 2 * i + 1) << ",1/1,2015-01-01,\n";
  }
  return 0;
}

// --- the phones ------------------------------------------------------------------------------------------------

/// Waits for what reaches a phone.
class Phones {
 public:
  void got(const edge::sms::SmscMessage& message) {
    {
      const std::lock_guard lock(mutex_);
      inbox_[message.to].push_back(message.text);
    }
    arrived_.notify_all();
  }

  /// The next message of the phone.
  std::string next(const std::string& phone) {
    std::unique_lock lock(mutex_);
    const bool came = arrived_.wait_for(lock, std::chrono::seconds(30), [&] { return !inbox_[phone].empty(); });
    if (!came) throw std::runtime_error("no SMS came to " + phone);
    std::string text = std::move(inbox_[phone].front());
    inbox_[phone].erase(inbox_[phone].begin());
    return text;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::unordered_map<std::string, std::vector<std::string>> inbox_;
};

std::string six_digits(const std::string& text) {
  for (std::size_t i = 0; i + 6 <= text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    bool all = true;
    for (std::size_t j = 0; j < 6; ++j) all = all && digit(i + j);
    if (all && !digit(i + 6) && (i == 0 || !digit(i - 1))) return text.substr(i, 6);
  }
  throw std::runtime_error("no code in: " + text);
}

// --- one client ------------------------------------------------------------------------------------------------

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(loop_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    socket_.set_option(boost::asio::ip::tcp::no_delay(true));
  }

  std::string post(const std::string& path, const std::string& body, const std::string& token, int expected) {
    std::string request = fmt::format(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", path, body.size());
    if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
    boost::asio::write(socket_, boost::asio::buffer(request + "\r\n" + body));
    return answer(path, expected);
  }

 private:
  std::string answer(const std::string& path, int expected) {
    std::size_t header_end;
    while ((header_end = buffer_.find("\r\n\r\n")) == std::string::npos) read();
    const int status = std::stoi(buffer_.substr(9, 3));
    const std::size_t at = buffer_.find("Content-Length: ");
    const std::size_t length = at == std::string::npos || at > header_end ? 0 : std::stoul(buffer_.substr(at + 16));
    while (buffer_.size() < header_end + 4 + length) read();
    std::string body = buffer_.substr(header_end + 4, length);
    buffer_.erase(0, header_end + 4 + length);
    if (status != expected) throw std::runtime_error(fmt::format("{}: {} {}", path, status, body));
    return body;
  }

  void read() {
    char part[16384];
    buffer_.append(part, socket_.read_some(boost::asio::buffer(part)));
  }

  boost::asio::io_context loop_;
  boost::asio::ip::tcp::socket socket_;
  std::string buffer_;
};

std::string field(const std::string& json, std::string_view name) {
  const std::string key = fmt::format("\"{}\":\"", name);
  const std::size_t at = json.find(key);
  if (at == std::string::npos) throw std::runtime_error("no " + key + " in " + json);
  const std::size_t from = at + key.size();
  return json.substr(from, json.find('"', from) - from);
}

std::string sign_in(Client& client, Phones& phones, const Case& one) {
  const std::string challenge =
      field(client.post("/api/v1/sign-in/sms", fmt::format(R"({{"iin":"{}"}})", one.applicant), "", 202), "challenge");
  const std::string code = six_digits(phones.next(one.phone));
  return field(client.post("/api/v1/sign-in/sms/" + challenge, fmt::format(R"({{"code":"{}"}})", code), "", 200), "token");
}

void bring(Client& client, Phones& phones, edge::sms::Smsc& centre, const Case& one, const std::string& token) {
  const std::string draft = client.post(
      "/api/v1/applications",
      fmt::format(R"({{"kind":"permanent","rka":"{}","registrants":["{}"],"reason":"purchase","data_consent":true}})", one.rka, one.applicant),
      token, 201);
  const std::string path = "/api/v1/applications/" + field(draft, "id");
  client.post(path + "/sms-code", "", token, 202);
  const std::string code = six_digits(phones.next(one.phone));
  client.post(path + "/signature", fmt::format(R"({{"method":"sms","code":"{}"}})", code), token, 200);
  if (!one.own) {
    const std::string asked = phones.next(one.owner_phone);
    const std::size_t at = asked.find("R 1 ");
    if (at == std::string::npos) throw std::runtime_error("not a request: " + asked);
    centre.send(one.owner_phone, "1414", asked.substr(at, 10));
  }
  phones.next(one.phone);  // "you are registered": the entry is durable
}

double percentile(std::vector<double>& sorted, double p) {
  return sorted.empty() ? 0 : sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(p * static_cast<double>(sorted.size())))];
}

int run(std::uint16_t port, std::uint16_t smsc_port, int cases, int clients, int first) {
  boost::asio::io_context loop(1);
  auto work = boost::asio::make_work_guard(loop);
  edge::sms::SmscConfig config;
  config.system_id = "bench";
  config.password = "bench";
  config.port = smsc_port;
  config.max_phones = 1'000'000;
  config.keep_messages_per_phone = 1;
  config.window = 1000;
  edge::sms::Smsc centre(loop, config);
  Phones phones;
  centre.on_message([&](const edge::sms::SmscMessage& message) { phones.got(message); });
  std::thread thread([&] { loop.run(); });
  while (centre.bound() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));

  std::vector<std::string> tokens(static_cast<std::size_t>(cases));
  std::vector<double> took_ms(static_cast<std::size_t>(cases));
  std::atomic<int> next{0};
  std::atomic<bool> failed{false};
  const auto each = [&](int threads, const std::function<void(Client&, int)>& job) {
    next = 0;
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([&] {
        try {
          Client client(port);
          for (int i; (i = next++) < cases && !failed;) job(client, i);
        } catch (const std::exception& error) {
          if (!failed.exchange(true)) std::cerr << error.what() << "\n";
        }
      });
    }
    for (std::thread& one : all) one.join();
  };
  each(16, [&](Client& client, int i) { tokens[static_cast<std::size_t>(i)] = sign_in(client, phones, case_of(first + i)); });
  const auto start = Clock::now();
  each(clients, [&](Client& client, int i) {
    const auto begun = Clock::now();
    bring(client, phones, centre, case_of(first + i), tokens[static_cast<std::size_t>(i)]);
    took_ms[static_cast<std::size_t>(i)] = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
  });
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  work.reset();
  loop.stop();
  thread.join();
  if (failed) return 1;
  std::sort(took_ms.begin(), took_ms.end());
  std::cout << fmt::format(R"({{"clients":{},"cases":{},"cases_per_s":{:.1f},"p50_ms":{:.2f},"p95_ms":{:.2f},"p99_ms":{:.2f}}})", clients,
                           cases, cases / seconds, percentile(took_ms, 0.5), percentile(took_ms, 0.95), percentile(took_ms, 0.99))
            << std::endl;
  return 0;
}

// --- the bar ---------------------------------------------------------------------------------------------------

/// The rows that the cases left behind, written straight into a file of the same tables: WAL, synchronous=FULL,
/// one commit for every `batch` steps, as a group commit would at best.
int bar(const std::string& from, const std::string& to, int batch) {
  using namespace store::sqlite;
  Database database(to, Access::read_write, 64 * 1024);
  {
    Statement attach = database.prepare("ATTACH ? AS run");
    attach.with(from).run();
  }
  static constexpr const char* kTables[] = {"applications", "registrants", "consents", "messages", "journal",
                                            "challenges",   "outbox",      "identities", "reg_residences"};
  std::vector<std::pair<std::string, std::string>> made;
  {
    Statement schema = database.prepare(
        "SELECT type, sql, tbl_name FROM run.sqlite_master WHERE sql IS NOT NULL AND type IN ('table','index') ORDER BY type DESC");
    while (schema.step()) made.emplace_back(schema.str(2), schema.str(1));
  }
  for (const auto& [table, sql] : made) {
    if (std::find(std::begin(kTables), std::end(kTables), table) != std::end(kTables)) database.execute(sql);
  }
  // All rows into memory first: reading is not what is measured.
  struct Row {
    int table;
    std::vector<std::string> cells;
  };
  std::vector<Row> rows;
  std::vector<Statement> inserts;
  std::int64_t cases = 0;
  for (int t = 0; t < static_cast<int>(std::size(kTables)); ++t) {
    const auto columns = database.number(fmt::format("SELECT count(*) FROM pragma_table_info('{}')", kTables[t])).value_or(0);
    if (columns == 0) {
      inserts.emplace_back();
      continue;
    }
    std::string marks = "?";
    for (std::int64_t c = 1; c < columns; ++c) marks += ",?";
    inserts.push_back(database.prepare(fmt::format("INSERT OR IGNORE INTO main.{} VALUES({})", kTables[t], marks)));
    Statement select = database.prepare(fmt::format("SELECT * FROM run.{}", kTables[t]));
    while (select.step()) {
      Row row{t, {}};
      for (int c = 0; c < columns; ++c) row.cells.push_back(select.str(c));
      rows.push_back(std::move(row));
    }
    if (std::string_view(kTables[t]) == "applications") cases = static_cast<std::int64_t>(rows.size());
  }
  const std::int64_t steps = database.number("SELECT count(*) FROM run.journal").value_or(1);
  const auto rows_a_commit = std::max<std::size_t>(1, rows.size() * static_cast<std::size_t>(batch) / static_cast<std::size_t>(steps));
  const auto start = Clock::now();
  for (std::size_t at = 0; at < rows.size();) {
    Transaction transaction(database);
    for (std::size_t end = std::min(rows.size(), at + rows_a_commit); at < end; ++at) {
      Statement& insert = inserts[static_cast<std::size_t>(rows[at].table)];
      insert.reset();
      int column = 0;
      for (const std::string& cell : rows[at].cells) insert.bind(++column, cell);
      insert.run();
    }
    transaction.commit();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::cout << fmt::format(R"({{"bar_cases_per_s":{:.1f},"rows":{},"rows_a_commit":{}}})", static_cast<double>(cases) / seconds,
                           rows.size(), rows_a_commit)
            << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto option = [&](std::string_view name) -> std::string {
    const auto found = std::find(words.begin(), words.end(), name);
    return found == words.end() || found + 1 == words.end() ? "" : *(found + 1);
  };
  try {
    if (!words.empty() && words[0] == "extracts") return write_extracts(words.at(1), std::stoi(option("--cases")));
    if (!words.empty() && words[0] == "run") {
      return run(static_cast<std::uint16_t>(std::stoi(option("--port"))), static_cast<std::uint16_t>(std::stoi(option("--smsc-port"))),
                 std::stoi(option("--cases")), std::stoi(option("--clients")), std::stoi(option("--first")));
    }
    if (!words.empty() && words[0] == "bar") return bar(option("--from"), option("--to"), std::stoi(option("--batch")));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  std::cerr << "usage: bench_cases extracts|run|bar …\n";
  return 2;
}
