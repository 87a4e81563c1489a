#include "front/pages.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "front/front_test_support.h"

namespace bulkhead::front {
namespace {

using testing::HasSubstr;

constexpr std::string_view kTestEntry = "<meta nonce=\"{nonce}\"><html data-house=\"{house}\">";

struct TestPage {
  std::string path, type, plain, gzip, brotli;
};
std::string pack(const std::vector<TestPage>& pages) {
  auto text = "bulkhead pages v1 " + std::to_string(pages.size()) + "\n";
  std::string bytes;
  for (const auto& page : pages) {
    text += page.path + "\t" + page.type;
    for (const auto& form : {page.plain, page.gzip, page.brotli}) {
      text += "\t" + std::to_string(form.size());
      bytes += form;
    }
    text += "\n";
  }
  return text + "\n" + bytes;
}
std::vector<TestPage> small_site() {
  return {{"/", "text/html; charset=utf-8", std::string(kTestEntry), "", ""},
          {"/assets/desk-1.css", "text/css; charset=utf-8", "body{}", "", ""},
          {"/assets/desk-1.js", "text/javascript; charset=utf-8", "plain script", "zipped", "br"}};
}

std::optional<ErrorCode> error_of(std::string packed) {
  const auto pages = Pages::parse(std::move(packed));
  return pages ? std::nullopt : std::optional(pages.error().code);
}

RunningFront& desk_with_pages() {
  static RunningFront front({.pages = *Pages::parse(pack(small_site()))});
  return front;
}
Reply get(Caller& caller, const std::string& target, const std::string& fields = {}) {
  return caller.ask("GET " + target + " HTTP/1.1\r\nHost: " + kTestHost + "\r\n" + fields + "\r\n");
}

TEST(Pages, EntryCarriesAFreshNonceThatItsPolicyNames) {
  Caller caller(desk_with_pages().port());
  const auto first = get(caller, "/"), second = get(caller, "/?from=bookmark");
  for (const auto& reply : {first, second}) {
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.field("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(reply.field("Cache-Control"), "no-store");
    EXPECT_THAT(reply.body, HasSubstr("data-house=\"demo\""));
    const auto nonce = reply.body.substr(reply.body.find('"') + 1, 22);
    const auto policy = reply.field("Content-Security-Policy");
    EXPECT_THAT(policy, HasSubstr("style-src 'self' 'nonce-" + nonce + "'"));
    EXPECT_THAT(policy, HasSubstr("default-src 'none'; script-src 'self'; "));
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(policy, HasSubstr("require-trusted-types-for 'script'"));
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  }
  EXPECT_NE(first.body, second.body);
}

TEST(Pages, NamedFilesAreKeptForAYearAndSentAsTheCallerAccepts) {
  Caller caller(desk_with_pages().port());
  const auto plain = get(caller, "/assets/desk-1.js");
  EXPECT_EQ(plain.body, "plain script");
  EXPECT_EQ(plain.field("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(plain.field("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(plain.field("Vary"), "Accept-Encoding");
  EXPECT_EQ(plain.field("Content-Encoding"), "");
  EXPECT_EQ(plain.field("X-Content-Type-Options"), "nosniff");
  const auto sent_for = [&](const std::string& accept) {
    const auto reply = get(caller, "/assets/desk-1.js", "Accept-Encoding: " + accept + "\r\n");
    EXPECT_EQ(reply.field("ETag"), plain.field("ETag"));
    return reply.field("Content-Encoding") + ":" + reply.body;
  };
  EXPECT_EQ(sent_for("gzip, deflate, br"), "br:br");
  EXPECT_EQ(sent_for("gzip;q=1.0, deflate"), "gzip:zipped");
  EXPECT_EQ(sent_for("br;q=0, gzip"), "gzip:zipped");
  EXPECT_EQ(sent_for("broken"), ":plain script");
  // What was not packed goes out as it is.
  EXPECT_EQ(get(caller, "/assets/desk-1.css", "Accept-Encoding: br\r\n").body, "body{}");
}

TEST(Pages, WhoHasItIsToldSoWithoutIt) {
  Caller caller(desk_with_pages().port());
  const auto etag = get(caller, "/assets/desk-1.js").field("ETag");
  ASSERT_GT(etag.size(), 20u);
  const auto again = get(caller, "/assets/desk-1.js", "If-None-Match: " + etag + "\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.field("Content-Length"), "");
  EXPECT_EQ(get(caller, "/assets/desk-1.js", "If-None-Match: \"other\"\r\n").status, 200);
}

TEST(Pages, HeadTellsAndRangesAreIgnored) {
  Caller caller(desk_with_pages().port());
  caller.send("HEAD /assets/desk-1.js HTTP/1.1\r\nHost: " + std::string(kTestHost) + "\r\n\r\n");
  EXPECT_EQ(caller.receive(true).field("Content-Length"), "12");
  const auto part = get(caller, "/assets/desk-1.js", "Range: bytes=0-3\r\n");
  EXPECT_EQ(part.status, 200);
  EXPECT_EQ(part.body, "plain script");
  EXPECT_EQ(part.field("Accept-Ranges"), "");
  EXPECT_EQ(caller.ask(plain_request("POST", "/assets/desk-1.js")).status, 405);
}

TEST(Pages, NothingElseIsThere) {
  Caller caller(desk_with_pages().port());
  for (const auto* const target :
       {"/assets/", "/assets/nothing.js", "/assets/../assets/desk-1.js", "/assets/..%2fdesk-1.js",
        "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets//desk-1.js", "/assets/desk-1.js/",
        "/assets/DESK-1.JS", "/assets/desk-1.js%00", "/desk-1.js", "/index.html", "//",
        "/assets/desk-1.js;x"}) {
    const auto reply = get(caller, target);
    EXPECT_EQ(reply.status, 404) << target;
    EXPECT_EQ(reply.field("Content-Type"), "application/problem+json") << target;
  }
  EXPECT_EQ(get(caller, "/assets/" + std::string(kTargetBytesMax, 'a')).status, 414);
}

TEST(Pages, AreTheDesksAlone) {
  RunningFront api({.face = Face::kApi, .pages = *Pages::parse(pack(small_site()))});
  Caller caller(api.port());
  EXPECT_EQ(get(caller, "/assets/desk-1.js").status, 404);
  RunningFront bare({});
  Caller other(bare.port());
  EXPECT_EQ(get(other, "/assets/desk-1.js").status, 404);
  EXPECT_THAT(get(other, "/").body, HasSubstr("bulkhead login"));
}

TEST(Pages, OtherFilesAreRefused) {
  const auto good = pack(small_site());
  EXPECT_EQ(error_of(good), std::nullopt);
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
    EXPECT_EQ(error_of(good.substr(0, bytes)), ErrorCode::kMalformed) << bytes;
  EXPECT_EQ(error_of(good + "x"), ErrorCode::kMalformed);
  const auto spoilt = [](auto spoil) {
    auto pages = small_site();
    spoil(pages);
    return error_of(pack(pages));
  };
  EXPECT_EQ(spoilt([](auto& pages) { pages.erase(pages.begin()); }), ErrorCode::kMalformed);
  EXPECT_EQ(spoilt([](auto& pages) { pages[0].plain = "no marks"; }), ErrorCode::kMalformed);
  EXPECT_EQ(spoilt([](auto& pages) { pages[0].plain += "{nonce}"; }), ErrorCode::kMalformed);
  EXPECT_EQ(spoilt([](auto& pages) { std::swap(pages[1], pages[2]); }), ErrorCode::kMalformed);
  EXPECT_EQ(spoilt([](auto& pages) { pages[2].path = pages[1].path; }), ErrorCode::kMalformed);
  EXPECT_EQ(spoilt([](auto& pages) { pages[1].path = "assets"; }), ErrorCode::kMalformed);
  EXPECT_EQ(spoilt([](auto& pages) { pages[1].type = "a\rSet-Cookie: x"; }), ErrorCode::kMalformed);
  EXPECT_EQ(spoilt([](auto& pages) { pages[1].type = ""; }), ErrorCode::kMalformed);
  EXPECT_EQ(error_of("bulkhead pages v1 0\n\n"), ErrorCode::kMalformed);
  EXPECT_EQ(error_of("bulkhead pages v1 1\n/\ttext/html\t-1\t0\t0\n\n"), ErrorCode::kMalformed);
  EXPECT_EQ(error_of("bulkhead pages v1 1\n/\ttext/html\t99999999999999999999\t0\t0\n\n"),
            ErrorCode::kMalformed);
}

TEST(Pages, LimitsHold) {
  EXPECT_EQ(error_of("bulkhead pages v1 " + std::to_string(kPagesMax + 1) + "\n"),
            ErrorCode::kTooLarge);
  EXPECT_EQ(error_of(std::string(kPagesBytesMax + 1, 'x')), ErrorCode::kTooLarge);
}

TEST(Pages, AreReadFromTheStartOfADescriptor) {
  const auto packed = pack(small_site());
  const Descriptor file(memfd_create("pages", 0));
  ASSERT_EQ(write(file.get(), packed.data(), packed.size()),
            static_cast<ssize_t>(packed.size()));  // and stands at its end now
  EXPECT_TRUE(Pages::read(file.get()));
  ASSERT_EQ(ftruncate(file.get(), kPagesBytesMax + 1), 0);
  EXPECT_EQ(Pages::read(file.get()).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(Pages::read(-1).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace bulkhead::front
