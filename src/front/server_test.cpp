#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <thread>

#include "front/front_test_support.h"

namespace bulkhead::front {
namespace {

using testing::HasSubstr;

// Verifies a proof as the keeper does: over the request it spells anew from the message itself.
template <class Message>
bool proof_fits(const Message& message) {
  const auto target = wire::target_of(message);
  const auto bytes = wire::proof_bytes(message.proof, target.method, target.path,
                                       sha256(view_of(target.content())));
  return hmac_sha256(kTestKey, bytes) == message.proof.mac && message.proof.session == kTestSession;
}

template <class Message, class Answer>
KeeperReply when_proven(ByteView body, const Answer& answer) {
  const auto message = wire::decode<Message>(body);
  if (!message) return {.close = true, .silent = false, .body = {}};
  return proof_fits(*message) ? says(answer) : refuses(Reason::kBadProof);
}

wire::CaseAnswer sample_case() {
  wire::CaseAnswer answer;
  answer.row.id.bytes = {0, 0x11, 0x22};
  answer.row.number = 12;
  answer.row.type = RequestType::kRefund;
  answer.row.state = CaseState::kOpen;
  answer.row.assignee.value = "anna";
  answer.row.mine = true;
  answer.row.opened_ms = 1'767'225'600'123;
  answer.row.changed_ms = 1'767'225'600'123;
  return answer;
}

wire::RecordAnswer sample_record() {
  wire::RecordAnswer answer;
  answer.values.items.push_back(
      {static_cast<std::uint8_t>(Field::kEmail), 0, false, {"j\"o\n@example.org"}});
  answer.values.items.push_back(
      {static_cast<std::uint8_t>(Field::kCity), 1, true, {"Z\xc3\xbcrich \xff"}});
  return answer;
}

// One plausible answer for each operation.
KeeperReply obliging_keeper(wire::Op op, ByteView body) {
  using wire::Op;
  switch (op) {
    case Op::kSignIn: {
      const auto message = wire::decode<wire::SignIn>(body);
      if (!message || message->password.value != "correct horse battery")
        return refuses(Reason::kBadCredentials);
      return says(wire::SignInAnswer{kTestSession, {4}, Role::kAgent, {"anna"}, 900, 28'800});
    }
    case Op::kClientSignIn:
      return says(wire::SignInAnswer{kTestSession, {4}, Role::kClient, {"booking"}, 900, 3600});
    case Op::kSignOut:
      return when_proven<wire::SignOut>(body, wire::Done{});
    case Op::kOpenLane:
      return when_proven<wire::OpenLane>(body, wire::OpenLaneAnswer{3});
    case Op::kMe: {
      wire::MeAnswer me{.name = {"anna"}, .role = Role::kAgent, .team = {"service"}, .budgets = {}};
      me.budgets.items.push_back({3, 1, 4, 40});
      return when_proven<wire::Me>(body, me);
    }
    case Op::kOpenCase:
      return when_proven<wire::OpenCase>(body, sample_case());
    case Op::kListCases: {
      wire::ListCasesAnswer list;
      list.rows.items.push_back(sample_case().row);
      list.more = true;
      return when_proven<wire::ListCases>(body, list);
    }
    case Op::kShowCase:
      return when_proven<wire::ShowCase>(body, sample_case());
    case Op::kAssignCase:
      return when_proven<wire::AssignCase>(body, sample_case());
    case Op::kCloseCase:
      return when_proven<wire::CloseCase>(body, sample_case());
    case Op::kLookup:
      return when_proven<wire::Lookup>(body, wire::LookupAnswer{CustomerRef{{0xab}}});
    case Op::kMasked:
      return when_proven<wire::Masked>(body, sample_record());
    case Op::kReveal:
      return when_proven<wire::Reveal>(body, sample_record());
    case Op::kListMessages: {
      wire::MessagesAnswer list;
      ContentTags tags;
      tags.add(ContentTag::kIban);
      list.rows.items.push_back({1'767'225'600'000, Direction::kFromCustomer, tags, {"Bonjour"}});
      return when_proven<wire::ListMessages>(body, list);
    }
    case Op::kAddMessage:
      return when_proven<wire::AddMessage>(body, wire::Done{});
    case Op::kDisclosures: {
      wire::DisclosuresAnswer list;
      list.rows.items.push_back(
          {0, 3, Grade::kNothing, Reason::kBudget, 12, FieldSet::of(Field::kEmail)});
      return when_proven<wire::Disclosures>(body, list);
    }
    case Op::kCount:
      return when_proven<wire::Count>(body, wire::CountAnswer{1200, 30});
    case Op::kGrants: {
      wire::GrantsAnswer list;
      list.rows.items.push_back({CaseId{{9}}, RequestType::kBaggage, 1'767'225'600'000});
      return when_proven<wire::Grants>(body, list);
    }
    case Op::kReadLedger: {
      const auto message = wire::decode<wire::ReadLedger>(body);
      if (!message || message->token[0] != 0x55) return refuses(Reason::kNoSession);
      return says(
          wire::ReadLedgerAnswer{{fmt::format("what {} level {} index {} width {}", message->what,
                                              message->level, message->index, message->width)}});
    }
    case Op::kReadOpening: {
      const auto message = wire::decode<wire::ReadOpening>(body);
      if (!message || message->token[0] != 0x55) return refuses(Reason::kNoSession);
      if (message->index == 7) return refuses(Reason::kTooMany, 9);
      return says(wire::OpeningAnswer{{wire::target_of(*message).path}});
    }
    case Op::kAddAnchor: {
      const auto message = wire::decode<wire::AddAnchor>(body);
      if (!message || message->token[0] != 0x55) return refuses(Reason::kNoSession);
      return says(wire::AnchorAnswer{message->note.value.size(), 7});
    }
    default:
      return {.close = true, .silent = false, .body = {}};
  }
}

RunningFront& desk() {
  static RunningFront front({.keeper = obliging_keeper});
  return front;
}

TEST(Server, EveryProvenRouteCarriesAProofThatFitsItsOwnWords) {
  Caller caller(desk().port());
  const auto a_case = "/api/v1/cases/" + kTestCase;
  const std::vector<std::tuple<Asking, int, std::string>> table{
      {{"POST", a_case + "/reveal", R"({"fields":["contact.email"],"purpose":"service"})"},
       200,
       R"({"values":[{"field":"contact.email","item":0,"masked":false,"value":"j\"o\n@example.org","young":false},)"},
      {{"GET", a_case + "/record", ""},
       200,
       "\"masked\":true,\"value\":\"Z\xc3\xbcrich \xef\xbf\xbd\""},
      {{"POST", "/api/v1/lookups", R"({"kind":"email","value":"a@example.org"})"},
       200,
       R"({"customer":"ab000000000000000000000000000000"})"},
      {{"GET", "/api/v1/cases?view=unassigned&after=7&limit=200", ""}, 200, R"(],"more":true})"},
      {{"GET", "/api/v1/cases?view=mine", ""}, 200, R"({"cases":[{"id":"00112200)"},
      {{"POST", "/api/v1/cases",
        R"({"customer":"ab000000000000000000000000000000","type":"refund"})"},
       201,
       R"("opened":"2026-01-01T00:00:00.123Z")"},
      {{"GET", a_case, ""},
       200,
       R"("state":"open","contact":"none","assignee":"anna","mine":true)"},
      {{"POST", a_case + "/assign", R"({"assignee":"anna"})"}, 200, R"("number":12)"},
      {{"POST", a_case + "/close", ""}, 200, R"("number":12)"},
      {{"GET", a_case + "/messages", ""},
       200,
       R"("direction":"from-customer","tags":["iban"],"text":"Bonjour")"},
      {{"POST", a_case + "/messages", R"({"direction":"note","text":"Called back."})"}, 204, ""},
      {{"GET", "/api/v1/customers/count", ""},
       200,
       R"({"customers":1200,"open_cases":30,"rounded_to":10})"},
      {{"GET", "/api/v1/me", ""},
       200,
       R"({"column":"clear-cold","horizon_s":3600,"used":4,"limit":40})"},
      {{"GET", "/api/v1/me/disclosures", ""},
       200,
       R"("kind":"denied","grade":"nothing","reason":"budget")"},
      {{"GET", "/api/v1/me/grants", ""},
       200,
       R"("type":"baggage","expires":"2026-01-01T00:00:00.000Z")"},
      {{"POST", "/api/v1/session/lanes", ""}, 200, R"({"lane":3})"},
      {{"DELETE", "/api/v1/session", ""}, 204, ""},
  };
  std::uint64_t counter = 0;
  for (auto [asking, status, part] : table) {
    for (const bool by_cookie : {false, true}) {
      asking.by_cookie = by_cookie;
      asking.counter = ++counter;
      const auto reply = caller.ask(proven_request(asking));
      EXPECT_EQ(reply.status, status) << asking.method << ' ' << asking.target << '\n'
                                      << reply.body;
      EXPECT_THAT(reply.body, HasSubstr(part));
      boost::json::error_code ec;
      if (status != 204) boost::json::parse(reply.body, ec);
      EXPECT_FALSE(ec) << reply.body;
    }
  }
}

TEST(Server, AProofForAnotherPathOrBodyIsRefused) {
  Caller caller(desk().port());
  auto text = proven_request({"GET", "/api/v1/me", ""});
  text.replace(text.find("/api/v1/me"), 10, "/api/v1/me/grants");
  auto reply = caller.ask(text);
  EXPECT_EQ(reply.status, 401);
  EXPECT_THAT(reply.body, HasSubstr("urn:bulkhead:reason:bad-proof"));
  EXPECT_EQ(reply.field("WWW-Authenticate"), "Bulkhead");
  EXPECT_EQ(reply.field("Content-Type"), "application/problem+json");

  text = proven_request({"GET", "/api/v1/cases?view=mine", ""});
  text.replace(text.find("view=mine"), 9, "view=open");
  EXPECT_EQ(caller.ask(text).status, 401);

  text = proven_request({"POST", "/api/v1/lookups", R"({"kind":"email","value":"aaa"})"});
  text.replace(text.find("aaa"), 3, "bbb");
  EXPECT_EQ(caller.ask(text).status, 401);
}

TEST(Server, SignInSetsAHostCookieAndWrongPasswordsDoNot) {
  Caller caller(desk().port());
  const auto key = to_base64url(Bytes(65, 4));
  const auto body = [&](const std::string& password) {
    return R"({"name":"anna","password":")" + password + R"(","code":"123456","public_key":")" +
           key + "\"}";
  };
  auto reply = caller.ask(plain_request("POST", "/api/v1/session", body("correct horse battery")));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.field("Set-Cookie"),
            "__Host-bulkhead=" + to_base64url(kTestSession.bytes) +
                "; Path=/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict");
  EXPECT_THAT(reply.body, HasSubstr(R"("role":"agent","idle_s":900,"absolute_s":28800)"));
  reply = caller.ask(plain_request("POST", "/api/v1/session", body("wrong")));
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.field("Set-Cookie"), "");
  EXPECT_THAT(reply.body, HasSubstr("bad-credentials"));
}

