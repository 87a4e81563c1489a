#include "client/client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <mutex>
#include <set>

#include "client/client_test_support.h"
#include "client/load_client.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace bulkhead::client {
namespace {

const SessionId kSession{{1, 2, 3}};
const Bytes kSecret(32, 0x33);

// The other end of sign-in and proof, written from wire/proof.h and not from the client's code.
class Gatekeeper {
 public:
  explicit Gatekeeper(bool for_client) : for_client_(for_client), key_(*EcdhKey::generate()) {}

  std::string operator()(const SeenRequest& request) {
    const std::scoped_lock lock(mutex_);
    if (request.head.starts_with("POST /api/v1/session ")) return sign_in(request);
    if (request.head.starts_with("POST /api/v1/session/client ")) return sign_in(request);
    if (!proof_fits(request)) return answer_with(401, "{}");
    if (request.head.starts_with("POST /api/v1/session/lanes "))
      return answer_with(200, R"({"lane":5})");
    return answer_with(200, request.body.empty() ? "{}" : request.body);
  }

 private:
  std::string sign_in(const SeenRequest& request) {
    const auto body = boost::json::parse(request.body).as_object();
    const auto text = [&](const char* name) { return std::string(body.at(name).as_string()); };
    const auto theirs = *from_base64url(text("public_key"));
    if (for_client_) {
      Bytes message(wire::kClientSignInInfo.begin(), wire::kClientSignInInfo.end());
      for (const char c : text("name") + "\n") message.push_back(static_cast<std::uint8_t>(c));
      message.insert(message.end(), theirs.begin(), theirs.end());
      const auto mac = hmac_sha256(kSecret, message);
      if (text("mac") != to_base64url(mac)) return answer_with(401, "{}");
    } else if (text("password") != "right" || text("code") != "123456") {
      return answer_with(401, "{}");
    }
    const auto agreed = *key_.agree(theirs);
    mac_key_ = for_client_ ? *client_key(agreed, SecretBytes(kSecret), kSession)
                           : *staff_key(agreed, kSession);
    return answer_with(200, R"({"session":")" + to_base64url(kSession.bytes) +
                                R"(","keeper_public_key":")" + to_base64url(key_.public_key()) +
                                "\"}");
  }
  bool proof_fits(const SeenRequest& request) {
    const auto proof_text = request.field("Bulkhead-Proof");
    if (request.field("Authorization") != "Bulkhead " + to_base64url(kSession.bytes) ||
        proof_text.empty())
      return false;
    const auto lane_end = proof_text.find("; counter=");
    const auto mac_at = proof_text.find("; mac=");
    wire::Proof proof;
    proof.session = kSession;
    proof.lane = static_cast<std::uint8_t>(std::stoi(proof_text.substr(5, lane_end - 5)));
    proof.counter = std::stoull(proof_text.substr(lane_end + 10, mac_at - lane_end - 10));
    const auto space = request.head.find(' ');
    const auto target =
        request.head.substr(space + 1, request.head.find(' ', space + 1) - space - 1);
    const auto mark = target.find('?');
    const auto query = mark == std::string::npos ? "" : target.substr(mark + 1);
    const auto mac = hmac_sha256(
        mac_key_, wire::proof_bytes(proof, request.head.substr(0, space), target.substr(0, mark),
                                    sha256(view_of(query + "\n" + request.body))));
    // A counter is good once per lane.
    return proof_text.substr(mac_at + 6) == to_base64url(mac) &&
           seen_.insert({proof.lane, proof.counter}).second;
  }

  bool for_client_;
  EcdhKey key_;
  SecretBytes mac_key_;
  std::set<std::pair<int, std::uint64_t>> seen_;
  std::mutex mutex_;
};

ServerAddress address_of(const ScriptedServer& server) {
  ServerAddress address;
  address.host = "desk.localhost";
  address.port = server.port();
  address.pinned_certificate = *certificate_fingerprint(server.certificate_pem());
  return address;
}

TEST(Client, SignsInAsStaffAndProvesEachRequest) {
  Gatekeeper gatekeeper(false);
  ScriptedServer server([&](const SeenRequest& request) { return gatekeeper(request); });
  Client client(address_of(server));
  EXPECT_EQ(client.sign_in("anna", "wrong", "123456").error().code, ErrorCode::kRefused);
  EXPECT_FALSE(client.signed_in());
  ASSERT_TRUE(client.sign_in("anna", "right", "123456"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.call("GET", "/api/v1/cases?view=mine")->status, 200);
    EXPECT_EQ(client.call("POST", "/api/v1/lookups", R"({"kind":"email"})")->body,
              R"({"kind":"email"})");
  }
  EXPECT_EQ(client.state().counter, 6u);
  ASSERT_TRUE(client.open_lane());
  EXPECT_EQ(client.state().lane, 5);
  EXPECT_EQ(client.call("GET", "/api/v1/me")->status, 200);
  EXPECT_EQ(client.state().counter, 1u);
  EXPECT_EQ(server.connections(), 1);
}

TEST(Client, SignsInAsAProgramWithItsSecret) {
  Gatekeeper gatekeeper(true);
  ScriptedServer server([&](const SeenRequest& request) { return gatekeeper(request); });
  Client client(address_of(server));
  EXPECT_FALSE(client.client_sign_in("booking", SecretBytes(Bytes(32, 0x34))));
  ASSERT_TRUE(client.client_sign_in("booking", SecretBytes(kSecret)));
  EXPECT_EQ(client.call("GET", "/api/v1/me/grants")->status, 200);
}

