// What front's tests share: a certificate made on the spot, a keeper that answers from a function,
// the real server on a loopback port and a caller who sends bytes as they are. It must never be
// included by product code. Owned by front.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "base/check.h"
#include "base/descriptor.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "front/server.h"
#include "wire/front_messages.h"
#include "wire/paths.h"

namespace bulkhead::front {

struct TestCertificate {
  std::string certificate_pem, key_pem;
};

inline TestCertificate make_test_certificate() {
  auto* const key = EVP_EC_gen("P-256");
  auto* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  auto* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("desk.localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  const auto text_of_bio = [](auto write) {
    auto* const bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  };
  TestCertificate made{text_of_bio([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); }),
                       text_of_bio([&](BIO* bio) {
                         PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
                       })};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

// ---- The keeper's side.

struct KeeperReply {
  bool close = false;   // instead of answering
  bool silent = false;  // never answers
  Bytes body;
};
template <class Message>
KeeperReply says(const Message& message) {
  KeeperReply reply;
  reply.body = wire::encode(message);
  reply.body.insert(reply.body.begin(), std::uint8_t{0});
  return reply;
}
inline KeeperReply refuses(Reason reason, std::uint32_t retry_after_s = 0) {
  KeeperReply reply;
  reply.body = wire::encode(wire::Refusal{retry_after_s});
  reply.body.insert(reply.body.begin(), static_cast<std::uint8_t>(reason));
  return reply;
}
using KeeperFunction = std::function<KeeperReply(wire::Op, ByteView)>;

// Answers frames in a thread until the other end closes. Says hello itself.
class FakeKeeper {
 public:
  explicit FakeKeeper(KeeperFunction function) : function_(std::move(function)) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    ours_.reset(ends[0]);
    theirs_.reset(ends[1]);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeKeeper() {
    shutdown(ours_.get(), SHUT_RDWR);
    thread_.join();
  }
  int take_fd() { return theirs_.release(); }
  int questions() const { return questions_; }

 private:
  void serve() {
    wire::FrameReader reader;
    Bytes input(64u << 10);
    for (;;) {
      const auto got = recv(ours_.get(), input.data(), input.size(), 0);
      if (got <= 0) return;
      reader.feed(ByteView(input).first(static_cast<std::size_t>(got)));
      Bytes output;
      for (;;) {
        const auto frame = reader.next();
        CHECK(frame);
        if (!*frame) break;
        if (!answer(**frame, output)) return;
      }
      CHECK(output.empty() || send(ours_.get(), output.data(), output.size(), MSG_NOSIGNAL) >= 0 ||
            errno == EPIPE);
    }
  }
  bool answer(const wire::FrameView& frame, Bytes& output) {
    const auto op = static_cast<wire::Op>(frame.head.op);
    KeeperReply reply;
    if (op == wire::Op::kHello) {
      reply = says(wire::HelloAnswer{
          .instance = InstanceNumber(7), .origin = {"demo.invalid/ledger"}, .demo = true});
    } else {
      ++questions_;
      if (frame.head.instance != InstanceNumber(7)) return false;
      reply = function_(op, frame.body);
    }
    if (reply.close) {
      shutdown(ours_.get(), SHUT_RDWR);
      return false;
    }
    if (!reply.silent) wire::put_frame(output, frame.head, reply.body);
    return true;
  }