TEST(Server, ClientsSignInAtTheApiAndStaffAtTheDesk) {
  RunningFront api({.face = Face::kApi, .keeper = obliging_keeper});
  Caller at_api(api.port());
  Caller at_desk(desk().port());
  const auto body = R"({"name":"booking","public_key":")" + to_base64url(Bytes(65, 4)) +
                    R"(","mac":")" + to_base64url(Bytes(32, 1)) + "\"}";
  auto reply = at_api.ask(plain_request("POST", "/api/v1/session/client", body));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.field("Set-Cookie"), "");
  EXPECT_EQ(at_desk.ask(plain_request("POST", "/api/v1/session/client", body)).status, 404);
  EXPECT_EQ(at_api.ask(plain_request("POST", "/api/v1/session", "{}")).status, 405);
}

TEST(Server, AuditorsReadTheLedgerAsATileLog) {
  Caller caller(desk().port());
  const auto get = [&](const std::string& path,
                       const std::string& token = to_base64url(Bytes(32, 0x55))) {
    return caller.ask("GET /api/v1/ledger/" + path + " HTTP/1.1\r\nHost: " + kTestHost +
                      "\r\nAuthorization: Bearer " + token + "\r\n\r\n");
  };
  EXPECT_EQ(get("checkpoint").body, "what 0 level 0 index 0 width 256");
  EXPECT_EQ(get("checkpoint").field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(get("tile/0/000").body, "what 1 level 0 index 0 width 256");
  EXPECT_EQ(get("tile/2/x001/x234/067.p/8").body, "what 1 level 2 index 1234067 width 8");
  EXPECT_EQ(get("tile/entries/x001/005.p/255").body, "what 2 level 0 index 1005 width 255");
  for (const auto* const wrong :
       {"tile/64/000", "tile/0", "tile/0/", "tile/0/00", "tile/0/0000", "tile/0/x000/001",
        "tile/0/001/002", "tile/0/x001", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000.p/08",
        "tile/00/000", "tile/entries/..", "tile/-1/000", "tile//000",
        "tile/0/x001/x001/x001/x001/x001/x001/x001/001"}) {
    EXPECT_EQ(get(wrong).status, 404) << wrong;
  }
  EXPECT_EQ(get("checkpoint", to_base64url(Bytes(32, 0x56))).status, 401);
  EXPECT_EQ(get("checkpoint", "short").status, 400);
  EXPECT_EQ(caller.ask(plain_request("GET", "/api/v1/ledger/checkpoint")).status, 401);
}

TEST(Server, AuditorsAskForOneOpening) {
  Caller caller(desk().port());
  const auto get = [&](const std::string& name, std::uint8_t token = 0x55) {
    return caller.ask("GET /api/v1/ledger/opening/" + name + " HTTP/1.1\r\nHost: " + kTestHost +
                      "\r\nAuthorization: Bearer " + to_base64url(Bytes(32, token)) + "\r\n\r\n");
  };
  for (const auto* const index : {"0", "12", "18446744073709551615"}) {
    const auto reply = get(index);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.field("Content-Type"), "application/octet-stream");
    EXPECT_EQ(reply.field("Cache-Control"), "no-store");
    EXPECT_EQ(reply.body, "/api/v1/ledger/opening/" + std::string(index));  // its one spelling
  }
  EXPECT_EQ(get("7").status, 429);
  EXPECT_EQ(get("7").field("Retry-After"), "9");
  for (const auto* const wrong : {"", "00", "01", "-1", "+1", "x", "1/", "1/2", "1.0", "0x1",
                                  "18446744073709551616", "1?a=b"})
    EXPECT_NE(get(wrong).status, 200) << wrong;
  EXPECT_EQ(get("1", 0x56).status, 401);
  EXPECT_EQ(caller.ask(plain_request("GET", "/api/v1/ledger/opening/1")).status, 401);
  EXPECT_EQ(caller.ask(proven_request({"GET", "/api/v1/ledger/opening/1", ""})).status, 400);
}

