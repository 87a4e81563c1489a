#include "cli/arguments.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "cli/commands.h"
#include "cli/operator.h"
#include "cli/paths.h"
#include "cli/server_url.h"

namespace bulkhead::cli {
namespace {

TEST(Arguments, NetworksAreMappedWithTheirPrefix) {
  const auto network = parse_network("10.1.0.0/16");
  ASSERT_TRUE(network);
  EXPECT_EQ(network->prefix_bits, 96 + 16);
  EXPECT_EQ(network->address[10], 0xff);
  EXPECT_EQ(network->address[12], 10);
  EXPECT_EQ(parse_network("127.0.0.1")->prefix_bits, 128);
  EXPECT_EQ(parse_network("2001:db8::/32")->prefix_bits, 32);
}

TEST(Arguments, WrongNetworksAreRefused) {
  for (const auto* text : {"", "10.1.0.0/33", "10.1.0.1/16", "10.1.0.0/", "10.1.0.0/1x", "10.1/16",
                           "::/129", "localhost"}) {
    EXPECT_FALSE(parse_network(text)) << text;
  }
}

TEST(Arguments, TimesAreUtc) {
  EXPECT_EQ(*parse_time_ms("1970-01-02"), 86'400'000u);
  EXPECT_EQ(*parse_time_ms("2026-03-04T12:00:00Z"), 1'772'625'600'000u);
  EXPECT_EQ(*parse_time_ms("2026-03-04T12:00:00.5Z"), 1'772'625'600'500u);
}

TEST(Arguments, WrongTimesAreRefused) {
  for (const auto* text : {"", "2026-02-30", "2026-3-4", "2026-03-04 12:00:00",
                           "2026-03-04T25:00:00Z", "2026-03-04T12:00:00", "2026-03-04T12:00:00.Z",
                           "2026-03-04T12:00:00+01", "1969-12-31", "yesterday.."}) {
    EXPECT_FALSE(parse_time_ms(text)) << text;
  }
}

TEST(Arguments, DefaultPlacesFollowTheUser) {
  EXPECT_EQ(default_places(true, "/root").data, "/var/lib/bulkhead");
  EXPECT_EQ(default_places(false, "/somewhere").key, "/somewhere/.config/bulkhead/root.key");
  EXPECT_TRUE(default_places(false, nullptr).data.empty());
}

TEST(Arguments, PathsBecomeAbsolute) {
  CLI::App app;
  Places places;
  add_places(app, places);
  app.parse("--data some/../where/ --key k");
  EXPECT_TRUE(places.data.starts_with('/') && places.data.ends_with("/where")) << places.data;
}

TEST(Arguments, UrlsAreReadStrictly) {
  const auto url = parse_server_url("https://api.localhost:8444/api/v1/ledger/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "api.localhost");
  EXPECT_EQ(url->port, 8444);
  EXPECT_EQ(url->path, "/api/v1/ledger");
  EXPECT_EQ(parse_server_url("https://log.example.com")->port, 443);
  for (const auto* text : {"http://log.example.com", "ftp://x", "https://", "https://a:0",
                           "https://a:70000", "https://u@a/", "https://a/b?c", "https://a:1x"}) {
    EXPECT_FALSE(parse_server_url(text)) << text;
  }
}

int g_ran = 0;
struct Nothing {};

TEST(Arguments, SubcommandChoosesInsteadOfItsParent) {
  for (const auto* line : {"demo", "demo code"}) {
    CLI::App app;
    Chosen chosen;
    const auto none = [](CLI::App&, Nothing&) {};
    auto* const demo = add_command<Nothing>(app, chosen, "demo", "", none, [](const Nothing&) {
      g_ran = 1;
      return 0;
    });
    add_command<Nothing>(*demo, chosen, "code", "", none, [](const Nothing&) {
      g_ran = 2;
      return 0;
    });
    app.parse(line);
    ASSERT_TRUE(chosen.run);
    chosen.run();
    EXPECT_EQ(g_ran, std::string_view(line) == "demo" ? 1 : 2) << line;
  }
}

TEST(Arguments, SignInComesAsThreeLines) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const std::string text = "admin\na long password\n123456\n";
  ASSERT_EQ(write(writing.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  writing.reset();
  const auto message = read_sign_in(reading.get());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->password.value, "a long password");
  EXPECT_EQ(message->code.value, "123456");
  EXPECT_FALSE(read_sign_in(reading.get()));
}

}  // namespace
}  // namespace bulkhead::cli