  KeeperFunction function_;
  Descriptor ours_, theirs_;
  std::atomic<int> questions_ = 0;
  std::thread thread_;
};

// ---- The real server on a loopback port.

inline constexpr const char* kTestHost = "desk.localhost:8443";

struct FrontOptions {
  Face face = Face::kDesk;
  Limits limits{};
  KeeperFunction keeper = [](wire::Op, ByteView) { return refuses(Reason::kNotThere); };
  std::size_t outstanding_max = kKeeperOutstandingMax;
  std::optional<Pages> pages{};
};

class RunningFront {
 public:
  explicit RunningFront(FrontOptions options) : keeper_(std::move(options.keeper)) {
    signal(SIGPIPE, SIG_IGN);
    static const auto certificate = make_test_certificate();
    auto tls = TlsContext::create(certificate.certificate_pem, certificate.key_pem);
    CHECK(tls);
    channel_ = std::make_unique<KeeperChannel>(
        io_, keeper_.take_fd(),
        [this](const char*) {
          lost_ = true;
          io_.stop();
        },
        options.outstanding_max);
    const auto hello = channel_->hello(options.face, 0);
    CHECK(hello);
    shared_ = std::make_shared<Shared>(Shared{.site = Site({.face = options.face,
                                                            .hosts = {kTestHost},
                                                            .origin = hello->origin.value,
                                                            .demo = true,
                                                            .pages = std::move(options.pages)}),
                                              .limits = options.limits,
                                              .tls = std::move(*tls),
                                              .keeper = *channel_});
    server_ = std::make_unique<Server>(io_, shared_);
    port_ = listen_on_loopback(false);
    plain_port_ = listen_on_loopback(true);
    server_->start();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningFront() {
    io_.stop();
    thread_.join();
  }
  std::uint16_t port() const { return port_; }
  std::uint16_t plain_port() const { return plain_port_; }
  bool lost() const { return lost_; }
  FakeKeeper& keeper() { return keeper_; }
  void stop() {
    boost::asio::post(io_, [this] { server_->stop(std::chrono::milliseconds(2000)); });
  }
  void wait_until_stopped() {
    while (!io_.stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  // Runs `look` on the io thread.
  template <class Look>
  auto look(Look look) {
    std::promise<decltype(look(*shared_))> promise;
    auto future = promise.get_future();
    boost::asio::post(io_, [&] { promise.set_value(look(*shared_)); });
    return future.get();
  }

 private:
  std::uint16_t listen_on_loopback(bool plain) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
          ::listen(fd, 64) == 0);
    socklen_t length = sizeof address;
    CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    CHECK(server_->listen(fd, plain));
    return ntohs(address.sin_port);
  }

  FakeKeeper keeper_;
  std::atomic<bool> lost_ = false;
  boost::asio::io_context io_{1};
  std::unique_ptr<KeeperChannel> channel_;
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0, plain_port_ = 0;
  std::thread thread_;
};

// ---- A caller who sends bytes as they are.

struct Reply {
  int status = 0;  // 0: the connection ended first
  std::string head, body;
  std::string field(std::string_view name) const {
    const auto at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

class Caller {
 public:
  explicit Caller(std::uint16_t port, bool plain = false)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // Only so that a hanging test fails instead of blocking.
    const timeval patience{10, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const int yes = 1;
    setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (plain || !connected_) return;
    static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, fd_.get());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~Caller() { SSL_free(ssl_); }
  Caller(const Caller&) = delete;

  bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    if (!connected_) return false;
    if (ssl_ != nullptr) return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
    return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0;
  }
  // One whole response (by Content-Length); `head_only` for HEAD.
  Reply receive(bool head_only = false) {
    Reply reply;
    std::size_t end;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return reply;
    }
    reply.head = input_.substr(0, end + 2);
    input_.erase(0, end + 4);
    const auto length = head_only ? "" : reply.field("Content-Length");
    const auto bytes = length.empty() ? 0 : std::stoul(length);
    while (input_.size() < bytes) {
      if (!more()) return reply;
    }
    reply.body = input_.substr(0, bytes);
    input_.erase(0, bytes);
    reply.status = std::stoi(reply.head.substr(9, 3));
    return reply;
  }
  Reply ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }
  bool ended() {
    while (more()) {
    }
    return input_.empty();
  }

 private:
  bool more() {
    if (!connected_) return false;
    char part[16384];
    const auto got = ssl_ != nullptr ? SSL_read(ssl_, part, sizeof part)
                                     : static_cast<int>(recv(fd_.get(), part, sizeof part, 0));
    if (got <= 0) return false;
    input_.append(part, static_cast<std::size_t>(got));
    return true;
  }
  Descriptor fd_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
  std::string input_;
};

// ---- Requests.

inline const std::string kTestCase = "00112233445566778899aabbccddeeff";
inline const Bytes kTestKey(32, 0x42);
inline const SessionId kTestSession{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

struct Asking {
  std::string method = "GET", target, body;
  std::uint64_t counter = 1;
  bool by_cookie = false;
};
// A request with a proof under kTestKey.
inline std::string proven_request(const Asking& asking) {
  const auto mark = asking.target.find('?');
  const auto query = mark == std::string::npos ? std::string() : asking.target.substr(mark + 1);
  wire::Proof proof;
  proof.session = kTestSession;
  proof.counter = asking.counter;
  const auto mac =
      hmac_sha256(kTestKey, wire::proof_bytes(proof, asking.method, asking.target.substr(0, mark),
                                              sha256(view_of(query + "\n" + asking.body))));
  const auto session = to_base64url(proof.session.bytes);
  std::string text =
      asking.method + " " + asking.target + " HTTP/1.1\r\nHost: " + kTestHost + "\r\n";
  text += asking.by_cookie ? "Cookie: theme=dark; __Host-bulkhead=" + session + "\r\n"
                           : "Authorization: Bulkhead " + session + "\r\n";
  text += "Bulkhead-Proof: lane=0; counter=" + std::to_string(asking.counter) +
          "; mac=" + to_base64url(mac) + "\r\n";
  if (!asking.body.empty()) {
    text +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(asking.body.size()) +
        "\r\n";
  }
  return text + "\r\n" + asking.body;
}
inline std::string plain_request(const std::string& method, const std::string& target,
                                 const std::string& body = {}) {
  auto text = method + " " + target + " HTTP/1.1\r\nHost: " + kTestHost + "\r\n";
  if (!body.empty()) {
    text +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

}  // namespace bulkhead::front