TEST(Server, AuditorsHandInWhatAWitnessSigned) {
  Caller caller(desk().port());
  const auto post = [&](const std::string& body, std::uint8_t token = 0x55) {
    return caller.ask("POST /api/v1/ledger/anchor HTTP/1.1\r\nHost: " + std::string(kTestHost) +
                      "\r\nAuthorization: Bearer " + to_base64url(Bytes(32, token)) +
                      "\r\nContent-Type: application/json\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  const auto note = [](std::size_t bytes) {
    return R"({"checkpoint":")" + std::string(bytes, 'a') + "\"}";
  };
  EXPECT_EQ(post(note(8)).body, R"({"size":8,"age_s":7})");
  EXPECT_EQ(post(note(wire::kAnchorBytesMax)).status, 200);
  EXPECT_EQ(post(note(wire::kAnchorBytesMax + 1)).status, 400);
  EXPECT_EQ(post(note(8), 0x56).status, 401);
  for (const auto* const wrong : {"{}", "[]", "", R"({"checkpoint":["a"]})",
                                  R"({"checkpoint":"a","more":"b"})", R"({"checkpoint":)"})
    EXPECT_EQ(post(wrong).status, 400) << wrong;
  EXPECT_EQ(caller.ask(plain_request("POST", "/api/v1/ledger/anchor", note(8))).status, 401);
}