TEST(Client, AStolenCookieIsNotTheBrowserAndAStolenBrowserIs) {
  Gatekeeper gatekeeper(false);
  ScriptedServer server([&](const SeenRequest& request) { return gatekeeper(request); });
  Client honest(address_of(server));
  ASSERT_TRUE(honest.sign_in("anna", "right", "123456"));
  Client thief(address_of(server));
  thief.adopt(honest.state().cookie_alone());
  EXPECT_EQ(thief.call("GET", "/api/v1/me")->status, 401);
  thief.adopt(honest.state().clone());
  EXPECT_EQ(thief.call("GET", "/api/v1/me")->status, 200);
  EXPECT_EQ(honest.call("GET", "/api/v1/me")->status, 401);  // The counter was used by the thief.
}

TEST(Client, GoesOnWhenAnIdleConnectionWasClosed) {
  int requests = 0;
  ScriptedServer server(
      [&](const SeenRequest&) { return ++requests == 2 ? std::string() : answer_with(200, "{}"); });
  Client client(address_of(server));
  EXPECT_EQ(client.call("GET", "/")->status, 200);
  EXPECT_EQ(client.call("GET", "/")->status, 200);
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(requests, 3);
}

TEST(Client, ProvesTheServerByPinOrByAuthority) {
  ScriptedServer server([](const SeenRequest&) { return answer_with(200, "{}"); });
  auto address = address_of(server);
  EXPECT_TRUE(Client(address).connect());
  (*address.pinned_certificate)[0] ^= 1;
  EXPECT_EQ(Client(address).connect().error().code, ErrorCode::kCrypto);
  address.pinned_certificate.reset();
  EXPECT_EQ(Client(address).connect().error().code, ErrorCode::kCrypto);
  address.ca_pem = server.certificate_pem();
  EXPECT_TRUE(Client(address).connect());
  address.host = "api.localhost";  // Not in the certificate.
  EXPECT_EQ(Client(address).connect().error().code, ErrorCode::kCrypto);
}

TEST(Client, CallsFromTheAddressItIsGiven) {
  ScriptedServer server([](const SeenRequest& request) { return answer_with(200, request.from); });
  auto address = address_of(server);
  address.local_address = "127.0.0.7";
  Client client(address);
  EXPECT_EQ(client.call("GET", "/")->body, "127.0.0.7");
  address.local_address = "8.8.8.8";
  EXPECT_EQ(Client(address).connect().error().code, ErrorCode::kUnavailable);
}

TEST(Client, RefusesAnswersItCannotRead) {
  for (const auto* const wrong :
       {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "nonsense\r\n\r\n"}) {
    EXPECT_FALSE(shape_of(wrong)) << wrong;
  }
  EXPECT_FALSE(shape_of(std::string(kAnswerHeadBytesMax + 1, 'x')));
  EXPECT_FALSE(*shape_of("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"));
  EXPECT_EQ((*shape_of("HTTP/1.1 204 No Content\r\n\r\n"))->body_bytes, 0u);
}

TEST(LoadClient, CountsOnlyWhatItsCheckerTakes) {
  Gatekeeper gatekeeper(false);
  ScriptedServer server([&](const SeenRequest& request) { return gatekeeper(request); });
  Client client(address_of(server));
  ASSERT_TRUE(client.sign_in("anna", "right", "123456"));
  std::vector<BrowserState> states;
  for (std::uint8_t lane = 0; lane < 6; ++lane) {
    auto state = client.state().clone();
    state.lane = lane;
    state.counter = 100;
    states.push_back(std::move(state));
  }
  auto load = LoadClient::connect(address_of(server), std::move(states));
  ASSERT_TRUE(load);
  std::vector<std::uint64_t> asked(6), answered(6);
  const auto result = load->run(
      std::chrono::milliseconds(200),
      [&](std::size_t caller, LoadRequest& request) {
        request.target = "/api/v1/lookups";
        request.body = fmt::format(R"({{"caller":{},"count":{}}})", caller, ++asked[caller]);
      },
      [&](std::size_t caller, int status, std::string_view body) {
        ++answered[caller];
        const bool mine = status == 200 && body == fmt::format(R"({{"caller":{},"count":{}}})",
                                                               caller, answered[caller]);
        return mine && answered[caller] != 2;  // One answer of each caller is not taken.
      });
  ASSERT_TRUE(result) << result.error().context;
  EXPECT_EQ(asked, answered);
  EXPECT_EQ(result->rejected, 6u);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    total += answered[i];
    EXPECT_EQ(load->state(i).counter, 100 + answered[i]);
  }
  EXPECT_EQ(result->answers + result->rejected, total);
  EXPECT_GE(result->p99_us, result->p50_us);
}

TEST(LoadClient, SaysWhenAConnectionEnds) {
  ScriptedServer server([](const SeenRequest&) { return std::string(); });
  std::vector<BrowserState> states;
  states.push_back({kSession, SecretBytes(Bytes(32, 1)), 0, 0});
  auto load = LoadClient::connect(address_of(server), std::move(states));
  ASSERT_TRUE(load);
  const auto result = load->run(
      std::chrono::milliseconds(50),
      [](std::size_t, LoadRequest& request) { request.target = "/"; },
      [](std::size_t, int, std::string_view) { return true; });
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace bulkhead::client
