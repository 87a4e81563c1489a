#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace bulkhead {
namespace {

// What `act` writes to standard error, which is no terminal while it is captured.
template <class Act>
std::string captured(Act act) {
  testing::internal::CaptureStderr();
  act();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, LineHasPriorityNameAndText) {
  set_log_name("keeper");
  EXPECT_EQ(captured([] { log_warning("batch of {} entries", 7); }),
            "<4>keeper: batch of 7 entries\n");
  EXPECT_EQ(captured([] { log_error("x"); }), "<3>keeper: x\n");
}

TEST(Log, OneEventIsOneLineWhateverItHolds) {
  set_log_name("front");
  EXPECT_EQ(captured([] { log_info("a\nb\rc\x1b[31m"); }), "<6>front: a b c [31m\n");
}

TEST(Log, LongLinesAreCut) {
  set_log_name("front");
  const auto line = captured([] { log_info("{}", std::string(100'000, 'x')); });
  EXPECT_LT(line.size(), 2100U);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

}  // namespace
}  // namespace bulkhead