TEST(Server, RefusalsBecomeProblemsWithTheirStatus) {
  static std::atomic<int> reason = 1;
  RunningFront front({.keeper = [](wire::Op, ByteView) {
    return refuses(static_cast<Reason>(reason.load()), 30);
  }});
  Caller caller(front.port());
  const std::map<std::string, int> statuses{{"no-session", 401},      {"bad-proof", 401},
                                            {"network-changed", 401}, {"role", 403},
                                            {"purpose", 403},         {"no-grant", 403},
                                            {"field", 403},           {"budget", 429},
                                            {"house-budget", 429},    {"not-there", 404},
                                            {"bad-credentials", 401}, {"back-off", 429},
                                            {"expired", 401},         {"signed-out", 401},
                                            {"restart", 401},         {"ledger", 503},
                                            {"malformed", 400},       {"too-many", 429},
                                            {"revoked", 401},         {"compartment-locked", 423},
                                            {"state", 409},           {"space", 503}};
  ASSERT_EQ(statuses.size() + 1, word_count<Reason>());
  for (reason = 1; reason < static_cast<int>(word_count<Reason>()); ++reason) {
    const std::string name(bulkhead::name_of(static_cast<Reason>(reason.load())));
    const auto reply = caller.ask(proven_request({"GET", "/api/v1/me", ""}));
    EXPECT_EQ(reply.status, statuses.at(name)) << name;
    EXPECT_THAT(reply.body, HasSubstr("\"type\":\"urn:bulkhead:reason:" + name + "\""));
    EXPECT_EQ(reply.field("Retry-After"), "30");
    const auto problem = boost::json::parse(reply.body).as_object();
    EXPECT_EQ(problem.at("status").as_int64(), reply.status);
    EXPECT_GT(problem.at("detail").as_string().size(), 20u);
  }
}

