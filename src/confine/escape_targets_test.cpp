#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "confine/escape.h"

namespace bulkhead {
namespace {

TEST(EscapeTargets, RoundTripThroughADescriptor) {
  const EscapeTargets targets{{"/a b/vault.db", "/etc/key"}, {"/a b"}, {"/a b/admin.sock"}, 77};
  const auto text = encode_escape_targets(targets);
  ASSERT_TRUE(text);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], text->data(), text->size()), static_cast<ssize_t>(text->size()));
  close(ends[1]);
  const auto read_back = read_escape_targets(ends[0]);
  ASSERT_TRUE(read_back);
  EXPECT_EQ(*read_back, targets);
}

// An unconfined process escapes, and its words come back through the same memory file.
TEST(EscapeTargets, SuccessesComeBackThroughTheDescriptor) {
  const int file = memfd_create("targets", 0);
  const auto text = encode_escape_targets({{"/proc/self/status"}, {}, {}, 0});
  ASSERT_TRUE(text);
  ASSERT_EQ(write(file, text->data(), text->size()), static_cast<ssize_t>(text->size()));
  lseek(file, 0, SEEK_SET);
  const auto report = run_escape_test(dup(file));
  ASSERT_TRUE(report);
  EXPECT_GT(report->escapes(), 0u);
  EXPECT_EQ(read_escape_successes(file), report->successes);
  EXPECT_EQ(report->successes.front(), "read /proc/self/status");
  close(file);
}

TEST(EscapeTargets, RefusesWhatItDoesNotKnow) {
  for (const auto* text : {"file", "file /a", "file \n", "disk /a\n", "keeper 1\n", "keeper -5\n",
                           "keeper 7x\n", "\n"}) {
    const auto parsed = parse_escape_targets(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kMalformed) << text;
  }
}

TEST(EscapeTargets, RefusesPathsThatWouldForgeALine) {
  const auto text = encode_escape_targets({{"/a\nkeeper 5"}, {}, {}, 0});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kMalformed);
}

TEST(EscapeTargets, RefusesMoreThanTheMaximum) {
  std::string text;
  for (std::size_t i = 0; i < kEscapePathsMax; ++i) text += "file /a\n";
  EXPECT_TRUE(parse_escape_targets(text));
  text += "file /a\n";
  EXPECT_EQ(parse_escape_targets(text).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(parse_escape_targets(std::string(kEscapeTargetsBytesMax + 1, 'a')).error().code,
            ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace bulkhead
