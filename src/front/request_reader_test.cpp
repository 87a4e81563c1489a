#include "front/request_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "front/limits.h"

namespace bulkhead::front {
namespace {

void feed(RequestReader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = reader.room();
    const auto count = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), count, room.begin());
    reader.received(count);
    bytes.remove_prefix(count);
  }
}

ReadState read_all(std::string_view bytes, Request& request, ReadRefusal* refusal = nullptr) {
  RequestReader reader;
  feed(reader, bytes);
  const auto state = reader.read(request);
  if (refusal != nullptr) *refusal = reader.refusal();
  return state;
}

TEST(RequestReader, KeepsWhatHandlersRead) {
  Request request;
  ASSERT_EQ(
      read_all("POST /a?b=c HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bulkhead x\r\nCookie: a=b\r\n"
               "bulkhead-proof: p\r\nContent-Type: application/json\r\nAccept-Language: nl\r\n"
               "Content-Length: 2\r\n\r\n{}",
               request),
      ReadState::kDone);
  EXPECT_EQ(request.method, Method::kPost);
  EXPECT_EQ(request.path(), "/a");
  EXPECT_EQ(request.query(), "b=c");
  EXPECT_EQ(request.host, "h:1");
  EXPECT_EQ(request.authorization, "Bulkhead x");
  EXPECT_EQ(request.cookie, "a=b");
  EXPECT_EQ(request.proof, "p");
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.accept_language, "nl");
  EXPECT_EQ(request.body, "{}");
}

TEST(RequestReader, ReadsTheSameWhereverTheBytesAreCut) {
  const std::string text =
      "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET /y HTTP/1.1\r\nHost: "
      "h\r\n\r\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    RequestReader reader;
    Request request;
    std::vector<std::string> seen;
    for (const auto part :
         {std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)}) {
      feed(reader, part);
      ReadState state;
      while ((state = reader.read(request)) == ReadState::kDone)
        seen.push_back(request.target + " " + request.body);
      ASSERT_EQ(state, ReadState::kNeedMore) << cut;
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"/x hello", "/y "})) << cut;
    EXPECT_FALSE(reader.started());
  }
}

TEST(RequestReader, RefusesWhatTwoReadersCouldReadInTwoWays) {
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::vector<std::string> table{
      post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: xchunked\r\n\r\n",
      post + "Transfer-Encoding : chunked\r\n\r\n",
      post + "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc",
      post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
      post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
      post + "Content-Length: 3, 3\r\n\r\nabc",
      post + "Content-Length: +3\r\n\r\nabc",
      post + "Content-Length: -3\r\n\r\nabc",
      post + "Content-Length: 0x3\r\n\r\nabc",
      post + "Content-Length: 3 3\r\n\r\nabc",
      post + "Content-Length:\r\n\r\nabc",
      post + "Content-Length: 99999999999999999999\r\n\r\nabc",
      post + "Content-Length : 3\r\n\r\nabc",
      "POST / HTTP/1.1\nHost: h\n\n",
      "POST / HTTP/1.1\r\nHost: h\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nX: a\n\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nX: a\rContent-Length: 3\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\n folded: 1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tContent-Length: 3\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nhost: other\r\n\r\n",
      "POST / HTTP/1.1\r\nX: 1\r\n\r\n",
      post + "Cookie: a=1\r\nCookie: b=2\r\n\r\n",
      post + "Authorization: a\r\nAuthorization: b\r\n\r\n",
      post + "Bulkhead-Proof: a\r\nBulkhead-Proof: b\r\n\r\n",
      post + "X: a" + std::string(1, '\0') + "b\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nX Y: a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\n: a\r\n\r\n",
      "POST  / HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST / / HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST / HTTP/2.0\r\nHost: h\r\n\r\n",
      "POST / HTTP/0.9\r\nHost: h\r\n\r\n",
      "POST /\r\nHost: h\r\n\r\n",
      "POST http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
      "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
      "\r\nPOST / HTTP/1.1\r\nHost: h\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
  };
  for (const auto& text : table) {
    Request request;
    EXPECT_EQ(read_all(text, request), ReadState::kRefused) << text;
  }
}

TEST(RequestReader, SaysWhyItRefuses) {
  Request request;
  ReadRefusal why{};
  read_all("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", request, &why);
  EXPECT_EQ(why, ReadRefusal::kChunked);
  read_all("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n", request, &why);
  EXPECT_EQ(why, ReadRefusal::kExpect);
  read_all("GET /" + std::string(kTargetBytesMax, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", request,
           &why);
  EXPECT_EQ(why, ReadRefusal::kTargetTooLong);
}

TEST(RequestReader, KnowsWhetherTheConnectionGoesOn) {
  const auto keep_alive = [](const std::string& text) {
    RequestReader reader;
    Request request;
    feed(reader, text);
    EXPECT_EQ(reader.read(request), ReadState::kDone);
    return reader.keep_alive();
  };
  EXPECT_TRUE(keep_alive("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.0\r\nHost: h\r\n\r\n"));
}

}  // namespace
}  // namespace bulkhead::front