TEST(Server, EveryAnswerCarriesTheSecurityFields) {
  Caller caller(desk().port());
  for (const auto* const path : {"/", "/style.css", "/healthz", "/nothing", "/api/v1/me"}) {
    const auto reply = caller.ask(plain_request("GET", path));
    EXPECT_THAT(reply.field("Content-Security-Policy"), HasSubstr("default-src 'none'")) << path;
    EXPECT_THAT(reply.field("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"))
        << path;
    EXPECT_EQ(reply.field("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(reply.field("Cache-Control"), "no-store") << path;
    EXPECT_EQ(reply.field("Strict-Transport-Security"), "max-age=31536000") << path;
    EXPECT_EQ(reply.field("Referrer-Policy"), "no-referrer") << path;
  }
}

TEST(Server, ThePageSpeaksThreeLanguagesAndHoldsNothingInline) {
  Caller caller(desk().port());
  for (const auto& [accept, code] :
       std::map<std::string, std::string>{{"fr-BE,fr;q=0.9,en;q=0.5", "fr"},
                                          {"nl", "nl"},
                                          {"de", "en"},
                                          {"en;q=0.2, nl;q=0.7", "nl"}}) {
    const auto reply = caller.ask("GET / HTTP/1.1\r\nHost: " + std::string(kTestHost) +
                                  "\r\nAccept-Language: " + accept + "\r\n\r\n");
    EXPECT_EQ(reply.field("Content-Language"), code) << accept;
    EXPECT_THAT(reply.body, HasSubstr("<html lang=\"" + code + "\">"));
    EXPECT_THAT(reply.body, HasSubstr("demo.invalid/ledger"));
    EXPECT_EQ(reply.body.find("<script"), std::string::npos);
    EXPECT_EQ(reply.body.find("<style"), std::string::npos);
    EXPECT_EQ(reply.body.find(" style="), std::string::npos);
  }
  EXPECT_EQ(caller.ask(plain_request("GET", "/style.css")).field("Content-Type"),
            "text/css; charset=utf-8");
}

TEST(Server, OnlyKnownHostsAreServed) {
  Caller caller(desk().port());
  for (const auto* const host :
       {"evil.example:8443", "desk.localhost", "DESK.localhost:8443 ", "127.0.0.1:8443", ""}) {
    const auto reply =
        caller.ask("GET /healthz HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
    EXPECT_EQ(reply.status, 421) << host;
  }
  EXPECT_EQ(caller.ask(plain_request("GET", "/healthz")).body, R"({"status":"ok"})");
}

TEST(Server, MethodsAndAddressesThatAreNotServedSaySo) {
  Caller caller(desk().port());
  auto reply = caller.ask(plain_request("PUT", "/api/v1/me"));
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.field("Allow"), "GET");
  EXPECT_EQ(caller.ask(plain_request("GET", "/api/v1/session")).field("Allow"), "POST, DELETE");
  for (const auto* const path : {"/api/v1/", "/api/v1/me/", "//api/v1/me", "/api/v1/cases//record",
                                 "/../etc/passwd", "/api/v1/cases/a/b/record", "/%61pi/v1/me"}) {
    EXPECT_EQ(caller.ask(plain_request("GET", path)).status, 404) << path;
  }
  // A case has one spelling, since proofs are made over it.
  EXPECT_EQ(
      caller.ask(proven_request({"GET", "/api/v1/cases/00112233445566778899AABBCCDDEEFF", ""}))
          .status,
      404);
  caller.send(plain_request("HEAD", "/healthz"));
  reply = caller.receive(true);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.field("Content-Length"), "15");
  EXPECT_EQ(caller.ask(plain_request("GET", "/healthz")).status,
            200);  // Nothing of the HEAD answer was in the way.
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  Caller caller(desk().port());
  std::string text;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    text += i % 2 == 0
                ? proven_request({"GET", "/api/v1/customers/count", "", i})
                : proven_request({"POST", "/api/v1/lookups", R"({"kind":"email","value":"x"})", i});
  }
  caller.send(text);
  for (int i = 1; i <= 20; ++i) {
    EXPECT_THAT(caller.receive().body, HasSubstr(i % 2 == 0 ? "open_cases" : "\"customer\":")) << i;
  }
}

TEST(Server, ThePlainListenerAnswersTheSame) {
  Caller caller(desk().plain_port(), true);
  EXPECT_EQ(caller.ask(plain_request("GET", "/healthz")).status, 200);
  EXPECT_EQ(caller.ask(proven_request({"GET", "/api/v1/me", "", 1, true})).status, 200);
}

TEST(Server, MetricsCountByRouteWithoutPersonalData) {
  RunningFront front({.keeper = obliging_keeper});
  Caller caller(front.port());
  caller.ask(proven_request({"GET", "/api/v1/cases/" + kTestCase, ""}));
  caller.ask(plain_request("GET", "/nothing"));
  const auto reply = caller.ask(plain_request("GET", "/metrics"));
  EXPECT_THAT(reply.body, HasSubstr("bulkhead_http_requests_total{method=\"GET\",route=\"/api/v1/"
                                    "cases/{case}\",status=\"200\"} 1"));
  EXPECT_THAT(
      reply.body,
      HasSubstr("bulkhead_http_requests_total{method=\"any\",route=\"none\",status=\"404\"} 1"));
  EXPECT_THAT(reply.body, HasSubstr("bulkhead_http_request_seconds_count 2"));
  EXPECT_THAT(reply.body, HasSubstr("bulkhead_http_connections 1"));
  EXPECT_EQ(reply.body.find(kTestCase), std::string::npos);
}

TEST(Server, EndsWhenTheKeeperClosesOrSpeaksNonsense) {
  const std::map<std::string, KeeperReply> nonsense{
      {"closes", {.close = true, .silent = false, .body = {}}},
      {"empty", {.close = false, .silent = false, .body = {}}},
      {"no such reason", {.close = false, .silent = false, .body = {200}}},
      {"trailing byte", {.close = false, .silent = false, .body = {0, 3, 0}}},
      {"short refusal", {.close = false, .silent = false, .body = {1, 0}}},
      {"lane out of range", {.close = false, .silent = false, .body = {0, 8}}},
  };
  for (const auto& [what, reply] : nonsense) {
    RunningFront front({.keeper = [&](wire::Op, ByteView) { return reply; }});
    Caller caller(front.port());
    caller.send(proven_request({"POST", "/api/v1/session/lanes", ""}));
    front.wait_until_stopped();
    EXPECT_TRUE(front.lost()) << what;
  }
}

TEST(Server, StopsOnceWhatIsOutstandingIsAnswered) {
  RunningFront front({.keeper = [](wire::Op op, ByteView body) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return obliging_keeper(op, body);
  }});
  Caller caller(front.port());
  caller.send(proven_request({"GET", "/api/v1/me", ""}));
  while (front.look([](const Shared& shared) { return shared.keeper.outstanding(); }) == 0)
    std::this_thread::yield();
  front.stop();
  const auto reply = caller.receive();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.field("Connection"), "close");
  front.wait_until_stopped();
  EXPECT_FALSE(front.lost());
}

}  // namespace
}  // namespace bulkhead::front
